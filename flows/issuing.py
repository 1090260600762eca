"""Issuing: a built pack is frozen for its meeting. Issuing is the approval of exactly those bytes."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from delivery.issued import place_issued
from flows.errata import issues_of_meeting
from flows.leftovers import clear_leftovers
from flows.objections import Objection, list_errors, list_newer, objections_text
from flows.rebuilding import derive_record, rebuild_pack
from flows.settings import Home, UsageError, say_home, say_where, utc_now
from history.database import HistoryError
from history.frozen import keep_frozen, read_frozen
from history.records import IssueRecord, PackRecord
from history.store import History
from programmes.load import LoadedProgramme
from schemas.spelling import printable

_MOST_TEXT = 1000
_NO_ROLES = {"role", "none", "n/a", "na", "tbc", "tba", "todo", "test", "unknown", "nobody", "anybody", "null", "xxx"}


@dataclass(frozen=True, slots=True)
class Approval:
    """Who issues a pack, when, and why in spite of what stands against it ("" where nothing may).

    `meeting` is what the user says the pack is for; `loaded` the programme as it is declared now, where known.
    """

    role: str
    decided_on: dt.date
    despite: str = ""
    meeting: dt.date | None = None
    loaded: LoadedProgramme | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A pack that is issued; `is_new` is false where it was issued before, and nothing was changed.

    `why_rebuilt` says why its bytes had to be made again: its file was not what was built.
    """

    issue: IssueRecord
    path: Path
    is_new: bool
    why_rebuilt: str = ""
    objections: tuple[Objection, ...] = ()


class IssueRefused(Exception):
    """A pack may not be issued as it is: exit code 1. `objections` stand against it; `why` is said first."""

    def __init__(self, why: str, objections: Sequence[Objection] = ()) -> None:
        super().__init__(why)
        self.why = why
        self.objections = tuple(objections)


def read_role(text: str) -> str:
    """The role that issues. UsageError for what names none."""
    role = read_words(text, "role")
    if len(re.findall(r"[^\W\d_]", role)) < 2 or role.casefold().strip("<>[]. ") in _NO_ROLES:
        raise UsageError(
            f"'{role}' is no role; say which role issues the pack, for example --role \"Board Secretary\""
        )
    return role


def read_words(text: str, what: str) -> str:
    """A text of a decision on one line. UsageError where it says nothing, or is longer than a page bears."""
    words = printable(" ".join(text.split()))
    if not re.search(r"\w", words):
        raise UsageError(f'--{what} says nothing; write it out, for example --{what} "..."')
    if len(words) > _MOST_TEXT:
        raise UsageError(f"--{what} has {len(words):,} characters; at most {_MOST_TEXT:,} are kept")
    return words


def issue_pack(history: History, home: Home, record: PackRecord, approval: Approval) -> Issued:
    """Issue a recorded pack: keep its bytes, record the issue, put it in place, in that order.

    The same pack again changes nothing. IssueRefused where something stands against it; UsageError where it
    was built for no meeting, or for another one; HistoryError where its bytes cannot be had any more.
    """
    settle_issued(home, history)
    chain = issues_of_meeting(history, record)
    own = next((i for i in chain if i.pack_id == record.pack_id), None)
    meeting = _check_meeting(record, approval, home)
    if own is not None:
        return Issued(own, home.folder / own.path, is_new=False)
    if approval.decided_on < record.as_at:
        raise UsageError(
            f"the pack's figures are as at {record.as_at.isoformat()}; it cannot be issued before, "
            f"on {approval.decided_on.isoformat()}"
        )
    ordinal = _find_ordinal(record, chain, approval, home)
    position = derive_record(history, record)
    objections = [*list_errors(history, record, position), *list_newer(history, record, position, approval.loaded)]
    if objections and not approval.despite:
        raise IssueRefused(f"pack {record.pack_id} is not issued: {_count(objections)}", objections)
    content, why_rebuilt = approved_bytes(history, home, record)
    target = issued_path(home, record, meeting, ordinal)
    _check_place(target, record)
    keep_frozen(history.folder, content)
    issue = IssueRecord(
        record.programme,
        record.pack_id,
        record.board,
        meeting,
        record.edition,
        ordinal,
        approval.role,
        approval.decided_on,
        record.reason or "",
        approval.despite if objections else "",
        objections_text(objections),
        record.sha256,
        target.relative_to(home.folder).as_posix(),
    )
    try:
        recorded = history.packs.issue(issue, utc_now())
    except HistoryError:
        _find_ordinal(record, issues_of_meeting(history, record), approval, home)  # another was issued meanwhile
        raise
    _place(target, content)
    return Issued(recorded, target, is_new=True, why_rebuilt=why_rebuilt, objections=tuple(objections))


def _check_meeting(record: PackRecord, approval: Approval, home: Home) -> dt.date:
    """The meeting that the pack is printed for."""
    if record.meeting is None:
        date = approval.meeting.isoformat() if approval.meeting else "DATE"
        where = say_where(home, approval.loaded.folder if approval.loaded else Path(record.programme))
        raise UsageError(
            f"pack {record.pack_id} was built for no meeting, so it cannot be issued; build it for one: "
            f"boardpack build {where} --board {record.board} --as-at {record.as_at.isoformat()} --meeting {date}"
        )
    if approval.meeting not in {None, record.meeting}:
        raise UsageError(
            f"pack {record.pack_id} says that it is for the meeting of {record.meeting.isoformat()}, "
            f"not {approval.meeting}; build it for that one with --meeting"
        )
    return record.meeting


def _find_ordinal(record: PackRecord, chain: Sequence[IssueRecord], approval: Approval, home: Home) -> int:
    """0 for the first issue for a meeting, else the number of the erratum. IssueRefused where it is not the turn
    of this pack."""
    last = chain[-1] if chain else None
    if last is None:
        return 0  # an erratum has an issue before it
    if record.replaces == last.pack_id:
        if approval.decided_on < last.decided_on:
            raise UsageError(f"what it replaces was issued on {last.decided_on.isoformat()}, after --date")
        return last.ordinal + 1
    what = f"erratum {last.ordinal}" if last.ordinal else "the pack"
    raise IssueRefused(
        f"{what} for the meeting of {last.meeting.isoformat()} was issued on {last.decided_on.isoformat()} "
        f"(pack {last.pack_id}) and stays as it is; to put it right: "
        f'boardpack erratum {last.pack_id} --role ROLE --reason "WHY"{say_home(home)}'
    )


def _count(objections: Sequence[Objection]) -> str:
    newer = sum(o.is_newer for o in objections)
    errors = len(objections) - newer
    parts = []
    if errors:
        parts.append(
            "1 error stands in what it rests on" if errors == 1 else f"{errors} errors stand in what it rests on"
        )
    if newer:
        parts.append("what became known since it was built changes what it prints; build it again")
    return "; and ".join(parts)


def approved_bytes(history: History, home: Home, record: PackRecord) -> tuple[bytes, str]:
    """Exactly the bytes that were built and looked at; and why they had to be made again, or "" where they had not.

    A file that is not what was built is never used. HistoryError where it is, or is gone, and a rebuild gives other
    bytes.
    """
    content, why = _built_bytes(history, home, record)
    if content is not None:
        return content, ""
    rebuilt = rebuild_pack(history, record)
    if rebuilt.has_same_bytes and rebuilt.content is not None:
        return rebuilt.content, why
    shown = [f"{d.what} was {d.then}, is {d.now}" for d in rebuilt.differs[:4]] or [
        "nothing that is recorded differs"
    ]
    raise HistoryError(
        f"pack {record.pack_id} is not issued: {why}, and made again it has other bytes ({'; '.join(shown)}); "
        "build it again and look at that"
    )


def _built_bytes(history: History, home: Home, record: PackRecord) -> tuple[bytes | None, str]:
    """The bytes of a pack's file where they are those that were built; else why they are not to be had."""
    path = home.folder / record.path
    what = f"its file {path}"
    try:
        content = path.read_bytes() if record.path and path.is_file() else None
    except OSError as error:
        return None, f"{what} cannot be read ({error.strerror or error})"
    if content is None:
        return None, f"{what} is not there any more" if record.path else "its file was not recorded"
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 == record.sha256:
        return content, ""
    other = [p.pack_id for p in history.packs.listed() if p.sha256 == sha256]
    if other:
        return None, f"{what} is another pack, {other[-1]}, which was built in its place"
    return None, f"{what} was altered after it was built"


def issued_path(home: Home, record: PackRecord, meeting: dt.date, ordinal: int) -> Path:
    """Where an issued pack lies."""
    mark = f"_erratum-{ordinal}" if ordinal else ""
    name = f"{record.board}_{meeting.isoformat()}_as-at_{record.as_at.isoformat()}_{record.edition}{mark}.pdf"
    return home.issued(record.programme) / name


def _check_place(target: Path, record: PackRecord) -> None:
    """Refuse, before anything is recorded, where another file lies in the place."""
    if target.is_symlink() or (target.exists() and not _holds(target, record.sha256)):
        raise HistoryError(f"another file lies where the pack would be issued: {target}; take it away and try again")


def _holds(target: Path, sha256: str) -> bool:
    return target.is_file() and hashlib.sha256(target.read_bytes()).hexdigest() == sha256


def _place(target: Path, content: bytes) -> None:
    try:
        place_issued(target, content)
    except FileExistsError:
        raise HistoryError(
            f"the issue is recorded, but another file lies in its place: {target}; take it away and run any command "
            "that issues or verifies: the pack is then put there"
        ) from None


def settle_issued(home: Home, history: History) -> list[Path]:
    """Put every recorded issue into place that is not there, from the bytes that were kept; returns those put.

    So an issue that was killed after it was recorded is finished by the next command. What lies there already
    is not judged here. HistoryError, after all others, where the bytes of one are gone or altered.
    """
    placed: list[Path] = []
    problems: list[HistoryError] = []
    issues = history.packs.issues()
    for issue in issues:
        target = home.folder / issue.path
        if target.exists():
            continue
        try:
            _place(target, read_frozen(history.folder, issue.sha256))
            placed.append(target)
        except HistoryError as error:
            problems.append(error)
    for programme in {i.programme for i in issues}:
        clear_leftovers(home, programme)
    if problems:
        raise problems[0]
    return placed
