"""One flipped bit anywhere in a home is found, and the file that it lies in is named."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.verifying import Verified
from tests.verifying.homes import Kept


def flip(path: Path, offset: int, bit: int) -> None:
    """Flip one bit of a file."""
    with path.open("r+b") as stream:
        stream.seek(offset)
        (old,) = stream.read(1)
        stream.seek(offset)
        stream.write(bytes([old ^ (1 << bit)]))


def flips(kept: Kept, seed: int, each: int, most: int) -> Iterator[tuple[Path, int, int]]:
    """So many places in each file, and as many more in the largest ones as make `most` in all."""
    dice = random.Random(seed)
    files = [path for path in kept.files() if path.stat().st_size and path.parent.name != "locks"]
    chosen = [path for path in files for _ in range(each)]
    chosen += dice.choices(files, [path.stat().st_size for path in files], k=max(0, most - len(chosen)))
    dice.shuffle(chosen)
    for path in chosen[:most]:
        yield path, dice.randrange(path.stat().st_size), dice.randrange(8)


def names(kept: Kept, path: Path, found: Verified) -> bool:
    """Whether a fault names the file; a fault in the database may name it, or the event whose row it is."""
    if path == kept.database:
        return any(f.place.startswith(("history/history.sqlite", "event ")) for f in found.faults)
    return any(f.place == kept.place(path) for f in found.faults)


def check(kept: Kept, seed: int, each: int, most: int) -> set[str]:
    """Flip and verify; the tops of the home in which something was flipped."""
    tops = set()
    for path, offset, bit in flips(kept, seed, each, most):
        with kept.put_back():
            flip(path, offset, bit)
            found = kept.verify()
            assert found.faults, f"bit {bit} of byte {offset} of {kept.place(path)} is not missed"
            assert names(kept, path, found), f"{kept.place(path)}, byte {offset}: {found.faults}"
        tops.add(kept.place(path).partition("/")[0])
    assert kept.verify().faults == []
    return tops


def test_a_flipped_bit_is_found(filled: Kept) -> None:
    check(filled, seed=31, each=0, most=5)


@pytest.mark.long
def test_a_flipped_bit_is_found_wherever_it_lies(filled: Kept) -> None:
    tops = check(filled, seed=1907, each=6, most=480)
    assert tops == {"history", "inbox", "issued", "outbox", "quarantine", "returned"}


@pytest.mark.long
def test_every_page_of_the_database_is_watched(filled: Kept) -> None:
    """A bit of each page, near its end and in its middle, where often no row lies."""
    size = 4096
    for start in range(0, filled.database.stat().st_size, size):
        for offset in (start + size - 1, start + size // 2):
            with filled.put_back():
                flip(filled.database, offset, 3)
                assert names(filled, filled.database, filled.verify()), offset


def test_a_byte_that_no_row_holds_is_not_sealed_in_by_the_next_command(kept: Kept) -> None:
    offset = _unused_byte(kept, "printed_figure")
    flip(kept.database, offset, 0)
    (fault,) = kept.verify().faults
    assert "page" in fault.message
    assert "printed_figure" in fault.message
    from tests.scenarios.harbour import MARCH, lamps

    kept.take(lamps(MARCH))
    (fault,) = kept.verify().faults
    assert "printed_figure" in fault.message


def _unused_byte(kept: Kept, table: str) -> int:
    """The place of a byte between the cells of a page of a table."""
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(kept.database)) as opened:
        query = "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf' AND unused > 16"
        (page,) = opened.execute(query, (table,)).fetchone()
    start = (page - 1) * 4096
    head = kept.database.read_bytes()[start : start + 8]
    cells, content = int.from_bytes(head[3:5], "big"), int.from_bytes(head[5:7], "big")
    assert 8 + 2 * cells < content
    return start + content - 1
