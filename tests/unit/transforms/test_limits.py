"""The limits that a pack prints of a series: which points count, which series are refused, how they are said."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from schemas.config import Indicator, Programme
from schemas.facts import Observation, Period
from schemas.kept import KeptLimits
from tests.builders import invented_programme
from tests.unit.transforms.figures_given import given, known
from transforms.known import Facts
from transforms.limits import limits_of, say_limits, say_usual_variation

FIRST = dt.date(2031, 1, 6)
"""A Monday."""
LATE = dt.date(2033, 1, 1)


def programme(**changes: Any) -> Programme:
    """The invented programme, its indicator without services so that the company's own counts are the figure."""
    base = invented_programme()
    indicator = base.indicators[0].model_copy(update={"services": (), **changes})
    return base.model_copy(update={"indicators": (indicator,)})


def week(number: int) -> Period:
    """A Monday, weeks after the first."""
    day = FIRST + dt.timedelta(weeks=number)
    return Period(day, day)


def weeks(numerators: Sequence[int | None], denominator: int = 100, **keys: Any) -> list[Observation]:
    """A share for each week; None is a week without a return."""
    return [
        given(n, denominator, service=None, period=week(i), **keys) for i, n in enumerate(numerators) if n is not None
    ]


def limits(items: Sequence[Observation], own: Programme | None = None) -> tuple[KeptLimits, ...]:
    """The limits of a series."""
    return limits_of(Facts([known(o) for o in items]), own or programme(), LATE)


STEADY = [80, 82] * 6 + [80]


def test_thirteen_points_have_limits_and_twelve_have_none() -> None:
    (found,) = limits(weeks(STEADY))
    mean = Decimal(sum(STEADY)) / 13
    assert (found.key, found.since, found.count, found.mean) == ("lamps_in_time//", "2031-01-06", 13, mean)
    assert (found.lower, found.upper) == (mean - Decimal("5.32"), mean + Decimal("5.32"))
    assert limits(weeks(STEADY[:12])) == ()


def test_what_lies_after_the_date_is_not_counted() -> None:
    facts = Facts([known(o) for o in weeks(STEADY)])
    assert limits_of(facts, programme(), week(11).end) == ()


def test_the_last_of_several_dates_in_a_week_counts() -> None:
    tuesday = FIRST + dt.timedelta(days=1)
    extra = given(10, 100, service=None, period=Period(FIRST, FIRST))
    moved = given(80, 100, service=None, period=Period(tuesday, tuesday))
    assert limits([extra, moved, *weeks([None, *STEADY[1:]])])[0].mean == limits(weeks(STEADY))[0].mean


def test_no_moving_range_spans_a_week_without_a_figure() -> None:
    gap = [*STEADY[:7], None, *(n + 50 for n in STEADY[:7])]
    (found,) = limits(weeks(gap, 200))
    assert (found.count, found.upper - found.mean) == (14, Decimal("2.66"))


def test_a_held_figure_is_a_gap() -> None:
    items = weeks([*STEADY, 82])
    items[5] = given(0, 100, service=None, period=week(5), state="held")
    assert limits(items)[0].count == 13


@pytest.mark.parametrize(
    ("items", "changes"),
    [
        (weeks(STEADY, basis="ytd"), {"basis": "ytd"}),
        (weeks(STEADY, basis="rolling_12m"), {"basis": "rolling_12m"}),
        (weeks([4, 5] * 6 + [4], 9), {}),
        (weeks(STEADY), {"small_base": 101}),
        (weeks([80] * 9 + [81, 82, 81, 80]), {}),
        (weeks(STEADY), {"company": "none"}),
    ],
    ids=["year to date", "rolling", "small base", "declared small base", "mostly still", "no company figure"],
)
def test_series_of_which_limits_tell_nothing_have_none(items: list[Observation], changes: dict[str, Any]) -> None:
    assert limits(items, programme(**changes)) == ()


def test_counts_of_fewer_than_two_have_no_limits() -> None:
    def counts(*numbers: int) -> list[Observation]:
        return [given(n, None, str(n), service=None, period=week(i), form="count") for i, n in enumerate(numbers)]

    own = programme(company="sum", unit="lamps")
    assert limits(counts(*[1, 2] * 6, 1), own) == ()
    assert len(limits(counts(*[2, 3] * 6, 2), own)) == 1


def test_a_series_that_never_moves_has_limits_at_its_mean() -> None:
    (found,) = limits(weeks([80] * 13))
    assert found.lower == found.mean == found.upper == 80


def test_limits_are_said_rounded_and_cut_off_at_what_is_possible() -> None:
    item = KeptLimits("a//", "2031-01-06", 18, Decimal("95.04"), Decimal("88.149"), Decimal("103.2"))
    assert say_limits(item, "percent", 1) == "88.1 to 100.0"
    assert say_limits(item, "lamps", 0) == "88 to 103"
    low = KeptLimits("a//", "2031-01-06", 18, Decimal(2), Decimal(-3), Decimal(7))
    assert say_usual_variation(low, "lamps", 0) == "usual variation 0 to 7, mean 2, of 18 points"


def test_indicator_models_used_here_are_possible() -> None:
    assert Indicator.model_validate(programme().indicators[0].model_dump(by_alias=True))
