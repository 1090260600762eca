"""Find the tables of a sheet: each has a header row, the columns it heads, and the rows below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.grid import RawCell, Sheet
from workbooks.suggesting.dating import is_date_label
from workbooks.suggesting.marks import is_heading_cell, is_year, mark_of, marks

MOST_ROWS = 1000
MOST_COLUMNS = 200
_LOOK_BELOW = 10
_LONGEST_HEADER = 160
_LONGEST_HEADING = 110


@dataclass(frozen=True, slots=True)
class Block:
    """A table: its header row, the columns headed there, the rows of its body, and the lines above it.

    `first_row` is its own first line (a heading, or the upper of two header rows); `heads` are the lines
    of one cell above the header, nearest first.
    """

    sheet: Sheet
    first_row: int
    header_row: int
    columns: tuple[int, ...]
    body: tuple[int, ...]
    heads: tuple[RawCell, ...] = ()

    @property
    def last_figure_row(self) -> int:
        """The last row of the body with two filled cells or a figure: notes may follow."""
        rows = self.sheet.rows()
        full = [r for r in self.body if len(rows[r]) > 1 or mark_of(rows[r][0]) == "figure"]
        return full[-1] if full else self.header_row

    def header(self, column: int) -> RawCell:
        """The header of a column."""
        return self.sheet.at(self.header_row, column)


def find_blocks(sheet: Sheet) -> list[Block]:
    """The tables of a sheet that have a header row, from top to bottom, side by side ones apart."""
    rows = [row for row in sheet.rows() if row <= MOST_ROWS]
    starts = _header_rows(sheet, rows)
    found: list[Block] = []
    for position, header in enumerate(starts):
        above = rows[: rows.index(header)]
        floor = starts[position - 1] if position else 0
        heads, first = _lines_above(sheet, [row for row in above if row > floor], header)
        if position and found:
            found = [_cut_off(block, first) if block.header_row < header else block for block in found]
        body = [row for row in rows if row > header and (position + 1 == len(starts) or row < starts[position + 1])]
        columns = [c.column for c in _header_cells(sheet, header)]
        found += _side_by_side(Block(sheet, first, header, tuple(columns), tuple(body), tuple(heads)))
    return [block for block in map(_cut_at_form, found) if block.body]


def _cut_at_form(block: Block) -> Block:
    """A form may follow a table on its sheet: an empty row, a heading, and labels with one figure each."""
    rows = block.sheet.rows()
    for before, row, *after in zip(block.body, block.body[1:], block.body[2:], block.body[3:], strict=False):
        is_heading = row - before > 1 and len(rows[row]) == 1 and mark_of(rows[row][0]) == "text"
        if is_heading and len(block.columns) > 2 and all(_is_pair(rows[r]) for r in after):
            return _cut_off(block, row)
    return block


def _is_pair(cells: Sequence[RawCell]) -> bool:
    return [mark_of(c) for c in cells] == ["text", "figure"]


def _is_short(cell: RawCell) -> bool:
    return not isinstance(cell.value, str) or len(cell.value) <= _LONGEST_HEADER


def _header_cells(sheet: Sheet, row: int) -> list[RawCell]:
    return [c for c in sheet.rows()[row] if c.column <= MOST_COLUMNS and _is_short(c)]


def _cut_off(block: Block, row: int) -> Block:
    body = tuple(r for r in block.body if r < row)
    return Block(block.sheet, block.first_row, block.header_row, block.columns, body, block.heads)


def _header_rows(sheet: Sheet, rows: Sequence[int]) -> list[int]:
    found: list[int] = []
    has_data = False
    for position, row in enumerate(rows):
        if (not found or has_data) and _could_head(sheet, row):
            before = rows[position - 1] if position else 0
            if _is_header(sheet, rows, position, is_later=bool(found), is_apart=_is_apart(sheet, before, row)):
                found.append(row)
                has_data = False
                continue
        has_data = has_data or any(mark_of(c) in {"figure", "period"} for c in sheet.rows()[row]) or bool(found)
    return found


def _is_apart(sheet: Sheet, before: int, row: int) -> bool:
    """Whether a blank row or a line of one cell stands between a row and the table before it."""
    return before < row - 1 or len(sheet.rows().get(before, ())) <= 1 or _is_upper(sheet, before, row)


def _is_header(sheet: Sheet, rows: Sequence[int], position: int, *, is_later: bool, is_apart: bool) -> bool:
    row = rows[position]
    if is_later and not is_apart:
        return False
    below = _rows_below(rows, position)
    return (
        bool(below)
        and _heads(sheet, row, below, is_later=is_later)
        and not _is_displaced(sheet, rows, position, below)
    )


def _heads(sheet: Sheet, row: int, below: Sequence[int], *, is_later: bool) -> bool:
    """Whether what stands below a row of headings differs from them as values do."""
    share, columns = _contrast(sheet, row, below)
    if len(columns) == 1:
        return share == 1 and _has_label_beside(sheet, row, below, columns[0])
    if is_later:
        return share >= 0.5
    return share > 0 or _heads_texts(sheet, row, below)


def _could_head(sheet: Sheet, row: int) -> bool:
    cells = _header_cells(sheet, row)
    is_line = len(cells) == 2 and (is_date_label(cells[0].text) or cells[0].text.endswith(":"))
    if is_line or sum(map(is_year, cells)) == 1:
        return False  # one number that could be a year is more often a figure
    return bool(cells) and len(cells) == len(
        [c for c in sheet.rows()[row] if c.column <= MOST_COLUMNS]
    ) and all(is_heading_cell(c) for c in cells)  # fmt: skip


def _rows_below(rows: Sequence[int], position: int) -> list[int]:
    """The next rows, as far as they can belong to a table headed at `position`."""
    found: list[int] = []
    last = rows[position]
    for row in rows[position + 1 : position + 1 + _LOOK_BELOW]:
        is_gap = row - last > 1 and len(found) > 1
        if row - last > 3 or is_gap:
            break
        found.append(row)
        last = row
    return found


def _is_displaced(sheet: Sheet, rows: Sequence[int], position: int, below: Sequence[int]) -> bool:
    """Whether a row further down, before any figure, is the header, and this one a heading over it."""
    own = [c.column for c in _header_cells(sheet, rows[position])]
    for offset, row in enumerate(below):
        cells = sheet.rows()[row]
        if not _could_head(sheet, row):
            return False
        if len(cells) < 2:
            continue
        share, columns = _contrast(sheet, row, _rows_below(rows, position + 1 + offset))
        has_merge = _is_upper(sheet, rows[position], row)
        if share > 0 and columns and (len(columns) >= len(own) or has_merge or row - rows[position] > 1):
            return True
    return False


def _contrast(sheet: Sheet, row: int, below: Sequence[int]) -> tuple[float, list[int]]:
    """The share of a row's columns, but for the first, under which something else than text stands; its columns."""
    cells = _header_cells(sheet, row)
    columns = [c.column for c in cells]
    if not columns:
        return 0.0, []
    rest = cells[1:] if len(cells) > 1 else cells
    hits = sum(_differs(cell, sheet, below) for cell in rest)
    return hits / len(rest), columns


def _differs(cell: RawCell, sheet: Sheet, below: Sequence[int]) -> bool:
    found = marks(sheet, below, cell.column)
    figures = found.count("figure")
    others = figures if mark_of(cell) == "period" else figures + found.count("period")
    return others > 0 and 2 * others >= len([m for m in found if m != "symbol"])


def _has_label_beside(sheet: Sheet, row: int, below: Sequence[int], column: int) -> bool:
    """One heading over one column of figures needs labels to its left, from the next row on."""
    if not below or below[0] != row + 1 or column == 1:
        return False
    named = [r for r in below if mark_of(sheet.seen_at(r, column - 1)) == "text" and _has_figure(sheet, r, column)]
    return len(named) >= 2 and named[0] == below[0]


def _has_figure(sheet: Sheet, row: int, column: int) -> bool:
    return mark_of(sheet.at(row, column)) in {"figure", "symbol"}


def _heads_texts(sheet: Sheet, row: int, below: Sequence[int]) -> bool:
    """A list of texts: three columns or more, short and different headers, and rows below that fill them."""
    cells = _header_cells(sheet, row)
    if len(cells) < 3 or len({c.text.casefold() for c in cells}) < len(cells) or max(len(c.text) for c in cells) > 60:
        return False
    own = {c.column for c in cells}
    full = [r for r in below if len(own & {c.column for c in sheet.rows()[r]}) >= max(2, len(own) // 2)]
    return len(full) >= 2


def _is_upper(sheet: Sheet, row: int, header: int) -> bool:
    """Whether a row groups the columns of the header below it, by cells merged over several or standing apart."""
    cells = sheet.rows().get(row, [])
    below = sheet.rows()[header]
    if not cells or not 0 < header - row <= 2 or not all(is_heading_cell(c) for c in cells):
        return False
    left = min(c.column for c in below)
    over = [c for c in cells if c.column > left]
    return bool(over) and len(cells) <= len(below) + 1


def _lines_above(sheet: Sheet, above: Sequence[int], header: int) -> tuple[list[RawCell], int]:
    """The one-cell lines above a header, nearest first, and the first row that belongs to its table."""
    heads: list[RawCell] = []
    first = header
    uppers = 0
    for row in reversed(above):
        cells = sheet.rows()[row]
        if header - row > 12:
            break
        if uppers < 2 and not heads and _is_upper(sheet, row, header) and row == first - 1:
            uppers += 1
            first = row
            continue
        texts = [c for c in cells if mark_of(c) == "text"]
        if len(texts) != len(cells) or not texts:
            break
        if len(cells) == 1 and len(texts[0].text) <= _LONGEST_HEADING:
            heads.append(texts[0])
        if not heads or len(heads) == 1:
            first = row
    return heads, first


def _side_by_side(block: Block) -> list[Block]:
    """Tables that stand side by side, apart by an empty column, each with its own labels."""
    parts: list[list[int]] = [[block.columns[0]]]
    for column in block.columns[1:]:
        gap = range(parts[-1][-1] + 1, column)
        is_empty = all(block.sheet.at(r, c).is_blank for c in gap for r in (block.header_row, *block.body))
        labels = marks(block.sheet, block.body, column)
        if gap and is_empty and labels and labels.count("text") * 2 > len(labels) and len(parts[-1]) > 1:
            parts.append([column])
        else:
            parts[-1].append(column)
    if len(parts) > 1 and len(parts[-1]) == 1:
        last = parts.pop()
        parts[-1] += last
    if len(parts) == 1:
        return [block]
    return [
        Block(block.sheet, block.first_row, block.header_row, tuple(part), block.body, _heads_over(block, part))
        for part in parts
    ]


def _heads_over(block: Block, part: Sequence[int]) -> tuple[RawCell, ...]:
    return tuple(h for h in block.heads if part[0] <= h.column <= part[-1])
