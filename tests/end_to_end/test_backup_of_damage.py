"""A damaged home is backed up as it is: what is gone, altered or unreadable is named, and the exit code is 4."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows import backup_copy
from history.snapshots import find_broken_links
from tests.end_to_end.command import Result, run
from tests.ordinary import run_as_ordinary
from tests.verifying.homes import NAME, Kept, fill
from tests.verifying.test_flipped_bytes import _unused_byte, flip

pytestmark = pytest.mark.long

PATTERNS = ("history/originals/*/*", "history/packs/*/*", "issued/*/*.pdf", f"outbox/{NAME}/*.pdf",
            "returned/*/*.txt", "inbox/*/refused/*.xlsx", f"inbox/{NAME}/Waiting.xlsx")  # fmt: skip


@pytest.fixture(scope="session")
def full(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    kept = fill(tmp_path_factory.mktemp("damaged") / "home")
    (kept.home.inbox(NAME) / "Waiting.xlsx").write_bytes(b"waiting")
    return kept


@pytest.fixture
def kept(full: Kept) -> Iterator[Kept]:
    with full.put_back():
        yield full


@pytest.fixture
def out(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


def back_up(kept: Kept, out: Path, *more: object, is_ordinary: bool = False) -> Result:
    done = (run_as_ordinary if is_ordinary else run)("backup", "--home", kept.home.folder, "--out", out, *more)
    assert "Traceback" not in done.err
    assert all(line.startswith("boardpack: ") for line in done.err.splitlines())
    return done


def damaged(done: Result) -> list[str]:
    return [d["path"] for d in done.json["damaged"]]


def names(folder: Path) -> list[str]:
    return [p.name for p in folder.iterdir()]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_a_file_that_cannot_be_read_is_named_and_the_rest_is_kept(
    kept: Kept, out: Path, tmp_path: Path, pattern: str
) -> None:
    path = min(kept.home.folder.glob(pattern))
    mode = path.stat().st_mode
    path.chmod(0)
    try:
        done = back_up(kept, out, "--json", is_ordinary=True)
    finally:
        path.chmod(mode)
    assert (done.code, damaged(done)) == (4, [kept.place(path)])
    assert f"not whole: {kept.place(path)}: it cannot be read: Permission denied" in done.err
    assert "`boardpack verify` says what to do about each; keep every older backup" in done.err
    (file,) = out.iterdir()
    restored = run("restore", file, "--home", tmp_path / "again")
    assert restored.code == 4
    assert f"not whole: {kept.place(path)}" in restored.err
    assert not (tmp_path / "again" / kept.place(path)).exists()
    assert (tmp_path / "again" / "programmes" / NAME / "programme.yaml").is_file()


@pytest.mark.parametrize("place", [f"returned/{NAME}", f"outbox/{NAME}/forms"])
def test_a_folder_that_cannot_be_looked_into_is_not_passed_over(kept: Kept, out: Path, place: str) -> None:
    (kept.home.folder / place).chmod(0)
    try:
        done = back_up(kept, out, "--json", is_ordinary=True)
    finally:
        (kept.home.folder / place).chmod(0o755)
    assert (done.code, damaged(done)) == (4, [place])


@pytest.mark.parametrize("pattern", ["history/originals/*/*", "history/packs/*/*"])
def test_a_disk_that_gives_half_of_a_file_leaves_no_half_in_the_backup(
    kept: Kept, out: Path, pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = min(kept.home.folder.glob(pattern))
    read = backup_copy._read_block
    monkeypatch.setattr(backup_copy, "_CHUNK", 1000)

    class Failing:
        def __init__(self, source: object) -> None:
            self.source = source

        def read(self, size: int) -> bytes:
            if self.source.name == str(path) and self.source.tell():  # type: ignore[attr-defined]
                raise OSError(5, "Input/output error")
            return self.source.read(size)  # type: ignore[attr-defined, no-any-return]

    monkeypatch.setattr(backup_copy, "_read_block", lambda source: read(Failing(source)))
    done = back_up(kept, out, "--json")
    assert (done.code, damaged(done)) == (4, [kept.place(path)])
    assert "it cannot be read: Input/output error" in done.err


@pytest.mark.parametrize("pattern", ["history/packs/*/*", "issued/*/*.pdf"])
def test_an_issued_pack_that_was_altered_is_named(kept: Kept, out: Path, pattern: str) -> None:
    path = min(kept.home.folder.glob(pattern))
    flip(path, 5000, 1)
    done = back_up(kept, out, "--json")
    assert (done.code, damaged(done)) == (4, [kept.place(path)])
    assert "it is not the pack that was issued" in done.err


def test_an_original_that_is_gone_is_told_with_its_place(kept: Kept, out: Path) -> None:
    path = min(p for p in (kept.home.history / "originals").rglob("*") if p.is_file())
    path.unlink()
    done = back_up(kept, out)
    assert done.code == 4
    assert f"no longer had the original {path.name}; put {kept.place(path)} back from an older backup" in done.err
    path.mkdir()
    try:
        assert damaged(back_up(kept, out / "second.zip", "--json")) == [kept.place(path)]
    finally:
        path.rmdir()


def test_a_lost_copy_of_an_issued_pack_is_named_where_history_keeps_it(kept: Kept, out: Path) -> None:
    """In `issued/` the next command puts it back; so that is no damage of a backup."""
    path = min(kept.home.folder.glob("history/packs/*/*"))
    path.unlink()
    min(kept.home.folder.glob("issued/*/*.pdf")).unlink()
    done = back_up(kept, out, "--json")
    assert (done.code, damaged(done)) == (4, [kept.place(path)])


def test_a_byte_that_no_row_holds_is_told_and_not_sealed_in_by_a_restore(
    kept: Kept, out: Path, tmp_path: Path
) -> None:
    flip(kept.database, _unused_byte(kept, "printed_figure"), 0)
    done = back_up(kept, out, "--json")
    assert (done.code, damaged(done)) == (4, ["history/history.sqlite"])
    (file,) = out.iterdir()
    assert run("restore", file, "--home", tmp_path / "again").code == 4
    assert not (tmp_path / "again" / "history" / "history.seal").exists()
    assert find_broken_links(tmp_path / "again" / "history" / "history.sqlite") == []


@pytest.mark.parametrize("seed", [7, *(pytest.param(n, marks=pytest.mark.long) for n in range(8, 20))])
def test_a_damaged_database_is_one_line_and_never_half_a_backup(kept: Kept, out: Path, seed: int) -> None:
    """A page overwritten, or the end cut off: what is left is backed up, or nothing is."""
    dice = random.Random(seed)
    size = kept.database.stat().st_size
    if seed % 3:
        with kept.database.open("r+b") as stream:
            stream.seek(dice.randrange(1, size // 4096) * 4096)
            stream.write(dice.randbytes(4096))
    else:
        os.truncate(kept.database, dice.randrange(size))
    done = back_up(kept, out)
    assert done.code == 4
    assert "boardpack verify" in done.err
    assert all(name.endswith(".zip") and not name.startswith(".") for name in names(out))
    assert bool(names(out)) == bool(done.out)
    if not done.out:
        assert str(kept.database) in done.error_line or str(kept.home.history) in done.error_line
        assert "backup" in done.error_line
