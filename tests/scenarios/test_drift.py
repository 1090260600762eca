"""Drift: what a workbook has become is told with the lines of YAML that would accept it, and they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from flows.checking import JudgedFile
from programmes.load import load_programme
from schemas.config import Programme
from schemas.findings import Finding
from tests.builders import FILES, Book, invented_programme, judge, lamp_report, percent, write_programme
from tests.scenarios.cases import observation_of


def rename_column(book: Book) -> None:
    book.rename("Lamps due", "Lamps owed")


def rename_label_column(book: Book) -> None:
    book.rename("Quay", "Quayside")


def drop_optional_reading(book: Book) -> None:
    cell = book.find("% in time")
    for row in range(cell.row, cell.row + 8):
        cell.parent.cell(row, cell.column).value = None


def rename_sheet(book: Book) -> None:
    book.workbook["Lamps"].title = "Lamps (new)"


def rename_heading(book: Book) -> None:
    book.rename("Lamps lit in time", "Lamps lit on time")


def drop_sheet(book: Book) -> None:
    del book.workbook["Oil"]


def rename_service(book: Book) -> None:
    book.rename("Upper Reach", "Uper Reach Team")


def drop_service(book: Book) -> None:
    cell = book.find("Islands")
    cell.parent.delete_rows(cell.row)
    for name, value in (("Lamps due", 594), ("Lit in time", 448), ("Lit late", 146), ("% in time", percent("75.4"))):
        book.put("Whole harbour", name, value)


def rename_item(book: Book) -> None:
    book.rename("Barrels in store", "Barrels in the store")


def drop_item(book: Book) -> None:
    cell = book.find("Barrels in store")
    cell.parent.delete_rows(cell.row)


def add_item(book: Book) -> None:
    cell = book.find("Barrels in store")
    sheet = cell.parent
    sheet.cell(cell.row + 1, cell.column, "Wicks, % trimmed")
    for column in (2, 3):
        sheet.cell(cell.row + 1, column, 0.5).number_format = "0%"


def add_column(book: Book) -> None:
    cell = book.find("% in time")
    for offset, value in enumerate(("Of which tall", 30, 20, 10)):
        cell.parent.cell(cell.row + offset, cell.column + 1, value)


CASES: dict[str, tuple[Callable[[Book], None], str]] = {
    "a column was renamed": (rename_column, "header_missing"),
    "the column of labels was renamed": (rename_label_column, "header_missing"),
    "a column was taken out": (drop_optional_reading, "header_missing"),
    "a sheet was renamed": (rename_sheet, "sheet_renamed"),
    "a heading was renamed": (rename_heading, "table_missing"),
    "a sheet was taken out": (drop_sheet, "table_missing"),
    "a service was renamed": (rename_service, "undeclared_service"),
    "a service's row was taken out": (drop_service, "missing_service"),
    "a row was renamed": (rename_item, "missing_row"),
    "a row was taken out": (drop_item, "missing_row"),
    "a row was added": (add_item, "undeclared_row"),
    "a column was added": (add_column, "unread_column"),
}


def adopt(lines: str, folder: Path) -> Programme:
    """Do with the lines what their first line says, by hand as an analyst would, and load the programme."""
    head, _, body = lines.partition("\n")
    texts = dict(FILES)
    (name,) = [n for n in texts if n in head]
    if "at the end of `layouts`" in head:
        texts[name] = texts[name].rstrip() + "\n" + body + "\n"
    elif "in `partial`" in head:
        texts[name] = texts[name].replace("partial:\n", f"partial:\n{body}\n")
    else:
        match = re.search(r"in place of the entry of (\w+):", head)
        assert match is not None, head
        texts[name] = re.sub(rf"  - {{id: {match[1]},.*", lambda _: body, texts[name])
    short = {n.removeprefix("returns/").removesuffix(".yaml"): t for n, t in texts.items()}
    return load_programme(write_programme(folder, **short)).programme


def told(judged: JudgedFile, code: str) -> Finding:
    found = [f for f in judged.findings if f.code == code and f.accept]
    assert found, [(f.code, f.message, f.accept) for f in judged.findings]
    return found[0]


@pytest.mark.parametrize(("change", "code"), CASES.values(), ids=CASES)
def test_the_lines_of_a_finding_accept_what_it_tells_of(
    change: Callable[[Book], None], code: str, tmp_path: Path
) -> None:
    book = lamp_report()
    change(book)
    finding = told(judge(book, tmp_path), code)
    again = judge(book, tmp_path, adopt(finding.accept, tmp_path / "programme"))
    assert again.status == "accepted", [(f.code, f.message) for f in again.findings]
    assert {f.code for f in again.findings} <= {"symbol"}, [(f.code, f.message) for f in again.findings]


@pytest.mark.parametrize(("change", "code"), CASES.values(), ids=CASES)
def test_the_lines_change_no_figure_of_an_unchanged_report(
    change: Callable[[Book], None], code: str, tmp_path: Path
) -> None:
    book = lamp_report()
    change(book)
    programme = adopt(told(judge(book, tmp_path), code).accept, tmp_path / "programme")
    before, after = judge(lamp_report(), tmp_path), judge(lamp_report(), tmp_path, programme)
    if "table_missing" in code and "Oil" not in book.workbook.sheetnames:
        return  # that date is now declared to come without the sheet
    assert {o.measure: (o.service, o.exact) for o in after.observations}.items() >= {
        o.measure: (o.service, o.exact) for o in before.observations
    }.items()


def test_a_renamed_column_is_read_as_what_it_was(tmp_path: Path) -> None:
    book = lamp_report()
    rename_column(book)
    programme = adopt(told(judge(book, tmp_path), "header_missing").accept, tmp_path / "programme")
    found = observation_of(judge(book, tmp_path, programme), "lamps_in_time", "upper_reach")
    assert (found.numerator, found.denominator) == (150, 200)


def test_lines_for_the_day_a_layout_begins_go_into_that_layout(tmp_path: Path) -> None:
    book = lamp_report()
    rename_column(book)
    for cell in [c for s in book.workbook for line in s.iter_rows() for c in line if c.value == "As at 3 March 2031"]:
        cell.value = "As at 1 January 2031"
    finding = told(judge(book, tmp_path), "header_missing")
    assert "into the layout from 2031-01-01" in finding.accept


def test_odd_names_are_quoted(tmp_path: Path) -> None:
    book = lamp_report()
    book.rename("Lamps due", 'Lamps "due": {all}, #1')
    programme = adopt(told(judge(book, tmp_path), "header_missing").accept, tmp_path / "programme")
    assert judge(book, tmp_path, programme).status == "accepted"


def test_without_a_date_there_are_no_lines_to_give(tmp_path: Path) -> None:
    book = lamp_report()
    rename_column(book)
    for cell in [c for s in book.workbook for line in s.iter_rows() for c in line if c.value == "As at 3 March 2031"]:
        cell.value = None
    judged = judge(book, tmp_path, invented_programme())
    assert all(not f.accept or f.accept.startswith("#") for f in judged.findings)
