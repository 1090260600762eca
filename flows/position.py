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
from schemas.decisions import Override
from schemas.evidence import AppliedOverride, ReceivedFile, RefusedFile
from schemas.facts import Reading
from schemas.findings import Finding, make_finding
from schemas.kpi import KpiRow
from schemas.layout import Layout
from transforms.actions import RatedPlan, rate_actions
from transforms.corrections import describe
from transforms.deciding import Decided, decide_tracker, judge_decided
from transforms.indicators import derive_kpis
from transforms.known import Facts, KnownObservation
from transforms.overrides import WaitingOverride, describe_override, explain_left, settle_across
from transforms.tracker import Tracker, read_tracker
from workbooks.locate import latest_layout

Decision = Correction | Override


@dataclass(frozen=True, slots=True)
class Position:
    """Everything a pack, a KPI table or an explanation is made from.

    `across` are the overrides that accept what is told across workbooks.
    """

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
    overrides: tuple[Override, ...] = ()
    across: tuple[AppliedOverride, ...] = ()

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
    overrides = [Override.model_validate(d) for d in history.decisions_at(name, "override", known)]
    spoken = _judge_again(history, programme, receipts, [*corrections, *overrides], as_at)
    # what a decision waits for may have been received later than is known
    loose = spoken.findings if known is None else []
    facts = Facts(spoken.known)
    trackers = _trackers(history, programme, receipts, as_at)
    plan, across, problems = _accept_across(rate_actions(trackers, programme, moves, as_at), spoken, receipts, as_at)
    return Position(
        programme,
        as_at,
        known if known is not None else history.last_event(name),
        sha,
        facts,
        tuple(derive_kpis(facts, programme, as_at)),
        plan,
        tuple(spoken.received),
        tuple(RefusedFile(r.name, r.sha256, r.received_at, r.findings) for r in history.refusals(name, known)),
        tuple(corrections),
        (*loose, *problems),
        tuple(overrides),
        across,
    )


@dataclass(slots=True)
class _Spoken:
    """What the receipts that speak say, with the decisions about them."""

    known: list[KnownObservation] = field(default_factory=list)
    received: list[ReceivedFile] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waiting: list[WaitingOverride] = field(default_factory=list)


def _judge_again(
    history: History,
    programme: Programme,
    receipts: Sequence[Receipt],
    decisions: Sequence[Decision],
    as_at: dt.date,
) -> _Spoken:
    """What speaks; the returns that something was decided about are judged again from their stored readings."""
    meant = {
        r.receipt_id: [d for d in decisions if (d.return_id, d.period) == (r.return_id, r.period.end)]
        for r in receipts
    }
    stored = history.observations(receipts, as_at)
    findings = history.findings(receipts)
    readings = history.readings([r for r in receipts if meant[r.receipt_id]])
    spoken = _Spoken()
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
    then, layout = read_with(history, programme, receipt)
    if layout is None:
        return None
    corrections = [d for d in decisions if isinstance(d, Correction)]
    overrides = [d for d in decisions if isinstance(d, Override)]
    if then.return_of(receipt.return_id).kind == "tracker":
        return decide_tracker(readings, item.findings, corrections, overrides, layout)
    return judge_decided(
        readings, item.findings, layout, then, receipt.period, receipt.covered, corrections, overrides
    )


def read_with(history: History, programme: Programme, receipt: Receipt) -> tuple[Programme, Layout | None]:
    """The configuration that a receipt was read with, and its layout."""
    text = history.configuration_of(programme.id, receipt.configuration_sha)
    then = Programme.model_validate_json(text) if text else programme
    return then, latest_layout(then.return_of(receipt.return_id).layouts, receipt.period.end)


def _accept_across(
    plan: RatedPlan, spoken: _Spoken, receipts: Sequence[Receipt], as_at: dt.date
) -> tuple[RatedPlan, tuple[AppliedOverride, ...], list[Finding]]:
    """Accept what is told across workbooks. Such findings are about the latest return: older overrides rest."""
    latest: dict[str, dt.date] = {}
    for receipt in receipts:
        if receipt.period.end <= as_at:
            latest[receipt.return_id] = max(receipt.period.end, latest.get(receipt.return_id, dt.date.min))
    waiting = [w for w in spoken.waiting if latest.get(w.override.return_id) == w.override.period]
    settled = settle_across(plan.findings, waiting)
    problems = [*settled.problems, *explain_left(settled.waiting)]
    return replace(plan, findings=settled.findings), settled.applied, problems


def _trackers(history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date) -> list[Tracker]:
    ids = {item.id for item in programme.returns if item.kind == "tracker"}
    own = [r for r in receipts if r.return_id in ids and r.period.end <= as_at]
    readings = history.readings(own)
    return [read_tracker(readings[r.receipt_id], r.period.end, programme) for r in own]
