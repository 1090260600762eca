"""SQLite files by their paths, whatever they are called: no look at one ever makes another."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Literal

from sqlalchemy import URL

Mode = Literal["ro", "rw"]


def connect_file(path: Path, mode: Mode, patience_seconds: float = 60.0) -> sqlite3.Connection:
    """A connection beside the engine's own to a file that is there. sqlite3.Error where it is not.

    One that only reads ("ro") also leaves the write-ahead log as it is when it is closed.
    """
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    return sqlite3.connect(uri, uri=True, timeout=patience_seconds, isolation_level=None)


def connect_without_log(path: Path) -> sqlite3.Connection:
    """The database's own file as if there were no log: as it was when the log was last put into it."""
    return sqlite3.connect(f"{path.absolute().as_uri()}?immutable=1", uri=True)


def file_url(path: Path) -> URL:
    """The URL of a file for an engine. Put together from text, a `?` or `%` in a name would be read as its end."""
    return URL.create("sqlite", database=str(path))
