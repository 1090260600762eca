"""Gate 3, doubts: repeats, leaps, odd dates and changed titles are told, and hold nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest

from flows.checking import JudgedFile
from tests.builders import LAMP_REPORT, TRACKER, Book, changed, tracker
from tests.scenarios.cases import case, codes_of, expect, expect_only
from tests.scenarios.harbour import (
    MARCH,
    STEADY_LAMPS,
    WEEK,
    Harbour,
    lamps,
    many_book,
    many_report,
    told,
)

# --- What repeats ---------------------------------------------------------------------------------------


@case("denominator_repeated")
def test_a_large_denominator_that_repeats_to_the_unit_is_a_doubt(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH - WEEK, (394, 298), (200, 150), (99, 90)))
    judged = harbour.take_one(lamps(MARCH, (401, 299), (200, 151), (99, 91)))
    expect_only(judged, "accepted", "denominator_repeated")
    expect(
        judged, "denominator_repeated", "Lamps", "B7",
        says=("Upper Reach", "200", "24 March 2031", "arrival 1.xlsx"), advises="declared steady",
    )  # fmt: skip


def test_a_smaller_denominator_is_doubted_where_its_numerator_repeats_too(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH - WEEK, (401, 298), (20, 15), (19, 9)))
    judged = harbour.take_one(lamps(MARCH, (402, 298), (20, 15), (19, 9)))
    assert [(f.code, f.cell) for f in judged.findings] == [("denominator_repeated", "B7")]


def test_all_of_all_says_nothing_beyond_its_denominator(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH - WEEK, (401, 298), (40, 40), (99, 9)))
    assert codes_of(harbour.take_one(lamps(MARCH, (402, 298), (40, 40), (98, 9)))) == []


def test_a_steady_measure_may_repeat(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path, lamp_report=STEADY_LAMPS)
    harbour.take_one(lamps(MARCH - WEEK, (394, 298), (200, 150), (99, 90)))
    assert codes_of(harbour.take_one(lamps(MARCH, (394, 299), (200, 151), (99, 91)))) == []


def weekly(harbour: Harbour, lit: Sequence[int], due: int = 90, last: dt.date = MARCH) -> list[JudgedFile]:
    """Take a series of weekly reports in that ends on a day; only the first quay's lamps in time vary so."""
    days = [last - n * WEEK for n in reversed(range(len(lit)))]
    return harbour.take(
        *(
            lamps(day, (due + n % 2, count), (97 + n % 3, 80), (91 + n % 5, 70))
            for n, (day, count) in enumerate(zip(days, lit, strict=True))
        )
    )


@case("figure_unchanged")
def test_a_figure_that_never_stood_still_and_now_does_is_a_doubt(harbour: Harbour) -> None:
    last = dt.date(2031, 3, 10)
    weekly(harbour, [60, 61, 62, 63, 64, 65, 66], last=last)
    before = (90, 66)
    judged = harbour.take_one(lamps(last + WEEK, before, (99, 81), (92, 71)))
    expect_only(judged, "accepted", "figure_unchanged")
    expect(
        judged, "figure_unchanged", "Lamps", "E6",
        says=("73.3", "10 March 2031", "in 6 steps before that"), advises="worked out anew",
    )  # fmt: skip


def test_with_fewer_steps_before_nobody_knows_whether_it_stands_still(harbour: Harbour) -> None:
    weekly(harbour, [60, 61, 62, 63, 64, 66], last=dt.date(2031, 3, 10))
    judged = harbour.take_one(lamps(dt.date(2031, 3, 17), (91, 66), (98, 81), (92, 71)))
    assert "figure_unchanged" not in codes_of(judged)


@case("same_as_previous")
def test_a_file_sent_again_under_a_new_date_is_a_doubt(tmp_path: Path) -> None:
    rows = {f"Measure {n}": 100 + n for n in range(12)}
    harbour = Harbour(tmp_path, **{"returns/many": many_report(rows)})
    harbour.take_one(many_book(MARCH - WEEK, rows))
    judged = harbour.take_one(many_book(MARCH, rows))
    expect_only(judged, "accepted", "same_as_previous")
    expect(
        judged, "same_as_previous", None, None, says=("All 12 figures", "24 March 2031", "arrival 1.xlsx"),
        advises="sent again under a new date",
    )  # fmt: skip
    rows["Measure 3"] += 1
    assert "same_as_previous" not in codes_of(harbour.take_one(many_book(MARCH + WEEK, rows)))


# --- What leaps -----------------------------------------------------------------------------------------


@case("jump")
def test_a_figure_outside_the_usual_variation_of_thirteen_is_a_doubt(harbour: Harbour) -> None:
    lit = [60, 62, 61, 63, 60, 62, 61, 63, 60, 62, 61, 63, 60]
    weekly(harbour, lit, last=dt.date(2031, 3, 31))
    judged = harbour.take_one(lamps(dt.date(2031, 4, 7), (90, 35), (99, 80), (94, 70)))
    expect_only(judged, "accepted", "jump")
    finding = expect(
        judged, "jump", "Lamps", "E6", says=("38.9", "The 13 figures before it"), advises="say in the commentary",
    )  # fmt: skip
    shares = [100 * n / (90 + i % 2) for i, n in enumerate(lit)]
    mean = sum(shares) / 13
    reach = 2.66 * sum(abs(b - a) for a, b in pairwise(shares)) / 12
    for number in (mean, mean - reach, mean + reach):
        assert f"{number:.1f}" in finding.message


def test_twelve_figures_are_too_few_to_know_their_variation(harbour: Harbour) -> None:
    weekly(harbour, [60, 62, 61, 63, 60, 62, 61, 63, 60, 62, 61, 63], last=dt.date(2031, 3, 31))
    judged = harbour.take_one(lamps(dt.date(2031, 4, 7), (89, 35), (94, 80), (87, 70)))
    assert codes_of(judged) == []


# --- The as-at date -------------------------------------------------------------------------------------


def _moved(count: int, start: dt.date = MARCH) -> list[Book]:
    """Weekly reports as at the Mondays before a day, none like another."""
    return [
        lamps(start - n * WEEK, (300 + n, 200 + n), (80 + n, 60 + n), (70 + n, 60 + n)) for n in range(count, 0, -1)
    ]


@case("weekday_unusual")
def test_a_weekly_return_off_the_weekday_of_the_ones_before_is_a_doubt(harbour: Harbour) -> None:
    harbour.take(*_moved(3))
    judged = harbour.take_one(lamps(MARCH + dt.timedelta(days=1)))
    expect_only(judged, "accepted", "weekday_unusual")
    expect(
        judged, "weekday_unusual", None, None,
        says=("1 April 2031, a Tuesday", "all 3 returns before it are as at a Monday"),
        advises="Check the as-at date",
    )  # fmt: skip


def test_two_returns_make_no_custom(harbour: Harbour) -> None:
    harbour.take(*_moved(2))
    assert codes_of(harbour.take_one(lamps(MARCH + dt.timedelta(days=1)))) == []


@case("weekday_unusual")
def test_a_declared_weekday_holds_from_the_first_return_on(tmp_path: Path) -> None:
    declared = changed(LAMP_REPORT, "cadence: weekly\n", "cadence: weekly\nweekday: friday\n")
    harbour = Harbour(tmp_path, lamp_report=declared)
    judged = harbour.take_one(lamps(MARCH))
    expect(judged, "weekday_unusual", None, None, says="declared to be as at a Friday", advises="Check")


@case("as_at_future")
@pytest.mark.parametrize(
    ("received", "is_early"),
    [("2031-03-29T12:00:00Z", True), ("2031-03-30T22:30:00Z", True), ("2031-03-30T23:30:00Z", False)],
)
def test_a_return_of_a_day_still_to_come_is_a_doubt(received: str, is_early: bool, harbour: Harbour) -> None:
    """The day of receipt is the day in the United Kingdom: half past eleven at night in UTC is the next day's
    summer time."""
    judged = harbour.take_one(lamps(MARCH), received=received)
    assert codes_of(judged) == (["as_at_future"] if is_early else [])
    early = judged if is_early else harbour.take_one(lamps(MARCH + WEEK, *_other()), received=received)
    expect(early, "as_at_future", None, None, says="was received before that", advises="Check the as-at date")


def _other() -> tuple[tuple[int, int], ...]:
    return ((391, 298), (209, 150), (98, 90))


# --- The plan -------------------------------------------------------------------------------------------


@case("title_changed")
def test_an_action_with_another_title_under_its_key_is_told_at_its_cell(harbour: Harbour) -> None:
    assert "title: {headers: [Action]" in TRACKER
    first = tracker({"Key": "A1"}, {"Key": "A2", "Action": "Buy oil"})
    harbour.take_one(first)
    second = tracker({"Key": "A1"}, {"Key": "A2", "Action": "Sell oil"})
    second.rename("As at 28 February 2031", "As at 31 March 2031")
    judged = harbour.take_one(second)
    expect_only(judged, "accepted", "title_changed")
    expect(
        judged, "title_changed", "Tracker", second.at("A2", "Action").coordinate,
        says=("A2", "'Buy oil'", "'Sell oil'"), advises="same action",
    )  # fmt: skip
    position = harbour.position(MARCH)
    assert [f.code for f in position.plan.findings].count("title_changed") == 1
    assert not [code for code, _, _ in told(position) if code == "title_changed"], "the plan tells it once"
