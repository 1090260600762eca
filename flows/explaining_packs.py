"""Numbers and colours as a recorded pack prints them: by its own references, and nothing that it does not print."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from flows.building import find_board, give_pack
from flows.explaining import explain_figure, find_row, names_reference
from flows.explaining_plan import explain_action, explain_rating
from flows.position import Position
from flows.settings import UsageError
from history.records import PackRecord, PrintedFigure
from history.store import History
from schemas.figures import decimal_text
from schemas.kept import KeptFacts, read_facts
from schemas.kpi import KpiRow
from schemas.spelling import printable
from transforms.actions import ActionRow
from transforms.packs.inputs import PackInput, value_text


def explain_printed(
    history: History,
    position: Position,
    pack: PackRecord,
    name: str,
    service: str | None = None,
    subgroup: str | None = None,
) -> dict[str, Any]:
    """The explanation of a figure of a pack, named by the pack's reference, an indicator's id or its label.

    `position` is the pack's (see `flows.rebuilding.derive_record`). UsageError where the pack does not print it.
    """
    printed = _printed_rows(history, pack)
    by_ref = next((f for f in printed.values() if f.ref.casefold() == name.casefold()), None)
    if by_ref is not None and all(r.key != by_ref.figure_key for r in position.rows):
        raise UsageError(f"{by_ref.ref} of pack {pack.pack_id} is {by_ref.figure_key}, which is not derived any more")
    if by_ref is None and names_reference(name):
        raise _prints_no(pack, name)
    if by_ref is None and find_row(position, name, service, subgroup).key not in printed:
        raise _prints_no(pack, name, f": it is not among what {pack.board} sees")
    rows = tuple(replace(r, ref=printed[r.key].ref) for r in position.rows if r.key in printed)
    row = find_row(replace(position, rows=rows), name, service, subgroup)
    told = explain_figure(history, position, row)
    return {**told, "pack": {**_about(pack), **_say_printed(row, printed[row.key], _facts(pack))}}


def explain_printed_action(history: History, position: Position, pack: PackRecord, row: ActionRow) -> dict[str, Any]:
    """The explanation of an action of a pack. UsageError where its board does not see it."""
    if row.entry.key not in {a.entry.key for a in _given(position, pack).own_actions}:
        raise _prints_no(pack, row.entry.key, f": it is not among what {pack.board} sees")
    told = explain_action(history, position, row)
    kept = next((a for a in _facts(pack).actions if a.key == row.entry.key), None)
    outcome = kept.outcome if kept is not None else None
    return {**told, "pack": {**_about(pack), "outcome": outcome, "agrees": outcome == row.outcome}}


def explain_printed_rating(history: History, position: Position, pack: PackRecord, rating: str) -> dict[str, Any]:
    """What the counts of a colour count in a pack, each figure by the pack's reference."""
    printed = _printed_rows(history, pack)
    given = _given(position, pack)
    rows = tuple(replace(r, ref=printed[r.key].ref) for r in given.own_rows if r.key in printed)
    told = explain_rating(position, replace(given, rows=rows), rating, given.board)
    return {**told, "pack": _about(pack)}


def _printed_rows(history: History, pack: PackRecord) -> dict[str, PrintedFigure]:
    """The figures that a pack prints in rows of their own, by what they are about; what stands beside them is not."""
    return {f.figure_key: f for f in history.packs.figures(pack.pack_id) if f.ref and ":" not in f.figure_key}


def _prints_no(pack: PackRecord, name: str, why: str = "") -> UsageError:
    return UsageError(f"pack {pack.pack_id} prints no {printable(name)}{why}")


def _given(position: Position, pack: PackRecord) -> PackInput:
    return give_pack(position, find_board(position, pack.board), pack.meeting, pack.edition)


def _facts(pack: PackRecord) -> KeptFacts:
    return read_facts(pack.facts) if pack.facts else KeptFacts(())


def _about(pack: PackRecord) -> Mapping[str, Any]:
    return {
        "id": pack.pack_id,
        "board": pack.board,
        "as_at": pack.as_at.isoformat(),
        "meeting": pack.meeting.isoformat() if pack.meeting else None,
        "software": pack.software,
    }


def _say_printed(row: KpiRow, printed: PrintedFigure, facts: KeptFacts) -> Mapping[str, Any]:
    """What a pack printed of a row, and whether that is what is derived; an older pack kept no rating."""
    kept = next((r for r in facts.rows if r.key == row.key), None)
    if kept is None:
        same = (decimal_text(row.value), row.state) == (printed.value, printed.state)
        return {"text": printed.text, "impact": None, "agrees": same}
    same = (row.value, row.state, row.impact) == (kept.value, kept.state, kept.impact)
    return {"text": value_text(kept), "impact": kept.impact, "agrees": same}
