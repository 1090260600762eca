"""The calendar of returns and packs: what is expected when, and how what came stands against it."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise, takewhile
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.config import Board, Meeting, Return
from transforms.calendar import (
    Arrived,
    MeetingPack,
    PackToBuild,
    ReturnCalendar,
    choose_built,
    choose_pack,
    due_on,
    expect_ends,
    figures_as_at,
    follow_calendar,
    judge_pack,
    late_by,
)

DAY = dt.timedelta(days=1)
MONDAY = dt.date(2031, 3, 3)
REPORTING = (dt.date(2031, 1, 31), dt.date(2031, 3, 31), dt.date(2031, 6, 30))
DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2060, 12, 31))


def a_return(cadence: str = "weekly", **keys: Any) -> Return:
    return Return.model_validate({"id": "lamps", "title": "Lamps", "cadence": cadence, **keys})


def follow(item: Return, *came: tuple[dt.date, dt.date], on: dt.date, restated: int = 0) -> ReturnCalendar:
    arrived = [Arrived(day, received, tuple(received + DAY for _ in range(restated))) for day, received in came]
    return follow_calendar(item, arrived, REPORTING, on)


def states(found: ReturnCalendar) -> list[tuple[str, str, int]]:
    return [(e.period_end.isoformat(), e.state, e.days) for e in found.expected]


def ends(item: Return, begin: dt.date, number: int) -> list[dt.date]:
    found = expect_ends(item, begin, REPORTING)
    return [next(found) for _ in range(number)]


# --- What is expected -----------------------------------------------------------------------------------


@given(DAYS, st.sampled_from([None, "monday", "thursday", "sunday"]))
def test_weeks_are_seven_days_apart_on_their_weekday_whatever_the_clocks_do(
    begin: dt.date, weekday: str | None
) -> None:
    found = ends(a_return(weekday=weekday), begin, 60)
    assert all(later - earlier == 7 * DAY for earlier, later in pairwise(found))
    assert 0 <= (found[0] - begin).days < 7
    wanted = f"{begin:%A}".lower() if weekday is None else weekday
    assert {f"{day:%A}".lower() for day in found} == {wanted}


@given(DAYS, st.sampled_from([("monthly", 1), ("quarterly", 3), ("yearly", 12)]))
def test_longer_periods_end_on_the_last_day_of_a_month(begin: dt.date, cadence: tuple[str, int]) -> None:
    name, months = cadence
    found = ends(a_return(name), begin, 30)
    assert all((day + DAY).day == 1 for day in found)
    assert (found[0].year, found[0].month) == (begin.year, begin.month)
    steps = [(b.year - a.year) * 12 + b.month - a.month for a, b in pairwise(found)]
    assert set(steps) == {months}


def test_february_ends_on_the_29th_in_a_leap_year() -> None:
    found = ends(a_return("monthly"), dt.date(2031, 12, 31), 3)
    assert found[2] == dt.date(2032, 2, 29)
    assert ends(a_return("yearly"), dt.date(2028, 2, 29), 5)[-1] == dt.date(2032, 2, 29)
    assert ends(a_return("yearly"), dt.date(2028, 2, 29), 2)[-1] == dt.date(2029, 2, 28)


def test_a_tracker_is_expected_for_every_reporting_date() -> None:
    tracker = a_return("monthly", kind="tracker", first="2031-02-01")
    assert list(expect_ends(tracker, dt.date(2031, 2, 1), REPORTING)) == [*REPORTING[1:]]


@given(DAYS, st.integers(0, 400))
def test_nothing_is_expected_after_the_last(begin: dt.date, days: int) -> None:
    last = begin + days * DAY
    found = list(expect_ends(a_return(last=last.isoformat()), begin, ()))
    assert found == list(takewhile(lambda d: d <= last, ends(a_return(), begin, 60)))


@pytest.mark.parametrize(("cadence", "days"), [("weekly", 7), ("monthly", 14), ("quarterly", 31), ("yearly", 31)])
def test_when_a_return_is_due(cadence: str, days: int) -> None:
    assert due_on(a_return(cadence), MONDAY) == MONDAY + days * DAY
    assert due_on(a_return(cadence, due_days=3), MONDAY) == MONDAY + 3 * DAY
    assert due_on(a_return(cadence, due_days=0), MONDAY) == MONDAY


# --- What came ------------------------------------------------------------------------------------------


def test_on_time_late_early_overdue_and_awaited() -> None:
    weekly = a_return(first=MONDAY.isoformat())
    weeks = [MONDAY + 7 * n * DAY for n in range(6)]
    found = follow(
        weekly,
        (weeks[0], weeks[0] + 7 * DAY),
        (weeks[1], weeks[1] + 9 * DAY),
        (weeks[2], weeks[2] - 2 * DAY),
        on=weeks[4] + 3 * DAY,
    )
    assert states(found) == [
        ("2031-03-03", "on_time", 0),
        ("2031-03-10", "late", 2),
        ("2031-03-17", "early", 2),
        ("2031-03-24", "overdue", 3),
        ("2031-03-31", "awaited", 4),
        ("2031-04-07", "awaited", 11),
    ]


def test_late_is_judged_by_the_first_version_and_restatements_are_counted() -> None:
    found = follow(a_return(first=MONDAY.isoformat()), (MONDAY, MONDAY), on=MONDAY, restated=2)
    assert states(found)[0] == ("2031-03-03", "on_time", 0)
    assert len(found.expected[0].restated_on) == 2


def test_without_a_declared_beginning_the_first_one_received_begins_it() -> None:
    found = follow(a_return("monthly"), (dt.date(2031, 1, 31), dt.date(2031, 2, 3)), on=dt.date(2031, 3, 1))
    assert not found.is_declared
    assert [e.period_end.month for e in found.expected] == [1, 2, 3]
    assert follow(a_return(), on=MONDAY).expected == ()


def test_a_few_days_off_the_calendar_belong_to_it_and_are_told() -> None:
    weekly = a_return(first=MONDAY.isoformat())
    found = follow(weekly, (MONDAY + 2 * DAY, MONDAY + 4 * DAY), (MONDAY + 4 * DAY, MONDAY + 5 * DAY), on=MONDAY)
    assert [(e.period_end, e.as_at) for e in found.expected[:2]] == [
        (MONDAY, MONDAY + 2 * DAY),
        (MONDAY + 7 * DAY, MONDAY + 4 * DAY),
    ]
    month = follow(a_return("monthly", first="2031-01-31"), (dt.date(2031, 1, 29), dt.date(2031, 1, 30)), on=MONDAY)
    assert month.expected[0].as_at == dt.date(2031, 1, 29)


def test_a_changed_weekday_takes_the_weeks_that_came_on_the_old_one() -> None:
    came = [(MONDAY + 7 * n * DAY, MONDAY + (7 * n + 1) * DAY) for n in range(3)]
    found = follow(a_return(first=MONDAY.isoformat(), weekday="wednesday"), *came, on=MONDAY + 21 * DAY)
    assert [e.state for e in found.expected] == ["on_time"] * 3 + ["awaited"]
    assert found.beside == ()


def test_what_nobody_expected_stands_beside() -> None:
    weekly = a_return(first=MONDAY.isoformat(), last="2031-03-10")
    far = dt.date(9999, 12, 27)
    found = follow(weekly, (MONDAY + 14 * DAY, MONDAY + 15 * DAY), (far, MONDAY), on=MONDAY + 30 * DAY)
    assert found.beside == (MONDAY + 14 * DAY, far)
    assert [e.state for e in found.expected] == ["overdue", "overdue"]
    assert follow(a_return(first="2031-01-06"), (far, MONDAY), on=MONDAY).beside == (far,)


def test_what_is_of_before_the_calendar_is_passed_over() -> None:
    found = follow(a_return(first=MONDAY.isoformat()), (MONDAY - 14 * DAY, MONDAY), on=MONDAY)
    assert found.beside == ()
    assert found.expected[0].state == "awaited"


@given(
    st.sampled_from(["weekly", "monthly", "quarterly", "yearly"]),
    st.dates(dt.date(2030, 1, 1), dt.date(2031, 12, 31)),
    st.lists(st.tuples(st.dates(dt.date(2030, 1, 1), dt.date(2032, 6, 1)), st.integers(-5, 40)), max_size=12),
    st.dates(dt.date(2031, 1, 1), dt.date(2032, 6, 1)),
    st.booleans(),
)
def test_everything_that_came_is_told_once_and_every_period_once(
    cadence: str, first: dt.date, came: list[tuple[dt.date, int]], on: dt.date, is_declared: bool
) -> None:
    item = a_return(cadence, **({"first": first.isoformat()} if is_declared else {}))
    days = {day: day + delay * DAY for day, delay in came}
    found = follow(item, *days.items(), on=on)
    told = [e.as_at for e in found.expected if e.as_at] + list(found.beside)
    assert len(told) == len(set(told))
    assert set(told) <= set(days)
    if not is_declared:
        assert set(told) == set(days)
    periods = [e.period_end for e in found.expected]
    assert periods == sorted(set(periods))
    if periods:
        every = takewhile(lambda d: d <= on, expect_ends(item, item.first or min(days), REPORTING))
        assert set(every) <= set(periods)
        assert any(e.period_end > on for e in found.expected)
    for entry in found.expected:
        assert entry.days >= 0
        assert (entry.state in {"late", "overdue"}) == ((entry.received_on or on) > entry.due)


def test_late_on_arrival_needs_a_declared_calendar() -> None:
    weekly = a_return(first=MONDAY.isoformat(), last="2031-03-31")
    assert late_by(weekly, MONDAY, MONDAY + 9 * DAY) == 2
    assert late_by(weekly, MONDAY, MONDAY + 7 * DAY) == 0
    assert late_by(weekly, MONDAY - 7 * DAY, MONDAY + 90 * DAY) == 0
    assert late_by(weekly, MONDAY + 70 * DAY, MONDAY + 200 * DAY) == 0
    assert late_by(a_return(), MONDAY, MONDAY + 90 * DAY) == 0


# --- Packs ----------------------------------------------------------------------------------------------

BOARD = Board(id="keepers", title="Keepers", short="BK", papers_days=5)
MEETING = Meeting(date=dt.date(2031, 4, 14))


@pytest.mark.parametrize(
    ("on", "issued", "is_built", "state", "days"),
    [
        ("2031-04-01", None, False, "due", 8),
        ("2031-04-09", None, True, "built", 0),
        ("2031-04-10", None, True, "late", 1),
        ("2031-04-14", None, False, "late", 5),
        ("2031-04-15", None, True, "missed", 1),
        ("2031-04-15", "2031-04-09", True, "issued", 0),
        ("2031-04-15", "2031-04-12", True, "issued", 3),
    ],
)
def test_how_the_pack_of_a_meeting_stands(on: str, issued: str | None, is_built: bool, state: str, days: int) -> None:
    issued_on = dt.date.fromisoformat(issued) if issued else None
    pack = MeetingPack(REPORTING[1], issued_on) if is_built else None
    found = judge_pack(BOARD, MEETING, REPORTING, pack, dt.date.fromisoformat(on))
    assert (found.state, found.days, found.due, found.as_at) == (state, days, dt.date(2031, 4, 9), REPORTING[1])


@pytest.mark.parametrize(
    ("built", "on", "as_at"),
    [
        ((), 0, None),
        ((0,), -1, None),
        ((0,), 0, 0),
        ((0, 3), 2, 0),
        ((0, 3), 5, 3),
        ((0, 4, 3), 5, 4),
    ],
    ids=["none", "before its figures", "on their day", "a later one is not there yet", "the last", "as declared"],
)
def test_of_the_packs_of_a_meeting_the_one_as_declared_counts_else_the_last(
    built: tuple[int, ...], on: int, as_at: int | None
) -> None:
    """Days are counted from the last of March; declared is the fourth after it."""
    found = choose_built([REPORTING[1] + n * DAY for n in built], REPORTING[1] + 4 * DAY, REPORTING[1] + on * DAY)
    assert found == (None if as_at is None else MeetingPack(REPORTING[1] + as_at * DAY))


MEETINGS = Board(
    id="keepers",
    title="Keepers",
    short="BK",
    meetings=(
        Meeting(date=dt.date(2031, 5, 12)),
        Meeting(date=dt.date(2031, 4, 14)),
        Meeting(date=dt.date(2031, 4, 28), as_at=dt.date(2031, 4, 20)),
    ),
)
MARCH_END, APRIL_END = dt.date(2031, 3, 31), dt.date(2031, 4, 30)


@pytest.mark.parametrize(
    ("on", "issued", "as_at", "meeting", "is_issued"),
    [
        ("2031-04-01", (), "2031-03-31", "2031-04-14", False),
        ("2031-04-14", (), "2031-03-31", "2031-04-14", False),  # on the day itself it is in time
        ("2031-04-15", (), "2031-03-31", None, False),  # the figures of the next one are as at a day to come
        ("2031-04-20", (), "2031-04-20", "2031-04-28", False),
        ("2031-04-01", ("2031-04-14",), "2031-03-31", "2031-04-14", True),
        ("2031-04-21", ("2031-04-28",), "2031-04-20", "2031-04-28", True),
        ("2031-05-01", ("2031-04-14",), "2031-04-30", "2031-05-12", False),
        ("2031-06-01", ("2031-05-12",), "2031-04-30", None, False),
    ],
)
def test_a_run_builds_for_the_meeting_to_come_whose_figures_can_be_known(
    on: str, issued: tuple[str, ...], as_at: str, meeting: str | None, is_issued: bool
) -> None:
    done = {dt.date.fromisoformat(day) for day in issued}
    found = choose_pack(MEETINGS, (MARCH_END, APRIL_END), done, dt.date.fromisoformat(on))
    meets = dt.date.fromisoformat(meeting) if meeting else None
    assert found == PackToBuild("keepers", dt.date.fromisoformat(as_at), meets, is_issued)


def test_a_run_builds_as_at_the_last_reporting_date_where_no_meeting_is_declared() -> None:
    assert choose_pack(BOARD, (MARCH_END, APRIL_END), (), APRIL_END) == PackToBuild("keepers", APRIL_END)
    assert choose_pack(BOARD, (MARCH_END,), (), dt.date(2031, 3, 30)) is None


def test_the_figures_of_a_meeting_are_as_declared_or_as_at_the_reporting_date_before_it() -> None:
    assert figures_as_at(Meeting(date=REPORTING[1]), REPORTING) == REPORTING[0]
    assert figures_as_at(Meeting(date=REPORTING[1], as_at=REPORTING[1]), REPORTING) == REPORTING[1]
    assert figures_as_at(Meeting(date=dt.date(2030, 1, 1)), REPORTING) is None
