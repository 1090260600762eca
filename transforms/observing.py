"""Make one observation from the readings of a measure in its context."""

from __future__ import annotations

from decimal import Decimal

from schemas.facts import Observation, ObservationState, Operand, Period, Reading
from schemas.layout import MeasureLayout, Term
from transforms.contexts import RowJudgement, measure_key
from transforms.grids import COMPANY, Context, Grid

_COUNTED = {"count", "number"}


def make_observation(
    grid: Grid, context: Context, measure: MeasureLayout, period: Period, basis: str, judged: RowJudgement
) -> Observation | None:
    """The observation of a measure, or None where the return says nothing of it.

    A count that is only stated is its own numerator. A row of counts that are not all there gives what
    it states, base not given.
    """
    service = measure.service or _service_name(context.service or grid.layout.service)
    numerator, numerator_cells = _sum_term(grid, measure.numerator, context)
    denominator, denominator_cells = _sum_term(grid, measure.denominator, context)
    stated, stated_cells = _sum_term(grid, measure.stated, context)
    cells = [*numerator_cells, *denominator_cells, *stated_cells]
    why, absent = judged.why_held(measure), judged.why_absent(measure)
    is_given = any(r.kind not in {"empty", "symbol"} for _, r in cells)
    if not is_given or (absent and not why):
        if service is None:
            return None
        if measure_key(measure) in judged.inapplicable:
            return _without_figure(service, measure, period, basis, "inapplicable", "it does not apply")
        return _without_figure(service, measure, period, basis, "absent", absent) if absent else None
    if measure.form in _COUNTED and numerator is None:
        numerator = stated
    if measure.form not in _COUNTED and (numerator is None or denominator is None):
        numerator = denominator = None
    stated_reading = stated_cells[0][1] if stated_cells else None
    places = stated_reading.decimals if stated_reading is not None and stated is not None else 0
    return Observation(
        measure.id,
        service,
        measure.subgroup,
        period,
        basis,
        measure.form,
        measure.per,
        numerator,
        denominator,
        stated,
        places,
        "held" if why else "sound",
        why,
        tuple(Operand(name, r.ref, r.raw_text, r.value) for name, r in cells),
        held_by=judged.held_by(measure),
    )


def _service_name(service: str | None) -> str | None:
    return None if service == COMPANY else service


def _sum_term(grid: Grid, term: Term | None, context: Context) -> tuple[Decimal | None, list[tuple[str, Reading]]]:
    """The sum of a term's readings (None unless all are numbers) and its cells with their field names."""
    if term is None:
        return None, []
    found = [r for r in grid.cells(term, context) if r is not None]
    named = [(_operand_name(r, term), r) for r in found]
    numbers = [r.number for r in found]
    if not found or len(found) < max(len(term.rows), 1) or any(n is None for n in numbers):
        return None, named
    return sum((n for n in numbers if n is not None), Decimal(0)), named


def _operand_name(reading: Reading, term: Term) -> str:
    if len(term.rows) > 1:
        return f"{reading.row_key}.{reading.field}"
    return term.field or reading.row_key


def _without_figure(
    service: str | None, measure: MeasureLayout, period: Period, basis: str, state: ObservationState, why: str
) -> Observation:
    return Observation(
        measure.id, service, measure.subgroup, period, basis, measure.form, measure.per,
        None, None, None, 0, state, why,
    )  # fmt: skip
