"""The values of an .xls that xlrd cannot read, without their formats, through calamine."""

from __future__ import annotations

import datetime as dt
import io
from typing import Any

import python_calamine

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, damaged, too_large
from workbooks.collecting import Contents, SheetCollector, as_whole

_MACROS = "_VBA_PROJECT_CUR".encode("utf-16-le")


def holds_macros(content: bytes) -> bool:
    """Whether a compound file holds macros."""
    return _MACROS in content


def read_values(content: bytes) -> Contents:
    """The workbook. Refusal where it is locked, damaged or beyond a ceiling."""
    found = Contents("xls", has_macros=holds_macros(content), has_formats=False)
    try:
        _read_sheets(python_calamine.load_workbook(io.BytesIO(content)), found)
    except Refusal:
        raise
    except python_calamine.PasswordError:
        raise Refusal("encrypted_file") from None
    except BaseException as error:  # calamine is native code, whose panics are no Exceptions
        if isinstance(error, (KeyboardInterrupt, SystemExit, GeneratorExit)):
            raise
        raise damaged("its cells cannot be made out") from None
    if not found.sheets:
        raise damaged("it holds no sheet of cells")
    return found


def _read_sheets(book: python_calamine.CalamineWorkbook, found: Contents) -> None:
    room = Room()
    for entry in book.sheets_metadata:
        if entry.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        is_hidden = entry.visible != python_calamine.SheetVisibleEnum.Visible
        collector = SheetCollector(entry.name, room, is_hidden=is_hidden, has_formats=False)
        sheet = book.get_sheet_by_name(entry.name)
        if sheet.total_height * sheet.total_width > ceilings.MOST_PLACES:
            raise too_large(f"its cells are spread over more than {ceilings.MOST_PLACES} places")
        for row, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
            for column, value in enumerate(values, 1):
                _add(collector, row, column, value)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
            collector.merge((top + 1, left + 1, bottom + 1, right + 1))
        found.sheets.append(collector.build())


def _add(collector: SheetCollector, row: int, column: int, value: Any) -> None:
    if isinstance(value, float):
        collector.add_number(row, column, as_whole(value), "General")
    elif isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        collector.add(row, column, dt.datetime(value.year, value.month, value.day))
    elif value is not None:
        collector.add(row, column, value)
