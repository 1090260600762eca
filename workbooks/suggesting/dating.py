"""What a workbook says of itself: its title, its as-at line, the period it covers, and how often it comes."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from schemas.config import Cadence
from schemas.facts import Period
from schemas.layout import PeriodLine
from schemas.spelling import normalise
from workbooks.as_at import find_as_at, find_covered
from workbooks.dates import read_period
from workbooks.grid import RawCell, Sheet
from workbooks.suggesting.marks import mark_of

_LINES = 25
_LONGEST_LINE = 120
_STRONG = ("as at", "as of", "week ending", "w/e", "week commencing", "w/c", "month ending", "reporting month",
           "report month", "reporting period", "period ending", "quarter ending", "data to",
           "position at", "snapshot date", "reporting date", "report date",
           "month", "quarter", "period", "date", "year")  # fmt: skip
_STRONGEST = 14
_COVERS = ("covering", "covers", "completed", "for the period", "period covered", "between", "from")
_WEEKLY = re.compile(r"\b(weekly|week|w/e|w/c)\b", re.IGNORECASE)
_MONTHLY = re.compile(r"\b(monthly|month)\b", re.IGNORECASE)
_QUARTERLY = re.compile(r"\b(quarterly|quarter|q[1-4])\b", re.IGNORECASE)
_YEARLY = re.compile(r"\b(annual|annually|yearly)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A line that dates a workbook: its words, the period it gives, and where it stands."""

    label: str
    period: Period
    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Dating:
    """The as-at line that was made out (None where there is none), the covered period's line, and the doubts."""

    as_at: PeriodLine | None
    period: Period | None
    covers: PeriodLine | None
    doubts: tuple[str, ...] = ()


def dated_lines(sheets: Sequence[Sheet], tops: Mapping[str, int]) -> list[DatedLine]:
    """Every line above a sheet's first table (`tops`: its header row) that ends in a date or has one beside it."""
    found = []
    for sheet in sheets:
        last = min(_LINES, tops.get(sheet.name, _LINES + 1) - 1)
        for cell in sheet.texts(last):
            if len(cell.text) <= _LONGEST_LINE:
                line = _split_line(sheet, cell) or _label_beside(sheet, cell)
                if line is not None:
                    found.append(line)
    return found


def is_dated(text: str) -> bool:
    """Whether a line of text ends in a date or period, so that it will read differently next time."""
    words = text.split()
    return any(read_period(" ".join(words[i:]).strip(" :.-()")) is not None for i in range(len(words)))


def is_date_label(text: str) -> bool:
    """Whether words are those that stand before the date of a workbook."""
    return _rank(text) < len(_STRONG)


def _split_line(sheet: Sheet, cell: RawCell) -> DatedLine | None:
    text = " ".join(cell.text.split())
    best: tuple[str, Period] | None = None
    for match in re.finditer(r"[\s:]+", text):
        label, rest = text[: match.start()], text[match.end() :].strip(" :.-\u2013")
        period = read_period(rest) if label.strip(" :.-") else None
        if period is None:
            continue
        if best is not None and period != best[1]:
            break
        best = (label.strip(" :-\u2013"), period)
    if best is None or not best[0]:
        return None
    return DatedLine(best[0], best[1], sheet.name, cell.address)


def _label_beside(sheet: Sheet, cell: RawCell) -> DatedLine | None:
    if mark_of(cell) != "text" or len(cell.text) > 40:
        return None
    right = next(
        (
            sheet.at(cell.row, c)
            for c in range(cell.column + 1, cell.column + 6)
            if not sheet.at(cell.row, c).is_blank
        ),
        None,
    )
    if right is not None:
        # a row of several periods is a header row, not a line with a date
        more = [c for c in sheet.rows()[cell.row] if c.column > right.column]
        period = read_period(right.value, right.number_format) if not more else None
    else:
        below = sheet.at(cell.row + 1, cell.column)
        period = read_period(below.value, below.number_format) if len(sheet.rows()[cell.row]) == 1 else None
    label = cell.text.strip(" :")
    return DatedLine(label, period, sheet.name, cell.address) if period is not None and label else None


def find_dating(sheets: Sequence[Sheet], tops: Mapping[str, int]) -> Dating:
    """The as-at line, proved by reading it back; the line with the best known words wins."""
    lines = dated_lines(sheets, tops)
    covers = next((line for line in lines if _is_cover(line)), None)
    proposed = PeriodLine(labels=(covers.label,)) if covers is not None else None
    if proposed is not None and find_covered(sheets, proposed, None)[0] is None:
        proposed = None
    ranked = sorted((line for line in lines if line.period.precision != "range"), key=lambda line: _rank(line.label))
    doubts: list[str] = []
    for line in ranked:
        as_at = PeriodLine(labels=_labels(line, lines), precision=_precision(line.period))
        period, problems = find_as_at(sheets, as_at)
        if period is not None:
            if _rank(line.label) >= len(_STRONG):
                doubts.append(f"'{line.label}' stands before the date at {line.sheet}!{line.cell}")
            return Dating(as_at, period, proposed, tuple(doubts))
        doubts += [f"{p.sheet}: {p.message}" for p in problems[:1]]
    return Dating(None, None, proposed, tuple(dict.fromkeys(doubts)))


def _is_cover(line: DatedLine) -> bool:
    return line.period.precision == "range" and any(word in normalise(line.label) for word in _COVERS)


def _rank(label: str) -> int:
    form = normalise(label)
    for place, word in enumerate(_STRONG):
        # "month" alone stands before a date; "lamps this month" does not
        is_part = place < _STRONGEST and (form.endswith(f" {word}") or form.startswith(f"{word} "))
        if form == word or is_part:
            return place
    return len(_STRONG)


def _labels(line: DatedLine, lines: Sequence[DatedLine]) -> tuple[str, ...]:
    """The line's words, and other well known words that give the same date elsewhere in the workbook."""
    same = [o.label for o in lines if o.period == line.period and _rank(o.label) < len(_STRONG)]
    return tuple({normalise(label): label for label in (line.label, *same)}.values())


def _precision(period: Period) -> str:
    return "day" if period.precision == "range" else period.precision


def find_title(sheets: Sequence[Sheet]) -> tuple[str | None, str]:
    """The words that head the workbook without their date, and what is doubtful about them."""
    firsts = [text for sheet in sheets for text in _first_lines(sheet)]
    if not firsts:
        return None, ""
    counts = {normalise(t): sum(normalise(t) == normalise(o) for o in firsts) for t in firsts}
    best = max(firsts, key=lambda text: counts[normalise(text)])
    doubt = "" if len(best) > 3 else "a short title may head other workbooks too"
    return best, doubt


def _first_lines(sheet: Sheet) -> Iterator[str]:
    """The first line of a sheet, if it is one of words."""
    for cell in sheet.texts(5):
        words = " ".join(cell.text.split())
        if mark_of(cell) != "text" or len(words) > 100:
            continue
        plain = _without_date(words)
        if plain and _rank(plain) >= len(_STRONG):
            yield plain
            return


def _without_date(text: str) -> str:
    words = text.split()
    for start in range(len(words)):
        if read_period(" ".join(words[start:]).strip(" :.-()")) is not None:
            return " ".join(words[:start]).strip(" :,-\u2013(")
    return text.strip(" :")


def guess_cadence(title: str, dating: Dating, headers: Sequence[Period]) -> tuple[Cadence, str]:
    """How often a workbook comes, and from what that was guessed."""
    words = " ".join([title, *(dating.as_at.labels if dating.as_at else ())])
    for cadence, pattern in (
        ("weekly", _WEEKLY),
        ("monthly", _MONTHLY),
        ("quarterly", _QUARTERLY),
        ("yearly", _YEARLY),
    ):
        if pattern.search(words):
            return cadence, "guessed from its title and its as-at line"  # type: ignore[return-value]
    precision = dating.period.precision if dating.period else ""
    by_precision: dict[str, Cadence] = {"month": "monthly", "quarter": "quarterly", "year": "yearly"}
    if precision in by_precision:
        return by_precision[precision], "guessed from the precision of its as-at line"
    steps = sorted({(b.end - a.end).days for a, b in itertools.pairwise(headers) if b.end > a.end})
    if steps:
        step = steps[len(steps) // 2]
        return ("weekly" if step < 20 else "monthly" if step < 60 else "quarterly" if step < 200 else "yearly"), (
            "guessed from the periods in its headings"
        )
    return "monthly", "nothing in the workbook says how often it comes"
