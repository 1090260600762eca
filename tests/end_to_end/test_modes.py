"""Who may read what Boardpack writes: the database and every copy of it are their owner's."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from flows import backing_up
from history.migrations import keep_copy
from history.store import History
from tests.end_to_end.command import run
from tests.unit.history.arrivals import arrive


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def begin(home: Path) -> Path:
    """A home with one receipt; its database."""
    history = History(home / "history")
    history.file_receipt(arrive(), b"a workbook")
    for name in ("history.sqlite-wal", "history.sqlite-shm"):
        assert mode(home / "history" / name) == mode(home / "history" / "history.sqlite")
    history.close()
    return home / "history" / "history.sqlite"


CASES = [(0o022, 0o600), (0o077, 0o600), (0o002, 0o660), (0o007, 0o660)]


@pytest.mark.parametrize(("mask", "wanted"), CASES)
def test_the_database_its_copies_and_a_restored_one(tmp_path: Path, mask: int, wanted: int) -> None:
    with umask(mask):
        database = begin(tmp_path / "home")
        copy = keep_copy(database, 2)
        assert (mode(database), mode(copy)) == (wanted, wanted)
        assert run("backup", "--home", tmp_path / "home", "--out", tmp_path / "b.zip").code == 0
        assert run("restore", tmp_path / "b.zip", "--home", tmp_path / "again").code == 0
    assert mode(tmp_path / "b.zip") == 0o600
    assert mode(tmp_path / "again" / "history" / "history.sqlite") == wanted
    assert run("verify", "--home", tmp_path / "again").code == 0


def test_what_a_backup_writes_on_its_way_is_closed_from_the_first_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with umask(0o022):
        begin(tmp_path / "home")
        seen: list[int] = []
        read = backing_up.read_snapshot

        def look(path: Path) -> Any:
            seen.extend(mode(p) for p in path.parent.iterdir() if p.is_file())
            return read(path)

        monkeypatch.setattr(backing_up, "read_snapshot", look)
        assert run("backup", "--home", tmp_path / "home", "--out", tmp_path / "b.zip").code == 0
    assert seen == [0o600]


def test_a_database_that_is_there_keeps_its_mode(tmp_path: Path) -> None:
    database = begin(tmp_path / "home")
    database.chmod(0o640)
    with closing(sqlite3.connect(database)) as opened:
        opened.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    History(tmp_path / "home" / "history").close()
    assert mode(database) == 0o640
