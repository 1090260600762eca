"""Data quality lists what a reader has to know once: alike findings in one row, old notes as a number."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from flows.building import find_board, model_pack
from flows.position import Position
from report_templates.render import render_html
from schemas.evidence import ReceivedFile
from schemas.facts import Period
from schemas.findings import Finding, make_finding
from schemas.pack import Pack
from transforms.packs.selection import receipts_behind

WEEKLY = "compliance_report"
WEEK = dt.timedelta(days=7)
AS_AT = dt.date(2021, 11, 30)


def hidden(cell: str = "F8", header: str = "last week") -> Finding:
    return make_finding("hidden_read", sheet="Visits", cell=cell, what=f"The column '{header}'")


def doubt(cell: str, text: str) -> Finding:
    return make_finding("unknown_rating", sheet="Visits", cell=cell, text=text, colours="Red")


def weekly(number: int, end: dt.date, *findings: Finding) -> ReceivedFile:
    """A weekly workbook that no figure rests on."""
    return ReceivedFile(
        9000 + number, WEEKLY, Period(end, end), f"week {number}.xlsx", "0" * 64, "2021-12-01T09:00:00Z", findings
    )


def pack_of(position: Position, received: Sequence[ReceivedFile]) -> Pack:
    own = tuple(replace(r, findings=()) for r in position.received)
    return model_pack(replace(position, received=(*own, *received)), find_board(position, "tsg"), None)


def weeks(count: int, *findings: Finding) -> list[ReceivedFile]:
    """The last weeks up to the pack's date, each with the same findings."""
    return [weekly(n, AS_AT - n * WEEK, *findings) for n in reversed(range(count))]


class TestAlike:
    def test_the_same_finding_in_several_workbooks_of_a_return_is_one_row(self, position: Position) -> None:
        pack = pack_of(position, weeks(6, hidden()))
        (line,) = pack.quality.findings
        assert line.where == "Weekly Compliance Report, in 6 workbooks, the last as at 30 Nov 2021, Visits!F8"
        assert line.text == "The column 'last week' is hidden in the workbook; it was read all the same."

    def test_what_is_said_otherwise_stands_apart(self, position: Position) -> None:
        pack = pack_of(position, weeks(3, hidden(), hidden("G8", "next week"), doubt("B2", "Teal")))
        assert len(pack.quality.findings) == 3
        assert all("in 3 workbooks" in line.where for line in pack.quality.findings)

    def test_its_own_cell_makes_no_difference(self, position: Position) -> None:
        """F8 says 'Teal', G9 says 'Teal': the same is wrong twice."""
        received = [
            weekly(2, AS_AT - 2 * WEEK, doubt("F8", "Teal")),
            weekly(1, AS_AT - WEEK, doubt("G9", "Teal")),
        ]
        (line,) = pack_of(position, received).quality.findings
        assert line.where.endswith("in 2 workbooks, the last as at 23 Nov 2021, Visits!G9")
        assert line.text.startswith("G9 says 'Teal'")

    def test_two_places_of_one_workbook_keep_their_rows(self, position: Position) -> None:
        received = [weekly(1, AS_AT, doubt("F8", "Teal"), doubt("G9", "Teal"))]
        assert [f.where[-9:] for f in pack_of(position, received).quality.findings] == ["Visits!F8", "Visits!G9"]

    def test_one_is_said_as_before(self, position: Position) -> None:
        (line,) = pack_of(position, weeks(1, hidden())).quality.findings
        assert line.where == "Weekly Compliance Report, 30 Nov 2021, Visits!F8"


class TestOldNotes:
    def test_notes_of_workbooks_before_the_previous_reporting_date_are_a_number(self, position: Position) -> None:
        old = [weekly(n, dt.date(2021, 9, 30) - n * WEEK, hidden()) for n in range(4)]
        pack = pack_of(position, [*old, *weeks(2, hidden())])
        (line,) = pack.quality.findings
        assert "in 2 workbooks" in line.where
        left = "4 notes on earlier workbooks, on which no figure of the scorecard rests, are left out."
        assert pack.quality.left_out == left
        assert f"<p>{left}</p>" in render_html(pack)

    def test_one_is_left_out(self, position: Position) -> None:
        pack = pack_of(position, [weekly(1, dt.date(2021, 9, 30), hidden())])
        said = "1 note on an earlier workbook, on which no figure of the scorecard rests, is left out."
        assert (pack.quality.left_out, pack.quality.findings) == (said, ())

    def test_an_error_or_doubt_is_told_however_old(self, position: Position) -> None:
        pack = pack_of(position, [weekly(1, dt.date(2021, 3, 1), doubt("B2", "Teal"))])
        assert len(pack.quality.findings) == 1
        assert pack.quality.left_out == ""

    def test_a_note_on_what_a_baseline_rests_on_stands(self, position: Position) -> None:
        """K9's baseline is of 29 March, long before the reporting date before."""
        row = next(r for r in position.rows if r.ref == "K9")
        assert row.baseline_period is not None
        behind = receipts_behind(position.facts, position.rows, position.programme)
        own = next(r for r in position.received if r.return_id == WEEKLY and r.period.end == row.baseline_period.end)
        assert own.receipt_id in behind
        received = tuple(
            replace(r, findings=(hidden(),) if r.receipt_id == own.receipt_id else ()) for r in position.received
        )
        pack = model_pack(replace(position, received=received), find_board(position, "tsg"), None)
        assert len(pack.quality.findings) == 1


class TestWords:
    def test_figures_do_not_wait_for_words(self, position: Position) -> None:
        pack = model_pack(position, find_board(position, "tsg"), None)
        assert "Indicator commentary" not in {m.title for m in pack.quality.missing}
        (line,) = pack.quality.unwritten
        assert line.title == "Indicator commentary"
        assert line.state == "last as at 29 Nov 2021; nothing new on these"
        assert "Average caseload" in line.indicators
        assert pack.quality.sentence.startswith("23 workbooks received, 5 returns with figures missing")
        assert "Indicators in detail on which no owner wrote" in render_html(pack)

    def test_a_row_of_words_that_cannot_be_used_is_not_printed_and_holds_nothing(self, position: Position) -> None:
        own = next(r for r in position.received if r.return_id == "commentary")
        bad = make_finding("commentary_without_role", sheet="Words", cell="B7", indicator="Visits")
        received = tuple(
            replace(r, findings=(bad,) if r.receipt_id == own.receipt_id else ()) for r in position.received
        )
        pack = model_pack(replace(position, received=received), find_board(position, "tsg"), None)
        assert [f.severity for f in pack.quality.findings] == ["Not printed"]
        assert next(r for r in pack.quality.received if r.title == "Indicator commentary").findings == "1 error"
        assert "no figure held, 1 error to be mended" in pack.quality.sentence

    def test_a_decision_that_fits_nothing_is_not_applied(self, position: Position) -> None:
        bad = make_finding("correction_unmatched", where="visits", why="nothing was received")
        pack = model_pack(replace(position, findings=(bad,)), find_board(position, "tsg"), None)
        assert ("Not applied", "Declared decisions") in {(f.severity, f.where) for f in pack.quality.findings}
