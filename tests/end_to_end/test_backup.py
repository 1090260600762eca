"""A home in one file and back: nothing is missing, nothing damaged gets in, nothing that is there is touched."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from flows import backing_up
from flows.backing_up import back_up
from flows.backup_file import DATABASE, BackupWriter, Manifest, open_backup
from flows.restoring import restore_backup
from flows.settings import Home, UsageError
from history.database import HistoryError
from history.originals import original_path
from history.snapshots import find_broken_links, read_snapshot
from history.store import History
from schemas.findings import make_finding
from tests.builders import write_programme
from tests.end_to_end.command import ROOT, run
from tests.scenarios.harbour import MARCH, WEEK, lamps

NOW = "2031-06-01T09:00:00Z"
PROGRAMME = "lamplight"


class Town:
    """A home with a programme of its own, an inbox, and what a working year leaves in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "home"
        self.home = Home(self.folder)
        self.inbox = self.home.inbox(PROGRAMME)

    def put(self, path: str, content: bytes) -> Path:
        """Put a file somewhere in the home."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
        return target

    def head(self) -> tuple[int, str]:
        """Number and digest of the last event."""
        return head_of(self.folder)


def head_of(home: Path) -> tuple[int, str]:
    history = History(home / "history")
    try:
        history.snapshot(home.parent / "head.sqlite")
    finally:
        history.close()
    head = read_snapshot(home.parent / "head.sqlite").head
    (home.parent / "head.sqlite").unlink()
    return head


def files_of(home: Path, *but: str) -> dict[str, bytes]:
    """Every file of a home, but for the database, its seal and the locks, which a restored home has of its own."""
    found = {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}
    return {k: v for k, v in found.items() if not k.startswith((DATABASE, "history/history.seal", "locks/", *but))}


def kpis(home: Path, *command: object) -> Any:
    result = run(*(command or ("kpis",)), "--programme", PROGRAMME, "--as-at", "2031-03-31", "--home", home, "--json")
    assert result.code == 0, result.err
    return result.json


@pytest.fixture(scope="module")
def two_weeks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken two weeks in. Read only."""
    town = Town(tmp_path_factory.mktemp("town"))
    write_programme(town.folder / "programmes" / PROGRAMME)
    town.inbox.mkdir(parents=True)
    for week in (MARCH - WEEK, MARCH):
        lamps(week).save(town.inbox, f"Lamps {week}.xlsx")
    result = run("ingest", "--programme", PROGRAMME, "--home", town.folder, "--received-at", NOW)
    assert result.code == 0, result.err
    return town.folder


@pytest.fixture
def town(two_weeks: Path, tmp_path: Path) -> Town:
    """A home of one's own that has taken two weeks in, and holds something of every kind."""
    town = Town(tmp_path)
    shutil.copytree(two_weeks, town.folder)
    town.put("inbox/lamplight/refused/Old.xlsx", b"refused")
    town.put("issued/lamplight/pack.pdf", b"%PDF-1.7 issued")
    town.put("outbox/lamplight/pack.pdf", b"%PDF-1.7 built")
    return town


def test_what_is_restored_answers_as_the_home_did(town: Town, tmp_path: Path) -> None:
    made = run("backup", "--home", town.folder, "--json")
    assert made.code == 0, made.err
    file = Path(made.json["file"])
    assert file.parent == tmp_path, "beside the home"
    again = tmp_path / "again"
    result = run("restore", file, "--home", again, "--json")
    assert result.code == 0, result.err
    assert (result.json["head_event"], result.json["head_digest"]) == town.head() == head_of(again)
    assert files_of(again) == files_of(town.folder)
    assert kpis(again) == kpis(town.folder)
    assert kpis(again, "explain", "K1") == kpis(town.folder, "explain", "K1")


@pytest.mark.long
def test_it_says_where_it_lies_and_how_far_it_goes(town: Town, tmp_path: Path) -> None:
    out = run("backup", "--home", town.folder, "--out", tmp_path / "kept.zip").out
    number, digest = town.head()
    assert f"{tmp_path / 'kept.zip'}: " in out
    assert "2 receipts, 0 packs (0 issued)" in out
    assert f"history up to event {number}, head {digest[:16]}" in out
    out = run("restore", tmp_path / "kept.zip", "--home", tmp_path / "again").out
    assert f"{tmp_path / 'again'}: restored as it was on " in out
    assert f"history up to event {number}, head {digest[:16]}" in out


@pytest.mark.long
def test_any_zip_program_opens_it(town: Town) -> None:
    made = back_up(town.home, None, NOW)
    assert made.path.name == "boardpack_backup_2031-06-01T090000Z.zip"
    assert made.path.stat().st_mode & 0o077 == 0, "only its owner reads it"
    with zipfile.ZipFile(made.path) as archive:
        assert archive.testzip() is None
        listed = json.loads(archive.read("manifest.json"))["members"]
        for member in listed:
            content = archive.read(member["name"])
            assert (len(content), hashlib.sha256(content).hexdigest()) == (member["size"], member["sha256"])


def test_personal_data_and_unfinished_files_stay_where_they_are(town: Town, tmp_path: Path) -> None:
    town.put("quarantine/lamplight/abc.quarantined", b"personal")
    town.put("prefect/prefect.db", b"runs")
    town.put("outbox/lamplight/.pack.pdf.1.part", b"unfinished")
    (town.folder / "outbox" / "elsewhere").symlink_to(tmp_path)
    result = run("backup", "--home", town.folder, "--out", tmp_path / "b.zip")
    assert result.code == 0
    assert "not backed up: quarantine (1 file), as it holds personal data" in result.err
    assert "not backed up: outbox/elsewhere (a link)" in result.err
    restore_backup(tmp_path / "b.zip", Home(tmp_path / "again"))
    gone = ("quarantine", "prefect", "outbox/lamplight/.pack.pdf.1.part")
    assert files_of(tmp_path / "again") == files_of(town.folder, *gone)


@pytest.mark.long
def test_a_file_that_was_never_kept_is_not_missed(town: Town) -> None:
    history = History(town.home.history)
    finding = make_finding("personal_data", sheet="People", cell="A1", what="names of people", where="column A")
    history.file_refusal(PROGRAMME, b"personal", "(withheld).xlsx", NOW, None, [finding], keeps_original=False)
    history.close()
    made = back_up(town.home, None, NOW)
    assert (made.manifest.counts["refusal"], made.manifest.missing) == (1, [])


@pytest.mark.long
def test_files_of_any_name_and_empty_inboxes_come_back(town: Town, tmp_path: Path) -> None:
    for name in (b"caf\xe9.xlsx", "Prüfung \u202e.xlsx".encode(), b"two\nlines.xlsx", b"back\\slash.xlsx"):
        Path(os.fsdecode(os.fsencode(town.inbox) + b"/" + name)).write_bytes(name)
    town.home.inbox("other").mkdir()
    made = back_up(town.home, None, NOW)
    restore_backup(made.path, Home(tmp_path / "again"))
    assert files_of(tmp_path / "again") == files_of(town.folder)
    assert (tmp_path / "again" / "inbox" / "other").is_dir()


# --- Damage -----------------------------------------------------------------------------------------------


def places(size: int) -> Iterator[int]:
    """Some places of a file: its beginning and its end wholly, and many between."""
    yield from range(0, 60, 3)
    yield from range(size - 200, size)
    yield from random.Random(31).sample(range(size), 250)


def test_one_altered_byte_anywhere_is_found(town: Town, tmp_path: Path) -> None:
    content = bytearray(back_up(town.home, None, NOW).path.read_bytes())
    damaged, target = tmp_path / "damaged.zip", Home(tmp_path / "again")
    damaged.write_bytes(content)
    for number, place in enumerate(places(len(content))):
        bit = 1 << number % 8
        with damaged.open("r+b") as stream:
            stream.seek(place)
            stream.write(bytes([content[place] ^ bit]))
            stream.flush()
            with pytest.raises(HistoryError, match="damaged"):
                restore_backup(damaged, target)
            stream.seek(place)
            stream.write(bytes([content[place]]))
    assert not target.folder.exists()
    restore_backup(damaged, target)


@pytest.mark.long
def test_a_file_that_was_cut_short_is_refused(town: Town, tmp_path: Path) -> None:
    content = back_up(town.home, None, NOW).path.read_bytes()
    for left in (len(content) - 1, len(content) * 7 // 10, 1000, 60):
        (tmp_path / "cut.zip").write_bytes(content[:left])
        result = run("restore", tmp_path / "cut.zip", "--home", tmp_path / "again")
        assert (result.code, result.error_line) == (
            4, "boardpack: the backup is damaged: its end is missing; nothing was restored from it",
        )  # fmt: skip
    (tmp_path / "more.zip").write_bytes(content + b"x")
    assert run("restore", tmp_path / "more.zip", "--home", tmp_path / "again").code == 4
    assert not (tmp_path / "again").exists()


def test_another_file_is_no_backup(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("history/history.sqlite", b"")
    (tmp_path / "empty.zip").write_bytes(b"")
    for name in ("other.zip", "empty.zip"):
        result = run("restore", tmp_path / name, "--home", tmp_path / "again")
        assert result.code == 2
        assert f"{name} is no backup of Boardpack" in result.error_line
    assert run("restore", tmp_path / "none.zip", "--home", tmp_path / "again").code == 2
    assert not (tmp_path / "again").exists()


def rewrite(source: Path, target: Path, change: Callable[[Manifest, list[tuple[str, bytes]]], None]) -> None:
    """Write a backup anew, properly sealed, with another list and other files."""
    with open_backup(source) as backup, target.open("w+b") as stream:
        files = []
        for member in backup.manifest.members:
            with (target.parent / "member").open("w+b") as held:
                backup.copy(member, held)
            files.append((member.path, (target.parent / "member").read_bytes()))
        manifest = backup.manifest
        change(manifest, files)
        writer = BackupWriter(stream)
        for path, content in files:
            (target.parent / "member").write_bytes(content)
            with (target.parent / "member").open("rb") as held:
                writer.add(path, held)
        manifest.members = writer.members
        writer.finish(manifest)


@pytest.mark.long
def test_a_file_outside_the_home_is_refused_even_if_it_is_sealed(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    for path in ("../out.txt", "/tmp/out.txt", "inbox/../../out.txt", "inbox//out.txt", "a/./b", ""):
        rewrite(made.path, tmp_path / "evil.zip", lambda _, files, path=path: files.append((path, b"out")))
        before = sorted(tmp_path.rglob("*"))
        with pytest.raises(HistoryError, match="outside the home"):
            restore_backup(tmp_path / "evil.zip", Home(tmp_path / "again"))
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.long
def test_a_backup_of_a_newer_version_is_refused(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    for field in ("format", "schema_version"):
        rewrite(made.path, tmp_path / "newer.zip", lambda manifest, _, field=field: setattr(manifest, field, 99))
        with pytest.raises(UsageError, match="newer version, Boardpack"):
            restore_backup(tmp_path / "newer.zip", Home(tmp_path / "again"))
    assert not (tmp_path / "again").exists()


@pytest.mark.long
def test_a_history_that_ends_elsewhere_than_the_list_says_is_refused(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    rewrite(made.path, tmp_path / "other.zip", lambda manifest, _: setattr(manifest, "head_event", 1))
    with pytest.raises(HistoryError, match="does not end where its list says"):
        restore_backup(tmp_path / "other.zip", Home(tmp_path / "again"))
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted(["home", "member", "other.zip", made.path.name])


@pytest.mark.long
def test_a_home_that_is_no_longer_whole_is_backed_up_as_it_is(town: Town, tmp_path: Path) -> None:
    history = History(town.home.history)
    first, second = [item.sha256 for item in history.retention.originals()]
    history.close()
    original_path(town.home.history, first).unlink()
    original_path(town.home.history, second).write_bytes(b"other bytes")
    result = run("backup", "--home", town.folder, "--out", tmp_path / "b.zip", "--json")
    assert result.code == 4
    assert (result.json["missing"], result.json["altered"]) == ([first], [second])
    result = run("restore", tmp_path / "b.zip", "--home", tmp_path / "again")
    assert result.code == 4
    assert f"no longer had the original {first}" in result.err
    assert f"other bytes for the original {second}" in result.err
    assert files_of(tmp_path / "again") == files_of(town.folder)


# --- Places -----------------------------------------------------------------------------------------------


def test_a_home_that_holds_anything_is_left_alone(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    before = files_of(town.folder)
    result = run("restore", made.path, "--home", town.folder)
    assert result.code == 2
    assert (
        "is not empty (it holds history, inbox, issued, locks and more); nothing is overwritten" in result.error_line
    )
    assert files_of(town.folder) == before
    (tmp_path / "file").write_text("a file")
    assert run("restore", made.path, "--home", tmp_path / "file").code == 2
    (tmp_path / "empty").mkdir()
    assert run("restore", made.path, "--home", tmp_path / "empty").code == 0


def test_a_backup_lies_elsewhere_and_replaces_nothing(town: Town, tmp_path: Path) -> None:
    for out in (town.folder, town.home.history / "b.zip", town.folder / "outbox"):
        assert "lies within the home" in run("backup", "--home", town.folder, "--out", out).error_line
    (tmp_path / "there.zip").write_text("another file")
    result = run("backup", "--home", town.folder, "--out", tmp_path / "there.zip")
    assert (result.code, (tmp_path / "there.zip").read_text()) == (2, "another file")
    assert run("backup", "--home", town.folder, "--out", tmp_path / "none" / "b.zip").code == 2
    result = run("backup", "--home", tmp_path / "no home")
    assert (result.code, "nothing to back up" in result.error_line) == (2, True)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["home", "there.zip"]


@pytest.mark.long
def test_what_an_earlier_restore_left_is_named(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    (tmp_path / ".again.abc.restoring").mkdir()
    result = run("restore", made.path, "--home", tmp_path / "again")
    assert result.code == 0
    assert f"left {tmp_path / '.again.abc.restoring'}; it can be deleted" in result.err


# --- While the home is in use -----------------------------------------------------------------------------


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen between the first snapshot and the copying of files."""
    waiting = [act]

    def read(path: Path) -> Any:
        found = read_snapshot(path)
        if waiting:
            waiting.pop()()
        return found

    monkeypatch.setattr(backing_up, "read_snapshot", read)


@pytest.mark.long
def test_a_file_taken_in_after_the_snapshot_waits_in_what_is_restored(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = lamps(MARCH + WEEK).save(town.inbox, "Late.xlsx")
    content, before = path.read_bytes(), town.head()
    ingest = ("ingest", "--programme", PROGRAMME, "--received-at", NOW, "--home")
    meanwhile(monkeypatch, lambda: run(*ingest, town.folder))
    made = back_up(town.home, None, NOW)
    assert not path.exists()
    restore_backup(made.path, Home(tmp_path / "again"))
    assert head_of(tmp_path / "again") == before != town.head()
    assert (tmp_path / "again" / "inbox" / PROGRAMME / "Late.xlsx").read_bytes() == content
    assert run(*ingest, tmp_path / "again").code == 0
    assert head_of(tmp_path / "again") == town.head(), "taken in again, it is as if nothing had happened"


@pytest.mark.long
def test_an_original_retired_after_the_snapshot_is_known_as_retired(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def retire() -> None:
        history = History(town.home.history)
        shas = {item.sha256: "the rule of 1 year" for item in history.retention.originals()}
        assert len(history.retention.retire(PROGRAMME, shas, NOW, lambda _: True)) == 2
        assert len(history.retention.delete_retired()) == 2
        history.close()

    meanwhile(monkeypatch, retire)
    made = back_up(town.home, None, NOW)
    assert made.manifest.missing == []
    assert made.manifest.counts["retired"] == 2
    restore_backup(made.path, Home(tmp_path / "again"))
    assert head_of(tmp_path / "again") == town.head()


def test_a_failure_leaves_nothing_behind(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise OSError(28, "No space left on device", str(tmp_path / "b.zip"))

    meanwhile(monkeypatch, fail)
    result = run("backup", "--home", town.folder, "--out", tmp_path / "b.zip")
    assert result.code != 0
    assert f"no room left to write {tmp_path / 'b.zip'}" in result.error_line
    assert [p.name for p in tmp_path.iterdir()] == ["home"]


def test_a_place_that_cannot_be_is_one_clear_line(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    (tmp_path / "file").write_text("a file, where a folder is asked for")
    result = run("backup", "--home", town.folder, "--out", tmp_path / "file" / "b.zip")
    assert (result.code, result.error_line) == (2, f"boardpack: there is no folder {tmp_path / 'file'}")
    result = run("restore", made.path, "--home", tmp_path / "file" / "home")
    assert (result.code, str(tmp_path / "file") in result.error_line) == (2, True)
    result = run("restore", made.path, "--home", tmp_path / ("x" * 300))
    assert (result.code, "File name too long" in result.error_line) == (2, True)


@pytest.mark.long
def test_a_disk_without_room_is_one_clear_line_and_nothing_is_left(town: Town, tmp_path: Path) -> None:
    made = back_up(town.home, None, NOW)
    town.put("outbox/lamplight/large.pdf", b"%PDF" + random.Random(31).randbytes(2 * made.manifest.members[0].size))
    before = sorted(tmp_path.rglob("*"))
    for most, command, target in (
        (40_000, ("backup", "--home", town.folder, "--out"), tmp_path / "b.zip"),
        (made.manifest.members[0].size + 10, ("backup", "--home", town.folder, "--out"), tmp_path / "b.zip"),
        (40_000, ("restore", made.path, "--home"), tmp_path / "again"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "flows.cli.main", *map(str, command), str(target)],
            cwd=ROOT,
            capture_output=True,
            text=True,
            preexec_fn=partial(resource.setrlimit, resource.RLIMIT_FSIZE, (most, most)),
            check=False,
        )
        assert done.returncode == 2, done.stderr
        (line,) = done.stderr.splitlines()
        assert str(target) in line
        assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.long
def test_a_restored_history_of_an_older_schema_is_brought_up_to_date(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import restoring
    from history import migrations, tables

    made = back_up(town.home, None, NOW)
    for module in (tables, restoring):
        monkeypatch.setattr(module, "SCHEMA_VERSION", made.manifest.schema_version + 1)
    monkeypatch.setitem(migrations.STEPS, made.manifest.schema_version, ())
    restore_backup(made.path, Home(tmp_path / "again"))
    assert read_snapshot(tmp_path / "again" / DATABASE).schema_version == made.manifest.schema_version + 1
    assert find_broken_links(tmp_path / "again" / DATABASE) == []
