"""An older database, or another one, put in its place; and damage that nobody seals in."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from history import migrations, tables
from history.chain import follow_chain
from history.database import HistoryError, open_engine, reading
from history.failures import DamagedHistory
from history.inspection import inspect_database
from history.log import log_path
from history.seal import read_seal
from history.store import History
from tests.end_to_end.command import run
from tests.scenarios.harbour import lamps
from tests.unit.history.arrivals import arrive
from tests.verifying.homes import MARCH, NAME, Kept
from tests.verifying.test_flipped_bytes import _unused_byte, flip
from tests.verifying.test_sound_homes import stopped as stopped

pytestmark = pytest.mark.long

READING = ("kpis", "--programme", NAME, "--as-at", MARCH)
WRITING = ("ingest", "--programme", NAME)


@pytest.fixture
def older(kept: Kept) -> Kept:
    """A home in which an older database was put back; a workbook waits in its inbox."""
    before = kept.database.read_bytes()
    kept.take(lamps(MARCH))
    kept.database.write_bytes(before)
    put_into_inbox(kept)
    return kept


def put_into_inbox(kept: Kept) -> None:
    kept.home.inbox(NAME).mkdir(parents=True, exist_ok=True)
    lamps(MARCH, (400, 300), (200, 150), (100, 90)).save(kept.home.inbox(NAME), "Restated.xlsx")


def leave_a_log(kept: Kept) -> None:
    """What a process leaves that is killed after it wrote an event."""
    history = History(kept.home.history)
    history.register_configuration(NAME, '{"v": 2}', "2031-05-01T09:00:00Z")
    left = {path: path.read_bytes() for path in (kept.database, log_path(kept.database), kept.seal)}
    history.close()
    for path, content in left.items():
        path.write_bytes(content)


def state(kept: Kept) -> dict[Path, bytes]:
    return {path: path.read_bytes() for path in kept.files() if path.parent.name != "locks"}


def refused(kept: Kept, *commands: tuple[object, ...]) -> str:
    """Run commands that must be refused and change nothing; the line of the last one."""
    before, line = state(kept), ""
    for command in commands:
        done = run(*command, "--home", kept.home.folder)
        assert done.code == 4, (command, done)
        line = done.error_line
        assert state(kept) == before, command
    return line


class TestInItsPlace:
    """Every way in compares the head of the seal with the database."""

    def test_an_older_database_is_refused_and_not_sealed_in(self, older: Kept) -> None:
        line = refused(older, READING, WRITING, ("rebuild", "9"), ("due", "--programme", NAME), ("retire",))
        assert "the database ends with event 14, but was sealed at event" in line
        assert "an older one was put in its place. Put back the last backup; if it was put there on purpose" in line
        assert "run `boardpack verify`" in line
        assert "delete history/history.seal" in line
        (fault,) = older.verify().faults
        assert (fault.kind, fault.place) == ("seal", "history/history.sqlite")

    def test_put_there_on_purpose_it_goes_on_once_its_seal_is_deleted(self, older: Kept) -> None:
        older.seal.unlink()
        assert run(*WRITING, "--home", older.home.folder).code == 0
        assert not older.seal.exists(), "nobody but verify seals what lies there"
        found = older.verify()
        assert [f for f in found.faults if f.kind == "seal"] == []

    def test_another_one_as_long_is_refused(self, kept: Kept, tmp_path: Path) -> None:
        last = int(str(kept.value("SELECT max(seq) FROM event")))
        history = History(tmp_path / "other")
        for number in range(last + 1):
            history.file_receipt(arrive(value=str(number)), b"%d" % number)
        history.close()
        shutil.copyfile(tmp_path / "other" / "history.sqlite", kept.database)
        assert f"event {last} of the database is not the one that was sealed" in refused(kept, READING, WRITING)

    def test_a_version_that_was_set_back_is_not_chained_anew(self, kept: Kept) -> None:
        """As if it were of version 2: an altered figure would get a sound digest."""
        kept.alter("UPDATE observation SET numerator = '160' WHERE service = 'upper_reach' AND numerator = '150'")
        for table in ("issue", "printed_figure", "pack"):
            kept.alter(f"DROP TABLE {table}")
        kept.alter(
            "ALTER TABLE event DROP COLUMN digest",
            "DELETE FROM meta WHERE key = 'head'",
            "UPDATE meta SET value = '2' WHERE key = 'schema_version'",
        )
        assert "says that it is of schema 2, but was sealed at schema 3" in refused(kept, READING, WRITING)
        before = kept.database.read_bytes()
        (fault,) = kept.verify().faults
        assert "it is of schema 2, but was sealed at schema 3" in fault.message
        assert kept.database.read_bytes() == before

    def test_a_version_that_does_not_fit_its_columns_is_told_without_a_seal_too(self, kept: Kept) -> None:
        kept.seal.unlink()
        kept.alter("UPDATE meta SET value = '2' WHERE key = 'schema_version'")
        assert "its version was set back, and it is not brought up to date" in refused(kept, READING, WRITING)

    @pytest.mark.parametrize("content", [b"", b"{}\n", b"not a seal at all", b"\xff\xfe\n" * 9])
    def test_a_seal_that_cannot_be_read_keeps_nobody_out_and_is_not_replaced(
        self, kept: Kept, content: bytes
    ) -> None:
        kept.seal.write_bytes(content)
        put_into_inbox(kept)
        assert run(*WRITING, "--home", kept.home.folder).code == 0
        assert kept.seal.read_bytes() == content
        assert [f.kind for f in kept.verify().faults] == ["seal"]


def test_a_later_schema_keeps_the_digests(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was altered before an update shows after it."""
    kept.alter("UPDATE refusal SET return_id = 'lamp_report'")
    for module in (tables, migrations.tables):
        monkeypatch.setattr(module, "SCHEMA_VERSION", 4)
    monkeypatch.setitem(migrations.STEPS, 3, (("pack", "later TEXT"),))
    engine = open_engine(kept.home.history)
    with reading(engine) as connection:
        broken = [link.kind for link in follow_chain(connection) if not link.is_sound]
    engine.dispose()
    assert set(broken) == {"refusal"}


class TestDamageIsNotSealedIn:
    """By nobody who writes after it, whatever the seal is."""

    def test_by_one_who_writes_after_a_log_that_was_not_sealed(self, kept: Kept) -> None:
        """The seal is older than the database: a new one of all pages would hold the flipped byte."""
        history = History(kept.home.history)
        history.register_configuration(NAME, '{"v": 2}', "2031-05-01T09:00:00Z")
        history._engine.dispose()
        flip(kept.database, _unused_byte(kept, "printed_figure"), 0)
        before = kept.seal.read_bytes()
        kept.take(lamps(MARCH))
        assert kept.seal.read_bytes() == before

    def test_by_verify_after_a_process_that_was_stopped(self, kept: Kept) -> None:
        """Its log is still there: whatever it does not hold must be as it was sealed."""
        unused = _unused_byte(kept, "printed_figure")
        leave_a_log(kept)
        flip(kept.database, unused, 0)
        for _ in range(2):
            (fault,) = kept.verify().faults
            assert "printed_figure" in fault.message

    def test_another_fault_at_that_time_costs_no_seal(self, stopped: Kept) -> None:
        stray = stopped.home.folder / "issued" / NAME / "minutes.pdf"
        stray.parent.mkdir(parents=True)
        stray.write_bytes(b"minutes")
        assert stopped.verify().faults
        seal = read_seal(stopped.home.history)
        assert seal is not None
        assert seal.mark.seq == 3
        stray.unlink()
        assert stopped.verify().faults == []

    def test_a_log_as_large_is_put_away_only_as_it_was_sealed(self, tmp_path: Path) -> None:
        """More than 16 MB: it is put into the database while the lock is held."""
        other = History(tmp_path)
        history = History(tmp_path)
        history.register_configuration(NAME, "x" * 17_000_000, "2031-05-01T09:00:00Z")
        history.close()
        assert log_path(tmp_path / "history.sqlite").stat().st_size > 16_000_000
        other.register_configuration(NAME, "y", "2031-05-01T09:00:00Z")
        other.close()
        found = inspect_database(tmp_path)
        assert (found.faults, found.is_sealed) == ([], True)


class TestTheLog:
    """A log that is damaged before its last commit: SQLite would cut it off there."""

    def test_every_way_in_is_closed_and_leaves_it_to_be_seen(self, stopped: Kept) -> None:
        log = log_path(stopped.database)
        flip(log, 32 + 24 + 2000, 2)
        put_into_inbox(stopped)
        line = refused(stopped, READING, WRITING, ("backup",), ("retire",), ("due", "--programme", NAME))
        assert f"{log}: the write-ahead log is damaged at its frame 1, though more was written after it" in line
        assert (
            "Copy the home away first; then put back the last backup, or move history/history.sqlite-wal away" in line
        )

    def test_moved_away_things_go_on_as_they_were_before_it(self, kept: Kept) -> None:
        last = kept.value("SELECT max(seq) FROM event")
        leave_a_log(kept)
        flip(log_path(kept.database), 32 + 24 + 100, 0)
        assert "is damaged at its frame 1" in refused(kept, READING)
        log_path(kept.database).rename(kept.home.folder / "log of then")
        assert kept.value("SELECT max(seq) FROM event") == last
        assert run(*READING, "--home", kept.home.folder).code == 0
        assert [f for f in kept.verify().faults if f.kind == "seal"] == []

    def test_a_damaged_beginning_is_told(self, stopped: Kept) -> None:
        flip(log_path(stopped.database), 9, 1)
        with pytest.raises(DamagedHistory, match="is damaged at its beginning"):
            History(stopped.home.history)

    def test_the_seal_does_not_take_a_frame_whose_checksum_is_wrong(self, kept: Kept) -> None:
        """Flipped while the database is in use: SQLite reads it as it is, and the seal must not vouch for it."""
        history = History(kept.home.history)
        history.register_configuration(NAME, '{"v": 2}', "2031-05-01T09:00:00Z")
        before = kept.seal.read_bytes()
        flip(log_path(kept.database), 32 + 24 + 3000, 0)
        history.close()
        assert kept.seal.read_bytes() == before


def test_the_setting_that_looks_at_any_state_is_no_way_round_a_lost_history(kept: Kept) -> None:
    kept.database.unlink()
    with pytest.raises(HistoryError):
        History(kept.home.history, is_any_state=True)


def test_other_tables_are_told_apart_from_an_older_schema(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "history.sqlite")) as other:
        other.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    with pytest.raises(HistoryError, match="holds tables that are not Boardpack's"):
        History(tmp_path)
