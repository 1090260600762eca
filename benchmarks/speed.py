"""How fast, against what: `python -m benchmarks.speed` prints medians of five and their ratios.

Seconds differ between machines; the ratios are what carries over. No test depends on them.
"""

from __future__ import annotations

import datetime as dt
import io
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "sample_inputs" / "slough_2021"
WEEKLY = SAMPLES / "Weekly Compliance Report 29 Nov 2021 FINAL.xlsx"
RUNS = 5


def median(action: Callable[[], object]) -> float:
    """Seconds of the middle of five runs, after one that is not counted."""
    action()
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        action()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def report(what: str, ours: float, against: str, theirs: float) -> None:
    """One line: what, seconds, the alternative, seconds, the ratio."""
    print(f"{what}: {ours:.3f} s; {against}: {theirs:.3f} s; ratio {ours / theirs:.2f}")


def make_wide_workbook() -> bytes:
    """A weekly workbook of twelve sheets and about 5,000 used cells: the sample's, with long notes sheets."""
    from openpyxl import load_workbook

    book = load_workbook(WEEKLY)
    for number in range(12 - len(book.worksheets)):
        sheet = book.create_sheet(f"Background {number + 1}")
        for row in range(1, 61):
            for column in range(1, 11):
                sheet.cell(row, column, row * column)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def compare_check() -> None:
    """`check` in process against one load of the same workbook by openpyxl."""
    from openpyxl import load_workbook

    from flows.checking import judge_file
    from programmes.load import load_programme

    programme = load_programme(ROOT / "programmes" / "slough_2021").programme
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "weekly.xlsx"
        path.write_bytes(make_wide_workbook())
        ours = median(lambda: judge_file(path, programme))
        theirs = median(lambda: load_workbook(path, data_only=True))
    report("check of a 12-sheet workbook, warm", ours, "one openpyxl load", theirs)


def compare_cold_check() -> None:
    """`boardpack check` as a process against one that imports pandera and openpyxl and loads the workbook."""
    command = [sys.executable, "-m", "flows.cli.main", "check", "--programme", "slough_2021", str(WEEKLY)]
    plain = f"import pandera.pandas, openpyxl; openpyxl.load_workbook({str(WEEKLY)!r}, data_only=True)"
    ours = median(lambda: subprocess.run(command, capture_output=True, cwd=ROOT, check=False))
    theirs = median(lambda: subprocess.run([sys.executable, "-c", plain], capture_output=True, check=True))
    report("boardpack check, cold", ours, "import pandera and openpyxl, load", theirs)


def compare_help() -> None:
    """`boardpack --help` against a bare interpreter."""
    ours = median(
        lambda: subprocess.run([sys.executable, "-m", "flows.cli.main", "--help"], capture_output=True, cwd=ROOT)
    )
    theirs = median(lambda: subprocess.run([sys.executable, "-c", "pass"], capture_output=True))
    report("boardpack --help, cold", ours, "bare Python", theirs)


def compare_pack() -> None:
    """The sample pack against a plain document of as many pages of one table, by the same renderer."""
    from weasyprint import HTML

    from flows.building import find_board, model_pack
    from flows.position import derive_position
    from flows.taking import take_files
    from history.store import History
    from programmes.load import load_programme
    from report_templates.render import render_pdf

    loaded = load_programme(ROOT / "programmes" / "slough_2021")
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        take_files(history, sorted(SAMPLES.glob("*.xlsx")), loaded, "2021-12-06T09:00:00Z")
        position = derive_position(history, loaded, dt.date(2021, 11, 30))
        warm = median(lambda: derive_position(history, loaded, dt.date(2021, 11, 30)))
        history.close()
    print(f"the position from history, warm: {warm:.3f} s")
    model = model_pack(position, find_board(position, "tsg"), None)
    pages = render_pdf(model).pages
    rows = "".join(f"<tr>{''.join(f'<td>{r * c}</td>' for c in range(6))}</tr>" for r in range(45 * pages))
    plain = f"<table>{rows}</table>"
    ours, theirs = median(lambda: render_pdf(model)), median(lambda: HTML(string=plain).write_pdf())
    report(f"the pack of {pages} pages", ours, f"a plain table of about {pages} pages", theirs)


if __name__ == "__main__":
    compare_help()
    compare_cold_check()
    compare_check()
    compare_pack()
