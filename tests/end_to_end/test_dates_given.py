"""A day or time that is typed: written in one way, within the years that there are, or told in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.command import run

pytestmark = pytest.mark.long

NO_DATES = (
    "2021-13-01", "2021-11-31", "2021-02-29", "21-11-30", "2021-1-1", "20211130", "2021-W48-2", "2021-W48",
    "2021-334", "30/11/2021", " 2021-11-30", "2021-11-30T09:00", "2021-11-30 09:00:00+00:00", "2021-11", "2021",
    "today", "0", "-1", "٢٠٢١-١١-٣٠", "10000-01-01",
)  # fmt: skip
OUTSIDE = ("0001-01-01", "1899-12-31", "2200-01-01", "9999-12-31")
NO_TIMES = (
    "2021-13-01", "2021-11-31T09:00", "2021-12-06T25:00", "2021-12-06T09:60", "20211206T090000", "2021-W50",
    "21-12-06", "2021-W50-1T09:00", "5.5", "-5", "2021-12-06T09:00 Europe/London", "2021-12-06T", "yesterday",
)  # fmt: skip
OUTSIDE_TIMES = (*OUTSIDE, "0001-01-01T00:00:00+05:00", "9999-12-31T23:59:59-05:00", "2200-01-01T00:00")

OF = ("--programme", "slough_2021")
DAYS = {
    "kpis --as-at": ("kpis", *OF, "--as-at"),
    "actions --as-at": ("actions", *OF, "--as-at"),
    "tracker --as-at": ("tracker", *OF, "--all-owners", "--as-at"),
    "commentary --as-at": ("commentary", *OF, "--as-at"),
    "explain --as-at": ("explain", "K1", *OF, "--as-at"),
    "build --as-at": ("build", *OF, "--board", "tsg", "--as-at"),
    "build --meeting": ("build", *OF, "--board", "tsg", "--as-at", "2021-11-30", "--meeting"),
    "due --on": ("due", "--on"),
    "run --on": ("run", *OF, "--on"),
    "retire --on": ("retire", "--on"),
    "correct --date": ("correct", "nothing.xlsx", *OF, "--date"),
    "issue --date": ("issue", "1", "--role", "Board Secretary", "--date"),
    "issue --meeting": ("issue", "1", "--role", "Board Secretary", "--meeting"),
    "erratum --date": ("erratum", "1", "--role", "Board Secretary", "--reason", "restated", "--date"),
}
TIMES = {
    "ingest --received-at": ("ingest", *OF, "--received-at"),
    "kpis --as-known": ("kpis", *OF, "--as-at", "2021-11-30", "--as-known"),
    "explain --as-known": ("explain", "K1", *OF, "--as-at", "2021-11-30", "--as-known"),
}


@pytest.mark.parametrize("command", DAYS)
def test_what_is_no_day_is_told_wherever_a_day_is_given(command: str, tmp_path: Path) -> None:
    for text in NO_DATES:
        result = run(*DAYS[command], text, "--home", tmp_path / "home")
        assert (result.code, result.out) == (2, ""), text
        what = "meeting date" if command.endswith("--meeting") else "date"
        assert result.error_line == f"boardpack: '{text}' is not a {what}; write it as 2021-11-30"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", DAYS)
def test_a_day_outside_the_years_is_told(command: str, tmp_path: Path) -> None:
    for text in OUTSIDE:
        result = run(*DAYS[command], text, "--home", tmp_path / "home")
        assert (result.code, result.out) == (2, ""), text
        assert result.error_line == f"boardpack: '{text}' lies outside the years 1900 to 2199"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("command", TIMES)
def test_what_is_no_time_is_told_wherever_a_time_is_given(command: str, tmp_path: Path) -> None:
    for text in NO_TIMES:
        result = run(*TIMES[command], text, "--home", tmp_path / "home")
        assert (result.code, result.out) == (2, ""), text
        assert result.error_line == (
            f"boardpack: '{text}' is not a date or time; write 2021-12-06 or 2021-12-06T09:00:00+00:00"
        )
    for text in OUTSIDE_TIMES:
        result = run(*TIMES[command], text, "--home", tmp_path / "home")
        assert (result.code, result.out) == (2, ""), text
        assert result.error_line == f"boardpack: '{text}' lies outside the years 1900 to 2199"
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("day", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_day_are_days(day: str, slough_home: Path) -> None:
    named = (*OF, "--home", slough_home)
    for done in (
        run("kpis", *named, "--as-at", day, "--json"),
        run("due", *named, "--on", day, "--json"),
        run("retire", "--home", slough_home, "--on", day, "--json"),
        run("kpis", *named, "--as-at", "2021-11-30", "--as-known", day),
    ):
        assert done.code in {0, 3}
        assert "unforeseen" not in done.err


def test_digits_that_are_a_date_elsewhere_are_told_how_to_be_written(slough_home: Path) -> None:
    done = run("kpis", *OF, "--home", slough_home, "--as-at", "2021-11-30", "--as-known", "20211206")
    assert (done.code, done.error_line) == (
        2,
        "boardpack: event 20211206 has not happened; the last is 28; a date is written as 2021-12-06",
    )
