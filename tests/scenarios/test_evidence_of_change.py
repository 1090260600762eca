"""What a restatement is said to rest on: the workbook or the decision that made it so, and no other."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from history.records import PackRecord
from schemas.changes import Changes, Step
from tests.builders import Book, Shown, percent, tracker
from tests.scenarios.harbour import STARTERS, STARTERS_INDICATOR, lamps, lamps_of_month, starters
from tests.scenarios.issued import BASIN, ISLANDS, MONTH_ENDS, REACH, USUAL, WHOLE, Keepers, causes, of

pytestmark = pytest.mark.long

JANUARY, FEBRUARY = 1, 2
QUAY = "Quay & Basin"
CORRECTION = """\
corrections:
  - role: Harbour Analyst
    date: 2031-02-20
    return: lamp_report
    period: 2031-01-31
    service: quay_basin
    measure: lamps_in_time
    field: {field}
    expected: {expected}
    right: 100
    reason: The last line was counted twice.
"""


@pytest.fixture
def keepers(tmp_path: Path) -> Keepers:
    return Keepers(tmp_path)


def january(**figures: object) -> Book:
    """January's report, with some cells of Quay & Basin as given, by their headings."""
    book = lamps(MONTH_ENDS[0], *USUAL)
    for heading, value in figures.items():
        book.put(QUAY, heading.replace("_", " "), value)
    return book


def basin(changes: Changes) -> Step:
    """The one step of Quay & Basin."""
    (step,) = of(changes, BASIN).steps
    return step


def test_a_correction_of_a_cell_that_is_only_checked_is_named_and_a_workbook_about_another_is_not(
    keepers: Keepers,
) -> None:
    keepers.send(JANUARY, book=january(Lit_late=150))
    keepers.issue(JANUARY)
    other = lamps_of_month("January 2031", ("Upper Reach", 200, 150, percent("75.0")))
    keepers.send(JANUARY, book=other, on="2031-02-10T09:00:00Z")
    keepers.declare("corrections", CORRECTION.format(field="late", expected=150))
    keepers.send(FEBRUARY)
    step = basin(keepers.changes(FEBRUARY))
    by = "by the correction of 20 February 2031 (Harbour Analyst: The last line was counted twice)"
    assert step.words == f"Held then, 75.0% now {by}"
    assert [e.kind for e in step.evidence] == ["decision"]


def test_a_correction_that_fits_no_longer_is_not_called_withdrawn(keepers: Keepers) -> None:
    """The workbook was mended: it is that which the figure rests on."""
    keepers.send(JANUARY, book=january(Lit_late=150))
    keepers.declare("corrections", CORRECTION.format(field="late", expected=150))
    keepers.issue(JANUARY)
    receipt = keepers.send(JANUARY, (400, 280), *USUAL[1:], on="2031-02-25T09:00:00Z")
    step = basin(keepers.changes_from(first_pack(keepers), JANUARY))
    by = f"by the workbook received on 25 February 2031 (receipt {receipt})"
    assert step.words == f"Restated from 75.0% to 70.0% {by}"


def first_pack(keepers: Keepers) -> PackRecord:
    history = keepers.open()
    try:
        return history.packs.built("lamplight")[0]
    finally:
        history.close()


def test_a_row_that_a_resent_workbook_leaves_out_is_told_with_that_workbook(keepers: Keepers) -> None:
    keepers.send(JANUARY)
    keepers.issue(JANUARY)
    book = Book()
    rows = [("Quay & Basin", 400, 300, 100, percent("75.0")), ("Upper Reach", 200, 150, 50, percent("75.0"))]
    head = (("Weekly lamp report",), ("As at 31 January 2031",), ())
    heads = ("Quay", "Lamps due", "Lit in time", "Lit late", "% in time")
    book.add_sheet("Lamps", *head, ("Lamps lit in time",), heads, *rows)
    book.add_sheet("Oil", *head, ("Oil by month",), ("Measure", "Jan-31"), ("Clean oil, % of oil", percent("81.0")),
                   ("Barrels in store", 40))  # fmt: skip
    receipt = keepers.send(JANUARY, book=book, on="2031-02-11T09:00:00Z")
    changes = keepers.changes_from(first_pack(keepers), JANUARY)
    (step,) = of(changes, ISLANDS).steps
    since = f"since the workbook received on 11 February 2031 (receipt {receipt})"
    assert step.words.startswith(f"90.0% then, no data now {since}: ")


def test_a_company_figure_that_is_only_stated_now_names_the_workbook_that_holds_its_service(keepers: Keepers) -> None:
    total = ("Whole harbour", 700, 540, 160, percent("77.1"))
    keepers.send(JANUARY, book=with_total(january(), total))
    pack = keepers.issue(JANUARY)
    receipt = keepers.send(JANUARY, book=with_total(january(Lit_late=150), total), on="2031-02-11T09:00:00Z")
    (step,) = of(keepers.changes_from(pack, JANUARY), WHOLE).steps
    since = f"since the workbook received on 11 February 2031 (receipt {receipt})"
    assert step.words == f"Still 77.1%, but only as stated and not derived {since}; Green becomes Unrated"


TEN_MORE = """\
corrections:
  - {role: Harbour Analyst, date: 2031-02-20, return: lamp_report, period: 2031-01-31, service: quay_basin,
     measure: lamps_in_time, field: due, expected: 390, right: 400, reason: Ten lamps were left out.}
  - {role: Harbour Analyst, date: 2031-02-20, return: lamp_report, period: 2031-01-31, service: quay_basin,
     measure: lamps_in_time, field: late, expected: 90, right: 100, reason: Ten lamps were left out.}
"""
OVERRIDE = """\
overrides:
  - role: Harbour Analyst
    date: 2031-02-21
    return: lamp_report
    period: 2031-01-31
    code: percent_disagrees
    service: quay_basin
    measure: lamps_in_time
    field: pct
    expected: 60.0%
    use: stated
    note: The keepers stand by their share.
"""


def test_a_company_figure_that_is_only_stated_now_names_the_correction_of_its_service(keepers: Keepers) -> None:
    total = ("Whole harbour", 700, 540, 160, percent("77.1"))
    keepers.send(JANUARY, book=with_total(january(), total))
    pack = keepers.issue(JANUARY)
    keepers.declare("corrections", CORRECTION.format(field="due", expected=400))
    (step,) = of(keepers.changes_from(pack, JANUARY), WHOLE).steps
    since = "since the correction of 20 February 2031 (Harbour Analyst: The last line was counted twice)"
    assert step.words == f"Still 77.1%, but only as stated and not derived {since}; Green becomes Unrated"
    assert [e.kind for e in step.evidence] == ["decision"]


def test_a_company_figure_that_is_only_stated_now_names_the_override_that_left_out_the_counts_of_its_service(
    keepers: Keepers,
) -> None:
    total = ("Whole harbour", 700, 540, 160, percent("77.1"))
    keepers.send(JANUARY, book=with_total(january(**{"% in time": percent("60.0")}), total))
    keepers.declare("overrides", OVERRIDE.replace("use: stated", "use: counts"))
    pack = keepers.issue(JANUARY)
    keepers.declare("overrides", OVERRIDE)
    (step,) = of(keepers.changes_from(pack, JANUARY), WHOLE).steps
    assert step.words.startswith("Still 77.1%, but only as stated and not derived since the override of 21 February")
    assert [e.name for e in step.evidence] == ["override", "withdrawal of the override"]


def test_a_stated_company_figure_that_can_be_checked_again_names_the_correction_of_its_service(
    keepers: Keepers,
) -> None:
    total = ("Whole harbour", 700, 540, 160, percent("77.1"))
    keepers.edit("indicators", "company: ratio", "company: stated")
    keepers.send(JANUARY, book=with_total(january(Lit_late=150), total))
    pack = keepers.issue(JANUARY)
    keepers.declare("corrections", CORRECTION.format(field="late", expected=150))
    (step,) = of(keepers.changes_from(pack, JANUARY), WHOLE).steps
    assert step.words.startswith(
        "Still 77.1%, derived now and not only stated since the correction of 20 February 2031"
    )


@pytest.mark.parametrize("company", ["ratio", "stated"])
def test_a_company_row_that_its_services_contradict_names_the_correction_of_the_service(
    company: str, keepers: Keepers
) -> None:
    """The row of the whole is as it was; what it is held against is not."""
    total = ("Whole harbour", 700, 540, 160, percent("77.1"))
    keepers.edit("indicators", "company: ratio", f"company: {company}")
    book = january(Lit_late=90, Lamps_due=390, **{"% in time": None})
    keepers.send(JANUARY, book=with_total(book, total))
    held = keepers.issue(JANUARY)
    keepers.declare("corrections", TEN_MORE)
    (step,) = of(keepers.changes_from(held, JANUARY), WHOLE).steps
    by = "by the correction of 20 February 2031 (Harbour Analyst: Ten lamps were left out)"
    assert step.words == f"Held then, 77.1% now {by}"
    sound = keepers.issue(JANUARY, ordinal=1)
    keepers.declare("corrections", "corrections: []\n")
    (step,) = of(keepers.changes_from(sound, JANUARY), WHOLE).steps
    assert [e.name for e in step.evidence] == ["withdrawal of the correction"]
    assert step.after is not None
    assert step.after.state == "held"


@pytest.mark.parametrize("symbol", ["x", "z"])
def test_a_figure_that_a_later_workbook_takes_back_names_that_workbook(symbol: str, keepers: Keepers) -> None:
    """February's workbook prints January again, with a symbol in place of what January's said."""
    keepers.declare("returns/starters", STARTERS)
    indicators = keepers.harbour.programme / "indicators.yaml"
    own = STARTERS_INDICATOR.removeprefix("indicators:\n")
    indicators.write_text(indicators.read_text(encoding="utf-8") + own, encoding="utf-8")
    keepers.send(JANUARY, book=starters("January 2031", ("Jan-31", 10, 5)))
    pack = keepers.issue(JANUARY)
    again = starters("February 2031", ("Jan-31", symbol, 5), ("Feb-31", 3, 4))
    receipt = keepers.send(FEBRUARY, book=again, on="2031-03-02T09:00:00Z")
    (step,) = of(keepers.changes_from(pack, JANUARY), "starters/quay_basin/").steps
    since = f"since the workbook received on 2 March 2031 (receipt {receipt})"
    assert step.words == f"10 then, no data now {since}: no figure received yet; return: Starters by month"


def with_total(book: Book, total: tuple[object, ...]) -> Book:
    """The report with a row of the whole harbour below its services."""
    sheet = book.workbook["Lamps"]
    last = next(row for row in range(1, 40) if sheet.cell(row, 1).value == "Islands")
    for column, value in enumerate(total, 1):
        cell = sheet.cell(last + 2, column)
        cell.value = value.value if isinstance(value, Shown) else value
        cell.number_format = value.number_format if isinstance(value, Shown) else "General"
    return book


OF_THE_MONTH = """\
  - {role: Harbour Analyst, date: 2031-02-20, return: harbour_report, period: 2031-01-31, service: upper_reach,
     measure: lamps_in_time, field: FIELD, expected: EXPECTED, right: RIGHT, reason: A lamp was left out.}
"""


def test_a_figure_that_a_corrected_workbook_contradicts_names_the_correction_and_its_withdrawal(
    keepers: Keepers,
) -> None:
    """The figure's own workbook is as it was, and no workbook came: what was decided about the other one holds it."""
    keepers.send(JANUARY)
    month = lamps_of_month("January 2031", ("Upper Reach", 200, 150, percent("75.0")))
    keepers.send(JANUARY, book=month, on="2031-02-10T09:00:00Z")
    before = keepers.issue(JANUARY)
    fields = (("due", '"200"', '"201"'), ("pct", "75.0%", "74.6%"))
    entries = [
        OF_THE_MONTH.replace("FIELD", f).replace("EXPECTED", was).replace("RIGHT", right) for f, was, right in fields
    ]
    keepers.declare("corrections", "corrections:\n" + "".join(entries))
    (step,) = of(keepers.changes_from(before, JANUARY), REACH).steps
    why = "of 20 February 2031 (Harbour Analyst: A lamp was left out)"
    assert step.words.startswith(f"75.0% then, held since the correction {why}: arrival 2.xlsx says 201"), step.words
    assert {e.kind for e in step.evidence} == {"decision"}
    held = keepers.issue(JANUARY, ordinal=1)
    keepers.declare("corrections", "corrections: []\n")
    (step,) = of(keepers.changes_from(held, JANUARY), REACH).steps
    assert step.words == f"Held then, 75.0% now by the withdrawal of the correction {why}"


def test_a_tracker_that_moves_a_date_alone_is_no_decision_of_a_board(keepers: Keepers) -> None:
    def plan(due: str) -> Book:
        book = tracker({"Key": "A1", "Due": Shown(due, "@")})
        book.rename("As at 28 February 2031", "As at 31 January 2031")
        return book

    keepers.send(JANUARY, book=plan("30/06/2031"))
    pack = keepers.issue(JANUARY)
    later = tracker({"Key": "A1", "Due": Shown("20/02/2031", "@")})
    keepers.send(FEBRUARY, book=later)
    (change,) = keepers.changes_from(pack, FEBRUARY).actions
    (step,) = change.steps
    assert step.cause == "performance"
    assert step.words.startswith(
        "due date moved from 30 Jun 2031 to 20 Feb 2031 by the tracker alone: no board's decision is on record; "
    )


def test_a_withdrawn_decision_on_a_due_date_is_named(keepers: Keepers) -> None:
    book = tracker({"Key": "A1", "Due": Shown("10/02/2031", "@")})
    book.rename("As at 28 February 2031", "As at 31 January 2031")
    keepers.send(JANUARY, book=book)
    keepers.declare(
        "due_dates",
        "due_dates:\n  - {action: A1, expected: 2031-02-10, due: 2031-05-31, board: keepers, meeting: 2031-01-20, "
        "role: Master, reason: Oil is late}\n",
    )
    pack = keepers.issue(JANUARY)
    keepers.declare("due_dates", "due_dates: []\n")
    (change,) = keepers.changes_from(pack, JANUARY).actions
    assert change.steps[0].words == (
        "due date moved from 31 May 2031 to 10 Feb 2031, since the decision of Keepers on 20 Jan 2031 was withdrawn"
    )
    assert change.before is not None
    assert change.before.due == dt.date(2031, 5, 31)


def test_nothing_is_named_that_did_not_change_the_figure(keepers: Keepers) -> None:
    """Upper Reach is restated; of the other services nothing is told."""
    keepers.send(JANUARY)
    pack = keepers.issue(JANUARY)
    keepers.send(JANUARY, USUAL[0], (200, 140), USUAL[2], on="2031-02-11T09:00:00Z")
    changes = keepers.changes_from(pack, JANUARY)
    assert causes(changes) == {WHOLE: ["restated"], REACH: ["restated"]}
