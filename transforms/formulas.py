"""How a figure was made, in words: "1,295 of 1,514, summed over 3 services"."""

from __future__ import annotations

from schemas.kpi import KpiRow
from transforms.known import FigureValue
from transforms.words import plural, say_number


def say_formula(row: KpiRow, value: FigureValue | None) -> str:
    """The formula of a printed figure; the reason where none is printed."""
    if value is None or row.state != "published":
        return row.reason
    if value.is_overridden and value.numerator is None:
        return "as stated in the return, by a declared override"
    if row.is_stated or value.numerator is None:
        return "as stated in the return, base not given"
    several = len(value.parts) > 1
    if value.denominator is None:
        return f"the sum of {plural(len(value.parts), 'service')}" if several else "a count, as stated in the return"
    counts = (
        f"{say_number(value.numerator)} {'of' if row.unit == 'percent' else 'over'} {say_number(value.denominator)}"
    )
    whose = f", summed over {plural(len(value.parts), 'service')}" if several else ""
    return f"{counts}{whose}"
