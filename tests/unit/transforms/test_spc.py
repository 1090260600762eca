"""The limits of an XmR chart, against numbers worked out by hand."""

from __future__ import annotations

from decimal import Decimal

import pytest

from transforms.spc import moving_ranges, process_limits


def series(*numbers: int | None) -> list[Decimal | None]:
    """A series of whole numbers; None is a gap."""
    return [None if n is None else Decimal(n) for n in numbers]


ALTERNATING = series(*[10, 12] * 6, 10)


def test_limits_are_the_mean_and_266_mean_moving_ranges() -> None:
    limits = process_limits(ALTERNATING)
    mean = Decimal(142) / 13
    assert (limits.count, limits.mean, limits.mean_moving_range) == (13, mean, Decimal(2))
    assert (limits.lower, limits.upper) == (mean - Decimal("5.32"), mean + Decimal("5.32"))


def test_twelve_points_have_a_mean_and_no_limits() -> None:
    limits = process_limits(ALTERNATING[:12])
    assert (limits.count, limits.mean, limits.lower, limits.upper) == (12, Decimal(11), None, None)
    assert not limits.is_outside(Decimal(1000))


def test_no_moving_range_spans_a_gap() -> None:
    assert moving_ranges(series(1, 2, None, 9, 8)) == [1, 1]
    assert process_limits(series(*[5] * 7, None, *[9] * 6)).mean_moving_range == 0


def test_a_series_of_points_without_neighbours_has_no_limits() -> None:
    assert process_limits([v for n in range(13) for v in series(n, None)]).lower is None


def test_a_series_that_never_moves_has_limits_at_its_mean() -> None:
    limits = process_limits(series(*[100] * 13))
    assert (limits.lower, limits.upper) == (100, 100)
    assert not limits.is_outside(Decimal(100))
    assert limits.is_outside(Decimal("99.9"))


def test_a_point_on_a_limit_is_inside_and_so_is_one_beyond_the_ninth_figure() -> None:
    limits = process_limits(ALTERNATING)
    assert limits.upper is not None
    assert not limits.is_outside(limits.upper)
    assert not limits.is_outside(limits.upper * (1 + Decimal("1e-10")))
    assert limits.is_outside(limits.upper * (1 + Decimal("1e-8")))


def test_limits_may_lie_below_zero() -> None:
    assert process_limits(series(*[0, 9] * 7)).lower < 0  # type: ignore[operator]


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_has_no_limits(values: list[Decimal | None]) -> None:
    with pytest.raises(ValueError, match="without a value"):
        process_limits(values)
