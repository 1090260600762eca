"""Drift: what a workbook has become is told with the lines of YAML that would accept it, and they do."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from flows.checking import JudgedFile
from flows.cli.intake import describe_file
from flows.returning import return_checked
from programmes.load import load_programme
from schemas.config import Programme
from schemas.drift import accept_together
from schemas.findings import Finding
from tests.builders import (
    FILES,
    LAMP_ROWS,
    Book,
    crew_report,
    invented_programme,
    judge,
    lamp_report,
    percent,
    write_programme,
)
from tests.scenarios.cases import case, codes_of, expect, expect_only, observation_of


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


def rename_every_column(book: Book) -> None:
    for old, new in (
        ("Quay", "Place"), ("Lamps due", "All lamps due"), ("Lit in time", "Of these in time"), ("Lit late", "Late"),
        ("% in time", "In time %"),
    ):  # fmt: skip
        book.rename(old, new)


CASES: dict[str, tuple[Callable[[Book], None], str]] = {
    "a column was renamed": (rename_column, "header_missing"),
    "the column of labels was renamed": (rename_label_column, "header_missing"),
    "a column was taken out": (drop_optional_reading, "header_missing"),
    "every column was renamed": (rename_every_column, "headings_differ"),
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


@case("headings_differ")
def test_a_heading_over_other_columns_is_told_with_both(tmp_path: Path) -> None:
    book = lamp_report()
    rename_every_column(book)
    rename_sheet(book)
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "headings_differ")
    finding = expect(
        judged, "headings_differ", "Lamps (new)", "A4",
        says=(
            "'Lamps lit in time' stands here, but under it none of Quay, Lamps due, Lit in time, % in time;",
            "there are Place, All lamps due, Of these in time, Late, In time %",
        ),
        advises="add their new spellings",
    )  # fmt: skip
    assert "anchor" not in finding.accept
    lines = [line.strip() for line in finding.accept.splitlines() if "headers:" in line]
    assert lines == [
        'headers: ["Quay", "Place"]', 'headers: ["Lamps due", "All lamps due"]',
        'headers: ["Lit in time", "Of these in time"]', 'headers: ["Lit late", "Late"]',
        'headers: ["% in time", "In time %"]',
    ]  # fmt: skip


def test_the_header_row_is_told_not_the_headings_merged_above_it(tmp_path: Path) -> None:
    book = crew_report()
    for old in ("Crew", "Due", "Done", "Due", "Done", "Hands"):
        book.rename(old, f"{old} (new)") if old in {"Crew", "Hands"} else None
    for name, nth in (("Due", 0), ("Due", 0), ("Done", 0), ("Done", 0)):
        book.find(name, nth).value = f"All {name.lower()}"
    judged = judge(book, tmp_path)
    expect(
        judged, "headings_differ", "Crews", "A4",
        says="there are Crew (new), All due, All done, All due, All done, Hands (new)", advises="Rename",
    )  # fmt: skip
    adopted = adopt(told(judged, "headings_differ").accept, tmp_path / "programme")
    assert judge(book, tmp_path, adopted).status == "accepted"


def test_a_heading_alone_on_a_page_of_contents_is_no_table(tmp_path: Path) -> None:
    book = lamp_report()
    del book.workbook["Lamps"]
    book.add_sheet("Contents", ("Weekly lamp report",), ("As at 3 March 2031",), ("Lamps lit in time", 2), ("Oil", 3))
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "table_missing")
    (finding,) = judged.findings
    assert "nearest heading" not in finding.message
    assert "anchor" not in finding.accept


def test_two_columns_of_one_new_name_are_told_each_at_its_own_cell(tmp_path: Path) -> None:
    """Both columns 'Due' are called 'To do' now: one under 'Rounds', one under 'Repairs'."""
    book = crew_report()
    first, second = book.find("Due"), book.find("Due", 1)
    first.value = second.value = "To do"
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_missing", "header_missing")
    assert [f.cell for f in judged.findings] == [first.coordinate, second.coordinate]
    _, lines = accept_together(judged.findings)
    assert judge(book, tmp_path, adopt(lines, tmp_path / "programme")).status == "accepted"


def test_a_column_under_a_renamed_heading_is_accepted_under_it(tmp_path: Path) -> None:
    book = crew_report()
    book.rename("Repairs", "Repair jobs")
    judged = judge(book, tmp_path)
    expect_only(judged, "refused", "header_missing", "header_missing")
    assert "D6 says 'Due' under 'Repair jobs'" in judged.findings[0].message
    _, lines = accept_together(judged.findings)
    assert lines.count('under: ["Repairs", "Repair jobs"]') == 2
    assert judge(book, tmp_path, adopt(lines, tmp_path / "programme")).status == "accepted"


def test_the_lines_of_several_findings_are_one_entry(tmp_path: Path) -> None:
    book = lamp_report()
    rename_column(book)
    rename_label_column(book)
    rename_item(book)
    judged = judge(book, tmp_path)
    count, lines = accept_together(judged.findings)
    assert (count, lines.count("- from:"), lines.count("tables:")) == (2, 1, 1)
    again = judge(book, tmp_path, adopt(lines, tmp_path / "programme"))
    assert {f.code for f in again.findings} == {"missing_row", "undeclared_row"}, "the gate before told the others"
    told_of = describe_file(judged)
    assert "A date has one entry: of the lines above, those that are meant go into one. All of them" in told_of
    assert "          # returns/lamp_report.yaml, at the end of `layouts`:\n            - from: 2031-03-03" in told_of


def test_lines_that_say_otherwise_of_one_key_are_not_put_together(tmp_path: Path) -> None:
    book = lamp_report(LAMP_ROWS[:1], company=None)
    judged = judge(book, tmp_path)
    assert codes_of(judged).count("missing_service") == 2
    assert accept_together(judged.findings) == (2, "")
    assert "those that are meant go into one, put together by hand." in describe_file(judged)


def test_what_goes_back_to_the_sender_holds_no_lines_of_yaml(tmp_path: Path) -> None:
    book = lamp_report()
    rename_item(book)
    judged = judge(book, tmp_path)
    assert any(f.accept for f in judged.findings)
    back = return_checked(judged, invented_programme(), tmp_path / "back")
    assert back.copy is not None
    marked = load_workbook(back.copy)
    told_of = "\n".join(str(c.value) for sheet in marked for line in sheet.iter_rows() for c in line)
    comments = "\n".join(c.comment.text for s in marked for line in s.iter_rows() for c in line if c.comment)
    texts = [told_of, comments, *(p.read_text(encoding="utf-8") for p in (back.page, back.text))]
    assert all("Barrels in store" in text for text in texts)
    assert not [text for text in texts if "tables:" in text or "labels:" in text or "would accept" in text]


def test_one_finding_is_one_entry_and_nothing_is_said_of_others(tmp_path: Path) -> None:
    book = lamp_report()
    rename_column(book)
    assert "A date has one entry" not in describe_file(judge(book, tmp_path))


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
