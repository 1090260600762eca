"""Try a return's layout on a workbook: what of it would be read, from which cells, and what would be left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.config import Programme, Return
from schemas.facts import LABEL_FIELD, CutTable, Period, Reading
from schemas.findings import Finding, make_finding
from schemas.layout import Layout
from schemas.repeats import expand_repeats, find_strangers
from workbooks.as_at import find_as_at, find_covered
from workbooks.cutting import cut_table
from workbooks.grid import RawCell, Sheet
from workbooks.locate import LocatedTable, has_title, latest_layout, locate_tables
from workbooks.suggesting.marks import mark_of
from workbooks.unread import find_unread_sheets


@dataclass(frozen=True, slots=True)
class TriedColumn:
    """A column that is read: the cell of its header, what stands there, and the field or period it is read as."""

    cell: str
    header: str
    field: str
    kind: str


@dataclass(frozen=True, slots=True)
class TriedRow:
    """A row that is read: the cell of its label, what stands there, and the key it is read as."""

    cell: str
    label: str
    key: str


@dataclass(frozen=True, slots=True)
class TriedTable:
    """A table that was found: where its header is (a form has none), its columns and rows, its readings, and what is
    not read of it."""

    id: str
    sheet: str
    header_row: int | None
    columns: tuple[TriedColumn, ...]
    rows: tuple[TriedRow, ...]
    cut: CutTable
    unread_columns: tuple[RawCell, ...]
    unread_rows: tuple[TriedRow, ...]

    @property
    def values(self) -> tuple[Reading, ...]:
        """The readings of its body."""
        return tuple(r for r in self.cut.readings if r.field != LABEL_FIELD)


@dataclass(frozen=True, slots=True)
class SheetLeft:
    """A sheet with figures that no table reads: how many, and the first of their cells."""

    sheet: str
    figures: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a return's layout reads from a workbook; `period` is None where no as-at date was found."""

    item: Return
    layout: Layout
    period: Period | None
    covered: Period | None
    tables: tuple[TriedTable, ...]
    missing: tuple[str, ...]
    left: tuple[SheetLeft, ...]
    findings: tuple[Finding, ...]


def try_return(sheets: Sequence[Sheet], item: Return, programme: Programme) -> Trial:
    """Read a workbook's sheets as the return says, as far as they can be read. The return must have a layout."""
    findings: list[Finding] = []
    if not has_title(sheets, item.recognise):
        differs = f"its title '{item.recognise[0]}' heads no sheet" if item.recognise else "it names no title"
        first = sheets[0].name if sheets else None
        findings.append(make_finding("unknown_return", sheet=first, cell="A1", nearest=item.title, differs=differs))
    declared, period, problems = _find_layout(sheets, item)
    findings += problems
    partial = item.partial.get(period.end) if period is not None else None
    headings = [str(c.value) for sheet in sheets for c in sheet.texts() if len(str(c.value)) < 200]
    strangers = find_strangers(declared, programme, headings, [sheet.name for sheet in sheets])
    layout = expand_repeats(declared, programme, strangers)
    located, more = locate_tables(sheets, layout, programme, partial)
    findings += more
    tables = []
    for place in located:
        cut, own = cut_table(place, layout.hidden)
        findings += own
        tables.append(_to_table(place, cut))
    findings += find_unread_sheets(sheets, {place.sheet.name for place in located})
    covered = None
    if layout.covers is not None:
        covered, more = find_covered(sheets, layout.covers, period)
        findings += more
    missing = tuple(name for name in layout.tables if all(t.id != name for t in tables))
    return Trial(item, layout, period, covered, tuple(tables), missing, _find_left(sheets, tables), tuple(findings))


def _find_layout(sheets: Sequence[Sheet], item: Return) -> tuple[Layout, Period | None, list[Finding]]:
    """The layout in force on the workbook's own date; the newest one where it has none."""
    findings: list[Finding] = []
    period = None
    for layout in reversed(item.layouts):
        period, problems = find_as_at(sheets, layout.as_at)
        findings = findings or problems
        if period is not None:
            chosen = latest_layout(item.layouts, period.end)
            if chosen == layout:
                return layout, period, []
    newest = item.layouts[-1]
    if period is not None:
        first = item.layouts[0].from_.isoformat()
        told = make_finding(
            "no_layout", sheet=sheets[0].name, cell="A1", date=period.end.isoformat(), title=item.title, first=first
        )
        return newest, None, [told]
    return newest, None, findings


def _to_table(place: LocatedTable, cut: CutTable) -> TriedTable:
    labels = [TriedRow(r.cell, r.raw_text, r.row_key) for r in cut.readings if r.field == LABEL_FIELD]
    layout = place.layout.columns
    kinds = {name: field.kind for name, field in layout.fields.items()}
    named = [(number, name, str(kinds[name])) for number, name in place.columns]
    if layout.value is not None:
        named += [(number, period.key, layout.value.kind) for number, period in place.periods]
    columns = []
    for number, name, kind in sorted(named):
        cell = place.sheet.at(place.header_row, number)
        columns.append(TriedColumn(cell.address, cell.text, name, kind))
    return TriedTable(
        place.layout.id,
        place.sheet.name,
        place.header_row if layout.kind != "value" else None,
        tuple(columns),
        tuple(r for r in labels if not r.key.startswith("?")),
        cut,
        place.unread,
        tuple(r for r in labels if r.key.startswith("?")),
    )


def _find_left(sheets: Sequence[Sheet], tables: Sequence[TriedTable]) -> tuple[SheetLeft, ...]:
    """The figures, sheet by sheet, that stand in no reading and head no column that is read."""
    read: dict[str, set[str]] = {}
    for table in tables:
        known = read.setdefault(table.sheet, set())
        known |= {r.cell for r in table.cut.readings} | {c.cell for c in table.columns}
    return tuple(left for sheet in sheets if (left := _left_on(sheet, read)) is not None)


def _left_on(sheet: Sheet, read: Mapping[str, set[str]]) -> SheetLeft | None:
    known = read.get(sheet.name, set())
    cells = [
        c.address for row in sheet.rows().values() for c in row if c.address not in known and mark_of(c) == "figure"
    ]
    return SheetLeft(sheet.name, len(cells), tuple(cells[:5])) if cells else None


def period_words(key: str) -> str:
    """A field that is a period, in words; other fields as they are."""
    if "/" not in key:
        return key
    period = Period.from_key(key.split("#")[0])
    return f"{period.precision} to {period.end.isoformat()}" if period.precision != "day" else period.end.isoformat()
