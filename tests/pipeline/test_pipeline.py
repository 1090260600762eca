"""The scheduled job as a real Prefect run: own server for the run, offline, nothing started by hand."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_inputs" / "slough_2021"


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A home whose inbox held every sample workbook and one file that is none, and the run over it."""
    home = tmp_path_factory.mktemp("scheduled")
    inbox = home / "inbox" / "slough_2021"
    inbox.mkdir(parents=True)
    for path in SAMPLES.glob("*.xlsx"):
        shutil.copy(path, inbox)
    (inbox / "minutes.xlsx").write_text("these are the minutes")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT")}
    command = [sys.executable, "-m", "flows.cli.main", "run", "--programme", "slough_2021", "--on", "2021-12-03"]
    done = subprocess.run(
        [*command, "--home", str(home), "--json"], capture_output=True, text=True, cwd=home, env=environment
    )
    return home, done


def test_the_run_prints_one_json_document_and_says_what_it_did(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    _, done = ran
    assert done.returncode == 1, done.stderr  # rows are held and a file was refused
    document = json.loads(done.stdout)
    assert [p["as_at"] for p in document["packs"]] == ["2021-11-30"]
    assert document["refused"] == [{"programme": "slough_2021", "file": "minutes.xlsx"}]
    assert {m["return"] for m in document["missing"]} >= {"clinical_offer", "workforce_plan"}
    assert "Traceback" not in done.stderr


def test_the_pack_lies_whole_in_the_outbox_and_the_inbox_is_clear(
    ran: tuple[Path, subprocess.CompletedProcess[str]],
) -> None:
    home, done = ran
    packs = list((home / "outbox" / "slough_2021").iterdir())
    assert [p.suffix for p in packs] == [".pdf"]
    assert str(packs[0]) == json.loads(done.stdout)["packs"][0]["file"]
    assert packs[0].read_bytes().rstrip().endswith(b"%%EOF")
    inbox = home / "inbox" / "slough_2021"
    assert [p.name for p in inbox.iterdir()] == ["refused"]
    reasons = (inbox / "refused" / "minutes.xlsx.why.txt").read_text()
    assert "cannot be opened" in reasons


def test_runs_and_artifacts_are_on_record(ran: tuple[Path, subprocess.CompletedProcess[str]]) -> None:
    import sqlite3

    home, _ = ran
    with sqlite3.connect(home / "prefect" / "prefect.db") as database:
        flows = {name for (name,) in database.execute("select name from flow")}
        states = {state for (state,) in database.execute("select state_type from flow_run")}
        artifacts = {key for (key,) in database.execute("select key from artifact where key is not null")}
    assert flows >= {"monthly_run", "ingest_returns", "build_pack"}
    assert states == {"COMPLETED"}
    assert artifacts >= {"scorecard", "findings", "pack", "run"}


def test_wrong_parameters_are_refused_before_anything_runs() -> None:
    from prefect.exceptions import ParameterTypeError

    from flows.pipeline import monthly_run

    with pytest.raises(ParameterTypeError):
        monthly_run.validate_parameters({"home": ".", "programme": None, "on": "not a date", "received_at": "x"})


def test_the_last_reporting_date_is_the_one_on_or_before_the_day() -> None:
    from flows.running import last_reporting_date
    from flows.settings import UsageError
    from programmes.load import load_programme

    loaded = load_programme(ROOT / "programmes" / "slough_2021")
    assert last_reporting_date(loaded, dt.date(2021, 11, 30)) == dt.date(2021, 11, 30)
    assert last_reporting_date(loaded, dt.date(2021, 11, 29)) == dt.date(2021, 9, 30)
    with pytest.raises(UsageError, match="no reporting date"):
        last_reporting_date(loaded, dt.date(2020, 1, 1))
