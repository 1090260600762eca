"""Say what is wrong with single cells: each finding names the cell, what it says and what belongs there."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from schemas.facts import Reading
from schemas.findings import Finding, Suggestion, make_finding

_KIND_WORDS = {"count": "whole number", "number": "number", "percent": "percentage", "date": "date"}


def explain_cell(code: str, reading: Reading, expected: str, suggestion: Suggestion | None = None) -> Finding:
    """The finding for a cell that breaks its contract (see schemas.returns)."""
    place: dict[str, Any] = {"sheet": reading.sheet, "cell": reading.cell, "suggestion": suggestion}
    place |= {"table_id": reading.table, "row_key": reading.row_key}
    number = reading.number
    if code == "bare_fraction" and number is not None:
        scaled = format((number * 100).normalize(), "f")
        return make_finding(code, value=reading.raw_text, scaled=scaled, **place)
    words = _KIND_WORDS.get(expected, expected)
    return make_finding(code, text=reading.raw_text, value=reading.raw_text.rstrip("%"), kind=words, **place)


def bracket_notes(readings: Iterable[Reading]) -> list[Finding]:
    """A note for every figure beside which something in brackets was not read: of "1717 (5%)", the 5%."""
    return [
        make_finding(
            "bracket_not_read",
            sheet=r.sheet,
            cell=r.cell,
            text=r.raw_text,
            value=f"{r.value}%" if r.kind == "percent" else r.value,
            table_id=r.table,
            row_key=r.row_key,
        )
        for r in readings
        if r.number is not None and r.raw_text.endswith((")", "]"))
    ]
