"""What may be set as the database of a history, and what is said of it: never a password."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from history.database import holds_history
from history.failures import HistorySettingError
from history.postgresql import describe, read_url
from history.store import History
from tests.unit.history.arrivals import arrive

SECRET = "s3cret-word"


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://analyst:{SECRET}@db.example:5433/packs",
        f"postgresql+psycopg://analyst:{SECRET}@db.example:5433/packs",
        f"  postgres://analyst:{SECRET}@db.example:5433/packs?sslmode=require\n",
    ],
)
def test_a_database_on_a_server(text: str) -> None:
    url = read_url(text)
    assert url.drivername == "postgresql+psycopg"
    assert url.password == SECRET
    assert describe(url) == "the PostgreSQL database packs on db.example:5433"


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("postgresql://db.example/packs", "db.example"),
        ("postgresql:///packs", "this machine"),
        ("postgresql:///packs?host=/run/postgresql", "/run/postgresql"),
        ("postgresql:///packs?host=one.example&host=two.example", "one.example, two.example"),
    ],
)
def test_where_it_is_in_words(text: str, place: str) -> None:
    assert describe(read_url(text)) == f"the PostgreSQL database packs on {place}"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (f"analyst:{SECRET}@db/packs", "is not the URL of a database"),
        (f"postgresql://analyst:{SECRET}@db:54x3/packs", "is not the URL of a database"),
        (f"mysql://analyst:{SECRET}@db/packs", "names a database that is not PostgreSQL"),
        (f"postgresql+asyncpg://analyst:{SECRET}@db/packs", "names a database that is not PostgreSQL"),
        ("sqlite:///history.sqlite", "names a database that is not PostgreSQL"),
        (f"postgresql://analyst:{SECRET}@db", "does not say which database"),
    ],
)
def test_what_is_no_such_database(text: str, why: str, tmp_path: Path) -> None:
    with pytest.raises(HistorySettingError, match=f"BOARDPACK_DATABASE {why}") as raised:
        History(tmp_path / "history", text)
    assert SECRET not in str(raised.value)
    assert "postgresql://user@host/database" in str(raised.value)
    assert not (tmp_path / "history").exists()


def test_without_the_driver_people_read_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(HistorySettingError, match=r"pip install 'boardpack\[postgresql\]'"):
        holds_history(tmp_path, "postgresql://analyst@db/packs")


def test_a_home_with_a_history_of_its_own_is_not_left_behind(tmp_path: Path) -> None:
    """Nobody takes a server's empty history for the one in the home: both would grow, each without the other."""
    history = History(tmp_path)
    history.file_receipt(arrive(), b"a workbook")
    history.close()
    with pytest.raises(HistorySettingError, match="holds a history already, and BOARDPACK_DATABASE is set"):
        History(tmp_path, "postgresql://analyst@127.0.0.1:1/packs")


def test_a_home_whose_history_is_on_a_server_begins_no_other(tmp_path: Path) -> None:
    (tmp_path / "on-postgresql.txt").touch()
    with pytest.raises(HistorySettingError, match="is in a PostgreSQL database, and BOARDPACK_DATABASE is not set"):
        History(tmp_path)
    assert not (tmp_path / "history.sqlite").exists()
