"""The arithmetic of a figure, with its numbers: "355 + 616 + 324 = 1,295 of 1,514; 1,295 / 1,514 = 85.5%"."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation

from schemas.facts import Observation, Operand
from schemas.figures import round_half_away
from schemas.kpi import KpiRow
from transforms.known import FigureValue
from transforms.words import say_number, say_target

_Counts = tuple[Sequence[Decimal], Sequence[Decimal]]


def say_arithmetic(row: KpiRow, value: FigureValue | None) -> str:
    """How a published figure is worked out from its operands; "" where nothing is worked out.

    `row` gives unit and decimals; the operands are those of `value`, as corrected.
    """
    if value is None or value.exact is None or value.state != "published" or value.numerator is None:
        return ""
    over, under = _counts(value)
    total = _say_sum(over, value.numerator)
    if value.denominator is None:
        return total if len(over) > 1 else ""
    counts = f"{total} {'of' if row.unit == 'percent' else 'over'} {_say_sum(under, value.denominator)}"
    ratio = f"{_say(value.numerator)} / {_say(value.denominator)}"
    form, per = value.parts[0].observation.form, value.parts[0].observation.per
    if form == "rate" and per != 1:
        ratio = f"{_say(per)} x {ratio}"
    result = f"{say_number(round_half_away(value.exact, row.decimals))}{'%' if row.unit == 'percent' else ''}"
    return f"{counts}; {ratio} = {result}" if len(over) > 1 or len(under) > 1 else f"{ratio} = {result}"


def say_difference(row: KpiRow) -> str:
    """The change on the previous value, as it is worked out: "85.5 - 75.2 = +10.3"; "" where there is none."""
    if row.value is None or row.previous is None or row.change is None:
        return ""
    sign = "+" if row.change > 0 else ""
    return f"{say_number(row.value)} - {say_number(row.previous)} = {sign}{say_number(row.change)}"


def _counts(value: FigureValue) -> _Counts:
    """What is added up for numerator and denominator: the services' counts, or the cells of a single row."""
    parts = [p.observation for p in value.parts]
    if len(parts) > 1:
        return (
            [p.numerator for p in parts if p.numerator is not None],
            [p.denominator for p in parts if p.denominator is not None],
        )
    return _cells(parts[0], value)


def _cells(item: Observation, value: FigureValue) -> _Counts:
    """The cells that add up to the counts of one row; none where it cannot be told which do.

    Operands stand numerator first, then denominator, then what is stated; no cell stands twice in one of them.
    """
    starts = range(1, len(item.operands) + 1)
    if value.denominator is None:
        ends = [end for end in starts if _adds_up(item.operands[:end], value.numerator)]
        return (_numbers(item.operands[: ends[0]]), ()) if ends else ((), ())
    found = [
        (_numbers(item.operands[:end]), _numbers(item.operands[end:last]))
        for end in starts
        if _adds_up(item.operands[:end], value.numerator)
        for last in range(end + 1, len(item.operands) + 1)
        if _adds_up(item.operands[end:last], value.denominator)
    ]
    return found[0] if len({len(over) for over, _ in found}) == 1 else ((), ())


def _adds_up(operands: Sequence[Operand], total: Decimal | None) -> bool:
    numbers = _numbers(operands)
    is_once = len({o.ref for o in operands}) == len(operands)
    return is_once and len(numbers) == len(operands) and sum(numbers) == total


def _numbers(operands: Sequence[Operand]) -> list[Decimal]:
    read = [_number(o.value) for o in operands]
    return [n for n in read if n is not None]


def _number(text: str | None) -> Decimal | None:
    try:
        return None if text is None else Decimal(text)
    except InvalidOperation:
        return None


def _say_sum(parts: Sequence[Decimal], total: Decimal) -> str:
    return f"{' + '.join(_say(p) for p in parts)} = {_say(total)}" if len(parts) > 1 else _say(total)


def _say(number: Decimal) -> str:
    return say_target(number) if "." in format(number, "f") else say_number(number)
