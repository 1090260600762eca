"""Periods and printed dates come back from storage as they went in; values are derived from counts."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import Period, PlanDates, Precision, derive_value

DATES = st.dates(dt.date(1990, 1, 1), dt.date(2060, 12, 31))
PRECISIONS: list[Precision] = ["day", "month", "quarter", "year", "range"]


@given(DATES, DATES, st.sampled_from(PRECISIONS))
def test_a_period_comes_back_from_its_key(one: dt.date, other: dt.date, precision: Precision) -> None:
    period = Period(min(one, other), max(one, other), precision)
    assert Period.from_key(period.key) == period


def test_the_key_of_a_period_is_readable() -> None:
    period = Period(dt.date(2031, 8, 1), dt.date(2031, 8, 31), "month")
    assert period.key == "2031-08-01/2031-08-31/month"


@pytest.mark.parametrize(
    ("period", "start", "precision"),
    [
        (("2026-04-01", "2026-04-30", "month"), "2025-05-01", "month"),
        (("2024-02-01", "2024-02-29", "month"), "2023-03-01", "month"),
        (("2025-02-01", "2025-02-28", "month"), "2024-03-01", "month"),
        (("2026-09-15", "2026-09-15", "day"), "2025-09-16", "day"),
        (("2024-02-28", "2024-02-28", "day"), "2023-03-01", "day"),
        (("2026-04-30", "2026-04-30", "day"), "2025-05-01", "day"),
        (("2025-04-01", "2026-03-31", "year"), "2025-04-01", "month"),
        (("2026-01-01", "2026-03-31", "quarter"), "2025-04-01", "month"),
        (("2026-04-01", "2026-04-17", "range"), "2025-04-18", "day"),
    ],
)
def test_a_rolling_year_is_the_twelve_months_that_end_with_a_period(
    period: tuple[str, str, Precision], start: str, precision: str
) -> None:
    first, last, kind = period
    given = Period(dt.date.fromisoformat(first), dt.date.fromisoformat(last), kind)
    rolling = given.rolling_year
    assert (rolling.start.isoformat(), rolling.end, rolling.precision) == (start, given.end, precision)
    assert rolling.is_rolling_year
    assert rolling.rolling_year == rolling
    assert not given.is_rolling_year


PLAN_DATES = st.builds(
    PlanDates,
    st.none() | DATES,
    st.lists(DATES, max_size=3).map(tuple),
    st.none() | DATES,
    st.booleans(),
    st.booleans(),
)


@given(PLAN_DATES)
def test_plan_dates_come_back_from_storage(dates: PlanDates) -> None:
    assert PlanDates.decode(dates.encode()) == dates


@given(PLAN_DATES)
def test_a_reading_without_dates_calls_itself_undated_or_ongoing(dates: PlanDates) -> None:
    has_dates = bool(dates.start or dates.dues or dates.forecast)
    assert (dates.text == "undated") == (not has_dates and not dates.is_ongoing)


@given(st.lists(DATES, min_size=1, max_size=4), DATES)
def test_the_due_date_of_milestones_is_the_next_open_one_and_after_the_last_the_last(
    milestones: list[dt.date], date: dt.date
) -> None:
    due = PlanDates(dues=tuple(milestones)).due_at(date)
    assert due == next((day for day in sorted(milestones) if day >= date), sorted(milestones)[-1])


def test_a_milestone_is_open_on_its_own_day() -> None:
    dates = PlanDates(dues=(dt.date(2031, 3, 31), dt.date(2031, 6, 30)))
    assert dates.due_at(dt.date(2031, 3, 31)) == dt.date(2031, 3, 31)
    assert dates.due_at(dt.date(2031, 4, 1)) == dt.date(2031, 6, 30)


@pytest.mark.parametrize(
    ("form", "numerator", "denominator", "per", "value"),
    [
        ("percent", "1", "3", "1", Fraction(100, 3)),
        ("average", "7", "2", "1", Fraction(7, 2)),
        ("rate", "5", "2000", "10000", Fraction(25)),
        ("count", "7", None, "1", Fraction(7)),
        ("percent", "0", "0", "1", None),
        ("percent", None, "3", "1", None),
        ("average", "7", None, "1", None),
    ],
)
def test_a_value_is_derived_from_counts_and_missing_stays_missing(
    form: str, numerator: str | None, denominator: str | None, per: str, value: Fraction | None
) -> None:
    counts = [None if text is None else Decimal(text) for text in (numerator, denominator)]
    assert derive_value(form, counts[0], counts[1], Decimal(per)) == value
