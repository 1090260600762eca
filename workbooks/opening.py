"""Open a workbook safely: bytes in, sparse sheets out. Nothing is run, nothing outside the file is read."""

from __future__ import annotations

import datetime as dt
import io
import re
import warnings
import zipfile
from typing import Any

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException
from openpyxl import load_workbook
from openpyxl.utils.cell import column_index_from_string, coordinate_to_tuple
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from schemas.findings import make_finding
from workbooks.grid import OpenedWorkbook, RawCell, Sheet, address
from workbooks.refusals import Unopenable

MOST_UNPACKED_BYTES = 256 * 1024 * 1024
MOST_PARTS = 5000
MOST_CELLS = 2_000_000
MOST_MERGED_CELLS = 50_000
_MERGE = re.compile(rb'mergeCell[^>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def open_workbook(content: bytes, name: str) -> OpenedWorkbook:
    """Open an .xlsx or .xlsm file. Unopenable says why a file cannot be read."""
    archive = _open_archive(content, name)
    _refuse_bombs(archive, name)
    try:
        _refuse_vast_merges(archive, name)
        uncached = _uncached_formulas(archive)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(content), data_only=True, keep_links=False)
        is_1904 = book.epoch == CALENDAR_MAC_1904
        sheets = [_to_sheet(sheet, uncached.get(sheet.title, frozenset()), is_1904) for sheet in book.worksheets]
        return OpenedWorkbook("xlsx", tuple(sheets))
    except (Unopenable, MemoryError):
        raise
    except DefusedXmlException:
        raise Unopenable(make_finding("not_a_workbook", file=name, why="its XML declares entities")) from None
    except Exception as error:
        # openpyxl raises whatever a damaged part leads it to; to the sender they are all one thing
        raise Unopenable(make_finding("not_a_workbook", file=name, why=_plain_reason(error))) from None


def _plain_reason(error: Exception) -> str:
    if isinstance(error, zipfile.BadZipFile):
        return "it is damaged"
    if isinstance(error, KeyError):
        return "a part of it is missing"
    return "a part of it is damaged"


def _open_archive(content: bytes, name: str) -> zipfile.ZipFile:
    if not content:
        raise Unopenable(make_finding("not_a_workbook", file=name, why="it is empty"))
    if content.startswith(_OLE):
        what = "an encrypted or an old (.xls) workbook"
        raise Unopenable(make_finding("unsupported_format", file=name, what=what))
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
        names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError, EOFError):
        raise Unopenable(make_finding("not_a_workbook", file=name, why=_guess(content))) from None
    if "mimetype" in names and "content.xml" in names:
        raise Unopenable(make_finding("unsupported_format", file=name, what="an OpenDocument file"))
    if "xl/workbook.bin" in names:
        raise Unopenable(make_finding("unsupported_format", file=name, what="a binary (.xlsb) workbook"))
    if "xl/workbook.xml" not in names:
        raise Unopenable(make_finding("not_a_workbook", file=name, why="it holds no workbook"))
    return archive


def _guess(content: bytes) -> str:
    if content.startswith(b"%PDF"):
        return "it is a PDF"
    if content.startswith(b"PK"):
        return "it is damaged or not whole"
    head = content[:2048]
    if b"\x00" not in head:
        return "it looks like a CSV file" if re.search(rb"[,;\t].*\n", head) else "it looks like a text file"
    return "it is no file of that kind"


def _refuse_bombs(archive: zipfile.ZipFile, name: str) -> None:
    parts = archive.infolist()
    if len(parts) > MOST_PARTS:
        raise Unopenable(make_finding("file_too_large", file=name, why=f"it has more than {MOST_PARTS} parts"))
    if sum(part.file_size for part in parts) > MOST_UNPACKED_BYTES:
        limit = MOST_UNPACKED_BYTES // 1024 // 1024
        raise Unopenable(make_finding("file_too_large", file=name, why=f"it unpacks to more than {limit} MB"))


def _refuse_vast_merges(archive: zipfile.ZipFile, name: str) -> None:
    """A merged range is laid out cell by cell: one over whole columns would never come to an end."""
    for part in _sheet_parts(archive).values():
        for match in _MERGE.finditer(archive.read(part)):
            first_column, first_row, last_column, last_row = (g.decode() for g in match.groups())
            rows = int(last_row) - int(first_row) + 1
            columns = column_index_from_string(last_column) - column_index_from_string(first_column) + 1
            if rows * columns > MOST_MERGED_CELLS:
                why = f"it merges {first_column}{first_row} to {last_column}{last_row} into one cell"
                raise Unopenable(make_finding("file_too_large", file=name, why=why))


def _uncached_formulas(archive: zipfile.ZipFile) -> dict[str, frozenset[str]]:
    """By sheet, the cells whose formula has no stored result. openpyxl gives only one of the two a load."""
    found: dict[str, frozenset[str]] = {}
    for title, part in _sheet_parts(archive).items():
        content = archive.read(part)
        if b"<f" not in content and b":f" not in content:
            continue
        cells = set()
        row = column = 0
        for event, element in ElementTree.iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            if event == "start" and element.tag == f"{_MAIN}row":
                row, column = int(element.get("r") or row + 1), 0
            elif event == "end" and element.tag == f"{_MAIN}c":
                place = element.get("r") or address(row, column + 1)
                column = coordinate_to_tuple(place)[1]
                if _is_uncached(element):
                    cells.add(place)
                element.clear()
        found[title] = frozenset(cells)
    return found


def _is_uncached(element: Any) -> bool:
    result = element.find(f"{_MAIN}v")
    has_result = element.get("t") == "str" or (result is not None and bool(result.text))
    return element.find(f"{_MAIN}f") is not None and not has_result


def _sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    names = set(archive.namelist())
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"), forbid_dtd=True)
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), forbid_dtd=True)
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    parts = {}
    for sheet in book.iter(f"{_MAIN}sheet"):
        target = targets.get(sheet.get(_RELATION), "")
        part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if part in names:
            parts[sheet.get("name", "")] = part
    return parts


def _to_sheet(sheet: Worksheet, uncached: frozenset[str], is_1904: bool) -> Sheet:
    cells: dict[tuple[int, int], RawCell] = {}
    stored: dict[tuple[int, int], Any] = sheet._cells  # sparse: iter_rows would walk a claimed million rows
    if len(stored) > MOST_CELLS:
        raise Unopenable(make_finding("file_too_large", file=sheet.title, why=f"it has over {MOST_CELLS} cells"))
    for (row, column), cell in stored.items():
        is_uncached = bool(uncached) and cell.coordinate in uncached
        if cell.value is not None or is_uncached:
            value = cell.value
            if (
                isinstance(value, (str, int, float, bool, dt.datetime, dt.date, dt.time, dt.timedelta))
                or value is None
            ):
                cells[row, column] = RawCell(
                    row, column, value, str(cell.number_format), cell.data_type == "e", is_uncached
                )
    for place in uncached:
        row, column = coordinate_to_tuple(place)
        cells.setdefault((row, column), RawCell(row, column, None, is_uncached=True))
    merged = {}
    for area in sheet.merged_cells.ranges:
        if area.size["rows"] * area.size["columns"] <= 10_000:
            for row in range(area.min_row, area.max_row + 1):
                for column in range(area.min_col, area.max_col + 1):
                    merged[row, column] = (area.min_row, area.min_col)
    return Sheet(
        sheet.title,
        sheet.sheet_state != "visible",
        cells,
        merged,
        frozenset(r for r, d in sheet.row_dimensions.items() if d.hidden),
        frozenset(
            c for d in sheet.column_dimensions.values() if d.hidden for c in range(d.min or 0, (d.max or 0) + 1)
        ),
        is_1904,
    )
