"""Scenarios of gate 3: workbooks that contradict each other, or are in doubt beside the ones before them."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest

from flows.explaining import explain_figure, find_row
from flows.position import derive_position
from history.store import History
from programmes.load import ConfigurationError, load_programme
from tests.builders import INDICATORS, LAMP_REPORT, changed, percent
from tests.end_to_end.command import run
from tests.scenarios.cases import case, codes_of, expect, expect_only
from tests.scenarios.harbour import (
    HARBOUR_REPORT,
    LAMPS_OF_MONTH,
    MARCH,
    REACH,
    WEEK,
    Harbour,
    broken_by,
    broken_in,
    lamps,
    lamps_of_month,
    monthly,
    states,
    told,
)
from transforms.words import say_accepted

# --- The same figure given twice ------------------------------------------------------------------------


@case("returns_disagree")
def test_a_month_that_contradicts_the_week_of_its_last_day_is_told_at_both_cells(harbour: Harbour) -> None:
    week = harbour.take_one(lamps(MARCH))
    book = lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6")))
    month = harbour.take_one(book)
    assert "returns_disagree" not in codes_of(week), "it came first, and nothing contradicted it"
    expect_only(month, "held", "returns_disagree")
    finding = expect(
        month, "returns_disagree", "Page 1", book.at(REACH, "Lamps due").coordinate,
        says=("'Lamps lit in time' (Upper Reach)", "denominator", "201", "arrival 1.xlsx, Lamps!B7, gives 200"),
        advises="Find out which of the two is right",
    )  # fmt: skip
    assert finding.severity == "error"
    position = harbour.position(MARCH)
    assert told(position)["returns_disagree", "Lamps", "B7"] == 1, "known now at the first file's cell too"
    assert told(position)["returns_disagree", "Page 1", finding.cell] == 1
    row = next(r for r in position.rows if r.service == "upper_reach")
    assert (row.state, row.value) == ("held", None)
    assert "arrival 2.xlsx says 201 at Page 1!" in row.reason
    assert states(position)["quay_basin"] == "published"
    assert states(position)[None] == "held", "no company figure from one that is held"


LET_STAND = f"""\
overrides:
  - role: Harbour Analyst
    date: 2031-04-02
    return: lamp_report
    period: {MARCH.isoformat()}
    code: returns_disagree
    service: upper_reach
    measure: lamps_in_time
    field: due
    expected: "200"
    note: The month counted one lamp twice.
"""


def test_an_override_lets_one_of_two_contradicting_figures_stand(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH))
    harbour.take_one(lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))))
    assert states(harbour.position(MARCH))["upper_reach"] == "held"
    (harbour.programme / "overrides.yaml").write_text(LET_STAND, encoding="utf-8")
    position = harbour.position(MARCH)
    row = next(r for r in position.rows if r.service == "upper_reach")
    assert (row.state, row.denominator, row.is_overridden) == ("published", 200, True)
    assert states(position)[None] == "published", "the company figure is derived again"
    assert [r.is_overridden for r in position.rows if r.service == "quay_basin"] == [False]
    accepted = [f for r in position.received for f in r.findings if f.code == "returns_disagree" and not f.is_open]
    assert [(f.sheet, f.cell) for f in accepted] == [("Lamps", "B7")], "the month's own finding stays open"
    assert position.findings == ()
    (told_of,) = explained(harbour)["overrides"]
    assert (told_of["cell"], told_of["printed"]) == ("B7", "this workbook's own figure")
    assert say_accepted(told_of["message"]).endswith("gives 201."), "nothing of it is held any more"


def explained(harbour: Harbour) -> dict[str, Any]:
    """The explanation of Upper Reach's figure."""
    history = History(harbour.home / "history")
    try:
        position = derive_position(history, harbour.loaded, MARCH)
        return explain_figure(history, position, find_row(position, "lamps_in_time", "upper_reach", None))
    finally:
        history.close()


def test_explain_names_what_holds_a_contradicted_figure_in_both_workbooks(harbour: Harbour) -> None:
    book = lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6")))
    harbour.take(lamps(MARCH), book)
    week = ("returns_disagree", "arrival 1.xlsx", "B7")
    month = ("returns_disagree", "arrival 2.xlsx", book.at(REACH, "Lamps due").coordinate)
    assert {(h["code"], h["file"], h["cell"]) for h in explained(harbour)["held_by"]} == {week, month}
    (harbour.programme / "overrides.yaml").write_text(LET_STAND, encoding="utf-8")
    assert explained(harbour)["held_by"] == [], "the week's figure stands"


def test_an_override_of_one_measure_leaves_another_that_rests_on_the_same_cell_held(tmp_path: Path) -> None:
    more = "\n          - {id: lamps_seen, form: count, numerator: due}\n      oil:"
    report = changed(LAMP_REPORT, "\n      oil:", more)
    month = HARBOUR_REPORT.replace(
        "denominator: due, stated: pct}\n",
        "denominator: due, stated: pct}\n          - {id: lamps_seen, form: count, numerator: due}\n",
    )
    seen = INDICATORS.partition("indicators:\n")[2].replace("lamps_in_time", "lamps_seen").replace("percent", "lamps")
    harbour = Harbour(
        tmp_path, lamp_report=report, indicators=INDICATORS + seen.replace("company: ratio", "company: sum"),
        **{"returns/harbour_report": month},
    )  # fmt: skip
    harbour.take(lamps(MARCH), lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))))
    (harbour.programme / "overrides.yaml").write_text(LET_STAND, encoding="utf-8")
    position = harbour.position(MARCH)
    rows = {r.indicator: r for r in position.rows if r.service == "upper_reach"}
    assert {name: row.state for name, row in rows.items()} == {"lamps_in_time": "published", "lamps_seen": "held"}
    findings = [f for r in position.received for f in r.findings if (f.sheet, f.cell) == ("Lamps", "B7")]
    assert {f.is_open for f in findings} == {True}, "it still holds the other figure"
    (harbour.programme / "overrides.yaml").write_text(
        LET_STAND + LET_STAND.partition("overrides:\n")[2].replace("lamps_in_time", "lamps_seen"), encoding="utf-8"
    )
    position = harbour.position(MARCH)
    assert {r.state for r in position.rows if r.service == "upper_reach"} == {"published"}
    findings = [f for r in position.received for f in r.findings if (f.sheet, f.cell) == ("Lamps", "B7")]
    assert {f.is_open for f in findings} == {False}
    assert position.findings == ()


def test_a_company_figure_that_stands_by_decision_is_marked_although_it_is_summed_from_its_services(
    tmp_path: Path,
) -> None:
    services = "optional_services: [quay_basin, upper_reach, islands]\n"
    month = HARBOUR_REPORT.replace(services, f"{services}          company: optional\n")
    harbour = Harbour(tmp_path, **{"returns/harbour_report": month})
    week = lamps(MARCH)
    week.write(week.workbook["Lamps"], 9, 1, [("Whole harbour", 694, 538, 156, percent("77.5"))])
    harbour.take(week, lamps_of_month("March 2031", ("Whole harbour", 695, 538, percent("77.4"))))
    assert states(harbour.position(MARCH))[None] == "held"
    stand = changed(LET_STAND, "    service: upper_reach\n", "").replace('"200"', '"694"')
    (harbour.programme / "overrides.yaml").write_text(stand, encoding="utf-8")
    rows = {r.service: r for r in harbour.position(MARCH).rows}
    assert (str(rows[None].value), rows[None].numerator, rows[None].is_overridden) == ("77.5", 538, True)
    assert {r.is_overridden for s, r in rows.items() if s} == {False}


def test_of_a_file_alone_it_is_said_where_contradictions_are_found(harbour: Harbour) -> None:
    path = harbour.save(lamps(MARCH), "week.xlsx")
    result = run("correct", path, "--programme", harbour.programme, "--home", harbour.home,
                 "--accept", "returns_disagree")  # fmt: skip
    assert "there is no finding returns_disagree in it alone. It comes of comparing workbooks" in result.err
    assert f"as lamp_report@{MARCH}; nothing to write" in result.err


def test_two_files_that_arrive_together_are_told_both(harbour: Harbour) -> None:
    week, month = harbour.take(lamps(MARCH), lamps_of_month("March 2031", (REACH, 200, 149, percent("74.5"))))
    assert (week.status, month.status) == ("held", "held")
    (finding,) = [f for f in week.findings if f.code == "returns_disagree"]
    assert "arrival 2.xlsx, Page 1!" in finding.message


@pytest.mark.parametrize(
    ("row", "agrees"),
    [
        ((REACH, None, None, percent("75")), True),
        ((REACH, None, None, percent("75.00")), True),
        ((REACH, None, None, percent("74.9")), False),
        ((REACH, None, None, percent("76")), False),
        ((REACH, 200, 150, percent("75.0")), True),
        ((REACH, 400, 300, percent("75.0")), False),
    ],
)
def test_values_agree_where_they_are_equal_at_the_coarser_precision(
    row: Sequence[object], agrees: bool, harbour: Harbour
) -> None:
    harbour.take(lamps(MARCH), lamps_of_month("March 2031", row))
    assert (states(harbour.position(MARCH))["upper_reach"] == "published") == agrees


def test_the_week_before_is_of_another_date(harbour: Harbour) -> None:
    files = harbour.take(lamps(MARCH - WEEK), lamps_of_month("March 2031", (REACH, 999, 1, percent("0.1"))))
    assert [f.status for f in files] == ["accepted", "accepted"]


@case("returns_disagree")
def test_two_tables_of_one_workbook_that_contradict_each_other_are_both_held(harbour: Harbour) -> None:
    book = monthly(
        "March 2031",
        ("Lamps at the end of the month", [("Quay", "% in time"), (REACH, percent("75.0"))]),
        ("Lamps once more", [("Quay", "Share in time"), (REACH, percent("57.0"))]),
    )
    judged = harbour.take_one(book)
    expect_only(judged, "held", "returns_disagree", "returns_disagree")
    assert {(f.sheet, f.cell) for f in judged.findings} == {("Page 1", "B6"), ("Page 2", "B6")}
    assert all("this workbook, Page" in f.message for f in judged.findings)
    first = replace(judged, findings=tuple(f for f in judged.findings if f.sheet == "Page 1"))
    expect(first, "returns_disagree", "Page 1", "B6", says=("75.0%", "Page 2!B6, gives 57.0%"), advises="correct")


def test_of_two_tables_that_agree_the_more_exact_one_is_printed(tmp_path: Path) -> None:
    indicators = changed(INDICATORS, "return: lamp_report", "return: harbour_report")
    harbour = Harbour(tmp_path, indicators=indicators)
    harbour.take_one(
        monthly(
            "March 2031",
            ("Lamps at the end of the month", [LAMPS_OF_MONTH, (REACH, 199, 150, percent("75.4"))]),
            ("Lamps once more", [("Quay", "Share in time"), (REACH, percent("75"))]),
        )
    )
    row = next(r for r in harbour.position(MARCH).rows if r.service == "upper_reach")
    assert (str(row.value), row.numerator, row.denominator) == ("75.4", 150, 199)


def test_a_correction_of_one_side_releases_both(harbour: Harbour) -> None:
    harbour.take(lamps(MARCH), lamps_of_month("March 2031", (REACH, 210, 150, percent("71.4"))))
    assert states(harbour.position(MARCH))["upper_reach"] == "held"
    (harbour.programme / "corrections.yaml").write_text(
        """\
corrections:
  - {role: Keeper, date: 2031-04-02, return: harbour_report, period: 2031-03-31, service: upper_reach,
     measure: lamps_in_time, field: due, expected: 210, right: 200, reason: Ten were counted twice.}
  - {role: Keeper, date: 2031-04-02, return: harbour_report, period: 2031-03-31, service: upper_reach,
     measure: lamps_in_time, field: pct, expected: 71.4%, right: 75.0%, reason: Worked out anew.}
"""
    )
    position = harbour.position(MARCH)
    assert states(position)["upper_reach"] == "published"
    assert not [code for code, _, _ in told(position) if code == "returns_disagree"]
    later = harbour.take_one(lamps(MARCH))
    assert "returns_disagree" not in codes_of(later), "history counts with its corrections"


def test_a_return_sent_again_is_not_held_against_the_one_it_replaces(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH))
    harbour.take_one(lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))))
    mended = harbour.take_one(lamps_of_month("March 2031", (REACH, 200, 150, percent("75.0"))))
    expect_only(mended, "accepted")
    assert set(states(harbour.position(MARCH)).values()) == {"published"}


def test_a_later_return_that_prints_an_earlier_month_anew_restates_it(harbour: Harbour) -> None:
    harbour.take(broken_by("February 2031", Jan_31=40, Feb_31=30), broken_by("March 2031", Feb_31=33, Mar_31=20))
    assert not [code for code, _, _ in told(harbour.position(MARCH)) if code.endswith("disagree")]


def test_a_company_row_beside_a_held_service_is_printed_as_stated_only(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path)
    book = lamps(MARCH)
    sheet = book.workbook["Lamps"]
    book.write(sheet, 9, 1, [("Whole harbour", 694, 538, 156, percent("77.5"))])
    harbour.take(book, lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))))
    position = harbour.position(MARCH)
    company = next(r for r in position.rows if r.service is None)
    assert (company.impact, company.is_stated) == ("unrated", True)
    assert "stated, not derived, since Upper Reach is held" in company.reason
    assert told(position)["stated_not_checked", "Lamps", "E9"] == 1


# --- A month against its weeks --------------------------------------------------------------------------

FEBRUARY = [dt.date(2031, 2, 3) + n * WEEK for n in range(4)]
"""Four weeks from Monday, 3 February; the month's first two days belong to the week before."""


@case("periods_disagree")
def test_weeks_inside_a_month_cannot_add_up_to_more(harbour: Harbour) -> None:
    harbour.take(*(broken_in(day, 10) for day in FEBRUARY[:3]))
    month = harbour.take_one(broken_by("February 2031", Feb_31=29))
    expect_only(month, "held", "periods_disagree")
    finding = expect(
        month, "periods_disagree", "Page 1", "B6",
        says=("29", "February 2031", "within it add up to 30", "10 in the week to 9 Feb 2031"),
        advises="declare it distinct",
    )  # fmt: skip
    assert told(harbour.position(MARCH))["periods_disagree", "Page 1", finding.cell] == 1


@case("periods_disagree")
def test_a_month_cannot_be_more_than_all_the_weeks_that_touch_it(harbour: Harbour) -> None:
    weeks = [dt.date(2031, 1, 27) + n * WEEK for n in range(5)]
    harbour.take(*(broken_in(day, 10) for day in weeks))
    assert harbour.take_one(broken_by("February 2031", Feb_31=50)).status == "accepted"
    month = harbour.take_one(broken_by("February 2031", Feb_31=51))
    expect(month, "periods_disagree", "Page 1", "B6", says="cover it add up to only 50", advises="Find out")


def test_a_month_with_a_week_unknown_may_be_more_than_the_rest(harbour: Harbour) -> None:
    harbour.take(*(broken_in(day, 10) for day in FEBRUARY))
    assert harbour.take_one(broken_by("February 2031", Feb_31=400)).status == "accepted"


@pytest.mark.parametrize(("quarter", "code"), [(90, None), (91, "only 90"), (89, "add up to 90")])
def test_months_that_make_a_quarter_add_up_to_it(quarter: int, code: str | None, harbour: Harbour) -> None:
    columns = {"Jan_31": 40, "Feb_31": 30, "Mar_31": 20, "Q4 2030/31": quarter}
    judged = harbour.take_one(broken_by("March 2031", **columns))
    messages = [f.message for f in judged.findings if f.code == "periods_disagree"]
    assert (not messages) if code is None else (len(messages) == 1 and code in messages[0])


def test_people_counted_once_in_a_period_do_not_add_up(tmp_path: Path) -> None:
    once = changed(HARBOUR_REPORT, "basis: in_period, stated", "basis: in_period, distinct: true, stated")
    harbour = Harbour(tmp_path, **{"returns/harbour_report": once})
    harbour.take(*(broken_in(day, 10) for day in FEBRUARY))
    assert harbour.take_one(broken_by("February 2031", Feb_31=12)).status == "accepted"


# --- Whenever they arrive -------------------------------------------------------------------------------


@pytest.mark.long
def test_the_order_of_arrival_changes_nothing(tmp_path: Path) -> None:
    files = {
        "week": lamps(MARCH),
        "month": lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))),
        "week before": lamps(MARCH - WEEK, (394, 299), (199, 149), (97, 91)),
        "broken": broken_by("February 2031", Feb_31=9),
        "log": broken_in(dt.date(2031, 2, 3), 10),
    }
    seen = set()
    for number, order in enumerate(list(permutations(files))[::23]):
        harbour = Harbour(tmp_path / str(number))
        for name in order:
            path = harbour.save(files[name], f"{name}.xlsx")
            result = run("ingest", "--programme", harbour.programme, "--home", harbour.home, path,
                         "--received-at", "2031-12-31T09:00:00Z")  # fmt: skip
            assert result.code in {0, 1}
        position = harbour.position(MARCH)
        rows = [(r.key, r.state, str(r.value), r.impact, r.reason) for r in position.rows]
        findings = sorted((r.name, f.code, f.cell or "", f.message) for r in position.received for f in r.findings)
        seen.add(json.dumps([rows, findings]))
    assert len(seen) == 1
    assert {"returns_disagree", "periods_disagree", "denominator_repeated"} <= {f[1] for f in findings}


def test_a_return_that_arrives_late_is_held_against_its_neighbours_in_the_calendar(harbour: Harbour) -> None:
    harbour.take(
        lamps(MARCH - 2 * WEEK, (394, 298), (200, 150), (90, 80)), lamps(MARCH, (391, 297), (203, 151), (91, 80))
    )
    late = harbour.take_one(lamps(MARCH - WEEK, (394, 299), (203, 149), (92, 80)))
    assert [(f.code, f.cell) for f in late.findings] == [("denominator_repeated", "B6")], "of the week before"
    doubts = {place for place in told(harbour.position(MARCH)) if place[0] == "denominator_repeated"}
    assert doubts == {("denominator_repeated", "Lamps", "B6"), ("denominator_repeated", "Lamps", "B7")}


# --- Configuration --------------------------------------------------------------------------------------


def test_only_a_weekly_return_has_a_weekday(tmp_path: Path) -> None:
    monthly_lamps = changed(LAMP_REPORT, "cadence: weekly\n", "cadence: monthly\nweekday: friday\n")
    with pytest.raises(ConfigurationError, match="only a weekly return has a weekday"):
        load_programme(Harbour(tmp_path, lamp_report=monthly_lamps).programme)
