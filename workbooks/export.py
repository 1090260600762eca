"""Write a table of ours as a workbook: a header row, typed cells, nothing that runs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill

from schemas.facts import Column
from workbooks.saving import save_book


def write_table(title: str, columns: Sequence[Column], rows: Iterable[Mapping[str, Any]], as_at: dt.date) -> bytes:
    """One sheet: a title, the as-at line, column titles, and the rows. The same rows give the same bytes."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has a sheet
    sheet.title = "KPIs"
    sheet["A1"], sheet["A2"] = title, f"As at {as_at.isoformat()}"
    sheet["A1"].font = Font(bold=True, size=14)
    for number, column in enumerate(columns, 1):
        cell = sheet.cell(4, number, column.title)
        cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="E8EDF3")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.column_dimensions[cell.column_letter].width = 14 if column.kind in {"number", "date"} else 24
    for number, row in enumerate(rows, 5):
        for position, column in enumerate(columns, 1):
            found = sheet.cell(number, position)
            if isinstance(found, Cell):
                _put(found, row[column.name], column)
    sheet.freeze_panes = "A5"
    return save_book(book, as_at)


def _put(cell: Cell, value: Any, column: Column) -> None:
    if value is None:
        return
    if column.kind == "number" and isinstance(value, str):
        cell.value = float(value)
        places = len(value.split(".")[1]) if "." in value else 0
        cell.number_format = "0." + "0" * places if places else "0"
    elif column.kind == "date" and isinstance(value, str):
        cell.value, cell.number_format = dt.date.fromisoformat(value), "dd/mm/yyyy"
    elif isinstance(value, (list, tuple)):
        cell.value, cell.data_type = "; ".join(map(str, value)), "s"
    elif isinstance(value, dict):
        cell.value, cell.data_type = " ".join(str(v) for v in value.values()), "s"
    elif isinstance(value, (bool, int)):
        cell.value = value
    else:
        cell.value = str(value)
        cell.data_type = "s"  # text that begins with "=" stays text
