"""The columns of a block: which hold the labels, which hold values, of what kind, and which are periods."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from schemas.layout import FieldLayout
from schemas.spelling import normalise
from workbooks.dates import read_period
from workbooks.grid import RawCell, Sheet, column_letter
from workbooks.suggesting.blocks import Block
from workbooks.suggesting.kinds import KindGuess, guess_kind, names_things
from workbooks.suggesting.marks import mark_of
from workbooks.suggesting.names import Names

_UNDER_ROWS = 3
_SAMPLE = 300


@dataclass(frozen=True, slots=True)
class Column:
    """A headed column of values: its id, header as written, the heading above it, and what it seems to hold."""

    id: str
    number: int
    header: str
    under: str
    guess: KindGuess
    is_period: bool = False
    is_empty: bool = False
    doubts: tuple[str, ...] = ()

    @property
    def layout(self) -> FieldLayout:
        """The column as a layout declares it."""
        is_required = not self.is_empty and self.guess.kind != "text"
        under = (self.under,) if self.under else ()
        return FieldLayout(
            headers=(self.header,), under=under, kind=self.guess.kind, required=is_required, bare=self.guess.bare
        )


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a block by their part: labels, groups, values; and the rows that hold values.

    `label_header` is what a layout can find in the header row; `label_words` what a reader sees there.
    """

    label: int
    label_header: str
    group: int | None
    group_header: str
    values: tuple[Column, ...]
    rows: tuple[int, ...]
    doubts: tuple[str, ...] = ()
    label_words: str = ""

    @property
    def periods(self) -> tuple[Column, ...]:
        """The columns headed with a period."""
        return tuple(c for c in self.values if c.is_period)

    @property
    def fields(self) -> tuple[Column, ...]:
        """The other columns of values."""
        return tuple(c for c in self.values if not c.is_period)


def header_text(cell: RawCell) -> str:
    """A header as a layout has to spell it: the words of the cell, or the plain form of a number or date."""
    return cell.value.strip("\u00a0 \t\r\n") if isinstance(cell.value, str) else str(cell.value)


def read_columns(block: Block) -> Columns:
    """Tell label, group and value columns apart. Rows are those that hold values."""
    guesses = {c: _guess_column(block, c, block.body[:_SAMPLE]) for c in block.columns}
    label, group = _find_labels(block, guesses)
    values = [c for c in block.columns if c not in {label, group}]
    rows = _value_rows(block, values, guesses)
    guesses = {c: _guess_column(block, c, rows[:_SAMPLE]) for c in values}
    doubts = list(_unheaded(block, label, rows))
    if group is None and label not in block.columns and values and label != max(min(values) - 1, 1):
        doubts.append(f"the labels in column {column_letter(label)} have no heading and cannot be found by it")
    columns = _name_columns(block, values, guesses)
    stored = block.columns
    return Columns(
        label,
        header_text(block.header(label)) if label in stored else "",
        group,
        header_text(block.header(group)) if group is not None and group in stored else "",
        tuple(columns),
        tuple(rows),
        tuple(doubts),
        block.sheet.seen_at(block.header_row, label).text,
    )


def _guess_column(block: Block, column: int, rows: Sequence[int]) -> KindGuess:
    header = block.header(column)
    if _is_reference(block, column, rows):
        return KindGuess("text")
    words = " ".join([_heading_above(block.sheet, header), header.text])
    return guess_kind([block.sheet.at(row, column) for row in rows], words)


def _is_reference(block: Block, column: int, rows: Sequence[int]) -> bool:
    """A column that names things with digits (2.10, 17): its figures measure nothing."""
    if not names_things(block.header(column).text):
        return False
    cells = [block.sheet.at(row, column) for row in rows]
    texts = [c.text for c in cells if mark_of(c) != "blank"]
    is_first = column == min(block.columns)
    return is_first or (len(set(texts)) == len(texts) and any("." in t for t in texts)) or _are_typed(cells)


def _are_typed(cells: Sequence[RawCell]) -> bool:
    """Whether a column's figures are all stored as text."""
    figures = [c for c in cells if mark_of(c) == "figure"]
    return bool(figures) and all(isinstance(c.value, str) and "%" not in c.value for c in figures)


def _value_rows(block: Block, values: Sequence[int], guesses: dict[int, KindGuess]) -> list[int]:
    """The rows with something to read: a figure, symbol or date; in lists of text, two filled cells."""
    has_figures = any(guesses[c].is_numeric for c in values)
    found = []
    for row in block.body:
        looks = [mark_of(block.sheet.at(row, c)) for c in values]
        told = [m for m in looks if m in ({"figure", "symbol"} if has_figures else {"figure", "symbol", "period"})]
        if told or (not has_figures and len([m for m in looks if m != "blank"]) >= 2):
            found.append(row)
    return found


def _find_labels(block: Block, guesses: dict[int, KindGuess]) -> tuple[int, int | None]:
    """The column of labels (the longest, most various texts before the first values), and that of groups."""
    first_value = next(
        (c for c in block.columns if guesses[c].is_numeric or (guesses[c].kind == "date" and c != block.columns[0])),
        block.columns[-1] + 1,
    )
    rows = [r for r in block.body if any(mark_of(block.sheet.at(r, c)) == "figure" for c in block.columns)]
    texts = [c for c in _left_columns(block, first_value) if _fill(block, c, rows or block.body, "text") > 0]
    if not texts:
        left = _labels_of_other_kind(block, first_value)
        after = next((c for c in block.columns if c > left), None)
        is_group = after is not None and guesses[after].kind == "text" and _is_group(block, left, after, rows)
        return left, after if is_group else None
    label = max(texts, key=lambda c: (_variety(block, c, rows or block.body), -c))
    others = [c for c in texts if c > label and c in block.columns and _is_group(block, label, c, rows)]
    return label, others[0] if others else None


def _left_columns(block: Block, first_value: int) -> list[int]:
    headed = [c for c in block.columns if c < first_value]
    left = min(block.columns)
    bare = [left - 1] if left > 1 and not headed else []
    return headed or bare or [left]


def _labels_of_other_kind(block: Block, first_value: int) -> int:
    """Labels that are no text: periods or numbers down the first column."""
    left = min(block.columns)
    if first_value == left and left > 1 and any(not block.sheet.at(r, left - 1).is_blank for r in block.body):
        return left - 1
    return left


def _fill(block: Block, column: int, rows: Sequence[int], look: str) -> int:
    return sum(mark_of(block.sheet.seen_at(row, column)) == look for row in rows)


def _variety(block: Block, column: int, rows: Sequence[int]) -> float:
    texts = [block.sheet.at(row, column).text for row in rows]
    filled = [t for t in texts if t]
    if not filled:
        return 0.0
    mean = sum(map(len, filled)) / len(filled)
    return len({normalise(t) for t in filled}) * (1 + min(mean, 30) / 10)


def _is_group(block: Block, label: int, column: int, rows: Sequence[int]) -> bool:
    """Whether a column tells apart rows of one label: merged, left blank, or written again."""
    labels = [normalise(block.sheet.seen_at(row, label).text) for row in rows]
    groups = [normalise(block.sheet.at(row, column).text) for row in rows]
    again = [g for i, g in enumerate(groups) if not labels[i] or labels[i] in labels[:i]]
    firsts = [groups[i] for i, text in enumerate(labels) if text and labels.count(text) > 1]
    return bool(again) and all(again) and all(firsts)


def _heading_above(sheet: Sheet, cell: RawCell) -> str:
    """The heading that a layout would find above a header: the nearest filled cell, merged ranges counted."""
    for row in range(cell.row - 1, max(cell.row - _UNDER_ROWS - 1, 0), -1):
        above = sheet.seen_at(row, cell.column)
        if not above.is_blank:
            return header_text(above)
    return ""


def _unheaded(block: Block, label: int, rows: Sequence[int]) -> list[str]:
    """Columns of figures without a header: they cannot be named, so they are not read."""
    first, last = min(block.columns), max(block.columns) + 2
    found = []
    for column in range(first, last + 1):
        if column in block.columns or column == label:
            continue
        looks = Counter(mark_of(block.sheet.at(row, column)) for row in rows)
        if looks["figure"]:
            seen = block.sheet.seen_at(block.header_row, column).text
            what = f"its heading '{seen}' merged with the row above" if seen else "no heading"
            told = f"column {column_letter(column)} holds figures but has {what}, so it is not read"
            found.append(f"{told}; unmerge it" if seen else told)
    return found


def _name_columns(block: Block, values: Sequence[int], guesses: dict[int, KindGuess]) -> list[Column]:
    names = Names()
    forms = Counter(normalise(header_text(block.header(c))) for c in values)
    found = []
    for number in values:
        cell = block.header(number)
        header, above = header_text(cell), _heading_above(block.sheet, cell)
        is_shared = forms[normalise(header)] > 1
        guess = guesses[number]
        period = read_period(cell.value, cell.number_format)
        is_period = period is not None and guess.kind != "text" and not is_shared
        is_empty = all(mark_of(block.sheet.at(r, number)) == "blank" for r in block.body)
        is_period = is_period or (period is not None and is_empty)
        under = above if is_shared and above else ""
        name = names.give(header, f"column_{column_letter(number).lower()}", under)
        found.append(Column(name, number, header, under, guess, is_period, is_empty, guess.doubts))
    return [_tell_doubles(c, found) for c in found]


def _tell_doubles(column: Column, columns: Sequence[Column]) -> Column:
    form = (normalise(column.header), normalise(column.under))
    same = [c for c in columns if (normalise(c.header), normalise(c.under)) == form]
    if len(same) == 1 or column.is_period:
        return column
    letters = " and ".join(column_letter(c.number) for c in same)
    doubt = f"columns {letters} have the same heading; give each its own in the workbook"
    return replace(column, doubts=(*column.doubts, doubt))
