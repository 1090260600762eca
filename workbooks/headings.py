"""Column headings: what they say, what stands above them, and which of them may be a missing one under a new name."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from schemas.drift import flow_list, in_table
from schemas.layout import TableLayout
from schemas.spelling import normalise
from workbooks.formats import is_percent_format
from workbooks.grid import RawCell, Sheet
from workbooks.values import SYMBOLS

PERIODS = "*"
"""The columns that are headed with a period each: as a table's header they are one."""
_ALIKE = 0.5
_ROWS_BELOW = 6


def says(cell: RawCell, spellings: Iterable[str]) -> bool:
    """Whether a heading is one of the spellings."""
    if not isinstance(cell.value, str):
        return str(cell.value) in spellings  # a year as a heading is a number in its cell
    form = normalise(cell.value)
    return any(normalise(spelling) == form for spelling in spellings)


def heading_above(sheet: Sheet, cell: RawCell) -> str:
    """The nearest heading above a heading; "" where there is none.

    One that was not merged stands over its own column and the blank ones to its right.
    """
    above = _heading_above(sheet, cell, ())
    return above.text if above is not None else ""


def is_under(sheet: Sheet, cell: RawCell, headings: Collection[str]) -> bool:
    """Whether the nearest heading above the cell is one of the spellings."""
    above = _heading_above(sheet, cell, headings)
    return above is not None and says(above, headings)


def _heading_above(sheet: Sheet, cell: RawCell, wanted: Collection[str]) -> RawCell | None:
    """The heading above a cell; of the ones to its left only a wanted one, where some are wanted."""
    for row in range(cell.row - 1, max(cell.row - 4, 0), -1):
        above = sheet.seen_at(row, cell.column)
        if not above.is_blank:
            return above
        left = [c for c in sheet.rows().get(row, []) if c.column < cell.column]
        if left and (says(left[-1], wanted) if wanted else True):
            return left[-1] if (row, left[-1].column) not in sheet.merged else None
    return None


@dataclass(frozen=True, slots=True)
class WantedHeading:
    """A heading of a table: its field ("label" and "group" for the columns of names), its spellings, the heading
    that it stands under, the kind of what stands below it, and whether the table must have it."""

    name: str
    spellings: tuple[str, ...]
    under: tuple[str, ...] = ()
    kind: str = "text"
    is_required: bool = True

    @property
    def text(self) -> str:
        """The heading as it is told."""
        return self.spellings[0] if self.spellings else self.name


def wanted_headings(table: TableLayout) -> list[WantedHeading]:
    """The headings of a table, columns of names first."""
    named = (("label", table.rows.headers), ("group", table.rows.group_headers))
    wanted = [WantedHeading(name, spellings, kind="label") for name, spellings in named if spellings]
    fields = table.columns.fields.items()
    wanted += [WantedHeading(n, f.headers, f.under, f.kind, f.required) for n, f in fields]
    value = table.columns.value
    if table.columns.kind == "periods" and value is not None:
        wanted.append(WantedHeading(PERIODS, ("a month or a date",), kind=value.kind))
    return wanted


def pair_renamed(sheet: Sheet, missing: Sequence[WantedHeading], free: Sequence[RawCell]) -> dict[str, RawCell]:
    """Which of the free headings each missing one may be now, by its field: each heading stands for one.

    The most alike are paired first; then what is left, where only one heading can be meant, and it only so.
    """
    likeness = [
        (_likeness(sheet, wanted, cell), -number, wanted, cell)
        for wanted in missing
        for number, cell in enumerate(free)
        if _may_hold(sheet, cell, wanted.kind)
    ]
    pairs: dict[str, RawCell] = {}
    taken: set[str] = set()
    for score, _, wanted, cell in sorted(likeness, key=lambda item: item[:2], reverse=True):
        if score >= _ALIKE and wanted.name not in pairs and cell.address not in taken:
            pairs[wanted.name] = cell
            taken.add(cell.address)
    rest = [c for c in free if c.address not in taken]
    options = {w.name: _options(sheet, w, rest) for w in missing if w.name not in pairs}
    for name, own in options.items():
        if len(own) == 1 and sum(own[0] in others for others in options.values()) == 1:
            pairs[name] = own[0]
    return pairs


def _options(sheet: Sheet, wanted: WantedHeading, free: Sequence[RawCell]) -> list[RawCell]:
    """The headings that may be a wanted one by what stands below and above them."""
    fitting = [c for c in free if _may_hold(sheet, c, wanted.kind)]
    return [c for c in fitting if is_under(sheet, c, wanted.under)] or fitting if wanted.under else fitting


def _likeness(sheet: Sheet, wanted: WantedHeading, cell: RawCell) -> float:
    """How alike a heading is to a wanted one, in letters or in words; one under the right heading goes first."""
    best = 0.0
    form = normalise(cell.text)
    for spelling in wanted.spellings:
        own = normalise(spelling)
        words, others = set(own.split()), set(form.split())
        shared = len(words & others) / len(words | others) if words | others else 0.0
        best = max(best, SequenceMatcher(None, own, form).ratio(), shared)
    is_in_place = bool(wanted.under) and is_under(sheet, cell, wanted.under)
    return best + 1 if is_in_place and best >= _ALIKE else best


def _may_hold(sheet: Sheet, heading: RawCell, kind: str) -> bool:
    """Whether what stands below a heading may be of a kind: a figure is no words, a count is written with no percent
    sign, a name is no number."""
    below = (sheet.at(row, heading.column) for row in range(heading.row + 1, heading.row + 1 + _ROWS_BELOW))
    first = next((cell for cell in below if not cell.is_blank), None)
    if first is None or kind not in {"count", "number", "percent", "label"}:
        return True
    is_number = isinstance(first.value, (int, float))
    is_share = is_percent_format(first.number_format) if is_number else first.text.rstrip().endswith("%")
    if kind == "label":
        return not (is_number or is_share)
    text = first.text.casefold()
    is_words = isinstance(first.value, str) and not any(c.isdigit() for c in text) and text not in SYMBOLS
    return not is_words and (kind == "percent" or not is_share)


def accept_heading(sheet: Sheet, table: TableLayout, name: str, cell: RawCell | None) -> str:
    """The lines that let a column be called as it is now, or be absent."""
    if name in {"label", "group"}:
        key, known = (
            ("headers", table.rows.headers) if name == "label" else ("group_headers", table.rows.group_headers)
        )
        return in_table(("rows", key), flow_list([*known, cell.text])) if cell is not None else ""
    if name not in table.columns.fields:
        return ""
    field, path = table.columns.fields[name], ("columns", "fields", name)
    if cell is None:
        return in_table((*path, "required"), "false")
    if says(cell, field.headers):
        return in_table((*path, "under"), flow_list([*field.under, heading_above(sheet, cell)]))
    return in_table((*path, "headers"), flow_list([*field.headers, cell.text]))


def say_where(name: str) -> str:
    """The key of the layout that takes another spelling."""
    known = {"label": "`headers` of `rows`", "group": "`group_headers` of `rows`", PERIODS: "`headers` of a field"}
    return known.get(name, f"`headers` of field `{name}`")


def say_found(sheet: Sheet, table: TableLayout, name: str, at: RawCell | None) -> str:
    """What the heading says that may be a missing one, as the end of a sentence."""
    if at is None:
        return ""
    field = table.columns.fields.get(name)
    above = f" under '{heading_above(sheet, at)}'" if field is not None and says(at, field.headers) else ""
    return f"; {at.address} says '{at.text}'{above}"


def first_headings(sheet: Sheet, first: int, last: int) -> int | None:
    """The first row that may be a table's header: several texts, with a figure below one of them in the next row."""
    rows = sorted(sheet.rows())
    for row, below in pairwise(rows):
        columns = {c.column for c in sheet.headings(row) if isinstance(c.value, str)}
        figures = {c.column for c in sheet.rows()[below] if isinstance(c.value, (int, float))}
        if first <= row <= last and len(columns) > 1 and columns & figures:
            return row
    return None
