"""Steps that verify packs, drafts and issued ones, and tell what lies in the home that nobody recorded."""

from __future__ import annotations

import re
from collections import defaultdict
from pathlib import Path

from flows.looking import Look, Seen
from flows.placed import PACK, placed_files
from flows.settings import Home
from flows.verifying_files import LEFT, Found, show, tell_unread
from history.faults import Fault, Note
from history.frozen import frozen_path
from history.records import IssueRecord
from history.remains import DATABASE
from history.store import History

_OUTSIDE = ("inbox", "locks", "programmes", "prefect")
_HASH = re.compile(r"[0-9a-f]{64}")
_UNKNOWN = "history does not know this pack: it was changed, or the database was put back to an older state"
_LOOK_INTO = (
    "Do not use it. If it was put there by hand, take it away; if Boardpack built it, the database is older than the "
    "home: put back the last backup."
)
_STRANGE = "Nothing needs doing; it may be deleted if nobody wants it."


def check_packs(home: Home, history: History, look: Look, programme: str | None) -> Found:
    """Every draft that lies in the home is one that was recorded for its place. Then how many there are.

    One that was built anew, built to another place, moved or cleared away is no fault.
    """
    placed = {p: e for p, e in placed_files(home, history).items() if e[-1].what == PACK}
    lying = {place: look.look_at(home.folder / place) for place in placed}
    count = 0
    recorded = placed_files(home, history)  # after the files: what is about to lie there is recorded first
    for place, seen in sorted(lying.items()):
        entries = recorded.get(place) or placed[place]
        last = entries[-1]
        if programme not in {None, *(entry.programme for entry in entries)}:
            continue
        if not seen.is_there:
            message = f"the pack of event {last.seq} does not lie there any more"
            yield Note("pack", place, message, "Nothing needs doing; build it again if it is needed.")
            continue
        count += 1
        which = next((entry for entry in reversed(entries) if entry.sha256 == seen.sha256), None)
        if seen.is_unreadable:
            yield from tell_unread("pack", place, seen)
        elif which is None:
            message = f"it is not the pack that was built there (event {last.seq})"
            yield Fault("pack", place, message, "Build it again; do not use this file.")
        elif which.sha256 != last.sha256:
            message = f"it is the older pack of event {which.seq}; the last one put there is of event {last.seq}"
            yield Note("pack", place, message, "Build it again if the last one is meant to lie there.")
    yield count


# --- Issued packs ---------------------------------------------------------------------------------------


def check_issued(home: Home, history: History, look: Look, programme: str | None) -> Found:
    """Every issued pack is there as issued, where people find it and where history keeps it."""
    issues = history.packs.issues(programme)
    for issue in issues:
        shown, kept = home.folder / issue.path, frozen_path(home.history, issue.sha256)
        seen = {path: look.look_at(path) for path in (shown, kept)}
        sound = [path for path in seen if seen[path].sha256 == issue.sha256]
        what = f"the pack issued for {issue.board}, {issue.meeting} (event {issue.seq})"
        for path in (shown, kept):
            if path in sound or seen[path].is_told:
                continue
            action = _put_right(home, issue, seen[path], path == shown, sound)
            yield Fault("issued", show(home, path), _say_issued(what, seen[path]), action)
    yield len(issues)


def _say_issued(what: str, seen: Seen) -> str:
    if not seen.is_there:
        return f"{what} is gone"
    return f"{what} has no bytes there: {seen.why}" if seen.is_unreadable else f"{what} is not as it was issued"


def _put_right(home: Home, issue: IssueRecord, seen: Seen, is_shown: bool, sound: list[Path]) -> str:
    """How an issued pack is put right: from the other place where it lies, else from elsewhere."""
    if not sound:
        return f"Put it back from a backup, or from `boardpack rebuild {issue.pack_id}` if that says the same bytes."
    if is_shown:
        first = "Take away what lies there" if seen.is_there else "Nothing needs doing"
        return (
            f"{first}: the next `boardpack issue` or `run` puts the pack back, from {show(home, sound[0])}, "
            "which is sound."
        )
    return f"Copy {show(home, sound[0])} there, which is sound."


# --- What nobody recorded -------------------------------------------------------------------------------


def note_strangers(home: Home, history: History, look: Look) -> Found:
    """Files in the home that nobody recorded, told by folder. One among the issued packs is a fault, and so is a
    pack that history does not know."""
    lying = [path for path in look.list_files(home.folder) if show(home, path).split("/")[0] not in _OUTSIDE]
    recorded = placed_files(home, history)
    packs = {record.sha256 for record in history.packs.listed()}
    issues = history.packs.issues()
    issued = {i.path for i in issues} | {show(home, frozen_path(home.history, i.sha256)) for i in issues}
    unknown: dict[str, list[Path]] = defaultdict(list)
    for path in lying:
        place = show(home, path)
        if place in recorded or place in issued or _is_own(place):
            continue
        seen = look.look_at(path)
        told = _judge_stranger(path, place, seen, packs, {i.sha256 for i in issues})
        if told is not None:
            yield told
        elif seen.sha256 is None or seen.sha256 not in packs:
            unknown[place.rpartition("/")[0] or "."].append(path)
    for folder, paths in sorted(unknown.items()):
        names = ", ".join(p.name for p in paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
        is_left = all(p.name.endswith(".part") for p in paths)
        message = f"not finished: {names}" if is_left else f"nobody recorded: {names}"
        yield Note("left" if is_left else "stranger", folder, message, LEFT if is_left else _STRANGE)


def _is_own(place: str) -> bool:
    """Whether a file is checked elsewhere: the database and what belongs to it, originals and quarantine."""
    own = rf"history/({re.escape(DATABASE)}(-wal|-shm|\.v\d+\.backup(\.sha256)?)?|history\.seal|originals/.+)"
    return re.fullmatch(own, place) is not None or place.startswith("quarantine/")


def _judge_stranger(path: Path, place: str, seen: Seen, packs: set[str], issued: set[str]) -> Fault | Note | None:
    """What lies where only recorded packs lie, and is none of them; None where it is a stranger like any other."""
    top, _, rest = place.partition("/")
    programme, _, name = rest.partition("/")
    if path.name.endswith(".part") or not seen.is_there:
        return None
    if top == "issued":
        return _judge_among_issued(place, seen, packs, issued)
    if place.startswith("history/packs/"):
        return _judge_kept(path, place, seen, packs)
    if top == "outbox" and re.fullmatch(rf"{re.escape(programme)}_\w+_\d{{4}}-\d\d-\d\d_\w+\.\w+", name):
        return None if seen.sha256 in packs else Fault("pack", place, _UNKNOWN, _LOOK_INTO)
    return None


def _judge_among_issued(place: str, seen: Seen, packs: set[str], issued: set[str]) -> Fault | Note:
    if seen.is_unreadable:
        return Fault(
            "pack", place, f"it was never issued, and {seen.why}", "Take it away: only issued packs lie here."
        )
    if seen.sha256 in issued:
        message = "it is a copy of an issued pack, under a name that nobody recorded"
        return Note("pack", place, message, "Nothing needs doing; it may be deleted.")
    if seen.sha256 in packs:
        message = "it is a pack that was built, and was never issued"
        return Fault(
            "pack", place, message, "Take it away: only issued packs lie here; `boardpack issue` issues one."
        )
    return Fault("pack", place, _UNKNOWN, _LOOK_INTO)


def _judge_kept(path: Path, place: str, seen: Seen, packs: set[str]) -> Fault | Note | None:
    """What lies in history's own store of issued packs, and is the bytes of none."""
    if not _HASH.fullmatch(path.name):
        return None
    if seen.sha256 != path.name:
        why = seen.why if seen.is_unreadable else "its bytes are not what its name says"
        return Fault("issued", place, f"no issued pack is kept there, and {why}", "Take it away.")
    if seen.sha256 in packs:
        return Note(
            "pack", place, "it was kept for an issue that was broken off", "Issue the pack again, or delete it."
        )
    return Fault("pack", place, _UNKNOWN, _LOOK_INTO)
