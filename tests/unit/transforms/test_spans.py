"""Spans of days: what is there, and what is still to be fetched."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Collection

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.lines import make_indicator, observe
from transforms.known import Facts, KnownObservation
from transforms.spans import Span, find_gaps, join_spans

DAY = dt.date(2031, 3, 7)
_days = st.integers(0, 40).map(lambda n: DAY + dt.timedelta(days=n))
_spans = st.tuples(_days, st.integers(0, 9)).map(lambda p: (p[0], p[0] + dt.timedelta(days=p[1])))


def days_of(spans: Collection[Span]) -> set[dt.date]:
    """Every day of the spans."""
    return {first + dt.timedelta(days=n) for first, last in spans for n in range((last - first).days + 1)}


@given(st.lists(_spans))
def test_joined_spans_hold_the_same_days_and_lie_apart(spans: list[Span]) -> None:
    joined = join_spans(spans)
    assert days_of(joined) == days_of(spans)
    assert all((b[0] - a[1]).days > 1 for a, b in itertools.pairwise(joined))


@given(st.lists(_spans), _spans)
def test_gaps_are_the_days_that_no_span_holds(spans: list[Span], wanted: Span) -> None:
    gaps = find_gaps(join_spans(spans), wanted)
    assert days_of(gaps) == days_of([wanted]) - days_of(spans)


class _Shelf:
    """A source of facts that notes what it was asked for."""

    def __init__(self, known: list[KnownObservation]) -> None:
        self.known = known
        self.asked: list[Span] = []

    def recall(self, measures: Collection[str], first: dt.date, last: dt.date) -> list[KnownObservation]:
        self.asked.append((first, last))
        own = [k for k in self.known if k.observation.measure in measures]
        return [k for k in own if first <= k.observation.period.end <= last]

    def last_end(self, measure: str, before: dt.date) -> dt.date | None:
        ends = [k.observation.period.end for k in self.known if k.observation.measure == measure]
        return max((e for e in ends if e < before), default=None)


def _weeks(*numbers: int) -> list[KnownObservation]:
    ends = [DAY - dt.timedelta(days=7 * n) for n in numbers]
    return [KnownObservation(observe(end, 3, 4, service="north"), "weekly_return", i) for i, end in enumerate(ends)]


def test_a_figure_of_long_ago_is_found_without_fetching_all_that_came_before_it() -> None:
    shelf = _Shelf(_weeks(500, 450, 100))
    value = Facts(source=shelf).value_at(make_indicator(), "north", None, DAY)
    assert value is not None
    assert value.period.end == DAY - dt.timedelta(days=700)
    assert min(first for first, _ in shelf.asked) > DAY - dt.timedelta(days=7 * 450)


def test_no_day_is_fetched_twice() -> None:
    shelf = _Shelf(_weeks(60, 30, 3, 2, 1, 0))
    facts = Facts(source=shelf)
    for n in (0, 40, 300, 2, 5000):
        facts.value_at(make_indicator(), "north", None, DAY - dt.timedelta(days=n))
        facts.value_of(make_indicator(), "north", None, DAY - dt.timedelta(days=n))
    assert len(facts.series(make_indicator(), "north", None)) == 6
    asked = sorted(shelf.asked)
    assert all(a[1] < b[0] for a, b in itertools.pairwise(asked))


def test_where_there_is_no_figure_nothing_is_fetched_for_ever() -> None:
    shelf = _Shelf([])
    assert Facts(source=shelf).value_at(make_indicator(), "north", None, DAY) is None
    assert len(shelf.asked) == 1
