"""Many at once on one server: nothing is lost, nothing is double, and the chain holds."""

from __future__ import annotations

import datetime as dt
import multiprocessing
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from history.chain import follow_chain, read_head
from history.database import open_engine, reading, writing
from history.store import History
from tests.postgres.cluster import Cluster
from tests.unit.history.arrivals import NOW, PROGRAMME, WEEK, arrive

pytestmark = pytest.mark.long
WEEKS = [WEEK - dt.timedelta(days=7 * n) for n in range(6)]


def file_everything(folder: Path, url: str, own: int) -> list[tuple[int, bool]]:
    """File the six weeks that everybody files, and one that nobody else does, through a connection of one's own."""
    history = History(folder, url)
    try:
        filed = [history.file_receipt(arrive(day), f"workbook of {day}".encode()) for day in WEEKS]
        alone = history.file_receipt(arrive(return_id=f"return_{own}"), f"workbook of {own}".encode())
        history.register_configuration(f"programme_{own}", '{"v": 1}', NOW)
        return [(f.receipt_id, f.already_known) for f in (*filed, alone)]
    finally:
        history.close()


def in_threads(folder: Path, url: str, first: int) -> list[list[tuple[int, bool]]]:
    """Four threads of one process."""
    barrier = Barrier(4)

    def start(own: int) -> list[tuple[int, bool]]:
        barrier.wait(60)
        return file_everything(folder, url, own)

    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(start, range(first, first + 4)))


def check_sound(folder: Path, url: str) -> list[str]:
    """Events stand without a gap and in one sound chain; returns their kinds."""
    engine = open_engine(folder, url)
    try:
        with reading(engine) as connection:
            links = list(follow_chain(connection))
            head = read_head(connection)
    finally:
        engine.dispose()
    assert [link.seq for link in links] == list(range(1, len(links) + 1))
    assert all(link.is_sound for link in links)
    assert head == (links[-1].seq, links[-1].stored)
    return [link.kind for link in links]


def test_two_processes_of_four_threads_lose_nothing_and_double_nothing(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.make_database()  # empty: all eight find no tables, and make them once
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        both = pool.starmap(in_threads, [(tmp_path, url, 0), (tmp_path, url, 4)], chunksize=1)
    results = [filed for half in both for filed in half]
    assert len(results) == 8
    for number in range(len(WEEKS)):
        assert len({filed[number][0] for filed in results}) == 1, "one receipt for bytes filed by eight"
        assert Counter(filed[number][1] for filed in results) == {False: 1, True: 7}
    assert [filed[-1][1] for filed in results] == [False] * 8
    assert Counter(check_sound(tmp_path, url)) == {"receipt": len(WEEKS) + 8, "configuration": 8}
    history = History(tmp_path, url)
    try:
        found = history.receipts(PROGRAMME, None)
        assert len(found) == len(WEEKS) + 8
        assert all(len(rows) == 1 for rows in history.observations(found, WEEK).values())
        assert all(len(rows) == 1 for rows in history.readings(found).values())
    finally:
        history.close()
    kept = [p for p in (tmp_path / "originals").rglob("*") if p.is_file()]
    assert len(kept) == len(WEEKS) + 8


def restate_at_once(folder: Path, url: str, own: int) -> int:
    """Restate the same week: each comes after another, whichever was first."""
    history = History(folder, url)
    try:
        for number in range(10):
            history.file_receipt(arrive(value=str(own)), f"{own} says {number}".encode())
        return own
    finally:
        history.close()


def test_restatements_are_numbered_without_a_gap(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.make_database()
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda own: restate_at_once(tmp_path, url, own), range(8))) == list(range(8))
    assert check_sound(tmp_path, url) == ["receipt"] * 80
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        ordinals = connection.execute("SELECT ordinal FROM receipt ORDER BY receipt_id").fetchall()
    assert [ordinal for (ordinal,) in ordinals] == list(range(1, 81))


def test_a_reader_sees_one_moment(tmp_path: Path, postgres: Cluster) -> None:
    """What is committed between two questions of one view is not in it, and a reader never waits for a writer."""
    url = postgres.make_database()
    history = History(tmp_path, url)
    engine = open_engine(tmp_path, url)
    try:
        history.file_receipt(arrive(), b"first")
        with reading(engine) as connection:
            before = list(follow_chain(connection))
            history.file_receipt(arrive(value="80.0"), b"second")
            assert list(follow_chain(connection)) == before
            assert read_head(connection)[0] == 1
        with reading(engine) as connection:
            assert len(list(follow_chain(connection))) == 2
    finally:
        engine.dispose()
        history.close()


def open_only(folder: Path, url: str) -> int:
    """Open a history in a process of its own."""
    history = History(folder, url)
    try:
        return history.last_number()
    finally:
        history.close()


def test_processes_that_make_the_tables_at_once_make_them_once(tmp_path: Path, postgres: Cluster) -> None:
    urls = [postgres.make_database() for _ in range(5)]
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        tasks = [(tmp_path, url) for url in urls for _ in range(2)]
        assert pool.starmap(open_only, tasks, chunksize=1) == [0] * 10
    for url in urls:
        with postgres.connect(url.rsplit("/", 1)[1]) as connection:
            rows = connection.execute("SELECT value FROM meta WHERE key = 'schema_version'").fetchall()
        assert rows == [("3",)]


def test_the_servers_own_defaults_change_nothing(tmp_path: Path, postgres: Cluster) -> None:
    """A commit is on the disk before it counts, and a writer sees all that was committed while it waited."""
    url = postgres.make_database()
    name = url.rsplit("/", 1)[1]
    with postgres.connect() as connection:
        for default in ("synchronous_commit = off", "default_transaction_isolation = 'serializable'"):
            connection.execute(f"ALTER DATABASE {name} SET {default}".encode())
    engine = open_engine(tmp_path, url)
    try:
        with writing(engine) as connection:
            found = [connection.exec_driver_sql(f"SHOW {s}").scalar() for s in SETTINGS]
        assert found == ["on", "read committed", "off"]
        with reading(engine) as connection:
            found = [connection.exec_driver_sql(f"SHOW {s}").scalar() for s in SETTINGS]
        assert found == ["off", "repeatable read", "on"]
    finally:
        engine.dispose()


SETTINGS = ("synchronous_commit", "transaction_isolation", "transaction_read_only")
