"""A rolling figure is of the twelve months that end with its period, and is said to be."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.facts import Period
from tests.properties.lines import make_programme
from tests.unit.transforms.tables import DAY, MONTHLY, PERIOD, VISITS, cut, judge, make_layout
from transforms.judging import judge_tables
from transforms.packs.inputs import period_text
from transforms.words import say_period

APRIL = "2026-04-01/2026-04-30/month"
ROLLING_VISITS = {**VISITS, "measures": [{**VISITS["measures"][0], "basis": "rolling_12m"}]}
ROLLING_MONTHLY = {**MONTHLY, "measures": [{**MONTHLY["measures"][0], "basis": "rolling_12m"}]}
ROWS = {"north": ("447", "355", "92", "79.4%"), "south": ("200", "150", "50", "75.0%")}


def month(text: str) -> Period:
    return Period.from_key(text)


def test_the_figure_of_a_column_of_months_is_of_the_twelve_months_to_its_end() -> None:
    layout = make_layout(eet=ROLLING_MONTHLY)
    table = cut(layout, "eet", {"eet": {"2021-10-01/2021-10-31/month": "71.0%"}})
    (found,) = judge(layout, [table]).observations
    assert found.period == Period(dt.date(2020, 11, 1), dt.date(2021, 10, 31), "month")


def test_the_figure_of_a_workbook_of_a_day_is_of_the_twelve_months_to_that_day() -> None:
    layout = make_layout(visits=ROLLING_VISITS)
    judged = judge(layout, [cut(layout, "visits", ROWS)])
    assert {o.period for o in judged.observations} == {Period(dt.date(2020, 11, 30), DAY, "day")}


def test_what_a_workbook_covers_does_not_shorten_it() -> None:
    layout = make_layout(visits=ROLLING_VISITS)
    covers = Period(DAY - dt.timedelta(days=6), DAY, "range")
    judged = judge_tables([cut(layout, "visits", ROWS)], layout, make_programme({}), PERIOD, covers, cadence="weekly")
    assert {o.period for o in judged.observations} == {Period(dt.date(2020, 11, 30), DAY, "day")}


@pytest.mark.parametrize("basis", ["rolling_12m", "ytd", "in_period", "snapshot"])
def test_a_service_without_a_row_is_missing_from_the_same_period(basis: str) -> None:
    """Else the company figure would be summed from the rest, or stand apart from them."""
    layout = make_layout(visits={**VISITS, "measures": [{**VISITS["measures"][0], "basis": basis}]})
    covers = Period(DAY - dt.timedelta(days=6), DAY, "range")
    judged = judge_tables([cut(layout, "visits", ROWS)], layout, make_programme({}), PERIOD, covers, cadence="weekly")
    assert {o.state for o in judged.observations} == {"sound", "absent"}
    assert len({o.period for o in judged.observations}) == 1


@pytest.mark.parametrize(
    ("period", "long", "short"),
    [
        (APRIL, "12 months to April 2026", "12 months to Apr 2026"),
        ("2026-03-01/2026-03-31/month", "12 months to March 2026", "12 months to Mar 2026"),
        ("2026-04-30/2026-04-30/day", "12 months to April 2026", "12 months to Apr 2026"),
        ("2026-09-15/2026-09-15/day", "12 months to 15 September 2026", "12 months to 15 Sep 2026"),
    ],
)
def test_it_is_said_to_be_of_twelve_months(period: str, long: str, short: str) -> None:
    rolling = month(period).rolling_year
    assert (say_period(rolling), period_text(rolling)) == (long, short)


def test_a_month_is_said_as_a_month() -> None:
    assert (say_period(month(APRIL)), period_text(month(APRIL))) == ("April 2026", "Apr 2026")


def test_the_year_goes_without_saying_where_it_is_near() -> None:
    assert say_period(month(APRIL).rolling_year, dt.date(2026, 5, 31)) == "12 months to April"
