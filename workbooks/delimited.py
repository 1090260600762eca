"""Read .csv and its kin: text in lines, its encoding and its separator worked out from the content."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter
from pathlib import PurePath

from charset_normalizer import from_bytes

from workbooks import ceilings
from workbooks.ceilings import Refusal, Room, too_large
from workbooks.collecting import Contents, SheetCollector

_SEPARATORS = (",", ";", "\t", "|")
_SAMPLE_LINES = 200
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(content: bytes) -> str | None:
    """The bytes as text; None where they are no text. Without a mark: UTF-8, else Windows-1252, else a guess."""
    for mark, encoding in _MARKS:
        if content.startswith(mark):
            return _decode(content, encoding)
    if b"\x00" in content[:4096]:
        return _decode(content, "utf-16-le" if content[1:2] == b"\x00" else "utf-16-be")
    text = _decode(content, "utf-8") or _decode(content, "cp1252")
    if text is None:
        guess = from_bytes(content[: 1 << 16]).best()
        text = _decode(content, guess.encoding) if guess is not None else None
    return text


def _decode(content: bytes, encoding: str) -> str | None:
    """The text, unless a byte or a character of it belongs to no text."""
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError):
        return None
    return None if _CONTROLS.search(text) else text


def read_delimited(text: str, name: str) -> Contents:
    """The one sheet of a delimited text, named after the file. Refusal where the text is in no columns."""
    hint = _HINT.match(text)
    separator = hint[1] if hint else find_separator(text)
    if separator is None:
        raise Refusal("not_a_workbook", why="it looks like a text file")
    lines = io.StringIO(text[hint.end() :] if hint else text, newline="")
    sheet = SheetCollector(PurePath(name.replace("\\", "/")).stem or name, Room(), has_formats=False)
    try:
        for row, values in enumerate(csv.reader(lines, delimiter=separator), 1):
            if row > ceilings.LAST_ROW or len(values) > ceilings.LAST_COLUMN:
                raise too_large("it has more rows or columns than a sheet can hold")
            for column, value in enumerate(values, 1):
                sheet.add(row, column, value)
    except csv.Error:
        raise too_large("one of its values is longer than any cell can be") from None
    return Contents("csv", [sheet.build()])


def find_separator(text: str) -> str | None:
    """The separator that cuts most lines into equally many values; None where the lines are mere prose."""
    best: tuple[int, str] | None = None
    for separator in _SEPARATORS:
        widths = _widths(text, separator)
        wide = Counter(width for width in widths if width > 1)
        if not wide:
            continue
        width, lines = wide.most_common(1)[0]
        is_table = lines > 1 and (lines * 2 >= sum(wide.values()) or separator == "\t")
        if is_table and (best is None or lines * width > best[0]):
            best = lines * width, separator
    return best[1] if best else None


def _widths(text: str, separator: str) -> list[int]:
    """How many values each of the first lines holds."""
    widths: list[int] = []
    sample = io.StringIO(text[: 1 << 18], newline="")
    try:
        for values in csv.reader(sample, delimiter=separator):
            widths.append(len(values))
            if len(widths) >= _SAMPLE_LINES:
                break
    except csv.Error:
        return []
    return widths
