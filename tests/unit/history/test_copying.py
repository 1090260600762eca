"""A history moves from one database into another, whole; and its snapshot is of one moment."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select

from history import tables
from history.copying import copy_tables
from history.failures import HistoryError, HistorySettingError
from history.records import IssueRecord, PackRecord, PrintedFigure
from history.snapshots import fill_database, find_broken_links, opened, read_snapshot
from history.store import History
from schemas.findings import make_finding
from tests.unit.history.arrivals import NOW, PROGRAMME, WEEK, arrive

A, B = b"the first workbook", b"the second workbook"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """A history with an event of every kind that there is a way to make."""
    opened_history = History(tmp_path / "history")
    opened_history.file_receipt(arrive(), A)
    opened_history.file_receipt(arrive(value="80.1"), B)
    finding = make_finding("damaged_file", file="C.xlsx", why="it is cut short")
    opened_history.file_refusal(PROGRAMME, b"C", "C.xlsx", NOW, None, [finding])
    sha = opened_history.register_configuration(PROGRAMME, '{"id": "town"}', NOW)
    pack = PackRecord("board", None, "restricted", "pdf", WEEK, 4, sha, "Boardpack", "d" * 64, 1, "pack.pdf")
    number = opened_history.packs.record(PROGRAMME, pack, [PrintedFigure("K1", "key", "published", "1", "1")], NOW)
    opened_history.packs.issue(issue(number), NOW)
    yield opened_history
    opened_history.close()


def issue(pack_id: int) -> IssueRecord:
    day = dt.date(2021, 12, 20)
    return IssueRecord(
        PROGRAMME, pack_id, "board", day, "restricted", 0, "Chair", day, "", "", "[]", "d" * 64, "issued/pack.pdf"
    )


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Engine]:
    engine = create_engine(f"sqlite:///{tmp_path / 'other.sqlite'}")
    yield engine
    engine.dispose()


def rows_of(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with opened(path) as connection:
        return {
            t.name: sorted((tuple(row) for row in connection.execute(select(t))), key=repr)
            for t in tables.metadata.sorted_tables
        }


def test_a_snapshot_holds_every_row(history: History, tmp_path: Path) -> None:
    history.snapshot(tmp_path / "snapshot.sqlite")
    assert rows_of(tmp_path / "snapshot.sqlite") == rows_of(tmp_path / "history" / "history.sqlite")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["history", "snapshot.sqlite"], (
        "one file, no journal beside it"
    )


def test_a_copy_by_rows_is_the_same_history(history: History, empty: Engine, tmp_path: Path) -> None:
    history.snapshot(tmp_path / "snapshot.sqlite")
    with opened(tmp_path / "snapshot.sqlite") as source, empty.begin() as target:
        tables.metadata.create_all(target)
        assert copy_tables(source, target) > 10
    assert rows_of(tmp_path / "other.sqlite") == rows_of(tmp_path / "snapshot.sqlite")
    assert find_broken_links(tmp_path / "other.sqlite") == []
    assert read_snapshot(tmp_path / "other.sqlite") == read_snapshot(tmp_path / "snapshot.sqlite")


def test_an_empty_database_is_filled_and_a_filled_one_is_left_alone(
    history: History, empty: Engine, tmp_path: Path
) -> None:
    history.snapshot(tmp_path / "snapshot.sqlite")
    with empty.begin() as target:
        assert fill_database(tmp_path / "snapshot.sqlite", target) > 10
    filled = rows_of(tmp_path / "other.sqlite")
    assert filled == rows_of(tmp_path / "snapshot.sqlite")
    with pytest.raises(HistorySettingError, match="holds a history already"), empty.begin() as target:
        fill_database(tmp_path / "snapshot.sqlite", target)
    assert rows_of(tmp_path / "other.sqlite") == filled


def test_a_home_that_was_opened_and_never_used_counts_as_empty(history: History, tmp_path: Path) -> None:
    history.snapshot(tmp_path / "snapshot.sqlite")
    History(tmp_path / "fresh").close()
    fresh = create_engine(f"sqlite:///{tmp_path / 'fresh' / 'history.sqlite'}")
    with fresh.begin() as target:
        fill_database(tmp_path / "snapshot.sqlite", target)
    fresh.dispose()
    assert rows_of(tmp_path / "fresh" / "history.sqlite") == rows_of(tmp_path / "snapshot.sqlite")


def test_a_file_that_is_no_history_is_told(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "other.sqlite")) as other:
        other.execute("CREATE TABLE plan (id INTEGER)")
    (tmp_path / "text.sqlite").write_text("no database at all, but long enough to look at" * 30)
    for name in ("other.sqlite", "text.sqlite"):
        with pytest.raises(HistoryError, match=f"the snapshot {name} holds no sound history"):
            read_snapshot(tmp_path / name)
