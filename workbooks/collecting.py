"""Gather what a reader finds into a Sheet: every reader's cells pass here, and here the ceilings hold."""

from __future__ import annotations

import datetime as dt
import math
import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from workbooks import ceilings
from workbooks.ceilings import Room, damaged, too_large
from workbooks.grid import RawCell, RawValue, Sheet, address
from workbooks.serials import moment_kind, to_moment

_NO_CHARACTER = re.compile("[\ud800-\udbff][\udc00-\udfff]|[\x00\ud800-\udfff]")

Area = tuple[int, int, int, int]
"""First row, first column, last row, last column."""


@dataclass(slots=True)
class Contents:
    """What a reader found: the kind of file, its sheets, and what is to be said of it as a whole.

    `link` is the sheet and cell of the first formula that takes from another workbook ("" where not known).
    """

    kind: str
    sheets: list[Sheet] = field(default_factory=list)
    has_macros: bool = False
    link: tuple[str, str] | None = None
    has_formats: bool = True


class SheetCollector:
    """One sheet while it is read. Nothing in it ever walks an empty area."""

    def __init__(
        self, name: str, room: Room, *, is_hidden: bool = False, is_1904: bool = False, has_formats: bool = True
    ) -> None:
        self.name = spell_out(name)
        self.is_1904 = is_1904
        self._is_hidden = is_hidden
        self._has_formats = has_formats
        self._room = room
        self._cells: dict[tuple[int, int], RawCell] = {}
        self._merged: list[Area] = []
        self._hidden_rows: list[tuple[int, int]] = []
        self._hidden_columns: list[tuple[int, int]] = []

    def add(
        self,
        row: int,
        column: int,
        value: RawValue,
        number_format: str = "General",
        is_error: bool = False,
        is_uncached: bool = False,
    ) -> None:
        """Take one cell in, unless it shows nothing. Refusal for a place outside any sheet or taken already."""
        if not (0 < row <= ceilings.LAST_ROW and 0 < column <= ceilings.LAST_COLUMN):
            raise damaged(f"sheet '{self.name}' has a cell at row {row}, column {column}, outside of any sheet")
        if value == "" and not is_error:
            return  # a formula's empty text shows nothing
        self._room.cells -= 1
        if self._room.cells < 0:
            raise too_large(f"it has more than {ceilings.MOST_CELLS} filled cells")
        if isinstance(value, str):
            value = spell_out(value)
            self._room.characters -= len(value)
            if len(value) > ceilings.MOST_TEXT or self._room.characters < 0:
                raise too_large("its cells hold more text than a return can need")
        place = row, column
        if place in self._cells:
            raise damaged(f"sheet '{self.name}' holds cell {address(row, column)} twice")
        self._cells[place] = RawCell(row, column, value, number_format, is_error, is_uncached)

    def add_number(self, row: int, column: int, number: float, number_format: str) -> None:
        """Take a number in, as a date or time where its format shows one."""
        if not math.isfinite(number):
            self.add(row, column, str(number), number_format, is_error=True)
            return
        kind = moment_kind(number_format)
        moment = to_moment(number, kind, self.is_1904) if kind else None
        self.add(row, column, number if moment is None else moment, number_format)

    def add_moment(self, row: int, column: int, moment: dt.datetime | dt.timedelta, number_format: str) -> None:
        """Take in a date, time or span that the file itself writes as one."""
        is_time = isinstance(moment, dt.timedelta) and moment_kind(number_format) != "elapsed"
        if is_time and dt.timedelta(0) <= moment < dt.timedelta(days=1):  # type: ignore[operator]
            self.add(row, column, (dt.datetime.min + moment).time(), number_format)  # type: ignore[operator]
        else:
            self.add(row, column, moment, number_format)

    def merge(self, area: Area) -> None:
        """Note a merged range, of any size."""
        if len(self._merged) >= ceilings.MOST_MERGED_CELLS:
            raise too_large(f"sheet '{self.name}' has more than {ceilings.MOST_MERGED_CELLS} merged ranges")
        self._merged.append(area)

    def hide_rows(self, first: int, last: int) -> None:
        """Note hidden rows, however many."""
        self._hidden_rows.append((first, last))

    def hide_columns(self, first: int, last: int) -> None:
        """Note hidden columns, however many."""
        self._hidden_columns.append((first, last))

    def build(self) -> Sheet:
        """The sheet. What lies hidden below a merged range's first cell is left out, as on the screen."""
        rows = sorted({row for row, _ in self._cells})
        columns = sorted({column for _, column in self._cells})
        merged = self._lay_out(rows[-1], columns[-1]) if rows else {}
        cells = self._cells
        if merged:
            cells = {place: cell for place, cell in cells.items() if merged.get(place, place) == place}
        return Sheet(
            self.name,
            self._is_hidden,
            cells,
            merged,
            _within(rows, self._hidden_rows),
            _within(columns, self._hidden_columns),
            self.is_1904,
            self._has_formats,
        )

    def _lay_out(self, last_row: int, last_column: int) -> dict[tuple[int, int], tuple[int, int]]:
        """Each place under a merged range, with the range's first cell, within the filled area."""
        merged: dict[tuple[int, int], tuple[int, int]] = {}
        for top, left, bottom, right in self._merged:
            if not (0 < top <= bottom and 0 < left <= right) or (top, left) == (bottom, right):
                continue
            bottom, right = min(bottom, last_row), min(right, last_column)
            self._room.merged -= max(bottom - top + 1, 0) * max(right - left + 1, 0)
            if self._room.merged < 0:
                why = f"its merged ranges cover more than {ceilings.MOST_MERGED_CELLS} cells, in sheet '{self.name}'"
                raise too_large(why)
            first = top, left
            for row in range(top, bottom + 1):
                for column in range(left, right + 1):
                    merged[row, column] = first
        return merged


def _within(used: list[int], spans: list[tuple[int, int]]) -> frozenset[int]:
    """The used rows or columns that lie in one of the spans. Each is looked at once, however the spans overlap."""
    found: set[int] = set()
    reached = 0
    for first, last in sorted(spans):
        if last > reached:
            found.update(used[bisect_left(used, max(first, reached + 1)) : bisect_right(used, last)])
            reached = last
    return frozenset(found)


def spell_out(text: str) -> str:
    """Text that any database and any page can hold: what is no character is written as Excel writes it, `_x0000_`.

    Two halves of one character, as files in UTF-16 have them, are put together.
    """
    if text.isascii() and "\x00" not in text:
        return text
    return _NO_CHARACTER.sub(_spell, text)


def _spell(found: re.Match[str]) -> str:
    if len(found[0]) == 2:
        return found[0].encode("utf-16-le", "surrogatepass").decode("utf-16-le")
    return f"_x{ord(found[0]):04X}_"


def as_whole(number: float) -> float:
    """A whole number as an int, as the readers of text find it. Kinds that store numbers as floats need it."""
    return int(number) if abs(number) < 1e15 and number == int(number) else number
