"""Judge a workbook's tables: which figures are sound, which rows are held, and why.

The same judgement is made when a file is checked, when it is taken into history, and again from the
stored readings when corrections apply.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from schemas.config import Cadence, Programme
from schemas.facts import CutTable, Observation, Period, Reading
from schemas.findings import Finding, make_finding
from schemas.layout import Layout, MeasureLayout, TableLayout, Term
from schemas.repeats import UNKNOWN
from schemas.spelling import nearest
from transforms.cells import bracket_notes
from transforms.company import check_company, check_subtotals
from transforms.contexts import RowJudgement, judge_context, measure_key
from transforms.drift import accept_absent_row, accept_row
from transforms.grids import COMPANY, Context, Grid, duplicated_rows, needs_column
from transforms.observing import make_observation
from transforms.overrides import PlacedOverride, Refusals, accept_company, release_held
from transforms.repeats import close_repeats
from transforms.symbols import NOT_APPLICABLE, symbol_notes, tell_of_service
from transforms.times import Times
from transforms.words import say_date, say_period


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a workbook's tables give: observations (held ones too) and findings, in the order of the sheets."""

    observations: tuple[Observation, ...] = ()
    findings: tuple[Finding, ...] = ()
    refusals: Refusals = ()


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was declared about a workbook: the corrected cells, and the overrides at their cells."""

    corrected: frozenset[tuple[str, str]]
    placed: tuple[PlacedOverride, ...]


@dataclass(slots=True)
class _TableJudgement:
    observations: list[Observation] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    refusals: list[tuple[PlacedOverride, str]] = field(default_factory=list)


def judge_tables(
    tables: Sequence[CutTable],
    layout: Layout,
    programme: Programme,
    period: Period,
    covered: Period | None = None,
    corrected: Mapping[tuple[str, str], str] | None = None,
    placed: Sequence[PlacedOverride] = (),
    *,
    cadence: Cadence,
) -> Judgement:
    """Judge every table of measures that was cut from one workbook.

    `period` is the workbook's own; `covered` is the time that in-period figures are about, where it says so; else
    the return's `cadence` may tell. `corrected` holds the cells, by (sheet, cell), whose reading was corrected;
    `placed` the overrides that may release what is held.
    """
    observations: list[Observation] = []
    findings: list[Finding] = []
    refusals: list[tuple[PlacedOverride, str]] = []
    decided = _Decided(frozenset(corrected or {}), tuple(placed))
    times = Times(period, covered, cadence)
    for cut in tables:
        table = layout.tables.get(cut.table)
        if table is not None and table.rows.kind != "records":
            judged = _judge_table(cut, table, layout, programme, times, decided)
            observations += judged.observations
            findings += judged.findings
            refusals += judged.refusals
    observations, more = close_repeats(observations, tables, layout, programme)
    return Judgement(tuple(observations), (*findings, *more, *times.doubt(observations)), tuple(refusals))


def _judge_table(
    cut: CutTable,
    table: TableLayout,
    layout: Layout,
    programme: Programme,
    times: Times,
    decided: _Decided,
) -> _TableJudgement:
    period = times.own
    grid = Grid(table, cut.readings)
    result = _TableJudgement()
    result.findings += _check_rows(cut, grid, programme)
    told: set[Reading] = set()
    twice = duplicated_rows(grid.labels)
    unfit = {
        row: "a row it rests on is missing" for row in _expected_rows(table, programme) if row not in grid.labels
    }
    unfit |= dict.fromkeys(twice, "its row stands twice")
    contexts = list(grid.contexts(period))
    for context in contexts:
        measures = [m for m in table.measures if _belongs(table, m, context)]
        if _skip(context, twice):
            continue
        held = _stranger(table) or _columns_held(grid, context, period)
        judged = judge_context(grid, context, measures, cells_held=held)
        _hold_rows(judged, measures, unfit)
        result.findings += judged.findings
        result.findings += _tell_silent(grid, judged, programme)
        told.update(judged.told, *judged.silent.values())
        for measure in measures:
            found = _observe(grid, context, measure, layout, judged, times, decided)
            if found is not None:
                found, refusals = _release(grid, context, measure, found, decided)
                result.observations.append(found)
                result.refusals += refusals
    if table.rows.kind == "services":
        _add_unattributed(result, grid, table, layout, contexts, twice, times)
        _close_services(result, grid, programme, decided)
    result.findings += symbol_notes(grid.readings, told) + bracket_notes(grid.readings)
    result.findings += _future_columns(grid, period) + _absent_column(cut, grid, layout, period)
    if _stranger(table):
        result.findings.append(_unknown_block(cut, table, programme))
    return result


def _tell_silent(grid: Grid, judged: RowJudgement, programme: Programme) -> list[Finding]:
    """What is told of services that have symbols in place of their figures."""
    found = []
    for (service, applies), cells in judged.silent.items():
        row = grid.labels.get(cells[0].row_key) if grid.layout.rows.kind == "services" else None
        label = row.raw_text if row is not None else programme.service_label(service)
        found.append(tell_of_service(label, [r for r in grid.readings if r in cells], applies=applies))
    return found


def _stranger(table: TableLayout) -> str:
    """Why a block of a repeated table cannot be attributed: its heading names no declared service."""
    return "its heading names no declared service" if (table.service or "").startswith(UNKNOWN) else ""


def _unknown_block(cut: CutTable, table: TableLayout, programme: Programme) -> Finding:
    name = (table.service or "").removeprefix(UNKNOWN)
    near = nearest(name, [s.label for s in programme.services], cutoff=0.6)
    hint = f"; '{near}' may be meant" if near else ""
    return make_finding(
        "undeclared_service", sheet=cut.sheet, cell=cut.header_cell, label=name, near=hint, table_id=cut.table
    )


def _belongs(table: TableLayout, measure: MeasureLayout, context: Context) -> bool:
    terms = (measure.numerator, measure.denominator, measure.stated)
    if needs_column(table, terms) != (context.column is not None):
        return False
    own = context.service or table.service
    return own is None or own == COMPANY or not measure.services or own in measure.services or own.startswith("?")


def _skip(context: Context, twice: Mapping[str, object]) -> bool:
    """Rows that cannot be attributed are told as such, not reckoned with."""
    service = context.service
    return service is not None and (service.startswith("?") or service in twice)


def _hold_rows(judged: RowJudgement, measures: Iterable[MeasureLayout], why: Mapping[str, str]) -> None:
    """Hold the measures that rest on named rows which stand twice (neither is the better one) or are missing."""
    for measure in measures:
        terms = (measure.numerator, measure.denominator, measure.stated)
        for row in (row for term in terms if term is not None for row in term.rows):
            if row in why:
                judged.held.setdefault(measure_key(measure), why[row])


def _columns_held(grid: Grid, context: Context, period: Period) -> str:
    if context.column is None:
        return ""
    own = context.column.split("#")[0]
    if any(column.startswith(f"{own}#") for column in grid.columns):
        return "its period has two columns"
    return "its period begins after the workbook's own date" if context.period.start > period.end else ""


def _future_columns(grid: Grid, period: Period) -> list[Finding]:
    findings = []
    for column in grid.columns:
        own = Period.from_key(column.split("#")[0])
        first = next((r for r in grid.readings if r.field == column), None)
        if own.start > period.end and first is not None:
            findings.append(
                make_finding(
                    "period_future",
                    sheet=first.sheet,
                    cell=first.cell,
                    period=say_period(own),
                    as_at=say_date(period.end),
                    table_id=grid.layout.id,
                )
            )
    return findings


def _absent_column(cut: CutTable, grid: Grid, layout: Layout, period: Period) -> list[Finding]:
    """Whether a report of a month (quarter, year) lacks the column of that very month."""
    periods = [Period.from_key(column.split("#")[0]) for column in grid.columns]
    if layout.as_at.precision == "day" or not periods or any(p.start <= period.end <= p.end for p in periods):
        return []
    name = grid.layout.anchor[0] if grid.layout.anchor else cut.table.replace("_", " ")
    shown = say_period(period)
    return [
        make_finding(
            "period_absent", sheet=cut.sheet, cell=cut.header_cell, table=name, period=shown, table_id=cut.table
        )
    ]


def _observe(
    grid: Grid,
    context: Context,
    measure: MeasureLayout,
    layout: Layout,
    judged: RowJudgement,
    times: Times,
    decided: _Decided,
) -> Observation | None:
    own = _time_of(measure, layout, context, times)
    found = make_observation(grid, context, measure, own, measure.basis or layout.basis, judged)
    if found is None or not decided.corrected:
        return found
    return replace(found, is_corrected=any((o.ref.sheet, o.ref.cell) in decided.corrected for o in found.operands))


def _time_of(measure: MeasureLayout, layout: Layout, context: Context, times: Times) -> Period:
    return times.of(measure.basis or layout.basis, context.period, has_column=context.column is not None)


def _release(
    grid: Grid, context: Context, measure: MeasureLayout, found: Observation, decided: _Decided
) -> tuple[Observation, Refusals]:
    """Release a held observation that an override accepts."""
    if not decided.placed:
        return found, ()

    def cells(*terms: Term | None) -> set[str]:
        return {r.cell for t in terms if t is not None for r in grid.cells(t, context) if r is not None}

    counts = cells(measure.numerator, measure.denominator)
    return release_held(found, decided.placed, counts, cells(measure.stated))


def _check_rows(cut: CutTable, grid: Grid, programme: Programme) -> list[Finding]:
    """Rows that should not be there, stand twice, or are missing."""
    is_services = grid.layout.rows.kind == "services"
    expected = _expected_rows(grid.layout, programme)
    findings = []
    for key, label in grid.labels.items():
        if key.startswith("?") and label.raw_text:
            missing = [name for row, name in expected.items() if row not in grid.labels]
            near = nearest(label.raw_text, missing, cutoff=0.6)
            code = "undeclared_service" if is_services else "undeclared_row"
            findings.append(_row_finding(code, label, near, accept_row(grid.layout, programme, label.raw_text, near)))
    for rows in duplicated_rows(grid.labels).values():
        first, *others = rows
        findings += [
            make_finding(
                "duplicate_row",
                sheet=r.sheet,
                cell=r.cell,
                label=r.raw_text,
                other=first.cell,
                table_id=r.table,
                row_key=r.row_key,
            )
            for r in others
        ]
    return findings + _missing_rows(cut, grid, programme, expected)


def _row_finding(code: str, label: Reading, near: str | None, accept: str) -> Finding:
    hint = f"; '{near}' is missing and may be meant" if near else ""
    return make_finding(
        code,
        sheet=label.sheet,
        cell=label.cell,
        label=label.raw_text,
        near=hint,
        table_id=label.table,
        row_key=label.row_key,
        accept=accept,
    )


def _expected_rows(table: TableLayout, programme: Programme) -> dict[str, str]:
    if table.rows.kind == "services":
        return {s.id: s.label for s in programme.services if s.id in table.rows.services}
    return {key: item.labels[0] for key, item in table.rows.items.items() if item.required}


def _missing_rows(cut: CutTable, grid: Grid, programme: Programme, expected: Mapping[str, str]) -> list[Finding]:
    name = grid.layout.anchor[0] if grid.layout.anchor else cut.table.replace("_", " ")
    strangers = {r.raw_text: r.cell for key, r in grid.labels.items() if key.startswith("?")}
    findings = []
    code = "missing_service" if grid.layout.rows.kind == "services" else "missing_row"
    for key, label in expected.items():
        if key in grid.labels:
            continue
        near = nearest(label, strangers, cutoff=0.6)
        hint = f"; '{near}' at {strangers[near]} may be meant" if near else ""
        findings.append(
            make_finding(
                code,
                sheet=cut.sheet,
                cell=cut.header_cell,
                table=name,
                label=label,
                near=hint,
                table_id=cut.table,
                row_key=key,
                accept=accept_absent_row(grid.layout, programme, key, near),
            )
        )
    if grid.layout.rows.company == "required" and COMPANY not in grid.labels:
        findings.append(
            make_finding(
                "missing_company_row",
                sheet=cut.sheet,
                cell=cut.header_cell,
                table=name,
                label=programme.company.label,
                table_id=cut.table,
            )
        )
    return findings


def _add_unattributed(
    result: _TableJudgement,
    grid: Grid,
    table: TableLayout,
    layout: Layout,
    contexts: Iterable[Context],
    twice: Mapping[str, Sequence[Reading]],
    times: Times,
) -> None:
    """Held observations for rows of no known service, rows that stand twice, and services without a row.

    They are what keeps the company figure from being summed from the rest.
    """
    seen: set[tuple[str, str, str]] = set()
    for context in contexts:
        if context.service is None or not _skip(context, twice):
            continue
        why = "its row stands twice" if context.service in twice else "its row names no declared service"
        for measure in (m for m in table.measures if _belongs(table, m, context)):
            key = (measure.id, context.service, context.period.key)
            if key not in seen and (context.service in twice or _is_given(grid, context, measure)):
                seen.add(key)
                period = _time_of(measure, layout, context, times)
                result.observations.append(_empty(measure, context, layout, period, "held", why))
    present = {context.service for context in contexts}
    for service in table.rows.services:
        if service in present:
            continue
        for context in {(c.column, c.period): c for c in contexts if c.service is not None}.values():
            missing = Context(service, context.column, service, context.period)
            for measure in (m for m in table.measures if _belongs(table, m, missing)):
                period = _time_of(measure, layout, missing, times)
                result.observations.append(
                    _empty(measure, missing, layout, period, "absent", "the return has no row for it")
                )


def _is_given(grid: Grid, context: Context, measure: MeasureLayout) -> bool:
    """Whether a row says anything of a measure; that it does not apply is nothing."""
    terms = (measure.numerator, measure.denominator, measure.stated)
    cells = [r for t in terms if t is not None for r in grid.cells(t, context)]
    return any(r is not None and r.kind != "empty" and r.value != NOT_APPLICABLE for r in cells)


def _empty(
    measure: MeasureLayout, context: Context, layout: Layout, period: Period, state: str, why: str
) -> Observation:
    return Observation(
        measure.id,
        None if context.service == COMPANY else context.service,
        measure.subgroup,
        period,
        measure.basis or layout.basis,
        measure.form,
        measure.per,
        None,
        None,
        None,
        0,
        state,  # type: ignore[arg-type]
        why,
    )


def _close_services(result: _TableJudgement, grid: Grid, programme: Programme, decided: _Decided) -> None:
    """Hold the company row and the sub-totals against the services they sum."""
    observations, findings = check_company(result.observations, grid, programme)
    result.observations = [accept_company(o, decided.placed) for o in observations]
    result.findings += findings
    result.observations, findings = check_subtotals(result.observations, grid)
    result.findings += findings
