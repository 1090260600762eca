"""Homes of every kind that are sound: verifying them finds no fault, and seals what was not sealed."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from history.remains import DATABASE
from history.seal import locked, read_seal, seal_path, take_seal
from history.store import History
from tests.end_to_end.command import Result, run
from tests.ordinary import run_as_ordinary
from tests.scenarios.harbour import MARCH, WEEK, lamps
from tests.unit.history.arrivals import arrive
from tests.verifying.homes import NAME, Kept, begin
from tests.verifying.test_flipped_bytes import flip

ROOT = Path(__file__).parents[2]
COPY = f"history/{DATABASE}.v2.backup"


def test_without_a_history_there_is_nothing_to_verify(bare: Kept) -> None:
    result = run("verify", "--home", bare.home.folder)
    assert result.code == 2
    assert "there is no history in" in result.error_line


def test_a_lost_database_is_a_fault(kept: Kept) -> None:
    kept.database.unlink()
    result = run("verify", "--home", kept.home.folder, "--json")
    assert result.code == 4
    assert [f["place"] for f in result.json["faults"]] == [f"history/{DATABASE}"]
    assert not kept.database.exists(), "no new history is begun"


def test_a_file_that_is_no_database_is_a_fault(kept: Kept) -> None:
    kept.database.write_bytes(b"this is no database" * 400)
    result = run("verify", "--home", kept.home.folder)
    assert result.code == 4
    assert "fault  history/history.sqlite: the database cannot be read" in result.out
    assert result.out.endswith("1 fault: not everything is as recorded\n")


def test_what_the_command_says(kept: Kept) -> None:
    result = run("verify", "--home", kept.home.folder, "--programme", NAME)
    assert result.code == 0
    assert "14 events, 2 originals, 1 original let go by rule, 1 pack, 1 issued pack" in result.out
    assert result.out.endswith("sound\n")
    form = run("verify", "--home", kept.home.folder, "--json", "--all-packs", "--read-again").json
    assert list(form) == ["checked", "faults", "notes"]
    assert (form["checked"]["rederived"], form["checked"]["read_again"]) == (1, 1)


def test_a_home_without_its_seal_is_sealed(kept: Kept) -> None:
    kept.seal.unlink()
    found = kept.verify()
    assert [note.kind for note in found.notes] == ["seal"]
    assert found.faults == []
    assert kept.seal.exists()
    assert kept.verify().notes == []


def test_a_home_of_version_2(bare: Kept) -> None:
    """It is brought up to date and chained; the copy that is kept of it is watched from then on."""
    history = History(bare.home.history)
    history.file_receipt(arrive(), b"a workbook")
    history.close()
    with closing(sqlite3.connect(bare.database, isolation_level=None)) as old:
        for table in ("issue", "published", "retired", "printed_figure", "pack"):
            old.execute(f"DROP TABLE {table}")
        old.execute("ALTER TABLE event DROP COLUMN digest")
        old.execute("DELETE FROM meta WHERE key = 'head'")
        old.execute("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
    bare.seal.unlink()
    assert bare.verify().faults == []
    found = bare.verify()
    assert (found.faults, found.notes) == ([], [])
    for path in (bare.home.folder / COPY, bare.home.folder / f"{COPY}.sha256"):
        flip(path, path.stat().st_size // 2, 1)
        assert [f.place for f in bare.verify().faults] == [COPY]
        flip(path, path.stat().st_size // 2, 1)


@pytest.mark.long
def test_the_copy_may_be_cleared_away(bare: Kept) -> None:
    test_a_home_of_version_2(bare)
    (bare.home.folder / COPY).unlink()
    (bare.home.folder / f"{COPY}.sha256").unlink()
    assert bare.verify().faults == []


# --- Processes that were stopped, and others at work ----------------------------------------------------

STOPPED = """
    import os, sys
    from pathlib import Path
    from history.store import History
    from tests.unit.history.arrivals import arrive
    history = History(Path(sys.argv[1]))
    for number in range(3):
        history.file_receipt(arrive(value=str(number)), b"%d" % number)
    (Path(sys.argv[1]) / "originals" / "ab.123.part").write_bytes(b"half")
    os._exit(0)
"""
BUSY = """
    import datetime as dt, os, sys
    from pathlib import Path
    from flows.receiving import receive_files
    from flows.settings import Home
    from programmes.load import load_programme
    from tests.scenarios.harbour import MARCH, lamps
    from tests.verifying.homes import NAME, RECEIVED
    home = Home(Path(sys.argv[1]))
    loaded = load_programme(home.folder / "programmes" / NAME)
    own = home.folder.parent / f"sender {os.getpid()}"
    own.mkdir()
    for number in range(10):
        book = lamps(MARCH - dt.timedelta(days=number % 3), (394, 200 + number), (200, 150), (100, 90))
        receive_files(home, loaded, [book.save(own, f"{own.name}.xlsx")], RECEIVED)
"""


def start(script: str, folder: Path) -> subprocess.Popen[bytes]:
    """Start a process that works on a home."""
    return subprocess.Popen([sys.executable, "-c", textwrap.dedent(script), str(folder)], cwd=ROOT)


@pytest.fixture
def stopped(bare: Kept) -> Kept:
    """A home whose process was stopped without closing anything: three receipts are in the log alone."""
    assert start(STOPPED, bare.home.history).wait(60) == 0
    assert bare.database.with_name(f"{DATABASE}-wal").stat().st_size > 0
    return bare


def test_a_stopped_process_leaves_a_sound_home(stopped: Kept) -> None:
    found = stopped.verify()
    assert found.faults == []
    assert {note.kind for note in found.notes} == {"left"}, "it is sealed as the process would have sealed it"
    assert (found.checked["events"], found.checked["originals"]) == (3, 3)
    seal = read_seal(stopped.home.history)
    assert seal is not None
    assert seal.mark.seq == 3


@pytest.mark.parametrize("frame", ["first", pytest.param("last", marks=pytest.mark.long)])
def test_a_flipped_bit_in_the_log_is_found_and_stays_to_be_seen(stopped: Kept, frame: str) -> None:
    """Opened as it is, the log would be cut off there, and what came after it would be lost without a word."""
    log = stopped.database.with_name(f"{DATABASE}-wal")
    flip(log, 32 + 24 + 2000 if frame == "first" else log.stat().st_size - 1000, 2)
    for _ in range(2):
        (fault,) = stopped.verify().faults
        assert fault.place == f"history/{DATABASE}-wal"
        assert "the write-ahead log is damaged" in fault.message


@pytest.mark.long
def test_half_a_write_at_the_end_of_the_log_is_no_fault(stopped: Kept) -> None:
    """What a process left that was killed while it wrote: no commit stands after it."""
    log = stopped.database.with_name(f"{DATABASE}-wal")
    content = log.read_bytes()
    head = bytearray(content[32 : 32 + 24])
    head[4:8] = bytes(4)
    log.write_bytes(content + bytes(head) + b"x" * 1000)
    found = stopped.verify()
    assert (found.faults, found.checked["events"]) == ([], 3)


@pytest.mark.long
def test_another_process_that_takes_in_causes_no_fault(tmp_path: Path) -> None:
    kept = begin(tmp_path / "home")
    kept.take(lamps(MARCH - WEEK))
    others = [start(BUSY, kept.home.folder) for _ in range(2)]
    rounds = 0
    while any(other.poll() is None for other in others):
        assert kept.verify().faults == []
        rounds += 1
    assert [other.returncode for other in others] == [0, 0]
    assert rounds > 3
    found = kept.verify()
    assert (found.faults, found.notes) == ([], [])


class TestTheSeal:
    """What is carried over from one seal to the next is what a new seal of all pages would say."""

    def check(self, folder: Path) -> None:
        with locked(folder / DATABASE) as connection:
            assert read_seal(folder) == take_seal(connection)

    @pytest.mark.long
    def test_after_each_of_many_writes(self, tmp_path: Path) -> None:
        for number in range(6):
            history = History(tmp_path)
            history.file_receipt(arrive(value=str(number)), b"%d" % number)
            history.close()
            self.check(tmp_path)

    def test_while_another_holds_the_database(self, tmp_path: Path) -> None:
        other = History(tmp_path)
        for number in range(3):
            history = History(tmp_path)
            history.file_receipt(arrive(value=str(number)), b"%d" % number)
            history.close()
            self.check(tmp_path)
        other.close()
        self.check(tmp_path)

    def test_after_a_write_that_was_not_sealed_it_waits_for_verify(self, bare: Kept) -> None:
        """The log was put into the database meanwhile: nobody could tell damage from what was written."""
        folder = bare.home.history
        for number in range(3):
            history = History(folder)
            history.file_receipt(arrive(value=str(number)), b"%d" % number)
            if number == 1:
                history._engine.dispose()
            else:
                history.close()
            seal = read_seal(folder)
            assert seal is not None
            assert seal.mark.seq == 1
        (note,) = bare.verify().notes
        assert "the seal is of event 1, the database of event 3" in note.message
        self.check(folder)

    def test_only_a_new_history_begins_with_one(self, tmp_path: Path) -> None:
        for number in range(2):
            history = History(tmp_path)
            history.file_receipt(arrive(value=str(number)), b"%d" % number)
            history.close()
            if number == 0:
                self.check(tmp_path)
                seal_path(tmp_path).unlink()
        assert read_seal(tmp_path) is None

    def test_a_seal_that_cannot_be_written_stops_nothing(self, tmp_path: Path) -> None:
        (tmp_path / "history.seal").mkdir()
        history = History(tmp_path)
        history.file_receipt(arrive(), b"1")
        history.close()
        assert not list(tmp_path.glob("*.part"))


class TestWhatIsNoDamage:
    """It is told as what it is, with what to do about it; nobody is told to put a backup back."""

    def fault(self, done: Result) -> str:
        assert done.code == 4, done
        (fault,) = done.json["faults"]
        assert fault["kind"] == "database"
        assert "backup" not in fault["action"]
        return f"{fault['message']} / {fault['action']}"

    def test_a_newer_schema(self, kept: Kept) -> None:
        kept.alter(
            "UPDATE meta SET value = '4' WHERE key = 'schema_version'",
            "ALTER TABLE pack ADD COLUMN newer TEXT",
            "CREATE TABLE newer (a TEXT)",
        )
        told = self.fault(run("verify", "--home", kept.home.folder, "--json"))
        assert (
            told == "this history was written by a newer Boardpack (schema 4); this one reads 3 / Update Boardpack."
        )

    @pytest.mark.long
    def test_a_home_in_which_this_account_may_not_write(self, kept: Kept) -> None:
        kept.home.history.chmod(0o555)
        try:
            told = self.fault(run_as_ordinary("verify", "--home", kept.home.folder, "--json"))
            done = run_as_ordinary("rebuild", "9", "--home", kept.home.folder)
        finally:
            kept.home.history.chmod(0o755)
        assert "this account may not write there / Use the account that keeps the home, or" in told
        assert (done.code, "this account may not write there; use the account" in done.error_line) == (4, True)

    @pytest.mark.long
    def test_a_path_that_is_too_long(self, kept: Kept, tmp_path: Path) -> None:
        folder = tmp_path.joinpath(*["d" * 100] * 5)
        folder.mkdir(parents=True)
        shutil.copytree(kept.home.folder, folder / "home")
        told = self.fault(run("verify", "--home", folder / "home", "--json"))
        assert "SQLite takes at most 504 / Move the home to a shorter path." in told
