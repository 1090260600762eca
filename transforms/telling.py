"""How a figure is told of in a finding: its name, its cell, and what that cell says."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Literal

from schemas.config import Programme
from schemas.facts import CellRef, Observation, Operand
from schemas.figures import decimal_text, round_half_away

Part = Literal["numerator", "denominator", "value"]

_COUNTED = {"count", "number"}


def name_figure(item: Observation, programme: Programme, part: Part = "value") -> str:
    """ "'Visits in time' (Upper Reach)"; "the denominator of 'Visits in time' (Upper Reach)"."""
    label = next((i.label for i in programme.indicators if i.measure == item.measure), None)
    words = f"'{label or item.measure.replace('_', ' ')}'"
    who = [programme.service_label(item.service)] if item.service is not None else []
    who += [programme.subgroup_label(item.subgroup)] if item.subgroup is not None else []
    name = f"{words} ({', '.join(who)})" if who else words
    return name if part == "value" or item.form in _COUNTED else f"the {part} of {name}"


def find_place(item: Observation, part: Part) -> tuple[CellRef, str]:
    """The cell that gives a part of a figure, and what it says.

    Operands stand in the order numerator, denominator, stated value. Where several cells are summed, the first
    of them stands for all, and the sum is what they say.
    """
    filled = [o for o in item.operands if o.raw_text]
    if not filled:
        return CellRef("", ""), ""
    if part == "value":
        return _find_value(item, filled)
    number = item.numerator if part == "numerator" else item.denominator
    equal = [o for o in filled if _number(o) == number]
    if not equal:
        return filled[0].ref, decimal_text(number) or ""
    is_second = part == "denominator" and item.numerator == item.denominator and len(equal) > 1
    found = equal[1] if is_second else equal[0]
    return found.ref, found.raw_text


def _find_value(item: Observation, filled: list[Operand]) -> tuple[CellRef, str]:
    if item.stated is not None:
        return filled[-1].ref, filled[-1].raw_text
    sign = "%" if item.form == "percent" else ""
    if item.form in _COUNTED or item.derived is None:
        return filled[0].ref, decimal_text(item.numerator) or filled[0].raw_text
    shown = decimal_text(round_half_away(item.derived, 1))
    counts = f"{decimal_text(item.numerator)} of {decimal_text(item.denominator)}"
    return filled[0].ref, f"{counts}, which is {shown}{sign}"


def say_place(ref: CellRef) -> str:
    """ "Visits!C7"."""
    return f"{ref.sheet}!{ref.cell}"


def _number(operand: Operand) -> Decimal | None:
    try:
        return Decimal(operand.value) if operand.value is not None else None
    except InvalidOperation:
        return None
