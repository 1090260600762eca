"""The rule of retention: kept for its years and not a day less, and until the last arrival lets it go."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from transforms.retention import last_day_kept, last_day_of_all

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))
YEARS = st.integers(1, 100)


@pytest.mark.parametrize(
    ("received", "years", "last"),
    [
        ("2024-03-01", 6, "2030-03-01"),
        ("2024-02-29", 4, "2028-02-29"),
        ("2024-02-29", 1, "2025-03-01"),
        ("2096-02-29", 4, "2100-03-01"),  # the year 2100 has no leap day
        ("2023-02-28", 1, "2024-02-28"),
        ("2023-12-31", 1, "2024-12-31"),
    ],
)
def test_the_last_day(received: str, years: int, last: str) -> None:
    assert last_day_kept(dt.date.fromisoformat(received), years) == dt.date.fromisoformat(last)


@given(DAYS, YEARS)
def test_it_is_kept_for_all_of_its_years(received: dt.date, years: int) -> None:
    last = last_day_kept(received, years)
    assert last.year == received.year + years
    assert (last.month, last.day) >= (received.month, received.day)
    assert last_day_kept(received + dt.timedelta(days=1), years) >= last


@given(
    st.lists(st.tuples(st.sampled_from("abc"), DAYS), min_size=1), st.fixed_dictionaries(dict.fromkeys("abc", YEARS))
)
def test_the_last_arrival_decides(arrivals: list[tuple[str, dt.date]], years: dict[str, int]) -> None:
    last = last_day_of_all(arrivals, years)
    assert last == max(last_day_kept(day, years[programme]) for programme, day in arrivals)


@given(st.lists(st.tuples(st.sampled_from("ab"), DAYS)))
def test_without_a_rule_it_stays_for_good(arrivals: list[tuple[str, dt.date]]) -> None:
    assert last_day_of_all([*arrivals, ("c", dt.date(1990, 1, 1))], {"a": 1, "b": 1, "c": None}) is None
    assert last_day_of_all([*arrivals, ("unknown", dt.date(1990, 1, 1))], {"a": 1, "b": 1}) is None
