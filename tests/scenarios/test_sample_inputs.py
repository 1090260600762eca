"""The sample workbooks are judged as they should be: which are sound, which are held, and what is suggested."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest
from openpyxl import load_workbook

from flows.checking import JudgedFile, judge_file
from programmes.load import load_programme
from schemas.config import Programme
from schemas.findings import RULES
from schemas.spelling import normalise

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted((ROOT / "sample_inputs").glob("*/*.xlsx"))
HELD = {
    "Weekly Compliance Report 29.03.21.xlsx",
    "Weekly Compliance Report 29 Nov 2021 FINAL.xlsx",
    "Weekly data set 31 July 2015 v2.xlsx",
}


@lru_cache
def programme_of(folder: str) -> Programme:
    """An installed programme."""
    return load_programme(ROOT / "programmes" / folder).programme


@lru_cache
def judged(path: Path) -> JudgedFile:
    """A sample workbook, judged once for all tests of one process."""
    return judge_file(path, programme_of(path.parent.name))


def cell_at(path: Path, sheet: str, row: str, column: str) -> str:
    """The address of the cell in the row and below the column of these names."""
    page = load_workbook(path)[sheet]
    rows = [c for line in page.iter_rows() for c in line if normalise(str(c.value)) == normalise(row)]
    columns = [c for line in page.iter_rows() for c in line if normalise(str(c.value)) == normalise(column)]
    assert (len(rows), len(columns)) == (1, 1)
    return str(page.cell(rows[0].row, columns[0].column).coordinate)


def test_there_are_samples() -> None:
    assert {p.parent.name for p in SAMPLES} == {"hillingdon_2015", "slough_2021"}
    assert {p.name for p in SAMPLES} >= HELD


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_each_sample_is_accepted_or_held_as_its_figures_are(path: Path) -> None:
    result = judged(path)
    told = [f"{f.code} {f.sheet}!{f.cell}: {f.message}" for f in result.findings if f.severity == "error"]
    assert result.status == ("held" if path.name in HELD else "accepted"), told
    assert result.row_count > 0
    assert {f.code for f in result.findings} <= set(RULES)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_the_workbooks_own_date_is_the_one_in_its_name(path: Path) -> None:
    period = judged(path).reading.period
    assert period is not None
    name = path.name
    years = {str(period.end.year), f"{period.end.year % 100:02}", f"{period.end.year - 1}-{period.end:%y}"}
    assert any(year in name for year in years)


VISITS = {
    ("Weekly Compliance Report 29.03.21.xlsx", "Referral and Assessment", "Visits due"): ("294", "394"),
    ("Weekly Compliance Report 29 Nov 2021 FINAL.xlsx", "Referral and Assessment", "Completed in time"): (
        "335", "355",
    ),
    ("Weekly Compliance Report 29 Nov 2021 FINAL.xlsx", "Safeguarding and Family Support", "Visits due"): (
        "669", "696",
    ),
}  # fmt: skip


def test_the_visits_that_contradict_themselves_have_exactly_these_suggestions() -> None:
    folder = ROOT / "sample_inputs" / "slough_2021"
    expected = {
        (file, "Visits", cell_at(folder / file, "Visits", row, column), old, new)
        for (file, row, column), (old, new) in VISITS.items()
    }
    found = {
        (path.name, f.sheet, f.suggestion.cell, f.suggestion.from_, f.suggestion.to)
        for path in SAMPLES
        if path.parent == folder
        for f in judged(path).findings
        if f.suggestion is not None
    }
    assert found == expected


@pytest.mark.parametrize(
    ("file", "held"),
    [
        ("Weekly Compliance Report 29.03.21.xlsx", {"referral_assessment"}),
        (
            "Weekly Compliance Report 29 Nov 2021 FINAL.xlsx",
            {"referral_assessment", "safeguarding_family_support"},
        ),
    ],
)
def test_only_the_rows_of_visits_that_contradict_themselves_are_held(file: str, held: set[str]) -> None:
    observations = judged(ROOT / "sample_inputs" / "slough_2021" / file).observations
    assert {(o.measure, o.service) for o in observations if o.state == "held"} == {
        ("visits_in_timescale", service) for service in held
    }


def test_the_unreadable_percentage_is_a_doubt_that_holds_nothing() -> None:
    path = ROOT / "sample_inputs" / "slough_2021" / "Weekly Compliance Report 29.03.21.xlsx"
    doubts = [f for f in judged(path).findings if f.code == "percent_unreadable"]
    cell = cell_at(path, "Assessments", "Referral & Assessment", "% in timescale")
    assert [(f.sheet, f.cell) for f in doubts] == [("Assessments", cell)]
    assert "'99.7.0%'" in doubts[0].message
    states = {o.state for o in judged(path).observations if o.measure == "assessments_in_timescale"}
    assert states == {"sound"}


def test_a_transposed_count_of_the_other_programme_is_found_too() -> None:
    path = ROOT / "sample_inputs" / "hillingdon_2015" / "Weekly data set 31 July 2015 v2.xlsx"
    errors = [f for f in judged(path).findings if f.severity == "error"]
    assert len(errors) == 1
    assert errors[0].suggestion is not None
    assert (errors[0].suggestion.from_, errors[0].suggestion.to) == ("182", "128")


def test_no_workbook_of_one_programme_is_a_return_of_the_other() -> None:
    for path in SAMPLES:
        other = next(n for n in ("slough_2021", "hillingdon_2015") if n != path.parent.name)
        if "tracker" not in path.name:
            assert judge_file(path, programme_of(other)).status == "refused"
