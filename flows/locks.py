"""Locks between processes and threads: who holds one works alone, and a process that ends lets go of it.

The operating system keeps the lock, not the file: a file that is left behind locks nothing.
"""

from __future__ import annotations

import contextlib
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from flows.settings import Home, UsageError

_NO_SLUG = re.compile(r"[^a-z0-9_]")
_LOOK_AGAIN_SECONDS = 0.05
_WAITED_LONG_SECONDS = 2.0


@contextmanager
def taking_in(home: Home, programme: str, say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Alone with a programme's inbox and what it brings: compared with history, filed, answered, cleared away."""
    with hold_lock(
        home.folder / "locks" / f"{programme}.taking.lock",
        f"another run is taking in workbooks of {programme}; waiting for it",
        say,
    ):
        yield


@contextmanager
def building(home: Home, programme: str, board: str) -> Iterator[None]:
    """Alone with a board's packs: what is known is read, built and put in place as one, so that an older pack
    never replaces a newer one."""
    with hold_lock(home.folder / "locks" / f"{programme}.{_NO_SLUG.sub('_', board)}.building.lock"):
        yield


@contextmanager
def editing(folder: Path) -> Iterator[None]:
    """Alone with the YAML of a programme's folder. An editor in a person's hands knows nothing of it."""
    with hold_lock(folder.resolve() / ".boardpack.lock"):
        yield


@contextmanager
def hold_lock(path: Path, waiting: str = "", say: Callable[[str], None] | None = None) -> Iterator[None]:
    """Hold the lock of a file, which is made where it is not; wait for it as long as another holds it.

    `say` is told `waiting` once, after two seconds. UsageError where the file system keeps no locks.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    number = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        _wait_for(number, path, waiting, say)
        try:
            yield
        finally:
            _let_go(number)
    finally:
        os.close(number)


def _wait_for(number: int, path: Path, waiting: str, say: Callable[[str], None] | None) -> None:
    began, is_told = time.monotonic(), False
    while True:
        try:
            if _take(number):
                return
        except OSError as error:
            raise UsageError(f"{path.parent} is on a file system without locks ({error.strerror})") from None
        if say is not None and not is_told and time.monotonic() - began > _WAITED_LONG_SECONDS:
            say(waiting)
            is_told = True
        time.sleep(_LOOK_AGAIN_SECONDS)


def _take(number: int) -> bool:
    """Whether the lock could be had at once."""
    try:
        import fcntl
    except ImportError:
        return _take_on_windows(number)
    try:
        # of the open file, not of the process: threads exclude each other too
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _let_go(number: int) -> None:
    try:
        import fcntl
    except ImportError:
        _let_go_on_windows(number)
        return
    # said outright: a child that was just forked may still hold the same open file
    fcntl.flock(number, fcntl.LOCK_UN)


def _take_on_windows(number: int) -> bool:
    import msvcrt

    try:
        msvcrt.locking(number, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined,unused-ignore]
    except OSError:
        return False
    return True


def _let_go_on_windows(number: int) -> None:
    import msvcrt

    with contextlib.suppress(OSError):
        os.lseek(number, 0, os.SEEK_SET)
        msvcrt.locking(number, msvcrt.LK_UNLCK, 1)  # type: ignore[attr-defined,unused-ignore]
