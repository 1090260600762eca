"""Real files of each kind, made in memory: a table written five ways, and packages with one part that is odd."""

from __future__ import annotations

import datetime as dt
import io
import struct
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
import xlsxwriter
import xlwt

from workbooks.grid import OpenedWorkbook, RawCell, Sheet
from workbooks.opening import Unopenable, open_workbook

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
STRICT = "http://purl.oclc.org/ooxml/spreadsheetml/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
OASIS = "urn:oasis:names:tc:opendocument:xmlns:"

HEADER = ("Quay", "Lamps due", "Lit in time", "As at")
ROWS = (("Islands", 298, 0.756, dt.datetime(2031, 3, 3)), ("Upper Reach", 96, 0.5, dt.datetime(2031, 2, 28)))
"""A table: texts, whole numbers, fractions shown as percentages with one decimal, and dates."""


def opened(content: bytes, name: str = "return") -> OpenedWorkbook:
    """The workbook of these bytes."""
    return open_workbook(content, name)


def first_sheet(content: bytes) -> Sheet:
    """Its first sheet."""
    return opened(content).sheets[0]


def cells(content: bytes) -> dict[str, RawCell]:
    """The cells of its first sheet by address."""
    return {cell.address: cell for cell in first_sheet(content).cells.values()}


def refusal(content: bytes, name: str = "return.xlsx") -> tuple[str, str]:
    """The code and the sentence with which a file is refused."""
    with pytest.raises(Unopenable) as caught:
        open_workbook(content, name)
    assert caught.value.finding.refuses
    return caught.value.finding.code, caught.value.finding.message


def zipped(parts: Mapping[str, str | bytes] | Iterable[tuple[str, str | bytes]]) -> bytes:
    """A zip file of these parts."""
    target = io.BytesIO()
    pairs = parts.items() if isinstance(parts, Mapping) else parts
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pairs:
            archive.writestr(name, content)
    return target.getvalue()


# --- .xlsx ----------------------------------------------------------------------------------------------


def relations(*targets: tuple[str, str], strict: bool = False) -> str:
    """A part that names others: pairs of kind and target, whose ids are r1, r2, ..."""
    kinds = "http://purl.oclc.org/ooxml/officeDocument/relationships" if strict else RELATIONS
    lines = "".join(
        f'<Relationship Id="r{number}" Type="{kinds}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{PACKAGE}">{lines}</Relationships>'


def xlsx_parts(rows: str = "", *, after: str = "", before: str = "", book: str = "") -> dict[str, str | bytes]:
    """The parts of a small .xlsx of one sheet, "Lamps", with these rows of XML."""
    sheet = f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'
    return {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "_rels/.rels": relations(("officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{book}'
        '<sheets><sheet name="Lamps" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": relations(
            ("worksheet", "worksheets/sheet1.xml"), ("sharedStrings", "sharedStrings.xml"), ("styles", "styles.xml")
        ),
        "xl/worksheets/sheet1.xml": sheet,
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}"><si><t>Islands</t></si><si><r><t>Upper </t></r>'
        "<r><t>Reach</t></r><rPh><t>no text of the cell</t></rPh></si></sst>",
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><numFmts><numFmt numFmtId="164" formatCode="0.0%"/></numFmts>'
        '<cellXfs><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="14"/></cellXfs></styleSheet>',
    }


def xlsx(rows: str = "", **more: str) -> bytes:
    """A small .xlsx of these rows of XML."""
    return zipped(xlsx_parts(rows, **more))


def table_xlsx() -> bytes:
    """The table as a program that is not openpyxl writes it."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True})
    sheet = book.add_worksheet("Lamps")
    percent, date = book.add_format({"num_format": "0.0%"}), book.add_format({"num_format": "dd/mm/yyyy"})
    sheet.write_row(0, 0, HEADER)
    for number, (quay, due, share, day) in enumerate(ROWS, 1):
        sheet.write_row(number, 0, (quay, due))
        sheet.write_number(number, 2, share, percent)
        sheet.write_datetime(number, 3, day, date)
    book.close()
    return target.getvalue()


# --- .xls -----------------------------------------------------------------------------------------------


def saved(book: xlwt.Workbook) -> bytes:
    """The bytes of an .xls."""
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def table_xls() -> bytes:
    """The table as .xls."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("Lamps")
    for column, text in enumerate(HEADER):
        sheet.write(0, column, text)
    for number, (quay, due, share, day) in enumerate(ROWS, 1):
        sheet.write(number, 0, quay)
        sheet.write(number, 1, due)
        sheet.write(number, 2, share, xlwt.easyxf(num_format_str="0.0%"))
        sheet.write(number, 3, day, xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    return saved(book)


# --- .xlsb ----------------------------------------------------------------------------------------------


def record(kind: int, content: bytes = b"") -> bytes:
    """One record: its number and its length in seven bits a byte, and its content."""
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size = len(content)
    length = b""
    while True:
        length += bytes([size & 0x7F | (0x80 if size > 0x7F else 0)])
        size >>= 7
        if not size:
            return head + length + content


def wide(text: str) -> bytes:
    """A counted text of UTF-16."""
    return struct.pack("<I", len(text.encode("utf-16-le")) // 2) + text.encode("utf-16-le")


def row_record(row: int, *, hidden: bool = False) -> bytes:
    """The record before the cells of a row (counted from 0)."""
    return record(0, struct.pack("<IIHBBBI", row, 0, 300, 0, 0x10 if hidden else 0, 0, 0))


def cell_record(kind: int, column: int, content: bytes = b"", style: int = 0) -> bytes:
    """A cell (columns counted from 0)."""
    return record(kind, struct.pack("<II", column, style) + content)


def xlsb(*records: bytes, flags: int = 0, state: int = 0, strings: Sequence[str] = ()) -> bytes:
    """A small .xlsb of one sheet, "Lamps": styles 0 General, 1 one-decimal percent, 2 a date."""
    styles = (
        record(44, struct.pack("<H", 164) + wide("0.0%"))
        + record(44, struct.pack("<H", 165) + wide("dd/mm/yyyy"))
        + record(617, struct.pack("<I", 3))
        + b"".join(record(47, struct.pack("<HHHHHBBHH", 0, number, 0, 0, 0, 0, 0, 0, 0)) for number in (0, 164, 165))
        + record(618)
    )
    return zipped(
        {
            "_rels/.rels": relations(("officeDocument", "xl/workbook.bin")),
            "xl/workbook.bin": record(153, struct.pack("<II", flags, 0) + wide(""))
            + record(156, struct.pack("<II", state, 1) + wide("r1") + wide("Lamps")),
            "xl/_rels/workbook.bin.rels": relations(
                ("worksheet", "worksheets/sheet1.bin"),
                ("sharedStrings", "sharedStrings.bin"),
                ("styles", "styles.bin"),
            ),
            "xl/worksheets/sheet1.bin": b"".join(records),
            "xl/sharedStrings.bin": b"".join(record(19, b"\0" + wide(text)) for text in strings),
            "xl/styles.bin": styles,
        }
    )


def table_xlsb() -> bytes:
    """The table as .xlsb."""
    texts = [*HEADER, *(row[0] for row in ROWS)]
    shared = [cell_record(7, column, struct.pack("<I", column)) for column in range(4)]
    records = [row_record(0), *shared]
    for number, (_, due, share, day) in enumerate(ROWS, 1):
        serial = (day - dt.datetime(1899, 12, 30)).days
        records += [
            row_record(number),
            cell_record(7, 0, struct.pack("<I", 3 + number)),
            cell_record(2, 1, struct.pack("<i", due << 2 | 2)),
            cell_record(5, 2, struct.pack("<d", share), style=1),
            cell_record(5, 3, struct.pack("<d", serial), style=2),
        ]
    return xlsb(*records, strings=texts)


# --- .ods -----------------------------------------------------------------------------------------------

ODS_STYLES = (
    '<number:percentage-style style:name="N1"><number:number number:decimal-places="1"/>'
    "<number:text>%</number:text></number:percentage-style>"
    '<number:date-style style:name="N2"><number:day number:style="long"/><number:text>/</number:text>'
    '<number:month number:style="long"/><number:text>/</number:text><number:year number:style="long"/>'
    "</number:date-style>"
    '<style:style style:name="percent" style:family="table-cell" style:data-style-name="N1"/>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="N2"/>'
    '<style:style style:name="away" style:family="table"><style:table-properties table:display="false"/>'
    "</style:style>"
)


def ods_document(tables: str, *, styles: str = ODS_STYLES, before: str = "") -> str:
    """The content part of an .ods with these tables of XML."""
    prefixes = {name: f"{OASIS}{name}:1.0" for name in ("office", "table", "text", "style")}
    prefixes |= {
        "number": f"{OASIS}datastyle:1.0",
        "calcext": "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0",
    }
    declared = " ".join(f'xmlns:{prefix}="{name}"' for prefix, name in prefixes.items())
    return (
        f"<office:document-content {declared}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{before}{tables}</office:spreadsheet></office:body></office:document-content>"
    )


def ods_parts(rows: str, *, styles: str = ODS_STYLES, before: str = "") -> dict[str, str | bytes]:
    """The parts of an .ods of one sheet, "Lamps"."""
    table = f'<table:table table:name="Lamps">{rows}</table:table>'
    return {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": ods_document(table, styles=styles, before=before),
    }


def ods(rows: str, **more: str) -> bytes:
    """An .ods of one sheet with these rows of XML."""
    return zipped(ods_parts(rows, **more))


def ods_cell(kind: str, value: Any, text: str = "", **more: str) -> str:
    """A cell of an .ods; further attributes of table: by name."""
    name = {"date": "date-value", "time": "time-value", "boolean": "boolean-value"}.get(kind, "value")
    shown = f' office:{name}="{value}"' if kind != "string" else ""
    attributes = "".join(f' table:{key.replace("_", "-")}="{what}"' for key, what in more.items())
    return (
        f'<table:table-cell office:value-type="{kind}"{shown}{attributes}>'
        f"<text:p>{text or value}</text:p></table:table-cell>"
    )


def ods_row(*made: str, **more: str) -> str:
    """A row of an .ods."""
    attributes = "".join(f' table:{key.replace("_", "-")}="{what}"' for key, what in more.items())
    return f"<table:table-row{attributes}>{''.join(made)}</table:table-row>"


def table_ods() -> bytes:
    """The table as .ods."""
    rows = ods_row(*(ods_cell("string", text) for text in HEADER))
    for quay, due, share, day in ROWS:
        rows += ods_row(
            ods_cell("string", quay),
            ods_cell("float", due),
            ods_cell("percentage", share, f"{share:.1%}", style_name="percent"),
            ods_cell("date", day.date().isoformat(), style_name="date"),
        )
    return ods(rows)


def table_csv() -> bytes:
    """The table as .csv: everything is text."""
    lines = [",".join(HEADER)]
    lines += [f"{quay},{due},{share:.1%},{day:%d/%m/%Y}" for quay, due, share, day in ROWS]
    return "\r\n".join(lines).encode()
