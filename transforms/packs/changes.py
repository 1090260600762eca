"""What changed since the pack last issued to the board: in brief on page 1, and cause by cause on its own pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.changes import ActionChange, ActionReading, Changes, FigureChange, Reading, Step
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
from transforms.packs.inputs import OUTCOME_ORDER, RATED, PackInput, count_figure
from transforms.words import join_words, plural, say_date, say_number

FIRST = "No pack was issued to this board for an earlier meeting."
_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class _Group:
    """One part of the pages: which steps it takes, its heading and its lead. `is_always` has it counted even where
    it is empty."""

    id: str
    takes: Callable[[Step], bool]
    title: str
    lead: str
    is_always: bool = False


def _is_there(step: Step) -> bool:
    """Whether a step leads from a figure to another, and not from or to none."""
    return bool(step.before and step.after and None not in (step.before.value, step.after.value))


_GROUPS = (
    _Group(
        "software",
        lambda s: s.cause == "software",
        "Software changed",
        "The same data by the same rules, worked out by another version.",
    ),
    _Group(
        "restated",
        lambda s: s.cause == "restated",
        "Restated",
        "The data behind these figures are other than they were known. Both columns are as at {date}: "
        "as it was printed, and as it is known now.",
        is_always=True,
    ),
    _Group(
        "target",
        lambda s: s.cause == "target" and not s.by_date,
        "Target changed",
        "The same figure, judged by another target, tolerance or baseline.",
        is_always=True,
    ),
    _Group(
        "rule",
        lambda s: s.cause == "rule",
        "Rule or definition changed",
        "What is counted, how it is worked out, or what this pack covers.",
        is_always=True,
    ),
    _Group(
        "performance",
        lambda s: s.cause == "performance" and _is_there(s),
        "Performance",
        "The figure of a later date, once all of the above is set aside.",
        is_always=True,
    ),
    _Group(
        "absent",
        lambda s: s.cause == "performance" and not _is_there(s),
        "Missing or held, then or now",
        "Figures that one of the two dates does not have. That is no performance.",
    ),
    _Group(
        "stepped",
        lambda s: s.cause == "target" and s.by_date,
        "Target stepped as planned",
        "A target, a baseline or an effect that was declared to begin by this date.",
    ),
)
"""The parts as they are told, each from where the one before ends."""
_CHAIN = "Causes are kept apart, each from where the one above it ends: a figure can stand under several."
_BRIEF: tuple[tuple[Callable[[Step], bool], str, str], ...] = (
    (lambda s: s.cause == "restated" and not s.is_late, "figure was restated", "figures were restated"),
    (lambda s: s.cause == "restated" and s.is_late, "figure came late", "figures came late"),
    (
        lambda s: s.cause == "target",
        "figure is judged by another target, tolerance or baseline",
        "figures are judged by another target, tolerance or baseline",
    ),
    (
        lambda s: s.cause == "rule",
        "figure is defined or covered otherwise",
        "figures are defined or covered otherwise",
    ),
    (lambda s: s.cause == "software", "figure is worked out otherwise", "figures are worked out otherwise"),
)
_CAUSE_WORDS = {
    "restated": "Restated",
    "target": "Date moved",
    "rule": "Rule",
    "software": "Software",
    "performance": "Performance",
}


def say_since(pack: PackInput) -> Since:
    """The brief of page 1: one line for each cause, what is no performance first."""
    changes = pack.changes
    if changes is None:
        return Since("", (FIRST,))
    told = [(steps, one, many) for takes, one, many in _BRIEF if (steps := _steps(changes, takes))]
    most = max(_MOST_NAMED + 1 - len(told), 1)
    lines = [f"{plural(len(_keys(steps)), one, many)}: {_name(steps, pack, most)}." for steps, one, many in told]
    lines += _last_line(changes, is_first=not lines)
    return Since(f"Since the pack for {_meeting(changes)}", tuple(lines))


def _keys(steps: Iterable[tuple[FigureChange, Step]]) -> list[str]:
    return list(dict.fromkeys(change.key for change, _ in steps))


def _name(steps: Sequence[tuple[FigureChange, Step]], pack: PackInput, most: int) -> str:
    """ "K4 was 66.1%, is 68.0%; K7, K8 and K9 from 90% to 92%; and 3 more"."""
    alike: dict[tuple[str, str], list[str]] = {}
    for change, step in steps:
        name = change.ref or f"{change.label} (was {change.earlier_ref})"
        alike.setdefault(_tell(step, pack), []).append(name)
    shown = [
        f"{_refs(names)} {one if len(names) == 1 else many}" for (one, many), names in list(alike.items())[:most]
    ]
    rest = sum(len(names) for names in list(alike.values())[most:])
    return "; ".join(shown) + (f"; and {rest} more" if rest > 0 else "")


def _refs(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED + 1:
        return join_words(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"


def _tell(step: Step, pack: PackInput) -> tuple[str, str]:
    """What a step did, as short as can be, of one figure and of several: "was 66.1%, is 68.0%"."""
    before, after = step.before, step.after
    if before is None or after is None:
        words = f"{step.words[:1].lower()}{step.words[1:]}"
        return words, words
    if step.cause == "target" and before.target != after.target:
        words = f"from {before.target or 'none'} to {after.target or 'none'}"
        return words, words
    if step.cause == "target" and before.baseline != after.baseline:
        words = f"with a baseline of {after.baseline or 'none'}, before {before.baseline or 'none'}"
        return words, words
    if step.cause == "target" and before.tolerance != after.tolerance:
        words = f"with a tolerance of {after.tolerance or 'none'}, before {before.tolerance or 'none'}"
        return words, words
    if before.text != after.text:
        return _was_is(before.text, after.text)
    if before.baseline != after.baseline:
        words = f"with a baseline of {after.baseline or 'none'}, before {before.baseline or 'none'}"
        return words, words
    return _was_is(pack.rating(before.impact).word, pack.rating(after.impact).word)


def _was_is(before: str, after: str) -> tuple[str, str]:
    """ "was 66.1%, is 68.0%"; "had no data, is 68.0%"; "was 66.1%, has no data"."""
    nothing = "no data"
    said = []
    for was, is_ in (("was", "is"), ("were", "are")):
        first = f"had {before}" if before == nothing else f"{was} {before}"
        has = "has" if is_ == "is" else "have"
        said.append(f"{first}, {f'{has} {after}' if after == nothing else f'{is_} {after}'}")
    return said[0], said[1]


def _last_line(changes: Changes, *, is_first: bool) -> list[str]:
    """How many figures and actions moved, and how many did not."""
    parts = [*_say_moved(changes), *_say_actions(changes.actions)]
    if changes.limits:
        parts.append(f"limits were reckoned anew for {plural(len(changes.limits), 'series', 'series')}")
    if not parts and is_first:
        return ["Nothing changed: every figure and action is as before."]
    if changes.same:
        parts.append(f"{changes.same} {'figure is' if changes.same == 1 else 'figures are'} as before")
    text = "; ".join(parts)
    return [f"{text[:1].upper()}{text[1:]}."] if text else []


def _say_moved(changes: Changes) -> Iterable[str]:
    """The figures of a later date: those that moved, and apart from them those that are there no more or again."""
    pairs = [(s.before, s.after) for _, s in changes.steps("performance") if s.before and s.after]
    moved = [(a, b) for a, b in pairs if a.value is not None and b.value is not None]
    turned = sum(a.impact != b.impact and {a.impact, b.impact} <= set(RATED) for a, b in moved)
    colour = f", {turned} of them to another colour" if turned else ""
    others = [(a, b) for a, b in pairs if a.value is None or b.value is None]
    counts = (
        (len(moved), f"moved by performance{colour}", f"moved by performance{colour}"),
        (sum(b.state == "held" for _, b in others), "is held now", "are held now"),
        (sum(b.state == "missing" for _, b in others), "has no data now", "have no data now"),
        (sum(b.state == "no_cases" for _, b in others), "has no cases now", "have no cases now"),
        (sum(b.value is not None for _, b in others), "is there that was not", "are there that were not"),
    )
    told = [(count, one if count == 1 else many) for count, one, many in counts if count]
    for place, (count, words) in enumerate(told):
        yield f"{plural(count, 'figure') if place == 0 else count} {words}"


def _say_actions(actions: Sequence[ActionChange]) -> Iterable[str]:
    """The actions whose outcome or due date changed, and those that joined or left what the board sees."""
    both = sum(a.before is not None and a.after is not None for a in actions)
    if both:
        yield f"{plural(both, 'action')} changed outcome or due date"
    joined = sum(a.before is None for a in actions)
    if joined:
        yield f"{plural(joined, 'action')} joined"
    left = len(actions) - both - joined
    if left:
        yield f"{plural(left, 'action')} left"


def _meeting(changes: Changes) -> str:
    return say_date(changes.since.meeting or changes.since.as_at)


# --- In full --------------------------------------------------------------------------------------------


def make_changes(pack: PackInput) -> ChangesPage | None:
    """The pages of what changed; None where this is the first pack of its board."""
    changes = pack.changes
    if changes is None:
        return None
    groups = [_make_group(group, changes, pack) for group in _GROUPS]
    lead = (
        f"Against pack {changes.since.pack_id}, figures as at {say_date(changes.since.as_at)}, known up to event "
        f"{changes.since.as_known}. {_CHAIN} {changes.note}"
    ).strip()
    return ChangesPage(
        f"What changed since the pack of {_meeting(changes)}",
        lead,
        tuple(_counts(changes)),
        tuple(g for g in groups if g.rows),
        tuple(LimitsRow(c.ref, c.label, c.before, c.after, _points(c.points_before, c.points_after),
                        "Earlier data came or were restated" if c.is_restated else "") for c in changes.limits),
        tuple(_other_actions(changes.actions, pack)),
        tuple(_moves(changes.actions, pack)),
    )  # fmt: skip


def _counts(changes: Changes) -> Iterable[tuple[str, Figure]]:
    for group in _GROUPS:
        count = len(_keys(_steps(changes, group.takes)))
        if count or group.is_always:
            yield group.title, count_figure(f"changed/{group.id}", count)
    yield "Limits reckoned anew", count_figure("changed/limits", len(changes.limits))
    yield "Actions", count_figure("changed/actions", len(changes.actions))
    yield "Figures as before", count_figure("changed/same", changes.same)


def _steps(changes: Changes, takes: Callable[[Step], bool]) -> list[tuple[FigureChange, Step]]:
    return [(change, step) for change in changes.figures for step in change.steps if takes(step)]


def _points(before: int, after: int) -> str:
    return str(after) if before == after else f"{before or 'none'}, now {after or 'none'}"


def _make_group(group: _Group, changes: Changes, pack: PackInput) -> ChangeGroup:
    rows = [_row(change, step, pack) for change, step in _steps(changes, group.takes)]
    return ChangeGroup(group.id, group.title, group.lead.format(date=say_date(changes.since.as_at)), tuple(rows))


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
    """What lies between two values; of a year to date at two of its months that says nothing."""
    key = f"{name}:change"
    if before is None or after is None or before.value is None or after.value is None:
        return Figure(change.ref, key, "missing", None, 0, "")
    if change.is_running_on:
        return Figure(change.ref, key, "missing", None, 0, "year to date")
    value = after.value - before.value
    sign = "+" if value > 0 else "–"
    text = "0" if value == 0 else f"{sign}{say_number(abs(value))}"
    return Figure(change.ref, key, "published", value, _decimals(value), text)


# --- Actions --------------------------------------------------------------------------------------------


def _rating(reading: ActionReading | None, pack: PackInput) -> Rating | None:
    return pack.rating(reading.outcome) if reading is not None else None


def _moved(change: ActionChange) -> tuple[str, str] | None:
    """From which outcome to which an action moved, where nothing else is to be told of it: by performance alone,
    on the same agreed date. Such are told by outcomes, not action by action."""
    if len(change.steps) != 1:
        return None
    (step,) = change.steps
    before, after = step.before, step.after
    if step.cause != "performance" or before is None or after is None or before.due != after.due:
        return None
    return before.outcome, after.outcome


def _other_actions(actions: Sequence[ActionChange], pack: PackInput) -> Iterable[ActionChangeRow]:
    for change in actions:
        for step in change.steps if _moved(change) is None else ():
            yield ActionChangeRow(
                change.key,
                change.title,
                _rating(step.before, pack),
                _rating(step.after, pack),
                step.words,
                _CAUSE_WORDS[step.cause],
            )


def _moves(actions: Sequence[ActionChange], pack: PackInput) -> Iterable[ActionMoves]:
    found: dict[tuple[str, str], list[str]] = {}
    for change in actions:
        pair = _moved(change)
        if pair is not None:
            found.setdefault(pair, []).append(change.key)
    order = {outcome: place for place, outcome in enumerate(OUTCOME_ORDER)}
    for before, after in sorted(found, key=lambda pair: (order[pair[1]], order[pair[0]])):
        keys = found[before, after]
        count = count_figure(f"changed/actions/{before}/{after}", len(keys))
        yield ActionMoves(pack.rating(before), pack.rating(after), count, join_words(keys))
