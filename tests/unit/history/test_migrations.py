"""An older history is copied, then brought up to date; a newer one is refused and left alone."""

from __future__ import annotations

import multiprocessing
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from history import database, migrations
from history.database import HistoryError
from history.store import History
from history.tables import SCHEMA_VERSION
from tests.unit.history.arrivals import NOW, PROGRAMME, WEEK, arrive

VERSION_1 = """
CREATE TABLE meta ("key" VARCHAR(40) NOT NULL, value TEXT NOT NULL, PRIMARY KEY ("key"));
CREATE TABLE event (seq INTEGER NOT NULL, programme VARCHAR(80) NOT NULL, kind VARCHAR(20) NOT NULL,
  at VARCHAR(32) NOT NULL, PRIMARY KEY (seq));
CREATE TABLE file (sha256 VARCHAR(64) NOT NULL, size INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (sha256));
CREATE TABLE receipt (receipt_id INTEGER NOT NULL, programme VARCHAR(80) NOT NULL, return_id VARCHAR(80) NOT NULL,
  period VARCHAR(40) NOT NULL, period_end VARCHAR(10) NOT NULL, covered VARCHAR(40), ordinal INTEGER NOT NULL,
  sha256 VARCHAR(64) NOT NULL, name TEXT NOT NULL, received_at VARCHAR(32) NOT NULL,
  layout_sha VARCHAR(64) NOT NULL, configuration_sha VARCHAR(64) NOT NULL, PRIMARY KEY (receipt_id),
  UNIQUE (programme, return_id, period, ordinal), FOREIGN KEY(receipt_id) REFERENCES event (seq),
  FOREIGN KEY(sha256) REFERENCES file (sha256));
CREATE TABLE reading (receipt_id INTEGER NOT NULL, position INTEGER NOT NULL, table_id VARCHAR(80) NOT NULL,
  row_key TEXT NOT NULL, field TEXT NOT NULL, sheet TEXT NOT NULL, cell VARCHAR(16) NOT NULL,
  raw_text TEXT NOT NULL, number_format TEXT NOT NULL, kind VARCHAR(12) NOT NULL, value TEXT,
  decimals INTEGER NOT NULL, UNIQUE (receipt_id, table_id, row_key, field),
  FOREIGN KEY(receipt_id) REFERENCES receipt (receipt_id));
INSERT INTO meta VALUES ('schema_version', '1');
"""
"""The tables of version 1 that hold what is tested here; the others came into being empty."""

A, B = b"the first workbook", b"the second workbook"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A history of version 1 with one receipt and one reading."""
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as old:
        old.executescript(VERSION_1)
        period = f"{WEEK}/{WEEK}/day"
        sha = "a" * 64
        old.execute("INSERT INTO event VALUES (1, ?, 'receipt', ?)", (PROGRAMME, NOW))
        old.execute("INSERT INTO file VALUES (?, 4, 'old.xlsx')", (sha,))
        old.execute(
            "INSERT INTO receipt VALUES (1, ?, 'weekly_return', ?, ?, NULL, 1, ?, 'old.xlsx', ?, 'l', 'c')",
            (PROGRAMME, period, str(WEEK), sha, NOW),
        )
        old.execute(
            "INSERT INTO reading VALUES (1, 0, 'visits', 'north', 'pct', 'V', 'C7', '335', '0', 'count', '335', 0)"
        )
        old.commit()
    return tmp_path


def columns(path: Path, table: str = "receipt") -> list[str]:
    with closing(sqlite3.connect(path)) as opened:
        return [row[1] for row in opened.execute(f"PRAGMA table_info({table})")]


def version(path: Path) -> str:
    with closing(sqlite3.connect(path)) as opened:
        return str(opened.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchone()[0])


def test_what_was_known_is_still_known_as_of_a_whole_workbook(folder: Path) -> None:
    history = History(folder)
    try:
        (receipt,) = history.receipts(PROGRAMME, None)
        assert (receipt.receipt_id, receipt.name, receipt.scope) == (1, "old.xlsx", "")
        assert [r.raw_text for r in history.readings([receipt])[1]] == ["335"]
        filed = history.file_receipt(arrive(), A)
        assert not filed.already_known
        (now,) = history.receipts(PROGRAMME, None)
        assert (now.receipt_id, now.ordinal) == (filed.receipt_id, 2)
    finally:
        history.close()
    assert version(folder / "history.sqlite") == str(SCHEMA_VERSION) == "3"


def test_the_old_history_is_kept_beside_the_new_one(folder: Path) -> None:
    History(folder).close()
    copy = folder / "history.sqlite.v1.backup"
    assert version(copy) == "1"
    assert "scope" not in columns(copy)
    assert "scope" in columns(folder / "history.sqlite")
    assert not list(folder.glob("*.part"))


def test_a_migrated_history_is_opened_again_without_another_copy(folder: Path) -> None:
    History(folder).close()
    copy = folder / "history.sqlite.v1.backup"
    made = copy.stat().st_mtime_ns
    History(folder).close()
    assert copy.stat().st_mtime_ns == made


def test_a_migration_that_fails_leaves_everything_as_it_was(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    steps = {1: migrations.STEPS[1], 2: (*migrations.STEPS[2], ("receipt", "no such type of column )"))}
    monkeypatch.setattr(migrations, "STEPS", steps)
    with pytest.raises(HistoryError):
        History(folder)
    assert version(folder / "history.sqlite") == "1"
    assert "scope" not in columns(folder / "history.sqlite")
    monkeypatch.undo()
    History(folder).close()
    assert version(folder / "history.sqlite") == str(SCHEMA_VERSION)


def open_once(folder: Path) -> int:
    """Open a history in a process of its own; returns how many receipts it knows."""
    history = History(folder)
    try:
        return len(history.receipts(PROGRAMME, None))
    finally:
        history.close()


def test_two_processes_that_open_it_at_once_migrate_it_once(folder: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.map(open_once, [folder, folder]) == [1, 1]
    assert version(folder / "history.sqlite.v1.backup") == "1"
    assert columns(folder / "history.sqlite").count("scope") == 1


def test_a_newer_history_is_refused_and_left_alone(tmp_path: Path) -> None:
    History(tmp_path).close()
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'")
        opened.commit()
    with pytest.raises(HistoryError, match="newer Boardpack \\(schema 99\\); this one reads 3: update"):
        database.open_engine(tmp_path)
    assert version(path) == "99"
    assert not list(tmp_path.glob("*.backup"))


def test_a_new_history_and_a_migrated_one_have_the_same_columns(folder: Path, tmp_path: Path) -> None:
    History(folder).close()
    History(tmp_path / "new").close()
    for table in ("receipt", "reading", "observation", "pack"):
        assert columns(folder / "history.sqlite", table) == columns(tmp_path / "new" / "history.sqlite", table)


class TestScopes:
    """For each return and period, the rows of each owner have their own line of receipts."""

    def test_rows_of_an_owner_are_filed_beside_the_whole_and_other_owners(self, tmp_path: Path) -> None:
        history = History(tmp_path)
        for scope, content in (("", A), ("Head of Service", A), ("Permanency Lead", B)):
            assert not history.file_receipt(arrive(scope=scope), content).already_known
        assert [r.scope for r in history.receipts(PROGRAMME, None)] == ["", "Head of Service", "Permanency Lead"]
        history.close()

    def test_another_spelling_of_the_role_is_the_same_scope(self, tmp_path: Path) -> None:
        history = History(tmp_path)
        history.file_receipt(arrive(scope="Head of HR & OD"), A)
        assert history.file_receipt(arrive(scope="head of HR and  OD"), A).already_known
        assert not history.file_receipt(arrive(scope="HEAD OF HR AND OD"), B).already_known
        (receipt,) = history.receipts(PROGRAMME, None)
        assert (receipt.scope, receipt.ordinal) == ("HEAD OF HR AND OD", 2)
        history.close()

    def test_a_then_b_then_a_holds_in_each_scope(self, tmp_path: Path) -> None:
        history = History(tmp_path)
        whole = history.file_receipt(arrive(), A)
        made = [history.file_receipt(arrive(scope="Head of Service"), content) for content in (A, B, A)]
        assert [m.already_known for m in made] == [False, False, False]
        assert [r.receipt_id for r in history.receipts(PROGRAMME, None)] == [whole.receipt_id, made[2].receipt_id]
        assert history.file_receipt(arrive(), A).receipt_id == whole.receipt_id
        history.close()

    def test_as_known_before_a_file_came_it_is_not_there(self, tmp_path: Path) -> None:
        history = History(tmp_path)
        whole = history.file_receipt(arrive(), A)
        history.file_receipt(arrive(scope="Head of Service"), B)
        assert [r.receipt_id for r in history.receipts(PROGRAMME, whole.receipt_id)] == [whole.receipt_id]
        history.close()
