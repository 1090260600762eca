"""The kind of value that a line of cells (a column, or a row) holds."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from schemas.layout import ValueKind
from workbooks.dates import read_date
from workbooks.formats import format_decimals, is_percent_format
from workbooks.grid import RawCell
from workbooks.plan_dates import read_plan_dates
from workbooks.suggesting.marks import Mark, mark_of
from workbooks.values import parse_value

_PERCENT_WORDS = re.compile(r"%|\bper ?cent|\bpercentage\b|\bproportion\b|\bpct\b", re.IGNORECASE)
_NUMBER_WORDS = re.compile(
    r"\b(average|avg|mean|median|fte|wte|rate|ratio|cost|spend|budget|days per|hours|per worker|caseload per)\b|£",
    re.IGNORECASE,
)
_PLAN_DATE_WORDS = re.compile(r"\b(target|planned|timescale|deadline|by when|due)\b", re.IGNORECASE)
_DATE_WORDS = re.compile(r"\b(date|due|start|started|forecast|deadline|completed on|review|by|on)\b", re.IGNORECASE)
_NAME_WORDS = re.compile(
    r"^(key|id|refs?\.?|reference|no\.?|#|code|uprn|number|"
    r"(action|case|plan|row|item|line|kpi|indicator|measure|standard|priority|child|worker|unique)\s*"
    r"(id|ref\.?|reference|no\.?|number|code))$",
    re.IGNORECASE,
)
NUMERIC = ("count", "number", "percent")


def names_things(words: str) -> bool:
    """Whether a heading says that its column names things (a key, a reference), and does not measure them."""
    return bool(_NAME_WORDS.match(" ".join(words.split()).strip(" :")))


@dataclass(frozen=True, slots=True)
class KindGuess:
    """A line's kind, what a bare number means in it, and what is doubtful about that."""

    kind: ValueKind
    bare: Literal["percent", "fraction"] = "percent"
    doubts: tuple[str, ...] = ()

    @property
    def is_numeric(self) -> bool:
        """Whether figures stand in the line."""
        return self.kind in NUMERIC


def guess_kind(cells: Sequence[RawCell], words: str) -> KindGuess:
    """The kind of a line's filled cells. `words` (its header) only break ties: the cells decide."""
    filled = [c for c in cells if not c.is_blank]
    found = Counter(mark_of(c) for c in filled)
    figures = [c for c in filled if mark_of(c) == "figure" and not c.is_error and not c.is_uncached]
    if not filled or not (figures or found["period"] or found["text"]):
        return _guess_empty(words, found)
    if _are_dates(filled):
        return KindGuess("date")
    if found["period"] and _are_plan_dates(filled, words):
        return KindGuess("plan_date")
    if not figures or len(figures) * 2 < len(filled) - found["symbol"]:
        return KindGuess("text")
    return _guess_numeric(figures, words, _strangers(filled))


def _guess_empty(words: str, found: Counter[Mark]) -> KindGuess:
    if found["figure"]:
        return KindGuess("number", doubts=("its cells show errors or formulas without a result",))
    if _PERCENT_WORDS.search(words):
        return KindGuess("percent", doubts=("the column is empty",))
    if _DATE_WORDS.search(words):
        return KindGuess("date", doubts=("the column is empty",))
    return KindGuess("text", doubts=("the column is empty",))


def _are_dates(filled: Sequence[RawCell]) -> bool:
    dates = [c for c in filled if read_date(c.value) is not None]
    symbols = [c for c in filled if mark_of(c) == "symbol"]
    return bool(dates) and len(dates) * 5 >= (len(filled) - len(symbols)) * 4


def _are_plan_dates(filled: Sequence[RawCell], words: str) -> bool:
    readable = 0
    for cell in filled:
        read = read_plan_dates(cell.text) if isinstance(cell.value, (str, dt.datetime, dt.date)) else None
        readable += read is not None and bool(read.start or read.dues or read.is_ongoing)
    share = readable / len(filled)
    return share >= 0.8 or (share >= 0.4 and bool(_PLAN_DATE_WORDS.search(words)))


def _strangers(filled: Sequence[RawCell]) -> tuple[str, ...]:
    odd = [c for c in filled if mark_of(c) in {"text", "period"}]
    if not odd:
        return ()
    names = ", ".join(f"{c.address} '{c.text[:30]}'" for c in odd[:3])
    told = "a cell holds no figure" if len(odd) == 1 else f"{len(odd)} cells hold no figure"
    return (f"{told} ({names})",)


def _guess_numeric(figures: Sequence[RawCell], words: str, doubts: tuple[str, ...]) -> KindGuess:
    marked = [c for c in figures if is_marked(c)]
    bare = [c for c in figures if not is_marked(c)]
    if marked and (len(marked) * 2 >= len(figures) or _PERCENT_WORDS.search(words)):
        return _guess_marked(bare, doubts)
    values = [_number(c) for c in figures]
    if _PERCENT_WORDS.search(words):
        return _guess_bare(values, words, doubts)
    if all(v == v.to_integral_value() and v >= 0 for v in values):
        has_places = any((format_decimals(c.number_format) or 0) > 0 or "." in _typed(c) for c in figures)
        if has_places:
            return KindGuess("number", doubts=doubts)
        if _NUMBER_WORDS.search(words):
            return KindGuess("number", doubts=(*doubts, "all its figures are whole, its heading says otherwise"))
        return KindGuess("count", doubts=doubts)
    return KindGuess("number", doubts=doubts)


def _guess_marked(bare: Sequence[RawCell], doubts: tuple[str, ...]) -> KindGuess:
    """Percentages by sign or format; what the unmarked ones among them mean."""
    values = [_number(c) for c in bare]
    between = [v for v in values if 0 < v < 1]
    if not between:
        return KindGuess("percent", doubts=doubts)
    if len(between) == len([v for v in values if v not in (0, 1)]):
        return KindGuess("percent", "fraction", (*doubts, "bare numbers among the percentages are below 1"))
    names = ", ".join(c.address for c in bare if 0 < _number(c) < 1)
    return KindGuess("percent", doubts=(*doubts, f"bare numbers above and below 1 are mixed (see {names})"))


def _guess_bare(values: Sequence[Decimal], words: str, doubts: tuple[str, ...]) -> KindGuess:
    """Percentages by heading alone: fractions where none is above 1 and some are not whole."""
    if any(v < 0 for v in values):
        return KindGuess("number", doubts=(*doubts, f"'{words}' may be a change in percentage points"))
    is_fraction = all(v <= 1 for v in values) and any(v != v.to_integral_value() for v in values)
    told = "bare fractions (0.756)" if is_fraction else "bare percentages (75.6)"
    return KindGuess("percent", "fraction" if is_fraction else "percent", (*doubts, f"read as {told} by its heading"))


def is_marked(cell: RawCell) -> bool:
    """Whether a cell says by itself, by sign or format, that it is a percentage."""
    if isinstance(cell.value, str):
        return cell.value.strip().endswith("%")
    return is_percent_format(cell.number_format)


def _typed(cell: RawCell) -> str:
    return cell.value if isinstance(cell.value, str) else ""


def _number(cell: RawCell) -> Decimal:
    value = parse_value(cell, "number").value or parse_value(cell, "percent").value
    return Decimal(value) if value is not None else Decimal(0)
