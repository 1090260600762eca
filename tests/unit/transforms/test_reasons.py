"""The reasons of a row, in words: what they say with counts of one."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from schemas.facts import Period
from transforms.reasons import explain_missing, say_changes

DAY = dt.date(2031, 3, 31)


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


def test_a_change_on_a_rolling_year_is_a_sentence() -> None:
    before = Period(dt.date(2031, 2, 1), dt.date(2031, 2, 28), "month")
    for period, since in ((before, "February"), (before.rolling_year, "the 12 months to February")):
        assert say_changes(Decimal(5), Decimal(3), period, None, DAY, with_baseline=False) == [f"up 2 on {since}"]
