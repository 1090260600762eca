"""Reading the target dates of a plan as they are printed: "Sept 2021", "From A-B", "By X", "A and B"."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sample_inputs.figures import MONTHS

MONTH = r"([A-Z][a-z]+)[ -](\d{4})"


@dataclass(frozen=True)
class Reading:
    """What a printed date says; nothing set means undated."""

    start: date | None = None
    due: date | None = None
    forecast: date | None = None


Rule = Callable[[list[date], date], Reading]


def last_day(first: date) -> date:
    """Return the last day of the month that begins on `first`."""
    return first.replace(day=monthrange(first.year, first.month)[1])


def _due(months: list[date], _as_at: date) -> Reading:
    return Reading(due=last_day(max(months)))


def _start(months: list[date], _as_at: date) -> Reading:
    return Reading(start=max(months))


def _start_and_due(months: list[date], _as_at: date) -> Reading:
    return Reading(start=months[0], due=last_day(months[1]))


def _due_and_forecast(months: list[date], _as_at: date) -> Reading:
    return Reading(due=last_day(months[0]), forecast=last_day(months[1]))


def _milestones(months: list[date], as_at: date) -> Reading:
    days = sorted(last_day(month) for month in months)
    return Reading(due=next((day for day in days if day >= as_at), days[-1]))


RULES: tuple[tuple[str, Rule], ...] = (
    (MONTH, _due),
    (rf"(?:By|End of|During|Early) {MONTH}", _due),
    (rf"{MONTH}/{MONTH}", _due),
    (rf"{MONTH} and ongoing", _due),
    (rf"(?:From|Ongoing from|Next phase from|Each quarter starting in) {MONTH}", _start),
    (rf"{MONTH} onwards", _start),
    (rf"From {MONTH} From {MONTH}", _start),
    (rf"(?:From )?{MONTH} ?- ?{MONTH}", _start_and_due),
    (rf"From {MONTH} {MONTH}", _start_and_due),
    (rf"{MONTH} {MONTH}", _due_and_forecast),
    (rf"{MONTH} and {MONTH}", _milestones),
)


def read_printed(printed: str, as_at: date) -> Reading:
    """Return start, due and forecast of a printed date; `as_at` decides which milestone is next."""
    for pattern, rule in RULES:
        if re.fullmatch(pattern, printed):
            return rule(_months_in(printed), as_at)
    return Reading()


def _months_in(printed: str) -> list[date]:
    found = re.findall(MONTH, printed)
    return [date(int(year), MONTHS.index(name[:3]) + 1, 1) for name, year in found]
