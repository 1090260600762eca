"""Whatever is wrong with a row: every cell of it is still in the result, and its figure is held or absent."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.builders import LAMP_HEADER, LAMP_ROWS, Book, Shown, judge, lamp_report, percent

REACH = "Upper Reach"
DUE, IN_TIME, LATE, PCT = LAMP_HEADER[1:]


def put(column: str, value: Any) -> Callable[[Book], object]:
    """Damage one cell of the row."""
    return lambda book: book.put(REACH, column, value)


def again(book: Book) -> None:
    """Write the row a second time, below the table."""
    row = [c.value for c in book.workbook["Lamps"][book.find(REACH).row]]
    book.write(book.workbook["Lamps"], 15, 1, [row])


DAMAGES: dict[str, Callable[[Book], object]] = {
    "text in a count": put(IN_TIME, "about 150"),
    "a negative count": put(LATE, -50),
    "half a lamp": put(DUE, 200.5),
    "a blank count": put(DUE, None),
    "a symbol for a count": put(IN_TIME, "c"),
    "a count that disagrees": put(DUE, 300),
    "a percentage that disagrees": put(PCT, percent("12.0")),
    "a bare fraction": put(PCT, Shown(0.75, "General")),
    "an impossible percentage": put(PCT, percent("750.0")),
    "an unreadable percentage": put(PCT, "75.0.0%"),
    "an error": put(DUE, "#N/A"),
    "a formula without result": put(DUE, "=C7+D7"),
    "a name nobody declared": lambda book: book.rename(REACH, "Lighthouse"),
    "no name": lambda book: book.rename(REACH, None),
    "the row twice": again,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_every_cell_of_a_damaged_row_is_still_read(damage: Callable[[Book], object], tmp_path: Path) -> None:
    book = lamp_report()
    row = book.find(REACH).row
    damage(book)
    judged = judge(book, tmp_path)
    read = {r.cell: r.raw_text for t in judged.reading.tables if t.table == "lamps" for r in t.readings}
    for cell in book.workbook["Lamps"][row]:
        if cell.value is not None:
            assert cell.coordinate in read
            if not isinstance(cell.value, float) and cell.data_type != "f":
                assert read[cell.coordinate] == str(cell.value)


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_row_leaves_an_observation_that_says_what_it_is_worth(
    damage: Callable[[Book], object], tmp_path: Path
) -> None:
    book = lamp_report()
    damage(book)
    judged = judge(book, tmp_path)
    own = [o for o in judged.observations if o.measure == "lamps_in_time" and o.service not in {
        "quay_basin", "islands", None,
    }]  # fmt: skip
    assert own, "its figure has not vanished"
    assert {o.state for o in own} <= {"sound", "held", "absent"}
    assert all(o.why for o in own if o.state != "sound")
    if judged.status == "held":
        assert "sound" not in {o.state for o in own}
    others = {o.service: o.state for o in judged.observations if o.measure == "lamps_in_time"}
    assert (others["quay_basin"], others["islands"]) == ("sound", "sound")


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_not_accepted_whole_is_told_with_a_place(damage: Callable[[Book], object], tmp_path: Path) -> None:
    book = lamp_report()
    damage(book)
    judged = judge(book, tmp_path)
    assert judged.findings
    assert all(f.sheet == "Lamps" and f.cell for f in judged.findings)


def test_all_services_held_leaves_all_their_numbers_for_the_record(tmp_path: Path) -> None:
    rows = [(name, due + 1, *rest) for name, due, *rest in LAMP_ROWS]
    judged = judge(lamp_report(rows), tmp_path)
    lamps = [o for o in judged.observations if o.measure == "lamps_in_time"]
    assert [o.state for o in lamps] == ["held", "held", "held", "stated_only"]
    assert [o.denominator for o in lamps[:3]] == [395, 201, 101]
