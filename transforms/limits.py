"""The process limits of an indicator's series, as a pack prints and keeps them.

Source of the rules: docs/methodology.md, "What changed".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from statistics import median

from schemas.config import CADENCE_DAYS, Indicator, Programme
from schemas.figures import round_half_away
from schemas.kept import KeptLimits
from transforms.known import Facts, FigureValue
from transforms.spc import moving_ranges, process_limits
from transforms.words import say_number

_RUNNING = {"ytd", "rolling_12m"}
_LEAST_COUNT = 2
_STEP_OF = {"month": CADENCE_DAYS["monthly"], "quarter": CADENCE_DAYS["quarterly"], "year": CADENCE_DAYS["yearly"]}


def limits_of(facts: Facts, programme: Programme, as_at: dt.date) -> tuple[KeptLimits, ...]:
    """The limits of every indicator's company series up to a date; none where a series is refused or too short."""
    return tuple(item for i in programme.indicators for item in limits_of_indicator(facts, i, programme, as_at))


def limits_of_indicator(facts: Facts, indicator: Indicator, programme: Programme, as_at: dt.date) -> list[KeptLimits]:
    """The limits of one indicator's company series: of each of its groups, where it has groups."""
    if indicator.company == "none" or indicator.basis in _RUNNING:
        return []
    found = []
    for subgroup in indicator.subgroups or (None,):
        series = [v for v in facts.series(indicator, None, subgroup) if v.period.end <= as_at]
        limits = _limits(series, indicator, programme, f"{indicator.id}//{subgroup or ''}")
        found += [limits] if limits is not None else []
    return found


def _limits(series: Sequence[FigureValue], indicator: Indicator, programme: Programme, key: str) -> KeptLimits | None:
    points = _last_of_each_period(series, programme.return_of(indicator.return_id).cadence_days)
    sound = [p for p in points if _value(p) is not None]
    values = _with_gaps(points, programme.return_of(indicator.return_id).cadence_days)
    if not sound or not _can_be_charted(sound, values, indicator, programme):
        return None
    limits = process_limits(values)
    if limits.lower is None or limits.upper is None:
        return None
    return KeptLimits(key, sound[0].period.end.isoformat(), limits.count, limits.mean, limits.lower, limits.upper)


def _value(item: FigureValue) -> Decimal | None:
    """The unrounded value of a sound figure; what is held, or stated and not derived, is a gap."""
    if item.state != "published" or item.exact is None:
        return None
    return Decimal(item.exact.numerator) / Decimal(item.exact.denominator)


def step_days(item: FigureValue, cadence: int) -> int:
    """How many days lie between two figures of a series: by the precision of a figure, else the return's cadence."""
    return _STEP_OF.get(item.period.precision, cadence)


def _last_of_each_period(series: Sequence[FigureValue], cadence: int) -> list[FigureValue]:
    """One figure for each period of the cadence: of several, the last one counts."""
    points: dict[tuple[int, int], FigureValue] = {}
    for item in series:
        points[_place(item.period.end, step_days(item, cadence))] = item
    return list(points.values())


def _place(day: dt.date, step: int) -> tuple[int, int]:
    """Which week, month, quarter or year a day lies in."""
    if step == CADENCE_DAYS["weekly"]:
        year, week, _ = day.isocalendar()
        return year, week
    months = {CADENCE_DAYS["monthly"]: 1, CADENCE_DAYS["quarterly"]: 3}.get(step, 12)
    return day.year, (day.month - 1) // months


def _with_gaps(points: Sequence[FigureValue], cadence: int) -> list[Decimal | None]:
    """The values in order, None for what is not sound and wherever a period was left out."""
    values: list[Decimal | None] = []
    last: dt.date | None = None
    for item in points:
        if last is not None and 2 * (item.period.end - last).days > 3 * step_days(item, cadence):
            values.append(None)
        values.append(_value(item))
        last = item.period.end
    return values


def _can_be_charted(
    sound: Sequence[FigureValue], values: Sequence[Decimal | None], indicator: Indicator, programme: Programme
) -> bool:
    """Whether an individuals chart can tell anything of the series: not of a few cases, and not mostly still."""
    small = indicator.small_base if indicator.small_base is not None else programme.small_base
    bases = [v.denominator for v in sound if v.denominator is not None]
    if bases and median(bases) < small:
        return False
    counts = [v.numerator for v in sound if v.parts[0].observation.form == "count" and v.numerator is not None]
    if counts and sum(counts) < _LEAST_COUNT * len(counts):
        return False
    ranges = moving_ranges(values)
    still = sum(r == 0 for r in ranges)
    return still == len(ranges) or 2 * still <= len(ranges)


def say_limits(limits: KeptLimits, unit: str, decimals: int) -> str:
    """The limits as printed: "71.2 to 88.9", cut off where no value is possible."""
    lower, upper = limits.lower, limits.upper
    if limits.mean >= 0:
        lower = max(lower, Decimal(0))
    if unit == "percent" and limits.mean <= 100:
        upper = min(upper, Decimal(100))
    return f"{_say(lower, decimals)} to {_say(upper, decimals)}"


def say_usual_variation(limits: KeptLimits, unit: str, decimals: int) -> str:
    """ "usual variation 71.2 to 88.9, mean 80.0, of 18 points"."""
    span = say_limits(limits, unit, decimals)
    return f"usual variation {span}, mean {_say(limits.mean, decimals)}, of {limits.count} points"


def _say(value: Decimal, decimals: int) -> str:
    return say_number(round_half_away(Fraction(value), decimals))
