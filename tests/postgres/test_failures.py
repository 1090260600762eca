"""What people read when the server is away, refuses them, or holds something else: one line, without the password."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Engine

from history import database
from history.chain import add_event
from history.database import HistoryError, open_engine, writing
from history.store import History
from tests.end_to_end.command import Result, run
from tests.postgres.cluster import Cluster
from tests.unit.history.arrivals import NOW, PROGRAMME, arrive

pytestmark = pytest.mark.long


def ask(home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    """A question to a history that the setting names."""
    monkeypatch.setenv("BOARDPACK_DATABASE", url)
    return run("kpis", "--programme", "slough_2021", "--home", home, "--as-at", "2021-11-30")


def take(home: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Result:
    """Workbooks on their way into a history that the setting names."""
    monkeypatch.setenv("BOARDPACK_DATABASE", url)
    (home / "inbox" / "slough_2021").mkdir(parents=True, exist_ok=True)
    return run("ingest", "--programme", "slough_2021", "--home", home)


def test_a_wrong_password(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make_database()
    wrong = url.replace(postgres.password, "secret-word")
    for result in (ask(tmp_path, wrong, monkeypatch), take(tmp_path, wrong, monkeypatch)):
        assert result.code == 4
        assert "it refuses the user name or the password" in result.error_line
        assert "secret-word" not in result.error_line
        assert str(postgres.port) in result.error_line


def test_no_such_database(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    result = take(tmp_path, postgres.url("nowhere"), monkeypatch)
    assert result.code == 4
    assert 'database "nowhere" does not exist' in result.error_line
    assert postgres.password not in result.error_line


def test_a_newer_history(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make_database()
    History(tmp_path / "history", url).close()
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        connection.execute("UPDATE meta SET value = '4' WHERE key = 'schema_version'")
    for result in (ask(tmp_path, url, monkeypatch), take(tmp_path, url, monkeypatch)):
        assert result.code == 4
        assert result.error_line == (
            "boardpack: this history was written by a newer Boardpack (schema 4); this one reads 3: update Boardpack"
        )


@pytest.mark.parametrize(
    "table",
    ["event (id int)", "meta (id int, note text)", "meta (key text, value text)"],
)
def test_a_database_of_something_else(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch, table: str
) -> None:
    url = postgres.make_database()
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        connection.execute(f"CREATE TABLE {table}".encode())
    result = take(tmp_path, url, monkeypatch)
    assert result.code == 4
    assert "it holds tables that are not Boardpack's; use a database of its own" in result.error_line
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (1,)


def test_a_database_that_cannot_hold_any_text(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.make_database("ENCODING LATIN1", "TEMPLATE template0", "LOCALE 'C'", "LOCALE_PROVIDER libc")
    result = take(tmp_path, url, monkeypatch)
    assert result.code == 4
    assert "keeps text as LATIN1; make one WITH ENCODING 'UTF8'" in result.error_line


def test_a_user_who_may_make_nothing(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make_database()
    with postgres.connect() as connection:
        connection.execute("CREATE ROLE guest LOGIN PASSWORD 'guest-word'")
    result = take(tmp_path, postgres.url(url.rsplit("/", 1)[1], "guest", "guest-word"), monkeypatch)
    assert result.code == 4
    assert "the user may not make tables there; use a database that the user owns" in result.error_line
    assert "guest-word" not in result.error_line


def test_a_writer_that_waits_too_long(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "_BUSY_SECONDS", 1)
    url = postgres.make_database()
    history, other = History(tmp_path, url), open_engine(tmp_path, url)
    try:
        with (
            writing(other),
            pytest.raises(HistoryError, match="another Boardpack has been writing all the while; try again"),
        ):
            history.file_receipt(arrive(), b"a workbook")
        assert history.receipts(PROGRAMME, None) == []
        assert not history.file_receipt(arrive(), b"a workbook").already_known
    finally:
        other.dispose()
        history.close()


def test_a_server_that_goes_away_in_between(tmp_path: Path, postgres: Cluster) -> None:
    """Nothing is half done, and when it is there again the same history goes on."""
    url = postgres.make_database()
    history = History(tmp_path, url)
    engine = open_engine(tmp_path, url)
    try:
        with pytest.raises(HistoryError, match="cannot be used: terminating connection"):
            _write_twice(engine, lambda: _end_connections(postgres, url))
        assert history.last_number() == 0
        assert history.file_receipt(arrive(), b"a workbook").receipt_id == 1
    finally:
        engine.dispose()
        history.close()


def _write_twice(engine: Engine, between: Callable[[], None]) -> None:
    with writing(engine) as connection:
        add_event(connection, PROGRAMME, "receipt", NOW)
        between()
        add_event(connection, PROGRAMME, "receipt", NOW)


def _end_connections(postgres: Cluster, url: str) -> None:
    with postgres.connect() as connection:
        query = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = %s"
        connection.execute(query, (url.rsplit("/", 1)[1],))


def test_a_text_that_no_database_holds_is_refused_whole(tmp_path: Path, postgres: Cluster) -> None:
    """Workbooks never bring one (see workbooks.collecting); whatever does, nothing is stored of it."""
    history = History(tmp_path, postgres.make_database())
    try:
        for name in ("a\x00b.xlsx", "a\ud800b.xlsx"):
            with pytest.raises(HistoryError, match="cannot hold a value"):
                history.file_receipt(arrive(name=name), name.encode("utf-8", "surrogatepass"))
        assert history.last_number() == 0
    finally:
        history.close()


def test_text_is_ordered_as_python_orders_it(tmp_path: Path, postgres: Cluster) -> None:
    """The server's own language puts 'a' before 'B'; history goes by code points on every database."""
    url = postgres.make_database()
    history = History(tmp_path, url)
    history.close()
    words = ["b", "B", "a-c", "ab", "Z", "é", "a", "É", "10", "9"]
    with psycopg.connect(url) as connection:
        for word in words:
            connection.execute("INSERT INTO file VALUES (%s, 1, 'x')", (word,))
        rows = connection.execute("SELECT sha256 FROM file ORDER BY sha256").fetchall()
        by_language = connection.execute('SELECT sha256 FROM file ORDER BY sha256 COLLATE "default"').fetchall()
    assert [row[0] for row in rows] == sorted(words)
    assert [row[0] for row in by_language] != sorted(words)
