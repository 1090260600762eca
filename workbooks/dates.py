"""Dates and periods as people write them in returns. Day comes before month, as in the United Kingdom."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from functools import lru_cache

from schemas.facts import Period
from workbooks.formats import shows_day

_NAMES = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october",
          "november", "december")  # fmt: skip
MONTHS: dict[str, int] = {name: i for i, name in enumerate(_NAMES, 1)}
MONTHS |= {name[:3]: i for i, name in enumerate(_NAMES, 1)} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
_YEAR = r"(?:20\d\d|19\d\d|'?\d\d)"
DAY_PATTERN = (
    rf"(?:(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?[\s\-]+(?:of\s+)?(?P<m1>{_MONTH})\.?,?[\s\-]*(?P<y1>{_YEAR}))"
    rf"|(?:(?P<d2>\d{{1,2}})[/.\-](?P<m2>\d{{1,2}})[/.\-](?P<y2>{_YEAR}))"
    r"|(?:(?P<y3>(?:19|20)\d\d)-(?P<m3>\d{2})-(?P<d3>\d{2}))"
)
MONTH_PATTERN = rf"(?P<m4>{_MONTH})\.?[\s\-]*(?P<y4>{_YEAR})"
_DAY = re.compile(rf"(?<![\w/]){DAY_PATTERN}(?![\w/])", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"(?<![\w/]){MONTH_PATTERN}(?![\w/])", re.IGNORECASE)
_QUARTER = re.compile(r"q(?:uarter\s*)?([1-4])[\s,\-]*(20\d\d)\s*[/\-]\s*(\d\d|20\d\d)", re.IGNORECASE)
_FINANCIAL_YEAR = re.compile(r"(?:fy\s*)?(20\d\d)\s*[/\-]\s*(\d\d|20\d\d)", re.IGNORECASE)
_MONTH_RANGE = re.compile(rf"({_MONTH})\.?\s*({_YEAR})?\s*(?:to|-|until)\s*({_MONTH})\.?\s*({_YEAR})", re.IGNORECASE)
_LEAD = re.compile(r"^(?:w/?e|w/?c|week ending|week commencing|month ending|as at|ending)[:\s]+", re.IGNORECASE)
_WEEKDAY = re.compile(r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?[,\s]+", re.IGNORECASE)
_CLOCK = re.compile(r"[T\s]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$")
_SERIALS = range(36526, 73051)  # 2000-01-01 to 2099-12-31: a bare number outside is no day of a plan
_DAYS_TO_1904 = 1462


def full_year(text: str) -> int:
    """2021, '21 or 21 as a year of this century (19xx only where it is written out)."""
    digits = text.lstrip("'")
    return int(digits) if len(digits) == 4 else 2000 + int(digits)


def month_end(year: int, month: int) -> dt.date:
    """The last day of a month."""
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def month_period(year: int, month: int) -> Period:
    """A whole month."""
    return Period(dt.date(year, month, 1), month_end(year, month), "month")


def _day_of(match: re.Match[str]) -> dt.date | None:
    parts = match.groupdict()
    for index in "123":
        if parts[f"d{index}"]:
            month = parts[f"m{index}"]
            number = MONTHS[month.lower()] if index == "1" else int(month)
            try:
                return dt.date(full_year(parts[f"y{index}"]), number, int(parts[f"d{index}"]))
            except ValueError:
                return None
    return None


def read_serial(value: object, *, is_1904: bool = False) -> dt.date | None:
    """A day given as a spreadsheet's serial number, of this century; None where it is none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < 1e6:
        return None
    serial = int(value) + (_DAYS_TO_1904 if is_1904 else 0)
    return dt.date(1899, 12, 30) + dt.timedelta(days=serial) if serial in _SERIALS else None


def _without_clock(text: str) -> str:
    """A date as text, without the name of its weekday and a time of day."""
    return _CLOCK.sub("", _WEEKDAY.sub("", " ".join(text.replace("\u00a0", " ").split())))


def read_date(value: object) -> dt.date | None:
    """A whole date and nothing else; None where it is not one."""
    if isinstance(value, dt.datetime):
        return value.date()
    if isinstance(value, dt.date):
        return value
    if isinstance(value, str):
        match = _DAY.fullmatch(_without_clock(value))
        return _day_of(match) if match else None
    return None


def read_period(value: object, number_format: str = "General") -> Period | None:
    """A day, month, quarter, financial year or range, and nothing else; None where it is none of them."""
    if isinstance(value, dt.datetime):
        day = value.date()
        return Period(day, day) if shows_day(number_format) else month_period(day.year, day.month)
    if isinstance(value, dt.date):
        return Period(value, value)
    return _read_period_text(value) if isinstance(value, str) else None


@lru_cache(maxsize=4096)
def _read_period_text(text: str) -> Period | None:
    clean = _LEAD.sub("", " ".join(text.replace("\u00a0", " ").replace("\u2013", "-").split())).strip(" :.")
    clean = _without_clock(clean)
    if match := _DAY.fullmatch(clean):
        day = _day_of(match)
        return Period(day, day) if day else None
    if match := _MONTH_YEAR.fullmatch(clean):
        return month_period(full_year(match["y4"]), MONTHS[match["m4"].lower()])
    if match := _QUARTER.fullmatch(clean):
        return _quarter(int(match[1]), int(match[2]))
    if (match := _FINANCIAL_YEAR.fullmatch(clean)) and (int(match[1]) + 1) % 100 == int(match[2]) % 100:
        return Period(dt.date(int(match[1]), 4, 1), dt.date(int(match[1]) + 1, 3, 31), "year")
    return _read_range(clean)


def _quarter(number: int, first_year: int) -> Period:
    month = 4 + 3 * (number - 1)
    year, month = (first_year, month) if month <= 12 else (first_year + 1, month - 12)
    return Period(dt.date(year, month, 1), month_end(year, month + 2), "quarter")


def _read_range(text: str) -> Period | None:
    days = list(_DAY.finditer(text))
    if len(days) == 2 and re.fullmatch(r"\s*(?:to|-|until|and)\s*", text[days[0].end() : days[1].start()]):
        if text[: days[0].start()].strip().lower() not in {"", "from", "between"} or text[days[1].end() :].strip():
            return None
        start, end = _day_of(days[0]), _day_of(days[1])
        return Period(start, end, "range") if start and end and start <= end else None
    if match := _MONTH_RANGE.fullmatch(text):
        last_year = full_year(match[4])
        first_year = full_year(match[2]) if match[2] else last_year
        first, last = MONTHS[match[1].lower()], MONTHS[match[3].lower()]
        if not match[2] and first > last:
            first_year -= 1
        start, end = dt.date(first_year, first, 1), month_end(last_year, last)
        return Period(start, end, "range") if start <= end else None
    return None
