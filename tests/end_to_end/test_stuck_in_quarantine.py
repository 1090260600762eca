"""What cannot be deleted from quarantine on its day is one line, exit code 2, and everything else goes on."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.builders import lamp_report
from tests.end_to_end.command import Result, run
from tests.end_to_end.test_quarantine import Town, listing
from tests.ordinary import run_as_ordinary

pytestmark = pytest.mark.long

LATER = "2031-04-10T00:00:00Z"


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    """A town with two files in quarantine whose time will be up, and a sound one in the inbox."""
    town = Town(tmp_path)
    listing().save(town.inbox, "Lamps.xlsx")
    town.ingest()
    other = hashlib.sha256(b"another").hexdigest()
    (note,) = town.quarantine.glob("*.json")
    form = json.loads(note.read_text()) | {"sha256": other}
    (town.quarantine / f"{other}.json").write_text(json.dumps(form))
    (town.quarantine / f"{other}.quarantined").write_bytes(b"another")
    lamp_report().save(town.inbox, "Sound.xlsx")
    yield town
    town.quarantine.chmod(0o700)


def first(town: Town) -> Path:
    return min(town.quarantine.glob("*.quarantined"))


def ingest(town: Town, *, is_ordinary: bool = False) -> Result:
    command = ("ingest", "--programme", "lamplight", "--home", town.home, "--received-at", LATER, "--json")
    return run_as_ordinary(*command) if is_ordinary else run(*command)


def lines(done: Result) -> list[str]:
    return [line for line in done.err.splitlines() if "could not be deleted" in line]


def put_a_folder(town: Town) -> Path:
    path = first(town)
    path.unlink()
    path.mkdir()
    return path


def test_one_that_cannot_be_deleted_is_told_and_the_rest_goes(town: Town) -> None:
    path = put_a_folder(town)
    done = ingest(town)
    assert (done.code, [f["status"] for f in done.json["files"]]) == (2, ["accepted"])
    (line,) = lines(done)
    assert line.startswith(f"boardpack: file {path.name[:8]} in quarantine could not be deleted (")
    assert line.endswith(f"; delete it with the account that owns it, in {town.quarantine}")
    assert sorted(p.name for p in town.quarantine.iterdir()) == [f"{path.stem}.json", path.name], "with its note"
    path.rmdir()
    path.write_bytes(b"x")
    assert ingest(town).code == 0
    assert list(town.quarantine.iterdir()) == []


def test_a_note_of_another_account_deletes_nothing_before_its_day(town: Town) -> None:
    note = first(town).with_suffix(".json")
    note.chmod(0)
    done = ingest(town, is_ordinary=True)
    assert (done.code, len(lines(done))) == (2, 1)
    assert "could not be deleted (Permission denied)" in done.err
    assert sorted(p.name for p in town.quarantine.iterdir()) == sorted([note.name, f"{note.stem}.quarantined"])


@pytest.mark.parametrize("mode", [0o500, 0])
def test_a_folder_of_another_account_stops_nothing(town: Town, mode: int) -> None:
    town.quarantine.chmod(mode)
    done = ingest(town, is_ordinary=True)
    assert (done.code, [f["status"] for f in done.json["files"]]) == (2, ["accepted"])
    assert len(lines(done)) == (2 if mode else 1)


def test_a_file_of_a_personal_name_is_told_without_it(town: Town) -> None:
    (town.quarantine / "Jane Roe.xlsx").mkdir()
    done = ingest(town)
    (line,) = lines(done)
    assert "a file that Boardpack did not put there" in line
    assert "Jane" not in done.out + done.err


def test_a_run_goes_on_and_says_so(town: Town) -> None:
    path = put_a_folder(town)
    for note in town.quarantine.glob("*.json"):  # a run goes by the clock
        note.write_text(json.dumps(json.loads(note.read_text()) | {"expires_on": "2020-01-01"}))
    done = run("run", "--programme", "lamplight", "--on", "2031-04-10", "--home", town.home, "--json")
    assert done.code == 2
    (stuck,) = done.json["stuck"]
    assert stuck["programme"] == "lamplight"
    assert f"file {path.name[:8]} in quarantine could not be deleted" in stuck["why"]
    assert len(done.json["purged"]) == 1
    assert done.json["failed"] == []
    shutil.rmtree(path)
