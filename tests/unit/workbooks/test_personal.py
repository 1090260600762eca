"""The personal data guard: what is found, in every spelling and at every place, and what is left in peace."""

from __future__ import annotations

import datetime as dt
import random
import re
import zipfile
from collections.abc import Callable, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.comments import Comment
from openpyxl.workbook.defined_name import DefinedName

from programmes.load import load_programme
from tests.builders import Book, Shown, invented_programme, lamp_report
from tests.personal import BORN, INSURED, NHS, PEOPLE, POSTCODES, UPNS, grouped, nhs_number, upn_number
from workbooks.grid import OpenedWorkbook, RawCell, Sheet
from workbooks.opening import open_workbook
from workbooks.personal import declared_headers, find_in_name, find_personal_data, shown_name
from workbooks.personal.names import looks_like_name
from workbooks.reader import with_stored
from workbooks.reading import read_workbook

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = sorted((ROOT / "sample_inputs").glob("*/*.xlsx"))
WORDS = {
    "nhs": ("an NHS number", "NHS numbers"),
    "upn": ("a unique pupil number", "unique pupil numbers"),
    "ni": ("a National Insurance number", "National Insurance numbers"),
    "postcode": ("a postcode", "postcodes"),
    "birth": ("a date of birth", "dates of birth"),
    "name": ("a person's name", "names of people"),
}

Line = Sequence[Any]


def opened(*lines: Line, title: str = "Visits", kind: str = "csv") -> OpenedWorkbook:
    """A sheet of these lines, as any reader opens one."""
    cells = {}
    for row, line in enumerate(lines, 1):
        for column, value in enumerate(line, 1):
            if value is not None:
                shown = value if isinstance(value, Shown) else Shown(value, "General")
                cells[row, column] = RawCell(row, column, shown.value, shown.number_format)
    return OpenedWorkbook(kind, (Sheet(title, cells=cells),))


def told(*lines: Line, declared: frozenset[str] = frozenset(), name: str = "return.csv") -> list[str]:
    """What is found in a sheet of these lines: "nhs A2" for each finding."""
    return told_of(opened(*lines), b"", name, declared)


def told_of(
    book: OpenedWorkbook, content: bytes, name: str = "return.xlsx", declared: frozenset[str] = frozenset()
) -> list[str]:
    """What is found in a file."""
    found = find_personal_data(name, with_stored(book, content), declared).findings
    assert {f.code for f in found} <= {"personal_data"}
    assert all(f.refuses for f in found)
    return [f"{kind_of(f.message)} {f.cell or f.message.split(':')[0]}" for f in found]


def kind_of(message: str) -> str:
    """The kind that a finding's sentence names."""
    (kind,) = [k for k, words in WORDS.items() if any(re.search(rf"\b{w}\.$", message) for w in words)]
    return kind


def told_in(content: bytes, name: str = "return.xlsx") -> list[str]:
    """What is found in the bytes of a workbook."""
    return told_of(open_workbook(content, name), content, name)


def column(header: str | None, values: Sequence[Any]) -> list[Line]:
    """A column of values beside counts."""
    return [("Service", header), *[(f"Service {i}", v) for i, v in enumerate(values, 1)]]


# --- Numbers ----------------------------------------------------------------------------------------------

SPELLINGS: dict[str, Callable[[str], Any]] = {
    "bare": lambda d: d,
    "spaces": grouped,
    "hyphens": lambda d: grouped(d, "-"),
    "dots": lambda d: grouped(d, "."),
    "hard spaces": lambda d: grouped(d, "\u00a0"),
    "dashes": lambda d: grouped(d, "\u2011"),
    "full width": lambda d: grouped(d).translate({48 + i: 0xFF10 + i for i in range(10)}),
    "apostrophe": lambda d: f"'{d}",
    "a zero-width space": lambda d: f"{d[:5]}\u200b{d[5:]}",
    "in a sentence": lambda d: f"the child {d} was seen late",
    "after a word": lambda d: f"NHS No: {d}",
    "formatted": lambda d: Shown(int(d), "000 000 0000"),
    "formatted with quotes": lambda d: Shown(float(d), '000" "000" "0000'),
}


@pytest.mark.parametrize("spelling", SPELLINGS)
@given(serial=st.integers(0, 999_999), start=st.sampled_from(["999", "401", "650", "943", "701", "320"]))
@settings(max_examples=25)
def test_an_nhs_number_is_found_in_any_spelling(spelling: str, serial: int, start: str) -> None:
    value = SPELLINGS[spelling](nhs_number(serial, start))
    assert told(("Service", "Visits"), ("Duty", 12), ("Family", value)) == ["nhs B3"]


@pytest.mark.parametrize(
    "header", ["NHS number", "NHS No.", "NHS_Number", "NHSNumber", "Child's NHS no", "nhs num", "NHS", "NHS #"]
)
def test_ten_digits_under_a_heading_that_says_nhs_count_also_as_a_single_number(header: str) -> None:
    assert told(*column(header, [int(NHS[0])])) == ["nhs B2"]
    assert told(*column(header, ["9990000000"])) == ["nhs B2"], "a mistyped one is somebody's too"
    assert told((f"{header}:", int(NHS[0]))) == ["nhs B1"]


def test_a_leading_zero_that_a_number_lost_is_thought_of() -> None:
    digits = nhs_number(101, "010")
    assert told(*column("NHS number", [int(digits)])) == ["nhs B2"]


@given(serials=st.lists(st.integers(0, 99_999), min_size=2, max_size=12, unique_by=lambda n: n // 20))
def test_a_column_of_nhs_numbers_needs_no_heading(serials: list[int]) -> None:
    values = [int(nhs_number(n)) for n in serials]
    expected = ["nhs B2"] if len(set(values)) > 1 else []
    assert told(*column("Reference", values)) == expected


def test_nhs_numbers_that_run_along_a_row_are_found() -> None:
    found = told(("Reference", *map(int, NHS[:4])), ("Visits", 1, 2, 3, 4))
    assert found == ["nhs B1", "nhs C1", "nhs D1", "nhs E1"]


def test_one_chance_hit_among_ten_digit_figures_is_no_nhs_number() -> None:
    others = [1_000_000_000 + 7 * n for n in range(40)]
    assert told(*column("Spend", [*others, int(NHS[0])])) == []
    assert told(*column("Reference", [str(n) for n in [*others, int(NHS[0])]])) == []


@pytest.mark.parametrize("number_format", ["#,##0", "0.00", "£0", "0%", "0.00E+00"])
def test_a_figure_with_the_format_of_a_figure_is_none(number_format: str) -> None:
    assert told(*column("Spend", [Shown(int(d), number_format) for d in NHS])) == []


NOT_NUMBERS = [
    "0161 496 0000", "020 7946 0958", "020 794 6095", "+44 7700 900123", "Tel 999 000 0018", "01632960001",
    "1,234,567,890", "£9,990,000,018", "2021112910", "1111111111", "999 999 9999", "PO 4500123456", "W1", "Q1 2AB",
    "1.4-2", "5.10", "E2 3rd quarter", "S1 2nd visit", "Option W4 4th", "FY21 Q2", "29 November 2021", "W12",
    "KPI 12", "AB12345", "ZZ99 3VZ", "SL1", "12.5%", "A1B2C3", "B12", "URN 1234567", "Room 101", "2020/21",
    "v2.10.1234", "born in 2010", "children born after 1 March 2010", "Service name: Early Help", "Name: see below",
    "Owner (role): Head of Service", "Surname: not recorded", "9990000018.5", "0.9990000018", "id/9990000018/x",
]  # fmt: skip


@pytest.mark.parametrize("text", NOT_NUMBERS)
def test_what_is_no_persons_number_is_left_in_peace(text: str) -> None:
    assert told(("Service", "Remark"), ("Duty", text)) == []


@given(serial=st.integers(0, 999), authority=st.integers(201, 998), lower=st.booleans())
@settings(max_examples=60)
def test_unique_pupil_numbers_are_found_wherever_they_stand(serial: int, authority: int, lower: bool) -> None:
    code = upn_number(serial, authority)
    text = code.lower() if lower else code
    assert told(("Remark",), (f"see {text}, twice",)) == ["upn A2"]
    assert told(("Remark",), (f"{text[0]} {text[1:4]} {text[4:8]} {text[8:]}",)) == ["upn A2"]


def test_a_temporary_upn_is_found_and_a_wrong_check_letter_is_not() -> None:
    temporary = upn_number(120, last="B")
    assert told(("Remark",), (temporary,)) == ["upn A2"]
    wrong = ("A" if UPNS[0][0] != "A" else "B") + UPNS[0][1:]
    assert told(("Reference",), (wrong,)) == []
    assert told(("UPN",), (wrong,)) == ["upn A2"], "under its heading a mistyped one counts"


@pytest.mark.parametrize(
    "text", ["QQ123456C", "qq 12 34 56 c", "QQ-12-34-56-C", "JG 10 37 59 A", "no QQ123456C known"]
)
def test_national_insurance_numbers_are_found(text: str) -> None:
    assert told(("Remark",), (text,)) == ["ni A2"]


@pytest.mark.parametrize("text", ["GB123456A", "DX123456A", "JG103759E", "XQQ123456C", "QQ1234567"])
def test_codes_that_no_insurance_number_can_have_are_left(text: str) -> None:
    assert told(("Remark",), (text,)) == []


def test_asset_codes_of_which_some_have_the_shape_are_left() -> None:
    codes = [f"JG10375{n}{letter}" for n, letter in enumerate("KLMNPQRA")]
    assert told(*column("Asset", codes)) == []


@pytest.mark.parametrize(
    "text", ["ZE9 9ZZ", "ze9 9zz", "ZE9\u00a09ZZ", "ZE99ZZ", "12 Nowhere Road, Unst ZE9 9ZZ",
             "moved (KW99 9XX) in May",
             "W1A 9ZZ", "EC1A 9ZZ", "M9 9ZZ", "moved to KW999XX in May"],
)  # fmt: skip
def test_full_postcodes_are_found(text: str) -> None:
    assert told(("Remark",), (text,)) == ["postcode A2"]


def test_short_codes_are_postcodes_only_where_half_the_column_is() -> None:
    assert told(*column("Code", ["E12AB", "P14CD", "C99XY", "A10BC", "X22TT"])) == []
    assert told(*column("Code", ["E19AB", "M14LD", "S99XY", "K10BC"])) == ["postcode B2"]
    assert told(*column("Postcode", ["E19AB", "P14CD", "C99XY", "A10BC"])) == ["postcode B2"]


# --- Dates of birth ---------------------------------------------------------------------------------------

BIRTH_HEADERS = [
    "DOB",
    "D.O.B.",
    "Date of birth",
    "DateOfBirth",
    "Birth date",
    "Child's DOB",
    "child_dob",
    "d o b",
    "DoB",
]


@pytest.mark.parametrize("header", BIRTH_HEADERS)
@pytest.mark.parametrize("value", [*BORN, dt.datetime(2010, 3, 12), dt.date(2010, 3, 12), "2010-03-12 00:00:00"])
def test_dates_under_a_heading_of_birth_are_found(header: str, value: Any) -> None:
    assert told(*column(header, [value])) == ["birth B2"]
    assert told(("Case", 1), (header, value)) == ["birth B2"]


def test_dates_that_lost_their_format_are_found_under_the_heading() -> None:
    assert told(*column("Date of birth", [40_249, 41_153, 39_782])) == ["birth B2"]


@pytest.mark.parametrize(
    "text", ["DOB 12/03/2010", "(born 12 March 2010)", "d.o.b: 12.3.10", "12/03/2010 (DOB)", "dob12032010"]
)
def test_a_date_of_birth_in_a_text_is_found(text: str) -> None:
    assert told(("Remark",), (f"seen late, {text}, twice",)) == ["birth A2"]


def test_counts_about_dates_of_birth_and_other_dates_are_left() -> None:
    assert told(("Measure", "Date of birth recorded"), ("Duty", 45), ("Family", 12)) == []
    assert told(("Action", "Due"), ("Trim", dt.datetime(2031, 1, 1)), ("Buy", "12/03/2031")) == []


# --- Names ------------------------------------------------------------------------------------------------

NAME_HEADERS = [
    "Child's name", "Child name", "ChildName", "childs_name", "Name of child", "Name of young person",
    "Young person's name", "Forename", "Forename(s)", "Surname", "First name", "Last Name", "FULL NAME",
    "Family name", "Given name", "Client name", "Pupil name", "Student name", "Patient name", "Mother's name",
    "Father name", "Parent/carer name", "Foster carer's name", "Social worker name", "Worker name",
    "Allocated worker", "Allocated social worker", "Case holder",
    "Caseholder", "Name of social worker", "Service user name", "YP name",
    "Child\u2019s  name", "Team manager name",
]  # fmt: skip


@pytest.mark.parametrize("header", NAME_HEADERS)
def test_names_under_a_heading_for_names_are_found(header: str) -> None:
    assert told(*column(header, PEOPLE)) == ["name B2"]


def test_single_words_and_surnames_first_are_names_too() -> None:
    assert told(*column("Surname", ["Testcase", "O'Sampleson", "Mockford-Testcase"])) == ["name B2"]
    assert told(*column("Child name", ["TESTCASE, Alba", "mockford dario"])) == ["name B2"]


@pytest.mark.parametrize("header", ["Name", "Young person", "Child", "Initials"])
def test_a_bare_heading_counts_beside_other_marks_of_a_person(header: str) -> None:
    assert told((header, "Visits"), *[(p, 3) for p in PEOPLE]) == []
    for mark in ("Age", "Gender", "Ethnicity", "NHS number", "Case no", "Address", "DOB"):
        assert told((header, mark), *[(p, "x") for p in PEOPLE]) == ["name A2"]


@pytest.mark.parametrize(
    ("header", "values"),
    [
        ("Service name", PEOPLE), ("Measure name", PEOPLE), ("Team name", PEOPLE), ("Name of child's school", PEOPLE),
        ("Owner (role)", ["Head of Service", "Director"]), ("Owner", ["Head of Quality"]),
        ("Allocated worker", [12, 14]), ("Allocated worker", ["Yes", "No"]), ("Case holder", ["Agency", "Vacant"]),
        ("Social worker name", ["Duty Team", "Locality Hub East"]), ("Child name", ["not recorded", "n/a"]),
        ("Number of children with surname missing", [3, 4]), ("Surname missing", PEOPLE), ("First name", []),
        ("Allocated worker (average caseload)", [17.2]), ("Lead", ["Head of Service"]), ("Name", ["Early Help"]),
    ],
)  # fmt: skip
def test_columns_that_name_no_people_are_left(header: str, values: Sequence[Any]) -> None:
    assert told(*column(header, values)) == []


def test_a_heading_that_a_layout_declares_is_meant() -> None:
    lines = column("Allocated worker", PEOPLE)
    assert told(*lines) == ["name B2"]
    assert told(*lines, declared=frozenset({"allocated worker"})) == []


def test_everything_that_a_layout_spells_is_declared() -> None:
    declared = declared_headers(invented_programme())
    assert declared >= {"quay", "lamps due", "clean oil, % of oil", "weekly lamp report", "rounds", "both shores"}


@pytest.mark.parametrize(
    "text", ["Child's name: Alba Testcase", "Name of child - Bruno Testcase", "surname: Mockford"]
)
def test_a_name_after_its_label_is_found(text: str) -> None:
    assert told(("Remark",), (f"seen late. {text}",)) == ["name A2"]


def test_a_form_with_labels_and_values_is_found() -> None:
    found = told(("Child's name:", PEOPLE[0]), ("Date of birth:", BORN[0]), ("NHS number:", int(NHS[0])))
    assert found == ["nhs B3", "birth B2", "name B1"]


def test_tasks_that_speak_of_names_and_births_are_no_headings() -> None:
    tasks = ["Record the child's name", "Record date of birth", "Buy oil", "Trim the wicks", "First name basis"]
    lines = [(task, "Data Analyst", dt.datetime(2031, 6, 30)) for task in tasks]
    assert told(("Action", "Owner", "Due"), *lines) == []
    assert told(*[(task, "Data Analyst") for task in tasks]) == []
    assert told(*[(task, dt.datetime(2031, 6, 30)) for task in tasks]) == []


def test_an_empty_template_has_nobody_in_it() -> None:
    assert told(("Child name", "DOB", "NHS number", "UPN", "Postcode"), (), ("Total", 0, 0, 0, 0)) == []


@pytest.mark.parametrize(
    "text", ["Early Help", "n/a", "Red", "Head of Service", "Team 4", "12", "", "A sentence of very many words"]
)
def test_teams_answers_and_sentences_are_no_names(text: str) -> None:
    assert not looks_like_name(text)


# --- How it is told ---------------------------------------------------------------------------------------


def test_one_finding_for_each_kind_and_column_tells_place_and_number_and_no_value() -> None:
    lines = [("Child", "Age", "NHS number"), *[(p, 9, grouped(n)) for p, n in zip(PEOPLE, NHS, strict=False)]]
    found = find_personal_data("return.csv", opened(*lines, title="List"), frozenset())
    assert [(f.sheet, f.cell, f.message) for f in found.findings] == [
        ("List", "C2", "Sheet 'List', column C from C2: 4 cells look like NHS numbers."),
        ("List", "A2", "Sheet 'List', column A from A2: 4 cells look like names of people."),
    ]
    assert found.kinds == ("NHS numbers", "names of people")
    assert not [p for p in (*PEOPLE, *NHS) if any(p.split()[-1] in repr(f) for f in found.findings)]


def test_very_many_columns_are_told_together() -> None:
    found = find_personal_data("r.csv", opened([grouped(n) for n in [*NHS, *NHS, *NHS]]), frozenset()).findings
    assert len(found) == 13
    assert found[-1].message == "Sheet 'Visits', 12 more columns from M1: 12 cells look like NHS numbers."


def test_a_sheet_that_is_called_by_a_name_or_number_is_not_called_so() -> None:
    for title in (PEOPLE[0], f"Visit {grouped(NHS[0])}"):
        lines = [("Child name",), *[(p,) for p in PEOPLE]]
        found = find_personal_data("return.csv", opened(*lines, title=title), frozenset()).findings
        assert {f.sheet for f in found} <= {"(name withheld) 1", None}
        assert title not in repr(found)


@pytest.mark.parametrize(
    "name",
    [f"Visits {grouped(NHS[0])}.xlsx", f"visits_{NHS[0]}.xlsx", f"{UPNS[0].lower()}.csv", "QQ123456C form.xls",
     "Review ZE9 9ZZ.xlsx", "child_dob_12032010.xlsx", "born 12-03-2010.xlsx", f"a%20{NHS[1]}.xlsx"],
)  # fmt: skip
def test_a_files_name_can_be_personal_data(name: str) -> None:
    found = find_in_name(name)
    assert len(found.findings) == 1
    assert found.name_is_personal
    assert found.findings[0].message.startswith("The file's name: it holds what looks like a")
    assert (found.findings[0].sheet, found.findings[0].cell) == (None, None)


@pytest.mark.parametrize("name", [*[p.name for p in SAMPLES], "CPR v2.1 2021-08-01.xlsx", "export 1637489012.csv"])
def test_ordinary_names_of_files_are_left(name: str) -> None:
    assert find_in_name(name).findings == ()


def test_the_name_that_is_shown_tells_the_hash_and_a_known_ending_only() -> None:
    assert shown_name("x.XLSX", "1a2b3c4d5e") == "(name withheld) 1a2b3c4d.xlsx"
    assert shown_name(f"x.{NHS[0]}", "1a2b3c4d5e") == "(name withheld) 1a2b3c4d"


def test_a_file_named_after_a_person_in_it_is_not_called_so() -> None:
    book = opened(("Child name",), *[(p,) for p in PEOPLE])
    assert find_personal_data("Review of Alba T.xlsx", book, frozenset()).name_is_personal
    assert not find_personal_data("Weekly visits.xlsx", book, frozenset()).name_is_personal


# --- What cells do not show -------------------------------------------------------------------------------


def with_parts(content: bytes, **parts: str) -> bytes:
    """The workbook with further parts; "__" in a name stands for "/"."""
    target = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
        for name, text in parts.items():
            new.writestr(name.replace("__", "/") + ".xml", text)
    return target.getvalue()


def changed_book(change: Callable[[Any], None]) -> bytes:
    """A sound workbook after one change made with openpyxl."""
    book = load_workbook(BytesIO(lamp_report().content()))
    change(book)
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_hidden_sheet_row_and_column_are_searched() -> None:
    def change(book: Any) -> None:
        sheet = book.create_sheet("Back")
        sheet.append(["Ref", "NHS number"])
        sheet.append([1, int(NHS[0])])
        sheet.sheet_state = "veryHidden"
        sheet.column_dimensions["B"].hidden = True
        sheet.row_dimensions[2].hidden = True

    assert told_in(changed_book(change)) == ["nhs B2"]


HIDDEN: dict[str, tuple[Callable[[Any], None], str]] = {
    "a comment": (
        lambda b: setattr(b.worksheets[0]["A1"], "comment", Comment(f"see {grouped(NHS[0])}", "Analyst")),
        "nhs A comment",
    ),
    "a footer": (
        lambda b: setattr(b.worksheets[0].oddFooter.left, "text", f"child {UPNS[0]}"),
        "upn A formula, a header or a footer of a sheet",
    ),
    "a header that begins with the number": (
        lambda b: setattr(b.worksheets[0].oddHeader.center, "text", grouped(NHS[3])),
        "nhs A formula, a header or a footer of a sheet",
    ),
    "a defined name": (
        lambda b: b.defined_names.add(DefinedName("who", attr_text=f'"{grouped(NHS[1])}"')),
        "nhs A defined name",
    ),
    "a formula": (
        lambda b: setattr(b.worksheets[0]["H1"], "value", '=IF(A1="ZE9 9ZZ",1,0)'),
        "postcode A formula, a header or a footer of a sheet",
    ),
    "the subject": (lambda b: setattr(b.properties, "subject", "DOB 12/03/2010"), "birth The properties of the file"),
    "the title of a sheet": (
        lambda b: setattr(b.worksheets[0], "title", f"Lamps {NHS[2]}"), "nhs The name of sheet 1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("place", HIDDEN)
def test_what_cells_do_not_show_is_searched(place: str) -> None:
    change, expected = HIDDEN[place]
    assert told_in(lamp_report().content()) == []
    assert told_in(changed_book(change)) == [expected] or place == "the title of a sheet"
    assert expected in told_in(changed_book(change))


def test_the_names_of_the_files_authors_are_usual() -> None:
    def change(book: Any) -> None:
        book.properties.creator = book.properties.lastModifiedBy = PEOPLE[0]
        book.worksheets[0]["A1"].comment = Comment("checked", PEOPLE[1])

    assert told_in(changed_book(change)) == []


PIVOT = """<pivotCacheDefinition xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><cacheFields>
<cacheField name="Child name"><sharedItems><s v="{0}"/><s v="{1}"/></sharedItems></cacheField>
<cacheField name="DOB"><sharedItems/></cacheField><cacheField name="Visits"><sharedItems/></cacheField>
<cacheField name="NHS number"><sharedItems/></cacheField></cacheFields></pivotCacheDefinition>"""
RECORDS = """<pivotCacheRecords xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">
<r><x v="0"/><d v="2010-03-12T00:00:00"/><n v="3"/><n v="{0}"/></r>
<r><x v="1"/><d v="2012-09-01T00:00:00"/><n v="4"/><n v="{1}"/></r></pivotCacheRecords>"""


def test_the_stored_records_of_a_pivot_table_are_searched() -> None:
    content = with_parts(
        lamp_report().content(),
        xl__pivotCache__pivotCacheDefinition1=PIVOT.format(*PEOPLE),
        xl__pivotCache__pivotCacheRecords1=RECORDS.format(*NHS),
    )
    place = "The stored records of a pivot table"
    assert told_in(content) == [f"nhs {place}", f"birth {place}", f"name {place}"]


def test_a_pivot_tables_own_items_are_searched_where_its_records_were_not_kept() -> None:
    content = with_parts(lamp_report().content(), xl__pivotCache__pivotCacheDefinition1=PIVOT.format(*PEOPLE))
    assert told_in(content) == ["name The stored records of a pivot table"]


def test_a_text_that_no_cell_shows_any_more_is_searched() -> None:
    left = f"<sst><si><t>{NHS[0][:3]} </t><r><t>{NHS[0][3:6]} {NHS[0][6:]}</t></r></si></sst>"
    content = with_parts(lamp_report().content(), xl__sharedStrings=left)
    assert told_in(content) == ["nhs A text that the workbook stores and no cell shows"]


def test_threaded_comments_and_text_boxes_are_searched_and_their_authors_are_not() -> None:
    content = with_parts(
        lamp_report().content(),
        xl__threadedComments__threadedComment1=f"<t><threadedComment><text>{UPNS[0]}</text></threadedComment></t>",
        xl__persons__person="<personList><person displayName='Alba Testcase'/></personList>",
        xl__drawings__drawing9="<d><p><r><t>ZE9 </t></r><r><t>9ZZ</t></r></p></d>",
    )
    assert sorted(told_in(content)) == ["postcode A text box or a comment", "upn A comment"]


def test_a_figure_that_a_chart_stores_again_as_text_is_still_a_figure() -> None:
    chart = f"<c><ser><v>{NHS[0]}</v></ser></c>"
    assert told_in(with_parts(lamp_report().content(), xl__charts__chart1=chart)) == [
        "nhs The stored figures of a chart"
    ]
    content = with_parts(changed_book(lambda b: b.worksheets[0].append([int(NHS[0])])), xl__charts__chart1=chart)
    assert told_in(content) == []


def test_a_damaged_part_is_still_searched_and_entities_are_not_grown() -> None:
    damaged = f"<sst><si><t>see {grouped(NHS[0])}</t></si>"
    bomb = f'<!DOCTYPE d [<!ENTITY e "x">]><d><t>&e; {UPNS[0]} &e;</t></d>'
    content = with_parts(lamp_report().content(), customXml__item1=damaged, customXml__item2=bomb)
    place = "A text that the workbook stores beside its cells"
    assert told_in(content) == [f"nhs {place}", f"upn {place}"]


def test_binary_workbooks_are_searched_for_runs_of_text() -> None:
    noise = bytes(random.Random(7).randrange(256) for _ in range(200_000))
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    book = opened(("Service",), ("Duty",), kind="xls")
    place = "A text that the workbook stores beside its cells"
    assert told_of(book, head + noise) == []
    for text in (f"DOB {BORN[0]}".encode(), f"NHS {grouped(NHS[0])}".encode("utf-16-le")):
        (found,) = told_of(book, head + noise + b"\x00\x01" + text + b"\x00\x00\x01" + noise)
        assert found.endswith(place)


# --- The whole reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_no_sample_raises_an_alarm_even_if_nothing_is_declared(path: Path) -> None:
    content = path.read_bytes()
    assert told_in(content, path.name) == []
    assert not read_workbook(
        content, path.name, load_programme(ROOT / "programmes" / path.parent.name).programme
    ).is_personal


def listing() -> Book:
    """A sound report with a list of people on a second sheet, and other faults that quote cells."""
    book = lamp_report()
    book.put("Islands", "Lamps due", PEOPLE[0])
    lines = zip(PEOPLE, BORN, NHS, UPNS, POSTCODES, strict=False)
    book.add_sheet("Back", ("Child name", "DOB", "NHS number", "UPN", "Postcode"), *lines)
    return book


def test_of_a_file_with_personal_data_nothing_else_is_told_or_read() -> None:
    reading = read_workbook(listing().content(), "Lamps.xlsx", invented_programme())
    assert reading.is_refused
    assert reading.is_personal
    assert (reading.item, reading.layout, reading.period, reading.tables) == (None, None, None, ())
    assert {f.code for f in reading.findings} == {"personal_data"}
    assert [f.cell for f in reading.findings] == ["C2", "D2", "E2", "B2", "A2"]
    assert not [v for v in (*PEOPLE, *BORN, *NHS, *UPNS, *POSTCODES) if v in repr(reading)]


def test_a_file_that_cannot_be_opened_is_not_called_by_a_personal_name() -> None:
    reading = read_workbook(b"no workbook", f"{grouped(NHS[0])}.xlsx", invented_programme())
    assert {f.code for f in reading.findings} == {"personal_data"}
    assert reading.name == f"(name withheld) {reading.sha256[:8]}.xlsx"
    assert grouped(NHS[0]) not in repr(reading)


FIGURES = st.one_of(
    st.integers(0, 5000),
    st.integers(0, 10**12).map(lambda n: Shown(n, "#,##0")),
    st.decimals(0, 1, places=6).map(lambda d: Shown(float(d), "0.0%")),
    st.floats(0, 10**9, allow_nan=False),
    st.dates(dt.date(2015, 1, 1), dt.date(2035, 1, 1)),
    st.sampled_from(
        ["c", "z", "n/a", "-", "12 (one late)", "99.7.0%", "R&A", "Q2 2021/22", "v2.1", "W1", "1.4-2", None]
    ),
    st.integers(0, 99_999).map(lambda n: f"REF{n:05}"),
    st.builds(lambda a, b: f"{a} of {b}", st.integers(0, 999), st.integers(0, 9999)),
)
HEADS = st.sampled_from(
    ["Visits due", "In time", "%", "Service name", "Measure name", "Team name", "Owner (role)", "Name", "Due",
     "Nov-21", "Age 16 to 17", "Gender", "Amber", "Cost", "Ref", "As at"]
)  # fmt: skip


@given(st.lists(HEADS, min_size=5, max_size=5), st.lists(st.lists(FIGURES, min_size=5, max_size=5), max_size=12))
@settings(max_examples=150)
def test_random_aggregates_raise_no_alarm(heads: list[str], rows: list[list[Any]]) -> None:
    assert told(heads, *rows) == []


@given(st.integers(0, 2**32), st.integers(4, 60))
@settings(max_examples=100)
def test_random_columns_of_ten_digits_raise_no_alarm(seed: int, size: int) -> None:
    draw = random.Random(seed)
    values = [draw.randrange(10**9, 10**10) for _ in range(size)]
    good = sum(nhs_like(v) for v in values)
    assert (told(*column("Reference", values)) == []) == (4 * good < 3 * size or good < 2)


def nhs_like(number: int) -> bool:
    """Whether the weighted digits make a multiple of eleven, worked out apart from the code under test."""
    return sum(weight * int(d) for weight, d in zip(range(10, 0, -1), f"{number}", strict=True)) % 11 == 0


def test_the_insured_of_the_tests_are_nobody() -> None:
    assert all(code.startswith("QQ") for code in INSURED)
