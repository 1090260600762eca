"""What a workbook's figures are, and which of its redundancies are broken: small arithmetic of its own.

Written from the rules (docs/methodology.md) and the layouts' facts; nothing of transforms/ is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from openpyxl.utils import get_column_letter

from schemas.config import Programme
from schemas.layout import MeasureLayout, SumCheck, Term
from tests.damage.book import Book, Line, Table
from tests.damage.sayings import Said, Spot, fold, read_span

Key = tuple[str, str | None, str | None, str, str]  # measure, service, subgroup, period end, basis
Value = tuple[Any, ...]  # ("counts", n, d) or ("stated", value)

DATES = ("start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review")


@dataclass(frozen=True)
class Break:
    """A broken redundancy: what kind, its name (without addresses, so that moved rows keep it), the cells at which
    a finding is right, and the figures that must not be printed as sound. `spots` with an empty address stand for
    a whole sheet."""

    kind: str
    name: str
    spots: frozenset[Spot]
    figures: frozenset[Key] = frozenset()


@dataclass
class Truth:
    """A workbook's figures by key, and its broken redundancies."""

    figures: dict[Key, Value] = field(default_factory=dict)
    breaks: list[Break] = field(default_factory=list)
    entries: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True)
class _Context:
    """A row, a period column, both or neither: where a measure is worked out."""

    line: Line | None
    column: str | None


class _Judge:
    def __init__(self, book: Book, table: Table, programme: Programme) -> None:
        self.book, self.table, self.programme = book, table, programme
        self.truth = Truth()
        self.rows = {line.key: line for line in table.lines}
        self.twice = {line.key for line in table.lines if sum(o.key == line.key for o in table.lines) > 1}
        self.broken: set[Key] = set()

    # --- cells of terms

    def cells(self, term: Term | None, context: _Context) -> list[Said]:
        if term is None:
            return []
        name = term.field or context.column or ""
        lines = [self.rows.get(r) for r in term.rows] if term.rows else [context.line]
        return [line.cells[name] for line in lines if line is not None and name in line.cells]

    def whole(self, term: Term | None, context: _Context) -> list[Said]:
        """The term's cells, if all of them are there."""
        found = self.cells(term, context)
        return found if term is not None and len(found) == max(len(term.rows), 1) else []

    def contexts(self) -> Iterator[_Context]:
        lines: Sequence[Line | None] = self.table.lines if self.table.layout.rows.kind == "services" else [None]
        for line in lines:
            yield _Context(line, None)
            for column in self.table.spans:
                yield _Context(line, column)

    def own(self, things: Iterable[Any], context: _Context) -> list[Any]:
        def needs(thing: Any) -> bool:
            return any(t is not None and t.field is None for t in terms_of(thing))

        return [t for t in things if needs(t) == (context.column is not None)]

    def key(self, measure: MeasureLayout, context: _Context) -> Key:
        assert self.book.as_at is not None
        assert self.book.layout is not None
        basis = measure.basis or self.book.layout.basis
        end = self.book.as_at[1]
        if context.column is not None:
            end = self.table.spans[context.column][1]
        elif basis != "snapshot":
            end = next((s[1] for _, s in self.book.covers if s is not None), end)
        service = measure.service or (context.line.key if context.line is not None else None)
        return measure.id, None if service == "company" else service, measure.subgroup, end.isoformat(), basis

    # --- judging

    def judge(self) -> Truth:
        for kind, what, where in self.table.faults:
            name = f"{self.table.layout.id}: {kind} {what if kind != 'no label' else ''}"
            self.truth.breaks.append(Break(kind, name, where, self._figures_of(kind, what)))
        if self.table.layout.rows.kind == "records":
            self._judge_records()
            return self.truth
        for context in self.contexts():
            if context.line is not None and (context.line.key.startswith("?") or context.line.key in self.twice):
                continue
            self._judge_context(context)
        self._missing_rows()
        if self.table.layout.rows.kind == "services":
            self._close_services()
            subtotals = {s.id for s in self.table.layout.rows.subtotals}
            self.truth.figures = {k: v for k, v in self.truth.figures.items() if k[1] not in subtotals}
        self._future()
        return self.truth

    def _figures_of(self, kind: str, what: str) -> frozenset[Key]:
        found = set()
        for context in self.contexts():
            for measure in self.own(self.table.layout.measures, context):
                is_row = kind == "row twice" and (context.line is None or context.line.key == what)
                if is_row and self.table.layout.rows.kind == "items":
                    is_row = any(what in t.rows for t in terms_of(measure))
                if is_row or (kind == "period twice" and context.column == what):
                    found.add(self.key(measure, context))
        return frozenset(found)

    def _break(self, kind: str, name: str, spots: Iterable[Spot], figures: Iterable[Key]) -> None:
        own = frozenset(figures)
        self.broken |= own
        self.truth.breaks.append(Break(kind, f"{self.table.layout.id}: {name}", frozenset(spots), own))

    def _judge_context(self, context: _Context) -> None:
        measures = [m for m in self.own(self.table.layout.measures, context) if self._has(m, context)]
        checks = self.own(self.table.layout.checks, context)
        place = f"{context.line.key if context.line else ''} {context.column or ''}"
        for measure in measures:
            self._give(measure, context)
        self._judge_cells(measures, checks, context, place)
        for check in checks:
            self._judge_sum(check, measures, context, place)
        for measure in measures:
            self._judge_ratio(measure, context, place)

    def _has(self, measure: MeasureLayout, context: _Context) -> bool:
        own = context.line.key if context.line else ""
        declared = {s.id for s in self.programme.services}
        return not measure.services or own in measure.services or own not in declared

    def _give(self, measure: MeasureLayout, context: _Context) -> None:
        said = [c for t in terms_of(measure) for c in self.cells(t, context)]
        if not any(c.state in {"number", "bad"} for c in said):
            return
        numerator, denominator = (add(self.whole(t, context)) for t in (measure.numerator, measure.denominator))
        stated = add(self.whole(measure.stated, context))
        value: Value = ("stated", stated)
        if measure.form in {"count", "number"}:
            value = ("stated", stated if numerator is None else numerator)
        elif numerator is not None and denominator is not None:
            value = ("counts", numerator, denominator)
        self.truth.figures[self.key(measure, context)] = value

    def _resting(self, cells: Iterable[Said], measures: Iterable[MeasureLayout], checks: Iterable[SumCheck],
                 context: _Context) -> set[Key]:  # fmt: skip
        """The figures that rest on cells, or on cells that are summed together with them."""
        spots = {c.spot for c in cells}
        for check in checks:
            own = {c.spot for t in terms_of(check) for c in self.cells(t, context)}
            if own & spots:
                spots |= own
        return {
            self.key(m, context)
            for m in measures
            if spots & {c.spot for t in terms_of(m) for c in self.cells(t, context)}
        }

    def _judge_cells(self, measures: list[MeasureLayout], checks: list[SumCheck], context: _Context, place: str
                     ) -> None:  # fmt: skip
        terms = [t for thing in (*measures, *checks) for t in terms_of(thing)]
        for said in {c.spot: c for t in terms for c in self.cells(t, context)}.values():
            if said.state != "bad":
                continue
            stating = next((m for m in measures if said in self.cells(m.stated, context)), None)
            counts = self._counts(stating, context) if stating is not None else None
            if counts and said.why == "bare fraction" and stating is not None:
                derived = derive(stating, *counts)
                if derived is not None and rounded(derived, said.places) == rounded(said.number, said.places):
                    continue
            figures = set() if counts else self._resting([said], measures, checks, context)
            self._break(f"cell: {said.why}", f"{place} {said.why}", {said.spot}, figures)
        for measure in measures:
            counts_of = [c for t in (measure.numerator, measure.denominator) for c in self.cells(t, context)]
            blank = [c for c in counts_of if c.state == "blank"]
            own = {c.spot for t in terms_of(measure) for c in self.cells(t, context)}
            if blank and len(blank) < len(counts_of):
                self._break("blank among counts", f"{place} {measure.id} blank", own, {self.key(measure, context)})
            is_service = context.line is not None and context.line.key in {s.id for s in self.programme.services}
            if own and is_service and all(c.state == "blank" for t in terms_of(measure)
                                          for c in self.cells(t, context)):  # fmt: skip
                self._break("no figure", f"{place} {measure.id} absent", own, ())

    def _counts(self, measure: MeasureLayout, context: _Context) -> tuple[Decimal, Decimal] | None:
        numerator, denominator = (add(self.whole(t, context)) for t in (measure.numerator, measure.denominator))
        return (numerator, denominator) if numerator is not None and denominator is not None else None

    def _judge_sum(self, check: SumCheck, measures: list[MeasureLayout], context: _Context, place: str) -> None:
        parts = [self.whole(t, context) for t in check.parts]
        total = self.whole(check.total, context) if check.total is not None else []
        cells = [*total, *(c for p in parts for c in p)]
        if not all(parts) or (check.total is not None and not total) or any(c.state != "number" for c in cells):
            return
        slack = sum((Decimal("0.5").scaleb(-c.places) for c in cells if not self._is_count(check)), Decimal(0))
        whole = add(total) if total else check.equals
        summed = add([c for p in parts for c in p])
        assert whole is not None
        assert summed is not None
        if abs(whole - summed) > slack:
            name = f"{place} sum {check.equals or ''} {[t.field or t.rows for t in check.terms]}"
            self._break("sum", name, {c.spot for c in cells}, self._resting(cells, measures, [check], context))

    def _is_count(self, check: SumCheck) -> bool:
        fields = {t.field for t in check.terms}
        kinds = {f.kind for name, f in self.table.layout.columns.fields.items() if name in fields}
        return kinds == {"count"}

    def _judge_ratio(self, measure: MeasureLayout, context: _Context, place: str) -> None:
        counts = self._counts(measure, context)
        if counts is None:
            return
        cells = [c for t in terms_of(measure) for c in self.cells(t, context)]
        if any(c.state == "bad" for c in cells if c not in self.cells(measure.stated, context)):
            return
        spots = {c.spot for c in cells}
        for check in self.own(self.table.layout.checks, context):
            own = {c.spot for t in terms_of(check) for c in self.cells(t, context)}
            spots |= own if own & spots else set()
        figure = {self.key(measure, context)}
        if measure.form == "percent" and counts[0] > counts[1]:
            self._break("more than all", f"{place} {measure.id} share", spots, figure)
        stated = self.whole(measure.stated, context)
        if len(stated) != 1 or stated[0].state != "number" or stated[0].number is None:
            return
        derived = derive(measure, *counts)
        if derived is None:
            self._break("stated of nothing", f"{place} {measure.id} of none", spots, ())
            return
        off = units(stated[0], derived)
        if off > 1:
            self._break("ratio", f"{place} {measure.id} ratio", spots, figure)
        elif off == 1:
            self._break("last digit", f"{place} {measure.id} last digit", spots, ())

    def _missing_rows(self) -> None:
        rows = self.table.layout.rows
        wanted = list(rows.services) if rows.kind == "services" else [k for k, i in rows.items.items() if i.required]
        strangers = {
            s for line in self.table.lines if line.key.startswith("?") for s in self.table.row_spots(line.row)
        }
        for key in wanted:
            if key not in self.rows:
                where = self.table.header_spots() | strangers
                self._break("row missing", f"{key} missing", where, ())
        if rows.company == "required" and "company" not in self.rows:
            self._break("row missing", "company missing", self.table.header_spots() | strangers, ())

    def _close_services(self) -> None:
        rows = self.table.layout.rows
        wholes = {"company": [*rows.services, *rows.optional_services], **{s.id: list(s.of) for s in rows.subtotals}}
        for whole, parts in wholes.items():
            for context in self.contexts():
                if context.line is None or context.line.key != whole or whole in self.twice:
                    continue
                for measure in self.own(self.table.layout.measures, context):
                    self._close(measure, context, parts, rows.services)

    def _close(self, measure: MeasureLayout, context: _Context, parts: list[str], required: Sequence[str]) -> None:
        own = self.key(measure, context)
        lines = [line for line in self.table.lines if line.key in parts]
        contexts = [_Context(line, context.column) for line in lines]
        keys = [self.key(measure, c) for c in contexts]
        is_complete = {p for p in parts if p in required} <= {line.key for line in lines}
        is_clear = not (self.twice & set(parts)) and not any(line.key.startswith("?") for line in self.table.lines)
        figures = [self.truth.figures.get(k) for k in keys]
        if own not in self.truth.figures or own in self.broken or self.broken & set(keys) or not is_complete:
            return
        if not is_clear or any(f is None or f[-1] is None for f in figures) or not figures:
            return
        given = [f for f in figures if f is not None]
        kind = given[0][0]
        if any(f[0] != kind for f in given) or (kind == "stated" and measure.form not in {"count", "number"}):
            return
        sums = [sum((f[i] for f in given), Decimal(0)) for i in range(1, len(given[0]))]
        spots = {c.spot for ctx in (*contexts, context) for t in terms_of(measure) for c in self.cells(t, ctx)}
        self._compare(measure, context, own, sums, spots)

    def _compare(self, measure: MeasureLayout, context: _Context, own: Key, sums: list[Decimal], spots: set[Spot]
                 ) -> None:  # fmt: skip
        name = f"{own[1] or 'company'} {measure.id} {context.column or ''} against its parts"
        figure = self.truth.figures[own]
        if figure[0] == "counts" or measure.form in {"count", "number"}:
            if list(figure[1:]) != sums:
                self._break("parts of a whole", name, spots, {own})
            return
        stated = self.whole(measure.stated, context)
        derived = derive(measure, *sums)
        if derived is not None and stated and stated[0].state == "number":
            off = units(stated[0], derived)
            if off > 1:
                self._break("parts of a whole", name, spots, {own})
            elif off == 1:
                self._break("last digit", name, spots, ())

    def _future(self) -> None:
        assert self.book.as_at is not None
        for name, span in self.table.spans.items():
            if span[0] > self.book.as_at[1]:
                where = {(self.table.sheet.title, f"{get_column_letter(self.table.columns[name])}{r}")
                         for r in (self.table.header_row, *(line.row for line in self.table.lines))}  # fmt: skip
                where |= {s for s, _ in self.book.dates}
                contexts = [c for c in self.contexts() if c.column == name]
                figures = {self.key(m, c) for c in contexts for m in self.own(self.table.layout.measures, c)}
                self._break("future period", f"{name} is to come", where, figures)

    # --- tracker

    def _judge_records(self) -> None:
        assert self.book.as_at is not None
        refs = {r.ref for p in self.programme.priorities for r in p.refs}
        seen: dict[str, int] = {}
        for line in self.table.lines:
            said = line.cells
            seen[line.key] = seen.get(line.key, 0) + 1
            key = line.key if seen[line.key] == 1 else f"{line.key}#{seen[line.key]}"
            self.truth.entries[key] = tuple(said[n].text if n in said and said[n].state == "text" else ""
                                            for n in ("ref", "owner_rating", *DATES))  # fmt: skip
            for name in DATES:
                if name in said and said[name].state == "bad":
                    self._break("no date", f"{key} {name}", {said[name].spot}, ())
            if refs and "ref" in said and said["ref"].text not in refs:
                self._break("unknown ref", key, {said["ref"].spot, line.label}, ())
            done = said.get("completed_on")
            if done is not None and done.state == "text" and dt.date.fromisoformat(done.text) > self.book.as_at[1]:
                self._break("completed in the future", key, {done.spot, *(s for s, _ in self.book.dates)}, ())
            self._against_printed(key, said)

    def _against_printed(self, key: str, said: dict[str, Said]) -> None:
        """A plan's printed month is the end of a due date's month, "From" a month its beginning."""
        printed = said.get("printed")
        if printed is None or printed.state != "text":
            return
        is_start = fold(printed.text).startswith("from ")
        span = read_span(printed.text[5:] if is_start else printed.text)
        own = said.get("start" if is_start else "due")
        if span is None or own is None or own.state != "text":
            return
        if own.text != span[0 if is_start else 1].isoformat():
            self._break("printed otherwise", f"{key} printed", {own.spot, printed.spot}, ())


def terms_of(thing: MeasureLayout | SumCheck) -> list[Term]:
    """The terms of a measure or a check."""
    if isinstance(thing, SumCheck):
        return [t for t in (thing.total, *thing.parts) if t is not None]
    return [t for t in (thing.numerator, thing.denominator, thing.stated) if t is not None]


def add(cells: Sequence[Said]) -> Decimal | None:
    """The sum of cells; None unless each holds a number."""
    if not cells or any(c.number is None for c in cells):
        return None
    return sum((c.number for c in cells if c.number is not None), Decimal(0))


def derive(measure: MeasureLayout, numerator: Decimal, denominator: Decimal) -> Fraction | None:
    """The value of a ratio; None of a denominator of 0."""
    if denominator == 0:
        return None
    scale = {"percent": Fraction(100), "average": Fraction(1)}.get(measure.form, Fraction(measure.per))
    return scale * Fraction(numerator) / Fraction(denominator)


def rounded(value: Fraction | Decimal | None, places: int) -> Decimal:
    """Half away from zero, at a number of decimals."""
    exact = Fraction(value or 0)
    tenfold = exact * 10**places
    whole = (abs(tenfold) + Fraction(1, 2)).__floor__()
    return (Decimal(whole) * (1 if exact >= 0 else -1)).scaleb(-places)


def units(stated: Said, derived: Fraction) -> int:
    """How many units of its last place a stated value is off."""
    assert stated.number is not None
    own = stated.number.quantize(Decimal(1).scaleb(-stated.places), ROUND_HALF_UP)
    return int(abs(own - rounded(derived, stated.places)).scaleb(stated.places))


def judge_book(book: Book, programme: Programme) -> Truth:
    """The figures of a workbook and what is broken in it."""
    whole = Truth()
    for kind, what, where in book.faults:
        whole.breaks.append(Break(kind, what, where))
    whole.breaks += list(_date_breaks(book))
    for table in book.tables.values():
        own = _Judge(book, table, programme).judge()
        whole.figures |= own.figures
        whole.breaks += own.breaks
        whole.entries |= own.entries
    return whole


def _date_breaks(book: Book) -> Iterator[Break]:
    dates = frozenset(s for s, _ in book.dates)
    first = {(s, "") for s in {t.sheet.title for t in book.tables.values()}}
    if not book.dates:
        yield Break("no as-at date", "as at", frozenset(first) | {("", "")})
    if any(span is None for _, span in book.dates):
        yield Break("as-at date unreadable", "as at", frozenset(s for s, span in book.dates if span is None))
    if len({span[1] for _, span in book.dates if span is not None}) > 1:
        yield Break("as-at dates differ", "as at", dates)
    if book.as_at is not None and book.layout is None:
        yield Break("before the first layout", "as at", dates | {("", "")})
    spans = [span for _, span in book.covers]
    where = dates | {s for s, _ in book.covers}
    if len({s for s in spans if s is not None}) > 1:
        yield Break("covered periods differ", "covers", where)
    if book.as_at is not None and any(s is not None and s[1] > book.as_at[1] for s in spans):
        yield Break("covers time to come", "covers", where)
    if any(s is None for s in spans):
        yield Break("covered period unreadable", "covers", where)
