"""What stands of one received workbook now: judged with what is declared, and held against all that is known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from flows.owner_rows import read_trackers
from flows.recalling import Recall
from flows.speaking import Decision
from history.records import Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.facts import Observation, Reading
from schemas.findings import Finding
from transforms.actions import rate_actions
from transforms.deciding import Decided
from transforms.overrides import explain_left, settle_across
from transforms.owner_rows import PLAN_CODES


def judge_standing(
    history: History,
    loaded: LoadedProgramme,
    receipts: Sequence[Receipt],
    receipt: Receipt,
    decisions: Sequence[Decision],
) -> Decided:
    """A receipt with everything that is told of it, its figures as they stand, and what the decisions do to both.

    `receipts` are those that speak. A tracker has the findings of the plan as at its own date.
    """
    recall = Recall(history, loaded.programme, receipts, decisions, dt.date.max)
    told = recall.tell({receipt.receipt_id})
    (item,) = told.received
    findings = item.findings
    readings: Sequence[Reading] = ()
    if loaded.programme.return_of(receipt.return_id).kind == "tracker":
        findings = _add_plan(findings, _find_in_plan(history, loaded, receipts, receipt))
        readings = history.readings([receipt])[receipt.receipt_id]
    settled = settle_across(findings, told.waiting, readings=readings)
    # an override may be about the whole tracker or about an owner's rows of the same date
    is_alone = sum((r.return_id, r.period.end) == (receipt.return_id, receipt.period.end) for r in receipts) == 1
    left = explain_left(settled.waiting) if is_alone else []
    return Decided(
        tuple(_figures(recall, receipt)),
        (*settled.findings, *settled.problems, *left),
        item.applied,
        (*item.overridden, *settled.applied),
    )


def _figures(recall: Recall, receipt: Receipt) -> list[Observation]:
    """What the receipt gives, as it stands beside all others."""
    own = [k.observation for k in recall.say({receipt.receipt_id})]
    if not own:
        return []
    ends = [o.period.end for o in own]
    known = recall.recall({o.measure for o in own}, min(ends), max(ends))
    return [k.observation for k in known if k.receipt_id == receipt.receipt_id]


def _find_in_plan(
    history: History, loaded: LoadedProgramme, receipts: Sequence[Receipt], receipt: Receipt
) -> tuple[Finding, ...]:
    """What the plan tells as at the tracker's date: of the whole tracker, or of the owner's rows that it holds."""
    as_at = receipt.period.end
    trackers = read_trackers(history, loaded.programme, receipts, as_at)
    plan = rate_actions(trackers, loaded.programme, loaded.due_dates, as_at)
    return plan.owner_findings.get(receipt.receipt_id, ()) if receipt.scope else plan.findings


def _add_plan(findings: Sequence[Finding], plan: Sequence[Finding]) -> tuple[Finding, ...]:
    kept = [f for f in findings if f.code not in PLAN_CODES]
    return (*kept, *(f for f in plan if not f.code.startswith("decision_")))
