"""What is told of a declared override that does not fit what history holds: real workbooks, taken in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flows.position import Position, derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import ConfigurationError, load_programme
from schemas.findings import Finding
from tests.builders import LAMP_ROWS, Book, Shown, lamp_report, percent, tracker, write_programme
from tests.scenarios.cases import case, expect_told

BASIN = "Quay & Basin"
WRONG = (("Quay & Basin", 394, 298, 96, percent("70.0")), *LAMP_ROWS[1:])
AS_AT = dt.date(2031, 3, 3)

OVERRIDE = """\
overrides:
  - role: Harbour Analyst
    date: 2031-03-04
    return: lamp_report
    period: 2031-03-03
    code: percent_disagrees
    service: quay_basin
    measure: lamps_in_time
    field: pct
    expected: 70.0%
    use: counts
    note: The percentage was typed by hand.
"""


def position_of(folder: Path, overrides: str, *books: Book, as_at: dt.date = AS_AT) -> Position:
    """The position of the invented programme once these workbooks were taken in."""
    loaded = load_programme(write_programme(folder / "lamplight", overrides=overrides))
    paths = [book.save(folder, f"book {number}.xlsx") for number, book in enumerate(books)]
    history = History(folder / "history")
    try:
        take_files(history, paths, loaded, "2031-03-05T09:00:00Z")
        return derive_position(history, loaded, as_at)
    finally:
        history.close()


def told(position: Position) -> list[Finding]:
    """Everything that is told of the position."""
    return [f for r in position.received for f in r.findings] + [*position.findings, *position.plan.findings]


def test_an_override_that_fits_releases_the_row(tmp_path: Path) -> None:
    position = position_of(tmp_path, OVERRIDE, lamp_report(WRONG))
    (row,) = [r for r in position.rows if r.service == "quay_basin"]
    assert (str(row.value), row.numerator, row.is_overridden) == ("75.6", 298, True)
    assert [(f.code, f.is_open) for f in told(position)] == [("percent_disagrees", False)]


@case("override_stale")
def test_an_override_whose_cell_was_mended_is_told_and_not_applied(tmp_path: Path) -> None:
    book = lamp_report()
    position = position_of(tmp_path, OVERRIDE, book)
    expect_told(
        told(position), "override_stale", "Lamps", book.at(BASIN, "% in time").coordinate,
        says=("expects '70.0%'", "now says '75.6%'", "lamp_report as at 2031-03-03"), advises="Take the override out",
    )  # fmt: skip
    (row,) = [r for r in position.rows if r.service == "quay_basin"]
    assert not row.is_overridden


@case("override_stale")
def test_an_override_whose_finding_went_is_told(tmp_path: Path) -> None:
    rows = (("Quay & Basin", 10, 7, 3, percent("70.0")), *LAMP_ROWS[1:])
    position = position_of(tmp_path, OVERRIDE, lamp_report(rows, company=None))
    expect_told(
        told(position), "override_stale", "Lamps", lamp_report(rows, company=None).at(BASIN, "% in time").coordinate,
        says="there is no such finding any more", advises="Take the override out",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("period: 2031-03-03", "period: 2031-03-10", "no workbook of that return and date was received"),
        ("service: quay_basin", "service: quay_bassin", "it names no cell that was read"),
        ("measure: lamps_in_time", "measure: clean_oil", "it names no cell that was read"),
    ],
)
@case("override_unmatched")
def test_an_override_that_fits_nothing_is_told(old: str, new: str, why: str, tmp_path: Path) -> None:
    position = position_of(tmp_path, OVERRIDE.replace(old, new), lamp_report(WRONG))
    expect_told(told(position), "override_unmatched", None, None, says=why, advises="overrides.yaml")
    (row,) = [r for r in position.rows if r.service == "quay_basin"]
    assert row.state == "held"


@case("override_unmatched")
def test_an_override_that_would_print_more_than_all_is_told(tmp_path: Path) -> None:
    rows = (("Quay & Basin", 290, 298, 96, percent("70.0")), *LAMP_ROWS[1:])
    counts = OVERRIDE.replace("percent_disagrees", "counts_disagree").replace("field: pct", "field: due")
    position = position_of(tmp_path, counts.replace("70.0%", "290"), lamp_report(rows))
    expect_told(
        told(position), "override_unmatched", None, None,
        says=("its figure would be 102.8%", "which cannot be"), advises="overrides.yaml",
    )  # fmt: skip


# --- Findings of the tracker ----------------------------------------------------------------------------

MOVED = """\
overrides:
  - role: Harbour Master
    date: 2031-03-04
    return: plan_tracker
    period: 2031-02-28
    code: due_moved
    action: A1
    expected: 31 July 2031
    note: The board decides in April.
"""


def trackers() -> tuple[Book, Book]:
    """January's tracker, and February's with a later due date that nobody recorded."""
    january = tracker({"Key": "A1"})
    january.rename("As at 28 February 2031", "As at 31 January 2031")
    return january, tracker({"Key": "A1", "Due": Shown("31/07/2031", "@")})


def test_a_doubt_between_two_trackers_is_accepted_by_its_action(tmp_path: Path) -> None:
    position = position_of(tmp_path, MOVED, *trackers(), as_at=dt.date(2031, 2, 28))
    assert [(f.code, f.is_open) for f in told(position)] == [("due_moved", False)]
    assert [a.override.action for a in position.across] == ["A1"]
    assert str(position.plan.rows[0].due) == "2031-06-30", "the date is not moved by accepting the doubt"


def test_before_the_later_tracker_its_override_rests(tmp_path: Path) -> None:
    position = position_of(tmp_path, MOVED, *trackers(), as_at=dt.date(2031, 1, 31))
    assert told(position) == []


@case("override_stale")
def test_a_doubt_between_two_trackers_that_went_is_told(tmp_path: Path) -> None:
    january, _ = trackers()
    position = position_of(tmp_path, MOVED, january, tracker({"Key": "A1"}), as_at=dt.date(2031, 2, 28))
    expect_told(
        told(position), "override_stale", None, None,
        says=("action A1", "there is no such finding any more"), advises="Take the override out",
    )  # fmt: skip


# --- What cannot be declared ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("code: percent_disagrees", "code: duplicate_row", "cannot be overridden; every doubt can"),
        ("code: percent_disagrees", "code: not_a_workbook", "refuses the whole file"),
        ("code: percent_disagrees", "code: symbol", "needs no override"),
        ("    use: counts\n", "", "say with `use` which figure is printed"),
        ("use: counts", "use: both", "'counts' or 'stated'"),
        ("note:", "reason:", "unknown key"),
    ],
)
def test_what_cannot_be_overridden_is_refused_with_file_and_line(
    old: str, new: str, says: str, tmp_path: Path
) -> None:
    folder = write_programme(tmp_path, overrides=OVERRIDE.replace(old, new))
    with pytest.raises(ConfigurationError) as caught:
        load_programme(folder)
    assert says in str(caught.value)
    assert "overrides.yaml, line" in str(caught.value)
