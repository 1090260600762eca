"""Read .xls, from Excel 2 to 2003, through xlrd; where its styles are damaged, without them."""

from __future__ import annotations

import io
import struct
from typing import Any

import xlrd
from xlrd.biffh import error_text_from_code

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large
from workbooks.collecting import Contents, SheetCollector, as_whole
from workbooks.locks import unlock
from workbooks.spreadsheetml import SheetEntry, check_sheets

_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")
_EXTERNAL = 2
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5
_UNKNOWN = {_DATE: "yyyy-mm-dd"}
_BLANKS, _BOF_KINDS, _EOF = 0xBE, {0x0009, 0x0209, 0x0409, 0x0809}, 0x0A


class _Silence(io.TextIOBase):
    """A log that nobody reads."""

    def write(self, text: str) -> int:
        """Take a line, keep nothing."""
        return len(text)


def read_xls(content: bytes) -> Contents:
    """The workbook. Refusal where it is locked, damaged or beyond a ceiling."""
    try:
        return _read(content, has_formats=True)
    except Refusal:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            return read_xls(unlock(content))
    except Exception:  # xlrd raises whatever odd bytes lead it to: AssertionError, struct.error, KeyError
        pass
    try:
        return _read(content, has_formats=False)  # many stumble only over a style or the runs of a rich text
    except Refusal:
        raise
    except Exception:
        raise damaged("its cells cannot be made out") from None


def _read(content: bytes, has_formats: bool) -> Contents:
    with xlrd.open_workbook(
        file_contents=content, formatting_info=has_formats, ragged_rows=True, on_demand=True, logfile=_Silence()
    ) as book:
        names = book.sheet_names()
        check_sheets([SheetEntry(name, False, "") for name in names])
        found = Contents("xls", has_macros=_MACROS in content, has_formats=has_formats)
        found.link = ("", "") if _EXTERNAL in book._supbook_types else None
        _refuse_vast(book)
        room = Room()
        for number, name in enumerate(names):
            is_hidden = book._sheet_visibility[number] != 0
            collector = SheetCollector(
                name, room, is_hidden=is_hidden, is_1904=bool(book.datemode), has_formats=has_formats
            )
            _collect(book, book.sheet_by_index(number), collector)
            found.sheets.append(collector.build())
            book.unload_sheet(number)
        return found


def _refuse_vast(book: Any) -> None:
    """Count the places that records of many blank cells lay out, before each is laid out."""
    places = 0
    if book.biff_version < 50:
        return
    for start in book._sh_abs_posn:
        place, depth = start, 0
        while place + 4 <= len(book.mem):
            kind, size = struct.unpack_from("<HH", book.mem, place)
            depth += (kind in _BOF_KINDS) - (kind == _EOF)
            places += size // 2 if kind == _BLANKS else 1
            if depth <= 0:
                break
            place += 4 + size
        if places > ceilings.MOST_PLACES:
            raise too_large(f"it has more than {ceilings.MOST_PLACES} cells, most of them blank")


def _collect(book: Any, sheet: Any, collector: SheetCollector) -> None:
    codes = [_format_of(book, style) for style in book.xf_list] if book.formatting_info else []
    for row in range(sheet.nrows):
        kinds, values = sheet._cell_types[row], sheet._cell_values[row]
        styles = sheet._cell_xf_indexes[row] if codes else [0] * len(kinds)
        for column, (kind, value, style) in enumerate(zip(kinds, values, styles, strict=True), 1):
            if _TEXT <= kind <= _ERROR:
                number_format = codes[style] if 0 <= style < len(codes) else _UNKNOWN.get(kind, "General")
                _add(collector, row + 1, column, kind, value, number_format)
    _note_layout(sheet, collector)


def _add(collector: SheetCollector, row: int, column: int, kind: int, value: Any, number_format: str) -> None:
    if kind in {_NUMBER, _DATE}:
        collector.add_number(row, column, as_whole(value), number_format)
    elif kind == _ERROR:
        collector.add(row, column, error_text_from_code.get(value, "#N/A"), number_format, is_error=True)
    else:
        collector.add(row, column, bool(value) if kind == _BOOLEAN else value, number_format)


def _note_layout(sheet: Any, collector: SheetCollector) -> None:
    for top, bottom, left, right in sheet.merged_cells:
        collector.merge((top + 1, left + 1, bottom, right))
    for row, info in sheet.rowinfo_map.items():
        if info.hidden:
            collector.hide_rows(row + 1, row + 1)
    for column, info in sheet.colinfo_map.items():
        if info.hidden:
            collector.hide_columns(column + 1, column + 1)


def _format_of(book: Any, style: Any) -> str:
    known = book.format_map.get(style.format_key)
    return known.format_str if known is not None and known.format_str else "General"
