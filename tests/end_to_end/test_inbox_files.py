"""What lies in an inbox is not always a finished workbook: what is not stays, and it is said why."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from flows import receiving
from flows.checking import MOST_FILE_BYTES
from flows.inbox import has_writer, look_into, take_away
from flows.settings import Home
from tests.end_to_end.command import RECEIVED, SAMPLES, run

PROGRAMME = "hillingdon_2015"
FIRST, SECOND = sorted((SAMPLES / PROGRAMME).glob("*.xlsx"))[:2]


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox" / PROGRAMME
    folder.mkdir(parents=True)
    shutil.copy(FIRST, folder)
    return folder


def ingest(tmp_path: Path, *words: str) -> tuple[list[str], dict[str, str]]:
    """Take the inbox in; the names taken, and what waits with the reason."""
    result = run(
        "ingest", "--programme", PROGRAMME, "--home", str(tmp_path), "--received-at", RECEIVED, "--json", *words
    )
    assert result.code in {0, 1}, result.err
    for waiting in result.json["waiting"]:
        assert f"{waiting['file']} was left in the inbox: {waiting['why']}" in result.err
    return [Path(f["file"]).name for f in result.json["files"]], {w["file"]: w["why"] for w in result.json["waiting"]}


def test_a_file_that_a_program_is_writing_waits_for_the_next_run(tmp_path: Path, inbox: Path) -> None:
    copied = inbox / SECOND.name
    content = SECOND.read_bytes()
    with copied.open("wb") as stream:
        stream.write(content[:1000])
        stream.flush()
        taken, waiting = ingest(tmp_path)
        assert taken == [FIRST.name]
        assert waiting == {SECOND.name: "it is still being written"}
        assert copied.is_file()
        stream.write(content[1000:])
    assert not has_writer(copied)
    assert ingest(tmp_path) == ([SECOND.name], {})


def test_a_file_that_grows_between_two_looks_waits(tmp_path: Path, inbox: Path) -> None:
    slow = inbox / "slow.xlsx"
    slow.write_bytes(b"PK")

    def copy_on(_seconds: float) -> None:
        with slow.open("ab") as stream:
            stream.write(b"more")

    found = look_into(Home(tmp_path), PROGRAMME, sleep=copy_on)
    assert [p.name for p in found.ready] == [FIRST.name]
    assert [(w.path.name, w.why) for w in found.waiting] == [("slow.xlsx", "it is still being copied")]


def test_what_is_no_finished_file_stays_and_is_told_of(tmp_path: Path, inbox: Path) -> None:
    shutil.copy(SECOND, inbox / f"{SECOND.name}.part")
    (inbox / "a link.xlsx").symlink_to(SECOND)
    (inbox / "a folder").mkdir()
    os.mkfifo(inbox / "a pipe.xlsx")
    for passed_over in (".hidden.xlsx", "~$open.xlsx", "Thumbs.db"):
        (inbox / passed_over).write_bytes(b"x")
    taken, waiting = ingest(tmp_path)
    assert taken == [FIRST.name]
    assert waiting == {
        f"{SECOND.name}.part": "its copy is not finished",
        "a link.xlsx": "it is a link; put the file itself there",
        "a folder": "it is a folder; put its workbooks into the inbox itself",
        "a pipe.xlsx": "it is no ordinary file",
    }


def test_what_was_read_is_what_is_filed_and_a_file_put_in_its_place_is_not_lost(
    tmp_path: Path, inbox: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = receiving.take_files

    def swap(*words: object) -> object:
        taken = real(*words)  # type: ignore[arg-type]
        shutil.copy(SECOND, inbox / FIRST.name)
        return taken

    monkeypatch.setattr(receiving, "take_files", swap)
    taken, waiting = ingest(tmp_path)
    assert taken == [FIRST.name]
    assert waiting == {FIRST.name: "another file has taken its place"}
    assert (inbox / FIRST.name).read_bytes() == SECOND.read_bytes()
    assert sorted(p.name for p in inbox.iterdir()) == [FIRST.name]
    originals = [p for p in (tmp_path / "history" / "originals").rglob("*") if p.is_file()]
    assert [p.read_bytes() for p in originals] == [FIRST.read_bytes()]


def test_a_refused_file_of_the_longest_name_has_its_reasons_beside_it(tmp_path: Path, inbox: Path) -> None:
    name = f"{'é' * 120}.xlsx"
    (inbox / name).write_bytes(b"%PDF-1.7")
    taken, waiting = ingest(tmp_path)
    assert (name in taken, waiting) == (True, {})
    refused = sorted(p.name for p in (inbox / "refused").iterdir())
    assert name in refused
    assert len(refused) == 2


def test_taking_away_leaves_what_changed(tmp_path: Path) -> None:
    path = tmp_path / "return.xlsx"
    path.write_bytes(b"new")
    assert not take_away(path, "0" * 64, None)
    assert path.read_bytes() == b"new"
    assert not take_away(tmp_path / "gone.xlsx", "0" * 64, None)


def test_names_cannot_lead_out_of_the_inbox(tmp_path: Path, inbox: Path) -> None:
    """A name is never more than a name: dots, line ends and markup in it change nothing."""
    for name in ("x..%2f..%2fetc.xlsx", "a\nb.xlsx", "<script>.xlsx", "\u202excod.xlsx", "-rf.xlsx"):
        (inbox / name).write_bytes(b"no workbook")
    (inbox / os.fsdecode(b"\xff\x1b[31m.xlsx")).write_bytes(b"no workbook")
    taken, _ = ingest(tmp_path)
    assert {"a?b.xlsx", "?xcod.xlsx", "??[31m.xlsx", "<script>.xlsx"} < set(taken)
    assert len(taken) == 7
    assert sorted(p.name for p in tmp_path.iterdir()) == ["history", "inbox", "locks", "returned"]
    assert len(list((inbox / "refused").iterdir())) == 12


def test_a_file_beyond_all_measure_is_refused_without_being_read(tmp_path: Path, inbox: Path) -> None:
    huge = inbox / "huge.xlsx"
    with huge.open("wb") as stream:
        stream.truncate(MOST_FILE_BYTES + 1)  # a hole: it takes no room on the disk
    taken, waiting = ingest(tmp_path)
    assert (sorted(taken), waiting) == (sorted([FIRST.name, "huge.xlsx"]), {})
    assert not huge.exists()
    reasons = (inbox / "refused" / "huge.xlsx.why.txt").read_text(encoding="utf-8")
    assert "larger than 200 MB" in reasons
    (inbox / "refused" / "huge.xlsx").unlink()
