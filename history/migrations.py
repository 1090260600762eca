"""Bring an older history up to the schema of today: a copy is kept first, then one transaction changes it."""

from __future__ import annotations

import hashlib
import os
import sqlite3
from pathlib import Path

from sqlalchemy import Connection, inspect, update

from history import tables
from history.chain import chain_history

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


def migrate(connection: Connection, database: Path, version: int) -> None:
    """Bring `database`, of an older `version`, to SCHEMA_VERSION within the caller's write transaction.

    The caller holds the write lock, so that the copy made first (`history.sqlite.v1.backup`) is the whole
    of what was committed, and nothing else. If anything fails, the transaction leaves everything as it was.
    """
    keep_copy(database, version)
    there = set(inspect(connection).get_table_names())
    for number in range(version, tables.SCHEMA_VERSION):
        for table, column in STEPS[number]:
            if table in there:
                connection.exec_driver_sql(f"ALTER TABLE {table} ADD COLUMN {column}")
    tables.metadata.create_all(connection)
    chain_history(connection)
    mark = update(tables.meta).where(tables.meta.c.key == "schema_version")
    connection.execute(mark.values(value=str(tables.SCHEMA_VERSION)))


def keep_copy(database: Path, version: int) -> Path:
    """Copy the database as it was last committed, whole or not at all; returns where the copy lies."""
    target = database.with_name(f"{database.name}.v{version}.backup")
    hash_path(target).unlink(missing_ok=True)
    draft = target.with_name(f"{target.name}.{os.getpid()}.part")
    draft.unlink(missing_ok=True)
    source, copy = sqlite3.connect(database), sqlite3.connect(draft)
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
