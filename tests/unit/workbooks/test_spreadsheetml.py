"""Reading .xlsx and .xlsm: cells, dialects, and what other programs leave out or write differently."""

from __future__ import annotations

import datetime as dt
import io
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from tests.unit.workbooks.office_files import (
    MAIN,
    RELATIONS,
    STRICT,
    cells,
    first_sheet,
    opened,
    refusal,
    relations,
    xlsx,
    xlsx_parts,
    zipped,
)
from workbooks.grid import RawCell


def row(*made: str, number: int = 1, more: str = "") -> str:
    """A row of cells."""
    return f'<row r="{number}"{more}>{"".join(made)}</row>'


# --- Values ---------------------------------------------------------------------------------------------

CELLS = {
    "a whole number": ('<c r="A1"><v>298</v></c>', RawCell(1, 1, 298)),
    "a fraction shown as a percentage": ('<c r="A1" s="1"><v>0.756</v></c>', RawCell(1, 1, 0.756, "0.0%")),
    "a built-in date": ('<c r="A1" s="2"><v>44529</v></c>', RawCell(1, 1, dt.datetime(2021, 11, 29), "mm-dd-yy")),
    "a time of day": ('<c r="A1" s="2"><v>0.5</v></c>', RawCell(1, 1, dt.time(12), "mm-dd-yy")),
    "a number before any date": ('<c r="A1" s="2"><v>-5</v></c>', RawCell(1, 1, -5, "mm-dd-yy")),
    "a shared text": ('<c r="A1" t="s"><v>0</v></c>', RawCell(1, 1, "Islands")),
    "a shared text in pieces": ('<c r="A1" t="s"><v>1</v></c>', RawCell(1, 1, "Upper Reach")),
    "a text of its own": ('<c r="A1" t="inlineStr"><is><t>Oil &amp; wick</t></is></c>', RawCell(1, 1, "Oil & wick")),
    "an escaped character": ('<c r="A1" t="str"><v>a_x000A_b</v></c>', RawCell(1, 1, "a\nb")),
    "true": ('<c r="A1" t="b"><v>1</v></c>', RawCell(1, 1, True)),
    "an error": ('<c r="A1" t="e"><v>#N/A</v></c>', RawCell(1, 1, "#N/A", is_error=True)),
    "an ISO date": (
        '<c r="A1" t="d" s="2"><v>2021-11-29</v></c>', RawCell(1, 1, dt.datetime(2021, 11, 29), "mm-dd-yy")),
    "no number": ('<c r="A1"><v>12 lamps</v></c>', RawCell(1, 1, "12 lamps")),
    "no finite number": ('<c r="A1"><v>1e999</v></c>', RawCell(1, 1, "inf", is_error=True)),
    "a style that is not there": ('<c r="A1" s="99"><v>7</v></c>', RawCell(1, 1, 7)),
    "an empty style": ('<c r="A1" s=""><v>7</v></c>', RawCell(1, 1, 7)),
    "a formula with its result": ('<c r="A1"><f>SUM(B1:B9)</f><v>3</v></c>', RawCell(1, 1, 3)),
    "a formula without": ('<c r="A1" s="1"><f>SUM(B1:B9)</f></c>', RawCell(1, 1, None, "0.0%", is_uncached=True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS)
def test_a_cell_is_what_its_xml_says(case: tuple[str, RawCell]) -> None:
    xml, cell = case
    found = cells(xlsx(row(xml)))["A1"]
    assert found == cell
    assert type(found.value) is type(cell.value)


@pytest.mark.parametrize("xml", ['<c r="A1" s="1"/>', '<c r="A1" t="str"><f>""</f><v></v></c>', '<c r="A1"><v/></c>'])
def test_a_cell_that_shows_nothing_is_none(xml: str) -> None:
    assert not first_sheet(xlsx(row(xml))).cells


def test_a_number_that_is_not_finite_never_leaves_the_reader() -> None:
    made = row(*(f"<c><v>{text}</v></c>" for text in ("NaN", "INF", "-inf", "1e309", "9" * 400)))
    for cell in first_sheet(xlsx(made)).cells.values():
        assert not isinstance(cell.value, float) or math.isfinite(cell.value)


def test_dates_of_the_1904_calendar() -> None:
    content = xlsx(row('<c r="A1" s="2"><v>43067</v></c>'), book='<workbookPr date1904="true"/>')
    sheet = first_sheet(content)
    assert sheet.is_1904
    assert sheet.at(1, 1).value == dt.datetime(2021, 11, 29)


def test_cells_and_rows_without_addresses_follow_one_another() -> None:
    content = xlsx("<row><c><v>1</v></c><c><v>2</v></c></row><row><c/><c><v>3</v></c></row>")
    assert {a: c.value for a, c in cells(content).items()} == {"A1": 1, "B1": 2, "B2": 3}


def test_what_is_hidden_or_merged() -> None:
    content = xlsx(
        row('<c r="A1" t="s"><v>0</v></c><c r="B1"><v>9</v></c><c r="C1"><v>5</v></c>')
        + row("<c><v>1</v></c>", number=2, more=' hidden="1"'),
        before='<cols><col min="3" max="16384" hidden="1"/></cols>',
        after='<mergeCells><mergeCell ref="A1:B1"/></mergeCells>',
    )  # fmt: skip
    sheet = first_sheet(content)
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({2}), frozenset({3}))
    assert sheet.seen_at(1, 2).value == "Islands"
    assert sheet.at(1, 2).is_blank, "what lies below a merged range's first cell is seen by nobody"


def test_sheets_keep_their_order_and_charts_are_none() -> None:
    parts = xlsx_parts(row("<c><v>1</v></c>"))
    parts["xl/workbook.xml"] = (
        f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}"><sheets><sheet name="Chart" r:id="r2"/>'
        '<sheet name="Z" r:id="r1"/><sheet name="Module" r:id=""/><sheet name="A" state="veryHidden" r:id="r3"/>'
        "</sheets></workbook>"
    )
    parts["xl/_rels/workbook.xml.rels"] = relations(
        ("worksheet", "worksheets/sheet1.xml"),
        ("chartsheet", "c.xml"),
        ("worksheet", "/xl/worksheets/sheet1.xml"),
    )
    assert [(s.name, s.is_hidden) for s in opened(zipped(parts)).sheets] == [("Z", False), ("A", True)]


# --- What is said of the whole --------------------------------------------------------------------------


def test_macros_are_said_not_to_have_run() -> None:
    parts = xlsx_parts(row("<c><v>1</v></c>"))
    parts["xl/_rels/workbook.xml.rels"] = relations(
        ("worksheet", "worksheets/sheet1.xml"), ("vbaProject", "vbaProject.bin")
    )
    book = opened(zipped(parts))
    assert (book.kind, [note.code for note in book.notes]) == ("xlsm", ["macros_not_run"])


LINKS = '<externalReferences><externalReference r:id="r9"/></externalReferences>'


@pytest.mark.parametrize("formula", ["[1]Sheet1!A1", "SUM('[1]My sheet'!B2:B9)*2"])
def test_the_first_formula_on_another_workbook_is_named(formula: str) -> None:
    content = xlsx(row(f'<c r="C7"><f>{formula}</f><v>5</v></c>', number=7), book=LINKS)
    (note,) = opened(content).notes
    assert (note.code, note.sheet, note.cell) == ("links_not_followed", "Lamps", "C7")
    assert cells(content)["C7"].value == 5


def test_a_column_of_a_table_that_is_called_by_a_number_is_no_link() -> None:
    assert opened(xlsx(row("<c><f>Table1[2019]</f><v>5</v></c>"), book=LINKS)).notes == ()


# --- What other programs write --------------------------------------------------------------------------

SMALL = row('<c r="A1" t="s"><v>0</v></c><c r="B1" s="1"><v>0.756</v></c>')
SHEET = "xl/worksheets/sheet1.xml"
STRICT_RELATIONS = "http://purl.oclc.org/ooxml/officeDocument/relationships"


def odd(name: str, old: str, new: str) -> dict[str, str | bytes]:
    """The parts of a small workbook with one place of a part rewritten."""
    parts = xlsx_parts(SMALL)
    text = str(parts[name])
    assert old in text
    return parts | {name: text.replace(old, new)}


def moved(old: str, new: str) -> dict[str, str | bytes]:
    """The parts of a small workbook, one of them under another name."""
    parts = xlsx_parts(SMALL)
    return {new if name == old else name: part for name, part in parts.items()}


def without(name: str) -> dict[str, str | bytes]:
    """The parts of a small workbook but one."""
    return {n: part for n, part in xlsx_parts(SMALL).items() if n != name}


PREFIXED = (
    f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData><x:row><x:c t="s"><x:v>0</x:v></x:c>'
    '<x:c s="1"><x:v>0.756</x:v></x:c></x:row></x:sheetData></x:worksheet>'
)
ODD = {
    "another case": moved("xl/sharedStrings.xml", "xl/SharedStrings.xml"),
    "backslashes": moved(SHEET, "xl\\worksheets\\sheet1.xml"),
    "targets from the root": odd("xl/_rels/workbook.xml.rels", "worksheets/", "/xl/worksheets/"),
    "targets through a parent": odd("xl/_rels/workbook.xml.rels", "worksheets/", "../xl/./worksheets/"),
    "prefixed elements": xlsx_parts() | {SHEET: PREFIXED},
    "styles of styles": odd("xl/styles.xml", "<cellXfs>", "<cellStyleXfs><xf numFmtId='9'/></cellStyleXfs><cellXfs>"),
    "no list of content types": without("[Content_Types].xml"),
    "no list of the package": without("_rels/.rels"),
    "a broken list of the package": odd("_rels/.rels", "<Relationships", "broken"),
    "a bad defined name": odd("xl/workbook.xml", "<sheets>", "<definedNames><definedName/></definedNames><sheets>"),
    "Strict OOXML": {
        name: str(part).replace(MAIN, STRICT).replace(RELATIONS, STRICT_RELATIONS)
        for name, part in xlsx_parts(SMALL).items()
    },
    "UTF-16": xlsx_parts() | {
        SHEET: f'<?xml version="1.0" encoding="UTF-16"?>{xlsx_parts(SMALL)[SHEET]!s}'.encode("utf-16")
    },
}  # fmt: skip


@pytest.mark.parametrize("parts", ODD.values(), ids=ODD)
def test_what_spreadsheet_programs_open_is_opened(parts: dict[str, str | bytes]) -> None:
    found = cells(zipped(parts))
    assert found["A1"].value == "Islands"
    assert (found["B1"].value, found["B1"].number_format) == (0.756, "0.0%")
    assert opened(zipped(parts)).notes == ()


@pytest.mark.parametrize("styles", ["", "<styleSheet", "<a><cellXfs><xf numFmtId='x'/></cellXfs></a>"])
def test_values_are_read_where_the_styles_are_damaged_and_that_is_said(styles: str) -> None:
    parts = xlsx_parts(row('<c r="A1" s="1"><v>0.756</v></c>')) | {"xl/styles.xml": styles}
    book = opened(zipped(parts))
    assert book.sheets[0].at(1, 1).value == 0.756
    assert not book.sheets[0].has_formats
    assert [note.code for note in book.notes] == ["formats_lost"]


def test_a_workbook_without_styles_has_lost_none() -> None:
    parts = xlsx_parts(row("<c><v>5</v></c>"))
    parts["xl/_rels/workbook.xml.rels"] = relations(("worksheet", "worksheets/sheet1.xml"))
    book = opened(zipped(parts))
    assert book.sheets[0].has_formats
    assert book.notes == ()


DAMAGED = {
    "a sheet that is missing": ({n: p for n, p in xlsx_parts().items() if n != SHEET}, "'Lamps' is missing"),
    "no sheets": (xlsx_parts() | {"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'}, "list of sheets is empty"),
    "two sheets of one name": (
        odd("xl/workbook.xml", "</sheets>", '<sheet name="LAMPS" r:id="r1"/></sheets>'), "the same name"),
    "two parts of one name": ([*xlsx_parts().items(), ("XL/Workbook.xml", "<a/>")], "two parts of the name"),
    "a text that is not there": (xlsx_parts(row('<c r="A1" t="s"><v>99</v></c>')), "A1 points to a text"),
    "a cell given twice": (xlsx_parts(row('<c r="B4"><v>1</v></c><c r="B4"><v>2</v></c>')), "holds cell B4 twice"),
    "an absurd row": (xlsx_parts('<row r="99999999"><c><v>1</v></c></row>'), "row 99999999"),
    "an absurd column": (xlsx_parts(row('<c r="ZZZ1"><v>1</v></c>')), "column 18278"),
    "row nought": (xlsx_parts(row('<c r="A0"><v>1</v></c>')), "row 0"),
    "XML that ends early": (xlsx_parts() | {SHEET: f'<worksheet xmlns="{MAIN}"><sheetData>'}, "damaged"),
    "no place": (xlsx_parts(row('<c r="!!"><v>1</v></c>')), "is no place in a sheet"),
}  # fmt: skip


@pytest.mark.parametrize("case", DAMAGED.values(), ids=DAMAGED)
def test_a_workbook_that_contradicts_itself_is_damaged(case: tuple[dict[str, str | bytes], str]) -> None:
    parts, words = case
    code, message = refusal(zipped(parts))
    assert code == "damaged_file"
    assert words in message


# --- The same as openpyxl -------------------------------------------------------------------------------

FORMATS = ("General", "0", "0.0%", "#,##0.00", "dd/mm/yyyy", "[h]:mm", "hh:mm:ss", '"due "0', "mmm-yy", "@")
TEXT = st.text(st.characters(codec="utf-8", categories=["L", "N", "P", "S"], exclude_characters="_=#"), min_size=1)
NUMBERS = st.integers(0, 60000) | st.integers(0, 6 * 10**9).map(lambda number: number / 10**5)
WRITTEN = st.tuples(NUMBERS, st.sampled_from(FORMATS)) | st.tuples(TEXT | st.booleans(), st.just("General"))


@settings(max_examples=40, deadline=None)
@given(st.lists(WRITTEN, max_size=12))
def test_every_cell_is_as_openpyxl_reads_it(written: list[tuple[object, str]]) -> None:
    """openpyxl is the yardstick: another reader of the same XML."""
    book = Workbook()
    for number, (value, number_format) in enumerate(written, 1):
        cell = book.active.cell(number, number)
        cell.value, cell.number_format = value, number_format
    target = io.BytesIO()
    book.save(target)
    expected = load_workbook(io.BytesIO(target.getvalue()), data_only=True).active
    found = first_sheet(target.getvalue())
    assert len(found.cells) == len(written)
    for place, cell in expected._cells.items():
        mine = found.at(*place)
        assert (mine.value, type(mine.value), mine.number_format) == (
            cell.value,
            type(cell.value),
            cell.number_format,
        )
