"""An older history on a server is copied into a schema of its own, then brought up to date in one transaction."""

from __future__ import annotations

import multiprocessing
from pathlib import Path

import pytest

from history import migrations
from history.chain import follow_chain
from history.database import HistoryError, open_engine, reading
from history.store import History
from tests.postgres.cluster import Cluster
from tests.postgres.test_at_once import open_only
from tests.unit.history.arrivals import NOW, PROGRAMME, arrive

pytestmark = pytest.mark.long
COPY = "boardpack_v2_backup"
OLD_EVENTS = ["seq", "programme", "kind", "at"]
NEW_TABLES = ("issue", "published", "retired")


@pytest.fixture
def url(tmp_path: Path, postgres: Cluster) -> str:
    """A history as version 2 left it: a receipt and a configuration, no chain and no issues."""
    url = postgres.make_database()
    history = History(tmp_path, url)
    history.file_receipt(arrive(name="old.xlsx"), b"a workbook")
    history.register_configuration(PROGRAMME, '{"v": 1}', NOW)
    history.close()
    with postgres.connect(name(url)) as connection:
        for table in NEW_TABLES:
            connection.execute(f"DROP TABLE {table}".encode())
        for table, column in migrations.STEPS[2]:
            connection.execute(f"ALTER TABLE {table} DROP COLUMN {column.split()[0]}".encode())
        connection.execute("DELETE FROM meta WHERE key = 'head'")
        connection.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    return url


def name(url: str) -> str:
    """The database of a URL."""
    return url.rsplit("/", 1)[1]


def columns(postgres: Cluster, url: str, table: str, schema: str = "public") -> list[str]:
    """The columns of a table, as the server has them."""
    query = "SELECT column_name FROM information_schema.columns WHERE (table_schema, table_name) = (%s, %s)"
    with postgres.connect(name(url)) as connection:
        rows = connection.execute(f"{query} ORDER BY ordinal_position".encode(), (schema, table)).fetchall()
    return [row[0] for row in rows]


def version(postgres: Cluster, url: str, schema: str = "public") -> str:
    """The version that a schema bears."""
    with postgres.connect(name(url)) as connection:
        query = f"SELECT value FROM {schema}.meta WHERE key = 'schema_version'"
        (found,) = connection.execute(query.encode()).fetchall()
    return str(found[0])


def schemas(postgres: Cluster, url: str) -> list[str]:
    """The schemas that hold copies."""
    with postgres.connect(name(url)) as connection:
        rows = connection.execute("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'boardpack%' ORDER BY 1")
        return [row[0] for row in rows]


def test_what_was_known_is_still_known_and_chained(tmp_path: Path, postgres: Cluster, url: str) -> None:
    assert columns(postgres, url, "event") == OLD_EVENTS
    history = History(tmp_path, url)
    try:
        (receipt,) = history.receipts(PROGRAMME, None)
        assert receipt.name == "old.xlsx"
        assert [r.raw_text for r in history.readings([receipt])[1]] == ["335"]
        assert not history.file_receipt(arrive(value="80.0"), b"another").already_known
    finally:
        history.close()
    assert version(postgres, url) == "3"
    engine = open_engine(tmp_path, url)
    with reading(engine) as connection:
        links = list(follow_chain(connection))
    engine.dispose()
    assert [(link.seq, link.is_sound) for link in links] == [(1, True), (2, True), (3, True)]


def test_it_is_as_a_new_one_is(tmp_path: Path, postgres: Cluster, url: str) -> None:
    History(tmp_path, url).close()
    new = postgres.make_database()
    History(tmp_path / "another home" / "history", new).close()
    query = """SELECT table_name, column_name, data_type, collation_name, is_nullable FROM information_schema.columns
      WHERE table_schema = 'public' ORDER BY table_name, column_name"""
    found = []
    for made in (url, new):
        with postgres.connect(name(made)) as connection:
            found.append(connection.execute(query).fetchall())
    assert found[0] == found[1]
    assert {row[3] for row in found[0]} == {"C", None}


def test_the_old_history_is_kept_beside_the_new_one(tmp_path: Path, postgres: Cluster, url: str) -> None:
    History(tmp_path, url).close()
    assert schemas(postgres, url) == [COPY]
    assert version(postgres, url, COPY) == "2"
    assert columns(postgres, url, "event", COPY) == OLD_EVENTS
    with postgres.connect(name(url)) as connection:
        for table in ("event", "receipt", "reading", "observation", "finding", "file", "configuration"):
            (old,) = connection.execute(f"SELECT count(*) FROM {COPY}.{table}".encode()).fetchall()
            (new,) = connection.execute(f"SELECT count(*) FROM public.{table}".encode()).fetchall()
            assert old == new != (0,), table
    History(tmp_path, url).close()
    assert schemas(postgres, url) == [COPY], "opened again it is not copied again"


def test_an_earlier_copy_is_not_overwritten(tmp_path: Path, postgres: Cluster, url: str) -> None:
    with postgres.connect(name(url)) as connection:
        connection.execute(f"CREATE SCHEMA {COPY}".encode())
        connection.execute(f"CREATE TABLE {COPY}.precious (n int)".encode())
    History(tmp_path, url).close()
    assert schemas(postgres, url) == [COPY, f"{COPY}_2"]
    assert columns(postgres, url, "precious", COPY) == ["n"]


def test_a_migration_that_fails_leaves_everything_as_it_was(
    tmp_path: Path, postgres: Cluster, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = {1: migrations.STEPS[1], 2: (*migrations.STEPS[2], ("receipt", "no such type of column )"))}
    with monkeypatch.context() as patch:
        patch.setattr(migrations, "STEPS", steps)
        with pytest.raises(HistoryError, match="cannot be opened"):
            History(tmp_path, url)
    assert version(postgres, url) == "2"
    assert columns(postgres, url, "event") == OLD_EVENTS
    assert schemas(postgres, url) == []
    History(tmp_path, url).close()
    assert version(postgres, url) == "3"


def test_two_processes_that_open_it_at_once_migrate_it_once(tmp_path: Path, postgres: Cluster, url: str) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        assert pool.starmap(open_only, [(tmp_path, url)] * 2, chunksize=1) == [2, 2]
    assert schemas(postgres, url) == [COPY]
