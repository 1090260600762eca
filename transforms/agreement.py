"""Whether tables and returns agree: the same figure given twice must be the same.

Derived from what is known, whatever the order in which it arrived. Source of the rules:
docs/methodology.md, "Agreement and doubts".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from itertools import combinations

from schemas.config import Programme
from schemas.facts import FindingKey, Observation, ObservationState
from schemas.figures import round_half_away
from schemas.findings import Finding, make_finding
from transforms.known import KnownObservation
from transforms.telling import Part, find_place, name_figure, say_place
from transforms.words import join_words, say_period

_COUNTED = {"count", "number"}
SOUND = {"sound", "stated_only"}


@dataclass(frozen=True, slots=True)
class Interval:
    """The numbers that print as one value; an end belongs to them or does not."""

    low: Fraction
    high: Fraction
    has_low: bool = True
    has_high: bool = True

    def holds(self, number: Fraction) -> bool:
        """Whether a number is one of them."""
        above = number > self.low or (self.has_low and number == self.low)
        below = number < self.high or (self.has_high and number == self.high)
        return above and below

    def meets(self, other: Interval) -> bool:
        """Whether some number is in both."""
        low, high = max(self.low, other.low), min(self.high, other.high)
        if low == high:
            return self.holds(low) and other.holds(low)
        return low < high


def printed_interval(value: Decimal, decimals: int) -> Interval:
    """The numbers that print as `value` at `decimals` places, where half is rounded away from zero."""
    shown = Fraction(round_half_away(value, decimals))
    half = Fraction(1, 2 * 10**decimals)
    return Interval(shown - half, shown + half, has_low=shown > 0, has_high=shown < 0)


def find_contradiction(one: Observation, two: Observation) -> Part | None:
    """The first part in which two observations of one figure cannot both be right: their numerators, their
    denominators, or the values they print; None where they agree, or give nothing in common.

    A value that is printed beside counts may be what the counts give or what is printed.
    """
    for part in ("numerator", "denominator"):
        left, right = _count(one, part), _count(two, part)
        if left is not None and right is not None and not left.meets(right):
            return "numerator" if part == "numerator" else "denominator"
    if _has_counts(one) and _has_counts(two):
        return None
    left_values, right_values = _values(one), _values(two)
    if not left_values or not right_values:
        return None
    return None if any(a.meets(b) for a in left_values for b in right_values) else "value"


def _count(item: Observation, part: str) -> Interval | None:
    number: Decimal | None = getattr(item, part)
    if number is None:
        return None
    exponent = number.as_tuple().exponent
    places = max(-exponent, 0) if isinstance(exponent, int) else 0
    if item.form in _COUNTED and number == item.stated:
        places = item.stated_decimals
    return printed_interval(number, places)


def _has_counts(item: Observation) -> bool:
    return item.numerator is not None and (item.denominator is not None or item.form in _COUNTED)


def _values(item: Observation) -> list[Interval]:
    found = []
    if item.derived is not None:
        found.append(Interval(item.derived, item.derived))
    if item.stated is not None:
        found.append(printed_interval(item.stated, item.stated_decimals))
    return found


@dataclass(frozen=True, slots=True)
class Conflict:
    """An observation, by its place in what is known, that a comparison holds: why, and the finding that says so.

    `against` is what is told of the other receipt, with its number, where both are held.
    """

    position: int
    why: str
    finding: Finding
    against: tuple[int, Finding] | None = None

    @property
    def key(self) -> FindingKey:
        """The finding by its code, sheet and cell."""
        return self.finding.code, self.finding.sheet or "", self.finding.cell or ""


def speaking_positions(known: Sequence[KnownObservation]) -> list[int]:
    """The places of the observations that speak: for each return and figure, those of its last receipt.

    A later return that prints an earlier period again restates it; that is no contradiction.
    """
    last: dict[tuple[object, ...], int] = {}
    for item in known:
        last[_own_key(item)] = item.receipt_id
    return [i for i, item in enumerate(known) if last[_own_key(item)] == item.receipt_id]


def _own_key(item: KnownObservation) -> tuple[object, ...]:
    own = item.observation
    return (item.return_id, own.measure, own.service, own.subgroup, own.basis, own.period)


def _figure_key(item: Observation) -> tuple[object, ...]:
    """What two observations have in common that are of the same figure.

    A snapshot of the last day of a month is that month's.
    """
    start, end = item.period.start, item.period.end
    if item.basis == "snapshot" and start == end and (end + dt.timedelta(days=1)).day == 1:
        start = end.replace(day=1)
    form = "count" if item.form in _COUNTED else item.form
    return (item.measure, item.service, item.subgroup, item.basis, form, item.per, start, end)


def find_conflicts(
    known: Sequence[KnownObservation], names: Mapping[int, str], programme: Programme
) -> list[Conflict]:
    """Every observation that another table or return contradicts; both sides are told.

    `known` are in the order in which they speak; `names` are the file names by receipt.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for position in speaking_positions(known):
        item = known[position].observation
        if item.state in SOUND:
            groups.setdefault(_figure_key(item), []).append(position)
    conflicts: list[Conflict] = []
    for positions in groups.values():
        for left, right in combinations(positions, 2):
            one, two = known[left], known[right]
            if one.return_id == two.return_id and one.receipt_id != two.receipt_id:
                continue  # the same return, restated
            part = find_contradiction(one.observation, two.observation)
            if part is not None:
                here = _tell(left, one, two, part, names, programme)
                there = _tell(right, two, one, part, names, programme)
                conflicts.append(replace(here, against=(two.receipt_id, there.finding)))
                conflicts.append(replace(there, against=(one.receipt_id, here.finding)))
    return sorted(conflicts, key=lambda c: (c.position, c.why))


def _tell(
    position: int,
    own: KnownObservation,
    other: KnownObservation,
    part: Part,
    names: Mapping[int, str],
    programme: Programme,
) -> Conflict:
    place, this = find_place(own.observation, part)
    there, that = find_place(other.observation, part)
    file = "this workbook" if own.receipt_id == other.receipt_id else names[other.receipt_id]
    finding = make_finding(
        "returns_disagree",
        sheet=place.sheet,
        cell=place.cell,
        what=name_figure(own.observation, programme, part),
        this=this,
        period=say_period(own.observation.period),
        other=f"{file}, {say_place(there)},",
        that=that,
    )
    return Conflict(position, f"{file} says {that} at {say_place(there)}, and this return says {this}", finding)


def hold_conflicts(
    known: Sequence[KnownObservation], conflicts: Iterable[Conflict], state: ObservationState = "held"
) -> list[KnownObservation]:
    """The observations, those in conflict held (or put into another state); the first reason is the one given."""
    held = list(known)
    for conflict in conflicts:
        item = held[conflict.position]
        own = item.observation
        if own.state != state:
            own = replace(own, state=state, why=conflict.why)
        if state == "held":
            own = replace(own, held_by=_add_key(own, conflict), chosen="")
        told = ((item.receipt_id, conflict.finding), *([conflict.against] if conflict.against else []))
        held[conflict.position] = replace(item, observation=own, disputes=(*item.disputes, *told))
    return held


def release_conflicts(known: Sequence[KnownObservation], conflicts: Iterable[Conflict]) -> list[KnownObservation]:
    """The observations, those in conflict marked as printed by decision, unless something else holds them."""
    released = list(known)
    for conflict in conflicts:
        item = released[conflict.position]
        own = item.observation
        if own.state in SOUND:
            own = replace(own, held_by=_add_key(own, conflict), chosen=own.chosen or "own")
            released[conflict.position] = replace(item, observation=own)
    return released


def _add_key(own: Observation, conflict: Conflict) -> tuple[FindingKey, ...]:
    return tuple(dict.fromkeys((*own.held_by, conflict.key)))


def keep_most_exact(known: Sequence[KnownObservation]) -> list[KnownObservation]:
    """What is known, of a figure that one workbook gives in several tables the most exact observation only: one
    with counts before one without, then the one with more decimals, then the last. A table by which it does not apply
    takes nothing from one that gives it."""
    best: dict[tuple[object, ...], int] = {}
    for position, item in enumerate(known):
        if item.observation.state in SOUND:
            key = (*_own_key(item), item.receipt_id)
            if key not in best or _exactness(item) >= _exactness(known[best[key]]):
                best[key] = position
    kept = set(best.values())
    return [k for i, k in enumerate(known) if i in kept or not _is_given_elsewhere(k, best)]


def _is_given_elsewhere(item: KnownObservation, best: Mapping[tuple[object, ...], int]) -> bool:
    state = item.observation.state
    return state in SOUND or (state == "inapplicable" and (*_own_key(item), item.receipt_id) in best)


def _exactness(item: KnownObservation) -> tuple[bool, int]:
    return _has_counts(item.observation), item.observation.stated_decimals


def demote_companies(
    before: Sequence[KnownObservation], after: Sequence[KnownObservation], programme: Programme
) -> list[Conflict]:
    """The company rows that can be checked no longer, since a comparison holds one of their services.

    `before` and `after` are the same observations before and after the comparison held some.
    """
    services: dict[tuple[object, ...], set[str]] = {}
    for old, new in zip(before, after, strict=True):
        own = new.observation
        if own.service is not None and own.state == "held" and old.observation.state != "held":
            services.setdefault(_table_key(new), set()).add(own.service)
    conflicts = []
    for position, item in enumerate(after):
        held = sorted(services.get(_table_key(item), ()))
        if held and item.observation.service is None and item.observation.state == "sound":
            conflicts.append(Conflict(position, ", ".join(held), _not_checked(item.observation, held, programme)))
    return conflicts


def _table_key(item: KnownObservation) -> tuple[object, ...]:
    own = item.observation
    return (item.receipt_id, own.measure, own.subgroup, own.basis, own.period)


def _not_checked(item: Observation, services: Sequence[str], programme: Programme) -> Finding:
    place, stated = find_place(item, "value")
    names = join_words([programme.service_label(s) for s in services])
    verb = "is" if len(services) == 1 else "are"
    return make_finding(
        "stated_not_checked", sheet=place.sheet, cell=place.cell, stated=stated, why=f"{names} {verb} held"
    )
