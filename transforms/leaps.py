"""Whether a figure lies outside the usual variation of the ones before it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from statistics import median

from schemas.config import CADENCE_DAYS, Programme, Return
from schemas.facts import Observation, derive_value
from schemas.figures import decimal_text, round_half_away
from schemas.findings import Finding, make_finding
from transforms.agreement import SOUND
from transforms.spc import LEAST_POINTS, Limits, moving_ranges, process_limits
from transforms.telling import find_place, name_figure

_RUNNING = {"ytd", "rolling_12m"}
_LEAST_COUNT = 2
_STEP_OF = {"month": CADENCE_DAYS["monthly"], "quarter": CADENCE_DAYS["quarterly"], "year": CADENCE_DAYS["yearly"]}


def find_leap(items: Sequence[Observation], programme: Programme, item: Return) -> Finding | None:
    """The doubt that the last of a line's figures is outside the process limits of the ones before it.

    `items` are of one basis and precision, in order of their periods. Too few or too small figures, and those
    that run on from period to period, have no limits.
    """
    *before, own = items
    value = _value(own)
    if own.basis in _RUNNING or value is None or len(before) < LEAST_POINTS:
        return None
    values = _with_gaps([*before, own], item)[:-1]
    if sum(v is not None for v in values) < LEAST_POINTS or not _can_be_charted(before, values, programme):
        return None
    limits = process_limits(values)
    return _tell(own, limits, programme) if limits.is_outside(value) else None


def _value(item: Observation) -> Decimal | None:
    if item.state not in SOUND:
        return None
    return _divide(item.form, item.numerator, item.denominator, item.per, item.stated)


@lru_cache(maxsize=65536)
def _divide(
    form: str, numerator: Decimal | None, denominator: Decimal | None, per: Decimal, stated: Decimal | None
) -> Decimal | None:
    """The unrounded value to 28 figures: worked out once for the many later figures that are held against it."""
    exact = derive_value(form, numerator, denominator, per)
    if exact is None:
        return stated if denominator is None else None
    return Decimal(exact.numerator) / Decimal(exact.denominator)


def _with_gaps(items: Sequence[Observation], item: Return) -> list[Decimal | None]:
    """The values in order, None for a figure that is not sound and wherever a period was left out."""
    step = _STEP_OF.get(items[-1].period.precision, item.cadence_days)
    values: list[Decimal | None] = []
    last: dt.date | None = None
    for one in items:
        if last is not None and 2 * (one.period.end - last).days > 3 * step:
            values.append(None)
        values.append(_value(one))
        last = one.period.end
    return values


def _can_be_charted(before: Sequence[Observation], values: Sequence[Decimal | None], programme: Programme) -> bool:
    """Whether the series is one of which an individuals chart can tell: not of a few cases, and not mostly still."""
    sound = [o for o in before if o.state in SOUND]
    bases = [o.denominator for o in sound if o.denominator is not None]
    if bases and median(bases) < programme.small_base:
        return False
    counts = [o.numerator for o in sound if o.form == "count" and o.numerator is not None]
    if counts and sum(counts) < _LEAST_COUNT * len(counts):
        return False
    ranges = moving_ranges(values)
    still = sum(r == 0 for r in ranges)
    return still == len(ranges) or 2 * still <= len(ranges)


def _tell(own: Observation, limits: Limits, programme: Programme) -> Finding:
    place, this = find_place(own, "value")
    lower, upper = limits.lower or Decimal(0), limits.upper or Decimal(0)
    return make_finding(
        "jump",
        sheet=place.sheet,
        cell=place.cell,
        what=name_figure(own, programme),
        this=this,
        count=limits.count,
        mean=_say(limits.mean),
        lower=_say(max(lower, Decimal(0))),
        upper=_say(upper),
    )


def _say(value: Decimal) -> str:
    return decimal_text(round_half_away(Fraction(value), 1)) or ""
