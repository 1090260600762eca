"""What contradicts what: figures that two tables or returns give."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import permutations

import pytest

from schemas.facts import Observation, Period
from tests.builders import invented_programme
from tests.unit.transforms.figures_given import DAY, given, known, month
from transforms.agreement import (
    demote_companies,
    find_conflicts,
    find_contradiction,
    hold_conflicts,
    keep_most_exact,
)
from transforms.known import KnownObservation

NAMES = {1: "week.xlsx", 2: "month.xlsx", 3: "year.xlsx"}


@pytest.mark.parametrize(
    ("one", "two", "part"),
    [
        (given(150, 200), given(150, 200), None),
        (given(150, 200), given(151, 200), "numerator"),
        (given(150, 200), given(150, 201), "denominator"),
        (given(150, 200), given(75, 100), "numerator"),
        (given(stated="75.0"), given(stated="75.0"), None),
        (given(stated="75.0"), given(stated="75.1"), "value"),
        (given(stated="75"), given(stated="75.4"), None),
        (given(stated="75"), given(stated="74.5"), None),
        (given(stated="75"), given(stated="75.5"), None),
        (given(stated="75"), given(stated="75.6"), "value"),
        (given(stated="75"), given(stated="74.4"), "value"),
        (given(150, 200), given(stated="75.0"), None),
        (given(150, 200), given(stated="75"), None),
        (given(150, 200), given(stated="75.1"), "value"),
        (given(39, 42), given(stated="92.9"), None),
        (given(39, 42, "92.8"), given(stated="92.8"), None),
        (given(39, 42, "92.8"), given(stated="92.9"), None),
        (given(39, 42, "92.8"), given(stated="92.7"), "value"),
        (given(0, 0), given(0, 0), None),
        (given(0, 0), given(stated="100.0"), None),
        (given(), given(stated="100.0"), None),
    ],
)
def test_figures_agree_or_contradict_each_other(one: Observation, two: Observation, part: str | None) -> None:
    assert find_contradiction(one, two) == part
    assert find_contradiction(two, one) == part


def count(number: str) -> Observation:
    """A count or number as a return states it."""
    return replace(given(number, None, number), form="number")


@pytest.mark.parametrize(
    ("one", "two", "agrees"),
    [("52", "52", True), ("52", "53", False), ("52.3", "52", True), ("52.6", "52", False), ("-3", "-3", True)],
)
def test_counts_agree_as_printed(one: str, two: str, agrees: bool) -> None:
    assert (find_contradiction(count(one), count(two)) is None) == agrees


def conflicts_of(*items: KnownObservation) -> list[tuple[int, str]]:
    """The conflicts, by place, with the cell of the finding."""
    found = find_conflicts(items, NAMES, invented_programme())
    return [(c.position, c.finding.cell or "") for c in found]


WEEK = known(given(150, 200))
OTHER = known(given(150, 201), "crew_report", 2)


def test_both_sides_are_told_each_at_its_own_cell() -> None:
    assert conflicts_of(WEEK, OTHER) == [(0, "C7"), (1, "C7")]
    one, two = find_conflicts([WEEK, OTHER], NAMES, invented_programme())
    assert "C7 gives the denominator of 'Lamps lit in time' (Upper Reach) as 200" in one.finding.message
    assert "month.xlsx, Lamps!C7, gives 201" in one.finding.message
    assert "as 201 for 31 March 2031, but week.xlsx" in two.finding.message


@pytest.mark.parametrize(
    "keys",
    [
        {"service": "islands"},
        {"service": None},
        {"subgroup": "tall"},
        {"basis": "ytd"},
        {"measure": "rounds_done"},
        {"form": "average"},
        {"period": Period(DAY - dt.timedelta(days=1), DAY - dt.timedelta(days=1))},
        {"period": month(2)},
        {"state": "held"},
        {"state": "absent"},
    ],
)
def test_only_the_same_figure_is_compared(keys: dict[str, object]) -> None:
    assert conflicts_of(WEEK, known(given(150, 201, **keys), "crew_report", 2)) == []


def test_a_snapshot_of_a_months_last_day_is_the_months() -> None:
    assert conflicts_of(WEEK, known(given(150, 201, period=month(3)), "crew_report", 2))
    early = Period(dt.date(2031, 3, 30), dt.date(2031, 3, 30))
    assert not conflicts_of(
        known(given(150, 200, period=early)), known(given(1, 2, period=month(3)), "crew_report", 2)
    )


def test_what_is_counted_in_a_day_is_not_what_is_counted_in_its_month() -> None:
    month_long = known(given(150, 201, period=month(3), basis="in_period"), "crew_report", 2)
    assert not conflicts_of(known(given(150, 200, basis="in_period")), month_long)


def test_a_range_of_a_months_days_is_the_month() -> None:
    days = replace(month(3), precision="range")
    one = known(given(150, 200, period=days, basis="in_period"))
    assert conflicts_of(one, known(given(150, 201, period=month(3), basis="in_period"), "crew_report", 2))


def test_a_later_receipt_of_the_same_return_restates_it() -> None:
    assert conflicts_of(known(given(150, 200), receipt_id=1), known(given(150, 201), receipt_id=2)) == []


def test_only_what_speaks_is_compared() -> None:
    stale, mended = known(given(150, 200), receipt_id=1), known(given(150, 201), receipt_id=3)
    assert conflicts_of(stale, mended, OTHER) == []
    assert conflicts_of(mended, stale, OTHER) == [(1, "C7"), (2, "C7")]


def test_two_tables_of_one_workbook_are_compared() -> None:
    assert conflicts_of(known(given(150, 200)), known(given(150, 201))) == [(0, "C7"), (1, "C7")]


def test_of_three_returns_the_two_that_agree_are_held_with_the_third() -> None:
    """Nobody knows which is right: two that agree may have been copied from each other."""
    items = [WEEK, OTHER, known(given(150, 200), "grade_report", 3)]
    held = hold_conflicts(items, find_conflicts(items, NAMES, invented_programme()))
    assert [k.observation.state for k in held] == ["held"] * 3
    assert held[1].observation.why == "week.xlsx says 200 at Lamps!C7, and this return says 201"


def test_the_order_of_arrival_changes_nothing() -> None:
    items = [WEEK, OTHER, known(given(149, 200), "grade_report", 3), known(given(1, 2, service="islands"))]
    seen = set()
    for order in permutations(items):
        held = hold_conflicts(order, find_conflicts(order, NAMES, invented_programme()))
        seen.add(
            frozenset((k.return_id, k.observation.service, k.observation.state, k.observation.why) for k in held)
        )
    assert len(seen) == 1


def test_a_company_row_is_stated_only_once_a_service_beside_it_is_held() -> None:
    company = known(given(538, 694, "77.5", service=None))
    items = [WEEK, company, OTHER, known(given(10, 20, service=None, measure="rounds_done"))]
    held = hold_conflicts(items, find_conflicts(items, NAMES, invented_programme()))
    (only,) = demote_companies(items, held, invented_programme())
    assert (only.position, only.why, only.finding.code) == (1, "upper_reach", "stated_not_checked")
    assert only.finding.cell == "D7"
    after = hold_conflicts(held, [only], state="stated_only")
    assert [k.observation.state for k in after] == ["held", "stated_only", "held", "sound"]


def test_a_row_that_its_own_file_holds_demotes_nothing_anew() -> None:
    items = [known(given(150, 200, state="held")), known(given(538, 694, service=None))]
    assert demote_companies(items, items, invented_programme()) == []


def test_of_two_tables_that_agree_the_more_exact_one_is_printed() -> None:
    counts, whole, tenths = known(given(150, 199)), known(given(stated="75")), known(given(stated="75.4"))
    for order in permutations([counts, whole, tenths]):
        assert keep_most_exact(order) == [counts]
    assert keep_most_exact([tenths, whole]) == [tenths]
    others = [counts, known(given(stated="75"), "crew_report", 2), known(given(stated="75", service="islands"))]
    assert keep_most_exact(others) == others
    held = known(given(stated="75", state="held"))
    assert keep_most_exact([counts, held]) == [counts, held]
