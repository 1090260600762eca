"""Read .xls, from Excel 2 to 2003, through xlrd; where xlrd gives up, its values only, through calamine."""

from __future__ import annotations

import datetime as dt
import io
import struct
from typing import Any

import msoffcrypto
import xlrd
from xlrd.biffh import error_text_from_code

from workbooks import ceilings
from workbooks.ceilings import Refusal, damaged, too_large
from workbooks.collecting import Contents, Room, SheetCollector
from workbooks.spreadsheetml import SheetEntry, check_sheets

MOST_PLACES = 4_000_000
"""Of cells with or without content that the records of a workbook lay out."""
_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")
_EXTERNAL = 2
_TEXT, _NUMBER, _DATE, _BOOLEAN, _ERROR = 1, 2, 3, 4, 5
_BLANKS, _BOF_KINDS, _EOF = 0xBE, {0x0009, 0x0209, 0x0409, 0x0809}, 0x0A
_DEFAULT_PASSWORD = "VelvetSweatshop"  # with which spreadsheet programs lock a file "read-only recommended"


class _Silence(io.TextIOBase):
    """A log that nobody reads."""

    def write(self, text: str) -> int:
        return len(text)


def read_xls(content: bytes) -> Contents:
    """The workbook. Refusal where it is locked, damaged or beyond a ceiling."""
    try:
        return _read_by_xlrd(content)
    except Refusal:
        raise
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            return _read_by_xlrd(unlock(content))
    except Exception:  # xlrd raises whatever odd bytes lead it to: AssertionError, struct.error, KeyError
        pass
    return _read_by_calamine(content)


def unlock(content: bytes) -> bytes:
    """The file without the password that spreadsheet programs try themselves. Refusal for any other."""
    opened = io.BytesIO()
    try:
        locked = msoffcrypto.OfficeFile(io.BytesIO(content))
        if getattr(locked, "type", "") == "agile" and locked.info.spinValue > ceilings.DEFAULT_PASSWORD_ROUNDS:
            raise Refusal("encrypted_file")
        locked.load_key(password=_DEFAULT_PASSWORD, verify_password=True)
        locked.decrypt(opened)
    except Exception:
        raise Refusal("encrypted_file") from None
    return opened.getvalue()


def _read_by_xlrd(content: bytes) -> Contents:
    with xlrd.open_workbook(
        file_contents=content, formatting_info=True, ragged_rows=True, on_demand=True, logfile=_Silence()
    ) as book:
        names = book.sheet_names()
        check_sheets([SheetEntry(name, False, "") for name in names])
        found = Contents("xls", has_macros=_MACROS in content)
        found.link = ("", "") if _EXTERNAL in book._supbook_types else None
        _refuse_vast(book)
        room = Room()
        for number, name in enumerate(names):
            is_hidden = book._sheet_visibility[number] != 0
            collector = SheetCollector(name, room, is_hidden=is_hidden, is_1904=bool(book.datemode))
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
        if places > MOST_PLACES:
            raise too_large(f"it has more than {MOST_PLACES} cells, most of them blank")


def _collect(book: Any, sheet: Any, collector: SheetCollector) -> None:
    codes = [_format_of(book, xf) for xf in book.xf_list]
    for row in range(sheet.nrows):
        kinds, values, styles = sheet._cell_types[row], sheet._cell_values[row], sheet._cell_xf_indexes[row]
        for column, (kind, value, style) in enumerate(zip(kinds, values, styles, strict=True), 1):
            if not _TEXT <= kind <= _ERROR:
                continue
            number_format = codes[style] if 0 <= style < len(codes) else "General"
            if kind in {_NUMBER, _DATE}:
                collector.add_number(row + 1, column, as_whole(value), number_format)
            elif kind == _ERROR:
                collector.add(row + 1, column, error_text_from_code.get(value, "#N/A"), number_format, True)
            else:
                collector.add(row + 1, column, bool(value) if kind == _BOOLEAN else value, number_format)
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


def as_whole(number: float) -> float:
    """A whole number as an int, as the readers of text find it."""
    return int(number) if abs(number) < 1e15 and number == int(number) else number


def _read_by_calamine(content: bytes) -> Contents:
    """Values without formats. calamine is native code, and its panics are no Exceptions."""
    import python_calamine

    found = Contents("xls", has_macros=_MACROS in content, has_formats=False)
    room = Room()
    try:
        book = python_calamine.load_workbook(io.BytesIO(content))
        for entry in book.sheets_metadata:
            if entry.typ != python_calamine.SheetTypeEnum.WorkSheet:
                continue
            is_hidden = entry.visible != python_calamine.SheetVisibleEnum.Visible
            collector = SheetCollector(entry.name, room, is_hidden=is_hidden, has_formats=False)
            sheet = book.get_sheet_by_name(entry.name)
            if sheet.total_height * sheet.total_width > MOST_PLACES:
                raise too_large(f"its cells are spread over more than {MOST_PLACES} places")
            for row, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
                for column, value in enumerate(values, 1):
                    _add_plain(collector, row, column, value)
            for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
                collector.merge((top + 1, left + 1, bottom + 1, right + 1))
            found.sheets.append(collector.build())
    except Refusal:
        raise
    except python_calamine.PasswordError:
        raise Refusal("encrypted_file") from None
    except BaseException as error:
        if isinstance(error, (KeyboardInterrupt, SystemExit)):
            raise
        raise damaged("its cells cannot be made out") from None
    if not found.sheets:
        raise damaged("it holds no sheet of cells")
    return found


def _add_plain(collector: SheetCollector, row: int, column: int, value: Any) -> None:
    if isinstance(value, float):
        collector.add_number(row, column, as_whole(value), "General")
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        collector.add(row, column, dt.datetime(value.year, value.month, value.day))
    elif value is not None:
        collector.add(row, column, value)
