"""Exactly one damaged count: the finding names the change that mends the row if, and only if, it is the only one.

What mends a row is worked out here anew, by trying every whole number in every count and every printed
value in the percentage: none of the product's arithmetic is used.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from schemas.findings import Suggestion
from tests.builders import LAMP_HEADER, LAMP_ROWS, Shown, invented_programme, judge, lamp_report, percent
from tests.scenarios.cases import state_of

BASIN = "Quay & Basin"
# The lamps table alone: the other has no part in it, and is not expected on this date.
ONLY_LAMPS = invented_programme().model_copy(
    update={"returns": tuple(r for r in invented_programme().returns if r.id == "lamp_report")}
)
AS_AT = "As at 3 February 2031"

Row = tuple[int, int, int, str]
"""Lamps due, lit in time, lit late, and the percentage as printed."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """One folder for all examples."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def printed(in_time: int, due: int, places: int) -> str:
    """The percentage with its decimals, rounded half away from zero."""
    exact = Decimal(100 * in_time) / Decimal(due)
    return str(exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def is_sound(row: Row) -> bool:
    """Whether every check of the row holds."""
    due, in_time, late, pct = row
    places = len(pct.partition(".")[2])
    return 0 < due == in_time + late and in_time >= 0 <= late and printed(in_time, due, places) == pct


def changes_that_mend(row: Row) -> set[tuple[int, str]]:
    """Every change of one cell, by its column and new text, after which every check holds."""
    due, in_time, late, pct = row
    most = 2 * max(due, in_time, late) + 200
    places = len(pct.partition(".")[2])
    found = set()
    for number in range(most):
        for column, changed in enumerate(
            ((number, in_time, late, pct), (due, number, late, pct), (due, in_time, number, pct))
        ):
            if changed != row and is_sound(changed):
                found.add((column, str(number)))
    # no percentage can mend counts that disagree: tried only where they agree
    for units in range(100 * 10**places + 1) if due == in_time + late else ():
        text = str(Decimal(units).scaleb(-places))
        if text != pct and is_sound((due, in_time, late, text)):
            found.add((3, f"{text}%"))
    return found


SOUND_COUNTS = st.tuples(st.integers(0, 400), st.integers(0, 400)).filter(lambda counts: sum(counts) > 0)


@settings(max_examples=50, deadline=None, derandomize=True)
@given(
    counts=SOUND_COUNTS,
    places=st.integers(0, 2),
    damaged=st.integers(0, 2),
    wrong=st.integers(0, 1000) | st.integers(-3, 3),
    form=st.sampled_from(["formatted", "typed"]),
)
@example(counts=(298, 96), places=1, damaged=0, wrong=294, form="formatted").via("394 due and nothing else")
@example(counts=(900, 100), places=1, damaged=0, wrong=1001, form="formatted").via("1000 due or 901 in time")
@example(counts=(0, 5), places=0, damaged=1, wrong=3, form="typed").via("none in time")
@example(counts=(0, 1), places=0, damaged=0, wrong=1, form="typed").via("1 due or 2 late; 0% fits both")
@example(counts=(2000, 37500), places=0, damaged=0, wrong=49500, form="typed").via("39500 is 500 from the middle")
def test_the_only_change_that_mends_a_row_is_named_and_of_several_none(
    counts: tuple[int, int], places: int, damaged: int, wrong: int, form: str, folder: Path
) -> None:
    in_time, late = counts
    right = [in_time + late, in_time, late]
    if -3 <= wrong <= 3:
        wrong += right[damaged]
    assume(wrong != right[damaged] and wrong >= 0)
    pct = printed(in_time, right[0], places)
    damaged_counts = [wrong if i == damaged else n for i, n in enumerate(right)]
    row: Row = (damaged_counts[0], damaged_counts[1], damaged_counts[2], pct)
    stated = percent(pct) if form == "formatted" else Shown(f"{pct}%", "General")
    book = lamp_report(((BASIN, *row[:3], stated), *LAMP_ROWS[1:]), company=None)
    del book.workbook["Oil"]
    book.workbook["Lamps"]["A2"].value = AS_AT

    judged = judge(book, folder, ONLY_LAMPS)

    mending = changes_that_mend(row)
    expected = None
    if len(mending) == 1:
        ((column, text),) = mending
        cell = book.at(BASIN, LAMP_HEADER[1 + column])
        expected = Suggestion(cell.coordinate, f"{pct}%" if column == 3 else str(row[column]), text)
    errors = [f for f in judged.findings if f.severity == "error"]
    assert [(f.code, f.suggestion) for f in errors] == [("counts_disagree", expected)]
    assert (judged.status, state_of(judged, "lamps_in_time", "quay_basin")) == ("held", "held")
    assert state_of(judged, "lamps_in_time", "upper_reach") == "sound"


@settings(max_examples=20, deadline=None, derandomize=True)
@given(counts=SOUND_COUNTS, places=st.integers(0, 2), wrong=st.integers(0, 100))
def test_a_damaged_percentage_beside_sound_counts_is_always_named(
    counts: tuple[int, int], places: int, wrong: int, folder: Path
) -> None:
    in_time, late = counts
    due = in_time + late
    pct = printed(in_time, due, places)
    stated = str(Decimal(wrong).quantize(Decimal(1).scaleb(-places)))
    off = abs(Decimal(stated) - Decimal(pct)).scaleb(places)
    assume(off > 1)
    book = lamp_report(((BASIN, due, in_time, late, percent(stated)), *LAMP_ROWS[1:]), company=None)
    del book.workbook["Oil"]
    book.workbook["Lamps"]["A2"].value = AS_AT

    judged = judge(book, folder, ONLY_LAMPS)

    cell = book.at(BASIN, LAMP_HEADER[4]).coordinate
    assert changes_that_mend((due, in_time, late, stated)) == {(3, f"{pct}%")}
    assert [(f.code, f.suggestion) for f in judged.findings] == [
        ("percent_disagrees", Suggestion(cell, f"{stated}%", f"{pct}%"))
    ]
