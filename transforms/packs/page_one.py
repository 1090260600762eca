"""Page 1 is one page: how high each of its parts is, and which of them give way where there is too much.

What is held or missing and what is asked of the board always stand. The lists of what turned and recovered, the brief
of what changed, an erratum's reason, held figures beyond the first and the two sentences at the top give way in turn,
each saying where the rest is. The heights are those of report_templates/pack/style.css.j2 in millimetres; nothing is
asked of the renderer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from schemas.erratum import Erratum
from schemas.pack import Count, Matters, PointList
from schemas.pack_changes import Since
from transforms.packs.line_count import count_lines, measure_text, shorten_to_lines

PAGE_MM = 255.0
_SPARE_MM = 2.0
_WIDTH_MM, _BOX_MM, _POINT_MM = 182.0, 174.5, 150.4
_MOST_POINTS = 6
_MOST_REASON = 4
_COUNTS_MM = 161.0
_REASON_IN_FULL = " (in full under “What this erratum changes”)"
_TURNED, _RECOVERED, _HELD = 0, 1, 2
MOST_HELD = 4


@dataclass(frozen=True, slots=True)
class _Plan:
    """How much of each part stands: points of the two lists, held figures, lines of the brief and of the reason,
    sentences at the top."""

    points: tuple[int, int]
    held: int
    since: int
    reason: int
    sentences: int


def fit_page(full: Matters, list_held: Callable[[int], PointList], erratum: Erratum | None = None) -> Matters:
    """Page 1 with as much of each list as there is room for. `full` holds every point; `list_held` makes the list of
    what is held or missing with so many held figures, and so many too old to use."""
    points = (_most(full.lists[_TURNED]), _most(full.lists[_RECOVERED]))
    plan = _Plan(points, MOST_HELD, len(full.since.lines), _MOST_REASON, len(full.supporting))
    page = _cut(full, plan, list_held, erratum)
    while _height(page, erratum) > PAGE_MM - _SPARE_MM:
        smaller = _shrink(plan)
        if smaller == plan:
            break  # what always stands fills the page on its own
        plan = smaller
        page = _cut(full, plan, list_held, erratum)
    return page


def _most(item: PointList) -> int:
    return min(len(item.points), _MOST_POINTS)


# --- What gives way -------------------------------------------------------------------------------------


def _shrink(plan: _Plan) -> _Plan:
    """The next smaller plan: what can be read elsewhere in full goes first, the last points of a list last."""
    if max(plan.points) > 2:
        return _one_less(plan)
    if plan.reason > 2:
        return replace(plan, reason=2)
    if plan.since > 2:
        return replace(plan, since=plan.since - 1)
    if plan.held > 2:
        return replace(plan, held=2)
    if max(plan.points) > 1:
        return _one_less(plan)
    return _shrink_last(plan)


def _shrink_last(plan: _Plan) -> _Plan:
    """What gives way where little is left of anything."""
    if plan.held > 1:
        return replace(plan, held=1)
    if plan.sentences:
        return replace(plan, sentences=0)
    if max(plan.points):
        return _one_less(plan)
    return replace(plan, reason=1, since=min(plan.since, 1))


def _one_less(plan: _Plan) -> _Plan:
    """The longer of the two lists gives way; of two alike the recovered one."""
    turned, recovered = plan.points
    return replace(plan, points=(turned, recovered - 1) if recovered >= turned else (turned - 1, recovered))


def _cut(full: Matters, plan: _Plan, list_held: Callable[[int], PointList], erratum: Erratum | None) -> Matters:
    lists = [_cut_list(item, count) for item, count in zip(full.lists[:_HELD], plan.points, strict=True)]
    return replace(
        full,
        supporting=full.supporting[: plan.sentences],
        since=_cut_since(full.since, plan.since),
        lists=(*lists, list_held(plan.held), *full.lists[_HELD + 1 :]),
        reason=_cut_reason(erratum.reason, plan.reason) if erratum else "",
    )


def _cut_list(item: PointList, count: int) -> PointList:
    rest = len(item.points) - count
    if rest <= 0:
        return item
    if count == 0:
        return replace(item, points=(), empty=f"{rest} {'figure' if rest == 1 else 'figures'}: see the scorecard.")
    return replace(item, points=item.points[:count], more=f"and {rest} more in the scorecard")


def _cut_since(since: Since, count: int) -> Since:
    rest = len(since.lines) - count
    if rest <= 0:
        return since
    said = "and 1 more kind of change" if rest == 1 else f"and {rest} more kinds of change"
    last = f"{said}, under “What changed”."
    return replace(since, lines=(*since.lines[: count - 1], f"{since.lines[count - 1]} {last[:1].upper()}{last[1:]}"))


def _cut_reason(reason: str, lines: int) -> str:
    if count_lines(reason, _BOX_MM, 10) <= lines:
        return reason
    room = _BOX_MM - measure_text(_REASON_IN_FULL, 10) / lines
    return shorten_to_lines(reason, lines, room, 10) + _REASON_IN_FULL


# --- Heights --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Block:
    """A paragraph, heading or table: the room above it, its height, the room below it."""

    above: float
    height: float
    below: float


_HEADING = _Block(3.6, 4.9, 0.9)


def _height(page: Matters, erratum: Erratum | None) -> float:
    """How high the whole page is. Of the room below a block and above the next the larger one is left."""
    blocks = list(_blocks(page, erratum))
    gaps = (max(one.below, other.above) for one, other in pairwise(blocks))
    return sum(block.height for block in blocks) + sum(gaps)


def _blocks(page: Matters, erratum: Erratum | None) -> Iterator[_Block]:
    yield _Block(0, 7.8, 3)
    if erratum is not None:
        box = [f"{erratum.headline}. {page.reason}", erratum.brief]
        yield _Block(0, 4.7 + sum(_text(line, 10, _BOX_MM) + 1.2 for line in box), 3.5)
    yield _Block(0, count_lines(f"{page.headline}.", _WIDTH_MM, 16.5, is_bold=True) * 6.9, 2.5)
    yield from (_Block(0, _text(line, 10.5), 1.2) for line in page.supporting)
    for counts, note in ((page.indicator_counts, page.indicator_note), (page.action_counts, page.action_note)):
        if counts:
            yield _Block(3, 10.7 + 3.9 * (_count_lines(counts) - 1), 0.6)
        yield _small(f"{note}.")
    if page.since.title:
        yield _HEADING
        yield from (_Block(0, _text(line, 9), 0.6) for line in page.since.lines)
    else:
        yield from map(_small, page.since.lines)
    for item in page.lists:
        yield from _list(item)


def _list(item: PointList) -> Iterator[_Block]:
    yield _HEADING
    if not item.points:
        yield _Block(0, 4.5, 1.6)
        return
    yield _Block(0, sum(count_lines(p.text, _POINT_MM, 9) * 3.9 + 1.8 for p in item.points), 2)
    if item.more:
        yield _small(item.more)


def _small(text: str) -> _Block:
    return _Block(0, _text(text, 8), 1.6)


def _text(text: str, size_pt: float, width_mm: float = _WIDTH_MM) -> float:
    """The height of a paragraph: its lines are 1.32 times as high as its type."""
    return count_lines(text, width_mm, size_pt) * size_pt * 1.32 * 25.4 / 72


def _count_lines(counts: tuple[Count, ...]) -> int:
    """The lines of the coloured counts, whose words wrap where a colour has a long name."""
    room = _COUNTS_MM / len(counts) - 3.3
    numbers = [measure_text(f"{c.figure.text} ", 15, is_bold=True) for c in counts]
    return max(count_lines(c.rating.text, room - n, 9, is_bold=True) for c, n in zip(counts, numbers, strict=True))
