"""Observations for the tests of agreement and doubts, each with a cell of its own."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from schemas.config import Return
from schemas.facts import CellRef, Observation, Operand, Period
from tests.builders import invented_programme
from transforms.known import KnownObservation

DAY = dt.date(2031, 3, 31)


def lamp_return() -> Return:
    """The invented programme's weekly return."""
    return invented_programme().return_of("lamp_report")


def given(
    numerator: object = None, denominator: object = None, stated: str | None = None, **keys: Any
) -> Observation:
    """An observation of a share (or of what `keys` say), its operands in the cells B, C and D of row 7."""
    numbers = [None if n is None else Decimal(str(n)) for n in (numerator, denominator, stated)]
    cells = [
        Operand(name, CellRef("Lamps", f"{column}7"), str(n), str(n))
        for name, column, n in zip(("in_time", "due", "pct"), "BCD", numbers, strict=True)
        if n is not None
    ]
    places = len(stated.partition(".")[2]) if stated is not None else 0
    base: dict[str, Any] = {
        "measure": "lamps_in_time",
        "service": "upper_reach",
        "subgroup": None,
        "period": Period(DAY, DAY),
        "basis": "snapshot",
        "form": "percent",
        "per": Decimal(1),
        "numerator": numbers[0],
        "denominator": numbers[1],
        "stated": numbers[2],
        "stated_decimals": places,
        "state": "sound",
        "operands": tuple(cells),
    }
    return Observation(**(base | keys))


def known(item: Observation, return_id: str = "lamp_report", receipt_id: int = 1) -> KnownObservation:
    """An observation that speaks from a receipt."""
    return KnownObservation(item, return_id, receipt_id)


def month(number: int, year: int = 2031) -> Period:
    """A whole month."""
    first = dt.date(year, number, 1)
    after = dt.date(year + number // 12, number % 12 + 1, 1)
    return Period(first, after - dt.timedelta(days=1), "month")
