"""Commentary: what is a remark, what is cleaned out of it, and which remark is the latest."""

from __future__ import annotations

import datetime as dt
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import LABEL_FIELD, Reading
from tests.builders import invented_programme
from transforms.commentary import Commentary, Remark, clean_text, latest_remarks, read_commentary

FEBRUARY, MARCH = dt.date(2031, 2, 28), dt.date(2031, 3, 31)


def read(*rows: dict[str, Any], scope: str = "") -> Commentary:
    """A commentary read from rows of cells."""
    readings = []
    for number, row in enumerate(rows, 5):
        own = {"indicator": "Lamps lit in time", "what_happened": "Better.", "role": "Head Keeper", **row}
        key = f"row {number}"
        label = str(own["indicator"] or "")
        readings.append(Reading("remarks", key, LABEL_FIELD, "R", f"A{number}", label, "General", "text", label))
        for column, (name, text) in enumerate(own.items()):
            if text is not None:
                cell = f"{chr(65 + column)}{number}"
                readings.append(Reading("remarks", key, name, "R", cell, text, "General", "text", text))
    return read_commentary(readings, FEBRUARY, invented_programme(), scope, 7)


def test_a_remark_keeps_its_words_its_role_and_its_cells() -> None:
    (remark,) = read({"why": "New wicks.\nMore oil.", "service": "Q&B"}).remarks
    assert (remark.indicator, remark.service, remark.role) == ("lamps_in_time", "quay_basin", "Head Keeper")
    assert remark.texts == (("what_happened", ("Better.",)), ("why", ("New wicks.", "More oil.")))
    assert [c.cell for c in remark.cells] == ["B5", "D5"]
    assert (remark.as_at, remark.receipt_id) == (FEBRUARY, 7)


@pytest.mark.parametrize("name", ["Whole harbour", "All quays", "whole  HARBOUR"])
def test_the_company_is_no_service(name: str) -> None:
    (remark,) = read({"service": name}).remarks
    assert remark.service is None


def test_the_role_of_a_file_of_ones_own_stands_for_every_row() -> None:
    commentary = read({"role": None}, {"role": "Harbour Mate"}, scope="Head Keeper")
    assert [r.role for r in commentary.remarks] == ["Head Keeper", "Harbour Mate"]
    assert commentary.findings == ()


def test_an_untouched_row_of_a_file_of_ones_own_is_no_finding() -> None:
    empty = {"role": None, "what_happened": None, "service": "Islands"}
    assert read(empty, scope="Head Keeper") == Commentary(FEBRUARY, (), ())


def test_all_errors_of_a_row_are_told_at_once() -> None:
    commentary = read({"indicator": "Ropes", "service": "Quarry", "role": None})
    assert [f.code for f in commentary.findings] == [
        "unknown_indicator",
        "unknown_service",
        "commentary_without_role",
    ]
    assert commentary.remarks == ()


@given(st.text(max_size=200))
def test_no_text_of_a_cell_can_turn_or_break_a_line(text: str) -> None:
    for paragraph in clean_text(text):
        assert paragraph == paragraph.strip() != ""
        assert not {unicodedata.category(c) for c in paragraph} & {"Cc", "Cf", "Cs", "Co"}


@given(st.lists(st.text(st.characters(categories=["L", "N", "P"]), min_size=1), min_size=1, max_size=5))
def test_words_are_kept_as_they_are_written(words: list[str]) -> None:
    line = " ".join(words)
    assert clean_text(line) == ((line,) if "_x000D_" not in line else clean_text(line))


def test_a_reversing_mark_is_taken_out() -> None:
    assert clean_text("safe\u202eelif\r\nsecond_x000D_\n\n") == ("safeelif", "second")


def made(indicator: str, as_at: dt.date, role: str) -> Remark:
    return Remark(indicator, None, role, (), as_at, 1, ())


def test_the_latest_remarks_are_all_those_of_the_last_date_on_the_indicator() -> None:
    remarks = [
        made("oil", FEBRUARY, "A"),
        made("oil", MARCH, "B"),
        made("oil", MARCH, "C"),
        made("lamps", FEBRUARY, "D"),
    ]
    assert [r.role for r in latest_remarks(remarks, "oil", None)] == ["B", "C"]
    assert [r.role for r in latest_remarks(remarks, "lamps", None)] == ["D"]
    assert latest_remarks(remarks, "lamps", FEBRUARY) == []
