"""What must hold for every series and every pair of printed values: intervals, limits, sums of periods."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.facts import Period
from schemas.figures import round_half_away
from transforms.agreement import printed_interval
from transforms.periods import find_sum
from transforms.spc import process_limits

places = st.integers(0, 2)


@st.composite
def printed(draw: st.DrawFn) -> tuple[Decimal, int]:
    """A value as a return prints it, and its decimals."""
    decimals = draw(places)
    return Decimal(draw(st.integers(-300, 300))).scaleb(-decimals), decimals


@given(st.fractions(-200, 200), places, places)
def test_two_printings_of_one_number_agree(number: Fraction, one: int, two: int) -> None:
    left = printed_interval(round_half_away(number, one), one)
    right = printed_interval(round_half_away(number, two), two)
    assert left.holds(number)
    assert left.meets(right)
    assert right.meets(left)


@given(printed(), printed())
def test_printings_agree_exactly_where_some_number_prints_as_both(
    one: tuple[Decimal, int], two: tuple[Decimal, int]
) -> None:
    """The oracle tries every number on a grid finer than both printings."""
    base = Fraction(one[0])
    grid = [base + Fraction(n, 4000) for n in range(-2200, 2201)]
    found = any(round_half_away(x, one[1]) == one[0] and round_half_away(x, two[1]) == two[0] for x in grid)
    assert printed_interval(*one).meets(printed_interval(*two)) == found


@given(printed(), printed())
def test_at_one_precision_only_the_same_value_agrees(one: tuple[Decimal, int], two: tuple[Decimal, int]) -> None:
    assume(one[1] == two[1])
    assert printed_interval(*one).meets(printed_interval(*two)) == (one[0] == two[0])


numbers = st.lists(st.one_of(st.none(), st.decimals(-1000, 1000, places=2)), min_size=13, max_size=40)


@given(numbers)
def test_limits_are_those_of_plain_arithmetic(values: list[Decimal | None]) -> None:
    points = [Fraction(v) for v in values if v is not None]
    assume(points)
    ranges = []
    for before, after in pairwise(values):
        if before is not None and after is not None:
            ranges.append(abs(Fraction(after) - Fraction(before)))
    limits = process_limits(values)
    mean = sum(points, Fraction(0)) / len(points)
    assert abs(Fraction(limits.mean) - mean) < Fraction(1, 10**15)
    if len(points) < 13 or not ranges:
        assert (limits.lower, limits.upper) == (None, None)
        return
    reach = Fraction(266, 100) * sum(ranges, Fraction(0)) / len(ranges)
    assert limits.lower is not None
    assert limits.upper is not None
    assert abs(Fraction(limits.lower) - (mean - reach)) < Fraction(1, 10**15)
    assert abs(Fraction(limits.upper) - (mean + reach)) < Fraction(1, 10**15)


@given(numbers, st.integers(-50, 50), st.integers(1, 9), st.decimals(-2000, 2000, places=1))
def test_moving_and_stretching_a_series_moves_and_stretches_its_limits(
    values: list[Decimal | None], shift: int, factor: int, value: Decimal
) -> None:
    assume(any(v is not None for v in values))
    limits = process_limits(values)
    moved = process_limits([None if v is None else factor * v + shift for v in values])
    backwards = process_limits(values[::-1])
    near = Decimal("1e-6")
    assume(all(edge is None or abs(edge - value) > near for edge in (limits.lower, limits.upper)))
    assert moved.is_outside(factor * value + shift) == limits.is_outside(value) == backwards.is_outside(value)


@st.composite
def daily_counts(draw: st.DrawFn) -> dict[dt.date, int]:
    """What was counted on each day of half a year."""
    first = dt.date(2031, 1, 1)
    counts = draw(st.lists(st.integers(0, 5), min_size=181, max_size=181))
    return {first + dt.timedelta(days=n): count for n, count in enumerate(counts)}


def total(days: dict[dt.date, int], period: Period) -> Decimal:
    """The count of a period."""
    return Decimal(sum(n for day, n in days.items() if period.start <= day <= period.end))


def months() -> list[Period]:
    """The first six months."""
    firsts = [dt.date(2031, n, 1) for n in range(1, 8)]
    return [Period(a, b - dt.timedelta(days=1), "month") for a, b in pairwise(firsts)]


@given(daily_counts(), st.integers(0, 6), st.sets(st.integers(0, 25)))
def test_true_counts_never_contradict_each_other(days: dict[dt.date, int], offset: int, left_out: set[int]) -> None:
    starts = [dt.date(2030, 12, 26) + dt.timedelta(days=offset + 7 * n) for n in range(26) if n not in left_out]
    weeks = [Period(s, s + dt.timedelta(days=6), "range") for s in starts]
    quarter = Period(dt.date(2031, 1, 1), dt.date(2031, 3, 31), "quarter")
    shorter = {p: total(days, p) for p in (*weeks, *months())}
    for whole in (*months(), quarter):
        assert find_sum(whole, total(days, whole), shorter) is None


@given(daily_counts(), st.integers(-20, 20).filter(bool))
def test_a_quarter_that_is_not_its_months_is_always_told(days: dict[dt.date, int], off: int) -> None:
    quarter = Period(dt.date(2031, 4, 1), dt.date(2031, 6, 30), "quarter")
    found = find_sum(quarter, total(days, quarter) + off, {p: total(days, p) for p in months()})
    assert found is not None
    assert found.total == total(days, quarter)
    assert ("only" in found.how) == (off > 0)
