"""Cells as amounts, for the arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from workbooks.grid import RawCell
from workbooks.suggesting.arithmetic import Amount
from workbooks.suggesting.kinds import KindGuess
from workbooks.values import parse_value


def amounts_of(cells: Mapping[str, RawCell], guess: KindGuess) -> dict[str, Amount]:
    """The figures among some cells by place, read as a kind says; what cannot be read is left out."""
    found = {}
    for place, cell in cells.items():
        parsed = parse_value(cell, guess.kind, guess.bare)
        if parsed.kind in {"count", "number", "percent"} and parsed.value is not None:
            found[place] = Amount(Decimal(parsed.value), parsed.decimals, parsed.kind == "count")
    return found
