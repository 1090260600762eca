"""Structure damaged as people damage it: what is no longer read is told, and what stands twice is held."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from flows.checking import judge_file
from tests.builders import (
    Shown,
    grade_report,
    invented_programme,
    judge,
    keeper_survey,
    lamp_report,
    percent,
    tracker,
)
from tests.scenarios.cases import case, expect, expect_only


def test_a_named_row_that_stands_twice_is_held_and_so_is_what_is_summed_with_it(tmp_path: Path) -> None:
    book = grade_report()
    book.rename("Fair", "Bright")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "duplicate_row", "missing_row")
    assert [o.state for o in judged.observations] == ["held"]


def test_a_row_named_as_another_publishes_neither_of_the_two(tmp_path: Path) -> None:
    book = lamp_report()
    book.rename("Barrels in store", "Clean oil, % of oil")
    judged = judge(book, tmp_path)
    states = {o.state for o in judged.observations if o.measure == "clean_oil"}
    assert states == {"held"}


@case("unheaded_column")
@pytest.mark.parametrize(("heading", "column"), [("Feb-31", "C"), ("Jan-31", "B")])
def test_a_column_whose_heading_was_deleted_is_told(tmp_path: Path, heading: str, column: str) -> None:
    book = lamp_report()
    cell = book.rename(heading, None)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "unheaded_column")
    expect(
        judged, "unheaded_column", "Oil", cell, says=(f"Column {column}", f"{column}6"), advises="Write its heading"
    )  # fmt: skip


def test_a_heading_that_may_be_left_out_is_missed_where_its_figures_still_stand(tmp_path: Path) -> None:
    book = keeper_survey()
    cell = book.rename("Year to date", None)
    expect(judge(book, tmp_path), "unheaded_column", "Survey", cell, says="Column E", advises="Write its heading")


def test_a_figure_pushed_beyond_the_last_heading_is_told(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.at("Barrels in store", "Feb-31")
    cell.parent.cell(cell.row, cell.column + 1, cell.value)
    cell.value = None
    judged = judge(book, tmp_path)
    expect(judged, "unheaded_column", "Oil", "D5", says=("Column D", "D7"), advises="where they belong")


def test_figures_far_beside_a_table_are_nobodys_column(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.at("Barrels in store", "Feb-31")
    cell.parent.cell(cell.row, cell.column + 4, 12)
    expect_only(judge(book, tmp_path), "accepted")


def test_a_heading_merged_over_two_columns_heads_both(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.find("Feb-31")
    cell.parent.cell(cell.row + 1, cell.column + 1, 3)
    cell.parent.merge_cells(f"{cell.coordinate}:{cell.offset(column=1).coordinate}")
    expect_only(judge(book, tmp_path), "accepted")


@case("unread_column")
def test_a_trackers_misspelt_heading_is_told_with_the_one_that_is_meant(tmp_path: Path) -> None:
    book = tracker({"Key": "a-1", "Next review": Shown("30/04/2031", "@")})
    cell = book.rename("Next review", "Next reveiw")
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "unread_column")
    expect(
        judged, "unread_column", "Tracker", cell, says=("'Next reveiw'", "'Next review' is missing"),
        advises="its spelling",
    )  # fmt: skip


def test_a_trackers_heading_that_was_deleted_is_told(tmp_path: Path) -> None:
    book = tracker({"Key": "a-1", "Start": Shown("01/02/2031", "@")})
    cell = book.rename("Start", None)
    expect(judge(book, tmp_path), "unheaded_column", "Tracker", cell, says="Column E", advises="Write its heading")


def test_a_trackers_column_of_remarks_is_nothing_to_tell(tmp_path: Path) -> None:
    book = tracker({"Key": "a-1"})
    heading = book.find("Owner's rating")
    heading.parent.cell(heading.row, heading.column + 1, "Remarks")
    heading.parent.cell(heading.row + 1, heading.column + 1, "windy")
    expect_only(judge(book, tmp_path), "accepted")


@case("header_missing")
@pytest.mark.parametrize("damage", ["Januery", None])
def test_a_table_whose_only_period_cannot_be_read_is_told_at_its_header_row(
    tmp_path: Path, damage: str | None
) -> None:
    book = lamp_report()
    book.rename("Feb-31", None)
    book.put("Barrels in store", "Jan-31", 40)
    for row in ("Clean oil, % of oil", "Barrels in store"):
        label = book.find(row)
        label.parent.cell(label.row, 3).value = None
    book.rename("Jan-31", damage)
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_missing")
    expect(
        judged, "header_missing", "Oil", "B5" if damage else "A5", says="a month or a date", advises="Rename"
    )  # fmt: skip


@case("as_at_unreadable")
@pytest.mark.parametrize("text", ["As at 3 March 20031", "As at 31/02/2031", "Position as at 3 Mrach 2031"])
def test_a_sheet_whose_own_date_cannot_be_read_is_not_taken_for_the_others_date(tmp_path: Path, text: str) -> None:
    book = lamp_report()
    cell = book.find("As at 3 March 2031", nth=1)
    cell.value = text
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_unreadable")
    expect(judged, "as_at_unreadable", "Oil", cell.coordinate, says=text, advises="Write it as a date")


def test_a_sentence_that_begins_like_an_as_at_line_is_none(tmp_path: Path) -> None:
    book = lamp_report()
    sheet = book.find("Oil by month").parent
    sheet.cell(3, 1, "As at the end of the month there were 40 barrels in store.")
    expect_only(judge(book, tmp_path), "accepted")


@case("as_at_missing")
def test_an_as_at_label_without_a_date_is_where_the_date_is_missing(tmp_path: Path) -> None:
    book = grade_report()
    label = book.find("As at")
    label.offset(column=1).value = None
    book.find("Lamps graded").parent.insert_rows(label.row + 1)
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_missing")
    expect(judged, "as_at_missing", "Grades", label.coordinate, says="'As at'", advises="Write the date")


def test_shares_of_percent_text_count_as_figures_of_an_unheaded_column(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.rename("Feb-31", None)
    for row, value in (("Clean oil, % of oil", "82.5%"), ("Barrels in store", None)):
        label = book.find(row)
        label.parent.cell(label.row, 3).value = value
    expect(judge(book, tmp_path), "unheaded_column", "Oil", cell, says="C6", advises="Write its heading")
    assert percent("82.5").value == 0.825


@case("covers_disagree")
def test_a_covered_period_to_come_refuses_the_file(tmp_path: Path) -> None:
    book = grade_report()
    cell = book.rename("1 January 2031 to 31 March 2031", "1 April 2031 to 30 June 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "covers_disagree")
    expect(
        judged, "covers_disagree", "Grades", cell, says=("2031-04-01 to 2031-06-30", "as at 2031-03-31"),
        advises="give every sheet the same",
    )  # fmt: skip


@case("covers_disagree")
def test_two_sheets_that_cover_different_periods_refuse_the_file(tmp_path: Path) -> None:
    book = grade_report()
    book.add_sheet("Notes", ("Lamps graded", "1 January 2031 to 28 February 2031"))
    judged = judge(book, tmp_path)
    expect(
        judged, "covers_disagree", "Notes", "B1", says=("2031-01-01 to 2031-02-28", "Grades!B3"),
        advises="give every sheet the same",
    )  # fmt: skip
    assert judged.status == "refused"


@case("covers_doubtful")
def test_a_covered_period_that_ends_later_is_a_doubt(tmp_path: Path) -> None:
    book = grade_report()
    text = "1 January 2031 to 30 June 2031"
    cell = book.rename("1 January 2031 to 31 March 2031", text)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "covers_doubtful")
    expect(judged, "covers_doubtful", "Grades", cell, says=f"'{text}'", advises="against the as-at date")


def test_what_rests_on_a_missing_row_is_held_not_printed_without_a_value(tmp_path: Path) -> None:
    book = grade_report()
    row = book.find("Bright").row
    book.find("Grades given").parent.delete_rows(row)
    judged = judge(book, tmp_path)
    assert [f.code for f in judged.findings if f.severity == "error"] == ["missing_row"]
    assert [o.state for o in judged.observations] == ["held"]


@case("damaged_file")
def test_a_workbook_whose_only_sheet_is_gone_is_refused_as_a_file(tmp_path: Path) -> None:
    content = keeper_survey().content()
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            if "worksheets/" not in name:
                new.writestr(name, old.read(name))
    path = tmp_path / "return.xlsx"
    path.write_bytes(target.getvalue())
    judged = judge_file(path, invented_programme())
    expect_only(judged, "refused", "damaged_file")
    expect(judged, "damaged_file", None, None, says=("return.xlsx", "'Survey' is missing"), advises=".xlsx workbook")


@pytest.mark.parametrize("keys", [("#1", "#2"), ("#REF!", "a-1"), ("a#1", "a#2"), ("a", "a#2x")])
def test_a_key_with_a_number_sign_is_a_key_like_any_other(tmp_path: Path, keys: tuple[str, str]) -> None:
    expect_only(judge(tracker(*({"Key": key} for key in keys)), tmp_path), "accepted")


@case("duplicate_key")
def test_a_key_with_a_number_sign_that_stands_twice_is_told(tmp_path: Path) -> None:
    judged = judge(tracker({"Key": "#1"}, {"Key": "#2"}, {"Key": "#1"}), tmp_path)
    expect_only(judged, "held", "duplicate_key")
    expect(judged, "duplicate_key", "Tracker", "A7", says=("#1", "A5"), advises="its own key")
