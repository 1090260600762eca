"""What the receipts that speak say: their observations, judged again where something was decided about them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from flows.stored import read_configuration
from history.records import Receipt
from history.store import History
from schemas.config import Correction, Programme
from schemas.decisions import COMPARED, Override
from schemas.evidence import ReceivedFile
from schemas.facts import Reading
from schemas.findings import Finding, about_decision, make_finding
from schemas.layout import Layout
from schemas.repeats import UNKNOWN, expand_repeats
from transforms.corrections import unmatched
from transforms.deciding import Decided, decide_rows, judge_decided
from transforms.known import KnownObservation
from transforms.overrides import WaitingOverride, describe_override
from transforms.owner_rows import PLAN_CODES
from workbooks.locate import latest_layout

Decision = Correction | Override


@dataclass(frozen=True, slots=True)
class Spoken:
    """What one receipt says with the decisions about it; `waiting` are overrides of what is told across returns."""

    known: tuple[KnownObservation, ...]
    received: ReceivedFile
    waiting: tuple[WaitingOverride, ...] = ()


def match_decisions(receipts: Iterable[Receipt], decisions: Iterable[Decision]) -> dict[int, list[Decision]]:
    """The decisions about each receipt's return and period; receipts that nothing was decided about are left out."""
    by_return: dict[tuple[str, dt.date], list[Decision]] = {}
    for decision in decisions:
        by_return.setdefault((decision.return_id, decision.period), []).append(decision)
    matched = {r.receipt_id: by_return.get((r.return_id, r.period.end), []) for r in receipts}
    return {receipt_id: own for receipt_id, own in matched.items() if own}


def judge_again(
    history: History,
    programme: Programme,
    receipts: Sequence[Receipt],
    decided: Mapping[int, Sequence[Decision]],
    as_at: dt.date,
) -> dict[int, Spoken]:
    """What receipts say; those that something was `decided` about are judged again from their stored readings."""
    stored = history.observations(receipts, as_at)
    findings = history.findings(receipts)
    readings = history.readings([r for r in receipts if r.receipt_id in decided])
    spoken = {}
    for receipt in receipts:
        number = receipt.receipt_id
        own = stored[number]
        # what comparing found on arrival was so on that day; what stands now is found anew (see flows.comparing)
        item = to_received(receipt, [f for f in findings[number] if f.code not in COMPARED | PLAN_CODES])
        waiting: tuple[WaitingOverride, ...] = ()
        again = None
        if number in decided:
            again = _decide(history, programme, receipt, item, readings[number], decided[number])
        if again is not None:
            own = [o for o in again.observations if o.period.end <= as_at]
            item = replace(item, findings=again.findings, applied=again.corrected, overridden=again.overridden)
            waiting = again.waiting
        known = tuple(KnownObservation(o, receipt.return_id, number) for o in own)
        spoken[number] = Spoken(known, item, waiting)
    return spoken


def find_unmatched(decisions: Sequence[Decision], receipts: Sequence[Receipt]) -> list[Finding]:
    """What to say of decisions about a return and period that was never received, or is not declared any more."""
    there = {(r.return_id, r.period.end) for r in receipts}
    return _unmatched([d for d in decisions if (d.return_id, d.period) not in there])


def to_received(receipt: Receipt, findings: Sequence[Finding] = ()) -> ReceivedFile:
    """A receipt as the pure rooms see it, with the findings that are told of it."""
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
    why = "no workbook of that return and date was received, or the return is no longer declared"
    return [
        unmatched(d, why)
        if isinstance(d, Correction)
        else about_decision(
            make_finding("override_unmatched", where=describe_override(d), why=why), d.return_id, d.action
        )
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
    item_then = then.return_of(receipt.return_id)
    if item_then.kind != "measures":
        return decide_rows(readings, item.findings, corrections, overrides, layout)
    return judge_decided(
        readings,
        item.findings,
        layout,
        then,
        receipt.period,
        receipt.covered,
        corrections,
        overrides,
        cadence=item_then.cadence,
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
