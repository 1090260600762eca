"""Read .xlsb: the same workbook as .xlsx, its parts written as binary records (BIFF12, [MS-XLSB])."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large
from workbooks.collecting import Contents, SheetCollector, as_whole
from workbooks.packages import Package
from workbooks.serials import BUILT_IN_FORMATS
from workbooks.spreadsheetml import Relations, SheetEntry, check_sheets, find_book_part, read_relations, sheet_part

ERRORS = {
    0x00: "#NULL!", 0x07: "#DIV/0!", 0x0F: "#VALUE!", 0x17: "#REF!", 0x1D: "#NAME?", 0x24: "#NUM!", 0x2A: "#N/A",
    0x2B: "#GETTING_DATA",
}  # fmt: skip

_ROW, _COLUMN, _MERGE = 0, 60, 176
_SHEET, _BOOK, _LINK = 156, 153, 355
_STRING, _FORMAT, _STYLE, _STYLES_BEGIN, _STYLES_END = 19, 44, 47, 617, 618
_SHORT = {13: 2, 14: 3, 15: 4, 16: 5, 17: 6, 18: 7}
_FORMULA = {8: 6, 9: 5, 10: 4, 11: 3}
_RK, _ERROR, _BOOL, _REAL, _TEXT, _SHARED, _RICH = 2, 3, 4, 5, 6, 7, 62

Record = tuple[int, bytes]


def read_xlsb(package: Package) -> Contents:
    """The workbook. Refusal where it is damaged or beyond a ceiling."""
    book_part = find_book_part(package)
    relations = read_relations(package, book_part)
    try:
        return _read(package, book_part, relations)
    except (struct.error, IndexError, UnicodeDecodeError):
        raise damaged("a part of it is damaged") from None


def _read(package: Package, book_part: str, relations: Relations) -> Contents:
    sheets, is_1904 = _read_book(package, book_part)
    check_sheets(sheets)
    strings = _read_strings(package, relations.first("sharedStrings"))
    formats = _read_formats(package, relations.first("styles"))
    found = Contents("xlsb", has_formats=formats is not None)
    found.has_macros = relations.has("vbaProject") or relations.has("xlMacrosheet")
    found.link = ("", "") if relations.has("externalLink") else None
    for entry in sheets:
        part = sheet_part(package, relations, entry)
        if part is not None:
            collector = SheetCollector(
                entry.name, package.room, is_hidden=entry.is_hidden, is_1904=is_1904, has_formats=formats is not None
            )
            _read_sheet(_records(package.chunks(part), package.room), collector, strings, formats or [])
            found.sheets.append(collector.build())
    return found


def _records(chunks: Iterator[bytes], room: Room) -> Iterator[Record]:
    """Each record's number and content. IndexError or struct.error where the part ends within one."""
    content = b"".join(chunks)
    place, end = 0, len(content)
    while place < end:
        kind = content[place]
        place += 1
        if kind & 0x80:
            kind = (kind & 0x7F) | (content[place] & 0x7F) << 7
            place += 1
        size = shift = 0
        while True:
            byte = content[place]
            place += 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80 or shift == 28:
                break
        if place + size > end:
            raise IndexError
        room.elements -= 1
        if room.elements < 0:
            raise too_large("it has far more cells, most of them blank, or other records than a return can need")
        yield kind, content[place : place + size]
        place += size


def _text(content: bytes, place: int) -> tuple[str, int]:
    """A counted text of UTF-16 and the place after it. A count of all ones is no text."""
    (count,) = struct.unpack_from("<I", content, place)
    if count == 0xFFFFFFFF:
        return "", place + 4
    end = place + 4 + 2 * count
    if end > len(content):
        raise IndexError
    return content[place + 4 : end].decode("utf-16-le", "replace"), end


def _read_book(package: Package, part: str) -> tuple[list[SheetEntry], bool]:
    sheets: list[SheetEntry] = []
    is_1904 = False
    for kind, content in _records(package.chunks(part), package.room):
        if kind == _SHEET:
            (state,) = struct.unpack_from("<I", content)
            relation, place = _text(content, 8)
            sheets.append(SheetEntry(_text(content, place)[0], state != 0, relation))
            if len(sheets) > ceilings.MOST_SHEETS:
                raise too_large(f"it has more than {ceilings.MOST_SHEETS} sheets")
        elif kind == _BOOK:
            is_1904 = bool(content[0] & 1)
    return sheets, is_1904


def _read_strings(package: Package, part: str | None) -> list[str]:
    strings: list[str] = []
    if part is not None and part in package:
        for kind, content in _records(package.chunks(part), package.room):
            if kind == _STRING:
                if len(strings) >= ceilings.MOST_STRINGS:
                    raise too_large(f"it has more than {ceilings.MOST_STRINGS} shared texts")
                strings.append(_text(content, 1)[0])
    return strings


def _read_formats(package: Package, part: str | None) -> list[str] | None:
    """The number format of each cell style, in order; None where the styles are missing or damaged.

    A workbook may have none: its numbers are then shown as they are.
    """
    if part is None:
        return []
    codes = dict(BUILT_IN_FORMATS)
    numbers: list[int] = []
    is_inside = False
    try:
        for kind, content in _records(iter([package.read(part)]), package.room):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", content)[0]] = _text(content, 2)[0]
            elif kind in {_STYLES_BEGIN, _STYLES_END}:
                is_inside = kind == _STYLES_BEGIN
            elif kind == _STYLE and is_inside:
                numbers.append(struct.unpack_from("<H", content, 2)[0])
    except (struct.error, IndexError):
        return None
    except Refusal as refusal:
        if refusal.code != "damaged_file":
            raise
        return None
    return [codes.get(number, "General") for number in numbers]


def _read_sheet(records: Iterator[Record], sheet: SheetCollector, strings: list[str], formats: list[str]) -> None:
    row, column = 0, 0
    for kind, content in records:
        if kind == _ROW:
            row, column = struct.unpack_from("<I", content)[0] + 1, 0
            if content[11] & 0x10:
                sheet.hide_rows(row, row)
        elif kind == _COLUMN:
            first, last = struct.unpack_from("<II", content)
            if content[16] & 1:
                sheet.hide_columns(first + 1, last + 1)
        elif kind == _MERGE:
            top, bottom, left, right = struct.unpack_from("<IIII", content)
            sheet.merge((top + 1, left + 1, bottom + 1, right + 1))
        elif 1 <= kind <= 18 or kind == _RICH:
            column = _read_cell(kind, content, row, column, sheet, strings, formats)


def _read_cell(
    kind: int, content: bytes, row: int, column: int, sheet: SheetCollector, strings: list[str], formats: list[str]
) -> int:
    """Take a cell in; its column. A short record stands right of the cell before it and names no column."""
    if 12 <= kind <= 18:
        column, body = column + 1, 4
        (style,) = struct.unpack_from("<I", content)
    else:
        column, style = struct.unpack_from("<II", content)
        column, body = column + 1, 8
    style &= 0xFFFFFF
    number_format = formats[style] if style < len(formats) else "General"
    kind = _SHORT.get(kind) or _FORMULA.get(kind) or kind
    if kind == _RK:
        sheet.add_number(row, column, _unpack_rk(content, body), number_format)
    elif kind == _REAL:
        sheet.add_number(row, column, as_whole(struct.unpack_from("<d", content, body)[0]), number_format)
    elif kind == _SHARED:
        (number,) = struct.unpack_from("<I", content, body)
        sheet.add(row, column, strings[number], number_format)
    elif kind in {_TEXT, _RICH}:
        sheet.add(row, column, _text(content, body + (kind == _RICH))[0], number_format)
    elif kind == _BOOL:
        sheet.add(row, column, bool(content[body]), number_format)
    elif kind == _ERROR:
        sheet.add(row, column, ERRORS.get(content[body], "#N/A"), number_format, is_error=True)
    return column


def _unpack_rk(content: bytes, place: int) -> float:
    """A number packed into 30 bits: a whole number or the high part of a float, perhaps of a hundredfold."""
    (packed,) = struct.unpack_from("<i", content, place)
    if packed & 2:
        number: float = packed >> 2
    else:
        (number,) = struct.unpack("<d", bytes(4) + struct.pack("<i", packed & ~3))
    return as_whole(number / 100 if packed & 1 else number)
