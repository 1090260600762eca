"""What goes back to the person who made a workbook: the model of the acknowledgement, and who may see what."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from schemas.facts import Period
from schemas.findings import Finding, Severity

FileStatus = Literal["accepted", "held", "refused"]

# Findings for which a file gets no marked copy and nothing is quoted from its cells. The sentences of these
# codes themselves quote no cell.
WITHHELD = frozenset({"personal_data"})
_NOT_SHOWN = "What was found here is not repeated, since the file may hold personal details."
_LOOK = "Look at this place in your own workbook."

_ORDER: dict[Severity, int] = {"error": 0, "doubt": 1, "note": 2}


def place_order(findings: Iterable[Finding]) -> list[Finding]:
    """The order in which findings go back: errors, doubts, notes; within each as they were found."""
    return sorted(findings, key=lambda finding: _ORDER[finding.severity])


def is_withheld(findings: Iterable[Finding]) -> bool:
    """Whether nothing may be quoted from the file's cells."""
    return any(finding.code in WITHHELD for finding in findings)


def withhold(findings: Sequence[Finding]) -> list[Finding]:
    """The findings as they may go back: of a file with personal details, places and no text from cells."""
    if not is_withheld(findings):
        return list(findings)
    return [_blanked(finding) for finding in findings]


def _blanked(finding: Finding) -> Finding:
    if finding.code in WITHHELD:
        return replace(finding, suggestion=None, accept="")
    return replace(finding, message=_NOT_SHOWN, action=_LOOK, suggestion=None, accept="", row_key=None)


@dataclass(frozen=True, slots=True)
class TableRead:
    """A table that was read: the sheet it stands on, its name, and its number of rows."""

    sheet: str
    table: str
    rows: int


@dataclass(frozen=True, slots=True)
class ReturnedCopy:
    """The workbook that goes back beside the acknowledgement: its file name, its SHA-256, and whether it is the
    sender's own, marked, or a table of findings only, then with the reason ("it is encrypted")."""

    name: str
    sha256: str
    is_marked: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class SentFile:
    """A file that was judged, as far as its acknowledgement tells of it.

    `is_filed`: it was taken in (a check stores nothing). `received_at` is a UTC time as it is stored; a check
    has none.
    """

    name: str
    sha256: str
    status: FileStatus
    return_title: str | None
    period: Period | None
    tables: tuple[TableRead, ...]
    findings: tuple[Finding, ...]
    is_stored: bool = False
    is_known: bool = False
    received_at: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the summary: a label and what it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class SaidFinding:
    """A finding as the acknowledgement says it; `number` is its number on the Findings sheet."""

    number: int
    place: str
    message: str
    action: str
    suggestion: str


@dataclass(frozen=True, slots=True)
class FindingGroup:
    """The findings of one severity: its word and letter, a heading, and what such findings do."""

    severity: Severity
    letter: str
    heading: str
    meaning: str
    items: tuple[SaidFinding, ...]


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """What the sender of a workbook is told. Every text is a finished sentence or name, free of line breaks and
    of control characters."""

    title: str
    headline: str
    status_word: str
    status: FileStatus
    facts: tuple[Fact, ...]
    tables: tuple[TableRead, ...]
    nothing_read: str
    groups: tuple[FindingGroup, ...]
    nothing_found: str
    next_steps: tuple[str, ...]
    record: tuple[Fact, ...]
