"""Kill a command at its n-th step: every step that changes a file or the database is a point to be killed at.

The command runs in a forked child, which has everything imported. A step is counted before it is done; the one
after the last is the end of the command.
"""

from __future__ import annotations

import os
import re
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

_CHANGES = {"os.rename", "os.remove", "os.link", "os.mkdir", "os.rmdir", "os.chmod", "os.truncate", "os.symlink"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES_ROWS = re.compile(r"\s*(INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|BEGIN IMMEDIATE)\b", re.IGNORECASE)


class _Steps:
    """Counts the steps within a folder, and kills its own process at one of them (never at 0)."""

    def __init__(self, folder: Path, deadly: int) -> None:
        self.folder = str(folder)
        self.deadly = deadly
        self.count = 0
        self.names: list[str] = []
        self._is_counting = False

    def step(self, name: str) -> None:
        if not self._is_counting:
            return
        self.count += 1
        self.names.append(name)
        if self.count == self.deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self) -> None:
        """Count from now on; there is no way back in this process."""
        sys.addaudithook(self._heed)
        fsync = os.fsync

        def heed_fsync(number: int) -> None:
            self.step("fsync")
            fsync(number)

        os.fsync = heed_fsync
        event.listen(Engine, "before_cursor_execute", self._heed_statement)
        event.listen(Engine, "commit", lambda _connection: self.step("commit"))
        self._is_counting = True

    def _heed(self, name: str, given: tuple[Any, ...]) -> None:
        is_write = name == "open" and isinstance(given[2], int) and bool(given[2] & _WRITING)
        if (is_write or name in _CHANGES) and self._is_own(given):
            self.step(f"{name} {Path(os.fsdecode(given[0])).name}")

    def _is_own(self, given: tuple[Any, ...]) -> bool:
        return isinstance(given[0], (str, bytes, Path)) and os.fsdecode(given[0]).startswith(self.folder)

    def _heed_statement(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if _CHANGES_ROWS.match(statement):
            self.step(" ".join(statement.split()[:3]))


def run_until(command: Callable[[], int], folder: Path, deadly: int) -> str | None:
    """Run a command in a child that kills itself at a step within `folder`: the name of the step before which it
    was killed, or None where it came to its end before. AssertionError where it failed in another way."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _run_child(command, folder, deadly, reader, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as stream:
        told = stream.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return told.splitlines()[-1] if told else ""
    assert os.WEXITSTATUS(status) == 0, told
    return None


def count_steps(command: Callable[[], int], folder: Path) -> int:
    """How many steps a command takes within `folder`."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        _run_child(command, folder, 0, reader, writer)
    os.close(writer)
    with os.fdopen(reader, encoding="utf-8") as stream:
        told = stream.read()
    assert os.WEXITSTATUS(os.waitpid(child, 0)[1]) == 0, told
    return len(told.splitlines())


def _run_child(command: Callable[[], int], folder: Path, deadly: int, reader: int, writer: int) -> None:
    """The child's life: it ends by SIGKILL, or by its end, and never comes back to the tests."""
    code = 70
    try:
        os.close(reader)
        steps = _Steps(folder, deadly)
        tell, step = os.fdopen(writer, "w", encoding="utf-8", buffering=1), steps.step

        def tell_step(name: str) -> None:
            if steps._is_counting:
                tell.write(name.replace("\n", " ") + "\n")
            step(name)

        steps.step = tell_step  # type: ignore[method-assign]
        steps.watch()
        code = 0 if command() in (0, 1) else 71
    finally:
        os._exit(code)
