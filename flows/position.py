"""The position: what is known of a programme as at a date, as known at an event, rated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from flows.calendars import follow_returns
from flows.comparing import accept_compared
from flows.owner_rows import read_trackers, renew_findings
from flows.settings import UsageError, read_time, utc_now
from flows.speaking import judge_again
from flows.taking import register
from history.records import Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.config import Correction, DueDateDecision, Programme
from schemas.decisions import Override
from schemas.evidence import AppliedOverride, ReceivedFile, RefusedFile
from schemas.findings import Finding
from schemas.kpi import KpiRow
from transforms.actions import RatedPlan, rate_actions
from transforms.calendar import ReturnCalendar
from transforms.commentary import Remark, read_commentary
from transforms.indicators import derive_kpis
from transforms.known import Facts
from transforms.overrides import WaitingOverride, explain_left, settle_across


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
    remarks: tuple[Remark, ...] = field(default=())
    calendars: tuple[ReturnCalendar, ...] = ()

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
    known = resolve_known(history, loaded.programme.id, as_known)
    if known is None:
        loaded, _ = register(history, loaded, utc_now())
    return derive_known(history, loaded.programme.id, as_at, known)


def derive_known(history: History, name: str, as_at: dt.date, known: int | None) -> Position:
    """The position of a programme from history alone, as known at an event; None means the last one."""
    if known is None:
        known = history.last_event(name)  # once: what comes while the position is derived is not half of it
    found = history.configuration_at(name, known)
    if found is None:
        raise UsageError(f"nothing is known of {name} yet; run `boardpack ingest --programme {name}` first")
    sha, text = found
    programme = Programme.model_validate_json(text)
    corrections = [Correction.model_validate(d) for d in history.decisions_at(name, "correction", known)]
    moves = [DueDateDecision.model_validate(d) for d in history.decisions_at(name, "due_date", known)]
    receipts = history.receipts(name, known)
    overrides = [Override.model_validate(d) for d in history.decisions_at(name, "override", known)]
    spoken = judge_again(history, programme, receipts, [*corrections, *overrides], as_at)
    compared = accept_compared(spoken, programme)
    facts = Facts(compared.known)
    rated = rate_actions(read_trackers(history, programme, receipts, as_at), programme, moves, as_at)
    plan, across, problems = _accept_across(rated, compared.waiting, receipts, as_at)
    return Position(
        programme,
        as_at,
        known,
        sha,
        facts,
        tuple(derive_kpis(facts, programme, as_at)),
        plan,
        tuple(renew_findings(compared.received, plan.owner_findings)),
        tuple(RefusedFile(r.name, r.sha256, r.received_at, r.findings) for r in history.refusals(name, known)),
        tuple(corrections),
        (*spoken.findings, *problems),
        tuple(overrides),
        across,
        tuple(_remarks(history, programme, receipts, as_at)),
        tuple(_calendars(history, programme, as_at, known)),
    )


def _accept_across(
    plan: RatedPlan, left: Sequence[WaitingOverride], receipts: Sequence[Receipt], as_at: dt.date
) -> tuple[RatedPlan, tuple[AppliedOverride, ...], list[Finding]]:
    """Accept what is told across workbooks. Such findings are about the latest return: older overrides rest."""
    latest: dict[str, dt.date] = {}
    for receipt in receipts:
        if receipt.period.end <= as_at:
            latest[receipt.return_id] = max(receipt.period.end, latest.get(receipt.return_id, dt.date.min))
    waiting = [w for w in left if latest.get(w.override.return_id) == w.override.period]
    settled = settle_across(plan.findings, waiting)
    problems = [*settled.problems, *explain_left(settled.waiting)]
    return replace(plan, findings=settled.findings), settled.applied, problems


def _calendars(history: History, programme: Programme, as_at: dt.date, known: int) -> list[ReturnCalendar]:
    """The calendars that are declared, by all that is known; a pack is held to no other."""
    if not any(item.first for item in programme.returns):
        return []
    return follow_returns(programme, history.arrivals(programme.id, known), as_at, declared_only=True)


def _remarks(history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date) -> list[Remark]:
    """What owners wrote on indicators in the commentary returns as at the date or before."""
    ids = {item.id for item in programme.returns if item.kind == "commentary"}
    own = [r for r in receipts if r.return_id in ids and r.period.end <= as_at]
    readings = history.readings(own)
    return [
        remark
        for r in own
        for remark in read_commentary(readings[r.receipt_id], r.period.end, programme, r.scope, r.receipt_id).remarks
    ]
