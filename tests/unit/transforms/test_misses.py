"""How far a figure is from its target, and how far it came: a share that a reader can work out from the page."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from schemas.kpi import KpiRow
from tests.properties.lines import make_programme, observe, rate
from transforms.packs.misses import find_furthest, find_recovery, say_miss, say_recovery

AS_AT = dt.date(2031, 6, 30)
MAY = dt.date(2031, 5, 31)
MARCH = dt.date(2031, 3, 31)
LOWER = {"direction": "lower", "unit": "posts", "stale_after": 100}
SET = {
    "open cases": {**LOWER, "target": {"value": 2250}, "tolerance": {"kind": "percent_of_target", "value": 4}},
    "vacancies": {**LOWER, "target": {"value": 12}, "tolerance": {"kind": "points", "value": 1}},
    "referrals": {**LOWER, "target": {"text": "reduce"}, "baseline": {"period_end": MARCH, "value": "636.9"}},
    "long plans": {**LOWER, "target": {"value": 0}, "tolerance": {"kind": "points", "value": 2}},
    "caseload": {"direction": "range", "unit": "children", "target": {"low": 15, "high": 18}, "stale_after": 100},
    "visits": {"target": {"value": 90}, "tolerance": {"kind": "points", "value": 5}, "stale_after": 100},
}


def row(name: str, value: str, before: str | None = None) -> KpiRow:
    """A figure of an indicator, labelled with its name."""
    programme = make_programme({"label": name, **SET[name]}, (MARCH, MAY, AS_AT))
    form = "percent" if name == "visits" else "number"
    seen = [observe(MAY, stated=before, form=form)] if before else []
    return rate(programme, [*seen, observe(AS_AT, stated=value, form=form)], AS_AT)


class TestFurthest:
    def test_a_small_miss_of_a_large_number_is_not_the_furthest(self) -> None:
        """As found: 646.5 against a baseline of 636.9 was named before 15.1 against 12."""
        rows = [row("referrals", "646.5"), row("vacancies", "15.1")]
        assert find_furthest(rows) is rows[1]

    def test_neither_tolerance_nor_colour_decides(self) -> None:
        """An Amber at 4% of a large number is nearer than a Red at 10%; and a Yellow may be the furthest."""
        rows = [row("open cases", "2340"), row("vacancies", "15.0", "18.0"), row("visits", "84.9")]
        assert [r.impact for r in rows] == ["amber", "yellow", "red"]
        assert find_furthest(rows) is rows[1]

    def test_a_target_of_nought_has_no_share_and_comes_last(self) -> None:
        rows = [row("long plans", "40"), row("open cases", "2251")]
        assert find_furthest(rows) is rows[1]
        assert find_furthest(rows[:1]) is rows[0]

    def test_of_two_targets_of_nought_the_larger_number(self) -> None:
        rows = [row("long plans", "3"), row("long plans", "7")]
        assert find_furthest(rows) is rows[1]

    def test_where_every_target_is_met_none_is(self) -> None:
        assert find_furthest([row("visits", "95.0")]) is None

    @pytest.mark.parametrize(
        ("name", "value", "said"),
        [
            ("vacancies", "15.1", "26% above its target"),
            ("visits", "45.0", "50% below its target"),
            ("visits", "89.9", "less than 1% below its target"),
            ("caseload", "21.1", "17% above its range"),
            ("caseload", "12.0", "20% below its range"),
            ("referrals", "646.5", "2% above its baseline"),
            ("referrals", "636.9", "no nearer than its baseline"),
            ("long plans", "3", "3.0 above its target"),
        ],
    )
    def test_it_is_said_as_a_share_of_the_target(self, name: str, value: str, said: str) -> None:
        assert say_miss(row(name, value)) == said


class TestRecovery:
    """The change towards the target, as a share of it, of a figure whose colour is better than before."""

    def test_the_largest_share_and_not_the_largest_number(self) -> None:
        rows = [row("open cases", "2200", "2400"), row("vacancies", "11.0", "15.0")]
        rows = [_was(r, "red") for r in rows]
        assert find_recovery(rows) is rows[1]
        assert say_recovery(rows[1]) == "33% of its target"

    def test_a_colour_that_is_better_since_the_target_moved_is_no_recovery(self) -> None:
        worse = _was(row("vacancies", "11.5", "11.0"), "red")
        assert worse.change == Decimal("0.5")
        assert find_recovery([worse]) is None

    def test_a_year_to_date_is_not_compared_with_the_date_before(self) -> None:
        better = _was(row("visits", "95.0", "80.0"), "red")
        assert find_recovery([better]) is better
        assert find_recovery([_to_date(better)]) is None

    def test_into_a_range_it_is_the_distance_that_shrank(self) -> None:
        rows = [_was(row("caseload", "17.0", "21.0"), "red")]
        assert find_recovery(rows) is rows[0]
        assert say_recovery(rows[0]) == "22% of its range"
        assert Fraction(4, 18) == Fraction(22, 99)


def _was(row: KpiRow, impact: str) -> KpiRow:
    return replace(row, previous_impact=impact)


def _to_date(row: KpiRow) -> KpiRow:
    return replace(row, basis="ytd")
