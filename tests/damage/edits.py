"""Edits of a workbook as a person makes them in Excel: whole rows and columns move with their merged ranges."""

from __future__ import annotations

from copy import copy
from decimal import Decimal
from typing import Any

from openpyxl.cell.cell import MergedCell

Sheet = Any
Cell = Any

_STYLE = ("font", "fill", "border", "alignment", "number_format", "protection")


def _ranges(sheet: Sheet) -> list[list[int]]:
    return [[r.min_row, r.min_col, r.max_row, r.max_col] for r in sheet.merged_cells.ranges]


def _unmerge(sheet: Sheet) -> list[list[int]]:
    ranges = _ranges(sheet)
    for area in list(sheet.merged_cells.ranges):
        sheet.unmerge_cells(str(area))
    return ranges


def _merge(sheet: Sheet, ranges: list[list[int]]) -> None:
    for top, left, bottom, right in ranges:
        if bottom >= top and right >= left and (bottom > top or right > left):
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)


def _moved(ranges: list[list[int]], low: int, at: int, by: int) -> list[list[int]]:
    """The ranges after lines were put in (by 1) or taken out (by -1) at `at`; `low` is 0 for rows, 1 for columns."""
    for area in ranges:
        if by > 0:
            area[low] += area[low] >= at
            area[low + 2] += area[low + 2] >= at
        else:
            area[low] -= area[low] > at
            area[low + 2] -= area[low + 2] >= at
    return ranges


def insert_row(sheet: Sheet, row: int) -> None:
    """Put an empty row in above `row`."""
    ranges = _unmerge(sheet)
    sheet.insert_rows(row)
    _merge(sheet, _moved(ranges, 0, row, 1))


def delete_row(sheet: Sheet, row: int) -> None:
    """Take a row out."""
    ranges = [r for r in _unmerge(sheet) if not r[0] == r[2] == row]
    label = [(r, sheet.cell(r[0], r[1]).value) for r in ranges if r[0] == row and r[2] > row]
    sheet.delete_rows(row)
    for area, value in label:  # a label merged downwards stays with the rows that are left
        sheet.cell(area[0], area[1], value)
    _merge(sheet, _moved(ranges, 0, row, -1))


def insert_column(sheet: Sheet, column: int) -> None:
    """Put an empty column in left of `column`."""
    ranges = _unmerge(sheet)
    sheet.insert_cols(column)
    _merge(sheet, _moved(ranges, 1, column, 1))


def delete_column(sheet: Sheet, column: int) -> None:
    """Take a column out; a heading merged over several columns stays with those that are left."""
    ranges = [r for r in _unmerge(sheet) if not r[1] == r[3] == column]
    heads = [(r, sheet.cell(r[0], r[1]).value) for r in ranges if r[1] == column and r[3] > column]
    sheet.delete_cols(column)
    for area, value in heads:
        sheet.cell(area[0], area[1], value)
    _merge(sheet, _moved(ranges, 1, column, -1))


def copy_cell(source: Cell, target: Cell) -> None:
    """Value and look of one cell into another."""
    if isinstance(target, MergedCell):
        return
    target.value = source.value
    if source.has_style:
        for name in _STYLE:
            setattr(target, name, copy(getattr(source, name)))


def set_value(cell: Cell, value: Any) -> None:
    """Write a value; a cell inside a merged range keeps none of its own."""
    if not isinstance(cell, MergedCell):
        cell.value = value


def copy_row(sheet: Sheet, source: int, target: int) -> None:
    """One row's cells into another."""
    for column in range(1, sheet.max_column + 1):
        copy_cell(sheet.cell(source, column), sheet.cell(target, column))


def copy_column(sheet: Sheet, source: int, target: int, first_row: int, last_row: int) -> None:
    """One column's cells into another, between two rows."""
    for row in range(first_row, last_row + 1):
        copy_cell(sheet.cell(row, source), sheet.cell(row, target))


def swap_values(one: Cell, other: Cell) -> None:
    """Two cells change their values and number formats."""
    one.value, other.value = other.value, one.value
    one.number_format, other.number_format = other.number_format, one.number_format


def shown_number(cell: Cell) -> tuple[Decimal, int] | None:
    """The number as the sheet shows it (percentages in points) and its decimals; None for anything else."""
    value = cell.value
    if isinstance(value, str):
        text = value.strip().rstrip("%")
        if not text.replace(".", "", 1).isdigit():
            return None
        number = Decimal(text)
        return number, max(-int(number.as_tuple().exponent), 0)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    number = Decimal(repr(value))
    shown = cell.number_format or "General"
    if "%" in shown:
        number *= 100
    if "0" in shown:
        tail = shown.split(".")[1] if "." in shown else ""
        return round(number, tail.count("0")), tail.count("0")
    exponent = number.normalize().as_tuple().exponent
    return number, max(-int(exponent), 0)


def put_number(cell: Cell, number: Decimal, places: int) -> None:
    """Write a number as it was written before: as text, as a fraction shown as a percentage, or as it is."""
    if isinstance(cell.value, str):
        cell.value = f"{number:.{places}f}{'%' if '%' in cell.value else ''}"
    elif "%" in (cell.number_format or ""):
        cell.value = float(number / 100)
    else:
        cell.value = int(number) if number == number.to_integral_value() else float(number)
