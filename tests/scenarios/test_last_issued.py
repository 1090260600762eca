"""Which pack was last issued to a board: by meeting, as last put right, as it was known at an event."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.since import describe_prior, find_last_issued
from history.records import IssueRecord, PackRecord
from history.store import History

MARCH, APRIL, MAY = dt.date(2031, 3, 12), dt.date(2031, 4, 12), dt.date(2031, 5, 12)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    """An empty history."""
    own = History(tmp_path / "history")
    yield own
    own.close()


def issue(history: History, meeting: dt.date, board: str = "keepers", ordinal: int = 0) -> tuple[int, int]:
    """Issue a pack as at the end of the month before; its number, and the event of its issue."""
    as_at = meeting.replace(day=1) - dt.timedelta(days=1)
    sha = f"{meeting.month}{ordinal}{len(board)}" * 8
    record = PackRecord(board, meeting, "restricted", "pdf", as_at, 1, "c" * 64, "Boardpack", sha, 9)
    at = f"{meeting}T09:00:00Z"
    number = history.packs.record("lamplight", record, (), at)
    issued = history.packs.issue(
        IssueRecord(
            "lamplight", number, board, meeting, "restricted", ordinal, "Harbour Master", meeting, "", "", "[]",
            sha, "p.pdf",
        ),
        at,
    )  # fmt: skip
    return number, issued.seq


def last(history: History, meeting: dt.date | None, upto: int | None = None, board: str = "keepers") -> int | None:
    """The number of the pack last issued before a meeting, or as at before the end of May."""
    found = find_last_issued(history, "lamplight", board, "restricted", meeting, dt.date(2031, 5, 31), upto)
    return found.pack_id if found else None


def test_a_board_without_an_issued_pack_has_none(history: History) -> None:
    issue(history, MARCH, board="oilers")
    history.packs.record(
        "lamplight",
        PackRecord("keepers", MARCH, "restricted", "pdf", MARCH, 1, "c" * 64, "Boardpack", "d" * 64, 9),
        (),
        "2031-03-12T09:00:00Z",
    )
    assert last(history, MAY) is None, "building is not issuing"


def test_it_is_of_the_meeting_before_as_last_put_right(history: History) -> None:
    issue(history, MARCH)
    april, _ = issue(history, APRIL)
    erratum, _ = issue(history, APRIL, ordinal=1)
    march_erratum, _ = issue(history, MARCH, ordinal=1)
    issue(history, MAY)
    assert last(history, MAY) == erratum
    assert last(history, APRIL) == march_erratum
    assert last(history, MARCH) is None
    assert april != erratum


def test_without_a_meeting_it_is_of_an_earlier_date(history: History) -> None:
    april, _ = issue(history, APRIL)
    may, _ = issue(history, MAY)
    assert last(history, None) == may
    found = find_last_issued(history, "lamplight", "keepers", "restricted", None, dt.date(2031, 4, 30))
    assert found is not None
    assert found.pack_id == april, "a pack is not compared with one as at its own date"


def test_what_was_issued_later_is_not_known_earlier(history: History) -> None:
    march, known = issue(history, MARCH)
    issue(history, MARCH, ordinal=1)
    issue(history, APRIL)
    assert last(history, MAY, known) == march
    assert last(history, MAY, known - 1) is None


def test_another_edition_is_another_line_of_packs(history: History) -> None:
    issue(history, MARCH)
    assert find_last_issued(history, "lamplight", "keepers", "public", APRIL, APRIL) is None


def test_the_earlier_pack_is_described_with_its_meeting_and_day(history: History) -> None:
    number, _ = issue(history, MARCH)
    pack = history.packs.find(number)
    assert pack is not None
    prior = describe_prior(history, pack)
    assert (prior.pack_id, prior.meeting, prior.issued_on) == (number, MARCH, MARCH)
