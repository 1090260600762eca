"""Files that are gone, changed or put there by nobody: what is a fault, and what is only worth a note."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.verifying import Verified
from history.store import History
from tests.scenarios.harbour import MARCH, lamps
from tests.verifying.homes import NAME, Kept


def places(found: Verified) -> list[tuple[str, str]]:
    """The kind and place of every fault."""
    return sorted((f.kind, f.place) for f in found.faults)


def noted(found: Verified) -> list[str]:
    """The places of the notes."""
    return [note.place for note in found.notes]


def one(folder: Path, pattern: str) -> Path:
    """The first file of a pattern."""
    return min(folder.rglob(pattern))


def test_a_full_home_is_sound(kept: Kept) -> None:
    found = kept.verify()
    assert (found.faults, found.notes) == ([], [])
    assert found.checked["originals"] == 2, "neither the one let go nor the one with personal data"
    assert found.checked["quarantined"] == found.checked["issued"] == found.checked["rederived"] == 1
    assert found.checked["published"] == 15


def test_a_lost_original(kept: Kept) -> None:
    path = min(p for p in (kept.home.history / "originals").rglob("*") if p.is_file())
    path.unlink()
    assert places(kept.verify()) == [("original", kept.place(path))]


@pytest.mark.long
def test_an_issued_pack_is_kept_twice_and_both_are_watched(kept: Kept) -> None:
    issued = one(kept.home.folder / "issued", "*.pdf")
    (shown,) = (p for p in (kept.home.history / "packs").rglob("*") if p.is_file())
    issued.unlink()
    shown.write_bytes(b"something else")
    found = kept.verify()
    assert places(found) == sorted([("issued", kept.place(issued)), ("issued", kept.place(shown))])
    assert any("is gone" in f.message for f in found.faults)


def test_what_people_clear_away_is_no_fault(kept: Kept) -> None:
    """Acknowledgements and forms may go without a word; a pack that was not issued is worth a note."""
    for top in ("returned", "outbox", "quarantine"):
        shutil.rmtree(kept.home.folder / top)
    found = kept.verify()
    assert found.faults == []
    assert noted(found) == [f"outbox/{NAME}/lamplight_wardens_2031-03-31_restricted.pdf"]


def test_strangers_are_noted_by_folder(kept: Kept) -> None:
    for name in ("minutes.txt", "history/notes.txt", f"outbox/{NAME}/draft.pdf", f"returned/{NAME}/.x.1.part"):
        (kept.home.folder / name).write_text("x")
    stray = kept.home.history / "originals" / "ab"
    stray.mkdir()
    (stray / ("ab" * 32)).write_text("x")
    found = kept.verify()
    assert found.faults == []
    assert noted(found) == [f"history/originals/ab/{'ab' * 32}", ".", "history", f"outbox/{NAME}", f"returned/{NAME}"]
    stray_note = found.notes[0]
    assert "history does not know it" in stray_note.message


def test_a_pack_that_history_does_not_know(kept: Kept) -> None:
    """What bears a pack's name is a fault: a pack is recorded before it is put there."""
    path = kept.home.outbox(NAME) / "lamplight_wardens_2031-02-28_restricted.pdf"
    path.write_bytes(b"%PDF-")
    assert places(kept.verify()) == [("pack", kept.place(path))]


@pytest.mark.long
def test_yaml_that_was_edited_is_noted(kept: Kept) -> None:
    path = kept.home.folder / "programmes" / NAME / "indicators.yaml"
    before = path.read_text()
    try:
        path.write_text(before.replace("value: 90", "value: 91"))
        found = kept.verify()
        path.write_text("indicators: [")
        broken = kept.verify()
    finally:
        path.write_text(before)
    assert [found.faults, broken.faults] == [[], []]
    assert [noted(found), noted(broken)] == [[f"programmes/{NAME}"], [f"programmes/{NAME}"]]


class TestAnOlderStatePutBack:
    """The rows are sound among themselves; what lies beside them tells that there were more."""

    @pytest.fixture
    def grown(self, kept: Kept) -> tuple[Kept, bytes, bytes]:
        """The home after more was taken in and built; with its database and seal as they were before."""
        before = kept.database.read_bytes(), kept.seal.read_bytes()
        kept.take(lamps(MARCH))
        history = History(kept.home.history)
        history.close()
        return (kept, *before)

    def test_the_seal_tells(self, grown: tuple[Kept, bytes, bytes]) -> None:
        kept, database, _ = grown
        kept.database.write_bytes(database)
        (fault,) = kept.verify().faults
        assert (fault.kind, fault.place) == ("seal", "history/history.sqlite")
        assert "what came after is gone" in fault.message or "the rest is gone" in fault.message

    @pytest.mark.long
    def test_with_its_seal_the_original_is_noted(self, grown: tuple[Kept, bytes, bytes]) -> None:
        kept, database, seal = grown
        kept.database.write_bytes(database)
        kept.seal.write_bytes(seal)
        found = kept.verify()
        assert any("put back to an older state" in note.message for note in found.notes)

    @pytest.mark.long
    def test_with_its_seal_a_newer_pack_tells(self, kept: Kept) -> None:
        before = kept.database.read_bytes(), kept.seal.read_bytes()
        kept.take(lamps(MARCH))
        pack = kept.build()
        kept.database.write_bytes(before[0])
        kept.seal.write_bytes(before[1])
        assert ("pack", kept.place(pack)) in places(kept.verify())

    @pytest.mark.long
    def test_an_older_pack_put_back_is_noted(self, kept: Kept) -> None:
        path = kept.home.outbox(NAME) / "lamplight_wardens_2031-03-31_restricted.pdf"
        older = path.read_bytes()
        kept.take(lamps(MARCH))
        assert kept.build() == path
        path.write_bytes(older)
        found = kept.verify()
        assert found.faults == []
        assert "the older pack" in " ".join(note.message for note in found.notes)
