"""The database as a file: whether it can be read, whether SQLite finds it whole, and whether it is as sealed."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from history.audit import RESTORE
from history.failures import ClosedHistory
from history.faults import Fault, Note
from history.log import hash_page, look_at_log
from history.migrations import STEPS, hash_path
from history.opening import Mode, connect_file
from history.remains import DATABASE, NO_TABLES, find_remains, lost_history
from history.seal import DamagedSeal, Mark, Seal, is_passed, read_mark, read_seal, seal_path
from history.tables import SCHEMA_VERSION, metadata
from history.trouble import explain_file, newer_history

_PLACE = f"history/{DATABASE}"
_SEAL_PLACE = "history/history.seal"
_ROWS_ONLY = "Its rows are checked; its unused bytes cannot be this time."
_MOST_TOLD = 10
_OF_COPIES = "If the history is sound, delete both; nothing uses them any more."


@dataclass(slots=True)
class Inspection:
    """What was found of the file. `is_usable`: history may be opened. `changed`: tables whose pages are not as
    sealed. `is_sealed`: the seal is of the database as it is."""

    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    changed: set[str] = field(default_factory=set)
    pages: int = 0
    is_usable: bool = True
    is_sealed: bool = False

    def stop(self, message: str, place: str = _PLACE) -> Inspection:
        """A fault after which history is not opened: opening it would change what is to be seen."""
        self.faults.append(Fault("database", place, message, RESTORE))
        self.is_usable = False
        return self


def inspect_database(folder: Path) -> Inspection:
    """Inspect the database in `folder`, which passed the entrance. Nothing is changed, and others may write.

    ClosedHistory where nothing is damaged, and it cannot be opened.
    """
    found = Inspection()
    database = folder / DATABASE
    # what is in the log stays there: it tells which pages changed since the seal
    mode: Mode = "ro" if look_at_log(database)[0] else "rw"
    try:
        with closing(connect_file(database, mode)) as connection:
            _inspect(connection, folder, found)
    except (sqlite3.Error, ValueError, TypeError) as error:
        why = explain_file(error, folder, "opened")
        if isinstance(why, ClosedHistory):
            raise why from error
        return found.stop(f"the database cannot be read: {error}")
    found.faults += _check_copies(folder)
    return found


def _inspect(connection: sqlite3.Connection, folder: Path, found: Inspection) -> None:
    seal: Seal | None = None
    try:
        seal = read_seal(folder)  # before the database: what is read of it is then never older than the seal
    except DamagedSeal:
        action = "If this is the only fault, delete the file and run `verify` again: it makes a new one."
        found.faults.append(Fault("seal", _SEAL_PLACE, "the seal of the database is damaged", action))
    except OSError as error:
        action = "Give this account the right to read it, and verify again."
        found.faults.append(Fault("seal", _SEAL_PLACE, f"the seal cannot be read: {error.strerror or error}", action))
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("BEGIN")
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'meta'").fetchone():
        raise lost_history(folder, NO_TABLES, find_remains(folder, is_database_there=True))
    mark = read_mark(connection)
    if mark.schema > SCHEMA_VERSION:
        raise newer_history(mark.schema)
    content = memoryview(connection.serialize())
    size = int(connection.execute("PRAGMA page_size").fetchone()[0])
    found.pages = len(content) // size
    if mark.schema == 0 or _is_set_back(connection, mark.schema):
        found.stop(f"the table meta says schema_version {mark.schema}, which this database does not have")
        return
    _check_seal(
        connection, seal, mark, [hash_page(content[n : n + size]) for n in range(0, len(content), size)], found
    )
    found.faults += _check_length(folder / DATABASE, len(content))
    del content
    for (text,) in connection.execute(f"PRAGMA integrity_check({_MOST_TOLD})"):
        if text != "ok":
            found.faults.append(
                Fault("database", _PLACE, f"SQLite finds the database damaged: {_line(text)}", RESTORE)
            )
    for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check").fetchmany(_MOST_TOLD):
        message = f"a row of the table {table} (row {row}) names a row of {parent} that is not there"
        found.faults.append(Fault("row", _PLACE, message, RESTORE))
    found.faults += _check_schema(connection)


def _line(text: str) -> str:
    return " ".join(str(text).split())


def _is_set_back(connection: sqlite3.Connection, schema: int) -> bool:
    """Whether a database says that it is older than the columns it has."""
    for number in range(schema, SCHEMA_VERSION):
        for table, column in STEPS[number]:
            held = {row[1] for row in connection.execute(f"PRAGMA table_info({table})")}
            if column.split()[0] in held:
                return True
    return False


def _check_schema(connection: sqlite3.Connection) -> Iterator[Fault]:
    """Tables, views and triggers that are not Boardpack's."""
    query = "SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view', 'trigger') ORDER BY name"
    for kind, name in connection.execute(query):
        if kind != "table" or (name not in metadata.tables and not name.startswith("sqlite_")):
            yield Fault(
                "database", _PLACE, f"the database holds the {kind} {name}, which Boardpack did not make", RESTORE
            )


def _check_seal(
    connection: sqlite3.Connection, seal: Seal | None, mark: Mark, pages: list[str], found: Inspection
) -> None:
    if seal is None:
        if not found.faults and mark.seq:
            why = "the database has no seal: an older version wrote it, it was restored, or a process was stopped"
            found.notes.append(Note("seal", _SEAL_PLACE, why, _ROWS_ONLY))
        return
    if seal.mark != mark:
        _compare_marks(connection, seal.mark, mark, found)
        return
    sealed = dict(enumerate(seal.pages, 1))
    now = dict(enumerate(pages, 1))
    changed = [n for n in sorted(sealed.keys() | now.keys()) if sealed.get(n) != now.get(n)]
    found.is_sealed = not changed
    if changed:
        found.faults.append(_describe_pages(connection, changed, found))


def _compare_marks(connection: sqlite3.Connection, sealed: Mark, now: Mark, found: Inspection) -> None:
    """A seal that is older than the database says nothing; one that is newer, or of another history, does."""
    if sealed.schema > now.schema:
        found.stop(f"the database says that it is of schema {now.schema}, but was sealed at schema {sealed.schema}")
    elif sealed.place > now.place:
        message = f"the database ends with event {now.seq}, but was sealed at event {sealed.seq}: the rest is gone"
        found.faults.append(Fault("seal", _PLACE, message, RESTORE))
    elif sealed.place == now.place:
        message = f"the head of the chain, in the table meta, is not the one that was sealed at event {sealed.seq}"
        found.faults.append(Fault("seal", _PLACE, message, RESTORE))
    elif not is_passed(connection, sealed):
        message = f"event {sealed.seq} is not the one that was sealed: it was rewritten, or this is another database"
        found.faults.append(Fault("seal", _PLACE, message, RESTORE))
    else:
        why = f"the seal is of event {sealed.seq}, the database of event {now.seq}: somebody writes, or was stopped"
        found.notes.append(Note("seal", _SEAL_PLACE, why, _ROWS_ONLY))


def _check_length(database: Path, size: int) -> Iterator[Fault]:
    """Whether the file ends with its last page; while something is in the log, that cannot be told."""
    if look_at_log(database)[0] == 0 and database.stat().st_size != size:
        yield Fault("database", _PLACE, f"the file has {database.stat().st_size} bytes, its pages {size}", RESTORE)


def _describe_pages(connection: sqlite3.Connection, changed: list[int], found: Inspection) -> Fault:
    owners = _page_owners(connection)
    found.changed |= {owners[n] for n in changed if n in owners}
    told = [f"{n} ({owners[n]})" if n in owners else f"{n}" for n in changed[:_MOST_TOLD]]
    more = f" and {len(changed) - _MOST_TOLD} more" if len(changed) > _MOST_TOLD else ""
    message = f"the database is not as it was sealed: page {', '.join(told)}{more}"
    return Fault("seal", _PLACE, message, RESTORE)


def _page_owners(connection: sqlite3.Connection) -> dict[int, str]:
    """The table to which each page belongs, as far as this SQLite can tell."""
    owners: dict[int, str] = {}
    with suppress(sqlite3.Error):
        query = (
            "SELECT s.pageno, coalesce(m.tbl_name, s.name) FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name"
        )
        owners = dict(connection.execute(query))
    return owners


def _check_copies(folder: Path) -> Iterator[Fault]:
    """The copies that were kept before a migration are as they were when they were made."""
    for copy in sorted(folder.glob(f"{DATABASE}.v*.backup")):
        written = hash_path(copy)
        if not written.exists():
            continue
        what = "the copy that was kept before a migration, or its hash beside it,"
        try:
            with copy.open("rb") as stream:
                is_same = hashlib.file_digest(stream, "sha256").hexdigest() + "\n" == _text(written)
            message = "" if is_same else f"{what} is not as it was written"
        except OSError as error:
            message = f"{what} cannot be read: {error.strerror or error}"
        if message:
            yield Fault("copy", f"history/{copy.name}", message, _OF_COPIES)


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", "replace")


def forget_seal(folder: Path) -> None:
    """Take the seal away: after a database was put in its place by other means than writing to it."""
    seal_path(folder).unlink(missing_ok=True)
