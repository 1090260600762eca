"""How a decision names a cell: by service, measure and field, never by its address."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from schemas.config import Correction
from schemas.decisions import Override
from schemas.facts import LABEL_FIELD, Period, Reading
from schemas.layout import Layout, MeasureLayout, TableLayout, Term
from schemas.repeats import base_table
from transforms.grids import COMPANY
from transforms.words import join_words, plural, say_date

_MOST_CELLS = 5
PERIOD_VALUE = "value"
"""The name of the field where a table has a column for each period."""


@dataclass(frozen=True, slots=True)
class CellName:
    """What a cell is about. `row` and `table` are given only where the rest does not name one cell;
    `observed` where its column is of another period than the workbook."""

    field: str
    measure: str | None = None
    service: str | None = None
    subgroup: str | None = None
    table: str | None = None
    row: str | None = None
    observed: dt.date | None = None

    @classmethod
    def of(cls, decision: Correction | Override) -> CellName:
        """The cell that a correction or an override names."""
        return cls(
            decision.field or "",
            decision.measure,
            decision.service,
            decision.subgroup,
            decision.table,
            decision.row,
            decision.observed,
        )

    def keys(self) -> dict[str, str | dt.date]:
        """The keys to write into a declaration, in their order; what is not given is left out."""
        order = ("service", "subgroup", "measure", "table", "row", "field", "observed")
        return {name: getattr(self, name) for name in order if getattr(self, name) is not None}


def find_cells(readings: Sequence[Reading], name: CellName, layout: Layout, period_end: dt.date) -> list[Reading]:
    """The readings that a name fits: one, where it is a good name. `period_end` is the workbook's own."""
    return [r for r in readings if _is_meant(r, name, layout, period_end)]


def name_cell(
    reading: Reading,
    readings: Sequence[Reading],
    layout: Layout,
    period_end: dt.date,
    measure: tuple[str, str | None] | None = None,
) -> CellName | None:
    """The shortest name that fits this reading and no other; None where no name does.

    Where a `measure` is given, by id and subgroup, only names of that measure.
    """
    table = layout.tables.get(reading.table)
    if table is None or reading.field == LABEL_FIELD or table.rows.kind == "records":
        return None
    if not _is_slug(reading.row_key) or not _is_slug(table.service or COMPANY):
        return None
    for name in _candidates(reading, table, period_end):
        if measure not in {None, (name.measure, name.subgroup)}:
            continue
        found = find_cells(readings, name, layout, period_end)
        if len(found) == 1 and (found[0].sheet, found[0].cell) == (reading.sheet, reading.cell):
            return name
    return None


def explain_misfit(found: Sequence[Reading], name: CellName) -> str:
    """Why a name is no good that fits these readings, and by which key it would be."""
    if not found:
        return "it names no cell that was read"
    told = {
        "service": {r.table for r in found if base_table(r.table) != r.table},
        "table": {base_table(r.table) for r in found},
        "row": {r.row_key for r in found},
        "observed": {r.field for r in found},
    }
    keys = [key for key, values in told.items() if len(values) > 1 and getattr(name, key) is None]
    cells = [f"{r.sheet}!{r.cell}" for r in found]
    shown = [*cells[:_MOST_CELLS], plural(len(cells) - _MOST_CELLS, "other")] if len(cells) > _MOST_CELLS else cells
    which = f"; say which with {join_words(keys, 'or')}" if keys else ""
    return f"it names {plural(len(cells), 'cell')} ({join_words(shown)}){which}"


def why_nameless(reading: Reading, columns: Iterable[str], table: TableLayout) -> str:
    """Why no correction can name a cell, and what to do instead; "" where one can, as far as its table tells.

    `columns` are the fields of the table's readings.
    """
    instead = "mend the workbook instead"
    if table.rows.kind == "records":
        return f"the rows of a plan or a commentary hold no figures that can be corrected; {instead}"
    if reading.field == LABEL_FIELD:
        return f"it is the name of a row and holds no figure; {instead}"
    if not _is_slug(table.service or COMPANY):
        return f"the heading of its table names no declared service, '{(table.service or '')[1:]}'; {instead}"
    if "#" in reading.row_key:
        return f"its row stands twice; {instead}"
    if not _is_slug(reading.row_key):
        return f"nothing is declared for its row, '{reading.row_key.removeprefix('?')}'; {instead}"
    if not table.measures:
        return f"no measure is made of its table; {instead}"
    end = _column_end(reading, table)
    if end is not None and sum(_ends_on(end, c, table) for c in set(columns)) > 1:
        day = say_date(end)
        return f"two columns of its table end on {day}, and a declaration names a column by that day; {instead}"
    return ""


def _column_end(reading: Reading, table: TableLayout) -> dt.date | None:
    """The day on which the period of a reading's column ends; None where columns are no periods."""
    if reading.field in table.columns.named:
        return None
    return Period.from_key(reading.field.split("#")[0]).end


def _ends_on(end: dt.date, column: str, table: TableLayout) -> bool:
    is_period = column != LABEL_FIELD and column not in table.columns.named
    return is_period and Period.from_key(column.split("#")[0]).end == end


def name_plainly(
    reading: Reading, readings: Sequence[Reading], layout: Layout, period_end: dt.date
) -> CellName | None:
    """The name of a cell that no measure is made of: by table, row and field."""
    table = layout.tables.get(reading.table)
    if table is None or not _is_slug(reading.row_key) or any(rests_on(m, reading) for m in table.measures):
        return None
    for name in _candidates(reading, table, period_end):
        found = find_cells(readings, name, layout, period_end)
        if name.measure is None and name.table is not None and len(found) == 1 and found[0] == reading:
            return name
    return None


def _is_slug(text: str) -> bool:
    """Whether a row has a declared name: not one that nothing is declared for, or that stands twice."""
    return re.fullmatch(r"[a-z][a-z0-9_]*", text) is not None


def rests_on(measure: MeasureLayout, reading: Reading) -> bool:
    """Whether a measure is made of this reading, as far as row and field tell."""
    return any(
        (not t.rows or reading.row_key in t.rows) and (t.field or reading.field) == reading.field
        for t in _terms(measure)
    )


def _terms(measure: MeasureLayout) -> list[Term]:
    return [t for t in (measure.numerator, measure.denominator, measure.stated) if t is not None]


def _candidates(reading: Reading, table: TableLayout, period_end: dt.date) -> Iterator[CellName]:
    """Names that may fit, those of measures that rest on the cell first, shorter before longer."""
    observed = _column_end(reading, table)
    base = CellName(
        reading.field if observed is None else PERIOD_VALUE, observed=observed if observed != period_end else None
    )
    is_service = table.rows.kind == "services"
    subtotals = {s.id for s in table.rows.subtotals}
    row = reading.row_key if not is_service or reading.row_key in subtotals else None

    def is_far(measure: MeasureLayout) -> tuple[bool, bool]:
        """Measures that are made of the cell first; those that the service does not have last."""
        excludes = is_service and bool(measure.services) and reading.row_key not in {COMPANY, *measure.services}
        return excludes and row is None, not rests_on(measure, reading)

    for measure in sorted(table.measures, key=is_far):
        service = measure.service or _whole(table)
        if is_service:
            service = None if reading.row_key == COMPANY or row else reading.row_key
        own = replace(base, measure=measure.id, service=service, subgroup=measure.subgroup)
        if not is_service:
            yield own
            yield replace(own, table=base_table(table.id))
        yield replace(own, row=row)
        yield replace(own, row=row, table=base_table(table.id))
    own_row = None if row or reading.row_key == COMPANY else reading.row_key
    base = replace(base, service=own_row if is_service else _whole(table), row=row)
    yield base
    yield replace(base, table=base_table(table.id))


def _is_meant(reading: Reading, name: CellName, layout: Layout, period_end: dt.date) -> bool:
    table = layout.tables.get(reading.table)
    if (
        table is None
        or reading.field == LABEL_FIELD
        or name.table not in {None, reading.table, base_table(reading.table)}
    ):
        return False
    if not _field_fits(reading, name, table, period_end):
        return False
    own = [m for m in table.measures if m.id == name.measure and m.subgroup == name.subgroup]
    if name.measure is not None and not own:
        return False
    if table.rows.kind == "services":
        return reading.row_key == (name.row or name.service or COMPANY)
    if name.measure is None:
        return reading.row_key == name.row and _is_about(_whole(table), name, table)
    return any(
        _is_about(m.service or _whole(table), name, table)
        and (_rows_rest_on(m, reading) if name.row is None else reading.row_key == name.row)
        for m in own
    )


def _is_about(service: str | None, name: CellName, table: TableLayout) -> bool:
    """Whether a name fits figures of a service, in a table of items.

    Where there is such a table for each service, a name without one means the whole, as everywhere. A single
    table's row names its cell without it.
    """
    is_left_out = name.service is None and name.row is not None and table.repeat is None
    return is_left_out or service == name.service


def _whole(table: TableLayout) -> str | None:
    """The service that the whole table is about, if it is about one."""
    return table.service if table.service != COMPANY else None


def _field_fits(reading: Reading, name: CellName, table: TableLayout, period_end: dt.date) -> bool:
    if reading.field in table.columns.named:
        return reading.field == name.field
    if name.field != PERIOD_VALUE:
        return False
    return Period.from_key(reading.field.split("#")[0]).end == (name.observed or period_end)


def _rows_rest_on(measure: MeasureLayout, reading: Reading) -> bool:
    return any(reading.row_key in t.rows and (t.field or reading.field) == reading.field for t in _terms(measure))
