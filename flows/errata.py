"""Errata: what an erratum knows of the issued pack that it replaces, and building one."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import cast

from flows.building import BuiltPack, build_pack, find_board, model_pack, since_last
from flows.position import Position
from flows.settings import UsageError
from flows.since import changes_since, seen_actions
from history.database import HistoryError
from history.records import IssueRecord, PackRecord, PrintedFigure
from history.store import History
from schemas.config import Board
from schemas.erratum import ErratumNotice, PrintedBefore
from schemas.figures import FigureState
from schemas.kept import read_facts
from schemas.pack import Pack
from transforms.packs.erratum import keep_references


def issues_of_meeting(history: History, record: PackRecord) -> list[IssueRecord]:
    """What was issued for a pack's board, meeting and edition, in order: the pack, then its errata."""
    issued = history.packs.issues(record.programme, record.board)
    return [i for i in issued if (i.meeting, i.edition) == (record.meeting, record.edition)]


def find_latest_issue(history: History, record: PackRecord) -> IssueRecord:
    """The issue of a pack that an erratum would replace. UsageError where it was never issued, or is replaced."""
    issued = issues_of_meeting(history, record)
    own = next((i for i in issued if i.pack_id == record.pack_id), None)
    if own is None and issued:
        last = issued[-1]
        raise UsageError(f"pack {record.pack_id} was not issued; for that meeting pack {last.pack_id} was")
    if own is None:
        raise UsageError(
            f"pack {record.pack_id} was not issued, so it needs no erratum; "
            "issue it with `boardpack issue`, or build another"
        )
    if own is not issued[-1]:
        last = issued[-1]
        raise UsageError(
            f"pack {record.pack_id} was replaced by erratum {last.ordinal}, issued on {last.decided_on.isoformat()}; "
            f"name that one: {last.pack_id}"
        )
    return own


def notice_of(history: History, replaced: int, reason: str) -> ErratumNotice:
    """The notice of an erratum to an issued pack, from history alone. HistoryError where it was not issued."""
    record = history.packs.find(replaced)
    if record is None:
        raise HistoryError(f"pack {replaced}, which an erratum replaces, is not in history")
    chain = issues_of_meeting(history, record)
    own = next((i for i in chain if i.pack_id == replaced), None)
    if own is None:
        raise HistoryError(f"pack {replaced}, which an erratum replaces, was never issued")
    references: dict[str, str] = {}
    for issue in chain:
        if issue.ordinal <= own.ordinal:
            references = _references(history, issue.pack_id) | references
    return ErratumNotice(
        own.ordinal + 1,
        chain[0].decided_on,
        own.decided_on,
        reason,
        references,
        tuple(_printed(f) for f in history.packs.figures(replaced)),
        read_facts(record.facts) if record.facts else None,
    )


def _references(history: History, pack_id: int) -> dict[str, str]:
    """The references that a pack gave, by figure: also those that other boards see."""
    record = history.packs.find(pack_id)
    if record is not None and record.facts:
        return {row.key: row.ref for row in read_facts(record.facts).rows}
    return {f.figure_key: f.ref for f in history.packs.figures(pack_id) if f.ref and ":" not in f.figure_key}


def _printed(figure: PrintedFigure) -> PrintedBefore:
    value = Decimal(figure.value) if figure.value is not None else None
    return PrintedBefore(figure.figure_key, figure.ref, cast(FigureState, figure.state), value, figure.text)


def number_as_before(position: Position, notice: ErratumNotice | None) -> Position:
    """A position whose figures have the references that they had in the pack that is replaced."""
    if notice is None:
        return position
    return replace(position, rows=keep_references(position.rows, notice.references))


def with_causes(
    history: History, position: Position, board: Board, notice: ErratumNotice, replaced: int
) -> ErratumNotice:
    """A notice that says why each figure is other than the replaced pack printed it."""
    earlier = history.packs.find(replaced)
    if earlier is None:
        return notice
    changes = changes_since(history, position, board, earlier)
    return replace(
        notice,
        causes={c.key: "; ".join(step.words for step in c.steps) for c in changes.figures},
        seen_actions=frozenset(seen_actions(history, earlier)),
    )


def says_the_same(new: Pack, old: Pack) -> bool:
    """Whether two packs print the same, but for what they say of themselves on the cover."""
    return _bare(new) == _bare(old)


def _bare(pack: Pack) -> Pack:
    return replace(
        pack, software="", figures=(), attachments=(), erratum=None, cover=replace(pack.cover, facts=(), erratum="")
    )


def build_erratum(
    history: History, replaced: PackRecord, position: Position, before: Pack, reason: str, outbox: Path
) -> BuiltPack | None:
    """Build a pack that puts an issued one right; None where it would print nothing else.

    `position` is of the same date, as known now; `before` is the model of the replaced pack, without a notice
    of its own: what its page 1 says of an earlier erratum, and what gives way to that, is no difference.
    """
    notice = notice_of(history, replaced.pack_id, reason)
    numbered = number_as_before(position, notice)
    board = find_board(numbered, replaced.board)
    _, changes = since_last(history, numbered, board, replaced.meeting)
    if says_the_same(model_pack(numbered, board, replaced.meeting, replaced.edition, changes), before):
        return None
    notice = with_causes(history, numbered, board, notice, replaced.pack_id)
    return build_pack(
        history, numbered, board, outbox, replaced.meeting, None, erratum=notice, replaces=replaced.pack_id
    )
