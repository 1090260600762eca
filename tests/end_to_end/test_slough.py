"""The first sample programme from inbox to answers, against the published figures."""

from __future__ import annotations

import datetime as dt
import hashlib
import shutil
from collections import Counter
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from tests.end_to_end.command import (
    PROGRAMMES,
    RECEIVED,
    kpi_rows,
    run,
    workbooks,
)
from tests.end_to_end.printed_figures import CLA, RA, SFS, all_lines
from tests.properties.impact_rules import judge, latest

SLOUGH = "slough_2021"
DATES = ("2021-03-31", "2021-08-31", "2021-09-30", "2021-11-30")
VISITS = "visits_in_timescale"


def number(text: str | None) -> Fraction | None:
    return None if text is None else Fraction(text)


@pytest.fixture(scope="session")
def tables(slough_home: Path) -> dict[str, dict[tuple, dict]]:
    """`kpis --json` at the four reporting dates."""
    return {day: kpi_rows(slough_home, SLOUGH, day) for day in DATES}


# --- The KPI table --------------------------------------------------------------------------------------


class TestFigures:
    @pytest.mark.parametrize("day", DATES)
    def test_every_figure_is_what_was_published(self, tables: dict, day: str) -> None:
        as_at = dt.date.fromisoformat(day)
        before = max((dt.date.fromisoformat(d) for d in DATES if d < day), default=None)
        lines = all_lines()
        for key, line in lines.items():
            row = tables[day][key]
            wanted = judge(line.seen, line.rules, as_at, before)
            assert row["impact"] == wanted.impact, (key, row["reason"])
            for name in ("value", "previous", "change", "baseline"):
                expected = getattr(wanted, name)
                assert number(row[name]) == expected, (key, name, row["reason"])
            if row["value"] is not None:
                end = latest(line.seen, as_at).end
                assert row["period_end"] == end.isoformat(), key
                counts = line.counts.get(end, (None, None))
                assert (number(row["numerator"]), number(row["denominator"])) == counts, key
                assert row["is_corrected"] == (end in line.corrected), key

    @pytest.mark.parametrize("day", DATES)
    def test_whatever_was_not_published_is_listed_without_data(self, tables: dict, day: str) -> None:
        others = tables[day].keys() - all_lines().keys()
        assert len(others) == len(tables[day]) - len(all_lines())
        for key in others:
            assert (tables[day][key]["impact"], tables[day][key]["value"]) == ("no_data", None), key

    def test_every_row_has_its_own_reference(self, tables: dict) -> None:
        refs = [row["ref"] for row in tables[DATES[3]].values()]
        assert refs == [f"K{n}" for n in range(1, len(refs) + 1)]


class TestFacts:
    """Single facts of the published plan."""

    def test_education_employment_or_training(self, tables: dict) -> None:
        row = tables["2021-11-30"]["care_leavers_eet", None, "aged_18_21"]
        assert (row["value"], row["baseline"], row["change"]) == ("44.0", "38.0", "-2.0")
        assert (row["target_low"], row["target_high"], row["target_text"]) == (None, None, None)
        assert row["impact"] == "unrated"
        assert "up 6.0 on the baseline" in row["reason"]
        assert "down 2.0 on August" in row["reason"]

    def test_turnover(self, tables: dict) -> None:
        row = tables["2021-11-30"]["permanent_turnover", None, None]
        assert (row["value"], row["target_high"], row["previous"]) == ("35.0", "20", "37.0")
        assert (row["impact"], row["change"]) == ("yellow", "-2.0")

    def test_visits_of_the_company(self, tables: dict) -> None:
        row = tables["2021-11-30"][VISITS, None, None]
        assert (row["value"], row["numerator"], row["denominator"]) == ("85.5", "1295", "1514")
        assert (row["impact"], row["is_corrected"]) == ("amber", True)

    def test_visits_of_referral_and_assessment(self, tables: dict) -> None:
        row = tables["2021-09-30"][VISITS, RA, None]
        assert row["reason"] == "57.6 against 90, outside 5 points, up 8.0 on 16 August"
        assert row["impact"] == "yellow"

    def test_a_tolerance_is_printed_with_its_kind(self, tables: dict) -> None:
        assert tables["2021-11-30"][VISITS, None, None]["tolerance"] == {"kind": "points", "value": "5"}
        assert tables["2021-11-30"]["care_leavers_eet", None, "aged_18_21"]["tolerance"] is None

    def test_the_derived_figure_is_printed_where_the_last_digit_differs(self, tables: dict) -> None:
        row = tables["2021-09-30"]["assessments_in_timescale", None, None]
        assert (row["value"], row["numerator"], row["denominator"]) == ("84.8", "307", "362")


class TestColumns:
    PROMISED = (
        "indicator", "service", "subgroup", "period_end", "precision", "basis", "value", "numerator",
        "denominator", "unit", "decimals", "target_low", "target_high", "tolerance", "baseline", "previous",
        "previous_period_end", "change", "impact", "direction", "reason", "is_corrected", "is_small_base",
        "plan_refs", "ref", "target_text",
    )  # fmt: skip

    def test_the_promised_fields_are_there(self, tables: dict) -> None:
        for row in tables["2021-11-30"].values():
            assert set(self.PROMISED) <= row.keys()

    def test_figures_are_text_dates_are_iso_and_flags_are_flags(self, tables: dict) -> None:
        row = tables["2021-11-30"][VISITS, None, None]
        assert row["period_end"] == "2021-11-29"
        assert (row["precision"], row["basis"], row["unit"], row["decimals"]) == ("day", "snapshot", "percent", 1)
        assert row["is_small_base"] is False
        assert row["plan_refs"] == ["1.6"]

    def test_table_and_workbook_hold_the_same_rows(self, slough_home: Path, tables: dict, tmp_path: Path) -> None:
        import csv

        paths = tmp_path / "kpis.csv", tmp_path / "kpis.xlsx"
        result = run("kpis", "--programme", SLOUGH, "--home", slough_home, "--as-at", DATES[3],
                     "--csv", paths[0], "--xlsx", paths[1])  # fmt: skip
        assert result.code == 0
        with paths[0].open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.DictReader(stream))
        assert [r["value"] or None for r in rows] == [r["value"] for r in tables[DATES[3]].values()]
        assert paths[1].read_bytes().startswith(b"PK")


# --- Without the analyst's corrections ------------------------------------------------------------------


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The programme without corrections.yaml, and a home that has taken its weekly workbooks in with it."""
    folder = tmp_path_factory.mktemp("plain")
    copy = folder / "programmes" / SLOUGH
    shutil.copytree(PROGRAMMES / SLOUGH, copy)
    (copy / "corrections.yaml").unlink()
    home = folder / "home"
    names = [p for p in workbooks(SLOUGH) if "Compliance" in p.name]
    result = run("ingest", "--programme", copy, "--home", home, "--received-at", RECEIVED, *names)
    assert result.code == 1
    return copy, home


class TestCorrections:
    def test_rows_are_held_and_the_company_is_stated_not_derived(self, plain: tuple[Path, Path]) -> None:
        copy, home = plain
        rows = kpi_rows(home, copy, "2021-11-30")
        for service in (RA, SFS):
            assert (rows[VISITS, service, None]["impact"], rows[VISITS, service, None]["value"]) == ("held", None)
        company = rows[VISITS, None, None]
        assert (company["value"], company["impact"], company["numerator"]) == ("85.5", "unrated", None)
        assert "stated, not derived" in company["reason"]
        assert (rows[VISITS, CLA, None]["value"], rows[VISITS, CLA, None]["impact"]) == ("87.3", "amber")

    def test_a_held_baseline_is_null(self, plain: tuple[Path, Path]) -> None:
        copy, home = plain
        rows = kpi_rows(home, copy, "2021-11-30")
        assert rows[VISITS, RA, None]["baseline"] is None
        assert rows[VISITS, None, None]["baseline"] is None
        assert rows[VISITS, CLA, None]["baseline"] == "87.2"

    def test_declared_they_release_the_rows_without_reading_again(
        self, plain: tuple[Path, Path], tmp_path: Path
    ) -> None:
        copy, plain_home = plain
        home, again = tmp_path / "home", tmp_path / SLOUGH
        shutil.copytree(plain_home, home)
        shutil.copytree(copy, again)
        held = kpi_rows(home, again, "2021-11-30")
        event = run("kpis", "--programme", again, "--home", home, "--as-at", "2021-11-30", "--json").json["as_known"]
        shutil.copyfile(PROGRAMMES / SLOUGH / "corrections.yaml", again / "corrections.yaml")
        rows = kpi_rows(home, again, "2021-11-30")
        assert (rows[VISITS, None, None]["value"], rows[VISITS, None, None]["numerator"]) == ("85.5", "1295")
        marked = {key[1] for key, row in rows.items() if row["is_corrected"]}
        assert marked == {None, RA, SFS}
        assert rows[VISITS, RA, None]["value"] == "79.4"
        assert rows[VISITS, RA, None]["baseline"] == "75.6"
        assert kpi_rows(home, again, "2021-11-30", "--as-known", event) == held

    def test_a_mended_source_is_told_and_taken_as_it_is(self, slough_home: Path, tmp_path: Path) -> None:
        import openpyxl

        home = tmp_path / "home"
        shutil.copytree(slough_home, home)
        source = next(p for p in workbooks(SLOUGH) if "29 Nov" in p.name)
        book = openpyxl.load_workbook(source)
        assert book["Visits"]["C7"].value == 335
        book["Visits"]["C7"] = 355
        book.save(tmp_path / "mended.xlsx")
        taken = run("ingest", "--programme", SLOUGH, "--home", home, tmp_path / "mended.xlsx", "--json")
        assert taken.json["files"][0]["already_known"] is False
        result = run("kpis", "--programme", SLOUGH, "--home", home, "--as-at", "2021-11-30", "--json")
        rows = {(r["indicator"], r["service"]): r for r in result.json["rows"]}
        assert (rows[VISITS, RA]["value"], rows[VISITS, RA]["is_corrected"]) == ("79.4", False)
        assert rows[VISITS, SFS]["is_corrected"] is True
        stale = [line for line in result.err.splitlines() if "expects '335'" in line]
        assert len(stale) == 1
        assert "355" in stale[0]


# --- The plan -------------------------------------------------------------------------------------------


class TestActions:
    COLOURS = ("blue", "red", "amber", "yellow", "green", "grey", "undated")

    @pytest.mark.parametrize(
        ("day", "counts"),
        [
            ("2021-03-31", (0, 0, 0, 0, 100, 27, 4)),
            ("2021-08-31", (18, 10, 3, 0, 79, 12, 9)),
            ("2021-09-30", (31, 11, 13, 2, 58, 9, 7)),
            ("2021-11-30", (50, 8, 11, 6, 45, 3, 8)),
        ],
    )
    def test_colours(self, slough_home: Path, day: str, counts: tuple[int, ...]) -> None:
        result = run("actions", "--programme", SLOUGH, "--home", slough_home, "--as-at", day, "--json")
        rows = result.json["rows"]
        assert result.code == 0
        assert len(rows) == 131
        assert len({row["key"] for row in rows}) == 131
        found = Counter(row["outcome"] for row in rows)
        assert tuple(found[colour] for colour in self.COLOURS) == counts
        assert all(row["reason"] for row in rows)
        assert {row["tracker_period_end"] for row in rows} == {day}

    def test_fields(self, slough_home: Path) -> None:
        result = run("actions", "--programme", SLOUGH, "--home", slough_home, "--as-at", DATES[3], "--json")
        promised = {"key", "priority", "ref", "letter", "title", "owner", "start", "due", "forecast",
                    "completed_on", "recovery_by", "outcome", "owner_rating", "reason"}  # fmt: skip
        for row in result.json["rows"]:
            assert promised <= row.keys()
            assert row["owner_rating"] in {None, "blue", "green", "yellow", "amber", "red", "grey"}
        first = result.json["rows"][0]
        assert (first["priority"], first["ref"], first["letter"]) == ("practice", "1.1", "a")

    def test_before_the_first_tracker_there_is_no_plan(self, slough_home: Path) -> None:
        result = run("actions", "--programme", SLOUGH, "--home", slough_home, "--as-at", "2021-03-30")
        assert result.code == 3
        assert "2021-03-30" in result.error_line


# --- Where a number comes from --------------------------------------------------------------------------


class TestExplain:
    @staticmethod
    @cache
    def explain(home: Path, *arguments: str) -> dict:
        result = run("explain", "--programme", SLOUGH, "--home", home, "--as-at", DATES[3], "--json", *arguments)
        assert result.code == 0, result.err
        return result.json

    def test_down_to_the_cells(self, slough_home: Path) -> None:
        found = self.explain(slough_home, VISITS, "--service", RA)
        assert found["value"] == "79.4"
        source = next(p for p in workbooks(SLOUGH) if "29 Nov" in p.name)
        for operand in found["operands"]:
            assert operand["file"] == source.name
            assert operand["sha256"] == hashlib.sha256(source.read_bytes()).hexdigest()
            assert operand["sheet"] == "Visits"
            assert operand["received_at"] == RECEIVED
        cells = {o["cell"]: (o["value"], o["as_printed"]) for o in found["operands"]}
        assert cells == {"C7": ("355", "335"), "B7": ("447", "447"), "E7": ("79.4", "79.4%")}

    def test_the_correction(self, slough_home: Path) -> None:
        found = self.explain(slough_home, VISITS, "--service", RA)
        fixes = {o["cell"]: o["correction"] for o in found["operands"]}
        assert fixes["B7"] is None
        assert (fixes["C7"]["expected"], fixes["C7"]["right"]) == ("335", "355")
        assert fixes["C7"]["role"] == "Lead Performance Analyst"
        assert "447 due less 92 overdue" in fixes["C7"]["reason"]

    def test_the_company_is_the_sum_of_its_services(self, slough_home: Path) -> None:
        found = self.explain(slough_home, VISITS)
        numerators = [int(o["value"]) for o in found["operands"] if "in time" in o["name"]]
        denominators = [int(o["value"]) for o in found["operands"] if "total" in o["name"]]
        assert (sum(numerators), sum(denominators)) == (1295, 1514)
        assert "1,295 of 1,514" in found["words"]
        assert found["target"]["low"] == "90"
        assert found["configuration"]

    def test_by_the_reference_printed_in_a_pack(self, slough_home: Path, tables: dict) -> None:
        ref = tables[DATES[3]][VISITS, SFS, None]["ref"]
        assert self.explain(slough_home, ref) == self.explain(slough_home, VISITS, "--service", SFS)

    def test_a_figure_without_counts_says_so(self, slough_home: Path) -> None:
        found = self.explain(slough_home, "care_leavers_eet", "--subgroup", "aged_18_21")
        assert "base not given" in found["words"]

    def test_for_the_prompt(self, slough_home: Path) -> None:
        result = run("explain", "--programme", SLOUGH, "--home", slough_home, "--as-at", DATES[3], VISITS)
        assert result.code == 0
        assert "Visits!C7" in result.out
        assert "corrected to 355" in result.out


# --- Taking in ------------------------------------------------------------------------------------------


class TestIngest:
    def test_twice_changes_nothing(self, slough_home: Path, tmp_path: Path) -> None:
        home = tmp_path / "home"
        shutil.copytree(slough_home, home)
        before = run("kpis", "--programme", SLOUGH, "--home", home, "--as-at", DATES[3], "--json")
        paths = [p for p in workbooks(SLOUGH) if "tracker" not in p.name or "Nov" in p.name]
        result = run("ingest", "--programme", SLOUGH, "--home", home, "--json", *paths)
        assert all(item["already_known"] for item in result.json["files"])
        after = run("kpis", "--programme", SLOUGH, "--home", home, "--as-at", DATES[3], "--json")
        assert after.json == before.json

    def test_every_workbook_has_a_receipt(self, tmp_path: Path) -> None:
        paths = [p for p in workbooks(SLOUGH) if "TSG" in p.name]
        result = run("ingest", "--programme", SLOUGH, "--home", tmp_path, "--json", *paths)
        files = result.json["files"]
        assert result.code == 0
        assert sorted(Path(item["file"]).name for item in files) == sorted(p.name for p in paths)
        assert {item["return"] for item in files} == {"tsg_dashboard"}
        assert [item["period_end"] for item in files] == sorted(item["period_end"] for item in files)
        assert len({item["receipt"] for item in files}) == len(paths)

    def test_held_rows_are_exit_code_1(self, tmp_path: Path) -> None:
        path = next(p for p in workbooks(SLOUGH) if "29 Nov" in p.name)
        result = run("check", path, "--programme", SLOUGH, "--home", tmp_path, "--json")
        assert result.code == 1
        (item,) = result.json["files"]
        assert item["status"] == "held"
        suggestions = [f["suggestion"] for f in item["findings"] if f["severity"] == "error"]
        assert suggestions == [
            {"cell": "C7", "from": "335", "to": "355"},
            {"cell": "B8", "from": "669", "to": "696"},
        ]

    def test_a_refused_file_is_put_aside_with_the_reasons(self, tmp_path: Path) -> None:
        inbox = tmp_path / "inbox" / SLOUGH
        inbox.mkdir(parents=True)
        (inbox / "notes.xlsx").write_bytes(b"no workbook")
        result = run("ingest", "--programme", SLOUGH, "--home", tmp_path, "--json")
        assert result.code == 1
        assert [item["status"] for item in result.json["files"]] == ["refused"]
        assert (inbox / "refused" / "notes.xlsx").read_bytes() == b"no workbook"
        assert "notes.xlsx" in (inbox / "refused" / "notes.xlsx.why.txt").read_text(encoding="utf-8")

    def test_the_order_of_arrival_does_not_matter(self, tables: dict, tmp_path: Path) -> None:
        """Sent one by one, the newest first, the returns take their places in the calendar."""
        paths = [p for p in workbooks(SLOUGH) if p.name.startswith("CPR")]
        by_date = {name: i for i, name in enumerate(("March", "August", "Sept", "October"))}
        paths.sort(key=lambda p: next(i for name, i in by_date.items() if name in p.name), reverse=True)
        for path in paths:
            assert run("ingest", "--programme", SLOUGH, "--home", tmp_path, path).code == 0
        rows = kpi_rows(tmp_path, SLOUGH, DATES[3])
        for key in (k for k in rows if k[0] in {"care_leavers_eet", "suitable_accommodation", "staff_absence"}):
            assert rows[key] == tables[DATES[3]][key]

    def test_as_known_before_anything_arrived(self, slough_home: Path) -> None:
        result = run("kpis", "--programme", SLOUGH, "--home", slough_home, "--as-at", DATES[3], "--as-known", "1")
        assert result.code == 3
