"""Steps that say what changed since a pack: which pack that is, and what would be derived at each step since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flows.environment import software_version
from flows.keeping import keep_actions, keep_facts
from flows.owner_rows import read_trackers
from flows.position import Position, derive_known
from flows.stored import read_decision
from history.records import IssueRecord, PackRecord
from history.store import History
from schemas.changes import Changes, Evidence, PriorPack
from schemas.config import Board, DueDateDecision
from schemas.days import day_of
from schemas.kept import KeptAction, KeptFacts, read_facts
from schemas.kpi import KpiRow
from transforms.actions import rate_actions
from transforms.changes import Comparison, Stage, find_changes
from transforms.indicators import derive_kpis
from transforms.packs.inputs import actions_of, rows_of
from transforms.restating import Knowledge, find_evidence
from transforms.standards import freeze_standards, with_standards


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
            (*_stages(history, between), Stage("software", keeps, position.programme, made_by)),
            {r.key for r in rows_of(other, between.printed.rows, first)},
            {r.key for r in rows_of(board, keeps.rows, position.programme)},
            _action_keys(other, between.then, between.printed),
            _action_keys(board, position, keeps),
            evidence.of,
            earlier.software,
            is_other,
            keep_facts(between.restated).limits,
        )
    )


def describe_prior(history: History, pack: PackRecord) -> PriorPack:
    """A pack as the earlier of two: with its meeting, and the day it was issued, if it was."""
    issues = history.packs.issues(pack.programme, pack.board)
    issue: IssueRecord | None = next((i for i in issues if i.pack_id == pack.pack_id), None)
    meeting = issue.meeting if issue is not None else pack.meeting
    return PriorPack(
        pack.pack_id, pack.board, pack.as_at, pack.as_known, meeting, issue.decided_on if issue is not None else None
    )


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


def _stages(history: History, between: _Between) -> Sequence[Stage]:
    """The stages from what was printed then to what is derived now; each isolates one cause."""
    then, restated, renewed, now = between.then, between.restated, between.renewed, between.now
    mixed = with_standards(then.programme, now.programme)
    frozen = freeze_standards(now.programme, then.as_at, now.as_at)
    plans = _Plans(history, now.programme.id, then.as_at)
    moved, own = " by a decision of the board", software_version()
    return (
        Stage("software", KeptFacts(then.rows, keep_actions(then.plan.rows)), then.programme, own),
        Stage(
            "restated",
            KeptFacts(restated.rows, plans.rate(restated, then.as_known)),
            then.programme,
            own,
            actions_how=" in the plan as known now",
        ),
        Stage(
            "target",
            KeptFacts(tuple(derive_kpis(restated.facts, mixed, then.as_at)), keep_actions(restated.plan.rows)),
            mixed,
            own,
            actions_how=moved,
        ),
        Stage(
            "rule",
            KeptFacts(renewed.rows, keep_actions(renewed.plan.rows)),
            now.programme,
            own,
            actions_how=" by another rule",
        ),
        Stage(
            "performance",
            KeptFacts(tuple(derive_kpis(now.facts, frozen, now.as_at)), plans.rate(now, now.as_known, meets=False)),
            now.programme,
            own,
        ),
        Stage(
            "target",
            KeptFacts(now.rows, keep_actions(now.plan.rows)),
            now.programme,
            own,
            by_date=True,
            actions_how=moved,
        ),
    )


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
    return Knowledge(position.as_known, position.as_at, position.programme, position.facts, position.received, days)
