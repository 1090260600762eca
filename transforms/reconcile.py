"""Reconciliation within a row: what must add up, what must divide, and the one cell that would mend it.

Source of the rules: docs/methodology.md, "Reconciliation".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import ceil, floor

from schemas.facts import Reading, derive_value
from schemas.figures import decimal_text, round_half_away

_MOST_CANDIDATES = 50

Values = Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class SumRule:
    """The parts add up to the total: exactly for counts, within half a unit each for rounded values."""

    total: tuple[Reading, ...]
    parts: tuple[Reading, ...]
    equals: Decimal | None = None

    @property
    def cells(self) -> tuple[Reading, ...]:
        """Every cell in the rule."""
        return (*self.total, *self.parts)

    def holds(self, values: Values) -> bool:
        """Whether the rule holds for these values by cell."""
        whole = sum_cells(self.total, values) + (self.equals or Decimal(0))
        gap = abs(whole - sum_cells(self.parts, values))
        return gap <= sum((_slack(r) for r in self.cells), Decimal(0))

    def solve(self, cell: Reading, values: Values) -> set[Decimal]:
        """The values of one cell that would make the rule hold: one for counts, several for rounded values."""
        others_total = sum((values[r.cell] for r in self.total if r.cell != cell.cell), self.equals or Decimal(0))
        others_parts = sum((values[r.cell] for r in self.parts if r.cell != cell.cell), Decimal(0))
        exact = others_parts - others_total if cell in self.total else others_total - others_parts
        slack = sum((_slack(r) for r in self.cells), Decimal(0))
        if slack == 0:
            return {exact}
        step = Decimal(1).scaleb(-cell.decimals)
        reach = int(slack / step)
        return {exact + step * k for k in range(-reach, reach + 1)}


@dataclass(frozen=True, slots=True)
class RatioRule:
    """The stated value is the derived one at its printed precision."""

    form: str
    per: Decimal
    numerator: tuple[Reading, ...]
    denominator: tuple[Reading, ...]
    stated: Reading

    @property
    def cells(self) -> tuple[Reading, ...]:
        """Every cell in the rule."""
        return (*self.numerator, *self.denominator, self.stated)

    def derive(self, values: Values) -> Fraction | None:
        """The value from the counts; None for a denominator of 0."""
        return derive_value(
            self.form, sum_cells(self.numerator, values), sum_cells(self.denominator, values), self.per
        )

    def units_off(self, values: Values) -> int | None:
        """By how many units in its last place the stated value differs; None where nothing can be derived."""
        derived = self.derive(values)
        if derived is None:
            return None
        places = self.stated.decimals
        stated = round_half_away(values[self.stated.cell], places)
        return int(abs(stated - round_half_away(derived, places)).scaleb(places))

    def holds(self, values: Values) -> bool:
        """Whether the stated value is exactly the derived one, rounded."""
        return self.units_off(values) == 0

    def solve(self, cell: Reading, values: Values) -> set[Decimal]:
        """Whole numbers of one cell that would make the rule hold: enough of them to tell one from several."""
        if cell.cell == self.stated.cell:
            derived = self.derive(values)
            return set() if derived is None else {round_half_away(derived, self.stated.decimals)}
        if cell.kind != "count" and cell.number is not None and cell.number != cell.number.to_integral_value():
            return set()
        return {
            Decimal(n) for n in self._whole_numbers(cell, values) if self.holds({**values, cell.cell: Decimal(n)})
        }

    def _whole_numbers(self, cell: Reading, values: Values) -> Iterable[int]:
        """The whole numbers in the interval that rounds to the stated value; of many, the first few."""
        scale = {"percent": Fraction(100), "average": Fraction(1)}.get(self.form, Fraction(self.per))
        half = Fraction(1, 2 * 10**self.stated.decimals)
        stated = Fraction(values[self.stated.cell])
        low, high = max(stated - half, Fraction(0)), stated + half
        is_numerator = any(r.cell == cell.cell for r in self.numerator)
        side, other = (self.numerator, self.denominator) if is_numerator else (self.denominator, self.numerator)
        rest = Fraction(sum((values[r.cell] for r in side if r.cell != cell.cell), Decimal(0)))
        whole = Fraction(sum_cells(other, values))
        if is_numerator:
            first, last = low * whole / scale - rest, high * whole / scale - rest
        else:
            first = scale * whole / high - rest
            last = scale * whole / low - rest if low else first + _MOST_CANDIDATES
        start = max(ceil(first), 0)
        return range(start, min(floor(last), start + _MOST_CANDIDATES) + 1)


@dataclass(frozen=True, slots=True)
class ShareRule:
    """A share counts some of all: the numerator is not more than the denominator."""

    numerator: tuple[Reading, ...]
    denominator: tuple[Reading, ...]

    @property
    def cells(self) -> tuple[Reading, ...]:
        """Every cell in the rule."""
        return (*self.numerator, *self.denominator)

    def holds(self, values: Values) -> bool:
        """Whether the numerator is within the denominator."""
        return sum_cells(self.numerator, values) <= sum_cells(self.denominator, values)


Rule = SumRule | RatioRule | ShareRule


def sum_cells(cells: Iterable[Reading], values: Values) -> Decimal:
    """The sum of the cells' values."""
    return sum((values[r.cell] for r in cells), Decimal(0))


def _slack(reading: Reading) -> Decimal:
    """How far rounding can have moved a value: half a unit in its last place; nothing for a count."""
    return Decimal(0) if reading.kind == "count" else Decimal("0.5").scaleb(-reading.decimals)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A change of one cell after which every rule of the row holds."""

    reading: Reading
    value: Decimal

    @property
    def text(self) -> str:
        """The value as it would be written in the cell."""
        plain = decimal_text(self.value) or ""
        return f"{plain}%" if self.reading.kind == "percent" or "%" in self.reading.raw_text else plain


@dataclass(frozen=True, slots=True)
class Failure:
    """Rules of one row that do not hold, the cells they touch, and the one change that would mend them."""

    broken: tuple[Rule, ...]
    cells: tuple[Reading, ...]
    candidate: Candidate | None


def find_failures(rules: Sequence[Rule], values: Values) -> list[Failure]:
    """The rules that do not hold, grouped by the cells they share, each group with its only remedy, if any.

    A ratio that is off by one unit in its last place does not fail: see `last_digit_rules`.
    """
    failures = []
    for group in _groups(rules):
        broken = tuple(rule for rule in group if _fails(rule, values))
        if broken:
            cells = tuple({r.cell: r for rule in group for r in rule.cells}.values())
            failures.append(Failure(broken, cells, find_candidate(group, cells, values)))
    return failures


def _fails(rule: Rule, values: Values) -> bool:
    if isinstance(rule, RatioRule):
        off = rule.units_off(values)
        return off is not None and off > 1
    return not rule.holds(values)


def last_digit_rules(rules: Iterable[Rule], values: Values, failed: Iterable[Failure]) -> list[RatioRule]:
    """The ratios that are off by exactly one unit in their last place, where nothing else fails."""
    held = {r.cell for failure in failed for r in failure.cells}
    ratios = [rule for rule in rules if isinstance(rule, RatioRule) and rule.units_off(values) == 1]
    return [rule for rule in ratios if not held & {r.cell for r in rule.cells}]


def _groups(rules: Sequence[Rule]) -> list[list[Rule]]:
    """Rules that share cells, directly or through other rules."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in rules:
        cells = {r.cell for r in rule.cells}
        joined = [group for group in groups if group[0] & cells]
        merged = [r for group in joined for r in group[1]] + [rule]
        groups = [group for group in groups if group not in joined]
        groups.append((cells.union(*(group[0] for group in joined)), merged))
    return [group[1] for group in groups]


def find_candidate(
    rules: Sequence[Rule],
    cells: Iterable[Reading],
    values: Values,
) -> Candidate | None:
    """The change of exactly one cell after which every rule holds; None if there is none, or more than one."""
    found: list[Candidate] = []
    for cell in cells:
        for value in _solutions(rules, cell, values):
            changed = {**values, cell.cell: value}
            if value != values.get(cell.cell) and _is_possible(cell, value) and all(r.holds(changed) for r in rules):
                found.append(Candidate(cell, value))
        if len(found) > 1:
            return None
    return found[0] if found else None


def _solutions(rules: Sequence[Rule], cell: Reading, values: Values) -> set[Decimal]:
    """Values of one cell worth trying: what its sums leave possible, else what its ratios do."""
    own = [rule for rule in rules if any(r.cell == cell.cell for r in rule.cells)]
    for kind in (SumRule, RatioRule):
        solved = [rule.solve(cell, values) for rule in own if isinstance(rule, kind)]
        if solved:
            return set.intersection(*solved)
    return set()


def _is_possible(cell: Reading, value: Decimal) -> bool:
    if value < 0:
        return False
    if cell.kind == "count" and value != value.to_integral_value():
        return False
    return not (cell.kind == "percent" and value > 100)


def first_broken(failure: Failure) -> Rule:
    """The broken rule to tell of: sums before ratios, ratios before shares."""
    order = (SumRule, RatioRule, ShareRule)
    return min(failure.broken, key=lambda rule: order.index(type(rule)))
