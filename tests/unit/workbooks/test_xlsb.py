"""Reading .xlsb: each kind of record that holds a cell, and the others that matter."""

from __future__ import annotations

import datetime as dt
import struct

import pytest

from tests.unit.workbooks.office_files import (
    cell_record,
    cells,
    first_sheet,
    opened,
    record,
    refusal,
    row_record,
    wide,
    xlsb,
)
from workbooks import ceilings
from workbooks.grid import RawCell


def packed(number: int, *, hundredth: bool = False) -> bytes:
    """A whole number packed into 30 bits, or a hundredth of it."""
    return struct.pack("<i", number << 2 | 2 | hundredth)


def float_head(number: float) -> bytes:
    """The high 30 bits of a float."""
    return bytes([struct.pack("<d", number)[4] & 0xFC]) + struct.pack("<d", number)[5:]


REAL = struct.pack("<d", 0.756)
CELLS = {
    "a packed whole number": (cell_record(2, 0, packed(298)), RawCell(1, 1, 298)),
    "a packed negative number": (cell_record(2, 0, packed(-3)), RawCell(1, 1, -3)),
    "a packed hundredth": (cell_record(2, 0, packed(7560, hundredth=True)), RawCell(1, 1, 75.6)),
    "a packed float": (cell_record(2, 0, float_head(0.5)), RawCell(1, 1, 0.5)),
    "a float": (cell_record(5, 0, REAL, style=1), RawCell(1, 1, 0.756, "0.0%")),
    "a date": (cell_record(5, 0, struct.pack("<d", 44529.0), style=2),
               RawCell(1, 1, dt.datetime(2021, 11, 29), "dd/mm/yyyy")),
    "an error": (cell_record(3, 0, b"\x2a"), RawCell(1, 1, "#N/A", is_error=True)),
    "true": (cell_record(4, 0, b"\x01"), RawCell(1, 1, True)),
    "a text": (cell_record(6, 0, wide("Quay & Basin")), RawCell(1, 1, "Quay & Basin")),
    "a rich text": (cell_record(62, 0, b"\x01" + wide("Islands")), RawCell(1, 1, "Islands")),
    "a shared text": (cell_record(7, 0, struct.pack("<I", 0)), RawCell(1, 1, "Upper Reach")),
    "a formula's text": (cell_record(8, 0, wide("sum") + bytes(6)), RawCell(1, 1, "sum")),
    "a formula's number": (cell_record(9, 0, REAL + bytes(6), style=1), RawCell(1, 1, 0.756, "0.0%")),
    "a formula's truth": (cell_record(10, 0, b"\0" + bytes(6)), RawCell(1, 1, False)),
    "a formula's error": (cell_record(11, 0, b"\x07" + bytes(6)), RawCell(1, 1, "#DIV/0!", is_error=True)),
    "no number": (cell_record(5, 0, struct.pack("<d", float("nan"))), RawCell(1, 1, "nan", is_error=True)),
}  # fmt: skip


@pytest.mark.parametrize("case", CELLS.values(), ids=CELLS)
def test_a_cell_is_what_its_record_says(case: tuple[bytes, RawCell]) -> None:
    made, cell = case
    found = cells(xlsb(row_record(0), made, strings=["Upper Reach"]))["A1"]
    assert found == cell
    assert type(found.value) is type(cell.value)


def test_short_records_stand_right_of_the_cell_before_them() -> None:
    short = record(13, struct.pack("<I", 1) + packed(50)) + record(17, struct.pack("<I", 0) + wide("b"))
    content = xlsb(row_record(4), cell_record(2, 2, packed(1)), short)
    assert {a: c.value for a, c in cells(content).items()} == {"C5": 1, "D5": 50, "E5": "b"}


def test_what_is_merged_or_hidden_and_the_1904_calendar() -> None:
    hidden = record(60, struct.pack("<IIIIH", 1, 16383, 0, 0, 1))
    merge = record(176, struct.pack("<IIII", 0, 0, 0, 1))
    date = cell_record(5, 0, struct.pack("<d", 43067.0), style=2)
    content = xlsb(
        hidden, row_record(0), date, cell_record(2, 2, packed(7)), row_record(3, hidden=True),
        cell_record(2, 0, packed(1)), merge, flags=1, state=2,
    )  # fmt: skip
    sheet = first_sheet(content)
    assert (sheet.is_hidden, sheet.is_1904) == (True, True)
    assert (sheet.hidden_rows, sheet.hidden_columns) == (frozenset({4}), frozenset({3}))
    assert sheet.seen_at(1, 2).value == dt.datetime(2021, 11, 29)


DAMAGED = {
    "a record that ends early": xlsb(row_record(0), record(5, bytes(4))),
    "a length beyond the part": xlsb(row_record(0), b"\x05\xff\xff\x7f"),
    "a text that is not there": xlsb(row_record(0), cell_record(7, 0, struct.pack("<I", 9))),
    "a text longer than its record": xlsb(row_record(0), cell_record(6, 0, struct.pack("<I", 0xFFFFFFF))),
    "an absurd row": xlsb(row_record(99_999_999), cell_record(2, 0, packed(1))),
    "an absurd column": xlsb(row_record(0), cell_record(2, 99_999_999, packed(1))),
}


@pytest.mark.parametrize("content", DAMAGED.values(), ids=DAMAGED)
def test_records_that_contradict_themselves_are_damage(content: bytes) -> None:
    assert refusal(content)[0] == "damaged_file"


def test_more_records_than_the_ceiling_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    content = xlsb(row_record(0), cell_record(1, 0) * 3000)
    assert opened(content).kind == "xlsb"
    monkeypatch.setattr(ceilings, "MOST_ELEMENTS", 2000)
    assert refusal(content)[0] == "file_too_large"
