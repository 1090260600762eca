"""Days of the United Kingdom: of a stored UTC time, and of a day or a time that somebody gives."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.days import day_of, end_of_day, say_clock, to_stored


@pytest.mark.parametrize(
    ("stored", "day"),
    [
        ("2026-01-24T23:59:59Z", "2026-01-24"),
        ("2026-04-24T22:59:59Z", "2026-04-24"),
        ("2026-04-24T23:00:00Z", "2026-04-25"),
        ("2026-03-29T00:59:59Z", "2026-03-29"),
        ("2026-10-25T00:30:00Z", "2026-10-25"),
        ("2026-10-24T23:00:00Z", "2026-10-25"),
        ("2026-12-31T23:59:59Z", "2026-12-31"),
    ],
)
def test_the_day_of_a_stored_time_is_that_of_the_united_kingdom(stored: str, day: str) -> None:
    assert day_of(stored) == dt.date.fromisoformat(day)


@pytest.mark.parametrize(
    ("day", "stored"),
    [
        ("2026-01-24", "2026-01-24T23:59:59Z"),
        ("2026-04-24", "2026-04-24T22:59:59Z"),
        ("2026-03-28", "2026-03-28T23:59:59Z"),
        ("2026-03-29", "2026-03-29T22:59:59Z"),
        ("2026-10-25", "2026-10-25T23:59:59Z"),
    ],
)
def test_a_day_ends_with_its_last_second_there(day: str, stored: str) -> None:
    given = dt.date.fromisoformat(day)
    assert end_of_day(given) == stored
    assert day_of(stored) == given


@pytest.mark.parametrize(
    ("given", "stored"),
    [
        ("2026-04-24T09:30:00", "2026-04-24T08:30:00Z"),
        ("2026-01-24T09:30:00", "2026-01-24T09:30:00Z"),
        ("2026-04-24T09:30:00+00:00", "2026-04-24T09:30:00Z"),
        ("2026-04-24T09:30:00+05:00", "2026-04-24T04:30:00Z"),
        ("2026-04-24T00:30:00", "2026-04-23T23:30:00Z"),
    ],
)
def test_a_time_without_a_zone_is_of_the_united_kingdom(given: str, stored: str) -> None:
    assert to_stored(dt.datetime.fromisoformat(given)) == stored


def test_a_clock_there_shows_the_hour_of_the_season() -> None:
    assert say_clock("2026-04-24T22:59:59Z") == "23:59"
    assert say_clock("2026-01-24T22:59:59Z") == "22:59"
