"""Bring an older history up to the schema of today: a copy is kept first, then one transaction changes it."""

from __future__ import annotations

import hashlib
import os
import re
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, inspect, text, update

from history import tables
from history.chain import chain_history
from history.opening import connect_file
from history.privacy import make_private

STEPS: dict[int, tuple[tuple[str, str], ...]] = {
    # from version 1: a receipt may be of one owner's rows only, and says whose
    1: (("receipt", "scope TEXT NOT NULL DEFAULT ''"),),
    # from version 2: events are chained; a pack says where it lies, what it was compared with and what made it
    2: (
        ("event", "digest VARCHAR(64) NOT NULL DEFAULT ''"),
        ("pack", "path TEXT"),
        ("pack", "compared_with INTEGER"),
        ("pack", "replaces INTEGER"),
        ("pack", "reason TEXT"),
        ("pack", "environment TEXT"),
        ("pack", "facts TEXT"),
    ),
}
"""The columns that bring a history of each version to the next one; new tables come by themselves."""
CHAINED_SINCE = 3
"""The version since which events have digests: those of a later history are kept, so that what was altered shows."""

_TEXT_TYPE = re.compile(r"\b(?:VARCHAR\(\d+\)|TEXT)")


def migrate(connection: Connection, version: int) -> None:
    """Bring a history of an older `version` to SCHEMA_VERSION within the caller's write transaction.

    The caller holds the write lock and has kept a copy: the whole of what was committed, and nothing else. If
    anything fails, the transaction leaves everything as it was.
    """
    there = set(inspect(connection).get_table_names())
    is_server = connection.dialect.name == "postgresql"
    for number in range(version, tables.SCHEMA_VERSION):
        for table, column in STEPS[number]:
            if table in there:
                kind = _TEXT_TYPE.sub('TEXT COLLATE "C"', column) if is_server else column
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {kind}")
    tables.metadata.create_all(connection)
    if version < CHAINED_SINCE:
        chain_history(connection)
    mark = update(tables.meta).where(tables.meta.c.key == "schema_version")
    connection.execute(mark.values(value=str(tables.SCHEMA_VERSION)))


def is_set_back(connection: Connection, version: int) -> bool:
    """Whether a database says that it is older than the columns it has."""
    there = set(inspect(connection).get_table_names())
    return any(
        column.split()[0] in {c["name"] for c in inspect(connection).get_columns(table)}
        for number in range(version, tables.SCHEMA_VERSION)
        for table, column in STEPS[number]
        if table in there
    )


def keep_schema(connection: Connection, version: int) -> str:
    """Copy every table on PostgreSQL into a schema of its own, within the caller's transaction; returns its name.

    An earlier copy is never overwritten: the next one bears a number.
    """
    own = str(connection.scalar(text("SELECT current_schema()")))
    wanted = f"{'boardpack' if own == 'public' else own}_v{version}_backup"
    taken, name, number = set(inspect(connection).get_schema_names()), wanted, 1
    while name in taken:
        number += 1
        name = f"{wanted}_{number}"
    quote = connection.dialect.identifier_preparer.quote
    connection.exec_driver_sql(f"CREATE SCHEMA {quote(name)}")
    for table in sorted(set(inspect(connection).get_table_names()) & set(tables.metadata.tables)):
        copy, source = f"{quote(name)}.{quote(table)}", f"{quote(own)}.{quote(table)}"
        connection.exec_driver_sql(f"CREATE TABLE {copy} (LIKE {source} INCLUDING ALL)")
        connection.exec_driver_sql(f"INSERT INTO {copy} SELECT * FROM {source}")
    return name


def keep_copy(database: Path, version: int) -> Path:
    """Copy the database as it was last committed, whole or not at all; returns where the copy lies."""
    target = database.with_name(f"{database.name}.v{version}.backup")
    hash_path(target).unlink(missing_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    make_private(draft)
    source, copy = connect_file(database, "rw"), sqlite3.connect(draft)
    try:
        source.backup(copy)
    finally:
        source.close()
        copy.close()
    os.replace(draft, target)
    with target.open("rb") as stream:
        hash_path(target).write_text(hashlib.file_digest(stream, "sha256").hexdigest() + "\n", encoding="ascii")
    return target


def hash_path(copy: Path) -> Path:
    """Where the SHA-256 of a copy is written: beside it."""
    return copy.with_name(f"{copy.name}.sha256")
