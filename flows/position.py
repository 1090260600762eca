"""The position: what is known of a programme as at a date, as known at an event, rated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows.settings import UsageError, read_time, utc_now
from flows.taking import register
from history.records import Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.config import Correction, DueDateDecision, Programme
from schemas.evidence import ReceivedFile, RefusedFile
from schemas.facts import CutTable, Observation, Reading
from schemas.findings import Finding, make_finding
from schemas.kpi import KpiRow
from schemas.repeats import UNKNOWN, expand_repeats
from transforms.actions import RatedPlan, rate_actions
from transforms.corrections import apply_corrections, describe
from transforms.indicators import derive_kpis
from transforms.judging import judge_tables
from transforms.known import Facts, KnownObservation
from transforms.tracker import Tracker, read_tracker
from workbooks.locate import latest_layout


@dataclass(frozen=True, slots=True)
class Position:
    """Everything a pack, a KPI table or an explanation is made from."""

    programme: Programme
    as_at: dt.date
    as_known: int
    configuration_sha: str
    facts: Facts
    rows: tuple[KpiRow, ...]
    plan: RatedPlan
    received: tuple[ReceivedFile, ...]
    refused: tuple[RefusedFile, ...]
    corrections: tuple[Correction, ...]
    findings: tuple[Finding, ...] = field(default=())

    def receipt(self, receipt_id: int) -> ReceivedFile:
        """The received file of a receipt id."""
        return next(r for r in self.received if r.receipt_id == receipt_id)


def resolve_known(history: History, programme: str, as_known: str | None) -> int | None:
    """The event meant by `--as-known`: a number, or a time; None means the last event."""
    if as_known is None:
        return None
    if as_known.isdigit():
        number, last = int(as_known), history.last_number()
        if number > last:
            raise UsageError(f"event {number} has not happened; the last is {last}")
        return number
    return history.event_at(programme, read_time(as_known))


def derive_position(
    history: History, loaded: LoadedProgramme, as_at: dt.date, as_known: str | None = None
) -> Position:
    """The position of a programme. Without `as_known`, of now: configuration and decisions as declared now."""
    name = loaded.programme.id
    known = resolve_known(history, name, as_known)
    if known is None:
        register(history, loaded, utc_now())
    found = history.configuration_at(name, known)
    if found is None:
        raise UsageError(f"nothing is known of {name} yet; run `boardpack ingest --programme {name}` first")
    sha, text = found
    programme = Programme.model_validate_json(text)
    corrections = [Correction.model_validate(d) for d in history.decisions_at(name, "correction", known)]
    moves = [DueDateDecision.model_validate(d) for d in history.decisions_at(name, "due_date", known)]
    receipts = history.receipts(name, known)
    observations, received, loose = _judge_again(history, programme, receipts, corrections, as_at)
    if known is not None:
        loose = []  # what a correction waits for may have been received later
    facts = Facts(observations)
    trackers = _trackers(history, programme, receipts, as_at)
    return Position(
        programme,
        as_at,
        known if known is not None else history.last_event(name),
        sha,
        facts,
        tuple(derive_kpis(facts, programme, as_at)),
        rate_actions(trackers, programme, moves, as_at),
        tuple(received),
        tuple(RefusedFile(r.name, r.sha256, r.received_at, r.findings) for r in history.refusals(name, known)),
        tuple(corrections),
        tuple(loose),
    )


def _judge_again(
    history: History,
    programme: Programme,
    receipts: Sequence[Receipt],
    corrections: Sequence[Correction],
    as_at: dt.date,
) -> tuple[list[KnownObservation], list[ReceivedFile], list[Finding]]:
    """The observations that speak; those of corrected returns are judged again from their stored readings."""
    meant = {
        r.receipt_id: [c for c in corrections if (c.return_id, c.period) == (r.return_id, r.period.end)]
        for r in receipts
    }
    stored = history.observations(receipts, as_at)
    findings = history.findings(receipts)
    readings = history.readings([r for r in receipts if meant[r.receipt_id]])
    known: list[KnownObservation] = []
    received: list[ReceivedFile] = []
    for receipt in receipts:
        own = stored[receipt.receipt_id]
        item = _received(receipt, findings[receipt.receipt_id])
        if meant[receipt.receipt_id]:
            found, item = _correct(
                history, programme, receipt, item, readings[receipt.receipt_id], meant[receipt.receipt_id]
            )
            own = [o for o in found if o.period.end <= as_at]
        known += [KnownObservation(o, receipt.return_id, receipt.receipt_id) for o in own]
        received.append(item)
    used = {id(c) for group in meant.values() for c in group}
    waiting = [c for c in corrections if id(c) not in used]
    return known, received, _unmatched(waiting)


def _received(receipt: Receipt, findings: Sequence[Finding]) -> ReceivedFile:
    return ReceivedFile(
        receipt.receipt_id,
        receipt.return_id,
        receipt.period,
        receipt.name,
        receipt.sha256,
        receipt.received_at,
        tuple(findings),
    )


def _unmatched(corrections: Sequence[Correction]) -> list[Finding]:
    """Corrections of a return and period that was never received."""
    return [make_finding("correction_unmatched", where=describe(c)) for c in corrections]


def _correct(
    history: History,
    programme: Programme,
    receipt: Receipt,
    item: ReceivedFile,
    readings: Sequence[Reading],
    corrections: Sequence[Correction],
) -> tuple[tuple[Observation, ...], ReceivedFile]:
    """Judge a return again with its corrections applied, by the configuration it was read with."""
    text = history.configuration_of(programme.id, receipt.configuration_sha)
    then = Programme.model_validate_json(text) if text else programme
    declared = latest_layout(then.return_of(receipt.return_id).layouts, receipt.period.end)
    if declared is None:
        return (), item
    layout = expand_repeats(declared, then, {r.table for r in readings if f"@{UNKNOWN}" in r.table})
    corrected = apply_corrections(readings, corrections, layout)
    tables: dict[str, list[Reading]] = {}
    for reading in corrected.readings:
        tables.setdefault(reading.table, []).append(reading)
    cut = [CutTable(name, own[0].sheet, own[0].cell, tuple(own)) for name, own in tables.items()]
    judged = judge_tables(cut, layout, then, receipt.period, receipt.covered, corrected.cells)
    judged_codes = {(f.code, f.sheet, f.cell) for f in judged.findings}
    structural = [f for f in item.findings if f.table is None or _is_structural(f)]
    kept = [f for f in structural if (f.code, f.sheet, f.cell) not in judged_codes]
    findings = (*kept, *judged.findings, *corrected.findings)
    return judged.observations, replace(item, findings=findings, applied=corrected.applied)


def _is_structural(finding: Finding) -> bool:
    """Findings made while cutting, which judging again does not make."""
    return finding.code in {
        "hidden_read",
        "sheet_renamed",
        "unread_column",
        "unheaded_column",
        "period_unreadable",
        "period_twice",
        "unlabelled_row",
    }


def _trackers(history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date) -> list[Tracker]:
    ids = {item.id for item in programme.returns if item.kind == "tracker"}
    own = [r for r in receipts if r.return_id in ids and r.period.end <= as_at]
    readings = history.readings(own)
    return [read_tracker(readings[r.receipt_id], r.period.end, programme) for r in own]
