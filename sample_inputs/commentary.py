"""The indicator commentary: what owners might write on some indicators. Every word of it is synthetic."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from sample_inputs.figures import long_day, read_rows
from sample_inputs.sheets import NOT_ISSUED, Workbook, add_page, made_up, new_book, words

ISSUER = NOT_ISSUED.format(authority="Slough Children First")
LEGEND = "Cells with this pattern are synthetic: made up to try the software. Nobody of any authority wrote them."
FILES = {"2021-11-29": "Indicator commentary Nov 2021.xlsx"}
COLUMNS: dict[str, tuple[str, float]] = {
    "indicator": ("Indicator", 30),
    "service": ("Service", 22),
    "what_happened": ("What happened", 40),
    "why": ("Why", 36),
    "next_step": ("Next step", 40),
    "role": ("Role", 26),
}
OURS = {"indicator", "service"}
"""The columns that only name what the words are about."""


def commentary_books(figures: Path) -> Iterator[tuple[str, date, Workbook]]:
    """Give each commentary workbook's name, date and workbook."""
    for as_at, name in FILES.items():
        day = date.fromisoformat(as_at)
        yield name, day, _book(day, figures)


def _book(as_at: date, figures: Path) -> Workbook:
    book = new_book("Indicator commentary")
    page = add_page(book, "Commentary", [width for _, width in COLUMNS.values()])
    page.heading("Indicator commentary", 14, bold=True)
    page.heading(f"As at {long_day(as_at)}", 11)
    page.legend(LEGEND)
    page.blank()
    page.header([title for title, _ in COLUMNS.values()])
    for row in read_rows(figures, "commentary_synthetic"):
        cells = [(name, words(row[name])) for name in COLUMNS]
        page.line([entry if name in OURS or not row[name] else made_up(entry) for name, entry in cells])
    page.notes(["One row for each indicator, and service where it matters. Roles only, no names.", ISSUER])
    return book
