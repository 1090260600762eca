"""What a pack prints otherwise than it did before: its figures with their ratings, and the actions of its plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.config import Programme
from schemas.kept import KeptAction
from schemas.kpi import KpiRow
from transforms.actions import ActionRow
from transforms.packs.inputs import find_rating, part_figure, period_text, value_text
from transforms.packs.scorecard import target_text, tolerance_text
from transforms.words import say_number


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A figure printed otherwise: its row before and after (None: not printed), and in words what differs."""

    before: KpiRow | None
    after: KpiRow | None
    was_words: str
    becomes_words: str


@dataclass(frozen=True, slots=True)
class ActionDifference:
    """An action rated or dated otherwise; "" where it was not, or is no longer, in the plan."""

    key: str
    title: str
    was: str
    becomes: str


def compare_rows(before: Sequence[KpiRow], now: Sequence[KpiRow], programme: Programme) -> list[RowDifference]:
    """The figures that are printed otherwise, in the order of now, then those no longer printed.

    References do not count: a figure is the same by what it is about.
    """
    earlier = {row.key: row for row in before}
    found: list[RowDifference] = []
    for row in now:
        was = earlier.pop(row.key, None)
        differing = _differing(was, row, programme) if was else None
        if was is None:
            found.append(RowDifference(None, row, "not in the pack", _rating(row, programme)))
        elif differing is not None:
            found.append(RowDifference(was, row, *differing))
    found += [RowDifference(row, None, _rating(row, programme), "no longer in the pack") for row in earlier.values()]
    return found


def _differing(was: KpiRow, now: KpiRow, programme: Programme) -> tuple[str, str] | None:
    """What differs beside the value, in words on either side; None where both rows print alike."""
    pairs = list(zip(_parts(was), _parts(now), strict=True))
    is_rated_alike = (was.impact, was.previous_impact) == (now.impact, now.previous_impact)
    if is_rated_alike and value_text(was) == value_text(now) and all(a == b for a, b in pairs):
        return None
    others = [(a, b) for a, b in pairs if a != b]
    return (
        ", ".join([_rating(was, programme), *(a for a, _ in others)]),
        ", ".join([_rating(now, programme), *(b for _, b in others)]),
    )


def _rating(row: KpiRow, programme: Programme) -> str:
    """The rating in a word; one that says what stands in place of the value already is not said twice."""
    word = find_rating(row.impact, programme).word
    return "" if word.casefold() == value_text(row).casefold() else word


def _parts(row: KpiRow) -> Iterator[str]:
    """What a row prints beside its value and rating, each part in words."""
    yield f"of {period_text(row.period)}" if row.period else "of no date"
    yield f"target {target_text(row) or 'none'}"
    yield f"tolerance {tolerance_text(row) or 'none'}"
    for name in ("baseline", "previous"):
        value = getattr(row, name)
        yield f"{name} {'none' if value is None else say_number(value)}"
    yield f"change {part_figure(row, 'change', row.change, is_signed=True).text or 'none'}"


def compare_actions(
    before: Iterable[KeptAction], now: Sequence[ActionRow], every: Iterable[str], programme: Programme
) -> list[ActionDifference]:
    """The actions that are rated or dated otherwise. `now` are those that are printed; `every` the keys of all
    actions of the plan: one of `before` that is not among them is no longer in the plan."""
    earlier = {action.key: action for action in before}
    found = []
    for row in now:
        was = earlier.get(row.entry.key)
        said = _say_action(was, programme) if was else ""
        says = _say_action(to_kept(row), programme)
        if said != says:
            found.append(ActionDifference(row.entry.key, row.entry.title, said, says))
    gone = earlier.keys() - set(every)
    found += [ActionDifference(a.key, a.title, _say_action(a, programme), "") for a in before if a.key in gone]
    return found


def to_kept(row: ActionRow) -> KeptAction:
    """An action as it is kept with a pack."""
    due, forecast, done = (d.isoformat() if d else None for d in (row.due, row.forecast, row.entry.completed_on))
    entry = row.entry
    return KeptAction(entry.key, entry.title, row.outcome, due, forecast, done, entry.owner_rating, row.reason)


def _say_action(action: KeptAction, programme: Programme) -> str:
    """An action's rating with the reason of it, and the owner's own."""
    words = find_rating(action.outcome, programme).word
    owner = f"; the owner says {action.owner_rating}" if action.owner_rating else ""
    due = f"; due {action.due}" if action.due else ""
    return f"{words}: {action.reason}{due}{owner}"
