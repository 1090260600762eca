"""The same steps as Prefect flows: tracked, retried where that helps, with artifacts a person can open.

Only this module imports Prefect. Without a configured server Prefect starts one for the run and stops it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prefect import flow, task
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.settings import PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

from flows.building import BuiltPack
from flows.checking import shown_path
from flows.cli.forms import finding_form
from flows.position import Position
from flows.quarantine import Purged, describe_purged
from flows.receiving import Received
from flows.retiring import Retirement, describe_retired
from flows.running import (
    RunFailure,
    RunResult,
    build_board,
    failure_form,
    find_overdue,
    ingest_inbox,
    last_reporting_date,
    plan_packs,
    programmes_to_run,
    purge_expired,
    read_position,
    retire_expired,
    summarise,
)
from flows.settings import Home
from programmes.load import load_programme
from transforms.row_forms import kpi_form

_SCORECARD = ("ref", "label", "service", "subgroup", "value", "impact", "reason")


@task(name="take the inbox in", retries=1, retry_delay_seconds=2)
def take_inbox(home: Path, folder: Path, received_at: str) -> Received:
    """Every workbook of the inbox into history. Taking it again changes nothing, so it may be retried."""
    return ingest_inbox(Home(home), folder, received_at)


@task(name="delete from quarantine", retries=1, retry_delay_seconds=2)
def purge(home: Path, folder: Path, received_at: str) -> Purged:
    """What has been in quarantine long enough. Deleting again changes nothing, so it may be retried."""
    return purge_expired(Home(home), folder, received_at)


@task(name="delete by the rule of retention", retries=1, retry_delay_seconds=2)
def retire(home: Path, folder: Path, received_at: str) -> Retirement:
    """Originals whose time is up. Deleting again changes nothing, so it may be retried."""
    return retire_expired(Home(home), folder, received_at)


@task(name="derive the position")
def derive(home: Path, folder: Path, as_at: dt.date) -> Position:
    """What is known as at the date, rated."""
    return read_position(Home(home), folder, as_at)


@task(name="build a pack")
def build(
    home: Path, folder: Path, board: str, as_at: dt.date, meeting: dt.date | None
) -> tuple[BuiltPack, Position]:
    """One board's pack into the outbox."""
    return build_board(Home(home), folder, board, as_at, meeting)


@flow(name="ingest_returns", validate_parameters=True)
def ingest_returns(home: Path, folder: Path, received_at: str) -> tuple[Received, Purged]:
    """Take a programme's inbox into history, and leave the findings as an artifact.

    Returns what was taken, and what was deleted from quarantine.
    """
    purged = purge(home, folder, received_at)
    if purged.deleted:
        create_markdown_artifact(describe_purged(purged.deleted), key="quarantine")
    received = take_inbox(home, folder, received_at)
    rows = [
        {"file": t.judged.name, "status": t.judged.status, **_short(finding_form(f))}
        for t in received.taken
        for f in t.judged.findings
    ]
    create_table_artifact(rows or [{"file": "", "message": "nothing was found"}], key="findings")
    return received, purged


def _short(form: dict[str, object]) -> dict[str, object]:
    return {k: form[k] for k in ("severity", "code", "sheet", "cell", "message", "action")}


@flow(name="build_pack", validate_parameters=True)
def build_pack(
    home: Path, folder: Path, board: str, as_at: dt.date, meeting: dt.date | None = None
) -> tuple[BuiltPack, Position]:
    """Build one board's pack, and leave its scorecard and a link to it as artifacts."""
    pack, position = build(home, folder, board, as_at, meeting)
    rows = [{k: kpi_form(row)[k] for k in _SCORECARD} for row in position.rows]
    create_table_artifact(rows, key="scorecard", description=f"As at {as_at.isoformat()}")
    create_link_artifact(pack.path.absolute().as_uri(), key="pack", link_text=pack.path.name)
    return pack, position


@flow(name="monthly_run", validate_parameters=True)
def monthly_run(home: Path, programme: str | None, on: dt.date, received_at: str) -> list[RunResult]:
    """The scheduled job: for each programme take the inbox in, then build every board's pack."""
    results = []
    for folder in programmes_to_run(programme, Home(home)):
        result = RunResult(folder.name)
        results.append(result)
        try:
            _run_programme(result, home, folder, on, received_at)
        except Exception as error:  # told; one programme does not make the others late
            result.failed.append(RunFailure(None, error))
        create_markdown_artifact(_summary(result), key="run")
    return results


def _run_programme(result: RunResult, home: Path, folder: Path, on: dt.date, received_at: str) -> None:
    """One programme's turn. What cannot be done for one board is noted, and the others have theirs."""
    loaded = load_programme(folder)
    result.programme = loaded.programme.id
    received, purged = ingest_returns(home, folder, received_at)
    result.purged, result.stuck = list(purged.deleted), list(purged.stuck)
    result.taken, result.waiting = list(received.taken), list(received.waiting)
    retired = retire(home, folder, received_at)
    result.retired, result.stuck = list(retired.deleted), [*result.stuck, *retired.stuck]
    as_at = last_reporting_date(loaded, on)
    for planned in plan_packs(Home(home), folder, on):
        if planned.is_issued:
            result.issued.append(planned)
            continue
        try:
            pack, position = build_pack(home, folder, planned.board, planned.as_at, planned.meeting)
        except Exception as error:  # told; one board does not make the others late
            result.failed.append(RunFailure(planned.board, error))
            continue
        result.packs.append(pack)
        result.position = position if position.as_at == as_at else result.position
    if result.position is None:
        result.position = derive(home, folder, as_at)
    summarise(result, find_overdue(Home(home), folder, on))


def _summary(result: RunResult) -> str:
    lines = [
        f"# {result.programme}",
        "",
        f"- files taken: {len(result.taken)}",
        f"- packs: {len(result.packs)}",
    ]
    lines += [f"- failed: {f['board'] or 'the programme'}: {f['why']}" for f in map(failure_form, result.failed)]
    lines += [f"- issued already: {p.board}, for the meeting of {p.meeting}" for p in result.issued]
    lines += [f"- in quarantine, as it holds personal data: {name}" for name in result.quarantined]
    lines += [f"- left in the inbox: {shown_path(w.path)}, as {w.why}" for w in result.waiting]
    lines += [f"- {describe_purged(result.purged)}"] if result.purged else []
    lines += [f"- {line}" for line in result.stuck]
    lines += [f"- {describe_retired(result.retired)}"] if result.retired else []
    lines += [f"  - {sha256}" for sha256 in result.retired]
    lines += [f"- held: {h['ref']} {h['reason']}" for h in result.held]
    lines += [f"- missing: {m['title']}" for m in result.missing]
    return "\n".join(lines)


@contextmanager
def quiet_local_settings() -> Iterator[None]:
    """Without the heartbeat thread: a second a flow that a run on one machine has no use for."""
    with temporary_settings({PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield


def run_monthly(home: Home, programme: str | None, on: dt.date, received_at: str) -> list[RunResult]:
    """Run the scheduled job as a flow, with the local defaults."""
    with quiet_local_settings():
        return monthly_run(home.folder, programme, on, received_at)
