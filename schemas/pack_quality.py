"""The data quality pages of a pack: what was received, is missing, held, corrected and found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ReceivedLine:
    """A workbook that was received, and what was found in it."""

    title: str
    period: str
    name: str
    received: str
    findings: str


@dataclass(frozen=True, slots=True)
class MissingLine:
    """A return of which nothing, or nothing recent, was received, and the indicators that wait for it."""

    title: str
    state: str
    indicators: str


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """A return that came late since the previous reporting date, or has not come: when each was due, in words."""

    title: str
    late: str
    waiting: str


@dataclass(frozen=True, slots=True)
class CorrectionLine:
    """A correction that stands behind a printed figure."""

    where: str
    cell: str
    expected: str
    right: str
    reason: str
    role: str
    date: str


@dataclass(frozen=True, slots=True)
class OverrideLine:
    """A finding that was accepted: what it says, what the cell was expected to say, what is printed, and why."""

    where: str
    cell: str
    kind: str
    text: str
    expected: str
    used: str
    note: str
    role: str
    date: str


@dataclass(frozen=True, slots=True)
class FindingLine:
    """A finding as the data quality page prints it."""

    severity: str
    where: str
    text: str
    action: str


@dataclass(frozen=True, slots=True)
class Quality:
    """Data quality: received, missing, held, corrected, found, and what the plan leaves unmeasured.

    `earlier` says how many workbooks are not listed, since they came long ago, `others` how many are for other
    boards, `left_out` how many notes on old workbooks are not listed; '' where there are none. `unwritten` are the
    commentary returns, with the indicators on which nobody wrote.
    """

    sentence: str
    received: tuple[ReceivedLine, ...]
    missing: tuple[MissingLine, ...]
    refused: tuple[FindingLine, ...]
    corrections: tuple[CorrectionLine, ...]
    overrides: tuple[OverrideLine, ...]
    findings: tuple[FindingLine, ...]
    unmeasured: tuple[tuple[str, str, str], ...]
    earlier: str = ""
    calendar: tuple[CalendarLine, ...] = ()
    others: str = ""
    unwritten: tuple[MissingLine, ...] = ()
    left_out: str = ""
