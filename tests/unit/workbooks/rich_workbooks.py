"""Workbooks that hold what people put into workbooks: charts, pictures, sparklines, macros, threads of comments."""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Mapping
from typing import Any

import xlsxwriter
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.workbook.defined_name import DefinedName

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
)
MACROS = b"\xd0\xcf\x11\xe0 macros that nobody runs \x00\x01\x02"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def full_workbook(macros: bool = False) -> bytes:
    """Three sheets ("Lamps", a chart sheet "Picture", the hidden "Lists") with everything that is often lost."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    sheet = book.add_worksheet("Lamps")
    drawn = book.add_chartsheet("Picture")
    lists = book.add_worksheet("Lists")
    lists.hide()
    lists.write_column("A1", ["lit", "dark"])
    dark = book.add_format({"bold": True, "font_color": "white", "bg_color": "#1F3A5F", "border": 1})
    share = book.add_format({"num_format": "0.0%", "italic": True})
    sheet.merge_range("A1:D1", "Lamps of the harbour", dark)
    sheet.write_row("A3", ["Quay", "Due", "Lit", "Share"], dark)
    for row, (name, due, lit) in enumerate([("Basin", 40, 30), ("Reach", 10, 5), ("Islands", 8, 8)], 3):
        sheet.write_row(row, 0, [name, due, lit])
        sheet.write_formula(row, 3, f"=C{row + 1}/B{row + 1}", share, lit / due)
    sheet.add_sparkline("F4", {"range": "Lamps!B4:C4"})
    sheet.conditional_format("B4:B6", {"type": "data_bar", "data_bar_2010": True})
    sheet.conditional_format("C4:C6", {"type": "cell", "criteria": ">", "value": 20, "format": dark})
    sheet.data_validation("E4:E6", {"validate": "list", "source": "=Lists!$A$1:$A$2"})
    sheet.write_comment("B4", "Counted twice by the keeper", {"author": "Keeper"})
    sheet.insert_textbox("H2", "A box of text")
    sheet.insert_image("H10", "pixel.png", {"image_data": io.BytesIO(PIXEL)})
    for place in (sheet, drawn):
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "=Lamps!$C$4:$C$6", "categories": "=Lamps!$A$4:$A$6"})
        place.insert_chart("H20", chart) if place is sheet else place.set_chart(chart)
    sheet.add_table("J3:K5", {"columns": [{"header": "Key"}, {"header": "Oil"}]})
    sheet.freeze_panes(3, 1)
    sheet.set_column("A:A", 31)
    sheet.set_row(4, 33)
    sheet.set_row(7, None, None, {"hidden": True})
    sheet.protect("harbour", {"sort": True})
    sheet.set_landscape()
    sheet.repeat_rows(2)
    sheet.print_area("A1:D6")
    book.define_name("Lit", "=Lamps!$C$4:$C$6")
    if macros:
        book.add_vba_project(io.BytesIO(MACROS), is_stream=True)
    book.close()
    return stream.getvalue()


def styled_workbook() -> bytes:
    """One sheet "Lamps" with two styled cells, a patterned one, and a comment; saved by another program."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Lamps"
    edge = Side(style="double", color="FF00AA00")
    for place, value in {"B2": 12.5, "C2": "=B2*2"}.items():
        cell = sheet[place]
        cell.value, cell.number_format = value, "#,##0.00"
        cell.font, cell.border = Font(name="Georgia", size=13, color="FF224466"), Border(left=edge, top=edge)
        cell.alignment, cell.protection = Alignment(horizontal="center", text_rotation=45), Protection(hidden=True)
    sheet["B2"].fill = PatternFill("solid", fgColor="FFFFEE00")
    sheet["D2"].fill = PatternFill("lightGrid", fgColor="FF00FF00")
    sheet["D2"] = "grid"
    sheet["B4"].comment = Comment("What the keeper wrote\n", "Keeper")
    sheet.merge_cells("B6:D7")
    sheet["B6"] = "merged"
    for name in ("one", "two"):
        book.create_sheet(name)
    book.defined_names["Oil"] = DefinedName("Oil", attr_text="Lamps!$B$2")
    sheet.print_title_rows = "1:2"
    book.active = 1
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def with_parts(content: bytes, parts: Mapping[str, bytes]) -> bytes:
    """A workbook with parts put in or changed."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for info in source.infolist():
            out.writestr(info, parts.get(info.filename, source.read(info)))
        for name in parts.keys() - set(source.namelist()):
            out.writestr(name, parts[name])
    return target.getvalue()


def parts_of(content: bytes) -> dict[str, bytes]:
    """The parts of a workbook."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_thread(content: bytes, cell: str) -> bytes:
    """The workbook with a thread of comments on a cell of its first sheet, as newer programs write it."""
    parts = parts_of(content)
    rels = "xl/worksheets/_rels/sheet1.xml.rels"
    relation = (
        '<Relationship Id="rIdT" Type="http://schemas.microsoft.com/office/2017/10/relationships/threadedComment"'
    )
    relation += ' Target="../threadedComments/threadedComment1.xml"/></Relationships>'
    space = "http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments"
    thread = (
        f'<ThreadedComments xmlns="{space}"><threadedComment ref="{cell}" dT="2031-03-03T10:00:00.00" '
        'personId="{00000000-0000-0000-0000-000000000001}" id="{00000000-0000-0000-0000-000000000002}">'
        "<text>Is that so?</text></threadedComment></ThreadedComments>"
    )
    kind = "application/vnd.ms-excel.threadedcomments+xml"
    override = f'<Override PartName="/xl/threadedComments/threadedComment1.xml" ContentType="{kind}"/></Types>'
    return with_parts(
        content,
        {
            rels: parts[rels].replace(b"</Relationships>", relation.encode()),
            "xl/threadedComments/threadedComment1.xml": thread.encode(),
            "[Content_Types].xml": parts["[Content_Types].xml"].replace(b"</Types>", override.encode()),
        },
    )


def with_strangers(content: bytes) -> bytes:
    """The workbook with parts that we know nothing of: a pivot table, an external link, custom XML, a printer's."""
    parts = parts_of(content)
    strange = {
        "xl/pivotTables/pivotTable1.xml": b"<pivot>\r\n</pivot>",
        "xl/externalLinks/externalLink1.xml": b"<link/>",
        "customXml/item1.xml": b"<own xmlns='urn:own'>\xc3\xa9</own>",
        "xl/printerSettings/printerSettings1.bin": b"\x00\x01\x02",
    }
    types = "".join(f'<Override PartName="/{name}" ContentType="application/octet-stream"/>' for name in strange)
    changed = parts["[Content_Types].xml"].replace(b"</Types>", f"{types}</Types>".encode())
    return with_parts(content, {**strange, "[Content_Types].xml": changed})


def with_signature(content: bytes) -> bytes:
    """The workbook, signed."""
    parts = parts_of(content)
    kind = "http://schemas.openxmlformats.org/package/2006/relationships/digital-signature/origin"
    relation = f'<Relationship Id="rIdS" Type="{kind}" Target="_xmlsignatures/origin.sigs"/></Relationships>'
    types = (
        '<Default Extension="sigs" ContentType="application/vnd.openxmlformats-package.digital-signature-origin"/>'
    )
    return with_parts(
        content,
        {
            "_xmlsignatures/origin.sigs": b"",
            "_xmlsignatures/sig1.xml": b"<Signature/>",
            "_rels/.rels": parts["_rels/.rels"].replace(b"</Relationships>", relation.encode()),
            "[Content_Types].xml": parts["[Content_Types].xml"].replace(b"</Types>", f"{types}</Types>".encode()),
        },
    )


def bare_workbook(sheet: str, name: str = "Lamps") -> bytes:
    """The least workbook: one sheet, whose XML is given."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    target = io.BytesIO()
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(target, "w") as out:
        out.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kind}.worksheet+xml"/></Types>',
        )
        rel = '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        rel += '<Relationship Id="rId1" Type="{}/{}" Target="{}"/></Relationships>'
        out.writestr("_rels/.rels", rel.format(_RELATION, "officeDocument", "xl/workbook.xml"))
        out.writestr("xl/_rels/workbook.xml.rels", rel.format(_RELATION, "worksheet", "worksheets/sheet1.xml"))
        out.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{_RELATION}"><sheets><sheet name="{name}" sheetId="7" r:id="rId1"/>'
            "</sheets></workbook>",
        )
        out.writestr("xl/worksheets/sheet1.xml", sheet)
    return target.getvalue()


def values_of(content: bytes, *, formulas: bool = False) -> dict[str, dict[str, Any]]:
    """Every value by sheet and cell, as another program reads it: stored results, or formulas."""
    book = load_workbook(io.BytesIO(content), data_only=not formulas)
    return {
        # the cells that there are: walking the rows of a sheet that claims a million would make them all
        sheet.title: {c.coordinate: c.value for c in sheet._cells.values() if c.value is not None}
        for sheet in book.worksheets
    }


def resaved(content: bytes) -> bytes:
    """The workbook as another program saves it again: shared strings, other part names, other style numbers."""
    stream = io.BytesIO()
    load_workbook(io.BytesIO(content)).save(stream)
    return stream.getvalue()
