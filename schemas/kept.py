"""What is kept with a pack: the rows that it was made from, so that it can be compared and checked later."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from decimal import Decimal
from typing import Any

from schemas.facts import Period
from schemas.figures import decimal_text
from schemas.kpi import KpiRow

_DECIMALS = {
    "value",
    "numerator",
    "denominator",
    "target_low",
    "target_high",
    "tolerance_value",
    "baseline",
    "previous",
    "change",
    "miss",
}
_PERIODS = {"period", "baseline_period", "previous_period"}
_LISTS = {"plan_refs", "receipts"}


@dataclass(frozen=True, slots=True)
class KeptAction:
    """An action as a pack rated it; dates as ISO text, None where there is none."""

    key: str
    title: str
    outcome: str
    due: str | None
    forecast: str | None
    completed_on: str | None
    owner_rating: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class KeptLimits:
    """The limits of a figure's series as a pack reckoned them: of how many points, and from which period on.

    `key` is the figure's (KpiRow.key). Values are unrounded; below 13 points a series has no limits.
    """

    key: str
    since: str
    count: int
    mean: Decimal
    lower: Decimal
    upper: Decimal


@dataclass(frozen=True, slots=True)
class KeptFacts:
    """Everything a pack printed of figures and actions, before it was made into words."""

    rows: tuple[KpiRow, ...]
    actions: tuple[KeptAction, ...] = ()
    limits: tuple[KeptLimits, ...] = ()


def facts_text(facts: KeptFacts) -> str:
    """The facts as JSON text; read_facts gives the same facts back."""
    values = {
        "rows": [_row_values(row) for row in facts.rows],
        "actions": [asdict(a) for a in facts.actions],
        "limits": [
            asdict(item) | {n: decimal_text(getattr(item, n)) for n in ("mean", "lower", "upper")}
            for item in facts.limits
        ],
    }
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read_facts(text: str) -> KeptFacts:
    """The facts of a pack from their stored text."""
    values = json.loads(text)
    return KeptFacts(
        tuple(_to_row(row) for row in values["rows"]),
        tuple(KeptAction(**row) for row in values["actions"]),
        tuple(
            KeptLimits(**row | {n: Decimal(row[n]) for n in ("mean", "lower", "upper")}) for row in values["limits"]
        ),
    )


def _row_values(row: KpiRow) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for item in fields(row):
        value = getattr(row, item.name)
        if item.name in _DECIMALS:
            value = decimal_text(value)
        elif item.name in _PERIODS:
            value = [value.start.isoformat(), value.end.isoformat(), value.precision] if value else None
        elif item.name in _LISTS:
            value = list(value)
        values[item.name] = value
    return values


def _to_row(values: Mapping[str, Any]) -> KpiRow:
    given = dict(values)
    for name in _DECIMALS:
        given[name] = None if given[name] is None else Decimal(given[name])
    for name in _PERIODS:
        given[name] = _period(given[name])
    for name in _LISTS:
        given[name] = tuple(given[name])
    return KpiRow(**given)


def _period(value: list[str] | None) -> Period | None:
    if value is None:
        return None
    start, end, precision = value
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), precision)  # type: ignore[arg-type]
