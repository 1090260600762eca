"""The parts of a workbook as programs write them: prefixes, missing addresses, odd encodings, rows out of order."""

from __future__ import annotations

import io
import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from schemas.findings import Finding
from tests.unit.workbooks.rich_workbooks import bare_workbook, full_workbook, parts_of, with_parts
from workbooks.grid import address
from workbooks.marking import Unmarkable, mark_workbook
from workbooks.marking.splicing import Edits, parse, text_xml, to_utf8

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def mark(content: bytes, *cells: str) -> bytes:
    items = [Finding("text_in_number", "error", "Lamps", cell, "Wrong.", "Mend it.") for cell in cells]
    return mark_workbook(content, items, ["File: lamps.xlsx"]).content


def sheet(data: str, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}{data}{after}</worksheet>'


def cells_of(content: bytes) -> list[str]:
    """The addresses of the marked sheet's cells, in the order in which they are written."""
    root = ElementTree.fromstring(parts_of(content)["xl/worksheets/sheet1.xml"])
    return [cell.get("r", "?") for cell in root.iter(f"{{{MAIN}}}c")]


@pytest.mark.parametrize(
    ("data", "cells", "order"),
    [
        ("<sheetData/>", ("B2",), ["B2"]),
        ("<sheetData></sheetData>", ("B2", "A1", "C2"), ["A1", "B2", "C2"]),
        ('<sheetData><row r="3"/></sheetData>', ("B3", "A1"), ["A1", "B3"]),
        ('<sheetData><row r="2"><c r="B2"><v>1</v></c></row></sheetData>', ("A2", "C2", "B2"), ["A2", "B2", "C2"]),
        ('<sheetData><row r="2"><c r="B2"/></row><row r="9"/></sheetData>', ("A5", "A10"), ["B2", "A5", "A10"]),
    ],
    ids=["empty tag", "empty", "an empty row", "around a cell", "between and after rows"],
)
def test_what_is_not_there_yet_is_put_in_in_order(data: str, cells: tuple[str, ...], order: list[str]) -> None:
    assert cells_of(mark(bare_workbook(sheet(data)), *cells)) == order


def test_rows_and_cells_without_an_address_follow_the_one_before() -> None:
    data = (
        '<sheetData><row><c><v>1</v></c><c><v>2</v></c></row><row r="4"><c r="C4"/><c><v>9</v></c></row></sheetData>'
    )
    found = load_workbook(io.BytesIO(mark(bare_workbook(sheet(data)), "B1", "D4")))["Lamps"]
    assert [found[c].fill.fill_type for c in ("A1", "B1", "C4", "D4")] == [None, "solid", None, "solid"]
    assert (found["B1"].value, found["D4"].value) == (2, 9)


def test_a_sheet_with_a_prefix_keeps_it() -> None:
    row = '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c></x:row>'
    xml = f'<x:worksheet xmlns:x="{MAIN}"><x:sheetData>{row}</x:sheetData><x:tableParts/></x:worksheet>'
    after = mark(bare_workbook(xml), "A1", "C3")
    part = parts_of(after)["xl/worksheets/sheet1.xml"].decode()
    assert '<x:row r="3"><x:c r="C3" s=' in part
    assert re.search(r"<x:legacyDrawing [^>]*/><x:tableParts/>", part)


def test_an_empty_row_or_column_passes_its_style_on() -> None:
    columns = '<cols><col min="2" max="3" width="9" style="1"/></cols>'
    data = '<sheetData><row r="1" spans="1:2" s="1" customFormat="1"><c r="A1"/></row></sheetData>'
    styles = (
        f'<styleSheet xmlns="{MAIN}"><fonts><font><sz val="8"/></font></fonts><cellXfs><xf fontId="0"/>'
        '<xf numFmtId="10" fontId="0" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    parts = parts_of(bare_workbook(sheet(data, columns)))
    rels = parts["xl/_rels/workbook.xml.rels"].replace(
        b"</Relationships>",
        b'<Relationship Id="rId2" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" '
        b'Target="styles.xml"/></Relationships>',
    )
    content = with_parts(
        bare_workbook(sheet(data, columns)), {"xl/styles.xml": styles.encode(), "xl/_rels/workbook.xml.rels": rels}
    )
    part = parts_of(mark(content, "Z1", "C9"))
    xml, xfs = part["xl/worksheets/sheet1.xml"].decode(), parse(part["xl/styles.xml"]).find("cellXfs")
    assert 'spans="1:26"' in xml
    assert xfs is not None
    for cell in ("Z1", "C9"):
        match = re.search(rf'r="{cell}" s="(\d+)"', xml)
        assert match
        assert xfs.children[int(match[1])].attributes["numFmtId"] == "10"


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "iso-8859-1", "windows-1252", "utf-8-sig"])
def test_a_sheet_in_another_encoding_keeps_its_words(codec: str) -> None:
    data = '<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>Café £</t></is></c></row></sheetData>'
    declared = {"utf-16-le": "utf-16", "utf-8-sig": "utf-8"}.get(codec, codec)
    xml = f'<?xml version="1.0" encoding="{declared}"?>{sheet(data)}'.encode(codec)
    content = with_parts(bare_workbook(sheet(data)), {"xl/worksheets/sheet1.xml": xml})
    assert load_workbook(io.BytesIO(mark(content, "A1", "B2")))["Lamps"]["A1"].value == "Café £"


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"xl/worksheets/sheet1.xml": b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"}, "its XML declares entities"),
        ({"xl/worksheets/sheet1.xml": b"<worksheet><sheetData>"}, "a part of it is damaged"),
        ({"xl/worksheets/sheet1.xml": b"<?xml version='1.0' encoding='rot13'?><a/>"}, "unknown encoding"),
        ({"xl/worksheets/sheet1.xml": f'<worksheet xmlns="{MAIN}"/>'.encode()}, "a sheet of it holds no cells"),
        (
            {"xl/workbook.xml": b'<workbook xmlns="http://purl.oclc.org/ooxml/spreadsheetml/main"/>'},
            "Strict Open XML",
        ),
    ],
)
def test_what_cannot_be_marked_is_declined_with_the_reason(change: dict[str, bytes], why: str) -> None:
    with pytest.raises(Unmarkable, match=why):
        mark(with_parts(bare_workbook(sheet("<sheetData/>")), change), "A1")


def test_a_drawing_that_is_not_quite_xml_keeps_its_bytes() -> None:
    parts = parts_of(full_workbook())
    broken = parts["xl/drawings/vmlDrawing1.vml"].replace(b"<div", b"<br><div")
    after = parts_of(mark(with_parts(full_workbook(), {"xl/drawings/vmlDrawing1.vml": broken}), "A3"))
    drawn = after["xl/drawings/vmlDrawing1.vml"]
    assert drawn.startswith(broken[: broken.rindex(b"</xml>")])
    assert drawn.count(b"<x:Row>") == broken.count(b"<x:Row>") + 1
    ids = re.findall(rb'<v:shape id="([^"]+)"', drawn)
    assert len(ids) == len(set(ids))


# --- Splicing ---------------------------------------------------------------------------------------------


def test_offsets_are_those_of_the_bytes_also_after_a_byte_order_mark_and_wide_letters() -> None:
    content = "\ufeff<?xml version='1.0'?><a>é<b c='>'/><d>€</d></a>".encode()
    root = parse(content)
    assert [content[n.start : n.end].decode() for n in root.children] == ["<b c='>'/>", "<d>€</d>"]
    edits = Edits(content)
    edits.set_attributes(root.children[0], {"c": None, "e": '"<'})
    edits.append(root.children[1], "!")
    assert edits.apply().decode() == "\ufeff<?xml version='1.0'?><a>é<b e='\"&lt;'/><d>€!</d></a>"


def test_two_changes_of_one_place_are_refused() -> None:
    edits = Edits(b"<a>text</a>")
    edits.replace(3, 7, b"x")
    edits.replace(4, 5, b"y")
    with pytest.raises(Unmarkable):
        edits.apply()


@given(st.text())
def test_any_text_becomes_text_that_xml_can_hold(text: str) -> None:
    ElementTree.fromstring(f"<a>{text_xml(text)}</a>".encode("utf-8", "strict"))


def test_xml_in_utf8_is_left_as_it_is() -> None:
    content = b'<?xml version="1.0" encoding="UTF-8"?><a/>'
    assert to_utf8(content) is content


PLACES = st.tuples(st.integers(1, 12), st.integers(1, 30))


@settings(max_examples=25, deadline=None)
@given(st.sets(PLACES, max_size=25), st.sets(PLACES, min_size=1, max_size=12), st.booleans())
def test_whatever_is_there_stays_and_whatever_is_marked_is_there_once_in_order(
    filled: set[tuple[int, int]], marks: set[tuple[int, int]], is_addressed: bool
) -> None:
    rows = ""
    for row in sorted({r for r, _ in filled}):
        columns = sorted(c for r, c in filled if r == row)
        last, inner = 0, ""
        for column in columns:
            named = f' r="{address(row, column)}"' if is_addressed or column != last + 1 else ""
            inner += f"<c{named}><v>{row * 100 + column}</v></c>"
            last = column
        rows += f'<row r="{row}">{inner}</row>'
    content = bare_workbook(sheet(f"<sheetData>{rows}</sheetData>" if rows else "<sheetData/>"))
    after = mark(content, *(address(*place) for place in marks))
    found = load_workbook(io.BytesIO(after))["Lamps"]
    values = {place: cell.value for place, cell in found._cells.items() if cell.value is not None}
    assert values == {(row, column): row * 100 + column for row, column in filled}
    painted = {place for place, cell in found._cells.items() if cell.fill.fill_type == "solid"}
    assert painted == marks
    assert {place for place, cell in found._cells.items() if cell.comment} == marks
    root = ElementTree.fromstring(parts_of(after)["xl/worksheets/sheet1.xml"])
    numbers = [int(row.get("r", "0")) for row in root.iter(f"{{{MAIN}}}row")]
    assert numbers == sorted(set(numbers))
