"""What a figure is compared with, and the true reason where it is compared with nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from flows.explaining import explain_figure, find_row
from flows.position import derive_position
from history.store import History
from tests.builders import INDICATORS, PROGRAMME, changed
from tests.scenarios.harbour import COUNTS, MARCH, WEEK, Harbour, lamps

FEBRUARY = dt.date(2031, 2, 24)
"""Four days before the reporting date before March."""
EARLIER = ((300, 150), (200, 100), (100, 50))
ONE_HELD = ((394, 298), (200, 250), (100, 90))
GREY = changed(INDICATORS, "    target: {value: 90}", "    expected_from: 2031-06-30\n    target: {value: 90}")
FIRST_IN_MARCH = changed(
    PROGRAMME, "reporting_dates: [2031-01-31, 2031-02-28, 2031-03-31]", "reporting_dates: [2031-03-31]"
)


def explain(harbour: Harbour, service: str | None = None, as_at: dt.date = MARCH) -> dict[str, Any]:
    """The explanation of lamps lit in time, of a service or of the company."""
    history = History(harbour.home / "history")
    try:
        position = derive_position(history, harbour.loaded, as_at)
        return explain_figure(history, position, find_row(position, "lamps_in_time", service, None))
    finally:
        history.close()


def why(harbour: Harbour, service: str | None = None, as_at: dt.date = MARCH) -> str:
    """Why there is no previous value."""
    previous = explain(harbour, service, as_at)["previous"]
    assert previous["value"] is None
    said: str = previous["why"]
    return said


def with_indicators(folder: Path, text: str) -> Harbour:
    return Harbour(folder, indicators=text)


class TestNoPreviousValue:
    def test_of_a_figure_that_is_stated(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(FEBRUARY, *EARLIER))
        stated = lamps(MARCH, *ONE_HELD)
        stated.write(stated.workbook["Lamps"], 10, 1, [("Whole harbour", None, None, None, "77.5%")])
        harbour.take_one(stated)
        assert why(harbour) == "a figure that is stated, not derived, is not compared"

    def test_of_a_figure_that_is_held(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(FEBRUARY, *EARLIER))
        harbour.take_one(lamps(MARCH, *ONE_HELD))
        assert why(harbour) == "the figure is held, so it is not compared"
        assert why(harbour, "upper_reach") == "the figure is held, so it is not compared"

    def test_a_figure_that_it_is_too_early_to_judge_is_compared_all_the_same(self, tmp_path: Path) -> None:
        harbour = with_indicators(tmp_path, GREY)
        harbour.take_one(lamps(MARCH, *COUNTS))
        assert why(harbour) == "no figure as at 28 February 2031, the reporting date before, is known"

    def test_where_there_is_no_figure(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH - 8 * WEEK, *EARLIER))
        assert why(harbour) == "there is no figure to compare it with"

    def test_of_no_cases(self, harbour: Harbour) -> None:
        book = lamps(MARCH, (394, 298), (200, 150), (100, 90))
        for column in ("Lamps due", "Lit in time", "Lit late", "% in time"):
            book.put("Islands", column, 0 if column != "% in time" else None)
        harbour.take_one(book)
        assert why(harbour, "islands") == "there were no cases, so there is no figure to compare it with"

    def test_of_the_first_figure(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(MARCH, *COUNTS))
        assert why(harbour) == "no figure as at 28 February 2031, the reporting date before, is known"

    def test_before_the_first_reporting_date(self, tmp_path: Path) -> None:
        harbour = Harbour(tmp_path, programme=FIRST_IN_MARCH)
        harbour.take_one(lamps(MARCH, *COUNTS))
        assert why(harbour) == "the programme has no reporting date before"

    def test_where_the_earlier_figure_is_held_stated_or_of_no_cases(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(FEBRUARY, *ONE_HELD))
        harbour.take_one(lamps(MARCH, *COUNTS))
        assert why(harbour) == "the figure as at 28 February 2031, the reporting date before, is held"

    def test_where_it_was_this_same_figure(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(FEBRUARY, *EARLIER))
        said = why(harbour, as_at=dt.date(2031, 3, 5))
        assert said == "as at 28 February 2031, the reporting date before, the figure was this same one"

    def test_where_the_earlier_figure_was_too_old_then(self, harbour: Harbour) -> None:
        harbour.take_one(lamps(FEBRUARY - 3 * WEEK, *EARLIER))
        harbour.take_one(lamps(MARCH, *COUNTS))
        said = why(harbour)
        assert said.startswith("the latest figure as at 28 February 2031, the reporting date before, was too old")


class TestNoBaseline:
    @pytest.mark.parametrize(
        ("declared", "service", "says"),
        [
            ("{period_end: 2031-06-30, value: 55}", None, "it is of 30 June 2031, after 31 March 2031"),
            ("{period_end: 2031-06-30, value: 55}", "islands", "it is of 30 June 2031, after 31 March 2031"),
            ("{period_end: 2031-02-28, value: 55}", "islands", "it is declared for the company only"),
            ("{period_end: 2031-02-28}", None, "no figure of 28 February 2031 is known"),
            ("{period_end: 2031-02-24}", None, "the figure of 24 February 2031 is held"),
        ],
    )
    def test_it_says_why(self, declared: str, service: str | None, says: str, tmp_path: Path) -> None:
        text = changed(INDICATORS, "    target: {value: 90}", f"    baseline: {declared}\n    target: {{value: 90}}")
        harbour = with_indicators(tmp_path, text)
        harbour.take_one(lamps(FEBRUARY, *ONE_HELD))
        harbour.take_one(lamps(MARCH, *COUNTS))
        baseline = explain(harbour, service)["baseline"]
        assert (baseline["value"], baseline["why"]) == (None, says)
