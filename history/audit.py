"""Whether the rows of history are as they were written: the chain of events, and rows that no event brought."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Engine, Table, and_, func, select
from sqlalchemy.exc import SQLAlchemyError

from history import tables as t
from history.chain import BROUGHT, BY_KIND, Link, follow_chain, read_head
from history.database import reading
from history.failures import HistoryError
from history.faults import Fault
from history.pairing import HOME_KEY
from history.records import Receipt, to_receipt
from history.retention import retired_files

META_KEYS = {"schema_version", "head", HOME_KEY}
"""What `meta` holds."""
RESTORE = "Keep this home, restore the last backup into another folder, and compare the two before you use either."
_NUMBERED = {t.reading.name: t.reading, t.observation.name: t.observation, t.finding.name: t.finding}


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that history knows: whether its bytes must be here, and of which programmes it is."""

    sha256: str
    size: int
    is_kept: bool
    is_retired: bool
    programmes: frozenset[str]


class Audit:
    """The checks of one history's rows."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def check_rows(self, changed: Collection[str] = ()) -> tuple[int, list[Fault]]:
        """The number of events, and every fault of the rows. `changed` are tables known to have changed, if any
        are: they tell more closely where a fault lies."""
        faults: list[Fault] = []
        links: list[Link] = []
        try:
            with reading(self._engine) as connection:
                links = list(follow_chain(connection))
                faults += _check_chain(connection, links, changed)
                faults += [*_check_orphans(connection), *_check_files(connection), *_check_meta(connection)]
        except (SQLAlchemyError, HistoryError, ValueError, TypeError) as error:
            faults.append(_unreadable(error))
        return len(links), faults

    def files(self) -> list[KeptFile]:
        """Every file that history knows. One that was refused for personal data alone is not kept."""
        kept: dict[str, set[str]] = {}
        owned: dict[str, set[str]] = {}
        with reading(self._engine) as connection:
            for sha256, programme in connection.execute(select(t.receipt.c.sha256, t.receipt.c.programme)):
                kept.setdefault(sha256, set()).add(programme)
            refused = select(t.refusal.c.sha256, t.refusal.c.programme, t.refusal.c.findings)
            for sha256, programme, findings in connection.execute(refused):
                place = owned if _is_personal(findings) else kept
                place.setdefault(sha256, set()).add(programme)
            retired = retired_files(connection)
            rows = connection.execute(select(t.file).order_by(t.file.c.sha256)).mappings().all()
        return [
            KeptFile(
                row["sha256"],
                row["size"],
                row["sha256"] in kept,
                row["sha256"] in retired,
                frozenset(kept.get(row["sha256"], set()) | owned.get(row["sha256"], set())),
            )
            for row in rows
        ]

    def receipts(self, programme: str | None = None) -> list[tuple[str, Receipt]]:
        """Every receipt with its programme, in order, whether it still speaks or not."""
        query = select(t.receipt).order_by(t.receipt.c.receipt_id)
        query = query if programme is None else query.where(t.receipt.c.programme == programme)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [(row["programme"], to_receipt(dict(row))) for row in rows]


def _is_personal(findings: str) -> bool:
    return any(json.loads(text)["code"] == "personal_data" for text in json.loads(findings))


def _unreadable(error: Exception) -> Fault:
    why = str(getattr(error, "orig", None) or error)
    return Fault("database", "history/history.sqlite", f"the database cannot be read: {why}", RESTORE)


def _check_chain(connection: Connection, links: list[Link], changed: Collection[str]) -> Iterator[Fault]:
    """Events that are not as they were written, and events that are gone or that nobody wrote."""
    before = 0
    head, digest = read_head(connection)
    for link in links:
        if link.seq > head:
            message = f"{_name(link)} was not written by Boardpack: the last one it wrote is event {head}"
            yield Fault("event", f"event {link.seq}", message, RESTORE)
            continue
        if link.seq != before + 1:
            yield _gone(before + 1, link.seq - 1)
        elif not link.is_sound:
            yield _altered(connection, link, changed)
        before = link.seq
    if before < head:
        yield _gone(before + 1, head)
    elif links and before == head and links[-1].seq == head and links[-1].stored != digest:
        message = f"the digest of {_name(links[-1])} is not the one that the table meta holds"
        yield Fault("event", f"event {head}", message, RESTORE)


def _name(link: Link) -> str:
    return f"event {link.seq} ({link.kind} of {link.programme}, {link.at})"


def _gone(first: int, last: int) -> Fault:
    which = f"event {first}" if first == last else f"events {first} to {last}"
    return Fault("event", which, f"{which} {'is' if first == last else 'are'} gone from the database", RESTORE)


def _altered(connection: Connection, link: Link, changed: Collection[str]) -> Fault:
    tables = [table.name for table in BY_KIND.get(link.kind, ())]
    missing = [text for name in tables if name in _NUMBERED for text in _missing(connection, name, link.seq)]
    known = [name for name in ("event", *tables, "file") if name in changed]
    where = "; ".join(missing) or (f"the table {' or '.join(known)} has changed" if known else "")
    where = where or f"in event, {', '.join([*tables, 'file'] if 'receipt' in tables else tables)}"
    message = f"{_name(link)} is not as it was written: a row was altered, removed or added ({where})"
    return Fault("event", f"event {link.seq}", message, RESTORE)


def _missing(connection: Connection, name: str, seq: int) -> Iterator[str]:
    """What the numbers of an event's rows tell: they run from 0 without a gap."""
    table = _NUMBERED[name]
    query = select(table.c.position).where(table.c.receipt_id == seq).order_by(table.c.position)
    positions = list(connection.scalars(query))
    gap = next((n for n, found in enumerate(positions) if n != found), None)
    if gap is not None:
        yield f"the table {name} has no row {gap}"


def _check_orphans(connection: Connection) -> Iterator[Fault]:
    """Rows whose event does not exist, or is one that brings no such rows."""
    for table, column, _ in BROUGHT:
        kinds = [kind for kind, tables in BY_KIND.items() if table in tables]
        event = and_(t.event.c.seq == column, t.event.c.kind.in_(kinds))
        query = select(column).where(~select(t.event.c.seq).where(event).exists()).distinct().order_by(column)
        for seq in connection.scalars(query.limit(20)):
            message = f"the table {table.name} holds rows of event {seq}, which brought none"
            yield Fault("row", f"event {seq}", message, RESTORE)


def _check_files(connection: Connection) -> Iterator[Fault]:
    used = _used(t.receipt) | _used(t.refusal)
    for sha256 in connection.scalars(select(t.file.c.sha256).where(~used).limit(20)):
        message = f"the table file holds {sha256[:16]}, which no receipt and no refusal brought"
        yield Fault("row", "history/history.sqlite", message, RESTORE)
    for table in (t.receipt, t.refusal):
        known = select(t.file.c.sha256).where(t.file.c.sha256 == table.c.sha256).exists()
        for sha256 in connection.scalars(select(table.c.sha256).where(~known).limit(20)):
            message = f"the table file lacks {sha256[:16]}, which the table {table.name} names"
            yield Fault("row", "history/history.sqlite", message, RESTORE)


def _used(table: Table) -> ColumnElement[bool]:
    return select(table.c.sha256).where(table.c.sha256 == t.file.c.sha256).exists()


def _check_meta(connection: Connection) -> Iterator[Fault]:
    keys = set(connection.scalars(select(t.meta.c.key)))
    events = int(connection.scalar(select(func.count()).select_from(t.event)) or 0)
    for key in sorted(keys - META_KEYS):
        yield Fault("row", "history/history.sqlite", f"the table meta holds '{key}', which nobody wrote", RESTORE)
    if "head" not in keys and events:
        yield Fault("row", "history/history.sqlite", "the table meta lacks the head of the chain", RESTORE)
