"""Long periods against short ones: what adds up, what cannot, and what is left alone."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from schemas.facts import Period
from tests.builders import invented_programme
from tests.unit.transforms.figures_given import given, known, month
from transforms.known import KnownObservation
from transforms.periods import find_period_conflicts, find_sum

MARCH = month(3)
QUARTER = Period(dt.date(2031, 1, 1), dt.date(2031, 3, 31), "quarter")
YEAR = Period(dt.date(2030, 4, 1), dt.date(2031, 3, 31), "year")


def week(day: int, number: int = 3) -> Period:
    """The seven days from a day of a month of 2031 on."""
    first = dt.date(2031, number, day)
    return Period(first, first + dt.timedelta(days=6), "range")


def totals(numbers: dict[Period, int]) -> dict[Period, Decimal]:
    """Numbers as they are read."""
    return {p: Decimal(n) for p, n in numbers.items()}


INSIDE = {week(3): 10, week(10): 10, week(17): 10, week(24): 10}
EDGES = {week(24, 2): 10, week(31): 10}


def explain(whole: Period, number: int, shorter: dict[Period, int]) -> tuple[str, int] | None:
    """How the sum contradicts the whole, and the sum."""
    found = find_sum(whole, Decimal(number), totals(shorter))
    return None if found is None else (found.how, int(found.total))


@pytest.mark.parametrize(
    ("number", "shorter", "expected"),
    [
        (40, INSIDE, None),
        (39, INSIDE, ("within it add up to", 40)),
        (400, INSIDE, None),
        (60, {**INSIDE, **EDGES}, None),
        (61, {**INSIDE, **EDGES}, ("that cover it add up to only", 60)),
        (39, {**INSIDE, **EDGES}, ("within it add up to", 40)),
        (61, {**INSIDE, week(31): 10}, None),
        (0, EDGES, None),
        (0, {}, None),
    ],
)
def test_a_month_lies_between_its_weeks(
    number: int, shorter: dict[Period, int], expected: tuple[str, int] | None
) -> None:
    assert explain(MARCH, number, shorter) == expected


def test_overlapping_weeks_are_not_counted_twice() -> None:
    shifted = {week(n): 10 for n in (3, 5, 10, 12)}
    assert explain(MARCH, 20, shifted) is None
    assert explain(MARCH, 19, shifted) == ("within it add up to", 20)


def test_a_quarter_is_what_its_months_are() -> None:
    months = {month(1): 30, month(2): 20, month(3): 10}
    assert explain(QUARTER, 60, months) is None
    assert explain(QUARTER, 61, months) == ("that cover it add up to only", 60)
    assert explain(QUARTER, 59, months) == ("within it add up to", 60)
    assert explain(QUARTER, 61, {month(1): 30, month(2): 20}) is None


def test_periods_of_one_kind_are_added_not_months_and_weeks_together() -> None:
    assert explain(QUARTER, 60, {month(1): 30, month(3): 20, week(3): 15}) is None


def test_a_year_is_held_against_its_quarters_and_its_months() -> None:
    quarters = {
        Period(dt.date(2030, 4, 1), dt.date(2030, 6, 30), "quarter"): 10,
        Period(dt.date(2030, 7, 1), dt.date(2030, 9, 30), "quarter"): 10,
        Period(dt.date(2030, 10, 1), dt.date(2030, 12, 31), "quarter"): 10,
        QUARTER: 10,
    }
    assert explain(YEAR, 40, quarters) is None
    assert explain(YEAR, 41, quarters) == ("that cover it add up to only", 40)
    months = {month(n, 2030): 3 for n in range(4, 13)} | {month(n): 3 for n in range(1, 4)}
    assert explain(YEAR, 35, months) == ("within it add up to", 36)


def counted(period: Period, number: int, receipt_id: int, **keys: object) -> KnownObservation:
    """What a return counts in a period."""
    item = given(number, None, None, form="count", basis="in_period", period=period, **keys)
    return known(item, f"return_{receipt_id}", receipt_id)


def positions(*items: KnownObservation) -> list[int]:
    """The places of the observations that are contradicted."""
    return [c.position for c in find_period_conflicts(items, invented_programme())]


WEEKS = [counted(p, n, 1) for p, n in INSIDE.items()]


def test_the_longer_period_is_held_and_the_sentence_lists_the_shorter_ones() -> None:
    (conflict,) = find_period_conflicts([*WEEKS, counted(MARCH, 39, 2)], invented_programme())
    assert conflict.position == 4
    assert conflict.finding.cell == "B7"
    assert "10 in the week to 9 Mar 2031 + 10 in the week to 16 Mar 2031" in conflict.finding.message
    assert "add up to 40" in conflict.why


@pytest.mark.parametrize(
    "keys", [{"basis": "snapshot"}, {"basis": "ytd"}, {"service": "islands"}, {"form": "average"}, {"state": "held"}]
)
def test_only_what_is_counted_in_the_period_adds_up(keys: dict[str, object]) -> None:
    own = given(39, None, None, **({"form": "count", "basis": "in_period", "period": MARCH} | keys))
    assert positions(*WEEKS, known(own, "return_2", 2)) == []


def test_a_week_that_is_held_is_unknown() -> None:
    assert positions(*WEEKS[:3], counted(week(24), 10, 1, state="held"), counted(MARCH, 39, 2)) == []


def test_a_week_that_two_returns_give_counts_once() -> None:
    assert positions(*WEEKS, *(counted(p, n, 3) for p, n in INSIDE.items()), counted(MARCH, 40, 2)) == []


def share(period: Period, numerator: int, denominator: int, receipt_id: int) -> KnownObservation:
    """A share of what was counted in a period."""
    return known(given(numerator, denominator, period=period, basis="in_period"), f"return_{receipt_id}", receipt_id)


def test_numerators_and_denominators_add_up_each() -> None:
    months = [share(month(n), 30, 40, 1) for n in (1, 2, 3)]
    assert positions(*months, share(QUARTER, 90, 120, 2)) == []
    assert positions(*months, share(QUARTER, 90, 121, 2)) == [3]
    assert positions(*months, share(QUARTER, 89, 120, 2)) == [3]


def test_staff_who_are_there_all_the_time_do_not_add_up() -> None:
    """Leavers of a month and of a quarter are both of the same 100 posts."""
    months = [share(month(n), 2, 100 + n, 1) for n in (1, 2, 3)]
    assert positions(*months, share(QUARTER, 6, 102, 2)) == []
