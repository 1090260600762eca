"""The calendar of returns: which period ends are expected, and what came on time, late, early or not at all.

Source of the rules: docs/methodology.md, "Calendar".
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from schemas.config import Board, Meeting, Return

ReturnState = Literal["on_time", "late", "early", "awaited", "overdue"]
PackState = Literal["issued", "built", "due", "late", "missed"]

_DUE_DAYS = {"weekly": 7, "monthly": 14}
_OTHER_DUE_DAYS = 31
_MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_WEEK = dt.timedelta(days=7)
_NEAR_DAYS = 3
_FAR = dt.timedelta(days=400)
"""How far ahead of the day something that came is looked for: what bears a later date was not expected."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """What was received as at one date: on which day first, and on which days another version of it came."""

    as_at: dt.date
    received_on: dt.date
    restated_on: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class ExpectedReturn:
    """One expected return and what came of it.

    `days`: late by, early by, overdue for, or (awaited) left until it is due. `as_at` is the date that the workbook
    bears, which may be off the calendar by a few days; None where nothing came.
    """

    period_end: dt.date
    due: dt.date
    state: ReturnState
    days: int
    as_at: dt.date | None = None
    received_on: dt.date | None = None
    restated_on: tuple[dt.date, ...] = ()


@dataclass(frozen=True, slots=True)
class ReturnCalendar:
    """The calendar of one return as at a day. `is_declared`: its beginning is (`first`); else it was taken from what
    came. `beside` are the dates of what came and was not expected."""

    return_id: str
    title: str
    is_declared: bool
    expected: tuple[ExpectedReturn, ...] = ()
    beside: tuple[dt.date, ...] = ()

    def in_state(self, *states: ReturnState) -> list[ExpectedReturn]:
        """The expected returns in one of some states."""
        return [e for e in self.expected if e.state in states]


def due_on(item: Return, period_end: dt.date) -> dt.date:
    """The day on which a return is due: as many days after its period ends as are declared, else 7 for a weekly,
    14 for a monthly and 31 for any other return."""
    days = item.due_days if item.due_days is not None else _DUE_DAYS.get(item.cadence, _OTHER_DUE_DAYS)
    return period_end + dt.timedelta(days=days)


def late_by(item: Return, as_at: dt.date, received_on: dt.date) -> int:
    """Days between the day on which a return was due and that on which it came; 0 in time, before its calendar
    begins, or where none is declared."""
    if item.first is None or as_at < item.first or (item.last is not None and as_at > item.last):
        return 0
    return max((received_on - due_on(item, as_at)).days, 0)


def expect_ends(item: Return, begin: dt.date, reporting_dates: Sequence[dt.date]) -> Iterator[dt.date]:
    """The period ends that are expected from a day on, in order, until the return's `last`; else without an end.

    Of a weekly return they fall on its weekday, or on that of `begin`; of others on the ends of months, counted
    from the month of `begin`. A tracker or a commentary is expected for every reporting date.
    """
    for end in _ends(item, begin, reporting_dates):
        if item.last is not None and end > item.last:
            return
        yield end


def _ends(item: Return, begin: dt.date, reporting_dates: Sequence[dt.date]) -> Iterator[dt.date]:
    if item.kind != "measures":
        yield from sorted(d for d in reporting_dates if d >= begin)
        return
    if item.cadence == "weekly":
        weekday = _WEEKDAYS.index(item.weekday) if item.weekday else begin.weekday()
        end = begin + dt.timedelta(days=(weekday - begin.weekday()) % 7)
        while True:
            yield end
            end += _WEEK
    month = begin.year * 12 + begin.month - 1
    while True:
        yield _end_of_month(month)
        month += _MONTHS[item.cadence]


def _end_of_month(month: int) -> dt.date:
    year, index = divmod(month, 12)
    return dt.date(year, index + 1, calendar.monthrange(year, index + 1)[1])


def follow_calendar(
    item: Return, arrived: Sequence[Arrived], reporting_dates: Sequence[dt.date], on: dt.date
) -> ReturnCalendar:
    """What became of every return that was expected until a day, and the next one.

    The calendar begins with the return's `first`, else with the first one received. What is late is judged by
    the day on which the first version came; one that came before the date it is as at is early.
    """
    begin = item.first or min((a.as_at for a in arrived), default=None)
    if begin is None:
        return ReturnCalendar(item.id, item.title, item.first is not None)
    waiting = {a.as_at: a for a in arrived if item.first is None or a.as_at > _before(item, item.first)}
    expected: list[ExpectedReturn] = []
    previous, is_next_told = dt.date.min, False
    for end in expect_ends(item, begin, reporting_dates):
        if end > on + _FAR and is_next_told:
            break
        found = _find(item, end, previous, waiting)
        if found is not None:
            del waiting[found.as_at]
        if found is not None or end <= on or not is_next_told:
            expected.append(_judge(item, end, found, on))
        is_next_told = is_next_told or (end > on and found is None)
        previous = end
    return ReturnCalendar(item.id, item.title, item.first is not None, tuple(expected), tuple(sorted(waiting)))


def _before(item: Return, first: dt.date) -> dt.date:
    """The day after which a workbook belongs to a calendar that begins with a period end."""
    if item.kind == "measures" and item.cadence == "weekly":
        return first - dt.timedelta(days=_NEAR_DAYS + 1)
    return first.replace(day=1) - dt.timedelta(days=1)


def _find(item: Return, end: dt.date, previous: dt.date, waiting: dict[dt.date, Arrived]) -> Arrived | None:
    """What came for a period end: as at that day, else as at the nearest day that belongs to it.

    Three days off belong to a week; to a longer period all the days since the one before.
    """
    if end in waiting:
        return waiting[end]
    if item.kind == "measures" and item.cadence == "weekly":
        own = [day for day in waiting if abs((day - end).days) <= _NEAR_DAYS]
    else:
        own = [day for day in waiting if previous < day <= end]
    nearest = min(own, key=lambda day: (abs((day - end).days), -day.toordinal()), default=None)
    return None if nearest is None else waiting[nearest]


def _judge(item: Return, end: dt.date, found: Arrived | None, on: dt.date) -> ExpectedReturn:
    due = due_on(item, end)
    if found is None:
        days = (on - due).days
        return ExpectedReturn(end, due, "overdue" if days > 0 else "awaited", abs(days))
    state: ReturnState = "on_time"
    days = 0
    if found.received_on > due:
        state, days = "late", (found.received_on - due).days
    elif found.received_on < found.as_at:
        state, days = "early", (found.as_at - found.received_on).days
    return ExpectedReturn(end, due, state, days, found.as_at, found.received_on, found.restated_on)


# --- Packs ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class PackDue:
    """The pack of one meeting: as at which date, due when, and how it stands.

    `as_at` is the date of the pack that is issued or built, else the one declared (`declared_as_at`).
    `days`: issued late by (0: in time), left until it is due, late for, or since the meeting that passed without
    an issued pack. `is_built` says whether there is one that could be issued.
    """

    board: str
    title: str
    meeting: dt.date
    as_at: dt.date | None
    due: dt.date
    state: PackState
    days: int
    is_built: bool = False
    issued_on: dt.date | None = None
    declared_as_at: dt.date | None = None


@dataclass(frozen=True, slots=True)
class MeetingPack:
    """A pack that was built for a meeting: as at which date, and on which day it was issued, if it was."""

    as_at: dt.date
    issued_on: dt.date | None = None


def choose_built(dates: Sequence[dt.date], declared: dt.date | None, on: dt.date) -> MeetingPack | None:
    """Of the packs that were built for a meeting, by their dates in the order they were built, the one that counts
    on a day: as at the declared date, else the last one. A pack is there from the date of its figures on: what the
    clock said when it was built does not count, since figures of long ago may be printed today."""
    there = [as_at for as_at in dates if as_at <= on]
    if not there:
        return None
    return MeetingPack(declared if declared is not None and declared in there else there[-1])


def judge_pack(
    board: Board, meeting: Meeting, reporting_dates: Sequence[dt.date], pack: MeetingPack | None, on: dt.date
) -> PackDue:
    """How the pack of a meeting stands on a day; `pack` is the one that there is. A meeting's own day is still in
    time to issue it."""
    due = meeting.date - dt.timedelta(days=board.papers_days)
    declared = figures_as_at(meeting, reporting_dates)
    as_at = pack.as_at if pack is not None else declared
    is_built, issued_on = pack is not None, pack.issued_on if pack is not None else None
    state: PackState
    if issued_on is not None:
        state, days = "issued", max((issued_on - due).days, 0)
    elif on > meeting.date:
        state, days = "missed", (on - meeting.date).days
    elif on > due:
        state, days = "late", (on - due).days
    else:
        state, days = "built" if is_built else "due", (due - on).days
    return PackDue(board.id, board.title, meeting.date, as_at, due, state, days, is_built, issued_on, declared)


@dataclass(frozen=True, slots=True)
class PackToBuild:
    """A board's pack that a day's run is to build: figures as at a date, for a meeting or (None) for none.

    `is_issued`: the pack of that meeting is issued already, so that there is nothing to build.
    """

    board: str
    as_at: dt.date
    meeting: dt.date | None = None
    is_issued: bool = False


def choose_pack(
    board: Board, reporting_dates: Sequence[dt.date], issued: Collection[dt.date], on: dt.date
) -> PackToBuild | None:
    """The pack that a run on a day builds for a board: that of the first meeting to come whose figures' date has
    come and that is not `issued` yet. Without such a meeting as at the last reporting date, for no meeting.

    None where no reporting date has come yet.
    """
    found: PackToBuild | None = None
    for meeting in sorted(board.meetings, key=lambda m: m.date):
        as_at = figures_as_at(meeting, reporting_dates)
        if meeting.date < on or as_at is None or as_at > on:
            continue
        found = PackToBuild(board.id, as_at, meeting.date, meeting.date in issued)
        if not found.is_issued:
            break
    if found is not None:
        return found
    last = max((d for d in reporting_dates if d <= on), default=None)
    return None if last is None else PackToBuild(board.id, last)


def figures_as_at(meeting: Meeting, reporting_dates: Sequence[dt.date]) -> dt.date | None:
    """The date that a meeting's figures are as at: as declared, else the last reporting date before it."""
    return meeting.as_at or max((d for d in reporting_dates if d < meeting.date), default=None)


def doubt_meeting(
    board: Board, meeting: dt.date, as_at: dt.date, reporting_dates: Sequence[dt.date]
) -> Iterator[str]:
    """What is doubtful in a pack for a meeting: that it is not among those declared, or not with such figures."""
    declared = sorted(board.meetings, key=lambda m: m.date)
    found = next((m for m in declared if m.date == meeting), None)
    if found is not None:
        expected = figures_as_at(found, reporting_dates)
        if expected not in {None, as_at}:
            yield (
                f"the meeting of {meeting.isoformat()} is declared for figures as at {expected}; in this pack they "
                f"are as at {as_at.isoformat()}"
            )
    elif declared:
        nearest = min(declared, key=lambda m: abs(m.date - meeting))
        yield (
            f"{board.title} has no meeting declared on {meeting.isoformat()}; the nearest is that of "
            f"{nearest.date.isoformat()}"
        )
