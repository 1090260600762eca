"""The lines and columns that say which time a workbook is about."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.builders import Book, grade_report, judge, keeper_survey, lamp_report
from tests.scenarios.cases import case, expect, expect_only


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


@case("period_absent")
def test_a_monthly_report_without_its_own_month_is_a_doubt(tmp_path: Path) -> None:
    book = keeper_survey()
    book.rename("Reporting month: February 2031", "Reporting month: March 2031")
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "period_absent")
    expect(judged, "period_absent", "Survey", "A4", says="no column for March 2031", advises="newest column")
