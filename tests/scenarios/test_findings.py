"""One scenario for each finding that `check` can tell: a real workbook, what is wrong, where, and what to do."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl.cell.cell import Cell

from flows.checking import judge_file
from tests.builders import (
    CREW_ROWS,
    LAMP_COMPANY,
    LAMP_DATE,
    LAMP_HEADER,
    LAMP_ROWS,
    LAMP_TITLE,
    Book,
    Shown,
    crew_report,
    grade_report,
    invented_programme,
    judge,
    keeper_survey,
    lamp_report,
    percent,
    tracker,
)
from tests.scenarios.cases import (
    case,
    codes_of,
    expect,
    expect_only,
    observation_of,
    reading_at,
    state_of,
)
from workbooks import ceilings

BASIN, REACH, ISLANDS, HARBOUR = "Quay & Basin", "Upper Reach", "Islands", "Whole harbour"
DUE, IN_TIME, LATE, PCT = LAMP_HEADER[1:]


@pytest.mark.parametrize("build", [lamp_report, crew_report, grade_report, keeper_survey])
def test_a_sound_workbook_has_no_findings(build: Callable[[], Book], tmp_path: Path) -> None:
    judged = judge(build(), tmp_path)
    expect_only(judged, "accepted")
    assert judged.observations
    assert {o.state for o in judged.observations} == {"sound"}


# --- Gate 1: is this the right workbook? ----------------------------------------------------------------


def judge_bytes(content: bytes, folder: Path, name: str = "Lamps of March.xlsx") -> Any:
    """Judge a file of any bytes."""
    path = folder / name
    path.write_bytes(content)
    return judge_file(path, invented_programme())


WHOLE = lamp_report().content()
UNREADABLE = {
    "a letter": (b"Dear colleague\nThe figures follow by post.\n", "text"),
    "an empty file": (b"", "empty"),
    "noise": (bytes(range(256)) * 8, "cannot be opened"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
@case("not_a_workbook")
def test_a_file_that_is_no_workbook_is_refused(kind: str, tmp_path: Path) -> None:
    content, words = UNREADABLE[kind]
    judged = judge_bytes(content, tmp_path)
    expect_only(judged, "refused", "not_a_workbook")
    expect(judged, "not_a_workbook", None, None, says=("Lamps of March.xlsx", words), advises=".xlsx")


@case("file_too_large")
def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WHOLE)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in source.namelist():
            bomb.writestr(name, source.read(name))
        bomb.writestr("xl/media/image1.png", bytes(ceilings.MOST_UNPACKED_BYTES))
    judged = judge_bytes(target.getvalue(), tmp_path)
    expect_only(judged, "refused", "file_too_large")
    expect(judged, "file_too_large", None, None, says="Lamps of March.xlsx", advises="only the return's own")


@case("unknown_return")
def test_the_wrong_return_is_refused_and_the_nearest_named(tmp_path: Path) -> None:
    book = Book()
    book.add_sheet("Ropes", ("Stock of rope",), ("As at 3 March 2031",), ("Rope", "Metres"), ("Hemp", 40))
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "unknown_return")
    expect(
        judged, "unknown_return", "Ropes", "A1",
        says=("none of the programme's returns", "The nearest is"), advises="Send the programme's own return",
    )  # fmt: skip


@case("unknown_return")
def test_a_return_without_title_and_with_other_tables_is_told_what_it_lacks(tmp_path: Path) -> None:
    book = lamp_report()
    del book.workbook["Oil"]
    book.rename("Weekly lamp report", "Lamps of the week")
    finding = expect(
        judge(book, tmp_path), "unknown_return", "Lamps", "A1",
        says=("The nearest is Weekly lamp report", "'Oil by month'"), advises="Send",
    )  # fmt: skip
    assert "'Lamps lit in time'" not in finding.message, "that table is there"


def test_a_return_is_known_by_its_tables_where_its_title_is_gone(tmp_path: Path) -> None:
    book = lamp_report()
    for sheet in book.workbook:
        sheet["A1"].value = None
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted")
    assert judged.reading.item is not None
    assert judged.reading.item.id == "lamp_report"


@case("ambiguous_return")
def test_a_workbook_with_the_titles_of_two_returns_is_refused(tmp_path: Path) -> None:
    book = Book()
    book.add_sheet("One", ("Weekly lamp report",), ("As at 3 March 2031",))
    book.add_sheet("Two", ("Monthly crew report",), ("Reporting month", "March 2031"))
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "ambiguous_return")
    expect(
        judged, "ambiguous_return", "One", "A1",
        says=("Weekly lamp report", "Monthly crew report"), advises="title on the first sheet",
    )  # fmt: skip


@case("as_at_missing")
def test_a_workbook_without_date_is_refused(tmp_path: Path) -> None:
    book = lamp_report()
    for sheet in book.workbook:
        sheet["A2"].value = None
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_missing")
    expect(judged, "as_at_missing", "Lamps", "A1", says="'As at'", advises="Write the date of the figures")


@pytest.mark.parametrize("text", ["31/02/2031", "soon", "March"])
@case("as_at_unreadable")
def test_a_date_that_is_none_refuses_the_workbook(text: str, tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook["Oil"]["A2"].value = None
    book.workbook["Lamps"]["A2"].value = f"As at: {text}"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_unreadable")
    expect(judged, "as_at_unreadable", "Lamps", "A2", says=text, advises="29/11/2021")


@case("as_at_disagree")
def test_two_dates_that_disagree_refuse_the_workbook(tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook["Oil"]["A2"].value = "As at 10 March 2031"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_disagree")
    expect(
        judged, "as_at_disagree", "Oil", "A2",
        says=("2031-03-10", "2031-03-03", "Lamps!A2"), advises="the same as-at date",
    )  # fmt: skip


@case("no_layout")
def test_a_date_before_the_first_layout_refuses_the_workbook(tmp_path: Path) -> None:
    book = lamp_report()
    for sheet in book.workbook:
        sheet["A2"].value = "As at 3 March 2030"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "no_layout")
    expect(
        judged, "no_layout", "Lamps", "A1",
        says=("2030-03-03", "Weekly lamp report", "2031-01-01"), advises="Check the as-at date",
    )  # fmt: skip


@case("table_missing")
def test_a_missing_sheet_refuses_the_workbook(tmp_path: Path) -> None:
    book = lamp_report()
    del book.workbook["Oil"]
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "table_missing")
    expect(
        judged, "table_missing", "Oil", None,
        says=("'Oil by month'", "there is no sheet 'Oil'"), advises="`partial`",
    )  # fmt: skip


def test_a_sheet_that_is_declared_not_to_come_on_its_date_is_not_missing(tmp_path: Path) -> None:
    book = lamp_report()
    del book.workbook["Oil"]
    book.workbook["Lamps"]["A2"].value = "As at 3 February 2031"
    expect_only(judge(book, tmp_path), "accepted")


@case("header_missing")
def test_a_renamed_header_refuses_the_workbook_and_names_the_cell(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.rename(IN_TIME, "Punctual")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_missing")
    expect(
        judged, "header_missing", "Lamps", cell,
        says=(f"'{IN_TIME}'", f"{cell} says 'Punctual'"), advises="field `in_time`",
    )  # fmt: skip


def test_all_headers_that_are_missing_are_told_at_once(tmp_path: Path) -> None:
    book = lamp_report()
    book.rename(IN_TIME, "Punctual")
    book.rename("Oil by month", "Oil of the year")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_missing", "table_missing")


@case("header_duplicate")
def test_a_column_that_stands_twice_refuses_the_workbook(tmp_path: Path) -> None:
    book = lamp_report()
    header = book.find(IN_TIME)
    again = header.parent.cell(header.row, header.column + 4, IN_TIME)
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_duplicate")
    expect(
        judged, "header_duplicate", "Lamps", again.coordinate,
        says=(IN_TIME, header.coordinate), advises="Keep one of the two",
    )  # fmt: skip


@case("table_twice")
def test_a_table_on_two_sheets_refuses_the_workbook(tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook.copy_worksheet(book.workbook["Lamps"]).title = "Lamps (2)"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "table_twice")
    cell = book.find("Quay").coordinate
    expect(
        judged, "table_twice", "Lamps (2)", cell,
        says=("'Lamps lit in time'", f"Lamps!{cell}"), advises="Keep the one that counts",
    )  # fmt: skip


@pytest.mark.parametrize("right", [0, 1, 8], ids=["below", "below and one to the right", "far to the right"])
def test_a_table_twice_on_one_sheet_is_never_half_dropped(right: int, tmp_path: Path) -> None:
    book = lamp_report()
    other = [(name, 1, 1, 0, percent("100.0")) for name in (BASIN, REACH, ISLANDS)]
    book.write(book.workbook["Lamps"], 20, 1 + right, [("Lamps lit in time",), LAMP_HEADER, *other])
    assert judge(book, tmp_path).status in {"refused", "held"}


@case("sheet_renamed")
def test_a_renamed_sheet_is_noted_and_read(tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook["Lamps"].title = "Lamps FINAL"
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "sheet_renamed")
    expect(
        judged, "sheet_renamed", "Lamps FINAL", book.find("Quay").coordinate,
        says=("'Lamps FINAL'", "'Lamps'"), advises="Nothing",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "islands") == "sound"


def hide_row(book: Book) -> Cell:
    """Hide the row of a service."""
    cell = book.find(REACH)
    cell.parent.row_dimensions[cell.row].hidden = True
    return cell


def hide_column(book: Book) -> Cell:
    """Hide a column of counts."""
    cell = book.find(IN_TIME)
    cell.parent.column_dimensions[cell.column_letter].hidden = True
    return cell


def hide_sheet(book: Book) -> Cell:
    """Hide the sheet itself."""
    cell = book.find("Quay")
    cell.parent.sheet_state = "hidden"
    return cell


@pytest.mark.parametrize("hide", [hide_row, hide_column, hide_sheet])
@case("hidden_read")
def test_what_is_hidden_is_read_and_noted(hide: Callable[[Book], Cell], tmp_path: Path) -> None:
    book = lamp_report()
    cell = hide(book)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "hidden_read")
    name = "Lamps" if hide is hide_sheet else str(cell.value)
    expect(judged, "hidden_read", "Lamps", cell.coordinate, says=f"'{name}'", advises="Nothing")
    assert observation_of(judged, "lamps_in_time", "upper_reach").numerator == 150


# --- Gate 2: rows and columns ---------------------------------------------------------------------------


@case("undeclared_service")
def test_a_row_of_no_declared_service_is_held_and_so_is_the_company_figure(tmp_path: Path) -> None:
    book = lamp_report((*LAMP_ROWS, ("Lighthouse", 20, 10, 10, percent("50.0"))))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "undeclared_service", "stated_not_checked")
    expect(
        judged, "undeclared_service", "Lamps", book.find("Lighthouse").coordinate,
        says=("'Lighthouse'", "held"), advises="add the spelling to a service",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "?Lighthouse") == "held"
    assert state_of(judged, "lamps_in_time", "islands") == "sound"
    assert state_of(judged, "lamps_in_time", None) == "stated_only"


@case("undeclared_service", "missing_service")
def test_a_misspelt_service_is_told_with_the_one_that_may_be_meant(tmp_path: Path) -> None:
    book = lamp_report(company=None)
    cell = book.rename(REACH, "Uper Reach")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "undeclared_service", "missing_service")
    expect(
        judged, "undeclared_service", "Lamps", cell,
        says=("'Uper Reach'", f"'{REACH}' is missing and may be meant"), advises="Correct the name",
    )  # fmt: skip
    expect(
        judged, "missing_service", "Lamps", book.find("Quay").coordinate,
        says=(REACH, f"'Uper Reach' at {cell}"), advises="Put the row back",
    )  # fmt: skip


@case("duplicate_row")
def test_a_service_in_two_rows_has_both_held(tmp_path: Path) -> None:
    book = lamp_report((*LAMP_ROWS, (ISLANDS, 110, 99, 11, percent("90.0"))))
    first, second = book.find(ISLANDS), book.find(ISLANDS, nth=1)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "duplicate_row", "stated_not_checked")
    expect(
        judged, "duplicate_row", "Lamps", second.coordinate,
        says=(f"'{ISLANDS}'", first.coordinate), advises="Keep the right row",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "islands") == "held"
    for row in (first.row, second.row):
        assert reading_at(judged, "Lamps", f"B{row}").value in {"100", "110"}


@case("duplicate_row")
def test_two_company_rows_hold_the_company_figure_and_the_services_stand(tmp_path: Path) -> None:
    book = lamp_report((*LAMP_ROWS, (HARBOUR, 700, 540, 160, percent("77.1"))))
    first, second = book.find(HARBOUR), book.find(HARBOUR, nth=1)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "duplicate_row")
    expect(
        judged, "duplicate_row", "Lamps", second.coordinate, says=(HARBOUR, first.coordinate),
        advises="Keep the right row",
    )  # fmt: skip
    states = {o.service: o.state for o in judged.observations if o.measure == "lamps_in_time"}
    assert states == {"quay_basin": "sound", "upper_reach": "sound", "islands": "sound", None: "held"}


@case("missing_service")
def test_a_missing_service_row_keeps_the_company_figure_from_being_derived(tmp_path: Path) -> None:
    book = lamp_report(LAMP_ROWS[:2])
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "missing_service", "stated_not_checked")
    expect(
        judged, "missing_service", "Lamps", book.find("Quay").coordinate,
        says=(ISLANDS, "'Lamps lit in time'"), advises="Put the row back",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "islands") == "absent"
    assert state_of(judged, "lamps_in_time", None) == "stated_only"


@case("missing_company_row")
def test_a_required_company_row_that_is_missing_is_a_doubt(tmp_path: Path) -> None:
    book = crew_report(CREW_ROWS[:-1])
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "missing_company_row")
    expect(
        judged, "missing_company_row", "Crews", book.find("Crew").coordinate,
        says=(HARBOUR, "'Work by crew'"), advises="Put the row back",
    )  # fmt: skip
    assert state_of(judged, "hands", "islands") == "sound"


@case("missing_row")
def test_a_declared_row_that_is_missing_is_told(tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook["Oil"].delete_rows(book.find("Barrels in store").row)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "missing_row")
    expect(
        judged, "missing_row", "Oil", book.find("Measure").coordinate,
        says="'Barrels in store'", advises="`labels`",
    )  # fmt: skip


@case("undeclared_row")
def test_a_row_that_the_layout_does_not_know_is_a_doubt(tmp_path: Path) -> None:
    book = lamp_report()
    sheet = book.workbook["Oil"]
    book.write(sheet, 8, 1, [("Wicks in store", 12, 13)])
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "undeclared_row")
    expect(judged, "undeclared_row", "Oil", "A8", says="'Wicks in store'", advises="layout's items")
    assert reading_at(judged, "Oil", "B8").raw_text == "12"


@case("unlabelled_row")
def test_a_row_of_figures_without_a_name_is_held_and_told_once(tmp_path: Path) -> None:
    """What is wrong is that the cell is empty: no second finding may quote a name that nobody wrote."""
    book = lamp_report(company=None)
    cell = book.find(ISLANDS)
    cell.value = None
    row = cell.row
    judged = judge(book, tmp_path)
    expect(
        judged, "unlabelled_row", "Lamps", f"B{row}", says=("figures but no name", "held"),
        advises="Write the name",
    )  # fmt: skip
    assert reading_at(judged, "Lamps", f"B{row}").value == "100"
    assert state_of(judged, "lamps_in_time", "islands") == "absent"
    expect_only(judged, "held", "unlabelled_row", "missing_service")


@case("unread_column")
def test_a_column_of_figures_that_the_layout_does_not_know_is_a_doubt(tmp_path: Path) -> None:
    book = lamp_report()
    header = book.find(PCT)
    header.parent.cell(header.row, header.column + 1, "Wicks used")
    header.parent.cell(header.row + 1, header.column + 1, 12)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "unread_column")
    expect(judged, "unread_column", "Lamps", "F5", says="'Wicks used'", advises="Add it to the layout")


def test_a_column_of_remarks_is_nothing_to_tell(tmp_path: Path) -> None:
    book = lamp_report()
    header = book.find(PCT)
    header.parent.cell(header.row, header.column + 1, "Remarks")
    header.parent.cell(header.row + 1, header.column + 1, "calm week")
    expect_only(judge(book, tmp_path), "accepted")


@case("period_unreadable")
def test_a_column_whose_heading_is_no_period_is_told(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.rename("Jan-31", "Janury")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "period_unreadable")
    expect(judged, "period_unreadable", "Oil", cell, says="'Janury'", advises="as a month or a date")


@case("period_twice")
def test_a_period_in_two_columns_has_both_held(tmp_path: Path) -> None:
    book = lamp_report()
    first = book.find("Jan-31").coordinate
    second = book.rename("Feb-31", "January 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "period_twice")
    expect(judged, "period_twice", "Oil", second, says=("January 2031", first), advises="Keep the right column")
    january = [o for o in judged.observations if o.measure == "clean_oil"]
    assert [o.state for o in january] == ["held", "held"]
    assert {o.stated for o in january if o.stated is not None} == {81, Decimal("82.5")}


@case("period_future")
def test_a_period_after_the_workbooks_own_date_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    header = book.find("Feb-31")
    header.value = "Apr-31"
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "period_future")
    finding = next(f for f in judged.findings if f.code == "period_future")
    assert finding.cell is not None
    assert finding.cell[0] == header.column_letter
    expect(
        judged, "period_future", "Oil", finding.cell, says=("April 2031", "3 March 2031", "held"),
        advises="Check the as-at date and the heading",
    )  # fmt: skip
    states = {o.period.start.month: o.state for o in judged.observations if o.measure == "clean_oil"}
    assert states == {1: "sound", 4: "held"}


# --- Gate 2: single cells -------------------------------------------------------------------------------

HELD_ROW = "stated_not_checked"
"""What a held service's row does to the company row beside it."""


@pytest.mark.parametrize("column", [DUE, IN_TIME])
@case("missing_value")
def test_a_blank_count_beside_filled_ones_is_held(column: str, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, column, None)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "missing_value", HELD_ROW)
    found = next(f for f in judged.findings if f.code == "missing_value")
    expect(
        judged, "missing_value", "Lamps", cell, says=(f"{cell} is empty", REACH, column[1:]),
        advises="Fill in", suggestion=None if found.suggestion is None else (cell, "", found.suggestion.to),
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "upper_reach") == "held"


@case("missing_value")
def test_a_service_with_an_empty_row_is_missing_never_zero(tmp_path: Path) -> None:
    book = lamp_report((LAMP_ROWS[0], (REACH, None, None, None, None), LAMP_ROWS[2]))
    cell = book.at(REACH, IN_TIME).coordinate
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "missing_value", HELD_ROW)
    expect(judged, "missing_value", "Lamps", cell, says=("is empty", REACH), advises="Fill in")
    absent = observation_of(judged, "lamps_in_time", "upper_reach")
    assert (absent.state, absent.numerator, absent.stated) == ("absent", None, None)


@pytest.mark.parametrize("text", ["about 150", "15O", "1 50", "150*", True])
@case("text_in_number")
def test_text_in_a_count_is_held_and_the_only_number_that_fits_is_named(text: Any, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, IN_TIME, text)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "text_in_number", HELD_ROW)
    shown = str(text).upper() if text is True else text
    expect(
        judged, "text_in_number", "Lamps", cell, says=(cell, f"'{shown}'", "whole number", "held"),
        advises="Write a number", suggestion=(cell, shown, "150"),
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "upper_reach") == "held"


def test_a_number_too_large_to_be_one_is_told_not_raised(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, IN_TIME, 1e30)
    judged = judge(book, tmp_path)
    assert judged.status == "held"
    assert "text_in_number" in codes_of(judged)


def test_text_in_a_count_beside_figures_that_disagree_suggests_nothing(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, IN_TIME, "about 150")
    book.put(REACH, PCT, percent("57.0"))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "text_in_number", HELD_ROW)
    assert next(f for f in judged.findings if f.code == "text_in_number").suggestion is None


@case("negative_count")
def test_a_negative_count_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, LATE, -50)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "negative_count", HELD_ROW)
    expect(
        judged, "negative_count", "Lamps", cell, says=(cell, "-50", "below zero"),
        advises="right count", suggestion=(cell, "-50", "50"),
    )  # fmt: skip


@case("fractional_count")
def test_a_count_that_is_no_whole_number_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, IN_TIME, 150.5)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "fractional_count", HELD_ROW)
    expect(
        judged, "fractional_count", "Lamps", cell, says=(cell, "150.5", "whole number"),
        advises="right count", suggestion=(cell, "150.5", "150"),
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["750.0", "-75.0"])
@case("percent_out_of_range")
def test_a_percentage_that_no_share_can_be_is_held_and_the_right_one_named(wrong: str, tmp_path: Path) -> None:
    """Its counts agree, so one single-cell change mends the row."""
    book = lamp_report()
    cell = book.put(REACH, PCT, percent(wrong))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "percent_out_of_range", HELD_ROW)
    expect(
        judged, "percent_out_of_range", "Lamps", cell, says=(cell, f"{wrong}%", "no share"),
        advises="right percentage", suggestion=(cell, f"{wrong}%", "75.0%"),
    )  # fmt: skip


@pytest.mark.parametrize("value", [0.75, "0.75"])
@case("bare_fraction")
def test_a_bare_fraction_among_percentages_is_held_and_both_readings_told(value: Any, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, PCT, Shown(value, "General"))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "bare_fraction", HELD_ROW)
    expect(
        judged, "bare_fraction", "Lamps", cell, says=(cell, "0.75%", "75%", "held"),
        advises="percent format", suggestion=(cell, "0.75", "75%"),
    )  # fmt: skip


def test_a_bare_fraction_that_its_counts_confirm_is_a_small_percentage(tmp_path: Path) -> None:
    book = lamp_report()
    book.write(book.workbook["Lamps"], 7, 2, [(400, 3, 397, Shown(0.75, "General"))])
    book.write(book.workbook["Lamps"], 10, 2, [(894, 391, 503, percent("43.7"))])
    judged = judge(book, tmp_path)
    assert "bare_fraction" not in codes_of(judged)
    assert state_of(judged, "lamps_in_time", "upper_reach") == "sound"


def test_a_bare_fraction_in_a_percent_column_without_counts_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put("Clean oil, % of oil", "Feb-31", Shown(0.825, "General"))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "bare_fraction")
    expect(
        judged, "bare_fraction", "Oil", cell, says=("0.825%", "82.5%"), advises="percent format",
    )  # fmt: skip


def test_a_bare_percentage_above_one_is_read_as_it_stands(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, PCT, Shown(75, "General"))
    expect_only(judge(book, tmp_path), "accepted")


def test_a_blank_percentage_beside_counts_is_derived(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, PCT, None)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted")
    assert observation_of(judged, "lamps_in_time", "upper_reach").derived == 75


@pytest.mark.parametrize("stated", [None, "-", percent("0.0")])
def test_none_of_none_is_no_cases_and_nothing_to_tell(stated: Any, tmp_path: Path) -> None:
    book = lamp_report((*LAMP_ROWS[:2], (ISLANDS, 0, 0, 0, stated)), company=None)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted")
    islands = observation_of(judged, "lamps_in_time", "islands")
    assert (islands.is_no_cases, islands.exact) == (True, None)


@case("error_cell")
def test_an_error_in_a_count_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, DUE, "#REF!")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "error_cell", HELD_ROW)
    expect(
        judged, "error_cell", "Lamps", cell, says=(cell, "#REF!"), advises="Mend the formula",
        suggestion=(cell, "#REF!", "200"),
    )  # fmt: skip
    assert observation_of(judged, "lamps_in_time", "upper_reach").why == f"Lamps!{cell} says '#REF!'"


@case("formula_uncached")
def test_a_formula_without_a_stored_result_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, DUE, "=C7+D7")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "formula_uncached", HELD_ROW)
    finding = next(f for f in judged.findings if f.code == "formula_uncached")
    assert finding.suggestion is None or finding.suggestion.to == "200"
    hint = finding.suggestion and (cell, finding.suggestion.from_, "200")
    expect(
        judged, "formula_uncached", "Lamps", cell, says=(cell, "without a stored result"),
        advises="Open the workbook in Excel", suggestion=hint,
    )  # fmt: skip
    assert reading_at(judged, "Lamps", cell).kind == "uncached"
    why = observation_of(judged, "lamps_in_time", "upper_reach").why
    assert why == f"Lamps!{cell} holds a formula without a stored result"


@case("symbol")
def test_a_symbol_is_noted_with_its_meaning_and_no_figure_made_of_it(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put("Barrels in store", "Feb-31", "x")
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "symbol")
    expect(judged, "symbol", "Oil", cell, says=(cell, "'x'", "not available"), advises="Nothing")
    barrels = [o for o in judged.observations if o.measure == "barrels"]
    assert [o.period.start.month for o in barrels] == [1], "missing is missing, never 0"


# --- Gate 2: arithmetic ---------------------------------------------------------------------------------


@case("counts_disagree")
def test_counts_that_disagree_are_held_and_the_one_change_that_mends_all_is_named(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(BASIN, DUE, 294)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "counts_disagree", HELD_ROW)
    finding = expect(
        judged, "counts_disagree", "Lamps", cell,
        says=(f"{cell} says 294; 394 agrees with 298", "96", "75.6%", "held"),
        advises=f"Check {cell}", suggestion=(cell, "294", "394"),
    )  # fmt: skip
    assert "394" in finding.action
    held = observation_of(judged, "lamps_in_time", "quay_basin")
    assert (held.state, held.numerator, held.denominator) == ("held", 298, 294), "kept for the record"
    assert state_of(judged, "lamps_in_time", "islands") == "sound"
    assert state_of(judged, "lamps_in_time", None) == "stated_only"


@case("counts_disagree")
def test_where_two_single_changes_would_mend_the_row_none_is_named(tmp_path: Path) -> None:
    """1001 due: either 1000 were due, or 901 lit in time; 90.0% fits both."""
    book = lamp_report(((BASIN, 1001, 900, 100, percent("90.0")), *LAMP_ROWS[1:]), company=None)
    judged = judge(book, tmp_path)
    assert judged.status == "held"
    expect(
        judged, "counts_disagree", "Lamps", book.at(BASIN, DUE).coordinate,
        says=("900", "100", "1000", "1001"), advises="Check these cells",
    )  # fmt: skip


def test_a_held_row_is_not_also_said_to_be_printed(tmp_path: Path) -> None:
    """Its percentage is off by one in its last place too: 900 of 1001 is 89.9%, but nothing of it is printed."""
    book = lamp_report(((BASIN, 1001, 900, 100, percent("90.0")), *LAMP_ROWS[1:]), company=None)
    judged = judge(book, tmp_path)
    assert state_of(judged, "lamps_in_time", "quay_basin") == "held"
    assert not [f.message for f in judged.findings if "is printed" in f.message]


@case("counts_disagree")
def test_where_no_single_change_would_mend_the_row_none_is_named(tmp_path: Path) -> None:
    book = lamp_report(((BASIN, 294, 288, 96, percent("75.6")), *LAMP_ROWS[1:]), company=None)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "counts_disagree")
    expect(
        judged, "counts_disagree", "Lamps", book.at(BASIN, DUE).coordinate, says=("288", "96", "294"),
        advises="Check these cells",
    )  # fmt: skip


@case("percent_disagrees")
def test_a_percentage_that_its_counts_do_not_give_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(REACH, PCT, percent("57.0"))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "percent_disagrees", HELD_ROW)
    expect(
        judged, "percent_disagrees", "Lamps", cell, says=(f"{cell} says 57.0%", "150 of 200", "75.0%"),
        advises=f"Check {cell}", suggestion=(cell, "57.0%", "75.0%"),
    )  # fmt: skip


@case("percent_disagrees")
def test_without_the_third_count_any_cell_may_be_wrong_and_none_is_named(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, LATE, None)
    cell = book.put(REACH, PCT, percent("57.0"))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "percent_disagrees", HELD_ROW)
    expect(judged, "percent_disagrees", "Lamps", cell, says=("57.0%", "75.0%"), advises="Check these cells")


@case("more_than_all")
def test_more_than_all_is_held(tmp_path: Path) -> None:
    book = lamp_report(company=None)
    sheet = book.workbook["Lamps"]
    row = book.find(REACH).row
    book.write(sheet, row, 2, [(200, 250, None, None)])
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "more_than_all")
    expect(
        judged, "more_than_all", "Lamps", f"C{row}", says=(f"C{row} says 250", f"200 of B{row}"),
        advises="Check these cells",
    )  # fmt: skip


@pytest.mark.parametrize("stated", ["75.7", "75.5"])
@case("last_digit")
def test_a_percentage_off_by_one_in_its_last_place_is_noted_and_the_row_stands(stated: str, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(BASIN, PCT, percent(stated))
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "last_digit")
    expect(
        judged, "last_digit", "Lamps", cell, says=(f"{cell} says {stated}%", "298 of 394", "75.6%"),
        advises="Nothing",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "quay_basin") == "sound"


def test_a_percentage_off_by_two_in_its_last_place_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(BASIN, PCT, percent("75.8"))
    expect_only(judge(book, tmp_path), "held", "percent_disagrees", HELD_ROW)


@pytest.mark.parametrize(("stated", "status"), [("76", "accepted"), ("75", "accepted"), ("74", "held")])
def test_the_last_place_is_that_of_the_percentage_as_it_is_printed(stated: str, status: str, tmp_path: Path) -> None:
    book = lamp_report()
    book.put(BASIN, PCT, percent(stated))
    assert judge(book, tmp_path).status == status


@case("last_digit")
def test_a_company_row_off_in_its_last_place_is_noted_once(tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put(HARBOUR, PCT, percent("77.6"))
    judged = judge(book, tmp_path)
    expect(judged, "last_digit", "Lamps", cell, says=("77.6%", "77.5%"), advises="Nothing")
    expect_only(judged, "accepted", "last_digit")


@pytest.mark.parametrize("text", ["75.0.0%", "75,0%", "most", "#DIV/0!"])
@case("percent_unreadable")
def test_an_unreadable_percentage_beside_agreeing_counts_is_a_doubt_and_holds_nothing(
    text: str, tmp_path: Path
) -> None:
    book = lamp_report()
    cell = book.put(REACH, PCT, text)
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "percent_unreadable")
    finding = expect(
        judged, "percent_unreadable", "Lamps", cell, says=(cell, text, "75.0% is printed"), advises="Mend"
    )
    assert finding.severity == "doubt"
    sound = observation_of(judged, "lamps_in_time", "upper_reach")
    assert (sound.state, sound.derived) == ("sound", 75)


def test_an_unreadable_percentage_beside_counts_that_disagree_is_held(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, PCT, "75.0.0%")
    book.put(REACH, DUE, 300)
    assert judge(book, tmp_path).status == "held"


@case("parts_disagree")
def test_shares_that_do_not_make_100_are_a_doubt_where_no_figure_rests_on_them(tmp_path: Path) -> None:
    book = grade_report()
    cell = book.at("Bright", "% last year").coordinate
    book.put("Dim", "% last year", percent("12.2"))
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "parts_disagree")
    expect(
        judged, "parts_disagree", "Grades", cell, says=("55.5%", "33.3%", "12.2%", "101.0", "not 100"),
        advises="Check these cells",
    )  # fmt: skip


@pytest.mark.parametrize("dim", ["11.1", "11.3"])
def test_rounded_shares_may_miss_100_by_half_a_unit_each(dim: str, tmp_path: Path) -> None:
    book = grade_report()
    book.put("Dim", "% last year", percent(dim))
    expect_only(judge(book, tmp_path), "accepted")


@case("company_disagrees")
def test_a_company_row_that_its_services_do_not_give_is_held_and_they_stand(tmp_path: Path) -> None:
    """The company row is whole in itself, but counts another sum than its services: 714 where they make 694."""
    book = lamp_report(company=(HARBOUR, 714, 553, 161, percent("77.5")))
    row = book.find(HARBOUR).row
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "company_disagrees")
    finding = next(f for f in judged.findings if f.code == "company_disagrees")
    assert finding.cell in {f"B{row}", f"C{row}"}, "the cell is one that differs; 77.5% itself is right"
    expect(
        judged, "company_disagrees", "Lamps", finding.cell,
        says=(HARBOUR, "714" if finding.cell == f"B{row}" else "553", "services stand"),
        advises=f"Check the {HARBOUR} row", suggestion=None,
    )  # fmt: skip
    states = {o.service: o.state for o in judged.observations if o.measure == "lamps_in_time"}
    assert states == {"quay_basin": "sound", "upper_reach": "sound", "islands": "sound", None: "held"}


@case("company_disagrees")
def test_a_company_row_that_states_only_a_percentage_is_held_against_its_services_too(tmp_path: Path) -> None:
    book = lamp_report(company=(HARBOUR, None, None, None, percent("87.5")))
    cell = book.at(HARBOUR, PCT).coordinate
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "company_disagrees")
    expect(
        judged, "company_disagrees", "Lamps", cell, says=("87.5%", "77.5%", "held"), advises="Check",
        suggestion=None,
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "islands") == "sound"


def test_a_company_row_that_contradicts_itself_is_held_for_that_and_the_services_stand(
    tmp_path: Path,
) -> None:
    book = lamp_report(company=(HARBOUR, 594, 538, 156, percent("77.5")))
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "counts_disagree")
    states = {o.service: o.state for o in judged.observations if o.measure == "lamps_in_time"}
    assert states == {"quay_basin": "sound", "upper_reach": "sound", "islands": "sound", None: "held"}


@case("subtotal_disagrees")
def test_a_sub_total_that_its_services_do_not_give_is_held(tmp_path: Path) -> None:
    book = crew_report()
    cell = book.put("Both shores", "Hands", 13)
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "subtotal_disagrees")
    expect(
        judged, "subtotal_disagrees", "Crews", cell, says=("'Both shores'", "13", "12", "held"),
        advises="Check the sub-total",
    )  # fmt: skip
    assert state_of(judged, "hands", None) == "sound", "the company row sums services, not sub-totals"


@case("stated_not_checked")
def test_a_company_figure_beside_a_held_service_is_a_doubt_at_its_cell(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(REACH, IN_TIME, "about 150")
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "text_in_number", "stated_not_checked")
    finding = expect(
        judged, "stated_not_checked", "Lamps", book.at(HARBOUR, PCT).coordinate,
        says=("77.5%", f"{REACH} is held or missing"), advises="Mend the held rows",
    )  # fmt: skip
    assert finding.severity == "doubt"
    company = observation_of(judged, "lamps_in_time", None)
    assert (company.state, company.stated) == ("stated_only", Decimal("77.5"))


# --- The plan tracker -----------------------------------------------------------------------------------


def test_a_sound_tracker_has_no_findings(tmp_path: Path) -> None:
    expect_only(judge(tracker({"Key": "A1"}, {"Key": "A2", "Ref": Shown("1.10", "@")}), tmp_path), "accepted")


@case("undated")
def test_an_action_without_any_date_is_a_doubt(tmp_path: Path) -> None:
    book = tracker({"Key": "A1"}, {"Key": "A2", "Due": None, "Date as printed": "When the tide allows"})
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "undated")
    expect(
        judged, "undated", "Tracker", book.find("A2").coordinate, says="A2", advises="Agree a due date"
    )  # fmt: skip


@pytest.mark.parametrize(
    "dates",
    [{"Next review": dt.date(2031, 6, 1)}, {"Completed on": dt.date(2031, 2, 1)}, {"Start": dt.date(2031, 9, 1)}],
    ids=["reviewed later", "completed", "starts later"],
)
def test_an_action_that_is_reviewed_done_or_not_begun_needs_no_due_date(
    dates: dict[str, Any], tmp_path: Path
) -> None:
    expect_only(judge(tracker({"Key": "A1", "Due": None, **dates}), tmp_path), "accepted")


@case("date_reading_doubtful")
def test_a_printed_date_that_can_be_read_twice_is_a_doubt_where_no_column_settles_it(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Due": None, "Date as printed": "Early August 2031"})
    judged = judge(book, tmp_path)
    assert judged.status == "accepted"
    expect(
        judged, "date_reading_doubtful", "Tracker", book.at("A1", "Date as printed").coordinate,
        says=("'Early August 2031'", "not certain"), advises="own columns",
    )  # fmt: skip


@case("date_reading_differs")
def test_a_typed_date_that_is_not_the_printed_one_is_a_doubt(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Date as printed": "May 2031"})
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "date_reading_differs")
    expect(
        judged, "date_reading_differs", "Tracker", book.at("A1", "Due").coordinate,
        says=("30 June 2031", "'May 2031'", "31 May 2031"), advises="Agree which date holds",
    )  # fmt: skip


@case("not_a_date")
def test_a_due_date_that_is_none_is_held(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Due": "31/06/2031", "Next review": dt.date(2031, 6, 1)})
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "not_a_date")
    cell = book.at("A1", "Due").coordinate
    expect(judged, "not_a_date", "Tracker", cell, says=(cell, "'31/06/2031'"), advises="Write a date")


@case("unknown_rating")
def test_a_rating_that_is_no_colour_of_the_plan_is_a_doubt(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Owner's rating": "Purple"})
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "unknown_rating")
    cell = book.at("A1", "Owner's rating").coordinate
    expect(judged, "unknown_rating", "Tracker", cell, says=(cell, "'Purple'"), advises="Amber")


@case("unknown_ref")
def test_an_action_of_no_part_of_the_plan_is_told(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Ref": Shown("9.9", "@")})
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "unknown_ref")
    cell = book.at("A1", "Ref").coordinate
    expect(judged, "unknown_ref", "Tracker", cell, says=("A1", "'9.9'"), advises="Correct the reference")


@case("duplicate_key")
def test_a_key_of_two_actions_is_told_and_both_are_read(tmp_path: Path) -> None:
    book = tracker({"Key": "A1"}, {"Key": "A1", "Action": "Buy oil"})
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "duplicate_key")
    expect(
        judged, "duplicate_key", "Tracker", book.find("A1", nth=1).coordinate,
        says=("A1", book.find("A1").coordinate), advises="its own key",
    )  # fmt: skip
    texts = {r.raw_text for t in judged.reading.tables for r in t.readings}
    assert {"Trim the wicks", "Buy oil"} <= texts


@case("completed_in_future")
def test_a_completion_after_the_trackers_own_date_is_a_doubt(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Completed on": Shown(dt.datetime(2031, 3, 1), "dd/mm/yyyy")})
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "completed_in_future")
    expect(
        judged, "completed_in_future", "Tracker", book.at("A1", "Completed on").coordinate,
        says=("1 March 2031", "28 February 2031"), advises="once it has passed",
    )  # fmt: skip


@case("unlabelled_row")
def test_an_action_without_a_key_is_told(tmp_path: Path) -> None:
    book = tracker({"Key": "A1"}, {"Key": None, "Action": "Buy oil"})
    judged = judge(book, tmp_path)
    expect_only(judged, "held", "unlabelled_row")
    row = book.find("Buy oil").row
    finding = next(f for f in judged.findings if f.code == "unlabelled_row")
    assert finding.cell is not None
    assert finding.cell.endswith(str(row))
    expect(judged, "unlabelled_row", "Tracker", finding.cell, says="no name", advises="Write the name")
    texts = {r.raw_text for t in judged.reading.tables for r in t.readings}
    assert "Buy oil" in texts, "held, but not dropped"


# --- Findings in general --------------------------------------------------------------------------------


def test_every_error_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    book = lamp_report()
    book.put(BASIN, DUE, 294)
    book.put(REACH, IN_TIME, "about 150")
    book.put(ISLANDS, LATE, -10)
    book.put("Clean oil, % of oil", "Jan-31", Shown(0.81, "General"))
    expect_only(
        judge(book, tmp_path), "held",
        "counts_disagree", "text_in_number", "negative_count", "bare_fraction", "stated_not_checked",
    )  # fmt: skip


def test_judging_changes_neither_the_file_nor_its_folder(tmp_path: Path) -> None:
    book = lamp_report()
    path = book.save(tmp_path)
    before = path.read_bytes()
    judge_file(path, invented_programme())
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_the_sound_report_of_the_builders_reconciles() -> None:
    """The scenarios damage one thing of a sound report: its own sums must hold."""
    sums = [sum(row[i] for row in LAMP_ROWS) for i in (1, 2, 3)]
    assert sums == list(LAMP_COMPANY[1:4])
    assert all(row[1] == row[2] + row[3] for row in (*LAMP_ROWS, LAMP_COMPANY))
    assert (LAMP_TITLE, LAMP_DATE) == (("Weekly lamp report",), ("As at 3 March 2031",))
