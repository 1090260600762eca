"""A sheet as a sparse grid of cells: what the rest of the room reads, free of any Excel library."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.findings import Finding
from workbooks.formats import show_number

RawValue = str | int | float | bool | dt.datetime | dt.date | dt.time | dt.timedelta | None


def column_letter(column: int) -> str:
    """1 -> A, 27 -> AA."""
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(row: int, column: int) -> str:
    """The A1 address of a cell."""
    return f"{column_letter(column)}{row}"


@dataclass(frozen=True, slots=True)
class RawCell:
    """One cell as the file gives it. `is_uncached`: a formula whose result was never stored."""

    row: int
    column: int
    value: RawValue
    number_format: str = "General"
    is_error: bool = False
    is_uncached: bool = False

    @property
    def address(self) -> str:
        """The A1 address."""
        return address(self.row, self.column)

    @property
    def is_blank(self) -> bool:
        """Nothing to read: no value, or white space only."""
        if self.is_uncached:
            return False
        return self.value is None or (isinstance(self.value, str) and not self.value.strip("\u00a0 \t\r\n"))

    @property
    def text(self) -> str:
        """The cell as a reader of the sheet sees it."""
        if self.value is None:
            return ""
        if isinstance(self.value, str):
            return self.value.replace("\u00a0", " ").strip()
        if isinstance(self.value, bool):
            return "TRUE" if self.value else "FALSE"
        if isinstance(self.value, (int, float)):
            return show_number(Decimal(repr(self.value)), self.number_format)
        if isinstance(self.value, dt.datetime):
            return self.value.date().isoformat()
        return str(self.value)


@dataclass(slots=True)
class Sheet:
    """One sheet: its cells by (row, column), and what is merged or hidden.

    `is_1904`: bare serial numbers count days from 1904, not 1900. `has_formats` is false where the file's
    kind keeps no number formats, so that a percentage cannot be told from a fraction by its cell.
    """

    name: str
    is_hidden: bool = False
    cells: dict[tuple[int, int], RawCell] = field(default_factory=dict)
    merged: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    is_1904: bool = False
    has_formats: bool = True
    _by_row: dict[int, list[RawCell]] = field(default_factory=dict)
    _reaching_down: dict[int, list[tuple[int, int]]] | None = None

    def at(self, row: int, column: int) -> RawCell:
        """The cell at a place; a blank one where the file has none."""
        return self.cells.get((row, column)) or RawCell(row, column, None)

    def seen_at(self, row: int, column: int) -> RawCell:
        """The cell as a reader sees it: inside a merged range, the value of its first cell."""
        first = self.merged.get((row, column))
        return self.at(*first) if first else self.at(row, column)

    def rows(self) -> dict[int, list[RawCell]]:
        """The non-blank cells by row, both in order. Worked out once."""
        if not self._by_row:
            for place in sorted(self.cells):
                cell = self.cells[place]
                if not cell.is_blank:
                    self._by_row.setdefault(cell.row, []).append(cell)
        return self._by_row

    def headings(self, row: int) -> list[RawCell]:
        """The non-blank cells of a row, and those of rows above that are merged down into it, by column."""
        if self._reaching_down is None:
            self._reaching_down = {}
            for (own_row, column), first in self.merged.items():
                if first[0] < own_row and first[1] == column:
                    self._reaching_down.setdefault(own_row, []).append(first)
        above = [self.at(*first) for first in self._reaching_down.get(row, [])]
        cells = [*self.rows().get(row, []), *(cell for cell in above if not cell.is_blank)]
        return sorted(cells, key=lambda cell: cell.column)

    def texts(self, last_row: int | None = None) -> Iterator[RawCell]:
        """The cells that hold text, in reading order."""
        for row, cells in self.rows().items():
            if last_row is not None and row > last_row:
                return
            for cell in cells:
                if isinstance(cell.value, str):
                    yield cell


@dataclass(frozen=True, slots=True)
class OpenedWorkbook:
    """A workbook as it was opened: its kind ("xlsx", "xlsm", "xls", "xlsb", "ods", "csv"), its sheets in
    order, and what is worth saying of the file as a whole (macros that were not run, links that were not
    followed).

    `records` and `texts` are what a file stores beside its cells, for the personal data guard alone: the
    records of pivot tables as sheets, and texts (of comments, headers, names) each with the words for its place.
    """

    kind: str
    sheets: tuple[Sheet, ...]
    notes: tuple[Finding, ...] = ()
    records: tuple[Sheet, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
