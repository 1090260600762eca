"""A block as a table of a layout: axes, kinds, measures and checks, with a remark on every guess."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from schemas.config import Programme, Service
from schemas.layout import ColumnAxis, FieldLayout, MeasureLayout, TableLayout, Term, ValueKind
from schemas.proposal import Remark
from workbooks.grid import RawCell
from workbooks.suggesting.amounts import amounts_of
from workbooks.suggesting.arithmetic import Amount, Line, Ratio, find_ratios, find_sums
from workbooks.suggesting.blocks import Block
from workbooks.suggesting.columns import Column, Columns, read_columns
from workbooks.suggesting.kinds import KindGuess, guess_kind, is_marked
from workbooks.suggesting.marks import mark_of
from workbooks.suggesting.measuring import Lines, Worked, measure_items, measure_services
from workbooks.suggesting.names import Names
from workbooks.suggesting.records import looks_like_records, read_records
from workbooks.suggesting.rows import RowLabel, Rows, read_labels, read_rows

_MOST_PLACES = 40
_COUNT_WORDS = re.compile(r"\b(number|numbers|no\.?|count|total|cases)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ProposedTable:
    """A table of a layout as proposed, the remarks on it (paths within the table), and services still to declare.

    `whole` is the label of the row that sums the services.
    """

    layout: TableLayout
    sheet: str
    remarks: tuple[Remark, ...] = ()
    services: tuple[Service, ...] = ()
    is_tracker: bool = False
    whole: str = ""


def propose_table(
    block: Block, table_id: str, anchor: tuple[str, ...], programme: Programme | None, names: Names
) -> ProposedTable | None:
    """The block as a table; None where nothing in it could be read by a layout. `names` are those of measures."""
    columns = read_columns(block)
    if not columns.rows or not columns.values:
        return None
    head: dict[str, Any] = {"id": table_id, "sheets": (block.sheet.name,), "anchor": anchor}
    is_list = looks_like_records(block, columns)
    if not is_list or _are_services(block, columns, programme):
        return _labelled(block, columns, head, programme, names)
    found = read_records(block, columns)
    layout = TableLayout(**head, rows=found.rows, columns=found.columns)
    remarks = [Remark(("rows",), text) for text in found.doubts]
    remarks += [Remark(("columns", "fields", name), text) for name, text in found.field_doubts]
    return ProposedTable(layout, block.sheet.name, tuple(remarks), (), found.is_tracker)


def _are_services(block: Block, columns: Columns, programme: Programme | None) -> bool:
    is_named = any(label.label for label in read_labels(block, columns))
    if programme is None or not is_named or not any(c.guess.is_numeric for c in columns.values):
        return False
    return read_rows(block, columns, programme, (), {}).axis.kind == "services"


def _is_figure(block: Block, row: int, column: int) -> bool:
    return mark_of(block.sheet.at(row, column)) == "figure"


def _labelled(
    block: Block, columns: Columns, head: dict[str, Any], programme: Programme | None, names: Names
) -> ProposedTable | None:
    labels = read_labels(block, columns)
    if not any(label.label for label in labels):
        return None
    kinds = _row_kinds(block, columns, labels, programme)
    columns = _settle_kinds(block, columns, kinds)
    lines = [_column_line(block, c, columns.rows) for c in columns.fields if c.guess.is_numeric]
    every = lines or [_column_line(block, c, columns.rows) for c in columns.periods]
    rows = read_rows(block, columns, programme, every, kinds.own)
    if not rows.keys:
        return None
    axis, kept, remarks = _column_axis(columns, kinds, rows)
    worked = _measure(block, replace(columns, values=kept), rows, kinds, str(head["id"]), names)
    layout = TableLayout(
        **head,
        rows=rows.axis,
        columns=axis,
        measures=worked.measures,
        checks=worked.checks,
    )
    remarks += [Remark(("rows",), text) for text in rows.doubts]
    remarks += [Remark(("rows", "items", key), text) for key, text in rows.item_doubts]
    remarks += [Remark(("columns",), text) for text in columns.doubts]
    remarks += worked.remarks
    return ProposedTable(
        layout, block.sheet.name, tuple(remarks), rows.services, whole=rows.labels.get("company", "")
    )


@dataclass(frozen=True, slots=True)
class _RowKinds:
    """The kind of a table's values where rows, not columns, decide it; `own` are the rows that differ."""

    common: KindGuess | None
    own: Mapping[int, ValueKind]


def _row_kinds(block: Block, columns: Columns, labels: Sequence[RowLabel], programme: Programme | None) -> _RowKinds:
    """Rows decide the kind under period headings, and where columns mix percentages with other figures."""
    numbers = [c.number for c in columns.periods]
    if not numbers:
        numeric = [c for c in columns.values if c.guess.is_numeric and not c.is_empty]
        if not _is_mixed(block, numeric, columns.rows):
            return _RowKinds(None, {})
        numbers = [c.number for c in numeric]
    guesses: dict[int, KindGuess] = {}
    for label in labels:
        cells = [block.sheet.at(label.row, n) for n in numbers]
        if any(mark_of(c) == "figure" for c in cells):
            guesses[label.row] = guess_kind(cells, f"{label.label} {label.group}")
    if not guesses or read_rows(block, columns, programme, (), {}).axis.kind == "services":
        cells = [block.sheet.at(row, n) for row in columns.rows for n in numbers]
        return _RowKinds(guess_kind(cells, columns.label_header) if columns.periods else None, {})
    numeric_guesses = {row: g for row, g in guesses.items() if g.is_numeric}
    if not numeric_guesses:
        return _RowKinds(KindGuess("text"), {})
    counted = Counter(g.kind for g in numeric_guesses.values())
    common = max(counted, key=lambda kind: (counted[kind], kind == "percent"))
    fractions = [g for g in numeric_guesses.values() if g.kind == "percent" and g.bare == "fraction"]
    doubts = tuple(dict.fromkeys(d for g in guesses.values() if g.kind == common for d in g.doubts))
    if common == "count" and len(counted) == 1 and _could_be_shares(block, numbers, guesses, labels):
        doubts = (*doubts, "whole numbers up to 100 throughout: counts or percentages?")
    guess = KindGuess(common, "fraction" if fractions else "percent", doubts)
    return _RowKinds(guess, {row: g.kind for row, g in guesses.items() if g.kind != common})


def _could_be_shares(
    block: Block, numbers: Sequence[int], rows: Mapping[int, KindGuess], labels: Sequence[RowLabel]
) -> bool:
    """Whether nothing tells counts from bare percentages: no figure above 100, and no label that says it counts."""
    cells = [block.sheet.at(row, n) for row in rows for n in numbers]
    values = [c.value for c in cells if isinstance(c.value, (int, float)) and not isinstance(c.value, bool)]
    is_counted = any(_COUNT_WORDS.search(label.label) for label in labels)
    return not is_counted and bool(values) and max(values) <= 100 and max(values) > 10


def _is_mixed(block: Block, numeric: Sequence[Column], rows: Sequence[int]) -> bool:
    """Whether rows are all of one sort, percentages or not, and columns are not."""
    if not numeric or any("%" in c.header for c in numeric):
        return False

    def sorts(cells: Sequence[RawCell]) -> set[bool]:
        return {is_marked(c) for c in cells if mark_of(c) == "figure" and not c.is_error and not c.is_uncached}

    by_row = [sorts([block.sheet.at(r, c.number) for c in numeric]) for r in rows]
    by_column = [sorts([block.sheet.at(r, c.number) for r in rows]) for c in numeric]
    return all(len(s) <= 1 for s in by_row) and any(len(s) == 2 for s in by_column)


def _settle_kinds(block: Block, columns: Columns, kinds: _RowKinds) -> Columns:
    """Columns take their table's kind where rows decide; elsewhere the arithmetic may show bare percentages."""
    if kinds.common is not None:
        common = kinds.common
        values = [
            replace(c, guess=common, doubts=()) if c.is_period or (c.guess.is_numeric and not columns.periods) else c
            for c in columns.values
        ]
        return replace(columns, values=tuple(values))
    lines = [_column_line(block, c, columns.rows) for c in columns.fields if c.guess.is_numeric and not c.is_empty]
    shown: dict[str, KindGuess] = {}
    for ratio in find_ratios(lines, [s.total for s in find_sums(lines)]):
        own = next(c for c in columns.fields if c.id == ratio.stated)
        line = next(o for o in lines if o.key == ratio.stated)
        guess = _bare_by_ratio(own, line, ratio)
        if guess is not None:
            shown[ratio.stated] = guess
    values = [replace(c, guess=shown[c.id], doubts=_kept(c)) if c.id in shown else c for c in columns.values]
    return replace(columns, values=tuple(values))


def _kept(column: Column) -> tuple[str, ...]:
    """The doubts that the arithmetic does not settle."""
    return tuple(d for d in column.doubts if d not in column.guess.doubts or "no figure" in d)


def _bare_by_ratio(column: Column, line: Line, ratio: Ratio) -> KindGuess | None:
    """What the arithmetic says of a column that is, or could be, of bare percentages."""
    if ratio.support < 2:
        return None
    if ratio.form == "percent":
        return replace(column.guess, doubts=()) if line.kind == "percent" else KindGuess("percent")
    values = [a.value for a in line.amounts.values()]
    is_share = ratio.form == "average" and all(Decimal(0) <= v <= 1 for v in values) and any(v % 1 for v in values)
    return KindGuess("percent", "fraction") if is_share else None


def _column_line(block: Block, column: Column, rows: Sequence[int]) -> Line:
    cells = {str(row): block.sheet.at(row, column.number) for row in rows[:_MOST_PLACES]}
    words = f"{column.under} {column.header}"
    return Line(column.id, column.number, column.guess.kind, words, amounts_of(cells, column.guess))


def _column_axis(
    columns: Columns, kinds: _RowKinds, rows: Rows
) -> tuple[ColumnAxis, tuple[Column, ...], list[Remark]]:
    """The column axis, the columns it reads, and the remarks on them."""
    fields = list(columns.fields)
    remarks = []
    if kinds.own and rows.axis.kind == "items":
        # a row's own kind holds for all its cells: texts would be taken for figures that cannot be read
        left = [c for c in fields if not c.guess.is_numeric]
        fields = [c for c in fields if c.guess.is_numeric]
        if left:
            names = ", ".join(f"'{c.header}'" for c in left)
            remarks.append(Remark(("columns",), f"not read, since rows have kinds of their own: {names}"))
    layouts = {c.id: c.layout for c in fields}
    remarks += [Remark(("columns", "fields", c.id), text) for c in fields for text in c.doubts]
    if not columns.periods:
        return ColumnAxis(fields=layouts), tuple(fields), remarks
    guess = kinds.common or columns.periods[0].guess
    value = FieldLayout(kind=guess.kind, bare=guess.bare)
    remarks += [Remark(("columns", "value"), text) for text in guess.doubts]
    axis = ColumnAxis(kind="periods", fields=layouts, value=value)
    return axis, (*columns.periods, *fields), remarks


def _measure(block: Block, columns: Columns, rows: Rows, kinds: _RowKinds, table: str, names: Names) -> Worked:
    by_column = tuple(_column_line(block, c, list(rows.keys)) for c in columns.fields if c.guess.is_numeric)
    figures = [(r, c) for c in columns.values for r in rows.keys if _is_given(block, r, c.number)]
    filled = frozenset((rows.keys[r], c.id) for r, c in figures)
    if rows.axis.kind == "services":
        every = Lines(by_column, (), filled)
        if not columns.periods:
            return measure_services(table, columns.values, every, rows.axis.services, names)
        guess = kinds.common or columns.periods[0].guess
        value = _periods_measure(names.give(table, "measure"), guess)
        worked = measure_services(table, columns.fields, every, rows.axis.services, names)
        return replace(worked, measures=(*value, *worked.measures), remarks=_moved(worked.remarks, len(value)))
    lines = [_row_line(block, columns, key, row, kinds, rows) for row, key in rows.keys.items()]
    own = {rows.keys[row]: kind for row, kind in kinds.own.items() if row in rows.keys}
    if columns.periods and kinds.common is not None:
        own = own or {"": kinds.common.kind}
    every = Lines(by_column, tuple(lines), filled)
    return measure_items(table, columns.values, every, own, names, has_periods=bool(columns.periods))


def _is_given(block: Block, row: int, column: int) -> bool:
    """Whether a figure stands in a cell, or a symbol in its place."""
    return mark_of(block.sheet.at(row, column)) in {"figure", "symbol"}


def _moved(remarks: Sequence[Remark], by: int) -> tuple[Remark, ...]:
    """Remarks on measures, after some measures were put before them."""
    return tuple(
        replace(r, path=("measures", int(r.path[1]) + by)) if r.path[0] == "measures" and len(r.path) > 1 else r
        for r in remarks
    )


def _periods_measure(name: str, guess: KindGuess) -> tuple[MeasureLayout, ...]:
    """Services down and periods across: the value of the row and column at hand."""
    if guess.kind == "count":
        return (MeasureLayout(id=name, form="count", numerator=Term()),)
    if guess.kind == "text":
        return ()
    return (MeasureLayout(id=name, form="percent" if guess.kind == "percent" else "number", stated=Term()),)


def _row_line(block: Block, columns: Columns, key: str, row: int, kinds: _RowKinds, rows: Rows) -> Line:
    """A row's figures by column; where columns decide the kind, only its counts add up down the table."""
    words = rows.labels.get(key, key)
    if kinds.common is not None or columns.periods:
        common = kinds.common or columns.periods[0].guess
        own = kinds.own.get(row, common.kind)
        guess = KindGuess(own, common.bare)
        cells = {c.id: block.sheet.at(row, c.number) for c in columns.values if c.is_period or not columns.periods}
        return Line(key, row, own, words, amounts_of(cells, guess))
    counts = [c for c in columns.values if c.guess.kind == "count"]
    chosen = counts or [c for c in columns.values if c.guess.is_numeric]
    kind = "count" if counts else chosen[0].guess.kind if len({c.guess.kind for c in chosen}) == 1 else "mixed"
    found: dict[str, Amount] = {}
    for column in chosen:
        found |= amounts_of({column.id: block.sheet.at(row, column.number)}, column.guess)
    return Line(key, row, kind, words, found)
