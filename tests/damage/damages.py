"""Damage a workbook as a person would: every kind there is, by name."""

from __future__ import annotations

import random
from typing import Any

from tests.damage import damaged_books, damaged_figures, damaged_tables
from tests.damage.book import Book
from tests.damage.kinds import KINDS, Case

SUBJECTS = (damaged_figures, damaged_tables, damaged_books)
"""The modules that enter their kinds when they are imported, from the small to the whole."""


def damage_names() -> list[str]:
    """Every kind of damage, in the order in which they are written."""
    return [name for own in SUBJECTS for name, damage in KINDS.items() if damage.__module__ == own.__name__]


def apply_damage(name: str, book: Any, facts: Book, seed: str) -> str | None:
    """Damage an opened workbook; what was done in words, or None where this kind does not fit it."""
    return KINDS[name](Case(book, facts, random.Random(f"{seed} {name}")))
