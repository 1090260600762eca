"""What `check` says of workbooks beside each other, beside history and, of the samples, beside what was published."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from pathlib import Path

import pytest

from history.store import History
from schemas.decisions import COMPARED
from tests.builders import percent
from tests.end_to_end.command import run, workbooks
from tests.scenarios.harbour import (
    MARCH,
    REACH,
    Harbour,
    lamps,
    lamps_of_month,
)


def checked(harbour: Harbour, *paths: Path, home: Path) -> dict[str, list[str]]:
    """The codes that `check` prints, by file name."""
    result = run("check", "--programme", harbour.programme, "--home", home, "--json", *paths)
    return {Path(f["file"]).name: [x["code"] for x in f["findings"]] for f in result.json["files"]}


def test_check_holds_files_against_each_other_without_a_home(harbour: Harbour, tmp_path: Path) -> None:
    week = harbour.save(lamps(dt.date(2031, 3, 31)), "week.xlsx")
    month = harbour.save(lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))), "month.xlsx")
    found = checked(harbour, week, month, home=tmp_path / "nowhere")
    assert all("returns_disagree" in codes for codes in found.values())
    assert not (tmp_path / "nowhere").exists()
    assert "returns_disagree" not in checked(harbour, week, home=tmp_path / "nowhere")["week.xlsx"]


def test_check_holds_a_file_against_history_and_stores_nothing(harbour: Harbour) -> None:
    harbour.take_one(lamps(MARCH))
    before = History(harbour.home / "history")
    last, known = before.last_number(), before.receipts("lamplight", None)
    before.close()
    month = harbour.save(lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))), "month.xlsx")
    assert "returns_disagree" in checked(harbour, month, home=harbour.home)["month.xlsx"]
    again = harbour.save(lamps(MARCH), "again.xlsx")
    assert checked(harbour, again, home=harbour.home)["again.xlsx"] == ["as_at_future"], "it is not its own history"
    after = History(harbour.home / "history")
    assert (after.last_number(), after.receipts("lamplight", None)) == (last, known)
    after.close()


def test_two_versions_of_one_return_are_each_held_against_the_rest(harbour: Harbour, tmp_path: Path) -> None:
    week = harbour.save(lamps(MARCH), "week.xlsx")
    first = harbour.save(lamps_of_month("March 2031", (REACH, 201, 150, percent("74.6"))), "first.xlsx")
    second = harbour.save(lamps_of_month("March 2031", (REACH, 200, 150, percent("75.0"))), "second.xlsx")
    found = checked(harbour, week, first, second, home=tmp_path / "nowhere")
    assert "returns_disagree" in found["first.xlsx"]
    assert "returns_disagree" not in found["second.xlsx"]
    assert "returns_disagree" not in found["week.xlsx"], "the second version stands"


def test_check_without_a_history_loads_no_database(tmp_path: Path) -> None:
    sample = workbooks("slough_2021")[0]
    code = (
        "import sys\n"
        "from flows.cli.main import main\n"
        "try:\n"
        f"    main(['check', {str(sample)!r}, '--programme', 'slough_2021', '--home', {str(tmp_path / 'none')!r}])\n"
        "except SystemExit:\n"
        "    pass\n"
        "print('sqlalchemy' in sys.modules, 'history.store' in sys.modules)\n"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.splitlines()[-1] == "False False"


# --- The samples ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("programme", "expected"),
    [
        (
            "slough_2021",
            {
                ("Weekly Compliance Report 09-09-21.xlsx", "weekday_unusual", None),
                ("Weekly Compliance Report 15.09.21 v2.xlsx", "weekday_unusual", None),
                ("Weekly Compliance Report 15.09.21 v2.xlsx", "denominator_repeated", "B9"),
                ("Weekly Compliance Report 16.08.2021.xlsx", "denominator_repeated", "B9"),
            },
        ),
        ("hillingdon_2015", set()),
    ],
)
def test_the_samples_are_doubted_where_their_published_figures_are_odd(
    programme: str, expected: set[tuple[str, str, str | None]], tmp_path: Path
) -> None:
    """Visits of one service were published with 384 due in March, August and September 2021; two weekly reports
    are dated off their Monday."""
    result = run("check", "--programme", programme, "--home", tmp_path / "none", "--json", *workbooks(programme))
    found = {
        (Path(f["file"]).name, x["code"], x["cell"])
        for f in result.json["files"]
        for x in f["findings"]
        if x["code"] in COMPARED
    }
    assert found == expected
