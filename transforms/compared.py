"""What a figure is compared with, its previous value and its baseline, or why there is none.

Source of the rules: docs/methodology.md, "BRAG: impact".
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from schemas.config import Indicator
from schemas.facts import Period
from schemas.figures import round_half_away
from schemas.kpi import KpiRow
from transforms.known import Facts, FigureValue
from transforms.words import say_date, say_period

_STATES = {"held": "is held", "stated": "is stated, not derived", "no_cases": "is 0 of 0"}
"""What is said of a figure that cannot be compared with."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a row is about: an indicator, for a service (None: the company) and a subgroup."""

    indicator: Indicator
    service: str | None
    subgroup: str | None


@dataclass(frozen=True, slots=True)
class Previous:
    """The previous value of a figure; where there is none, why."""

    value: FigureValue | None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Baseline:
    """The baseline of a row as printed, and its period; where there is none, why."""

    value: Decimal | None
    period: Period | None
    why: str = ""


def find_previous(facts: Facts, line: Line, value: FigureValue, before: dt.date | None, limit: int) -> Previous:
    """The value at the reporting date `before` (a year to date: at the same point last year), if it is another
    figure, sound and current then: its period ended not more than `limit` days earlier."""
    if line.indicator.basis == "ytd":
        return _find_year_earlier(facts, line, year_earlier(value.period.end))
    if before is None:
        return Previous(None, "the programme has no reporting date before")
    found = facts.value_at(line.indicator, line.service, line.subgroup, before)
    when = f"as at {say_date(before)}, the reporting date before,"
    if found is None:
        return Previous(None, f"no figure {when} is known")
    if found.state != "published":
        return Previous(None, f"the figure {when} {_STATES[found.state]}")
    if found.period == value.period:
        return Previous(None, f"{when} the figure was this same one")
    if not is_fresh(found, before, limit):
        return Previous(None, f"the latest figure {when} was too old: of {say_period(found.period)}")
    return Previous(found)


def _find_year_earlier(facts: Facts, line: Line, day: dt.date) -> Previous:
    found = facts.value_of(line.indicator, line.service, line.subgroup, day)
    if found is None:
        return Previous(None, f"no figure of the same point last year, {say_date(day)}, is known")
    if found.state != "published":
        return Previous(None, f"the figure of the same point last year, {say_date(day)}, {_STATES[found.state]}")
    return Previous(found)


def explain_no_previous(row: KpiRow, previous: Previous | None) -> str:
    """Why a row has no previous value, in the order in which the rule looks for one. `previous` is what is found
    for the row's figure; None where it has none."""
    if row.state == "held":
        return "the figure is held, so it is not compared"
    if row.state == "missing" or previous is None:
        return "there is no figure to compare it with"
    if row.state == "no_cases":
        return "there were no cases, so there is no figure to compare it with"
    if row.is_stated:
        return "a figure that is stated, not derived, is not compared"
    return previous.why


def find_baseline(facts: Facts, line: Line, as_at: dt.date) -> Baseline:
    """The baseline of a row: an observation like any other, so null while it is held or not yet visible."""
    declared = line.indicator.baseline
    if declared is None:
        return Baseline(None, None, "none is declared")
    day = declared.period_end
    if day > as_at:
        return Baseline(None, None, f"it is of {say_date(day)}, after {say_date(as_at)}")
    if declared.value is not None:
        if line.service is not None:
            return Baseline(None, None, "it is declared for the company only")
        return Baseline(round_half_away(declared.value, line.indicator.decimals), Period(day, day))
    found = facts.value_of(line.indicator, line.service, line.subgroup, day)
    if found is None:
        return Baseline(None, None, f"no figure of {say_date(day)} is known")
    if found.state != "published":
        return Baseline(None, found.period, f"the figure of {say_date(day)} {_STATES[found.state]}")
    return Baseline(printed_value(found, line.indicator), found.period)


def printed_value(value: FigureValue | None, indicator: Indicator) -> Decimal | None:
    """The value as printed; None where nothing is published."""
    if value is None or value.state != "published" or value.exact is None:
        return None
    return round_half_away(value.exact, indicator.decimals)


def is_fresh(value: FigureValue | None, date: dt.date, limit: int) -> bool:
    """Whether a figure is current at a date: not more than `limit` days lie between."""
    return value is not None and (date - value.period.end).days <= limit


def year_earlier(day: dt.date) -> dt.date:
    """The same point of the year before; the end of February for the end of February."""
    is_month_end = (day + dt.timedelta(days=1)).month != day.month
    last = dt.date(day.year - 1 + day.month // 12, day.month % 12 + 1, 1) - dt.timedelta(days=1)
    return last if is_month_end else day.replace(year=day.year - 1)
