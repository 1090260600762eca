"""How numbers, dates and lists are said: one way everywhere, and right where there is one of something."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from schemas.facts import Period, Precision
from transforms.words import say_period, say_points, say_short_period, say_target


def period(start: str, end: str, precision: Precision = "range") -> Period:
    return Period(dt.date.fromisoformat(start), dt.date.fromisoformat(end), precision)


@pytest.mark.parametrize(
    ("given", "long", "short"),
    [
        (period("2031-04-09", "2031-04-09", "day"), "9 April 2031", "9 Apr 2031"),
        (period("2031-04-01", "2031-04-30", "month"), "April 2031", "Apr 2031"),
        (period("2031-04-01", "2031-04-30"), "April 2031", "Apr 2031"),
        (period("2031-04-01", "2031-09-30"), "April to September 2031", "Apr to Sep 2031"),
        (period("2031-04-01", "2032-03-31"), "2031/32", "2031/32"),
        (period("2031-01-01", "2031-12-31", "year"), "2031", "2031"),
        (period("2031-03-03", "2031-03-09"), "3 to 9 March 2031", "3 to 9 Mar 2031"),
        (period("2031-03-30", "2031-04-05"), "30 March to 5 April 2031", "30 Mar to 5 Apr 2031"),
        (period("2030-12-29", "2031-01-04"), "29 December 2030 to 4 January 2031", "29 Dec 2030 to 4 Jan 2031"),
        (period("2030-10-01", "2031-02-28"), "October 2030 to February 2031", "Oct 2030 to Feb 2031"),
        (period("2031-04-01", "2031-04-12"), "1 to 12 April 2031", "1 to 12 Apr 2031"),
        (period("9999-12-01", "9999-12-31"), "December 9999", "Dec 9999"),
    ],
)
def test_a_period_is_said_by_what_it_spans(given: Period, long: str, short: str) -> None:
    assert say_period(given) == long
    assert say_short_period(given) == short


@pytest.mark.parametrize(
    ("value", "said"), [("90", "90"), ("3.80", "3.8"), ("2250", "2,250"), ("12000.50", "12,000.5"), ("0", "0")]
)
def test_a_target_groups_thousands_like_the_value_beside_it(value: str, said: str) -> None:
    assert say_target(Decimal(value)) == said


def test_one_point_is_one_point() -> None:
    assert say_points(Decimal(1), "percent") == "1 point"
    assert say_points(Decimal("1.0"), "percent") == "1 point"
    assert say_points(Decimal(5), "percent") == "5 points"
