"""Steps that say what changed since a pack: which pack that is, and what would be derived at each step since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from flows.environment import software_version
from flows.keeping import keep_actions, keep_facts
from flows.owner_rows import read_trackers
from flows.position import Position, derive_known
from flows.speaking import Decision
from flows.stored import read_decision
from history.records import IssueRecord, PackRecord
from history.store import History
from schemas.changes import Cause, Changes, Evidence, PriorPack
from schemas.config import Board, DueDateDecision, Programme
from schemas.days import day_of
from schemas.kept import KeptAction, KeptFacts, read_facts
from schemas.kpi import KpiRow
from transforms.actions import rate_actions
from transforms.changes import Comparison, Stage, find_changes
from transforms.indicators import derive_kpis
from transforms.packs.inputs import actions_of, rows_of
from transforms.restating import Knowledge, find_evidence
from transforms.standards import freeze_standards, with_standards
from transforms.words import say_short_date


def find_last_issued(
    history: History,
    programme: str,
    board: str,
    edition: str,
    meeting: dt.date | None,
    as_at: dt.date,
    upto: int | None = None,
) -> PackRecord | None:
    """The pack last issued to a board before a meeting (without one: as at a date before `as_at`), as last put right.

    `upto` leaves out what was issued after that event, so that a pack comes out as it would have been then.
    """
    issues = [i for i in history.packs.issues(programme, board, upto) if i.edition == edition]
    for issue in sorted(issues, key=lambda i: (i.meeting, i.ordinal), reverse=True):
        if meeting is not None and issue.meeting >= meeting:
            continue
        pack = history.packs.find(issue.pack_id)
        if pack is not None and (meeting is not None or pack.as_at < as_at):
            return pack
    return None


@dataclass(frozen=True, slots=True)
class _Between:
    """What is derived between two packs: at the earlier date as known then, and with what is known now.

    `renewed` is by the configuration of now; the same as `restated` where that did not change.
    """

    printed: KeptFacts
    then: Position
    restated: Position
    renewed: Position
    now: Position


def changes_since(
    history: History, position: Position, board: Board, earlier: PackRecord, later: PackRecord | None = None
) -> Changes:
    """What changed since an earlier pack, up to a position as a board sees it.

    `later` is the pack that was made of the position, where it was made already: what it printed then counts.
    """
    between = _derive(history, position, earlier)
    first = between.then.programme
    other = next((b for b in first.boards if b.id == earlier.board), board)
    is_other = earlier.board != board.id
    keeps = read_facts(later.facts) if later is not None and later.facts else keep_facts(position)
    made_by = later.software if later is not None else software_version()
    evidence = _Evidence(_knowledge(between.then), _knowledge(between.restated))
    return find_changes(
        Comparison(
            describe_prior(history, earlier),
            between.printed,
            (
                *_stages(history, between, (other, board)),
                Stage("software", keeps, position.programme, made_by, False, _action_keys(board, position, keeps)),
            ),
            {r.key for r in rows_of(other, between.printed.rows, first)},
            {r.key for r in rows_of(board, keeps.rows, position.programme)},
            _action_keys(other, between.then, between.printed),
            evidence.of,
            earlier.software,
            _DueDates.of(history, between).say,
            is_other,
            keep_facts(between.restated).limits,
            _note(earlier, position),
        )
    )


def _note(earlier: PackRecord, now: Position) -> str:
    """What a reader must know where the two packs are not in the order of time."""
    if now.as_known < earlier.as_known:
        return (
            f"The pack before knew more: up to event {earlier.as_known}, where this one knows up to event "
            f"{now.as_known}. What reads as restated was known to the pack before and not to this one."
        )
    if now.as_at < earlier.as_at:
        return "This pack is of an earlier date than the one before it: performance reads backwards."
    return ""


def describe_prior(history: History, pack: PackRecord) -> PriorPack:
    """A pack as the earlier of two: with its meeting, and the day it was issued, if it was."""
    issues = history.packs.issues(pack.programme, pack.board)
    issue: IssueRecord | None = next((i for i in issues if i.pack_id == pack.pack_id), None)
    meeting = issue.meeting if issue is not None else pack.meeting
    return PriorPack(
        pack.pack_id, pack.board, pack.as_at, pack.as_known, meeting, issue.decided_on if issue is not None else None
    )


def seen_actions(history: History, pack: PackRecord) -> set[str]:
    """The keys of the actions that a recorded pack showed its board."""
    then = derive_known(history, pack.programme, pack.as_at, pack.as_known)
    board = next((b for b in then.programme.boards if b.id == pack.board), None)
    kept = read_facts(pack.facts) if pack.facts else keep_facts(then)
    return _action_keys(board, then, kept) if board is not None else {a.key for a in kept.actions}


def _action_keys(board: Board, position: Position, facts: KeptFacts) -> set[str]:
    """The actions that a board sees; one that only the kept pack knows is seen."""
    known = {row.entry.key for row in position.plan.rows}
    own = {row.entry.key for row in actions_of(board, position.plan.rows, position.programme)}
    return own | {action.key for action in facts.actions if action.key not in known}


# --- What is derived in between -------------------------------------------------------------------------


def _derive(history: History, now: Position, earlier: PackRecord) -> _Between:
    name, date = now.programme.id, earlier.as_at
    then = derive_known(history, name, date, earlier.as_known)
    is_renewed = then.configuration_sha != now.configuration_sha
    restated = then
    if now.as_known != earlier.as_known:
        restated = derive_known(history, name, date, now.as_known, judged_as=then.programme if is_renewed else None)
    renewed = derive_known(history, name, date, now.as_known) if is_renewed else restated
    printed = read_facts(earlier.facts) if earlier.facts else keep_facts(then)
    return _Between(printed, then, restated, renewed, now)


def _stages(history: History, between: _Between, boards: tuple[Board, Board]) -> Sequence[Stage]:
    """The stages from what was printed then to what is derived now; each isolates one cause. `boards` are the one
    that the earlier pack was for and the one that the later is for."""
    then, restated, renewed, now = between.then, between.restated, between.renewed, between.now
    mixed = with_standards(then.programme, now.programme)
    frozen = freeze_standards(now.programme, then.as_at, now.as_at)
    plans = _Plans(history, now.programme.id, then.as_at)

    earlier, later = boards

    def stage(
        cause: Cause, by: Programme, whose: tuple[Board, Position], facts: KeptFacts, *, by_date: bool = False
    ) -> Stage:
        return Stage(cause, facts, by, software_version(), by_date, _action_keys(*whose, facts))

    return (
        stage("software", then.programme, (earlier, then), _facts(then.rows, then)),
        stage(
            "restated",
            then.programme,
            (earlier, restated),
            KeptFacts(restated.rows, plans.rate(restated, then.as_known)),
        ),
        stage("target", mixed, (earlier, restated), _facts(derive_kpis(restated.facts, mixed, then.as_at), restated)),
        stage("rule", now.programme, (later, renewed), _facts(renewed.rows, renewed)),
        stage(
            "performance",
            now.programme,
            (later, now),
            KeptFacts(tuple(derive_kpis(now.facts, frozen, now.as_at)), plans.rate(now, now.as_known, meets=False)),
        ),
        stage("target", now.programme, (later, now), _facts(now.rows, now), by_date=True),
    )


def _facts(rows: Sequence[KpiRow], position: Position) -> KeptFacts:
    return KeptFacts(tuple(rows), keep_actions(position.plan.rows))


@dataclass(frozen=True, slots=True)
class _DueDates:
    """Who moved due dates: the decisions known now and then, and the dates that the plan itself prints."""

    now: tuple[DueDateDecision, ...]
    then: tuple[DueDateDecision, ...]
    printed: Mapping[str, Collection[dt.date]]
    boards: Mapping[str, str]

    @classmethod
    def of(cls, history: History, between: _Between) -> _DueDates:
        """The decisions and dates between two packs."""
        programme = between.now.programme
        known = [history.decisions_at(programme.id, "due_date", p.as_known) for p in (between.now, between.then)]
        now, then = (tuple(read_decision(DueDateDecision, d) for d in found) for found in known)
        return cls(
            now,
            then,
            {row.entry.key: row.entry.plan_dates.dues for row in between.now.plan.rows},
            {board.id: board.short for p in (between.then, between.now) for board in p.programme.boards},
        )

    def say(self, key: str, old: dt.date | None, new: dt.date | None) -> str:
        """Who moved the due date of an action: " by TSG on 11 Oct 2021"; "" where the plan does not say."""
        own = [d for d in self.now if d.action == key and d.due == new]
        if own:
            return f" by {self._name(own[-1])}"
        gone = [d for d in self.then if d.action == key and d.due == old and d not in self.now]
        if gone:
            return f", since the decision of {self._name(gone[-1])} was withdrawn"
        if new in self.printed.get(key, ()):
            return ", as the plan prints it"
        return " by the tracker alone: no board's decision is on record" if old is not None else ""

    def _name(self, decision: DueDateDecision) -> str:
        return f"{self.boards.get(decision.board, decision.board)} on {say_short_date(decision.meeting)}"


@dataclass(frozen=True, slots=True)
class _Plans:
    """The plan of a programme, rated with only some of the due dates that boards agreed.

    `then` is the date of the earlier pack.
    """

    history: History
    programme: str
    then: dt.date

    def rate(self, position: Position, moves_known: int, *, meets: bool = True) -> tuple[KeptAction, ...]:
        """The actions of a position, with the moves known at an event; without `meets` only those of meetings up to
        the earlier pack's date, as if no board had met since."""
        every = self._moves(position.as_known)
        moves = self._moves(moves_known)
        if not meets:
            moves = [m for m in moves if m.meeting <= self.then]
        if moves == every:
            return keep_actions(position.plan.rows)
        receipts = self.history.receipts(self.programme, position.as_known)
        trackers = read_trackers(self.history, position.programme, receipts, position.as_at)
        return keep_actions(rate_actions(trackers, position.programme, moves, position.as_at).rows)

    def _moves(self, known: int) -> list[DueDateDecision]:
        found = self.history.decisions_at(self.programme, "due_date", known)
        return [read_decision(DueDateDecision, d) for d in found]


# --- What a restatement rests on ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Evidence:
    """What restated rows rest on."""

    then: Knowledge
    now: Knowledge

    def of(self, row: KpiRow, is_value: bool) -> tuple[Evidence, ...]:
        """The receipts and decisions behind a restated row."""
        return find_evidence(row, self.then, self.now, is_value=is_value)


def _knowledge(position: Position) -> Knowledge:
    days = {r.receipt_id: day_of(r.received_at) for r in position.received}
    declared: list[Decision] = [*position.corrections, *position.overrides]
    return Knowledge(
        position.as_known, position.as_at, position.programme, position.facts, position.received, days, declared
    )
