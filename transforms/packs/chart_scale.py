"""The scale of a chart: days across and values up, as shares of the plot."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """The first and last day of a plot, and its lowest and highest value; `ticks` are round values that span it."""

    first: dt.date
    last: dt.date
    low: float
    high: float
    ticks: tuple[float, ...]

    @classmethod
    def over(cls, days: Iterable[dt.date], values: Iterable[float], *, is_percent: bool) -> Scale:
        """The scale over some days and values, with room above and below; not beyond what is possible."""
        found, dates = sorted(values), sorted(days)
        low, high = found[0], found[-1]
        room = (high - low or abs(high) or 1.0) * 0.12
        bottom = max(low - room, 0.0) if low >= 0 else low - room
        top = min(high + room, 100.0) if is_percent and high <= 100 else high + room
        ticks = _ticks(bottom, top)
        return cls(dates[0], dates[-1], min(bottom, ticks[0]), max(top, ticks[-1]), tuple(ticks))

    def share(self, value: float) -> float:
        """How far up a value lies."""
        return round((value - self.low) / (self.high - self.low), 4)

    def across(self, day: dt.date) -> float:
        """How far across a day lies."""
        whole = (self.last - self.first).days
        return round((day - self.first).days / whole, 4) if whole else 0.5


def _ticks(low: float, high: float) -> list[float]:
    """Three to six round values that span the plot."""
    raw = (high - low) / 4 or 1.0
    size = 10 ** math.floor(math.log10(raw))
    step = next(m * size for m in (1, 2, 5, 10) if m * size >= raw)
    first, last = math.floor(low / step), math.ceil(high / step)
    return [round(i * step, 6) for i in range(first, last + 1)]
