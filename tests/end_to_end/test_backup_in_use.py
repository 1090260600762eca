"""Backups of a home that others write to, and restores that are killed: real processes."""

from __future__ import annotations

import hashlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from flows.backing_up import back_up
from flows.restoring import restore_backup
from flows.settings import Home
from history.originals import read_original
from history.snapshots import find_broken_links, read_snapshot
from history.store import History
from tests.builders import write_programme
from tests.end_to_end.command import ROOT, run
from tests.scenarios.harbour import MARCH, WEEK, lamps

NOW = "2031-06-01T09:00:00Z"

RECEIVE = """
import sys
from pathlib import Path
from flows.receiving import receive_files
from flows.settings import Home
from programmes.load import load_programme
from tests.scenarios.harbour import MARCH, WEEK, lamps

home = Home(Path(sys.argv[1]))
loaded = load_programme(home.folder / "programmes" / "lamplight")
book = 0
while not (home.folder / "stop").exists():
    book += 1
    week = MARCH - (book % 5) * WEEK
    draft = home.inbox("lamplight") / f"Lamps {book}.part"
    draft.write_bytes(lamps(week, (400 + book, 300), (200, 150), (100, 90)).content())
    draft.rename(home.inbox("lamplight") / f"Lamps {book}.xlsx")
    receive_files(home, loaded, (), f"2031-06-01T09:00:{book % 60:02}Z")
"""
"""A process that receives one workbook after the other, through the inbox, until it is told to stop."""


def start(code: str, *arguments: object) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def heads(home: Path, scratch: Path) -> dict[int, str]:
    """The digest of every event of a home."""
    history = History(home / "history")
    history.snapshot(scratch)
    history.close()
    with closing(sqlite3.connect(scratch)) as connection:
        return dict(connection.execute("SELECT seq, digest FROM event"))


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_programme(home.folder / "programmes" / "lamplight")
    home.inbox("lamplight").mkdir(parents=True)
    return home


@pytest.mark.long
def test_every_backup_made_while_workbooks_arrive_is_a_home_that_there_was(home: Home, tmp_path: Path) -> None:
    process = start(RECEIVE, home.folder)
    try:
        while not home.has_history or len(heads(home.folder, tmp_path / "scratch")) < 3:
            assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
            time.sleep(0.1)
        made = []
        while len(made) < 6 or len({m.manifest.head_event for m in made}) < 3:
            assert process.poll() is None, process.stderr.read().decode() if process.stderr else ""
            made.append(back_up(home, tmp_path / f"b{len(made)}.zip", NOW))
    finally:
        (home.folder / "stop").touch()
        process.wait(60)
    assert process.returncode == 0, process.stderr.read().decode() if process.stderr else ""
    there_were = heads(home.folder, tmp_path / "scratch")
    for number, backup in enumerate(made):
        assert backup.manifest.is_sound
        assert there_were[backup.manifest.head_event] == backup.manifest.head_digest
        check_restored(backup.path, Home(tmp_path / f"again{number}"), backup.manifest.head_event)


def check_restored(file: Path, again: Home, last: int) -> None:
    """What is restored is sound: its chain, all its originals, and its figures."""
    restore_backup(file, again)
    assert find_broken_links(again.history / "history.sqlite") == []
    assert read_snapshot(again.history / "history.sqlite").head[0] == last
    history = History(again.history)
    originals = history.retention.originals()
    assert len(originals) == len({r.sha256 for n in range(1, last + 1) for r in history.receipts("lamplight", n)})
    for item in originals:
        content = read_original(history.folder, item.sha256)
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (item.sha256, item.size)
    history.close()
    result = run("kpis", "--programme", "lamplight", "--as-at", MARCH, "--home", again.folder, "--json")
    assert result.code == 0, result.err


KILLED = """
import os, signal, sys
from pathlib import Path
from flows.cli.main import main

wanted, seen = int(sys.argv[1]), 0

def stop(event, arguments):
    global seen
    if event in {"open", "os.mkdir", "os.rename", "os.remove", "os.chmod", "os.link"}:
        seen += 1
        if seen == wanted:
            os.kill(os.getpid(), signal.SIGKILL)

import flows.restoring, flows.backing_up, flows.cli.intake, transforms.words
sys.addaudithook(stop)
try:
    main(sys.argv[2:])
finally:
    print(seen, file=sys.stderr)
"""
"""A command that is killed at its nth dealing with the file system; one that ends says how many there were."""


def kill_at(step: int, *command: object) -> int:
    process = start(KILLED, step, *command)
    process.communicate(timeout=120)
    return process.returncode


def count_steps(*command: object) -> int:
    """How often a command deals with the file system, if nothing kills it."""
    process = start(KILLED, 0, *command)
    _, said = process.communicate(timeout=120)
    assert process.returncode == 0, said.decode()
    return int(said.split()[-1])


@pytest.mark.long
def test_killed_at_any_step_a_backup_or_restore_is_whole_or_not_there(home: Home, tmp_path: Path) -> None:
    for week in (MARCH - WEEK, MARCH):
        lamps(week).save(home.inbox("lamplight"), f"Lamps {week}.xlsx")
    assert run("ingest", "--programme", "lamplight", "--home", home.folder, "--received-at", NOW).code == 0
    sound = back_up(home, tmp_path / "sound.zip", NOW)
    kept = {str(p.relative_to(home.folder)): p.read_bytes() for p in home.folder.rglob("*") if p.is_file()}
    most = {
        "backup": count_steps("backup", "--home", home.folder, "--out", tmp_path / "counted.zip"),
        "restore": count_steps("restore", sound.path, "--home", tmp_path / "counted"),
    }
    chance = random.Random(31)
    steps = {name: [*sorted(chance.sample(range(1, most[name]), 11)), most[name] + 1] for name in most}
    for number in range(12):
        target, again = tmp_path / f"b{number}.zip", Home(tmp_path / f"again{number}")
        for name, command in {
            "backup": ("backup", "--home", home.folder, "--out", target),
            "restore": ("restore", sound.path, "--home", again.folder),
        }.items():
            code = kill_at(steps[name][number], *command)
            assert (code == 0) == (number == 11), (name, steps[name][number], most[name], code)
            assert code in {0, -signal.SIGKILL}
        if target.exists():
            check_restored(target, Home(tmp_path / f"from{number}"), sound.manifest.head_event)
        if again.folder.exists():
            found = {str(p.relative_to(again.folder)): p for p in again.folder.rglob("*") if p.is_file()}
            own = {f"history/history.{ending}" for ending in ("sqlite-wal", "sqlite-shm", "seal")}
            assert {name for name in kept.keys() - found.keys() if not name.startswith("locks/")} <= own
            assert read_snapshot(again.history / "history.sqlite").head[0] == sound.manifest.head_event
        else:
            restore_backup(sound.path, again)
