"""Cells with what is no character: a workbook can hold it by Excel's way of writing it, no database can."""

from __future__ import annotations

import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from history.store import History
from tests.scenarios.harbour import MARCH, Harbour, lamps
from tests.unit.workbooks.office_files import saved
from workbooks.collecting import spell_out
from workbooks.opening import open_workbook


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("3_x0000_94", "3_x0000_94"),  # no character: it stays as it is written
        ("3_xD800_94", "3_xD800_94"),
        ("3_xd83d_94", "3_xD83D_94"),
        ("many _xD83D__xDE00_", "many \U0001f600"),  # the halves of one character belong together
        ("3_x0009_94", "3\t94"),
    ],
)
def test_a_cell_is_filed_as_it_is_told(harbour: Harbour, written: str, kept: str) -> None:
    book = lamps(MARCH)
    book.put("Quay & Basin", "Lamps due", written)
    judged = harbour.take_one(book)
    assert judged.status == "held"
    (finding,) = judged.findings
    assert (finding.code, finding.cell) == ("text_in_number", "B6")
    history = History(harbour.home / "history")
    try:
        receipts = history.receipts(harbour.loaded.programme.id, None)
        raw = [r.raw_text for r in history.readings(receipts)[receipts[0].receipt_id]]
    finally:
        history.close()
    assert kept in raw


def test_an_older_workbook_too() -> None:
    """In .xls a text is UTF-16, where anything can be written."""
    book = xlwt.Workbook()
    book.add_sheet("Lamps").write(0, 0, "3\x0094")
    (sheet,) = open_workbook(saved(book), "lamps.xls").sheets
    assert [cell.value for cell in sheet.cells.values()] == ["3_x0000_94"]


@given(st.text(st.characters()))
def test_any_text_can_be_kept_and_printed_afterwards(text: str) -> None:
    told = spell_out(text)
    assert "\x00" not in told
    told.encode()
    assert spell_out(told) == told
    if "\x00" not in text and not any(0xD800 <= ord(c) < 0xE000 for c in text):
        assert told == text
