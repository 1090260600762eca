"""The oracle's own reading of single cells: names, dates and figures.

Nothing of the product's intake is used: only the programme's configuration (what is called what) and openpyxl.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import Any

from openpyxl.utils import get_column_letter

Span = tuple[dt.date, dt.date]
Spot = tuple[str, str]  # sheet and address

_MONTHS = {name.casefold(): i for i, name in enumerate(calendar.month_name) if name}
_MONTHS |= {name.casefold(): i for i, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_DASHES = {"-", "–", "—", "z", "x", "c", "low", "n/a", "na", "tbc", "..", "*", "not available"}


@lru_cache(maxsize=65536)
def fold(text: object) -> str:
    """A name as it is compared: case, spaces, "&" and trailing colons do not tell names apart."""
    plain = unicodedata.normalize("NFKC", str(text)).replace("–", "-").replace("’", "'").casefold()
    return " ".join(plain.replace("&", " and ").split()).rstrip(" :.,;")


@dataclass(frozen=True)
class Said:
    """What one cell says: a number (percentages in points) with its decimals, a blank, a dash, or something bad."""

    spot: Spot
    state: str  # number | blank | dash | bad | text
    number: Decimal | None = None
    places: int = 0
    why: str = ""
    text: str = ""


def spot(sheet: Any, row: int, column: int) -> Spot:
    """Sheet and address."""
    return sheet.title, f"{get_column_letter(column)}{row}"


def seen(sheet: Any, row: int, column: int) -> Any:
    """The value a reader sees at a place: that of the merged range it lies in."""
    value = sheet.cell(row, column).value
    if value is None:
        for area in sheet.merged_cells.ranges:
            if area.min_row <= row <= area.max_row and area.min_col <= column <= area.max_col:
                return sheet.cell(area.min_row, area.min_col).value
    return value


def read_span(value: Any, number_format: str = "") -> Span | None:
    """A day, a month, or a range of either, as the returns write them."""
    if isinstance(value, dt.datetime):
        day = value.date()
        return (day, day) if "d" in number_format.lower() else month_span(day.year, day.month)
    if not isinstance(value, str):
        return None
    text = fold(value)
    if " to " in text:
        first, last = text.split(" to ", 1)
        end = _one(last)
        start = _one(first) or (_one(f"{first} {end[1].year}") if end else None)
        return (start[0], end[1]) if start and end and start[0] <= end[1] else None
    return _one(text)


def _one(text: str) -> Span | None:
    try:
        if match := re.fullmatch(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4}|\d\d)", text):
            day = dt.date(_year(match[3]), int(match[2]), int(match[1]))
            return day, day
        if match := re.fullmatch(r"(\d{1,2})[ -]([a-z]+)[ -](\d{4}|\d\d)", text):
            day = dt.date(_year(match[3]), _MONTHS[match[2]], int(match[1]))
            return day, day
        if match := re.fullmatch(r"([a-z]+)[ -](\d{4}|\d\d)", text):
            return month_span(_year(match[2]), _MONTHS[match[1]])
    except (ValueError, KeyError):
        return None
    return None


def _year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def month_span(year: int, month: int) -> Span:
    """A whole month."""
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def dated_lines(sheets: Iterable[Any], labels: Iterable[str]) -> Iterator[tuple[Spot, Span | None]]:
    """The lines that begin with one of the labels, and the dates they give."""
    known = sorted((fold(label) for label in labels), key=len, reverse=True)
    for sheet in sheets:
        for row in sheet.iter_rows(max_row=25):
            for cell in row:
                if not isinstance(cell.value, str):
                    continue
                text = " ".join(cell.value.split())
                start = next((k for k in known if re.match(rf"{re.escape(k)}(?!\w)", text.casefold())), None)
                if start is None:
                    continue
                rest = text[len(start) :].strip(" :")
                if rest:
                    yield (sheet.title, cell.coordinate), read_span(rest)
                else:
                    right = [sheet.cell(cell.row, cell.column + i) for i in range(1, 6)]
                    beside = next((c for c in right if c.value is not None), cell)
                    yield (sheet.title, beside.coordinate), read_span(beside.value, beside.number_format)


def say(sheet: Any, row: int, column: int, kind: str, bare: str) -> Said:
    """What a cell says where its layout expects `kind`."""
    cell = sheet.cell(row, column)
    where, value, shown = spot(sheet, row, column), cell.value, cell.number_format or "General"
    text = "" if value is None else str(value)
    if isinstance(value, dt.datetime) and value.time() == dt.time():
        text = value.date().isoformat()
    if value is None or (isinstance(value, str) and not value.strip()):
        return Said(where, "blank")
    if cell.data_type == "e":
        return Said(where, "bad", why="error", text=text)
    if isinstance(value, str) and value.startswith("="):
        return Said(where, "bad", why="uncached", text=text)
    if kind in {"text", "plan_date"}:
        return Said(where, "text", text=text)
    if kind == "date":
        span = read_span(value, "d")
        is_day = span is not None and span[0] == span[1]
        if is_day and span is not None:
            return Said(where, "text", text=span[0].isoformat())
        return Said(where, "dash" if text.strip().casefold() in _DASHES else "bad", why="no date", text=text)
    if isinstance(value, str):
        return _say_text(where, value, kind, bare)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return Said(where, "bad", why="no number", text=text)
    return _judge(_say_number(where, Decimal(repr(value)), shown, kind, bare), kind, bare, "%" in shown)


def _say_text(where: Spot, value: str, kind: str, bare: str) -> Said:
    text = value.strip()
    if text.casefold() in _DASHES:
        return Said(where, "dash", text=text)
    is_grouped = re.fullmatch(r"\d{1,3}([, ]\d{3})+(\.\d+)?%?", text)
    plain = re.sub("[, ]", "", text) if is_grouped else text
    match = re.fullmatch(r"([+-]?\d*\.?\d+)\s*(%?)", plain.replace("\u2212", "-"))
    if match is None or (match[2] and kind != "percent"):
        return Said(where, "bad", why="text", text=text)
    number = Decimal(match[1])
    places = len(match[1].split(".")[1]) if "." in match[1] else 0
    if kind == "percent" and bare == "fraction" and not match[2]:
        number, places = number * 100, max(places - 2, 0)
    return _judge(Said(where, "number", number, places, text=text), kind, bare, bool(match[2]))


def _say_number(where: Spot, number: Decimal, shown: str, kind: str, bare: str) -> Said:
    is_marked = "%" in shown
    if kind == "percent" and (is_marked or bare == "fraction"):
        number *= 100
    own = max(-int(number.normalize().as_tuple().exponent), 0)
    has_format = "0" in shown and (is_marked or kind != "percent" or bare == "percent")
    places = (len(shown.split(".")[1].rstrip("%")) if "." in shown else 0) if has_format else min(own, 10)
    return Said(where, "number", number, own if kind == "count" else places, text=str(number))


def _judge(said: Said, kind: str, bare: str, is_marked: bool) -> Said:
    number = said.number or Decimal(0)
    why = ""
    if kind == "count" and number < 0:
        why = "negative"
    elif kind == "count" and number != number.to_integral_value():
        why = "fraction of a count"
    elif kind == "percent" and not 0 <= round(number, said.places) <= 100:
        why = "no percentage"
    elif kind == "percent" and bare == "percent" and not is_marked and 0 < number < 1:
        why = "bare fraction"
    return Said(said.spot, "bad", said.number, said.places, why, said.text) if why else said
