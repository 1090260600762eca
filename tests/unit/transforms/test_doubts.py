"""Doubts about a return beside the ones before it, one at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

import pytest

from schemas.evidence import ComparedReturn
from schemas.facts import Observation, Period
from tests.builders import invented_programme
from tests.unit.transforms.figures_given import DAY, given, lamp_return, month
from transforms.doubts import find_doubts, find_odd_dates, seldom_repeats
from transforms.leaps import find_leap

WEEK = dt.timedelta(days=7)
LATER = DAY + 300 * WEEK


def returned(day: dt.date, *items: Observation, receipt_id: int = 1) -> ComparedReturn:
    """A weekly return with these figures, received long after."""
    placed = tuple(replace(i, period=Period(day, day)) if i.period.precision == "day" else i for i in items)
    return ComparedReturn(receipt_id, "lamp_report", Period(day, day), f"{day}.xlsx", LATER, placed)


def codes(own: ComparedReturn, *earlier: ComparedReturn) -> list[str]:
    """The codes of the doubts about a return."""
    return [f.code for f in find_doubts(own, earlier, invented_programme())]


# --- What repeats ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("before", "own", "expected"),
    [
        ((60, 100), (61, 100), True),
        ((60, 99), (61, 99), False),
        ((60, 100), (60, 101), False),
        ((10, 20), (10, 20), True),
        ((9, 19), (9, 19), False),
        ((20, 20), (20, 20), False),
        ((0, 20), (0, 20), False),
        ((None, 100), (None, 100), True),
        ((None, None), (None, None), False),
    ],
)
def test_how_seldom_a_denominator_repeats(before: tuple, own: tuple, expected: bool) -> None:
    assert seldom_repeats(given(*before), given(*own)) == expected


def test_a_denominator_that_several_measures_share_is_told_once() -> None:
    items = [given(60, 120), given(30, 120, measure="lamps_dim")]
    newer = [given(61, 120), given(31, 120, measure="lamps_dim")]
    assert codes(returned(DAY, *newer), returned(DAY - WEEK, *items)) == ["denominator_repeated"]


def test_a_held_figure_is_not_doubted_as_well() -> None:
    held = given(60, 120, state="held")
    assert codes(returned(DAY, held), returned(DAY - WEEK, given(60, 120))) == []
    assert codes(returned(DAY, given(60, 120)), returned(DAY - WEEK, held)) == []


def test_a_column_that_was_printed_before_is_no_news() -> None:
    """A workbook that repeats last month's column repeats its figures."""
    january, february = given(60, 120, period=month(1)), given(61, 125, period=month(2))
    assert codes(returned(DAY, january, february), returned(DAY - WEEK, january)) == []
    same = given(61, 120, period=month(2))
    assert codes(returned(DAY, january, same), returned(DAY - WEEK, january)) == ["denominator_repeated"]


def changing(count: int) -> list[ComparedReturn]:
    """Weekly returns whose one figure changes every time."""
    return [returned(DAY - n * WEEK, given(50 + n, 90 + n)) for n in range(count, 0, -1)]


@pytest.mark.parametrize(("count", "expected"), [(7, ["figure_unchanged"]), (6, [])])
def test_six_steps_without_a_repeat_make_the_first_one_odd(count: int, expected: list[str]) -> None:
    before = changing(count)
    last = before[-1].observations[0]
    repeated = replace(last, numerator=last.numerator, denominator=last.denominator)
    found = codes(returned(DAY, repeated), *before)
    assert [c for c in found if c == "figure_unchanged"] == expected


def test_a_figure_that_stood_still_before_may_do_so_again() -> None:
    before = [*changing(8)[:3], *(returned(DAY - n * WEEK, given(7, 19)) for n in (5, 4)), *changing(3)]
    last = before[-1].observations[0]
    assert "figure_unchanged" not in codes(returned(DAY, last), *before)


def many(numbers: Sequence[int]) -> list[Observation]:
    """A figure for each of so many measures."""
    return [given(n, None, None, form="count", measure=f"measure_{i}") for i, n in enumerate(numbers)]


def test_ten_figures_that_are_all_the_same_are_one_doubt() -> None:
    same = many(range(10, 20))
    assert codes(returned(DAY, *same), returned(DAY - WEEK, *same)) == ["same_as_previous"]
    assert codes(returned(DAY, *same[:9]), returned(DAY - WEEK, *same[:9])) == []
    assert codes(returned(DAY, *same), returned(DAY - WEEK, *many(range(11, 21)))) == []
    assert codes(returned(DAY, *same), returned(DAY - 2 * WEEK, *same), returned(DAY - WEEK, *same[:9])) == []


# --- What leaps -----------------------------------------------------------------------------------------


def line(
    values: Sequence[int | None], step: dt.timedelta = WEEK, base: int | None = 100, **keys: object
) -> list[Observation]:
    """A line of figures, the last one as at the day; None is a figure that is held."""
    days = [DAY - step * n for n in reversed(range(len(values)))]
    return [
        given(v, base, period=Period(d, d), **({"state": "held"} if v is None else {}) | keys)
        for d, v in zip(days, values, strict=True)
    ]


USUAL = [50, 52, 51, 53, 50, 52, 51, 53, 50, 52, 51, 53, 50]


@pytest.mark.parametrize(
    ("items", "leaps"),
    [
        (line([*USUAL, 57]), True),
        (line([*USUAL, 55]), False),
        (line([*USUAL, 46]), True),
        (line([*USUAL[1:], 90]), False),
        (line([None, *USUAL, 90]), True),
        (line([*USUAL[:-1], None, 90]), False),
        (line([*USUAL, None]), False),
        (line([*USUAL, 90], basis="ytd"), False),
        (line([*USUAL, 90], basis="rolling_12m"), False),
        (line([*USUAL, 90], basis="in_period"), True),
        (line([100] * 13 + [97]), True),
        (line([*[50] * 12, 51, 60]), False),
        (line([*USUAL, 90], step=2 * WEEK), False),
        (line([*[0, 1] * 7, 9], form="count", base=None), False),
        (line([*[3, 4] * 7, 19], form="count", base=None), True),
        (line([*[3, 4] * 7, 9], base=9), False),
    ],
)
def test_what_is_a_leap(items: list[Observation], leaps: bool) -> None:
    found = find_leap(items, invented_programme(), lamp_return())
    assert (found is not None and found.code == "jump") == leaps


# --- Odd dates ------------------------------------------------------------------------------------------


def dates(own: dt.date, *earlier: dt.date, weekday: str | None = None, cadence: str = "weekly") -> list[str]:
    """The doubts about a date beside those of the returns before it."""
    item = lamp_return().model_copy(update={"weekday": weekday, "cadence": cadence})
    return [f.code for f in find_odd_dates(returned(own), [returned(d) for d in earlier], item)]


MONDAYS = [DAY - n * WEEK for n in (5, 4, 3, 2)]
TUESDAY = DAY + dt.timedelta(days=1)


def test_two_thirds_of_three_make_a_weekday() -> None:
    assert dates(TUESDAY, *MONDAYS) == ["weekday_unusual"]
    assert dates(TUESDAY, *MONDAYS[:2]) == []
    assert dates(TUESDAY, *MONDAYS, TUESDAY - WEEK, TUESDAY - 2 * WEEK) == ["weekday_unusual"]
    assert dates(TUESDAY, *MONDAYS, *(TUESDAY - n * WEEK for n in (1, 2, 3))) == []
    assert dates(DAY, *MONDAYS) == []


def test_other_returns_have_no_weekday() -> None:
    assert dates(TUESDAY, *MONDAYS, cadence="monthly") == []


def test_a_declared_weekday_counts_before_the_custom() -> None:
    assert dates(TUESDAY, *MONDAYS, weekday="tuesday") == []
    assert dates(DAY, *MONDAYS, weekday="tuesday") == ["weekday_unusual"]


def test_a_date_may_be_that_of_receipt() -> None:
    item = lamp_return()
    for received, expected in ((DAY, []), (DAY - dt.timedelta(days=1), ["as_at_future"])):
        own = replace(returned(DAY), received_on=received)
        assert [f.code for f in find_odd_dates(own, [], item)] == expected
