"""The scheduled job as plain steps: take the inbox in, then build every board's pack."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flows.building import BuiltPack, build_pack, find_board, missing_returns
from flows.calendars import overdue_form, read_calendars
from flows.checking import shown_path
from flows.failures import describe_failure
from flows.inbox import WaitingFile
from flows.locks import building
from flows.position import Position, derive_position
from flows.quarantine import Purged, purge_quarantine
from flows.receiving import Received, receive_files
from flows.retiring import Retirement, retire_originals
from flows.settings import (
    Home,
    UsageError,
    explain_no_inbox,
    find_programme_folder,
    open_history,
    programmes_with_inbox,
)
from flows.taking import TakenFile
from programmes.load import LoadedProgramme, load_programme
from schemas.days import day_of
from transforms.calendar import PackToBuild, ReturnCalendar, choose_pack


@dataclass(frozen=True, slots=True)
class RunFailure:
    """Something that a run could not do, for one board or (None) for a whole programme. The rest was done."""

    board: str | None
    error: Exception


@dataclass(slots=True)
class RunResult:
    """What a run did: files taken, packs built, packs that were issued already and so not built again, what
    failed, what is held, what is missing, what was deleted from quarantine (the starts of hashes) and by the
    rule of retention (hashes), what of both could not be (lines), and what waits in the inbox."""

    programme: str
    taken: list[TakenFile] = field(default_factory=list)
    packs: list[BuiltPack] = field(default_factory=list)
    issued: list[PackToBuild] = field(default_factory=list)
    failed: list[RunFailure] = field(default_factory=list)
    held: list[dict[str, Any]] = field(default_factory=list)
    missing: list[dict[str, Any]] = field(default_factory=list)
    purged: list[str] = field(default_factory=list)
    stuck: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    waiting: list[WaitingFile] = field(default_factory=list)
    position: Position | None = None

    @property
    def refused(self) -> list[str]:
        """The names of the files that were refused."""
        return [t.judged.name for t in self.taken if t.receipt_id is None]

    @property
    def quarantined(self) -> list[str]:
        """The names to show of those refused files that hold personal data."""
        return [t.judged.name for t in self.taken if t.judged.is_personal]


def programmes_to_run(name: str | None, home: Home) -> list[Path]:
    """The named programme's folder; without a name, those that have an inbox."""
    if name is not None:
        return [find_programme_folder(name, home)]
    found = programmes_with_inbox(home)
    if not found:
        raise UsageError(explain_no_inbox(home))
    return found


def last_reporting_date(loaded: LoadedProgramme, on: dt.date) -> dt.date:
    """The last declared reporting date on or before a day."""
    date = max((d for d in loaded.programme.reporting_dates if d <= on), default=None)
    if date is None:
        raise UsageError(f"{loaded.programme.id} has no reporting date on or before {on.isoformat()}")
    return date


def plan_packs(home: Home, folder: Path, on: dt.date) -> list[PackToBuild]:
    """The packs that a run on a day builds for a programme's boards, and those that are issued already."""
    programme = load_programme(folder).programme
    history = open_history(home)
    try:
        issues = history.packs.issues(programme.id)
    finally:
        history.close()
    found = []
    for board in programme.boards:
        issued = {i.meeting for i in issues if i.board == board.id}
        planned = choose_pack(board, programme.reporting_dates, issued, on)
        found += [planned] if planned is not None else []
    return found


def purge_expired(home: Home, folder: Path, received_at: str) -> Purged:
    """Delete what has been in a programme's quarantine long enough."""
    return purge_quarantine(home, load_programme(folder).programme.id, received_at)


def retire_expired(home: Home, folder: Path, received_at: str) -> Retirement:
    """Delete the originals that a programme need not keep any longer."""
    loaded = load_programme(folder)
    history = open_history(home)
    try:
        day = day_of(received_at)
        return retire_originals(home, history, day, received_at, loaded)
    finally:
        history.close()


def ingest_inbox(home: Home, folder: Path, received_at: str) -> Received:
    """Take a programme's inbox in (see flows.receiving)."""
    return receive_files(home, load_programme(folder), (), received_at)


def build_board(
    home: Home, folder: Path, board_id: str, as_at: dt.date, meeting: dt.date | None = None
) -> tuple[BuiltPack, Position]:
    """Build one board's pack from what is known now."""
    loaded = load_programme(folder)
    with building(home, loaded.programme.id, board_id):
        history = open_history(home)
        try:
            position = derive_position(history, loaded, as_at)
            board = find_board(position, board_id)
            outbox = home.outbox(loaded.programme.id)
            return build_pack(history, position, board, outbox, meeting, None), position
        finally:
            history.close()


def read_position(home: Home, folder: Path, as_at: dt.date) -> Position:
    """The position of a programme as known now."""
    history = open_history(home)
    try:
        return derive_position(history, load_programme(folder), as_at)
    finally:
        history.close()


def summarise(result: RunResult, overdue: Sequence[ReturnCalendar] = ()) -> None:
    """Note what a run's position holds back and misses, and which returns with a declared calendar are overdue."""
    position = result.position
    if position is None:
        return
    result.held = [
        {
            "indicator": r.indicator,
            "service": r.service,
            "subgroup": r.subgroup,
            "ref": r.ref,
            "reason": r.reason,
        }
        for r in position.rows
        if r.state == "held" or r.is_stated
    ]
    result.missing = add_overdue([dict(m) for m in missing_returns(position)], overdue)


def add_overdue(missing: list[dict[str, Any]], calendars: Sequence[ReturnCalendar]) -> list[dict[str, Any]]:
    """What is missing, with the overdue period ends of each return that has a declared calendar."""
    found = {c.return_id: c for c in calendars if c.is_declared and c.in_state("overdue")}
    told = [{**m, "overdue": _overdue_forms(found.pop(m["return"], None))} for m in missing]
    for calendar in found.values():
        came = [e.as_at for e in calendar.expected if e.as_at is not None]
        last = max(came, default=None)
        own = {
            "return": calendar.return_id,
            "title": calendar.title,
            "last_period_end": last.isoformat() if last else None,
        }
        told.append({**own, "age_days": None, "figures": [], "overdue": _overdue_forms(calendar)})
    return told


def _overdue_forms(calendar: ReturnCalendar | None) -> list[dict[str, Any]]:
    return [overdue_form(e) for e in calendar.in_state("overdue")] if calendar else []


def find_overdue(home: Home, folder: Path, on: dt.date) -> list[ReturnCalendar]:
    """The calendars of a programme's returns on a day."""
    return read_calendars(home, load_programme(folder), on)[0]


def run_form(results: Sequence[RunResult]) -> dict[str, Any]:
    """What `run --json` prints."""
    return {
        "packs": [pack_form(p) for r in results for p in r.packs],
        "issued": [{"programme": r.programme, **planned_form(p)} for r in results for p in r.issued],
        "failed": [{"programme": r.programme, **failure_form(f)} for r in results for f in r.failed],
        "held": [{"programme": r.programme, **h} for r in results for h in r.held],
        "missing": [{"programme": r.programme, **m} for r in results for m in r.missing],
        "returned": [{"programme": r.programme, **returned_form(t)} for r in results for t in r.taken],
        "refused": [{"programme": r.programme, "file": name} for r in results for name in r.refused],
        "quarantined": [{"programme": r.programme, "file": name} for r in results for name in r.quarantined],
        "waiting": [{"programme": r.programme, **waiting_form(w)} for r in results for w in r.waiting],
        "purged": [{"programme": r.programme, "sha256_start": start} for r in results for start in r.purged],
        "stuck": [{"programme": r.programme, "why": line} for r in results for line in r.stuck],
        "retired": [{"programme": r.programme, "sha256": sha256} for r in results for sha256 in r.retired],
    }


def returned_form(taken: TakenFile) -> dict[str, Any]:
    """What went back for a file, as `run --json` prints it."""
    back = taken.returned
    return {
        "file": taken.judged.name,
        "status": taken.judged.status,
        "annotated": str(back.copy) if back and back.copy else None,
        "acknowledgement": str(back.page) if back else None,
    }


def planned_form(planned: PackToBuild) -> dict[str, str | None]:
    """A pack that a run did not build again, since it is issued."""
    meeting = planned.meeting.isoformat() if planned.meeting else None
    return {"board": planned.board, "as_at": planned.as_at.isoformat(), "meeting": meeting}


def failure_form(failure: RunFailure) -> dict[str, str | None]:
    """What a run could not do, and why."""
    return {"board": failure.board, "why": "; ".join(describe_failure(failure.error)[0])}


def waiting_form(item: WaitingFile) -> dict[str, str]:
    """A file that was left in the inbox, and why."""
    return {"file": shown_path(item.path), "why": item.why}


def pack_form(pack: BuiltPack) -> dict[str, Any]:
    """What `build --json` prints."""
    return {
        "programme": pack.programme,
        "pack": pack.pack_id,
        "board": pack.board,
        "file": str(pack.path),
        "sha256": pack.sha256,
        "pages": pack.pages,
        "edition": pack.edition,
        "format": "pdf",
        "as_at": pack.as_at.isoformat(),
        "as_known": pack.as_known,
        "meeting": pack.meeting.isoformat() if pack.meeting else None,
        "warnings": list(pack.warnings),
    }
