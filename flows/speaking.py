"""What the receipts that speak say: their observations, judged again where something was decided about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows.stored import read_configuration
from history.records import Receipt
from history.store import History
from schemas.config import Correction, Programme
from schemas.decisions import Override
from schemas.evidence import ReceivedFile
from schemas.facts import Reading
from schemas.findings import Finding, make_finding
from schemas.layout import Layout
from schemas.repeats import UNKNOWN, expand_repeats
from transforms.corrections import describe
from transforms.deciding import Decided, decide_tracker, judge_decided
from transforms.known import KnownObservation
from transforms.overrides import WaitingOverride, describe_override
from workbooks.locate import latest_layout

Decision = Correction | Override


@dataclass(slots=True)
class Spoken:
    """What the receipts that speak say, with the decisions about them."""

    known: list[KnownObservation] = field(default_factory=list)
    received: list[ReceivedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waiting: list[WaitingOverride] = field(default_factory=list)


def judge_again(
    history: History,
    programme: Programme,
    receipts: Sequence[Receipt],
    decisions: Sequence[Decision],
    as_at: dt.date,
) -> Spoken:
    """What speaks; the returns that something was decided about are judged again from their stored readings."""
    meant = {
        r.receipt_id: [d for d in decisions if (d.return_id, d.period) == (r.return_id, r.period.end)]
        for r in receipts
    }
    stored = history.observations(receipts, as_at)
    findings = history.findings(receipts)
    readings = history.readings([r for r in receipts if meant[r.receipt_id]])
    spoken = Spoken()
    for receipt in receipts:
        own = stored[receipt.receipt_id]
        item = _received(receipt, findings[receipt.receipt_id])
        decided = None
        if meant[receipt.receipt_id]:
            decided = _decide(
                history, programme, receipt, item, readings[receipt.receipt_id], meant[receipt.receipt_id]
            )
        if decided is not None:
            own = [o for o in decided.observations if o.period.end <= as_at]
            item = replace(item, findings=decided.findings, applied=decided.corrected, overridden=decided.overridden)
            spoken.waiting += decided.waiting
        spoken.known += [KnownObservation(o, receipt.return_id, receipt.receipt_id) for o in own]
        spoken.received.append(item)
    used = {id(d) for group in meant.values() for d in group}
    spoken.findings = _unmatched([d for d in decisions if id(d) not in used])
    return spoken


def _received(receipt: Receipt, findings: Sequence[Finding]) -> ReceivedFile:
    return ReceivedFile(
        receipt.receipt_id,
        receipt.return_id,
        receipt.period,
        receipt.name,
        receipt.sha256,
        receipt.received_at,
        tuple(findings),
        scope=receipt.scope,
    )


def _unmatched(decisions: Sequence[Decision]) -> list[Finding]:
    """Decisions about a return and period that was never received."""
    why = "no workbook of that return and date was received"
    return [
        make_finding("correction_unmatched", where=describe(d))
        if isinstance(d, Correction)
        else make_finding("override_unmatched", where=describe_override(d), why=why)
        for d in decisions
    ]


def _decide(
    history: History,
    programme: Programme,
    receipt: Receipt,
    item: ReceivedFile,
    readings: Sequence[Reading],
    decisions: Sequence[Decision],
) -> Decided | None:
    """Judge a return again with its decisions, by the configuration it was read with."""
    then, layout = read_with(history, programme, receipt, readings)
    if layout is None:
        return None
    corrections = [d for d in decisions if isinstance(d, Correction)]
    overrides = [d for d in decisions if isinstance(d, Override)]
    if then.return_of(receipt.return_id).kind == "tracker":
        return decide_tracker(readings, item.findings, corrections, overrides, layout)
    return judge_decided(
        readings, item.findings, layout, then, receipt.period, receipt.covered, corrections, overrides
    )


def read_with(
    history: History, programme: Programme, receipt: Receipt, readings: Sequence[Reading]
) -> tuple[Programme, Layout | None]:
    """The configuration that a receipt was read with, and its layout."""
    text = history.configuration_of(programme.id, receipt.configuration_sha)
    then = read_configuration(text) if text else programme
    declared = latest_layout(then.return_of(receipt.return_id).layouts, receipt.period.end)
    if declared is None:
        return then, None
    return then, expand_repeats(declared, then, {r.table for r in readings if f"@{UNKNOWN}" in r.table})
