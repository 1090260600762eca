"""The BRAG summary: each priority as counts of each colour and what moved, never as one colour."""

from __future__ import annotations

from collections.abc import Sequence

from schemas.kpi import KpiRow
from schemas.pack import Bar, Summary, SummaryRow
from transforms.actions import ActionRow
from transforms.packs.inputs import IMPACT_ORDER, OUTCOME_ORDER, PackInput, count_figure
from transforms.packs.matters import is_turned
from transforms.packs.misses import is_recovered
from transforms.words import join_words, plural

_HOPE = {"red": 0, "amber": 1, "yellow": 2, "green": 3, "blue": 4}


def make_summary(pack: PackInput) -> Summary:
    """Counts by priority. A figure that serves two priorities is counted in each, once in the total."""
    impacts = [r for r in IMPACT_ORDER if any(row.impact == r for row in pack.own_rows)]
    outcomes = [r for r in OUTCOME_ORDER if any(a.outcome == r for a in pack.own_actions)]
    parts = []
    for priority in pack.programme.priorities:
        if priority.id not in pack.priorities:
            continue
        refs = {r.ref for r in priority.refs}
        rows = [r for r in pack.own_rows if refs & set(r.plan_refs)]
        actions = [a for a in pack.own_actions if a.priority == priority.id]
        parts.append((priority.number, priority.title, rows, actions))
    longest = max((len(actions) for *_, actions in parts), default=1) or 1
    made = [_row(n, t, rows, actions, impacts, outcomes, longest, pack) for n, t, rows, actions in parts]
    total = _row("all", "All", pack.own_rows, pack.own_actions, impacts, outcomes, len(pack.own_actions) or 1, pack)
    return Summary(
        tuple(pack.rating(r) for r in impacts),
        tuple(pack.rating(r) for r in outcomes),
        tuple(made),
        total,
        pack.programme.plan_words.get("priority", "Priority"),
        _chart_alt(parts, outcomes, pack),
    )


def _row(
    number: str,
    title: str,
    rows: Sequence[KpiRow],
    actions: Sequence[ActionRow],
    impacts: Sequence[str],
    outcomes: Sequence[str],
    longest: int,
    pack: PackInput,
) -> SummaryRow:
    by_outcome = [sum(a.outcome == o for a in actions) for o in outcomes]
    return SummaryRow(
        number,
        title,
        tuple(count_figure(f"{number}/figures/{i}", sum(r.impact == i for r in rows)) for i in impacts),
        tuple(count_figure(f"{number}/actions/{o}", n) for o, n in zip(outcomes, by_outcome, strict=True)),
        _bar(outcomes, by_outcome, longest, pack),
        _moved(rows, actions),
    )


def _bar(outcomes: Sequence[str], counts: Sequence[int], longest: int, pack: PackInput) -> Bar:
    parts, start = [], 0
    for outcome, count in zip(outcomes, counts, strict=True):
        if count:
            parts.append((pack.rating(outcome), count, start / longest, count / longest))
        start += count
    return Bar(tuple(parts))


def _moved(rows: Sequence[KpiRow], actions: Sequence[ActionRow]) -> str:
    worse = sum(is_turned(r) for r in rows)
    better = sum(is_recovered(r) for r in rows)
    parts = []
    if worse or better:
        parts.append(f"figures: {join_words(_worse_better(worse, better))}")
    slipped, gained = _action_moves(actions)
    if slipped or gained:
        parts.append(f"actions: {join_words(_worse_better(slipped, gained))}")
    return "; ".join(parts) or "nothing moved"


def _worse_better(worse: int, better: int) -> list[str]:
    return [f"{n} {word}" for n, word in ((worse, "worse"), (better, "better")) if n]


def _action_moves(actions: Sequence[ActionRow]) -> tuple[int, int]:
    moves = [
        _HOPE[a.outcome] - _HOPE[a.previous_outcome]
        for a in actions
        if a.outcome in _HOPE and a.previous_outcome in _HOPE
    ]
    return sum(m < 0 for m in moves), sum(m > 0 for m in moves)


def _chart_alt(
    parts: Sequence[tuple[str, str, list[KpiRow], list[ActionRow]]], outcomes: Sequence[str], pack: PackInput
) -> str:
    said = []
    for number, _, _, actions in parts:
        counts = [(sum(a.outcome == o for a in actions), pack.rating(o).word.lower()) for o in outcomes]
        word = pack.programme.plan_words.get("priority", "Priority")
        listed = join_words([f"{n} {w}" for n, w in counts if n])
        said.append(f"{word} {number}, {plural(len(actions), 'action')}: {listed}")
    return "Actions by colour. " + ". ".join(said) + "."
