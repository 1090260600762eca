"""The cells of one SpreadsheetML sheet, from its XML as it streams by."""

from __future__ import annotations

import datetime as dt
import re

from workbooks.ceilings import damaged
from workbooks.collecting import SheetCollector, spell_out
from workbooks.grid import address
from workbooks.markup import Attributes

_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,8})")
_LINK = re.compile(r"(?:^|[^\w\]])'?\[\d+\]")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_TRUE = {"1", "true"}
_MOST_DIGITS = 25


def unescape(text: str) -> str:
    """Text as Excel shows it: `_x000D_` stands for the character of that number."""
    return spell_out(_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)) if "_x" in text else text


def column_number(letters: str) -> int:
    """A -> 1, AA -> 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - 64
    return number


class SheetPart:
    """Handlers for the elements of a sheet. `first_link` is the first cell that takes from another workbook."""

    def __init__(self, collector: SheetCollector, strings: list[str], formats: list[str]) -> None:
        self.first_link = ""
        self._collector = collector
        self._strings = strings
        self._formats = formats
        self._columns: dict[str, int] = {}
        self._row = 0
        self._column = 0
        self._cell: Attributes | None = None
        self._value: list[str] = []
        self._formula: list[str] = []
        self._has_formula = False
        self._is_phonetic = False
        self._taking: list[str] | None = None

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if self._cell is not None:
            self._start_within(name)
        elif name == "c":
            self._cell = attributes
        elif name == "row":
            self._start_row(attributes)
        elif name == "mergeCell":
            first, _, last = attributes.get("ref", "").partition(":")
            self._collector.merge((*self._place(first), *self._place(last or first)))
        elif name == "col" and attributes.get("hidden") in _TRUE:
            self._collector.hide_columns(int(attributes["min"]), int(attributes["max"]))

    def _start_within(self, name: str) -> None:
        if name == "v" or (name == "t" and not self._is_phonetic):
            self._taking = self._value
        elif name == "f":
            self._has_formula = True
            self._taking = self._formula
        elif name == "is":
            self._value.clear()
        elif name == "rPh":
            self._is_phonetic = True
        elif name == "c":
            raise damaged("it has a cell within a cell")

    def _start_row(self, attributes: Attributes) -> None:
        number = attributes.get("r")
        self._row = int(number) if number else self._row + 1
        self._column = 0
        if attributes.get("hidden") in _TRUE:
            self._collector.hide_rows(self._row, self._row)

    def text(self, piece: str) -> None:
        """Text within an element."""
        if self._taking is not None:
            self._taking.append(piece)

    def end(self, name: str) -> None:
        """An element ends."""
        if self._cell is None:
            return
        self._taking = None
        if name == "c":
            self._finish(self._cell)
            self._cell = None
        elif name == "rPh":
            self._is_phonetic = False

    def _finish(self, cell: Attributes) -> None:
        self._locate(cell.get("r"))
        if not self._value and not self._has_formula:
            return
        text = "".join(self._value)
        formula = "".join(self._formula)
        style = cell.get("s")
        number_format = self._format(int(style)) if style else "General"
        if text or cell.get("t") == "str":
            self._add(cell.get("t", "n"), text, number_format)
        elif self._has_formula:
            self._collector.add(self._row, self._column, None, number_format, is_uncached=True)
        if not self.first_link and "[" in formula and _LINK.search(formula):
            self.first_link = address(self._row, self._column)
        self._value.clear()
        self._formula.clear()
        self._has_formula = False

    def _locate(self, reference: str | None) -> None:
        """The cell's place; without an address, the one to the right of the cell before it."""
        if reference is None:
            self._column += 1
            return
        letters = reference.rstrip("0123456789")
        known = self._columns.get(letters)
        if known is None or len(reference) > 12:
            self._row, self._column = self._place(reference)
            self._columns[letters] = self._column
        else:
            self._row, self._column = int(reference[len(letters) :]), known

    def _place(self, reference: str) -> tuple[int, int]:
        match = _PLACE.fullmatch(reference)
        if match is None:
            raise damaged(f"'{reference[:20]}' is no place in a sheet")
        return int(match[2]), column_number(match[1])

    def _format(self, style: int) -> str:
        return self._formats[style] if 0 <= style < len(self._formats) else "General"

    def _add(self, kind: str, text: str, number_format: str) -> None:
        row, column, add = self._row, self._column, self._collector.add
        if kind == "n":
            self._add_number(text, number_format)
        elif kind == "s":
            number = int(text)
            if not 0 <= number < len(self._strings):
                raise damaged(f"{address(row, column)} points to a text that is not there")
            add(row, column, self._strings[number], number_format)
        elif kind == "b":
            add(row, column, text.strip().lower() in _TRUE, number_format)
        elif kind == "e":
            add(row, column, text, number_format, is_error=True)
        elif kind == "d":
            self._add_date(text, number_format)
        else:
            add(row, column, unescape(text), number_format)

    def _add_number(self, text: str, number_format: str) -> None:
        """A number; what is written as one and is none stays the text that it is."""
        text = text.strip()
        try:
            number = int(text) if text.lstrip("-").isdecimal() and len(text) <= _MOST_DIGITS else float(text)
        except ValueError:
            self._collector.add(self._row, self._column, text, number_format)
            return
        self._collector.add_number(self._row, self._column, number, number_format)

    def _add_date(self, text: str, number_format: str) -> None:
        moment = read_iso(text)
        if moment is None:
            self._collector.add(self._row, self._column, text, number_format)
        else:
            self._collector.add_moment(self._row, self._column, moment, number_format)


def read_iso(text: str) -> dt.datetime | dt.timedelta | None:
    """A date, a date with its time, or a time of day as XML writes them; None where it is none of them."""
    try:
        return dt.datetime.fromisoformat(text.strip()).replace(tzinfo=None)
    except ValueError:
        pass
    try:
        time = dt.time.fromisoformat(text.strip().removeprefix("T"))
    except ValueError:
        return None
    return dt.datetime.combine(dt.date.min, time.replace(tzinfo=None)) - dt.datetime.min
