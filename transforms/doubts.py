"""Doubts about a return, held against the ones before it: what repeats, what leaps, what is dated oddly.

They hold nothing. Source of the rules: docs/methodology.md, "Agreement and doubts".
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from schemas.config import Programme, Return
from schemas.evidence import ComparedReturn
from schemas.facts import Observation, Period, Reading
from schemas.findings import Finding, make_finding
from transforms.agreement import SOUND
from transforms.leaps import find_leap
from transforms.telling import Part, find_place, name_figure
from transforms.times import month_of
from transforms.words import say_date, say_period

EARLIER_RETURNS = 30
"""How many returns back a return is compared with."""
_LEAST_FIGURES = 10
_LEAST_RETURNS = 3
_LEAST_STEPS = 6
_LARGE_BASE = 100
_FAIR_BASE = 20
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_Key = tuple[str, str | None, str | None, str]


@dataclass(frozen=True, slots=True)
class _Point:
    """An observation of a line, and the file that gives it."""

    observation: Observation
    file: str


def find_doubts(own: ComparedReturn, earlier: Sequence[ComparedReturn], programme: Programme) -> list[Finding]:
    """The doubts about one return. `earlier` are the returns of the same kind and of earlier periods, oldest
    first, each as it speaks now: the one that this return replaces is not among them.
    """
    item = programme.return_of(own.return_id)
    near = list(earlier)[-EARLIER_RETURNS:]
    findings = find_odd_dates(own, near, item)
    repeated = _find_same(own, near)
    findings += repeated
    for points, is_new in _lines(own, near):
        findings += _judge_line(points, is_new, programme, item, is_repeated=bool(repeated))
    return _once_a_cell(findings)


def _once_a_cell(findings: Iterable[Finding]) -> list[Finding]:
    """One finding of a code at a cell: several measures may share a denominator."""
    found: dict[tuple[str, str | None, str | None], Finding] = {}
    for finding in findings:
        found.setdefault((finding.code, finding.sheet, finding.cell), finding)
    return list(found.values())


# --- The date -------------------------------------------------------------------------------------------


def find_odd_dates(own: ComparedReturn, earlier: Sequence[ComparedReturn], item: Return) -> list[Finding]:
    """Doubts about the as-at date: after the day of receipt, a weekly return off its weekday, a month given twice."""
    day = own.period.end
    findings = []
    if day > own.received_on:
        findings.append(make_finding("as_at_future", date=say_date(day), received=say_date(own.received_on)))
    usual = _usual_weekday([r.period.end for r in earlier if r.period.start == r.period.end], item)
    if usual is not None and own.period.start == day and day.weekday() != usual[0]:
        findings.append(
            make_finding("weekday_unusual", date=say_date(day), weekday=_WEEKDAYS[day.weekday()], usual=usual[1])
        )
    return [*findings, *_find_month_twice(own, earlier, item)]


def _find_month_twice(own: ComparedReturn, earlier: Sequence[ComparedReturn], item: Return) -> list[Finding]:
    """A monthly return that counts in the month of its day, where one before it is dated in the same month."""
    month = month_of(own.period.end)
    counts = any(o.basis == "in_period" and o.period == month for o in own.observations)
    same = [r for r in earlier if month.start <= r.period.end and r.period.start == r.period.end]
    if item.cadence != "monthly" or own.period.start != own.period.end or not counts or not same:
        return []
    last = same[-1]
    return [
        make_finding(
            "month_twice",
            date=say_date(own.period.end),
            other=last.name,
            before=say_date(last.period.end),
            month=say_period(month),
        )
    ]


def _usual_weekday(days: Sequence[dt.date], item: Return) -> tuple[int, str] | None:
    """The weekday of a weekly return, declared or kept by two thirds of at least three returns; and that in words."""
    if item.cadence != "weekly":
        return None
    if item.weekday is not None:
        name = item.weekday.capitalize()
        return _WEEKDAYS.index(name), f"this return is declared to be as at a {name}"
    if len(days) < _LEAST_RETURNS:
        return None
    weekday, count = Counter(d.weekday() for d in days).most_common(1)[0]
    if 3 * count < 2 * len(days):
        return None
    how_many = f"all {count}" if count == len(days) else f"{count} of the {len(days)}"
    return weekday, f"{how_many} returns before it are as at a {_WEEKDAYS[weekday]}"


# --- What repeats ---------------------------------------------------------------------------------------


def _find_same(own: ComparedReturn, earlier: Sequence[ComparedReturn]) -> list[Finding]:
    """Whether the newest figure of every line is the one of the return before."""
    if not earlier:
        return []
    before = earlier[-1]
    new, old = _newest(own.observations), _newest(before.observations)
    if len(new) < _LEAST_FIGURES or new != old:
        return []
    return [make_finding("same_as_previous", count=len(new), before=say_period(before.period), other=before.name)]


def _newest(observations: Iterable[Observation]) -> dict[_Key, tuple[Decimal | None, ...]]:
    """What each line says of its newest period; lines without any number are left out."""
    newest: dict[_Key, Observation] = {}
    for item in observations:
        old = newest.get(_line_key(item))
        if _figure(item) != (None, None, None) and (old is None or old.period.end <= item.period.end):
            newest[_line_key(item)] = item
    return {key: _figure(item) for key, item in newest.items()}


def _line_key(item: Observation) -> _Key:
    return (item.measure, item.service, item.subgroup, item.basis)


def _figure(item: Observation) -> tuple[Decimal | None, Decimal | None, Decimal | None]:
    return (item.numerator, item.denominator, item.stated)


def _lines(own: ComparedReturn, earlier: Sequence[ComparedReturn]) -> Iterable[tuple[list[_Point], set[Period]]]:
    """Each line's figures in order of their periods, up to the newest that this return gives; and the periods
    that it gives first."""
    lines: dict[tuple[object, ...], dict[Period, _Point]] = {}
    for other in earlier:
        for item in other.observations:
            lines.setdefault((*_line_key(item), item.period.precision), {})[item.period] = _Point(item, other.name)
    told = {key: set(points) for key, points in lines.items()}
    mine: dict[tuple[object, ...], dict[Period, _Point]] = {}
    for item in own.observations:
        mine.setdefault((*_line_key(item), item.period.precision), {})[item.period] = _Point(item, own.name)
    for key, points in mine.items():
        together = {**lines.get(key, {}), **points}
        last = max(p.end for p in points)
        series = [together[p] for p in sorted(together, key=lambda p: (p.end, p.start)) if p.end <= last]
        yield series, set(points) - told.get(key, set())


def _judge_line(
    points: Sequence[_Point], is_new: set[Period], programme: Programme, item: Return, *, is_repeated: bool
) -> list[Finding]:
    findings = []
    steady = _steady(item)
    for index, point in enumerate(points):
        own = point.observation
        if own.period not in is_new or own.state not in SOUND:
            continue
        if not is_repeated and index > 0 and (own.measure, own.subgroup) not in steady:
            findings += _find_repeat(points[: index + 1], programme)
        leap = find_leap([p.observation for p in points[: index + 1]], programme, item)
        if leap is not None:
            findings.append(leap)
    return findings


def _steady(item: Return) -> set[tuple[str, str | None]]:
    measures = [m for layout in item.layouts for table in layout.tables.values() for m in table.measures]
    return {(m.id, m.subgroup) for m in measures if m.steady}


def _find_repeat(points: Sequence[_Point], programme: Programme) -> list[Finding]:
    """Whether the last figure repeats the one before it to the unit, and how seldom that is."""
    before, own = points[-2], points[-1]
    if before.observation.state not in SOUND:
        return []
    if _is_first_repeat([p.observation for p in points]):
        return [_tell_repeat("figure_unchanged", own, before, programme, "value", len(points) - 2)]
    if seldom_repeats(before.observation, own.observation):
        return [_tell_repeat("denominator_repeated", own, before, programme, "denominator")]
    return []


def seldom_repeats(before: Observation, own: Observation) -> bool:
    """Whether a denominator repeats to the unit where chance seldom does that.

    Independent counts about N are equal once in 2 x sqrt(pi x N) pairs: once in 35 at 100, once in 16 at 20.
    A numerator that repeats too, and is neither none nor all of them, makes that once in 100 and less.
    """
    if own.denominator is None or own.denominator != before.denominator:
        return False
    if own.denominator >= _LARGE_BASE:
        return True
    is_share = own.numerator is not None and 0 < own.numerator < own.denominator
    return own.denominator >= _FAIR_BASE and is_share and own.numerator == before.numerator


def _is_first_repeat(items: Sequence[Observation]) -> bool:
    """Whether the last figure is that of the period before, where in six or more earlier steps it never was."""
    if _figure(items[-1]) != _figure(items[-2]):
        return False
    sound = [_figure(i) for i in items if i.state in SOUND]
    steps = [a == b for a, b in pairwise(sound)]
    return len(steps) > _LEAST_STEPS and steps[-1] and not any(steps[:-1])


def _tell_repeat(code: str, own: _Point, before: _Point, programme: Programme, part: Part, steps: int = 0) -> Finding:
    place, this = find_place(own.observation, part)
    return make_finding(
        code,
        sheet=place.sheet,
        cell=place.cell,
        what=name_figure(own.observation, programme, part),
        this=this,
        before=say_period(before.observation.period),
        other=before.file,
        count=steps,
    )


# --- The plan -------------------------------------------------------------------------------------------


def read_titles(trackers: Iterable[Iterable[Reading]]) -> dict[str, str]:
    """The last title of each action key, from trackers, oldest first."""
    return {r.row_key: r.raw_text for readings in trackers for r in readings if r.field == "title" and r.raw_text}


def find_changed_titles(readings: Iterable[Reading], titles: Mapping[str, str]) -> list[Finding]:
    """Actions whose title is not the one that earlier trackers gave under the same key, each at its cell."""
    return [
        make_finding(
            "title_changed",
            sheet=r.sheet,
            cell=r.cell,
            key=r.row_key,
            old=titles[r.row_key],
            new=r.raw_text,
            table_id=r.table,
            row_key=r.row_key,
        )
        for r in readings
        if r.field == "title" and titles.get(r.row_key, r.raw_text) != r.raw_text
    ]
