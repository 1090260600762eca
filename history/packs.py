"""Packs in history: what was built, with every figure it prints, and what was issued for which meeting."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping, func, insert, select

from history import tables as t
from history.chain import add_event
from history.database import HistoryError, reading, writing
from history.records import IssueRecord, PackRecord, PrintedFigure

_SAME = ("board", "meeting", "edition", "format", "as_at", "as_known", "configuration_sha", "sha256", "compared_with")


class Packs:
    """The packs of one history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def record(self, programme: str, pack: PackRecord, figures: Sequence[PrintedFigure], at: str) -> int:
        """Record a pack and every figure it prints; returns its id. The same pack again is the same record."""
        values = _pack_values(pack) | {"programme": programme}
        with writing(self._engine) as connection:
            known = _find_same(connection, values)
            if known is not None:
                return known
            seq = add_event(connection, programme, "pack", at)
            connection.execute(insert(t.pack).values(pack_id=seq, **values))
            if figures:
                connection.execute(insert(t.printed_figure), [{"pack_id": seq, **asdict(f)} for f in figures])
        return seq

    def find(self, pack_id: int) -> PackRecord | None:
        """A pack by its number."""
        with reading(self._engine) as connection:
            row = connection.execute(select(t.pack).where(t.pack.c.pack_id == pack_id)).mappings().first()
        return _to_pack(row) if row else None

    def built(self, programme: str | None = None, board: str | None = None) -> list[PackRecord]:
        """Every pack that was built, in order; of one programme and board where they are named."""
        query = select(t.pack).order_by(t.pack.c.pack_id)
        query = query if programme is None else query.where(t.pack.c.programme == programme)
        query = query if board is None else query.where(t.pack.c.board == board)
        with reading(self._engine) as connection:
            return [_to_pack(row) for row in connection.execute(query).mappings()]

    def listed(self, programme: str | None = None) -> list[PackRecord]:
        """As `built`, quickly: without the facts and the environment of each pack."""
        heavy = {"facts", "environment"}
        query = select(*(c for c in t.pack.c if c.name not in heavy)).order_by(t.pack.c.pack_id)
        query = query if programme is None else query.where(t.pack.c.programme == programme)
        with reading(self._engine) as connection:
            return [_to_pack(row) for row in connection.execute(query).mappings()]

    def figures(self, pack_id: int) -> list[PrintedFigure]:
        """Every figure that a pack prints."""
        query = select(t.printed_figure).where(t.printed_figure.c.pack_id == pack_id)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(t.printed_figure.c.figure_key)).mappings().all()
        return [PrintedFigure(r["ref"], r["figure_key"], r["state"], r["value"], r["text"]) for r in rows]

    def issue(self, issue: IssueRecord, at: str) -> IssueRecord:
        """Record that a pack was issued. Once for a meeting and ordinal: the same issue again changes nothing.

        HistoryError where another pack was issued in its place.
        """
        values = _issue_values(issue)
        with writing(self._engine) as connection:
            place = [t.issue.c[n] == values[n] for n in ("programme", "board", "meeting", "edition", "ordinal")]
            query = select(t.issue, t.event.c.at).join(t.event, t.event.c.seq == t.issue.c.seq)
            row = connection.execute(query.where(*place)).mappings().first()
            if row is None:
                seq = add_event(connection, issue.programme, "issue", at)
                connection.execute(insert(t.issue).values(seq=seq, **values))
                row = connection.execute(query.where(*place)).mappings().one()
        found = _to_issue(row)
        if found.pack_id != issue.pack_id:
            raise HistoryError(f"pack {found.pack_id} was issued for that meeting already")
        return found

    def issues(
        self, programme: str | None = None, board: str | None = None, upto: int | None = None
    ) -> list[IssueRecord]:
        """What was issued, in order: of one programme and board where they are named, up to an event."""
        query = select(t.issue, t.event.c.at).join(t.event, t.event.c.seq == t.issue.c.seq).order_by(t.issue.c.seq)
        query = query if programme is None else query.where(t.issue.c.programme == programme)
        query = query if board is None else query.where(t.issue.c.board == board)
        query = query if upto is None else query.where(t.issue.c.seq <= upto)
        with reading(self._engine) as connection:
            return [_to_issue(row) for row in connection.execute(query).mappings()]


def _find_same(connection: Connection, values: Mapping[str, Any]) -> int | None:
    same = [t.pack.c[name] == values[name] for name in ("programme", *_SAME)]
    found = connection.scalar(select(func.max(t.pack.c.pack_id)).where(*same))
    return None if found is None else int(found)


def _pack_values(pack: PackRecord) -> dict[str, Any]:
    values = asdict(pack)
    del values["pack_id"]
    values["meeting"] = pack.meeting.isoformat() if pack.meeting else None
    values["as_at"] = pack.as_at.isoformat()
    return values


def _to_pack(row: RowMapping) -> PackRecord:
    values = dict(row)
    values["meeting"] = dt.date.fromisoformat(values["meeting"]) if values["meeting"] else None
    values["as_at"] = dt.date.fromisoformat(values["as_at"])
    values["path"] = values["path"] or ""
    return PackRecord(**values)


def _issue_values(issue: IssueRecord) -> dict[str, Any]:
    values = asdict(issue)
    del values["seq"], values["at"]
    values["meeting"] = issue.meeting.isoformat()
    values["decided_on"] = issue.decided_on.isoformat()
    return values


def _to_issue(row: RowMapping) -> IssueRecord:
    values = dict(row)
    values["meeting"] = dt.date.fromisoformat(values["meeting"])
    values["decided_on"] = dt.date.fromisoformat(values["decided_on"])
    return IssueRecord(**values)
