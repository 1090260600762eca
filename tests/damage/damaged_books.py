"""Damage to sheets, dates and periods, and to trackers."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from typing import Any

from tests.damage.book import Book, Table
from tests.damage.kinds import Case, kind, pick_table, said, where


@kind("sheet renamed")
def rename_sheet(case: Case) -> str | None:
    sheet = case.rng.choice(case.book.worksheets)
    before, sheet.title = sheet.title, case.rng.choice(["Sheet1", "FINAL", "Copy of data"])
    return f"{before} to {sheet.title}"


@kind("sheet deleted")
def delete_sheet(case: Case) -> str | None:
    if len(case.book.worksheets) < 2:
        return None
    sheet = case.rng.choice(case.book.worksheets)
    case.book.remove(sheet)
    return str(sheet.title)


@kind("sheet duplicated")
def duplicate_sheet(case: Case) -> str | None:
    sheet = case.rng.choice(case.book.worksheets)
    case.book.copy_worksheet(sheet)
    return str(sheet.title)


@kind("sheet hidden")
def hide_sheet(case: Case) -> str | None:
    if len(case.book.worksheets) < 2:
        return None
    sheet = case.rng.choice(case.book.worksheets)
    sheet.sheet_state = "hidden"
    return str(sheet.title)


_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"]  # fmt: skip


def _date_cells(book: Any, lines: list[Any]) -> list[Any]:
    return [book[sheet][cell] for (sheet, cell), _ in lines if sheet in book.sheetnames]


def _redate(cell: Any, change: Callable[[dt.date], dt.date]) -> None:
    """Change the date in a cell, in the way in which it is written there."""
    if isinstance(cell.value, dt.datetime):
        cell.value = dt.datetime.combine(change(cell.value.date()), dt.time())
        return
    words = str(cell.value).split()
    for at, word in enumerate(words):
        if "/" in word and word[0].isdigit():
            day, month, year = map(int, word.split("/"))
            words[at] = f"{change(dt.date(year, month, day)):%d/%m/%Y}"
        elif word in _MONTHS:
            day = int(words[at - 1]) if words[at - 1].isdigit() else 1
            new = change(dt.date(int(words[at + 1]), _MONTHS.index(word) + 1, day))
            words[at : at + 2] = [_MONTHS[new.month - 1], str(new.year)]
            if words[at - 1].isdigit():
                words[at - 1] = str(new.day)
            break
    cell.value = " ".join(words)


def _move_month(rng: random.Random) -> Callable[[dt.date], dt.date]:
    by = rng.choice([-2, -1, 1, 3])

    def move(day: dt.date) -> dt.date:
        index = day.year * 12 + day.month - 1 + by
        return dt.date(index // 12, index % 12 + 1, min(day.day, 28))

    return move


def _move_year(rng: random.Random) -> Callable[[dt.date], dt.date]:
    by = rng.choice([-10, -1, 1])
    return lambda day: dt.date(day.year + by, day.month, min(day.day, 28))


@kind("as-at month changed on every sheet")
def change_month(case: Case) -> str | None:
    return _redate_all(case.book, case.facts, _move_month(case.rng))


@kind("as-at year changed on every sheet")
def change_year(case: Case) -> str | None:
    return _redate_all(case.book, case.facts, _move_year(case.rng))


def _redate_all(book: Any, facts: Book, change: Callable[[dt.date], dt.date]) -> str:
    cells = _date_cells(book, facts.dates)
    for cell in cells:
        _redate(cell, change)
    return f"{where(cells[0])} now {cells[0].value}"


@kind("as-at date changed on one sheet")
def change_one_date(case: Case) -> str | None:
    cells = _date_cells(case.book, case.facts.dates)
    if len(cells) < 2:
        return None
    cell = case.rng.choice(cells)
    before = cell.value
    _redate(cell, _move_month(case.rng))
    return said(cell, before)


@kind("as-at date unreadable")
def spoil_date(case: Case) -> str | None:
    cell = case.rng.choice(_date_cells(case.book, case.facts.dates))
    before = cell.value
    if isinstance(before, dt.datetime):
        cell.value = case.rng.choice(["tbc", "see cover", "31/02/2021"])
    else:
        words = str(before).split()
        is_day = not words[-1].isdigit()
        words[-1] = case.rng.choice(["31/02/2021", "3.13.2021"] if is_day else ["20021", "year", "2O21"])
        cell.value = " ".join(words)
    return said(cell, before)


@kind("covered period changed")
def change_covers(case: Case) -> str | None:
    cells = _date_cells(case.book, case.facts.covers)
    if not cells:
        return None
    cell = case.rng.choice(cells)
    before = str(cell.value)
    words = before.split()
    at = next(i for i in range(len(words) - 1, -1, -1) if words[i] in _MONTHS)
    words[at] = _MONTHS[(_MONTHS.index(words[at]) + 1) % 12]
    if words[at - 1].isdigit():
        words[at - 1] = str(min(int(words[at - 1]), 28))
    cell.value = " ".join(words)
    return said(cell, before)


def _period_cell(facts: Book, rng: random.Random) -> tuple[Table, Any] | None:
    found = [t for t in facts.tables.values() if t.spans]
    if not found:
        return None
    table = rng.choice(found)
    return table, table.sheet.cell(table.header_row, table.columns[rng.choice(sorted(table.spans))])


@kind("period heading changed")
def change_period(case: Case) -> str | None:
    found = _period_cell(case.facts, case.rng)
    if found is None:
        return None
    before, found[1].value = found[1].value, case.rng.choice(["Feb 20", "Jan 21", "Jun 2020", "Last month", "Feb"])
    return said(found[1], before)


@kind("period heading stands twice")
def repeat_period(case: Case) -> str | None:
    found = [t for t in case.facts.tables.values() if len(t.spans) > 1]
    if not found:
        return None
    table = case.rng.choice(found)
    names = case.rng.sample(sorted(table.spans), 2)
    one, other = (table.sheet.cell(table.header_row, table.columns[n]) for n in names)
    before, one.value = one.value, other.value
    return said(one, before)


@kind("period heading in the future")
def future_period(case: Case) -> str | None:
    found = _period_cell(case.facts, case.rng)
    if found is None:
        return None
    before, found[1].value = found[1].value, case.rng.choice(["Jan 2023", "Dec 31", "Mar 2029"])
    return said(found[1], before)


def _tracker_cell(facts: Book, rng: random.Random, name: str, *, filled: bool = True) -> Any:
    table = pick_table(facts, rng, "records")
    if table is None:
        return None
    rows = [line.row for line in table.lines if not filled or line.cells[name].state == "text"]
    return table.sheet.cell(rng.choice(rows), table.columns[name]) if rows else None


@kind("tracker: key of another action")
def duplicate_key(case: Case) -> str | None:
    one, other = (_tracker_cell(case.facts, case.rng, "key") for _ in range(2))
    if one is None or one.value == other.value:
        return None
    before, one.value = one.value, other.value
    return said(one, before)


@kind("tracker: key blanked")
def blank_key(case: Case) -> str | None:
    return _put_tracker(case.facts, case.rng, "key", [None])


@kind("tracker: unknown ref")
def unknown_ref(case: Case) -> str | None:
    return _put_tracker(case.facts, case.rng, "ref", ["9.9", "1.1O", "7", None, "1.1.1"])


@kind("tracker: date that is none")
def spoil_tracker_date(case: Case) -> str | None:
    names = ["start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review"]
    case.rng.shuffle(names)
    bad = ["31/02/2021", "2021", "soon", "30 Febuary 2021", "#REF!", "12/2021/01", 20210930]
    for name in names:
        if (done := _put_tracker(case.facts, case.rng, name, bad)) is not None:
            return done
    return None


@kind("tracker: completed in the future")
def complete_later(case: Case) -> str | None:
    return _put_tracker(case.facts, case.rng, "completed_on", [dt.datetime(2027, 5, 4)], filled=False)


@kind("tracker: agreed date moved")
def move_due(case: Case) -> str | None:
    cell = _tracker_cell(case.facts, case.rng, case.rng.choice(["due", "start"]))
    if cell is None:
        return None
    before = cell.value
    cell.value = before + dt.timedelta(days=case.rng.choice([-40, 33, 365]))
    return said(cell, before)


def _put_tracker(facts: Book, rng: random.Random, name: str, values: list[Any], *, filled: bool = True) -> str | None:
    cell = _tracker_cell(facts, rng, name, filled=filled)
    if cell is None:
        return None
    before, cell.value = cell.value, rng.choice(values)
    if isinstance(cell.value, dt.datetime):
        cell.number_format = "dd/mm/yyyy"
    return said(cell, before)
