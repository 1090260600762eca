"""The rules of an impact rating, restated from the specification for the tests: fractions, nothing shared.

One line of an indicator at a time.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction


def printed(value: Fraction, decimals: int) -> Fraction:
    """Half away from zero: five tenths of a unit count as a whole one, on either side of nought."""
    units = math.floor(abs(value) * 10**decimals + Fraction(1, 2))
    return Fraction(units if value >= 0 else -units, 10**decimals)


@dataclass(frozen=True)
class Seen:
    """What a return says of the line for a period: state sound, held, no_cases or stated (not derived)."""

    end: dt.date
    exact: Fraction | None
    state: str = "sound"


@dataclass(frozen=True)
class Rules:
    """What an indicator declares. `target`: ("value", x), ("steps", ((date, x), ...)), ("range", low, high),
    ("text", "increase" or "reduce") or None; `tolerance`: ("points" or "percent_of_target", x) or None."""

    direction: str
    decimals: int
    target: tuple | None = None
    tolerance: tuple | None = None
    improvement: Fraction = Fraction(1)
    stale_after: int = 31
    expected_from: dt.date | None = None
    baseline: tuple[dt.date, Decimal | None] | None = None


@dataclass(frozen=True)
class Verdict:
    """What must be printed."""

    impact: str
    value: object = None
    previous: object = None
    change: object = None
    baseline: object = None


def latest(seen: Sequence[Seen], date: dt.date) -> Seen | None:
    """The observation whose period ends last, on or before the date."""
    visible = [s for s in seen if s.end <= date]
    return max(visible, key=lambda s: s.end) if visible else None


def is_current(item: Seen, date: dt.date, rules: Rules) -> bool:
    """Older than the limit is stale; as old as the limit is not."""
    return (date - item.end).days <= rules.stale_after


def bounds(rules: Rules, date: dt.date) -> tuple[Fraction | None, Fraction | None] | None:
    """The target in force as (not below, not above); None where none is in force or it is a direction only."""
    if rules.target is None or rules.direction == "neutral":
        return None
    kind, *rest = rules.target
    if kind == "range":
        return Fraction(rest[0]), Fraction(rest[1])
    if kind == "text":
        return None
    begun = [step for step in (rest[0] if kind == "steps" else ((date, rest[0]),)) if step[0] <= date]
    if not begun:
        return None
    value = Fraction(max(begun)[1])
    return (value, None) if rules.direction == "higher" else (None, value)


def miss(value: Fraction, low: Fraction | None, high: Fraction | None) -> Fraction:
    """The shortfall, or the distance outside the nearer end."""
    if low is not None and value < low:
        return low - value
    if high is not None and value > high:
        return value - high
    return Fraction(0)


def colour(value: Fraction, previous: Fraction | None, baseline: Fraction | None, rules: Rules, date: dt.date) -> str:
    """Green, Amber, Yellow or Red of a value with a target in force."""
    tolerance = None
    if rules.target[0] == "text":
        sign = 1 if rules.target[1] == "increase" else -1
        shortfall = max((baseline - value) * sign, Fraction(0))
        before = None if previous is None else max((baseline - previous) * sign, Fraction(0))
        is_met = (value - baseline) * sign > 0
    else:
        low, high = bounds(rules, date)
        shortfall = miss(value, low, high)
        before = None if previous is None else miss(previous, low, high)
        is_met = shortfall == 0
        if rules.tolerance is not None:
            kind, size = rules.tolerance
            aim = low if low is not None else high
            tolerance = Fraction(size) if kind == "points" else abs(aim) * Fraction(size) / 100
    if is_met:
        return "green"
    if tolerance is not None and shortfall <= tolerance:
        return "amber"
    if before is not None and before - shortfall >= rules.improvement:
        return "yellow"
    return "red"


def find_baseline(seen: Sequence[Seen], rules: Rules, as_at: dt.date) -> Fraction | None:
    """A baseline is an observation too; a printed one stands for itself. Not before its date."""
    if rules.baseline is None or rules.baseline[0] > as_at:
        return None
    end, value = rules.baseline
    if value is not None:
        return printed(Fraction(value), rules.decimals)
    own = [s for s in seen if s.end == end and s.state == "sound"]
    return printed(own[0].exact, rules.decimals) if own else None


def find_previous(seen: Sequence[Seen], rules: Rules, own: Seen, before: dt.date | None) -> Seen | None:
    """The value as at the previous reporting date: sound, current on that date, and another observation."""
    found = latest(seen, before) if before is not None else None
    if found is None or found.state != "sound" or found.end == own.end:
        return None
    return found if is_current(found, before, rules) else None


def judge(seen: Sequence[Seen], rules: Rules, as_at: dt.date, before: dt.date | None) -> Verdict:
    """The first rule that holds. Grey is a rating: it changes no figure."""
    found = judge_figure(seen, rules, as_at, before)
    is_early = rules.expected_from is not None and rules.expected_from > as_at
    return replace(found, impact="grey") if is_early and found.impact != "held" else found


def judge_figure(seen: Sequence[Seen], rules: Rules, as_at: dt.date, before: dt.date | None) -> Verdict:
    """The first rule that holds, were every effect expected by now."""
    own = latest(seen, as_at)
    baseline = find_baseline(seen, rules, as_at)
    if own is not None and own.state == "held":
        return Verdict("held", baseline=baseline)
    if own is None or not is_current(own, as_at, rules):
        return Verdict("no_data", baseline=baseline)
    if own.state == "no_cases":
        return Verdict("unrated", baseline=baseline)
    value = printed(own.exact, rules.decimals)
    if own.state == "stated":
        return Verdict("unrated", value, None, None, baseline)
    earlier = find_previous(seen, rules, own, before)
    previous = printed(earlier.exact, rules.decimals) if earlier else None
    change = None if previous is None else value - previous
    rated = is_rated(rules, own, baseline, as_at)
    impact = colour(value, previous, baseline, rules, as_at) if rated else "unrated"
    return Verdict(impact, value, previous, change, baseline)


def is_rated(rules: Rules, own: Seen, baseline: Fraction | None, as_at: dt.date) -> bool:
    """Whether a target is in force; a direction only needs a baseline, and a figure from after it."""
    if rules.target is not None and rules.target[0] == "text":
        return baseline is not None and own.end > rules.baseline[0]
    return bounds(rules, as_at) is not None


def colour_unrounded(seen: Sequence[Seen], rules: Rules, as_at: dt.date, before: dt.date | None) -> set[str]:
    """The colours that the unrounded value would have, beside the printed and the unrounded previous one."""
    own = latest(seen, as_at)
    baseline = find_baseline(seen, rules, as_at)
    earlier = find_previous(seen, rules, own, before)
    exact = None if earlier is None else earlier.exact
    shown = None if earlier is None else printed(earlier.exact, rules.decimals)
    return {colour(own.exact, previous, baseline, rules, as_at) for previous in (exact, shown)}
