"""Reading .ods: values by their types, formats by their styles, and everything that repeats."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.unit.workbooks.office_files import (
    cells,
    first_sheet,
    ods,
    ods_cell,
    ods_document,
    ods_parts,
    ods_row,
    opened,
    refusal,
    zipped,
)
from workbooks.grid import RawCell
from workbooks.ods import read_span

ERROR = (
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value="" '
    'calcext:value-type="error"><text:p>#DIV/0!</text:p></table:table-cell>'
)
CELLS = {
    "a whole number": (ods_cell("float", "298"), RawCell(1, 1, 298)),
    "a number": (ods_cell("float", "75.6"), RawCell(1, 1, 75.6)),
    "a percentage": (ods_cell("percentage", "0.756", "75.6%", style_name="percent"), RawCell(1, 1, 0.756, "0.0%")),
    "a percentage without style": (ods_cell("percentage", "0.756"), RawCell(1, 1, 0.756, "0.00%")),
    "a date": (
        ods_cell("date", "2021-11-29", style_name="date"), RawCell(1, 1, dt.datetime(2021, 11, 29), "dd/mm/yyyy")),
    "a date with its time": (
        ods_cell("date", "2021-11-29T09:30:00"), RawCell(1, 1, dt.datetime(2021, 11, 29, 9, 30), "yyyy-mm-dd")),
    "a time": (ods_cell("time", "PT09H30M00S"), RawCell(1, 1, dt.time(9, 30), "hh:mm:ss")),
    "a long time": (ods_cell("time", "PT36H00M00S"), RawCell(1, 1, dt.timedelta(hours=36), "hh:mm:ss")),
    "true": (ods_cell("boolean", "true"), RawCell(1, 1, True)),
    "a text": (ods_cell("string", "", "Islands"), RawCell(1, 1, "Islands")),
    "spaces, tabs and lines": (
        ods_cell("string", "", 'a<text:s text:c="2"/>b<text:tab/>c</text:p><text:p>  d <text:span>e</text:span>'),
        RawCell(1, 1, "a  b\tc\nd e")),
    "a text with a comment": (
        '<table:table-cell office:value-type="string"><office:annotation><text:p>Check</text:p></office:annotation>'
        "<text:p>Islands</text:p></table:table-cell>", RawCell(1, 1, "Islands")),
    "an error": (ERROR, RawCell(1, 1, "#DIV/0!", is_error=True)),
    "an old error": (
        '<table:table-cell table:formula="x" office:value-type="float" office:value="0"><text:p>Err:502</text:p>'
        "</table:table-cell>", RawCell(1, 1, "Err:502", is_error=True)),
    "a formula without result": ('<table:table-cell table:formula="of:=A2"/>', RawCell(1, 1, None, is_uncached=True)),
    "no finite number": (ods_cell("float", "NaN"), RawCell(1, 1, "nan", is_error=True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS)
def test_a_cell_is_what_its_xml_says(case: tuple[str, RawCell]) -> None:
    xml, cell = case
    found = cells(ods(ods_row(xml)))["A1"]
    assert found == cell
    assert type(found.value) is type(cell.value)


@pytest.mark.parametrize(
    ("before", "row"),
    [('<table:table-column table:number-columns-repeated="5" table:default-cell-style-name="percent"/>', {}),
     ("", {"default_cell_style_name": "percent"})],
)  # fmt: skip
def test_a_format_may_come_from_the_column_or_the_row(before: str, row: dict[str, str]) -> None:
    assert cells(ods(before + ods_row(ods_cell("float", "0.5"), **row)))["A1"].number_format == "0.0%"


STYLES = """
<number:number-style style:name="P"><number:number number:decimal-places="2" number:grouping="true"/>
</number:number-style>
<number:number-style style:name="N"><number:text>-</number:text><number:number number:decimal-places="2"/>
<style:map style:condition="value()&gt;=0" style:apply-style-name="P"/></number:number-style>
<style:style style:name="parent" style:family="table-cell" style:data-style-name="N"/>
<style:style style:name="child" style:family="table-cell" style:parent-style-name="parent"/>
"""


def test_a_format_that_differs_by_sign_or_comes_from_a_parent() -> None:
    content = ods(ods_row(ods_cell("float", "0.5", style_name="child")), styles=STYLES)
    assert cells(content)["A1"].number_format == "#,##0.00"


def test_what_repeats_is_there_as_often_as_it_says() -> None:
    blank = '<table:table-cell table:number-columns-repeated="2"/>'
    filled = ods_cell("float", "7", number_columns_repeated="3")
    rows = ods_row(blank, filled, number_rows_repeated="2") + ods_row(ods_cell("float", "1"))
    assert sorted(cells(ods(rows))) == ["A3", "C1", "C2", "D1", "D2", "E1", "E2"]


def test_a_million_blank_rows_and_columns_are_stepped_over() -> None:
    blank = '<table:table-cell table:style-name="percent" table:number-columns-repeated="16384"/>'
    rows = ods_row(blank, number_rows_repeated="1048575", visibility="collapse") + ods_row(ods_cell("float", "1"))
    sheet = first_sheet(ods(rows))
    assert set(sheet.cells) == {(1_048_576, 1)}
    assert not sheet.hidden_rows


def test_a_value_repeated_over_a_million_rows_is_refused() -> None:
    code, message = refusal(ods(ods_row(ods_cell("float", "1") * 2, number_rows_repeated="1048576")))
    assert (code, "filled cells" in message) == ("file_too_large", True)


def test_what_is_merged_or_hidden() -> None:
    rows = (
        '<table:table-column/><table:table-column table:visibility="collapse" table:number-columns-repeated="2"/>'
        + ods_row(ods_cell("string", "", "Title", number_columns_spanned="2"), "<table:covered-table-cell/>")
        + ods_row(ods_cell("float", "1"), ods_cell("float", "2"), visibility="filter")
    )
    sheet = first_sheet(ods(rows))
    assert sheet.seen_at(1, 2).value == "Title"
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({2}), frozenset({2}))


def test_only_the_documents_own_sheets_are_sheets() -> None:
    row = ods_row(ods_cell("float", "1"))
    content = ods_document(
        f"<table:tracked-changes>{ods_cell('float', '9')}</table:tracked-changes>"
        f'<table:table table:name="B">{row}</table:table>'
        f'<table:table table:name="A" table:style-name="away">{row}</table:table>'
        "<table:table table:name=\"'file:///else.ods'#$Lamps\"><table:table-source/>" + row + "</table:table>"
    )
    book = opened(zipped(ods_parts("") | {"content.xml": content}))
    assert [(sheet.name, sheet.is_hidden, len(sheet.cells)) for sheet in book.sheets] == [
        ("B", False, 1),
        ("A", True, 1),
    ]
    assert [note.code for note in book.notes] == ["links_not_followed"]


def test_the_1904_calendar_is_known() -> None:
    settings = (
        '<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
    )
    assert first_sheet(ods(ods_row(ods_cell("float", "1")), before=settings)).is_1904


def test_macros_are_said_not_to_have_run() -> None:
    content = zipped(ods_parts(ods_row(ods_cell("float", "1"))) | {"Basic/Standard/Module1.xml": "<x/>"})
    assert [note.code for note in opened(content).notes] == ["macros_not_run"]


@pytest.mark.parametrize("rows", ["<table:table-row>", ods_row(ods_cell("float", "many")), "</table:table>"])
def test_damage_is_named(rows: str) -> None:
    assert refusal(ods(rows))[0] == "damaged_file"


@pytest.mark.parametrize(
    ("text", "span"),
    [("PT0S", dt.timedelta(0)), ("-PT1H30M", -dt.timedelta(minutes=90)), ("1 hour", None),
     ("P1DT2.5S", dt.timedelta(days=1, seconds=2.5)), ("PT99999999999999999999H", None)],
)  # fmt: skip
def test_spans_of_time(text: str, span: dt.timedelta | None) -> None:
    assert read_span(text) == span
