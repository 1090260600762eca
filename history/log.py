"""The write-ahead log of the database: which pages its committed frames hold, and whether it breaks off.

The log is a file of its own without locks of SQLite's, so that it may be read as a file. The database itself
must not: closing it would take away this process's locks on it.
"""

from __future__ import annotations

import hashlib
import stat
import struct
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_HEADER, _FRAME = 32, 24
_LOOKS, _PAUSE_SECONDS = 20, 0.3
_AT_ONCE = 512
"""How many frames are checked at once: about as much as a processor keeps at hand."""
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
    content: bytes
    is_current: bool
    is_sound: bool


def log_path(database: Path) -> Path:
    """Where the log of a database lies."""
    return database.with_name(f"{database.name}-wal")


def hash_page(content: bytes | memoryview) -> str:
    """Half of a page's SHA-256: enough to tell it from any other."""
    return hashlib.sha256(content).hexdigest()[:32]


def read_log(database: Path) -> CommittedPages | None:
    """The pages that the log holds; None where nothing is in it. The caller holds the write lock.

    As SQLite does, it ends with the first frame whose checksum is wrong.
    """
    found: dict[int, str] = {}
    waiting: dict[int, str] = {}
    count = 0
    for frame in _frames(_read(database)):
        if not frame.is_sound:
            break
        waiting[frame.page] = hash_page(frame.content)
        if frame.size_after_commit:
            found |= waiting
            waiting, count = {}, frame.size_after_commit
    return CommittedPages({n: h for n, h in found.items() if n <= count}, count) if count else None


def find_break(database: Path) -> int | None:
    """The number of the first frame whose checksum is wrong although a commit stands there or after it; 0 where
    the beginning of the log is damaged.

    What a killed process left half written has no commit after it, and is no break.
    """
    content = _read(database)
    if len(content) < _HEADER:
        return None
    order = _byte_order(content)
    if order is None or _checksum(content[:24], order) != struct.unpack(">II", content[24:32]):
        return 0
    broken: int | None = None
    for number, frame in enumerate(_frames(content), 1):
        broken = number if broken is None and not frame.is_sound else broken
        if broken is not None and frame.is_current and frame.size_after_commit:
            return broken
    return None


def confirm_break(database: Path) -> int | None:
    """A break of the log that stays: one that is gone at the next look was only being written."""
    for _ in range(_LOOKS):
        before = look_at_log(database)
        if before[0] == 0:
            return None
        broken = find_break(database)
        if broken is None:
            return None
        time.sleep(_PAUSE_SECONDS)
        if before == look_at_log(database):
            return broken
    return None


def look_at_log(database: Path) -> tuple[int, int]:
    """The size of the log and when it was written last; zeros where there is none."""
    try:
        seen = log_path(database).stat()
    except FileNotFoundError:
        return 0, 0
    return (seen.st_size, seen.st_mtime_ns) if stat.S_ISREG(seen.st_mode) else (0, 0)


def _read(database: Path) -> bytes:
    """The bytes of the log. One that is no ordinary file, and could be waited on for ever, holds none."""
    return log_path(database).read_bytes() if look_at_log(database)[0] else b""


def _byte_order(content: bytes) -> str | None:
    """By which byte order the checksums of a log are reckoned; None where it is no log."""
    return _MAGICS.get(struct.unpack(">I", content[:4])[0])


def _frames(content: bytes) -> Iterator[_Frame]:
    """Every frame, and whether it is sound: it carries the salts of the present generation, and is as written."""
    if len(content) < _HEADER:
        return
    order = _byte_order(content)
    (page_size,) = struct.unpack(">I", content[8:12])
    size = 65536 if page_size == 1 else page_size
    if order is None or size < 512:
        return
    length = _FRAME + size
    sums = _check_frames(content, length, order)
    for number, start in enumerate(range(_HEADER, len(content) - length + 1, length)):
        head = content[start : start + _FRAME]
        page, after = struct.unpack(">II", head[:8])
        is_current = head[8:16] == content[16:24]
        yield _Frame(page, after, content[start + _FRAME : start + length], is_current, is_current and sums[number])


def _checksum(content: bytes, order: str) -> tuple[int, int]:
    """SQLite's checksum of the head of a log."""
    one = two = 0
    words = struct.unpack(f"{order}{len(content) // 4}I", content)
    for first, second in zip(words[::2], words[1::2], strict=True):
        one = (one + first + two) & 0xFFFFFFFF
        two = (two + second + one) & 0xFFFFFFFF
    return one, two


def _check_frames(content: bytes, length: int, order: str) -> list[bool]:
    """Whether the checksum of each frame follows from the one before it."""
    end = len(content) - length
    blocks = range(_HEADER, end + 1, _AT_ONCE * length)
    found = []
    before = content[24:32]
    for start in blocks:
        block = content[start : start + _AT_ONCE * length]
        count = len(block) // length
        found += _check_block(block[: count * length], length, order, before)
        before = block[(count - 1) * length + 16 : (count - 1) * length + _FRAME]
    return found


def _check_block(block: bytes, length: int, order: str, before: bytes) -> list[bool]:
    """The same for some frames at once, after the checksum that is stored before them.

    Each is carried on from the stored one, so that they do not wait for each other: of every frame a number of 8
    bytes, all of them within one long integer. Word by word it takes five times as long.
    """
    count = len(block) // length

    def take(offset: int, by: str) -> bytes:
        """The word at an offset of every frame, each as 8 bytes."""
        words = bytearray(8 * count)
        for n in range(4):
            words[n::8] = block[offset + (n if by == "<" else 3 - n) :: length]
        return bytes(words)

    stored = take(16, ">"), take(20, ">")
    first = before[3::-1] + bytes(4), before[:3:-1] + bytes(4)
    one, two = (int.from_bytes(head + sums[:-8], "little") for head, sums in zip(first, stored, strict=True))
    mask = int.from_bytes((b"\xff" * 4 + bytes(4)) * count, "little")
    for offset in (0, *range(_FRAME, length, 8)):
        one = (one + int.from_bytes(take(offset, order), "little") + two) & mask
        two = (two + int.from_bytes(take(offset + 4, order), "little") + one) & mask
    sums = one.to_bytes(8 * count, "little"), two.to_bytes(8 * count, "little")
    places = range(0, 8 * count, 8)
    return [all(a[n : n + 8] == b[n : n + 8] for a, b in zip(sums, stored, strict=True)) for n in places]
