"""A day of receipt, issue or recording is the same day wherever it is said: the day in the United Kingdom."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.builders import LAMP_REPORT, changed
from tests.end_to_end.command import Result, run
from tests.scenarios.harbour import MARCH, Harbour, lamps

DECLARED = changed(LAMP_REPORT, "cadence: weekly\n", "cadence: weekly\nweekday: monday\nfirst: 2031-03-31\n")
BOARDS = """\
boards:
  - {id: keepers, title: Board of keepers, short: BK, meetings: [{date: 2031-04-14}]}
"""
DUE = "2031-04-07"
"""A day in summer time, and the last on which the report of MARCH is in time."""


@pytest.fixture(scope="module")
def harbour(tmp_path_factory: pytest.TempPathFactory) -> Harbour:
    """The weekly report, received on the day on which it was due, and then again on the next. Read only."""
    made = Harbour(tmp_path_factory.mktemp("harbour"), boards=BOARDS, lamp_report=DECLARED)
    for day, lit in ((DUE, 150), ("2031-04-08T00:30:00", 160)):
        book = lamps(MARCH, (394, 298), (200, lit), (100, 90))
        done = run("ingest", made.save(book), *named(made), "--received-at", day, "--json")
        assert done.json["files"][0]["late_days"] == 0
    return made


def named(harbour: Harbour) -> tuple[object, ...]:
    return ("--programme", harbour.programme, "--home", harbour.home)


def ask(harbour: Harbour, name: str, *more: object) -> Result:
    return run(name, *named(harbour), *more)


def test_a_return_that_came_on_its_day_is_on_time_and_its_pack_says_that_day(harbour: Harbour) -> None:
    rows = ask(harbour, "due", "--on", DUE, "--json").json["returns"]
    (row,) = (r for r in rows if r["return"] == "lamp_report" and r["as_at"])
    assert (row["state"], row["received_on"], row["restated"]) == ("on_time", DUE, 0)


def test_the_day_of_a_restated_one_begins_at_midnight_there(harbour: Harbour) -> None:
    rows = ask(harbour, "due", "--on", "2031-04-08", "--json").json["returns"]
    (row,) = (r for r in rows if r["return"] == "lamp_report" and r["as_at"])
    assert (row["received_on"], row["restated_on"]) == (DUE, "2031-04-08")


def test_a_pack_names_the_day_beside_every_workbook(harbour: Harbour) -> None:
    from flows.building import find_board, model_pack

    position = harbour.position(MARCH)
    model = model_pack(position, find_board(position, "keepers"), None)
    assert [line.received for line in model.quality.received] == ["8 Apr 2031"]
    assert [file.received for file in model.sources.files] == ["8 Apr 2031, receipt 4"]


def test_an_explanation_names_the_day_of_each_arrival(harbour: Harbour) -> None:
    out = ask(harbour, "explain", "--as-at", MARCH, "lamps_in_time").out
    assert "(receipt 4, received 2031-04-08, " in out
    assert "in place of receipt 2 of 2031-04-07" in out
    assert "recorded 2031-04-07 as event 1" in out


def test_times_in_json_stay_in_utc(harbour: Harbour) -> None:
    told = ask(harbour, "explain", "--as-at", MARCH, "lamps_in_time", "--json").json
    assert [f["received_at"] for f in told["files"]] == ["2031-04-07T23:30:00Z"]
    assert told["files"][0]["replaced"][0]["received_at"] == "2031-04-07T22:59:59Z"


def test_what_was_known_on_a_day_ends_at_midnight_there(harbour: Harbour) -> None:
    """The first arrival was known by the seventh, the second half an hour into the eighth was not."""
    for as_known, event in ((DUE, 2), ("2031-04-08T00:29:59", 2), ("2031-04-08T00:30:00", 4), ("2031-04-08", 4)):
        done = ask(harbour, "kpis", "--as-at", MARCH, "--as-known", as_known, "--json")
        assert done.json["as_known"] == event, as_known


def test_what_is_left_out_names_the_day_on_which_it_came(tmp_path: Path) -> None:
    made = Harbour(tmp_path)
    for week, received in ((0, "2031-05-02T09:00:00Z"), (1, "2031-04-29T23:30:00Z")):
        made.take_one(lamps(MARCH - week * dt.timedelta(days=7)), received=received)
    done = run("kpis", *named(made), "--as-at", MARCH, "--as-known", "2031-04-30", "--json")
    assert "arrival 2.xlsx came on 2031-04-30, but was filed as event 3" in done.err


def test_an_acknowledgement_tells_the_sender_the_time_there(harbour: Harbour) -> None:
    said = [p.read_text() for p in (harbour.home / "returned").rglob("arrival 1.acknowledgement.txt")]
    assert ["Received: 7 April 2031 at 23:59, United Kingdom time" in text for text in said] == [True]
