"""What stands in a located table's rows but in none of its columns: told, not read."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from schemas.drift import flow_list, in_table, slug
from schemas.facts import LABEL_FIELD, Reading
from schemas.findings import Finding, make_finding
from schemas.spelling import nearest
from workbooks.formats import is_percent_format
from workbooks.grid import RawCell, Sheet, column_letter
from workbooks.locate import LocatedTable
from workbooks.values import parse_value


def find_unread(located: LocatedTable, readings: Iterable[Reading]) -> list[Finding]:
    """The columns beside those read that hold something in the table's rows: headed in a way the layout does not
    know, or not headed at all."""
    rows = sorted({int("".join(filter(str.isdigit, r.cell))) for r in readings if r.field == LABEL_FIELD})
    return _unknown(located, rows) + _unheaded(located, rows)


def _unknown(located: LocatedTable, rows: Sequence[int]) -> list[Finding]:
    code = "period_unreadable" if located.layout.columns.kind == "periods" else "unread_column"
    findings = []
    for header in located.unread:
        cells = [located.sheet.at(number, header.column) for number in rows]
        near = _near_field(located, header.text)
        if any(_counts(located, cell, is_near=near is not None) for cell in cells):
            hint = f"; '{near}' is missing and may be meant" if near is not None and code == "unread_column" else ""
            parts = {"near": hint} if code == "unread_column" else {}
            accept = _accept_column(located, header, cells, near) if code == "unread_column" else ""
            findings.append(_at(located, header, code, header=header.text, accept=accept, **parts))
    return findings


def _accept_column(located: LocatedTable, header: RawCell, cells: Sequence[RawCell], near: str | None) -> str:
    """The lines that would read a column the layout does not know: as the one that is missing, or as a new one."""
    fields = located.layout.columns.fields
    name = next((n for n, f in fields.items() if near is not None and near in f.headers), None)
    if name is not None:
        return in_table(("columns", "fields", name, "headers"), flow_list([*fields[name].headers, header.text]))
    figures = [c for c in cells if isinstance(c.value, (int, float)) and not isinstance(c.value, bool)]
    if not figures:
        return ""
    if all(is_percent_format(c.number_format) for c in figures):
        kind = "percent"
    else:
        kind = "count" if all(float(str(c.value)).is_integer() for c in figures) else "number"
    value = f"{{headers: {flow_list([header.text])}, kind: {kind}, required: false}}"
    return in_table(("columns", "fields", slug(header.text, fields)), value)


def _near_field(located: LocatedTable, text: str) -> str | None:
    """The heading of a column that may be left out, and was, that a heading looks like."""
    there = {name for _, name in located.columns}
    absent = [f for name, f in located.layout.columns.fields.items() if name not in there]
    return nearest(text, [spelling for own in absent for spelling in own.headers], cutoff=0.75)


def _unheaded(located: LocatedTable, rows: Sequence[int]) -> list[Finding]:
    """Columns between the table's own, or next to its last, with figures under a blank heading."""
    sheet, row = located.sheet, located.header_row
    headed = [c.column for c in sheet.headings(row)]
    own = {number for number, _ in (*located.columns, *located.periods)}
    known = {*own, located.label_column, located.group_column, *headed}
    findings = []
    for column in range(min(located.label_column, *own), max(located.label_column, *own) + 2):
        if column in known or not sheet.seen_at(row, column).is_blank:
            continue
        cells = [sheet.at(number, column) for number in rows]
        filled = next((c for c in cells if _counts(located, c, is_near=True)), None)
        if filled is not None:
            cell = sheet.at(row, column)
            findings.append(
                _at(located, cell, "unheaded_column", column=column_letter(column), filled=filled.address)
            )
    return findings


def _counts(located: LocatedTable, cell: RawCell, *, is_near: bool) -> bool:
    """Whether a cell holds what a column of the table might: a figure; for records also a date, or any text under
    a heading that looks like a declared one or is blank."""
    if cell.is_blank or cell.is_uncached or cell.is_error:
        return False
    if located.layout.rows.kind == "records":
        return is_near or isinstance(cell.value, dt.date)
    if isinstance(cell.value, str):
        return cell.value.rstrip().endswith("%") and parse_value(cell, "percent").kind == "percent"
    return isinstance(cell.value, (int, float)) and not isinstance(cell.value, bool)


def _at(located: LocatedTable, cell: RawCell, code: str, **parts: Any) -> Finding:
    return make_finding(code, sheet=located.sheet.name, cell=cell.address, table_id=located.layout.id, **parts)


def find_unread_sheets(sheets: Sequence[Sheet], read: set[str]) -> list[Finding]:
    """Sheets with figures on which the layout has no table: said, not read."""
    found = []
    for sheet in sheets:
        figures = [c for c in sheet.cells.values() if isinstance(c.value, (int, float)) and type(c.value) is not bool]
        if sheet.name not in read and figures:
            place = min(figures, key=lambda c: (c.row, c.column))
            found.append(make_finding("unread_sheet", sheet=sheet.name, cell=place.address))
    return found
