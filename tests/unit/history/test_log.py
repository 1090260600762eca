"""The write-ahead log as a file: what SQLite would take of it, and where it would end without a word."""

from __future__ import annotations

import random
import sqlite3
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from history import log
from history.log import find_break, hash_page, log_path, read_log

KILLED = """
import os, sqlite3, sys
opened = sqlite3.connect(sys.argv[1], isolation_level=None)
opened.execute(f"PRAGMA page_size={sys.argv[2]}")
opened.execute("PRAGMA journal_mode=WAL")
opened.execute("PRAGMA wal_autocheckpoint=0")
opened.execute("CREATE TABLE t (a)")
for n in range(int(sys.argv[3])):
    opened.execute("BEGIN")
    for m in range(5):
        opened.execute("INSERT INTO t VALUES (?)", (f"{n}/{m}" * 300,))
    opened.execute("COMMIT")
os._exit(0)
"""


def make(folder: Path, page: int = 4096, writes: int = 4) -> Path:
    """A database whose writer was killed: all is in the log."""
    path = folder / "history.sqlite"
    subprocess.run([sys.executable, "-c", KILLED, str(path), str(page), str(writes)], check=True)
    return path


def frames(content: bytes, page: int) -> int:
    return (len(content) - 32) // (24 + page)


def slowly(content: bytes, page: int) -> list[bool]:
    """Whether the checksum of each frame is right, word by word as the file format says."""
    order = {0x377F0682: "<", 0x377F0683: ">"}[struct.unpack(">I", content[:4])[0]]
    found, sums = [], struct.unpack(">II", content[24:32])
    for start in range(32, len(content) - page - 23, 24 + page):
        one, two = sums
        text = content[start : start + 8] + content[start + 24 : start + 24 + page]
        words = struct.unpack(f"{order}{len(text) // 4}I", text)
        for first, second in zip(words[::2], words[1::2], strict=True):
            one = (one + first + two) % 2**32
            two = (two + second + one) % 2**32
        sums = struct.unpack(">II", content[start + 16 : start + 24])
        found.append(sums == (one, two))
    return found


@pytest.mark.parametrize("page", [512, 4096, pytest.param(65536, marks=pytest.mark.long)])
def test_a_sound_log_is_what_sqlite_takes_of_it(tmp_path: Path, page: int) -> None:
    path = make(tmp_path, page)
    assert find_break(path) is None
    seen = read_log(path)
    assert seen is not None
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as opened:
        content = opened.serialize()
    opened.close()
    assert seen.count == len(content) // page
    assert {n: hash_page(content[(n - 1) * page : n * page]) for n in seen.hashes} == seen.hashes


@pytest.mark.parametrize("at_once", [1, 3, 512])
@pytest.mark.parametrize("order", ["<", ">"])
def test_checksums_are_reckoned_as_the_format_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, order: str, at_once: int
) -> None:
    """However many at once, by either byte order: one altered byte shows in its frame, and after a checksum."""
    monkeypatch.setattr(log, "_AT_ONCE", at_once)
    path = make(tmp_path, 512)
    content = bytearray(log_path(path).read_bytes())
    content[:4] = struct.pack(">I", 0x377F0682 if order == "<" else 0x377F0683)
    dice = random.Random(31)
    for _ in range(8):
        place = dice.randrange(32, len(content))
        content[place] ^= 1 << dice.randrange(8)
        assert log._check_frames(bytes(content), 24 + 512, order) == slowly(bytes(content), 512), place


def test_a_flipped_bit_of_any_frame_is_a_break_at_it(tmp_path: Path) -> None:
    path = make(tmp_path)
    content = log_path(path).read_bytes()
    dice = random.Random(7)
    for number in range(frames(content, 4096)):
        damaged = bytearray(content)
        damaged[32 + number * 4120 + 24 + dice.randrange(4096)] ^= 1 << dice.randrange(8)
        log_path(path).write_bytes(damaged)
        assert find_break(path) == number + 1


def test_what_follows_a_wrong_checksum_is_not_read(tmp_path: Path) -> None:
    path = make(tmp_path)
    content = bytearray(log_path(path).read_bytes())
    whole = read_log(path)
    content[-10] ^= 1
    log_path(path).write_bytes(content)
    seen = read_log(path)
    assert whole is not None
    assert seen is not None
    assert seen.hashes != whole.hashes
    content[32 + 24 + 5] ^= 1
    log_path(path).write_bytes(content)
    assert read_log(path) is None


def test_half_a_write_at_the_end_is_no_break(tmp_path: Path) -> None:
    path = make(tmp_path)
    content = log_path(path).read_bytes()
    for cut in (1, 24, 4096, 4120, 4121, len(content) - 32, len(content) - 5, len(content)):
        log_path(path).write_bytes(content[:-cut])
        assert find_break(path) is None, cut


def test_a_damaged_head_is_told_as_the_beginning(tmp_path: Path) -> None:
    path = make(tmp_path)
    content = bytearray(log_path(path).read_bytes())
    for place in (0, 8, 20, 30):
        content[place] ^= 1
        log_path(path).write_bytes(content)
        assert find_break(path) == 0
        content[place] ^= 1


def test_without_a_log_or_with_something_else_there_is_none(tmp_path: Path) -> None:
    path = tmp_path / "history.sqlite"
    assert (find_break(path), read_log(path)) == (None, None)
    log_path(path).mkdir()
    assert (find_break(path), read_log(path)) == (None, None)


def test_a_break_that_is_gone_at_the_next_look_was_only_being_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make(tmp_path)
    content = log_path(path).read_bytes()
    damaged = bytearray(content)
    damaged[32 + 4120 + 24] ^= 1
    log_path(path).write_bytes(damaged)
    monkeypatch.setattr(log.time, "sleep", lambda _: log_path(path).write_bytes(content))
    assert log.confirm_break(path) is None
    log_path(path).write_bytes(damaged)
    monkeypatch.setattr(log.time, "sleep", lambda _: None)
    assert log.confirm_break(path) == 2
