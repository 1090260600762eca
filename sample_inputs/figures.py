"""The published figures, read as printed: every value stays text until a sheet needs it otherwise."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path

Row = Mapping[str, str]
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def read_rows(folder: Path, name: str) -> list[Row]:
    """Return the rows of one CSV file in printed order."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def optional_day(text: str) -> date | None:
    """Return the date of an ISO cell, or nothing for an empty one."""
    return date.fromisoformat(text) if text else None


def decimals_of(printed: str) -> int:
    """Return how many decimals a printed number shows: 2 for 25.75, 0 for 72."""
    return max(0, -int(Decimal(printed).as_tuple().exponent))


def long_day(day: date) -> str:
    """Return a date as people write it: 9 September 2021."""
    return f"{day.day} {day:%B} {day.year}"
