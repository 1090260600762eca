"""Outcome: the colour of every action at a date, by rule, beside its owner's own.

Source: docs/methodology.md, "BRAG: outcome".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, Literal

from schemas.config import DueDateDecision, Programme
from schemas.findings import Finding, make_finding
from schemas.spelling import nearest
from transforms.owner_rows import Statement, lay_rows
from transforms.tracker import ActionEntry, Tracker
from transforms.words import say_date, say_short_date

Outcome = Literal["blue", "red", "amber", "yellow", "green", "grey", "undated"]

_HOPE = {"red": 0, "amber": 1, "yellow": 2, "green": 3, "blue": 4}


@dataclass(frozen=True, slots=True)
class ActionRow:
    """An action, rated by rule at a date. `due` is the agreed date in force; `tracker_as_at` dates the file
    that spoke of it last."""

    entry: ActionEntry
    priority: str
    start: dt.date | None
    due: dt.date | None
    forecast: dt.date | None
    outcome: Outcome
    previous_outcome: Outcome | None
    reason: str
    tracker_as_at: dt.date

    @property
    def is_owner_hopeful(self) -> bool:
        """Whether the owner's colour is better than the rule's."""
        own = self.entry.owner_rating
        return own in _HOPE and self.outcome in _HOPE and _HOPE[own] > _HOPE[self.outcome]


@dataclass(frozen=True, slots=True)
class RatedPlan:
    """The plan at a date: every action of the tracker in force, and the findings across trackers.

    `owner_findings` are those of comparing owners' rows with the plan, by receipt.
    """

    rows: tuple[ActionRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    owner_findings: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)


@dataclass(slots=True)
class _Past:
    """What earlier trackers said of an action: its agreed due date and its ratings, oldest first."""

    due: dt.date | None = None
    ratings: list[Outcome] = field(default_factory=list)
    title: str = ""
    followed: set[DueDateDecision] = field(default_factory=set)


def rate_actions(
    trackers: Sequence[Tracker], programme: Programme, decisions: Iterable[DueDateDecision], as_at: dt.date
) -> RatedPlan:
    """Rate every action of the plan in force at `as_at`; what files said before gives the history.

    The plan is the latest whole tracker on or before the date, with owners' rows laid over it.
    """
    laid = lay_rows(t for t in trackers if t.as_at <= as_at)
    if not laid.current:
        return RatedPlan(owner_findings=_by_receipt(laid.findings))
    past: dict[str, _Past] = {}
    findings: list[Finding] = []
    moves = [d for d in decisions if d.meeting <= as_at]
    for statement in laid.earlier:
        _remember(statement, past, moves)
    gone = past.keys() - {s.entry.key for s in laid.current}
    findings += [make_finding("action_gone", key=key, row_key=key) for key in sorted(gone)]
    priority_of = {r.ref: p.id for p in programme.priorities for r in p.refs}
    rows = []
    for statement in laid.current:
        known = past.setdefault(statement.entry.key, _Past())
        row = _rate_last(statement, known, moves, as_at, findings)
        rows.append(replace(row, priority=priority_of.get(row.entry.ref, "")))
        moved = _typed_due(statement, row, moves)
        if moved is not None:
            laid.findings[statement.tracker.receipt_id].append(moved)
    followed = {move for known in past.values() for move in known.followed}
    return RatedPlan(
        tuple(rows),
        (*findings, *_unmatched(rows, [m for m in moves if m not in followed])),
        _by_receipt(laid.findings),
    )


def _by_receipt(findings: Mapping[int, Sequence[Finding]]) -> dict[int, tuple[Finding, ...]]:
    return {receipt_id: tuple(own) for receipt_id, own in findings.items()}


def _remember(statement: Statement, past: dict[str, _Past], moves: Sequence[DueDateDecision]) -> None:
    entry = statement.entry
    known = past.setdefault(entry.key, _Past())
    known.due = agreed_due(entry, known.due, moves, statement.as_at, known.followed)
    known.ratings.append(rate_action(entry, known.due, known.ratings, statement.as_at)[0])
    known.title = entry.title


def _rate_last(
    statement: Statement, known: _Past, moves: Sequence[DueDateDecision], as_at: dt.date, findings: list[Finding]
) -> ActionRow:
    """The row of an action, by the last that was said of it; its priority is still to be filled in."""
    entry = statement.entry
    if known.title and known.title != entry.title:
        key, old = entry.key, known.title
        findings.append(make_finding("title_changed", row_key=key, key=key, old=old, new=entry.title))
    before = known.ratings[-1] if known.ratings else None
    due = agreed_due(entry, known.due, moves, as_at, known.followed, findings)
    ratings = list(known.ratings)
    if statement.as_at < as_at:
        then = agreed_due(entry, known.due, moves, statement.as_at, set())
        ratings.append(rate_action(entry, then, ratings, statement.as_at)[0])
    outcome, reason = rate_action(entry, due, ratings, as_at)
    return ActionRow(entry, "", entry.starts, due, entry.forecast_for, outcome, before, reason, statement.as_at)


def _typed_due(statement: Statement, row: ActionRow, moves: Sequence[DueDateDecision]) -> Finding | None:
    """The due date that an owner typed into a locked cell, if no board ever agreed it."""
    cell = statement.typed_due
    if cell is None or cell.kind != "date" or cell.value is None:
        return None
    entry, typed = statement.entry, dt.date.fromisoformat(cell.value)
    agreed = {row.due, entry.due_at(statement.as_at), *entry.plan_dates.dues}
    agreed |= {day for m in moves if m.action == entry.key for day in (m.expected, m.due)}
    if typed in agreed:
        return None
    old = say_date(row.due) if row.due else "none"
    place: dict[str, Any] = {"sheet": cell.sheet, "cell": cell.cell, "table_id": cell.table, "row_key": cell.row_key}
    return make_finding("due_in_owner_rows", **place, key=entry.key, new=say_date(typed), old=old)


def agreed_due(
    entry: ActionEntry,
    before: dt.date | None,
    moves: Sequence[DueDateDecision],
    date: dt.date,
    followed: set[DueDateDecision],
    findings: list[Finding] | None = None,
) -> dt.date | None:
    """The agreed due date of an action at a date. `before` is the one agreed until now.

    It moves by a recorded decision (noted in `followed`), or on to the next printed milestone; a change that
    nobody recorded never makes the date later, and is a doubt.
    """
    typed = entry.due_at(date)
    own = sorted((m for m in moves if m.action == entry.key and m.meeting <= date), key=lambda m: m.meeting)
    agreed = _follow(before or typed, own, followed)
    left = {move.expected for move in own if move in followed}
    if agreed is None or typed is None or typed == agreed or typed in left:
        return agreed
    milestones = entry.plan_dates.dues
    if typed in milestones and agreed in milestones:
        return typed
    if findings is not None:
        key, new, old = entry.key, say_date(typed), say_date(agreed)
        findings.append(make_finding("due_moved", row_key=key, key=key, new=new, old=old))
    return min(typed, agreed)


def _follow(agreed: dt.date | None, own: Sequence[DueDateDecision], followed: set[DueDateDecision]) -> dt.date | None:
    """Where decisions move a due date, meeting by meeting; those of one meeting in the order in which they fit."""
    for _, group in groupby(own, key=lambda m: m.meeting):
        left = list(group)
        while (move := next((m for m in left if m.expected == agreed), None)) is not None:
            agreed = move.due
            followed.add(move)
            left.remove(move)
    return agreed


def _unmatched(rows: Sequence[ActionRow], moves: Sequence[DueDateDecision]) -> list[Finding]:
    """Recorded moves that moved nothing: the action is unknown, or was not due when they expect it."""
    due = {row.entry.key: row.due for row in rows}
    return [
        make_finding("decision_unmatched", row_key=move.action, key=move.action, why=_why_unmatched(move, due))
        for move in moves
        if move.action not in due or due[move.action] != move.due  # else the tracker says so already
    ]


def _why_unmatched(move: DueDateDecision, due: Mapping[str, dt.date | None]) -> str:
    if move.action not in due:
        near = nearest(move.action, due)
        return f"there is no action {move.action} in the plan" + (f"; the nearest is {near}" if near else "")
    found = due[move.action]
    agreed = f"the agreed date was {say_date(found)}" if found else "the action has no due date"
    return f"it expects {say_date(move.expected)}, but {agreed}"


def rate_action(
    entry: ActionEntry, due: dt.date | None, history: Sequence[Outcome], date: dt.date
) -> tuple[Outcome, str]:
    """Colour and reason of an action at a date. `history` are its earlier ratings, oldest first."""
    if entry.completed_on is not None and entry.completed_on <= date:
        return "blue", f"completed on {say_short_date(entry.completed_on)}"
    if entry.starts is not None and entry.starts > date:
        return "grey", f"starts on {say_short_date(entry.starts)}"
    deadline = due or entry.next_review
    if deadline is None:
        return "undated", "no due date and no next review"
    what = "due" if due is not None else "next review"
    forecast = entry.forecast_for
    problem = _problem(deadline, what, forecast, date)
    if problem:
        return _behind(entry, problem, date)
    on_date = f"{what} {say_short_date(deadline)}"
    is_embedded = entry.embedded_on is not None and entry.embedded_on <= date
    if _was_behind(history) and not is_embedded:
        return "yellow", f"back on its agreed date, {on_date}; not yet embedded"
    return "green", f"{on_date}{', embedded' if is_embedded else ''}"


def _problem(deadline: dt.date, what: str, forecast: dt.date | None, date: dt.date) -> str:
    if deadline < date:
        return f"{what} {say_short_date(deadline)}, passed"
    if forecast is not None and forecast > deadline:
        return f"forecast {say_short_date(forecast)}, after {what} {say_short_date(deadline)}"
    return ""


def _behind(entry: ActionEntry, problem: str, date: dt.date) -> tuple[Outcome, str]:
    by = entry.recovery_by
    if not entry.recovery_note:
        return "red", f"{problem}; no recovery note"
    if by is None:
        return "red", f"{problem}; recovery note without a date"
    if by < date:
        return "red", f"{problem}; recovery was due by {say_short_date(by)}"
    return "amber", f"{problem}; recovery by {say_short_date(by)}"


def _was_behind(history: Sequence[Outcome]) -> bool:
    """Whether the action was rated Red or Amber since it was last Green."""
    for rating in reversed(history):
        if rating in {"red", "amber"}:
            return True
        if rating == "green":
            return False
    return False
