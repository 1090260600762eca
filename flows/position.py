"""The position: what is known of a programme as at a date, as known at an event, rated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from flows.calendars import follow_returns
from flows.comparing import only_declared
from flows.owner_rows import read_trackers, renew_findings
from flows.recalling import Recall
from flows.refusals import list_standing
from flows.settings import UsageError, read_time, utc_now
from flows.speaking import Decision, find_unmatched, to_received
from flows.stored import read_configuration, read_decision
from flows.taking import register
from history.records import Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.config import Correction, DueDateDecision, Programme
from schemas.days import day_of
from schemas.decisions import ACROSS_FILES, Override
from schemas.evidence import AppliedOverride, ReceivedFile, RefusedFile
from schemas.findings import Finding
from schemas.kpi import KpiRow
from transforms.actions import RatedPlan, rate_actions
from transforms.calendar import ReturnCalendar
from transforms.commentary import Remark, read_commentary
from transforms.indicators import derive_kpis
from transforms.known import Facts
from transforms.overrides import WaitingOverride, explain_left, settle_across
from transforms.packs.blocks import prepare_charts
from transforms.packs.selection import receipts_behind

Depth = Literal["figures", "pack"]
_MOST_DIGITS = 18
LEAST_IN_VIEW = 30
"""How many workbooks a data quality page lists at least, if as many were received: about a page."""


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


def check_known(as_known: str | None) -> None:
    """UsageError where `--as-known` is neither a number nor a time, whatever has happened."""
    if as_known is not None and not _is_number(as_known):
        read_time(as_known)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()


def resolve_known(
    history: History, programme: str, as_known: str | None, say: Callable[[str], None] = lambda _: None
) -> int | None:
    """The event meant by `--as-known`: a number, or a time; None means the last event.

    `say` is told of each workbook that came by that time and is left out, since it was filed after one that came
    later.
    """
    if as_known is None:
        return None
    if _is_number(as_known):
        last = history.last_number()
        if len(as_known) > _MOST_DIGITS or int(as_known) > last:
            hint = "; a date is written as 2021-12-06" if len(as_known) == len("20211206") else ""
            raise UsageError(f"event {as_known} has not happened; the last is {last}{hint}")
        return int(as_known)
    time = read_time(as_known)
    event = history.event_at(programme, time)
    for receipt in history.filed_after(programme, event, time):
        say(
            f"{receipt.name} came on {day_of(receipt.received_at)}, but was filed as event {receipt.receipt_id}, "
            f"after workbooks that came later; as known at event {event} it is left out"
        )
    return event


def derive_position(
    history: History,
    loaded: LoadedProgramme,
    as_at: dt.date,
    known: int | None = None,
    depth: Depth = "pack",
) -> Position:
    """The position of a programme as known at an event; None means now, with all that is declared now."""
    if known is None:
        loaded, _ = register(history, loaded, utc_now())
    return derive_known(history, loaded.programme.id, as_at, known, depth=depth)


def derive_known(
    history: History,
    name: str,
    as_at: dt.date,
    known: int | None,
    *,
    judged_as: Programme | None = None,
    depth: Depth = "pack",
) -> Position:
    """The position of a programme from history alone, as known at an event; None means the last one.

    `judged_as` judges what is known by another configuration. Returns that the configuration does not declare say
    nothing; their workbooks are among those received.
    At the depth of `figures` it has rows, facts and decisions; the plan, remarks and findings of returns are
    left out, which a pack needs beside them.
    """
    # once: what comes meanwhile is not half of it. Packs, issues and other programmes are no knowledge
    known = history.last_event(name, known)
    found = history.configuration_at(name, known)
    if found is None:
        raise UsageError(f"nothing is known of {name} yet; run `boardpack ingest --programme {name}` first")
    sha, text = found
    programme = judged_as or read_configuration(text)
    corrections = [read_decision(Correction, d) for d in history.decisions_at(name, "correction", known)]
    overrides = [read_decision(Override, d) for d in history.decisions_at(name, "override", known)]
    decisions: list[Decision] = [*corrections, *overrides]
    received = history.receipts(name, known)
    receipts = only_declared(received, programme)  # nothing that another return gave is compared or printed
    recall = Recall(history, programme, receipts, decisions, as_at)
    facts = Facts(source=recall)
    rows = tuple(derive_kpis(facts, programme, as_at))
    before = programme.previous_reporting_date(as_at)
    seen = choose_in_view(received, receipts_behind(facts, rows, programme), before, as_at)
    own = seen & {r.receipt_id for r in receipts}
    is_whole = depth == "pack"
    if is_whole:
        prepare_charts(facts, rows, programme, as_at)
    told = recall.tell(own) if is_whole else recall.tell_decided(own)
    plan = _rate_plan(history, programme, receipts, as_at, known) if is_whole or told.waiting else RatedPlan()
    files = _all_received(received, seen, told.received)
    files, waiting = renew_findings(history, files, receipts, plan, told.waiting)
    plan, across, problems = _accept_across(plan, _of_latest(waiting, receipts, as_at))
    return Position(
        programme,
        as_at,
        known,
        sha,
        facts,
        rows,
        plan,
        tuple(files),
        tuple(_refused(history, programme, known, before)),
        tuple(corrections),
        (*find_unmatched(decisions, receipts), *problems),
        tuple(overrides),
        across,
        tuple(_remarks(history, programme, receipts, as_at)) if is_whole else (),
        tuple(_calendars(history, programme, as_at, known)) if is_whole else (),
    )


def _rate_plan(
    history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date, known: int
) -> RatedPlan:
    """The actions of the plan as rated on a date, with the due dates that were decided until an event."""
    moves = [read_decision(DueDateDecision, d) for d in history.decisions_at(programme.id, "due_date", known)]
    return rate_actions(read_trackers(history, programme, receipts, as_at), programme, moves, as_at)


def choose_in_view(
    receipts: Sequence[Receipt], used: Collection[int], before: dt.date | None, as_at: dt.date
) -> set[int]:
    """The receipts that a position as at a date speaks of: those since the reporting date `before`, the last
    of each return, those that figures rest on (`used`), and the last 30 that were received in any case.
    """
    there = [r for r in receipts if r.period.end <= as_at]
    last = _last_periods(receipts, as_at)
    latest = {r.receipt_id for r in there if r.period.end == last[r.return_id]}
    recent = {r.receipt_id for r in there if before is not None and r.period.end > before}
    newest = sorted(r.receipt_id for r in there)[-LEAST_IN_VIEW:]
    return {*used, *latest, *recent, *newest}


def _all_received(
    receipts: Sequence[Receipt], seen: Collection[int], told: Iterable[ReceivedFile]
) -> list[ReceivedFile]:
    """Every receipt that speaks, in order: those told in full, the others as they arrived, without findings."""
    there = {item.receipt_id: item for item in told}
    return [there.get(r.receipt_id) or replace(to_received(r), in_view=r.receipt_id in seen) for r in receipts]


def _of_latest(
    waiting: Sequence[WaitingOverride], receipts: Sequence[Receipt], as_at: dt.date
) -> list[WaitingOverride]:
    """The overrides that still wait, those of what is told across workbooks only where they are about the latest
    return; older ones rest."""
    last = _last_periods(receipts, as_at)
    return [
        w
        for w in waiting
        if w.override.code not in ACROSS_FILES or last.get(w.override.return_id) == w.override.period
    ]


def _last_periods(receipts: Iterable[Receipt], as_at: dt.date) -> dict[str, dt.date]:
    """The last day on or before a date that each return was received for."""
    ends = sorted((r.period.end, r.return_id) for r in receipts if r.period.end <= as_at)
    return {return_id: end for end, return_id in ends}


def _accept_across(
    plan: RatedPlan, waiting: Sequence[WaitingOverride]
) -> tuple[RatedPlan, tuple[AppliedOverride, ...], list[Finding]]:
    """Accept what is told across workbooks, and say which overrides fit nothing."""
    settled = settle_across(plan.findings, waiting)
    problems = [*settled.problems, *explain_left(settled.waiting)]
    return replace(plan, findings=settled.findings), settled.applied, problems


def _refused(
    history: History, programme: Programme, known: int | None, before: dt.date | None
) -> Iterator[RefusedFile]:
    """The files that were refused since the reporting date before, and that nothing sound came in the place of."""
    for item in list_standing(history, programme.id, known):
        if before is None or day_of(item.received_at) > before:
            yield RefusedFile(item.name, item.sha256, item.received_at, item.findings, item.return_id)


def _calendars(history: History, programme: Programme, as_at: dt.date, known: int) -> list[ReturnCalendar]:
    """The calendars that are declared, by all that is known; a pack is held to no other."""
    if not any(item.first for item in programme.returns):
        return []
    return follow_returns(programme, history.arrivals(programme.id, known), as_at, declared_only=True)


def _remarks(history: History, programme: Programme, receipts: Sequence[Receipt], as_at: dt.date) -> list[Remark]:
    """What owners wrote on indicators in the commentary returns as at the date or before, as far as it is printed:
    since the reporting date before the previous one."""
    before = programme.previous_reporting_date(as_at)
    since = programme.previous_reporting_date(before) if before is not None else None
    ids = {item.id for item in programme.returns if item.kind == "commentary"}
    own = [r for r in receipts if r.return_id in ids and (since or dt.date.min) < r.period.end <= as_at]
    readings = history.readings(own)
    return [
        remark
        for r in own
        for remark in read_commentary(readings[r.receipt_id], r.period.end, programme, r.scope, r.receipt_id).remarks
    ]
