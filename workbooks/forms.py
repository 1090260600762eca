"""Forms: labels with their values beside or below them, without a header row."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.layout import TableLayout
from workbooks.grid import RawCell, Sheet
from workbooks.labels import Labels

_REACH = 8


@dataclass(frozen=True, slots=True)
class FormPlace:
    """Where a form stands: its pairs of label and value, and the share of the required labels found."""

    sheet: Sheet
    first_row: int
    last_row: int
    score: float
    pairs: tuple[tuple[RawCell, RawCell], ...]


def find_form(sheet: Sheet, table: TableLayout, labels: Labels, first: int, last: int) -> FormPlace | None:
    """The form of a table between two rows of a sheet; None where none of its labels is there.

    A label that is not declared counts if it stands in a column of labels, between declared ones, beside a
    figure: it is then told of, not passed over.
    """
    cells = [c for row, filled in sheet.rows().items() if first <= row <= last for c in filled]
    texts = [c for c in cells if isinstance(c.value, str)]
    known = [c for c in texts if labels.knows(c.text)]
    if not known:
        return None
    columns = {c.column for c in known}
    top, bottom = min(c.row for c in known), max(c.row for c in known)
    taken = {(c.row, c.column) for c in known}
    pairs = []
    for cell in texts:
        if (cell.row, cell.column) in taken:
            pairs.append((cell, _value_of(sheet, cell, table, taken)))
        elif cell.column in columns and top < cell.row < bottom:
            value = _value_of(sheet, cell, table, taken)
            if isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
                pairs.append((cell, value))
    required = labels.required
    found = {labels.read(c.text, "") for c in known}
    score = len(required & found) / len(required) if required else 1.0
    return FormPlace(sheet, top, bottom, score, tuple(pairs))


def _value_of(sheet: Sheet, label: RawCell, table: TableLayout, taken: set[tuple[int, int]]) -> RawCell:
    """The cell that holds a label's value: the next filled one to the right, else the one below (or the
    other way round, as the layout says); the blank cell to the right where neither is filled."""
    right, below = _right_of(sheet, label, taken), _below(sheet, label, taken)
    order = (below, right) if table.columns.beside == "below" else (right, below)
    found = next((cell for cell in order if cell is not None), None)
    if found is not None:
        return found
    if table.columns.beside == "below":
        return sheet.at(label.row + 1, label.column)
    return sheet.at(label.row, _width(sheet, label) + 1)


def _right_of(sheet: Sheet, label: RawCell, taken: set[tuple[int, int]]) -> RawCell | None:
    end = _width(sheet, label)
    for column in range(end + 1, end + 1 + _REACH):
        if (label.row, column) in taken:
            return None
        cell = sheet.at(label.row, column)
        if not cell.is_blank:
            return cell
    return None


def _below(sheet: Sheet, label: RawCell, taken: set[tuple[int, int]]) -> RawCell | None:
    cell = sheet.at(label.row + 1, label.column)
    return None if cell.is_blank or (cell.row, cell.column) in taken else cell


def _width(sheet: Sheet, label: RawCell) -> int:
    """The last column of a label, which may be merged over several."""
    column = label.column
    while sheet.merged.get((label.row, column + 1)) == (label.row, label.column):
        column += 1
    return column
