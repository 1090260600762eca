"""Write the sample returns of Slough's 2021/22 plan: `python -m sample_inputs.write_slough_2021`."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

if not __package__:  # run by path: the folder above is not on the search path
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sample_inputs.commentary import commentary_books
from sample_inputs.compliance import compliance_books
from sample_inputs.monthly import monthly_books
from sample_inputs.sheets import Workbook, save
from sample_inputs.tracker import tracker_books

HOME = Path(__file__).resolve().parent / "slough_2021"


def sample_books(figures: Path) -> Iterator[tuple[str, date, Workbook]]:
    """Give every sample workbook with its file name and the date it carries."""
    yield from compliance_books(figures)
    yield from monthly_books(figures)
    yield from tracker_books(figures)
    yield from commentary_books(figures)


def write_all(target: Path = HOME, figures: Path = HOME / "figures") -> list[Path]:
    """Write every sample workbook into `target` and return the paths."""
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, made, book in sample_books(figures):
        save(book, target / name, made)
        paths.append(target / name)
    return paths


if __name__ == "__main__":
    for written in write_all():
        print(written.name)
