"""Which time a figure of a workbook is about, where no heading of its own says so."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from schemas.config import Cadence
from schemas.facts import Observation, Period
from schemas.findings import Finding, make_finding
from transforms.words import say_date, say_period

_HALF_A_MONTH = 15


@dataclass(frozen=True, slots=True)
class Times:
    """What a workbook says of time: its own date, what it covers where it says so, and how often it comes."""

    own: Period
    covered: Period | None
    cadence: Cadence

    @property
    def _month(self) -> Period | None:
        """The month in which a monthly return counts that is dated with a day and says nothing else."""
        is_day = self.own.start == self.own.end
        return month_of(self.own.end) if self.cadence == "monthly" and self.covered is None and is_day else None

    def of(self, basis: str, period: Period, *, has_column: bool) -> Period:
        """The time of a figure; `period` is that of its column, where it has one, else the workbook's own.

        A year to date begins on 1 April unless the workbook says what it covers; a rolling year is the twelve
        months that end with the time it is of.
        """
        if basis == "ytd" and self.covered is None:
            return Period(financial_year_start(period.end), period.end, "range")
        own = period if has_column or basis == "snapshot" else self.covered or period
        if basis == "rolling_12m":
            return own.rolling_year
        return self._month or own if basis == "in_period" and not has_column else own

    def doubt(self, observations: Iterable[Observation]) -> list[Finding]:
        """Whether figures counted in a month are dated so early in it that the month before may be meant."""
        month, day = self._month, self.own.end
        counted = [o for o in observations if o.basis == "in_period" and o.period == month]
        if month is None or not counted or day.day > _HALF_A_MONTH:
            return []
        return [make_finding("month_begun", month=say_period(month), date=say_date(day))]


def month_of(day: dt.date) -> Period:
    """The whole month of a day."""
    last = calendar.monthrange(day.year, day.month)[1]
    return Period(day.replace(day=1), day.replace(day=last), "month")


def financial_year_start(day: dt.date) -> dt.date:
    """The first of April on or before a day: year to date counts from there."""
    return dt.date(day.year if day.month >= 4 else day.year - 1, 4, 1)
