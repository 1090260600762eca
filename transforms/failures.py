"""Say why the arithmetic of a row does not hold: one finding for each group of broken rules."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from schemas.facts import Reading
from schemas.figures import decimal_text, round_half_away
from schemas.findings import Finding, Suggestion, make_finding
from transforms.cell_names import why_nameless
from transforms.grids import Grid, field_words
from transforms.reconcile import (
    Candidate,
    Failure,
    RatioRule,
    Rule,
    ShareRule,
    SumRule,
    first_broken,
    sum_cells,
)

_CHECK_SOURCE = "Check these cells against the case system, and mend the workbook."


def explain_failure(grid: Grid, failure: Failure, values: dict[str, Decimal], *, is_printed: bool = True) -> Finding:
    """The finding for rules that do not hold: at the suggested cell, else at the rule's own.

    Where no measure rests on the cells (`is_printed` is false) it is a doubt that holds nothing.
    """
    rule = first_broken(failure)
    candidate = failure.candidate
    at = candidate.reading if candidate is not None else _main_cell(rule)
    place: dict[str, Any] = {"sheet": at.sheet, "cell": at.cell, "table_id": at.table, "row_key": at.row_key}
    place["what_to_do"] = _CHECK_SOURCE
    if candidate is not None:
        place["suggestion"] = to_suggestion(candidate)
        place["what_to_do"] = _advise(grid, at, candidate)
        if not isinstance(rule, RatioRule):
            explanation = _explain_candidate(grid, failure, candidate)
            return make_finding("counts_disagree", explanation=explanation, **place)
    if isinstance(rule, SumRule):
        code = "counts_disagree" if is_printed else "parts_disagree"
        return make_finding(code, explanation=_explain_sum(grid, rule, values), **place)
    if isinstance(rule, ShareRule):
        return _explain_share(rule, place)
    derived, derivation = _derivation(rule, values)
    stated = rule.stated.raw_text
    place |= {"stated_cell": rule.stated.cell}
    return make_finding("percent_disagrees", stated=stated, derivation=derivation, derived=derived, **place)


def _advise(grid: Grid, at: Reading, candidate: Candidate) -> str:
    why = why_nameless(at, grid.columns, grid.layout)
    if why:
        return f"Check {at.cell}, which would have to say {candidate.text}. No correction can be declared: {why}."
    return f"Check {at.cell}; mend the workbook, or declare the correction to {candidate.text}."


def explain_last_digit(rule: RatioRule, values: dict[str, Decimal]) -> Finding:
    """The note for a stated value that is off by one unit in its last place."""
    derived, derivation = _derivation(rule, values)
    at = rule.stated
    return make_finding(
        "last_digit",
        sheet=at.sheet,
        cell=at.cell,
        stated=at.raw_text,
        derivation=derivation,
        derived=derived,
        table_id=at.table,
        row_key=at.row_key,
    )


def to_suggestion(candidate: Candidate) -> Suggestion:
    """The change as a suggestion: cell, what it says, what it would say."""
    return Suggestion(candidate.reading.cell, candidate.reading.raw_text, candidate.text)


def _words(grid: Grid, reading: Reading) -> str:
    """A cell as it is named in a sentence: "298 completed in time"."""
    if grid.layout.rows.kind == "items":
        label = grid.labels.get(reading.row_key)
        return f"{reading.raw_text} {label.raw_text if label is not None else reading.row_key}"
    return f"{reading.raw_text} {field_words(grid.layout, reading.field)}"


def _join(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _main_cell(rule: Rule) -> Reading:
    if isinstance(rule, SumRule):
        return (*rule.total, *rule.parts)[0]
    return rule.stated if isinstance(rule, RatioRule) else rule.numerator[0]


def _explain_candidate(grid: Grid, failure: Failure, candidate: Candidate) -> str:
    own = candidate.reading
    others = [_words(grid, r) if r.kind == "count" else r.raw_text for r in failure.cells if r.cell != own.cell]
    return f"{own.cell} says {own.raw_text}; {candidate.text} agrees with {_join(others)}"


def _explain_sum(grid: Grid, rule: SumRule, values: dict[str, Decimal]) -> str:
    parts = [f"{_words(grid, r)} ({r.cell})" for r in rule.parts]
    made = decimal_text(sum_cells(rule.parts, values))
    if not rule.total:
        return f"{_join(parts)} make {made}, not {decimal_text(rule.equals)}"
    total = rule.total[0]
    return f"{_join(parts)} make {made}, but {total.cell} says {total.raw_text}"


def _explain_share(rule: ShareRule, place: dict[str, Any]) -> Finding:
    first, second = rule.numerator[0], rule.denominator[0]
    return make_finding(
        "more_than_all",
        numerator_cell=first.cell,
        numerator=first.raw_text,
        denominator=second.raw_text,
        denominator_cell=second.cell,
        **place,
    )


def _derivation(rule: RatioRule, values: dict[str, Decimal]) -> tuple[str, str]:
    """The derived value as text, and how it was derived: "298 of 394"."""
    derived = rule.derive(values)
    shown = decimal_text(round_half_away(derived, rule.stated.decimals)) if derived is not None else "nothing"
    numerator = decimal_text(sum_cells(rule.numerator, values))
    denominator = decimal_text(sum_cells(rule.denominator, values))
    verb = "of" if rule.form == "percent" else "over"
    return f"{shown}%" if rule.form == "percent" else str(shown), f"{numerator} {verb} {denominator}"
