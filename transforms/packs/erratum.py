"""An erratum in a pack: the notice on page 1, and the list of everything that is printed otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from schemas.erratum import Erratum, ErratumAction, ErratumLimits, ErratumLine, ErratumNotice, PrintedBefore
from schemas.figures import Figure
from schemas.kept import KeptLimits
from schemas.kpi import KpiRow
from transforms.limits import limits_of, say_usual_variation
from transforms.packs.differences import ActionDifference, RowDifference, compare_actions, compare_rows, say_beside
from transforms.packs.inputs import PackInput, full_name, to_figure
from transforms.words import join_words, plural, say_date

_MOST_NAMED = 8


def keep_references(rows: Sequence[KpiRow], references: Mapping[str, str]) -> tuple[KpiRow, ...]:
    """The rows with the references that figures were given before, by key ("K12").

    A new figure gets a number after the highest that was ever used, so that no reference means two figures.
    """
    highest = max((_number(ref) for ref in references.values()), default=0)
    kept = []
    for row in rows:
        ref = references.get(row.key)
        if ref is None:
            highest += 1
            ref = f"K{highest}"
        kept.append(replace(row, ref=ref))
    return tuple(kept)


def _number(ref: str) -> int:
    digits = ref.lstrip("K")
    return int(digits) if digits.isdigit() else 0


def make_erratum(pack: PackInput) -> Erratum | None:
    """The erratum of a pack; None where it is none."""
    notice = pack.erratum
    if notice is None:
        return None
    lines = [_line(d, notice, pack) for d in _row_differences(notice, pack)]
    actions = [_action(d, notice, pack) for d in _action_differences(notice, pack)]
    limits = list(_limits(notice, pack))
    return Erratum(
        notice.number,
        _headline(notice),
        _sentence(notice.reason),
        _brief(lines, actions, limits),
        tuple(lines),
        tuple(actions),
        tuple(limits),
    )


def _row_differences(notice: ErratumNotice, pack: PackInput) -> list[RowDifference]:
    """By the rows that the replaced pack kept; only those that it printed."""
    if notice.facts is None:
        return []
    printed = {p.key for p in notice.printed}
    before = [row for row in notice.facts.rows if row.key in printed]
    return compare_rows(before, pack.own_rows, pack.programme)


def _action_differences(notice: ErratumNotice, pack: PackInput) -> list[ActionDifference]:
    """What became of the actions that the board saw, and of those that it sees now."""
    if notice.facts is None:
        return []
    before = [a for a in notice.facts.actions if a.key in notice.seen_actions]
    return compare_actions(before, pack.own_actions, [a.entry.key for a in pack.own_actions], pack.programme)


def _limits(notice: ErratumNotice, pack: PackInput) -> Iterator[ErratumLimits]:
    """The usual variation of series that both packs show, where it is another."""
    if notice.facts is None:
        return
    rows = {row.key: row for row in pack.own_rows}
    was = {item.key: item for item in notice.facts.limits if item.key in rows}
    now = {item.key: item for item in limits_of(pack.facts, pack.programme, pack.as_at) if item.key in rows}
    for key in dict.fromkeys([*now, *was]):
        row = rows[key]
        said = [_say_variation(found.get(key), row) for found in (was, now)]
        if said[0] != said[1]:
            yield ErratumLimits(row.ref, _name(row, pack), said[0], said[1])


def _say_variation(limits: KeptLimits | None, row: KpiRow) -> str:
    if limits is None:
        return "none"
    return say_usual_variation(limits, row.unit, row.decimals).removeprefix("usual variation ")


def _line(difference: RowDifference, notice: ErratumNotice, pack: PackInput) -> ErratumLine:
    before, now = difference.before, difference.after
    row = now or before
    assert row is not None  # a difference is of one row at least
    printed = next((p for p in notice.printed if p.key == row.key), None)
    return ErratumLine(
        row.ref if now else printed.ref if printed else row.ref,
        _name(row, pack) if now else row.label,
        _was(row, printed),
        difference.was_words,
        to_figure(now) if now else Figure(row.ref, f"{row.key}:erratum-now", "missing", None, row.decimals, ""),
        difference.becomes_words,
        now is not None,
        notice.causes.get(row.key) or (say_beside(before, now) if before and now else ""),
    )


def _name(row: KpiRow, pack: PackInput) -> str:
    return full_name(row, pack.programme)


def _was(row: KpiRow, printed: PrintedBefore | None) -> Figure:
    """The figure as it was printed in the replaced pack, word for word."""
    key = f"{row.key}:erratum-was"
    if printed is None:
        return Figure(row.ref, key, "missing", None, row.decimals, "")
    return Figure(printed.ref, key, printed.state, printed.value, row.decimals, printed.text)


def _action(difference: ActionDifference, notice: ErratumNotice, pack: PackInput) -> ErratumAction:
    """An action before and now; one that is only out of the board's view is still in the plan."""
    key = difference.key
    was_in_plan = notice.facts is not None and any(a.key == key for a in notice.facts.actions)
    is_in_plan = any(row.entry.key == key for row in pack.plan.rows)
    beside = "among other boards' priorities"
    return ErratumAction(
        key,
        difference.title,
        difference.was or (beside if was_in_plan else "not in the plan"),
        difference.becomes or (beside if is_in_plan else "no longer in the plan"),
    )


def _headline(notice: ErratumNotice) -> str:
    said = f"Erratum {notice.number} to the pack issued on {say_date(notice.issued_on)}"
    if notice.number > 1:
        said = f"{said}; it replaces erratum {notice.number - 1}, issued on {say_date(notice.replaces_on)}"
    return said


def _sentence(text: str) -> str:
    whole = text if text.endswith((".", "!", "?")) else f"{text}."
    return f"{whole[:1].upper()}{whole[1:]}"


def _brief(lines: Sequence[ErratumLine], actions: Sequence[ErratumAction], limits: Sequence[ErratumLimits]) -> str:
    """What changed, in one sentence."""
    parts = []
    if lines:
        parts.append(f"{plural(len(lines), 'figure')} ({_some([line.ref for line in lines])})")
    if actions:
        parts.append(f"{plural(len(actions), 'action')} ({_some([a.key for a in actions])})")
    if limits:
        parts.append(f"the usual variation of {plural(len(limits), 'figure')} ({_some([x.ref for x in limits])})")
    if not parts:
        return "What changed: no figure, rating or action; only the words around them."
    return f"What changed: {join_words(parts)}. Each is listed under “What this erratum changes”."


def _some(names: Sequence[str]) -> str:
    if len(names) <= _MOST_NAMED:
        return join_words(names)
    return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
