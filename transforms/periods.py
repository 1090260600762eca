"""Whether long and short periods agree: a month against its weeks, a quarter against its months, a year.

Only what is counted in a period adds up. Source of the rules: docs/methodology.md, "Agreement and doubts".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.config import Programme
from schemas.facts import Observation, Period
from schemas.figures import decimal_text
from schemas.findings import make_finding
from transforms.agreement import SOUND, Conflict, speaking_positions
from transforms.known import KnownObservation
from transforms.telling import Part, find_place, name_figure
from transforms.words import plural, say_period, say_short_date

_LONGEST_WEEK = 10
_SHORTER_DAYS = ((181, 184), (89, 92), (28, 31), (5, _LONGEST_WEEK))
"""Half years, quarters, months and weeks: periods of one kind are added up, longest first."""
_PARTS_OF: dict[str, tuple[Part, ...]] = {
    "count": ("numerator",),
    "percent": ("numerator", "denominator"),
    "rate": ("numerator",),
}
_MOST_LISTED = 6
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Sum:
    """What shorter periods add up to, and how that contradicts the longer one."""

    periods: tuple[Period, ...]
    numbers: tuple[Decimal, ...]
    how: str

    @property
    def total(self) -> Decimal:
        """The sum."""
        return sum(self.numbers, Decimal(0))


def find_sum(whole: Period, number: Decimal, shorter: Mapping[Period, Decimal]) -> Sum | None:
    """The sum of shorter periods of one kind that the longer period's number contradicts, if there is one.

    Periods that lie inside it and do not overlap cannot add up to more; periods that leave none of its days
    out cannot add up to less.
    """
    for least, most in _SHORTER_DAYS:
        own = {p: n for p, n in shorter.items() if least <= _days(p) <= most and 2 * _days(p) <= _days(whole) + 3}
        inside = _apart(p for p in own if p.start >= whole.start and p.end <= whole.end)
        found = Sum(tuple(inside), tuple(own[p] for p in inside), "within it add up to")
        if found.total > number:
            return found
        covering = _cover(whole, own)
        found = Sum(tuple(covering), tuple(own[p] for p in covering), "that cover it add up to only")
        if covering and found.total < number:
            return found
    return None


def _days(period: Period) -> int:
    return (period.end - period.start).days + 1


def _apart(periods: Iterable[Period]) -> list[Period]:
    """As many periods as possible that do not overlap, in order."""
    chosen: list[Period] = []
    for period in sorted(periods, key=lambda p: (p.end, p.start)):
        if not chosen or period.start > chosen[-1].end:
            chosen.append(period)
    return chosen


def _cover(whole: Period, periods: Iterable[Period]) -> list[Period]:
    """As few periods as possible that together hold every day of the whole, in order; none if some day is left."""
    waiting = sorted((p for p in periods if p.end >= whole.start and p.start <= whole.end), key=lambda p: p.start)
    chosen: list[Period] = []
    day = whole.start
    while day <= whole.end:
        reaching = [p for p in waiting if p.start <= day <= p.end]
        if not reaching:
            return []
        best = max(reaching, key=lambda p: (p.end, p.start))
        chosen.append(best)
        day = best.end + _DAY
    return chosen


def is_summed(item: Observation) -> bool:
    """Whether an observation is of a kind that adds up, so that shorter periods may contradict it."""
    return item.basis == "in_period" and item.form in _PARTS_OF and item.period.start < item.period.end


def find_period_conflicts(known: Sequence[KnownObservation], programme: Programme) -> list[Conflict]:
    """The observations of longer periods that those of shorter periods contradict; the shorter ones stand."""
    distinct = _not_added(programme)
    lines: dict[tuple[object, ...], list[int]] = {}
    for position in speaking_positions(known):
        item = known[position]
        own = item.observation
        if not is_summed(own) or own.state not in SOUND:
            continue
        if (item.return_id, own.measure, own.subgroup) not in distinct:
            key = (own.measure, own.service, own.subgroup, own.form, own.per)
            lines.setdefault(key, []).append(position)
    conflicts = []
    for positions in lines.values():
        if len({known[p].observation.period for p in positions}) > 1:
            conflicts += _judge_line(known, positions, programme)
    return conflicts


def _not_added(programme: Programme) -> set[tuple[str, str, str | None]]:
    """The measures that count each person once, or over a base that is there all the time."""
    return {
        (item.id, measure.id, measure.subgroup)
        for item in programme.returns
        for layout in item.layouts
        for table in layout.tables.values()
        for measure in table.measures
        if measure.distinct or measure.steady
    }


def _judge_line(known: Sequence[KnownObservation], positions: list[int], programme: Programme) -> list[Conflict]:
    conflicts = []
    items = {p: known[p].observation for p in positions}
    for position, whole in items.items():
        others = [o for o in items.values() if _days(o.period) < _days(whole.period)]
        if _has_standing_base(whole, others):
            continue
        for part in _PARTS_OF[whole.form]:
            found = _contradict(whole, others, part)
            if found is not None:
                conflicts.append(_tell(position, whole, found, part, programme))
                break
    return conflicts


def _has_standing_base(whole: Observation, others: Sequence[Observation]) -> bool:
    """Whether the denominators are of people who are there throughout (staff of whom some left): those of
    shorter periods inside are then about the whole's, and neither they nor what is counted of them adds up.

    Parts that add up to a whole are not all more than half of it.
    """
    inside = [
        o.denominator
        for o in others
        if o.denominator is not None and o.period.start >= whole.period.start and o.period.end <= whole.period.end
    ]
    return whole.denominator is not None and bool(inside) and min(inside) * 2 > whole.denominator


def _contradict(whole: Observation, others: Sequence[Observation], part: Part) -> Sum | None:
    number = _whole_number(whole, part)
    if number is None:
        return None
    shorter = {o.period: n for o in others if (n := _whole_number(o, part)) is not None}
    # a month may be called a range by one return and a month by another: its days are what counts
    by_days = {(p.start, p.end): (p, n) for p, n in shorter.items()}
    return find_sum(whole.period, number, dict(by_days.values()))


def _whole_number(item: Observation, part: Part) -> Decimal | None:
    number = item.numerator if part == "numerator" else item.denominator
    return number if number is not None and number == number.to_integral_value() else None


def _tell(position: int, whole: Observation, found: Sum, part: Part, programme: Programme) -> Conflict:
    place, this = find_place(whole, part)
    total = decimal_text(found.total) or ""
    finding = make_finding(
        "periods_disagree",
        sheet=place.sheet,
        cell=place.cell,
        what=name_figure(whole, programme, part),
        this=this,
        period=say_period(whole.period),
        how=found.how,
        sum=total,
        parts=_say_parts(found),
    )
    return Conflict(position, f"it says {this}, but the shorter periods {found.how} {total}", finding)


def _say_short(period: Period) -> str:
    """A week by its last day, since many belong to two months; others as everywhere."""
    return f"the week to {say_short_date(period.end)}" if _days(period) <= _LONGEST_WEEK else say_period(period)


def _say_parts(found: Sum) -> str:
    named = [f"{decimal_text(n)} in {_say_short(p)}" for p, n in zip(found.periods, found.numbers, strict=True)]
    left = len(named) - _MOST_LISTED
    more = [f"{plural(left, 'further period')}"] if left > 0 else []
    return " + ".join([*named[:_MOST_LISTED], *more])
