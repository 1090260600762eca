"""The kinds of damage: their register, and how each picks what it damages."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.damage.book import Book, Line, Table


@dataclass(frozen=True)
class Case:
    """An opened workbook, what the oracle read in it, and the dice."""

    book: Any
    facts: Book
    rng: random.Random


Damage = Callable[[Case], str | None]
KINDS: dict[str, Damage] = {}


def kind(name: str) -> Callable[[Damage], Damage]:
    """Enter a damage under its name."""

    def enter(damage: Damage) -> Damage:
        KINDS[name] = damage
        return damage

    return enter


def figure_cells(facts: Book) -> list[Any]:
    """Every body cell that holds a number."""
    found = []
    for table in facts.tables.values():
        if table.layout.rows.kind != "records":
            found += [table.sheet.cell(line.row, table.columns[n])
                      for line in table.lines for n, s in line.cells.items() if s.number is not None]  # fmt: skip
    return found


def pick_figure(facts: Book, rng: random.Random) -> Any:
    """One of them; None where there is none."""
    cells = figure_cells(facts)
    return rng.choice(cells) if cells else None


def pick_table(facts: Book, rng: random.Random, *kinds: str) -> Table | None:
    """One of the tables of these kinds."""
    found = [t for t in facts.tables.values() if t.lines and (not kinds or t.layout.rows.kind in kinds)]
    return rng.choice(found) if found else None


def filled_lines(table: Table) -> list[Line]:
    """The rows that say anything."""
    return [line for line in table.lines if any(s.state != "blank" for s in line.cells.values())]


def pick_line(facts: Book, rng: random.Random) -> tuple[Table, Line] | None:
    """A table of labelled rows and one of its rows."""
    table = pick_table(facts, rng, "services", "items")
    return (table, rng.choice(filled_lines(table))) if table is not None else None


def label_cell(table: Table, line: Line) -> Any:
    """The cell that names a row: the first of the merged range, where it is one."""
    cell = table.sheet.cell(line.row, table.label_column)
    for area in table.sheet.merged_cells.ranges:
        if area.min_row <= cell.row <= area.max_row and area.min_col <= cell.column <= area.max_col:
            return table.sheet.cell(area.min_row, area.min_col)
    return cell


def header_cells(table: Table) -> list[Any]:
    """The cells of the declared headings."""
    return [table.sheet.cell(table.header_row, c) for c in table.columns.values()]


def where(cell: Any) -> str:
    """A cell as it is named: sheet and address."""
    return f"{cell.parent.title}!{cell.coordinate}"


def said(cell: Any, before: object) -> str:
    """What was done to a cell."""
    return f"{where(cell)} from {before!r} to {cell.value!r}"
