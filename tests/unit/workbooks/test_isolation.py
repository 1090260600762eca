"""Workbooks are opened in a process of their own: what breaks it refuses one file, not the run."""

from __future__ import annotations

import datetime as dt
import io
import threading
import zipfile
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from schemas.findings import Suggestion, make_finding
from tests.builders import lamp_report
from workbooks.grid import OpenedWorkbook, RawCell, Sheet
from workbooks.isolation import Limits, WorkbookOpener
from workbooks.reader import open_whole
from workbooks.refusals import Unopenable
from workbooks.wire import decode_workbook, encode_workbook


@pytest.fixture
def opener() -> Iterator[WorkbookOpener]:
    found = WorkbookOpener()
    yield found
    found.close()


def large_workbook() -> bytes:
    """A workbook of 900,000 cells: small as a file, some hundred megabytes once it is read."""
    rows = "".join(f"<row>{'<c><v>1</v></c>' * 100}</row>" for _ in range(9000))
    sheet = f'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'
    target = io.BytesIO()
    Workbook().save(target)
    source, copy = zipfile.ZipFile(target), io.BytesIO()
    with zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else source.read(name))
    return copy.getvalue()


def test_a_workbook_opened_apart_is_the_same_as_opened_here(opener: WorkbookOpener) -> None:
    content = lamp_report().content()
    assert opener.open(content, "return.xlsx") == open_whole(content, "return.xlsx")


def test_a_refusal_comes_back_as_it_was_told(opener: WorkbookOpener) -> None:
    for content in (b"", b"%PDF-1.7", lamp_report().content()[:500]):
        with pytest.raises(Unopenable) as here:
            open_whole(content, "Größe \udcff.xlsx")
        with pytest.raises(Unopenable) as apart:
            opener.open(content, "Größe \udcff.xlsx")
        assert apart.value.finding == here.value.finding


def test_a_file_that_takes_all_memory_is_refused_and_the_next_is_read() -> None:
    opener = WorkbookOpener(Limits(memory_bytes=150 * 1024 * 1024))
    try:
        with pytest.raises(Unopenable) as refused:
            opener.open(large_workbook(), "large.xlsx")
        assert refused.value.finding.code == "file_too_large"
        assert "more than 150 MB of memory" in refused.value.finding.message
        assert opener.open(lamp_report().content(), "return.xlsx").sheets
    finally:
        opener.close()


def test_a_file_that_takes_too_long_is_refused_and_the_next_is_read() -> None:
    opener = WorkbookOpener(Limits(seconds=0.3))
    try:
        with pytest.raises(Unopenable) as refused:
            opener.open(large_workbook(), "slow.xlsx")
        assert refused.value.finding.code == "file_too_large"
        assert "longer than 0.3 seconds" in refused.value.finding.message
        opener.limits = Limits()
        assert opener.open(lamp_report().content(), "return.xlsx").sheets
    finally:
        opener.close()


def test_a_reader_that_dies_between_files_is_replaced(opener: WorkbookOpener) -> None:
    content = lamp_report().content()
    first = opener.open(content, "return.xlsx")
    assert opener._reader is not None
    opener._reader.kill()
    assert opener.open(content, "return.xlsx") == first


def test_reading_ahead_changes_nothing_but_the_wait(opener: WorkbookOpener) -> None:
    content = lamp_report().content()
    opener.read_ahead(content, "return.xlsx")
    assert opener.open(content, "return.xlsx") == open_whole(content, "return.xlsx")
    opener.read_ahead(content, "return.xlsx")
    with pytest.raises(Unopenable):
        opener.open(b"another file", "return.xlsx")
    assert opener.open(content, "return.xlsx").sheets


def test_threads_share_one_opener(opener: WorkbookOpener) -> None:
    content = lamp_report().content()
    expected = open_whole(content, "return.xlsx")
    found: list[OpenedWorkbook] = []
    threads = [threading.Thread(target=lambda: found.append(opener.open(content, "return.xlsx"))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**15), 10**15), st.floats(allow_nan=False), st.text(max_size=20),
    st.datetimes(), st.dates(), st.times(), st.timedeltas(),
)  # fmt: skip
PLACES = st.tuples(st.integers(1, 50), st.integers(1, 20))


@settings(max_examples=150, deadline=None)
@given(
    values=st.dictionaries(PLACES, st.tuples(VALUES, st.text(max_size=8), st.booleans(), st.booleans()), max_size=12),
    merged=st.dictionaries(PLACES, PLACES, max_size=4),
    hidden=st.frozensets(st.integers(1, 9)),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)  # fmt: skip
def test_every_value_survives_the_pipe(values: dict, merged: dict, hidden: frozenset[int], flags: tuple) -> None:
    cells = {(r, c): RawCell(r, c, v, f, e, u) for (r, c), (v, f, e, u) in values.items()}
    sheet = Sheet("Größe 1", flags[0], cells, merged, hidden, hidden, flags[1], flags[2])
    note = make_finding("unread_sheet", sheet="Größe 1", cell="A1", suggestion=Suggestion("A1", "1", "2"))
    opened = OpenedWorkbook("xlsx", (sheet,), (note,))
    back = decode_workbook(encode_workbook(opened))
    assert back == opened
    kinds = {p: type(c.value) for p, c in cells.items()}
    assert {p: type(c.value) for p, c in back.sheets[0].cells.items()} == kinds


def test_dates_with_a_zone_and_midnights_survive() -> None:
    cells = {(1, 1): RawCell(1, 1, dt.datetime(2031, 3, 3)), (1, 2): RawCell(1, 2, dt.time(0, 0))}
    opened = OpenedWorkbook("ods", (Sheet("S", cells=cells),))
    assert decode_workbook(encode_workbook(opened)) == opened
