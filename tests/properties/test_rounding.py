"""Rounding: half away from zero, in order, and the text of a decimal."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.figures import decimal_text, round_half_away
from tests.properties import impact_rules as oracle

MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SOME = settings(max_examples=120, deadline=None, derandomize=True, database=None)
FRACTIONS = st.fractions(min_value=-1000, max_value=1000, max_denominator=2000)


@MANY
@given(FRACTIONS, st.integers(0, 4))
def test_rounding_is_half_away_from_zero(value: Fraction, decimals: int) -> None:
    got = round_half_away(value, decimals)
    assert Fraction(got) == oracle.printed(value, decimals)
    assert -got.as_tuple().exponent == decimals
    assert abs(Fraction(got) - value) <= Fraction(1, 2 * 10**decimals)


@SOME
@given(FRACTIONS, FRACTIONS, st.integers(0, 4))
def test_rounding_keeps_order_sign_and_itself(one: Fraction, two: Fraction, decimals: int) -> None:
    first, second = round_half_away(one, decimals), round_half_away(two, decimals)
    assert (first <= second) or one > two
    assert round_half_away(-one, decimals) == -first
    assert round_half_away(first, decimals) == first
    assert not (first == 0 and first.is_signed()), "there is no minus nought"


@SOME
@given(st.integers(-(10**6), 10**6), st.integers(0, 4))
def test_halves_go_away_from_zero(units: int, decimals: int) -> None:
    half = Fraction(2 * units + (1 if units >= 0 else -1), 2 * 10**decimals)
    assert abs(round_half_away(half, decimals)) == Fraction(abs(units) + 1, 10**decimals)


@SOME
@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_decimal_text_has_no_exponent(value: Decimal) -> None:
    text = decimal_text(value)
    assert "E" not in text.upper()
    assert Decimal(text) == value
