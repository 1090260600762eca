"""The words of the pages: right for one of a thing as for many, and one way of writing numbers, units and dates."""

from __future__ import annotations

import re
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from typing import Any

import pytest

from flows.building import find_board, list_warnings, model_pack
from flows.position import Position
from report_templates.render import render_html
from schemas.kpi import KpiRow
from schemas.pack import Pack
from transforms.actions import RatedPlan
from transforms.packs.inputs import label_with_unit
from transforms.packs.scorecard import target_text, tolerance_text


@pytest.fixture(scope="module")
def pack(position: Position) -> Pack:
    return model_pack(position, find_board(position, "tsg"), None)


def texts(node: Any) -> list[str]:
    """Every text of a model that a page can print."""
    if isinstance(node, str):
        return [node]
    if is_dataclass(node):
        return [t for f in fields(node) if f.name != "key" for t in texts(getattr(node, f.name))]
    return [t for item in node for t in texts(item)] if isinstance(node, (list, tuple)) else []


def of(position: Position, ref: str) -> KpiRow:
    return next(r for r in position.rows if r.ref == ref)


def only(position: Position, rows: int, actions: int, **row: Any) -> Pack:
    """The pack of so many rated figures and so many actions."""
    rated = [r for r in position.rows if r.impact == "red"][:rows]
    plan = RatedPlan(tuple(a for a in position.plan.rows if a.outcome == "blue")[:actions])
    changed = tuple(replace(r, **row) for r in rated)
    return model_pack(replace(position, rows=changed, plan=plan), find_board(position, "tsg"), None)


class TestOne:
    def test_one_action_is(self, position: Position) -> None:
        assert only(position, 1, 1).matters.headline == "1 of 1 rated figure is Red; 0 of 1 action is behind schedule"

    def test_no_figure_of_one(self, position: Position) -> None:
        assert only(position, 1, 2, impact="green").matters.headline == (
            "0 of 1 rated figure is Red; 0 of 2 actions are behind schedule"
        )

    def test_none_of_two(self, position: Position) -> None:
        assert only(position, 2, 2, impact="green").matters.headline.startswith("None of 2 rated figures is Red")

    def test_one_owner_rates(self, position: Position) -> None:
        hopeful = [a for a in position.plan.rows if a.is_owner_hopeful]
        one = model_pack(
            replace(position, plan=RatedPlan((hopeful[0],))), find_board(position, "tsg"), None
        ).matters.lists[3]
        two = model_pack(
            replace(position, plan=RatedPlan(tuple(hopeful[:2]))), find_board(position, "tsg"), None
        ).matters.lists[3]
        assert "Ask why the owner rates 1 action better than its dates do: 1.2-7." in texts(one)
        assert "Ask why owners rate 2 actions better than their dates do: 1.2-7 and 1.3-5." in texts(two)

    def test_one_figure_is_held(self, position: Position) -> None:
        row = replace(position.rows[0], state="held", impact="held", value=None)
        board = find_board(position, "tsg")
        assert list_warnings(replace(position, rows=(row,)), board, 1)[0] == "1 figure is held: K1"
        gone = replace(position.rows[0], state="missing", impact="no_data", value=None)
        assert list_warnings(replace(position, rows=(gone,)), board, 1)[0] == "1 figure has no data: K1"
        assert list_warnings(replace(position, rows=()), board, 31) == ["31 pages, over the board's budget of 24"]

    def test_one_point(self, position: Position) -> None:
        row = of(position, "K9")
        assert tolerance_text(row) == "5 pts"
        assert tolerance_text(replace(row, tolerance_value=Decimal(1))) == "1 pt"
        assert tolerance_text(replace(row, unit="days", tolerance_value=Decimal(1))) == "1"


class TestNeverGiven:
    def test_one_indicator_is_named_and_leads_to_its_row(self, position: Position) -> None:
        rows = tuple(r for r in position.rows if r.ref in {"K9", "K37"})
        pack = model_pack(replace(position, rows=rows), find_board(position, "tsg"), None)
        held, asked = pack.matters.lists[2], pack.matters.lists[3]
        said = {p.text: p.ref for p in (*held.points, *asked.points)}
        assert said["Staff who left in the last 2 years and came back has never had a figure."] == "K37"
        who = (
            "Say who will send the figures of Staff who left in the last 2 years and came back, which never had one."
        )
        assert said[who] == "K37"

    def test_up_to_three_are_named_by_reference(self, position: Position) -> None:
        def said(*refs: str) -> list[str]:
            rows = tuple(r for r in position.rows if r.ref in {"K9", *refs})
            pack = model_pack(replace(position, rows=rows), find_board(position, "tsg"), None)
            return texts(pack.matters.lists[2])

        assert "3 indicators have never had a figure: K33, K35 and K37." in said("K33", "K35", "K37")
        assert "4 indicators have never had a figure." in said("K33", "K35", "K37", "K2")

    def test_a_group_without_a_figure_beside_one_with_is_no_indicator_without(self, position: Position) -> None:
        gone = {
            "state": "missing",
            "impact": "no_data",
            "value": None,
            "period": None,
            "reason": "nothing received yet",
        }
        rows = tuple(replace(r, **gone) if r.ref == "K23" else r for r in position.rows if r.ref in {"K22", "K23"})
        pack = model_pack(replace(position, rows=rows), find_board(position, "tsg"), None)
        assert not [t for t in texts(pack.matters.lists[2]) if "never had" in t]
        assert "Care leavers in suitable accommodation, aged 19-21: nothing received yet" in " ".join(
            texts(pack.matters.lists[2])
        )


class TestUnits:
    @pytest.mark.parametrize(
        ("label", "unit", "said"),
        [
            ("Contacts received", "contacts", "Contacts received"),
            ("Referrals per 10,000 children, twelve months", "per 10,000 children",
             "Referrals per 10,000 children, twelve months"),
            ("Average caseload", "children per worker", "Average caseload (children per worker)"),
            ("Childrens' teams", "children", "Childrens' teams (children)"),
            ("Visits in time", "percent", "Visits in time"),
        ],
    )  # fmt: skip
    def test_a_unit_is_added_only_where_the_label_does_not_say_it(
        self, position: Position, label: str, unit: str, said: str
    ) -> None:
        assert label_with_unit(replace(of(position, "K9"), label=label, unit=unit)) == said

    def test_a_tolerance_in_percent_says_of_what(self, position: Position) -> None:
        row = replace(of(position, "K9"), tolerance_kind="percent_of_target")
        assert tolerance_text(row) == "5% of target"

    def test_a_target_has_thousands_marks_as_its_value_has(self, position: Position) -> None:
        row = replace(of(position, "K9"), unit="cases", target_low=None, target_high=Decimal(2250))
        assert target_text(row) == "max 2,250"


def test_no_page_prints_a_date_in_the_form_of_a_machine(pack: Pack) -> None:
    """The names of files are their senders' own."""
    page = replace(pack, attachments=(), figures=())
    assert not [t for t in texts(page) if re.search(r"\b20\d\d-\d\d-\d\d\b", t)]


def test_dates_are_short_in_tables_and_long_in_sentences(pack: Pack) -> None:
    assert {r.received for r in pack.quality.received} == {"6 Dec 2021"}
    assert all(f.received.startswith("6 Dec 2021, receipt ") for f in pack.sources.files)
    assert pack.matters.action_note.startswith("Tracker as at 30 November 2021")
    assert pack.matters.lists[0].since.endswith("30 September 2021")


def test_what_turned_and_recovered_says_since_when(pack: Pack) -> None:
    """The date before is another than that of the board's last pack."""
    turned, recovered, held, asked = pack.matters.lists
    assert turned.since == recovered.since == "since the reporting date before, 30 September 2021"
    assert held.since == asked.since == ""


def test_before_the_first_reporting_date_nothing_is_compared(position: Position) -> None:
    first = position.programme.reporting_dates[0]
    pack = model_pack(replace(position, as_at=first), find_board(position, "tsg"), None)
    assert {item.since for item in pack.matters.lists} == {""}


def test_the_furthest_and_the_largest_say_by_how_much(pack: Pack) -> None:
    furthest, largest = pack.matters.supporting
    assert furthest == (
        "Furthest from target: Turnover of permanent staff, 35.0% against 20%, 75% above its target, down 2.0 on the "
        "12 months to August."
    )
    assert largest == (
        "Largest recovery: Visits completed in timescale, 85.5% against 90%, up 10.3 since 15 September, 11% of "
        "its target."
    )


def test_a_figure_without_a_colour_is_told_without_two_colons(position: Position) -> None:
    row = of(position, "K9")
    drift = replace(row, impact="unrated", reason="85.5: no target; down 10.3 on September", change=Decimal("-10.3"))
    said = texts(model_pack(replace(position, rows=(drift,)), find_board(position, "tsg"), None).matters.lists[0])
    assert "Visits completed in timescale, 85.5: no target; down 10.3 on September" in said[1]


def test_the_cover_names_no_part_that_is_not_there(pack: Pack, position: Position) -> None:
    def contents(of: Pack) -> str:
        return render_html(of).split('class="cover-contents"')[1].split("</p>")[0]

    assert "What changed" not in contents(pack)
    assert "Annex: every action" in contents(pack)
    bare = model_pack(replace(position, plan=RatedPlan()), find_board(position, "tsg"), None)
    assert "Annex" not in contents(bare)
    assert dict(bare.cover.facts)["Built from"] == "23 workbooks, 37 figures"
