"""One table in every kind of file opens to the same cells; each kind is told by its content."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from tests.unit.workbooks.office_files import (
    HEADER,
    ROWS,
    opened,
    refusal,
    table_csv,
    table_ods,
    table_xls,
    table_xlsb,
    table_xlsx,
    xlsx_parts,
    zipped,
)
from workbooks.formats import format_decimals, is_percent_format, shows_day
from workbooks.values import parse_value

KINDS: dict[str, Callable[[], bytes]] = {"xlsx": table_xlsx, "xls": table_xls, "xlsb": table_xlsb, "ods": table_ods}


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_opens_to_the_same_cells(kind: str) -> None:
    book = opened(KINDS[kind]())
    (sheet,) = book.sheets
    assert (book.kind, sheet.name, sheet.has_formats, sheet.is_1904, book.notes) == (kind, "Lamps", True, False, ())
    values = [tuple(cell.value for cell in cells) for cells in sheet.rows().values()]
    assert values == [HEADER, *ROWS]
    assert [type(value) for value in values[1]] == [str, int, float, dt.datetime]


@pytest.mark.parametrize("kind", KINDS)
def test_a_percentage_is_told_from_a_fraction_by_its_format(kind: str) -> None:
    sheet = opened(KINDS[kind]()).sheets[0]
    due, share, day = (sheet.at(2, column) for column in (2, 3, 4))
    assert (is_percent_format(share.number_format), format_decimals(share.number_format)) == (True, 1)
    assert (share.text, due.text, day.text) == ("75.6%", "298", "2031-03-03")
    assert not is_percent_format(due.number_format)
    assert shows_day(day.number_format)


def test_in_delimited_text_every_cell_is_text_that_says_the_same() -> None:
    book = opened(table_csv(), "Lamps.csv")
    (sheet,) = book.sheets
    assert (book.kind, sheet.name, sheet.has_formats, book.notes) == ("csv", "Lamps", False, ())
    assert all(isinstance(cell.value, str) for cell in sheet.cells.values())
    same = opened(table_xlsx()).sheets[0]
    for place, cell in sheet.cells.items():
        kind = {2: "count", 3: "percent", 4: "date"}.get(place[1], "text") if place[0] > 1 else "text"
        mine, other = parse_value(cell, kind), parse_value(same.at(*place), kind)
        assert (mine.kind, mine.value) == (other.kind, other.value)


@pytest.mark.parametrize("name", ["lamps.xlsx", "lamps.csv", "lamps.pdf", "lamps"])
def test_the_name_of_a_file_decides_nothing(name: str) -> None:
    assert [opened(make(), name).kind for make in KINDS.values()] == list(KINDS)


def test_a_flat_opendocument_is_read_too() -> None:
    from tests.unit.workbooks.office_files import ods_cell, ods_document, ods_row

    rows = ods_row(ods_cell("percentage", "0.756", "75.6%", style_name="percent"))
    text = ods_document(f'<table:table table:name="Lamps">{rows}</table:table>')
    book = opened(text.replace("office:document-content", "office:document").encode())
    assert (book.kind, book.sheets[0].at(1, 1).text) == ("ods", "75.6%")


OTHERS = {
    "a PDF": (b"%PDF-1.7\n1 0 obj", "unsupported_format", "a PDF"),
    "a picture": (b"\x89PNG\r\n\x1a\n" + bytes(64), "unsupported_format", "a picture"),
    "an old picture": (b"GIF89a" + bytes(64), "unsupported_format", "a picture"),
    "a web page": (b"<html><table><tr><td>1</td></tr></table></html>", "unsupported_format", "web page (HTML)"),
    "a declared web page": (b"\xef\xbb\xbf<!DOCTYPE html>\n<html>", "unsupported_format", "web page (HTML)"),
    "a web archive": (b"MIME-Version: 1.0\nX-Document-Type: Workbook\n", "unsupported_format", "web page (MHTML)"),
    "an XML Spreadsheet": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Excel.Sheet"?>\n'
        b'<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet"/>',
        "unsupported_format", "XML Spreadsheet 2003",
    ),
    "other XML": (b"<lamps><lamp/></lamps>", "unsupported_format", "an XML file"),
    "a Word document": (zipped({"word/document.xml": "<w/>"}), "unsupported_format", "a Word document"),
    "an old Word document": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "WordDocument".encode("utf-16-le"),
        "unsupported_format", "a Word document",
    ),
    "an OpenDocument text": (
        zipped({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<x/>"}),
        "unsupported_format", "no spreadsheet",
    ),
    "an Apple Numbers file": (zipped({"Index/Document.iwa": b"x"}), "unsupported_format", "Apple Numbers"),
    "a gzip file": (b"\x1f\x8b\x08" + bytes(32), "unsupported_format", "gzip"),
    "a zip of something else": (zipped({"readme.txt": "hello"}), "not_a_workbook", "no workbook"),
    "nothing": (b"", "not_a_workbook", "empty"),
    "noise": (bytes(range(256)) * 8, "not_a_workbook", "no file of that kind"),
    "a letter": (b"Dear colleague,\nthe figures, as agreed, follow.\nRegards", "not_a_workbook", "text file"),
    "a compound file of nothing": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024), "damaged_file", "cannot be made out"),
    "half a workbook": (zipped(xlsx_parts())[:900], "damaged_file", "cut short"),
}  # fmt: skip


@pytest.mark.parametrize("case", OTHERS.values(), ids=OTHERS)
def test_what_is_no_workbook_is_named(case: tuple[bytes, str, str]) -> None:
    content, code, words = case
    found, message = refusal(content)
    assert found == code
    assert message.startswith("return.xlsx ")
    assert words in message
