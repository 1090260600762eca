"""Returns and packs against their calendar: what `due` lists, what `ingest` says, and what a pack tells the board."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.building import find_board, model_pack
from flows.position import derive_position
from flows.running import add_overdue, find_overdue
from flows.settings import Home
from history.records import IssueRecord, PackRecord
from history.store import History
from report_templates.render import render_html
from schemas.pack import Pack
from schemas.pack_quality import CalendarLine, Quality
from tests.builders import LAMP_REPORT, changed
from tests.end_to_end.command import run
from tests.scenarios.harbour import Harbour, lamps
from transforms.calendar import ExpectedReturn, ReturnCalendar
from transforms.packs.calendar import make_calendar_line

FIRST = dt.date(2031, 3, 3)
MARCH = dt.date(2031, 3, 31)
WEEK = dt.timedelta(days=7)
ON_CALENDAR = changed(LAMP_REPORT, "cadence: weekly\n", "cadence: weekly\nweekday: monday\nfirst: 2031-03-03\n")
BOARDS = """\
boards:
  - id: keepers
    title: Board of keepers
    short: BK
    papers_days: 5
    meetings: [{date: 2031-03-12}, {date: 2031-04-14}, {date: 2031-05-12, as_at: 2031-03-31}]
"""


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    """A home whose weekly report and meetings have a calendar."""
    return Harbour(tmp_path, boards=BOARDS, lamp_report=ON_CALENDAR)


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """A March: one in time and restated once, one a day late, none for the third week, one before its date."""
    found = Harbour(tmp_path_factory.mktemp("march"), boards=BOARDS, lamp_report=ON_CALENDAR)
    receive(found, 0, "2031-03-04T09:00:00Z")
    receive(found, 0, "2031-03-20T09:00:00Z", lit=299)
    receive(found, 1, "2031-03-18T23:30:00Z")
    receive(found, 3, "2031-03-22T09:00:00Z")
    return found


def due(harbour: Harbour, on: str, *more: str) -> dict[str, list[dict[str, object]]]:
    arguments = ("--programme", harbour.programme, "--home", harbour.home, "--on", on, "--json", *more)
    result = run("due", *arguments)
    assert result.code == 0, result.err
    found = result.json
    assert set(found) == {"returns", "packs"}
    return {
        key: [row for row in rows if row.get("return", "lamp_report") == "lamp_report"] for key, rows in found.items()
    }


def receive(harbour: Harbour, week: int, received: str, lit: int = 298) -> None:
    harbour.take_one(lamps(FIRST + week * WEEK, (394, lit), (200, 150 + week), (100, 90)), received=received)


def test_every_return_is_on_time_late_missing_or_early(march: Harbour) -> None:
    rows = due(march, "2031-03-26")["returns"]
    assert [(r["period_end"], r["state"], r["days"], r["restated"]) for r in rows] == [
        ("2031-03-03", "on_time", 0, 1),
        ("2031-03-10", "late", 1, 0),
        ("2031-03-17", "overdue", 2, 0),
        ("2031-03-24", "early", 2, 0),
        ("2031-03-31", "awaited", 12, 0),
    ]
    assert rows[0]["restated_on"] == "2031-03-20"
    assert {r["is_declared"] for r in rows} == {True}


def test_a_day_is_a_day_in_the_united_kingdom(harbour: Harbour) -> None:
    """Half past eleven at night in UTC is the next day, once the clocks have gone forward."""
    receive(harbour, 3, "2031-03-31T22:30:00Z")
    receive(harbour, 4, "2031-04-07T23:30:00Z")
    rows = {r["period_end"]: r for r in due(harbour, "2031-04-30")["returns"]}
    assert rows["2031-03-24"]["received_on"] == "2031-03-31"
    assert (rows["2031-03-31"]["received_on"], rows["2031-03-31"]["state"]) == ("2031-04-08", "late")


def test_what_came_later_was_not_there_yet(march: Harbour) -> None:
    rows = due(march, "2031-03-11")["returns"]
    assert [(r["period_end"], r["state"], r["restated"]) for r in rows] == [
        ("2031-03-03", "on_time", 0),
        ("2031-03-10", "awaited", 0),
        ("2031-03-17", "awaited", 0),
    ]


def test_asking_makes_no_home(harbour: Harbour) -> None:
    rows = due(harbour, "2031-03-11")
    assert [r["state"] for r in rows["returns"]] == ["overdue", "awaited", "awaited"]
    assert not harbour.home.exists()
    result = run("due", "--home", harbour.home)
    assert (result.code, "no programme has an inbox" in result.err) == (0, True)


@pytest.mark.parametrize("command", [("due",), ("run", "--all")])
def test_an_inbox_whose_programme_lies_elsewhere_is_told(command: tuple[str, ...], harbour: Harbour) -> None:
    harbour.home.joinpath("inbox", "lamplight").mkdir(parents=True)
    harbour.home.joinpath("inbox", "harbour_2").mkdir()
    result = run(*command, "--home", harbour.home)
    assert (
        f"{harbour.home} has inboxes for harbour_2, lamplight, but no programme of these names is installed or "
        f"lies in {harbour.home / 'programmes'}; name its folder with --programme, or copy it there"
    ) in result.err


def test_packs_are_due_before_their_meetings_until_they_are_issued(harbour: Harbour) -> None:
    stand = [(p["meeting"], p["state"], p["days"], p["as_at"]) for p in due(harbour, "2031-04-01")["packs"]]
    assert stand == [
        ("2031-03-12", "missed", 20, "2031-02-28"),
        ("2031-04-14", "due", 8, "2031-03-31"),
        ("2031-05-12", "due", 36, "2031-03-31"),
    ]
    issue(harbour, dt.date(2031, 4, 14), dt.date(2031, 4, 11))
    states = [(p["state"], p["days"], p["issued_on"]) for p in due(harbour, "2031-04-20")["packs"]]
    assert states[1] == ("issued", 2, "2031-04-11")
    assert [p["state"] for p in due(harbour, "2031-04-10")["packs"]] == ["missed", "late", "due"]


def issue(harbour: Harbour, meeting: dt.date, on: dt.date) -> None:
    """A pack that was built and issued for a meeting: decided on a day, and recorded on another one."""
    at = "2031-04-13T09:00:00Z"
    history = History(harbour.home / "history")
    pack = PackRecord("keepers", meeting, "restricted", "pdf", MARCH, 1, "0" * 64, "Boardpack", "1" * 64, 3, "a.pdf")
    number = history.packs.record("lamplight", pack, (), at)
    place = ("lamplight", number, "keepers", meeting, "restricted", 0)
    history.packs.issue(IssueRecord(*place, "Secretary", on, "", "", "[]", "1" * 64, "a.pdf"), at)
    history.close()


def test_people_read_a_few_lines(march: Harbour) -> None:
    out = run("due", "--programme", march.programme, "--home", march.home, "--on", "2031-03-26").out
    assert "Weekly lamp report: 3 received, last as at 2031-03-24; next as at 2031-03-31, due 2031-04-07" in out
    for line in (
        "overdue: 2031-03-17 by 2 days",
        "late: 2031-03-10 by 1 day",
        "early: 2031-03-24 by 2 days",
        "restated: 1 time, last on 2031-03-20",
        "Monthly harbour report: nothing received so far; no calendar is declared for it",
        "Board of keepers, meeting 2031-03-12, figures as at 2031-02-28: MISSED: the meeting passed 14 days ago",
        "Board of keepers, meeting 2031-04-14, figures as at 2031-03-31: due 2031-04-09, in 14 days; not built yet",
    ):
        assert line in out
    assert "2031-05-12" not in out  # of the meetings to come only the next one


def test_what_is_due_today_is_said_to_be(harbour: Harbour) -> None:
    receive(harbour, 0, "2031-03-04T09:00:00Z")
    named = ("due", "--programme", harbour.programme, "--home", harbour.home, "--on")
    assert "awaited: 2031-03-10 due today, 2031-03-17 in 7 days" in run(*named, "2031-03-17").out
    assert "figures as at 2031-03-31: due today; not built yet" in run(*named, "2031-04-09").out


def test_a_late_return_is_said_to_be_late_as_it_is_taken_in(harbour: Harbour) -> None:
    options = ("--programme", harbour.programme, "--home", harbour.home, "--received-at", "2031-03-13")
    path = harbour.save(lamps(FIRST))
    assert ", receipt 2, 3 days late" in run("ingest", path, *options).out
    again = run("ingest", path, *options, "--json").json["files"][0]
    assert (again["already_known"], again["late_days"]) == (True, 0)
    other = harbour.save(lamps(FIRST, (394, 299), (200, 150), (100, 90)))
    assert run("ingest", other, *options, "--json").json["files"][0]["late_days"] == 0


def test_a_pack_tells_what_came_late_or_has_not_come_since_the_previous_reporting_date(march: Harbour) -> None:
    assert calendar_lines(march, MARCH) == (
        CalendarLine(
            "Weekly lamp report",
            "as at 10 Mar 2031, 1 day late",
            "as at 17 Mar 2031, was due 24 Mar 2031, 7 days overdue; as at 31 Mar 2031, due 7 Apr 2031",
        ),
    )
    assert "1 return late or still to come" in read_quality(march, MARCH).sentence


@pytest.fixture(scope="module")
def april(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """A March of which only the third week came, weeks late, and an April of which the first week came in time.

    March closes on a reporting date, so that a pack of April has one before it.
    """
    found = Harbour(tmp_path_factory.mktemp("april"), boards=BOARDS, lamp_report=ON_CALENDAR)
    programme = found.programme / "programme.yaml"
    text = changed(programme.read_text(encoding="utf-8"), "2031-03-31]", "2031-03-31, 2031-04-30]")
    programme.write_text(text, encoding="utf-8")
    receive(found, 5, "2031-04-08T09:00:00Z")
    receive(found, 2, "2031-04-17T09:00:00Z")
    return found


def test_a_return_of_long_ago_that_came_since_the_previous_reporting_date_is_told_as_late(april: Harbour) -> None:
    """It is the day on which it came that makes it news, not the date that it is as at."""
    (line,) = calendar_lines(april, dt.date(2031, 4, 30))
    assert line.late == "as at 17 Mar 2031, 24 days late"


def test_what_came_late_is_told_by_all_that_is_known_and_not_again_in_the_pack_after_next(april: Harbour) -> None:
    """The pack as at the end of March, built in April, knows of it too; one as at the end of May has it behind it."""
    (march,) = calendar_lines(april, MARCH)
    assert march.late == "as at 17 Mar 2031, 24 days late"
    (may,) = calendar_lines(april, dt.date(2031, 5, 31))
    assert may.late == ""


def test_what_was_missing_already_stays_listed_with_the_age_of_the_oldest(april: Harbour) -> None:
    (line,) = calendar_lines(april, dt.date(2031, 4, 30))
    assert line.waiting == (
        "as at 14 Apr 2031, was due 21 Apr 2031, 9 days overdue; "
        "as at 21 Apr 2031, was due 28 Apr 2031, 2 days overdue; as at 28 Apr 2031, due 5 May 2031; "
        "4 as at 31 Mar 2031 or before, the oldest as at 3 Mar 2031, was due 10 Mar 2031, 51 days overdue"
    )


def test_one_that_was_missing_already_is_named() -> None:
    expected = [ExpectedReturn(FIRST + n * WEEK, FIRST + (n + 1) * WEEK, "overdue", 30 - 7 * n) for n in (0, 4)]
    calendar = ReturnCalendar("lamps", "Lamps", True, tuple(expected))
    line = make_calendar_line(calendar, FIRST + 3 * WEEK, dt.date(2031, 4, 9))
    assert line.waiting == (
        "as at 3 Mar 2031, was due 10 Mar 2031, 30 days overdue; "
        "as at 31 Mar 2031, was due 7 Apr 2031, 2 days overdue"
    )


def test_the_page_on_data_quality_has_a_table_of_it(march: Harbour) -> None:
    page = render_html(model(march, MARCH))
    assert "<h3>Returns that came late, or have not come</h3>" in page
    assert '<th scope="row">Weekly lamp report</th><td>as at 10 Mar 2031, 1 day late</td>' in page


def test_a_pack_says_nothing_of_a_calendar_that_nobody_declared(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path, boards=BOARDS)
    receive(harbour, 0, "2031-03-30T09:00:00Z")
    assert calendar_lines(harbour, MARCH) == ()


def calendar_lines(harbour: Harbour, as_at: dt.date) -> tuple[CalendarLine, ...]:
    return read_quality(harbour, as_at).calendar


def read_quality(harbour: Harbour, as_at: dt.date) -> Quality:
    return model(harbour, as_at).quality


def model(harbour: Harbour, as_at: dt.date) -> Pack:
    history = History(harbour.home / "history")
    try:
        position = derive_position(history, harbour.loaded, as_at)
    finally:
        history.close()
    return model_pack(position, find_board(position, "keepers"), None)


def test_a_run_lists_overdue_returns_among_what_is_missing(march: Harbour) -> None:
    calendars = find_overdue(Home(march.home), march.programme, dt.date(2031, 3, 26))
    overdue = [{"period_end": "2031-03-17", "due": "2031-03-24", "days": 2}]
    (alone,) = add_overdue([], calendars)
    assert (alone["return"], alone["last_period_end"], alone["overdue"]) == ("lamp_report", "2031-03-24", overdue)
    waiting = {"return": "lamp_report", "title": "Weekly lamp report", "figures": ["K1"]}
    assert add_overdue([waiting], calendars) == [{**waiting, "overdue": overdue}]
