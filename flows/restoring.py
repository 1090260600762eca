"""Bring a backup back, into a home that is empty or not there: whole or not at all, and nothing is overwritten."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from delivery.issued import READ_ONLY
from flows.backup_file import DATABASE, Backup, Manifest, naming_failures, open_backup
from flows.settings import Home, UsageError
from history.database import HistoryError
from history.durable import sync_folder
from history.privacy import make_private
from history.seal import seal_whole
from history.snapshots import filled_server, find_broken_links, read_snapshot
from history.store import History
from history.tables import SCHEMA_VERSION


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, where to, and what earlier restores that were cut short left beside it."""

    home: Home
    manifest: Manifest
    leftovers: tuple[Path, ...]


def restore_backup(path: Path, home: Home, url: str | None = None) -> Restored:
    """Check a backup, unpack it beside the home, check its history, and put it in place by one rename.

    UsageError where the home holds anything, or the file is no backup that can be read here; HistoryError where it
    is damaged. Killed at any point it leaves no home, or the whole of it. With `url` the rows go into that empty
    PostgreSQL database; HistorySettingError where it holds a history.
    """
    if not path.is_file():
        if path.is_dir():
            raise UsageError(f"{path} is a folder; name a file that `boardpack backup` wrote")
        raise UsageError(f"there is no file {path}")
    target = home.folder.resolve()
    _refuse_occupied(target)
    with open_backup(path) as backup:
        if backup.manifest.schema_version > SCHEMA_VERSION:
            raise UsageError(
                f"the backup holds a history of a newer version, {backup.manifest.software}; restore it with that one"
            )
        target.parent.mkdir(parents=True, exist_ok=True)
        leftovers = tuple(sorted(target.parent.glob(f".{target.name}.*.restoring")))
        with naming_failures(target):
            draft = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=".restoring", dir=target.parent))
        try:
            with naming_failures(target):
                _unpack(backup, draft)
            _check_history(draft / DATABASE, backup.manifest)
            _place(draft, target, url, is_sound=backup.manifest.has_sound_history)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        return Restored(home, backup.manifest, leftovers)


def _refuse_occupied(target: Path) -> None:
    if not target.exists():
        return
    if not target.is_dir():
        raise UsageError(f"{target} is no folder; name an empty folder, or one that is not there yet")
    there = sorted(p.name for p in target.iterdir())
    if there:
        some = ", ".join(there[:4]) + (" and more" if len(there) > 4 else "")
        raise UsageError(f"{target} is not empty (it holds {some}); nothing is overwritten: name an empty folder")
    if os.path.ismount(target):
        raise UsageError(f"{target} is where a disk begins, which cannot be put in place whole; name a folder on it")


def _unpack(backup: Backup, draft: Path) -> None:
    for folder in backup.manifest.folders:
        (draft / folder).mkdir(parents=True, exist_ok=True)
    for member in backup.manifest.members:
        target = draft / member.path
        target.parent.mkdir(parents=True, exist_ok=True)
        make_private(target) if member.path == DATABASE else target.touch(exist_ok=False)
        with target.open("r+b") as stream:
            backup.copy(member, stream)
            stream.flush()
            os.fsync(stream.fileno())
        if member.path.startswith("issued/"):
            target.chmod(READ_ONLY)  # as `issue` left it


def _check_history(database: Path, manifest: Manifest) -> None:
    """The chain of events leads to the head that the manifest names, and is as sound as it was then."""
    if manifest.schema_version < SCHEMA_VERSION:
        History(database.parent).close()  # brings it up to date
    seen = read_snapshot(database)
    if seen.head != (manifest.head_event, manifest.head_digest):
        raise HistoryError("the backup's history does not end where its list says; nothing was restored from it")
    broken = [n.seq for n in find_broken_links(database) if n.seq not in manifest.broken_events]
    if broken:
        raise HistoryError(
            f"the backup's chain of events is broken at event {broken[0]}; nothing was restored from it"
        )


def _place(draft: Path, target: Path, url: str | None, *, is_sound: bool) -> None:
    """Put what was checked in place; with a URL, the history's rows on that server instead of in the home.

    A database that was not sound when it was backed up is not sealed: damage is sealed by nobody.
    """
    if url is None:
        _put_in_place(draft, target)
        History(target / "history").close()
        if is_sound:
            seal_whole(target / "history")
        return
    with filled_server(draft / DATABASE, url):
        (draft / DATABASE).unlink()
        _put_in_place(draft, target)
    History(target / "history", url).close()  # marks the home as one whose history is on a server


def _put_in_place(draft: Path, target: Path) -> None:
    os.chmod(draft, 0o777 & ~_umask())
    for folder, _, _ in os.walk(draft):
        sync_folder(Path(folder))
    try:
        os.rename(draft, target)
    except OSError as error:
        if error.errno not in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            raise
        raise UsageError(f"{target} was filled by something else meanwhile; nothing was restored") from None
    sync_folder(target.parent)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
