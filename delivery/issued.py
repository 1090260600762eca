"""The folder of issued packs: a pack appears there whole, read-only, and is never replaced."""

from __future__ import annotations

import contextlib
import errno
import os
from pathlib import Path

_READ_ONLY = 0o444


def place_issued(target: Path, content: bytes) -> bool:
    """Put an issued pack in place for good; False where it lies there already.

    FileExistsError where another file lies there: it is left as it is.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        draft.chmod(_READ_ONLY)
        try:
            _link(draft, target)
        except FileExistsError:
            if target.is_file() and target.read_bytes() == content:
                return False
            raise FileExistsError(
                errno.EEXIST, "another file lies in the place of an issued pack", str(target)
            ) from None
    finally:
        draft.unlink(missing_ok=True)
    return True


def _link(draft: Path, target: Path) -> None:
    """Give the draft its name, unless the name is taken; a file system without links gets a rename."""
    try:
        os.link(draft, target)
    except FileExistsError:
        raise
    except OSError:
        if os.path.lexists(target):
            raise FileExistsError(errno.EEXIST, "there already", str(target)) from None
        os.rename(draft, target)


def clear_drafts(folder: Path) -> None:
    """Delete what processes that were killed left half written."""
    for draft in folder.glob(".*.part") if folder.is_dir() else ():
        number = draft.name.split(".")[-2]
        if not (number.isdigit() and _is_running(int(number))):
            with contextlib.suppress(FileNotFoundError):
                draft.unlink()


def _is_running(number: int) -> bool:
    if os.name != "posix":
        return True  # no way to ask that would not end it
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
