"""Declared overrides: a finding accepted as it stands, and the figure that it held released as declared."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from schemas.config import Correction
from schemas.decisions import Override
from schemas.findings import Finding, make_finding
from tests.unit.transforms.decisions import accept, decide, facts_of, of
from tests.unit.transforms.tables import (
    DAY,
    GRADES,
    MONTHLY,
    PERIOD,
    VISITS,
    cut,
    declare,
    make_layout,
    programme,
)
from transforms.indicators import derive_kpis
from transforms.overrides import WaitingOverride, explain_left, settle_across

LAYOUT = make_layout(visits=VISITS)
SOUND = {
    "north": ("696", "616", "80", "88.5%"),
    "south": ("447", "355", "92", "79.4%"),
    "west": ("371", "324", "47", "87.3%"),
    "company": ("", "", "", "85.5%"),
}
WRONG = SOUND | {"north": ("669", "616", "80", "88.5%")}
OFF = SOUND | {"north": ("696", "616", "80", "80.0%")}


def visits(rows: dict) -> list:
    return [cut(LAYOUT, "visits", rows)]


def codes(findings: tuple[Finding, ...], *, is_open: bool = True) -> list[str]:
    return [f.code for f in findings if f.is_open is is_open]


def kpis(decided, **keys: object) -> dict:
    return {r.service: r for r in derive_kpis(facts_of(decided), programme(**keys), DAY)}


class TestAHeldFigure:
    def test_the_stated_figure_is_printed_without_counts_and_marked(self) -> None:
        decided = decide(LAYOUT, visits(WRONG), [accept()])
        north = of(decided, "north")
        assert (north.state, north.exact, north.numerator) == ("sound", Decimal("88.5"), None)
        assert north.is_overridden
        row = kpis(decided)["north"]
        assert (row.value, row.numerator, row.is_overridden, row.is_corrected) == (Decimal("88.5"), None, True, False)

    def test_the_counts_are_printed_and_the_company_derived_again(self) -> None:
        rows = OFF
        field = {"code": "percent_disagrees", "field": "stated_pct", "expected": "80.0%", "use": "counts"}
        decided = decide(LAYOUT, visits(rows), [accept(**field)])
        table = kpis(decided)
        assert (table["north"].value, table["north"].numerator) == (Decimal("88.5"), 616)
        assert (table[None].value, table[None].numerator, table[None].denominator) == (Decimal("85.5"), 1295, 1514)
        assert {s for s, r in table.items() if r.is_overridden} == {None, "north"}

    def test_a_company_that_waits_for_counts_that_were_not_chosen_stays_as_stated(self) -> None:
        table = kpis(decide(LAYOUT, visits(WRONG), [accept()]))
        assert (table[None].is_stated, table[None].value, table[None].is_overridden) == (True, Decimal("85.5"), False)

    def test_the_finding_stays_listed_as_accepted(self) -> None:
        decided = decide(LAYOUT, visits(WRONG), [accept()])
        assert codes(decided.findings) == []
        (finding,) = [f for f in decided.findings if not f.is_open]
        assert finding.code == "counts_disagree"
        assert finding.accepted is not None
        accepted = finding.accepted
        assert (accepted.role, accepted.date, accepted.use) == ("Lead Performance Analyst", "2021-12-06", "stated")
        assert accepted.note == "The percentage comes from the case system."

    def test_without_it_the_row_is_held(self) -> None:
        assert of(decide(LAYOUT, visits(WRONG)), "north").state == "held"

    def test_what_it_released_is_told(self) -> None:
        (applied,) = decide(LAYOUT, visits(WRONG), [accept()]).overridden
        assert [o.service for o in applied.released] == ["north"]
        assert applied.is_whole


class TestItIsNotApplied:
    """An override that cannot do what it says changes nothing and says why."""

    @pytest.mark.parametrize(
        ("keys", "why"),
        [
            ({"use": ...}, "say with `use`"),
            ({"use": "counts", "service": "north", "expected": "500"}, ""),
            ({"service": "east"}, "names no cell"),
            ({"field": "totals"}, "names no cell"),
            ({"measure": "assessments"}, "names no cell"),
            ({"table": "assessments"}, "names no cell"),
        ],
    )
    def test_it_says_why(self, keys: dict, why: str) -> None:
        decided = decide(LAYOUT, visits(WRONG), [accept(**keys)])
        assert of(decided, "north").state == "held"
        assert decided.overridden == ()
        (problem,) = [f for f in decided.findings if f.code.startswith("override_")]
        assert (problem.severity, problem.code) == (
            "error", "override_unmatched" if why else "override_stale",
        )  # fmt: skip
        assert why in problem.message
        assert "counts_disagree" in codes(decided.findings)

    def test_a_mended_cell_is_stale(self) -> None:
        decided = decide(LAYOUT, visits(SOUND), [accept()])
        (problem,) = decided.findings
        assert (problem.code, problem.cell) == ("override_stale", "B2")
        assert "the workbook now says '696'" in problem.message
        assert not of(decided, "north").is_overridden

    def test_a_finding_that_went_although_the_cell_is_the_same_is_stale(self) -> None:
        rows = SOUND | {"north": ("669", "589", "80", "88.0%")}
        decided = decide(LAYOUT, visits(rows), [accept()])
        (problem,) = [f for f in decided.findings if f.code == "override_stale"]
        assert "no such finding" in problem.message

    def test_counts_that_make_more_than_all_are_never_printed(self) -> None:
        rows = SOUND | {"north": ("600", "616", "80", "88.5%")}
        decided = decide(LAYOUT, visits(rows), [accept(expected="600", use="counts")])
        (problem,) = [f for f in decided.findings if f.code == "override_unmatched"]
        assert "102.7%, which cannot be" in problem.message
        assert of(decided, "north").state == "held"

    def test_a_figure_that_another_finding_holds_too_stays_held(self) -> None:
        rows = SOUND | {"north": ("-5", "616", "about 80", "88.5%")}
        own = {"code": "text_in_number", "field": "overdue", "expected": "about 80"}
        tables = [cut(LAYOUT, "visits", rows)]
        first = decide(LAYOUT, tables, [accept(**own)])
        assert of(first, "north").state == "held"
        (problem,) = [f for f in first.findings if f.code == "override_unmatched"]
        assert "at B2 holds the figure too" in problem.message

    def test_all_that_hold_it_accepted_it_is_released(self) -> None:
        rows = SOUND | {"north": ("many", "616", "about 80", "88.5%")}
        both = [
            accept(code="text_in_number", field="total", expected="many"),
            accept(code="text_in_number", field="overdue", expected="about 80"),
        ]
        north = of(decide(LAYOUT, visits(rows), both), "north")
        assert (north.state, north.exact) == ("sound", Decimal("88.5"))

    def test_two_that_choose_differently_release_nothing(self) -> None:
        rows = SOUND | {"north": ("696", "616", "about 80", "85.0%")}
        both = [
            accept(code="text_in_number", field="overdue", expected="about 80", use="counts"),
            accept(code="percent_disagrees", field="stated_pct", expected="85.0%", use="stated"),
        ]
        decided = decide(LAYOUT, visits(rows), both)
        assert of(decided, "north").state == "held"
        assert all("choose differently" in f.message for f in decided.findings if f.code == "override_unmatched")

    def test_the_same_twice_is_told(self) -> None:
        decided = decide(LAYOUT, visits(WRONG), [accept(), accept(use="counts")])
        assert of(decided, "north").chosen == "stated"
        assert ["another override" in f.message for f in decided.findings if f.code == "override_unmatched"] == [True]


class TestAnUnusableCell:
    def test_the_rows_other_figure_is_printed_without_being_asked_which(self) -> None:
        rows = SOUND | {"north": ("696", "", "80", "88.5%")}
        own = {"code": "missing_value", "field": "in_time", "expected": "", "use": ...}
        decided = decide(LAYOUT, visits(rows), [accept(**own)])
        assert (of(decided, "north").chosen, of(decided, "north").exact) == ("stated", Decimal("88.5"))

    def test_the_cells_own_figure_is_never_printed(self) -> None:
        rows = SOUND | {"north": ("about 696", "616", "80", "88.5%")}
        own = {"code": "text_in_number", "expected": "about 696", "use": "counts"}
        decided = decide(LAYOUT, visits(rows), [accept(**own)])
        (problem,) = [f for f in decided.findings if f.code == "override_unmatched"]
        assert "its counts cannot be used" in problem.message


class TestTheCompanyRow:
    ROWS = SOUND | {"company": ("", "", "", "84.0%")}
    OWN = {"code": "company_disagrees", "service": ..., "field": "stated_pct", "expected": "84.0%"}

    def test_it_is_held_without(self) -> None:
        assert kpis(decide(LAYOUT, visits(self.ROWS)))[None].state == "held"

    def test_what_the_services_give_is_printed(self) -> None:
        row = kpis(decide(LAYOUT, visits(self.ROWS), [accept(**self.OWN, use="counts")]))[None]
        assert (row.value, row.numerator, row.is_overridden) == (Decimal("85.5"), 1295, True)

    def test_what_its_own_row_says_is_printed(self) -> None:
        row = kpis(decide(LAYOUT, visits(self.ROWS), [accept(**self.OWN, use="stated")]))[None]
        assert (row.value, row.numerator, row.state, row.is_overridden) == (Decimal("84.0"), None, "published", True)

    @pytest.mark.parametrize(("use", "value"), [("counts", "85.5"), ("stated", "84.0")])
    def test_also_where_the_company_figure_is_the_stated_one(self, use: str, value: str) -> None:
        decided = decide(LAYOUT, visits(self.ROWS), [accept(**self.OWN, use=use)])
        assert kpis(decided, company="stated")[None].value == Decimal(value)

    def test_the_services_stand_as_they_are(self) -> None:
        table = kpis(decide(LAYOUT, visits(self.ROWS), [accept(**self.OWN, use="stated")]))
        assert not any(table[s].is_overridden for s in ("north", "south", "west"))

    def test_a_contradiction_that_shows_only_after_a_correction_is_accepted_with_it(self) -> None:
        rows = WRONG | {"company": ("", "", "", "84.0%")}
        decided = decide(LAYOUT, visits(rows), [accept(**self.OWN, use="counts")], [declare()])
        row = kpis(decided)[None]
        assert (row.value, row.is_corrected, row.is_overridden) == (Decimal("85.5"), True, True)
        assert codes(decided.findings) == []

    def test_a_service_that_could_not_be_released_is_not_released_with_the_company(self) -> None:
        rows = WRONG | {"north": ("600", "616", "80", "88.5%")}
        decided = decide(LAYOUT, visits(rows), [accept(expected="600", use="counts")])
        assert of(decided, "north").state == "held"


class TestDoubts:
    ROWS = SOUND | {"north": ("696", "616", "80", "88.5.0%")}

    def test_an_accepted_doubt_stays_listed_and_changes_no_figure(self) -> None:
        own = {"code": "percent_unreadable", "field": "stated_pct", "expected": "88.5.0%", "use": ...}
        before, decided = decide(LAYOUT, visits(self.ROWS)), decide(LAYOUT, visits(self.ROWS), [accept(**own)])
        assert decided.observations == before.observations
        assert codes(decided.findings) == []
        assert codes(decided.findings, is_open=False) == ["percent_unreadable"]
        assert not any(o.is_overridden for o in decided.observations)

    def test_a_finding_at_a_label_is_named_by_its_table_and_what_the_label_says(self) -> None:
        layout = make_layout(grades=GRADES)
        rows = {"good": ("19", "24%"), "poor": ("60", "76%"), "all": ("79", ""), "?other": ("3", "")}
        own = {
            "code": "undeclared_row", "service": ..., "measure": ..., "field": ..., "use": ...,
            "table": "grades", "expected": "Other",
        }  # fmt: skip
        decided = decide(layout, [cut(layout, "grades", rows)], [accept(**own)])
        assert codes(decided.findings, is_open=False) == ["undeclared_row"]
        (stale,) = [
            f
            for f in decide(layout, [cut(layout, "grades", rows)], [accept(**own | {"expected": "Rest"})]).findings
            if f.code.startswith("override_")
        ]
        assert "the workbook now says 'Other'" in stale.message


class TestItemsAndPeriods:
    def test_named_by_its_row(self) -> None:
        layout = make_layout(grades=GRADES)
        rows = {"good": ("19", "34%"), "poor": ("60", "76%"), "all": ("79", "")}
        own = {
            "code": "percent_disagrees", "service": ..., "measure": "graded_good", "field": "share", "row": "good",
            "expected": "34%", "use": "counts",
        }  # fmt: skip
        decided = decide(layout, [cut(layout, "grades", rows)], [accept(**own)])
        graded = of(decided, None, "graded_good")
        assert (graded.state, graded.numerator, graded.denominator) == ("sound", 19, 79)

    def test_in_the_column_of_its_period(self) -> None:
        layout = make_layout(monthly=MONTHLY)
        rows = {"eet": {PERIOD.key: "n.k."}}
        own = {
            "code": "text_in_number", "service": ..., "measure": "eet", "field": "value", "expected": "n.k.",
            "use": ...,
        }  # fmt: skip
        decided = decide(layout, [cut(layout, "monthly", rows)], [accept(**own)])
        (problem,) = [f for f in decided.findings if f.code == "override_unmatched"]
        assert "no figure of its row can be used" in problem.message


class TestSubgroups:
    """Two groups of one measure in one table: what holds one does not hold the other."""

    LAYOUT = make_layout(
        monthly=MONTHLY
        | {
            "measures": [
                {"id": "eet", "form": "percent", "subgroup": group, "stated": {"rows": [row]}}
                for group, row in (("younger", "eet"), ("older", "leavers"))
            ]
        }
    )

    def test_a_cell_of_one_group_holds_that_group_only(self) -> None:
        rows = {"eet": {PERIOD.key: "n.k."}, "leavers": {PERIOD.key: "46%"}}
        decided = decide(self.LAYOUT, [cut(self.LAYOUT, "monthly", rows)])
        assert {o.subgroup: o.state for o in decided.observations} == {"younger": "held", "older": "sound"}


class TestAcrossWorkbooks:
    """Findings that come of comparing workbooks are accepted when they are told."""

    MOVED = make_finding("due_moved", key="1.1-3", row_key="1.1-3", new="30 June 2024", old="1 May 2024")
    OTHER = make_finding("due_moved", key="1.1-4", row_key="1.1-4", new="30 June 2024", old="1 May 2024")

    def override(self, **keys: object) -> Override:
        base = {"code": "due_moved", "action": "1.1-3", "service": ..., "measure": ..., "field": ..., "use": ...}
        return accept(**base | {"expected": "30 June 2024"} | keys)

    def test_by_the_action_and_what_the_sentence_says(self) -> None:
        settled = settle_across([self.MOVED, self.OTHER], [WaitingOverride(self.override())])
        assert [f.is_open for f in settled.findings] == [False, True]
        assert (settled.waiting, settled.problems) == ((), ())

    def test_another_date_is_stale(self) -> None:
        settled = settle_across([self.MOVED], [WaitingOverride(self.override(expected="31 July 2024"))])
        assert [f.code for f in settled.problems] == ["override_stale"]
        assert settled.findings == (self.MOVED,)

    def test_one_whose_finding_is_not_told_waits(self) -> None:
        settled = settle_across([self.OTHER], [WaitingOverride(self.override())])
        assert [f.code for f in explain_left(settled.waiting)] == ["override_stale"]


class TestWhatCanBeOverridden:
    @pytest.mark.parametrize(
        ("code", "words"),
        [
            ("duplicate_row", "counts_disagree"),
            ("as_at_missing", "refuses the whole file"),
            ("undeclared_service", "cannot be overridden"),
            ("last_digit", "needs no override"),
            ("counts_disagre", "did you mean 'counts_disagree'"),
            ("correction_stale", "cannot be overridden"),
        ],
    )
    def test_the_message_names_what_can_be(self, code: str, words: str) -> None:
        with pytest.raises(ValueError, match=r"(?s).*") as caught:
            accept(code=code)
        assert words in str(caught.value)

    @pytest.mark.parametrize(
        ("keys", "words"),
        [
            ({"measure": ...}, "names its measure and field"),
            ({"field": ...}, "names its measure and field"),
            ({"code": "percent_disagrees", "use": ...}, "say with `use`"),
            ({"code": "company_disagrees", "use": ...}, "say with `use`"),
            ({"code": "percent_unreadable"}, "take `use` out"),
            ({"code": "subtotal_disagrees"}, "take `use` out"),
        ],
    )
    def test_its_keys_fit_its_code(self, keys: dict, words: str) -> None:
        with pytest.raises(ValueError, match=r"(?s).*") as caught:
            accept(**keys)
        assert words in str(caught.value)


def test_a_correction_and_an_override_of_one_row_do_not_meet() -> None:
    """Once corrected, the row has nothing to accept."""
    fix = Correction.model_validate(declare().model_dump(by_alias=True) | {"date": dt.date(2021, 12, 7)})
    decided = decide(LAYOUT, visits(WRONG), [accept()], [fix])
    assert (of(decided, "north").is_corrected, of(decided, "north").is_overridden) == (True, False)
    assert codes(decided.findings) == ["override_stale"]
