"""Owners' rows from form to plan: written, filled in as an owner would, sent back, and laid over the plan."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.end_to_end.command import SAMPLES, run

SLOUGH = "slough_2021"
HEAD, LEAD = "Head of HR and OD", "Permanency Lead"
AS_AT = "2021-11-30"
CHANGED, OTHER = "5.4-1", "4.1-5"
"""An action of each of the two owners: the one Red, the other Yellow at that date."""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken in the sample trackers. Read only."""
    home = tmp_path_factory.mktemp("filled")
    files = sorted((SAMPLES / SLOUGH).glob("*tracker*.xlsx"))
    assert run("ingest", "--programme", SLOUGH, *files, "--home", home).code == 0
    return home


@pytest.fixture
def home(filled: Path, tmp_path: Path) -> Path:
    """The same home, to change."""
    return Path(shutil.copytree(filled, tmp_path / "home"))


def take(home: Path, path: Path) -> dict[str, Any]:
    """Take one workbook in; what `ingest` says of it."""
    result = run("ingest", "--programme", SLOUGH, path, "--home", home, "--json")
    (item,) = result.json["files"]
    return dict(item)


def plan(home: Path, as_at: str = AS_AT, *more: object) -> dict[str, dict[str, Any]]:
    """The plan as `actions` tells it, by key."""
    result = run("actions", "--programme", SLOUGH, "--home", home, "--as-at", as_at, "--json", *more)
    assert result.code == 0, result.err
    return {row["key"]: row for row in result.json["rows"]}


def write_form(home: Path, owner: str, as_at: str = AS_AT, name: str = "form.xlsx") -> Path:
    """The form of an owner, as the command writes it."""
    target = home / "sent" / name
    result = run(
        "tracker", "--programme", SLOUGH, "--owner", owner, "--as-at", as_at, "--home", home, "--out", target
    )
    assert result.code == 0, result.err
    return target


def fill_in(path: Path, key: str, **cells: Any) -> Path:
    """Write into an action's row, by the headers of the sheet, and save as Excel would."""
    book = load_workbook(path)
    sheet = book["Tracker"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    columns = {str(c.value): c.column for c in header}
    row = next(r[0].row for r in sheet.iter_rows() if r[0].value == key)
    for name, value in cells.items():
        sheet.cell(row, columns[name.replace("_", " ")]).value = value
    book.save(path)
    return path


def without(rows: dict[str, dict[str, Any]], keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    return {key: row for key, row in rows.items() if key not in set(keys)}


DONE = {"Completed_on": dt.datetime(2021, 11, 26), "Progress": "Every part of the review is done."}


class TestRoundTrip:
    def test_what_an_owner_fills_in_updates_the_plan_and_nothing_else(self, home: Path) -> None:
        before = plan(home)
        item = take(home, fill_in(write_form(home, HEAD), CHANGED, **DONE))
        assert (item["status"], item["rows_of"], item["period_end"]) == ("accepted", "Head of HR & OD", AS_AT)
        after = plan(home)
        assert (before[CHANGED]["outcome"], after[CHANGED]["outcome"]) == ("red", "blue")
        assert after[CHANGED]["completed_on"] == "2021-11-26"
        assert after[CHANGED]["previous_outcome"] == before[CHANGED]["previous_outcome"]
        assert without(after, [CHANGED]) == without(before, [CHANGED])
        assert list(after) == list(before), "the plan keeps its order"

    def test_a_form_sent_back_as_it_was_written_changes_nothing(self, home: Path) -> None:
        before = plan(home)
        assert take(home, write_form(home, HEAD))["status"] == "accepted"
        assert plan(home) == before

    def test_two_owners_do_not_replace_each_other(self, home: Path) -> None:
        first = take(home, fill_in(write_form(home, HEAD), CHANGED, **DONE))
        second = take(home, fill_in(write_form(home, LEAD, name="lead.xlsx"), OTHER, **DONE))
        assert first["receipt"] != second["receipt"]
        after = plan(home)
        assert (after[CHANGED]["outcome"], after[OTHER]["outcome"]) == ("blue", "blue")

    def test_the_same_file_twice_is_already_known(self, home: Path) -> None:
        path = fill_in(write_form(home, HEAD), CHANGED, **DONE)
        first, again = take(home, path), take(home, path)
        assert (again["receipt"], again["already_known"]) == (first["receipt"], True)

    def test_an_owners_second_file_replaces_the_first_and_the_first_again_the_second(self, home: Path) -> None:
        one = fill_in(write_form(home, HEAD, name="one.xlsx"), CHANGED, **DONE)
        two = fill_in(write_form(home, HEAD, name="two.xlsx"), CHANGED, Progress="Not yet.")
        seen = []
        for path in (one, two, one):
            assert not take(home, path)["already_known"]
            seen.append(plan(home)[CHANGED]["outcome"])
        assert seen == ["blue", "red", "blue"]

    def test_what_was_known_before_can_still_be_asked_for(self, home: Path) -> None:
        known = run("actions", "--programme", SLOUGH, "--home", home, "--as-at", AS_AT, "--json").json["as_known"]
        before = plan(home)
        take(home, fill_in(write_form(home, HEAD), CHANGED, **DONE))
        assert plan(home, AS_AT, "--as-known", known) == before
        assert plan(home)[CHANGED]["outcome"] == "blue"


class TestDates:
    def test_a_late_file_updates_its_own_date_only(self, home: Path) -> None:
        """A form for September that comes in December says nothing of November."""
        path = write_form(home, HEAD, "2021-08-31")
        before = {day: plan(home, day) for day in ("2021-09-30", AS_AT)}
        done = {"Completed_on": dt.datetime(2021, 9, 20)}
        assert take(home, fill_in(path, CHANGED, **done))["period_end"] == "2021-09-30"
        assert plan(home, "2021-09-30")[CHANGED]["outcome"] == "blue"
        now = plan(home)
        assert now[CHANGED]["outcome"] == before[AS_AT][CHANGED]["outcome"]
        assert now[CHANGED]["previous_outcome"] == "blue", "its history knows what was said"
        own = [key for key, row in now.items() if "HR" in row["owner"]]
        assert without(now, own) == without(before[AS_AT], own)

    def test_a_whole_tracker_of_a_later_date_speaks_over_earlier_rows(self, tmp_path: Path) -> None:
        take(tmp_path, SAMPLES / SLOUGH / "Improvement plan tracker Aug 2021.xlsx")
        path = write_form(tmp_path, HEAD, "2021-08-31")
        take(tmp_path, fill_in(path, CHANGED, Completed_on=dt.datetime(2021, 9, 20)))
        assert plan(tmp_path, "2021-09-30")[CHANGED]["outcome"] == "blue"
        take(tmp_path, SAMPLES / SLOUGH / "Improvement plan tracker Nov 2021.xlsx")
        assert plan(tmp_path)[CHANGED]["outcome"] == "red"

    def test_a_whole_tracker_of_the_same_date_that_comes_later_is_used_and_says_so(self, home: Path) -> None:
        before = plan(home)
        take(home, fill_in(write_form(home, HEAD), CHANGED, **DONE))
        book = load_workbook(SAMPLES / SLOUGH / "Improvement plan tracker Nov 2021.xlsx")
        book.properties.title = "sent again"
        again = home / "sent" / "again.xlsx"
        book.save(again)
        assert not take(home, again)["already_known"]
        result = run("actions", "--programme", SLOUGH, "--home", home, "--as-at", AS_AT)
        assert "says otherwise than these rows of Head of HR & OD for 5.4-1" in result.err
        assert plan(home) == before

    def test_the_rows_of_an_owner_are_taken_after_the_whole_tracker_of_one_inbox(self, home: Path) -> None:
        form = fill_in(write_form(home, HEAD), CHANGED, **DONE)
        new = home / "new"
        inbox = new / "inbox" / SLOUGH
        inbox.mkdir(parents=True)
        shutil.copyfile(form, inbox / "A first by its name.xlsx")
        for path in sorted((SAMPLES / SLOUGH).glob("*tracker*.xlsx")):
            shutil.copyfile(path, inbox / path.name)
        run("ingest", "--programme", SLOUGH, "--home", new)
        assert plan(new)[CHANGED]["outcome"] == "blue"


class TestWhatAnOwnerMayNotChange:
    def test_a_due_date_typed_over_moves_nothing(self, home: Path) -> None:
        before = plan(home)
        path = fill_in(write_form(home, HEAD), CHANGED, **{"Due_(agreed)": dt.datetime(2022, 6, 30)})
        item = take(home, path)
        (finding,) = [f for f in item["findings"] if f["code"] == "due_in_owner_rows"]
        assert "30 June 2022" in finding["message"]
        assert plan(home)[CHANGED] == before[CHANGED]

    def test_rows_left_out_stay_as_they_were(self, home: Path) -> None:
        before = plan(home)
        path = write_form(home, HEAD)
        book = load_workbook(path)
        sheet = book["Tracker"]
        row = next(r[0].row for r in sheet.iter_rows() if r[0].value == CHANGED)
        sheet.delete_rows(row)
        book.save(path)
        assert take(home, path)["status"] == "accepted"
        assert plan(home) == before
        told = run("actions", "--programme", SLOUGH, "--home", home, "--as-at", AS_AT).err
        assert "was in the tracker before" not in told

    def test_a_date_that_cannot_be_read_leaves_what_was_said_before(self, home: Path) -> None:
        before = plan(home)
        item = take(home, fill_in(write_form(home, HEAD), CHANGED, Forecast="by Easter"))
        assert item["status"] == "held"
        assert plan(home)[CHANGED]["forecast"] == before[CHANGED]["forecast"] is not None


class TestCheck:
    def test_check_knows_the_plan_of_the_home_and_does_without(self, home: Path, tmp_path: Path) -> None:
        path = fill_in(write_form(home, HEAD), CHANGED, Action="Another title")
        told = run("check", path, "--programme", SLOUGH, "--home", home, "--json").json["files"][0]
        assert [f["code"] for f in told["findings"] if f["code"] == "locked_field_changed"]
        bare = run("check", path, "--programme", SLOUGH, "--home", tmp_path / "none", "--json").json["files"][0]
        assert not [f["code"] for f in bare["findings"] if f["code"] == "locked_field_changed"]
        assert not (tmp_path / "none").exists()


class TestCommand:
    def test_an_unknown_role_names_the_nearest_and_lists_the_owners(self, home: Path) -> None:
        result = run("tracker", "--programme", SLOUGH, "--owner", "Permanancy Led", "--as-at", AS_AT, "--home", home)
        assert result.code == 2
        assert "did you mean 'Permanency Lead'?" in result.err
        assert "Commissioning Lead" in result.err

    @pytest.mark.long
    def test_every_action_with_an_owner_stands_in_exactly_one_form_of_all(self, home: Path) -> None:
        folder = home / "all"
        result = run(
            "tracker", "--programme", SLOUGH, "--all-owners", "--as-at", AS_AT, "--home", home, "--out", folder,
            "--json",
        )  # fmt: skip
        forms = result.json["files"]
        keys = [
            row[0].value
            for path in sorted(folder.glob("*.xlsx"))
            for row in load_workbook(path)["Tracker"].iter_rows(min_row=7)
            if row[0].value
        ]
        assert sorted(keys) == sorted(k for k, row in plan(home).items() if row["owner"])
        assert sum(f["rows"] for f in forms) == len(keys)
        assert "5.2-5" in result.err, "the action that nobody owns is named"

    def test_the_same_form_is_the_same_bytes(self, home: Path) -> None:
        one, two = write_form(home, HEAD, name="1.xlsx"), write_form(home, HEAD, name="2.xlsx")
        assert one.read_bytes() == two.read_bytes()

    def test_owner_and_all_owners_exclude_each_other(self, home: Path) -> None:
        both = ("--owner", HEAD, "--all-owners")
        assert run("tracker", "--programme", SLOUGH, "--as-at", AS_AT, "--home", home, *both).code == 2
        assert run("tracker", "--programme", SLOUGH, "--as-at", AS_AT, "--home", home).code == 2
