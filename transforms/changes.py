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
    is_running_on,
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

    `by_date`: of the cause "target", a step that was declared long ago. `actions_seen` are the keys of the actions
    that the board sees at this stage. `software` derived it.
    """

    cause: Cause
    facts: KeptFacts
    programme: Programme
    software: str
    by_date: bool = False
    actions_seen: Collection[str] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two packs to be compared: what the earlier one printed, the stages after it, and which figures the earlier
    and the later board see, and which actions the earlier one. The last stage is what the later pack prints.

    `evidence` gives what a restated row rests on, `moved` who moved a due date from one day to another; `software`
    made the earlier pack; `restated_limits` are those of the earlier date with what is known now. `note` is what
    a reader must know of the two packs.
    """

    since: PriorPack
    printed: KeptFacts
    stages: tuple[Stage, ...]
    seen_then: Collection[str]
    seen_now: Collection[str]
    actions_then: Collection[str]
    evidence: Callable[[KpiRow, bool], tuple[Evidence, ...]]
    software: str
    moved: Callable[[str, dt.date | None, dt.date | None], str] = lambda _key, _old, _new: ""
    is_other_board: bool = False
    restated_limits: tuple[KeptLimits, ...] | None = field(default=None)
    note: str = ""


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
        comparison.note,
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
        old is not None and new is not None and is_running_on(old, new),
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
    is_late = False
    word = rating_word(stage.programme)
    if stage.cause == "restated":
        is_value = (old.state, old.value, old.text) != (new.state, new.value, new.text)
        is_value = is_value or (row.is_stated, row.period) != (after.is_stated, after.period)
        evidence = comparison.evidence(after, is_value)
        words = say_restated(row, after, old, new, evidence, word)
        is_late = old.state == "missing" or (new.value is not None and row.period != after.period)
    elif stage.cause == "target":
        say = say_target_step if stage.by_date else say_target_change
        words = say(old, new, after, word)
    elif stage.cause == "rule":
        words = say_rule_change(old, new, say_rule_changes(programme, stage.programme, row.indicator), word)
    elif stage.cause == "software":
        words = say_software_change(old, new, software, stage.software, word)
    else:
        words = say_performance(row, after, old, new, word)
    return Step(stage.cause, old, new, words, evidence, stage.by_date, is_late)


_ACTIONS_HOW = {"restated": ", as is known now", "rule": ", by another rule", "software": ", by other software"}
"""What is said of an action's step beside its reason, where the cause is not what was done or decided."""


def rating_word(programme: Programme) -> RatingWord:
    """What ratings are called in a programme."""
    return lambda rating: find_rating(rating, programme).word


# --- Actions --------------------------------------------------------------------------------------------


def _actions(facts: KeptFacts) -> dict[str, KeptAction]:
    return {action.key: action for action in facts.actions}


def _action_changes(comparison: Comparison) -> Iterable[ActionChange]:
    then = _actions(comparison.printed)
    stages = [_actions(stage.facts) for stage in comparison.stages]
    for key in dict.fromkeys([*stages[-1], *then]):
        plan = [then.get(key), *(actions.get(key) for actions in stages)]
        sights = [comparison.actions_then, *(stage.actions_seen for stage in comparison.stages)]
        seen = [action if key in sight else None for action, sight in zip(plan, sights, strict=True)]
        own = seen[-1] or seen[0]
        if own is None:
            continue
        steps = tuple(_action_steps(key, plan, seen, comparison))
        if steps:
            yield ActionChange(key, own.title, _read_action(seen[0]), _read_action(seen[-1]), steps)


def _read_action(action: KeptAction | None) -> ActionReading | None:
    if action is None:
        return None
    return ActionReading(action.outcome, dt.date.fromisoformat(action.due) if action.due else None)


def _action_steps(
    key: str, plan: Sequence[KeptAction | None], seen: Sequence[KeptAction | None], comparison: Comparison
) -> Iterable[ActionStep]:
    """The steps of an action, printed and then at each stage: in the plan, and as far as the board sees it."""
    for number, stage in enumerate(comparison.stages):
        row, after = seen[number], seen[number + 1]
        old, new = _read_action(row), _read_action(after)
        if old == new:
            continue
        how = _ACTIONS_HOW.get(stage.cause, "")
        if old is None or new is None:
            is_in_plan = plan[number] is not None and plan[number + 1] is not None
            words = _say_coming(comparison, is_in_plan=is_in_plan, is_in_later=new is not None)
            how = "" if stage.cause == "rule" else how  # what a board sees is a rule by itself
        else:
            words = say_action(old, new, after.reason if after else "", comparison.moved(key, old.due, new.due))
        yield ActionStep(stage.cause, old, new, f"{words}{how}")


def _say_coming(comparison: Comparison, *, is_in_plan: bool, is_in_later: bool) -> str:
    """That an action joined the plan or left it, or only what the board sees of it."""
    if is_in_plan:
        words = _say_scope(comparison, is_in_later=is_in_later)
        return words[:1].lower() + words[1:]
    return "new in the plan" if is_in_later else "no longer in the plan"


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
    part = "part of that " if counts[0] != counts[1] else ""
    return f"{text}; {part}since earlier data came or were restated" if is_restated else text
