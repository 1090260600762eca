"""The inbox: which files are ready to be taken, which are not yet, and how a file leaves it."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.settings import Home

_NOT_RETURNS = {"thumbs.db", "desktop.ini"}
_UNFINISHED = {".part", ".partial", ".crdownload", ".download", ".filepart", ".tmp"}
_OWN_FOLDERS = {"refused"}
_ASIDE = ".taken"
_MOST_NAME_BYTES = 255
_YOUNG_SECONDS = 3.0
_LOOK_AGAIN_SECONDS = 0.25


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """Something in the inbox that is not taken this time, and why."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class Inbox:
    """The files that are ready, by name, and what stays where it is."""

    ready: tuple[Path, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()


def look_into(home: Home, programme: str, sleep: Callable[[float], None] = time.sleep) -> Inbox:
    """What lies in a programme's inbox. Marks of open programs and hidden files are passed over.

    A file that is still being written stays for the next run: one with the ending of an unfinished copy,
    one that some program has open for writing, or one that changes while it is looked at.
    """
    folder = home.inbox(programme)
    if not folder.is_dir():
        return Inbox()
    ready: list[Path] = []
    waiting: list[WaitingFile] = []
    for path in sorted(folder.iterdir()):
        if path.name.startswith((".", "~$")) or path.name.lower() in _NOT_RETURNS:
            continue
        why = _why_not(path)
        if why:
            waiting.append(WaitingFile(path, why))
        elif path.is_file():
            ready.append(path)
    still = _still_changing(ready, sleep)
    waiting += [WaitingFile(path, "it is still being copied") for path in still]
    return Inbox(
        tuple(path for path in ready if path not in still), tuple(sorted(waiting, key=lambda item: item.path))
    )


def _why_not(path: Path) -> str:
    """Why something in the inbox is no file to take; nothing where it is one."""
    if path.is_symlink():
        return "it is a link; put the file itself there"
    if path.is_dir():
        return "" if path.name in _OWN_FOLDERS else "it is a folder; put its workbooks into the inbox itself"
    if not path.is_file():
        return "it is no ordinary file"
    if path.suffix.lower() in _UNFINISHED:
        return "its copy is not finished"
    return "it is still being written" if has_writer(path) else ""


def has_writer(path: Path) -> bool:
    """Whether some program on this machine has the file open for writing; false where that cannot be told.

    Linux grants a read lease only on a file that nobody writes to. On a network share other machines'
    programs are not seen: `look_into` looks twice as well.
    """
    try:
        import fcntl
        import signal
    except ImportError:
        return False
    if not hasattr(fcntl, "F_SETLEASE"):
        return False
    try:
        number = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        # should a writer come now, the kernel tells us by a signal that is ignored unless one listens for it
        fcntl.fcntl(number, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(number, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except BlockingIOError:
        return True
    except OSError:
        return False  # not ours, or a file system without leases
    finally:
        os.close(number)
    return False


def _still_changing(paths: Iterable[Path], sleep: Callable[[float], None]) -> set[Path]:
    """The files whose size or time changes between two looks; only young ones are looked at twice."""
    young = {path: seen for path in paths if (seen := _look(path)) is not None and _is_young(seen)}
    if not young:
        return set()
    sleep(_LOOK_AGAIN_SECONDS)
    return {path for path, seen in young.items() if _look(path) != seen}


def _look(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _is_young(seen: tuple[int, int]) -> bool:
    return time.time() - seen[1] / 1e9 < _YOUNG_SECONDS


def take_away(path: Path, sha256: str, target: Path | None) -> bool:
    """Take a file out of the inbox: to `target`, or away for good. False where it is no longer the file read.

    It is set aside first, so that what a sender puts there under the same name meanwhile is not lost. The
    caller is alone with the inbox (flows.locks).
    """
    aside = path.parent / _ASIDE / path.name
    aside.parent.mkdir(exist_ok=True)
    try:
        return _take_by(aside, path, sha256, target)
    finally:
        with contextlib.suppress(OSError):
            aside.parent.rmdir()


def _take_by(aside: Path, path: Path, sha256: str, target: Path | None) -> bool:
    try:
        os.replace(path, aside)
    except FileNotFoundError:
        return False
    with aside.open("rb") as stream:
        is_same = hashlib.file_digest(stream, "sha256").hexdigest() == sha256
    if not is_same:
        _put_back(aside, path)
        return False
    if target is None:
        aside.unlink()
    else:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.replace(aside, target)
    return True


def restore_inbox(home: Home, programme: str) -> None:
    """Put back what a run that was broken off had set aside. The caller is alone with the inbox."""
    folder = home.inbox(programme)
    aside = folder / _ASIDE
    if not aside.is_dir():
        return
    for path in sorted(aside.iterdir()):
        _put_back(path, folder / path.name)
    aside.rmdir()


def number_name(name: str, number: int) -> str:
    """A file name with a number behind it, as long as a name may be: "return (2).xlsx"."""
    if number < 2:
        return name
    suffix = f" ({number}){Path(name).suffix}"
    room = _MOST_NAME_BYTES - len(os.fsencode(suffix))
    return os.fsencode(Path(name).stem)[:room].decode(errors="ignore") + suffix


def _put_back(aside: Path, path: Path) -> None:
    """Give a file its place back; if that is taken by now, it keeps a name of its own beside it."""
    number = 1
    while True:
        place = path.with_name(number_name(path.name, number))
        if place.exists() and place.samefile(aside):
            aside.unlink()  # a run was broken off between the two steps below
            return
        try:
            os.link(aside, place)
            aside.unlink()
            return
        except FileExistsError:
            number += 1
        except OSError:  # a file system without links
            if not place.exists():
                os.replace(aside, place)
                return
            number += 1
