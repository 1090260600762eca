"""The JSON forms of answers: field names as promised, columns as declared in schemas.facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flows.checking import JudgedFile
from schemas.facts import ACTION_COLUMNS, KPI_COLUMNS
from schemas.figures import decimal_text
from schemas.findings import Accepted, Finding
from schemas.kpi import KpiRow
from transforms.actions import ActionRow

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
        "annotated": str(returned.copy) if returned and returned.copy else None,
        "acknowledgement": str(returned.page) if returned else None,
    }


def plain(value: object) -> Any:
    """A value as JSON holds it: Decimals as printed, dates as ISO text, tuples as lists."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, tuple):
        return [plain(v) for v in value]
    return value


def kpi_form(row: KpiRow) -> dict[str, Any]:
    """A row of the KPI table, in the order of its declared columns."""
    tolerance = None
    if row.tolerance_kind is not None:
        tolerance = {"kind": row.tolerance_kind, "value": decimal_text(row.tolerance_value)}
    period, previous, baseline = row.period, row.previous_period, row.baseline_period
    values = {name: getattr(row, name) for name in (c.name for c in KPI_COLUMNS) if hasattr(row, name)}
    values |= {
        "period_start": period.start if period else None,
        "period_end": period.end if period else None,
        "precision": period.precision if period else None,
        "previous_period_end": previous.end if previous else None,
        "baseline_period_end": baseline.end if baseline else None,
        "tolerance": tolerance,
    }
    return {column.name: plain(values[column.name]) for column in KPI_COLUMNS}


def action_form(row: ActionRow) -> dict[str, Any]:
    """A row of the plan, in the order of its declared columns."""
    entry = row.entry
    values = {c.name: getattr(entry, c.name, None) for c in ACTION_COLUMNS}
    values |= {
        "priority": row.priority,
        "start": row.start,
        "due": row.due,
        "forecast": row.forecast,
        "outcome": row.outcome,
        "previous_outcome": row.previous_outcome,
        "reason": row.reason,
        "tracker_period_end": row.tracker_as_at,
    }
    return {column.name: plain(values[column.name]) for column in ACTION_COLUMNS}


def kpi_forms(rows: Iterable[KpiRow]) -> list[dict[str, Any]]:
    """Every row of the KPI table."""
    return [kpi_form(row) for row in rows]
