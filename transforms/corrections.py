"""Apply declared corrections to stored readings: each expects the wrong value, and says so when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from schemas.config import Correction
from schemas.evidence import AppliedCorrection
from schemas.facts import Reading
from schemas.findings import Finding, about_decision, make_finding
from schemas.layout import Layout, TableLayout
from schemas.returns import expected_kind
from transforms.cell_names import CellName, explain_misfit, find_cells


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
        name = CellName.of(correction)
        found = find_cells(readings, name, layout, correction.period)
        if len(found) != 1:
            findings.append(unmatched(correction, explain_misfit(found, name)))
            continue
        reading = found[0]
        right = _mend(reading, correction.right, layout.tables[reading.table])
        if right is None:
            findings.append(unmatched(correction, f"'{correction.right}' is no number"))
        elif not says(reading, correction.expected):
            findings.append(_stale(correction, reading))
        else:
            changed[reading.sheet, reading.cell, reading.field] = right
            applied.append(AppliedCorrection(correction, reading, right))
    return CorrectedReadings(tuple(changed.values()), tuple(applied), tuple(findings))


def describe(correction: Correction) -> str:
    """Which cell a correction means, in words."""
    names = (correction.measure, correction.subgroup, correction.table, correction.row, correction.field)
    about = ", ".join(name for name in names if name)
    who = f" of {correction.service}" if correction.service else ""
    return f"{about}{who}, {correction.return_id} as at {correction.period}"


def unmatched(correction: Correction, why: str) -> Finding:
    """What to say of a correction that does not fit."""
    finding = make_finding("correction_unmatched", where=describe(correction), why=why)
    return about_decision(finding, correction.return_id)


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
