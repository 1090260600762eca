"""The second sample programme, by configuration alone: another council, other returns, the same code."""

from __future__ import annotations

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest

from tests.end_to_end.command import PROGRAMMES, ROOT, SAMPLES, kpi_rows, run, workbooks

NAME = "hillingdon_2015"
DATES = ("2015-03-31", "2015-06-30", "2015-07-31", "2015-09-30", "2016-03-31")
WEEKS = dict(zip(DATES, ("2015-03-27", "2015-06-26", "2015-07-31", "2015-09-25", "2016-03-25"), strict=True))
RA, CSWT, CIC, AIT = "referral_assessment", "social_work_teams", "children_in_care", "asylum_intake"
TEAMS = (RA, CSWT, CIC, AIT)
MISTYPED = ("2015-07-31", CSWT)


@pytest.fixture(scope="session")
def tables(hillingdon_home: Path) -> dict[str, dict[tuple, dict]]:
    """`kpis --json` at every reporting date."""
    return {day: kpi_rows(hillingdon_home, NAME, day) for day in DATES}


def facts_of(row: dict) -> tuple[str | None, str]:
    return row["value"], row["impact"]


@pytest.mark.parametrize(
    ("day", "indicator", "service", "value", "impact"),
    [
        ("2015-09-30", "audits_good", None, "44.8", "yellow"),
        ("2015-09-30", "audits_good", RA, "50.0", "green"),  # the target stepped to 50 that day
        ("2016-03-31", "audits_good", None, "75.3", "amber"),
        ("2015-09-30", "average_caseload", RA, "16.0", "green"),  # the upper end of the range
        ("2015-09-30", "average_caseload", CIC, "13.2", "amber"),  # below the lower end
        ("2015-07-31", "lac_visits", CSWT, None, "held"),
        ("2015-07-31", "lac_visits", None, "93.8", "unrated"),
        ("2015-07-31", "lac_visits", CIC, "94.2", "yellow"),
        ("2015-06-30", "lac_visits", RA, None, "unrated"),
        ("2015-03-31", "pathway_plans", None, "85.0", "red"),
        ("2015-09-30", "pathway_plans", None, "95.2", "amber"),
        ("2015-09-30", "caseload_ceiling", CSWT, "19.8", "amber"),
    ],
)
def test_single_figures(
    tables: dict, day: str, indicator: str, service: str | None, value: str | None, impact: str
) -> None:
    assert facts_of(tables[day][indicator, service, None]) == (value, impact)


@pytest.mark.parametrize(("day", "target"), [("2015-07-31", "35"), ("2015-09-30", "50"), ("2016-03-31", "80")])
def test_the_target_steps(tables: dict, day: str, target: str) -> None:
    for service in (None, *TEAMS):
        assert tables[day]["audits_good", service, None]["target_low"] == target


def test_a_range_has_both_ends(tables: dict) -> None:
    row = tables["2015-09-30"]["average_caseload", CIC, None]
    assert (row["target_low"], row["target_high"], row["direction"]) == ("14", "16", "range")


def test_a_held_row_keeps_the_company_from_being_derived(tables: dict) -> None:
    row = tables["2015-07-31"]["lac_visits", None, None]
    assert (row["numerator"], row["denominator"]) == (None, None)
    assert "stated, not derived" in row["reason"]
    assert "Children's Social Work Teams" in row["reason"]


def test_after_a_held_figure_there_is_nothing_to_compare_with(tables: dict) -> None:
    row = tables["2015-09-30"]["lac_visits", CSWT, None]
    assert (row["previous"], row["change"], row["impact"]) == (None, None, "red")


def test_no_cases_is_neither_nought_nor_everything(tables: dict) -> None:
    row = tables["2015-06-30"]["lac_visits", RA, None]
    assert (row["state"], row["value"], row["impact"]) == ("no_cases", None, "unrated")
    whole = tables["2015-06-30"]["lac_visits", None, None]
    assert whole["value"] is not None


def test_a_measure_that_only_the_company_has_keeps_its_own_counts(tables: dict) -> None:
    row = tables["2015-09-30"]["pathway_plans", None, None]
    assert (row["numerator"], row["denominator"], row["baseline"]) == ("118", "124", "85.0")


def test_the_reason_says_what_the_unrounded_value_would_be(tables: dict) -> None:
    row = tables["2015-09-30"]["caseload_ceiling", CSWT, None]
    assert "unrounded would be Red" in row["reason"]
    assert row["tolerance"] == {"kind": "percent_of_target", "value": "10"}


def test_a_small_base_is_marked(tables: dict) -> None:
    assert tables["2015-09-30"]["audits_good", AIT, None]["is_small_base"] is True
    assert tables["2015-09-30"]["audits_good", RA, None]["is_small_base"] is False


def test_an_effect_that_is_not_expected_yet_is_grey(tables: dict) -> None:
    assert tables["2015-07-31"]["midpoint_reviews", None, None]["impact"] == "grey"
    assert facts_of(tables["2015-09-30"]["midpoint_reviews", None, None]) == ("69.8", "yellow")


# --- Every figure, from the counts ----------------------------------------------------------------------


def counts_of(day: str) -> dict[str, dict[str, str]]:
    """The counts of the week before a reporting date, by team."""
    with (SAMPLES / NAME / "figures" / "weekly_synthetic.csv").open(encoding="utf-8", newline="") as stream:
        return {row["service"]: row for row in csv.DictReader(stream) if row["as_at"] == WEEKS[day]}


def share(numerator: Decimal, denominator: Decimal, scale: int) -> str | None:
    if not denominator:
        return None
    return str((scale * numerator / denominator).quantize(Decimal("0.1"), ROUND_HALF_UP))


MEASURES = {
    "audits_good": ("good_or_better", "audited", 100),
    "average_caseload": ("allocated", "workers", 1),
    "statutory_cases_allocated": ("allocated", "open", 100),
    "lac_visits": ("visits_in_time", "visits_due", 100),
}


@pytest.mark.parametrize("day", DATES)
@pytest.mark.parametrize("indicator", MEASURES)
def test_every_share_is_that_of_the_counts(tables: dict, day: str, indicator: str) -> None:
    counts = counts_of(day)
    over, under, scale = MEASURES[indicator]
    for team in TEAMS:
        row = tables[day][indicator, team, None]
        if indicator == "lac_visits" and (day, team) == MISTYPED:
            continue
        numerator, denominator = Decimal(counts[team][over]), Decimal(counts[team][under])
        assert row["value"] == share(numerator, denominator, scale), (team, row["reason"])
        assert (Decimal(row["numerator"]), Decimal(row["denominator"])) == (numerator, denominator)
    if (indicator, day) == ("lac_visits", MISTYPED[0]):
        return
    company = tables[day][indicator, None, None]
    sums = [sum(Decimal(counts[team][name]) for team in TEAMS) for name in (over, under)]
    assert company["value"] == share(*sums, scale)
    assert [Decimal(company["numerator"]), Decimal(company["denominator"])] == sums


@pytest.mark.parametrize("day", DATES)
def test_children_missing_are_added_up(tables: dict, day: str) -> None:
    counts = counts_of(day)
    row = tables[day]["missing_from_care", None, None]
    assert row["value"] == str(sum(int(counts[team]["missing"]) for team in TEAMS))
    assert row["denominator"] is None


# --- Through check, and by configuration alone ----------------------------------------------------------


def test_check_finds_the_two_planted_errors_and_no_other(tmp_path: Path) -> None:
    result = run("check", *workbooks(NAME), "--programme", NAME, "--home", tmp_path, "--json")
    assert result.code == 1
    files = {Path(item["file"]).name: item for item in result.json["files"]}
    assert {item["status"] for item in files.values()} == {"accepted", "held"}
    found = [(item["period_end"], f["code"], f["cell"]) for item in files.values() for f in item["findings"]]
    assert sorted(found) == [
        ("2015-07-31", "counts_disagree", "E10"),
        ("2015-07-31", "stated_not_checked", "H14"),
        ("2015-09-25", "last_digit", "G13"),
    ]
    (held,) = [item for item in files.values() if item["status"] == "held"]
    assert held["findings"][0]["suggestion"] == {"cell": "E10", "from": "182", "to": "128"}


def test_check_stores_nothing(tmp_path: Path) -> None:
    run("check", *workbooks(NAME), "--programme", NAME, "--home", tmp_path / "home")
    assert not (tmp_path / "home").exists()


def test_no_python_knows_a_council_or_a_service() -> None:
    rooms = ("schemas", "workbooks", "transforms", "history", "report_templates", "delivery", "flows")
    names = [p.name for p in PROGRAMMES.iterdir() if (p / "programme.yaml").is_file()]
    words = [*names, *(n.split("_")[0] for n in names), *TEAMS, "safeguarding_family_support", "cla_support"]
    for room in rooms:
        for path in sorted((ROOT / room).rglob("*.py")):
            text = path.read_text(encoding="utf-8").lower()
            assert not [word for word in words if word in text], path
