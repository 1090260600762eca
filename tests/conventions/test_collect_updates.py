"""docs/how-to/collect-updates.md, by running it: what its commands print is what they do print."""

from __future__ import annotations

import datetime as dt
import re
import shlex
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.end_to_end.command import ROOT, fill_home, run

PAGE = ROOT / "docs" / "how-to" / "collect-updates.md"


def shown() -> list[tuple[list[str], list[str]]]:
    """The commands of the page in order, each with the lines that it is shown to print."""
    found: list[tuple[list[str], list[str]]] = []
    for block in re.findall(r"^```console\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
        for line in block.splitlines():
            if line.startswith("$ boardpack "):
                found.append((shlex.split(line.removeprefix("$ boardpack ")), []))
            else:
                found[-1][1].append(line)
    return found


def fill_in(path: Path) -> None:
    """What the owner of the page's example does between two of its commands."""
    book = load_workbook(path)
    sheet = book["Tracker"]
    header = next(row for row in sheet.iter_rows() if row[0].value == "Key")
    column = next(c.column for c in header if c.value == "Embedded on")
    row = next(r[0].row for r in sheet.iter_rows() if r[0].value == "4.1-5")
    sheet.cell(row, column).value = dt.datetime(2021, 11, 29)
    book.save(path)


def test_the_page_does_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill_home(tmp_path / "home", "slough_2021")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOARDPACK_HOME", str(tmp_path / "home"))
    commands = shown()
    assert [words[0] for words, _ in commands] == ["tracker", "ingest", "actions", "commentary"]
    for words, lines in commands:
        result = run(*words)
        assert result.code == 0, result.err
        wanted = [line for line in lines if line != "..."]
        printed = [line.replace(f"{tmp_path}/home/", "boardpack_home/") for line in result.out.splitlines()]
        if "..." not in lines:
            assert printed == wanted
        assert set(wanted) <= set(printed)
        if words[0] == "tracker":
            fill_in(tmp_path / "permanency.xlsx")
