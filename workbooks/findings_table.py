"""The table of findings as both workbooks that go back to the sender show it, and how it is known again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas.acknowledgement import place_order
from schemas.findings import Finding, Severity
from workbooks.grid import Sheet

SHEET_TITLE = "Findings"
FIRST_LINE = "What the check of this workbook found"
SECOND_LINE = "Written by Boardpack. This sheet is not read when the workbook is checked again; it may stay."

SEVERITY_WORDS: dict[Severity, str] = {"error": "E error", "doubt": "D doubt", "note": "N note"}
COLUMNS = (
    ("No.", 6),
    ("Severity", 10),
    ("Sheet", 20),
    ("Cell", 9),
    ("What is wrong", 62),
    ("What to do", 44),
    ("Suggestion", 22),
)
_MOST_TEXT = 32_000


@dataclass(frozen=True, slots=True)
class NumberedFinding:
    """A finding with its number on the sheet."""

    number: int
    finding: Finding

    @property
    def suggestion(self) -> str:
        """C7: 294 -> 394; empty where there is none."""
        hint = self.finding.suggestion
        return f"{hint.cell}: {hint.from_} -> {hint.to}" if hint else ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The cells of its row, each short enough for a cell."""
        item = self.finding
        texts = (item.sheet or "", item.cell or "", item.message, item.action, self.suggestion)
        return (str(self.number), SEVERITY_WORDS[item.severity], *(text[:_MOST_TEXT] for text in texts))


def number_findings(findings: Sequence[Finding]) -> list[NumberedFinding]:
    """Findings in the order in which they are shown everywhere, errors first, numbered from 1."""
    return [NumberedFinding(number, item) for number, item in enumerate(place_order(findings), 1)]


def is_findings_sheet(sheet: Sheet) -> bool:
    """Whether a sheet is one of ours: its first two lines say so, whatever it is called."""
    return sheet.at(1, 1).text == FIRST_LINE and sheet.at(2, 1).text == SECOND_LINE
