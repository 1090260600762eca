"""A home may be called anything that a folder can be called: its history lies in it, and in no other."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.builders import write_programme
from tests.end_to_end.command import ROOT, run
from tests.scenarios.harbour import MARCH, RECEIVED, WEEK, lamps

pytestmark = pytest.mark.long

NAME = "lamplight"
NAMES = [
    b"a?b",
    b"q?mode=ro",
    b"Board%20Packs",
    b"pct%41%2f",
    b"number #1",
    b"a&b=c;d",
    b"with spaces  in it",
    b"quote'home\"x",
    b"new\nline",
    b"not \xff\xfe UTF-8",
    b"back\\slash",
    b"colon:home@x",
    b"*star[1]",
    b"-dash",
]


def name_of(name: bytes) -> str:
    return os.fsencode(name).decode("utf-8", "backslashreplace").encode("unicode_escape").decode()


@pytest.fixture(params=NAMES, ids=name_of)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A home of an odd name, with a programme and a workbook in its inbox."""
    folder = tmp_path / os.fsdecode(request.param)
    write_programme(folder / "programmes" / NAME)
    fill(folder, 0)
    return folder


def fill(home: Path, weeks: int) -> None:
    inbox = home / "inbox" / NAME
    inbox.mkdir(parents=True, exist_ok=True)
    lamps(MARCH - weeks * WEEK).save(inbox, f"Lamps {weeks}.xlsx")


def ingest(home: Path) -> None:
    done = run("ingest", "--programme", NAME, "--home", home, "--received-at", RECEIVED)
    assert done.code == 0, done.err


def databases(folder: Path) -> list[Path]:
    return sorted(p for p in folder.rglob("*") if ".sqlite" in p.name)


def test_its_history_lies_in_it_is_verified_and_comes_back(home: Path, tmp_path: Path) -> None:
    ingest(home)
    assert databases(tmp_path) == [home / "history" / "history.sqlite"]
    assert run("verify", "--home", home).code == 0
    ask = ("kpis", "--programme", NAME, "--as-at", MARCH, "--json", "--home")
    told = run(*ask, home)
    assert told.code == 0, told.err
    done = run("backup", "--home", home, "--out", tmp_path / "kept.zip")
    assert done.code == 0, done.err
    again = tmp_path / "again" / home.name
    done = run("restore", tmp_path / "kept.zip", "--home", again)
    assert done.code == 0, done.err
    assert run("verify", "--home", again).code == 0
    assert run(*ask, again).out == told.out


def test_two_homes_that_differ_by_how_a_space_is_written_are_two(tmp_path: Path) -> None:
    homes = [tmp_path / "Board Packs", tmp_path / "Board%20Packs"]
    for number, home in enumerate(homes):
        write_programme(home / "programmes" / NAME)
        fill(home, number)
        ingest(home)
    for number, home in enumerate(homes):
        assert (home / "history" / "history.sqlite").is_file()
        assert run("verify", "--home", home).out.endswith("sound\n")
        out = run("kpis", "--programme", NAME, "--as-at", MARCH, "--json", "--home", home).json
        assert {row["period_end"] for row in out["rows"] if row["value"]} == {str(MARCH - number * WEEK)}


def test_at_a_real_prompt_a_name_that_is_no_text_stops_nothing(tmp_path: Path) -> None:
    home = tmp_path / os.fsdecode(b"not \xff UTF-8")
    write_programme(home / "programmes" / NAME, boards="boards:\n  - {id: wharf, title: Wharf board, short: Wharf}\n")
    fill(home, 0)
    build = ("build", "--programme", NAME, "--board", "wharf", "--as-at", str(MARCH), "--meeting", "2031-04-10")
    for arguments in (
        ("ingest", "--programme", NAME, "--received-at", RECEIVED),
        (*build, "--out", str(tmp_path / os.fsdecode(b"look \xff.pdf"))),
        build,
        ("issue", "wharf@2031-04-10", "--role", "Board Secretary", "--date", "2031-04-03"),
        ("verify",),
        ("backup", "--out", str(tmp_path / "kept.zip")),
    ):
        command = [sys.executable, "-m", "flows.cli.main", *arguments, "--home", str(home)]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
        assert done.returncode == 0, (arguments, done.stderr)
