"""What was known at an event or a time, as it is asked for at the prompt."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.end_to_end.command import Result, kpi_rows, run
from tests.scenarios.harbour import MARCH, Harbour, lamps

WEEK_BEFORE = MARCH - dt.timedelta(days=7)
FIRST, LATE, FOUND = "2031-04-02T09:00:00Z", "2031-05-02T09:00:00Z", "2031-04-03T09:00:00Z"


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """Three arrivals: one in April, one in May, and then one that is said to have come in April too. Read only."""
    made = Harbour(tmp_path_factory.mktemp("harbour"))
    made.take_one(lamps(WEEK_BEFORE), received=FIRST)
    made.take_one(lamps(MARCH), received=LATE)
    made.take_one(lamps(MARCH, (394, 300), (200, 160), (100, 90)), received=FOUND)
    return made


def ask(harbour: Harbour, as_known: str) -> Result:
    named = ("--programme", harbour.programme, "--home", harbour.home)
    return run("kpis", *named, "--as-at", MARCH, "--as-known", as_known, "--json")


def figure(done: Result) -> str | None:
    """The figure of Upper Reach, which each arrival changes."""
    assert done.code == 0, done.err
    rows = {(r["indicator"], r["service"]): r for r in done.json["rows"]}
    value: str | None = rows["lamps_in_time", "upper_reach"]["value"]
    return value


def test_a_workbook_filed_after_later_ones_was_not_known_and_is_told(harbour: Harbour) -> None:
    done = ask(harbour, "2031-04-30")
    assert done.json["as_known"] == 2
    assert done.error_line == (
        "boardpack: arrival 3.xlsx came on 2031-04-03, but was filed as event 4, after workbooks that came later; "
        "as known at event 2 it is left out"
    )
    assert ask(harbour, "2031-05-31").err == ""
    assert (figure(ask(harbour, "2031-05-31")), figure(ask(harbour, "3"))) == ("80.0", "75.0")


def test_an_event_before_anything_came_is_told_with_the_first_that_did(harbour: Harbour) -> None:
    for as_known, event in (("0", 0), ("1", 1), ("2031-01-01", 0)):
        done = ask(harbour, as_known)
        assert done.code == 3
        assert done.error_line == (
            f"boardpack: nothing had been received for lamplight as known at event {event}; the first workbook is "
            "event 2, received 2031-04-02"
        )


@pytest.mark.parametrize("as_known", ["²", "٣", "-1", "1.5", "soon", "2031-13-01"])
def test_what_is_no_event_and_no_time_is_one_clear_line(harbour: Harbour, as_known: str) -> None:
    done = ask(harbour, as_known)
    assert done.code == 2
    assert "is not a date or time" in done.error_line


def test_a_pack_that_was_built_adds_nothing_to_what_is_known(tmp_path: Path) -> None:
    """As known at the event of a pack, the same pack comes out, and no second one is recorded."""
    other = Harbour(tmp_path)
    boards = "boards:\n  - {id: wardens, title: Board of wardens, short: Wardens}\n"
    (other.programme / "boards.yaml").write_text(boards, encoding="utf-8")
    other.take_one(lamps(MARCH), received=FIRST)
    named = ("--programme", other.programme, "--home", other.home, "--board", "wardens", "--as-at", MARCH, "--json")
    built = run("build", *named).json
    again = run("build", *named, "--as-known", built["pack"]).json
    assert (again["pack"], again["sha256"], again["as_known"]) == (built["pack"], built["sha256"], 2)
    assert kpi_rows(other.home, other.programme, MARCH.isoformat(), "--as-known", built["pack"])
