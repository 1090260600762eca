"""Back a home up into one file: a snapshot of its history first, then every file that the snapshot names.

Others may go on working meanwhile. Originals and packs are kept before the database names them and do not change,
so what the snapshot names is there; the one thing that takes files away, retention by rule, is looked out for.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from flows.backup_copy import HomeCopy
from flows.backup_file import DATABASE, BackupWriter, Damage, Manifest, naming_failures, open_backup
from flows.looking import Look
from flows.settings import Home, UsageError, database_url, open_history
from history.durable import sync_folder
from history.entrance import check_entrance
from history.failures import DamagedHistory, HistoryError
from history.frozen import frozen_path
from history.inspection import inspect_database
from history.originals import original_path
from history.snapshots import Snapshot, find_broken_links, read_snapshot
from history.store import History

KEPT_FOLDERS = ("inbox", "issued", "outbox", "programmes", "returned")
"""The folders of a home that go into a backup whole, the history apart. Quarantine never does: personal data
is not spread. What Prefect notes of its runs is of no use elsewhere."""
_TRIES = 5
_MODE = 0o600
"""A backup holds all there is: only its owner reads it."""
_KEEP_OLDER = "Nothing was written; run `boardpack verify`, and keep every older backup."


@dataclass(frozen=True, slots=True)
class BackupMade:
    """A finished backup: where it lies, how large it is, and what it says of itself."""

    path: Path
    size: int
    manifest: Manifest


class _TakenAway(Exception):
    """An original was retired after the snapshot: another one is needed."""


def back_up(home: Home, out: Path | None, made_at: str) -> BackupMade:
    """Write one backup of a home, whole or not at all, and read it back before it is put in place.

    UsageError where there is nothing to back up or the place will not do. A home that is no longer whole is backed
    up as it is, and the manifest says what was missing.
    """
    target = _find_target(home, out, made_at)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    snapshot = draft.with_name(f"{draft.name}.sqlite")
    try:
        with naming_failures(target):
            manifest = _write_until_whole(home, draft, snapshot, made_at)
        _read_back(draft, manifest)
        if target.exists():
            raise UsageError(f"{target} is there already; a backup replaces no file")
        os.replace(draft, target)
        sync_folder(target.parent)
    finally:
        draft.unlink(missing_ok=True)
        snapshot.unlink(missing_ok=True)
        snapshot.with_name(f"{snapshot.name}-journal").unlink(missing_ok=True)
    return BackupMade(target, target.stat().st_size, manifest)


def _find_target(home: Home, out: Path | None, made_at: str) -> Path:
    if not home.has_history:
        raise UsageError(f"there is nothing to back up in {home.folder}: no workbook was ever taken in")
    name = f"boardpack_backup_{made_at.replace(':', '')}.zip"
    target = (out or home.folder.parent).absolute()
    target = target / name if target.is_dir() else target
    if target.resolve().is_relative_to(home.folder.resolve()):
        raise UsageError(f"{target} lies within the home and would be lost with it; name a place elsewhere")
    if not target.parent.is_dir():
        raise UsageError(f"there is no folder {target.parent}")
    if target.exists():
        raise UsageError(f"{target} is there already; a backup replaces no file")
    return target


def _write_until_whole(home: Home, draft: Path, snapshot: Path, made_at: str) -> Manifest:
    for _ in range(_TRIES):
        try:
            return _write(home, draft, snapshot, made_at)
        except _TakenAway:
            continue
    raise HistoryError("originals were deleted by rule again and again while they were copied; try again later")


def _write(home: Home, draft: Path, snapshot: Path, made_at: str) -> Manifest:
    snapshot.unlink(missing_ok=True)
    damaged = _inspect(home)
    history = open_history(home)
    try:
        before = history.last_number()
        waiting = _hash_inbox(home)
        os.close(os.open(snapshot, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _MODE))  # it tells all that the backup does
        history.snapshot(snapshot)
        seen, broken = _look_into(home, snapshot)
        manifest = Manifest(
            f"Boardpack {version('boardpack')}",
            made_at,
            seen.schema_version,
            *seen.head,
            {name: count for name, count in seen.counts.items() if name != "event"},
            len(list((home.folder / "quarantine").glob("*/*.quarantined"))),
            broken_events=broken,
            damaged=damaged,
        )
        number = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(number, "w+b") as stream, BackupWriter(stream) as writer:
            with snapshot.open("rb") as source:
                writer.add(DATABASE, source)
            copy = HomeCopy(home, writer, manifest, draft.parent)
            _add_originals(history, seen, copy)
            _add_packs(seen, copy)
            for folder in KEPT_FOLDERS:
                copy.add_folder(folder)
            _add_taken(seen, before, waiting, copy)
            _compare_issued(seen, copy)
            manifest.members = writer.members
            writer.finish(manifest)
    finally:
        history.close()
    return manifest


def _inspect(home: Home) -> list[Damage]:
    """What is wrong with the database as a file. DamagedHistory where nothing can be copied of it."""
    if database_url() is not None:
        return []
    check_entrance(home.history)
    found = inspect_database(home.history)
    if not found.is_usable:
        fault = found.faults[-1]
        raise DamagedHistory(home.folder, fault.place, fault.message, _KEEP_OLDER)
    return [Damage(fault.place, fault.message) for fault in found.faults if fault.place == DATABASE]


def _look_into(home: Home, snapshot: Path) -> tuple[Snapshot, list[int]]:
    """What a snapshot says of itself, and its broken events. DamagedHistory where it cannot be read to its end."""
    try:
        return read_snapshot(snapshot), [link.seq for link in find_broken_links(snapshot)]
    except HistoryError as error:
        why = str(error).rpartition("holds no sound history: ")[2]
        raise DamagedHistory(home.folder, DATABASE, f"the database cannot be read: {why}", _KEEP_OLDER) from None


def _add_originals(history: History, seen: Snapshot, copy: HomeCopy) -> None:
    """Every original that the snapshot names. One that the home does not have, or has otherwise, is noted."""
    for item in seen.originals:
        try:
            added = copy.add_file(original_path(copy.home.history, item.sha256))
        except FileNotFoundError:
            if history.retention.retired_files([item.sha256]):
                raise _TakenAway from None
            copy.manifest.missing.append(item.sha256)
            continue
        if added is not None and added.sha256 != item.sha256:
            copy.manifest.altered.append(item.sha256)


def _add_packs(seen: Snapshot, copy: HomeCopy) -> None:
    """Every pack that is kept by its hash and that the snapshot names; an issued one must be there, and be it."""
    issued = {sha256 for _, sha256 in seen.issued}
    for sha256 in sorted(seen.packs):
        path = frozen_path(copy.home.history, sha256)
        try:
            added = copy.add_file(path)
        except FileNotFoundError:
            if sha256 in issued:
                copy.note(path, "the bytes of this issued pack are gone")
            continue
        if added is not None and added.sha256 != sha256:
            copy.note(path, "it is not the pack that was issued")


def _compare_issued(seen: Snapshot, copy: HomeCopy) -> None:
    """What lies in `issued/` is what was issued. One that is not there is put there by the next command."""
    there = {member.path: member.sha256 for member in copy.writer.members}
    for path, sha256 in seen.issued:
        if there.get(path, sha256) != sha256:
            copy.note(copy.home.folder / path, "it is not the pack that was issued")


def _hash_inbox(home: Home) -> dict[Path, str]:
    """What waits in the inboxes, by hash, before the snapshot is taken."""
    found = {}
    for path in sorted((home.folder / "inbox").glob("*/*")):
        if path.suffix != ".part" and not path.is_symlink() and os.path.isfile(path):
            sha256 = Look().look_at(path).sha256
            if sha256 is not None:
                found[path] = sha256
    return found


def _add_taken(seen: Snapshot, before: int, waiting: dict[Path, str], copy: HomeCopy) -> None:
    """What waited when the backup began and was taken in after the snapshot: it waits again in what is restored.

    Otherwise it would be nowhere: no longer in the inbox, and not yet in the history that was copied.
    """
    there = {m.path for m in copy.writer.members}
    for path, sha256 in waiting.items():
        name = copy.name(path)
        original = original_path(copy.home.history, sha256)
        if name not in there and not seen.has_filed(sha256, before) and os.path.isfile(original):
            copy.add_file(original, name)


def _read_back(draft: Path, manifest: Manifest) -> None:
    with open_backup(draft) as backup, open(os.devnull, "wb") as nowhere:
        if backup.manifest != manifest:
            raise HistoryError("the backup does not read back as it was written; nothing was put in place")
        for member in manifest.members:
            backup.copy(member, nowhere)
