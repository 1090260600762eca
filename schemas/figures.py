"""Figures: the only form in which a number reaches a page, and the rounding that makes its text."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

FigureState = Literal["published", "held", "missing", "suppressed", "no_cases"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A printed value. `ref` is the short reference beside its row ("K12"); `sources` name readings by
    receipt, sheet and cell. Tables, charts, sentences and attachments take Figures and nothing else."""

    ref: str
    key: str
    state: FigureState
    value: Decimal | None
    decimals: int
    text: str
    sources: tuple[str, ...] = ()
    is_corrected: bool = False
    is_overridden: bool = False


def round_half_away(value: Fraction | Decimal, decimals: int) -> Decimal:
    """Round half away from zero at `decimals` places; the result has exactly that many.

    Rounding is exact: nothing is lost to an intermediate decimal expansion.
    """
    exact = Fraction(value)
    scaled = abs(exact) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    unsigned = Decimal(int(whole)).scaleb(-decimals)
    return -unsigned if exact < 0 and unsigned != 0 else unsigned


def decimal_text(value: Decimal | None) -> str | None:
    """The value as plain decimal text ("85.5"), never in exponent form; None stays None."""
    return None if value is None else format(value, "f")
