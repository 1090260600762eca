"""A backup moves a history between a home and a server, either way, and it stays the same history."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from flows import restoring
from flows.settings import DATABASE_SETTING, Home
from history.snapshots import find_broken_links, read_snapshot
from tests.builders import write_programme
from tests.end_to_end.command import run
from tests.postgres.cluster import Cluster
from tests.scenarios.harbour import MARCH, WEEK, lamps

pytestmark = pytest.mark.long
NOW = "2031-06-01T09:00:00Z"
ASKED = ("--programme", "lamplight", "--as-at", "2031-03-31", "--json", "--home")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that has taken two weeks in."""
    home = Home(tmp_path / "home")
    write_programme(home.folder / "programmes" / "lamplight")
    home.inbox("lamplight").mkdir(parents=True)
    receive(home.folder, -1)
    receive(home.folder, 0)
    return home.folder


def receive(home: Path, weeks: int) -> None:
    lamps(MARCH + weeks * WEEK).save(home / "inbox" / "lamplight", f"Lamps {weeks}.xlsx")
    done = run("ingest", "--programme", "lamplight", "--home", home, "--received-at", NOW)
    assert done.code == 0, done.err


def answers(home: Path) -> list[Any]:
    return [run("kpis", *ASKED, home).json, run("explain", "K1", *ASKED, home).json]


def test_from_a_home_to_a_server_and_back(
    home: Path, tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = run("backup", "--home", home, "--out", tmp_path / "file.zip", "--json").json
    before = answers(home)
    monkeypatch.setenv(DATABASE_SETTING, postgres.make_database())
    shared = tmp_path / "shared"
    restored = run("restore", tmp_path / "file.zip", "--home", shared, "--json")
    assert restored.code == 0, restored.err
    assert restored.json["head_digest"] == made["head_digest"]
    assert not (shared / "history" / "history.sqlite").exists()
    assert answers(shared) == before
    again = run("backup", "--home", shared, "--out", tmp_path / "server.zip", "--json")
    assert again.code == 0, again.err
    assert {**again.json, "file": "", "made_at": "", "size": 0, "bytes": 0} == {
        **made, "file": "", "made_at": "", "size": 0, "bytes": 0
    }  # fmt: skip
    receive(shared, -2)
    monkeypatch.delenv(DATABASE_SETTING)
    back = tmp_path / "back"
    assert run("restore", tmp_path / "server.zip", "--home", back).code == 0
    assert answers(back) == before
    snapshots = [read_snapshot(folder / "history" / "history.sqlite") for folder in (home, back)]
    assert snapshots[0] == snapshots[1]
    assert find_broken_links(back / "history" / "history.sqlite") == []


def test_a_server_that_holds_a_history_is_left_alone(
    home: Path, tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", "--home", home, "--out", tmp_path / "file.zip")
    url = postgres.make_database()
    monkeypatch.setenv(DATABASE_SETTING, url)
    assert run("restore", tmp_path / "file.zip", "--home", tmp_path / "first").code == 0
    before = answers(tmp_path / "first")
    result = run("restore", tmp_path / "file.zip", "--home", tmp_path / "second")
    assert result.code == 2
    assert "holds a history already" in result.error_line
    assert not (tmp_path / "second").exists()
    assert answers(tmp_path / "first") == before
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file.zip", "first", "home"]


def test_a_home_that_cannot_be_put_in_place_leaves_the_server_empty(
    home: Path, tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", "--home", home, "--out", tmp_path / "file.zip")
    monkeypatch.setenv(DATABASE_SETTING, postgres.make_database())
    rename = os.rename

    def refuse(_: Path, target: Path) -> None:
        raise OSError(30, "Read-only file system", str(target))

    monkeypatch.setattr(restoring.os, "rename", refuse)
    assert run("restore", tmp_path / "file.zip", "--home", tmp_path / "again").code == 2
    monkeypatch.setattr(restoring.os, "rename", rename)
    assert not (tmp_path / "again").exists()
    result = run("restore", tmp_path / "file.zip", "--home", tmp_path / "again")
    assert result.code == 0, result.err
