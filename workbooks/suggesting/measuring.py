"""The measures and checks of a table, from what its numbers bear out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from schemas.layout import Form, MeasureLayout, SumCheck, Term
from schemas.proposal import Remark
from workbooks.suggesting.arithmetic import Line, Ratio, Sum, find_ratios, find_sums
from workbooks.suggesting.columns import Column
from workbooks.suggesting.names import Names

MOST_MEASURES = 80
_FEW = 3
_AVERAGE_WORDS = re.compile(r"\b(average|avg|mean|caseload)\b", re.IGNORECASE)
_YTD_WORDS = re.compile(r"\b(ytd|year to date)\b", re.IGNORECASE)
# what a figure is held against is no measure itself
_AIM_WORDS = re.compile(r"^(target|trajectory|threshold|benchmark|tolerance|national|statistical neighbours)\b", re.I)


@dataclass(frozen=True, slots=True)
class Worked:
    """Measures and checks of one table, with the remarks on them (paths within the table)."""

    measures: tuple[MeasureLayout, ...] = ()
    checks: tuple[SumCheck, ...] = ()
    remarks: tuple[Remark, ...] = ()


@dataclass(frozen=True, slots=True)
class Lines:
    """A table's figures as lines: its columns (`fields`) down the rows, and its rows across the columns.

    `filled` holds row key and column id of every figure.
    """

    fields: tuple[Line, ...]
    rows: tuple[Line, ...]
    filled: frozenset[tuple[str, str]] = frozenset()


def measure_services(
    table: str, columns: Sequence[Column], lines: Lines, services: Sequence[str], names: Names
) -> Worked:
    """One row a service: measures are made of the fields of a row."""
    sums = find_sums(lines.fields)
    ratios = find_ratios(lines.fields, [s.total for s in sums])
    used = {key for r in ratios for key in (r.stated, r.numerator, r.denominator)} | {
        p for s in sums for p in s.parts
    }
    used |= {s.total for s in sums if any(p in used for p in s.parts)} if ratios else set()
    numeric = [c for c in columns if c.guess.is_numeric]
    measures: list[MeasureLayout] = []
    remarks: list[Remark] = []
    for ratio in ratios:
        name = names.give(table if len(numeric) <= 4 and len(ratios) == 1 else ratio.numerator, "measure", table)
        measures.append(
            MeasureLayout(
                id=name,
                form=ratio.form,
                per=_per(ratio),
                numerator=Term(field=ratio.numerator),
                denominator=Term(field=ratio.denominator),
                stated=Term(field=ratio.stated),
            )
        )
        remarks += _doubts(("measures", len(measures) - 1), ratio)
    for column in numeric:
        if column.id not in used and not column.is_empty and not _AIM_WORDS.search(column.header):
            name = names.give(column.id, "measure", table)
            having = tuple(key for key in services if (key, column.id) in lines.filled)
            some = having if having and len(having) < len(services) else ()
            measure = _plain_measure(name, column, Term(field=column.id)).model_copy(update={"services": some})
            measures.append(measure)
            if some:
                remarks.append(Remark(("measures", len(measures) - 1), "the other services have no figure here now"))
    checks, more = _checks(sums, lambda key: Term(field=key))
    return Worked(tuple(measures), checks, (*remarks, *more))


def _per(ratio: Ratio) -> Decimal:
    return Decimal(ratio.scale) if ratio.form == "rate" else Decimal(1)


def _doubts(path: tuple[str | int, ...], found: Ratio | Sum) -> list[Remark]:
    """What is doubtful about a rule: few places bear it out, or some contradict it."""
    remarks = []
    if found.support < _FEW:
        rows = "one row or column bears" if found.support == 1 else f"only {found.support} rows or columns bear"
        remarks.append(Remark(path, f"{rows} this out"))
    if found.broken:
        kind = "row" if found.broken[0].isdigit() else "column"
        remarks.append(Remark(path, f"the figures contradict this in {kind} {', '.join(found.broken)}; check them"))
    return remarks


def _plain_measure(name: str, column: Column, term: Term) -> MeasureLayout:
    return _stated(name, column.guess.kind, column.header, term)


def _stated(name: str, kind: str, words: str, term: Term) -> MeasureLayout:
    if kind == "count":
        return MeasureLayout(id=name, form="count", numerator=term)
    form: Form = "percent" if kind == "percent" else "average" if _AVERAGE_WORDS.search(words) else "number"
    return MeasureLayout(id=name, form=form, stated=term)


def _checks(sums: Sequence[Sum], term: Callable[[str], Term]) -> tuple[tuple[SumCheck, ...], tuple[Remark, ...]]:
    checks = tuple(SumCheck(total=term(s.total), parts=tuple(term(p) for p in s.parts)) for s in sums)
    return checks, tuple(r for i, s in enumerate(sums) for r in _doubts(("checks", i), s))


def measure_items(
    table: str, columns: Sequence[Column], lines: Lines, kinds: Mapping[str, str], names: Names, *, has_periods: bool
) -> Worked:
    """Declared rows: measures are made of rows, in each period column, or of the fields of one row."""
    numeric = [c for c in columns if c.guess.is_numeric and not c.is_empty and not c.is_period]
    numeric = [c for c in numeric if not _AIM_WORDS.search(c.header)] or numeric
    fields: list[str | None] = [c.id for c in numeric]
    if has_periods:
        fields = [None, *fields]
    across = find_ratios(lines.fields) if not kinds else []
    if across and not has_periods:
        return _measure_rows_by_field(table, numeric, lines, across, names)
    sums = find_sums(lines.rows)
    down = find_ratios(lines.rows, [s.total for s in sums])
    measures, remarks = _measure_rows(table, lines, fields, columns, kinds, down, names)
    pairs = [(s, f) for s in sums for f in _summed_fields(fields, columns, kinds)]
    checks = tuple(SumCheck(total=_at(s.total, f), parts=tuple(_at(p, f) for p in s.parts)) for s, f in pairs)
    more = [r for i, (s, _) in enumerate(pairs) for r in _doubts(("checks", i), s)]
    return Worked(tuple(measures), checks, (*remarks, *more))


def _summed_fields(
    fields: Sequence[str | None], columns: Sequence[Column], kinds: Mapping[str, str]
) -> list[str | None]:
    """The fields in which a sum of rows was borne out: those of counts, unless rows have kinds of their own."""
    counts = {c.id for c in columns if c.guess.kind == "count"}
    summed = [f for f in fields if f is None or kinds or f in counts]
    return summed or list(fields[:1])


def _at(row: str, field: str | None) -> Term:
    return Term(field=field, rows=(row,))


def _measure_rows(
    table: str,
    lines: Lines,
    fields: Sequence[str | None],
    columns: Sequence[Column],
    kinds: Mapping[str, str],
    down: Sequence[Ratio],
    names: Names,
) -> tuple[list[MeasureLayout], list[Remark]]:
    ratios = {r.stated: r for r in down}
    used = {key for r in down for key in (r.numerator, r.denominator)}
    by_id = {c.id: c for c in columns}
    measures: list[MeasureLayout] = []
    remarks: list[Remark] = []
    wanted = [(line, field) for line in lines.rows for field in fields]
    if len(wanted) > MOST_MEASURES:
        remarks.append(
            Remark(
                ("measures",), f"only the first of {len(fields)} columns are measured: {len(wanted)} were too many"
            )
        )
        wanted = [(line, fields[0]) for line in lines.rows][:MOST_MEASURES]
    for line, field in wanted:
        ratio = ratios.get(line.key)
        if line.key in used or (field is not None and (line.key, field) not in lines.filled):
            continue
        several = len(fields) > 1 and field is not None
        name = names.give(f"{line.key}_{field}" if several else line.key, "measure", table)
        if ratio is not None:
            measures.append(_row_ratio(name, ratio, field))
            remarks += _doubts(("measures", len(measures) - 1), ratio)
            continue
        kind = line.kind if field is None or kinds else by_id[field].guess.kind
        measure = _stated(name, kind, line.words, _at(line.key, field))
        is_ytd = field is not None and bool(_YTD_WORDS.search(by_id[field].header))
        measures.append(measure.model_copy(update={"basis": "ytd"}) if is_ytd else measure)
    return measures, remarks


def _row_ratio(name: str, ratio: Ratio, field: str | None) -> MeasureLayout:
    return MeasureLayout(
        id=name,
        form=ratio.form,
        per=_per(ratio),
        numerator=_at(ratio.numerator, field),
        denominator=_at(ratio.denominator, field),
        stated=_at(ratio.stated, field),
    )


def measure_lines(
    table: str, lines: Sequence[Line], ratios: Sequence[Ratio], sums: Sequence[Sum], names: Names
) -> Worked:
    """A form: one value a label."""
    kinds = {line.key: line.kind for line in lines}
    figures = [line for line in lines if line.kind in {"count", "number", "percent"}]
    measures, remarks = _measure_rows(table, Lines((), tuple(figures)), [None], [], kinds, ratios, names)
    checks, more = _checks(sums, lambda key: Term(rows=(key,)))
    return Worked(tuple(measures), checks, (*remarks, *more))


def _measure_rows_by_field(
    table: str, numeric: Sequence[Column], lines: Lines, across: Sequence[Ratio], names: Names
) -> Worked:
    """Each row has its own numerator, denominator and stated value, side by side."""
    used = {key for r in across for key in (r.stated, r.numerator, r.denominator)}
    sums = find_sums(lines.rows)
    measures: list[MeasureLayout] = []
    remarks: list[Remark] = []
    for line in lines.rows:
        for ratio in across:
            if not {(line.key, ratio.numerator), (line.key, ratio.denominator)} & lines.filled:
                continue
            name = names.give(line.key if len(across) == 1 else f"{line.key}_{ratio.stated}", "measure", table)
            measures.append(
                MeasureLayout(
                    id=name,
                    form=ratio.form,
                    per=_per(ratio),
                    numerator=_at(line.key, ratio.numerator),
                    denominator=_at(line.key, ratio.denominator),
                    stated=_at(line.key, ratio.stated),
                )
            )
            remarks += _doubts(("measures", len(measures) - 1), ratio)
        for column in numeric:
            if column.id not in used and (line.key, column.id) in lines.filled:
                name = names.give(f"{line.key}_{column.id}", "measure", table)
                measures.append(_plain_measure(name, column, _at(line.key, column.id)))
    if len(measures) > MOST_MEASURES:
        measures = measures[:MOST_MEASURES]
        remarks = [r for r in remarks if r.path[-1] < MOST_MEASURES]  # type: ignore[operator]
        remarks.append(Remark(("measures",), f"only the first {MOST_MEASURES} are proposed"))
    counts = [c.id for c in numeric if c.guess.kind == "count"]
    checks = tuple(
        SumCheck(total=_at(s.total, f), parts=tuple(_at(p, f) for p in s.parts)) for s in sums for f in counts
    )
    pairs = [s for s in sums for _ in counts]
    remarks += [r for i, s in enumerate(pairs) for r in _doubts(("checks", i), s)]
    return Worked(tuple(measures), checks, tuple(remarks))
