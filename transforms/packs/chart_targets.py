"""The target in a chart: as it held on each date, in steps, never today's over all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.config import Indicator, Target
from schemas.kpi import KpiRow
from schemas.pack import ChartLabel, ChartStretch, ChartTarget
from transforms.brag import TargetInForce, target_in_force
from transforms.packs.chart_scale import Scale
from transforms.packs.line_count import measure_text
from transforms.reasons import say_aim, target_of
from transforms.words import say_date

_LABEL_SIZE = 24
_PLOT_POINTS = 500
"""How wide the plot is, in the units in which a label's type is 24."""


@dataclass(frozen=True, slots=True)
class HeldTarget:
    """A target with numbers that held from a day on."""

    since: dt.date
    target: TargetInForce

    @property
    def ends(self) -> tuple[Decimal, Decimal]:
        """The lower and the upper end; the same where it is one number."""
        numbers = [n for n in (self.target.low, self.target.high) if n is not None]
        return numbers[0], numbers[-1]


def list_held(rows: Sequence[KpiRow], indicator: Indicator, first: dt.date, last: dt.date) -> list[HeldTarget]:
    """The targets that held from the first day to the last, in order; none where services have their own, which
    would hide the series, or where the target is a direction only."""
    declared = _one_target(rows, indicator)
    if declared is None:
        return []
    days = [first, *(s.from_ for s in declared.steps if first < s.from_ <= last)]
    found = [(day, target_in_force(declared, indicator.direction, day)) for day in days]
    return [HeldTarget(day, target) for day, target in found if target is not None and target.text is None]


def last_step(rows: Sequence[KpiRow], indicator: Indicator, as_at: dt.date) -> dt.date | None:
    """The day on which the target that is drawn stepped last, up to the as-at date."""
    declared = _one_target(rows, indicator)
    return max((s.from_ for s in declared.steps if s.from_ <= as_at), default=None) if declared else None


def draw_target(held: Sequence[HeldTarget], scale: Scale, percent: str) -> tuple[ChartTarget, ...]:
    """The stretches of a target across the plot, each with its number where there is room for it."""
    if not held:
        return ()
    starts = [scale.across(h.since) for h in held]
    stretches = [
        ChartStretch(start, end, scale.share(float(h.ends[0])), scale.share(float(h.ends[1])))
        for h, start, end in zip(held, starts, [*starts[1:], 1.0], strict=True)
    ]
    labels: list[ChartLabel] = []
    for h, stretch in zip(held, stretches, strict=True):
        said = f"{say_aim(h.target)}{percent}"
        label = _label(said if labels else f"target {said}", stretch)
        if not any(_overlap(label, other) for other in labels):
            labels.append(label)
        elif h is held[-1]:  # today's target is said in any case
            labels = [o for o in labels if not _overlap(label, o)]
            labels.append(label if labels else _label(f"target {said}", stretch))
    return (ChartTarget(tuple(stretches), tuple(labels)),)


def say_held(held: Sequence[HeldTarget], first: dt.date, percent: str) -> str:
    """ "Target 90%."; "Target 85%, 90% from 31 July 2031." where it stepped since the first day of the chart."""
    said = [f"{say_aim(h.target)}{percent}{f' from {say_date(h.since)}' if h.since > first else ''}" for h in held]
    return f" Target {', '.join(said)}." if said else ""


def _one_target(rows: Sequence[KpiRow], indicator: Indicator) -> Target | None:
    """The target that applies to every row that has one; None where they differ."""
    found: list[Target] = []
    for row in rows:
        declared = target_of(indicator, row.service)
        if declared is not None and declared.text is None and declared not in found:
            found.append(declared)
    return found[0] if len(found) == 1 else None


def _width(text: str) -> float:
    """How wide a label is, as a share of the plot."""
    return measure_text(text, _LABEL_SIZE, is_bold=True) * 72 / 25.4 / _PLOT_POINTS + 0.02


def _label(text: str, stretch: ChartStretch) -> ChartLabel:
    """A text over the beginning of a stretch, moved to the left where it would leave the plot."""
    return ChartLabel(round(max(min(stretch.start, 1 - _width(text)), 0.0), 4), stretch.top, text)


def _overlap(one: ChartLabel, other: ChartLabel) -> bool:
    """Whether two labels stand over each other, whatever their heights: many small steps would hide the line."""
    left, right = sorted((one, other), key=lambda label: label.x)
    return left.x + _width(left.text) > right.x
