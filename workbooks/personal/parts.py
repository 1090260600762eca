"""What a workbook stores beside its cells: records of pivot tables, comments, headers and footers, unused texts.

Read from the bytes themselves, for any kind of file: XML parts with a safe parser, binary ones as runs of text.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from html import unescape
from xml.etree.ElementTree import ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from workbooks.grid import RawCell, Sheet

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MOST_BYTES = 256 * 1024 * 1024
_LEFT_OUT = re.compile(
    r"xl/(?:styles|theme/|media/|printerSettings/|persons/|calcChain|metadata|sharedStrings\.bin)|\[Content_Types\]"
    r"|docProps/app\.xml|docProps/thumbnail|Thumbnails/|Pictures/|mimetype|META-INF/|settings\.xml|Configurations2/",
    re.IGNORECASE,
)
_PLACES = (
    (r"xl/pivotCache/", "The stored records of a pivot table"),
    (r"xl/(?:comments|threadedComments)", "A comment"),
    (r"xl/sharedStrings", "A text that the workbook stores and no cell shows"),
    (r"xl/drawings/", "A text box or a comment"),
    (r"xl/charts/", "The stored figures of a chart"),
    (r"xl/externalLinks/", "The stored values of another workbook"),
    (r"xl/revisions/", "The stored earlier versions"),
    (r"xl/workbook", "A defined name"),
    (r"xl/worksheets/", "A formula, a header or a footer of a sheet"),
    (r"xl/(?:tables|slicerCaches|slicers|queryTables|connections)", "The stored settings of a table"),
    (r"docProps/|meta\.xml", "The properties of the file"),
    (r"content\.xml", "A comment or another text beside the cells"),
    (r"styles\.xml", "A header or a footer"),
)
_ELSEWHERE = "A text that the workbook stores beside its cells"
# Text of these belongs together, though it is stored in pieces.
_WHOLE = {"si", "p", "comment", "threadedComment", "is", "rPh"}
_AUTHORS = {"author", "creator", "lastModifiedBy", "initial-creator"}
_ATTRIBUTES = {"v", "val", "n", "name", "caption", "Target", "string-value", "displayName", "definition"}
_OF_SHEET = re.compile(
    rb"<(?:\w+:)?(f|formula|formula1|formula2|oddHeader|oddFooter|evenHeader|evenFooter|firstHeader|firstFooter)"
    rb"(?: [^>]*)?>([^<]+)<"
)
# a header or footer begins its parts with &L, &C and &R, and names its fonts as &"..."
_HEADER_CODE = re.compile(r'&"[^"]*"|&K[0-9A-Fa-f]{6}|&\d{1,3}(?!\d)|&[A-Z]')
_STRING = re.compile(rb"<(?:\w+:)?si(?: [^>]*)?>(.*?)</(?:\w+:)?si>", re.DOTALL)
_PLAIN_RUN = re.compile(rb"[\x20-\x7e\xa0]{6,4096}")
_WIDE_RUN = re.compile(rb"(?:[\x20-\x7e\xa0]\x00){6,4096}")


def stored_texts(content: bytes) -> Iterator[tuple[str, str]]:
    """Texts that the file stores outside the cells, and maybe some of the cells' own, each with its place."""
    if content.startswith(_OLE):
        for text in _runs(content):
            yield _ELSEWHERE, text
        return
    for name, data in _parts(content):
        place = next((words for pattern, words in _PLACES if re.match(pattern, name)), _ELSEWHERE)
        for text in _texts_of(name, data):
            yield place, text


def _texts_of(name: str, data: bytes) -> Iterator[str]:
    """The texts of one part; of a sheet only what stands beside its cells, which are searched as cells."""
    if re.match(r"xl/worksheets/[^/]+\.xml$", name):
        for found in _OF_SHEET.finditer(data):
            yield _HEADER_CODE.sub(" ", _unescape(found.group(2)))
    elif re.match(r"xl/sharedStrings[^/]*\.xml$", name):
        for found in _STRING.finditer(data):
            yield _unescape(re.sub(rb"<[^>]*>", b"", found.group(1)))
    elif name.endswith((".xml", ".rels", ".vml")):
        yield from _xml_texts(data)
    else:
        yield from _runs(data)


def pivot_records(content: bytes) -> Iterator[Sheet]:
    """The stored records of each pivot table, as a sheet: field names in the first row, values below."""
    parts = {name: data for name, data in _parts(content) if name.startswith("xl/pivotCache/")}
    for name, data in parts.items():
        if not re.fullmatch(r"xl/pivotCache/pivotCacheDefinition\d*\.xml", name):
            continue
        records = parts.get(name.replace("Definition", "Records"), b"")
        try:
            yield _pivot_sheet(data, records)
        except (ParseError, DefusedXmlException):
            continue  # its texts are still searched one by one


def _parts(content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts of an archive that can hold text; nothing for what is no archive."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except (zipfile.BadZipFile, ValueError, OSError):
        return
    left = _MOST_BYTES
    for part in archive.infolist():
        left -= part.file_size
        if left < 0 or part.is_dir() or _LEFT_OUT.match(part.filename):
            continue
        try:
            yield part.filename, archive.read(part)
        except (zipfile.BadZipFile, zlib.error, OSError, ValueError, EOFError, RuntimeError, NotImplementedError):
            continue  # a part that cannot be unpacked cannot be read by anybody


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2]


def _xml_texts(data: bytes) -> Iterator[str]:
    """The texts of an XML part; of one that is damaged, what stands between its tags."""
    try:
        yield from _parsed_texts(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        for piece in re.findall(rb">([^<>]{6,4096})<", data):
            yield _unescape(piece)


def _parsed_texts(data: bytes) -> Iterator[str]:
    depth = 0
    for event, element in ElementTree.iterparse(io.BytesIO(data), events=("start", "end"), forbid_dtd=True):
        name = _local(element.tag)
        if event == "start":
            depth += name in _WHOLE
            for key, value in element.attrib.items():
                if _local(key) in _ATTRIBUTES:
                    yield value
            continue
        if name in _WHOLE:
            depth -= 1
            if depth == 0:
                yield "".join(element.itertext())
                element.clear()
        elif depth == 0:
            if element.text and name not in _AUTHORS:
                yield element.text
            element.clear()


def _unescape(data: bytes) -> str:
    return unescape(data.decode("utf-8", "replace"))


def _runs(data: bytes) -> Iterator[str]:
    """Runs of text in a binary part, in one byte a letter or in two."""
    texts = [found.group().decode("latin-1") for found in _PLAIN_RUN.finditer(data)]
    texts += [found.group().decode("utf-16-le") for found in _WIDE_RUN.finditer(data)]
    # among noise a short word of letters and digits means nothing
    yield from (text for text in texts if " " in text or len(text) >= 10)


def _pivot_sheet(definition: bytes, records: bytes) -> Sheet:
    sheet = Sheet("")
    shared: list[list[str | float]] = []
    for _, element in ElementTree.iterparse(io.BytesIO(definition), events=("end",), forbid_dtd=True):
        if _local(element.tag) == "cacheField":
            items = [i for e in element if _local(e.tag) == "sharedItems" for i in e]
            shared.append([_item(i) for i in items])
            _put(sheet, 1, len(shared), element.get("name", ""))
            element.clear()
    if not records:
        for column, values in enumerate(shared, 1):
            for row, value in enumerate(values, 2):
                _put(sheet, row, column, value)
        return sheet
    row = 1
    for _, element in ElementTree.iterparse(io.BytesIO(records), events=("end",), forbid_dtd=True):
        if _local(element.tag) == "r":
            row += 1
            for column, item in enumerate(element, 1):
                _put(sheet, row, column, _record_value(item, shared, column))
            element.clear()
    return sheet


def _record_value(item: ElementTree.Element, shared: list[list[str | float]], column: int) -> str | float:
    if _local(item.tag) != "x":
        return _item(item)
    index = int(item.get("v", "0"))
    values = shared[column - 1] if column <= len(shared) else []
    return values[index] if index < len(values) else ""


def _item(item: ElementTree.Element) -> str | float:
    """A stored value: number, or text; a date as its ISO text."""
    value = str(item.get("v", ""))
    if _local(item.tag) == "n":
        try:
            return float(value)
        except ValueError:
            return value
    return value.replace("T00:00:00", "") if _local(item.tag) == "d" else value


def _put(sheet: Sheet, row: int, column: int, value: str | float) -> None:
    if value != "":
        sheet.cells[row, column] = RawCell(row, column, value)
