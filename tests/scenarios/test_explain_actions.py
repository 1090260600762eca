"""Why an action has its colour: the cells named are those that the rating uses, file by file."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from flows.explaining_plan import explain_action, find_action
from flows.position import derive_position
from history.store import History
from tests.builders import PROGRAMME, TRACKER, Book, Shown, changed
from tests.end_to_end.command import run
from tests.scenarios.harbour import MARCH, Harbour

OWNED = changed(
    TRACKER,
    "            title: {headers: [Action], kind: text}\n",
    "            title: {headers: [Action], kind: text}\n            owner: {headers: [Keeper], kind: text}\n"
    "            forecast: {headers: [Forecast], kind: date, required: false}\n"
    "            recovery_note: {headers: [Recovery], kind: text, required: false}\n"
    "            recovery_by: {headers: [Recovered by], kind: date, required: false}\n",
)
HEADER = ("Key", "Ref", "Action", "Keeper", "Due", "Forecast", "Recovery", "Recovered by", "Completed on",
          "Next review", "Owner's rating")  # fmt: skip
KEEPER = "Head Keeper"


def on(day: str) -> Shown:
    return Shown(day, "@")


PLAN = {
    "Key": "1.1-1", "Ref": "1.1", "Action": "Trim the wicks", "Keeper": KEEPER, "Due": on("30/06/2031"),
    "Forecast": on("31/08/2031"), "Recovery": "more oil", "Recovered by": on("30/04/2031"), "Owner's rating": "Red",
}  # fmt: skip
OWN = {"Key": "1.1-1", "Ref": "1.1", "Action": "Trim the wicks", "Keeper": KEEPER}


def rows_of(role: str, day: str, *rows: dict[str, Any]) -> Book:
    """A tracker as at a day: a whole one, or one role's rows."""
    book = Book()
    scope = [(f"Rows of: {role}",)] if role else []
    lines = [[row.get(name) for name in HEADER] for row in rows]
    book.add_sheet("Tracker", ("Lamplight tracker",), (f"As at {day}",), *scope, (), HEADER, *lines)
    return book


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    return Harbour(tmp_path, plan_tracker=OWNED)


def explain(harbour: Harbour) -> dict[str, Any]:
    history = History(harbour.home / "history")
    try:
        position = derive_position(history, harbour.loaded, MARCH)
        row = find_action(position, "1.1-1")
        assert row is not None
        return explain_action(history, position, row)
    finally:
        history.close()


def cells(told: dict[str, Any]) -> dict[str, tuple[str, str]]:
    """What each cell prints, and in which file."""
    return {c["name"]: (c["as_printed"], c["file"]) for c in told["cells"]}


def test_what_an_owner_left_blank_is_empty_and_names_no_cell_of_the_plan(harbour: Harbour) -> None:
    harbour.take_one(rows_of("", "28 February 2031", PLAN))
    harbour.take_one(rows_of(KEEPER, "31 March 2031", {**OWN, "Owner's rating": "Green"}))
    told = explain(harbour)
    assert (told["outcome"], told["forecast"]) == ("yellow", None)
    assert cells(told) == {
        "action": ("1.1-1", "arrival 1.xlsx"),
        "due": ("30/06/2031", "arrival 1.xlsx"),
        "owner rating": ("Green", "arrival 2.xlsx"),
    }


def test_a_cell_that_cannot_be_read_leaves_what_was_said_before_and_its_cell(harbour: Harbour) -> None:
    harbour.take_one(rows_of("", "28 February 2031", PLAN))
    harbour.take_one(rows_of(KEEPER, "31 March 2031", {**OWN, "Forecast": "soon"}))
    told = explain(harbour)
    assert told["forecast"] == "2031-08-31"
    assert cells(told)["forecast"] == ("31/08/2031", "arrival 1.xlsx")
    assert "recovery by" not in cells(told)


def test_what_was_said_before_is_what_an_earlier_row_said_its_blanks_included(harbour: Harbour) -> None:
    harbour.take_one(rows_of("", "28 February 2031", PLAN))
    harbour.take_one(rows_of(KEEPER, "15 March 2031", {**OWN, "Owner's rating": "Amber"}))
    harbour.take_one(rows_of(KEEPER, "31 March 2031", {**OWN, "Forecast": "soon"}))
    told = explain(harbour)
    assert told["forecast"] is None
    assert "forecast" not in cells(told)


def test_of_two_files_of_one_day_the_unread_cell_leaves_what_the_first_one_said(harbour: Harbour) -> None:
    harbour.take_one(rows_of("", "31 March 2031", PLAN))
    harbour.take_one(rows_of(KEEPER, "31 March 2031", {**OWN, "Forecast": "soon"}))
    told = explain(harbour)
    assert told["forecast"] == "2031-08-31"
    assert cells(told)["forecast"] == ("31/08/2031", "arrival 1.xlsx")


def test_a_file_that_was_deleted_by_rule_is_said_to_be_gone(tmp_path: Path) -> None:
    keeps = PROGRAMME + "retention: {originals_years: 1}\n"
    harbour = Harbour(tmp_path, plan_tracker=OWNED, programme=keeps)
    harbour.take_one(rows_of("", "28 February 2031", PLAN), received="2020-01-01T09:00:00Z")
    named = ("--programme", harbour.programme, "--home", harbour.home)
    asked = ("explain", "1.1-1", *named, "--as-at", MARCH.isoformat())
    assert {c["retired"] for c in run(*asked, "--json").json["cells"]} == {None}
    assert run("retire", *named, "--yes").code == 0
    told = run(*asked, "--json").json
    today = dt.datetime.now(dt.UTC).date().isoformat()
    assert {item["retired"]["on"] for item in (*told["cells"], *told["files"])} == {today}
    assert f"the file was deleted on {today} by the rule of 1 year" in run(*asked).out
