"""Apply declared corrections to stored readings: each expects the wrong value, and says so when it is gone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from schemas.config import Correction
from schemas.evidence import AppliedCorrection
from schemas.facts import LABEL_FIELD, Reading
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
    mended, or changed otherwise. One that fits holds for its cell, in whatever table that is read.
    """
    fitting: dict[tuple[str, str], list[AppliedCorrection]] = {}
    findings: list[Finding] = []
    for correction in corrections:
        found = _fit(correction, readings, layout)
        if isinstance(found, Finding):
            findings.append(found)
        else:
            fitting.setdefault((found.reading.sheet, found.reading.cell), []).append(found)
    applied = []
    for own in fitting.values():
        findings += _rivals(own)
        if len({a.right.number for a in own}) == 1:
            applied.append(own[0])
    return CorrectedReadings(_change(readings, applied, layout), tuple(applied), tuple(findings))


def _fit(correction: Correction, readings: Sequence[Reading], layout: Layout) -> AppliedCorrection | Finding:
    """What a correction changes, or why it does not fit."""
    name = CellName.of(correction)
    found = find_cells(readings, name, layout, correction.period)
    if len(found) != 1:
        return unmatched(correction, explain_misfit(found, name))
    right = _mend(found[0], correction.right, layout.tables[found[0].table])
    if right is None:
        return unmatched(correction, f"'{correction.right}' is no number")
    if not says(found[0], correction.expected):
        return _stale(correction, found[0])
    return AppliedCorrection(correction, found[0], right)


def _rivals(own: Sequence[AppliedCorrection]) -> list[Finding]:
    """What to say of several corrections that fit one cell: which of two values is right, no order can tell."""
    first, *others = own
    cell = f"{first.reading.sheet}!{first.reading.cell}"
    if len({a.right.number for a in own}) == 1:
        return [unmatched(a.correction, f"another correction gives {cell} the same value") for a in others]
    return [unmatched(a.correction, f"another correction gives {cell} another value") for a in own]


def _change(readings: Sequence[Reading], applied: Sequence[AppliedCorrection], layout: Layout) -> tuple[Reading, ...]:
    """The readings with corrected cells as they should be; the names of rows stay."""
    right = {(a.reading.sheet, a.reading.cell): a.correction.right for a in applied}
    changed = []
    for reading in readings:
        own = right.get((reading.sheet, reading.cell))
        is_name = reading.field == LABEL_FIELD or own is None
        mended = None if is_name else _mend(reading, own or "", layout.tables[reading.table])
        changed.append(mended or reading)
    return tuple(changed)


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
