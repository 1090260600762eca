"""The scorecard: every indicator of the plan, also those without data."""

from __future__ import annotations

from schemas.kpi import KpiRow
from schemas.pack import ScoreGroup, ScoreRow
from transforms.packs.inputs import PackInput, label_with_unit, part_figure, period_text, to_figure, who_text
from transforms.words import say_target


def make_scorecard(pack: PackInput) -> tuple[ScoreGroup, ...]:
    """The rows by priority, in the programme's order; an indicator stands under the first part it serves."""
    groups = []
    placed: set[str] = set()
    for priority in pack.programme.priorities:
        refs = {r.ref for r in priority.refs}
        own = [r for r in pack.own_rows if r.key not in placed and r.plan_refs and r.plan_refs[0] in refs]
        placed |= {r.key for r in own}
        if own:
            groups.append(ScoreGroup(f"{priority.number} {priority.title}", _rows(own, pack)))
    rest = [r for r in pack.own_rows if r.key not in placed]
    if rest:
        groups.append(ScoreGroup("Not tied to a part of the plan", _rows(rest, pack)))
    return tuple(groups)


def _rows(rows: list[KpiRow], pack: PackInput) -> tuple[ScoreRow, ...]:
    starts = [i == 0 or rows[i - 1].indicator != row.indicator for i, row in enumerate(rows)]
    return tuple(score_row(row, pack, start) for row, start in zip(rows, starts, strict=True))


def score_row(row: KpiRow, pack: PackInput, starts_indicator: bool = True) -> ScoreRow:
    """One row as text."""
    return ScoreRow(
        row.ref,
        label_with_unit(row),
        who_text(row, pack.programme),
        to_figure(row),
        period_text(row.period),
        target_text(row),
        tolerance_text(row),
        part_figure(row, "baseline", row.baseline),
        part_figure(row, "previous", row.previous),
        part_figure(row, "change", row.change, is_signed=True),
        pack.rating(row.impact),
        pack.rating(row.previous_impact) if row.previous_impact else None,
        ", ".join(row.plan_refs),
        row.reason,
        row.service is None and not row.subgroup,
        starts_indicator,
    )


def target_text(row: KpiRow) -> str:
    """The target as it stands in a table: "90%", "max 20%", "14 to 16", "increase"."""
    sign = "%" if row.unit == "percent" else ""
    if row.target_text is not None:
        return row.target_text
    if row.target_low is not None and row.target_high is not None:
        return f"{say_target(row.target_low)} to {say_target(row.target_high)}{sign}"
    if row.target_low is not None:
        return f"{say_target(row.target_low)}{sign}"
    if row.target_high is not None:
        return f"max {say_target(row.target_high)}{sign}"
    return ""


def tolerance_text(row: KpiRow) -> str:
    """The tolerance beside a target: "5 pts", "10%"."""
    if row.tolerance_value is None:
        return ""
    if row.tolerance_kind == "percent_of_target":
        return f"{say_target(row.tolerance_value)}% of it"
    return f"{say_target(row.tolerance_value)}{' pts' if row.unit == 'percent' else ''}"
