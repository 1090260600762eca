"""The JSON forms of what intake says: findings and judged workbooks, with field names as promised."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flows.checking import JudgedFile
from schemas.drift import accept_together
from schemas.findings import Accepted, Finding

if TYPE_CHECKING:
    from flows.returning import Returned


def finding_form(item: Finding) -> dict[str, Any]:
    """A finding, as `check --json` prints it."""
    suggestion = item.suggestion
    return {
        "code": item.code,
        "severity": item.severity,
        "sheet": item.sheet,
        "cell": item.cell,
        "message": item.message,
        "action": item.action,
        "suggestion": (
            {"cell": suggestion.cell, "from": suggestion.from_, "to": suggestion.to} if suggestion else None
        ),
        "accept": item.accept or None,
        "accepted": _accepted_form(item.accepted),
    }


def _accepted_form(item: Accepted | None) -> dict[str, Any] | None:
    if item is None:
        return None
    return {"role": item.role, "date": item.date, "note": item.note, "use": item.use or None}


def file_form(item: JudgedFile, returned: Returned | None = None) -> dict[str, Any]:
    """A judged workbook, and where what goes back to its sender lies."""
    reading = item.reading
    return {
        "file": item.shown_path,
        "sha256": reading.sha256,
        "return": reading.item.id if reading.item else None,
        "period_end": reading.period.end.isoformat() if reading.period else None,
        "rows_of": reading.scope or None,
        "status": item.status,
        "rows": item.row_count,
        "findings": [finding_form(f) for f in item.findings],
        "accept": accept_together(item.findings)[1] or None,
        "annotated": str(returned.copy) if returned and returned.copy else None,
        "acknowledgement": str(returned.page) if returned else None,
    }
