"""Which configuration judges a figure, since when, and what an earlier one said of it."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from flows.position import Position
from history.store import History
from history.trail import ConfigurationRecord
from schemas.config import Indicator
from schemas.figures import decimal_text
from schemas.kpi import KpiRow
from transforms.brag import target_in_force
from transforms.reasons import say_aim, target_of
from transforms.words import say_date, say_target

_ASIDE = {"label", "note", "plan_refs"}
"""Keys of an indicator that no figure and no rating depends on."""


def describe_version(history: History, position: Position, row: KpiRow) -> dict[str, Any]:
    """The configuration in force: its event, when it was recorded, and how earlier ones judged the indicator.

    `earlier` lists, latest first, each configuration that said otherwise of the indicator: until which event it
    held, and what of it was different, in words.
    """
    records = history.trail.configurations(position.programme.id, position.as_known)
    own = next((r for r in reversed(records) if r.sha == position.configuration_sha), records[-1])
    earlier = []
    after = own
    newer = _declared(own, row.indicator)
    for record in reversed([r for r in records if r.seq < own.seq]):
        older = _declared(record, row.indicator)
        if older != newer:
            words = _say_differences(older, newer, row, position.as_at)
            earlier.append({"event": record.seq, "until_event": after.seq, "until": after.at, "words": words})
        after, newer = record, older
    return {"sha256": own.sha, "event": own.seq, "recorded_at": own.at, "earlier": earlier}


def _declared(record: ConfigurationRecord, indicator: str) -> dict[str, Any] | None:
    found = (i for i in json.loads(record.text)["indicators"] if i["id"] == indicator)
    declared = next(found, None)
    return None if declared is None else {k: v for k, v in declared.items() if k not in _ASIDE}


def _say_differences(
    older: dict[str, Any] | None, newer: dict[str, Any] | None, row: KpiRow, as_at: dt.date
) -> list[str]:
    if older is None or newer is None:
        return ["the indicator was not declared" if older is None else "the indicator was declared"]
    was = _read(older, row)
    said = []
    keys = [k for k in older.keys() | newer.keys() if older.get(k) != newer.get(k)]
    if {"target", "service_targets", "services_rated", "direction"} & set(keys):
        said.append(f"the target was {say_target_of(was, row.service, as_at)}")
    if "tolerance" in keys:
        tolerance = was.tolerance
        kind = tolerance.kind.replace("_", " ") if tolerance else ""
        said.append(
            f"the tolerance was {say_target(tolerance.value)} {kind}" if tolerance else "no tolerance was set"
        )
    if "baseline" in keys:
        baseline = was.baseline
        said.append(f"the baseline was of {say_date(baseline.period_end)}" if baseline else "no baseline was set")
    others = sorted(set(keys) - {"target", "service_targets", "services_rated", "direction", "tolerance", "baseline"})
    said += [f"{name} was {_plain(older.get(name))}" for name in others]
    return said


def _read(declared: dict[str, Any], row: KpiRow) -> Indicator:
    return Indicator.model_validate({**declared, "label": row.label})


def _plain(value: Any) -> str:
    return "not set" if value in (None, [], {}, "") else str(value)


def say_target_of(indicator: Indicator, service: str | None, as_at: dt.date) -> str:
    """The target that was in force at a date, in words: "85", "14 to 16", "increase", "none"."""
    target = target_in_force(target_of(indicator, service), indicator.direction, as_at)
    if target is None:
        return "none"
    return target.text or say_aim(target)


def describe_target(row: KpiRow, indicator: Indicator, as_at: dt.date) -> dict[str, Any] | None:
    """The target in force, since when it is (a stepped one), its tolerance, and every step; None without one."""
    declared = target_of(indicator, row.service)
    steps = declared.steps if declared else ()
    if row.target_low is None and row.target_high is None and row.target_text is None and not steps:
        return None
    begun = [s.from_ for s in steps if s.from_ <= as_at]
    return {
        "low": decimal_text(row.target_low),
        "high": decimal_text(row.target_high),
        "text": row.target_text,
        "tolerance": (
            {"kind": row.tolerance_kind, "value": decimal_text(row.tolerance_value)} if row.tolerance_kind else None
        ),
        "note": declared.note if declared else "",
        "since": begun[-1].isoformat() if begun else None,
        "steps": [{"from": s.from_.isoformat(), "value": decimal_text(s.value)} for s in steps],
    }
