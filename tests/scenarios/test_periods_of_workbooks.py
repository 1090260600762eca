"""The lines and columns that say which time a workbook is about."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.checking import JudgedFile
from flows.position import Position
from programmes.load import load_programme
from tests.builders import INDICATORS, Book, grade_report, judge, keeper_survey, lamp_report, write_programme
from tests.scenarios.cases import case, codes_of, expect, expect_only
from tests.scenarios.harbour import Harbour


def every(book: Book, text: str) -> list[object]:
    """Every cell that says `text`."""
    return [c for s in book.workbook for line in s.iter_rows() for c in line if c.value == text]


@pytest.mark.parametrize("text", ["As at 3 March 20031", "As at 31/02/2031", "Position as at 3 Marsh 2031"])
def test_one_sheet_with_a_damaged_date_refuses_the_file(text: str, tmp_path: Path) -> None:
    book = lamp_report()
    cell = every(book, "As at 3 March 2031")[1]
    cell.value = text  # type: ignore[attr-defined]
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "as_at_unreadable")
    expect(judged, "as_at_unreadable", "Oil", "A2", says=text, advises="Write it as a date")


def test_prose_beside_a_good_date_is_no_date(tmp_path: Path) -> None:
    book = lamp_report()
    book.workbook["Oil"].cell(3, 1, "As at 3 o'clock in the morning, all was well")
    expect_only(judge(book, tmp_path), "accepted")


def test_words_without_their_date_are_told_of_where_they_stand(tmp_path: Path) -> None:
    book = lamp_report()
    for cell in every(book, "As at 3 March 2031"):
        cell.value = None  # type: ignore[attr-defined]
    book.workbook["Lamps"]["C2"] = "As at:"
    judged = judge(book, tmp_path)
    expect(judged, "as_at_missing", "Lamps", "C2", says="'As at'", advises="Write the date")


@case("covers_unreadable")
def test_a_covered_period_that_cannot_be_read_refuses_the_file(tmp_path: Path) -> None:
    book = grade_report()
    book.rename("1 January 2031 to 31 March 2031", "1 Janury 2031 to 31 March 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "covers_unreadable")
    expect(judged, "covers_unreadable", "Grades", "B3", says="Janury", advises="two dates")


@case("covers_disagree")
def test_figures_cannot_cover_what_is_yet_to_come(tmp_path: Path) -> None:
    book = grade_report()
    book.rename("1 January 2031 to 31 March 2031", "1 April 2031 to 30 June 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "covers_disagree")
    expect(judged, "covers_disagree", "Grades", "B3", says="as at 2031-03-31", advises="Check the as-at date")


def test_two_sheets_that_cover_different_periods_disagree(tmp_path: Path) -> None:
    book = grade_report()
    book.add_sheet("Words", ("Lamps graded", "1 January 2031 to 28 February 2031"))
    judged = judge(book, tmp_path)
    expect(judged, "covers_disagree", "Words", "B1", says=("2031-02-28", "Grades!B3"), advises="same")


# --- A monthly return that is dated with a day ---------------------------------------------------------

COUNTS = """\
id: storm_report
title: Storm report
cadence: CADENCE
recognise: [Storm report]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    covers: {labels: [Storms of]}
    tables:
      storms:
        anchor: [Storms]
        rows:
          kind: items
          items:
            storms: {labels: [Storms in the month]}
            days: {labels: [Days in the month]}
            towers: {labels: [Towers standing]}
            year: {labels: [Storms since April]}
            rolling: {labels: [Storms in twelve months]}
        columns: {kind: value, value: {kind: count}}
        measures:
          - {id: storms, form: count, basis: in_period, stated: {rows: [storms]}}
          - {id: storm_days, form: rate, basis: in_period, numerator: {rows: [storms]}, denominator: {rows: [days]}}
          - {id: towers, form: count, stated: {rows: [towers]}}
          - {id: storms_ytd, form: count, basis: ytd, stated: {rows: [year]}}
          - {id: storms_12m, form: count, basis: rolling_12m, stated: {rows: [rolling]}}
"""
STORM = """\
  - {id: storms, label: Storms, measure: storms, return: storm_report, basis: in_period, direction: lower,
     unit: storms, decimals: 0, company: stated}
"""


def storms(date: str, covering: str = "", number: int = 6) -> Book:
    """A report of storms, dated with a day."""
    book = Book()
    book.add_sheet(
        "Storms", ("Storm report",), (f"As at {date}",), (f"Storms of {covering}",) if covering else (), ("Storms",),
        ("Storms in the month", number), ("Days in the month", 30), ("Towers standing", 9),
        ("Storms since April", 40), ("Storms in twelve months", 50),
    )  # fmt: skip
    return book


def told_by(book: Book, folder: Path, cadence: str = "monthly") -> JudgedFile:
    """The report as a return of a cadence, judged."""
    text = COUNTS.replace("CADENCE", cadence)
    programme = load_programme(write_programme(folder / cadence, **{"returns/storm_report": text})).programme
    return judge(book, folder, programme)


def periods(judged: JudgedFile) -> dict[str, str]:
    """The period of each measure."""
    return {o.measure: o.period.key for o in judged.observations}


def test_what_a_monthly_return_counts_is_of_the_month_of_its_day_and_what_stands_is_of_the_day(
    tmp_path: Path,
) -> None:
    judged = told_by(storms("28 September 2031"), tmp_path)
    expect_only(judged, "accepted")
    month, day = "2031-09-01/2031-09-30/month", "2031-09-28/2031-09-28/day"
    assert periods(judged) == {
        "storms": month, "storm_days": month, "towers": day,
        "storms_12m": "2030-09-29/2031-09-28/day", "storms_ytd": "2031-04-01/2031-09-28/range",
    }  # fmt: skip


def test_a_line_that_says_what_is_covered_goes_before_that(tmp_path: Path) -> None:
    judged = told_by(storms("2 October 2031", covering="1 September 2031 to 30 September 2031"), tmp_path)
    expect_only(judged, "accepted")
    assert periods(judged)["storms"] == "2031-09-01/2031-09-30/range"


@pytest.mark.parametrize("cadence", ["weekly", "quarterly", "yearly"])
def test_no_other_cadence_tells_what_a_day_stands_for(cadence: str, tmp_path: Path) -> None:
    judged = told_by(storms("28 September 2031"), tmp_path, cadence)
    assert periods(judged)["storms"] == "2031-09-28/2031-09-28/day"


@case("month_begun")
@pytest.mark.parametrize(("date", "is_doubtful"), [("2 October 2031", True), ("15 October 2031", True),
                                                   ("16 October 2031", False)])  # fmt: skip
def test_a_day_early_in_its_month_is_doubted_since_the_month_before_may_be_meant(
    date: str, is_doubtful: bool, tmp_path: Path
) -> None:
    judged = told_by(storms(date), tmp_path)
    assert judged.status == "accepted"
    assert codes_of(judged) == (["month_begun"] if is_doubtful else [])
    early = told_by(storms("2 October 2031"), tmp_path / "early")
    expect(
        early, "month_begun", None, None, says=("October 2031", "in which 2 October 2031 lies"), advises="`covers`"
    )


def test_where_nothing_is_counted_in_a_month_an_early_day_is_no_doubt(tmp_path: Path) -> None:
    expect_only(judge(lamp_report(), tmp_path), "accepted")


def test_the_month_holds_for_a_receipt_that_is_judged_again(tmp_path: Path) -> None:
    """The figure is visible from the end of its month on, also once a correction had it judged again."""
    files = {"returns/storm_report": COUNTS.replace("CADENCE", "monthly"), "indicators": INDICATORS + STORM}
    harbour = Harbour(tmp_path, **files)
    harbour.take_one(storms("28 September 2031"))

    def storms_of(position: Position) -> tuple[str, str | None, str | None]:
        row = next(r for r in position.rows if r.indicator == "storms")
        return row.state, str(row.value), row.period.key if row.period else None

    month = "2031-09-01/2031-09-30/month"
    assert storms_of(harbour.position(dt.date(2031, 9, 29)))[0] == "missing"
    assert storms_of(harbour.position(dt.date(2031, 9, 30))) == ("published", "6", month)
    (harbour.programme / "corrections.yaml").write_text(
        "corrections:\n  - {role: Keeper, date: 2031-10-02, return: storm_report, period: 2031-09-28,\n"
        "     measure: storms, field: value, expected: 6, right: 7, reason: One came on the last day.}\n"
    )
    assert storms_of(harbour.position(dt.date(2031, 9, 29)))[0] == "missing"
    assert storms_of(harbour.position(dt.date(2031, 9, 30))) == ("published", "7", month)


def test_a_month_given_twice_by_days_of_it_is_restated(tmp_path: Path) -> None:
    files = {"returns/storm_report": COUNTS.replace("CADENCE", "monthly"), "indicators": INDICATORS + STORM}
    harbour = Harbour(tmp_path, **files)
    harbour.take(storms("28 September 2031"), storms("30 September 2031", number=8))
    position = harbour.position(dt.date(2031, 9, 30))
    assert next(str(r.value) for r in position.rows if r.indicator == "storms") == "8"
    assert not [f for r in position.received for f in r.findings if f.severity == "error"]


@case("period_absent")
def test_a_monthly_report_without_its_own_month_is_a_doubt(tmp_path: Path) -> None:
    book = keeper_survey()
    book.rename("Reporting month: February 2031", "Reporting month: March 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "period_absent")
    expect(judged, "period_absent", "Survey", "A4", says="no column for March 2031", advises="newest column")


@case("month_twice")
def test_two_that_are_dated_in_one_month_are_a_doubt_since_the_last_sent_is_printed(tmp_path: Path) -> None:
    text = COUNTS.replace("CADENCE", "monthly")
    harbour = Harbour(tmp_path, **{"returns/storm_report": text, "indicators": INDICATORS + STORM})
    early = harbour.take_one(storms("20 March 2031", number=4))
    late = harbour.take_one(storms("31 March 2031", number=6))
    expect_only(early, "accepted")
    expect_only(late, "accepted", "month_twice")
    expect(
        late, "month_twice", None, None, says=("as at 31 March 2031", "as at 20 March 2031", "both count March 2031"),
        advises="send the later one again",
    )  # fmt: skip
    position = harbour.position(dt.date(2031, 3, 31))
    assert [f.code for r in position.received for f in r.findings] == ["month_twice"]
