"""Page 1: what matters. A member who has ten seconds reads the headline; the lists say the rest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from schemas.kpi import KpiRow
from schemas.pack import Count, Matters, Point, PointList
from transforms.actions import ActionRow
from transforms.packs.changes import say_since
from transforms.packs.inputs import (
    IMPACT_ORDER,
    OUTCOME_ORDER,
    RATED,
    PackInput,
    count_figure,
    full_name,
)
from transforms.packs.selection import select_own
from transforms.words import join_words, plural, say_number, say_short_date, say_target

_RANK = {"red": 0, "yellow": 1, "amber": 2, "green": 3}
_MOST_POINTS = 6


def make_matters(pack: PackInput) -> Matters:
    """The message of the pack, made from its figures."""
    rows, actions = pack.own_rows, pack.own_actions
    return Matters(
        _headline(rows, actions, pack),
        tuple(_supporting(rows, pack)),
        _counts("figures", (r.impact for r in rows), IMPACT_ORDER, pack),
        _indicator_note(rows),
        _counts("actions", (a.outcome for a in actions), OUTCOME_ORDER, pack),
        _action_note(actions),
        (_turned(rows, pack), _recovered(rows, pack), _held_or_missing(rows, pack), _asked(actions, pack)),
        say_since(pack),
    )


def is_turned(row: KpiRow) -> bool:
    """Whether a figure's colour is worse than at the previous reporting date, or is Red with none before."""
    before = row.previous_impact or ""
    if row.impact == "red" and before not in _RANK:
        return True
    return row.impact in _RANK and before in _RANK and _RANK[row.impact] < _RANK[before]


def is_recovered(row: KpiRow) -> bool:
    """Whether a figure's colour is better than at the previous reporting date."""
    before = row.previous_impact or ""
    return row.impact in _RANK and before in _RANK and _RANK[row.impact] > _RANK[before]


def has_worsened_unrated(row: KpiRow, pack: PackInput) -> bool:
    """Whether a figure without a colour moved the wrong way by as much as would count as improvement."""
    if row.impact != "unrated" or row.change is None or row.direction not in {"higher", "lower"}:
        return False
    step = pack.indicator(row.indicator).improvement
    worse = -row.change if row.direction == "higher" else row.change
    return worse >= step


def _counts(what: str, ratings: Iterable[str], order: Sequence[str], pack: PackInput) -> tuple[Count, ...]:
    found = list(ratings)
    counts = [(r, found.count(r)) for r in order if found.count(r)]
    return tuple(Count(pack.rating(r), count_figure(f"{what}/{r}", n)) for r, n in counts)


def _headline(rows: Sequence[KpiRow], actions: Sequence[ActionRow], pack: PackInput) -> str:
    rated = [r for r in rows if r.impact in RATED]
    red = sum(r.impact == "red" for r in rated)
    behind = sum(a.outcome in {"red", "amber"} for a in actions)
    if not rated:
        figures = "No figure is rated"
    elif red == 0:
        figures = f"None of {plural(len(rated), 'rated figure')} is {pack.rating('red').word}"
    else:
        verb = "is" if red == 1 else "are"
        figures = f"{red} of {plural(len(rated), 'rated figure')} {verb} {pack.rating('red').word}"
    if not actions:
        return f"{figures}; no plan tracker was received"
    verb = "is" if behind == 1 else "are"
    return f"{figures}; {behind} of {plural(len(actions), 'action')} {verb} behind schedule"


def _supporting(rows: Sequence[KpiRow], pack: PackInput) -> list[str]:
    """The figure furthest from its target, and the one that recovered most, each in a sentence."""
    whole = [r for r in rows if r.service is None]
    lines = []
    missing = [r for r in whole if r.impact in {"red", "yellow", "amber"}]
    if missing:
        worst = max(missing, key=_distance)
        lines.append(f"Furthest from target: {_figure_sentence(worst, pack)}.")
    better = [r for r in whole if is_recovered(r) and r.change is not None]
    if better:
        best = max(better, key=lambda r: abs(Fraction(r.change or 0)) / _scale(r))
        lines.append(f"Largest recovery: {_figure_sentence(best, pack)}.")
    return lines


def _scale(row: KpiRow) -> Fraction:
    """What a miss is measured by: the tolerance in points, else the target, else 1."""
    if row.tolerance_kind == "points" and row.tolerance_value:
        return Fraction(row.tolerance_value)
    target = row.target_low if row.target_low is not None else row.target_high
    return abs(Fraction(target)) if target else Fraction(1)


def _distance(row: KpiRow) -> tuple[int, Fraction]:
    return (-_RANK[row.impact], Fraction(row.miss or 0) / _scale(row))


def _figure_sentence(row: KpiRow, pack: PackInput) -> str:
    name = full_name(row, pack.programme)
    reason = row.reason.split(", outside")[0].split(", within")[0]
    change = ""
    if row.change is not None and row.change != 0 and row.previous_period is not None:
        since = say_short_date(row.previous_period.end)
        since = since if row.previous_period.precision == "day" else since.split(" ", 1)[1]
        change = f", {'up' if row.change > 0 else 'down'} {say_number(abs(row.change))} since {since}"
    if row.unit == "percent" and row.value is not None and row.target_text is None:
        target = row.target_low if row.target_low is not None else row.target_high
        if target is not None:
            reason = f"{say_number(row.value)}% against {say_target(target)}%"
    return f"{name}, {reason}{change}" if row.target_text is None else f"{name}, {row.reason}"


def _indicator_note(rows: Sequence[KpiRow]) -> str:
    indicators = len({r.indicator for r in rows})
    return f"{plural(len(rows), 'figure')} of {plural(indicators, 'indicator')}; services and groups counted apart"


def _action_note(actions: Sequence[ActionRow]) -> str:
    if not actions:
        return "No plan tracker was received"
    done = [a for a in actions if a.outcome == "blue" and a.previous_outcome not in {None, "blue"}]
    first, last = min(a.tracker_as_at for a in actions), max(a.tracker_as_at for a in actions)
    note = f"Tracker as at {say_short_date(first)}"
    if last > first:
        note = f"{note}, with owners' rows to {say_short_date(last)}"
    return f"{note}; {plural(len(done), 'action')} finished since the tracker before" if done else note


def _point(row: KpiRow, pack: PackInput) -> Point:
    before = row.previous_impact
    was = ""
    if before is not None and before != row.impact and before in _RANK:
        was = f" (was {pack.rating(before).word})"
    return Point(f"{full_name(row, pack.programme)}: {row.reason}{was}", pack.rating(row.impact), row.ref)


def _limited(title: str, rows: Sequence[KpiRow], pack: PackInput, empty: str) -> PointList:
    points = tuple(_point(row, pack) for row in rows[:_MOST_POINTS])
    rest = len(rows) - len(points)
    more = f"and {rest} more in the scorecard" if rest > 0 else ""
    return PointList(title, points, empty, more)


def _turned(rows: Sequence[KpiRow], pack: PackInput) -> PointList:
    turned = [r for r in rows if is_turned(r)]
    red = [r for r in rows if r.impact == "red" and r not in turned]
    drifting = [r for r in rows if has_worsened_unrated(r, pack)]

    def place(row: KpiRow) -> tuple[int, int]:
        return (_RANK[row.impact], int(row.service is not None))

    ordered = [*sorted(turned, key=place), *sorted(red, key=place), *drifting]
    return _limited("What turned, or stays Red", ordered, pack, "Nothing turned worse.")


def _recovered(rows: Sequence[KpiRow], pack: PackInput) -> PointList:
    better = sorted((r for r in rows if is_recovered(r)), key=lambda r: int(r.service is not None))
    return _limited("What recovered", better, pack, "No figure changed its colour for the better.")


def _held_or_missing(rows: Sequence[KpiRow], pack: PackInput) -> PointList:
    held = [r for r in rows if r.state == "held" or r.is_stated]
    points = [_point(r, pack) for r in held[:4]]
    if len(held) > 4:
        points.append(Point(f"and {plural(len(held) - 4, 'more held figure')}"))
    points += _missing_points(rows, pack)
    corrected = [r for r in rows if r.is_corrected]
    if corrected:
        refs = join_words([r.ref for r in corrected])
        verb = "rests" if len(corrected) == 1 else "rest"
        points.append(Point(f"{plural(len(corrected), 'figure')} {verb} on declared corrections: {refs}."))
    overridden = [r for r in rows if r.is_overridden]
    if overridden:
        refs = join_words([r.ref for r in overridden])
        verb = "is" if len(overridden) == 1 else "are"
        points.append(Point(f"{plural(len(overridden), 'figure')} {verb} printed by declared overrides: {refs}."))
    refused = select_own(pack).refused
    if refused:
        points.append(Point(f"{plural(len(refused), 'file was', 'files were')} refused; see data quality."))
    return PointList("What is held or missing", tuple(points), "Nothing is held, nothing is missing.")


def _missing_points(rows: Sequence[KpiRow], pack: PackInput) -> list[Point]:
    stale = [r for r in rows if r.impact == "no_data" and r.period is not None]
    never = {r.indicator for r in rows if r.impact == "no_data" and r.period is None}
    points = [_point(r, pack) for r in stale[:2]]
    if len(stale) > 2:
        points.append(Point(f"and {plural(len(stale) - 2, 'more figure')} too old to use"))
    if never:
        verb = "has" if len(never) == 1 else "have"
        points.append(Point(f"{plural(len(never), 'indicator')} {verb} never had a figure.", pack.rating("no_data")))
    return points


def _asked(actions: Sequence[ActionRow], pack: PackInput) -> PointList:
    """What the board is asked for: its standing requests, then what the figures call for."""
    points = [Point(text) for text in pack.board.asks]
    red = [a.entry.key for a in actions if a.outcome == "red"]
    if red:
        word = plural(len(red), f"{pack.rating('red').word} action")
        points.append(Point(f"Ask for a recovery plan for {word}: {_some(red)}."))
    hopeful = [a.entry.key for a in actions if a.is_owner_hopeful]
    if hopeful:
        points.append(
            Point(f"Ask why {plural(len(hopeful), 'owner')} rate better than the dates do: {_some(hopeful)}.")
        )
    undated = [a.entry.key for a in actions if a.outcome == "undated"]
    if undated:
        points.append(Point(f"Agree a due or review date for {plural(len(undated), 'action')}: {_some(undated)}."))
    never = {r.indicator for r in pack.own_rows if r.impact == "no_data" and r.period is None}
    if never:
        points.append(
            Point(f"Say who will send the figures of {plural(len(never), 'indicator')} that never had one.")
        )
    return PointList("What is asked of the board", tuple(points), "Nothing.")


def _some(keys: Sequence[str], most: int = 8) -> str:
    shown = join_words(keys[:most]) if len(keys) <= most else ", ".join(keys[:most])
    return shown if len(keys) <= most else f"{shown} and {len(keys) - most} more"
