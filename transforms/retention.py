"""The rule of retention: how long an original is kept, counted from the day it was received."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping


def last_day_kept(received_on: dt.date, years: int) -> dt.date:
    """The last day on which an original is kept: the day of the year on which it was received, `years` later.

    What was received on 29 February is kept until 1 March of a year without that day, never for less than its time.
    """
    try:
        return received_on.replace(year=received_on.year + years)
    except ValueError:
        return dt.date(received_on.year + years, 3, 1)


def last_day_of_all(arrivals: Iterable[tuple[str, dt.date]], years: Mapping[str, int | None]) -> dt.date | None:
    """The last day on which a file is kept that arrived several times: programme and day of each arrival.

    It stays as long as any arrival asks for it; None where a programme has no rule, as it then stays for good.
    """
    days = []
    for programme, received_on in arrivals:
        kept_for = years.get(programme)
        if kept_for is None:
            return None
        days.append(last_day_kept(received_on, kept_for))
    return max(days, default=None)
