"""Find a layout's parts in the sheets of a workbook: titles, the as-at line, and each table's header row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.facts import Period
from schemas.findings import Finding, make_finding
from schemas.layout import FieldLayout, Layout, PeriodLine, TableLayout
from schemas.spelling import nearest, normalise
from workbooks.dates import month_end, month_period, read_period
from workbooks.grid import RawCell, Sheet, address

_TITLE_ROWS = 15
_AS_AT_ROWS = 25
_HEADER_ROWS_BELOW_ANCHOR = 12
_ENOUGH = 0.5


@dataclass(frozen=True, slots=True)
class LocatedTable:
    """Where a table stands: its header row, label columns, and the column of each field or period.

    `last_row` is the last row that can belong to it. `unread` are headed columns the layout does not know.
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


def has_title(sheets: Sequence[Sheet], titles: Iterable[str]) -> bool:
    """Whether one of the titles heads a sheet."""
    forms = [normalise(title) for title in titles]
    for sheet in sheets:
        for cell in sheet.texts(_TITLE_ROWS):
            form = normalise(str(cell.value))
            if any(form == title or form.startswith((title + " ", title + ":")) for title in forms):
                return True
    return False


@dataclass(frozen=True, slots=True)
class _Dated:
    sheet: str
    cell: RawCell
    period: Period | None
    is_sure: bool


def _beside(sheet: Sheet, cell: RawCell) -> RawCell | None:
    """The next filled cell to the right, else the one below."""
    for column in range(cell.column + 1, cell.column + 6):
        if not sheet.at(cell.row, column).is_blank:
            return sheet.at(cell.row, column)
    below = sheet.at(cell.row + 1, cell.column)
    return None if below.is_blank else below


def _dated_lines(sheets: Sequence[Sheet], line: PeriodLine) -> list[_Dated]:
    forms = {normalise(label) for label in line.labels}
    found = []
    for sheet in sheets:
        for cell in sheet.texts(_AS_AT_ROWS):
            text = " ".join(str(cell.value).replace("\u00a0", " ").split())
            end = label_end(text, forms)
            if end is None:
                continue
            rest = text[end:]
            if rest.strip(" :.-"):
                found.append(_Dated(sheet.name, cell, read_period(rest.strip(" :.-")), rest.lstrip().startswith(":")))
            else:
                other = _beside(sheet, cell)
                if other is not None:
                    found.append(_Dated(sheet.name, other, read_period(other.value, other.number_format), True))
    return found


def label_end(text: str, forms: set[str]) -> int | None:
    """Where the longest label that begins the text ends; None where none does."""
    longest = max(map(len, forms)) + 12  # folding can make a spelling shorter than it is written
    ends = [i for i in range(1, min(len(text), longest) + 1) if i == len(text) or not text[i].isalnum()]
    return next((i for i in reversed(ends) if text[i - 1] not in " :" and normalise(text[:i]) in forms), None)


def find_as_at(sheets: Sequence[Sheet], line: PeriodLine) -> tuple[Period | None, list[Finding]]:
    """The as-at period that every sheet's line agrees on, or the findings that say why there is none."""
    lines = _dated_lines(sheets, line)
    readable = [d for d in lines if d.period is not None]
    broken = [d for d in lines if d.period is None and (d.is_sure or not readable)]
    findings = [
        make_finding("as_at_unreadable", sheet=d.sheet, cell=d.cell.address, text=d.cell.text) for d in broken
    ]
    if not lines:
        labels = " or ".join(f"'{label}'" for label in line.labels)
        first = sheets[0].name if sheets else None
        findings.append(make_finding("as_at_missing", sheet=first, cell="A1", labels=labels))
    periods = [(d, _at_precision(d.period, line)) for d in readable if d.period is not None]
    for dated, period in periods[1:]:
        first_line, first_period = periods[0]
        if period != first_period:
            findings.append(_disagreement(dated, period, first_line, first_period))
    if findings or not periods:
        return None, findings
    return periods[0][1], []


def _disagreement(this: _Dated, period: Period, other: _Dated, other_period: Period) -> Finding:
    return make_finding(
        "as_at_disagree",
        sheet=this.sheet,
        cell=this.cell.address,
        this=period.end.isoformat(),
        other=other_period.end.isoformat(),
        other_ref=f"{other.sheet}!{other.cell.address}",
    )


def _at_precision(period: Period, line: PeriodLine) -> Period:
    """A day in a monthly return stands for its month."""
    if line.precision == "month" and period.precision == "day":
        return month_period(period.end.year, period.end.month)
    if line.precision == "day" and period.precision == "month":
        last = month_end(period.end.year, period.end.month)
        return Period(last, last)
    return period


def find_covered(sheets: Sequence[Sheet], line: PeriodLine) -> Period | None:
    """The period that the workbook says its figures cover, where it has such a line."""
    return next((d.period for d in _dated_lines(sheets, line) if d.period is not None), None)


def locate_tables(
    sheets: Sequence[Sheet], layout: Layout, partial: Sequence[str] | None
) -> tuple[list[LocatedTable], list[Finding]]:
    """Find every table of the layout; `partial` names the tables that alone are expected on this date."""
    located: list[LocatedTable] = []
    findings: list[Finding] = []
    for name, table in layout.tables.items():
        found, problems = _locate_table(sheets, table, layout)
        is_expected = table.required if partial is None else name in partial
        if found is not None:
            located.append(found)
            findings += problems
        elif is_expected:
            findings += problems
    return located, findings


def share_located(sheets: Sequence[Sheet], layout: Layout) -> float:
    """How much of a layout is in these sheets, from 0 to 1: for telling the nearest return."""
    scores = [
        max((header.score for sheet in sheets for header in _headers(sheet, table, layout)), default=0.0)
        for table in layout.tables.values()
    ]
    return sum(scores) / len(scores) if scores else 0.0


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
    sheets: Sequence[Sheet], table: TableLayout, layout: Layout
) -> tuple[LocatedTable | None, list[Finding]]:
    hinted = {normalise(name) for name in table.sheets}
    ordered = sorted(sheets, key=lambda s: normalise(s.name) not in hinted) if hinted else list(sheets)
    headers = [header for sheet in ordered for header in _headers(sheet, table, layout)]
    if not headers:
        return None, [_table_missing(sheets, table)]
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
    return _finish(best, table, layout), findings


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
    if near is not None:
        where += f"; the nearest heading is '{near}'"
    return make_finding(
        "table_missing", sheet=expected or names[0], anchor=_table_name(table), where=where, table_id=table.id
    )


def _missing_headers(header: _Header, table: TableLayout) -> list[Finding]:
    row = header.sheet.rows().get(header.row, [])
    taken = set(header.labels.values()) | set(header.columns.values())
    free = [cell for cell in row if cell.column not in taken]
    findings = []
    for name, spelling in header.missing:
        near = nearest(spelling, [c.text for c in free], cutoff=0.5)
        at = next((c for c in free if c.text == near), None)
        if at is None and len(free) == 1:
            at = free[0]
        hint = f"; {at.address} says '{at.text}'" if at is not None else ""
        findings.append(
            make_finding(
                "header_missing",
                sheet=header.sheet.name,
                cell=at.address if at else address(header.row, min((c.column for c in row), default=1)),
                header=spelling,
                field=name,
                near=hint,
                table_id=table.id,
            )
        )
    return findings


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
    )


def _double_headers(header: _Header, table: TableLayout) -> list[Finding]:
    findings = []
    for name, field in table.columns.fields.items():
        if field.under or name not in header.columns:
            continue
        same = [c for c in header.sheet.rows().get(header.row, []) if _says(c, field.headers)]
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


def _says(cell: RawCell, spellings: Iterable[str]) -> bool:
    if not isinstance(cell.value, str):
        return str(cell.value) in spellings  # a year as a heading is a number in its cell
    form = normalise(cell.value)
    return any(normalise(spelling) == form for spelling in spellings)


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
            if best.score >= _ENOUGH and best.columns:
                found.append(best)
    return found


def _search_spans(sheet: Sheet, table: TableLayout, layout: Layout) -> list[tuple[int, int]]:
    last = max(sheet.rows(), default=0)
    if not table.anchor:
        return [(1, last)]
    others = _other_anchors(sheet, table, layout)
    spans = []
    for row in _anchor_rows(sheet, table.anchor):
        stop = min((o for o in others if o > row), default=last + 1)
        spans.append((row + 1, min(row + _HEADER_ROWS_BELOW_ANCHOR, stop - 1)))
    return spans


def _match_header(sheet: Sheet, row: int, first: int, table: TableLayout) -> _Header:
    cells = sheet.rows()[row]
    labels: dict[str, int] = {}
    columns: dict[str, int] = {}
    missing: list[tuple[str, str]] = []
    hits = wanted = 0
    for name, spellings in (("label", table.rows.headers), ("group", table.rows.group_headers)):
        if spellings:
            wanted += 1
            at = next((c.column for c in cells if _says(c, spellings)), None)
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
        periods = [c for c in open_columns if read_period(c.value, c.number_format) is not None]
        hits += bool(periods)
        if periods:
            columns["*"] = periods[0].column
        else:
            missing.append(("period", "a month or a date"))
    return _Header(sheet, row, first - 1, hits / wanted if wanted else 0.0, labels, columns, tuple(missing))


def _find_field(sheet: Sheet, row: int, field: FieldLayout, taken: set[int]) -> int | None:
    for cell in sheet.rows()[row]:
        if cell.column in taken or not _says(cell, field.headers):
            continue
        if not field.under or _is_under(sheet, cell, field.under):
            return cell.column
    return None


def _is_under(sheet: Sheet, cell: RawCell, headings: Iterable[str]) -> bool:
    """Whether the nearest merged or plain heading above the cell is one of the spellings."""
    for row in range(cell.row - 1, max(cell.row - 4, 0), -1):
        above = sheet.seen_at(row, cell.column)
        if not above.is_blank:
            return _says(above, headings)
    return False


def _finish(header: _Header, table: TableLayout, layout: Layout) -> LocatedTable:
    sheet = header.sheet
    others = [row for row in _other_anchors(sheet, table, layout) if row > header.row]
    last = min(others, default=max(sheet.rows()) + 1) - 1
    named = {n: c for n, c in header.columns.items() if n != "*"}
    label_column = header.labels.get("label")
    if label_column is None:
        label_column = max(min(header.columns.values()) - 1, 1)
    group = header.labels.get("group")
    taken = {*named.values(), label_column, group}
    rest = [c for c in sheet.rows()[header.row] if c.column not in taken]
    if table.columns.kind == "periods":
        read = [(c, read_period(c.value, c.number_format)) for c in rest]
        periods = tuple((c.column, p) for c, p in read if p is not None)
        return LocatedTable(table, sheet, header.anchor_row, header.row, last, label_column, group,
                            tuple((c, n) for n, c in named.items()), periods,
                            tuple(c for c, p in read if p is None))  # fmt: skip
    return LocatedTable(table, sheet, header.anchor_row, header.row, last, label_column, group,
                        tuple((c, n) for n, c in named.items()), (), tuple(rest))  # fmt: skip


def latest_layout(layouts: Sequence[Layout], date: dt.date) -> Layout | None:
    """The layout in force on a date: the last that begins on or before it."""
    return max((item for item in layouts if item.from_ <= date), key=lambda item: item.from_, default=None)
