"""The command line, in process: arguments in; exit code, standard output and standard error out."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from flows.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_inputs"
PROGRAMMES = ROOT / "programmes"
RECEIVED = "2021-12-06T09:00:00Z"


@dataclass(frozen=True)
class Result:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as the one JSON document that it holds."""
        assert self.out, self.err
        return json.loads(self.out)

    @property
    def error_line(self) -> str:
        """The only line of standard error."""
        (line,) = self.err.splitlines()
        return line


def run(*arguments: object) -> Result:
    """Run a command as `boardpack ARGUMENTS...` would."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), pytest.raises(SystemExit) as stop:
        main([str(a) for a in arguments])
    code = stop.value.code
    return Result(code if isinstance(code, int) else 0, out.getvalue(), err.getvalue())


def workbooks(programme: str) -> list[Path]:
    """The sample workbooks of a programme."""
    return sorted((SAMPLES / programme).glob("*.xlsx"))


def fill_home(folder: Path, programme: str, received_at: str = RECEIVED) -> Path:
    """A home that has taken in every sample workbook of a programme from its inbox."""
    inbox = folder / "inbox" / programme
    inbox.mkdir(parents=True)
    for path in workbooks(programme):
        shutil.copyfile(path, inbox / path.name)
    result = run("ingest", "--programme", programme, "--home", folder, "--received-at", received_at)
    assert result.code in {0, 1}, result.err
    assert not list(inbox.glob("*.xlsx"))
    return folder


def kpi_rows(home: Path, programme: object, as_at: str, *more: object) -> dict[tuple, dict[str, Any]]:
    """The rows of `kpis --json`, by indicator, service and subgroup."""
    result = run("kpis", "--programme", programme, "--home", home, "--as-at", as_at, "--json", *more)
    assert result.code == 0, result.err
    return {(r["indicator"], r["service"], r["subgroup"]): r for r in result.json["rows"]}
