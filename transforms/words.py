"""How numbers, dates and lists are said, everywhere in the product."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal

from schemas.facts import Period
from schemas.figures import decimal_text

_MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December")  # fmt: skip
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
    return f"{day.day} {_MONTHS[day.month - 1][:3]} {day.year}"


def say_period(period: Period, as_at: dt.date | None = None) -> str:
    """A period at its precision: "29 November 2021", "November 2021", "April to September 2021", "2020/21",
    "12 months to April 2026" for a rolling year.

    The year is left out where `as_at` lies within a year of it.
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
        return f"{period.start.year}/{period.end.year % 100:02d}"
    first = _MONTHS[period.start.month - 1]
    if (period.start.year, period.start.month) == (period.end.year, period.end.month):
        return f"{period.start.day} to {period.end.day} {first}{year}"
    if period.start.year != period.end.year:
        first = f"{first} {period.start.year}"
    return f"{first} to {_MONTHS[period.end.month - 1]} {period.end.year}"


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
    """A target without needless zeros: 90, 3.8."""
    text = decimal_text(value) or ""
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
