"""Late and missing returns, as a board's pack tells them: those of the time since the previous reporting date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from schemas.pack_quality import CalendarLine
from transforms.calendar import ExpectedReturn, ReturnCalendar
from transforms.packs.inputs import PackInput
from transforms.words import join_words, plural, say_short_date

_MOST_NAMED = 4


def make_calendar_lines(pack: PackInput) -> list[CalendarLine]:
    """A line for each return with a declared calendar of which something came late or has not come."""
    previous = max((d for d in pack.programme.reporting_dates if d < pack.as_at), default=dt.date.min)
    lines = [
        make_calendar_line(calendar, previous, pack.as_at) for calendar in pack.calendars if calendar.is_declared
    ]
    return [line for line in lines if line.late or line.waiting]


def make_calendar_line(calendar: ReturnCalendar, previous: dt.date, as_at: dt.date) -> CalendarLine:
    """What a pack tells of one return: what came late since the `previous` reporting date, by the day on which it
    came, whatever its own date; and what has not come.

    Whether that is overdue is judged as at the pack's date: a pack says nothing of the day it is built on. What was
    missing already on the previous reporting date stays told as long as it has not come, together.
    """
    own = [e for e in calendar.expected if e.period_end <= as_at]
    late = [e for e in own if e.state == "late" and e.received_on is not None and e.received_on > previous]
    missing = [e for e in own if e.state in {"overdue", "awaited"}]
    earlier = [e for e in missing if e.period_end <= previous]
    waiting = [_join([_say_missing(e) for e in missing if e.period_end > previous])]
    if len(earlier) == 1:
        waiting.insert(0, _say_missing(earlier[0]))
    elif earlier:
        waiting.append(_say_earlier(earlier, previous))
    return CalendarLine(calendar.title, _join([_say_late(e) for e in late]), "; ".join(filter(None, waiting)))


def _say_late(item: ExpectedReturn) -> str:
    return f"as at {say_short_date(item.as_at or item.period_end)}, {plural(item.days, 'day')} late"


def _say_missing(item: ExpectedReturn) -> str:
    when, due = say_short_date(item.period_end), say_short_date(item.due)
    if item.state == "awaited":
        return f"as at {when}, due {due}"
    return f"as at {when}, was due {due}, {plural(item.days, 'day')} overdue"


def _say_earlier(items: Sequence[ExpectedReturn], previous: dt.date) -> str:
    """What was missing already on the previous reporting date, in number and with the oldest of it."""
    return f"{len(items)} as at {say_short_date(previous)} or before, the oldest {_say_missing(items[0])}"


def _join(parts: list[str]) -> str:
    """The last few, and how many more there are."""
    shown = "; ".join(parts[-_MOST_NAMED:])
    more = len(parts) - _MOST_NAMED
    return join_words([shown, f"{more} more"]) if more > 0 else shown
