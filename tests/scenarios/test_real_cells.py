"""What people put into cells: figures with remarks in brackets, serial numbers for dates, things hidden."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from programmes.load import load_programme
from tests.builders import LAMP_REPORT, Shown, changed, judge, lamp_report, tracker, write_programme
from tests.scenarios.cases import case, expect, expect_only, observation_of, reading_at


@pytest.mark.parametrize(
    ("text", "read"), [("150 (75%)", 150), ("150 (148)", 150), ("150 [p]", 150), ("1,500 (3)", 1500)]
)
@case("bracket_not_read")
def test_a_figure_with_a_bracket_is_read_and_the_bracket_is_told_of(text: str, read: int, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put("Upper Reach", "Lit in time", text)
    judged = judge(book, tmp_path)
    expect(judged, "bracket_not_read", "Lamps", cell, says=(f"'{text}'", f"{read} is read"), advises="own")
    assert reading_at(judged, "Lamps", cell).value == str(read)


def test_of_a_count_and_its_share_in_brackets_the_share_is_read_where_a_share_belongs(tmp_path: Path) -> None:
    book = lamp_report()
    before = reading_at(judge(lamp_report(), tmp_path), "Lamps", book.at("Upper Reach", "% in time").coordinate)
    cell = book.put("Upper Reach", "% in time", f"150 ({before.raw_text})")
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "bracket_not_read")
    assert reading_at(judged, "Lamps", cell).value == before.value


@pytest.mark.parametrize("text", ["(14)", "about 14 (15)", "14 15", "14 (", "c. 14", "14k"])
def test_what_could_mean_two_things_is_not_read(text: str, tmp_path: Path) -> None:
    book = lamp_report()
    book.put("Upper Reach", "Lit in time", text)
    judged = judge(book, tmp_path)
    assert "text_in_number" in {f.code for f in judged.findings}
    assert observation_of(judged, "lamps_in_time", "upper_reach").state == "held"


@case("hidden_refused")
def test_a_return_may_forbid_hidden_rows(tmp_path: Path) -> None:
    strict = changed(LAMP_REPORT, "    basis: snapshot\n", "    basis: snapshot\n    hidden: refuse\n")
    programme = load_programme(write_programme(tmp_path / "programme", lamp_report=strict)).programme
    book = lamp_report()
    cell = book.find("Upper Reach")
    cell.parent.row_dimensions[cell.row].hidden = True
    judged = judge(book, tmp_path, programme)
    expect_only(judged, "refused", "hidden_refused")
    expect(judged, "hidden_refused", "Lamps", cell.coordinate, says="may hide nothing", advises="Unhide")


@case("unread_sheet")
def test_a_sheet_of_figures_without_a_table_is_told_of(tmp_path: Path) -> None:
    book = lamp_report()
    book.add_sheet("Old figures", ("Lamps of last year",), ("Quay", 12))
    book.add_sheet("Notes", ("Nothing but words",))
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted", "unread_sheet")
    expect(judged, "unread_sheet", "Old figures", "B2", says="no table on it", advises="add its table")


@pytest.mark.parametrize("epoch_1904", [False, True])
def test_serial_numbers_stand_for_days_in_either_calendar(epoch_1904: bool, tmp_path: Path) -> None:
    day = dt.date(2031, 3, 3)
    start = dt.date(1904, 1, 1) if epoch_1904 else dt.date(1899, 12, 30)
    book = lamp_report()
    cell = book.find("As at 3 March 2031")
    cell.value = "As at"
    cell.parent.cell(cell.row, cell.column + 1).value = (day - start).days
    for other in [
        c for s in book.workbook for line in s.iter_rows() for c in line if c.value == "As at 3 March 2031"
    ]:
        other.value = None
    if epoch_1904:
        book.workbook.epoch = CALENDAR_MAC_1904
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted")
    assert judged.reading.period is not None
    assert judged.reading.period.end == day


def test_a_day_of_a_tracker_may_be_a_serial_number(tmp_path: Path) -> None:
    book = tracker({"Key": "A1", "Due": dt.datetime(2031, 6, 30)})
    cell = next(c for s in book.workbook for line in s.iter_rows() for c in line if isinstance(c.value, dt.date))
    day = cell.value
    cell.value = (
        (day.date() - dt.date(1899, 12, 30)).days
        if isinstance(day, dt.datetime)
        else (day - dt.date(1899, 12, 30)).days
    )
    cell.number_format = "General"
    judged = judge(book, tmp_path)
    assert "not_a_date" not in {f.code for f in judged.findings}
    wanted = day.date() if isinstance(day, dt.datetime) else day
    assert reading_at(judged, cell.parent.title, cell.coordinate).value == wanted.isoformat()


@pytest.mark.parametrize(
    "text",
    [
        "Monday 3 March 2031",
        "Mon, 3rd March 2031",
        "03/03/2031 00:00:00",
        "2031-03-03T09:30",
        "3\u00a0March\u00a02031",
    ],
)
def test_dates_as_people_write_them(text: str, tmp_path: Path) -> None:
    book = lamp_report()
    for cell in [c for s in book.workbook for line in s.iter_rows() for c in line if c.value == "As at 3 March 2031"]:
        cell.value = f"As at {text}"
    judged = judge(book, tmp_path)
    assert judged.reading.period is not None, [f.message for f in judged.findings]
    assert judged.reading.period.end == dt.date(2031, 3, 3)


@pytest.mark.parametrize(("text", "read"), [("1 500", "1500"), ("\u00a0150 ", "150"), ("150.0", "150")])
def test_numbers_as_text_are_read_where_they_are_plain(text: str, read: str, tmp_path: Path) -> None:
    book = lamp_report()
    cell = book.put("Upper Reach", "Lit in time", text)
    assert reading_at(judge(book, tmp_path), "Lamps", cell).value == read


def test_seventy_five_per_cent_in_words(tmp_path: Path) -> None:
    book = lamp_report()
    at = book.at("Upper Reach", "% in time").coordinate
    shown = reading_at(judge(lamp_report(), tmp_path), "Lamps", at)
    book.put("Upper Reach", "% in time", f"{shown.value} per cent")
    assert reading_at(judge(book, tmp_path), "Lamps", at).value == shown.value


def test_a_bare_number_under_a_month_is_a_figure_not_a_heading(tmp_path: Path) -> None:
    """44,500 barrels are no day in 2021: only a header row's numbers are read as days."""
    book = lamp_report()
    book.put("Barrels in store", "Jan-31", Shown(44500, "General"))
    judged = judge(book, tmp_path)
    expect_only(judged, "accepted")
