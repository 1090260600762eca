"""Steps that take workbooks in: judge them, and file what was judged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.checking import JudgedFile, judge_file
from flows.comparing import compare_files
from flows.owner_rows import compare_with_plan
from history.declared import sha_of
from history.records import Arrival, Declared
from history.store import History
from programmes.load import LoadedProgramme, load_again
from schemas.config import Correction, DueDateDecision
from schemas.days import day_of
from schemas.decisions import Override
from transforms.calendar import late_by

if TYPE_CHECKING:
    from flows.returning import Returned


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A judged file and what history made of it: its receipt (None if refused), whether it was known, what went
    back to its sender, and how many days late it came (0: in time, restated, or of no declared calendar)."""

    judged: JudgedFile
    receipt_id: int | None
    already_known: bool
    returned: Returned | None = None
    late_days: int = 0


def order_files(files: Iterable[JudgedFile]) -> list[JudgedFile]:
    """The order in which files are taken: by as-at date, then return, a whole tracker before owners' rows of it,
    and name; what is refused comes last."""

    def place(item: JudgedFile) -> tuple[str, str, bool, str]:
        period = item.reading.period
        return_id = item.reading.item.id if item.reading.item else ""
        return (
            period.end.isoformat() if period and item.status != "refused" else "9",
            return_id,
            bool(item.reading.scope),
            item.path.name,
        )

    return sorted(files, key=place)


def file_workbook(
    history: History, judged: JudgedFile, loaded: LoadedProgramme, configuration_sha: str, received_at: str
) -> TakenFile:
    """File one judged workbook: as a receipt with its readings, or as a refusal with its reasons."""
    reading = judged.reading
    programme = loaded.programme.id
    if judged.is_unread:
        return TakenFile(judged, None, False)  # too large to be kept; it is put aside with its reason
    if judged.status == "refused" or not (reading.item and reading.layout and reading.period):
        return_id = reading.item.id if reading.item else None
        history.file_refusal(
            programme,
            judged.content,
            judged.name,
            received_at,
            return_id,
            judged.findings,
            keeps_original=not judged.is_personal,
        )
        return TakenFile(judged, None, False)
    arrival = Arrival(
        programme,
        reading.item.id,
        reading.period,
        reading.covered,
        judged.name,
        received_at,
        sha_of(reading.layout.model_dump_json(by_alias=True)),
        configuration_sha,
        tuple(r for table in reading.tables for r in table.readings),
        judged.observations,
        judged.findings,
        reading.scope,
    )
    filed = history.file_receipt(arrival, judged.content)
    is_first = not filed.already_known and filed.ordinal == 1
    late = late_by(reading.item, reading.period.end, day_of(received_at)) if is_first else 0
    return TakenFile(judged, filed.receipt_id, filed.already_known, late_days=late)


def register(history: History, loaded: LoadedProgramme, at: str) -> tuple[LoadedProgramme, str]:
    """Record configuration and decisions as they are declared now; returns what was recorded, and the
    configuration's SHA-256.

    `loaded` may be older than the YAML by now: the YAML is looked at again while nobody else can record.
    """
    now = [loaded]

    def read() -> Declared:
        now[0] = load_again(loaded)
        return _to_declared(now[0])

    sha = history.register_declared(read, at)
    return now[0], sha


def _to_declared(loaded: LoadedProgramme) -> Declared:
    return Declared(
        loaded.programme.id,
        loaded.programme.model_dump_json(by_alias=True),
        {
            "correction": [_declared(c, c.date, c.reason) for c in loaded.corrections],
            "override": [_declared(o, o.date, o.note) for o in loaded.overrides],
            "due_date": [_declared(d, d.meeting, d.reason) for d in loaded.due_dates],
        },
    )


def _declared(decision: Correction | Override | DueDateDecision, decided_on: dt.date, reason: str) -> dict[str, str]:
    """A decision as it is recorded."""
    return {
        "json": decision.model_dump_json(by_alias=True),
        "role": decision.role,
        "decided_on": decided_on.isoformat(),
        "reason": reason,
    }


def take_files(history: History, paths: Sequence[Path], loaded: LoadedProgramme, received_at: str) -> list[TakenFile]:
    """Judge workbooks, alone, against each other and against history, and file them in the order of their dates."""
    loaded, configuration_sha = register(history, loaded, received_at)
    judged = order_files(judge_file(path, loaded.programme) for path in paths)
    taken = []
    for item in compare_files(judged, loaded, received_at, history):
        compared = compare_with_plan(history, item, loaded)
        taken.append(file_workbook(history, compared, loaded, configuration_sha, received_at))
    return taken
