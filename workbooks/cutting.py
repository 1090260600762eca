"""Cut a located table into rows and readings. What a label means is decided by spellings, never by place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.facts import LABEL_FIELD, CutTable, Reading
from schemas.findings import Finding, make_finding
from schemas.layout import VALUE, FieldLayout, Item
from workbooks.grid import RawCell
from workbooks.labels import Labels
from workbooks.locate import LocatedTable
from workbooks.unread import find_unread
from workbooks.values import ParsedValue, parse_value

_CANNOT_BE_READ = {"empty", "text", "plan_date", "unreadable", "symbol"}


@dataclass(frozen=True, slots=True)
class _Column:
    number: int
    name: str
    layout: FieldLayout


def cut_table(located: LocatedTable, hidden: str = "read") -> tuple[CutTable, list[Finding]]:
    """The readings of one table, and the findings about its columns and unlabelled rows.

    `hidden` says what becomes of hidden rows, columns and sheets: "read" (and said) or "refuse".
    """
    columns, findings = _columns(located)
    findings += _hidden(located, columns, "hidden_read" if hidden == "read" else "hidden_refused")
    if located.layout.columns.kind == "value":
        readings, more = _cut_form(located, located.labels)
    elif located.layout.rows.kind == "records":
        readings, more = _cut_records(located, columns)
        more += find_unread(located, readings)
    else:
        readings, more = _cut_labelled(located, columns, located.labels)
        more += find_unread(located, readings)
    findings += more
    return CutTable(located.layout.id, located.sheet.name, _heading_cell(located), tuple(readings)), findings


def _heading_cell(located: LocatedTable) -> str:
    """Where findings about the table as a whole point: its header row, or the heading that names its service."""
    above = located.sheet.rows().get(located.anchor_row)
    if located.layout.repeat is not None and located.layout.repeat.by == "heading" and above:
        return above[0].address
    return located.sheet.at(located.header_row, located.label_column).address


def _columns(located: LocatedTable) -> tuple[list[_Column], list[Finding]]:
    fields = located.layout.columns.fields
    columns = [_Column(number, name, fields[name]) for number, name in located.columns]
    findings = []
    value = located.layout.columns.value
    seen: dict[str, int] = {}
    for number, period in located.periods:
        cell = located.sheet.at(located.header_row, number)
        name = period.key
        if period.key in seen and value is not None:
            other = located.sheet.at(located.header_row, seen[period.key]).address
            findings.append(_at(located, cell, "period_twice", period=cell.text, other=other))
            name = f"{period.key}#{number}"
        seen.setdefault(period.key, number)
        if value is not None:
            columns.append(_Column(number, name, value))
    return columns, findings


def _at(located: LocatedTable, cell: RawCell, code: str, **parts: Any) -> Finding:
    return make_finding(code, sheet=located.sheet.name, cell=cell.address, table_id=located.layout.id, **parts)


def _hidden(located: LocatedTable, columns: Iterable[_Column], code: str) -> list[Finding]:
    sheet, found = located.sheet, []
    first = sheet.at(located.header_row, located.label_column)
    if sheet.is_hidden:
        found.append(_at(located, first, code, what=f"The sheet '{sheet.name}'"))
    for column in columns:
        if column.number in sheet.hidden_columns:
            cell = sheet.at(located.header_row, column.number)
            found.append(_at(located, cell, code, what=f"The column '{cell.text}'"))
    for row in sheet.rows():
        if located.header_row < row <= located.last_row and row in sheet.hidden_rows:
            cell = sheet.at(row, located.label_column)
            found.append(_at(located, cell, code, what=f"The row '{cell.text}'"))
    return found


_Cut = tuple[list[Reading], list[Finding]]


def _cut_labelled(located: LocatedTable, columns: list[_Column], labels: Labels) -> _Cut:
    readings: list[Reading] = []
    findings: list[Finding] = []
    counts: dict[str, int] = {}
    last_label = ""
    for number in located.sheet.rows():
        if not located.header_row < number <= located.last_row:
            continue
        label, group, cell = _labels_at(located, number, last_label)
        last_label = label or last_label
        parsed = [(c, located.sheet.at(number, c.number)) for c in columns]
        has_figures = _has_figures(located, parsed)
        if not label and has_figures:
            findings.append(_at(located, parsed[0][1], "unlabelled_row"))
        key = labels.read(label, group) if label else f"?row {number}"
        if key.startswith("?") and not has_figures and not (label and _has_symbols(located, parsed)):
            continue
        key = _count(key, counts)
        name = f"{label}, {group}" if group else label
        readings.append(_label_reading(located, key, cell, name))
        item = located.layout.rows.items.get(key.split("#")[0])
        readings += [_read(located, key, column, raw, item) for column, raw in parsed]
    return readings, findings


def _cut_form(located: LocatedTable, labels: Labels) -> _Cut:
    """A form's pairs of label and value; there is no header row and no column that all values share."""
    value = located.layout.columns.value
    if value is None:
        return [], []
    readings: list[Reading] = []
    counts: dict[str, int] = {}
    for label, cell in located.pairs:
        key = _count(labels.read(label.text, ""), counts)
        item = located.layout.rows.items.get(key.split("#")[0])
        readings.append(_label_reading(located, key, label, label.text))
        readings.append(_read(located, key, _Column(cell.column, VALUE, value), cell, item))
    return readings, []


def _count(key: str, counts: dict[str, int]) -> str:
    """The key, numbered where it stands again."""
    counts[key] = counts.get(key, 0) + 1
    return key if counts[key] == 1 else f"{key}#{counts[key]}"


def _label_reading(located: LocatedTable, key: str, cell: RawCell, name: str) -> Reading:
    return Reading(
        located.layout.id, key, LABEL_FIELD, located.sheet.name, cell.address, name, "General", "text", name
    )


def _labels_at(located: LocatedTable, row: int, last_label: str) -> tuple[str, str, RawCell]:
    """Label and group of a row; a label merged or left blank over several groups counts for each."""
    sheet = located.sheet
    cell = sheet.seen_at(row, located.label_column)
    label = cell.text if not cell.is_blank else ""
    group = ""
    if located.group_column is not None:
        seen = sheet.seen_at(row, located.group_column)
        # a heading merged across both columns is no group
        group = seen.text if not seen.is_blank and seen.column == located.group_column else ""
        if group and not label:
            label = last_label
    return label, group, sheet.at(row, located.label_column)


def _has_figures(located: LocatedTable, cells: Iterable[tuple[_Column, RawCell]]) -> bool:
    for column, cell in cells:
        if cell.is_uncached or cell.is_error or _parse(located, column, cell, None).kind not in _CANNOT_BE_READ:
            return True
    return False


def _has_symbols(located: LocatedTable, cells: Iterable[tuple[_Column, RawCell]]) -> bool:
    """Whether a row in a table of services has symbols where figures belong: then it is one, of whatever name."""
    if located.layout.rows.kind != "services":
        return False
    return any(_parse(located, column, cell, None).kind == "symbol" for column, cell in cells)


def _parse(located: LocatedTable, column: _Column, cell: RawCell, item: Item | None) -> ParsedValue:
    kind = item.kind if item is not None and item.kind is not None else column.layout.kind
    return parse_value(cell, kind, column.layout.bare, is_1904=located.sheet.is_1904)


def _read(located: LocatedTable, key: str, column: _Column, cell: RawCell, item: Item | None) -> Reading:
    parsed = _parse(located, column, cell, item)
    return Reading(
        located.layout.id,
        key,
        column.name,
        located.sheet.name,
        cell.address,
        cell.text,
        cell.number_format,
        parsed.kind,
        parsed.value,
        parsed.decimals,
    )


def _cut_records(located: LocatedTable, columns: list[_Column]) -> _Cut:
    readings: list[Reading] = []
    findings: list[Finding] = []
    key_column = next(c for c in columns if c.name == located.layout.rows.key)
    counts: dict[str, int] = {}
    for number, filled in located.sheet.rows().items():
        if not located.header_row < number <= located.last_row:
            continue
        key_cell = located.sheet.at(number, key_column.number)
        values = [c for c in filled if any(c.column == column.number for column in columns)]
        is_band = len(values) <= 1 or (number, key_column.number) in located.sheet.merged
        if is_band:
            continue
        if key_cell.is_blank:
            findings.append(_at(located, values[0], "unlabelled_row"))
        key = _count(key_cell.text or f"?row {number}", counts)
        readings.append(_label_reading(located, key, key_cell, key_cell.text))
        cells = [(c, located.sheet.at(number, c.number)) for c in columns]
        readings += [_read(located, key, c, raw, None) for c, raw in cells if not raw.is_blank]
    return readings, findings
