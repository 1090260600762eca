"""What the pack says: its model, before any page is drawn."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from flows.building import find_board, model_pack
from flows.position import Position
from schemas.pack import Pack


@pytest.fixture(scope="module")
def pack(position: Position) -> Pack:
    """The model of the steering group's pack."""
    return model_pack(position, find_board(position, "tsg"), None)


def _texts(node: Any) -> list[str]:
    """Every text of a model."""
    if isinstance(node, str):
        return [node]
    if is_dataclass(node):
        return [t for f in fields(node) for t in _texts(getattr(node, f.name))]
    if isinstance(node, (list, tuple)):
        return [t for item in node for t in _texts(item)]
    return []


def test_page_one_states_the_message_with_the_counts_of_the_scorecard(pack: Pack) -> None:
    rows = [r for g in pack.scorecard for r in g.rows]
    red = sum(r.rating.id == "red" for r in rows)
    rated = sum(r.rating.id in {"red", "amber", "yellow", "green"} for r in rows)
    behind = sum(int(c.figure.value or 0) for c in pack.matters.action_counts if c.rating.id in {"red", "amber"})
    actions = sum(int(c.figure.value or 0) for c in pack.matters.action_counts)
    assert pack.matters.headline.startswith(f"{red} of {rated} rated figures are Red")
    assert f"{behind} of {actions} actions are behind schedule" in pack.matters.headline


def test_every_indicator_of_the_plan_is_printed_also_those_without_data(pack: Pack, position: Position) -> None:
    printed = {r.ref for g in pack.scorecard for r in g.rows}
    assert printed == {row.ref for row in position.rows}
    assert {r.figure.text for g in pack.scorecard for r in g.rows if r.rating.id == "no_data"} == {"no data"}


def test_every_printed_value_is_a_figure_with_a_row_in_where_it_came_from(pack: Pack) -> None:
    figures = {f.key: f for f in pack.figures}
    sources = {s.ref for s in pack.sources.rows}
    never = {ref for group in pack.sources.never for ref in group.refs}
    assert not sources & never
    for group in pack.scorecard:
        for row in group.rows:
            assert row.figure == figures[row.figure.key]
            assert {row.baseline.key, row.previous.key, row.change.key} <= set(figures)
            assert row.ref in (sources if row.when else never)
            assert row.ref in sources or row.figure.state == "missing"


def test_the_chart_draws_the_printed_values_and_says_them_in_its_alternative(pack: Pack) -> None:
    block = next(b for b in pack.blocks if b.id == "visits_in_timescale")
    assert block.chart is not None
    company = block.chart.lines[0]
    assert [p.figure.text for p in company.points] == ["87.6", "72.4", "75.2", "85.5"]
    assert "85.5% on 29 November 2021" in block.chart.alt
    assert "Target 90%" in block.chart.alt
    assert all(0 <= p.x <= 1 and 0 <= p.y <= 1 for line in block.chart.lines for p in line.points)


def test_a_block_is_earned_by_red_yellow_held_a_missed_target_or_a_moved_colour(
    pack: Pack, position: Position
) -> None:
    earned = {b.id for b in pack.blocks}
    for indicator in position.programme.indicators:
        rows = [r for r in position.rows if r.indicator == indicator.id]
        misses = any(r.impact in {"red", "yellow", "amber", "held"} or r.is_stated for r in rows)
        assert misses <= (indicator.id in earned)


def test_priorities_are_counts_of_each_colour_and_sum_to_the_annex(pack: Pack) -> None:
    for number, _ in enumerate(pack.summary.action_ratings):
        parts = [r.actions[number].value or 0 for r in pack.summary.rows]
        assert sum(parts) == pack.summary.total.actions[number].value
    assert sum(f.value or 0 for f in pack.summary.total.actions) == sum(len(g.lines) for g in pack.plan.annex)


def test_owners_more_hopeful_than_the_rule_are_listed(pack: Pack) -> None:
    hope = ["red", "amber", "yellow", "green", "blue"]
    assert len(pack.plan.hopeful) == 8
    for line in pack.plan.hopeful:
        assert line.owner_rating is not None
        assert hope.index(line.owner_rating.id) > hope.index(line.rating.id)


def test_corrected_figures_are_marked_and_the_corrections_are_listed(pack: Pack) -> None:
    marked = {r.ref for g in pack.scorecard for r in g.rows if "*" in r.figure.text}
    assert marked == {r.ref for g in pack.scorecard for r in g.rows if r.figure.is_corrected}
    assert marked
    changes = {(c.cell, c.expected, c.right) for c in pack.quality.corrections}
    assert changes == {("Visits!B7", "294", "394"), ("Visits!C7", "335", "355"), ("Visits!B8", "669", "696")}
    assert {(c.role, c.date) for c in pack.quality.corrections} == {("Lead Performance Analyst", "6 Dec 2021")}


def test_held_figures_are_shown_as_held_and_never_as_numbers(uncorrected: Position) -> None:
    pack = model_pack(uncorrected, find_board(uncorrected, "tsg"), None)
    rows = {r.who: r for g in pack.scorecard for r in g.rows if r.label == "Visits completed in timescale"}
    assert rows["Referral & Assessment"].figure.text == "held"
    assert rows["Safeguarding & Family Support"].figure.text == "held"
    assert rows["CLA & Support Services"].figure.text == "87.3%"
    assert rows["Company"].figure.text == "85.5%§"
    assert rows["Company"].rating.id == "unrated"
    held = next(item for item in pack.matters.lists if item.title == "What is held or missing")
    assert any("held" in p.text for p in held.points)
    visits = next(b for b in pack.blocks if b.id == "visits_in_timescale")
    assert "79.4" not in " ".join(t for t in _texts(visits) if "Referral" in t)
    assert [f for f in pack.quality.findings if f.severity == "Held"]


def test_the_pack_of_another_board_sees_only_its_priorities(position: Position) -> None:
    board = replace_board(position, priorities=("workforce",))
    pack = model_pack(position, board, dt.date(2021, 12, 9))
    assert [r.number for r in pack.summary.rows] == ["2"]
    assert {line.key.split(".")[0] for g in pack.plan.annex for line in g.lines} == {"2"}
    assert pack.cover.meeting == "9 December 2021"


def replace_board(position: Position, **changes: Any) -> Any:
    """The steering group with something changed."""
    return find_board(position, "tsg").model_copy(update=changes)


def test_a_plan_without_tracker_or_data_still_makes_a_pack_that_says_so(position: Position) -> None:
    from transforms.actions import RatedPlan
    from transforms.known import Facts

    bare = replace(
        position,
        plan=RatedPlan(),
        received=(),
        facts=Facts([]),
        rows=tuple(r for r in position.rows if r.period is None),
    )
    pack = model_pack(bare, find_board(position, "tsg"), None)
    assert pack.matters.headline == "No figure is rated; no plan tracker was received"
    assert not pack.plan.is_received


def test_no_sentence_is_left_half_made(pack: Pack) -> None:
    for text in _texts(pack):
        assert not re.search(r"\{|\}|None|\bnan\b|  |\.\.(?!\.)| ,", text), text
