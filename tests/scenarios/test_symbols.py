"""Symbols in place of a service's figures: what is told of them, and what becomes of the company figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.checking import JudgedFile
from flows.position import Position
from schemas.facts import Observation
from schemas.kpi import KpiRow
from tests.builders import LAMP_HEADER, LAMP_ROWS, Book, lamp_report, percent
from tests.scenarios.cases import case, codes_of, expect, expect_only, state_of
from tests.scenarios.harbour import STARTERS, STARTERS_INDICATOR, Harbour, starters
from tests.unit.workbooks.test_forms_and_repeats import block, programme_with, quay_books, read
from transforms.judging import Judgement

BASIN, REACH, ISLANDS, WHOLE = "Quay & Basin", "Upper Reach", "Islands", "Whole harbour"
DUE, IN_TIME, LATE, PCT = LAMP_HEADER[1:]
OF_ALL = (WHOLE, 694, 538, 156, percent("77.5"))
WITHOUT_REACH = (WHOLE, 494, 388, 106, percent("78.5"))
MISSING = ["x", "c", "*", "n/a", "na", "low", "tbc", "..", "not available", "-", "–"]
"""Every symbol but z: the figure is missing, whatever the reason."""
MARCH_3 = dt.date(2031, 3, 3)


def report(symbol: Any, company: Sequence[Any] | None, *, columns: Sequence[str] = LAMP_HEADER[1:]) -> Book:
    """A lamp report in which Upper Reach has a symbol in place of its figures, or of some of them."""
    book = lamp_report(company=company)
    for column in columns:
        book.put(REACH, column, symbol)
    return book


def company_row(position: Position) -> KpiRow:
    return next(row for row in position.rows if row.service is None)


def row_of(position: Position, service: str) -> KpiRow:
    return next(row for row in position.rows if row.service == service)


def taken(harbour: Harbour, book: Book) -> tuple[JudgedFile, Position]:
    """A report that was taken in, and what is known then."""
    judged = harbour.take_one(book)
    return judged, harbour.position(MARCH_3)


@pytest.mark.parametrize("symbol", MISSING)
def test_without_one_service_nothing_is_summed(symbol: str, harbour: Harbour) -> None:
    judged, position = taken(harbour, report(symbol, None))
    expect_only(judged, "accepted", "symbol_for_service")
    whole = company_row(position)
    assert (whole.state, whole.value) == ("held", None)
    assert "Upper Reach is held or missing" in whole.reason
    assert row_of(position, "upper_reach").state == "missing"
    assert row_of(position, "islands").state == "published"


@pytest.mark.parametrize("symbol", MISSING)
def test_a_company_row_that_the_return_states_is_printed_as_stated_and_contradicts_nothing(
    symbol: str, harbour: Harbour
) -> None:
    judged, position = taken(harbour, report(symbol, OF_ALL))
    expect_only(judged, "accepted", "symbol_for_service", "stated_not_checked")
    whole = company_row(position)
    assert (str(whole.value), whole.is_stated, whole.impact, whole.numerator) == ("77.5", True, "unrated", None)


@case("symbol_for_service")
def test_the_service_is_told_of_at_its_cells_with_what_follows(harbour: Harbour) -> None:
    judged, _ = taken(harbour, report("x", OF_ALL))
    expect(
        judged, "symbol_for_service", "Lamps", "B7",
        says=("B7, C7, D7 and E7 say 'x' (not available)", "Upper Reach", "no company figure is summed"),
        advises="write z",
    )  # fmt: skip


def test_each_symbol_of_a_row_is_told_with_its_own_meaning(harbour: Harbour) -> None:
    book = report("x", None, columns=(DUE, LATE))
    book.put(REACH, IN_TIME, "c")
    book.put(REACH, PCT, "-")
    judged, _ = taken(harbour, book)
    (finding,) = judged.findings
    assert "'x' (not available), 'c' (suppressed) and '-' (no figure given)" in finding.message


@case("service_not_applicable")
def test_a_service_to_which_it_does_not_apply_has_no_figure_and_the_others_are_summed(harbour: Harbour) -> None:
    judged, position = taken(harbour, report("z", WITHOUT_REACH))
    expect_only(judged, "accepted", "service_not_applicable")
    expect(
        judged, "service_not_applicable", "Lamps", "B7",
        says=("Upper Reach has no such figure", "summed from the others"), advises="Nothing",
    )  # fmt: skip
    whole = company_row(position)
    assert (whole.state, whole.is_stated) == ("published", False)
    assert (whole.numerator, whole.denominator, str(whole.value)) == (388, 494, "78.5")
    assert row_of(position, "upper_reach").state == "missing"


def test_a_company_row_that_counts_what_does_not_apply_contradicts_its_services(harbour: Harbour) -> None:
    judged, _ = taken(harbour, report("z", OF_ALL))
    assert codes_of(judged) == ["company_disagrees", "service_not_applicable"]


def test_z_beside_another_symbol_or_an_empty_count_is_no_figure_that_does_not_apply(harbour: Harbour) -> None:
    for other in ("x", None):
        book = report("z", None)
        book.put(REACH, IN_TIME, other)
        judged, position = taken(harbour, book)
        expect_only(judged, "accepted", "symbol_for_service")
        assert company_row(position).state == "held"


def test_a_row_that_is_empty_but_for_a_symbol_is_missing(harbour: Harbour) -> None:
    book = report(None, None)
    book.put(REACH, PCT, "x")
    judged, position = taken(harbour, book)
    expect_only(judged, "accepted", "symbol_for_service")
    assert company_row(position).state == "held"


@case("symbol_beside_figure")
def test_counts_half_symbol_half_number_say_which_is_missing(harbour: Harbour) -> None:
    judged, position = taken(harbour, report("c", OF_ALL, columns=(IN_TIME, LATE, PCT)))
    expect_only(judged, "accepted", "symbol_beside_figure", "stated_not_checked", "symbol", "symbol")
    expect(
        judged, "symbol_beside_figure", "Lamps", "C7",
        says=("C7 says 'c' (suppressed)", "Upper Reach has no 'lit in time'", "Its figure is not printed"),
        advises="every count",
    )  # fmt: skip
    assert state_of(judged, "lamps_in_time", "upper_reach") == "absent"
    assert company_row(position).is_stated


def test_counts_half_symbol_half_number_print_what_the_row_states(harbour: Harbour) -> None:
    judged, position = taken(harbour, report("-", None, columns=(IN_TIME, LATE)))
    (finding,) = judged.findings
    assert (finding.code, finding.cell) == ("symbol_beside_figure", "C7")
    assert "What the row states is printed, base not given" in finding.message
    assert str(row_of(position, "upper_reach").value) == "75.0"
    assert company_row(position).state == "held"


def test_a_symbol_for_a_percentage_beside_its_counts_is_only_noted(harbour: Harbour) -> None:
    judged, position = taken(harbour, report("n/a", None, columns=(PCT,)))
    expect_only(judged, "accepted", "symbol")
    assert company_row(position).state == "published"


def test_a_company_row_of_symbols_takes_nothing_from_the_sum(harbour: Harbour) -> None:
    judged, position = taken(harbour, lamp_report(company=(WHOLE, "x", "x", "x", "x")))
    assert set(codes_of(judged)) == {"symbol"}
    assert str(company_row(position).value) == "77.5"


def test_a_row_of_symbols_under_a_name_nobody_declared_keeps_the_company_from_being_summed(harbour: Harbour) -> None:
    book = lamp_report(rows=[*LAMP_ROWS, ("Docks", "x", "x", "x", "x")], company=None)
    judged, position = taken(harbour, book)
    assert "undeclared_service" in codes_of(judged)
    assert company_row(position).state == "held"


def test_a_service_that_stands_twice_keeps_the_company_from_being_summed_whatever_its_rows_say(
    harbour: Harbour,
) -> None:
    for value in ("x", "z", None):
        rows = [*LAMP_ROWS, (REACH, value, value, value, value)]
        book = lamp_report(rows=rows, company=None)
        for column in LAMP_HEADER[1:]:
            book.put(REACH, column, value)
        _, position = taken(harbour, book)
        assert company_row(position).state == "held", value


class TestBlocks:
    """Tables that stand once for each service are summed like rows."""

    def judged(self, folder: Path, value: Any) -> Judgement:
        reach = block("Upper Reach", ("Keepers", value, value), ("Boatmen", value, value))
        others = [
            block("Quay & Basin", ("Keepers", 10, 8), ("Boatmen", 5, 5)),
            block("Islands", ("Keepers", 6, 6), ("Boatmen", 1, 0)),
        ]
        whole = block("Whole harbour", ("Keepers", 20, 17), ("Boatmen", 8, 6))
        _, judged = read(quay_books(*others, reach, whole), programme_with(folder))
        return judged

    @staticmethod
    def of(judged: Judgement, service: str | None) -> list[Observation]:
        return [o for o in judged.observations if o.service == service]

    @pytest.mark.parametrize("value", ["x", "-", None])
    def test_a_block_without_a_figure_is_missing(self, value: str | None, tmp_path: Path) -> None:
        judged = self.judged(tmp_path, value)
        assert [o.state for o in self.of(judged, "upper_reach")] == ["absent"]
        assert [o.state for o in self.of(judged, None)] == ["stated_only"]
        assert "company_disagrees" not in {f.code for f in judged.findings}

    def test_the_finding_names_the_service_of_the_block(self, tmp_path: Path) -> None:
        told = [f for f in self.judged(tmp_path, "x").findings if f.code == "symbol_for_service"]
        assert [("Upper Reach has no figure there" in f.message, f.cell) for f in told] == [(True, "B16")]

    def test_a_block_that_does_not_apply_is_left_out_of_the_sum(self, tmp_path: Path) -> None:
        judged = self.judged(tmp_path, "z")
        assert [o.state for o in self.of(judged, "upper_reach")] == ["inapplicable"]
        assert {f.code for f in judged.findings} == {"service_not_applicable", "company_disagrees"}


class TestAnEarlierPeriodPrintedAgain:
    """A later workbook speaks over an earlier one, also where it says that there is no figure."""

    @staticmethod
    def printed_again(folder: Path, symbol: str) -> Position:
        harbour = Harbour(folder, indicators=STARTERS_INDICATOR, **{"returns/starters": STARTERS})
        for month, heads, basin, reach in (
            ("January 2031", ("Jan-31",), (10,), (5,)),
            ("February 2031", ("Jan-31", "Feb-31"), (symbol, 3), (5, 4)),
        ):
            harbour.take_one(starters(month, *zip(heads, basin, reach, strict=True)))
        return harbour.position(dt.date(2031, 1, 31))

    def test_a_figure_that_does_not_apply_after_all_is_in_no_sum(self, tmp_path: Path) -> None:
        position = self.printed_again(tmp_path, "z")
        assert row_of(position, "quay_basin").state == "missing"
        assert (company_row(position).state, str(company_row(position).value)) == ("published", "5")

    def test_a_figure_that_is_not_available_any_more_is_missing(self, tmp_path: Path) -> None:
        position = self.printed_again(tmp_path, "x")
        assert row_of(position, "quay_basin").state == "missing"
        assert company_row(position).state == "held"

    def test_a_second_table_by_which_it_does_not_apply_takes_nothing_from_the_first(self, tmp_path: Path) -> None:
        twice = STARTERS + STARTERS.partition("    tables:\n")[2].replace("starters:\n", "again:\n", 1).replace(
            "Who began", "Who began, once more"
        )
        harbour = Harbour(tmp_path, indicators=STARTERS_INDICATOR, **{"returns/starters": twice})
        book = Book()
        head = (("Starters by month",), ("Reporting month: January 2031",))
        for page, anchor, basin in (("Page 1", "Who began", 10), ("Page 2", "Who began, once more", "z")):
            book.add_sheet(page, *head, (anchor,), ("Quay", "Jan-31"), (BASIN, basin), (REACH, 5))
        harbour.take_one(book)
        assert str(company_row(harbour.position(dt.date(2031, 1, 31))).value) == "15"
