"""What a cell looks like before anybody has said what it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from workbooks.dates import read_period
from workbooks.grid import RawCell, Sheet
from workbooks.values import parse_value

Mark = Literal["blank", "figure", "symbol", "period", "text"]
_LONGEST_PERIOD = 60
_LONGEST_NUMBER = 24
_YEARS = range(1990, 2101)


def mark_of(cell: RawCell) -> Mark:
    """The look of a cell: a figure (a number, an error, a formula), a symbol in its place, a period, or text."""
    if cell.is_blank:
        return "blank"
    if cell.is_uncached or cell.is_error:
        return "figure"
    value = cell.value
    if isinstance(value, (dt.datetime, dt.date)):
        return "period"
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return "text"
    if not isinstance(value, str):
        return "figure"
    return "text" if len(value) > _LONGEST_PERIOD else _mark_text(value)


@lru_cache(maxsize=65536)
def _mark_text(text: str) -> Mark:
    if len(text) <= _LONGEST_NUMBER:
        kind = parse_value(RawCell(1, 1, text), "percent").kind
        if kind in {"percent", "symbol"}:
            return "figure" if kind == "percent" else "symbol"
    return "period" if read_period(text) is not None else "text"


def is_year(cell: RawCell) -> bool:
    """Whether a whole number in a cell could be a calendar year."""
    value = cell.value
    return isinstance(value, (int, float)) and not isinstance(value, bool) and value in _YEARS


def is_heading_cell(cell: RawCell) -> bool:
    """Whether a cell could head a column: text, a date or period, or a year."""
    return mark_of(cell) in {"text", "period"} or is_year(cell)


def marks(sheet: Sheet, rows: Iterable[int], column: int) -> list[Mark]:
    """The looks of a column's filled cells in some rows."""
    found = (mark_of(sheet.at(row, column)) for row in rows)
    return [m for m in found if m != "blank"]
