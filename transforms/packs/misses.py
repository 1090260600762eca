"""How far figures are from their targets, and how far they came: measured alike for all, so that a reader can check.

The measure is a share of the target: of the end of a range that is nearer, of the baseline where the target is a
direction only. Where that is 0 there is no share; such figures are compared by their units, after all others.
Source of the rules: docs/methodology.md, "Page 1".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from schemas.figures import round_half_away
from schemas.kpi import KpiRow
from transforms.brag import TargetInForce, measure_miss
from transforms.words import say_number

_RANK = {"red": 0, "yellow": 1, "amber": 2, "green": 3}
_MISSED = ("red", "yellow", "amber")


@dataclass(frozen=True, slots=True)
class _Base:
    """What a distance is a share of, and what it is called."""

    value: Decimal
    name: str


def is_recovered(row: KpiRow) -> bool:
    """Whether a figure's colour is better than at the previous reporting date."""
    before = row.previous_impact or ""
    return row.impact in _RANK and before in _RANK and _RANK[row.impact] > _RANK[before]


def find_furthest(rows: Sequence[KpiRow]) -> KpiRow | None:
    """The figure that misses its target by the largest share of it."""
    missed = [r for r in rows if r.impact in _MISSED]
    return max(missed, key=lambda r: _size(_miss(r), r), default=None)


def find_recovery(rows: Sequence[KpiRow]) -> KpiRow | None:
    """The figure with a better colour whose value came nearer to its target by the largest share of it.

    A year to date is left out: its change is on the same point last year, not on the date of the earlier colour.
    """
    better = [r for r in rows if is_recovered(r) and r.basis != "ytd" and _is_nearer(r)]
    return max(better, key=lambda r: _size(abs(Fraction(r.change or 0)), r), default=None)


def say_miss(row: KpiRow) -> str:
    """How far a figure is from its target: "26% above its target", "3 above its target"."""
    miss, base = _miss(row), _base(row)
    if base is None or row.value is None:
        return ""
    if miss == 0:
        return f"no nearer than its {base.name}"
    side = "above" if row.value > base.value else "below"
    return f"{_say_size(miss, base, row)} {side} its {base.name}"


def say_recovery(row: KpiRow) -> str:
    """How large a change is: "11% of its target"; "" where the target is 0."""
    base = _base(row)
    if base is None or base.value == 0:
        return ""
    return f"{_say_size(abs(Fraction(row.change or 0)), base, row)} of its {base.name}"


def _say_size(size: Fraction, base: _Base, row: KpiRow) -> str:
    if base.value == 0:
        return say_number(round_half_away(size, row.decimals))
    share = round_half_away(size * 100 / abs(Fraction(base.value)), 0)
    return f"{say_number(share)}%" if share >= 1 else "less than 1%"


def _size(distance: Fraction, row: KpiRow) -> tuple[bool, Fraction]:
    """The order of distances: shares before units."""
    base = _base(row)
    if base is None or base.value == 0:
        return False, distance
    return True, distance / abs(Fraction(base.value))


def _miss(row: KpiRow, value: Decimal | None = None) -> Fraction:
    """How far a value misses the target that the row prints; by default the row's own."""
    own = row.value if value is None else value
    if own is None:
        return Fraction(0)
    target = TargetInForce(row.target_low, row.target_high, row.target_text)
    return measure_miss(own, target, row.baseline, row.direction) or Fraction(0)


def _is_nearer(row: KpiRow) -> bool:
    """Whether the change is towards the target; beyond it counts as well."""
    if row.previous is None or not row.change:
        return False
    if row.direction == "range":
        return _miss(row, row.previous) > _miss(row)
    return (row.change > 0) == (row.direction == "higher")


def _base(row: KpiRow) -> _Base | None:
    if row.target_text is not None:
        return _Base(row.baseline, "baseline") if row.baseline is not None else None
    if row.target_low is not None and row.target_high is not None:
        # the nearer end to what lies outside: the value, or where it came from
        outside = row.previous if _miss(row) == 0 and row.previous is not None else row.value
        is_below = outside is not None and outside < row.target_low
        return _Base(row.target_low if is_below else row.target_high, "range")
    target = row.target_low if row.target_low is not None else row.target_high
    return _Base(target, "target") if target is not None else None
