"""The write-ahead log of the database: which pages its committed frames hold, and whether it breaks off.

The log is a file of its own without locks of SQLite's, so that it may be read as a file. The database itself
must not: closing it would take away this process's locks on it.
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME = 32, 24
_MAGICS = {0x377F0682: "<", 0x377F0683: ">"}
"""The two kinds of log: by which byte order its checksums are reckoned."""


@dataclass(frozen=True, slots=True)
class CommittedPages:
    """The hash of each page as last committed to the log, by its number, and how many pages there are in all."""

    hashes: dict[int, str]
    count: int


@dataclass(frozen=True, slots=True)
class _Frame:
    page: int
    size_after_commit: int
    head: bytes
    content: bytes
    is_current: bool


def log_path(database: Path) -> Path:
    """Where the log of a database lies."""
    return database.with_name(f"{database.name}-wal")


def hash_page(content: bytes | memoryview) -> str:
    """Half of a page's SHA-256: enough to tell it from any other."""
    return hashlib.sha256(content).hexdigest()[:32]


def read_log(database: Path) -> CommittedPages | None:
    """The pages that the log holds; None where nothing is in it. The caller holds the write lock."""
    found: dict[int, str] = {}
    waiting: dict[int, str] = {}
    count = 0
    for frame in _frames(_read(database)):
        if not frame.is_current:
            break
        waiting[frame.page] = hash_page(frame.content)
        if frame.size_after_commit:
            found |= waiting
            waiting, count = {}, frame.size_after_commit
    return CommittedPages({n: h for n, h in found.items() if n <= count}, count) if count else None


def find_break(database: Path) -> int | None:
    """The number of the first frame whose checksum is wrong although a commit stands there or after it.

    What a killed process left half written has no commit after it, and is no break.
    """
    content = _read(database)
    if len(content) < _HEADER:
        return None
    order = _MAGICS.get(struct.unpack(">I", content[:4])[0])
    if order is None:
        return 0
    sums = _checksum(content[:24], order, (0, 0))
    if sums != struct.unpack(">II", content[24:32]):
        return 0
    broken: int | None = None
    for number, frame in enumerate(_frames(content), 1):
        if broken is None:
            sums = _checksum(frame.head[:8] + frame.content, order, sums)
            is_sound = frame.is_current and sums == struct.unpack(">II", frame.head[16:24])
            broken = None if is_sound else number
        if broken is not None and frame.is_current and frame.size_after_commit:
            return broken
    return None


def _read(database: Path) -> bytes:
    try:
        return log_path(database).read_bytes()
    except FileNotFoundError:
        return b""


def _frames(content: bytes) -> Iterator[_Frame]:
    """Every frame; those of the log's present generation carry its salts."""
    if len(content) < _HEADER:
        return
    (page_size,) = struct.unpack(">I", content[8:12])
    size = 65536 if page_size == 1 else page_size
    if size < 512:
        return
    for start in range(_HEADER, len(content) - _FRAME - size + 1, _FRAME + size):
        head = content[start : start + _FRAME]
        page, after = struct.unpack(">II", head[:8])
        page_content = content[start + _FRAME : start + _FRAME + size]
        yield _Frame(page, after, head, page_content, head[8:16] == content[16:24])


def _checksum(content: bytes, order: str, sums: tuple[int, int]) -> tuple[int, int]:
    """SQLite's checksum of a log, carried on from `sums`."""
    one, two = sums
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two
