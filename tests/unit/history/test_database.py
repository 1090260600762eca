"""The database of a home: made once, and never mistaken for another's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from history import database
from history.database import HistoryError, holds_history
from history.store import History
from tests.unit.history.arrivals import arrive


def test_a_question_makes_none(tmp_path: Path, url: str | None) -> None:
    assert not holds_history(tmp_path / "history", url)
    assert not (tmp_path / "history").exists()
    History(tmp_path / "history", url).close()
    assert holds_history(tmp_path / "history", url)


def test_the_change_to_wal_is_tried_again_while_another_makes_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of two that open a new home at once one is told "locked" without any wait: 1 of 320 openings before."""
    monkeypatch.setattr(database.time, "sleep", lambda _: None)
    with closing(sqlite3.connect(tmp_path / "new.sqlite")) as connection:
        cursor = LockedCursor(connection.cursor(), 5)
        database._begin_log(cursor)
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert cursor.left == 0
        with pytest.raises(sqlite3.OperationalError, match="database is locked"):
            database._begin_log(LockedCursor(connection.cursor(), 10_000))


class LockedCursor:
    """A cursor that is told so many times that the database is locked."""

    def __init__(self, cursor: sqlite3.Cursor, left: int) -> None:
        self.left = left
        self._cursor = cursor

    def execute(self, statement: str) -> None:
        """Refuse, or do it."""
        if self.left:
            self.left -= 1
            raise sqlite3.OperationalError("database is locked")
        self._cursor.execute(statement)


@pytest.mark.parametrize(
    "table",
    ["event (id INTEGER)", "meta (id INTEGER, note TEXT)", "meta (key TEXT, value TEXT)"],
)
def test_a_file_of_something_else_is_left_alone(tmp_path: Path, table: str) -> None:
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        other.execute(f"CREATE TABLE {table}")
    with pytest.raises(HistoryError, match=f"{tmp_path.name} cannot be opened: it holds tables that are not"):
        History(tmp_path)
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        assert len(other.execute("SELECT name FROM sqlite_master").fetchall()) == 1


def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "history.sqlite").write_bytes(b"a letter, and no database" * 99)
    with pytest.raises(HistoryError, match="cannot be opened: file is not a database"):
        History(tmp_path)


def test_half_a_character_is_refused_whole(tmp_path: Path) -> None:
    history = History(tmp_path)
    try:
        with pytest.raises(HistoryError, match="cannot hold a value: it is no text"):
            history.file_receipt(arrive(name="a\ud800b.xlsx"), b"a workbook")
        assert history.last_number() == 0
        assert not history.file_receipt(arrive(), b"a workbook").already_known
    finally:
        history.close()
