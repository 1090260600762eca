"""The seal of the database: the hash of every page at the last event, so that a byte that no row holds shows too.

The chain of events guards every row; the seal guards what lies between them, and dates the whole file. Whoever
wrote renews it on closing, from the pages in the write-ahead log alone: the hash of any other page is carried
over, so that damage done meanwhile is never sealed in. Where it cannot be carried over it stays as it is, older than
the database. Only a new history begins with one; any other gets one from `verify`, once it found everything sound.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from history.log import CommittedPages, hash_page, log_path, read_log
from history.opening import connect_file, connect_without_log
from history.remains import DATABASE

_NAME = "history.seal"
_PATIENCE_SECONDS = 0.25
_LARGE_LOG_BYTES = 16_000_000
_LONGEST_HEAD = 1_000


class DamagedSeal(Exception):
    """The file of the seal is not as it was written."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A point of a database: version of its schema, number and digest of its last event."""

    schema: int
    seq: int
    digest: str

    @property
    def place(self) -> tuple[int, int]:
        """What orders two marks of one database."""
        return self.schema, self.seq


@dataclass(frozen=True, slots=True)
class Seal:
    """The hashes of the database's pages, in order, at a mark."""

    mark: Mark
    page_size: int
    pages: tuple[str, ...]


def seal_path(folder: Path) -> Path:
    """Where the seal of a history lies."""
    return folder / _NAME


def read_seal(folder: Path) -> Seal | None:
    """The seal of a history; None where there is none. DamagedSeal if it is not as it was written."""
    path = seal_path(folder)
    if not path.is_file():
        if path.is_symlink() or path.exists():
            raise DamagedSeal  # a folder, or something that would be waited on
        return None
    content = path.read_bytes()
    body, _, last = content.rstrip(b"\n").rpartition(b"\n")
    try:
        if content != body + b"\n" + last + b"\n" or hashlib.sha256(body).hexdigest() != last.decode():
            raise DamagedSeal
        head, *pages = body.decode().split("\n")
        return Seal(_to_mark(head), json.loads(head)["page_size"], tuple(pages))
    except (ValueError, KeyError, TypeError):
        raise DamagedSeal from None


def read_sealed_mark(folder: Path) -> Mark | None:
    """The mark that a seal bears, quickly, from its first line alone; None where there is none that can be read."""
    path = seal_path(folder)
    try:
        if not path.is_file():
            return None
        with path.open("rb") as stream:
            return _to_mark(stream.readline(_LONGEST_HEAD).decode())
    except (OSError, ValueError, KeyError, TypeError):
        return None  # `verify` says so


def _to_mark(head: str) -> Mark:
    values = json.loads(head)
    return Mark(values["schema"], values["seq"], values["digest"])


def renew_seal(folder: Path) -> None:
    """Bring the seal up to date with what was written, if that can be done at once. Never fails.

    Nothing is done where the log is empty, somebody else writes, or the log does not hold all that changed since
    the seal: the seal is then older than the database.
    """
    database = folder / DATABASE
    with contextlib.suppress(OSError, sqlite3.Error, DamagedSeal, ValueError):
        if not _size(log_path(database)):
            return
        with _locked(database, _PATIENCE_SECONDS) as connection:
            seal = _carry_over(connection, folder, database)
            if seal is not None:
                _write(folder, seal)
            if _size(log_path(database)) > _LARGE_LOG_BYTES:
                # while nobody writes: what is put into the database is then what was sealed
                with closing(connect_file(database, "rw", 0)) as other:
                    other.execute("PRAGMA wal_checkpoint(PASSIVE)")


def seal_whole(folder: Path) -> None:
    """Seal a database that was found sound, from all its pages. Nothing is done where somebody else writes."""
    with contextlib.suppress(OSError, sqlite3.Error), _locked(folder / DATABASE, 5.0) as connection:
        _write(folder, take_seal(connection))


def take_seal(connection: sqlite3.Connection) -> Seal:
    """The seal of a database as it is now, by this connection's transaction."""
    content = memoryview(connection.serialize())
    size = _page_size(connection)
    pages = tuple(hash_page(content[start : start + size]) for start in range(0, len(content), size))
    return Seal(read_mark(connection), size, pages)


def read_mark(connection: sqlite3.Connection) -> Mark:
    """The mark of a database. ValueError where it holds none."""
    held = dict(connection.execute("SELECT key, value FROM meta WHERE key IN ('schema_version', 'head')"))
    seq, _, digest = str(held.get("head", "0:")).partition(":")
    return Mark(int(held.get("schema_version", "0")), int(seq), digest)


def is_passed(connection: sqlite3.Connection, mark: Mark) -> bool:
    """Whether a database was once at a mark."""
    found = connection.execute("SELECT digest FROM event WHERE seq = ?", (mark.seq,)).fetchone()
    return mark.seq == 0 or (found is not None and found[0] == mark.digest)


@contextmanager
def locked(database: Path) -> Iterator[sqlite3.Connection]:
    """The database while nobody else can write to it. sqlite3.Error where it cannot be read."""
    with _locked(database, 60.0) as connection:
        yield connection


@contextmanager
def _locked(database: Path, patience: float) -> Iterator[sqlite3.Connection]:
    with closing(connect_file(database, "rw", patience)) as connection:
        connection.execute("PRAGMA wal_autocheckpoint=0")
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        finally:
            connection.execute("ROLLBACK")


def _carry_over(connection: sqlite3.Connection, folder: Path, database: Path) -> Seal | None:
    """The seal brought up to date by the pages in the log; None where the log does not hold all that changed."""
    log = read_log(database)
    if log is None:
        return None
    mark, size = read_mark(connection), _page_size(connection)
    before = read_seal(folder)
    begun = _mark_without_log(database)
    if before is None:
        is_new = begun is None and len(log.hashes) == log.count
        return Seal(mark, size, _in_order(log, ())) if is_new else None
    if before.page_size != size or not is_passed(connection, before.mark):
        return None
    if begun is not None and begun.place > before.mark.place:
        return None
    pages = _in_order(log, before.pages)
    return Seal(mark, size, pages) if all(pages) else None


def _in_order(log: CommittedPages, before: tuple[str, ...]) -> tuple[str, ...]:
    kept = dict(enumerate(before, 1))
    return tuple(log.hashes.get(n) or kept.get(n, "") for n in range(1, log.count + 1))


def _mark_without_log(database: Path) -> Mark | None:
    """The mark of the database's own file, as if there were no log: up to where the log was put into it. None where
    it has no tables yet."""
    with closing(connect_without_log(database)) as connection:
        is_begun = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone()
        return read_mark(connection) if is_begun else None


def _page_size(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA page_size").fetchone()[0])


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def _write(folder: Path, seal: Seal) -> None:
    head = {"schema": seal.mark.schema, "seq": seal.mark.seq, "digest": seal.mark.digest, "page_size": seal.page_size}
    body = "\n".join([json.dumps(head), *seal.pages]).encode()
    target = seal_path(folder)
    draft = target.with_name(f"{_NAME}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        draft.write_bytes(body + b"\n" + hashlib.sha256(body).hexdigest().encode() + b"\n")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
