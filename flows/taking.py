"""Steps that take workbooks in: read, judge, file, and clear the inbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.settings import Home, UsageError
from history.records import Arrival
from history.store import History, sha_of
from programmes.load import LoadedProgramme
from schemas.config import Programme
from schemas.facts import LABEL_FIELD, Observation
from schemas.findings import Finding
from transforms.judging import judge_tables
from transforms.tracker import read_tracker
from workbooks.reading import WorkbookReading, read_workbook

_NOT_RETURNS = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A workbook, read and judged; `status` is accepted, held (an error holds something) or refused."""

    path: Path
    content: bytes
    reading: WorkbookReading
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]

    @property
    def status(self) -> str:
        """accepted, held or refused."""
        if self.reading.is_refused or self.reading.item is None:
            return "refused"
        return "held" if any(f.severity == "error" for f in self.findings) else "accepted"

    @property
    def row_count(self) -> int:
        """Rows read."""
        return sum(r.field == LABEL_FIELD for t in self.reading.tables for r in t.readings)


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A judged file and what history made of it: its receipt (None if refused), and whether it was known."""

    judged: JudgedFile
    receipt_id: int | None
    already_known: bool


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. UsageError says why they cannot be read."""
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder, not a workbook") from None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def judge_file(path: Path, programme: Programme) -> JudgedFile:
    """Read and judge one workbook; nothing is stored."""
    content = read_bytes(path)
    reading = read_workbook(content, path.name, programme)
    observations: tuple[Observation, ...] = ()
    findings = list(reading.findings)
    if not reading.is_refused and reading.item and reading.layout and reading.period:
        if reading.item.kind == "tracker":
            for table in reading.tables:
                findings += read_tracker(table.readings, reading.period.end, programme).findings
        else:
            judged = judge_tables(reading.tables, reading.layout, programme, reading.period, reading.covered)
            observations = judged.observations
            findings += judged.findings
    return JudgedFile(path, content, reading, observations, tuple(findings))


def list_inbox(home: Home, programme: str) -> list[Path]:
    """The files waiting in a programme's inbox, by name; marks of open programs and hidden files are left."""
    folder = home.inbox(programme)
    if not folder.is_dir():
        return []
    return sorted(
        path
        for path in folder.iterdir()
        if path.is_file() and not path.name.startswith((".", "~$")) and path.name.lower() not in _NOT_RETURNS
    )


def order_files(files: Iterable[JudgedFile]) -> list[JudgedFile]:
    """The order in which files are taken: by as-at date, then return and name; what is refused comes last."""

    def place(item: JudgedFile) -> tuple[str, str, str]:
        period = item.reading.period
        return_id = item.reading.item.id if item.reading.item else ""
        return (
            period.end.isoformat() if period and item.status != "refused" else "9",
            return_id,
            item.path.name,
        )

    return sorted(files, key=place)


def file_workbook(
    history: History, judged: JudgedFile, loaded: LoadedProgramme, configuration_sha: str, received_at: str
) -> TakenFile:
    """File one judged workbook: as a receipt with its readings, or as a refusal with its reasons."""
    reading = judged.reading
    programme = loaded.programme.id
    if judged.status == "refused" or not (reading.item and reading.layout and reading.period):
        return_id = reading.item.id if reading.item else None
        history.file_refusal(programme, judged.content, judged.path.name, received_at, return_id, judged.findings)
        return TakenFile(judged, None, False)
    arrival = Arrival(
        programme,
        reading.item.id,
        reading.period,
        reading.covered,
        judged.path.name,
        received_at,
        sha_of(reading.layout.model_dump_json(by_alias=True)),
        configuration_sha,
        tuple(r for table in reading.tables for r in table.readings),
        judged.observations,
        judged.findings,
    )
    filed = history.file_receipt(arrival, judged.content)
    return TakenFile(judged, filed.receipt_id, filed.already_known)


def register(history: History, loaded: LoadedProgramme, at: str) -> str:
    """Record configuration and declared decisions as they are now; returns the configuration's SHA-256."""
    programme = loaded.programme
    sha = history.register_configuration(programme.id, programme.model_dump_json(by_alias=True), at)
    history.register_decisions(
        programme.id,
        "correction",
        [
            {
                "json": c.model_dump_json(by_alias=True),
                "role": c.role,
                "decided_on": c.date.isoformat(),
                "reason": c.reason,
            }
            for c in loaded.corrections
        ],
        at,
    )
    history.register_decisions(
        programme.id,
        "due_date",
        [
            {
                "json": d.model_dump_json(),
                "role": d.role,
                "decided_on": d.meeting.isoformat(),
                "reason": d.reason,
            }
            for d in loaded.due_dates
        ],
        at,
    )
    return sha


def take_files(history: History, paths: Sequence[Path], loaded: LoadedProgramme, received_at: str) -> list[TakenFile]:
    """Judge and file workbooks, in the order of their dates."""
    configuration_sha = register(history, loaded, received_at)
    judged = order_files(judge_file(path, loaded.programme) for path in paths)
    return [file_workbook(history, item, loaded, configuration_sha, received_at) for item in judged]


def clear_inbox(home: Home, programme: str, taken: Iterable[TakenFile]) -> None:
    """Take filed workbooks out of the inbox (their bytes are kept), and put refused ones aside with reasons."""
    for item in taken:
        path = item.judged.path
        if path.parent != home.inbox(programme):
            continue
        if item.receipt_id is not None:
            path.unlink(missing_ok=True)
            continue
        target = home.refused(programme) / path.name
        target.parent.mkdir(parents=True, exist_ok=True)
        path.replace(target)
        lines = [f"{f.sheet or ''} {f.cell or ''}: {f.message} {f.action}".strip() for f in item.judged.findings]
        target.with_name(f"{path.name}.why.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")


def as_date(text: str, what: str = "date") -> dt.date:
    """An ISO date given by a user."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a {what}; write it as 2021-11-30") from None
