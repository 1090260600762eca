"""The reasons of a row, in words: the one named is the one that holds, and what a Grey one keeps."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from schemas.facts import Observation, Period
from tests.properties.lines import make_programme, observe, rate
from transforms.reasons import explain_missing, say_changes

DAY = dt.date(2031, 3, 31)
AS_AT = dt.date(2031, 6, 30)
MAY = dt.date(2031, 5, 31)
MARCH = dt.date(2031, 3, 31)
LATER = dt.date(2031, 7, 31)
TARGET_90 = {"target": {"value": 90}, "tolerance": {"kind": "points", "value": 5}, "stale_after": 46}


def test_an_old_figure_is_told_with_its_age_and_the_limit() -> None:
    old = Period(DAY - dt.timedelta(days=12), DAY - dt.timedelta(days=12))
    assert explain_missing(old, DAY, 10, "Lamps") == (
        "the latest figure is of 19 March 2031, 12 days before; older than 10 days is not used"
    )


def test_one_day_is_one_day() -> None:
    old = Period(DAY - dt.timedelta(days=1), DAY - dt.timedelta(days=1))
    assert ", 1 day before; older than 0 days is not used" in explain_missing(old, DAY, 0, "Lamps")
    older = Period(DAY - dt.timedelta(days=2), DAY - dt.timedelta(days=2))
    assert ", 2 days before; older than 1 day is not used" in explain_missing(older, DAY, 1, "Lamps")


def test_a_figure_that_its_return_never_gave_is_not_called_a_return_that_never_came() -> None:
    assert explain_missing(None, DAY, 10, "Lamps") == "no figure received yet; return: Lamps"


def test_a_change_on_a_rolling_year_is_a_sentence() -> None:
    before = Period(dt.date(2031, 2, 1), dt.date(2031, 2, 28), "month")
    for period, since in ((before, "February"), (before.rolling_year, "the 12 months to February")):
        assert say_changes(Decimal(5), Decimal(3), period, None, DAY, with_baseline=False) == [f"up 2 on {since}"]


def to_date(end: dt.date, number: int) -> Observation:
    """A year to date: a count since 1 April."""
    start = dt.date(end.year if end.month >= 4 else end.year - 1, 4, 1)
    return observe(end, number, form="count", start=start, basis="ytd")


def share(value: str, end: dt.date = AS_AT, **keys: object) -> Observation:
    return observe(end, stated=value, **keys)


class TestYearToDate:
    STEPS = {
        "basis": "ytd",
        "decimals": 0,
        "unit": "children",
        "stale_after": 46,
        "target": {"steps": [{"from": LATER, "value": 3}]},
    }

    def test_before_the_first_step_the_first_step_is_named(self) -> None:
        """The steps begin next month, and the same point last year is there: nothing else is wanting."""
        seen = [to_date(dt.date(2030, 6, 30), 5), to_date(AS_AT, 8)]
        row = rate(make_programme(self.STEPS, (MAY, AS_AT)), seen, AS_AT)
        assert row.impact == "unrated"
        assert row.reason == "8: the first target, 3, holds from 31 July 2031; up 3 on April to June 2030"

    def test_before_the_first_step_it_is_named_also_without_last_year(self) -> None:
        row = rate(make_programme(self.STEPS), [to_date(AS_AT, 8)], AS_AT)
        assert row.reason == "8: the first target, 3, holds from 31 July 2031"

    def test_once_the_steps_hold_the_same_point_last_year_is_wanting(self) -> None:
        keys = self.STEPS | {"target": {"steps": [{"from": MAY, "value": 3}]}}
        row = rate(make_programme(keys), [to_date(AS_AT, 8)], AS_AT)
        assert row.reason == "8: a year to date is not rated without the same point last year"

    def test_a_target_without_steps_is_no_profile(self) -> None:
        row = rate(make_programme(self.STEPS | {"target": {"value": 3}}), [to_date(AS_AT, 8)], AS_AT)
        assert row.reason == "8: a year to date is not rated without a profiled target"


class TestDirectionOnly:
    INCREASE = {"target": {"text": "increase"}, "baseline": {"period_end": MARCH}, "stale_after": 100}

    def test_the_figure_of_the_baseline_itself_is_no_progress_on_it(self) -> None:
        row = rate(make_programme(self.INCREASE), [share("40.0", MARCH)], MARCH)
        assert (row.impact, row.baseline) == ("unrated", Decimal("40.0"))
        assert row.reason == "40.0: rated only after the baseline's date, 31 March 2031"

    def test_a_figure_before_a_printed_baseline(self) -> None:
        keys = self.INCREASE | {"baseline": {"period_end": MAY, "value": 41}}
        row = rate(make_programme(keys), [share("40.0", MARCH)], AS_AT)
        assert row.baseline == Decimal("41.0")
        assert row.reason == "40.0: rated only after the baseline's date, 31 May 2031"

    def test_a_baseline_that_is_held_is_none(self) -> None:
        seen = [share("40.0", MARCH, state="held"), share("45.0")]
        row = rate(make_programme(self.INCREASE), seen, AS_AT)
        assert row.reason == "45.0: no baseline to compare with"

    def test_no_baseline_was_declared(self) -> None:
        row = rate(make_programme({"target": {"text": "increase"}}), [share("45.0")], AS_AT)
        assert row.reason == "45.0: no baseline to compare with"


class TestGrey:
    """Grey is a rating: what the figure is, was and rests on stands all the same."""

    EARLY = TARGET_90 | {"expected_from": LATER}

    def test_previous_value_and_change_stay(self) -> None:
        seen = [observe(MAY, 8, 10), observe(AS_AT, 3, 4)]
        row = rate(make_programme(self.EARLY, (MAY, AS_AT)), seen, AS_AT)
        assert (row.impact, row.state, row.value) == ("grey", "published", Decimal("75.0"))
        assert (row.previous, row.change) == (Decimal("80.0"), Decimal("-5.0"))
        assert (row.numerator, row.denominator, row.is_small_base) == (3, 4, True)
        assert row.reason == "no effect is expected before 31 July 2031"
        assert row.miss is None

    def test_a_stated_company_figure_stays_as_stated(self) -> None:
        """A service is held, so the company's cannot be derived; too early to judge takes the figure from nobody."""
        keys = self.EARLY | {"services": ["north", "south"], "company": "ratio"}
        seen = [
            observe(AS_AT, 3, 4, service="north"),
            observe(AS_AT, 9, 4, service="south", state="held"),
            share("71.0"),
        ]
        row = rate(make_programme(keys), seen, AS_AT)
        assert (row.impact, row.state, row.value) == ("grey", "published", Decimal("71.0"))
        assert (row.is_stated, row.numerator) == (True, None)

    def test_no_cases_are_no_cases(self) -> None:
        row = rate(make_programme(self.EARLY), [observe(AS_AT, 0, 0)], AS_AT)
        assert (row.impact, row.state, row.value) == ("grey", "no_cases", None)

    def test_a_figure_too_old_to_use_is_not_printed_and_its_date_is(self) -> None:
        old = share("75.0", MAY - dt.timedelta(days=1))
        row = rate(make_programme(self.EARLY | {"stale_after": 30}), [old], AS_AT)
        assert (row.impact, row.state, row.value) == ("grey", "missing", None)
        assert row.period is not None


def test_where_there_is_no_case_there_is_no_small_base() -> None:
    row = rate(make_programme(TARGET_90), [observe(AS_AT, 0, 0)], AS_AT)
    assert (row.state, row.denominator, row.is_small_base) == ("no_cases", 0, False)


@pytest.mark.parametrize(("end", "said"), [(dt.date(2031, 4, 30), "April 2030"), (MAY, "April to May 2030")])
def test_a_year_to_date_of_one_month_is_said_as_that_month(end: dt.date, said: str) -> None:
    keys = TestYearToDate.STEPS | {"target": {"steps": [{"from": MARCH, "value": 1}]}}
    before = dt.date(end.year - 1, end.month, end.day)
    row = rate(make_programme(keys), [to_date(before, 2), to_date(end, 3)], end)
    assert row.reason == f"3 meets 1, up 1 on {said}"
