"""Declared corrections: each expects the wrong value, and is told of once it no longer applies."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from schemas.facts import Period
from tests.unit.transforms.tables import (
    DAY,
    GRADES,
    MONTHLY,
    VISITS,
    correct,
    cut,
    declare,
    judge,
    make_layout,
    programme,
    speak,
)
from transforms.corrections import says
from transforms.indicators import derive_kpis

LAYOUT = make_layout(visits=VISITS)
WRONG = {
    "north": ("669", "616", "80", "88.5%"),
    "south": ("447", "355", "92", "79.4%"),
    "west": ("371", "324", "47", "87.3%"),
    "company": ("", "", "", "85.5%"),
}
MENDED = WRONG | {"north": ("696", "616", "80", "88.5%")}


def visits(rows: dict) -> list:
    return [cut(LAYOUT, "visits", rows)]


def states(judgement) -> dict[str | None, str]:
    return {o.service: o.state for o in judgement.observations}


class TestItApplies:
    def test_the_row_is_sound_and_marked(self) -> None:
        fixed, judgement = correct(LAYOUT, visits(WRONG), [declare()])
        (north,) = [o for o in judgement.observations if o.service == "north"]
        assert (north.state, north.numerator, north.denominator) == ("sound", 616, 696)
        assert north.is_corrected
        assert [f.code for f in (*fixed.findings, *judgement.findings)] == []

    def test_the_company_is_derived_and_marked(self) -> None:
        _, judgement = correct(LAYOUT, visits(WRONG), [declare()])
        rows = {r.service: r for r in derive_kpis(speak(judgement), programme(), DAY)}
        assert (rows[None].value, rows[None].numerator, rows[None].is_corrected) == (
            Decimal("85.5"),
            1295,
            True,
        )
        assert [s for s, r in rows.items() if r.is_corrected] == [None, "north"]

    def test_what_the_cell_said_is_remembered(self) -> None:
        fixed, _ = correct(LAYOUT, visits(WRONG), [declare()])
        (applied,) = fixed.applied
        assert (applied.reading.cell, applied.reading.raw_text, applied.right.value) == ("B2", "669", "696")
        assert fixed.cells == {("Sheet", "B2"): "669"}

    def test_no_other_cell_changes(self) -> None:
        tables = visits(WRONG)
        fixed, _ = correct(LAYOUT, tables, [declare()])
        changed = [(a, b) for a, b in zip(tables[0].readings, fixed.readings, strict=True) if a != b]
        assert [a.cell for a, _ in changed] == ["B2"]

    def test_without_it_the_row_is_held(self) -> None:
        assert states(judge(LAYOUT, visits(WRONG)))["north"] == "held"

    def test_a_wrong_correction_does_not_release_the_row(self) -> None:
        _, judgement = correct(LAYOUT, visits(WRONG), [declare(right="697")])
        assert states(judgement)["north"] == "held"


class TestTheSourceWasMended:
    def test_it_is_stale_and_not_applied(self) -> None:
        fixed, judgement = correct(LAYOUT, visits(MENDED), [declare()])
        assert [f.code for f in fixed.findings] == ["correction_stale"]
        assert fixed.applied == ()
        assert "669" in fixed.findings[0].message
        assert "696" in fixed.findings[0].message
        assert states(judgement)["north"] == "sound"

    def test_the_row_is_not_marked(self) -> None:
        _, judgement = correct(LAYOUT, visits(MENDED), [declare()])
        assert not any(o.is_corrected for o in judgement.observations)

    def test_changed_to_another_wrong_value_the_row_is_held_on_its_own_merits(self) -> None:
        rows = WRONG | {"north": ("670", "616", "80", "88.5%")}
        fixed, judgement = correct(LAYOUT, visits(rows), [declare()])
        assert [f.code for f in fixed.findings] == ["correction_stale"]
        assert states(judgement)["north"] == "held"

    def test_one_stale_correction_stops_no_other(self) -> None:
        rows = MENDED | {"south": ("447", "335", "92", "79.4%")}
        other = declare(service="south", field="in_time", expected="335", right="355")
        fixed, judgement = correct(LAYOUT, visits(rows), [declare(), other])
        assert [a.correction for a in fixed.applied] == [other]
        assert set(states(judgement).values()) == {"sound"}


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ({"service": "east"}, "it names no cell that was read"),
        ({"service": "west", "row": "nowhere"}, "it names no cell that was read"),
        ({"measure": "assessments"}, "it names no cell that was read"),
        ({"field": "totals"}, "it names no cell that was read"),
        ({"table": "assessments"}, "it names no cell that was read"),
        ({"subgroup": "aged_16_plus"}, "it names no cell that was read"),
        ({"right": "about 700"}, "'about 700' is no number"),
    ],
)
def test_one_that_fits_no_cell_is_told_and_changes_nothing(keys: dict, why: str) -> None:
    tables = visits(WRONG)
    fixed, judgement = correct(LAYOUT, tables, [declare(**keys)])
    assert [f.code for f in fixed.findings] == ["correction_unmatched"]
    assert fixed.findings[0].severity == "error"
    assert f"is not applied: {why}." in fixed.findings[0].message
    assert fixed.readings == tables[0].readings
    assert states(judgement)["north"] == "held"


class TestTwoOfOneCell:
    """Both fit; which of two values is right, no order can tell."""

    def test_with_other_values_neither_applies_and_both_are_told(self) -> None:
        for right in (["696", "697"], ["697", "696"]):
            fixed, judgement = correct(LAYOUT, visits(WRONG), [declare(right=right[0]), declare(right=right[1])])
            assert fixed.applied == ()
            assert [f.code for f in fixed.findings] == ["correction_unmatched"] * 2
            assert "another correction gives Sheet!B2 another value" in fixed.findings[0].message
            assert states(judgement)["north"] == "held"

    def test_with_the_same_value_it_applies_once(self) -> None:
        fixed, judgement = correct(LAYOUT, visits(WRONG), [declare(), declare(row="north")])
        assert [a.right.value for a in fixed.applied] == ["696"]
        assert [f.code for f in fixed.findings] == ["correction_unmatched"]
        assert states(judgement)["north"] == "sound"

    def test_of_one_that_is_stale_nothing_stands_in_the_way(self) -> None:
        fixed, _ = correct(LAYOUT, visits(WRONG), [declare(expected="666", right="690"), declare()])
        assert [a.right.value for a in fixed.applied] == ["696"]
        assert [f.code for f in fixed.findings] == ["correction_stale"]


class TestPercentages:
    def test_a_percent_field(self) -> None:
        rows = MENDED | {"north": ("696", "616", "80", "85.8%")}
        fix = declare(field="stated_pct", expected="85.8", right="88.5")
        fixed, judgement = correct(LAYOUT, visits(rows), [fix])
        assert fixed.findings == ()
        assert (fixed.applied[0].right.raw_text, fixed.applied[0].right.decimals) == ("88.5%", 1)
        assert states(judgement)["north"] == "sound"

    def test_an_unreadable_percentage(self) -> None:
        rows = MENDED | {"north": ("696", "616", "80", "88.5.0%")}
        fix = declare(field="stated_pct", expected="88.5.0%", right="88.5%")
        fixed, judgement = correct(LAYOUT, visits(rows), [fix])
        assert (fixed.findings, judgement.findings) == ((), ())

    def test_the_companys_stated_percentage(self) -> None:
        rows = MENDED | {"company": ("", "", "", "58.5%")}
        fix = declare(service=None, field="stated_pct", expected="58.5%", right="85.5%")
        fixed, judgement = correct(LAYOUT, visits(rows), [fix])
        assert fixed.findings == ()
        assert states(judgement)[None] == "sound"

    @pytest.mark.parametrize(
        ("text", "expected", "same"),
        [("75.6%", "75.6", True), ("75.6%", "75.6%", True), ("75.6", "75.60%", True), ("75.6%", "75.7", False),
         ("294", "294", True), ("294", " 294 ", True), ("1,294", "1294", True)],
    )  # fmt: skip
    def test_the_same_number_is_the_same_however_it_is_written(self, text: str, expected: str, same: bool) -> None:
        field = "stated_pct" if "%" in text or "." in text else "total"
        (reading,) = [
            r for r in cut(LAYOUT, "visits", {"north": {field: text.replace(",", "")}}).readings if r.field == field
        ]
        assert says(reading, expected) is same


class TestItems:
    LAYOUT = make_layout(grades=GRADES)
    WRONG = {"good": ("91", "24%"), "poor": ("60", "76%"), "all": ("79", "")}

    def test_named_by_its_row(self) -> None:
        fix = declare(service=None, measure="graded_good", field="number", row="good", expected="91", right="19")
        fixed, judgement = correct(self.LAYOUT, [cut(self.LAYOUT, "grades", self.WRONG)], [fix])
        assert fixed.findings == ()
        (graded,) = judgement.observations
        assert (graded.state, graded.numerator, graded.denominator) == ("sound", 19, 79)
        assert graded.is_corrected

    def test_several_rows_carry_the_measure_so_without_a_row_it_is_unmatched(self) -> None:
        fix = declare(service=None, measure="graded_good", field="number", expected="91", right="19")
        fixed, _ = correct(self.LAYOUT, [cut(self.LAYOUT, "grades", self.WRONG)], [fix])
        assert [f.code for f in fixed.findings] == ["correction_unmatched"]
        assert "it names 2 cells (Sheet!B2 and Sheet!B3); say which with row." in fixed.findings[0].message


class TestPeriodColumns:
    """Where a table has a column for each period, `observed` says which; by default the workbook's own."""

    LAYOUT = make_layout(monthly=MONTHLY)
    SEPTEMBER = Period(dt.date(2021, 9, 1), dt.date(2021, 9, 30), "month")
    OWN = Period(dt.date(2021, 11, 29), dt.date(2021, 11, 29))

    def fix(self, **keys: object):
        rows = {"eet": {self.SEPTEMBER.key: "64%", self.OWN.key: "64%"}}
        base = {"service": None, "measure": "eet", "field": "value", "expected": "64", "right": "46"}
        return correct(self.LAYOUT, [cut(self.LAYOUT, "monthly", rows)], [declare(**base | keys)])

    @pytest.mark.parametrize(
        ("observed", "changed"),
        [(SEPTEMBER.end, SEPTEMBER), (OWN.end, OWN), (None, OWN)],
    )
    def test_the_column_of_the_period(self, observed: dt.date | None, changed: Period) -> None:
        fixed, judgement = self.fix(**({"observed": observed} if observed else {}))
        assert fixed.findings == ()
        assert [a.reading.field for a in fixed.applied] == [changed.key]
        assert {o.period: o.stated for o in judgement.observations} == {
            self.SEPTEMBER: Decimal(64),
            self.OWN: Decimal(64),
        } | {changed: Decimal(46)}

    def test_a_period_without_a_column(self) -> None:
        fixed, _ = self.fix(observed=dt.date(2021, 10, 31))
        assert [f.code for f in fixed.findings] == ["correction_unmatched"]
