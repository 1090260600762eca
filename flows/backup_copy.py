"""Copy files of a home into a backup: each whole or not at all, and what cannot be read is noted."""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from flows.backup_file import BackupWriter, Damage, Manifest, Member
from flows.inbox import has_writer
from flows.looking import describe_unread
from flows.settings import Home

_CHUNK = 1 << 20
_IN_MEMORY = 32_000_000


class _Unread(Exception):
    """A file could not be opened, or not read to its end; the message says why."""


@dataclass(frozen=True, slots=True)
class HomeCopy:
    """A home on its way into a backup. `scratch` is a folder with room for a file."""

    home: Home
    writer: BackupWriter
    manifest: Manifest
    scratch: Path

    def name(self, path: Path) -> str:
        """A path as the backup names it."""
        return path.relative_to(self.home.folder).as_posix()

    def note(self, path: Path, why: str) -> None:
        """Note that something of the home is not whole."""
        self.manifest.damaged.append(Damage(self.name(path), why))

    def add_file(self, path: Path, name: str | None = None) -> Member | None:
        """Add a file; None where it cannot be read, which is noted. FileNotFoundError where it is gone.

        It is read to its end before anything of it is written: no half of a file is in a backup.
        """
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY, dir=str(self.scratch)) as held:
            try:
                _read_whole(path, held)
            except _Unread as unread:
                self.note(path, str(unread))
                return None
            held.seek(0)
            return self.writer.add(name or self.name(path), held)

    def add_folder(self, name: str) -> None:
        """Add all files of a folder of the home, and its own folders even if they are empty; links are left out,
        and what was taken away since the folder was read is passed over."""
        base = self.home.folder / name
        if base.is_symlink():
            self.manifest.left_out.append(f"{name} (a link)")
            return
        for folder, folders, files in os.walk(base, onerror=self._note_closed):
            folders.sort()
            self.manifest.folders.append(self.name(Path(folder)))
            links = [n for n in folders if Path(folder, n).is_symlink()]
            for path in (Path(folder, n) for n in sorted([*files, *links])):
                why = _why_left(path, is_inbox=name == "inbox")
                if why:
                    self.manifest.left_out.append(f"{self.name(path)} ({why})")
                elif path.suffix != ".part":
                    self._add_if_there(path)

    def _add_if_there(self, path: Path) -> None:
        try:
            self.add_file(path)
        except FileNotFoundError:
            return

    def _note_closed(self, error: OSError) -> None:
        path = Path(os.fsdecode(error.filename))
        if not isinstance(error, FileNotFoundError):
            self.note(path, f"what lies in this folder is not backed up: {describe_unread(error)}")


def _read_whole(path: Path, target: IO[bytes]) -> None:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise _Unread("it is no ordinary file")
        source = path.open("rb")
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _Unread(describe_unread(error)) from None
    with source:
        while block := _read_block(source):
            target.write(block)


def _read_block(source: IO[bytes]) -> bytes:
    try:
        return source.read(_CHUNK)
    except OSError as error:
        raise _Unread(describe_unread(error)) from None


def _why_left(path: Path, *, is_inbox: bool) -> str:
    if path.is_symlink():
        return "a link"
    if os.path.exists(path) and not os.path.isfile(path):
        return "no ordinary file"
    return "still being written" if is_inbox and has_writer(path) else ""
