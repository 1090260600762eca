"""What is opened, what is not and why; formulas with and without a stored result."""

from __future__ import annotations

import time

import pytest
from openpyxl.worksheet.formula import ArrayFormula

from tests.builders import Book, invented_programme, lamp_report, patched, with_result
from tests.unit.workbooks.office_files import refusal, xlsx_parts, zipped
from workbooks import ceilings
from workbooks.grid import RawCell, Sheet
from workbooks.opening import Unopenable, open_workbook
from workbooks.reading import read_workbook

SHEET = "xl/worksheets/sheet1.xml"


WHOLE = lamp_report().content()


@pytest.mark.parametrize("share", [0.1, 0.3, 0.6, 0.9, 0.99])
def test_a_file_cut_short_anywhere_is_refused(share: float) -> None:
    assert refusal(WHOLE[: int(len(WHOLE) * share)])[0] == "damaged_file"


def test_damage_within_a_part_is_told_not_raised() -> None:
    middle = len(WHOLE) // 3
    damaged = WHOLE[:middle] + bytes(60) + WHOLE[middle + 60 :]
    try:
        open_workbook(damaged, "return.xlsx")
    except Unopenable as error:
        assert error.finding.code == "damaged_file"


def test_declared_entities_are_refused_before_they_can_grow() -> None:
    bomb = r'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet\1'
    content = lamp_report()
    content.put("Islands", "Lamps due", "=1+1")
    code, message = refusal(patched(content.content(), SHEET, r"<worksheet( |>)", bomb))
    assert (code, "entities" in message) == ("not_a_workbook", True)


def test_entities_are_refused_also_in_a_sheet_without_formulas() -> None:
    bomb = r'<!DOCTYPE w [<!ENTITY a "aaaa">]><worksheet\1'
    code, _ = refusal(patched(WHOLE, SHEET, r"<worksheet( |>)", bomb))
    assert code == "not_a_workbook"


@pytest.mark.parametrize(
    ("limit", "most"),
    [("MOST_BYTES", 100), ("MOST_PARTS", 3), ("MOST_UNPACKED_BYTES", 2048), ("MOST_READ_BYTES", 2048)],
)
def test_a_workbook_beyond_a_limit_is_not_unpacked(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, limit, most)
    assert refusal(WHOLE)[0] == "file_too_large"


def test_a_sheet_with_too_many_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "MOST_CELLS", 10)
    assert refusal(WHOLE)[0] == "file_too_large"


# --- Cells ----------------------------------------------------------------------------------------------


def sheet_of(content: bytes) -> Sheet:
    """The first sheet."""
    return open_workbook(content, "return.xlsx").sheets[0]


def by_address(content: bytes) -> dict[str, RawCell]:
    """The cells of the first sheet."""
    return {cell.address: cell for cell in sheet_of(content).cells.values()}


def formula_book(formula: object = "=SUM(B2:B3)") -> Book:
    """A column of two numbers and a formula below them, in B4."""
    book = Book()
    book.add_sheet("Sums", ("Name", "Number"), ("one", 1), ("two", 2), ("both", formula))
    return book


def test_a_formula_with_a_stored_result_is_its_result() -> None:
    cell = by_address(with_result(formula_book().content(), "B4", "3"))["B4"]
    assert (cell.value, cell.is_uncached, cell.is_error) == (3, False, False)


def test_a_formula_without_a_stored_result_is_said_to_be_one_and_is_not_blank() -> None:
    cells = by_address(formula_book().content())
    assert cells["B4"].is_uncached
    assert not cells["B4"].is_blank
    assert not cells["B3"].is_uncached


def test_a_formula_in_one_sheet_says_nothing_of_the_same_cell_in_another() -> None:
    book = formula_book()
    book.add_sheet("More", ("Name", "Number"), ("one", 1), ("two", 2), ("both", 3))
    sheets = {sheet.name: sheet for sheet in open_workbook(book.content(), "return.xlsx").sheets}
    assert sheets["Sums"].at(4, 2).is_uncached
    assert not sheets["More"].at(4, 2).is_uncached
    assert sheets["More"].at(4, 2).value == 3


def test_a_formula_whose_result_is_an_error_is_an_error() -> None:
    content = with_result(formula_book("=1/0").content(), "B4", "#DIV/0!")
    cell = by_address(patched(content, SHEET, '<c r="B4"', '<c r="B4" t="e"'))["B4"]
    assert (cell.is_error, cell.is_uncached, cell.text) == (True, False, "#DIV/0!")


def test_a_formula_whose_result_is_an_empty_text_is_blank() -> None:
    content = patched(formula_book('=""').content(), SHEET, '<c r="B4"', '<c r="B4" t="str"')
    assert by_address(content).get("B4", RawCell(4, 2, None)).is_blank


def test_an_array_formula_without_result_is_uncached() -> None:
    book = formula_book(ArrayFormula("B4", "=SUM(B2:B3*1)"))
    assert by_address(book.content())["B4"].is_uncached


def test_a_formula_in_a_cell_without_an_address_is_read() -> None:
    """The address of a cell may be left out; some programs do."""
    content = patched(formula_book().content(), SHEET, '<c r="B4">', "<c>")
    assert by_address(content)["B4"].is_uncached


def test_what_is_merged_or_hidden_is_known() -> None:
    book = Book()
    sheet = book.add_sheet("Lamps", ("Title", None, None), ("a", "b", "c"), ("d", "e", "f"))
    sheet.merge_cells("A1:C1")
    sheet.row_dimensions[2].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.sheet_state = "visible"
    book.add_sheet("Other", ("x",)).sheet_state = "hidden"
    first, second = open_workbook(book.content(), "return.xlsx").sheets
    assert first.seen_at(1, 3).value == "Title"
    assert first.at(1, 3).is_blank
    assert (first.hidden_rows, first.hidden_columns) == (frozenset({2}), frozenset({3}))
    assert (first.is_hidden, second.is_hidden) == (False, True)


def test_a_sheet_that_claims_a_million_rows_is_opened_at_once() -> None:
    book = lamp_report()
    sheet = book.workbook["Lamps"]
    sheet.cell(1_048_576, 16_384).number_format = "0.0%"
    content = patched(book.content(), SHEET, r"<dimension[^>]*/>", '<dimension ref="A1:XFD1048576"/>')
    began = time.perf_counter()
    opened = sheet_of(content)
    assert time.perf_counter() - began < 2
    assert len(opened.cells) < 100
    assert max(opened.rows()) < 100


def test_a_merge_over_whole_columns_is_opened_at_once_or_refused() -> None:
    """A few bytes of XML may merge a million rows; no cell of them holds anything."""
    merge = '</sheetData><mergeCells count="1"><mergeCell ref="G1:J30000"/></mergeCells>'
    content = patched(WHOLE, SHEET, "</sheetData>", merge)
    began = time.perf_counter()
    try:
        assert sheet_of(content).at(1, 1).value == "Weekly lamp report"
    except Unopenable as error:
        assert error.finding.code == "file_too_large"
    assert time.perf_counter() - began < 1


def test_a_workbook_of_no_worksheets_is_told_not_raised() -> None:
    content = zipped(xlsx_parts() | {"xl/workbook.xml": "<workbook><sheets/></workbook>"})
    reading = read_workbook(content, "return.xlsx", invented_programme())
    assert reading.is_refused
