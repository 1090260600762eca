"""Page 1, "What matters", is one page whatever there is to say; what is held and what is asked always stand on it."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pypdf import PdfReader

from flows.building import find_board, model_pack
from flows.position import Position
from report_templates.render import render_pdf
from schemas.erratum import Erratum
from schemas.kpi import KpiRow
from schemas.pack import Matters, Pack, Point, PointList
from schemas.pack_changes import Since
from transforms.packs.line_count import count_lines, shorten_to_lines, shorten_to_width
from transforms.packs.page_one import fit_page

LONG = "Children of the northern and southern wards whose plan was looked at again within ten working days of it"
WIDE = "WARDS OF MIDWINTER MOWN MEADOWS COMMONWEALTH MMMM WWWW 99%"
SINCE = tuple(
    f"{n} figures {what}: K1, K2, K3 and 24 more were 66.1%, are 68.0%; K7 and K8 from 90% to 92%; and 31 more."
    for n, what in ((41, "were restated"), (7, "have another target"), (5, "are defined otherwise"), (3, "moved"))
)
REASON = "The return counted visits of the week before. " * 60


def crowded(position: Position, label: str, asks: int = 2, **board: Any) -> Pack:
    """A pack in which every figure turned, recovered, is held or stated, and has a long name."""
    kinds = ("red", "amber", "held", "yellow", "green")
    rows = tuple(_crowd(r, label, kinds[n % 5]) for n, r in enumerate(position.rows))
    steering = find_board(position, "tsg").model_copy(update={"asks": tuple(LONG for _ in range(asks)), **board})
    return model_pack(replace(position, rows=rows), steering, None)


def _crowd(row: KpiRow, label: str, impact: str) -> KpiRow:
    if row.value is None:
        return replace(row, label=f"{label} {row.ref}")
    before = {"red": "green", "amber": "green", "yellow": "red", "green": "amber"}.get(impact, "green")
    held: dict[str, Any] = {"state": "held", "value": None} if impact == "held" else {}
    target: dict[str, Any] = {"target_low": Decimal(90), "target_high": None, "target_text": None}
    return replace(
        row, label=f"{label} {row.ref}", impact=impact, previous_impact=before, is_corrected=True, is_overridden=True,
        reason=f"57.6 against 90, outside 5 points, up 8.0 on 16 August, {label}", **held, **target,
    )  # fmt: skip


def with_page(pack: Pack, matters: Matters, erratum: Erratum | None = None) -> Pack:
    """The pack with another page 1 and little behind it."""
    return replace(pack, matters=fit(matters, erratum), erratum=erratum)


def fit(matters: Matters, erratum: Erratum | None = None) -> Matters:
    """Page 1 as it fits; of what is held only the first figure where there is no room for four."""
    held = matters.lists[2]

    def list_held(most: int) -> PointList:
        return held if most > 2 else replace(held, points=held.points[:1] + held.points[4:])

    return fit_page(matters, list_held, erratum)


def read_pages(pack: Pack) -> list[str]:
    """The text of the first pages, on one line each; the long parts behind are left out."""
    plan = replace(pack.plan, annex=(), behind=(), hopeful=())
    short = replace(pack, plan=plan, blocks=(), scorecard=(), sources=replace(pack.sources, rows=(), quotes=()))
    pages = PdfReader(io.BytesIO(render_pdf(short).content)).pages
    return [" ".join(page.extract_text().split()) for page in pages]


def expect_one_page(pack: Pack) -> str:
    """Page 1 has all four headings and the last request, and the next page begins with the next part."""
    pages = read_pages(pack)
    assert "What matters" in pages[1]
    for item in pack.matters.lists:
        assert item.title in pages[1]
    for point in (*pack.matters.lists[2].points, *pack.matters.lists[3].points):
        assert " ".join(point.text.split())[-40:] in pages[1]
    following = "What this erratum changes" if pack.erratum else "BRAG summary"
    assert following in pages[2][:160]
    return pages[1]


@pytest.mark.parametrize(
    "label", [pytest.param(LONG, id="long names"), pytest.param(WIDE, id="wide names", marks=pytest.mark.long)]
)
def test_many_of_everything_stay_on_one_page(position: Position, label: str) -> None:
    pack = crowded(position, label, asks=6)
    expect_one_page(pack)


def test_what_gives_way_is_counted(position: Position) -> None:
    pack = crowded(position, "Visits completed in timescale")
    turned, recovered, held, _ = pack.matters.lists
    rows = [r for g in pack.scorecard for r in g.rows]
    worse = sum(r.rating.id in {"red", "amber"} for r in rows)
    better = sum(r.rating.id in {"yellow", "green"} for r in rows)
    assert turned.more == f"and {worse - len(turned.points)} more in the scorecard"
    assert recovered.more == f"and {better - len(recovered.points)} more in the scorecard"
    shown = sum(p.rating is not None and p.rating.id == "held" for p in held.points)
    rest = sum(r.rating.id == "held" for r in rows) - shown
    assert f"and {rest} more held figure{'' if rest == 1 else 's'}" in {p.text for p in held.points}


@pytest.mark.parametrize("asks", [pytest.param(2, marks=pytest.mark.long), 8])
def test_four_lines_of_what_changed_push_nothing_over(position: Position, asks: int) -> None:
    pack = crowded(position, "Visits completed in timescale", asks=asks)
    full = replace(_all_points(pack), since=Since("Since the pack for 17 September 2021", SINCE))
    page = expect_one_page(with_page(pack, full))
    assert "Since the pack for 17 September 2021" in page


def test_a_long_reason_of_an_erratum_is_cut_and_stands_in_full_on_its_own_page(position: Position) -> None:
    pack = crowded(position, "Visits completed in timescale", asks=6)
    full = replace(_all_points(pack), since=Since("Since the pack for 17 September 2021", SINCE))
    erratum = Erratum(
        2,
        "Erratum 2 to the pack issued on 3 December 2021; it replaces erratum 1, issued on 9 December 2021",
        REASON.strip(),
        "What changed: 12 figures (K1 and 11 more). Each is listed under “What this erratum changes”.",
        (),
        (),
    )
    page = expect_one_page(with_page(pack, full, erratum))
    assert "(in full under “What this erratum changes”)" in page
    assert page.count("The return counted visits") < 8


def test_a_short_reason_stands_whole(position: Position) -> None:
    pack = crowded(position, "Visits")
    erratum = Erratum(
        1, "Erratum 1 to the pack issued on 3 December 2021", "A slip.", "What changed: nothing.", (), ()
    )
    assert with_page(pack, pack.matters, erratum).matters.reason == "A slip."


def test_where_there_is_room_nothing_gives_way(position: Position) -> None:
    """The sample's page 1 as it was: six that turned, four that recovered."""
    pack = model_pack(position, find_board(position, "tsg"), None)
    assert len(pack.matters.supporting) == 2
    assert [(len(i.points), i.more) for i in pack.matters.lists[:2]] == [(6, "and 6 more in the scorecard"), (4, "")]


def _all_points(pack: Pack) -> Matters:
    """Page 1 before anything gave way: thirty points in each of the first two lists."""
    point = Point(
        f"{LONG}: 57.6 against 90, outside 5 points (was Green)", pack.matters.indicator_counts[0].rating, "K1"
    )
    lists = [replace(i, points=(point,) * 30, more="") for i in pack.matters.lists[:2]]
    return replace(pack.matters, lists=(*lists, *pack.matters.lists[2:]))


def test_a_list_without_room_for_one_point_says_how_many_there_are(position: Position) -> None:
    pack = crowded(position, "Visits", asks=2)
    asked = PointList("What is asked of the board", tuple(Point(LONG) for _ in range(24)), "Nothing.")
    full = _all_points(pack)
    page = fit(replace(full, lists=(*full.lists[:3], asked)))
    assert page.lists[0].points == page.lists[1].points == ()
    assert page.lists[0].empty == "30 figures: see the scorecard."
    assert page.lists[3] == asked


class TestLines:
    """Lines are counted by the widths of the pack's font, rather too many than too few."""

    def test_one_line_is_one(self) -> None:
        assert count_lines("Visits completed in timescale", 150, 9) == 1

    def test_words_are_not_broken_but_where_they_are_wider_than_a_line(self) -> None:
        assert count_lines("one two", 8, 9) == 2
        assert count_lines("m" * 100, 100, 9) == 3

    def test_a_text_is_cut_at_a_word(self) -> None:
        assert shorten_to_lines("one two three four", 1, 18, 9) == "one two …"
        assert shorten_to_lines("one two", 1, 100, 9) == "one two"
        assert shorten_to_width("aged 18 to 21", 20, 9) == "aged 18 to 21"
        assert shorten_to_width("Children in Our Care", 18, 9) == "Children in…"
        assert shorten_to_width("Unterrichtungen", 4, 9) == ""
