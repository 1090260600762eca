"""Find a layout's parts in the sheets of a workbook: titles, the as-at line, and each table's header row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from schemas.config import Programme
from schemas.drift import flow_list, in_table, merge_lines, partial_date
from schemas.facts import Period
from schemas.findings import Finding, make_finding
from schemas.layout import FieldLayout, Layout, TableLayout
from schemas.repeats import base_table
from schemas.spelling import nearest, normalise
from workbooks.dates import read_period, read_serial
from workbooks.forms import FormPlace, find_form
from workbooks.grid import RawCell, Sheet, address
from workbooks.headings import (
    PERIODS,
    WantedHeading,
    accept_heading,
    first_headings,
    is_under,
    pair_renamed,
    say_found,
    say_where,
    says,
    wanted_headings,
)
from workbooks.labels import Labels

_TITLE_ROWS = 15
_HEADER_ROWS_BELOW_ANCHOR = 12
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class LocatedTable:
    """Where a table stands: its header row, label columns, and the column of each field or period.

    `last_row` is the last row that can belong to it. `unread` are headed columns the layout does not know.
    `pairs` are the labels and values of a form, which has no header row.
    """

    layout: TableLayout
    sheet: Sheet
    anchor_row: int
    header_row: int
    last_row: int
    label_column: int
    group_column: int | None
    columns: tuple[tuple[int, str], ...]
    periods: tuple[tuple[int, Period], ...]
    unread: tuple[RawCell, ...]
    labels: Labels
    pairs: tuple[tuple[RawCell, RawCell], ...] = ()


def has_title(sheets: Sequence[Sheet], titles: Iterable[str]) -> bool:
    """Whether one of the titles heads a sheet."""
    forms = [normalise(title) for title in titles]
    for sheet in sheets:
        for cell in sheet.texts(_TITLE_ROWS):
            form = normalise(str(cell.value))
            if any(form == title or form.startswith((title + " ", title + ":")) for title in forms):
                return True
    return False


def locate_tables(
    sheets: Sequence[Sheet], layout: Layout, programme: Programme, partial: Sequence[str] | None
) -> tuple[list[LocatedTable], list[Finding]]:
    """Find every table of the layout; `partial` names the tables that alone are expected on this date."""
    located: list[LocatedTable] = []
    findings: list[Finding] = []
    for name, table in layout.tables.items():
        found, problems = _locate_table(sheets, table, layout, Labels(table, programme))
        is_expected = table.required if partial is None else base_table(name) in partial
        if found is not None:
            located.append(found)
            findings += problems
        elif is_expected:
            findings += problems
        elif table.anchor:  # it need not be there; but its heading is, and the rest is broken
            findings += [p for p in problems if p.code != "table_missing"]
    others = [base_table(place.layout.id) for place in located]
    return located, [_accept_absence(f, others) for f in findings]


def _accept_absence(finding: Finding, others: Sequence[str]) -> Finding:
    """A table that is not there may be one that this date comes without."""
    if finding.code != "table_missing" or finding.accept or not others:
        return finding
    return replace(finding, accept=partial_date(list(dict.fromkeys(others))))


def share_located(sheets: Sequence[Sheet], layout: Layout, programme: Programme) -> float:
    """How much of a layout is in these sheets, from 0 to 1: for telling the nearest return."""
    scores = [_best_score(sheets, table, layout, programme) for table in layout.tables.values()]
    return sum(scores) / len(scores) if scores else 0.0


def _best_score(sheets: Sequence[Sheet], table: TableLayout, layout: Layout, programme: Programme) -> float:
    if table.columns.kind == "value":
        return max((f.score for f in _forms(sheets, table, layout, Labels(table, programme))), default=0.0)
    own = _own_sheets(sheets, table)
    return max((header.score for sheet in own for header in _headers(sheet, table, layout)), default=0.0)


def _own_sheets(sheets: Sequence[Sheet], table: TableLayout) -> list[Sheet]:
    """Where to look for a table: hinted sheets first; a table repeated by sheet stands on its own one only."""
    hinted = {normalise(name) for name in table.sheets}
    if table.repeat is not None and table.repeat.by == "sheet":
        return [s for s in sheets if normalise(s.name) in hinted]
    return sorted(sheets, key=lambda s: normalise(s.name) not in hinted) if hinted else list(sheets)


@dataclass(frozen=True, slots=True)
class _Header:
    sheet: Sheet
    row: int
    anchor_row: int
    score: float
    labels: dict[str, int]
    columns: dict[str, int]
    missing: tuple[tuple[str, str], ...]


def _locate_table(
    sheets: Sequence[Sheet], table: TableLayout, layout: Layout, labels: Labels
) -> tuple[LocatedTable | None, list[Finding]]:
    if table.columns.kind == "value":
        return _locate_form(sheets, table, layout, labels)
    hinted = {normalise(name) for name in table.sheets}
    headers = [header for sheet in _own_sheets(sheets, table) for header in _headers(sheet, table, layout)]
    if not headers:
        return None, [_missing_table(sheets, table, layout)]
    best = max(headers, key=lambda h: h.score)
    whole = [h for h in headers if not h.missing]
    if not whole:
        return None, _missing_headers(best, table)
    findings = []
    if len(whole) > 1:
        findings += [_table_twice(table, other, whole[0]) for other in whole[1:]]
    best = whole[0]
    if hinted and normalise(best.sheet.name) not in hinted:
        findings.append(_renamed_sheet(table, best))
    findings += _double_headers(best, table)
    return _finish(best, table, layout, labels), findings


def _forms(sheets: Sequence[Sheet], table: TableLayout, layout: Layout, labels: Labels) -> list[FormPlace]:
    places = [
        find_form(sheet, table, labels, first, last)
        for sheet in _own_sheets(sheets, table)
        for first, last in _search_spans(sheet, table, layout)
    ]
    return [place for place in places if place is not None and place.score >= _ENOUGH]


def _locate_form(
    sheets: Sequence[Sheet], table: TableLayout, layout: Layout, labels: Labels
) -> tuple[LocatedTable | None, list[Finding]]:
    places = _forms(sheets, table, layout, labels)
    if not places:
        return None, [_table_missing(sheets, table)]
    best, *others = sorted(places, key=lambda p: -p.score)
    findings = [
        make_finding(
            "table_twice",
            sheet=other.sheet.name,
            cell=other.pairs[0][0].address,
            anchor=_table_name(table),
            other=f"{best.sheet.name}!{best.pairs[0][0].address}",
            table_id=table.id,
        )
        for other in others
        if table.anchor
    ]
    first = best.pairs[0][0]
    where = (best.first_row - 1, first.row, best.last_row, first.column)
    return LocatedTable(table, best.sheet, *where, None, (), (), (), labels, best.pairs), findings


def _table_name(table: TableLayout) -> str:
    return table.anchor[0] if table.anchor else table.id.replace("_", " ")


def _table_missing(sheets: Sequence[Sheet], table: TableLayout) -> Finding:
    names = [sheet.name for sheet in sheets]
    expected = table.sheets[0] if table.sheets else None
    where = ""
    if expected is not None and normalise(expected) not in {normalise(n) for n in names}:
        where = f"; there is no sheet '{expected}'"
    texts = [str(cell.value) for sheet in sheets for cell in sheet.texts() if len(str(cell.value)) < 120]
    near = nearest(_table_name(table), texts, cutoff=0.75)
    if near is not None and normalise(near) in {normalise(a) for a in table.anchor}:
        near = None  # it is there, over something else
    if near is not None:
        where += f"; the nearest heading is '{near}'"
    is_single = bool(table.anchor) and table.repeat is None
    return make_finding(
        "table_missing",
        sheet=expected or names[0],
        anchor=_table_name(table),
        where=where,
        table_id=table.id,
        accept=in_table(("anchor",), flow_list([*table.anchor, near])) if near and is_single else "",
    )


def _missing_headers(header: _Header, table: TableLayout) -> list[Finding]:
    row = header.sheet.headings(header.row)
    taken = set(header.labels.values()) | set(header.columns.values())
    missing = _absent(header, wanted_headings(table))
    pairs = pair_renamed(header.sheet, missing, [c for c in row if c.column not in taken])
    first = address(header.row, min((c.column for c in row), default=1))
    findings = []
    for name, spelling in header.missing:
        at = pairs.get(name)
        findings.append(
            make_finding(
                "header_missing",
                sheet=header.sheet.name,
                cell=at.address if at is not None else first,
                header=spelling,
                where=say_where(name),
                near=say_found(header.sheet, table, name, at),
                table_id=table.id,
                accept=accept_heading(header.sheet, table, name, at),
            )
        )
    return findings


def _absent(header: _Header, wanted: Sequence[WantedHeading]) -> list[WantedHeading]:
    """The headings of a table that were not found, those that need not be there too: any may have a new name."""
    return [w for w in wanted if w.name not in {*header.labels, *header.columns}]


def _missing_table(sheets: Sequence[Sheet], table: TableLayout, layout: Layout) -> Finding:
    """A table that is not there; or one whose heading is, and its columns are not."""
    for sheet in _own_sheets(sheets, table):
        for first, last in _search_spans(sheet, table, layout) if table.anchor else ():
            row = first_headings(sheet, first, last)
            if row is not None:
                return _headings_differ(sheet, table, first - 1, _match_header(sheet, row, first, table))
    return _table_missing(sheets, table)


def _headings_differ(sheet: Sheet, table: TableLayout, anchor_row: int, header: _Header) -> Finding:
    there = sheet.headings(header.row)
    wanted = wanted_headings(table)
    missing = _absent(header, wanted)
    taken = {*header.labels.values(), *header.columns.values()}
    pairs = pair_renamed(sheet, missing, [c for c in there if c.column not in taken])
    lines = [accept_heading(sheet, table, w.name, pairs[w.name]) for w in missing if w.name in pairs]
    needed = [w.text for w in wanted if w.is_required]
    is_none = not header.labels and not header.columns
    heading = next(c for c in sheet.rows()[anchor_row] if says(c, table.anchor))
    return make_finding(
        "headings_differ",
        sheet=sheet.name,
        cell=heading.address,
        anchor=_table_name(table),
        lacks=f"{'none' if is_none else 'not all'} of {', '.join(needed)}",
        found=", ".join(c.text for c in there),
        table_id=table.id,
        accept=merge_lines(lines),
    )


def _table_twice(table: TableLayout, this: _Header, other: _Header) -> Finding:
    return make_finding(
        "table_twice",
        sheet=this.sheet.name,
        cell=address(this.row, min(this.labels.values(), default=1)),
        anchor=_table_name(table),
        other=f"{other.sheet.name}!{address(other.row, min(other.labels.values(), default=1))}",
        table_id=table.id,
    )


def _renamed_sheet(table: TableLayout, header: _Header) -> Finding:
    return make_finding(
        "sheet_renamed",
        sheet=header.sheet.name,
        cell=address(header.row, 1),
        anchor=_table_name(table),
        expected=table.sheets[0],
        table_id=table.id,
        accept=in_table(("sheets",), flow_list([*table.sheets, header.sheet.name])) if table.repeat is None else "",
    )


def _double_headers(header: _Header, table: TableLayout) -> list[Finding]:
    findings = []
    for name, field in table.columns.fields.items():
        if field.under or name not in header.columns:
            continue
        same = [c for c in header.sheet.headings(header.row) if says(c, field.headers)]
        findings += [
            make_finding(
                "header_duplicate",
                sheet=header.sheet.name,
                cell=cell.address,
                header=cell.text,
                other=same[0].address,
                table_id=table.id,
            )
            for cell in same[1:]
        ]
    return findings


def _anchor_rows(sheet: Sheet, spellings: Iterable[str]) -> list[int]:
    forms = {normalise(s) for s in spellings}
    return sorted({cell.row for cell in sheet.texts() if normalise(str(cell.value)) in forms})


def _other_anchors(sheet: Sheet, table: TableLayout, layout: Layout) -> list[int]:
    spellings = [s for t in layout.tables.values() if t.id != table.id for s in t.anchor]
    return _anchor_rows(sheet, spellings)


def _headers(sheet: Sheet, table: TableLayout, layout: Layout) -> list[_Header]:
    """The rows that most look like the table's header, one below each anchor; none with less than half of it."""
    found = []
    for first, last in _search_spans(sheet, table, layout):
        rows = [_match_header(sheet, row, first, table) for row in range(first, last + 1) if row in sheet.rows()]
        if rows:
            best = max(rows, key=lambda header: header.score)
            if best.score >= _ENOUGH and (best.columns or best.labels):
                found.append(best)
    return found


def _search_spans(sheet: Sheet, table: TableLayout, layout: Layout) -> list[tuple[int, int]]:
    last = max(sheet.rows(), default=0)
    if not table.anchor:
        return [(1, last)]
    rows_below = last if table.columns.kind == "value" else _HEADER_ROWS_BELOW_ANCHOR
    others = _other_anchors(sheet, table, layout)
    spans = []
    for row in _anchor_rows(sheet, table.anchor):
        stop = min((o for o in others if o > row), default=last + 1)
        spans.append((row + 1, min(row + rows_below, stop - 1)))
    return spans


def _match_header(sheet: Sheet, row: int, first: int, table: TableLayout) -> _Header:
    cells = sheet.headings(row)
    labels: dict[str, int] = {}
    columns: dict[str, int] = {}
    missing: list[tuple[str, str]] = []
    hits = wanted = 0
    for name, spellings in (("label", table.rows.headers), ("group", table.rows.group_headers)):
        if spellings:
            wanted += 1
            at = next((c.column for c in cells if says(c, spellings)), None)
            if at is None:
                missing.append((name, spellings[0]))
            else:
                labels[name] = at
                hits += 1
    for name, field in table.columns.fields.items():
        found = _find_field(sheet, row, field, set(columns.values()))
        if found is not None:
            columns[name] = found
        if field.required:
            wanted += 1
            hits += found is not None
            if found is None:
                missing.append((name, field.headers[0] if field.headers else name))
    if table.columns.kind != "fields":
        wanted += 1
        open_columns = [c for c in cells if c.column not in {*labels.values(), *columns.values()}]
        periods = [c for c in open_columns if _period_of(sheet, c, has_label=bool(labels)) is not None]
        hits += bool(periods)
        if periods:
            columns[PERIODS] = periods[0].column
        else:
            missing.append((PERIODS, "a month or a date"))
    return _Header(sheet, row, first - 1, hits / wanted if wanted else 0.0, labels, columns, tuple(missing))


def _period_of(sheet: Sheet, cell: RawCell, *, has_label: bool) -> Period | None:
    """The period a heading names. A bare number is a day only in a row that is a header beyond doubt."""
    day = read_serial(cell.value, is_1904=sheet.is_1904) if has_label else None
    return Period(day, day) if day is not None else read_period(cell.value, cell.number_format)


def _find_field(sheet: Sheet, row: int, field: FieldLayout, taken: set[int]) -> int | None:
    for cell in sheet.headings(row):
        if cell.column in taken or not says(cell, field.headers):
            continue
        if not field.under or is_under(sheet, cell, field.under):
            return cell.column
    return None


def _finish(header: _Header, table: TableLayout, layout: Layout, labels: Labels) -> LocatedTable:
    sheet = header.sheet
    others = [row for row in _other_anchors(sheet, table, layout) if row > header.row]
    last = min(others, default=max(sheet.rows()) + 1) - 1
    named = {n: c for n, c in header.columns.items() if n != PERIODS}
    label_column = header.labels.get("label")
    if label_column is None:
        label_column = max(min(header.columns.values()) - 1, 1)
    group = header.labels.get("group")
    taken = {*named.values(), label_column, group}
    rest = [c for c in sheet.headings(header.row) if c.column not in taken]
    if table.columns.kind == "periods":
        read = [(c, _period_of(sheet, c, has_label="label" in header.labels)) for c in rest]
        periods = tuple((c.column, p) for c, p in read if p is not None)
        return LocatedTable(table, sheet, header.anchor_row, header.row, last, label_column, group,
                            tuple((c, n) for n, c in named.items()), periods,
                            tuple(c for c, p in read if p is None), labels)  # fmt: skip
    return LocatedTable(table, sheet, header.anchor_row, header.row, last, label_column, group,
                        tuple((c, n) for n, c in named.items()), (), tuple(rest), labels)  # fmt: skip


def latest_layout(layouts: Sequence[Layout], date: dt.date) -> Layout | None:
    """The layout in force on a date: the last that begins on or before it."""
    return max((item for item in layouts if item.from_ <= date), key=lambda item: item.from_, default=None)
