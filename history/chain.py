"""The chain of events: each event's digest is of all the rows that it brought, and of the digest before it.

So a row that is altered, removed or slipped in later shows, wherever it stands. The head is kept in `meta`, so
that events taken off the end show too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from history import tables as t

_HEAD = "head"
_OPENED = "opened_events"
_BROUGHT = (
    (t.receipt, t.receipt.c.receipt_id, ()),
    (t.reading, t.reading.c.receipt_id, (t.reading.c.position,)),
    (t.observation, t.observation.c.receipt_id, (t.observation.c.position,)),
    (t.finding, t.finding.c.receipt_id, (t.finding.c.position,)),
    (t.refusal, t.refusal.c.seq, ()),
    (t.configuration, t.configuration.c.seq, ()),
    (t.decision, t.decision.c.seq, ()),
    (t.pack, t.pack.c.pack_id, ()),
    (t.printed_figure, t.printed_figure.c.pack_id, (t.printed_figure.c.figure_key,)),
    (t.issue, t.issue.c.seq, ()),
    (t.published, t.published.c.seq, (t.published.c.path,)),
    (t.retired, t.retired.c.seq, (t.retired.c.sha256,)),
)
"""Every table whose rows an event brings: the column that names the event, and the order of its rows."""
_BY_KIND = {
    "receipt": (t.receipt, t.reading, t.observation, t.finding),
    "refusal": (t.refusal,),
    "configuration": (t.configuration,),
    "decision": (t.decision,),
    "withdrawal": (t.decision,),
    "pack": (t.pack, t.printed_figure),
    "issue": (t.issue,),
    "published": (t.published,),
    "retired": (t.retired,),
}


@dataclass(frozen=True, slots=True)
class Link:
    """One event of the chain: what is stored as its digest, and what it should be."""

    seq: int
    programme: str
    kind: str
    stored: str
    expected: str

    @property
    def is_sound(self) -> bool:
        """Whether the event is as it was written."""
        return self.stored == self.expected


def add_event(connection: Connection, programme: str, kind: str, at: str) -> int:
    """Add an event within a write transaction; its digest is worked out as the transaction ends."""
    seq = int(connection.scalar(select(func.max(t.event.c.seq))) or 0) + 1
    connection.execute(insert(t.event).values(seq=seq, programme=programme, kind=kind, at=at, digest=""))
    connection.info.setdefault(_OPENED, []).append(seq)
    return seq


def close_events(connection: Connection) -> None:
    """Give the events of this transaction their digests, and move the head."""
    opened: list[int] = connection.info.pop(_OPENED, [])
    if not opened:
        return
    digest = connection.scalar(select(t.event.c.digest).where(t.event.c.seq == opened[0] - 1)) or ""
    for seq in opened:
        row = connection.execute(select(t.event).where(t.event.c.seq == seq)).mappings().one()
        digest = _digest(connection, row, digest)
        connection.execute(update(t.event).where(t.event.c.seq == seq).values(digest=digest))
    set_head(connection, opened[-1], digest)


def forget_events(connection: Connection) -> None:
    """Forget the events of a transaction that ended. A connection that was lost has forgotten them."""
    if not connection.invalidated:
        connection.info.pop(_OPENED, None)


def set_head(connection: Connection, seq: int, digest: str) -> None:
    """Keep the number and digest of the last event."""
    text = f"{seq}:{digest}"
    if connection.execute(update(t.meta).where(t.meta.c.key == _HEAD).values(value=text)).rowcount == 0:
        connection.execute(insert(t.meta).values(key=_HEAD, value=text))


def read_head(connection: Connection) -> tuple[int, str]:
    """The number and digest of the last event, as kept apart from it; (0, "") before the first."""
    text = connection.scalar(select(t.meta.c.value).where(t.meta.c.key == _HEAD))
    seq, _, digest = (text or "0:").partition(":")
    return int(seq), digest


def chain_history(connection: Connection) -> None:
    """Give every event of a history its digest: for one that was begun before there was a chain."""
    digest, seq = "", 0
    for row in connection.execute(select(t.event).order_by(t.event.c.seq)).mappings().all():
        digest, seq = _digest(connection, row, digest), row["seq"]
        connection.execute(update(t.event).where(t.event.c.seq == seq).values(digest=digest))
    if seq:
        set_head(connection, seq, digest)


def follow_chain(connection: Connection) -> Iterator[Link]:
    """Every event in order, with the digest that its rows give after the digest stored before it.

    What follows a broken link is judged by what is stored there, so that each fault is told once.
    """
    before = ""
    for row in connection.execute(select(t.event).order_by(t.event.c.seq)).mappings().all():
        yield Link(row["seq"], row["programme"], row["kind"], row["digest"], _digest(connection, row, before))
        before = row["digest"]


def _digest(connection: Connection, event: RowMapping, before: str) -> str:
    """The digest of an event: of the digest before, of its own row, and of all the rows that it brought."""
    own = {k: event[k] for k in ("seq", "programme", "kind", "at")}
    found = hashlib.sha256(before.encode())
    found.update(_line("event", own))
    files: set[str] = set()
    for table, column, order in _BROUGHT:
        if table not in _BY_KIND.get(event["kind"], ()):
            continue
        for row in connection.execute(select(table).where(column == event["seq"]).order_by(*order)).mappings():
            found.update(_line(table.name, row))
            if table in {t.receipt, t.refusal}:
                files.add(row["sha256"])
    for row in connection.execute(select(t.file).where(t.file.c.sha256.in_(files))).mappings() if files else ():
        found.update(_line("file", row))
    return found.hexdigest()


def _line(table: str, row: Mapping[str, Any] | RowMapping) -> bytes:
    """A row in one form on every database. What is null is left out, so that a later column changes nothing."""
    given = {k: v for k, v in row.items() if v is not None}
    return (table + json.dumps(given, ensure_ascii=False, sort_keys=True) + "\n").encode("utf-8", "surrogatepass")
