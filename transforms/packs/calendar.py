"""Late and missing returns, as a board's pack tells them: those of the time since the previous reporting date."""

from __future__ import annotations

import datetime as dt

from schemas.pack_quality import CalendarLine
from transforms.calendar import ExpectedReturn, ReturnCalendar
from transforms.packs.inputs import PackInput
from transforms.words import join_words, plural, say_short_date

_MOST_NAMED = 4


def make_calendar_lines(pack: PackInput) -> list[CalendarLine]:
    """A line for each return with a declared calendar of which something came late or has not come.

    Whether what has not come is overdue is judged as at the pack's date: a pack says nothing of the day it is
    built on. What was missing before the previous reporting date is counted only.
    """
    previous = max((d for d in pack.programme.reporting_dates if d < pack.as_at), default=dt.date.min)
    lines = [_make_line(calendar, previous, pack.as_at) for calendar in pack.calendars if calendar.is_declared]
    return [line for line in lines if line.late or line.waiting]


def _make_line(calendar: ReturnCalendar, previous: dt.date, as_at: dt.date) -> CalendarLine:
    late = [e for e in calendar.in_state("late") if previous < e.period_end <= as_at]
    missing = [e for e in calendar.in_state("overdue", "awaited") if e.period_end <= as_at]
    own = [e for e in missing if e.period_end > previous]
    waiting = _join([_say_missing(e) for e in own])
    before = len(missing) - len(own)
    if before:
        earlier = f"{before} of before {say_short_date(previous)}"
        waiting = f"{waiting}; {earlier}" if waiting else earlier
    return CalendarLine(calendar.title, _join([_say_late(e) for e in late]), waiting)


def _say_late(item: ExpectedReturn) -> str:
    return f"as at {say_short_date(item.as_at or item.period_end)}, {plural(item.days, 'day')} late"


def _say_missing(item: ExpectedReturn) -> str:
    due = say_short_date(item.due)
    word = "was due" if item.state == "overdue" else "due"
    return f"as at {say_short_date(item.period_end)}, {word} {due}"


def _join(parts: list[str]) -> str:
    """The last few, and how many more there are."""
    shown = "; ".join(parts[-_MOST_NAMED:])
    more = len(parts) - _MOST_NAMED
    return join_words([shown, f"{more} more"]) if more > 0 else shown
