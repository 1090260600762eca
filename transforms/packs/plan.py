"""The plan: by ref on its own pages, what is behind, and every action as an annex."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from schemas.config import PlanRef
from schemas.pack import ActionGroup, ActionLine, Plan, PriorityPlan, RefRow
from transforms.actions import ActionRow
from transforms.packs.inputs import IMPACT_ORDER, OUTCOME_ORDER, PackInput, count_figure
from transforms.words import join_words, say_date, say_short_date

_BEHIND = ("red", "amber", "yellow")


def make_plan(pack: PackInput) -> Plan:
    """The plan pages of a board. An action of no known part of the plan is listed apart, never dropped."""
    actions = pack.own_actions
    outcomes = [o for o in OUTCOME_ORDER if any(a.outcome == o for a in actions)]
    own = [p for p in pack.programme.priorities if p.id in pack.priorities]
    behind = sorted(
        (a for a in actions if a.outcome in {"red", "amber"}), key=lambda a: OUTCOME_ORDER.index(a.outcome)
    )
    return Plan(
        bool(actions),
        _say_tracker(actions),
        tuple(pack.rating(o) for o in outcomes),
        tuple(
            PriorityPlan(p.number, p.title, tuple(_ref_row(r, actions, outcomes, pack) for r in p.refs)) for p in own
        ),
        _lines(behind, pack),
        _lines((a for a in actions if a.is_owner_hopeful), pack),
        _lines((a for a in actions if a.outcome == "undated"), pack),
        tuple(_annex(actions, pack)),
    )


def _say_tracker(actions: Sequence[ActionRow]) -> str:
    """The tracker in force, and up to when owners' rows are laid over it."""
    if not actions:
        return "No plan tracker was received"
    first, last = min(a.tracker_as_at for a in actions), max(a.tracker_as_at for a in actions)
    since = f", with owners' rows to {say_date(last)}" if last > first else ""
    return f"Plan tracker as at {say_date(first)}{since}"


def _ref_row(ref: PlanRef, actions: Sequence[ActionRow], outcomes: Sequence[str], pack: PackInput) -> RefRow:
    own = [a for a in actions if a.entry.ref == ref.ref]
    rows = [r for r in pack.own_rows if ref.ref in r.plan_refs]
    counts = [(sum(r.impact == i for r in rows), pack.rating(i)) for i in IMPACT_ORDER]
    return RefRow(
        ref.ref,
        ref.title,
        ", ".join(f"{n} {rating.word}" for n, rating in counts if n) or "none",
        tuple(count_figure(f"{ref.ref}/actions/{o}", sum(a.outcome == o for a in own)) for o in outcomes),
        ", ".join(f"{a.entry.key} {pack.rating(a.outcome).letter}" for a in own if a.outcome in _BEHIND),
    )


def _lines(actions: Iterable[ActionRow], pack: PackInput) -> tuple[ActionLine, ...]:
    return tuple(_line(a, pack) for a in actions)


def _line(action: ActionRow, pack: PackInput) -> ActionLine:
    entry = action.entry
    due = say_short_date(action.due) if action.due else ""
    if not due and entry.next_review:
        due = f"review {say_short_date(entry.next_review)}"
    own = entry.owner_rating
    before = action.previous_outcome
    return ActionLine(
        entry.key,
        entry.letter,
        entry.title,
        entry.owner or "no owner named",
        due or entry.printed or "none",
        pack.rating(action.outcome),
        pack.rating(before) if before else None,
        pack.rating(own) if own else None,
        action.reason,
    )


def _annex(actions: Sequence[ActionRow], pack: PackInput) -> list[ActionGroup]:
    groups = []
    for priority in pack.programme.priorities:
        own = [a for a in actions if a.priority == priority.id]
        if own:
            groups.append(ActionGroup(f"{priority.number} {priority.title}", _lines(own, pack)))
    loose = [a for a in actions if not a.priority]
    if loose:
        refs = join_words(sorted({a.entry.ref or "no reference" for a in loose}))
        groups.append(ActionGroup(f"Actions of no known part of the plan ({refs})", _lines(loose, pack)))
    return groups
