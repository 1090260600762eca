"""Steps that read and judge a workbook; nothing is stored, and no database is needed."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from flows.readers import shared_opener
from flows.settings import UsageError
from schemas.config import Programme
from schemas.drift import place_acceptance
from schemas.facts import LABEL_FIELD, Observation
from schemas.findings import Finding, make_finding
from schemas.spelling import printable
from transforms.commentary import read_commentary
from transforms.judging import judge_tables
from transforms.tracker import read_tracker
from workbooks.personal import find_in_name
from workbooks.reading import WorkbookReading, read_workbook

MOST_FILE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class JudgedFile:
    """A workbook, read and judged; `status` is accepted, held (an error holds something) or refused.

    `is_unread`: it was refused for its size alone, and `content` is empty.
    """

    path: Path
    content: bytes
    reading: WorkbookReading
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    is_unread: bool = False

    @property
    def name(self) -> str:
        """The name to show: it stands for the file's own, where that holds personal data."""
        return self.reading.name

    @property
    def shown_path(self) -> str:
        """The path to show: as it was given, or only the name where it would tell personal data."""
        is_withheld = self.name != printable(self.path.name) or tells_personal_data(self.path)
        return self.name if is_withheld else printable(str(self.path))

    @property
    def is_personal(self) -> bool:
        """Whether it holds personal data: nothing of it is read, kept among the originals or shown."""
        return self.reading.is_personal

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


def shown_path(path: Path) -> str:
    """The name under which a file that was not read is spoken of."""
    return "(name withheld)" if tells_personal_data(path) else printable(path.name)


def tells_personal_data(path: Path) -> bool:
    """Whether a part of a path holds what looks like personal data."""
    return any(find_in_name(part).findings for part in path.parts)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file. UsageError says why they cannot be read."""
    shown = "(name withheld)" if tells_personal_data(path) else printable(str(path))
    try:
        return path.read_bytes()
    except IsADirectoryError:
        raise UsageError(f"{shown} is a folder, not a workbook") from None
    except OSError as error:
        raise UsageError(f"{shown} cannot be read: {error.strerror}") from None


def judge_file(path: Path, programme: Programme) -> JudgedFile:
    """Read and judge one workbook; nothing is stored. A file beyond all measure is refused without being read."""
    if path.is_file() and path.stat().st_size > MOST_FILE_BYTES:
        return _refuse_unread(path)
    content = read_bytes(path)
    reading = read_workbook(content, printable(path.name), programme, shared_opener().open)
    observations: tuple[Observation, ...] = ()
    findings = list(reading.findings)
    if not reading.is_refused and reading.item and reading.layout and reading.period:
        if reading.item.kind == "tracker":
            for table in reading.tables:
                findings += read_tracker(table.readings, reading.period.end, programme, reading.scope).findings
        elif reading.item.kind == "commentary":
            for table in reading.tables:
                findings += read_commentary(table.readings, reading.period.end, programme, reading.scope).findings
        else:
            times = reading.period, reading.covered
            judged = judge_tables(reading.tables, reading.layout, programme, *times, cadence=reading.item.cadence)
            observations = judged.observations
            findings += judged.findings
    findings = [place_acceptance(f, reading.item, reading.period) for f in findings]
    return JudgedFile(path, content, reading, observations, tuple(findings))


def _refuse_unread(path: Path) -> JudgedFile:
    name = shown_path(path)
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    why = f"it is larger than {MOST_FILE_BYTES // 1024 // 1024} MB"
    finding = make_finding("file_too_large", file=name, why=why)
    return JudgedFile(path, b"", WorkbookReading(name, sha256, findings=(finding,)), (), (finding,), is_unread=True)
