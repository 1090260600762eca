"""Back a home up into one file: a snapshot of its history first, then every file that the snapshot names.

Others may go on working meanwhile. Originals and packs are kept before the database names them and do not change,
so what the snapshot names is there; the one thing that takes files away, retention by rule, is looked out for.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from flows.backup_file import DATABASE, BackupWriter, Manifest, naming_failures, open_backup
from flows.inbox import has_writer
from flows.settings import Home, UsageError, open_history
from history.database import HistoryError
from history.durable import sync_folder
from history.originals import original_path
from history.snapshots import Snapshot, find_broken_links, read_snapshot
from history.store import History

KEPT_FOLDERS = ("inbox", "issued", "outbox", "programmes", "returned")
"""The folders of a home that go into a backup whole, the history apart. Quarantine never does: personal data
is not spread. What Prefect notes of its runs is of no use elsewhere."""
_TRIES = 5
_MODE = 0o600
"""A backup holds all there is: only its owner reads it."""


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
    history = open_history(home)
    try:
        before = history.last_number()
        waiting = _hash_inbox(home)
        history.snapshot(snapshot)
        seen = read_snapshot(snapshot)
        broken = [link.seq for link in find_broken_links(snapshot)]
        manifest = Manifest(
            f"Boardpack {version('boardpack')}",
            made_at,
            seen.schema_version,
            *seen.head,
            {name: count for name, count in seen.counts.items() if name != "event"},
            len(list((home.folder / "quarantine").glob("*/*.quarantined"))),
            broken_events=broken,
        )
        number = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _MODE)
        with os.fdopen(number, "w+b") as stream, BackupWriter(stream) as writer:
            with snapshot.open("rb") as source:
                writer.add(DATABASE, source)
            _add_originals(home, history, seen, writer, manifest)
            _add_packs(home, seen, writer)
            for folder in KEPT_FOLDERS:
                _add_folder(home, folder, writer, manifest)
            _add_taken(home, seen, before, waiting, writer)
            manifest.members = writer.members
            writer.finish(manifest)
    finally:
        history.close()
    return manifest


def _add_originals(home: Home, history: History, seen: Snapshot, writer: BackupWriter, manifest: Manifest) -> None:
    """Every original that the snapshot names. One that the home does not have, or has otherwise, is noted."""
    for item in seen.originals:
        path = original_path(home.history, item.sha256)
        try:
            with path.open("rb") as source:
                added = writer.add(_relative(home, path), source)
        except FileNotFoundError:
            if history.retention.retired_files([item.sha256]):
                raise _TakenAway from None
            manifest.missing.append(item.sha256)
            continue
        if added.sha256 != item.sha256:
            manifest.altered.append(item.sha256)


def _add_packs(home: Home, seen: Snapshot, writer: BackupWriter) -> None:
    """Every pack that is kept by its hash and that the snapshot names."""
    for path in sorted((home.history / "packs").rglob("*")):
        if path.is_file() and not path.is_symlink() and path.stem in seen.packs:
            with path.open("rb") as source:
                writer.add(_relative(home, path), source)


def _add_folder(home: Home, name: str, writer: BackupWriter, manifest: Manifest) -> None:
    """All files of a folder of the home, and its own folders even if they are empty; links are left out."""
    base = home.folder / name
    if base.is_symlink():
        manifest.left_out.append(f"{name} (a link)")
        return
    for folder, folders, files in os.walk(base):
        folders.sort()
        manifest.folders.append(_relative(home, Path(folder)))
        links = [n for n in folders if Path(folder, n).is_symlink()]
        for path in (Path(folder, n) for n in sorted([*files, *links])):
            why = _why_left(path, is_inbox=name == "inbox")
            if why:
                manifest.left_out.append(f"{_relative(home, path)} ({why})")
            elif path.suffix != ".part":
                _add_file(home, path, writer)


def _why_left(path: Path, *, is_inbox: bool) -> str:
    if path.is_symlink():
        return "a link"
    if path.exists() and not path.is_file():
        return "no ordinary file"
    return "still being written" if is_inbox and has_writer(path) else ""


def _add_file(home: Home, path: Path, writer: BackupWriter) -> None:
    """Add a file; one that was taken away since the folder was read is passed over."""
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return
    with source:
        writer.add(_relative(home, path), source)


def _hash_inbox(home: Home) -> dict[Path, str]:
    """What waits in the inboxes, by hash, before the snapshot is taken."""
    found = {}
    for path in sorted((home.folder / "inbox").glob("*/*")):
        if path.suffix != ".part" and not path.is_symlink() and path.is_file():
            try:
                with path.open("rb") as stream:
                    found[path] = hashlib.file_digest(stream, "sha256").hexdigest()
            except FileNotFoundError:
                continue
    return found


def _add_taken(home: Home, seen: Snapshot, before: int, waiting: dict[Path, str], writer: BackupWriter) -> None:
    """What waited when the backup began and was taken in after the snapshot: it waits again in what is restored.

    Otherwise it would be nowhere: no longer in the inbox, and not yet in the history that was copied.
    """
    there = {m.path for m in writer.members}
    for path, sha256 in waiting.items():
        name = _relative(home, path)
        original = original_path(home.history, sha256)
        if name not in there and not seen.has_filed(sha256, before) and original.is_file():
            with original.open("rb") as source:
                writer.add(name, source)


def _read_back(draft: Path, manifest: Manifest) -> None:
    with open_backup(draft) as backup, open(os.devnull, "wb") as nowhere:
        if backup.manifest != manifest:
            raise HistoryError("the backup does not read back as it was written; nothing was put in place")
        for member in manifest.members:
            backup.copy(member, nowhere)


def _relative(home: Home, path: Path) -> str:
    return path.relative_to(home.folder).as_posix()
