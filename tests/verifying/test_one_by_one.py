"""Each file is verified by itself: what cannot be read, or is no file, is one fault, and the rest is looked at."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from history.frozen import frozen_path
from history.store import History
from tests.end_to_end.command import Result
from tests.ordinary import run_as_ordinary
from tests.verifying.homes import NAME, Kept
from tests.verifying.test_files import one, places

pytestmark = pytest.mark.long

PACK = f"outbox/{NAME}/lamplight_wardens_2031-03-31_restricted.pdf"


def original(kept: Kept) -> Path:
    return min(p for p in (kept.home.history / "originals").rglob("*") if p.is_file())


def verify_as_ordinary(kept: Kept) -> Result:
    return run_as_ordinary("verify", "--home", kept.home.folder, "--json")


def close(path: Path) -> Callable[[], None]:
    """Take every right to a file or folder away; what gives them back."""
    mode = path.stat().st_mode
    path.chmod(0)
    return lambda: path.chmod(mode)


@pytest.mark.parametrize(
    ("pattern", "kind"),
    [
        ("history/originals/*/*", "original"),
        ("history/packs/*/*", "issued"),
        ("issued/*/*.pdf", "issued"),
        (PACK, "pack"),
        ("returned/*/*.acknowledgement.txt", "published"),
        ("quarantine/*/*.quarantined", "quarantine"),
        ("quarantine/*/*.json", "published"),
        ("history/history.seal", "seal"),
    ],
)
def test_a_file_that_cannot_be_read(kept: Kept, pattern: str, kind: str) -> None:
    path = min(kept.home.folder.glob(pattern))
    give_back = close(path)
    try:
        done = verify_as_ordinary(kept)
    finally:
        give_back()
    assert done.code == 4
    faults = {(f["kind"], f["place"]) for f in done.json["faults"]}
    assert {place for _, place in faults} == {kept.place(path)}
    assert (kind, kept.place(path)) in faults
    assert all("cannot be read: Permission denied" in f["message"] for f in done.json["faults"])
    assert "right to read it" in done.json["faults"][0]["action"] or kind == "issued"
    assert (done.json["checked"]["originals"], done.json["checked"]["rederived"]) == (2, 1)


@pytest.mark.parametrize("place", ["history/originals", f"outbox/{NAME}/forms", f"returned/{NAME}", "quarantine"])
def test_a_folder_that_cannot_be_looked_into_is_one_fault(kept: Kept, place: str) -> None:
    give_back = close(kept.home.folder / place)
    try:
        done = verify_as_ordinary(kept)
    finally:
        give_back()
    assert done.code == 4
    assert [(f["kind"], f["place"]) for f in done.json["faults"]] == [("folder", place)]
    assert "what lies in this folder is not verified: it cannot be read: Permission denied" in done.out


def test_a_folder_whose_names_can_be_read_and_no_more_is_closed_too(kept: Kept) -> None:
    folder = original(kept).parent
    folder.chmod(0o444)
    try:
        done = verify_as_ordinary(kept)
    finally:
        folder.chmod(0o755)
    assert [(f["kind"], f["place"]) for f in done.json["faults"]] == [("folder", kept.place(folder))]


@pytest.mark.parametrize("what", ["folder", "dangling link", "pipe"])
@pytest.mark.parametrize("pattern", ["history/originals/*/*", "issued/*/*.pdf", PACK, "returned/*/*.txt"])
def test_what_lies_in_the_place_of_a_file_and_is_none(kept: Kept, pattern: str, what: str) -> None:
    path = min(kept.home.folder.glob(pattern))
    path.unlink()
    try:
        if what == "folder":
            path.mkdir()
        elif what == "pipe":
            os.mkfifo(path)
        else:
            path.symlink_to("nowhere")
        found = kept.verify()
    finally:
        if not path.is_dir():
            path.unlink()
    assert [place for _, place in places(found)] == [kept.place(path)]
    assert {"folder": "it is a folder", "dangling link": "a link that leads nowhere", "pipe": "no ordinary file"}[
        what
    ] in found.faults[0].message
    assert found.checked["originals"] == 2


def test_several_at_once_are_each_told(kept: Kept) -> None:
    gone, changed = original(kept), one(kept.home.folder / "returned", "*.txt")
    gone.unlink()
    changed.write_text("another")
    link = kept.home.folder / "issued" / NAME / "new.pdf"
    link.symlink_to("nowhere")
    try:
        found = kept.verify()
    finally:
        link.unlink()
    assert places(found) == sorted(
        [("original", kept.place(gone)), ("published", kept.place(changed)), ("pack", kept.place(link))]
    )


def test_one_pack_whose_figures_cannot_be_derived_does_not_hide_the_next(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows import verifying

    def fail(*_: object) -> None:
        raise ZeroDivisionError("what tampered rows may cause")

    monkeypatch.setattr(verifying, "derive_figures", fail)
    (fault,) = kept.verify(all_packs=True).faults
    assert fault.place.startswith("event ")
    assert "its figures cannot be checked: ZeroDivisionError" in fault.message


class TestAmongWhatWasIssued:
    """Only what was issued lies in `issued/` and in history's own store."""

    def test_a_pack_that_was_built_and_never_issued(self, kept: Kept) -> None:
        from tests.scenarios.harbour import MARCH, lamps

        kept.take(lamps(MARCH))
        draft = kept.build()
        slipped = kept.home.folder / "issued" / NAME / "wardens_final.pdf"
        shutil.copyfile(draft, slipped)
        (fault,) = kept.verify().faults
        assert (fault.kind, fault.place) == ("pack", kept.place(slipped))
        assert "was never issued" in fault.message
        assert fault.action.startswith("Take it away")

    def test_a_pdf_that_history_does_not_know(self, kept: Kept) -> None:
        slipped = kept.home.folder / "issued" / NAME / "minutes.pdf"
        slipped.write_bytes(b"%PDF-1.7")
        (fault,) = kept.verify().faults
        assert (fault.kind, fault.place) == ("pack", kept.place(slipped))
        assert "If it was put there by hand, take it away" in fault.action

    def test_a_copy_of_an_issued_pack_is_only_noted(self, kept: Kept) -> None:
        issued = one(kept.home.folder / "issued", "*.pdf")
        shutil.copyfile(issued, issued.with_name("copy.pdf"))
        found = kept.verify()
        assert (found.faults, [n.place for n in found.notes]) == ([], [f"issued/{NAME}/copy.pdf"])

    def test_a_pack_in_the_store_of_history(self, kept: Kept) -> None:
        content = b"%PDF-1.7 by nobody"
        slipped = frozen_path(kept.home.history, hashlib.sha256(content).hexdigest())
        slipped.parent.mkdir(exist_ok=True)
        slipped.write_bytes(content)
        (fault,) = kept.verify().faults
        assert (fault.kind, fault.place) == ("pack", kept.place(slipped))

    def test_what_an_issue_that_was_broken_off_kept_is_only_noted(self, kept: Kept) -> None:
        from tests.scenarios.harbour import MARCH, lamps

        kept.take(lamps(MARCH))
        draft = kept.build()
        content = draft.read_bytes()
        left = frozen_path(kept.home.history, hashlib.sha256(content).hexdigest())
        left.parent.mkdir(exist_ok=True)
        left.write_bytes(content)
        found = kept.verify()
        assert (found.faults, [n.place for n in found.notes]) == ([], [kept.place(left)])


class TestAnOriginalThatIsCalledRetired:
    """Deleted by hand, with a row that says that the rule let it go."""

    @pytest.mark.parametrize("where", ["another's event", "the last event of its kind", "a new event", "a new head"])
    def test_the_chain_tells(self, kept: Kept, where: str) -> None:
        path = original(kept)
        path.unlink()
        last = int(str(kept.value("SELECT max(seq) FROM event")))
        seq = {"another's event": 2, "the last event of its kind": last}.get(where, last + 1)
        kept.seal.unlink()
        if seq > last:
            kept.alter(f"INSERT INTO event SELECT {seq}, programme, kind, at, digest FROM event WHERE seq = {last}")
        if where == "a new head":
            kept.alter(f"UPDATE meta SET value = (SELECT '{seq}:' || digest FROM event WHERE seq = {seq}) "
                       "WHERE key = 'head'")  # fmt: skip
        kept.alter(f"INSERT INTO retired (seq, sha256, rule) VALUES ({seq}, '{path.name}', 'the rule of 1 year')")
        assert f"event {seq}" in {place for _, place in places(kept.verify())}

    def test_whoever_chains_again_too_shows_in_the_number_that_were_let_go(self, kept: Kept) -> None:
        assert kept.verify().checked["let_go"] == 1
        path = original(kept)
        history = History(kept.home.history)
        history.retention.retire(NAME, {path.name: "the rule of 1 year"}, "2031-05-01T09:00:00Z", lambda _: True)
        history.retention.delete_retired()
        history.close()
        found = kept.verify()
        assert (found.faults, found.checked["let_go"]) == ([], 2)


def test_every_line_says_what_to_do(kept: Kept) -> None:
    """Whatever is wrong: a fault always does, a note on what a file is does too."""
    original(kept).unlink()
    one(kept.home.folder / "issued", "*.pdf").unlink()
    (kept.home.folder / PACK).write_bytes(b"%PDF another")
    one(kept.home.folder / "returned", "*.txt").write_text("another")
    (kept.home.folder / "notes.txt").write_text("x")
    (kept.home.history / "originals" / "left.part").write_text("x")
    kept.seal.unlink()
    kept.alter("UPDATE decision SET reason = 'unseen'")
    found = kept.verify()
    assert len(found.faults) == 6
    assert len(found.notes) >= 3
    for item in (*found.faults, *found.notes):
        assert item.action.endswith("."), item
        assert item.action[0].isupper(), item


@pytest.mark.parametrize("is_altered", [True, False])
def test_what_it_says_of_an_issued_pack_puts_it_right(kept: Kept, is_altered: bool) -> None:
    from flows.issuing import settle_issued

    issued = one(kept.home.folder / "issued", "*.pdf")
    if is_altered:
        issued.write_bytes(b"%PDF another")
    else:
        issued.unlink()
    (fault,) = kept.verify().faults
    first = "Take away what lies there" if is_altered else "Nothing needs doing"
    assert fault.action.startswith(f"{first}: the next `boardpack issue` or `run` puts the pack back, from history/")
    issued.unlink(missing_ok=True)
    history = History(kept.home.history)
    settle_issued(kept.home, history)
    history.close()
    assert kept.verify().faults == []
