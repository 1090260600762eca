"""Rounding half away from zero, against the standard library's decimals and fractions."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.figures import decimal_text, round_half_away

PLACES = st.integers(0, 6)
NUMBERS = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=9)
FRACTIONS = st.fractions(-(10**9), 10**9, max_denominator=10**6)


@pytest.mark.parametrize(
    ("value", "places", "rounded"),
    [
        ("0.5", 0, "1"),
        ("1.5", 0, "2"),
        ("2.5", 0, "3"),
        ("-2.5", 0, "-3"),
        ("0.05", 1, "0.1"),
        ("-0.05", 1, "-0.1"),
        ("75.65", 1, "75.7"),
        ("2.675", 2, "2.68"),
        ("-0.04", 1, "0.0"),
        ("100", 1, "100.0"),
    ],
)
def test_a_half_goes_away_from_zero(value: str, places: int, rounded: str) -> None:
    assert str(round_half_away(Decimal(value), places)) == rounded


@given(NUMBERS, PLACES)
def test_it_agrees_with_the_decimal_module(value: Decimal, places: int) -> None:
    with localcontext() as context:
        context.prec = 60
        expected = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    assert round_half_away(value, places) == expected


@given(FRACTIONS, PLACES)
def test_it_is_the_nearest_of_that_many_decimals_and_of_two_the_farther_from_zero(
    value: Fraction, places: int
) -> None:
    rounded = Fraction(round_half_away(value, places))
    half = Fraction(1, 2 * 10**places)
    assert abs(rounded - value) <= half
    if abs(rounded - value) == half:
        assert abs(rounded) > abs(value)


@given(FRACTIONS, PLACES)
def test_the_result_has_exactly_the_decimals_asked_for(value: Fraction, places: int) -> None:
    assert -int(round_half_away(value, places).as_tuple().exponent) == places


@given(FRACTIONS, PLACES)
def test_it_is_symmetric_and_there_is_no_minus_zero(value: Fraction, places: int) -> None:
    rounded = round_half_away(value, places)
    assert round_half_away(-value, places) == -rounded
    assert not (rounded == 0 and rounded.is_signed())


@given(NUMBERS, PLACES)
def test_a_fraction_and_its_decimal_round_alike(value: Decimal, places: int) -> None:
    assert round_half_away(Fraction(value), places) == round_half_away(value, places)


@given(st.integers(0, 10**20), st.integers(1, 10**40))
def test_no_digit_is_lost_in_a_long_expansion(numerator: int, denominator: int) -> None:
    """A third has no finite decimal text; up to the largest number a cell may hold it is rounded exactly."""
    rounded = round_half_away(Fraction(numerator, denominator), 0)
    assert int(rounded) == (2 * numerator + denominator) // (2 * denominator)


@pytest.mark.parametrize(("value", "text"), [("1E+3", "1000"), ("85.50", "85.50"), ("0E-7", "0.0000000")])
def test_decimal_text_has_no_exponent(value: str, text: str) -> None:
    assert decimal_text(Decimal(value)) == text


def test_no_value_has_no_text() -> None:
    assert decimal_text(None) is None
