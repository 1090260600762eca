"""How much of a file is read at most, and how a reader says that it reads no further."""

from __future__ import annotations

MOST_BYTES = 64 * 1024 * 1024
"""Of the file as it was sent."""
MOST_PARTS = 5000
MOST_UNPACKED_BYTES = 256 * 1024 * 1024
"""Of all parts together, as the file itself declares them."""
MOST_READ_BYTES = 128 * 1024 * 1024
"""Of the parts that are read, counted while they are inflated."""
MOST_SIDE_BYTES = 32 * 1024 * 1024
"""Of one part that holds no cells and no strings, such as the styles."""
MOST_DEPTH = 200
"""Of elements within elements."""
MOST_ELEMENTS = 3_000_000
"""Of the XML, or of binary records, over the whole workbook."""
MOST_ELEMENT_NAMES = 5000
MOST_TAG_BYTES = 4 * 1024 * 1024
MOST_TEXT = 1_000_000
"""Characters of one cell."""
MOST_CHARACTERS = 64_000_000
"""Of all cells together."""
MOST_CELLS = 1_000_000
"""Of the whole workbook."""
MOST_PLACES = 4_000_000
"""Of cells with or without content, where a file lays out the blank ones too."""
MOST_STRINGS = 1_000_000
"""Of a table of strings that the cells share."""
MOST_MERGED_CELLS = 200_000
"""That lie under merged ranges and within the filled area of their sheet."""
MOST_SHEETS = 1000
LAST_ROW = 1_048_576
LAST_COLUMN = 16_384
DEFAULT_PASSWORD_ROUNDS = 200_000
"""Of hashing, for the one password that spreadsheet programs try themselves."""


class Room:
    """What may still be read of one workbook, over all its sheets."""

    def __init__(self) -> None:
        self.bytes = MOST_READ_BYTES
        self.elements = MOST_ELEMENTS
        self.cells = MOST_CELLS
        self.characters = MOST_CHARACTERS
        self.merged = MOST_MERGED_CELLS


class Refusal(Exception):
    """A reader's word that it cannot read the file: the code of a finding and the parts of its sentence."""

    def __init__(self, code: str, **parts: str) -> None:
        super().__init__(code)
        self.code = code
        self.parts = parts


def damaged(why: str) -> Refusal:
    """The refusal of a file whose content contradicts its own kind."""
    return Refusal("damaged_file", why=why)


def too_large(why: str) -> Refusal:
    """The refusal of a file beyond a ceiling."""
    return Refusal("file_too_large", why=why)
