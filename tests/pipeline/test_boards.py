"""A scheduled run over several boards and programmes: each has its turn, whatever happens to the others."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.builders import write_programme
from tests.end_to_end.command import run
from tests.scenarios.harbour import MARCH, lamps

pytestmark = pytest.mark.long

BOARDS = """\
boards:
  - {id: wharf, title: Wharf board, short: Wharf, meetings: [{date: 2031-04-10}]}
  - {id: pier, title: Pier panel, short: Pier}
  - {id: tower, title: Tower committee, short: Tower, meetings: [{date: 2031-04-08}]}
  - {id: mole, title: Mole group, short: Mole}
"""
NAME = "lamplight"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One programme in order, whose Tower pack is issued and whose Mole pack has no place; one with a fault."""
    folder = tmp_path_factory.mktemp("boards")
    write_programme(folder / "programmes" / NAME, boards=BOARDS)
    broken = write_programme(folder / "programmes" / "dimlight")
    (broken / "programme.yaml").write_text("id: dimlight\ntitel: Dim\n", encoding="utf-8")
    for name in (NAME, "dimlight"):
        (folder / "inbox" / name).mkdir(parents=True)
    lamps(MARCH).save(folder / "inbox" / NAME, "lamps.xlsx")
    named = ("--programme", NAME, "--home", folder)
    assert run("ingest", *named, "--received-at", "2031-04-01").code == 0
    built = run("build", *named, "--board", "tower", "--as-at", MARCH, "--meeting", "2031-04-08", "--json").json
    assert run("issue", built["pack"], "--role", "Clerk", "--date", "2031-04-02", "--home", folder).code == 0
    (folder / "outbox" / NAME / f"{NAME}_mole_{MARCH}_restricted.pdf").mkdir()
    return folder


@pytest.fixture(scope="module")
def done(home: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    command = [sys.executable, "-m", "flows.cli.main", "run", "--all", "--on", "2031-04-03", "--home", str(home)]
    return subprocess.run([*command, "--json"], capture_output=True, text=True, env=environment)


@pytest.fixture(scope="module")
def document(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)


def test_each_board_has_the_pack_of_its_meeting_to_come(document: Any) -> None:
    assert [(p["board"], p["meeting"], p["as_at"]) for p in document["packs"]] == [
        ("wharf", "2031-04-10", "2031-03-31"),
        ("pier", None, "2031-03-31"),
    ]


def test_a_pack_that_is_issued_is_not_built_again(document: Any) -> None:
    told = {"programme": NAME, "board": "tower", "as_at": "2031-03-31", "meeting": "2031-04-08"}
    assert document["issued"] == [told]


def test_what_failed_is_told_and_the_rest_is_done(document: Any, done: subprocess.CompletedProcess[str]) -> None:
    broken, blocked = document["failed"]
    assert (broken["programme"], broken["board"]) == ("dimlight", None)
    assert "titel" in broken["why"]
    assert (blocked["programme"], blocked["board"]) == (NAME, "mole")
    assert "mole_2031-03-31_restricted.pdf cannot be used" in blocked["why"]
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_the_pack_of_a_run_can_be_issued(document: Any, home: Path) -> None:
    pack = document["packs"][0]["pack"]
    assert run("issue", pack, "--role", "Clerk", "--date", "2031-04-04", "--home", home).code == 0


def test_the_traceback_of_what_failed_is_on_record_and_nowhere_else(
    home: Path, done: subprocess.CompletedProcess[str]
) -> None:
    assert done.stdout
    with sqlite3.connect(home / "prefect" / "prefect.db") as database:
        kept = [message for (message,) in database.execute("select message from log where level >= 40")]
    assert any("Traceback" in message and "mole" in message for message in kept)
