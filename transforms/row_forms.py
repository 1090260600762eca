"""Rows of the printed tables as plain values: field names as promised, columns as declared in schemas.facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from schemas.facts import ACTION_COLUMNS, KPI_COLUMNS
from schemas.figures import decimal_text
from schemas.kpi import KpiRow
from transforms.actions import ActionRow


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
