"""A history that cannot be used: one line that says whether anything is damaged, and what to do."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from history import trouble
from history.database import HistoryError
from history.failures import ClosedHistory
from history.store import History
from history.trouble import explain_file
from tests.unit.history.arrivals import PROGRAMME, arrive


def failure(code: int, text: str = "what SQLite says") -> sqlite3.Error:
    error = sqlite3.OperationalError(text)
    error.sqlite_errorcode = code
    return error


@pytest.mark.parametrize(
    ("code", "why", "action"),
    [
        (sqlite3.SQLITE_BUSY, "another process has been writing all the while", "Try again."),
        (sqlite3.SQLITE_FULL, "there is no room left on the disk", "Free some and try again."),
        (sqlite3.SQLITE_READONLY, "this account may not write there", "Use the account that keeps the home, or"),
        (sqlite3.SQLITE_READONLY_DIRECTORY, "this account may not write there", "Use the account that keeps"),
    ],
)
def test_nothing_is_damaged(tmp_path: Path, code: int, why: str, action: str) -> None:
    told = explain_file(failure(code), tmp_path, "used")
    assert isinstance(told, ClosedHistory)
    assert str(told).startswith(f"the history in {tmp_path} cannot be used: {why}; ")
    assert told.action.startswith(action)


def test_a_disk_that_is_full_may_only_say_that_it_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    error = failure(sqlite3.SQLITE_IOERR_WRITE, "disk I/O error")
    assert not isinstance(explain_file(error, tmp_path, "used"), ClosedHistory)
    monkeypatch.setattr(trouble.shutil, "disk_usage", lambda _: shutil_usage(0))
    assert "no room left" in str(explain_file(error, tmp_path, "used"))


def shutil_usage(free: int) -> object:
    return type("Usage", (), {"free": free})()


def test_a_path_that_is_too_long_for_sqlite_is_told_as_that(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["d" * 100] * 5, "history")
    with pytest.raises(ClosedHistory, match="SQLite takes at most 504; move the home to a shorter path"):
        History(folder)


@pytest.mark.parametrize("table", ["reading", "observation", "finding"])
def test_a_malformed_page_is_one_line_that_says_what_to_do(tmp_path: Path, table: str) -> None:
    history = History(tmp_path)
    for number in range(3):
        history.file_receipt(arrive(value=str(number)), b"%d" % number)
    history.close()
    path = tmp_path / "history.sqlite"
    with closing(sqlite3.connect(path)) as opened:
        (page,) = opened.execute(f"SELECT rootpage FROM sqlite_master WHERE name = '{table}'").fetchone()
    with path.open("r+b") as stream:
        stream.seek((page - 1) * 4096)
        stream.write(bytes(512))
    history = History(tmp_path)
    receipts = history.receipts(PROGRAMME, None)
    ask = {
        "reading": lambda: history.readings(receipts),
        "observation": lambda: history.observations(receipts, receipts[0].period.end),
        "finding": lambda: history.findings(receipts),
    }
    with pytest.raises(HistoryError, match="malformed; run `boardpack verify`, and put back the last backup"):
        ask[table]()
    history.close()
