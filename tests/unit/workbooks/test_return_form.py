"""A form: what is locked and what is open, what may be chosen, and that nothing in it runs."""

from __future__ import annotations

import datetime as dt
import io
import time
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from flows.checking import judge_file
from schemas.forms import ChoiceList, FormColumn, ReturnForm
from schemas.layout import Layout
from tests.builders import invented_programme
from tests.properties.plans import make_entry
from transforms.actions import ActionRow
from transforms.form_layout import record_table
from transforms.tracker_form import make_tracker_form
from workbooks.reading import read_workbook
from workbooks.return_form import GUIDE, write_form
from workbooks.saving import save_book

AS_AT = dt.date(2031, 3, 31)
NASTY = ("=1+1", "=cmd|' /C calc'!A0", "+44", "-1", "@SUM(A1)", "ring\x07 the bell", "1.10", "007")


def form(*rows: tuple[Any, ...], **keys: Any) -> ReturnForm:
    base: dict[str, Any] = {
        "sheet": "Rows",
        "lines": ("Title", "As at: 31 March 2031", "Rows of: Head Keeper"),
        "anchor": "",
        "columns": (
            FormColumn("Key", "code", 10, True),
            FormColumn("Why", "text", 20, True, True),
            FormColumn("Colour", "text", 12, choices="colours"),
            FormColumn("Done on", "date", 12),
        ),
        "rows": rows or (("A1", "since", "Red", dt.date(2031, 3, 1)),),
        "lists": (ChoiceList("colours", "Colours", (("Red", "late"), ("Green, mostly", "fine"))),),
        "instructions": ("Say how it stands.",),
        "as_at": AS_AT,
        "frozen": 1,
        "spare": 1,
    }
    return ReturnForm(**(base | keys))


def opened(content: bytes) -> Any:
    return load_workbook(io.BytesIO(content))


def test_locked_cells_are_locked_and_open_ones_open() -> None:
    sheet = opened(write_form(form()))["Rows"]
    header = next(r[0].row for r in sheet.iter_rows() if r[0].value == "Key")
    assert sheet.protection.sheet
    assert sheet.protection.password is None
    assert [c.protection.locked for c in sheet[header + 1]] == [True, True, False, False]
    assert [c.protection.locked for c in sheet[header + 2]] == [False, True, False, False], "a spare row is open"
    fills = [c.fill.fgColor.rgb for c in sheet[header + 1]]
    assert fills[0] != fills[2]
    assert sheet.freeze_panes == f"B{header + 1}"
    assert sheet.print_title_rows == f"${header}:${header}"
    assert sheet.page_setup.orientation == "landscape"


def test_what_may_be_chosen_stands_on_the_guide_and_is_offered_in_every_row() -> None:
    book = opened(write_form(form()))
    rules = {str(r.sqref): r for r in book["Rows"].data_validations.dataValidation}
    (choices,) = [r for r in rules.values() if r.type == "list"]
    (dates,) = [r for r in rules.values() if r.type == "date"]
    place = choices.formula1.split("!")[1].replace("$", "")
    assert [c[0].value for c in book[GUIDE][place]] == ["Red", "Green, mostly"]
    assert str(choices.sqref).startswith("C")
    assert dates.error
    assert book[GUIDE].protection.sheet


@pytest.mark.parametrize("text", NASTY)
def test_text_stays_text_whatever_it_looks_like(text: str) -> None:
    content = write_form(form((text, text, text, None)))
    sheet = opened(content)["Rows"]
    header = next(r[0].row for r in sheet.iter_rows() if r[0].value == "Key")
    assert {c.data_type for c in sheet[header + 1][:3]} == {"s"}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")


def test_the_same_form_is_the_same_bytes_at_another_time() -> None:
    one = write_form(form())
    time.sleep(1.1)  # the time of saving is kept to the second
    assert write_form(form()) == one


def test_a_saved_workbook_bears_the_date_it_is_made_for() -> None:
    from openpyxl import Workbook

    book = opened(save_book(Workbook(), AS_AT))
    assert (book.properties.created, book.properties.modified) == (dt.datetime(2031, 3, 31),) * 2


# --- The tracker's form, by any layout ----------------------------------------------------------------------


def plan_row(**keys: Any) -> ActionRow:
    entry = make_entry(key="L1", owner="Head Keeper", **keys)
    return ActionRow(entry, "light", None, entry.due, None, "red", None, "due, passed", AS_AT)


def varied(**changes: Any) -> Layout:
    """The invented tracker's layout with something changed."""
    programme = invented_programme()
    layout = programme.return_of("plan_tracker").layouts[0]
    table = layout.tables["actions"].model_dump(by_alias=True) | changes.pop("table", {})
    return Layout.model_validate(layout.model_dump(by_alias=True) | {"tables": {"actions": table}} | changes)


@pytest.mark.parametrize(
    "layout",
    [
        varied(),
        varied(table={"anchor": ("Every action",)}),
        varied(as_at={"labels": ["Position as at:"], "precision": "day"}),
        varied(as_at={"labels": ["Month"], "precision": "month"}),
        varied(rows_of=["Keeper’s rows"]),
        varied(table={"sheets": ("Actions / all [2031]",)}),
    ],
    ids=["as it is", "with an anchor", "another as-at line", "a month", "other words for whose", "a sheet's name"],
)
def test_our_own_reader_knows_the_form_when_it_comes_back(layout: Layout, tmp_path: Path) -> None:
    programme = invented_programme()
    item = programme.return_of("plan_tracker").model_copy(update={"layouts": (layout,)})
    known = programme.model_copy(update={"returns": (item,)})
    table = record_table(layout)
    assert table is not None
    rows = [plan_row(title="=SUM(A1)", completed_on=AS_AT)]
    made = make_tracker_form(known, item, layout, table, rows, "Head Keeper", AS_AT)
    content = write_form(made)
    reading = read_workbook(content, "form.xlsx", known)
    assert reading.item == item
    assert reading.scope == "Head Keeper"
    assert reading.period is not None
    assert reading.period.end == AS_AT
    path = tmp_path / "form.xlsx"
    path.write_bytes(content)
    judged = judge_file(path, known)
    assert judged.status == "accepted", judged.findings
    said = {r.field: r.raw_text for t in judged.reading.tables for r in t.readings}
    assert (said["key"], said["title"], said["completed_on"]) == ("L1", "=SUM(A1)", "2031-03-31")


def test_a_help_column_never_bears_a_header_that_is_read() -> None:
    layout = varied()
    table = record_table(layout)
    assert table is not None
    fields = table.columns.fields["owner_rating"].model_copy(update={"headers": ("Rating by rule",)})
    columns = table.columns.model_copy(update={"fields": {**table.columns.fields, "owner_rating": fields}})
    other = table.model_copy(update={"columns": columns})
    item = invented_programme().return_of("plan_tracker")
    made = make_tracker_form(invented_programme(), item, layout, other, [plan_row()], "Head Keeper", AS_AT)
    titles = [c.title for c in made.columns]
    assert titles.count("Rating by rule") == 1
    assert not next(c for c in made.columns if c.title == "Rating by rule").is_help
