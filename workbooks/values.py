"""The only parser of cell values: typed value and kind, from a cell and what its layout expects."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

from schemas.facts import ReadingKind
from workbooks.dates import read_date, read_serial
from workbooks.formats import format_decimals, is_percent_format, own_decimals
from workbooks.grid import RawCell
from workbooks.plan_dates import read_plan_dates

_NUMBER = re.compile(r"^([+-]?)(\d{1,3}(?:[, ]\d{3})+|\d+)?(\.\d+)?\s*(%|per ?cent)?$", re.IGNORECASE)
_WITH_BRACKET = re.compile(r"^([^()\[\]]+?)\s*[(\[]\s*([^()\[\]]{1,24}?)\s*[)\]]$")
_MOST_DIGITS = 18

SYMBOLS: dict[str, str] = {
    "z": "not applicable",
    "x": "not available",
    "c": "suppressed",
    "*": "suppressed",
    "low": "rounds to 0",
    "-": "no figure given",
    "n/a": "not applicable or not available",
    "na": "not applicable or not available",
    "not available": "not available",
    "tbc": "not available",
    "..": "not available",
}


@dataclass(frozen=True, slots=True)
class ParsedValue:
    """What a cell says: its kind, its value as text (see Reading) and the decimals it shows."""

    kind: ReadingKind
    value: str | None
    decimals: int = 0


def parse_value(cell: RawCell, expected: str, bare: str = "percent", *, is_1904: bool = False) -> ParsedValue:
    """Read a cell as what its layout expects: count, number, percent, date, plan_date or text.

    A percent format or sign decides how a percentage is written, else `bare` does: "percent" reads 75.6
    as 75.6 %, "fraction" reads 0.756 as 75.6 %. Of "1717 (5%)" the figure of the expected kind is read. A
    bare number where a date belongs is a day's serial number, from 1900 or 1904. What cannot be read is
    "unreadable", never a guess.
    """
    if cell.is_uncached:
        return ParsedValue("uncached", None)
    if cell.is_error:
        return ParsedValue("error", cell.text)
    if cell.is_blank:
        return ParsedValue("empty", None)
    if expected == "text":
        return ParsedValue("text", cell.text)
    if expected == "date":
        return _parse_date(cell, is_1904=is_1904)
    if expected == "plan_date":
        return ParsedValue("plan_date", read_plan_dates(cell.text).encode())
    return _parse_number(cell, expected, bare)


def _parse_date(cell: RawCell, *, is_1904: bool) -> ParsedValue:
    day = read_date(cell.value) or read_serial(cell.value, is_1904=is_1904)
    if day is not None:
        return ParsedValue("date", day.isoformat())
    if isinstance(cell.value, str) and _symbol(cell.value) is not None:
        return ParsedValue("symbol", _symbol(cell.value))
    return ParsedValue("unreadable", None)


def _symbol(text: str) -> str | None:
    folded = text.replace("\u00a0", " ").replace("\u2013", "-").replace("\u2014", "-").strip().casefold()
    return SYMBOLS.get(folded)


def _parse_number(cell: RawCell, expected: str, bare: str) -> ParsedValue:
    value = cell.value
    if isinstance(value, str):
        return _parse_number_text(value, expected, bare)
    if isinstance(value, (bool, dt.datetime, dt.date, dt.time, dt.timedelta)) or value is None:
        return ParsedValue("unreadable", None)
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
        return ParsedValue("unreadable", None)
    shown = format_decimals(cell.number_format)
    if expected == "percent":
        return _percent(number, cell.number_format, bare)
    if expected == "count":
        return ParsedValue("count", _plain(number), own_decimals(number))
    return ParsedValue("number", _plain(number), own_decimals(number) if shown is None else shown)


def _percent(number: Decimal, number_format: str, bare: str) -> ParsedValue:
    """A percentage in points. The value is kept whole; `decimals` are those that the sheet shows."""
    has_format = is_percent_format(number_format)
    points = number * 100 if has_format or bare == "fraction" else number
    shown = format_decimals(number_format) if has_format or bare == "percent" else None
    return ParsedValue("percent", _plain(points), own_decimals(points) if shown is None else shown)


def _parse_number_text(text: str, expected: str, bare: str) -> ParsedValue:
    folded = text.replace("\u00a0", " ").replace("\u2212", "-").strip()
    meaning = _symbol(folded)
    if meaning is not None:
        return ParsedValue("symbol", meaning)
    folded = _own_part(folded, expected)
    match = _NUMBER.match(folded)
    if match is None or not (match[2] or match[3]) or len(folded) > _MOST_DIGITS + 4:
        return ParsedValue("unreadable", None)
    number = Decimal(match[1] + re.sub("[, ]", "", match[2] or "0") + (match[3] or ""))
    places = len(match[3]) - 1 if match[3] else 0
    if expected == "percent":
        if not match[4] and bare == "fraction":
            return ParsedValue("percent", _plain(number * 100), max(places - 2, 0))
        return ParsedValue("percent", _plain(number), places)
    if match[4]:
        return ParsedValue("unreadable", None)
    return ParsedValue("count" if expected == "count" else "number", _plain(number), places)


def _own_part(text: str, expected: str) -> str:
    """Of "1717 (5%)" the part of the expected kind: the one with the sign for a percentage, else the one
    without; where that does not tell them apart, the one before the bracket."""
    match = _WITH_BRACKET.match(text)
    if match is None:
        return text
    before, within = match[1], match[2]
    is_marked = before.endswith("%"), within.endswith("%")
    if is_marked[0] != is_marked[1] and is_marked[1] == (expected == "percent"):
        return within
    return before


def _plain(number: Decimal) -> str:
    """Decimal text without exponent; a whole number without a point."""
    if number == number.to_integral_value():
        return str(int(number))
    return format(number.normalize(), "f")
