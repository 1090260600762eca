"""Reading .csv and its kin: encodings, separators, quotes, and what is no table."""

from __future__ import annotations

import pytest

from tests.unit.workbooks.office_files import opened, refusal
from workbooks import ceilings

TABLE = "Quay;Lamps due\r\nCafé £5;100\r\nIslands;90\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_the_encoding_is_worked_out(encoding: str) -> None:
    sheet = opened(TABLE.encode(encoding), "Lamps of March.csv").sheets[0]
    assert sheet.name == "Lamps of March"
    assert [[cell.value for cell in row] for row in sheet.rows().values()] == [
        ["Quay", "Lamps due"], ["Café £5", "100"], ["Islands", "90"],
    ]  # fmt: skip


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_worked_out_with_titles_above_and_notes_below(separator: str) -> None:
    table = ("Quay@Due@Lit", "Islands@100@90", f'"Quay{separator} Basin"@7@7')
    content = "\n".join(("Weekly lamp report", "As at 3 March 2031", "", *table, "End")).replace("@", separator)
    sheet = opened(content.encode()).sheets[0]
    assert sheet.at(6, 1).value == f"Quay{separator} Basin"
    assert [sheet.at(row, 3).value for row in (4, 5, 6)] == ["Lit", "90", "7"]
    assert sheet.at(1, 1).value == "Weekly lamp report"


def test_quotes_may_hold_separators_quotes_and_lines() -> None:
    sheet = opened(b'a,b\n"x, ""y""\nz",2\n').sheets[0]
    assert (sheet.at(2, 1).value, sheet.at(2, 2).value) == ('x, "y"\nz', "2")


def test_the_separator_that_a_file_names_itself_holds() -> None:
    sheet = opened(b"sep=|\na,b|c\nd,e|f\n").sheets[0]
    assert [cell.value for cell in sheet.rows()[1]] == ["a,b", "c"]


def test_a_decimal_comma_is_not_guessed() -> None:
    assert opened(b"Quay;Share\nIslands;75,6\n").sheets[0].at(2, 2).value == "75,6"


@pytest.mark.parametrize("content", [b"one line, no table", b"word\nword\nword\n", b"\n\n\n", b" "])
def test_prose_is_no_table(content: bytes) -> None:
    code, message = refusal(content, "letter.csv")
    assert (code, "text file" in message) == ("not_a_workbook", True)


@pytest.mark.parametrize("content", [b"a,b\nc,\x00d\n", b"a,b\nc,\x01\x02\x03\n", bytes(200)])
def test_bytes_that_no_text_holds_are_never_a_table(content: bytes) -> None:
    assert refusal(content, "noise.csv")[0] == "not_a_workbook"


def test_more_cells_than_the_ceiling_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ceilings, "MOST_CELLS", 99)
    assert refusal(b"a,b\n" * 50)[0] == "file_too_large"


def test_a_value_longer_than_any_cell_is_refused() -> None:
    assert refusal(b"a,b\nc,d\ne," + b"x" * 200_000)[0] in {"file_too_large", "not_a_workbook"}


def test_more_columns_than_a_sheet_holds_are_refused() -> None:
    wide = b"a" + b",a" * 20_000 + b"\n"
    assert refusal(wide * 3)[0] == "file_too_large"
