"""What a scheduled run says that it did, without the run: its words for what came in."""

from __future__ import annotations

from pathlib import Path

import pytest

from flows.cli.scheduled import print_run
from flows.receiving import receive_files
from flows.running import RunResult
from flows.settings import Home
from tests.scenarios.harbour import MARCH, WEEK, Harbour, lamps


def test_what_came_in_are_files_of_which_some_are_workbooks(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    harbour = Harbour(tmp_path)
    note = tmp_path / "minutes.xlsx"
    note.write_text("these are the minutes")
    paths = [harbour.save(lamps(MARCH)), harbour.save(lamps(MARCH - WEEK)), note]
    for known in (0, 2):
        received = receive_files(Home(harbour.home), harbour.loaded, paths, "2031-04-01T09:00:00Z")
        print_run(RunResult("lamplight", list(received.taken)), None)
        told = capsys.readouterr().out.splitlines()[0]
        assert told == f"lamplight: 3 files came in: 2 taken in ({known} already known), 1 refused"


def test_one_file_is_one_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    harbour = Harbour(tmp_path)
    received = receive_files(Home(harbour.home), harbour.loaded, [harbour.save(lamps(MARCH))], "2031-04-01T09:00:00Z")
    print_run(RunResult("lamplight", list(received.taken)), None)
    assert capsys.readouterr().out.startswith("lamplight: 1 file came in: 1 taken in (0 already known), 0 refused\n")
