"""A pack built to several places, and several built to one: verify knows each, and finds a flipped byte in any."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from flows.settings import Home
from flows.verifying import Verified, Wish, verify_home
from tests.issuing.office import Office
from tests.issuing.test_issuing import PACK, SOUND, built_file
from tests.verifying.test_flipped_bytes import flip

pytestmark = pytest.mark.long


def verify(office: Office) -> Verified:
    return verify_home(Home(office.home), Wish())


def faulty(office: Office) -> list[str]:
    return [fault.place for fault in verify(office).faults]


def flip_in(path: Path) -> None:
    path.chmod(0o644)
    flip(path, 5000, 3)


@pytest.mark.parametrize("place", ["outbox/lamplight/to the chair.pdf", "drafts/wharf.pdf"])
def test_the_same_pack_built_to_a_second_place_is_watched_there_too(office: Office, place: str) -> None:
    second = office.home / place
    assert office.build("--out", second)["pack"] == PACK
    assert (faulty(office), verify(office).notes) == ([], [])
    flip_in(second)
    assert faulty(office) == [place]
    second.unlink()
    assert faulty(office) == []


def test_a_place_built_over_by_a_newer_pack_is_no_fault_in_any_order(office: Office) -> None:
    first, second = built_file(office), office.home / "outbox" / "lamplight" / "second.pdf"
    office.build("--out", second)
    office.take(*SOUND)
    newer = office.build("--out", second)["pack"]
    assert newer != PACK
    assert (faulty(office), verify(office).notes) == ([], [])
    office.build()
    assert (faulty(office), verify(office).notes) == ([], [])
    office.build("--as-known", 2)  # the older one, on purpose
    assert (faulty(office), verify(office).notes) == ([], [])
    flip_in(first)
    flip_in(second)
    assert sorted(faulty(office)) == sorted(p.relative_to(office.home).as_posix() for p in (first, second))


def test_a_draft_that_was_moved_or_removed_is_no_fault(office: Office) -> None:
    first = built_file(office)
    kept = first.parent / "looked at"
    kept.mkdir()
    shutil.move(first, kept / first.name)
    found = verify(office)
    assert found.faults == []
    assert all("Nothing needs doing" in note.action for note in found.notes)
    (kept / first.name).unlink()
    assert faulty(office) == []


def test_the_same_build_again_records_nothing(office: Office) -> None:
    before = verify(office).checked["events"]
    assert office.build()["pack"] == PACK
    assert verify(office).checked["events"] == before


def test_a_file_of_another_kind_put_in_the_place_of_a_draft_is_no_fault(office: Office) -> None:
    """As it was written last; what was written there before is sound as well."""
    first = built_file(office)
    form = office.home / "outbox" / "lamplight" / "forms" / "form.pdf"
    form.parent.mkdir()
    office.build("--out", form)
    shutil.copyfile(first, form)
    assert faulty(office) == []


def test_a_pack_rebuilt_over_another_is_no_fault(office: Office) -> None:
    first = built_file(office)
    office.take(*SOUND)
    office.build()
    assert office.run("rebuild", PACK, "--out", first, declared=False).code == 0
    assert faulty(office) == []


def test_an_issued_pack_is_watched_whatever_becomes_of_its_draft(office: Office) -> None:
    office.issue(PACK)
    built_file(office).unlink()
    (issued,) = office.issued
    assert faulty(office) == []
    flip_in(issued)
    assert faulty(office) == [issued.relative_to(office.home).as_posix()]
