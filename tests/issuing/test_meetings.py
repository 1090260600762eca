"""Which meeting a pack is built for, and what `due` says of it once it is built or issued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.command import Result, run
from tests.issuing.office import AS_AT, ROLE, Office

pytestmark = pytest.mark.long

BOARDS = """\
boards:
  - id: wharf
    title: Wharf board
    short: Wharf
    meetings: [{date: 2031-04-10}, {date: 2031-05-08, as_at: 2031-02-28}]
  - {id: pier, title: Pier panel, short: Pier}
"""
APRIL, MAY = "2031-04-10", "2031-05-08"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office whose wharf board has declared its meetings. Packs of it are built, and none is issued."""
    made = Office(tmp_path_factory.mktemp("office"), boards=BOARDS)
    made.take()
    return made


def build(office: Office, meeting: str, *more: str, board: str = "wharf") -> Result:
    named = ("--programme", office.harbour.programme, "--home", office.home, "--board", board)
    return run("build", *named, "--as-at", AS_AT, "--meeting", meeting, *more)


def about_meetings(office: Office, meeting: str, board: str = "wharf") -> list[str]:
    return [w for w in build(office, meeting, "--json", board=board).json["warnings"] if "meeting" in w]


def due(office: Office, on: str) -> dict[str, dict[str, Any]]:
    done = run("due", "--programme", office.harbour.programme, "--home", office.home, "--on", on, "--json")
    return {p["meeting"]: p for p in done.json["packs"]}


def test_a_board_cannot_meet_before_the_date_of_its_figures(office: Office) -> None:
    done = build(office, "2030-04-10")
    assert (done.code, done.out) == (2, "")
    assert done.error_line == (
        "boardpack: the meeting of 2030-04-10 lies before 2031-03-31, the date of its figures; "
        "check --meeting and --as-at"
    )
    assert build(office, AS_AT, board="pier").code in {0, 1}  # it may meet on that very day


def test_a_meeting_as_declared_is_no_warning_nor_is_any_of_a_board_that_declares_none(office: Office) -> None:
    assert about_meetings(office, APRIL) == []
    assert about_meetings(office, "2031-04-11", board="pier") == []


def test_a_meeting_that_is_not_declared_is_told_with_the_nearest_one(office: Office) -> None:
    told = "Wharf board has no meeting declared on 2032-04-10; the nearest is that of 2031-05-08"
    assert about_meetings(office, "2032-04-10") == [told]
    assert f"boardpack: {told}" in build(office, "2032-04-10").err.splitlines()


def test_a_meeting_that_is_declared_with_other_figures_is_told(office: Office) -> None:
    told = (
        "the meeting of 2031-05-08 is declared for figures as at 2031-02-28; in this pack they are as at 2031-03-31"
    )
    assert about_meetings(office, MAY) == [told]


def test_due_shows_the_date_of_the_pack_that_there_is_and_the_declared_one_beside_it(tmp_path: Path) -> None:
    office = Office(tmp_path, boards=BOARDS)
    office.take()
    before = due(office, "2031-04-01")[MAY]
    assert (before["as_at"], before["is_built"]) == ("2031-02-28", False)
    pack = office.build(meeting=MAY)["pack"]
    found = due(office, "2031-04-01")[MAY]
    assert (found["state"], found["as_at"], found["declared_as_at"]) == ("built", AS_AT, "2031-02-28")
    assert office.run("issue", pack, "--role", ROLE, "--date", "2031-05-05").code == 0
    found = due(office, "2031-05-06")[MAY]
    assert (found["state"], found["as_at"], found["declared_as_at"]) == ("issued", AS_AT, "2031-02-28")
    out = run("due", "--programme", office.harbour.programme, "--home", office.home, "--on", "2031-05-06").out
    assert (
        "meeting 2031-05-08, figures as at 2031-03-31 (declared: 2031-02-28): issued 2031-05-05, 2 days late" in out
    )


def test_a_pack_is_issued_on_the_day_of_the_decision_whatever_the_clock_says(tmp_path: Path) -> None:
    """The clock of this machine is years before the meeting; the decision is what the cover prints."""
    office = Office(tmp_path, boards=BOARDS)
    office.take()
    pack = office.build()["pack"]
    assert office.run("issue", pack, "--role", ROLE, "--date", "2031-04-03").code == 0
    stands = {on: due(office, on)[APRIL] for on in ("2031-04-02", "2031-04-03", "2031-04-30")}
    assert [(s["state"], s["issued_on"], s["days"]) for s in stands.values()] == [
        ("built", None, 3),
        ("issued", "2031-04-03", 0),
        ("issued", "2031-04-03", 0),
    ]


def test_a_pack_counts_as_built_from_the_date_of_its_figures_on(tmp_path: Path) -> None:
    office = Office(tmp_path, boards=BOARDS)
    office.take()
    office.build()
    assert [due(office, on)[APRIL]["is_built"] for on in ("2031-03-30", AS_AT)] == [False, True]
