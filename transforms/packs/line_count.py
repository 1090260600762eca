"""How many lines a text takes, from the widths of the pack's own font: counted here, so that a page can be planned.

The widths are those of Source Sans 3 in thousandths of its size; the fonts lie beside the templates.
"""

from __future__ import annotations

_WIDTHS = {
    " ": 200, "|ij',.:;’‘·": 249, "lI": 263, "!f": 292, "()[]{}-": 311, "t": 338, "r/\\": 350, "*s": 419,
    "?z\"“”": 426, "x": 446, "c": 456, "vy": 467, "YJ–": 480, "L": 486, "Fk": 495, "_ag": 504,
    "eé#$+0123456789<=>^~§£": 497,
    "XV": 515, "EST": 536, "Z`oA": 543, "hun": 547, "bdpq": 555, "¶PR": 569, "C": 571, "K": 579, "B": 588,
    "&DG": 617, "UNH": 652, "OQ": 664, "w": 719, "M": 727, "W": 786, "%m": 829, "@": 847, "…": 948,
}  # fmt: skip
_WIDTH = {char: width for chars, width in _WIDTHS.items() for char in chars}
_BOLD = 1.09
_OTHER, _WIDE = 700, 1000
_FIRST_WIDE = "\u2e80"
"""From here on a character is as wide as it is high."""
_POINT_MM = 25.4 / 72


def measure_text(text: str, size_pt: float, *, is_bold: bool = False) -> float:
    """How wide a text is in millimetres, rather too much than too little."""
    thousandths = sum(_WIDTH.get(c, _WIDE if c >= _FIRST_WIDE else _OTHER) for c in text)
    return thousandths / 1000 * size_pt * _POINT_MM * (_BOLD if is_bold else 1)


def count_lines(text: str, width_mm: float, size_pt: float, *, is_bold: bool = False) -> int:
    """How many lines a text takes; a word wider than a line is broken."""
    return len(_break_words(text.split(), width_mm, size_pt, is_bold=is_bold))


def shorten_to_lines(text: str, lines: int, width_mm: float, size_pt: float) -> str:
    """The text cut at a word so that it takes no more lines, with an ellipsis where it was cut."""
    if count_lines(text, width_mm, size_pt) <= lines:
        return text
    words = text.split()
    while len(words) > 1:
        words.pop()
        cut = f"{' '.join(words).rstrip(',;:.')} …"
        if count_lines(cut, width_mm, size_pt) <= lines:
            return cut
    room = int(lines * width_mm / measure_text("m", size_pt))
    return f"{text[: max(room - 1, 1)]}…"


def shorten_to_width(text: str, width_mm: float, size_pt: float, *, is_bold: bool = False) -> str:
    """The text cut at a word so that it stays within a width; "" where not even its first word does."""
    words = text.split()
    for count in range(len(words), 0, -1):
        cut = " ".join(words[:count])
        cut = cut if count == len(words) else f"{cut.rstrip(',;:.')}…"
        if measure_text(cut, size_pt, is_bold=is_bold) <= width_mm:
            return cut
    return ""


def _break_words(words: list[str], width_mm: float, size_pt: float, *, is_bold: bool) -> list[float]:
    """The widths of the lines that words are broken into."""
    space = measure_text(" ", size_pt, is_bold=is_bold)
    lines = [0.0]
    for word in words:
        width = measure_text(word, size_pt, is_bold=is_bold)
        if lines[-1] and lines[-1] + space + width > width_mm:
            lines.append(0.0)
        lines[-1] += (space if lines[-1] else 0.0) + width
        while lines[-1] > width_mm:
            lines.append(lines[-1] - width_mm)
            lines[-2] = width_mm
    return lines
