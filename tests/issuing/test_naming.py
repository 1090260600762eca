"""How a pack is named: by number, by its file, by its hash, or BOARD@DATE; and what is said where it is not."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.naming_packs import find_pack
from flows.settings import UsageError
from history.records import IssueRecord, PackRecord
from history.store import History

MARCH, APRIL = dt.date(2031, 3, 31), dt.date(2031, 4, 30)
MEETING, NEXT = dt.date(2031, 4, 10), dt.date(2031, 5, 8)
AT = "2031-05-01T09:00:00Z"


class Shelf:
    """Packs of a history, recorded without being printed: only their names matter here."""

    def __init__(self, folder: Path) -> None:
        self.history = History(folder)

    def add(
        self,
        as_at: dt.date = MARCH,
        meeting: dt.date | None = MEETING,
        board: str = "wharf",
        programme: str = "lamplight",
        content: bytes | None = None,
    ) -> int:
        """Record a pack."""
        bytes_ = content if content is not None else str(self.history.last_number()).encode()
        record = PackRecord(
            board, meeting, "restricted", "pdf", as_at, 1, "c" * 64, "test", hashlib.sha256(bytes_).hexdigest(), 1
        )
        return self.history.packs.record(programme, record, [], AT)

    def issue(self, pack: int, ordinal: int = 0) -> None:
        """Record that a pack was issued for its meeting."""
        own = self.history.packs.find(pack)
        assert own is not None
        assert own.meeting is not None
        issue = IssueRecord(
            own.programme, pack, own.board, own.meeting, own.edition, ordinal, "Secretary", own.meeting,
            "", "", "[]", own.sha256, f"{pack}.pdf",
        )  # fmt: skip
        self.history.packs.issue(issue, AT)

    def find(self, text: str, programme: str | None = None) -> int:
        """The number of the pack that is meant."""
        return find_pack(self.history, text, programme).pack_id

    def refuse(self, text: str, programme: str | None = None) -> str:
        """Why a text names no pack."""
        with pytest.raises(UsageError) as caught:
            find_pack(self.history, text, programme)
        return str(caught.value)


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    """An empty history."""
    own = Shelf(tmp_path / "history")
    yield own
    own.history.close()


def test_a_number_names_the_pack_of_that_number(shelf: Shelf) -> None:
    first, second = shelf.add(), shelf.add()
    assert [shelf.find(str(first)), shelf.find(f" {second} ")] == [first, second]


def test_a_file_names_the_pack_whose_bytes_it_holds_whatever_it_is_called(shelf: Shelf, tmp_path: Path) -> None:
    pack = shelf.add(content=b"%PDF-1.7 the pack")
    path = tmp_path / "sent to the chair.pdf"
    path.write_bytes(b"%PDF-1.7 the pack")
    assert shelf.find(str(path)) == pack
    path.write_bytes(b"%PDF-1.7 the pacK")
    assert "changed since" in shelf.refuse(str(path))


def test_eight_characters_of_the_hash_are_enough_also_where_all_are_digits(shelf: Shelf) -> None:
    number = next(n for n in range(1000) if hashlib.sha256(f"x{n}".encode()).hexdigest()[:8].isdigit())
    content = f"x{number}".encode()
    shelf.add(content=b"another")
    pack = shelf.add(content=content)
    sha256 = hashlib.sha256(content).hexdigest()
    assert {shelf.find(sha256[:8]), shelf.find(sha256.upper()), shelf.find(sha256[:40])} == {pack}
    assert "no pack has the hash" in shelf.refuse("0" * 12)
    assert "names no pack" in shelf.refuse(sha256[:7] + "f" if not sha256[:7].isdigit() else "abc1234")


def test_a_board_and_the_date_of_a_meeting_name_what_was_issued_for_it_last(shelf: Shelf) -> None:
    first, erratum = shelf.add(), shelf.add()
    built = shelf.add()
    assert shelf.find("wharf@2031-04-10") == built  # nothing is issued: the last one built
    shelf.issue(first)
    assert shelf.find("wharf@2031-04-10") == first
    shelf.issue(erratum, 1)
    assert shelf.find("wharf@2031-04-10") == erratum


def test_a_board_and_the_date_of_its_figures_name_what_was_issued_for_the_latest_meeting(shelf: Shelf) -> None:
    early, late = shelf.add(), shelf.add(meeting=NEXT)
    shelf.issue(late)
    shelf.issue(early)
    shelf.add(meeting=None)
    assert shelf.find("wharf@2031-03-31") == late


def test_without_an_issue_it_is_the_last_one_built_as_at_that_date(shelf: Shelf) -> None:
    shelf.add()
    march = shelf.add(meeting=None)
    april = shelf.add(as_at=APRIL, meeting=NEXT)
    shelf.issue(april)
    assert shelf.find("wharf@2031-03-31") == march


def test_a_board_of_two_programmes_needs_the_programme(shelf: Shelf) -> None:
    own, other = shelf.add(), shelf.add(programme="beacons")
    assert "--programme" in shelf.refuse("wharf@2031-03-31")
    assert shelf.find("wharf@2031-03-31", "lamplight") == own
    assert shelf.find("wharf@2031-03-31", "beacons") == other
    said = f"{own} is a pack of lamplight, not of beacons; there is {other} (wharf as at 2031-03-31"
    assert said in shelf.refuse(str(own), "beacons")


def test_what_names_nothing_is_told_what_there_is(shelf: Shelf) -> None:
    assert "no pack was built yet" in shelf.refuse("1")
    packs = [shelf.add() for _ in range(8)]
    assert f"{packs[-1]} (wharf as at 2031-03-31, meeting 2031-04-10)" in shelf.refuse("9999")
    assert f" {packs[0]} (" not in shelf.refuse("9999")  # of many, only the last few
    assert "no pack of wharf is for a meeting, or as at, 2031-01-31" in shelf.refuse("wharf@2031-01-31")
    assert "did you mean wharf?" in shelf.refuse("warf@2031-03-31")
    assert "is not a date" in shelf.refuse("wharf@2031-02-31")
    assert "there is no file packs/gone.pdf" in shelf.refuse("packs/gone.pdf")
    assert "its number, a path to its PDF" in shelf.refuse("")
