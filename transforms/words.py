"""How numbers, dates and lists are said, everywhere in the product."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Sequence
from decimal import Decimal

from schemas.facts import Period

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
_SHORT_MONTHS = tuple(month[:3] for month in _MONTHS)
USED_WORDS = {
    "counts": "its counts",
    "stated": "the stated figure",
    "services": "what its services give",
    "company_row": "what its own row says",
    "own": "this workbook's own figure",
}
"""What is printed by an override, by what it chose."""
_HOLDS = (
    " Its figure is held.",
    " That row is held; the services stand.",
    " Both are held.",
    " It is held; the shorter periods stand.",
)


def say_date(day: dt.date) -> str:
    """29 November 2021."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def say_short_date(day: dt.date) -> str:
    """29 Nov 2021."""
    return f"{day.day} {_SHORT_MONTHS[day.month - 1]} {day.year}"


def say_period(period: Period, as_at: dt.date | None = None) -> str:
    """A period at its precision: "29 November 2021", "November 2021", "April to September 2021", "2020/21",
    "12 months to April 2026" for a rolling year.

    A range of whole months is said in months, whatever it was declared as; any other with its days. The year is
    left out where `as_at` lies within a year of it.
    """
    if period.is_rolling_year:
        return f"12 months to {say_period(last_of_rolling(period), as_at)}"
    is_near = as_at is not None and abs((as_at - period.end).days) < 300 and as_at.year == period.end.year
    year = "" if is_near else f" {period.end.year}"
    if period.precision == "day" or period.start == period.end:
        return f"{period.end.day} {_MONTHS[period.end.month - 1]}{year}"
    if period.precision == "month":
        return f"{_MONTHS[period.end.month - 1]}{year}"
    if period.precision == "year" or _is_financial_year(period):
        return _say_year(period)
    return _say_range(period, _MONTHS, year)


def say_short_period(period: Period) -> str:
    """A period in a table: "29 Nov 2021", "Oct 2021", "Apr to Sep 2021", "2020/21", "12 months to Oct 2021"."""
    if period.is_rolling_year:
        return f"12 months to {say_short_period(last_of_rolling(period))}"
    if period.precision == "day" or period.start == period.end:
        return say_short_date(period.end)
    if period.precision == "month":
        return f"{_SHORT_MONTHS[period.end.month - 1]} {period.end.year}"
    if period.precision == "year" or _is_financial_year(period):
        return _say_year(period)
    return _say_range(period, _SHORT_MONTHS, f" {period.end.year}")


def _say_year(period: Period) -> str:
    """ "2020/21"; "2021" where it is the year of the calendar."""
    first, last = period.start.year, period.end.year
    return str(last) if first == last else f"{first}/{last % 100:02d}"


def _say_range(period: Period, months: Sequence[str], year: str) -> str:
    """ "April", "April to September 2021", "3 to 9 March", "30 March to 5 April 2031"."""
    start, end = period.start, period.end
    first, last = months[start.month - 1], months[end.month - 1]
    is_one_month = (start.year, start.month) == (end.year, end.month)
    is_whole = start.day == 1 and end.day == monthrange(end.year, end.month)[1]
    if is_one_month:
        return f"{last}{year}" if is_whole else f"{start.day} to {end.day} {last}{year}"
    if not is_whole:
        first, last = f"{start.day} {first}", f"{end.day} {last}"
    if start.year != end.year:
        first = f"{first} {start.year}"
    return f"{first} to {last} {end.year}"


def last_of_rolling(period: Period) -> Period:
    """The month that a rolling year ends with; the day, where it does not end with a month."""
    if (period.end + dt.timedelta(days=1)).day == 1:
        return Period(period.end.replace(day=1), period.end, "month")
    return Period(period.end, period.end)


def _is_financial_year(period: Period) -> bool:
    start, end = period.start, period.end
    return (start.month, start.day, end.month, end.day) == (4, 1, 3, 31) and end.year == start.year + 1


def say_number(value: Decimal) -> str:
    """A number with thousands marks: 1,514 and 85.5."""
    return format(value, ",f")


def say_target(value: Decimal) -> str:
    """A target without needless zeros, with thousands marks: 90, 3.8, 2,250."""
    text = say_number(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def say_points(value: Decimal, unit: str) -> str:
    """A tolerance: "5 points" for percentages, "a tolerance of 1" in other units."""
    if unit == "percent":
        return f"{say_target(value)} point{'' if abs(value) == 1 else 's'}"
    return f"a tolerance of {say_target(value)}"


def say_change(change: Decimal, since: str) -> str:
    """ "up 8.0 on 16 August", "unchanged on August"."""
    if change == 0:
        return f"unchanged on {since}"
    return f"{'up' if change > 0 else 'down'} {say_number(abs(change))} on {since}"


def join_words(parts: Sequence[str], last: str = "and") -> str:
    """a, b and c."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} {last} {parts[-1]}"


def plural(count: int, one: str, many: str | None = None) -> str:
    """ "1 row", "3 rows"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def say_accepted(message: str) -> str:
    """A finding's sentence once it is accepted: nothing is held by it any more."""
    for said in _HOLDS:
        message = message.removesuffix(said)
    return message
