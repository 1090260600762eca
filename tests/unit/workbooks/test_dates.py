"""Dates and periods as people write them; day before month."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import Period, Precision
from workbooks.dates import month_end, read_date, read_period


def day(year: int, month: int, number: int) -> Period:
    """A single day."""
    return Period(dt.date(year, month, number), dt.date(year, month, number))


def span(start: tuple[int, int, int], end: tuple[int, int, int], precision: Precision) -> Period:
    """A period from day to day."""
    return Period(dt.date(*start), dt.date(*end), precision)


AUGUST = span((2021, 8, 1), (2021, 8, 31), "month")
SEPTEMBER = span((2021, 9, 1), (2021, 9, 30), "month")
OCTOBER = span((2021, 10, 1), (2021, 10, 31), "month")
YEAR_2020 = span((2020, 4, 1), (2021, 3, 31), "year")
Q2_2021 = span((2021, 7, 1), (2021, 9, 30), "quarter")
HALF_YEAR = span((2021, 4, 1), (2021, 9, 30), "range")

PERIODS = {
    "Aug-21": AUGUST,
    "Aug 21": AUGUST,
    "August 2021": AUGUST,
    "AUG 2021": AUGUST,
    "Aug'21": AUGUST,
    "Sept 21": SEPTEMBER,
    "Sep-2021": SEPTEMBER,
    "Sept. 2021": SEPTEMBER,
    "October 2021": OCTOBER,
    "October\u00a02021": OCTOBER,
    " October  2021 ": OCTOBER,
    "Feb 2024": span((2024, 2, 1), (2024, 2, 29), "month"),
    "29 Nov 21": day(2021, 11, 29),
    "29th November 2021": day(2021, 11, 29),
    "29/11/2021": day(2021, 11, 29),
    "29.11.21": day(2021, 11, 29),
    "2021-11-29": day(2021, 11, 29),
    "w/e 29/11/21": day(2021, 11, 29),
    "W/E 29 Nov 2021": day(2021, 11, 29),
    "Week ending 29/11/2021": day(2021, 11, 29),
    "Week ending: 29/11/2021": day(2021, 11, 29),
    "2020/21": YEAR_2020,
    "2020-21": YEAR_2020,
    "2020/2021": YEAR_2020,
    "FY 2020/21": YEAR_2020,
    "Q2 2021/22": Q2_2021,
    "Quarter 2 2021/22": Q2_2021,
    "Q2, 2021-22": Q2_2021,
    "Q4 2021/22": span((2022, 1, 1), (2022, 3, 31), "quarter"),
    "April to September 2021": HALF_YEAR,
    "April 2021 to September 2021": HALF_YEAR,
    "Apr - Sep 2021": HALF_YEAR,
    "Apr–Sep 2021": HALF_YEAR,
    "October to March 2022": span((2021, 10, 1), (2022, 3, 31), "range"),
    "1 April 2020 to 31 March 2021": span((2020, 4, 1), (2021, 3, 31), "range"),
    "From 1 April 2020 to 31 March 2021": span((2020, 4, 1), (2021, 3, 31), "range"),
    "01/04/2020 - 31/03/2021": span((2020, 4, 1), (2021, 3, 31), "range"),
}


@pytest.mark.parametrize(("text", "period"), PERIODS.items(), ids=PERIODS)
def test_a_period_is_read_as_it_is_written(text: str, period: Period) -> None:
    assert read_period(text) == period


@pytest.mark.parametrize(
    "text",
    [
        "31/02/2021", "31 February 2021", "29/02/2021", "00/01/2021", "13/13/2021", "2021-13-01",
        "", " ", "-", "soon", "Total", "Notes", "2021", "March", "Aug", "2020/22", "2021/20", "Q5 2021/22",
        "Q0 2021/22", "1/2", "18-21", "1-2 years", "Aug 2021 (provisional?)", "August", "September to April",
        "September 2021 to April 2021", "31 March 2021 to 1 April 2020", "Year to date", "12 Mayhem 2021",
    ],
)  # fmt: skip
def test_what_is_no_period_is_none_and_never_the_nearest(text: str) -> None:
    assert read_period(text) is None


@pytest.mark.parametrize("value", [None, 44284, 12.5, True, dt.time(9, 0)])
def test_only_text_and_dates_are_periods(value: object) -> None:
    assert read_period(value) is None


def test_a_date_cell_is_a_month_where_its_format_shows_no_day() -> None:
    first = dt.datetime(2021, 8, 1)
    assert read_period(first, "mmm-yy") == AUGUST
    assert read_period(first, "mmmm yyyy") == AUGUST
    assert read_period(first, "dd/mm/yyyy") == day(2021, 8, 1)
    assert read_period(first, "d mmm yy") == day(2021, 8, 1)
    assert read_period(dt.datetime(2021, 8, 29), "[$-809]mmm yyyy;@") == AUGUST


DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2099, 12, 31))


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d %B %Y", "%d %b %y", "%d-%b-%Y", "%d.%m.%y", "%Y-%m-%d"]))
def test_a_day_comes_back_however_it_is_written(date: dt.date, form: str) -> None:
    assert read_date(date.strftime(form)) == date
    assert read_period(date.strftime(form)) == Period(date, date)


@given(DAYS, st.sampled_from(["%b-%y", "%B %Y", "%b %Y", "%b%y"]))
def test_a_month_comes_back_however_it_is_written(date: dt.date, form: str) -> None:
    first = date.replace(day=1)
    assert read_period(date.strftime(form)) == Period(first, month_end(date.year, date.month), "month")


@given(DAYS, DAYS)
def test_a_range_comes_back_and_never_runs_backwards(one: dt.date, other: dt.date) -> None:
    period = read_period(f"{one:%d/%m/%Y} to {other:%d/%m/%Y}")
    assert period == (Period(one, other, "range") if one <= other else None)


@given(st.text(max_size=30))
def test_no_text_raises(text: str) -> None:
    period = read_period(text)
    assert period is None or period.start <= period.end


@pytest.mark.parametrize("text", ["on 29/11/2021", "29/11/2021 at noon", "1/29/11/2021", "29/11/20211"])
def test_a_date_within_other_text_is_not_a_date(text: str) -> None:
    assert read_date(text) is None
