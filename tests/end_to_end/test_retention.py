"""Retention by rule: bytes go when every arrival lets them go; what was read, the figures and the packs stay."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.backing_up import back_up
from flows.retiring import find_due, retire_originals
from flows.running import retire_expired
from flows.settings import Home
from history.originals import original_path
from history.store import History
from programmes.load import load_programme
from tests.builders import INDICATORS, PROGRAMME, changed, write_programme
from tests.end_to_end.command import Result, run
from tests.scenarios.harbour import MARCH, WEEK, lamps

RECEIVED = "2016-02-29T09:00:00Z"
LAST = dt.date(2022, 3, 1)
"""The last day on which it is kept: six years, and 2022 has no 29 February."""
DAY = dt.timedelta(days=1)
RULE = "the rule of 6 years"


class Town:
    """A home with two programmes that receive the same workbooks; both keep originals for six years, or as given."""

    def __init__(self, folder: Path, **years: int | None) -> None:
        self.folder = folder
        self.home = Home(folder / "home")
        for name in ("lamplight", "lighthouse"):
            self.declare(name, years.get(name, 6))

    def declare(self, name: str, years: int | None) -> None:
        """Write a programme whose rule is so many years, or that has none."""
        text = changed(PROGRAMME, "id: lamplight", f"id: {name}")
        rule = f"retention: {{originals_years: {years}}}\n" if years else ""
        write_programme(self.home.folder / "programmes" / name, programme=text + rule, indicators=INDICATORS)

    def receive(self, weeks: int, at: str = RECEIVED, programme: str = "lamplight") -> str:
        """Take the report of a week in; returns its hash."""
        path = self.folder / f"Lamps {weeks}.xlsx"
        if not path.exists():
            lamps(MARCH + weeks * WEEK).save(self.folder, path.name)
        return self.ingest(path, at, programme)

    def ingest(self, path: Path, at: str = RECEIVED, programme: str = "lamplight") -> str:
        """Take a workbook in; returns its hash."""
        done = run(
            "ingest", "--programme", programme, "--home", self.home.folder, "--received-at", at, "--json", path
        )
        (form,) = done.json["files"]
        return str(form["sha256"])

    def due(self, on: dt.date, programme: str | None = None) -> list[str]:
        """The hashes that are due on a day."""
        history = History(self.home.history)
        try:
            loaded = load_programme(self.home.folder / "programmes" / programme) if programme else None
            return [d.original.sha256 for d in find_due(self.home, history, on, loaded).due]
        finally:
            history.close()

    def retire(self, on: dt.date = LAST + DAY) -> list[str]:
        """Delete what is due on a day; returns the hashes."""
        history = History(self.home.history)
        try:
            return list(retire_originals(self.home, history, on, f"{on}T05:00:00Z").deleted)
        finally:
            history.close()

    def has(self, sha256: str) -> bool:
        """Whether the bytes of a hash are there."""
        return original_path(self.home.history, sha256).exists()

    def ask(self, *command: object) -> Result:
        """Ask of the first programme as at the end of March."""
        given = ("--programme", "lamplight", "--as-at", MARCH, "--home", self.home.folder)
        return run(*command, *given)


@pytest.fixture
def town(tmp_path: Path) -> Town:
    return Town(tmp_path)


def operands(town: Town) -> list[dict[str, Any]]:
    found = town.ask("explain", "K1", "--json").json["operands"]
    assert found
    return list(found)


def test_it_is_kept_to_the_last_day_of_its_years_and_goes_on_the_next(town: Town) -> None:
    sha256 = town.receive(0)
    assert town.due(LAST) == []
    assert town.retire(LAST) == []
    assert town.due(LAST + DAY) == [sha256]
    assert town.has(sha256), "to ask deletes nothing"
    assert town.retire(LAST + DAY) == [sha256]
    assert not town.has(sha256)
    assert town.retire(LAST + DAY) == [] == town.due(LAST + DAY)


def test_what_is_due_is_listed_in_the_order_in_which_it_came(town: Town) -> None:
    days = ["2015-03-01", "2014-12-24", "2015-07-31", "2013-01-02", "2016-02-29"]
    came = {day: town.receive(number, f"{day}T09:00:00Z") for number, day in enumerate(days)}
    assert town.due(LAST + DAY) == [came[day] for day in sorted(days)]


@pytest.mark.long
def test_figures_readings_and_explanations_stay(town: Town) -> None:
    town.receive(-1)
    sha256 = town.receive(0)
    kpis, told = town.ask("kpis", "--json").out, operands(town)
    assert {o["retired"] for o in told} == {None}
    town.retire()
    assert town.ask("kpis", "--json").out == kpis
    gone = [o for o in operands(town) if o["sha256"] == sha256]
    assert gone
    for operand in gone:
        number = operand["retired"].pop("event")
        assert operand["retired"] == {"on": "2022-03-02", "rule": RULE}
        assert number > operand["receipt"]
    assert [{**o, "retired": None} for o in operands(town)] == told
    said = town.ask("explain", "K1").out
    assert f"SHA-256 {sha256[:12]}); the file was deleted on 2022-03-02 by {RULE}" in said


def test_a_file_received_by_two_programmes_stays_for_the_later_receipt(town: Town) -> None:
    sha256 = town.receive(0)
    other = town.receive(0, programme="lighthouse", at="2018-05-05T09:00:00Z")
    assert other == sha256
    assert town.due(LAST + DAY) == []
    assert town.due(dt.date(2024, 5, 5)) == []
    assert town.due(dt.date(2024, 5, 6)) == [sha256]


@pytest.mark.long
def test_a_programme_without_a_rule_lets_nothing_go(tmp_path: Path) -> None:
    town = Town(tmp_path, lighthouse=None)
    shared, own = town.receive(0), town.receive(-1)
    town.receive(0, programme="lighthouse")
    assert town.due(dt.date(2090, 1, 1)) == [own]
    town.declare("lighthouse", 10)
    assert town.due(dt.date(2026, 3, 2), "lighthouse") == [shared]


@pytest.mark.long
def test_the_rule_of_a_programme_that_is_no_longer_there_is_the_one_last_recorded(town: Town) -> None:
    sha256 = town.receive(0)
    (town.home.folder / "programmes" / "lamplight").rename(town.folder / "elsewhere")
    assert town.due(LAST) == []
    assert town.due(LAST + DAY) == [sha256]


@pytest.mark.long
def test_a_programme_that_cannot_be_read_lets_nothing_go(town: Town) -> None:
    town.receive(0)
    (town.home.folder / "programmes" / "lamplight" / "programme.yaml").write_text("id: [broken")
    assert town.due(dt.date(2090, 1, 1)) == []


@pytest.mark.long
def test_a_refused_file_goes_too(town: Town) -> None:
    path = town.folder / "Letter.xlsx"
    path.write_bytes(b"no workbook")
    sha256 = town.ingest(path)
    assert town.has(sha256)
    assert town.due(LAST) == []
    assert town.retire() == [sha256]


def test_a_kill_between_the_record_and_the_deletion_is_made_good_the_next_time(town: Town) -> None:
    sha256 = town.receive(0)
    history = History(town.home.history)
    assert history.retention.retire("lamplight", {sha256: RULE}, RECEIVED, lambda _: True) == [sha256]
    history.close()
    assert town.has(sha256)
    assert town.due(LAST + DAY) == []
    assert town.retire(LAST) == [sha256]
    assert not town.has(sha256)


@pytest.mark.long
def test_what_is_received_again_after_it_was_deleted_is_an_original_again(town: Town) -> None:
    first = town.receive(0)
    restated = town.folder / "Restated.xlsx"
    lamps(MARCH, (400, 300), (200, 150), (100, 90)).save(town.folder, restated.name)
    town.ingest(restated)
    assert town.retire() == sorted([first, *{o["sha256"] for o in operands(town)}])
    again = "2022-03-02T10:00:00Z"
    assert town.receive(0, at=again) == first
    assert town.has(first)
    assert town.due(dt.date(2028, 3, 2)) == []
    assert {o["sha256"]: o["retired"] for o in operands(town)} == {first: None}
    assert town.retire(dt.date(2028, 3, 3)) == [first], "and it goes again, six years after it came again"
    assert not town.has(first)
    made = back_up(town.home, None, RECEIVED)
    assert (made.manifest.missing, made.manifest.broken_events) == ([], [])


def test_the_command_tells_first_and_deletes_only_when_it_is_told_to(town: Town) -> None:
    sha256 = town.receive(0)
    command = ("retire", "--programme", "lamplight", "--home", town.home.folder)
    told = run(*command)
    assert told.code == 0
    assert f"Lamps 0.xlsx ({sha256[:16]}, " in told.out
    assert f"kept until 2022-03-01, {RULE}" in told.out
    assert "1 original, " in told.out
    assert "Add --yes to delete" in told.out
    assert town.has(sha256)
    assert run(*command, "--on", LAST, "--json").json["due"] == []
    result = run(*command, "--yes", "--json")
    assert [d["sha256"] for d in result.json["due"]] == result.json["deleted"] == [sha256]
    assert not town.has(sha256)
    assert "no original is older than its rule" in run(*command).out


@pytest.mark.long
def test_no_day_to_come_is_judged_by_when_something_is_deleted(town: Town) -> None:
    town.receive(0, at="2025-01-01T09:00:00Z")
    result = run("retire", "--home", town.home.folder, "--on", "2199-01-01", "--yes")
    assert (result.code, "is a day to come" in result.error_line) == (2, True)
    assert len(run("retire", "--home", town.home.folder, "--on", "2199-01-01", "--json").json["due"]) == 1


def test_the_scheduled_run_applies_the_rule_of_its_programme_alone(tmp_path: Path) -> None:
    town = Town(tmp_path)
    own, other = town.receive(0), town.receive(-1, programme="lighthouse")
    folder = town.home.folder / "programmes" / "lamplight"
    assert retire_expired(town.home, folder, f"{LAST}T23:59:59Z").deleted == ()
    assert retire_expired(town.home, folder, f"{LAST + DAY}T00:00:00Z").deleted == (own,)
    assert town.has(other)


@pytest.mark.long
def test_a_pack_as_it_was_known_is_the_same_bytes_afterwards(town: Town, slough_home: Path) -> None:
    shutil.copytree(slough_home, town.folder / "slough")
    build = ("build", "--programme", "slough_2021", "--board", "tsg", "--as-at", "2021-11-30", "--json", "--home")
    before = run(*build, town.folder / "slough").json
    history = History(town.folder / "slough" / "history")
    shas = {item.sha256: RULE for item in history.retention.originals()}
    history.retention.retire("slough_2021", shas, RECEIVED, lambda _: True)
    assert sorted(history.retention.delete_retired()) == sorted(shas)
    history.close()
    assert not [p for p in (town.folder / "slough" / "history" / "originals").rglob("*") if p.is_file()]
    after = run(*build, town.folder / "slough", "--as-known", before["as_known"]).json
    assert after["sha256"] == before["sha256"]


def test_one_that_cannot_be_deleted_is_told_and_the_others_go(town: Town) -> None:
    first, second = town.receive(0), town.receive(1)
    path = original_path(town.home.history, first)
    path.unlink()
    path.mkdir()
    done = run("retire", "--yes", "--home", town.home.folder, "--json")
    assert (done.code, done.json["deleted"]) == (2, [second])
    (line,) = done.json["stuck"]
    assert line.startswith(f"{path} was let go by rule and could not be deleted (")
    assert f"boardpack: {line}" in done.err
    path.rmdir()
    path.write_bytes(b"x")
    again = run("retire", "--yes", "--home", town.home.folder, "--json")
    assert (again.code, again.json["deleted"], again.json["stuck"]) == (0, [first], [])
