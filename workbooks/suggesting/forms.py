"""Forms: labels with a figure beside or below each, without a header row."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.layout import ColumnAxis, FieldLayout, Item, RowAxis, TableLayout
from schemas.proposal import Remark
from schemas.spelling import normalise
from workbooks.grid import RawCell, Sheet
from workbooks.suggesting.amounts import amounts_of
from workbooks.suggesting.arithmetic import Line, find_ratios, find_sums
from workbooks.suggesting.blocks import MOST_ROWS, Block
from workbooks.suggesting.dating import is_date_label
from workbooks.suggesting.kinds import KindGuess, guess_kind
from workbooks.suggesting.marks import mark_of
from workbooks.suggesting.measuring import measure_lines
from workbooks.suggesting.names import Names

_REACH = 8
_MOST_GAP = 3
_LONGEST_LABEL = 120


@dataclass(frozen=True, slots=True)
class Form:
    """Labels and their figures, in reading order; `heads` are the lines above, nearest first."""

    sheet: Sheet
    first_row: int
    pairs: tuple[tuple[RawCell, RawCell], ...]
    heads: tuple[RawCell, ...] = ()
    is_below: bool = False


def find_forms(sheet: Sheet, blocks: Sequence[Block]) -> list[Form]:
    """The forms of a sheet, in the rows that no table with a header row takes."""
    taken = {row for b in blocks if b.sheet.name == sheet.name for row in range(b.first_row, b.last_figure_row + 1)}
    found: list[Form] = []
    pairs: list[tuple[RawCell, RawCell]] = []
    heads: list[RawCell] = []
    last = 0
    for row, cells in sheet.rows().items():
        if row > MOST_ROWS:
            break
        own = [] if row in taken else _pairs(cells)
        if pairs and (row in taken or row - last > _MOST_GAP or (not own and _is_heading(cells))):
            found.append(_close(sheet, pairs, heads))
            pairs, heads = [], []
        if row in taken:
            heads = []
        elif own:
            pairs += own
            last = row
        elif _is_heading(cells) and not pairs:
            heads = [cells[0], *heads]
    if pairs:
        found.append(_close(sheet, pairs, heads))
    return [form for form in found if len(form.pairs) >= 2]


def _is_heading(cells: Sequence[RawCell]) -> bool:
    return len(cells) == 1 and mark_of(cells[0]) == "text" and len(cells[0].text) <= _LONGEST_LABEL


def _close(sheet: Sheet, pairs: Sequence[tuple[RawCell, RawCell]], heads: Sequence[RawCell]) -> Form:
    first = heads[0].row if heads else pairs[0][0].row
    return Form(sheet, first, tuple(pairs), tuple(heads))


def _pairs(cells: Sequence[RawCell]) -> list[tuple[RawCell, RawCell]]:
    """The labels of a row that have a figure as the next filled cell to their right."""
    found = []
    for label, value in itertools.pairwise(cells):
        is_near = value.column - label.column <= _REACH + 1
        if mark_of(label) == "text" and mark_of(value) == "figure" and is_near and len(label.text) <= _LONGEST_LABEL:
            found.append((label, value))
    is_dated = any(is_date_label(label.text) for label, _ in found)
    return [] if is_dated else found


def cards_of(block: Block) -> Form | None:
    """A block that is no table but a row of labels, each with its only figure below it."""
    rows = [r for r in block.body if any(mark_of(block.sheet.at(r, c)) == "figure" for c in block.columns)]
    if rows != [block.header_row + 1] or len(block.columns) < 2:
        return None
    pairs = [(block.header(c), block.sheet.at(rows[0], c)) for c in block.columns]
    if any(mark_of(label) != "text" or mark_of(value) != "figure" for label, value in pairs):
        return None
    return Form(block.sheet, block.first_row, tuple(pairs), block.heads, is_below=True)


def propose_form(
    form: Form, table_id: str, anchor: tuple[str, ...], names: Names
) -> tuple[TableLayout, list[Remark]]:
    """A form as a table whose columns are one value; each label is an item, of its own kind where kinds differ."""
    guesses = {label.address: guess_kind([value], label.text) for label, value in form.pairs}
    common = _common(list(guesses.values()))
    items: dict[str, Item] = {}
    lines: list[Line] = []
    remarks: list[Remark] = []
    ids, seen = Names(), set()
    for position, (label, value) in enumerate(form.pairs):
        guess = guesses[label.address]
        if normalise(label.text) in seen:
            remarks.append(
                Remark(("rows",), f"'{label.text}' stands again at {label.address}; labels need to differ")
            )
            continue
        seen.add(normalise(label.text))
        key = ids.give(label.text, "row")
        items[key] = Item(labels=(label.text,), kind=guess.kind if guess.kind != common.kind else None)
        remarks += [Remark(("rows", "items", key), text) for text in guess.doubts]
        bare = KindGuess(guess.kind, common.bare)
        lines.append(Line(key, position, guess.kind, label.text, amounts_of({"value": value}, bare)))
    layout = TableLayout(
        id=table_id,
        sheets=(form.sheet.name,),
        anchor=anchor,
        rows=RowAxis(kind="items", items=items),
        columns=ColumnAxis(
            kind="value",
            value=FieldLayout(kind=common.kind, bare=common.bare),
            beside="below" if form.is_below else "right",
        ),
    )
    sums = find_sums(lines)
    worked = measure_lines(table_id, lines, find_ratios(lines, [s.total for s in sums]), sums, names)
    filled = layout.model_copy(update={"measures": worked.measures, "checks": worked.checks})
    return filled, [*remarks, *worked.remarks]


def _common(guesses: Sequence[KindGuess]) -> KindGuess:
    kinds = [g.kind for g in guesses]
    kind = max(kinds, key=lambda k: (kinds.count(k), -kinds.index(k)))
    fractions = [g for g in guesses if g.kind == "percent" and g.bare == "fraction"]
    return KindGuess(kind, "fraction" if fractions else "percent")
