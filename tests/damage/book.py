"""The oracle's own reading of a workbook: sheets, tables, rows and figures, by the layout's words alone.

Nothing of the product's intake is used: only the programme's configuration (what is called what) and openpyxl.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas.config import Programme, Return
from schemas.layout import FieldLayout, Layout, TableLayout
from tests.damage.sayings import Said, Span, Spot, dated_lines, fold, month_span, read_span, say, seen, spot


@dataclass
class Line:
    """A body row: its key ("?..." where no declared name stands), its label's cell, what its cells say."""

    key: str
    row: int
    label: Spot
    text: str
    cells: dict[str, Said] = field(default_factory=dict)


@dataclass
class Table:
    """A table as it stands: header cells, columns by field (or by period's text), and its rows."""

    layout: TableLayout
    sheet: Any
    header_row: int
    label_column: int
    group_column: int | None
    columns: dict[str, int]
    spans: dict[str, Span]
    last_row: int
    width: int
    lines: list[Line] = field(default_factory=list)
    faults: list[tuple[str, str, frozenset[Spot]]] = field(default_factory=list)  # kind, what, where

    def header_spots(self) -> frozenset[Spot]:
        """Every cell of the header row."""
        return self.row_spots(self.header_row)

    def row_spots(self, row: int) -> frozenset[Spot]:
        """Every cell of a row."""
        return frozenset(spot(self.sheet, row, c) for c in range(1, self.width + 2))


@dataclass
class Book:
    """A workbook as the oracle reads it."""

    layout: Layout | None
    as_at: Span | None
    dates: list[tuple[Spot, Span | None]]
    covers: list[tuple[Spot, Span | None]]
    tables: dict[str, Table]
    faults: list[tuple[str, str, frozenset[Spot]]]


class _Names:
    def __init__(self, table: TableLayout, programme: Programme) -> None:
        rows = table.rows
        self.known: dict[tuple[str, str], str] = {}
        if rows.kind == "services":
            for service in programme.services:
                if service.id in {*rows.services, *rows.optional_services}:
                    self.known |= {(fold(t), ""): service.id for t in (service.label, *service.spellings)}
            company = programme.company
            self.known |= {(fold(t), ""): "company" for t in (company.label, *company.spellings)}
            self.known |= {(fold(t), ""): s.id for s in rows.subtotals for t in s.labels}
        for key, item in rows.items.items():
            self.known |= {(fold(t), fold(g)): key for t in item.labels for g in item.group or ("",)}

    def key(self, label: str, group: str) -> str:
        own = self.known.get((fold(label), fold(group))) or self.known.get((fold(label), ""))
        return own or f"?{label}"


def read_book(book: Any, item: Return, programme: Programme) -> Book:
    """Read a workbook that is known to be this return."""
    sheets = list(book.worksheets)
    labels = {label for layout in item.layouts for label in layout.as_at.labels}
    dates = list(dated_lines(sheets, labels))
    spans = [span for _, span in dates if span is not None]
    as_at = spans[0] if spans else None
    if as_at is not None and item.layouts[0].as_at.precision == "month":
        as_at = month_span(as_at[1].year, as_at[1].month)
    elif as_at is not None:
        as_at = (as_at[1], as_at[1])
    end = as_at[1] if as_at else None
    layouts = [layout for layout in item.layouts if end is not None and layout.from_ <= end]
    layout = layouts[-1] if layouts else None
    covers = list(dated_lines(sheets, layout.covers.labels)) if layout is not None and layout.covers else []
    result = Book(layout, as_at, dates, covers, {}, [])
    if layout is None or end is None:
        return result
    expected = item.partial.get(end)
    for name, table in layout.tables.items():
        is_expected = table.required if expected is None else name in expected
        found = _read_table(sheets, table, layout, programme)
        if len(found) > 1:
            where = frozenset(s for t in found for s in t.header_spots())
            result.faults.append(("table twice", name, where))
        if not found and is_expected:
            where = frozenset((sheet.title, "") for sheet in sheets) | {(t, "") for t in table.sheets}
            result.faults.append(("table missing", name, where))
        if found:
            result.tables[name] = found[0]
    return result


def _read_table(sheets: list[Any], table: TableLayout, layout: Layout, programme: Programme) -> list[Table]:
    hinted = {fold(name) for name in table.sheets}
    found = []
    for sheet in sorted(sheets, key=lambda s: fold(s.title) not in hinted):
        anchors = _anchors(sheet, table.anchor)
        others = [r for t in layout.tables.values() if t.id != table.id for r in _anchors(sheet, t.anchor)]
        starts = anchors if table.anchor else [0]
        for start in starts:
            end = min((r for r in others if r > start), default=sheet.max_row + 1) - 1
            own = _read_below(sheet, table, start, end, programme)
            if own is not None:
                found.append(own)
    return found


def _anchors(sheet: Any, spellings: Iterable[str]) -> list[int]:
    forms = {fold(s) for s in spellings}
    return [c.row for row in sheet.iter_rows() for c in row if isinstance(c.value, str) and fold(c.value) in forms]


def _filled(sheet: Any) -> dict[int, dict[int, Any]]:
    """The values of a sheet by row and column."""
    found: dict[int, dict[int, Any]] = {}
    for (row, column), cell in sorted(sheet._cells.items()):
        if cell.value is not None:
            found.setdefault(row, {})[column] = cell.value
    return found


def _hits(
    sheet: Any, values: dict[int, Any], row: int, table: TableLayout
) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    """The columns of each declared header in a row, and of the label and group headers."""
    columns: dict[str, list[int]] = {}
    labels: dict[str, list[int]] = {}
    said = {column: fold(value) for column, value in values.items()}
    for name, own in table.columns.fields.items():
        forms = {fold(h) for h in own.headers}
        found = [c for c, form in said.items() if form in forms and _is_under(sheet, row, c, own)]
        if found:
            columns[name] = found
    for name, spellings in (("label", table.rows.headers), ("group", table.rows.group_headers)):
        forms = {fold(h) for h in spellings}
        if found := [c for c, form in said.items() if form in forms]:
            labels[name] = found
    return columns, labels


def _is_under(sheet: Any, row: int, column: int, own: FieldLayout) -> bool:
    if not own.under:
        return True
    above = next((v for r in (row - 1, row - 2) if r > 0 and (v := seen(sheet, r, column)) is not None), None)
    return above is not None and fold(above) in {fold(u) for u in own.under}


def _read_below(sheet: Any, table: TableLayout, start: int, end: int, programme: Programme) -> Table | None:
    best, row = (0, 0), 0
    filled, width = _filled(sheet), sheet.max_column
    for candidate in range(start + 1, min(start + 13 if table.anchor else sheet.max_row, end) + 1):
        columns, labels = _hits(sheet, filled.get(candidate, {}), candidate, table)
        spans = sum(read_span(v) is not None for c, v in filled.get(candidate, {}).items() if c > 1)
        is_periods = table.columns.kind == "periods"
        score = (len(columns) + len(labels) + (1 if is_periods and spans else 0), -candidate)
        if score[0] and score > best:
            best, row = score, candidate
    if not row:
        return None
    columns, labels = _hits(sheet, filled[row], row, table)
    faults = _header_faults(sheet, row, table, columns, labels)
    named = {name: found[0] for name, found in columns.items()}
    label = labels["label"][0] if "label" in labels else max(min(named.values(), default=2) - 1, 1)
    if table.rows.kind == "records" and table.rows.key in named:
        label = named[table.rows.key]
    group = labels.get("group", [None])[0]
    result = Table(table, sheet, row, label, group, named, {}, end, width, [], faults)
    _read_spans(result)
    _read_lines(result, programme)
    _find_strays(result)
    return result


def _header_faults(
    sheet: Any, row: int, table: TableLayout, columns: dict[str, list[int]], labels: dict[str, list[int]]
) -> list[tuple[str, str, frozenset[Spot]]]:
    whole = frozenset(spot(sheet, row, c) for c in range(1, sheet.max_column + 2))
    faults = [
        ("header missing", name, whole)
        for name, own in table.columns.fields.items()
        if own.required and name not in columns
    ]
    wanted = {"label": table.rows.headers, "group": table.rows.group_headers}
    faults += [("header missing", name, whole) for name, said in wanted.items() if said and name not in labels]
    if table.columns.kind == "periods":
        beside = [c for c in range(2, sheet.max_column + 1) if read_span(sheet.cell(row, c).value) is not None]
        faults += [] if beside else [("header missing", "period", whole)]
    faults += [
        ("header twice", name, frozenset(spot(sheet, row, c) for c in found))
        for name, found in {**columns, **labels}.items()
        if len(found) > 1
    ]
    return faults


def _read_spans(table: Table) -> None:
    if table.layout.columns.kind != "periods":
        return
    for column in range(1, table.width + 1):
        if column in {*table.columns.values(), table.label_column, table.group_column}:
            continue
        cell = table.sheet.cell(table.header_row, column)
        span = read_span(cell.value, cell.number_format)
        if span is None:
            continue
        name = f"{span[0]}/{span[1]}"
        if name in table.spans:
            where = frozenset({spot(table.sheet, table.header_row, c) for c in (column, table.columns[name])})
            table.faults.append(("period twice", name, where))
            continue
        table.spans[name] = span
        table.columns[name] = column


def _read_lines(table: Table, programme: Programme) -> None:
    names = _Names(table.layout, programme)
    is_records = table.layout.rows.kind == "records"
    seen_keys: dict[str, Line] = {}
    last_label = ""
    for row in range(table.header_row + 1, table.last_row + 1):
        label = _text(seen(table.sheet, row, table.label_column))
        group = _group(table, row)
        if group and not label:
            label = last_label
        last_label = label or last_label
        cells = {n: _say_at(table, row, c, n, label, group, names) for n, c in table.columns.items()}
        filled = [s for s in cells.values() if s.state != "blank"]
        has_figures = len(filled) > 1 if is_records else any(s.number is not None or s.why in {"error", "uncached"}
                                                             for s in filled)  # fmt: skip
        key = label if is_records else names.key(label, group)
        is_known = bool(label) and not is_records and not key.startswith("?")
        if not (has_figures or is_known) or (is_records and _is_merged(table, row)):
            continue
        where = table.row_spots(row)
        if not label:
            table.faults.append(("no label", f"row {row}", where))
            continue
        line = Line(key, row, spot(table.sheet, row, table.label_column), label, cells)
        if key.startswith("?") and not is_records:
            table.faults.append(("unknown row", key, where))
        if key in seen_keys:
            table.faults.append(("row twice", key, where | table.row_spots(seen_keys[key].row)))
        seen_keys.setdefault(key, line)
        table.lines.append(line)


def _say_at(table: Table, row: int, column: int, name: str, label: str, group: str, names: _Names) -> Said:
    own = table.layout.columns.fields.get(name) or table.layout.columns.value
    assert own is not None
    item = table.layout.rows.items.get(names.key(label, group)) if label else None
    kind = item.kind if item is not None and item.kind else own.kind
    return say(table.sheet, row, column, kind, own.bare)


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _group(table: Table, row: int) -> str:
    if table.group_column is None:
        return ""
    value = table.sheet.cell(row, table.group_column).value
    if value is None and seen(table.sheet, row, table.label_column) != seen(table.sheet, row, table.group_column):
        value = seen(table.sheet, row, table.group_column)
    return _text(value)


def _is_merged(table: Table, row: int) -> bool:
    return any(a.min_row <= row <= a.max_row and a.min_col <= table.label_column <= a.max_col
               for a in table.sheet.merged_cells.ranges)  # fmt: skip


def _find_strays(table: Table) -> None:
    """Columns inside the table, or next to it, that are filled in but that no declared heading claims.

    In a list of records a column more is no fault, unless it has no heading, holds dates, or a declared heading
    is absent which it may be.
    """
    own = {*table.columns.values(), table.label_column, table.group_column}
    is_records = table.layout.rows.kind == "records"
    is_absent = set(table.layout.columns.fields) - set(table.columns)
    for column in range(1, table.width + 1):
        if column in own or column > max(table.columns.values(), default=0) + 1:
            continue
        heading = seen(table.sheet, table.header_row, column)
        values = [table.sheet.cell(line.row, column).value for line in table.lines]
        if is_records:
            is_stray = any(isinstance(v, dt.datetime) for v in values)
            is_stray |= (heading is None or bool(is_absent)) and any(v is not None for v in values)
        else:
            is_stray = any(isinstance(v, int | float) or (isinstance(v, str) and v.endswith("%")) for v in values)
        if is_stray:
            where = frozenset({spot(table.sheet, table.header_row, column)})
            where |= {spot(table.sheet, line.row, column) for line in table.lines}
            table.faults.append(("stray column", str(column), where))
