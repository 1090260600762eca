"""Number formats: what a cell shows for the number it holds."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache

from schemas.figures import round_half_away

_MOST_DECIMALS = 10


@lru_cache(maxsize=512)
def is_percent_format(number_format: str) -> bool:
    """Whether the format shows a fraction as a percentage."""
    return "%" in _first_section(number_format)


@lru_cache(maxsize=512)
def format_decimals(number_format: str) -> int | None:
    """Decimals that the format shows; None where the format leaves it to the number (General)."""
    section = _first_section(number_format)
    if not re.search(r"[0#?]", section):
        return None
    found = re.search(r"\.([0#?]+)", section)
    return len(found.group(1)) if found else 0


@lru_cache(maxsize=512)
def shows_day(number_format: str) -> bool:
    """Whether a date format shows the day of the month."""
    return "d" in _first_section(number_format).lower()


def _first_section(number_format: str) -> str:
    bare = re.sub(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.', "", number_format or "General")
    return bare.split(";")[0]


def own_decimals(value: Decimal) -> int:
    """Decimals the number itself has, at most ten (beyond that they are noise of binary floats)."""
    exponent = value.normalize().as_tuple().exponent
    return min(-exponent, _MOST_DECIMALS) if isinstance(exponent, int) and exponent < 0 else 0


def show_number(value: Decimal, number_format: str) -> str:
    """The number as its cell shows it: decimals and percent sign of the format, no thousands marks."""
    decimals = format_decimals(number_format)
    sign = ""
    if is_percent_format(number_format):
        value, sign = value * 100, "%"
    if decimals is None:
        decimals = own_decimals(value)
    return format(round_half_away(value, decimals), "f") + sign
