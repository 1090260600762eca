"""A workbook is read by what its cells say: where they stand changes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.facts import LABEL_FIELD, CutTable, Period, Reading
from schemas.layout import PeriodLine
from tests.builders import (
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
    keeper_survey,
    lamp_report,
    patched,
    percent,
    with_result,
)
from workbooks.as_at import find_as_at
from workbooks.opening import open_workbook
from workbooks.reading import WorkbookReading, read_workbook

LINE = PeriodLine(labels=("As at", "Position as at"))
MONTH_LINE = PeriodLine(labels=("Reporting month",), precision="month")


def read(book: Book) -> WorkbookReading:
    """A workbook as a return of the invented programme."""
    return read_workbook(book.content(), "return.xlsx", invented_programme())


def table_of(reading: WorkbookReading, name: str) -> CutTable:
    """One of the tables that were cut."""
    found = [t for t in reading.tables if t.table == name]
    assert len(found) == 1, [f.message for f in reading.findings]
    return found[0]


def said(table: CutTable) -> dict[tuple[str, str], tuple[str, str, str | None]]:
    """What a table's cells say, wherever they stand: text, kind and value by row and field."""
    return {(r.row_key, r.field): (r.raw_text, r.kind, r.value) for r in table.readings}


def cell_of(table: CutTable, row: str, field: str) -> Reading:
    """One cell of a table."""
    return next(r for r in table.readings if (r.row_key, r.field) == (row, field))


# --- The as-at line -------------------------------------------------------------------------------------

THIRD = Period(dt.date(2031, 3, 3), dt.date(2031, 3, 3))
AS_AT_LINES: dict[str, tuple[Sequence[Any], ...]] = {
    "a sentence": (("As at 3 March 2031",),),
    "a sentence with an ordinal": (("As at 3rd March 2031",),),
    "a longer label": (("Position as at 03/03/2031",),),
    "small letters and hard spaces": (("as\u00a0at 3\u00a0March 2031",),),
    "a colon": (("As at: 03/03/31",),),
    "text in the next cell": (("As at", "3 March 2031"),),
    "text some cells on": (("As at:", None, None, "3 March 2031"),),
    "a date cell": (("As at", Shown(dt.datetime(2031, 3, 3), "dd/mm/yyyy")),),
    "the cell below": (("As at",), ("3 March 2031",)),
    "further down": (("Weekly lamp report",), (), (), ("",), ("As at 3 March 2031",)),
    "in another column": (("Weekly lamp report",), (None, None, "As at 3 March 2031")),
    "beside a remark that begins alike": (("As at 3 March 2031",), ("As at the time of writing, all is well",)),
}


def as_at(lines: Sequence[Sequence[Any]], line: PeriodLine = LINE) -> tuple[Period | None, list[str]]:
    """The as-at period of one sheet, and the codes of its findings."""
    book = Book()
    book.add_sheet("Lamps", *lines)
    period, findings = find_as_at(open_workbook(book.content(), "return.xlsx").sheets, line)
    return period, [f.code for f in findings]


@pytest.mark.parametrize("lines", AS_AT_LINES.values(), ids=AS_AT_LINES)
def test_the_as_at_line_is_found_in_each_of_its_forms(lines: Sequence[Sequence[Any]]) -> None:
    assert as_at(lines) == (THIRD, [])


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        ((("Weekly lamp report",),), "as_at_missing"),
        ((("As attached, the lamps",),), "as_at_missing"),
        ((("As at",),), "as_at_missing"),
        ((("As at soon",),), "as_at_unreadable"),
        ((("As at 31/02/2031",),), "as_at_unreadable"),
        ((("As at", 475),), "as_at_unreadable"),
        ((("As at 3 March 2031",), ("As at:", "3 Mrach 2031")), "as_at_unreadable"),
    ],
)
def test_without_one_readable_date_none_is_taken(lines: Sequence[Sequence[Any]], code: str) -> None:
    assert as_at(lines) == (None, [code])


def test_sheets_that_agree_in_other_words_agree() -> None:
    book = Book()
    book.add_sheet("Lamps", ("As at 3 March 2031",))
    book.add_sheet("Oil", ("Position as at", Shown(dt.datetime(2031, 3, 3), "dd/mm/yyyy")))
    assert find_as_at(open_workbook(book.content(), "return.xlsx").sheets, LINE) == (THIRD, [])


@pytest.mark.parametrize(
    "cells",
    [
        ("Reporting month", "February 2031"),
        ("Reporting month: Feb-31",),
        ("Reporting month", Shown(dt.datetime(2031, 2, 1), "mmm-yy")),
        ("Reporting month", "28/02/2031"),
    ],
)
def test_a_monthly_return_is_as_at_its_month(cells: Sequence[Any]) -> None:
    month = Period(dt.date(2031, 2, 1), dt.date(2031, 2, 28), "month")
    assert as_at([cells], MONTH_LINE) == (month, [])


def test_a_month_in_a_daily_return_means_its_last_day() -> None:
    assert as_at([("As at February 2031",)]) == (Period(dt.date(2031, 2, 28), dt.date(2031, 2, 28)), [])


def test_the_period_that_the_figures_cover_is_read_beside_the_as_at_date() -> None:
    reading = read(grade_report())
    assert reading.period is not None
    assert reading.period.end == dt.date(2031, 3, 31)
    assert reading.covered == Period(dt.date(2031, 1, 1), dt.date(2031, 3, 31), "range")


# --- Wherever a table stands ----------------------------------------------------------------------------

BODY = (*LAMP_ROWS, LAMP_COMPANY)
SOUND = said(table_of(read(lamp_report()), "lamps"))


def lamp_sheet(down: int, right: int, columns: Sequence[int], rows: Sequence[int], gaps: Sequence[bool]) -> Book:
    """The lamps table moved, its columns and rows in another order, with blank rows between some."""
    book = Book()
    sheet = book.add_sheet("Lamps", LAMP_TITLE, LAMP_DATE)
    lines: list[Sequence[Any]] = [("Lamps lit in time",), [LAMP_HEADER[c] for c in columns]]
    for row, gap in zip(rows, gaps, strict=True):
        lines += [()] if gap else []
        lines.append([BODY[row][c] for c in columns])
    book.write(sheet, 4 + down, 1 + right, lines)
    return book


@settings(max_examples=40, deadline=None)
@given(
    st.integers(0, 60),
    st.integers(0, 40),
    st.permutations(range(5)),
    st.permutations(range(4)),
    st.lists(st.booleans(), min_size=4, max_size=4),
)
def test_moving_a_table_or_reordering_its_columns_and_rows_changes_no_reading(
    down: int, right: int, columns: list[int], rows: list[int], gaps: list[bool]
) -> None:
    book = lamp_sheet(down, right, columns, rows, gaps)
    reading = read_workbook(book.content(), "return.xlsx", PARTIAL)
    assert said(table_of(reading, "lamps")) == SOUND


# Only the lamps are expected, so that each example is one small sheet.
PARTIAL = invented_programme().model_copy(
    update={
        "returns": tuple(
            r.model_copy(update={"partial": {dt.date(2031, 3, 3): ("lamps",)}}) if r.id == "lamp_report" else r
            for r in invented_programme().returns
        )
    }
)
OIL_HEADER = ("Measure", "Jan-31", "Feb-31", "3 March 2031")
OIL_BODY = (
    ("Clean oil, % of oil", percent("81.0"), percent("82.5"), percent("83.0")),
    ("Barrels in store", 40, 38, 37),
)


def oil_readings(
    down: int, right: int, columns: Sequence[int], rows: Sequence[int]
) -> dict[tuple[str, str], tuple[str, str, str | None]]:
    """What the oil table says, moved and reordered."""
    book = lamp_report()
    del book.workbook["Oil"]
    sheet = book.add_sheet("Oil", LAMP_TITLE, LAMP_DATE)
    lines = [[line[c] for c in columns] for line in (OIL_HEADER, *(OIL_BODY[r] for r in rows))]
    book.write(sheet, 4 + down, 1 + right, [("Oil by month",), *lines])
    return said(table_of(read(book), "oil"))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 60), st.integers(0, 40), st.permutations(range(1, 4)), st.permutations(range(2)))
def test_moving_a_table_of_periods_or_reordering_its_periods_changes_no_reading(
    down: int, right: int, periods: list[int], rows: list[int]
) -> None:
    assert oil_readings(down, right, [0, *periods], rows) == oil_readings(0, 0, range(4), range(2))


@settings(max_examples=10, deadline=None)
@given(st.permutations(range(4)))
def test_the_label_column_of_a_table_of_periods_may_stand_anywhere_too(columns: list[int]) -> None:
    assert oil_readings(0, 0, columns, range(2)) == oil_readings(0, 0, range(4), range(2))


def test_the_order_of_sheets_changes_no_reading() -> None:
    book = lamp_report()
    book.workbook.move_sheet("Oil", -1)
    reading = read(book)
    assert said(table_of(reading, "lamps")) == SOUND
    assert reading.findings == ()


def test_two_tables_may_share_a_sheet() -> None:
    book = Book()
    oil = [("Oil by month",), OIL_HEADER, *OIL_BODY]
    book.add_sheet(
        "All", LAMP_TITLE, LAMP_DATE, (), ("Lamps lit in time",), LAMP_HEADER, *LAMP_ROWS, (), LAMP_COMPANY,
        (), *oil,
    )  # fmt: skip
    reading = read(book)
    assert said(table_of(reading, "lamps")) == SOUND
    assert len(table_of(reading, "oil").readings) == 8


# --- Rows and headers as people make them ---------------------------------------------------------------


def test_every_reading_knows_the_cell_it_stands_in() -> None:
    book = lamp_report()
    table = table_of(read(book), "lamps")
    for reading in table.readings:
        value = book.workbook[reading.sheet][reading.cell].value
        assert (value is None) == (reading.kind == "empty")
    cell = cell_of(table, "upper_reach", "in_time")
    assert cell.cell == book.at("Upper Reach", "Lit in time").coordinate
    assert (cell.sheet, cell.raw_text, cell.number) == ("Lamps", "150", 150)


def test_the_company_row_after_a_blank_row_belongs_to_the_table_and_notes_do_not() -> None:
    reading = read(lamp_report())
    rows = [r.row_key for r in table_of(reading, "lamps").readings if r.field == LABEL_FIELD]
    assert rows == ["quay_basin", "upper_reach", "islands", "company"]
    assert reading.findings == ()


@pytest.mark.parametrize("label", ["quay and basin", "Quay & Basin*", " Q&B ", "QUAY &\u00a0BASIN [1]"])
def test_a_service_is_known_by_any_of_its_spellings(label: str) -> None:
    book = lamp_report()
    book.rename("Quay & Basin", label)
    assert ("quay_basin", "due") in said(table_of(read(book), "lamps"))


@pytest.mark.parametrize("header", ["lit in  TIME", "Lit in time*", "Lit\nin time:"])
def test_a_header_is_known_by_any_of_its_spellings(header: str) -> None:
    book = lamp_report()
    book.rename("Lit in time", header)
    assert said(table_of(read(book), "lamps")) == SOUND


def test_a_two_level_header_tells_columns_of_one_name_apart() -> None:
    table = table_of(read(crew_report()), "crews")
    values = [
        cell_of(table, "upper_reach", f).value for f in ("rounds_due", "rounds_done", "repairs_due", "repairs_done")
    ]
    assert values == ["60", "45", "20", "11"]


def test_a_two_level_header_does_so_in_either_order_of_its_headings() -> None:
    book = crew_report()
    for cell, text in (("B5", "Repairs"), ("D5", "Rounds")):
        book.workbook["Crews"][cell].value = text
    table = table_of(read(book), "crews")
    assert cell_of(table, "upper_reach", "repairs_due").value == "60"
    assert cell_of(table, "upper_reach", "rounds_due").value == "20"


def test_a_label_merged_over_two_rows_counts_for_both() -> None:
    table = table_of(read(keeper_survey()), "answers")
    february = "2031-02-01/2031-02-28/month"
    assert cell_of(table, "content_tall", february).value == "62"
    assert cell_of(table, "content_short", february).value == "72"
    assert cell_of(table, "content_short", "ytd").value == "71.5"


def test_a_label_left_blank_over_two_rows_counts_for_both() -> None:
    merged, blank = keeper_survey(), keeper_survey()
    blank.workbook["Survey"].unmerge_cells("A5:A6")
    assert said(table_of(read(blank), "answers")) == said(table_of(read(merged), "answers"))


def test_a_month_heading_that_is_a_date_cell_is_that_month() -> None:
    book = lamp_report()
    cell = book.find("Feb-31")
    cell.value, cell.number_format = dt.datetime(2031, 2, 1), "mmm-yy"
    assert cell_of(table_of(read(book), "oil"), "barrels", "2031-02-01/2031-02-28/month").value == "38"


def test_a_formula_with_a_stored_result_reads_as_its_result() -> None:
    book = lamp_report()
    cell = book.put("Islands", "Lamps due", "=C8+D8")
    content = with_result(book.content(), cell, "100")
    reading = read_workbook(content, "return.xlsx", invented_programme())
    assert said(table_of(reading, "lamps")) == SOUND


def test_a_formula_without_one_reads_as_uncached_and_its_row_is_kept() -> None:
    book = lamp_report()
    cell = book.put("Islands", "Lamps due", "=C8+D8")
    table = table_of(read(book), "lamps")
    assert cell_of(table, "islands", "due").kind == "uncached"
    assert cell_of(table, "islands", "due").cell == cell
    assert cell_of(table, "islands", "in_time").value == "90"


def test_a_label_that_is_a_formula_with_a_result_is_a_label() -> None:
    book = lamp_report()
    cell = book.rename("Islands", "=A1")
    content = with_result(book.content(), cell, "Islands")
    content = patched(content, "xl/worksheets/sheet1.xml", f'<c r="{cell}"', f'<c r="{cell}" t="str"')
    reading = read_workbook(content, "return.xlsx", invented_programme())
    assert said(table_of(reading, "lamps")) == SOUND


def test_records_are_read_by_their_key_and_bands_between_them_are_not() -> None:
    book = Book()
    sheet = book.add_sheet(
        "Tracker", ("Lamplight tracker",), ("As at 28 February 2031",), (),
        ("Key", "Ref", "Action", "Due", "Completed on"),
        ("1 Light",), ("A1", "1.1", "Trim the wicks", "30/06/2031", None),
        ("2 Oil",), ("A2", "1.10", "Buy oil", None, "1 February 2031"),
    )  # fmt: skip
    sheet.merge_cells("A5:E5")
    sheet.merge_cells("A7:E7")
    table = table_of(read(book), "actions")
    assert [r.row_key for r in table.readings if r.field == LABEL_FIELD] == ["A1", "A2"]
    assert cell_of(table, "A1", "due").value == "2031-06-30"
    assert cell_of(table, "A2", "completed_on").value == "2031-02-01"
    assert cell_of(table, "A2", "ref").raw_text == "1.10"


def test_the_layout_in_force_is_chosen_by_the_workbooks_own_date() -> None:
    reading = read(lamp_report())
    assert reading.item is not None
    assert reading.layout is not None
    assert (reading.item.id, reading.layout.from_) == ("lamp_report", dt.date(2031, 1, 1))
    assert reading.period == THIRD


# --- Headings over several rows ----------------------------------------------------------------------------


def test_headings_merged_down_over_two_rows_head_their_columns() -> None:
    book = crew_report()
    sheet = book.find("Hands").parent
    row = book.find("Hands").row
    for name in ("Crew", "Hands"):
        cell = book.find(name)
        cell.value = None
        sheet.cell(row - 1, cell.column, name)
        sheet.merge_cells(start_row=row - 1, end_row=row, start_column=cell.column, end_column=cell.column)
    reading = read(book)
    assert reading.findings == ()
    assert said(table_of(reading, "crews")) == said(table_of(read(crew_report()), "crews"))


def test_a_heading_that_was_not_merged_stands_over_the_blank_ones_to_its_right() -> None:
    book = crew_report()
    book.find("Hands").parent.unmerge_cells("B5:C5")
    book.find("Hands").parent.unmerge_cells("D5:E5")
    assert said(table_of(read(book), "crews")) == said(table_of(read(crew_report()), "crews"))


def test_rows_whose_names_differ_in_their_number_are_not_the_same_row() -> None:
    book = lamp_report([*LAMP_ROWS, ("Boat #1", 1, 1, 0, percent("100")), ("Boat #2", 1, 1, 0, percent("100"))])
    table = table_of(read(book), "lamps")
    assert len([r for r in table.readings if r.field == LABEL_FIELD and r.raw_text.startswith("Boat")]) == 2
    assert not any("#" in r.row_key for r in table.readings)
