"""Steps that set owners' rows against the plan: the trackers that history holds, and what is wrong between them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace

from flows.checking import JudgedFile
from history.records import Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.config import Programme
from schemas.evidence import ReceivedFile
from schemas.findings import Finding
from transforms.actions import RatedPlan, rate_actions
from transforms.overrides import WaitingOverride, settle_across
from transforms.owner_rows import PLAN_CODES
from transforms.tracker import Tracker, read_tracker


def read_trackers(
    history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date
) -> list[Tracker]:
    """The trackers among the receipts, whole ones and owners' rows, of workbooks as at `as_at` or before."""
    ids = {item.id for item in programme.returns if item.kind == "tracker"}
    own = [r for r in receipts if r.return_id in ids and r.period.end <= as_at]
    readings = history.readings(own)
    return [read_tracker(readings[r.receipt_id], r.period.end, programme, r.scope, r.receipt_id) for r in own]


def compare_with_plan(history: History, judged: JudgedFile, loaded: LoadedProgramme) -> JudgedFile:
    """A judged file of an owner's rows, with what is wrong between it and the plan as it is known now."""
    reading = judged.reading
    is_tracker = reading.item is not None and reading.item.kind == "tracker"
    if judged.status == "refused" or not (is_tracker and reading.scope) or reading.period is None:
        return judged
    programme, as_at = loaded.programme, reading.period.end
    receipts = history.receipts(programme.id, None, as_at)
    number = history.last_number() + 1
    readings = [r for table in reading.tables for r in table.readings]
    own = read_tracker(readings, as_at, programme, reading.scope, number)
    trackers = [*read_trackers(history, programme, receipts, as_at), own]
    plan = rate_actions(trackers, programme, loaded.due_dates, as_at)
    return replace(judged, findings=_renew(judged.findings, plan.owner_findings.get(number, ())))


def renew_findings(
    history: History,
    received: Iterable[ReceivedFile],
    receipts: Sequence[Receipt],
    plan: RatedPlan,
    waiting: Sequence[WaitingOverride],
) -> tuple[list[ReceivedFile], list[WaitingOverride]]:
    """Received files, those of owners' rows with the findings against the plan as it is known now, accepted where
    one of the `waiting` overrides does; and the overrides that found nothing among them."""
    by_id = {r.receipt_id: r for r in receipts}
    renewed: list[ReceivedFile] = []
    done: set[int] = set()
    for item in received:
        if item.receipt_id not in plan.owner_findings:
            renewed.append(item)
            continue
        own = [w for w in waiting if (w.override.return_id, w.override.period) == (item.return_id, item.period.end)]
        readings = history.readings([by_id[item.receipt_id]])[item.receipt_id] if own else ()
        settled = settle_across(_renew(item.findings, plan.owner_findings[item.receipt_id]), own, readings=readings)
        done |= {id(a.override) for a in settled.applied}
        findings = (*settled.findings, *settled.problems)
        done |= {id(w.override) for w in own} - {id(w.override) for w in settled.waiting}
        renewed.append(replace(item, findings=findings, overridden=(*item.overridden, *settled.applied)))
    return renewed, [w for w in waiting if id(w.override) not in done]


def _renew(findings: Iterable[Finding], new: Iterable[Finding]) -> tuple[Finding, ...]:
    return (*(f for f in findings if f.code not in PLAN_CODES), *new)
