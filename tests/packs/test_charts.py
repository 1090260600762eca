"""Charts draw what held on each date: targets in steps, years to date apart, missing periods as missing."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from markupsafe import Markup

from flows.building import find_board, give_pack
from flows.position import Position
from report_templates.render import _environment, _spread_labels
from schemas.config import Programme
from schemas.facts import Observation, Period
from schemas.pack import Chart
from tests.properties.lines import make_programme
from transforms.indicators import derive_kpis
from transforms.known import Facts, KnownObservation
from transforms.packs.charts import make_chart
from transforms.packs.inputs import PackInput

AS_AT = dt.date(2031, 9, 30)
ENDS = [dt.date(2031, m, d) for m, d in ((3, 31), (4, 30), (5, 31), (6, 30), (7, 31), (8, 31), (9, 30))]
VALUES = ("81.0", "82.0", "80.5", "84.0", "86.0", "88.5", "87.0")
STEPS = {
    "target": {"steps": [{"from": ENDS[0], "value": 85}, {"from": ENDS[4], "value": 90}]},
    "tolerance": {"kind": "points", "value": 5},
}


def observe(end: dt.date, value: str, precision: str = "month", **keys: Any) -> Observation:
    first = end.replace(day=1) if precision == "month" else end
    base: dict[str, Any] = {
        "measure": "visits", "service": None, "subgroup": None, "period": Period(first, end, precision),
        "basis": "snapshot", "form": "percent", "per": 1, "numerator": None, "denominator": None,
        "stated": value, "stated_decimals": 1, "state": "sound",
    }  # fmt: skip
    return Observation(**(base | keys | {"stated": Decimal(value), "per": Decimal(1)}))


def draw(
    position: Position, indicator: dict[str, Any], seen: list[Observation], as_at: dt.date = AS_AT, **programme: Any
) -> Chart:
    """The chart of the one indicator, with what was seen of it."""
    declared = make_programme(indicator, ENDS, cadence="monthly", **programme)
    given = _give(position, declared, seen, as_at)
    made = make_chart(declared.indicators[0], given.rows, given)
    assert made is not None
    return made


def _give(position: Position, declared: Programme, seen: list[Observation], as_at: dt.date) -> PackInput:
    facts = Facts([KnownObservation(o, "weekly_return", n) for n, o in enumerate(seen, 1)])
    rows = tuple(derive_kpis(facts, declared, as_at))
    given = give_pack(position, find_board(position, "tsg"), None)
    return replace(given, programme=declared, as_at=as_at, facts=facts, rows=rows)


def months(*values: str) -> list[Observation]:
    return [observe(end, value) for end, value in zip(ENDS, values, strict=False)]


def svg(chart: Chart) -> str:
    module = _environment().get_template("charts.svg.j2").make_module({})
    return str(Markup(module.series(chart, "#123456")))


class TestTargets:
    def test_a_target_that_stepped_is_drawn_as_it_stepped(self, position: Position) -> None:
        chart = draw(position, STEPS, months(*VALUES))
        (target,) = chart.targets
        first, second = target.stretches
        step = next(p.x for p in chart.lines[0].points if p.when == "Jul 2031")
        assert (first.start, first.end, second.start, second.end) == (0.0, step, step, 1.0)
        assert first.bottom == first.top < second.bottom == second.top
        assert [label.text for label in target.labels] == ["target 85%", "90%"]

    def test_before_the_first_step_nothing_is_drawn(self, position: Position) -> None:
        keys = {"target": {"steps": [{"from": ENDS[2], "value": 85}]}}
        (target,) = draw(position, keys, months(*VALUES)).targets
        assert len(target.stretches) == 1
        assert 0 < target.stretches[0].start < 1
        assert "Target 85% from 31 May 2031." in draw(position, keys, months(*VALUES)).alt

    def test_a_step_after_the_last_figure_is_drawn_too(self, position: Position) -> None:
        """The last figure, of August, is rated against the target of September: the page shows that target."""
        keys = {
            "target": {"steps": [{"from": ENDS[0], "value": 85}, {"from": AS_AT, "value": 90}]},
            "stale_after": 46,
        }
        chart = draw(position, keys, months(*VALUES[:-1]))
        assert chart.targets[0].stretches[-1].start == 1.0
        assert chart.lines[0].points[-1].x < 1
        assert chart.targets[0].labels[-1].text == "90%"

    def test_a_step_to_come_is_not(self, position: Position) -> None:
        chart = draw(position, STEPS, months(*VALUES[:4]), as_at=ENDS[3])
        assert [label.text for label in chart.targets[0].labels] == ["target 85%"]
        assert "90" not in chart.alt

    def test_a_target_without_steps_runs_across(self, position: Position) -> None:
        (target,) = draw(position, {"target": {"value": 85}}, months(*VALUES)).targets
        (stretch,) = target.stretches
        assert (stretch.start, stretch.end) == (0.0, 1.0)
        assert target.labels[0].text == "target 85%"

    def test_a_range_is_a_band(self, position: Position) -> None:
        keys = {"direction": "range", "target": {"low": 80, "high": 85}, "unit": "posts"}
        (target,) = draw(position, keys, months(*VALUES)).targets
        assert target.stretches[0].bottom < target.stretches[0].top
        assert target.labels[0].text == "target 80 to 85"

    def test_the_alternative_says_the_steps(self, position: Position) -> None:
        assert "Target 85%, 90% from 31 July 2031." in draw(position, STEPS, months(*VALUES)).alt
        assert "Target 85%." in draw(position, {"target": {"value": 85}}, months(*VALUES)).alt

    def test_of_many_small_steps_only_those_with_room_are_numbered_and_the_last(self, position: Position) -> None:
        steps = [{"from": end, "value": 80 + 2 * n} for n, end in enumerate(ENDS)]
        (target,) = draw(position, {"target": {"steps": steps}}, months(*VALUES)).targets
        assert len(target.stretches) == 7
        assert target.labels[-1].text == "92%"
        assert "82%" not in [label.text for label in target.labels]

    def test_every_step_lies_within_the_plot(self, position: Position) -> None:
        keys = {"target": {"steps": [{"from": ENDS[0], "value": 20}, {"from": ENDS[4], "value": 99}]}}
        chart = draw(position, keys, months(*VALUES))
        for stretch in chart.targets[0].stretches:
            assert 0 <= stretch.bottom <= 1
        assert all(0 <= label.x <= 1 and 0 <= label.y <= 1 for label in chart.targets[0].labels)
        assert "NaN" not in svg(chart)


class TestLines:
    def test_a_year_to_date_begins_anew_in_april(self, position: Position) -> None:
        seen = [
            observe(end, value, form="count", basis="ytd", period=Period(start, end, "range"))
            for start, end, value in (
                (dt.date(2030, 4, 1), dt.date(2031, 2, 28), "22"),
                (dt.date(2030, 4, 1), dt.date(2031, 3, 31), "24"),
                (dt.date(2031, 4, 1), dt.date(2031, 4, 30), "2"),
                (dt.date(2031, 4, 1), dt.date(2031, 5, 31), "5"),
            )
        ]
        chart = draw(position, {"basis": "ytd", "unit": "children", "decimals": 0}, seen, as_at=ENDS[2])
        assert [p.is_gap for p in chart.lines[0].points] == [False, False, True, False]

    def test_a_stretch_over_missing_periods_is_marked(self, position: Position) -> None:
        seen = [o for o in months(*VALUES) if o.period.end.month not in {5, 6}]
        chart = draw(position, STEPS, seen)
        assert [p.is_bridged for p in chart.lines[0].points] == [False, False, True, False, False]
        assert "No figures were received between April 2031 and July 2031." in chart.alt
        assert 'stroke-dasharray="2 9"' in svg(chart)

    def test_a_series_without_a_missing_period_has_none(self, position: Position) -> None:
        chart = draw(position, STEPS, months(*VALUES))
        assert not any(p.is_bridged for p in chart.lines[0].points)
        assert "No figures" not in chart.alt
        assert 'stroke-dasharray="2 9"' not in svg(chart)

    def test_a_return_that_comes_seldom_by_declaration_has_no_gap_within_that_time(self, position: Position) -> None:
        """The sample's weekly reports were published for few dates: a figure counts as current for 31 days."""
        seen = [observe(day, value, "day") for day, value in ((ENDS[0], "80"), (ENDS[1], "81"), (ENDS[3], "82"))]
        chart = draw(position, {"stale_after": 31}, seen)
        assert [p.is_bridged for p in chart.lines[0].points] == [False, False, True]

    def test_a_held_figure_breaks_the_line_and_is_no_missing_period(self, position: Position) -> None:
        seen = [replace(o, state="held", stated=None) if o.period.end.month == 5 else o for o in months(*VALUES)]
        points = draw(position, STEPS, seen).lines[0].points
        assert [(p.when, p.is_gap, p.is_bridged) for p in points][2] == ("Jun 2031", True, False)


class TestLabels:
    GROUPS = {
        "subgroups": [{"id": "older", "label": "aged 18 to 25"}, {"id": "younger", "label": "aged 18 to 21"}],
    }

    def grouped(self, position: Position, first: str, second: str) -> Chart:
        seen = [replace(o, subgroup=group) for group in ("older", "younger") for o in months(*VALUES)]
        groups = [{"id": "older", "label": first}, {"id": "younger", "label": second}]
        return draw(position, {"subgroups": ["older", "younger"]}, seen, subgroups=groups)

    def test_a_name_that_has_room_stands_whole(self, position: Position) -> None:
        labels = _spread_labels(self.grouped(position, "aged 18 to 25", "aged 18 to 21"))
        assert {label.text for label in labels} == {"87.0 aged 18 to 25", "87.0 aged 18 to 21"}

    def test_a_long_name_is_cut_at_a_word(self, position: Position) -> None:
        chart = self.grouped(position, "Children in Our Care and beyond", "Leavers")
        assert chart.lines[0].label == "Children in…"

    def test_names_that_would_be_alike_are_references_to_the_table_beside(self, position: Position) -> None:
        chart = self.grouped(position, "Children of the northern wards", "Children of the southern wards")
        assert [line.label for line in chart.lines] == ["K1", "K2"]

    def test_a_name_of_one_long_word_is_a_reference(self, position: Position) -> None:
        chart = self.grouped(position, "Llanfairpwllgwyngyllgogerychwyrndrobwll", "Leavers")
        assert [line.label for line in chart.lines] == ["K1", "Leavers"]


@pytest.mark.parametrize("count", [2, 5])
def test_no_two_labels_of_the_sample_are_alike(position: Position, count: int) -> None:
    given = give_pack(position, find_board(position, "tsg"), None)
    for indicator in position.programme.indicators:
        rows = [r for r in position.rows if r.indicator == indicator.id][:count]
        chart = make_chart(indicator, rows, given) if rows else None
        if chart is not None:
            names = [line.label for line in chart.lines]
            assert len(set(names)) == len(names)
            places = sorted(label.y for label in _spread_labels(chart))
            assert all(b - a > 0.08 for a, b in pairwise(places))
