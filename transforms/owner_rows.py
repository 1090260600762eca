"""Owners' rows laid over the plan: what each file says of each action, in order of its dates.

A whole tracker says what the plan is. An owner's file says how that owner's actions stand; it changes nothing
else, and what it leaves out stays as it was. For one date the file received last is believed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.facts import LABEL_FIELD, OWNER_FIELDS, Reading
from schemas.findings import Finding, make_finding
from schemas.spelling import nearest
from transforms.roles import names_role
from transforms.tracker import ActionEntry, Tracker
from transforms.words import join_words, plural, say_short_date

PLAN_CODES = frozenset({
    "row_of_other_owner", "row_not_in_plan", "no_plan_for_rows", "locked_field_changed", "due_in_owner_rows",
    "owner_rows_replaced",
})  # fmt: skip
"""The findings that come of comparing an owner's rows with the plan, made anew whenever more is known."""

_LOCKED_TEXTS = {
    "ref": "reference", "letter": "letter", "title": "title", "owner": "owner", "printed": "printed date",
}  # fmt: skip
_NO_VALUE = {"unreadable", "error", "uncached"}
_MOST_KEYS = 8


@dataclass(frozen=True, slots=True)
class Statement:
    """What one file says of one action. `typed_due` is the due cell of an owner's row, which moves nothing; `before`
    is what was said before an owner's row, which stays where a cell of the row cannot be read."""

    as_at: dt.date
    entry: ActionEntry
    tracker: Tracker
    typed_due: Reading | None = None
    before: Statement | None = None


@dataclass(slots=True)
class LaidPlan:
    """The plan in force: the last statement of each of its actions, in the order of the whole tracker.

    `earlier` holds every other statement, oldest first; `findings` are by receipt of the owners' files.
    """

    current: list[Statement] = field(default_factory=list)
    earlier: list[Statement] = field(default_factory=list)
    findings: dict[int, list[Finding]] = field(default_factory=dict)


def lay_rows(trackers: Iterable[Tracker]) -> LaidPlan:
    """Lay owners' rows over the whole trackers. Each tracker given is of the date of the plan or before."""
    ordered = sorted(trackers, key=lambda t: (t.as_at, t.receipt_id, bool(t.scope)))
    whole = [t for t in ordered if not t.scope]
    laid = LaidPlan()
    said: dict[str, list[Statement]] = {}
    for tracker in ordered:
        if tracker.scope:
            base = max((t for t in whole if t.as_at <= tracker.as_at), key=lambda t: t.as_at, default=None)
            found = _read_rows(tracker, base, said, laid.findings.setdefault(tracker.receipt_id, []))
        else:
            found = [Statement(tracker.as_at, entry, tracker) for entry in tracker.entries]
            _note_replaced(found, said, laid.findings)
        for statement in found:
            _say(said.setdefault(statement.entry.key, []), statement)
    if not whole:
        return laid
    keys = [entry.key for entry in whole[-1].entries]
    laid.current = [said[key][-1] for key in keys]
    in_force = set(keys)
    earlier = [s for key, own in said.items() for s in (own[:-1] if key in in_force else own)]
    laid.earlier = sorted(earlier, key=lambda s: s.as_at)
    return laid


def _say(own: list[Statement], statement: Statement) -> None:
    """Of two files of one date, the one received last is believed."""
    if own and own[-1].as_at == statement.as_at:
        own.pop()
    own.append(statement)


def _read_rows(
    tracker: Tracker, base: Tracker | None, said: Mapping[str, Sequence[Statement]], findings: list[Finding]
) -> list[Statement]:
    """The statements of an owner's file: of the actions of the plan that are the owner's."""
    if base is None:
        first = next(iter(tracker.cells.values()), None)
        at = first[LABEL_FIELD] if first else None
        place: dict[str, Any] = {"sheet": at.sheet, "cell": at.cell} if at else {}
        date = say_short_date(tracker.as_at)
        findings.append(make_finding("no_plan_for_rows", **place, date=date, role=tracker.scope))
        return []
    plan = {entry.key: entry for entry in base.entries}
    found = []
    for entry in tracker.entries:
        cells = tracker.cells[entry.key]
        known = plan.get(entry.key)
        root = entry.key.split("#")[0]
        if f"{root}#2" in tracker.cells and f"{root}#2" not in plan:
            continue  # two rows of one action: the finding stands on the second
        if known is None:
            near = nearest(entry.key, plan)
            hint = f"; the nearest is {near}" if near else ""
            findings.append(_at(cells[LABEL_FIELD], "row_not_in_plan", key=entry.key, near=hint))
            continue
        if not names_role(known.owner, tracker.scope):
            at = cells.get("owner") or cells[LABEL_FIELD]
            owner = known.owner or "no named owner"
            findings.append(_at(at, "row_of_other_owner", key=entry.key, owner=owner, role=tracker.scope))
            continue
        findings += _compare_locked(entry, known, cells)
        before = said[entry.key][-1] if said.get(entry.key) else Statement(base.as_at, known, base)
        merged = _lay_over(entry, known, before.entry, cells)
        found.append(Statement(tracker.as_at, merged, tracker, cells.get("due"), before))
    return found


def find_cell(statement: Statement, name: str) -> tuple[Tracker, Reading] | None:
    """The file and cell from which a statement has a field that owners fill in; None where it is empty.

    A blank cell of an owner's row says that there is nothing; one that cannot be read leaves what was said before.
    """
    reading = statement.tracker.cells.get(statement.entry.key, {}).get(name)
    if reading is not None and reading.kind in _NO_VALUE and statement.before is not None:
        return find_cell(statement.before, name)
    return (statement.tracker, reading) if reading is not None and reading.raw_text else None


def _at(cell: Reading, code: str, **parts: Any) -> Finding:
    return make_finding(code, sheet=cell.sheet, cell=cell.cell, table_id=cell.table, row_key=cell.row_key, **parts)


def _lay_over(
    entry: ActionEntry, plan: ActionEntry, before: ActionEntry, cells: Mapping[str, Reading]
) -> ActionEntry:
    """The plan's entry with what the owner says; a cell that cannot be read leaves what was said before."""
    own = {}
    for name in OWNER_FIELDS:
        is_lost = name in cells and cells[name].kind in _NO_VALUE
        own[name] = getattr(before if is_lost else entry, name)
    return replace(plan, **own)


def _compare_locked(entry: ActionEntry, plan: ActionEntry, cells: Mapping[str, Reading]) -> list[Finding]:
    """What an owner's row says otherwise than the plan; an emptied cell says nothing."""
    findings = []
    for name, what in _LOCKED_TEXTS.items():
        text, known = getattr(entry, name), getattr(plan, name)
        if text and " ".join(text.split()) != " ".join(known.split()):
            at = cells[name]
            findings.append(
                _at(at, "locked_field_changed", what=what, key=entry.key, text=text, plan=known or "nothing")
            )
    if entry.start is not None and entry.start != plan.starts:
        known_start = say_short_date(plan.starts) if plan.starts else "nothing"
        text = say_short_date(entry.start)
        at = cells["start"]
        findings.append(_at(at, "locked_field_changed", what="start", key=entry.key, text=text, plan=known_start))
    return findings


def _note_replaced(
    found: Sequence[Statement], said: Mapping[str, Sequence[Statement]], findings: dict[int, list[Finding]]
) -> None:
    """Owners' rows of the same date that a whole tracker, received later, contradicts: said, never silent."""
    lost: dict[int, tuple[Tracker, list[str]]] = {}
    for statement in found:
        own = said.get(statement.entry.key)
        last = own[-1] if own else None
        if last is None or not last.tracker.scope or last.as_at != statement.as_at:
            continue
        if any(getattr(last.entry, n) != getattr(statement.entry, n) for n in OWNER_FIELDS):
            lost.setdefault(last.tracker.receipt_id, (last.tracker, []))[1].append(statement.entry.key)
    for receipt_id, (tracker, keys) in lost.items():
        at = tracker.cells[keys[0]][LABEL_FIELD]
        shown = (
            keys if len(keys) <= _MOST_KEYS else [*keys[:_MOST_KEYS], f"{plural(len(keys) - _MOST_KEYS, 'other')}"]
        )
        findings.setdefault(receipt_id, []).append(
            _at(at, "owner_rows_replaced", role=tracker.scope, keys=join_words(shown))
        )
