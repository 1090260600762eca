"""The scorecard: every indicator of the plan, also those without data."""

from __future__ import annotations

from schemas.kpi import KpiRow
from schemas.pack import ScoreGroup, ScoreRow
from transforms.packs.inputs import PackInput, label_with_unit, part_figure, period_text, to_figure, who_text
from transforms.words import say_target


def make_scorecard(pack: PackInput) -> tuple[ScoreGroup, ...]:
    """The rows by priority, in the programme's order; an indicator stands under the first part it serves that the
    board sees."""
    priority_of = {r.ref: p.id for p in pack.programme.priorities if p.id in pack.priorities for r in p.refs}
    found: dict[str, list[KpiRow]] = {}
    for row in pack.own_rows:
        first = next((priority_of[ref] for ref in row.plan_refs if ref in priority_of), "")
        found.setdefault(first, []).append(row)
    groups = [
        ScoreGroup(f"{p.number} {p.title}", _rows(found[p.id], pack))
        for p in pack.programme.priorities
        if p.id in found
    ]
    if "" in found:
        groups.append(ScoreGroup("Not tied to a part of the plan", _rows(found[""], pack)))
    return tuple(groups)


def say_lead(pack: PackInput) -> str:
    """Of which indicators the scorecard is."""
    which = "of this board's parts of the plan" if pack.board.priorities else "of the plan"
    return (
        f"Every indicator {which}, also those without data. Tolerances are the programme's own choice. A figure's "
        "reference leads to the cells it came from."
    )


def say_notes(pack: PackInput) -> str:
    """How the columns of the scorecard are read."""
    return (
        f"Change: {say_change_rule(pack)}. Was: the rating then; – for none. "
        "* corrected, ¶ overridden, # small base, § as stated: see the key."
    )


def say_change_rule(pack: PackInput) -> str:
    """What a change is on: "on the value as at the reporting date before", for years to date on another."""
    rule = "on the value as at the reporting date before"
    is_to_date = any(r.basis == "ytd" for r in pack.own_rows)
    return f"{rule}; of a year to date, on the same point last year" if is_to_date else rule


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
    """The tolerance beside a target: "5 pts", "1 pt", "10% of target"."""
    if row.tolerance_value is None:
        return ""
    if row.tolerance_kind == "percent_of_target":
        return f"{say_target(row.tolerance_value)}% of target"
    points = "" if row.unit != "percent" else " pt" if row.tolerance_value == 1 else " pts"
    return f"{say_target(row.tolerance_value)}{points}"
