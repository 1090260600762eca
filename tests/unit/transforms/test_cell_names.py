"""A cell's name in a declaration: it fits that cell and no other, in every table of both sample programmes."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from pathlib import Path

import pytest

from flows.checking import JudgedFile, judge_file
from programmes.load import load_programme
from schemas.facts import LABEL_FIELD, Period
from schemas.layout import Layout
from tests.unit.transforms.tables import DAY, GRADES, MONTHLY, VISITS, cut, make_layout
from transforms.cell_names import CellName, find_cells, name_cell

ROOT = Path(__file__).resolve().parents[3]
WITHOUT_FIGURES = ("tracker", "commentary")
SAMPLES = [
    p for p in sorted((ROOT / "sample_inputs").glob("*/*.xlsx")) if not any(w in p.name for w in WITHOUT_FIGURES)
]


@lru_cache
def judged(path: Path) -> JudgedFile:
    return judge_file(path, load_programme(ROOT / "programmes" / path.parent.name).programme)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_every_cell_of_a_measure_has_a_name_that_finds_it_and_no_other(path: Path) -> None:
    found = judged(path).reading
    assert found.layout is not None
    assert found.period is not None
    readings = [r for t in found.tables for r in t.readings]
    end = found.period.end
    named = 0
    for reading in readings:
        if reading.field == LABEL_FIELD:
            continue
        name = name_cell(reading, readings, found.layout, end)
        assert name is not None, reading
        assert find_cells(readings, name, found.layout, end) == [reading]
        named += 1
    assert named


def names(layout: Layout, table: str, rows: dict, period_end: dt.date = DAY) -> dict[str, CellName | None]:
    """The name of every cell of one table, by address."""
    readings = cut(layout, table, rows).readings
    return {r.cell: name_cell(r, readings, layout, period_end) for r in readings if r.field != LABEL_FIELD}


def test_a_service_is_named_and_the_company_is_left_out() -> None:
    found = names(make_layout(visits=VISITS), "visits", {"north": ("1", "1", "0", ""), "company": ("1", "", "", "")})
    assert found["B2"] == CellName("total", "visits", "north")
    assert found["B3"] == CellName("total", "visits")


def test_a_row_is_named_where_the_measure_has_several() -> None:
    found = names(make_layout(grades=GRADES), "grades", {"good": ("1", "5%"), "poor": ("2", ""), "all": ("3", "")})
    assert found["B2"] == CellName("number", "graded_good", row="good")
    assert found["C2"] == CellName("share", "graded_good")


def test_the_period_is_named_where_it_is_not_the_workbooks_own() -> None:
    september = Period(dt.date(2021, 9, 1), dt.date(2021, 9, 30), "month")
    own = Period(DAY, DAY)
    found = names(make_layout(monthly=MONTHLY), "monthly", {"eet": {september.key: "4%", own.key: "5%"}})
    assert found["B2"] == CellName("value", "eet", observed=september.end)
    assert found["C2"] == CellName("value", "eet")


def test_two_columns_that_end_on_one_day_have_no_name() -> None:
    month = Period(dt.date(2021, 9, 1), dt.date(2021, 9, 30), "month")
    quarter = Period(dt.date(2021, 7, 1), dt.date(2021, 9, 30), "quarter")
    found = names(make_layout(monthly=MONTHLY), "monthly", {"eet": {month.key: "4%", quarter.key: "5%"}})
    assert found == {"B2": None, "C2": None}


def test_a_row_that_stands_twice_or_is_not_declared_has_no_name() -> None:
    rows = {"north": ("1", "1", "0", ""), "north#2": ("1", "1", "0", ""), "?east": ("1", "1", "0", "")}
    found = names(make_layout(visits=VISITS), "visits", rows)
    assert found["B2"] is not None
    assert (found["B3"], found["B4"]) == (None, None)


def test_a_subgroup_is_part_of_the_name() -> None:
    measures = [
        {"id": "eet", "form": "percent", "subgroup": group, "stated": {"rows": [row]}}
        for group, row in (("younger", "eet"), ("older", "leavers"))
    ]
    layout = make_layout(monthly=MONTHLY | {"measures": measures})
    key = Period(DAY, DAY).key
    found = names(layout, "monthly", {"eet": {key: "4%"}, "leavers": {key: "5%"}})
    assert found["B3"] == CellName("value", "eet", subgroup="older")
