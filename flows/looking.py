"""What lies in the folders of a home: each file by its hash, and of each that cannot be looked at, why not."""

from __future__ import annotations

import hashlib
import os
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look at one place found: the hash and size of a file, or in words `why` there is none to be had.

    `is_there` is false where nothing lies there; `is_told` where it lies in a folder that is told as closed.
    """

    sha256: str | None = None
    size: int = 0
    why: str = ""
    is_there: bool = True
    is_told: bool = False

    @property
    def is_unreadable(self) -> bool:
        """Whether something lies there, and its bytes cannot be read."""
        return self.is_there and self.sha256 is None


class Look:
    """Looks at the files of a home, one by one: what is closed to this account or broken never ends it."""

    def __init__(self) -> None:
        self.closed: dict[Path, str] = {}
        """Folders that cannot be looked into, and why not."""

    def list_files(self, folder: Path) -> list[Path]:
        """Every file and link in a folder and below it, sorted. Links to folders are not followed, folders that
        cannot be looked into are noted as closed."""
        found: list[Path] = []
        if not os.path.isdir(folder):
            return found
        for base, folders, files in os.walk(folder, onerror=self._close):
            here = Path(base)
            if not os.access(here, os.X_OK):
                self._close(PermissionError(13, "Permission denied", base))
                folders.clear()
                continue
            found += [here / name for name in (*files, *(n for n in folders if (here / n).is_symlink()))]
        return sorted(found)

    def look_at(self, path: Path) -> Seen:
        """What lies at a path. Never fails."""
        try:
            mode = path.stat().st_mode
            if not stat.S_ISREG(mode):
                return Seen(why="it is a folder, and no file" if stat.S_ISDIR(mode) else "it is no ordinary file")
            with path.open("rb") as stream:
                found = hashlib.file_digest(stream, "sha256").hexdigest()
                return Seen(found, stream.tell())
        except (FileNotFoundError, NotADirectoryError):
            if path.is_symlink():
                return Seen(why="it is a link that leads nowhere")
            return Seen(why="it is gone", is_there=False)
        except OSError as error:
            is_told = any(folder in self.closed for folder in path.parents)
            return Seen(why=describe_unread(error), is_told=is_told)

    def _close(self, error: OSError) -> None:
        self.closed[Path(os.fsdecode(error.filename))] = describe_unread(error)


def describe_unread(error: OSError) -> str:
    """Why a file or folder could not be read, in words."""
    return f"it cannot be read: {error.strerror or error}"
