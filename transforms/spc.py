"""Statistical process control: the limits of an individuals chart (XmR).

Source of the rules: docs/methodology.md, "Agreement and doubts".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

LEAST_POINTS = 13
"""A shorter series has a mean and no limits: too few moving ranges to know its usual variation."""
_RANGES_TO_LIMIT = Decimal("2.66")
"""3 / 1.128: a moving range of two is 1.128 standard deviations on average, and limits are three of them."""
_TOLERANCE = Decimal("1e-9")


@dataclass(frozen=True, slots=True)
class Limits:
    """Mean and limits of one segment, in the unit of its values, not rounded and not clipped.

    `lower` and `upper` are None below 13 points, or where no two points stand side by side.
    """

    count: int
    mean: Decimal
    mean_moving_range: Decimal | None
    lower: Decimal | None
    upper: Decimal | None

    def is_outside(self, value: Decimal) -> bool:
        """Whether a value lies strictly outside the limits, beyond the ninth figure; never without limits."""
        if self.lower is None or self.upper is None:
            return False
        return _is_above(value, self.upper) or _is_above(self.lower, value)


def _is_above(value: Decimal, limit: Decimal) -> bool:
    return value - limit > _TOLERANCE * max(abs(value), abs(limit))


def moving_ranges(values: Sequence[Decimal | None]) -> list[Decimal]:
    """The distances between neighbours; none spans a gap (None)."""
    return [abs(b - a) for a, b in pairwise(values) if a is not None and b is not None]


def process_limits(values: Sequence[Decimal | None]) -> Limits:
    """The limits of a segment: its mean, less and more 2.66 times its mean moving range.

    `values` are in order of time, unrounded, None for a period without a sound observation. ValueError where
    there is no value at all.
    """
    points = [v for v in values if v is not None]
    if not points:
        raise ValueError("a series without a value has no limits")
    ranges = moving_ranges(values)
    mean = sum(points, Decimal(0)) / len(points)
    typical = sum(ranges, Decimal(0)) / len(ranges) if ranges else None
    if typical is None or len(points) < LEAST_POINTS:
        return Limits(len(points), mean, typical, None, None)
    reach = _RANGES_TO_LIMIT * typical
    return Limits(len(points), mean, typical, mean - reach, mean + reach)
