"""A decision about a workbook changes what it is about, and nothing else: the rest is told as it was on arrival."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.checking import judge_file
from flows.position import Position, derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import load_programme
from tests.builders import INDICATORS, LAMP_REPORT, LAMP_ROWS, Book, changed, lamp_report, percent, write_programme
from tests.end_to_end.command import ROOT
from tests.scenarios.test_sample_inputs import SAMPLES
from tests.scenarios.test_trackers_and_commentary import REMARKS, remarks_book
from transforms.deciding import judge_decided

MARCH = dt.date(2031, 3, 3)
FEBRUARY = dt.date(2031, 2, 28)
OF_OIL = """\
corrections:
  - role: Harbour Analyst
    date: 2031-03-04
    return: lamp_report
    period: 2031-03-03
    measure: clean_oil
    field: value
    observed: 2031-02-28
    expected: 82.5%
    right: 82.4%
    reason: The last digit was a slip.
"""
OF_LAMPS = """\
corrections:
  - role: Harbour Analyst
    date: 2031-03-04
    return: lamp_report
    period: 2031-03-03
    service: islands
    measure: lamps_in_time
    field: due
    expected: "100"
    right: "110"
    reason: Ten were left out.
"""
LATE_LAMPS = changed(
    LAMP_REPORT, "      oil:\n",
    """\
      late:
        sheets: [Lamps]
        anchor: [Lamps lit in time]
        rows: {kind: services, headers: [Quay], services: [quay_basin, upper_reach, islands], company: optional}
        columns:
          fields:
            due: {headers: [Lamps due], kind: count}
            late: {headers: [Lit late], kind: count}
        measures:
          - {id: lamps_late, form: percent, numerator: late, denominator: due}
      oil:
""",
)  # fmt: skip
TWO_INDICATORS = INDICATORS + INDICATORS.partition("indicators:\n")[2].replace("lamps_in_time", "lamps_late")

Told = set[tuple[str, str | None, str | None, str]]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_a_sample_judged_again_says_what_it_said(path: Path) -> None:
    programme = load_programme(ROOT / "programmes" / path.parent.name).programme
    judged = judge_file(path, programme)
    reading = judged.reading
    assert reading.item
    assert reading.layout
    assert reading.period
    if reading.item.kind != "measures":
        assert judged.observations == (), "its rows hold no figures"
        return
    again = judge_decided(
        [r for table in reading.tables for r in table.readings], judged.findings, reading.layout, programme,
        reading.period, reading.covered, (), (), cadence=reading.item.cadence,
    )  # fmt: skip
    assert set(again.observations) == set(judged.observations)
    assert {(f.code, f.sheet, f.cell, f.message) for f in again.findings} == {
        (f.code, f.sheet, f.cell, f.message) for f in judged.findings
    }


def position_of(folder: Path, book: Book, as_at: dt.date = MARCH, **files: str) -> Position:
    """The position of the invented programme, once a workbook was taken in."""
    loaded = load_programme(write_programme(folder / "lamplight", **files))
    history = History(folder / "history")
    try:
        take_files(history, [book.save(folder)], loaded, "2031-03-05T09:00:00Z")
        return derive_position(history, loaded, as_at)
    finally:
        history.close()


def told(position: Position) -> Told:
    """The findings that stand, each at its place."""
    return {(f.code, f.sheet, f.cell, f.message) for r in position.received for f in r.findings if f.is_open}


def told_before_and_after(tmp_path: Path, book: Book, **files: str) -> tuple[Told, Told]:
    """What is told of a workbook before and after a figure of another of its tables is corrected."""
    before = position_of(tmp_path / "before", book, **files)
    after = position_of(tmp_path / "after", book, **files, corrections=OF_OIL)
    assert [len(r.applied) for r in after.received] == [1], told(after)
    return told(before), told(after)


@pytest.fixture(autouse=True)
def folders(tmp_path: Path) -> None:
    for name in ("before", "after"):
        (tmp_path / name).mkdir()


def test_a_row_that_is_missing_is_told_at_the_heading_still(tmp_path: Path) -> None:
    before, after = told_before_and_after(tmp_path, lamp_report(LAMP_ROWS[:2]))
    assert {code for code, *_ in before} == {"missing_service", "stated_not_checked"}
    assert after == before


def test_a_table_without_any_row_is_told_of_still(tmp_path: Path) -> None:
    before, after = told_before_and_after(tmp_path, lamp_report((), None))
    assert before, "a table of nothing is a matter"
    assert after == before


def test_two_tables_that_share_cells_both_keep_their_rows_and_the_corrected_figure(tmp_path: Path) -> None:
    book = lamp_report(
        (*LAMP_ROWS[:2], ("Islands", 100, 90, 20, percent("81.8"))), ("Whole harbour", 704, 538, 166, percent("76.4"))
    )
    files = {"lamp_report": LATE_LAMPS, "indicators": TWO_INDICATORS}
    position = position_of(tmp_path, book, **files, corrections=OF_LAMPS)
    rows = {(r.indicator, r.service): (r.state, r.numerator, r.denominator) for r in position.rows}
    assert {code for code, *_ in told(position)} == {"unread_column"}, "each table reads some of the columns"
    assert {rows["lamps_in_time", "islands"], rows["lamps_late", "islands"]} == {
        ("published", 90, 110), ("published", 20, 110),
    }  # fmt: skip
    assert rows["lamps_late", "quay_basin"] == ("published", 96, 394)
    assert rows["lamps_late", None] == ("published", 166, 704)


def test_of_a_commentary_one_doubt_is_accepted_and_the_rest_stand(tmp_path: Path) -> None:
    book = remarks_book({"What we saw": "  "}, {"About": "Lamps lit in tyme"})
    files = {"returns/keeper_remarks": REMARKS}
    override = (
        "overrides:\n  - {role: Harbour Master, date: 2031-03-02, return: keeper_remarks, period: 2031-02-28, "
        "code: commentary_empty, expected: Lamps lit in time, note: Nothing was seen.}\n"
    )
    before = position_of(tmp_path / "before", book, FEBRUARY, **files)
    after = position_of(tmp_path / "after", book, FEBRUARY, **files, overrides=override)
    assert {code for code, *_ in told(before)} == {"commentary_empty", "unknown_indicator"}
    assert {code for code, *_ in told(after)} == {"unknown_indicator"}
    assert after.findings == ()
