"""One scenario for each finding about owners' rows of a tracker and about commentary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from flows.checking import JudgedFile, judge_file
from flows.owner_rows import compare_with_plan
from flows.position import Position, derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import LoadedProgramme, load_programme
from tests.builders import TRACKER, Book, Shown, changed, write_programme
from tests.scenarios.cases import case, codes_of, expect, expect_only
from transforms.commentary import MOST_CHARACTERS

OWNED_TRACKER = changed(
    TRACKER,
    "            title: {headers: [Action], kind: text}\n",
    "            title: {headers: [Action], kind: text}\n            owner: {headers: [Keeper], kind: text}\n"
    "            forecast: {headers: [Forecast], kind: date, required: false}\n",
)
REMARKS = """\
id: keeper_remarks
title: Keepers' remarks
kind: commentary
cadence: monthly
recognise: [Keepers' remarks]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    tables:
      remarks:
        sheets: [Remarks]
        rows: {kind: records, key: indicator}
        columns:
          fields:
            indicator: {headers: [About], kind: text}
            service: {headers: [Quay], kind: text, required: false}
            what_happened: {headers: [What we saw], kind: text}
            why: {headers: [Why], kind: text, required: false}
            next_step: {headers: [Next], kind: text, required: false}
            role: {headers: [Keeper], kind: text}
"""
HEADER = (
    "Key", "Ref", "Action", "Keeper", "Date as printed", "Start", "Due", "Forecast", "Completed on", "Next review",
    "Owner's rating",
)  # fmt: skip
KEEPER, MATE = "Head Keeper", "Harbour Mate"
ABOUT = "Lamps lit in time"


@pytest.fixture
def loaded(tmp_path: Path) -> LoadedProgramme:
    """The invented programme with keepers for its actions, and a commentary return."""
    files = {"plan_tracker": OWNED_TRACKER, "returns/keeper_remarks": REMARKS}
    return load_programme(write_programme(tmp_path / "lamplight", **files))


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "history")
    yield opened
    opened.close()


def tracker_book(*rows: Mapping[str, Any], rows_of: str | None = None, as_at: str = "28 February 2031") -> Book:
    """A tracker; `rows_of` is the line that says whose rows it holds, if any."""
    sound = {"Ref": "1.1", "Action": "Trim the wicks", "Keeper": KEEPER, "Due": Shown("30/06/2031", "@")}
    book = Book()
    lines = [[{**sound, **row}.get(name) for name in HEADER] for row in rows]
    head = ((rows_of,),) if rows_of is not None else ()
    book.add_sheet("Tracker", ("Lamplight tracker",), (f"As at {as_at}",), *head, (), HEADER, *lines)
    return book


def remarks_book(*rows: Mapping[str, Any]) -> Book:
    """A commentary as at 28 February 2031; each row gives some columns by name, the rest is sound."""
    sound = {"About": ABOUT, "What we saw": "More lamps were lit in time.", "Keeper": KEEPER}
    header = ("About", "Quay", "What we saw", "Why", "Next", "Keeper")
    book = Book()
    lines = [[{**sound, **row}.get(name) for name in header] for row in rows]
    book.add_sheet("Remarks", ("Keepers' remarks",), ("As at 28 February 2031",), (), header, *lines)
    return book


def judge(book: Book, folder: Path, loaded: LoadedProgramme) -> JudgedFile:
    return judge_file(book.save(folder), loaded.programme)


def after(history: History, folder: Path, loaded: LoadedProgramme, plan: Book, rows: Book) -> JudgedFile:
    """An owner's rows, judged where the plan is known."""
    (folder / "plan").mkdir()
    take_files(history, [plan.save(folder / "plan")], loaded, "2031-03-01T09:00:00Z")
    return compare_with_plan(history, judge(rows, folder, loaded), loaded)


PLAN = ({"Key": "L1"}, {"Key": "L2", "Keeper": MATE})


# --- Whose rows are these? --------------------------------------------------------------------------------


@pytest.mark.parametrize("line", ["Rows of: Head Keeper", "Rows of Head Keeper", "ROWS OF:  head keeper"])
def test_a_line_that_names_a_role_makes_it_that_owners_rows(
    line: str, tmp_path: Path, loaded: LoadedProgramme
) -> None:
    judged = judge(tracker_book({"Key": "L1"}, rows_of=line), tmp_path, loaded)
    expect_only(judged, "accepted")
    assert judged.reading.scope.casefold() == "head keeper"


def test_an_action_that_begins_like_the_line_makes_nothing_partial(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(tracker_book({"Key": "L1", "Action": "Rows of: lamps to be counted"}), tmp_path, loaded)
    expect_only(judged, "accepted")
    assert judged.reading.scope == ""


@case("rows_of_unclear")
def test_a_line_that_names_nobody_refuses_the_file(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(tracker_book({"Key": "L1"}, rows_of="Rows of:"), tmp_path, loaded)
    expect_only(judged, "refused", "rows_of_unclear")
    expect(judged, "rows_of_unclear", "Tracker", "A3", says="names nobody", advises="one owner's role")


@case("rows_of_unclear")
def test_two_lines_that_name_different_roles_refuse_the_file(tmp_path: Path, loaded: LoadedProgramme) -> None:
    book = tracker_book({"Key": "L1"}, rows_of="Rows of: Head Keeper")
    book.workbook["Tracker"]["D1"].value = "Rows of: Harbour Mate"
    judged = judge(book, tmp_path, loaded)
    expect(
        judged, "rows_of_unclear", "Tracker", "A3",
        says=("'Head Keeper'", "D1 says 'Harbour Mate'"), advises="one owner's role",
    )  # fmt: skip
    assert judged.status == "refused"


@case("header_missing")
def test_an_owners_rows_without_a_column_of_the_owners_are_refused(tmp_path: Path, loaded: LoadedProgramme) -> None:
    """An absent forecast is not a forecast taken back."""
    book = tracker_book({"Key": "L1"}, rows_of="Rows of: Head Keeper")
    book.find("Forecast").value = None
    judged = judge(book, tmp_path, loaded)
    expect(judged, "header_missing", "Tracker", "A5", says="'Forecast'", advises="Rename the column back")
    assert judged.status == "refused"


# --- Rows against the plan --------------------------------------------------------------------------------


@case("row_of_other_owner")
def test_the_row_of_another_owner_is_seen_without_the_plan(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(tracker_book(*PLAN, rows_of="Rows of: Head Keeper"), tmp_path, loaded)
    expect_only(judged, "held", "row_of_other_owner")
    expect(
        judged, "row_of_other_owner", "Tracker", "D7", says=("L2", MATE, KEEPER), advises="Take the row out"
    )  # fmt: skip


@case("row_of_other_owner")
def test_a_row_taken_over_by_writing_another_owner_is_the_plans_owners(
    tmp_path: Path, loaded: LoadedProgramme, history: History
) -> None:
    rows = tracker_book({"Key": "L2", "Keeper": KEEPER}, rows_of="Rows of: Head Keeper")
    judged = after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    expect_only(judged, "held", "row_of_other_owner")
    expect(judged, "row_of_other_owner", "Tracker", "D6", says=("belongs to Harbour Mate",), advises="Take the row")


@case("row_not_in_plan")
def test_a_key_that_the_plan_does_not_have(tmp_path: Path, loaded: LoadedProgramme, history: History) -> None:
    rows = tracker_book({"Key": "L1"}, {"Key": "L11"}, rows_of="Rows of: Head Keeper")
    judged = after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    expect_only(judged, "held", "row_not_in_plan")
    expect(judged, "row_not_in_plan", "Tracker", "A7", says=("L11", "the nearest is L1"), advises="Check the key")


@case("owner_row_twice")
def test_a_row_that_stands_twice(tmp_path: Path, loaded: LoadedProgramme) -> None:
    rows = tracker_book({"Key": "L1"}, {"Key": "L1"}, rows_of="Rows of: Head Keeper")
    judged = judge(rows, tmp_path, loaded)
    expect_only(judged, "held", "owner_row_twice")
    expect(judged, "owner_row_twice", "Tracker", "A7", says=("L1", "A6"), advises="Keep the right row")


@case("no_plan_for_rows")
def test_rows_that_come_before_any_whole_tracker(tmp_path: Path, loaded: LoadedProgramme, history: History) -> None:
    rows = tracker_book({"Key": "L1"}, rows_of="Rows of: Head Keeper", as_at="31 January 2031")
    judged = after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    expect_only(judged, "held", "no_plan_for_rows")
    expect(
        judged, "no_plan_for_rows", "Tracker", "A6", says=("31 Jan 2031", KEEPER), advises="Send the whole tracker"
    )  # fmt: skip


@case("locked_field_changed")
def test_a_title_that_was_changed(tmp_path: Path, loaded: LoadedProgramme, history: History) -> None:
    rows = tracker_book({"Key": "L1", "Action": "Sell the wicks"}, rows_of="Rows of: Head Keeper")
    judged = after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    expect_only(judged, "accepted", "locked_field_changed")
    expect(
        judged, "locked_field_changed", "Tracker", "C6",
        says=("title of action L1", "'Sell the wicks'", "'Trim the wicks'"), advises="whole tracker",
    )  # fmt: skip


@case("due_in_owner_rows")
def test_a_due_date_typed_over(tmp_path: Path, loaded: LoadedProgramme, history: History) -> None:
    rows = tracker_book({"Key": "L1", "Due": Shown("31/12/2031", "@")}, rows_of="Rows of: Head Keeper")
    judged = after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    expect_only(judged, "accepted", "due_in_owner_rows")
    expect(
        judged, "due_in_owner_rows", "Tracker", "G6",
        says=("31 December 2031", "30 June 2031"), advises="recorded in due_dates.yaml",
    )  # fmt: skip


@case("owner_rows_replaced")
def test_a_whole_tracker_that_came_later_and_knows_nothing_of_the_rows(
    tmp_path: Path, loaded: LoadedProgramme, history: History
) -> None:
    rows = tracker_book({"Key": "L1", "Owner's rating": "Amber"}, rows_of="Rows of: Head Keeper")
    after(history, tmp_path, loaded, tracker_book(*PLAN), rows)
    plan = tracker_book(*PLAN)
    plan.workbook.properties.title = "sent again"
    for number, book in enumerate((rows, plan)):
        (tmp_path / str(number)).mkdir()
        take_files(history, [book.save(tmp_path / str(number))], loaded, f"2031-03-0{number + 2}T09:00:00Z")
    judged = judge(rows, tmp_path, loaded)
    position = derive_position(history, loaded, judged.reading.period.end)  # type: ignore[union-attr]
    (received,) = [r for r in position.received if r.scope]
    told = JudgedFile(judged.path, b"", judged.reading, (), received.findings)
    expect(told, "owner_rows_replaced", "Tracker", "A6", says=("L1", KEEPER), advises="send the owner's rows again")


# --- Commentary -------------------------------------------------------------------------------------------


def test_a_sound_commentary_has_no_findings(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({}, {"Quay": "Islands"}, {"About": "lamps_in_time"}), tmp_path, loaded)
    expect_only(judged, "accepted")
    assert judged.observations == ()
    assert judged.row_count == 3


def test_a_row_that_only_names_its_indicator_is_one_nobody_filled_in(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({}, {"What we saw": None, "Keeper": None}), tmp_path, loaded)
    expect_only(judged, "accepted")


@case("unknown_indicator")
def test_a_remark_on_an_unknown_indicator(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"About": "Lamps lit in tyme"}), tmp_path, loaded)
    expect_only(judged, "held", "unknown_indicator")
    expect(
        judged, "unknown_indicator", "Remarks", "A5",
        says=("'Lamps lit in tyme'", "the nearest is 'Lamps lit in time'"), advises="as the pack prints it",
    )  # fmt: skip


@case("unlabelled_row")
def test_a_remark_on_nothing(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"About": None}), tmp_path, loaded)
    expect(judged, "unlabelled_row", "Remarks", "C5", says="no name", advises="Write the name")
    assert judged.status == "held"


@case("unknown_service")
def test_a_remark_on_an_unknown_service(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"Quay": "Island"}), tmp_path, loaded)
    expect_only(judged, "held", "unknown_service")
    expect(judged, "unknown_service", "Remarks", "B5", says=("'Island'", "'Islands'"), advises="leave the cell empty")


@case("commentary_empty")
def test_a_role_that_says_nothing(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"What we saw": "  "}), tmp_path, loaded)
    expect_only(judged, "accepted", "commentary_empty")
    expect(judged, "commentary_empty", "Remarks", "A5", says=(ABOUT, KEEPER), advises="Write the commentary")


@case("commentary_without_role")
def test_words_that_nobody_stands_behind(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"Keeper": None}), tmp_path, loaded)
    expect_only(judged, "held", "commentary_without_role")
    expect(judged, "commentary_without_role", "Remarks", "A5", says=ABOUT, advises="Give no name")


@case("commentary_long")
def test_words_without_end(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"Why": "wick " * MOST_CHARACTERS}), tmp_path, loaded)
    expect_only(judged, "accepted", "commentary_long")
    expect(judged, "commentary_long", "Remarks", "D5", says=f"over {MOST_CHARACTERS}", advises="Shorten it")


def test_an_error_in_a_cell_of_words_holds_the_remark(tmp_path: Path, loaded: LoadedProgramme) -> None:
    judged = judge(remarks_book({"Why": "#REF!"}, {}), tmp_path, loaded)
    assert codes_of(judged) == ["error_cell"]
    assert judged.status == "held"


# --- Overrides of what a tracker and owners' rows tell ------------------------------------------------------

ACCEPT = """\
overrides:
  - {role: Harbour Master, date: 2031-03-02, return: plan_tracker, period: 2031-02-28, code: CODE, action: L1,
     expected: EXPECTED, note: Known to the board.}
"""


def told_with(folder: Path, override: str, books: Sequence[Book]) -> Position:
    """The position of a programme with an override, once the books were taken in one after the other."""
    files = {"plan_tracker": OWNED_TRACKER, **({"overrides": override} if override else {})}
    loaded = load_programme(write_programme(folder / "lamplight", **files))
    history = History(folder / "history")
    try:
        for number, book in enumerate(books):
            take_files(history, [book.save(folder, f"{number}.xlsx")], loaded, "2031-03-01T09:00:00Z")
        return derive_position(history, loaded, dt.date(2031, 2, 28))
    finally:
        history.close()


def stand(position: Position) -> dict[str, bool]:
    """Whether each finding that is told stands, by its code; those of decisions too."""
    findings = [*(f for r in position.received for f in r.findings), *position.findings, *position.plan.findings]
    return {f.code: f.is_open for f in findings}


@pytest.mark.parametrize(
    ("code", "row", "expected", "is_backwards"),
    [
        ("locked_field_changed", {"Key": "L1", "Action": "Sell the wicks"}, "Sell the wicks", False),
        ("locked_field_changed", {"Key": "L1", "Action": "Sell the wicks"}, "Sell the wicks", True),
        ("owner_rows_replaced", {"Key": "L1", "Forecast": Shown("31/07/2031", "@")}, "L1", True),
        ("due_in_owner_rows", {"Key": "L1", "Due": Shown("31/07/2031", "@")}, "31/07/2031", False),
    ],
)
def test_a_doubt_about_owners_rows_is_accepted_whichever_came_first(
    code: str, row: dict[str, Any], expected: str, is_backwards: bool, tmp_path: Path
) -> None:
    books = [tracker_book({"Key": "L1"}), tracker_book(row, rows_of="Rows of: Head Keeper")]
    override = ACCEPT.replace("CODE", code).replace("EXPECTED", expected)
    before = told_with(tmp_path / "before", "", books[::-1] if is_backwards else books)
    assert stand(before) == {code: True}
    position = told_with(tmp_path / "after", override, books[::-1] if is_backwards else books)
    assert stand(position) == {code: False}
    assert [a.finding.code for r in position.received for a in r.overridden] == [code]


def test_an_override_of_the_whole_tracker_is_no_matter_of_owners_rows(tmp_path: Path) -> None:
    books = [
        tracker_book({"Key": "L1", "Due": None}, {"Key": "L2", "Keeper": MATE}),
        tracker_book({"Key": "L2", "Keeper": MATE}, rows_of="Rows of: Harbour Mate"),
    ]
    position = told_with(tmp_path, ACCEPT.replace("CODE", "undated").replace("EXPECTED", "L1"), books)
    assert stand(position) == {"undated": False}


def test_an_override_that_fits_neither_is_told_once(tmp_path: Path) -> None:
    books = [tracker_book({"Key": "L1"}), tracker_book({"Key": "L1"}, rows_of="Rows of: Head Keeper")]
    position = told_with(tmp_path, ACCEPT.replace("CODE", "undated").replace("EXPECTED", "L1"), books)
    assert stand(position) == {"override_stale": True}
    assert len(position.findings) == 1
