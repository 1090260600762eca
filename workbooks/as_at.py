"""Find the lines that date a workbook: as at when, and which period its figures cover."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from schemas.facts import Period
from schemas.findings import Finding, make_finding
from schemas.layout import PeriodLine
from schemas.spelling import normalise
from workbooks.dates import month_end, month_period, read_period, read_serial
from workbooks.grid import RawCell, Sheet

_AS_AT_ROWS = 25
_WORDS_OF_A_DATE = 3


@dataclass(frozen=True, slots=True)
class _Dated:
    """A line that begins with one of the words: its period, if it can be read. `is_sure`: it can be nothing
    but such a line; `has_digit`: it may be one whose date is damaged."""

    sheet: str
    cell: RawCell
    period: Period | None
    is_sure: bool
    is_bare: bool = False


def _beside(sheet: Sheet, cell: RawCell) -> RawCell | None:
    """The next filled cell to the right, else the one below."""
    for column in range(cell.column + 1, cell.column + 6):
        if not sheet.at(cell.row, column).is_blank:
            return sheet.at(cell.row, column)
    below = sheet.at(cell.row + 1, cell.column)
    return None if below.is_blank else below


def _dated_lines(sheets: Sequence[Sheet], line: PeriodLine) -> list[_Dated]:
    forms = {normalise(label) for label in line.labels}
    found = []
    for sheet in sheets:
        for cell in sheet.texts(_AS_AT_ROWS):
            text = " ".join(str(cell.value).replace("\u00a0", " ").split())
            end = label_end(text, forms)
            if end is None:
                continue
            rest = text[end:]
            if rest.strip(" :.-"):
                found.append(_Dated(sheet.name, cell, read_period(rest.strip(" :.-")), _means_date(rest)))
            else:
                other = _beside(sheet, cell)
                if other is None:
                    found.append(_Dated(sheet.name, cell, None, False, is_bare=True))
                else:
                    found.append(_Dated(sheet.name, other, _read_cell(sheet, other), True))
    return found


def _means_date(rest: str) -> bool:
    """Whether what follows a label is meant as a date, readable or not; the rest of a sentence is not."""
    is_short = len(rest.split()) <= _WORDS_OF_A_DATE and any(c.isdigit() for c in rest)
    return rest.lstrip().startswith(":") or is_short


def _read_cell(sheet: Sheet, cell: RawCell) -> Period | None:
    day = read_serial(cell.value, is_1904=sheet.is_1904)
    return Period(day, day) if day is not None else read_period(cell.value, cell.number_format)


def label_end(text: str, forms: set[str]) -> int | None:
    """Where the longest label that begins the text ends; None where none does."""
    longest = max(map(len, forms)) + 12  # folding can make a spelling shorter than it is written
    ends = [i for i in range(1, min(len(text), longest) + 1) if i == len(text) or not text[i].isalnum()]
    return next((i for i in reversed(ends) if text[i - 1] not in " :" and normalise(text[:i]) in forms), None)


def find_as_at(sheets: Sequence[Sheet], line: PeriodLine) -> tuple[Period | None, list[Finding]]:
    """The as-at period that every sheet's line agrees on, or the findings that say why there is none."""
    found = _dated_lines(sheets, line)
    lines = [d for d in found if not d.is_bare]
    readable = [d for d in lines if d.period is not None]
    findings = [
        make_finding("as_at_unreadable", sheet=d.sheet, cell=d.cell.address, text=d.cell.text)
        for d in lines
        if d.period is None and (d.is_sure or not readable)
    ]
    if not lines:
        labels = " or ".join(f"'{label}'" for label in line.labels)
        place = (found[0].sheet, found[0].cell.address) if found else (sheets[0].name if sheets else None, "A1")
        findings.append(make_finding("as_at_missing", sheet=place[0], cell=place[1], labels=labels))
    periods = [(d, _at_precision(d.period, line)) for d in readable if d.period is not None]
    for dated, period in periods[1:]:
        first_line, first_period = periods[0]
        if period != first_period:
            findings.append(_disagreement(dated, period, first_line, first_period))
    if findings or not periods:
        return None, findings
    return periods[0][1], []


def _disagreement(this: _Dated, period: Period, other: _Dated, other_period: Period) -> Finding:
    return make_finding(
        "as_at_disagree",
        sheet=this.sheet,
        cell=this.cell.address,
        this=period.end.isoformat(),
        other=other_period.end.isoformat(),
        other_ref=f"{other.sheet}!{other.cell.address}",
    )


def _at_precision(period: Period, line: PeriodLine) -> Period:
    """A day in a monthly return stands for its month."""
    if line.precision == "month" and period.precision == "day":
        return month_period(period.end.year, period.end.month)
    if line.precision == "day" and period.precision == "month":
        last = month_end(period.end.year, period.end.month)
        return Period(last, last)
    return period


Covered = tuple[Period | None, list[Finding]]


def find_covered(sheets: Sequence[Sheet], line: PeriodLine, as_at: Period | None) -> Covered:
    """The period that the workbook says its figures cover, where it has such a line, and what speaks against it.

    Lines that cannot be read, that disagree, or that begin after the as-at date refuse the file: every in-period
    figure rests on them. A period that ends after it is a doubt.
    """
    lines = [d for d in _dated_lines(sheets, line) if not d.is_bare]
    readable = [(d, d.period) for d in lines if d.period is not None]
    findings = [
        make_finding("covers_unreadable", sheet=d.sheet, cell=d.cell.address, text=d.cell.text)
        for d in lines
        if d.period is None and (d.is_sure or not readable)
    ]
    for dated, period in readable[1:]:
        first, other = readable[0]
        if period != other:
            where = f"{first.sheet}!{first.cell.address} says {_span(other)}"
            findings.append(_covers_disagree(dated, period, where))
    if as_at is not None:
        for dated, period in readable[:1]:
            findings += _check_against(dated, period, as_at)
    is_clear = bool(readable) and not any(f.refuses for f in findings)
    return (readable[0][1] if is_clear else None), findings


def _check_against(dated: _Dated, period: Period, as_at: Period) -> list[Finding]:
    """A period that is still to come, or that has not ended yet."""
    if period.start > as_at.end:
        return [_covers_disagree(dated, period, f"the workbook is as at {as_at.end.isoformat()}")]
    if period.end > as_at.end:
        why = f"it ends after the as-at date, {as_at.end.isoformat()}"
        place: dict[str, Any] = {"sheet": dated.sheet, "cell": dated.cell.address}
        return [make_finding("covers_doubtful", text=dated.cell.text, why=why, **place)]
    return []


def _span(period: Period) -> str:
    return f"{period.start.isoformat()} to {period.end.isoformat()}"


def _covers_disagree(dated: _Dated, period: Period, other: str) -> Finding:
    return make_finding(
        "covers_disagree", sheet=dated.sheet, cell=dated.cell.address, this=_span(period), other=other
    )
