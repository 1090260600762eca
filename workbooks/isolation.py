"""Open workbooks in a process of their own, under ceilings of memory and time.

A file that breaks its reader, or that would take all memory, is refused by name; the run goes on with a new
reader. One reader serves many files, one at a time. The ceiling of memory holds on Linux and macOS.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass
from typing import BinaryIO, cast

from schemas.findings import make_finding
from workbooks.grid import OpenedWorkbook
from workbooks.reader import LENGTH, NO_MEMORY, REFUSAL, WORKBOOK, send
from workbooks.refusals import Unopenable
from workbooks.wire import decode_finding, decode_workbook


@dataclass(frozen=True, slots=True)
class Limits:
    """The ceilings of one reader: bytes of address space, and seconds a file."""

    memory_bytes: int = 1024 * 1024 * 1024
    seconds: float = 30.0


class _Broken(Exception):
    """The reader ended without an answer."""


class _Late(Exception):
    """The reader took too long."""


class _Reader:
    """One reading process."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.is_fresh = True
        paths = os.pathsep.join(path for path in sys.path if path)
        # -P: the folder one happens to stand in is no place to import from
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "workbooks.reader", str(limits.memory_bytes)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": paths},
        )

    def ask(self, content: bytes, name: str) -> bytes:
        """The answer to one file. _Broken and _Late leave the reader of no further use."""
        timer = threading.Timer(self.limits.seconds, self.kill)
        timer.start()
        try:
            return self._exchange(content, name)
        except (OSError, ValueError):
            raise _Broken from None
        except _Broken:
            if not timer.is_alive():
                raise _Late from None
            raise
        finally:
            self.is_fresh = False
            timer.cancel()

    def _exchange(self, content: bytes, name: str) -> bytes:
        requests = cast(BinaryIO, self._process.stdin)
        try:
            send(requests, name.encode("utf-8", "surrogateescape"))
            send(requests, content)
        except BrokenPipeError:
            raise _Broken from None
        return self._receive()

    def _receive(self) -> bytes:
        answers = cast(BinaryIO, self._process.stdout)
        head = answers.read(LENGTH.size)
        if len(head) < LENGTH.size:
            raise _Broken
        (size,) = LENGTH.unpack(head)
        content = answers.read(size)
        if len(content) < size:
            raise _Broken
        return content

    def kill(self) -> None:
        """End the process at once."""
        self._process.kill()

    def close(self) -> None:
        """End the process and let go of its pipes."""
        self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        self._process.wait()


class WorkbookOpener:
    """Opens workbooks in a reading process. It may be shared by threads, and is to be closed."""

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._lock = threading.Lock()
        self._reader: _Reader | None = None
        self._ahead: threading.Thread | None = None
        self._known: tuple[bytes, str, bytes] | None = None
        atexit.register(self.close)

    def read_ahead(self, content: bytes, name: str) -> None:
        """Start to open a file that will be asked for next, while the owner does something else."""
        thread = threading.Thread(target=self._read_ahead, args=(content, name), daemon=True)
        thread.start()
        self._ahead = thread

    def _read_ahead(self, content: bytes, name: str) -> None:
        with self._lock:
            try:
                self._known = (content, name, self._ask(content, name))
            except (_Broken, _Late):
                self._known = None  # it will be asked again, and refused then

    def open(self, content: bytes, name: str) -> OpenedWorkbook:
        """Open a workbook as `workbooks.opening.open_workbook` does. Unopenable says why a file is refused."""
        if self._ahead is not None:
            self._ahead.join()
            self._ahead = None
        with self._lock:
            try:
                reply = self._recall(content, name) or self._ask(content, name)
            except _Late:
                why = f"reading it took longer than {self.limits.seconds:g} seconds"
                raise Unopenable(make_finding("file_too_large", file=name, why=why)) from None
            except _Broken:
                why = "the program that reads it broke down on it"
                raise Unopenable(make_finding("not_a_workbook", file=name, why=why)) from None
        return self._understand(reply, name)

    def _recall(self, content: bytes, name: str) -> bytes | None:
        """What was read ahead, if it was this very file."""
        known, self._known = self._known, None
        return known[2] if known is not None and known[:2] == (content, name) else None

    def close(self) -> None:
        """End the reader, if there is one."""
        atexit.unregister(self.close)
        with self._lock:
            self._drop()

    def _ask(self, content: bytes, name: str) -> bytes:
        while True:
            reader = self._ready()
            was_fresh = reader.is_fresh
            try:
                reply = reader.ask(content, name)
            except (_Broken, _Late):
                self._drop()
                # what an earlier file left behind must not be blamed on this one
                if was_fresh:
                    raise
                continue
            if reply[:1] == NO_MEMORY:
                self._drop()
                if not was_fresh:
                    continue
            return reply

    def _understand(self, reply: bytes, name: str) -> OpenedWorkbook:
        kind, content = reply[:1], reply[1:]
        if kind == WORKBOOK:
            return decode_workbook(content)
        if kind == REFUSAL:
            raise Unopenable(decode_finding(json.loads(content)))
        why = f"reading it needs more than {self.limits.memory_bytes // 1024 // 1024} MB of memory"
        raise Unopenable(make_finding("file_too_large", file=name, why=why))

    def _ready(self) -> _Reader:
        if self._reader is None:
            self._reader = _Reader(self.limits)
        return self._reader

    def _drop(self) -> None:
        if self._reader is not None:
            self._reader.close()
            self._reader = None
