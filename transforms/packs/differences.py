"""What a pack prints otherwise than it did before: its figures with their ratings, and the actions of its plan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from schemas.config import Programme
from schemas.kept import KeptAction
from schemas.kpi import KpiRow
from transforms.actions import ActionRow
from transforms.packs.inputs import find_rating, part_figure, period_text, value_text
from transforms.packs.scorecard import target_text, tolerance_text
from transforms.words import say_short_date

_MARKS = {
    "is_corrected": "a correction stands behind it now",
    "is_overridden": "it is printed by a declared override now",
    "is_stated": "it is only stated now, not derived",
    "is_small_base": "its base is small now",
}
_NO_MARKS = {
    "is_corrected": "no correction stands behind it any more",
    "is_overridden": "no override stands behind it any more",
    "is_stated": "it is derived now, not only stated",
    "is_small_base": "its base is not small any more",
}


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
    if was.previous_impact != now.previous_impact:
        others.append((_rated_before(was, programme), _rated_before(now, programme)))
    return (
        ", ".join(filter(None, [_rating(was, programme), *(a for a, _ in others)])),
        ", ".join(filter(None, [_rating(now, programme), *(b for _, b in others)])),
    )


def _rated_before(row: KpiRow, programme: Programme) -> str:
    """What it was rated at the reporting date before."""
    if row.previous_impact is None:
        return "not rated before"
    return f"{find_rating(row.previous_impact, programme).word} before"


def say_beside(was: KpiRow, now: KpiRow) -> str:
    """Why a figure is printed otherwise, where neither its value, its rating nor what it is judged by changed."""
    found = [words for name, words in _MARKS.items() if getattr(now, name) and not getattr(was, name)]
    found += [words for name, words in _NO_MARKS.items() if getattr(was, name) and not getattr(now, name)]
    if was.period != now.period:
        found.append("it is of another period")
    if (was.previous, was.previous_period) != (now.previous, now.previous_period):
        found.append("the previous figure that it is compared with is another")
    if was.previous_impact != now.previous_impact:
        found.append("its rating at the reporting date before is another")
    text = "; ".join(found) or "what is printed beside it changed"
    return f"{text[:1].upper()}{text[1:]}"


def _rating(row: KpiRow, programme: Programme) -> str:
    """The rating in a word; one that says what stands in place of the value already is not said twice."""
    word = find_rating(row.impact, programme).word
    return "" if word.casefold() == value_text(row).casefold() else word


def _parts(row: KpiRow) -> Iterator[str]:
    """What a row prints beside its value and rating, each part in words."""
    last = "last " if row.state == "missing" else ""
    yield f"{last}of {period_text(row.period)}" if row.period else "of no date"
    yield f"target {target_text(row) or 'none'}"
    yield f"tolerance {tolerance_text(row) or 'none'}"
    for name in ("baseline", "previous"):
        yield f"{name} {part_figure(row, name, getattr(row, name)).text or 'none'}"
    yield f"change {part_figure(row, 'change', row.change, is_signed=True).text or 'none'}"


def compare_actions(
    before: Iterable[KeptAction], now: Sequence[ActionRow], every: Iterable[str], programme: Programme
) -> list[ActionDifference]:
    """The actions that are rated or dated otherwise. `before` and `now` are those that were and are printed; `every`
    are the keys of what may be printed: one of `before` that is not among them is gone."""
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
    owner = f"; the owner says {find_rating(action.owner_rating, programme).word}" if action.owner_rating else ""
    day = say_short_date(dt.date.fromisoformat(action.due)) if action.due else ""
    due = f"; due {day}" if day and f"due {day}" not in action.reason else ""
    return f"{words}: {action.reason}{due}{owner}"
