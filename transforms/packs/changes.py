"""What changed since the pack last issued to the board: in brief on page 1, and cause by cause on its own pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from schemas.changes import ActionChange, ActionReading, ActionStep, Cause, Changes, FigureChange, Reading, Step
from schemas.figures import Figure
from schemas.pack_changes import (
    ActionChangeRow,
    ActionMoves,
    ChangeGroup,
    ChangeRow,
    ChangesPage,
    LimitsRow,
    Since,
)
from schemas.rating import Rating
from transforms.packs.inputs import OUTCOME_ORDER, PackInput, count_figure
from transforms.words import join_words, plural, say_date, say_number

FIRST = "This is the first pack issued to this board on record."
_MOST_NAMED = 3
_GROUPS: tuple[tuple[Cause, str, str], ...] = (
    (
        "restated",
        "Restated",
        "The data behind these figures are other than they were known. Both columns are as at {date}: "
        "as it was printed, and as it is known now.",
    ),
    ("target", "Target changed", "The same figure, judged by another target, tolerance or baseline."),
    ("rule", "Rule or definition changed", "What is counted, how it is worked out, or what this pack covers."),
    ("software", "Software changed", "The same data by the same rules, worked out by another version."),
    ("performance", "Performance", "The figure of a later date, once all of the above is set aside."),
)
_BRIEF: tuple[tuple[Cause, str, str], ...] = (
    ("restated", "figure was restated", "figures were restated"),
    ("target", "figure has another target", "figures have another target"),
    ("rule", "figure is defined or covered otherwise", "figures are defined or covered otherwise"),
    ("software", "figure is worked out otherwise", "figures are worked out otherwise"),
)


def say_since(pack: PackInput) -> Since:
    """The brief of page 1: one line for each cause, what is no performance first."""
    changes = pack.changes
    if changes is None:
        return Since("", (FIRST,))
    told = [(changes.steps(cause), one, many) for cause, one, many in _BRIEF if changes.steps(cause)]
    most = max(_MOST_NAMED + 1 - len(told), 1)
    lines = [f"{plural(len(_keys(steps)), one, many)}: {_name(steps, pack, most)}." for steps, one, many in told]
    lines += _last_line(changes, is_first=not lines)
    return Since(f"Since the pack for {_meeting(changes)}", tuple(lines))


def _keys(steps: Iterable[tuple[FigureChange, Step]]) -> list[str]:
    return list(dict.fromkeys(change.key for change, _ in steps))


def _name(steps: Sequence[tuple[FigureChange, Step]], pack: PackInput, most: int) -> str:
    """ "K4 was 66.1%, is 68.0%; K7, K8 and K9 from 90% to 92%; and 3 more"."""
    alike: dict[str, list[str]] = {}
    for change, step in steps:
        name = change.ref or f"{change.label} (was {change.earlier_ref})"
        alike.setdefault(_tell(step, pack), []).append(name)
    shown = [f"{_refs(names)} {text}" for text, names in list(alike.items())[:most]]
    rest = sum(len(names) for names in list(alike.values())[most:])
    return "; ".join(shown) + (f"; and {rest} more" if rest > 0 else "")


def _refs(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED + 1:
        return join_words(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"


def _tell(step: Step, pack: PackInput) -> str:
    """What a step did, as short as can be: "was 66.1%, is 68.0%"."""
    before, after = step.before, step.after
    if before is None or after is None:
        return f"{step.words[:1].lower()}{step.words[1:]}"
    if step.cause == "target" and before.target != after.target:
        return f"from {before.target or 'none'} to {after.target or 'none'}"
    if before.state == "missing" and after.state != "missing":
        return f"had no data, is {after.text}"
    if before.text != after.text:
        return f"was {before.text}, is {after.text}"
    if before.baseline != after.baseline:
        return f"with a baseline of {after.baseline or 'none'}, before {before.baseline or 'none'}"
    if before.tolerance != after.tolerance:
        return f"with a tolerance of {after.tolerance or 'none'}, before {before.tolerance or 'none'}"
    return f"was {pack.rating(before.impact).word}, is {pack.rating(after.impact).word}"


def _last_line(changes: Changes, *, is_first: bool) -> list[str]:
    """How many figures and actions moved, and how many did not."""
    moved = changes.steps("performance")
    turned = [s for _, s in moved if s.before and s.after and s.before.impact != s.after.impact]
    parts = []
    if moved:
        colour = f", {len(turned)} of them to another rating" if turned else ""
        parts.append(f"{plural(len(_keys(moved)), 'figure')} moved by performance{colour}")
    if changes.actions:
        parts.append(f"{plural(len(changes.actions), 'action')} changed outcome or due date")
    if changes.limits:
        parts.append(f"limits were reckoned anew for {plural(len(changes.limits), 'series', 'series')}")
    if not parts and is_first:
        return ["Nothing changed: every figure and action is as before."]
    if changes.same:
        parts.append(f"{changes.same} {'figure is' if changes.same == 1 else 'figures are'} as before")
    text = "; ".join(parts)
    return [f"{text[:1].upper()}{text[1:]}."] if text else []


def _meeting(changes: Changes) -> str:
    return say_date(changes.since.meeting or changes.since.as_at)


# --- In full --------------------------------------------------------------------------------------------


def make_changes(pack: PackInput) -> ChangesPage | None:
    """The pages of what changed; None where this is the first pack of its board."""
    changes = pack.changes
    if changes is None:
        return None
    groups = [_group(cause, title, lead, changes, pack) for cause, title, lead in _GROUPS]
    lead = (
        f"Against pack {changes.since.pack_id}, figures as at {say_date(changes.since.as_at)}, known up to event "
        f"{changes.since.as_known}. Causes are kept apart: a figure can stand under several."
    )
    return ChangesPage(
        f"What changed since the pack of {_meeting(changes)}",
        lead,
        tuple(_counts(changes)),
        tuple(g for g in groups if g.rows),
        tuple(LimitsRow(c.ref, c.label, c.before, c.after, _points(c.points_before, c.points_after),
                        "Earlier data were restated" if c.is_restated else "") for c in changes.limits),
        tuple(_other_actions(changes.actions, pack)),
        tuple(_moves(changes.actions, pack)),
    )  # fmt: skip


def _counts(changes: Changes) -> Iterable[tuple[str, Figure]]:
    for cause, title, _ in _GROUPS:
        count = len(_keys(changes.steps(cause)))
        if count or cause != "software":
            yield title, count_figure(f"changed/{cause}", count)
    yield "Limits reckoned anew", count_figure("changed/limits", len(changes.limits))
    yield "Actions", count_figure("changed/actions", len(changes.actions))
    yield "Figures as before", count_figure("changed/same", changes.same)


def _points(before: int, after: int) -> str:
    return str(after) if before == after else f"{before or 'none'}, now {after or 'none'}"


def _group(cause: Cause, title: str, lead: str, changes: Changes, pack: PackInput) -> ChangeGroup:
    rows = [_row(change, step, pack) for change, step in changes.steps(cause)]
    return ChangeGroup(cause, title, lead.format(date=say_date(changes.since.as_at)), tuple(rows))


def _row(change: FigureChange, step: Step, pack: PackInput) -> ChangeRow:
    name = f"change:{change.key}:{step.cause}{'-by-date' if step.by_date else ''}"
    before, after = step.before, step.after
    return ChangeRow(
        change.ref,
        change.label if change.ref else f"{change.label} (was {change.earlier_ref})",
        _figure(change, name, "old", before),
        _figure(change, name, "new", after),
        _difference(change, name, before, after),
        pack.rating(before.impact) if before else None,
        pack.rating(after.impact) if after else None,
        step.words,
    )


def _figure(change: FigureChange, name: str, which: str, reading: Reading | None) -> Figure:
    key = f"{name}:{which}"
    if reading is None:
        return Figure(change.ref, key, "missing", None, 0, "–")
    state = "published" if reading.value is not None else reading.state
    return Figure(change.ref, key, state, reading.value, _decimals(reading.value), reading.text)  # type: ignore[arg-type]


def _decimals(value: Decimal | None) -> int:
    exponent = value.as_tuple().exponent if value is not None else 0
    return -exponent if isinstance(exponent, int) and exponent < 0 else 0


def _difference(change: FigureChange, name: str, before: Reading | None, after: Reading | None) -> Figure:
    key = f"{name}:change"
    if before is None or after is None or before.value is None or after.value is None:
        return Figure(change.ref, key, "missing", None, 0, "")
    value = after.value - before.value
    sign = "+" if value > 0 else "–"
    text = "0" if value == 0 else f"{sign}{say_number(abs(value))}"
    return Figure(change.ref, key, "published", value, _decimals(value), text)


# --- Actions --------------------------------------------------------------------------------------------


def _rating(reading: ActionReading | None, pack: PackInput) -> Rating | None:
    return pack.rating(reading.outcome) if reading is not None else None


def _is_move(step: ActionStep) -> bool:
    """Whether only the outcome moved, by performance: told by outcomes, not action by action."""
    before, after = step.before, step.after
    if step.cause != "performance" or before is None or after is None:
        return False
    return before.due == after.due


def _other_actions(actions: Sequence[ActionChange], pack: PackInput) -> Iterable[ActionChangeRow]:
    for change in actions:
        for step in change.steps:
            if not _is_move(step):
                yield ActionChangeRow(
                    change.key, change.title, _rating(step.before, pack), _rating(step.after, pack), step.words
                )


def _moves(actions: Sequence[ActionChange], pack: PackInput) -> Iterable[ActionMoves]:
    found: dict[tuple[str, str], list[str]] = {}
    for change in actions:
        for step in change.steps:
            if _is_move(step) and step.before and step.after:
                found.setdefault((step.before.outcome, step.after.outcome), []).append(change.key)
    order = {outcome: place for place, outcome in enumerate(OUTCOME_ORDER)}
    for before, after in sorted(found, key=lambda pair: (order[pair[1]], order[pair[0]])):
        keys = found[before, after]
        count = count_figure(f"changed/actions/{before}/{after}", len(keys))
        yield ActionMoves(pack.rating(before), pack.rating(after), count, join_words(keys))
