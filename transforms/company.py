"""The company row and the sub-totals, held against the services they sum."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from schemas.config import Programme
from schemas.facts import CellRef, Observation, derive_value
from schemas.figures import decimal_text, round_half_away
from schemas.findings import Finding, make_finding
from transforms.grids import COMPANY, Grid

_COUNTED = {"count", "number"}


def check_company(
    observations: Sequence[Observation], grid: Grid, programme: Programme
) -> tuple[list[Observation], list[Finding]]:
    """Judge each company observation against its services.

    One that disagrees with sound services is held, and the services stand; one whose services are not
    all sound cannot be checked and becomes "stated_only", with a doubt at its cell.
    """
    findings: list[Finding] = []
    judged = []
    subtotals = {s.id for s in grid.layout.rows.subtotals}
    for observation in observations:
        if observation.service is None and COMPANY in grid.labels and observation.state == "sound":
            services = [o for o in observations if _is_part(o, observation) and o.service not in subtotals]
            observation, found = _judge_sum(observation, services, grid, programme)
            findings += found
        judged.append(observation)
    return judged, findings


def _is_part(part: Observation, whole: Observation) -> bool:
    same = (part.measure, part.subgroup, part.period, part.basis)
    is_service = part.service is not None and part.state != "inapplicable"
    return is_service and same == (whole.measure, whole.subgroup, whole.period, whole.basis)


def _judge_sum(
    whole: Observation, parts: Sequence[Observation], grid: Grid, programme: Programme
) -> tuple[Observation, list[Finding]]:
    unsound = [p for p in parts if p.state != "sound"]
    if unsound:
        return replace(whole, state="stated_only", why=_why(unsound)), [_not_checked(whole, unsound, grid, programme)]
    off = units_off(whole, parts)
    if off is None or off == 0:
        return whole, []
    place, stated, derived = _disagreement(whole, parts)
    if off == 1:
        derivation = f"the services give {_counts(parts)}, which"
        note = make_finding(
            "last_digit",
            sheet=place.sheet,
            cell=place.cell,
            stated=stated,
            derivation=derivation,
            derived=derived,
            table_id=grid.layout.id,
            row_key=COMPANY,
        )
        return whole, [note]
    finding = make_finding(
        "company_disagrees",
        sheet=place.sheet,
        cell=place.cell,
        company=programme.company.label,
        stated=stated,
        derived=derived,
        table_id=grid.layout.id,
        row_key=COMPANY,
    )
    why = f"it says {stated}, but the services give {derived}"
    held_by = (*whole.held_by, (finding.code, place.sheet, place.cell))
    return replace(whole, state="held", why=why, held_by=held_by, chosen=""), [finding]


def units_off(whole: Observation, parts: Sequence[Observation]) -> int | None:
    """How far a stated whole is from the sum of its parts, in units of its last place.

    2 and more is a contradiction; counts that differ at all count as that. A row that gives its own counts
    was held against them already. None where it cannot be told.
    """
    numerator, denominator = sum_parts(parts)
    if numerator is None:
        return None
    for own, summed in ((whole.numerator, numerator), (whole.denominator, denominator)):
        if own is not None and summed is not None and own != summed:
            return 2
    derived = derive_value(whole.form, numerator, denominator, whole.per)
    has_counts = whole.numerator is not None and whole.denominator is not None
    if whole.form in _COUNTED or has_counts or whole.stated is None or derived is None:
        return 0
    places = whole.stated_decimals
    return int(abs(round_half_away(whole.stated, places) - round_half_away(derived, places)).scaleb(places))


def sum_parts(parts: Iterable[Observation]) -> tuple[Decimal | None, Decimal | None]:
    """The sums of numerators and denominators; None where a part does not give its own."""
    found = list(parts)
    numerators = [p.numerator for p in found]
    denominators = [p.denominator for p in found]
    if not found or any(n is None for n in numerators):
        return None, None
    numerator = sum((n for n in numerators if n is not None), Decimal(0))
    if any(d is None for d in denominators):
        return numerator, None
    return numerator, sum((d for d in denominators if d is not None), Decimal(0))


def _counts(parts: Sequence[Observation]) -> str:
    numerator, denominator = sum_parts(parts)
    return f"{decimal_text(numerator)} of {decimal_text(denominator)}"


def _disagreement(whole: Observation, parts: Sequence[Observation]) -> tuple[CellRef, str, str]:
    """The cell of the whole that its parts contradict, what it says, and what they give."""
    numerator, denominator = sum_parts(parts)
    for own, summed in ((whole.numerator, numerator), (whole.denominator, denominator)):
        if own is not None and summed is not None and own != summed:
            cell = next((o for o in whole.operands if o.value is not None and _number(o.value) == own), None)
            if cell is not None:
                return cell.ref, cell.raw_text, decimal_text(summed) or ""
    place, stated = _stated_cell(whole)
    if whole.form in _COUNTED:
        return place, stated, decimal_text(numerator) or ""
    derived = derive_value(whole.form, numerator, denominator, whole.per)
    shown = decimal_text(round_half_away(derived, whole.stated_decimals)) if derived is not None else ""
    return place, stated, f"{shown}{'%' if whole.form == 'percent' else ''}"


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _stated_cell(whole: Observation) -> tuple[CellRef, str]:
    """The cell that states the whole: its stated value, else its numerator."""
    filled = [(o.ref, o.raw_text) for o in whole.operands if o.raw_text]
    return filled[-1] if filled else (CellRef("", ""), "")


def _why(unsound: Sequence[Observation]) -> str:
    names = sorted({o.service.removeprefix("?") for o in unsound if o.service is not None})
    return ", ".join(names)


def _not_checked(whole: Observation, unsound: Sequence[Observation], grid: Grid, programme: Programme) -> Finding:
    place, stated = _stated_cell(whole)
    labels = {key.split("#")[0]: reading.raw_text for key, reading in grid.labels.items()}
    services = sorted({o.service or "" for o in unsound})
    names = [labels.get(s) or programme.service_label(s.removeprefix("?")) for s in services]
    verb = "is" if len(names) == 1 else "are"
    held = " and ".join(names)
    return make_finding(
        "stated_not_checked",
        sheet=place.sheet,
        cell=place.cell,
        stated=stated,
        why=f"{held} {verb} held or missing",
        table_id=grid.layout.id,
        row_key=COMPANY,
    )


def check_subtotals(observations: Sequence[Observation], grid: Grid) -> tuple[list[Observation], list[Finding]]:
    """Judge the sub-totals against their services, then leave them out: they are checks, not figures."""
    findings: list[Finding] = []
    subtotals = {s.id: s for s in grid.layout.rows.subtotals}
    for observation in observations:
        subtotal = subtotals.get(observation.service or "")
        if subtotal is None or observation.state != "sound":
            continue
        parts = [o for o in observations if _is_part(o, observation) and o.service in subtotal.of]
        if not parts or any(p.state != "sound" for p in parts):
            continue
        off = units_off(observation, parts)
        if off is not None and off > 1:
            place, stated, derived = _disagreement(observation, parts)
            findings.append(
                make_finding(
                    "subtotal_disagrees",
                    sheet=place.sheet,
                    cell=place.cell,
                    label=grid.labels[subtotal.id].raw_text,
                    stated=stated,
                    derived=derived,
                    table_id=grid.layout.id,
                    row_key=subtotal.id,
                )
            )
    return [o for o in observations if o.service not in subtotals], findings
