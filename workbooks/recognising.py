"""What a file is, by its content and never by its name; for what is no workbook, the words that say so."""

from __future__ import annotations

import re

from workbooks.ceilings import Refusal
from workbooks.packages import Package

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_SHEETS = (
    b"\x09\x00\x04\x00",
    b"\x09\x02\x06\x00",
    b"\x09\x04\x06\x00",
    b"\x09\x08\x08\x00",
    b"\x09\x08\x10\x00",
)
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "a PDF"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a Word (RTF) document"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"SQLite format 3", "a database"),
    (b"\x00\x01\x00\x00Standard ", "an Access database"),
)
_IN_OLE: tuple[tuple[str, str], ...] = (
    ("WordDocument", "a Word document"),
    ("PowerPoint Document", "a PowerPoint presentation"),
    ("__substg1.0_", "an e-mail message"),
    ("VisioDocument", "a Visio drawing"),
)
_IN_ZIP: tuple[tuple[str, str], ...] = (
    ("word/document.xml", "a Word document"),
    ("ppt/presentation.xml", "a PowerPoint presentation"),
    ("visio/document.xml", "a Visio drawing"),
    ("index/document.iwa", "an Apple Numbers file"),
    ("index.zip", "an Apple Numbers file"),
)
_MARKUP = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<\?[^>]*>\s*|<!--.*?-->\s*)*<(!doctype\s+)?([\w:-]+)", re.I | re.S)
_HTML = {"html", "head", "body", "table", "meta", "style", "div"}


def unsupported(what: str) -> Refusal:
    """The refusal of a file that is something else."""
    return Refusal("unsupported_format", what=what)


def is_old_sheet(content: bytes) -> bool:
    """Whether this is a sheet of an Excel so old that it wrote no compound file."""
    return content.startswith(_OLD_SHEETS)


def name_other(content: bytes) -> str | None:
    """What the first bytes say the file is, where that is no workbook."""
    return next((what for start, what in _OTHERS if content.startswith(start)), None)


def holds_stream(content: bytes, name: str) -> bool:
    """Whether a compound file has a stream of that name, or of a name that begins so."""
    return name.encode("utf-16-le") in content


def name_ole(content: bytes) -> str | None:
    """What a compound file without a workbook is."""
    return next((what for stream, what in _IN_OLE if holds_stream(content, stream)), None)


def name_zip(package: Package) -> str | None:
    """What a zip file without a workbook is."""
    return next((what for part, what in _IN_ZIP if part in package), None)


def name_markup(text: str) -> str | None:
    """What a text in angle brackets is: "fods" for a flat OpenDocument, else words for it; None for other text."""
    match = _MARKUP.match(text.lstrip("\ufeff"))
    if match is None:
        return "a web page (MHTML) saved as a workbook" if re.match(r"mime-version:", text, re.I) else None
    head = text[:4096].lower()
    if "urn:schemas-microsoft-com:office:spreadsheet" in head:
        return "an XML Spreadsheet 2003"
    if "opendocument:xmlns:office" in head:
        return "fods"
    is_html = match[2].lower() in _HTML or "<html" in head or "<table" in head
    return "a web page (HTML) saved as a workbook" if is_html else "an XML file"
