"""Apply declared corrections to stored readings: each expects the wrong value, and says so when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from schemas.config import Correction
from schemas.evidence import AppliedCorrection
from schemas.facts import LABEL_FIELD, Period, Reading
from schemas.findings import Finding, make_finding
from schemas.layout import Layout, MeasureLayout, TableLayout, Term
from schemas.repeats import base_table
from schemas.returns import expected_kind
from transforms.grids import COMPANY


@dataclass(frozen=True, slots=True)
class CorrectedReadings:
    """Readings with the corrections of their return and period applied."""

    readings: tuple[Reading, ...]
    applied: tuple[AppliedCorrection, ...] = ()
    findings: tuple[Finding, ...] = ()

    @property
    def cells(self) -> dict[tuple[str, str], str]:
        """The corrected cells, by sheet and address, with what they said."""
        return {(a.reading.sheet, a.reading.cell): a.reading.raw_text for a in self.applied}


def apply_corrections(
    readings: Sequence[Reading], corrections: Iterable[Correction], layout: Layout
) -> CorrectedReadings:
    """Replace the values that the corrections of one return and period declare wrong.

    A correction whose expected value is no longer there is not applied, and is a finding: the source was
    mended, or changed otherwise.
    """
    changed = {(r.sheet, r.cell, r.field): r for r in readings}
    applied: list[AppliedCorrection] = []
    findings: list[Finding] = []
    for correction in corrections:
        found = [r for r in readings if _is_meant(r, correction, layout)]
        if len(found) != 1:
            findings.append(make_finding("correction_unmatched", where=describe(correction)))
            continue
        reading = found[0]
        right = _mend(reading, correction.right, layout.tables[reading.table])
        if right is None:
            findings.append(make_finding("correction_unmatched", where=describe(correction)))
        elif not says(reading, correction.expected):
            findings.append(_stale(correction, reading))
        else:
            changed[reading.sheet, reading.cell, reading.field] = right
            applied.append(AppliedCorrection(correction, reading, right))
    return CorrectedReadings(tuple(changed.values()), tuple(applied), tuple(findings))


def describe(correction: Correction) -> str:
    """Which cell a correction means, in words."""
    who = f" of {correction.service}" if correction.service else ""
    return f"{correction.measure}, {correction.field}{who}, {correction.return_id} as at {correction.period}"


def says(reading: Reading, expected: str) -> bool:
    """Whether a cell says what is expected: the same text, or the same number (75.6 and 75.6%)."""
    if reading.raw_text.strip() == expected.strip():
        return True
    number = _number(expected)
    return number is not None and number == reading.number


def _number(text: str) -> Decimal | None:
    try:
        number = Decimal(text.strip().removesuffix("%").replace(",", "").strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _mend(reading: Reading, right: str, table: TableLayout) -> Reading | None:
    number = _number(right)
    if number is None:
        return None
    exponent = number.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    kind = expected_kind(table, reading)
    plain = str(int(number)) if number == number.to_integral_value() else format(number, "f")
    marked = f"{right.strip()}%" if kind == "percent" and "%" not in right else right.strip()
    return replace(reading, kind=kind, value=plain, decimals=places, raw_text=marked)  # type: ignore[arg-type]


def _stale(correction: Correction, reading: Reading) -> Finding:
    return make_finding(
        "correction_stale",
        sheet=reading.sheet,
        cell=reading.cell,
        where=describe(correction),
        expected=correction.expected,
        found=reading.raw_text,
    )


def _is_meant(reading: Reading, correction: Correction, layout: Layout) -> bool:
    table = layout.tables.get(reading.table)
    if table is None or reading.field == LABEL_FIELD or not _names_table(correction, reading.table):
        return False
    if not _field_fits(reading, correction, table):
        return False
    own = [m for m in table.measures if m.id == correction.measure and m.subgroup == correction.subgroup]
    if table.rows.kind == "services":
        return bool(own) and reading.row_key == (correction.row or correction.service or COMPANY)
    if correction.row is not None:
        return bool(own) and reading.row_key == correction.row
    whole = table.service if table.service != COMPANY else None
    return any((m.service or whole) == correction.service and _rests_on(m, reading) for m in own)


def _names_table(correction: Correction, table_id: str) -> bool:
    return correction.table in {None, table_id, base_table(table_id)}


def _field_fits(reading: Reading, correction: Correction, table: TableLayout) -> bool:
    if reading.field in table.columns.named:
        return reading.field == correction.field
    if correction.field != "value":
        return False
    return Period.from_key(reading.field.split("#")[0]).end == (correction.observed or correction.period)


def _rests_on(measure: MeasureLayout, reading: Reading) -> bool:
    terms: list[Term] = [t for t in (measure.numerator, measure.denominator, measure.stated) if t is not None]
    return any(reading.row_key in t.rows and (t.field or reading.field) == reading.field for t in terms)
