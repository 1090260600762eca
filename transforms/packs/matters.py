"""Page 1: what matters. A member who has ten seconds reads the headline; the lists say the rest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from schemas.erratum import Erratum
from schemas.kpi import KpiRow
from schemas.pack import Count, Matters, Point, PointList
from transforms.actions import ActionRow
from transforms.brag import TargetInForce
from transforms.packs.changes import say_since
from transforms.packs.inputs import (
    IMPACT_ORDER,
    OUTCOME_ORDER,
    RATED,
    PackInput,
    count_figure,
    full_name,
)
from transforms.packs.misses import find_furthest, find_recovery, is_recovered, say_miss, say_recovery
from transforms.packs.page_one import MOST_HELD, fit_page
from transforms.packs.selection import select_own
from transforms.reasons import say_aim
from transforms.words import join_words, plural, say_date, say_number, say_period

_RANK = {"red": 0, "yellow": 1, "amber": 2, "green": 3}
_MOST_NAMED = 3
_VALUE_FIRST = re.compile(r"[\d,.-]+: ")
"""A reason that says its value and then why it has no colour: a second colon would follow on the first."""


def make_matters(pack: PackInput, erratum: Erratum | None = None) -> Matters:
    """The message of the pack, made from its figures, on one page; an erratum's notice stands above it."""
    rows, actions = pack.own_rows, pack.own_actions
    full = Matters(
        _headline(rows, actions, pack),
        tuple(_supporting(rows, pack)),
        _counts("figures", (r.impact for r in rows), IMPACT_ORDER, pack),
        _indicator_note(rows),
        _counts("actions", (a.outcome for a in actions), OUTCOME_ORDER, pack),
        _action_note(actions),
        (_turned(rows, pack), _recovered(rows, pack), list_held(rows, pack), _asked(actions, pack)),
        say_since(pack),
    )
    return fit_page(full, lambda most: list_held(rows, pack, most), erratum)


def is_turned(row: KpiRow) -> bool:
    """Whether a figure's colour is worse than at the previous reporting date, or is Red with none before."""
    before = row.previous_impact or ""
    if row.impact == "red" and before not in _RANK:
        return True
    return row.impact in _RANK and before in _RANK and _RANK[row.impact] < _RANK[before]


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
    elif red == 0 and len(rated) > 1:
        figures = f"None of {plural(len(rated), 'rated figure')} is {pack.rating('red').word}"
    else:
        figures = f"{_of(red, len(rated), 'rated figure')} {pack.rating('red').word}"
    if not actions:
        return f"{figures}; no plan tracker was received"
    return f"{figures}; {_of(behind, len(actions), 'action')} behind schedule"


def _of(part: int, whole: int, one: str) -> str:
    """ "3 of 10 actions are", "1 of 10 actions is", "0 of 1 action is"."""
    return f"{part} of {plural(whole, one)} {'is' if 1 in {part, whole} else 'are'}"


def _supporting(rows: Sequence[KpiRow], pack: PackInput) -> list[str]:
    """The figure furthest from its target, and the one that recovered most, each in a sentence. Services are left
    to the lists below."""
    whole = [r for r in rows if r.service is None]
    lines = []
    worst, best = find_furthest(whole), find_recovery(whole)
    if worst is not None:
        lines.append(f"Furthest from target: {_compare(worst, pack)}, {say_miss(worst)}{_say_change(worst, pack)}.")
    if best is not None:
        share = say_recovery(best)
        lines.append(
            f"Largest recovery: {_compare(best, pack)}{_say_change(best, pack)}{f', {share}' if share else ''}."
        )
    return lines


def _compare(row: KpiRow, pack: PackInput) -> str:
    """ "Visits in time, 85.5% against 90%"; "Referrals, 646.5 against a baseline of 636.9"."""
    sign = "%" if row.unit == "percent" else ""
    value = f"{say_number(row.value)}{sign}" if row.value is not None else ""
    if row.target_text is not None:
        aim = f"a baseline of {say_number(row.baseline)}" if row.baseline is not None else "no baseline"
    else:
        aim = say_aim(TargetInForce(row.target_low, row.target_high))
    return f"{full_name(row, pack.programme)}, {value} against {aim}{sign}"


def _say_change(row: KpiRow, pack: PackInput) -> str:
    """ ", up 2.0 since 15 September"; of a year to date ", up 2 on the same point last year"."""
    if not row.change or row.previous_period is None:
        return ""
    said = f", {'up' if row.change > 0 else 'down'} {say_number(abs(row.change))}"
    if row.basis == "ytd":
        return f"{said} on the same point last year"
    before = say_period(row.previous_period, pack.as_at)
    if row.previous_period.is_rolling_year:
        return f"{said} on the {before}"
    return f"{said} {'since' if row.previous_period.precision in {'day', 'month'} else 'on'} {before}"


def _indicator_note(rows: Sequence[KpiRow]) -> str:
    indicators = len({r.indicator for r in rows})
    return f"{plural(len(rows), 'figure')} of {plural(indicators, 'indicator')}; services and groups counted apart"


def _action_note(actions: Sequence[ActionRow]) -> str:
    if not actions:
        return "No plan tracker was received"
    done = [a for a in actions if a.outcome == "blue" and a.previous_outcome not in {None, "blue"}]
    first, last = min(a.tracker_as_at for a in actions), max(a.tracker_as_at for a in actions)
    note = f"Tracker as at {say_date(first)}"
    if last > first:
        note = f"{note}, with owners' rows to {say_date(last)}"
    return f"{note}; {plural(len(done), 'action')} finished since the tracker before" if done else note


def _point(row: KpiRow, pack: PackInput) -> Point:
    before = row.previous_impact
    was = ""
    if before is not None and before != row.impact and before in _RANK:
        was = f" (was {pack.rating(before).word})"
    name = full_name(row, pack.programme)
    said = f"{name}, {row.reason}" if _VALUE_FIRST.match(row.reason) else f"{name}: {row.reason}"
    return Point(f"{said}{was}", pack.rating(row.impact), row.ref)


def _say_reporting_date(pack: PackInput) -> str:
    """What is compared with in the lists of what turned and recovered: not the board's last pack."""
    before = pack.programme.previous_reporting_date(pack.as_at)
    if before is None:
        return ""
    return f"since the reporting date before, {say_date(before)}"


def _list(title: str, rows: Sequence[KpiRow], pack: PackInput, empty: str) -> PointList:
    return PointList(title, tuple(_point(row, pack) for row in rows), empty, since=_say_reporting_date(pack))


def _turned(rows: Sequence[KpiRow], pack: PackInput) -> PointList:
    turned = [r for r in rows if is_turned(r)]
    red = [r for r in rows if r.impact == "red" and r not in turned]
    drifting = [r for r in rows if has_worsened_unrated(r, pack)]

    def place(row: KpiRow) -> tuple[int, int]:
        return (_RANK[row.impact], int(row.service is not None))

    ordered = [*sorted(turned, key=place), *sorted(red, key=place), *drifting]
    return _list("What turned, or stays Red", ordered, pack, "Nothing turned worse.")


def _recovered(rows: Sequence[KpiRow], pack: PackInput) -> PointList:
    better = sorted((r for r in rows if is_recovered(r)), key=lambda r: int(r.service is not None))
    return _list("What recovered", better, pack, "No figure changed its colour for the better.")


def list_held(rows: Sequence[KpiRow], pack: PackInput, most: int = MOST_HELD) -> PointList:
    """What is held or missing: so many held figures, half as many too old to use, and the number of the others."""
    held = [r for r in rows if r.state == "held" or r.is_stated]
    points = [_point(r, pack) for r in held[:most]]
    if len(held) > most:
        points.append(Point(f"and {plural(len(held) - most, 'more held figure')}"))
    points += _missing_points(rows, pack, max(most // 2, 1))
    corrected = [r.ref for r in rows if r.is_corrected]
    if corrected:
        verb = "rests" if len(corrected) == 1 else "rest"
        points.append(
            Point(f"{plural(len(corrected), 'figure')} {verb} on declared corrections: {_some(corrected)}.")
        )
    overridden = [r.ref for r in rows if r.is_overridden]
    if overridden:
        verb = "is" if len(overridden) == 1 else "are"
        points.append(
            Point(f"{plural(len(overridden), 'figure')} {verb} printed by declared overrides: {_some(overridden)}.")
        )
    refused = select_own(pack).refused
    if refused:
        points.append(Point(f"{plural(len(refused), 'file was', 'files were')} refused; see data quality."))
    return PointList("What is held or missing", tuple(points), "Nothing is held, nothing is missing.")


def _missing_points(rows: Sequence[KpiRow], pack: PackInput, most: int) -> list[Point]:
    never = _never_given(rows)
    absent = [r for r in rows if r.impact == "no_data" and r.indicator not in {n.indicator for n in never}]
    points = [_point(r, pack) for r in absent[:most]]
    rest = absent[most:]
    if rest:
        why = "absent or too old to use" if any(r.period is None for r in rest) else "too old to use"
        points.append(Point(f"and {plural(len(rest), 'more figure')} {why}"))
    if len(never) == 1:
        points.append(Point(f"{never[0].label} has never had a figure.", pack.rating("no_data"), never[0].ref))
    elif never:
        named = f": {join_words([r.ref for r in never])}" if len(never) <= _MOST_NAMED else ""
        points.append(Point(f"{len(never)} indicators have never had a figure{named}.", pack.rating("no_data")))
    return points


def _never_given(rows: Sequence[KpiRow]) -> list[KpiRow]:
    """The first row of every indicator of which nothing was ever given, for nobody."""
    found: dict[str, KpiRow] = {}
    given = {r.indicator for r in rows if r.impact != "no_data" or r.period is not None}
    for row in rows:
        if row.indicator not in given:
            found.setdefault(row.indicator, row)
    return list(found.values())


def _asked(actions: Sequence[ActionRow], pack: PackInput) -> PointList:
    """What the board is asked for: its standing requests, then what the figures call for."""
    points = [Point(text) for text in pack.board.asks]
    red = [a.entry.key for a in actions if a.outcome == "red"]
    if red:
        word = plural(len(red), f"{pack.rating('red').word} action")
        points.append(Point(f"Ask for a recovery plan for {word}: {_some(red)}."))
    hopeful = [a.entry.key for a in actions if a.is_owner_hopeful]
    if hopeful:
        who = "the owner rates 1 action" if len(hopeful) == 1 else f"owners rate {len(hopeful)} actions"
        dates = "its dates do" if len(hopeful) == 1 else "their dates do"
        points.append(Point(f"Ask why {who} better than {dates}: {_some(hopeful)}."))
    undated = [a.entry.key for a in actions if a.outcome == "undated"]
    if undated:
        points.append(Point(f"Agree a due or review date for {plural(len(undated), 'action')}: {_some(undated)}."))
    never = _never_given(pack.own_rows)
    if len(never) == 1:
        points.append(
            Point(f"Say who will send the figures of {never[0].label}, which never had one.", ref=never[0].ref)
        )
    elif never:
        points.append(Point(f"Say who will send the figures of {len(never)} indicators that never had one."))
    return PointList("What is asked of the board", tuple(points), "Nothing.")


def _some(keys: Sequence[str], most: int = 8) -> str:
    shown = join_words(keys[:most]) if len(keys) <= most else ", ".join(keys[:most])
    return shown if len(keys) <= most else f"{shown} and {len(keys) - most} more"
