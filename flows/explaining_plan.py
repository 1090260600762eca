"""Why an action has its colour, and which figures and actions a printed count counts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flows.owner_rows import read_trackers
from flows.position import Position
from flows.stored import read_decision
from flows.tracing import Tracer
from history.store import History
from schemas.config import Board, DueDateDecision
from schemas.facts import LABEL_FIELD, OWNER_FIELDS, Reading
from transforms.actions import ActionRow, Outcome, agreed_due, rate_action
from transforms.owner_rows import Statement, find_cell, lay_rows
from transforms.packs.inputs import IMPACT_ORDER, OUTCOME_ORDER, PackInput, find_rating, full_name
from transforms.tracker import DATE_FIELDS, Tracker

_SHOWN = ("printed", *DATE_FIELDS, "recovery_note", "owner_rating")
"""The fields of a tracker that a rating rests on, and the owner's own."""


def find_action(position: Position, name: str) -> ActionRow | None:
    """The action of a key as printed, if there is one."""
    return next((a for a in position.plan.rows if a.entry.key.casefold() == name.casefold()), None)


def explain_action(history: History, position: Position, row: ActionRow) -> dict[str, Any]:
    """The explanation of an action's colour: dates with their cells, the rule, decisions and earlier ratings."""
    programme, known, key = position.programme, position.as_known, row.entry.key
    receipts = history.receipts(programme.id, known)
    trackers = read_trackers(history, programme, receipts, position.as_at)
    laid = lay_rows(trackers)
    current = next(s for s in laid.current if s.entry.key == key)
    earlier = [s for s in laid.earlier if s.entry.key == key]
    moves = [read_decision(DueDateDecision, d) for d in history.decisions_at(programme.id, "due_date", known)]
    own = [m for m in moves if m.action == key and m.meeting <= position.as_at]
    followed: set[DueDateDecision] = set()
    past = _rate_earlier(earlier, own, followed)
    agreed_due(row.entry, past[-1][1] if past else None, own, position.as_at, followed)
    found = _cells(current, trackers)
    tracer = Tracer(history, position)
    dates = row.entry.plan_dates
    return {
        "action": key,
        "title": row.entry.title,
        "owner": row.entry.owner,
        "as_at": position.as_at.isoformat(),
        "as_known": known,
        "outcome": row.outcome,
        "previous_outcome": row.previous_outcome,
        "owner_rating": row.entry.owner_rating,
        "start": row.start.isoformat() if row.start else None,
        "due": row.due.isoformat() if row.due else None,
        "forecast": row.forecast.isoformat() if row.forecast else None,
        "rule": row.reason,
        "reading": dates.text if row.entry.printed and row.entry.start is None and row.entry.due is None else "",
        "cells": [_cell(position, tracker, reading) for tracker, reading in found],
        "files": [tracer.file(i) for i in dict.fromkeys(t.receipt_id for t, _ in found)],
        "decisions": [_move(m, is_followed=m in followed) for m in own],
        "earlier": [
            {"as_at": s.as_at.isoformat(), "outcome": o, "rule": why, "file": position.receipt(r).name, "receipt": r}
            for s, _, o, why in past
            for r in [s.tracker.receipt_id]
        ],
        "configuration": position.configuration_sha,
    }


def _rate_earlier(
    earlier: Sequence[Statement], moves: Sequence[DueDateDecision], followed: set[DueDateDecision]
) -> list[tuple[Statement, Any, Outcome, str]]:
    """What earlier files made of the action, oldest first: the due date agreed then, its colour and why."""
    past: list[tuple[Statement, Any, Outcome, str]] = []
    for statement in earlier:
        due = agreed_due(statement.entry, past[-1][1] if past else None, moves, statement.as_at, followed)
        outcome, why = rate_action(statement.entry, due, [p[2] for p in past], statement.as_at)
        past.append((statement, due, outcome, why))
    return past


def _cells(current: Statement, trackers: Sequence[Tracker]) -> list[tuple[Tracker, Reading]]:
    """The filled cells that the rating rests on: those of the plan, and for what owners fill in those that speak."""
    key, speaking = current.entry.key, current.tracker
    whole = [t for t in trackers if not t.scope and t.as_at <= current.as_at and key in t.cells]
    plan = max(whole, key=lambda t: (t.as_at, t.receipt_id), default=speaking)
    found = []
    for name in (LABEL_FIELD, *_SHOWN):
        reading = plan.cells[key].get(name)
        place = (plan, reading) if reading is not None and reading.raw_text else None
        if name in OWNER_FIELDS:
            place = find_cell(current, name)
        if place is not None:
            found.append(place)
    return found


def _cell(position: Position, tracker: Tracker, reading: Reading) -> dict[str, Any]:
    item = position.receipt(tracker.receipt_id)
    return {
        "name": "action" if reading.field == LABEL_FIELD else reading.field.replace("_", " "),
        "value": reading.value,
        "as_printed": reading.raw_text,
        "number_format": reading.number_format,
        "file": item.name,
        "sha256": item.sha256,
        "sheet": reading.sheet,
        "cell": reading.cell,
        "received_at": item.received_at,
        "receipt": item.receipt_id,
    }


def _move(move: DueDateDecision, *, is_followed: bool) -> dict[str, Any]:
    return {
        "expected": move.expected.isoformat(),
        "due": move.due.isoformat(),
        "board": move.board,
        "meeting": move.meeting.isoformat(),
        "role": move.role,
        "reason": move.reason,
        "is_followed": is_followed,
    }


# --- counts


def find_rating_id(position: Position, name: str) -> str | None:
    """The rating meant by its id, word or letter ("red", "no data"), if there is one."""
    folded = name.strip().casefold().replace(" ", "_").replace("-", "_")
    for rating in dict.fromkeys((*IMPACT_ORDER, *OUTCOME_ORDER)):
        shown = find_rating(rating, position.programme)
        if folded in {rating, shown.word.casefold().replace(" ", "_")}:
            return rating
    return None


def explain_rating(position: Position, given: PackInput, rating: str, board: Board | None) -> dict[str, Any]:
    """What the counts of a colour count, as a board's pack prints them: figures, actions, and how many by part.

    `given` is what the pack is made of; without a board, of all.
    """
    rows = [r for r in given.own_rows if r.impact == rating]
    actions = [a for a in given.own_actions if a.outcome == rating]
    parts = []
    for priority in (p for p in position.programme.priorities if p.id in given.priorities):
        refs = {r.ref for r in priority.refs}
        parts.append(
            {
                "number": priority.number,
                "title": f"{priority.number} {priority.title}",
                "figures": sum(bool(refs & set(r.plan_refs)) for r in rows),
                "actions": sum(a.priority == priority.id for a in actions),
            }
        )
    return {
        "rating": rating,
        "word": find_rating(rating, position.programme).word,
        "board": board.id if board else None,
        "as_at": position.as_at.isoformat(),
        "as_known": position.as_known,
        "figures": [
            {
                "ref": r.ref,
                "name": full_name(r, position.programme),
                "plan_refs": list(r.plan_refs),
                "rule": r.reason,
            }
            for r in rows
        ],
        "actions": [
            {"key": a.entry.key, "ref": a.entry.ref, "title": a.entry.title, "rule": a.reason} for a in actions
        ],
        "parts": parts,
        "configuration": position.configuration_sha,
    }
