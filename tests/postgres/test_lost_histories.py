"""A home whose history is on a server, and a setting that is forgotten or names another database."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.settings import DATABASE_SETTING
from history.failures import SERVER_MARK
from history.store import History
from tests.builders import write_programme
from tests.end_to_end.command import Result, run
from tests.postgres.cluster import Cluster
from tests.scenarios.harbour import MARCH, RECEIVED, lamps

pytestmark = pytest.mark.long
NAME = "lamplight"
AS_AT = ("--programme", NAME, "--as-at", MARCH)


class Town:
    """A home whose history is in a database of its own."""

    def __init__(self, folder: Path, url: str, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.url = url
        self._patch = patch
        write_programme(folder / "programmes" / NAME)
        folder.joinpath("inbox", NAME).mkdir(parents=True)
        lamps(MARCH).save(folder / "inbox" / NAME, "Lamps.xlsx")
        assert self.run("ingest", "--programme", NAME, "--received-at", RECEIVED).code == 0

    def run(self, *arguments: object, url: str | None = "own") -> Result:
        """Run a command with the setting of this home, another one, or none."""
        if url is None:
            self._patch.delenv(DATABASE_SETTING, raising=False)
        else:
            self._patch.setenv(DATABASE_SETTING, self.url if url == "own" else url)
        return run(*arguments, "--home", self.folder)

    def in_history(self) -> list[str]:
        """The files beside which a database could lie."""
        return sorted(p.name for p in (self.folder / "history").iterdir())


@pytest.fixture
def town(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> Town:
    return Town(tmp_path / "home", postgres.make_database(), monkeypatch)


def tables(postgres: Cluster, url: str) -> int:
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        (row,) = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return int(row[0])


COMMANDS = [
    ("kpis", *AS_AT),
    ("ingest", "--programme", NAME),
    ("due", "--programme", NAME),
    ("backup",),
    ("retire",),
    ("verify",),
]


@pytest.mark.parametrize("is_made", [False, True], ids=["new", "with tables and no event"])
def test_another_database_is_no_new_history(town: Town, postgres: Cluster, tmp_path: Path, is_made: bool) -> None:
    other = postgres.make_database()
    if is_made:
        History(tmp_path / "another home" / "history", other).close()
        with postgres.connect(other.rsplit("/", 1)[1]) as connection:
            connection.execute("DELETE FROM meta WHERE key = 'home'")
    before = tables(postgres, other), town.in_history()
    for command in COMMANDS:
        done = town.run(*command, url=other)
        assert done.code == 4, command
        said = done.out if command == ("verify",) else done.error_line
        assert ("holds no event" if is_made else "holds none of Boardpack's tables") in said
        assert "though 1 original lies in the home" in said
        assert f"See whether {DATABASE_SETTING} names the database of this home" in said
    assert (tables(postgres, other), town.in_history()) == before
    assert town.run("verify").code == 0


def test_without_the_setting_nothing_is_made_and_it_is_wrong_usage(town: Town) -> None:
    before = town.in_history()
    assert SERVER_MARK in before
    for command in COMMANDS:
        done = town.run(*command, url=None)
        assert (done.code, f"{DATABASE_SETTING} is not set" in done.error_line) == (2, True), command
    assert town.in_history() == before


def test_an_empty_file_beside_the_mark_is_no_history_and_not_in_the_way(town: Town) -> None:
    """What an older version left there when it looked for one."""
    (town.folder / "history" / "history.sqlite").write_bytes(b"")
    for command in COMMANDS:
        done = town.run(*command, url=None)
        assert (done.code, f"{DATABASE_SETTING} is not set" in done.error_line) == (2, True), command
    assert town.run("kpis", *AS_AT).code == 0
    assert town.run("verify").code == 0
