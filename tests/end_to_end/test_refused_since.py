"""A refused file is told in a pack until something sound has come in its place, by the rule that issuing has."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.builders import LAMP_REPORT, Book, changed
from tests.scenarios.harbour import MARCH, WEEK, Harbour, lamps

FIRST, NEXT_DAY = "2031-04-01T09:00:00Z", "2031-04-02T09:00:00Z"
OTHER_ANCHOR = "Lamps that were lit in time"


def renamed(day: dt.date) -> Book:
    """A weekly lamp report whose table has another heading, which refuses it."""
    book = lamps(day)
    book.workbook["Lamps"]["A4"] = OTHER_ANCHOR
    return book


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    """A home to which one file came, and was refused."""
    made = Harbour(tmp_path)
    assert made.take_one(renamed(MARCH), received=FIRST).status == "refused"
    return made


def refused(harbour: Harbour) -> list[str]:
    return [item.name for item in harbour.position(MARCH).refused]


def accept_heading(harbour: Harbour) -> None:
    """Declare the heading that the file has."""
    layout = changed(LAMP_REPORT, "anchor: [Lamps lit in time]", f"anchor: [Lamps lit in time, {OTHER_ANCHOR}]")
    (harbour.programme / "returns" / "lamp_report.yaml").write_text(layout, encoding="utf-8")


def test_it_is_told_while_nothing_came_in_its_place(harbour: Harbour) -> None:
    assert refused(harbour) == ["arrival 1.xlsx"]


def test_it_is_told_no_longer_once_the_same_bytes_were_taken_in(harbour: Harbour) -> None:
    accept_heading(harbour)
    path = harbour.folder / "arrival 1.xlsx"
    again = path.rename(harbour.folder / "another name.xlsx")
    assert take_path(harbour, again) == "accepted"
    assert refused(harbour) == []


def test_the_same_bytes_stand_for_it_of_whatever_date_they_are(tmp_path: Path) -> None:
    """As at a day after it came: no other file of that date could be the one that was meant."""
    made = Harbour(tmp_path)
    made.take_one(renamed(MARCH + WEEK), received=FIRST)
    accept_heading(made)
    assert refused(made) == ["arrival 1.xlsx"]
    again = (made.folder / "arrival 1.xlsx").rename(made.folder / "another name.xlsx")
    assert take_path(made, again) == "accepted"
    assert refused(made) == []


def take_path(harbour: Harbour, path: Path) -> str:
    from flows.taking import take_files
    from history.store import History

    history = History(harbour.home / "history")
    try:
        (taken,) = take_files(history, [path], harbour.loaded, NEXT_DAY)
    finally:
        history.close()
    return taken.judged.status


def test_it_is_told_no_longer_once_its_return_was_taken_in_for_its_date(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH), received=NEXT_DAY)
    assert refused(harbour) == []


def test_the_next_weeks_return_does_not_stand_for_it(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH + WEEK, (391, 298), (209, 150), (98, 90)), received="2031-04-09T09:00:00Z")
    assert refused(harbour) == ["arrival 1.xlsx"]


def test_what_came_before_does_not_stand_for_it(tmp_path: Path) -> None:
    made = Harbour(tmp_path)
    made.take_one(lamps(MARCH), received=FIRST)
    made.take_one(renamed(MARCH), received=NEXT_DAY)
    assert refused(made) == ["arrival 2.xlsx"]


def test_as_known_before_something_sound_came_it_is_told(harbour: Harbour) -> None:
    from flows.position import derive_known
    from history.store import History

    history = History(harbour.home / "history")
    try:
        then = history.last_event("lamplight")
        harbour.take_one(lamps(MARCH), received=NEXT_DAY)
        assert [r.name for r in derive_known(history, "lamplight", MARCH, then).refused] == ["arrival 1.xlsx"]
        assert derive_known(history, "lamplight", MARCH, None).refused == ()
    finally:
        history.close()
