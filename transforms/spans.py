"""Spans of days: which days of which measures an answer needs, and which are still to be fetched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from schemas.config import Programme

Span = tuple[dt.date, dt.date]
"""The first and the last day; both belong to it."""
_DAY = dt.timedelta(days=1)


def join_spans(spans: Iterable[Span], apart: int = 1) -> list[Span]:
    """The spans in order, those that overlap or lie no more than `apart` days from each other made one."""
    joined: list[Span] = []
    for first, last in sorted(spans):
        if joined and (first - joined[-1][1]).days <= apart:
            joined[-1] = (joined[-1][0], max(joined[-1][1], last))
        else:
            joined.append((first, last))
    return joined


def find_gaps(spans: Sequence[Span], wanted: Span) -> list[Span]:
    """The parts of a wanted span that none of the spans holds. `spans` are in order and apart from each other."""
    gaps = []
    day, end = wanted
    for first, last in spans:
        if last < day:
            continue
        if first > end:
            break
        if first > day:
            gaps.append((day, first - _DAY))
        if last >= end:
            return gaps
        day = last + _DAY
    return [*gaps, (day, end)]


def find_needed(programme: Programme, as_at: dt.date) -> Iterator[tuple[set[str], Span]]:
    """The days of measures that nearly every KPI table as at a date needs: those before it and before the two
    reporting dates before, as long as a figure is current; and the days of baselines.

    What a table needs beyond that (a figure long overdue, the same point of last year) is fetched when it is met.
    """
    dates = [as_at]
    for _ in range(2):
        before = programme.previous_reporting_date(dates[-1])
        dates += [before] if before is not None else []
    lengths: dict[int, set[str]] = {}
    for indicator in programme.indicators:
        days = programme.return_of(indicator.return_id).cadence_days * 3 // 2
        lengths.setdefault(days, set()).add(indicator.measure)
    for days, measures in sorted(lengths.items()):
        for span in join_spans((date - dt.timedelta(days=days), date) for date in dates):
            yield measures, span
    baselines: dict[dt.date, set[str]] = {}
    for indicator in programme.indicators:
        declared = indicator.baseline
        if declared is not None and declared.value is None and declared.period_end <= as_at:
            baselines.setdefault(declared.period_end, set()).add(indicator.measure)
    for day, measures in sorted(baselines.items()):
        yield measures, (day, day)
