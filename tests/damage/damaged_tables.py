"""Damage to rows, headings, columns and totals."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal

from openpyxl.utils import get_column_letter

from tests.damage import edits
from tests.damage.book import Book, Line, Table
from tests.damage.kinds import (
    Case,
    figure_cells,
    filled_lines,
    header_cells,
    kind,
    label_cell,
    pick_line,
    pick_table,
    said,
    where,
)
from tests.damage.sayings import fold


@kind("two cells swapped")
def swap_cells(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng, "services", "items")
    cells = [c for c in figure_cells(case.facts) if table is not None and c.parent is table.sheet]
    if len(cells) < 2:
        return None
    one, other = case.rng.sample(cells, 2)
    edits.swap_values(one, other)
    return f"{where(one)} and {where(other)}"


@kind("row shifted by one column")
def shift_row(case: Case) -> str | None:
    found = pick_line(case.facts, case.rng)
    if found is None:
        return None
    table, line = found
    first = case.rng.choice([table.label_column, min(table.columns.values())])
    for area in list(table.sheet.merged_cells.ranges):
        if area.min_row <= line.row <= area.max_row and area.max_row > area.min_row:
            return None
    for column in range(max(table.columns.values()), first - 1, -1):
        edits.copy_cell(table.sheet.cell(line.row, column), table.sheet.cell(line.row, column + 1))
    table.sheet.cell(line.row, first).value = None
    return f"{table.sheet.title} row {line.row} from column {first}"


@kind("column shifted by one row")
def shift_column(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng, "services", "items")
    if table is None or len(filled_lines(table)) < 2:
        return None
    column = case.rng.choice(list(table.columns.values()))
    rows = [line.row for line in filled_lines(table)]
    values = [(table.sheet.cell(r, column).value, table.sheet.cell(r, column).number_format) for r in rows]
    for row, (value, shown) in zip([*rows[1:], rows[-1] + 1], values, strict=True):
        cell = table.sheet.cell(row, column)
        if type(cell).__name__ == "MergedCell":
            continue
        cell.value, cell.number_format = value, shown
    table.sheet.cell(rows[0], column).value = None
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("labels of two rows swapped")
def swap_labels(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng, "services", "items")
    cells = {label_cell(table, line).coordinate: label_cell(table, line) for line in table.lines} if table else {}
    if len(cells) < 2:
        return None
    one, other = case.rng.sample(list(cells.values()), 2)
    one.value, other.value = other.value, one.value
    return f"{where(one)} and {where(other)}"


@kind("row duplicated")
def duplicate_row(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    line = case.rng.choice(filled_lines(table))
    edits.insert_row(table.sheet, line.row + 1)
    edits.copy_row(table.sheet, line.row, line.row + 1)
    label = table.sheet.cell(line.row + 1, table.label_column)
    if label.value is None:
        edits.set_value(label, line.text)
    return f"{table.sheet.title} row {line.row}"


@kind("row deleted")
def delete_row(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    line = case.rng.choice(filled_lines(table))
    edits.delete_row(table.sheet, line.row)
    return f"{table.sheet.title} row {line.row}"


@kind("row inserted")
def insert_row(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    line = case.rng.choice(filled_lines(table))
    edits.insert_row(table.sheet, line.row)
    if case.rng.random() < 0.6:
        edits.copy_row(table.sheet, line.row + 1, line.row)
        edits.set_value(
            table.sheet.cell(line.row, table.label_column), case.rng.choice(["Youth Justice", "Other", None])
        )
    return f"{table.sheet.title} above row {line.row}: {table.sheet.cell(line.row, table.label_column).value}"


@kind("row's name misspelt")
def misspell_label(case: Case) -> str | None:
    found = pick_line(case.facts, case.rng)
    if found is None:
        return None
    cell = label_cell(*found)
    before, cell.value = cell.value, misspelt(str(cell.value), case.rng)
    return said(cell, before)


@kind("row renamed")
def rename_row(case: Case) -> str | None:
    found = pick_line(case.facts, case.rng)
    if found is None:
        return None
    cell = label_cell(*found)
    before, cell.value = cell.value, case.rng.choice(["Early Help", "Team 7", "Locality East", "Duty"])
    return said(cell, before)


@kind("row named as another")
def name_as_another(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng, "services", "items")
    labels = {label_cell(table, line).coordinate: label_cell(table, line) for line in table.lines} if table else {}
    if len(labels) < 2:
        return None
    one, other = case.rng.sample(list(labels.values()), 2)
    before, one.value = one.value, other.value
    return said(one, before)


def misspelt(text: str, rng: random.Random) -> str:
    """A name with one letter left out, doubled in the wrong place, or swapped with the next."""
    places = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    for _ in range(20):
        at = rng.choice(places) if places else 0
        ways = [text[:at] + text[at + 1 :], text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
                text[:at] + "x" + text[at:]]  # fmt: skip
        found = rng.choice(ways)
        if fold(found) != fold(text):
            return found
    return f"{text}x"


@kind("header misspelt")
def misspell_header(case: Case) -> str | None:
    return _change_header(
        case.facts, case.rng, lambda text: misspelt(text, case.rng) if len(text) > 2 else f"{text} x"
    )


@kind("header deleted")
def delete_header(case: Case) -> str | None:
    return _change_header(case.facts, case.rng, lambda _: None)


def _change_header(facts: Book, rng: random.Random, change: Callable[[str], str | None]) -> str | None:
    table = pick_table(facts, rng)
    if table is None:
        return None
    cell = rng.choice(header_cells(table))
    before, cell.value = cell.value, change(str(cell.value))
    return said(cell, before)


@kind("two headers swapped")
def swap_headers(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    cells = header_cells(table) if table else []
    if len(cells) < 2:
        return None
    one, other = case.rng.sample(cells, 2)
    edits.swap_values(one, other)
    return f"{where(one)} and {where(other)}"


@kind("column deleted")
def delete_column(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    column = case.rng.choice(list(table.columns.values()))
    edits.delete_column(table.sheet, column)
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("column duplicated")
def duplicate_column(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    column = case.rng.choice(list(table.columns.values()))
    edits.insert_column(table.sheet, column + 1)
    edits.copy_column(table.sheet, column, column + 1, table.header_row, table.last_row)
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("column inserted")
def insert_column(case: Case) -> str | None:
    table = pick_table(case.facts, case.rng)
    if table is None:
        return None
    column = case.rng.choice(list(table.columns.values()))
    edits.insert_column(table.sheet, column)
    if case.rng.random() < 0.6:
        edits.copy_column(table.sheet, column + 1, column, table.header_row + 1, table.last_row)
        table.sheet.cell(table.header_row, column).value = case.rng.choice(["Adjusted", "Check", None])
    return (
        f"{table.sheet.title} column {get_column_letter(column)}: {table.sheet.cell(table.header_row, column).value}"
    )


@kind("column left as in the period before")
def stale_column(case: Case) -> str | None:
    found = [t for t in case.facts.tables.values() if len(t.spans) > 1]
    if not found:
        return None
    table = case.rng.choice(found)
    names = sorted(table.spans, key=lambda n: table.spans[n][1])
    old, new = table.columns[names[-2]], table.columns[names[-1]]
    edits.copy_column(table.sheet, old, new, table.header_row + 1, max(line.row for line in table.lines))
    return f"{table.sheet.title} column {get_column_letter(old)} into {get_column_letter(new)}"


@kind("cells merged")
def merge_cells(case: Case) -> str | None:
    cells = figure_cells(case.facts)
    case.rng.shuffle(cells)
    for cell in cells:
        down, right = case.rng.choice([(1, 0), (0, 1)])
        other = cell.parent.cell(cell.row + down, cell.column + right)
        if type(other).__name__ != "MergedCell" and type(cell).__name__ != "MergedCell":
            lost = other.value
            other.value = None
            cell.parent.merge_cells(f"{cell.coordinate}:{other.coordinate}")
            return f"{where(cell)} with {other.coordinate}, which said {lost!r}"
    return None


def _total_lines(facts: Book) -> list[tuple[Table, Line]]:
    found = []
    for table in facts.tables.values():
        rows = table.layout.rows
        totals = {"company", *(s.id for s in rows.subtotals)}
        totals |= {r for c in table.layout.checks if c.total is not None for r in c.total.rows}
        found += [(table, line) for line in table.lines if line.key in totals]
    return found


@kind("total changed")
def change_total(case: Case) -> str | None:
    found = _total_lines(case.facts)
    if not found:
        return None
    table, line = case.rng.choice(found)
    cells = [table.sheet.cell(line.row, table.columns[n]) for n, s in line.cells.items() if s.number is not None]
    cell = case.rng.choice(cells)
    number, places = edits.shown_number(cell) or (Decimal(0), 0)
    before = cell.value
    edits.put_number(cell, abs(number + case.rng.choice([-12, -3, -1, 1, 2, 10])), places)
    return said(cell, before)


@kind("total deleted")
def delete_total(case: Case) -> str | None:
    found = _total_lines(case.facts)
    if not found:
        return None
    table, line = case.rng.choice(found)
    edits.delete_row(table.sheet, line.row)
    return f"{table.sheet.title} row {line.row}"
