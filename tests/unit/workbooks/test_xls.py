"""Reading .xls: what xlrd gives, and what is read where it gives up."""

from __future__ import annotations

import datetime as dt

import pytest
import xlwt

from tests.unit.workbooks.office_files import HEADER, cells, first_sheet, opened, refusal, saved, table_xls
from workbooks import ceilings


def book_of(*values: object, number_format: str = "General") -> xlwt.Workbook:
    """A workbook with these values in its first row."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Lamps")
    for column, value in enumerate(values):
        sheet.write(0, column, value, xlwt.easyxf(num_format_str=number_format))
    return book


def test_values_keep_their_kinds() -> None:
    found = cells(saved(book_of("Islands", 298, 0.5, True, -3)))
    assert [cell.value for cell in found.values()] == ["Islands", 298, 0.5, True, -3]
    assert [type(cell.value) for cell in found.values()] == [str, int, float, bool, int]


def test_errors_are_errors() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Lamps")
    sheet.row(0).set_cell_error(0, 0x2A)
    sheet.row(0).set_cell_error(1, 0x07)
    found = cells(saved(book))
    assert [(c.value, c.is_error) for c in found.values()] == [("#N/A", True), ("#DIV/0!", True)]


def test_a_date_is_one_by_its_format_in_both_calendars() -> None:
    book = book_of(43067, number_format="dd/mm/yyyy")
    assert cells(saved(book))["A1"].value == dt.datetime(2017, 11, 28)
    book.dates_1904 = True
    sheet = first_sheet(saved(book))
    assert (sheet.is_1904, sheet.at(1, 1).value) == (True, dt.datetime(2021, 11, 29))


def test_what_is_merged_or_hidden() -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Lamps")
    sheet.write_merge(0, 0, 0, 2, "Title")
    for row in (1, 2):
        for column in range(3):
            sheet.write(row, column, row * 10 + column)
    sheet.row(1).hidden = True
    sheet.col(2).hidden = True
    book.add_sheet("Away").visibility = 1
    first, second = opened(saved(book)).sheets
    assert first.seen_at(1, 3).value == "Title"
    assert (first.hidden_rows, first.hidden_columns) == (frozenset({2}), frozenset({3}))
    assert (first.is_hidden, second.is_hidden) == (False, True)


def test_where_the_styles_are_damaged_the_values_are_read_and_the_loss_is_said() -> None:
    content = table_xls()
    font = content.index(b"\x31\x00", 512)  # the record of the first font, here with a name longer than itself
    damaged = content[: font + 18] + b"\xff\x01" + content[font + 20 :]
    book = opened(damaged)
    sheet = book.sheets[0]
    assert tuple(sheet.at(1, column).value for column in range(1, 5)) == HEADER
    assert tuple(sheet.at(2, column).value for column in (2, 3, 4)) == (298, 0.756, dt.datetime(2031, 3, 3))
    assert not sheet.has_formats
    assert [note.code for note in book.notes] == ["formats_lost"]


def test_a_workbook_of_more_blank_cells_than_the_ceiling_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("Lamps")
    for row in range(40):
        for column in range(50):
            sheet.write(row, column, None, xlwt.easyxf("font: bold on"))
    content = saved(book)
    assert not opened(content).sheets[0].cells
    monkeypatch.setattr(ceilings, "MOST_PLACES", 1000)
    code, message = refusal(content)
    assert (code, "blank" in message) == ("file_too_large", True)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_a_file_cut_short_is_read_or_refused_but_never_raises(share: float) -> None:
    content = table_xls()
    assert refusal(content[: int(len(content) * share)])[0] == "damaged_file"
