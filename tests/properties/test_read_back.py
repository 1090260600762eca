"""What is written in any supported layout is read back: the same values, kinds and cells, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, note, settings

from schemas.facts import LABEL_FIELD
from tests.properties.layouts import AS_AT, Drawn, drawn_returns
from workbooks.reading import read_workbook

QUIET = (HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example)


def check_read_back(drawn: Drawn) -> None:
    """Every value is read as it was written, at its cell, and nothing else is."""
    reading = read_workbook(drawn.content, "return.xlsx", drawn.programme)
    note(str([f"{f.code} {f.sheet}!{f.cell}: {f.message}" for f in reading.findings]))
    assert not reading.is_refused
    assert reading.period is not None
    assert reading.period.end == AS_AT
    cells = {(t.table, r.row_key, r.field): r for t in reading.tables for r in t.readings if r.field != LABEL_FIELD}
    for place, (sheet, cell, value) in drawn.expected.items():
        if value.kind == "empty" and place not in cells:
            continue  # a record's blank cell, or a row without any figure, leaves no reading
        found = cells[place]
        assert (found.sheet, found.kind, found.value) == (sheet, value.kind, value.read_as), (place, cell)
        if value.kind != "empty":
            assert found.cell == cell
    assert {k for k, r in cells.items() if r.kind != "empty"} <= set(drawn.expected)


@settings(max_examples=40, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(drawn_returns())
def test_what_is_written_is_read_back(drawn: Drawn) -> None:
    check_read_back(drawn)


@pytest.mark.long
@settings(max_examples=400, deadline=None, suppress_health_check=QUIET, derandomize=True)
@given(drawn_returns())
def test_much_that_is_written_is_read_back(drawn: Drawn) -> None:
    check_read_back(drawn)
