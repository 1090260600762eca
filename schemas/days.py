"""Days and clocks of the United Kingdom, where people send, meet and decide. What is stored is in UTC.

The one place where a stored time becomes a day, and where a day or a time that somebody gives becomes a stored time.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

_KINGDOM = ZoneInfo("GB")


def day_of(stored: str) -> dt.date:
    """The day of a stored time."""
    return _there(stored).date()


def say_clock(stored: str) -> str:
    """What a clock shows at a stored time: 23:59."""
    return f"{_there(stored):%H:%M}"


def to_stored(given: dt.datetime) -> str:
    """A time as it is stored. One without a zone is of a clock in the United Kingdom."""
    moment = given if given.tzinfo is not None else given.replace(tzinfo=_KINGDOM)
    return f"{moment.astimezone(dt.UTC).replace(tzinfo=None).isoformat(timespec='seconds')}Z"


def end_of_day(day: dt.date) -> str:
    """The last second of a day, as it is stored."""
    return to_stored(dt.datetime.combine(day, dt.time(23, 59, 59)))


def _there(stored: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(stored)
    return (moment if moment.tzinfo is not None else moment.replace(tzinfo=dt.UTC)).astimezone(_KINGDOM)
