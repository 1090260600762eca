"""Impact: the colour of an indicator's figure at a reporting date. The order of the tests is the rule.

Source: docs/methodology.md, "BRAG: impact". Ratings are decided on printed (rounded) values, so that
colour and figure never disagree on a page.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from schemas.config import Target, Tolerance

Impact = Literal["green", "amber", "yellow", "red", "grey", "no_data", "held", "unrated"]


@dataclass(frozen=True, slots=True)
class TargetInForce:
    """The target on a date, as an interval: `low` to reach, `high` not to pass; `text` for a direction only."""

    low: Decimal | None = None
    high: Decimal | None = None
    text: str | None = None

    @property
    def shown(self) -> Decimal | None:
        """The one number of a target that has one."""
        return self.low if self.low is not None else self.high


def target_in_force(target: Target | None, direction: str, date: dt.date) -> TargetInForce | None:
    """The target that holds on a date; None where there is none, or before the first step."""
    if target is None or direction == "neutral":
        return None
    if target.text is not None:
        return TargetInForce(text=target.text)
    if target.low is not None:
        return TargetInForce(low=target.low, high=target.high)
    value = target.value
    if target.steps:
        value = next((s.value for s in reversed(target.steps) if s.from_ <= date), None)
    if value is None:
        return None
    return TargetInForce(low=value) if direction == "higher" else TargetInForce(high=value)


def first_step(target: Target | None, date: dt.date) -> tuple[dt.date, Decimal] | None:
    """The first step of a target that has not begun by a date."""
    if target is None or not target.steps or target.steps[0].from_ <= date:
        return None
    return target.steps[0].from_, target.steps[0].value


def measure_miss(
    value: Decimal | Fraction, target: TargetInForce, baseline: Decimal | None, direction: str
) -> Fraction | None:
    """How far a value misses its target: the shortfall, or the distance outside the nearer end of a range.

    For a direction only, the shortfall against the baseline; None where there is no baseline.
    """
    exact = Fraction(value)
    if target.text is not None:
        if baseline is None:
            return None
        gap = Fraction(baseline) - exact
        return max(gap if direction == "higher" else -gap, Fraction(0))
    below = Fraction(target.low) - exact if target.low is not None else Fraction(0)
    above = exact - Fraction(target.high) if target.high is not None else Fraction(0)
    return max(below, above, Fraction(0))


def meets(value: Decimal | Fraction, target: TargetInForce, baseline: Decimal | None, direction: str) -> bool:
    """Whether a value meets its target: at the boundary it does; a direction only wants strictly better."""
    if target.text is not None:
        if baseline is None:
            return False
        return Fraction(value) > baseline if direction == "higher" else Fraction(value) < baseline
    return measure_miss(value, target, baseline, direction) == 0


def tolerance_points(tolerance: Tolerance | None, target: TargetInForce) -> Decimal | None:
    """The tolerance as points of the indicator's unit; None for a direction only, or where none is declared."""
    if tolerance is None or target.text is not None:
        return None
    if tolerance.kind == "points":
        return tolerance.value
    return tolerance.value * abs(target.shown or Decimal(0)) / 100


@dataclass(frozen=True, slots=True)
class Rating:
    """A colour, and the measurements that decided it."""

    impact: Impact
    miss: Fraction | None = None
    previous_miss: Fraction | None = None
    tolerance: Decimal | None = None


def rate_value(
    value: Decimal | Fraction,
    target: TargetInForce,
    tolerance: Tolerance | None,
    previous: Decimal | Fraction | None,
    baseline: Decimal | None,
    direction: str,
    improvement: Decimal,
) -> Rating:
    """Green, Amber, Yellow or Red for a value with a target in force. `previous` is None where there is no
    previous return to compare with; both misses are measured against today's target."""
    miss = measure_miss(value, target, baseline, direction)
    if miss is None:
        return Rating("unrated")
    points = tolerance_points(tolerance, target)
    previous_miss = measure_miss(previous, target, baseline, direction) if previous is not None else None
    if meets(value, target, baseline, direction):
        return Rating("green", miss, previous_miss, points)
    if points is not None and miss <= points:
        return Rating("amber", miss, previous_miss, points)
    if previous_miss is not None and previous_miss - miss >= improvement:
        return Rating("yellow", miss, previous_miss, points)
    return Rating("red", miss, previous_miss, points)
