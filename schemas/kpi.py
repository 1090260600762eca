"""One row of the KPI table: a figure, what it is judged by, its rating and the reason."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from schemas.facts import Period
from schemas.figures import FigureState


@dataclass(frozen=True, slots=True)
class KpiRow:
    """A figure of an indicator for a service (None: the company) and subgroup at a reporting date.

    Values are rounded to `decimals`; `value` is None wherever the state is not published. `sources` name
    the receipts (ids) it rests on.
    """

    ref: str
    indicator: str
    label: str
    service: str | None
    subgroup: str | None
    period: Period | None
    basis: str
    state: FigureState
    value: Decimal | None
    numerator: Decimal | None
    denominator: Decimal | None
    unit: str
    decimals: int
    direction: str
    target_low: Decimal | None
    target_high: Decimal | None
    target_text: str | None
    tolerance_kind: str | None
    tolerance_value: Decimal | None
    baseline: Decimal | None
    baseline_period: Period | None
    previous: Decimal | None
    previous_period: Period | None
    change: Decimal | None
    impact: str
    previous_impact: str | None
    reason: str
    is_corrected: bool
    is_small_base: bool
    is_stated: bool
    miss: Decimal | None
    plan_refs: tuple[str, ...]
    receipts: tuple[int, ...]
    is_overridden: bool = False

    @property
    def key(self) -> str:
        """What the row is about, independent of its reference: "indicator/service/subgroup"."""
        return f"{self.indicator}/{self.service or ''}/{self.subgroup or ''}"

    @property
    def period_end(self) -> dt.date | None:
        """The end of the figure's period."""
        return self.period.end if self.period else None
