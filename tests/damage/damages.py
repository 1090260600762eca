"""The kinds of damage: each changes an opened workbook as a person would, or says that it has nothing to change."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from openpyxl.utils import get_column_letter

from tests.damage import edits
from tests.damage.book import Book, Line, Table, fold

Damage = Callable[[Any, Book, random.Random], str | None]
KINDS: dict[str, Damage] = {}


def kind(name: str) -> Callable[[Damage], Damage]:
    """Enter a damage under its name."""

    def enter(damage: Damage) -> Damage:
        KINDS[name] = damage
        return damage

    return enter


def apply(name: str, book: Any, facts: Book, seed: str) -> str | None:
    """Damage an opened workbook; what was done in words, or None where this kind does not fit it."""
    return KINDS[name](book, facts, random.Random(f"{seed} {name}"))


# --- what can be damaged ------------------------------------------------------------------------------------------


def figure_cells(facts: Book) -> list[Any]:
    """Every body cell that holds a number."""
    found = []
    for table in facts.tables.values():
        if table.layout.rows.kind != "records":
            found += [table.sheet.cell(line.row, table.columns[n])
                      for line in table.lines for n, s in line.cells.items() if s.number is not None]  # fmt: skip
    return found


def _figure(facts: Book, rng: random.Random) -> Any:
    cells = figure_cells(facts)
    return rng.choice(cells) if cells else None


def _table(facts: Book, rng: random.Random, *kinds: str) -> Table | None:
    found = [t for t in facts.tables.values() if t.lines and (not kinds or t.layout.rows.kind in kinds)]
    return rng.choice(found) if found else None


def _lines(table: Table) -> list[Line]:
    return [line for line in table.lines if any(s.state != "blank" for s in line.cells.values())]


def _service_line(facts: Book, rng: random.Random) -> tuple[Table, Line] | None:
    table = _table(facts, rng, "services", "items")
    return (table, rng.choice(_lines(table))) if table is not None else None


def _label_cell(table: Table, line: Line) -> Any:
    cell = table.sheet.cell(line.row, table.label_column)
    for area in table.sheet.merged_cells.ranges:
        if area.min_row <= cell.row <= area.max_row and area.min_col <= cell.column <= area.max_col:
            return table.sheet.cell(area.min_row, area.min_col)
    return cell


def _header_cells(table: Table) -> list[Any]:
    return [table.sheet.cell(table.header_row, c) for c in table.columns.values()]


def _where(cell: Any) -> str:
    return f"{cell.parent.title}!{cell.coordinate}"


def _said(cell: Any, before: object) -> str:
    return f"{_where(cell)} from {before!r} to {cell.value!r}"


def _change_number(facts: Book, rng: random.Random, change: Callable[[Decimal, int], Decimal | None]) -> str | None:
    """Change one figure as it is shown; figures for which `change` has no answer are left."""
    cells = figure_cells(facts)
    rng.shuffle(cells)
    for cell in cells:
        shown = edits.shown_number(cell)
        changed = change(*shown) if shown is not None else None
        if shown is not None and changed is not None and changed != shown[0]:
            before = cell.value
            places = max(shown[1], -int(changed.normalize().as_tuple().exponent))
            edits.put_number(cell, changed, places)
            return _said(cell, before)
    return None


# --- one figure ---------------------------------------------------------------------------------------------------


def _digits(number: Decimal, places: int) -> str:
    return f"{number:.{places}f}"


@kind("one digit changed")
def change_digit(book: Any, facts: Book, rng: random.Random) -> str | None:
    def change(number: Decimal, places: int) -> Decimal:
        text = _digits(number, places)
        at = rng.choice([i for i, c in enumerate(text) if c.isdigit()])
        other = rng.choice([d for d in "0123456789" if d != text[at]])
        return Decimal(text[:at] + other + text[at + 1 :])

    return _change_number(facts, rng, change)


@kind("two digits swapped")
def swap_digits(book: Any, facts: Book, rng: random.Random) -> str | None:
    def change(number: Decimal, places: int) -> Decimal | None:
        text = _digits(number, places)
        pairs = [i for i in range(len(text) - 1)
                 if text[i : i + 2].isdigit() and text[i] != text[i + 1]]  # fmt: skip
        if not pairs:
            return None
        at = rng.choice(pairs)
        return Decimal(text[:at] + text[at + 1] + text[at] + text[at + 2 :])

    return _change_number(facts, rng, change)


@kind("sign flipped")
def flip_sign(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_number(facts, rng, lambda number, places: -number if number else None)


@kind("off by one in the last place")
def off_by_one(book: Any, facts: Book, rng: random.Random) -> str | None:
    step = rng.choice([-1, 1])
    return _change_number(facts, rng, lambda number, places: abs(number + Decimal(step).scaleb(-places)))


@kind("a zero too many")
def times_ten(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_number(facts, rng, lambda number, places: number * 10)


@kind("a last digit dropped")
def drop_digit(book: Any, facts: Book, rng: random.Random) -> str | None:
    def change(number: Decimal, places: int) -> Decimal | None:
        text = _digits(number, places).replace(".", "")
        return Decimal(text[:-1]).scaleb(-places) if len(text.lstrip("0")) > 1 else None

    return _change_number(facts, rng, change)


@kind("decimal point moved")
def move_point(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_number(facts, rng, lambda number, places: number / 10 if number else None)


@kind("decimals cut off")
def cut_decimals(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_number(facts, rng, lambda number, places: Decimal(int(number)) if places else None)


@kind("decimals no longer shown")
def hide_decimals(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = [c for c in figure_cells(facts) if "." in (c.number_format or "") and not isinstance(c.value, str)]
    if not cells:
        return None
    cell = rng.choice(cells)
    before = cell.number_format
    cell.number_format = "0%" if "%" in before else "0"
    return f"{_where(cell)} shown as {cell.number_format}, not {before}"


@kind("figure blanked")
def blank(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put(facts, rng, [None])


@kind("figure replaced by words")
def put_words(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put(facts, rng, ["see note", "awaiting data", "n.k.", "approx", "TBA"])


@kind("error value")
def put_error(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put(facts, rng, ["#REF!", "#N/A", "#DIV/0!", "#VALUE!"])


@kind("formula without a stored result")
def put_formula(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put(facts, rng, ["=SUM(B8:B9)", "=B8/C8"])


def _put(facts: Book, rng: random.Random, values: list[Any]) -> str | None:
    cell = _figure(facts, rng)
    if cell is None:
        return None
    before, cell.value = cell.value, rng.choice(values)
    return _said(cell, before)


@kind("number as text with stray characters")
def stray_characters(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = [c for c in figure_cells(facts) if edits.shown_number(c)]
    if not cells:
        return None
    cell = rng.choice(cells)
    number, places = edits.shown_number(cell) or (Decimal(0), 0)
    text = _digits(number, places) + ("%" if "%" in f"{cell.number_format}{cell.value}" else "")
    ways = [f"{text} ", f"~{text}", f"{text}*", f"{text}p", text.replace(".", ","), f"{text[:1]} {text[1:]}",
            text.replace("0", "O"), text.replace("1", "l"), f"'{text}", f"£{text}", f"{text}.0%", f"({text})"]  # fmt: skip
    before, cell.value = cell.value, rng.choice(ways)
    return _said(cell, before)


@kind("percent format removed")
def remove_percent(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = [c for c in figure_cells(facts) if "%" in (c.number_format or "")]
    if not cells:
        return None
    cell = rng.choice(cells)
    before, cell.number_format = cell.number_format, "General"
    return f"{_where(cell)} {cell.value!r} without its format {before}"


@kind("percentage times 100")
def times_hundred(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = [c for c in figure_cells(facts) if "%" in (c.number_format or "") and not isinstance(c.value, str)]
    if not cells:
        return None
    cell = rng.choice(cells)
    before, cell.value = cell.value, float(Decimal(repr(cell.value)) * 100)
    return _said(cell, before)


@kind("fraction in a percent column")
def put_fraction(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = [c for t in facts.tables.values() for line in t.lines for n, s in line.cells.items()
             if s.number is not None and _is_percent(t, n) for c in [t.sheet.cell(line.row, t.columns[n])]
             if "%" not in f"{c.number_format}{c.value}"]  # fmt: skip
    if not cells:
        return None
    cell = rng.choice(cells)
    before, cell.value = cell.value, float(Decimal(repr(cell.value)) / 100)
    return _said(cell, before)


def _is_percent(table: Table, name: str) -> bool:
    own = table.layout.columns.fields.get(name) or table.layout.columns.value
    return own is not None and own.kind == "percent"


# --- two figures, rows, columns -----------------------------------------------------------------------------------


@kind("two cells swapped")
def swap_cells(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng, "services", "items")
    cells = [c for c in figure_cells(facts) if table is not None and c.parent is table.sheet]
    if len(cells) < 2:
        return None
    one, other = rng.sample(cells, 2)
    edits.swap_values(one, other)
    return f"{_where(one)} and {_where(other)}"


@kind("row shifted by one column")
def shift_row(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _service_line(facts, rng)
    if found is None:
        return None
    table, line = found
    first = rng.choice([table.label_column, min(table.columns.values())])
    for area in list(table.sheet.merged_cells.ranges):
        if area.min_row <= line.row <= area.max_row and area.max_row > area.min_row:
            return None
    for column in range(max(table.columns.values()), first - 1, -1):
        edits.copy_cell(table.sheet.cell(line.row, column), table.sheet.cell(line.row, column + 1))
    table.sheet.cell(line.row, first).value = None
    return f"{table.sheet.title} row {line.row} from column {first}"


@kind("column shifted by one row")
def shift_column(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng, "services", "items")
    if table is None or len(_lines(table)) < 2:
        return None
    column = rng.choice(list(table.columns.values()))
    rows = [line.row for line in _lines(table)]
    values = [(table.sheet.cell(r, column).value, table.sheet.cell(r, column).number_format) for r in rows]
    for row, (value, shown) in zip([*rows[1:], rows[-1] + 1], values, strict=True):
        cell = table.sheet.cell(row, column)
        if type(cell).__name__ == "MergedCell":
            continue
        cell.value, cell.number_format = value, shown
    table.sheet.cell(rows[0], column).value = None
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("labels of two rows swapped")
def swap_labels(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng, "services", "items")
    cells = {_label_cell(table, line).coordinate: _label_cell(table, line) for line in table.lines} if table else {}
    if len(cells) < 2:
        return None
    one, other = rng.sample(list(cells.values()), 2)
    one.value, other.value = other.value, one.value
    return f"{_where(one)} and {_where(other)}"


@kind("row duplicated")
def duplicate_row(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    line = rng.choice(_lines(table))
    edits.insert_row(table.sheet, line.row + 1)
    edits.copy_row(table.sheet, line.row, line.row + 1)
    label = table.sheet.cell(line.row + 1, table.label_column)
    if label.value is None:
        edits.set_value(label, line.text)
    return f"{table.sheet.title} row {line.row}"


@kind("row deleted")
def delete_row(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    line = rng.choice(_lines(table))
    edits.delete_row(table.sheet, line.row)
    return f"{table.sheet.title} row {line.row}"


@kind("row inserted")
def insert_row(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    line = rng.choice(_lines(table))
    edits.insert_row(table.sheet, line.row)
    if rng.random() < 0.6:
        edits.copy_row(table.sheet, line.row + 1, line.row)
        edits.set_value(table.sheet.cell(line.row, table.label_column), rng.choice(["Youth Justice", "Other", None]))
    return f"{table.sheet.title} above row {line.row}: {table.sheet.cell(line.row, table.label_column).value}"


@kind("row's name misspelt")
def misspell_label(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _service_line(facts, rng)
    if found is None:
        return None
    cell = _label_cell(*found)
    before, cell.value = cell.value, misspelt(str(cell.value), rng)
    return _said(cell, before)


@kind("row renamed")
def rename_row(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _service_line(facts, rng)
    if found is None:
        return None
    cell = _label_cell(*found)
    before, cell.value = cell.value, rng.choice(["Early Help", "Team 7", "Locality East", "Duty"])
    return _said(cell, before)


@kind("row named as another")
def name_as_another(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng, "services", "items")
    labels = {_label_cell(table, line).coordinate: _label_cell(table, line) for line in table.lines} if table else {}
    if len(labels) < 2:
        return None
    one, other = rng.sample(list(labels.values()), 2)
    before, one.value = one.value, other.value
    return _said(one, before)


def misspelt(text: str, rng: random.Random) -> str:
    """A name with one letter left out, doubled in the wrong place, or swapped with the next."""
    places = [i for i in range(1, len(text) - 1) if text[i].isalpha() and text[i + 1].isalpha()]
    for _ in range(20):
        at = rng.choice(places) if places else 0
        ways = [text[:at] + text[at + 1 :], text[:at] + text[at + 1 : at + 2] + text[at] + text[at + 2 :],
                text[:at] + "x" + text[at:]]  # fmt: skip
        found = rng.choice(ways)
        if fold(found) != fold(text):
            return found
    return f"{text}x"


# --- headers and columns ------------------------------------------------------------------------------------------


@kind("header misspelt")
def misspell_header(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_header(facts, rng, lambda text: misspelt(text, rng) if len(text) > 2 else f"{text} x")


@kind("header deleted")
def delete_header(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _change_header(facts, rng, lambda text: None)


def _change_header(facts: Book, rng: random.Random, change: Callable[[str], str | None]) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    cell = rng.choice(_header_cells(table))
    before, cell.value = cell.value, change(str(cell.value))
    return _said(cell, before)


@kind("two headers swapped")
def swap_headers(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    cells = _header_cells(table) if table else []
    if len(cells) < 2:
        return None
    one, other = rng.sample(cells, 2)
    edits.swap_values(one, other)
    return f"{_where(one)} and {_where(other)}"


@kind("column deleted")
def delete_column(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    column = rng.choice(list(table.columns.values()))
    edits.delete_column(table.sheet, column)
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("column duplicated")
def duplicate_column(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    column = rng.choice(list(table.columns.values()))
    edits.insert_column(table.sheet, column + 1)
    edits.copy_column(table.sheet, column, column + 1, table.header_row, table.last_row)
    return f"{table.sheet.title} column {get_column_letter(column)}"


@kind("column inserted")
def insert_column(book: Any, facts: Book, rng: random.Random) -> str | None:
    table = _table(facts, rng)
    if table is None:
        return None
    column = rng.choice(list(table.columns.values()))
    edits.insert_column(table.sheet, column)
    if rng.random() < 0.6:
        edits.copy_column(table.sheet, column + 1, column, table.header_row + 1, table.last_row)
        table.sheet.cell(table.header_row, column).value = rng.choice(["Adjusted", "Check", None])
    return f"{table.sheet.title} column {get_column_letter(column)}: {table.sheet.cell(table.header_row, column).value}"


@kind("column left as in the period before")
def stale_column(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = [t for t in facts.tables.values() if len(t.spans) > 1]
    if not found:
        return None
    table = rng.choice(found)
    names = sorted(table.spans, key=lambda n: table.spans[n][1])
    old, new = table.columns[names[-2]], table.columns[names[-1]]
    edits.copy_column(table.sheet, old, new, table.header_row + 1, max(line.row for line in table.lines))
    return f"{table.sheet.title} column {get_column_letter(old)} into {get_column_letter(new)}"


@kind("cells merged")
def merge_cells(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = figure_cells(facts)
    rng.shuffle(cells)
    for cell in cells:
        down, right = rng.choice([(1, 0), (0, 1)])
        other = cell.parent.cell(cell.row + down, cell.column + right)
        if type(other).__name__ != "MergedCell" and type(cell).__name__ != "MergedCell":
            lost = other.value
            other.value = None
            cell.parent.merge_cells(f"{cell.coordinate}:{other.coordinate}")
            return f"{_where(cell)} with {other.coordinate}, which said {lost!r}"
    return None


# --- totals -------------------------------------------------------------------------------------------------------


def _total_lines(facts: Book) -> list[tuple[Table, Line]]:
    found = []
    for table in facts.tables.values():
        rows = table.layout.rows
        totals = {"company", *(s.id for s in rows.subtotals)}
        totals |= {r for c in table.layout.checks if c.total is not None for r in c.total.rows}
        found += [(table, line) for line in table.lines if line.key in totals]
    return found


@kind("total changed")
def change_total(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _total_lines(facts)
    if not found:
        return None
    table, line = rng.choice(found)
    cells = [table.sheet.cell(line.row, table.columns[n]) for n, s in line.cells.items() if s.number is not None]
    cell = rng.choice(cells)
    number, places = edits.shown_number(cell) or (Decimal(0), 0)
    before = cell.value
    edits.put_number(cell, abs(number + rng.choice([-12, -3, -1, 1, 2, 10])), places)
    return _said(cell, before)


@kind("total deleted")
def delete_total(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _total_lines(facts)
    if not found:
        return None
    table, line = rng.choice(found)
    edits.delete_row(table.sheet, line.row)
    return f"{table.sheet.title} row {line.row}"


# --- sheets -------------------------------------------------------------------------------------------------------


@kind("sheet renamed")
def rename_sheet(book: Any, facts: Book, rng: random.Random) -> str | None:
    sheet = rng.choice(book.worksheets)
    before, sheet.title = sheet.title, rng.choice(["Sheet1", "FINAL", "Copy of data"])
    return f"{before} to {sheet.title}"


@kind("sheet deleted")
def delete_sheet(book: Any, facts: Book, rng: random.Random) -> str | None:
    if len(book.worksheets) < 2:
        return None
    sheet = rng.choice(book.worksheets)
    book.remove(sheet)
    return str(sheet.title)


@kind("sheet duplicated")
def duplicate_sheet(book: Any, facts: Book, rng: random.Random) -> str | None:
    sheet = rng.choice(book.worksheets)
    book.copy_worksheet(sheet)
    return str(sheet.title)


@kind("sheet hidden")
def hide_sheet(book: Any, facts: Book, rng: random.Random) -> str | None:
    if len(book.worksheets) < 2:
        return None
    sheet = rng.choice(book.worksheets)
    sheet.sheet_state = "hidden"
    return str(sheet.title)


# --- dates and periods --------------------------------------------------------------------------------------------

_MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
           "November", "December"]  # fmt: skip


def _date_cells(book: Any, facts: Book, lines: list[Any]) -> list[Any]:
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
def change_month(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _redate_all(book, facts, _move_month(rng))


@kind("as-at year changed on every sheet")
def change_year(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _redate_all(book, facts, _move_year(rng))


def _redate_all(book: Any, facts: Book, change: Callable[[dt.date], dt.date]) -> str:
    cells = _date_cells(book, facts, facts.dates)
    for cell in cells:
        _redate(cell, change)
    return f"{_where(cells[0])} now {cells[0].value}"


@kind("as-at date changed on one sheet")
def change_one_date(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = _date_cells(book, facts, facts.dates)
    if len(cells) < 2:
        return None
    cell = rng.choice(cells)
    before = cell.value
    _redate(cell, _move_month(rng))
    return _said(cell, before)


@kind("as-at date unreadable")
def spoil_date(book: Any, facts: Book, rng: random.Random) -> str | None:
    cell = rng.choice(_date_cells(book, facts, facts.dates))
    before = cell.value
    if isinstance(before, dt.datetime):
        cell.value = rng.choice(["tbc", "see cover", "31/02/2021"])
    else:
        words = str(before).split()
        words[-1] = rng.choice(["tbc", "31/02/2021"]) if "/" in words[-1] else rng.choice(["20021", "year", "2O21"])
        cell.value = " ".join(words)
    return _said(cell, before)


@kind("covered period changed")
def change_covers(book: Any, facts: Book, rng: random.Random) -> str | None:
    cells = _date_cells(book, facts, facts.covers)
    if not cells:
        return None
    cell = rng.choice(cells)
    before = str(cell.value)
    words = before.split()
    at = next(i for i in range(len(words) - 1, -1, -1) if words[i] in _MONTHS)
    words[at] = _MONTHS[(_MONTHS.index(words[at]) + 1) % 12]
    if words[at - 1].isdigit():
        words[at - 1] = str(min(int(words[at - 1]), 28))
    cell.value = " ".join(words)
    return _said(cell, before)


def _period_cell(facts: Book, rng: random.Random) -> tuple[Table, Any] | None:
    found = [t for t in facts.tables.values() if t.spans]
    if not found:
        return None
    table = rng.choice(found)
    return table, table.sheet.cell(table.header_row, table.columns[rng.choice(sorted(table.spans))])


@kind("period heading changed")
def change_period(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _period_cell(facts, rng)
    if found is None:
        return None
    before, found[1].value = found[1].value, rng.choice(["Feb 20", "Jan 21", "Jun 2020", "Last month", "Feb"])
    return _said(found[1], before)


@kind("period heading stands twice")
def repeat_period(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = [t for t in facts.tables.values() if len(t.spans) > 1]
    if not found:
        return None
    table = rng.choice(found)
    one, other = (table.sheet.cell(table.header_row, table.columns[n]) for n in rng.sample(sorted(table.spans), 2))
    before, one.value = one.value, other.value
    return _said(one, before)


@kind("period heading in the future")
def future_period(book: Any, facts: Book, rng: random.Random) -> str | None:
    found = _period_cell(facts, rng)
    if found is None:
        return None
    before, found[1].value = found[1].value, rng.choice(["Jan 2023", "Dec 31", "Mar 2029"])
    return _said(found[1], before)


# --- the tracker --------------------------------------------------------------------------------------------------


def _tracker_cell(facts: Book, rng: random.Random, name: str, *, filled: bool = True) -> Any:
    table = _table(facts, rng, "records")
    if table is None:
        return None
    rows = [line.row for line in table.lines if not filled or line.cells[name].state == "text"]
    return table.sheet.cell(rng.choice(rows), table.columns[name]) if rows else None


@kind("tracker: key of another action")
def duplicate_key(book: Any, facts: Book, rng: random.Random) -> str | None:
    one, other = (_tracker_cell(facts, rng, "key") for _ in range(2))
    if one is None or one.value == other.value:
        return None
    before, one.value = one.value, other.value
    return _said(one, before)


@kind("tracker: key blanked")
def blank_key(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put_tracker(facts, rng, "key", [None])


@kind("tracker: unknown ref")
def unknown_ref(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put_tracker(facts, rng, "ref", ["9.9", "1.1O", "7", None, "1.1.1"])


@kind("tracker: date that is none")
def spoil_tracker_date(book: Any, facts: Book, rng: random.Random) -> str | None:
    names = ["start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review"]
    rng.shuffle(names)
    bad = ["31/02/2021", "2021", "soon", "30 Febuary 2021", "#REF!", "12/2021/01", 20210930]
    for name in names:
        if (done := _put_tracker(facts, rng, name, bad)) is not None:
            return done
    return None


@kind("tracker: completed in the future")
def complete_later(book: Any, facts: Book, rng: random.Random) -> str | None:
    return _put_tracker(facts, rng, "completed_on", [dt.datetime(2027, 5, 4)], filled=False)


@kind("tracker: agreed date moved")
def move_due(book: Any, facts: Book, rng: random.Random) -> str | None:
    cell = _tracker_cell(facts, rng, rng.choice(["due", "start"]))
    if cell is None:
        return None
    before = cell.value
    cell.value = before + dt.timedelta(days=rng.choice([-40, 33, 365]))
    return _said(cell, before)


def _put_tracker(facts: Book, rng: random.Random, name: str, values: list[Any], *, filled: bool = True) -> str | None:
    cell = _tracker_cell(facts, rng, name, filled=filled)
    if cell is None:
        return None
    before, cell.value = cell.value, rng.choice(values)
    if isinstance(cell.value, dt.datetime):
        cell.number_format = "dd/mm/yyyy"
    return _said(cell, before)
