"""Snapshots: the whole database at one moment, as one SQLite file, whatever database it came from."""

from __future__ import annotations

import errno
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.exc import DatabaseError
from sqlalchemy.pool import NullPool

from history import tables as t
from history.chain import Link, follow_chain, read_head
from history.copying import copy_tables, count_rows
from history.database import reading, writing
from history.failures import HistoryError, HistorySettingError
from history.opening import file_url
from history.postgresql import check_encoding, make_engine, read_url
from history.retention import KeptOriginal, kept_originals

_WAIT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a snapshot says of itself: the head of its chain, the originals it names, hashes of packs, counts.

    `issued` are the issued packs, each by its path in the home and its hash.
    """

    schema_version: int
    head: tuple[int, str]
    originals: tuple[KeptOriginal, ...]
    packs: frozenset[str]
    issued: tuple[tuple[str, str], ...]
    filed: dict[str, int]
    counts: dict[str, int]

    def has_filed(self, sha256: str, after: int) -> bool:
        """Whether a file was received or refused after an event."""
        return self.filed.get(sha256, 0) > after


def take_snapshot(engine: Engine, target: Path) -> None:
    """Write the database, as it is at one moment, into the new SQLite file `target`; others may go on writing."""
    if engine.dialect.name == "sqlite":
        with _copying(target), engine.connect() as connection, closing(sqlite3.connect(target)) as copy:
            source = connection.connection.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy)
            # one file, without the journal beside it that a history in use has
            copy.execute("PRAGMA journal_mode=DELETE")
        return
    with reading(engine) as source, opened(target, is_new=True) as copy:
        t.metadata.create_all(copy)
        copy_tables(source, copy)


def read_snapshot(path: Path) -> Snapshot:
    """What a snapshot says of itself. HistoryError where it is no history."""
    with _told(path), opened(path) as connection:
        version = connection.scalar(select(t.meta.c.value).where(t.meta.c.key == "schema_version"))
        counted = {table.name: table for table in (t.event, t.receipt, t.refusal, t.pack, t.issue, t.retired)}
        filed: dict[str, int] = {}
        for sha, seq in connection.execute(select(t.receipt.c.sha256, t.receipt.c.receipt_id)):
            filed[sha] = max(seq, filed.get(sha, 0))
        for sha, seq in connection.execute(select(t.refusal.c.sha256, t.refusal.c.seq)):
            filed[sha] = max(seq, filed.get(sha, 0))
        packs = {*connection.scalars(select(t.pack.c.sha256)), *connection.scalars(select(t.issue.c.sha256))}
        return Snapshot(
            int(version or 0),
            read_head(connection),
            tuple(kept_originals(connection)),
            frozenset(packs),
            tuple((path, sha) for path, sha in connection.execute(select(t.issue.c.path, t.issue.c.sha256))),
            filed,
            {n: int(connection.scalar(select(func.count()).select_from(x)) or 0) for n, x in counted.items()},
        )


def find_broken_links(path: Path) -> list[Link]:
    """The events of a snapshot that are not as they were written; an empty list is a sound chain."""
    with _told(path), opened(path) as connection:
        return [link for link in follow_chain(connection) if not link.is_sound]


def fill_database(snapshot: Path, connection: Connection) -> int:
    """Put all rows of a snapshot into an empty database, within the caller's transaction; returns how many.

    HistorySettingError where the database holds a history already: nothing is ever overwritten.
    """
    held = count_rows(connection)
    if held:
        raise HistorySettingError(f"the database holds a history already ({held} rows); name an empty one")
    t.metadata.create_all(connection)
    connection.execute(t.meta.delete())
    with _told(snapshot), opened(snapshot) as source:
        return copy_tables(source, connection)


@contextmanager
def filled_server(snapshot: Path, url: str) -> Iterator[None]:
    """Put all rows of a snapshot into the empty PostgreSQL database of a URL.

    They are kept as the block ends; if it fails, the database is as it was.
    """
    engine = make_engine(read_url(url), _WAIT_SECONDS)
    try:
        with writing(engine) as connection:
            check_encoding(connection)
            fill_database(snapshot, connection)
            yield
    finally:
        engine.dispose()


@contextmanager
def opened(path: Path, *, is_new: bool = False) -> Iterator[Connection]:
    """A connection to a snapshot, in one transaction; its file is let go of at the end."""
    if not is_new and not path.is_file():
        raise HistoryError(f"there is no snapshot {path}")
    engine = create_engine(file_url(path), poolclass=NullPool)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def _copying(target: Path) -> Iterator[None]:
    """SQLite's own failures, as those of the file that is being written."""
    try:
        yield
    except sqlite3.OperationalError as error:
        is_full = error.sqlite_errorcode == sqlite3.SQLITE_FULL
        raise OSError(errno.ENOSPC if is_full else errno.EIO, str(error), str(target)) from None


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except (DatabaseError, ValueError, TypeError, KeyError) as error:
        why = getattr(error, "orig", None) or error
        raise HistoryError(f"the snapshot {path.name} holds no sound history: {why}") from None
