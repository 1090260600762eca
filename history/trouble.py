"""What stands in the way of a history: its file is damaged, or nothing is, and this account cannot use it."""

from __future__ import annotations

import os
import shutil
import sqlite3
from pathlib import Path

from history.failures import ClosedHistory, HistoryError
from history.remains import DATABASE
from history.tables import SCHEMA_VERSION

_MOST_BYTES = 512 - len("-journal")
"""The longest path that SQLite opens, with what it puts behind it."""
_LITTLE_ROOM = 1_000_000
_NO_RIGHT = (
    "this account may not write there",
    "use the account that keeps the home, or give this one the right to write in its folders",
)
_NO_ROOM = ("there is no room left on the disk", "free some and try again")
_BUSY = ("another process has been writing all the while", "try again")
_DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}


def explain_file(error: BaseException, folder: Path, what: str) -> HistoryError:
    """What is raised for a failure of the database in `folder`: ClosedHistory where nothing is damaged.

    `what` could not be done: "opened", "used".
    """
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
    where = f"the history in {folder} cannot be {'opened' if code == sqlite3.SQLITE_NOTADB else what}"
    closed = _explain_closed(code, folder)
    if closed is not None:
        return ClosedHistory(f"{where}: {closed[0]}", closed[1])
    if code in _DAMAGED:
        return HistoryError(f"{where}: {error}; run `boardpack verify`, and put back the last backup")
    return HistoryError(f"{where}: {error}")


def newer_history(version: int) -> ClosedHistory:
    """What is raised for a history of a later schema."""
    message = f"this history was written by a newer Boardpack (schema {version}); this one reads {SCHEMA_VERSION}"
    return ClosedHistory(message, "update Boardpack", ": ")


def _explain_closed(code: int, folder: Path) -> tuple[str, str] | None:
    """What stands in the way, and what to do; None where that is not it."""
    if code in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
        return _BUSY
    if code == sqlite3.SQLITE_FULL or (code == sqlite3.SQLITE_IOERR and _is_full(folder)):
        return _NO_ROOM
    if code in {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM}:
        return _NO_RIGHT
    return _explain_unopened(folder) if code == sqlite3.SQLITE_CANTOPEN else None


def _explain_unopened(folder: Path) -> tuple[str, str] | None:
    length = len(os.fsencode((folder / DATABASE).absolute()))
    if length > _MOST_BYTES:
        return (
            f"its path is {length} bytes long, and SQLite takes at most {_MOST_BYTES}",
            "move the home to a shorter path",
        )
    if not os.access(folder, os.W_OK | os.X_OK) or (
        (folder / DATABASE).exists() and not os.access(folder / DATABASE, os.R_OK)
    ):
        return _NO_RIGHT
    return None


def _is_full(folder: Path) -> bool:
    """Whether a disk is full: SQLite may only say that it could not read or write."""
    try:
        return shutil.disk_usage(folder).free < _LITTLE_ROOM
    except OSError:
        return False
