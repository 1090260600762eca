"""What changed between two packs: the causes isolated one at a time, in steps that follow on each other.

Source of the rules: docs/methodology.md, "What changed".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from schemas.changes import (
    ActionChange,
    ActionReading,
    ActionStep,
    Cause,
    Changes,
    Evidence,
    FigureChange,
    LimitsChange,
    PriorPack,
    Reading,
    Step,
)
from schemas.config import Programme
from schemas.kept import KeptAction, KeptFacts, KeptLimits
from schemas.kpi import KpiRow
from transforms.change_words import (
    RatingWord,
    say_action,
    say_performance,
    say_restated,
    say_rule_change,
    say_software_change,
    say_target_change,
    say_target_step,
)
from transforms.limits import say_limits
from transforms.packs.inputs import MARKS, find_rating, full_name, part_figure, value_text
from transforms.packs.scorecard import target_text, tolerance_text
from transforms.standards import say_rule_changes


@dataclass(frozen=True, slots=True)
class Stage:
    """What is derived at one step between two packs, and the cause that leads to it from the stage before.

    `by_date`: of the cause "target", a step that was declared long ago. `actions_how` says in words how the
    actions of this stage came about: " by decision of the board". `software` derived it.
    """

    cause: Cause
    facts: KeptFacts
    programme: Programme
    software: str
    by_date: bool = False
    actions_how: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two packs to be compared: what the earlier one printed, the stages after it, and which of the figures and
    actions the earlier and the later board see. The last stage is what the later pack prints.

    `evidence` gives what a restated row rests on; `software` made the earlier pack;
    `restated_limits` are those of the earlier date with what is known now.
    """

    since: PriorPack
    printed: KeptFacts
    stages: tuple[Stage, ...]
    seen_then: Collection[str]
    seen_now: Collection[str]
    actions_then: Collection[str]
    actions_now: Collection[str]
    evidence: Callable[[KpiRow, bool], tuple[Evidence, ...]]
    software: str
    is_other_board: bool = False
    restated_limits: tuple[KeptLimits, ...] | None = field(default=None)


def read_row(row: KpiRow) -> Reading:
    """A row as a reader sees it, without the marks beside its value: what is compared between packs."""
    return Reading(
        row.state,
        row.value,
        value_text(row).rstrip(MARKS),
        row.impact,
        target_text(row),
        tolerance_text(row),
        part_figure(row, "baseline", row.baseline).text,
    )


def find_changes(comparison: Comparison) -> Changes:
    """Everything that is not as the earlier pack printed it, with its causes."""
    figures, same = _figure_changes(comparison)
    return Changes(
        comparison.since,
        tuple(figures),
        tuple(_action_changes(comparison)),
        tuple(_limits_changes(comparison)),
        same,
    )


# --- Figures --------------------------------------------------------------------------------------------


def _rows(facts: KeptFacts) -> dict[str, KpiRow]:
    return {row.key: row for row in facts.rows}


def _figure_changes(comparison: Comparison) -> tuple[list[FigureChange], int]:
    then = _rows(comparison.printed)
    stages = [_rows(stage.facts) for stage in comparison.stages]
    now = stages[-1]
    changes: list[FigureChange] = []
    same = 0
    for key in dict.fromkeys([*now, *then]):
        old = then.get(key) if key in comparison.seen_then else None
        new = now.get(key) if key in comparison.seen_now else None
        if old is None and new is None:
            continue
        if old is None or new is None:
            steps = [_lone_step(old, new, then.get(key), now.get(key), comparison)]
        else:
            steps = _steps(old, [rows.get(key) for rows in stages], comparison)
        if not steps:
            same += 1
            continue
        row = new or old
        if row is not None:
            changes.append(_figure_change(key, row, old, new, steps, comparison))
    return changes, same


def _figure_change(
    key: str,
    row: KpiRow,
    old: KpiRow | None,
    new: KpiRow | None,
    steps: Sequence[Step],
    comparison: Comparison,
) -> FigureChange:
    programme = comparison.stages[-1 if new is not None else 0].programme
    return FigureChange(
        key,
        new.ref if new else "",
        old.ref if old else "",
        full_name(row, programme),
        read_row(old) if old else None,
        read_row(new) if new else None,
        tuple(steps),
    )


def _lone_step(
    old: KpiRow | None,
    new: KpiRow | None,
    there_then: KpiRow | None,
    there_now: KpiRow | None,
    comparison: Comparison,
) -> Step:
    """The one step of a figure that stands in one pack only: the programme changed, or what the board sees."""
    if new is not None:
        words = "Added to the programme" if there_then is None else _say_scope(comparison, is_in_later=True)
    else:
        words = "Taken out of the programme" if there_now is None else _say_scope(comparison, is_in_later=False)
    return Step("rule", read_row(old) if old else None, read_row(new) if new else None, words)


def _say_scope(comparison: Comparison, *, is_in_later: bool) -> str:
    if comparison.is_other_board:
        return f"Outside the priorities of the {'earlier' if is_in_later else 'later'} pack's board"
    return f"{'Now' if is_in_later else 'No longer'} among this board's priorities"


def _steps(printed: KpiRow, derived: Sequence[KpiRow | None], comparison: Comparison) -> list[Step]:
    """The steps of a figure, each from where the one before ended; a stage that changes nothing has none."""
    steps: list[Step] = []
    row: KpiRow = printed
    earlier = (comparison.stages[0].programme, comparison.software)
    for stage, after in zip(comparison.stages, derived, strict=True):
        # where a figure is away for a while in between, the stage that brings it back tells it
        if after is not None and read_row(row) != read_row(after):
            steps.append(_step(row, after, stage, earlier, comparison))
        row = after or row
        earlier = (stage.programme, stage.software)
    return steps


def _step(row: KpiRow, after: KpiRow, stage: Stage, earlier: tuple[Programme, str], comparison: Comparison) -> Step:
    """One step; `earlier` are the programme and the software of the stage before."""
    programme, software = earlier
    old, new = read_row(row), read_row(after)
    evidence: tuple[Evidence, ...] = ()
    word = rating_word(stage.programme)
    if stage.cause == "restated":
        evidence = comparison.evidence(after, (old.state, old.value, old.text) != (new.state, new.value, new.text))
        words = say_restated(old, new, evidence, after.reason, word)
    elif stage.cause == "target":
        say = say_target_step if stage.by_date else say_target_change
        words = say(old, new, after, word)
    elif stage.cause == "rule":
        words = say_rule_change(old, new, say_rule_changes(programme, stage.programme, row.indicator), word)
    elif stage.cause == "software":
        words = say_software_change(old, new, software, stage.software, word)
    else:
        words = say_performance(old, new, row.period, after.period, after.reason, word)
    return Step(stage.cause, old, new, words, evidence, stage.by_date)


def rating_word(programme: Programme) -> RatingWord:
    """What ratings are called in a programme."""
    return lambda rating: find_rating(rating, programme).word


# --- Actions --------------------------------------------------------------------------------------------


def _actions(facts: KeptFacts) -> dict[str, KeptAction]:
    return {action.key: action for action in facts.actions}


def _action_changes(comparison: Comparison) -> Iterable[ActionChange]:
    then = _actions(comparison.printed)
    stages = [_actions(stage.facts) for stage in comparison.stages]
    now = stages[-1]
    for key in dict.fromkeys([*now, *then]):
        old = then.get(key) if key in comparison.actions_then else None
        new = now.get(key) if key in comparison.actions_now else None
        own = new or old
        if own is None:
            continue
        if (old is None and key in then) or (new is None and key in now):
            steps = [_scope_step(old, new, comparison)]
        else:
            steps = _action_steps(old, [rows.get(key) for rows in stages], comparison)
        if steps:
            yield ActionChange(key, own.title, _read_action(old), _read_action(new), tuple(steps))


def _scope_step(old: KeptAction | None, new: KeptAction | None, comparison: Comparison) -> ActionStep:
    words = _say_scope(comparison, is_in_later=new is not None)
    return ActionStep("rule", _read_action(old), _read_action(new), words[:1].lower() + words[1:])


def _read_action(action: KeptAction | None) -> ActionReading | None:
    if action is None:
        return None
    return ActionReading(action.outcome, dt.date.fromisoformat(action.due) if action.due else None)


def _action_steps(
    printed: KeptAction | None, derived: Sequence[KeptAction | None], comparison: Comparison
) -> list[ActionStep]:
    steps = []
    row = printed
    for stage, after in zip(comparison.stages, derived, strict=True):
        old, new = _read_action(row), _read_action(after)
        if old != new:
            reason = after.reason if after else ""
            words = say_action(old, new, stage.actions_how, reason)
            steps.append(ActionStep(stage.cause, old, new, words))
        row = after
    return steps


# --- Limits ---------------------------------------------------------------------------------------------


def _limits_changes(comparison: Comparison) -> Iterable[LimitsChange]:
    """The limits that are not as they were printed then, of the figures that both packs show."""
    rows = _rows(comparison.stages[-1].facts)
    then = {item.key: item for item in comparison.printed.limits}
    now = {item.key: item for item in comparison.stages[-1].facts.limits}
    restated = (
        {item.key: item for item in comparison.restated_limits} if comparison.restated_limits is not None else None
    )
    for key, row in rows.items():
        if key not in comparison.seen_now or key not in comparison.seen_then:
            continue
        before, after = _said_limits(then, key, row), _said_limits(now, key, row)
        if before == after:
            continue
        is_restated = restated is not None and _said_limits(restated, key, row) != before
        counts = tuple(group[key].count if key in group else 0 for group in (then, now))
        words = _say_limits_change(before, after, counts, is_restated=is_restated)
        yield LimitsChange(
            key,
            row.ref,
            full_name(row, comparison.stages[-1].programme),
            before,
            after,
            counts[0],
            counts[1],
            is_restated,
            words,
        )


def _said_limits(limits: Mapping[str, KeptLimits], key: str, row: KpiRow) -> str:
    item = limits.get(key)
    return say_limits(item, row.unit, row.decimals) if item is not None else ""


def _say_limits_change(before: str, after: str, counts: Sequence[int], *, is_restated: bool) -> str:
    if not before:
        return f"First limits, of {counts[1]} points: {after}"
    if not after:
        return f"No limits any more; they were {before}, of {counts[0]} points"
    of = f"{counts[0]} and now {counts[1]} points" if counts[0] != counts[1] else f"{counts[1]} points"
    text = f"Limits reckoned anew, of {of}: {before} becomes {after}"
    return f"{text}; part of that since earlier data were restated" if is_restated else text
