"""Damage to single figures."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from tests.damage import edits
from tests.damage.book import Book, Table
from tests.damage.kinds import Case, figure_cells, kind, pick_figure, said, where


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
            return said(cell, before)
    return None


def _digits(number: Decimal, places: int) -> str:
    return f"{number:.{places}f}"


@kind("one digit changed")
def change_digit(case: Case) -> str | None:
    def change(number: Decimal, places: int) -> Decimal:
        text = _digits(number, places)
        at = case.rng.choice([i for i, c in enumerate(text) if c.isdigit()])
        other = case.rng.choice([d for d in "0123456789" if d != text[at]])
        return Decimal(text[:at] + other + text[at + 1 :])

    return _change_number(case.facts, case.rng, change)


@kind("two digits swapped")
def swap_digits(case: Case) -> str | None:
    def change(number: Decimal, places: int) -> Decimal | None:
        text = _digits(number, places)
        pairs = [i for i in range(len(text) - 1)
                 if text[i : i + 2].isdigit() and text[i] != text[i + 1]]  # fmt: skip
        if not pairs:
            return None
        at = case.rng.choice(pairs)
        return Decimal(text[:at] + text[at + 1] + text[at] + text[at + 2 :])

    return _change_number(case.facts, case.rng, change)


@kind("sign flipped")
def flip_sign(case: Case) -> str | None:
    return _change_number(case.facts, case.rng, lambda number, _: -number if number else None)


@kind("off by one in the last place")
def off_by_one(case: Case) -> str | None:
    step = case.rng.choice([-1, 1])

    def change(number: Decimal, places: int) -> Decimal:
        # a whole goes down: a printed total of rounded shares may be a little more than 100 %, and be right
        own = -1 if number in {1, 100} else step
        return abs(number + Decimal(own).scaleb(-places))

    return _change_number(case.facts, case.rng, change)


@kind("a zero too many")
def times_ten(case: Case) -> str | None:
    return _change_number(case.facts, case.rng, lambda number, _: number * 10)


@kind("a last digit dropped")
def drop_digit(case: Case) -> str | None:
    def change(number: Decimal, places: int) -> Decimal | None:
        text = _digits(number, places).replace(".", "")
        return Decimal(text[:-1]).scaleb(-places) if len(text.lstrip("0")) > 1 else None

    return _change_number(case.facts, case.rng, change)


@kind("decimal point moved")
def move_point(case: Case) -> str | None:
    return _change_number(case.facts, case.rng, lambda number, _: number / 10 if number else None)


@kind("decimals cut off")
def cut_decimals(case: Case) -> str | None:
    return _change_number(case.facts, case.rng, lambda number, places: Decimal(int(number)) if places else None)


@kind("decimals no longer shown")
def hide_decimals(case: Case) -> str | None:
    cells = [c for c in figure_cells(case.facts) if "." in (c.number_format or "") and not isinstance(c.value, str)]
    if not cells:
        return None
    cell = case.rng.choice(cells)
    before = cell.number_format
    cell.number_format = "0%" if "%" in before else "0"
    return f"{where(cell)} shown as {cell.number_format}, not {before}"


@kind("figure blanked")
def blank(case: Case) -> str | None:
    return _put(case.facts, case.rng, [None])


@kind("figure replaced by words")
def put_words(case: Case) -> str | None:
    return _put(case.facts, case.rng, ["see note", "awaiting data", "n.k.", "approx", "TBA"])


@kind("error value")
def put_error(case: Case) -> str | None:
    return _put(case.facts, case.rng, ["#REF!", "#N/A", "#DIV/0!", "#VALUE!"])


@kind("formula without a stored result")
def put_formula(case: Case) -> str | None:
    return _put(case.facts, case.rng, ["=SUM(B8:B9)", "=B8/C8"])


def _put(facts: Book, rng: random.Random, values: list[Any]) -> str | None:
    cell = pick_figure(facts, rng)
    if cell is None:
        return None
    before, cell.value = cell.value, rng.choice(values)
    return said(cell, before)


@kind("number as text with stray characters")
def stray_characters(case: Case) -> str | None:
    cells = [c for c in figure_cells(case.facts) if edits.shown_number(c)]
    if not cells:
        return None
    cell = case.rng.choice(cells)
    number, places = edits.shown_number(cell) or (Decimal(0), 0)
    text = _digits(number, places) + ("%" if "%" in f"{cell.number_format}{cell.value}" else "")
    ways = [f"{text} ", f"~{text}", f"{text}*", f"{text}p", text.replace(".", ","), f"{text[:1]} {text[1:]}",
            text.replace("0", "O"), text.replace("1", "l"), f"'{text}", f"£{text}", f"{text}.0%"]  # fmt: skip
    before, cell.value = cell.value, case.rng.choice(ways)
    return said(cell, before)


@kind("percent format removed")
def remove_percent(case: Case) -> str | None:
    cells = [c for c in figure_cells(case.facts) if "%" in (c.number_format or "")]
    if not cells:
        return None
    cell = case.rng.choice(cells)
    before, cell.number_format = cell.number_format, "General"
    return f"{where(cell)} {cell.value!r} without its format {before}"


@kind("percentage times 100")
def times_hundred(case: Case) -> str | None:
    cells = [c for c in figure_cells(case.facts) if "%" in (c.number_format or "") and not isinstance(c.value, str)]
    if not cells:
        return None
    cell = case.rng.choice(cells)
    before, cell.value = cell.value, float(Decimal(repr(cell.value)) * 100)
    return said(cell, before)


@kind("fraction in a percent column")
def put_fraction(case: Case) -> str | None:
    cells = [c for t in case.facts.tables.values() for line in t.lines for n, s in line.cells.items()
             if s.number is not None and _is_percent(t, n) for c in [t.sheet.cell(line.row, t.columns[n])]
             if "%" not in f"{c.number_format}{c.value}"]  # fmt: skip
    if not cells:
        return None
    cell = case.rng.choice(cells)
    before, cell.value = cell.value, float(Decimal(repr(cell.value)) / 100)
    return said(cell, before)


def _is_percent(table: Table, name: str) -> bool:
    own = table.layout.columns.fields.get(name) or table.layout.columns.value
    return own is not None and own.kind == "percent"
