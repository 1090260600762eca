"""A rating as a pack prints it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rating:
    """A rating as printed: its id for the style sheet, its letter and its word. Colour is never alone."""

    id: str
    letter: str
    word: str

    @property
    def text(self) -> str:
        """Letter and word, as a cell prints them."""
        return f"{self.letter} {self.word}" if self.letter else self.word
