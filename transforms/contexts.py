"""Judge one context of a table (a row, a column, or both): its cells, its arithmetic, what it holds back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from schemas.facts import FindingKey, Reading
from schemas.figures import decimal_text, round_half_away
from schemas.findings import Finding, Suggestion, make_finding
from schemas.layout import MeasureLayout, SumCheck, Term
from schemas.returns import expected_kind
from transforms.cells import explain_cell
from transforms.failures import explain_failure, explain_last_digit, to_suggestion
from transforms.grids import COMPANY, Context, Grid, field_words, needs_column
from transforms.reconcile import (
    Candidate,
    RatioRule,
    Rule,
    ShareRule,
    SumRule,
    find_candidate,
    find_failures,
    last_digit_rules,
)
from transforms.symbols import is_not_applicable, tell_beside_figure

_NO_FIGURE = {"empty", "symbol"}
_UNREADABLE = {"text_in_number", "error_cell", "formula_uncached"}

MeasureKey = tuple[str, str | None, str | None]


def measure_key(measure: MeasureLayout) -> MeasureKey:
    """A measure within one table: a table may give it for several subgroups and services."""
    return measure.id, measure.subgroup, measure.service


def finding_key(finding: Finding) -> FindingKey:
    """A finding as it is named by what it holds."""
    return finding.code, finding.sheet or "", finding.cell or ""


@dataclass(slots=True)
class RowJudgement:
    """What is held, absent or inapplicable in a context, by measure, and the findings that hold it."""

    held: dict[MeasureKey, str] = field(default_factory=dict)
    holders: dict[MeasureKey, list[FindingKey]] = field(default_factory=dict)
    absent: dict[MeasureKey, str] = field(default_factory=dict)
    inapplicable: set[MeasureKey] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)
    silent: dict[tuple[str, bool], list[Reading]] = field(default_factory=dict)
    """The symbols in place of all figures of a service, by the service and whether figures apply to it."""
    told: list[Reading] = field(default_factory=list)
    """The symbols that a finding is about already."""

    def why_absent(self, measure: MeasureLayout) -> str:
        """Why the measure should have a figure here and has none; "" where it has."""
        return self.absent.get(measure_key(measure), "")

    def why_held(self, measure: MeasureLayout) -> str:
        """Why the measure is held here; "" where it is not."""
        return self.held.get(measure_key(measure), "")

    def held_by(self, measure: MeasureLayout) -> tuple[FindingKey, ...]:
        """The findings that hold the measure; none where all of its column is held."""
        return tuple(self.holders.get(measure_key(measure), ()))


def judge_context(
    grid: Grid, context: Context, measures: Sequence[MeasureLayout], cells_held: str = ""
) -> RowJudgement:
    """Judge the cells and the arithmetic of one context. `cells_held` holds all of it, with that reason."""
    judgement = RowJudgement()
    cells = _cells(grid, context, measures)
    if cells_held:
        judgement.held = {measure_key(m): cells_held for m in measures if _given(grid, m, context)}
        return judgement
    rules = _rules(grid, context, measures)
    bad = _check_cells(grid, context, measures, cells, rules, judgement)
    values = {r.cell: r.number for r in cells.values() if r.number is not None and r.cell not in bad}
    usable = [rule for rule in rules if all(r.cell in values for r in rule.cells)]
    failures = find_failures(usable, values)
    for failure in failures:
        own = {r.cell for r in failure.cells}
        is_printed = _rest_on(grid, context, measures, own)
        judgement.findings.append(explain_failure(grid, failure, values, is_printed=is_printed))
        _hold(grid, context, measures, own, "its figures do not agree with each other", judgement, 1)
    for rule in last_digit_rules(usable, values, failures):
        judgement.findings.append(explain_last_digit(rule, values))
    _check_missing(grid, context, measures, judgement)
    return judgement


def _terms(measure: MeasureLayout) -> list[Term]:
    return [t for t in (measure.numerator, measure.denominator, measure.stated) if t is not None]


def _found(grid: Grid, term: Term | None, context: Context) -> tuple[Reading, ...]:
    if term is None:
        return ()
    found = grid.cells(term, context)
    return tuple(r for r in found if r is not None) if all(r is not None for r in found) else ()


def _given(grid: Grid, measure: MeasureLayout, context: Context) -> bool:
    cells = [r for t in _terms(measure) for r in grid.cells(t, context)]
    return any(r is not None and r.kind not in _NO_FIGURE for r in cells)


def _cells(grid: Grid, context: Context, measures: Iterable[MeasureLayout]) -> dict[str, Reading]:
    """Every cell that a measure or a check of this context uses, by address."""
    terms = [t for m in measures for t in _terms(m)]
    terms += [t for check in _own_checks(grid, context) for t in check.terms]
    return {r.cell: r for t in terms for r in grid.cells(t, context) if r is not None}


def _rest_on(grid: Grid, context: Context, measures: Iterable[MeasureLayout], cells: set[str]) -> bool:
    """Whether some measure rests on one of the cells."""
    return any(r is not None and r.cell in cells for m in measures for t in _terms(m) for r in grid.cells(t, context))


def _own_checks(grid: Grid, context: Context) -> list[SumCheck]:
    return [
        c
        for c in grid.layout.checks
        if needs_column(grid.layout, (c.total, *c.parts)) == (context.column is not None)
    ]


def _rules(grid: Grid, context: Context, measures: Iterable[MeasureLayout]) -> list[Rule]:
    """The arithmetic of the context; rules some of whose cells hold no figure are left out."""
    rules: list[Rule] = []
    for check in _own_checks(grid, context):
        parts = [_found(grid, t, context) for t in check.parts]
        if all(parts):
            total = _found(grid, check.total, context)
            rules.append(SumRule(total, tuple(r for cells in parts for r in cells), check.equals))
    for measure in measures:
        numerator = _found(grid, measure.numerator, context)
        denominator = _found(grid, measure.denominator, context)
        stated = _found(grid, measure.stated, context)
        if numerator and denominator and len(stated) == 1:
            rules.append(RatioRule(measure.form, measure.per, numerator, denominator, stated[0]))
        if numerator and denominator and measure.form == "percent":
            rules.append(ShareRule(numerator, denominator))
    return [r for r in rules if _is_complete(r)]


def _is_complete(rule: Rule) -> bool:
    if isinstance(rule, SumRule) and not rule.total and rule.equals is None:
        return False
    return all(r.kind not in _NO_FIGURE for r in rule.cells)


def _check_cells(
    grid: Grid,
    context: Context,
    measures: Sequence[MeasureLayout],
    cells: dict[str, Reading],
    rules: Sequence[Rule],
    judgement: RowJudgement,
) -> set[str]:
    """Tell of cells that cannot be used; the measures resting on them are held. Returns their addresses."""
    bad: set[str] = set()
    for reading in cells.values():
        code = grid.unsound.get(reading.cell)
        if code is None or (code == "bare_fraction" and _agrees_with_counts(reading, rules)):
            continue
        bad.add(reading.cell)
        if code in _UNREADABLE and _counts_stand(reading, rules, cells):
            judgement.findings.append(_unreadable_beside_counts(reading, rules, cells))
            continue
        expected = expected_kind(grid.layout, reading)
        hint = _suggest(code, reading, expected, rules, cells)
        judgement.findings.append(explain_cell(code, reading, expected, hint))
        _hold(grid, context, measures, {reading.cell}, _say_unusable(reading), judgement, 1)
    return bad


def _say_unusable(reading: Reading) -> str:
    """Why a figure is held, by the cell that cannot be used."""
    place = f"{reading.sheet}!{reading.cell}"
    if reading.kind == "uncached":
        return f"{place} holds a formula without a stored result"
    return f"{place} says '{reading.raw_text}'" if reading.raw_text else f"{place} cannot be read"


def _ratio_of(reading: Reading, rules: Iterable[Rule]) -> RatioRule | None:
    return next((r for r in rules if isinstance(r, RatioRule) and r.stated.cell == reading.cell), None)


def _values(cells: Iterable[Reading]) -> dict[str, Decimal]:
    return {r.cell: r.number for r in cells if r.number is not None}


def _agrees_with_counts(reading: Reading, rules: Sequence[Rule]) -> bool:
    """A bare fraction that its own counts confirm is what it says: 0.9 of a hundred."""
    ratio = _ratio_of(reading, rules)
    if ratio is None:
        return False
    values = _values(ratio.cells)
    return len(values) == len(ratio.cells) and ratio.holds(values)


def _counts_stand(reading: Reading, rules: Sequence[Rule], cells: dict[str, Reading]) -> bool:
    """Whether a percentage that cannot be read stands beside counts that agree with each other."""
    ratio = _ratio_of(reading, rules)
    if ratio is None:
        return False
    values = _values(cells.values())
    counts = {r.cell for r in (*ratio.numerator, *ratio.denominator)}
    others = [r for r in rules if not isinstance(r, RatioRule) and counts & {c.cell for c in r.cells}]
    if not counts <= set(values) or ratio.derive(values) is None:
        return False
    return all({c.cell for c in r.cells} <= set(values) and r.holds(values) for r in others)


def _unreadable_beside_counts(reading: Reading, rules: Sequence[Rule], cells: dict[str, Reading]) -> Finding:
    ratio = _ratio_of(reading, rules)
    derived = ratio.derive(_values(cells.values())) if ratio is not None else None
    shown = decimal_text(round_half_away(derived, 1)) if derived is not None else ""
    return make_finding(
        "percent_unreadable",
        sheet=reading.sheet,
        cell=reading.cell,
        text=reading.raw_text or "nothing that can be read",
        derived=f"{shown}%" if ratio is not None and ratio.form == "percent" else shown,
        table_id=reading.table,
        row_key=reading.row_key,
    )


def _suggest(
    code: str, reading: Reading, expected: str, rules: Sequence[Rule], cells: dict[str, Reading]
) -> Suggestion | None:
    """The only value of an unusable cell with which every rule of its row would hold."""
    if expected != "count" and code not in {"bare_fraction", "percent_out_of_range"}:
        return None
    stand_in = replace(reading, kind=expected)  # type: ignore[arg-type]
    number = reading.number
    if code == "bare_fraction" and number is not None:
        stand_in = replace(stand_in, decimals=max(reading.decimals - 2, 0))
    values = _values(r for r in cells.values() if r.cell != reading.cell)
    own = [_swap(rule, stand_in) for rule in rules if any(r.cell == reading.cell for r in rule.cells)]
    usable = [rule for rule in own if {r.cell for r in rule.cells} <= {*values, reading.cell}]
    if not usable:
        return None
    if code == "bare_fraction" and number is not None:
        points = (number * 100).normalize()
        fits = all(rule.holds({**values, reading.cell: points}) for rule in usable)
        return to_suggestion(Candidate(stand_in, points)) if fits else None
    found = find_candidate(usable, [stand_in], values)
    return to_suggestion(found) if found else None


def _swap(rule: Rule, reading: Reading) -> Rule:
    """The rule with one of its readings replaced."""

    def own(cells: tuple[Reading, ...]) -> tuple[Reading, ...]:
        return tuple(reading if r.cell == reading.cell else r for r in cells)

    if isinstance(rule, SumRule):
        return SumRule(own(rule.total), own(rule.parts), rule.equals)
    if isinstance(rule, ShareRule):
        return ShareRule(own(rule.numerator), own(rule.denominator))
    stated = reading if rule.stated.cell == reading.cell else rule.stated
    return RatioRule(rule.form, rule.per, own(rule.numerator), own(rule.denominator), stated)


def _hold(
    grid: Grid,
    context: Context,
    measures: Iterable[MeasureLayout],
    cells: set[str],
    why: str,
    judgement: RowJudgement,
    told: int,
) -> None:
    """Hold every measure that rests on one of the cells, or is checked together with one, by the last
    `told` findings."""
    keys = [finding_key(f) for f in judgement.findings[-told:]]
    linked = set(cells)
    for check in _own_checks(grid, context):
        own = {r.cell for t in check.terms for r in grid.cells(t, context) if r is not None}
        if own & cells:
            linked |= own
    for measure in measures:
        own = {r.cell for t in _terms(measure) for r in grid.cells(t, context) if r is not None}
        if own & linked:
            judgement.held.setdefault(measure_key(measure), why)
            judgement.holders.setdefault(measure_key(measure), []).extend(keys)


def _check_missing(grid: Grid, context: Context, measures: Iterable[MeasureLayout], judgement: RowJudgement) -> None:
    """Counts of which only some are filled in hold their measure; a service without any figure is absent."""
    for measure in measures:
        owner = measure.service or context.service or grid.layout.service
        is_subtotal = owner in {s.id for s in grid.layout.rows.subtotals}
        counts = _counts(grid, measure, context)
        empty = [r for r in counts if r.kind == "empty"]
        if not _given(grid, measure, context):
            if owner is not None and owner != COMPANY and not is_subtotal:
                _find_absent(grid, context, measure, owner, judgement)
        elif empty and len(empty) < len(counts):
            for reading in empty:
                judgement.findings.append(_missing(grid, reading))
            cells = {r.cell for r in empty}
            _hold(grid, context, [measure], cells, f"{empty[0].cell} is empty", judgement, len(empty))
        elif not is_subtotal:
            _find_half(grid, context, measure, judgement)


def _counts(grid: Grid, measure: MeasureLayout, context: Context) -> list[Reading]:
    terms = (measure.numerator, measure.denominator)
    return [r for t in terms if t is not None for r in grid.cells(t, context) if r is not None]


def _find_absent(grid: Grid, context: Context, measure: MeasureLayout, owner: str, judgement: RowJudgement) -> None:
    """A service that gives nothing for a measure has no figure; where it says that none applies, none is missing."""
    own = [r for t in _terms(measure) for r in grid.cells(t, context) if r is not None]
    said = [r for r in own if r.kind == "symbol"]
    applies = not is_not_applicable(_counts(grid, measure, context), own)
    if own and applies:
        judgement.absent[measure_key(measure)] = (
            f"{said[0].cell} says '{said[0].raw_text.strip()}'" if said else "its cells are empty"
        )
    elif own:
        judgement.inapplicable.add(measure_key(measure))
    if said:
        silent = judgement.silent.setdefault((owner, applies), [])
        silent += [r for r in (*said, *_checked_with(grid, context, said)) if r not in silent]
    elif own:
        judgement.findings.append(_missing(grid, own[0]))


def _checked_with(grid: Grid, context: Context, cells: Sequence[Reading]) -> Iterator[Reading]:
    """The symbols among the cells that are checked together with some of the cells."""
    for check in _own_checks(grid, context):
        own = [r for t in check.terms for r in grid.cells(t, context) if r is not None]
        if any(r in cells for r in own):
            yield from (r for r in own if r.kind == "symbol")


def _find_half(grid: Grid, context: Context, measure: MeasureLayout, judgement: RowJudgement) -> None:
    """Counts half symbol, half number make no figure: what the row states is printed, or nothing."""
    counts = _counts(grid, measure, context)
    said = [r for r in counts if r.kind == "symbol"]
    if not said or len(said) == len(counts):
        return
    is_stated = measure.stated is not None and any(
        r is not None and r.kind not in _NO_FIGURE for r in grid.cells(measure.stated, context)
    )
    first = said[0]
    field = field_words(grid.layout, first.field)
    judgement.findings.append(tell_beside_figure(_label(grid, first), field, first, is_stated=is_stated))
    judgement.told.append(first)
    if not is_stated:
        judgement.absent[measure_key(measure)] = f"{first.cell} says '{first.raw_text.strip()}'"


def _missing(grid: Grid, reading: Reading) -> Finding:
    return make_finding(
        "missing_value",
        sheet=reading.sheet,
        cell=reading.cell,
        label=_label(grid, reading),
        field=field_words(grid.layout, reading.field),
        table_id=reading.table,
        row_key=reading.row_key,
    )


def _label(grid: Grid, reading: Reading) -> str:
    """The label of a reading's row, as the workbook writes it."""
    label = grid.labels.get(reading.row_key)
    return label.raw_text if label is not None else reading.row_key
