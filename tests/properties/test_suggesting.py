"""Any table written in a form that layouts know is proposed, and the proposal reads every figure back."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from programmes.load import load_return
from programmes.propose import write_proposal
from schemas.config import Programme
from schemas.facts import LABEL_FIELD
from tests.builders import invented_programme
from workbooks.opening import open_workbook
from workbooks.suggesting.proposing import propose_return
from workbooks.suggesting.trial import Trial, try_return

QUAYS = ("Quay & Basin", "The Reach", "Islands")
WORDS = ("Lamps", "Wicks", "Oil drawn", "Buoys", "Ropes", "Rounds", "Signals", "Repairs", "Visits", "Hands")
AS_AT = (
    ("As at 29 March 2031",),
    ("Position as at: 29/03/2031",),
    ("Week ending", dt.datetime(2031, 3, 29)),
    ("Reporting month: March 2031",),
    ("Data as at", "29 Mar 2031"),
)

Figure = tuple[str, Decimal]


@dataclass
class Written:
    """Lines of cells, and what each figure among them means: its kind and value, by place in the lines."""

    lines: list[list[Any]]
    figures: dict[tuple[int, int], Figure] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)

    def count(self, row: int, column: int, value: int) -> None:
        self._put(row, column, value)
        self.figures[row, column] = ("count", Decimal(value))

    def percent(self, row: int, column: int, tenths: int, *, as_text: bool = False) -> None:
        """A percentage of so many tenths of a point, by its format or as text with a sign."""
        self._put(row, column, f"{tenths / 10:.1f}%" if as_text else round(tenths / 1000, 4))
        if not as_text:
            self.formats[row, column] = "0.0%"
        self.figures[row, column] = ("percent", Decimal(tenths) / 10)

    def text(self, row: int, column: int, value: Any) -> None:
        self._put(row, column, value)

    def _put(self, row: int, column: int, value: Any) -> None:
        while len(self.lines) <= row:
            self.lines.append([])
        line = self.lines[row]
        line += [None] * (column + 1 - len(line))
        line[column] = value


@st.composite
def services_down(draw: st.DrawFn) -> Written:
    """Services down, measures across: due, done and the percentage, and a few more counts."""
    found = Written([])
    names = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4, unique=True))
    for column, text in enumerate(["Quay", "Due", "Done", "% done", *names]):
        found.text(0, column, text)
    rows = [*QUAYS, *(["Whole harbour"] if draw(st.booleans()) else [])]
    as_text = draw(st.booleans())
    gap = draw(st.integers(0, 1))
    for place, name in enumerate(rows):
        row = place + 1 + (gap if name == "Whole harbour" else 0)
        found.text(row, 0, name)
        due = draw(st.integers(20, 900))
        done = draw(st.integers(0, due))
        found.count(row, 1, due)
        found.count(row, 2, done)
        found.percent(row, 3, int(Decimal(done) * 1000 / due + Decimal("0.5")), as_text=as_text)
        for column in range(4, 4 + len(names)):
            found.count(row, column, draw(st.integers(0, 5000)))
    return found


@st.composite
def items_by_period(draw: st.DrawFn) -> Written:
    """Items down, months across, as text or as dates; some rows are percentages, some are counts."""
    found = Written([])
    labels = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5, unique=True))
    months = draw(st.integers(1, 6))
    style = draw(st.sampled_from(["date", "%b-%y", "%B %Y"]))
    found.text(0, 0, "Measure")
    for column in range(1, months + 1):
        day = dt.datetime(2030, 6 + column, 1) if column <= 6 else dt.datetime(2031, 1, 1)
        found.text(0, column, day if style == "date" else day.strftime(style))
        if style == "date":
            found.formats[0, column] = "mmm-yy"
    for row, label in enumerate(labels, 1):
        is_share = draw(st.booleans())
        found.text(row, 0, f"% of {label.lower()}" if is_share else f"Number of {label.lower()}")
        for column in range(1, months + 1):
            if is_share:
                found.percent(row, column, draw(st.integers(0, 1000)))
            else:
                found.count(row, column, draw(st.integers(0, 3000)))
    return found


@st.composite
def form(draw: st.DrawFn) -> Written:
    """Labels with their figures to the right."""
    found = Written([])
    labels = draw(st.lists(st.sampled_from(WORDS), min_size=2, max_size=6, unique=True))
    for row, label in enumerate(labels):
        is_share = draw(st.booleans())
        found.text(row, 0, f"% of {label.lower()}" if is_share else f"{label} this month")
        if is_share:
            found.percent(row, 1, draw(st.integers(0, 1000)))
        else:
            found.count(row, 1, draw(st.integers(0, 3000)))
    return found


@st.composite
def records(draw: st.DrawFn) -> Written:
    """One record a row, known by its reference."""
    found = Written([])
    for column, text in enumerate(["Ref", "Lamp", "Keeper", "Due date", "Oil drawn"]):
        found.text(0, column, text)
    for row in range(1, draw(st.integers(3, 9))):
        found.text(row, 0, f"L{row:03}")
        found.text(row, 1, draw(st.sampled_from(WORDS)))
        found.text(row, 2, draw(st.sampled_from(("Harbour office", "Night watch"))))
        found.text(row, 3, dt.datetime(2031, 1, 1) + dt.timedelta(days=draw(st.integers(0, 300))))
        found.formats[row, 3] = "dd/mm/yyyy"
        found.count(row, 4, draw(st.integers(0, 500)))
    return found


@st.composite
def workbooks(draw: st.DrawFn) -> tuple[bytes, dict[tuple[str, str], Figure]]:
    """One to three tables under a title and an as-at line, on one sheet or several, with notes below."""
    tables = draw(st.lists(st.one_of(services_down(), items_by_period(), form(), records()), min_size=1, max_size=3))
    is_one_sheet = draw(st.booleans())
    left = draw(st.integers(0, 1))
    book = Workbook()
    book.remove(book.active)
    figures: dict[tuple[str, str], Figure] = {}
    sheet, row = None, 0
    for number, table in enumerate(tables, 1):
        if sheet is None or not is_one_sheet:
            sheet = book.create_sheet(f"Part {number}")
            sheet.cell(1, 1 + left, "Harbour performance report")
            for column, value in enumerate(AS_AT[0], 1 + left):
                sheet.cell(2, column, value)
            row = 4
        sheet.cell(row, 1 + left, f"{('Lights', 'Stores', 'Watches')[number - 1]} of the harbour")
        for down, line in enumerate(table.lines):
            for right, value in enumerate(line):
                if value is not None:
                    cell = sheet.cell(row + 1 + down, right + 1 + left, value)
                    cell.number_format = table.formats.get((down, right), "General")
                    if (down, right) in table.figures:
                        figures[sheet.title, cell.coordinate] = table.figures[down, right]
        row += len(table.lines) + 2
        if draw(st.booleans()):
            sheet.cell(row, 1 + left, "Figures are those of the harbour office and may change.")
            row += 2
    content = io.BytesIO()
    book.save(content)
    return content.getvalue(), figures


def tried(content: bytes, programme: Programme) -> Trial:
    """The proposal for a workbook, written, loaded again and tried on it."""
    sheets = open_workbook(content, "book.xlsx").sheets
    proposal = propose_return(sheets, programme)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "proposed.yaml"
        path.write_text(write_proposal(proposal), encoding="utf-8")
        item = load_return(path, programme)
    assert item == proposal.item
    return try_return(sheets, item, programme)


# the bytes of a workbook are not worth shrinking
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(workbooks())
def test_every_figure_of_a_proposed_table_reads_back_equal(
    written: tuple[bytes, dict[tuple[str, str], Figure]],
) -> None:
    content, figures = written
    trial = tried(content, invented_programme())
    readings = [r for t in trial.tables for r in t.cut.readings if r.field != LABEL_FIELD]
    read = {(r.sheet, r.cell): r.number for r in readings}
    assert {cell: read.get(cell) for cell in figures} == {cell: value for cell, (_, value) in figures.items()}
    assert not trial.left


@settings(max_examples=20, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.sampled_from(AS_AT), st.sampled_from([services_down, form]), st.data())
def test_the_as_at_line_is_found_in_each_of_its_spellings(
    line: tuple[Any, ...], table: Callable[[], st.SearchStrategy[Written]], data: st.DataObject
) -> None:
    book = Workbook()
    sheet = book.active
    sheet.append(["Harbour performance report"])
    sheet.append(list(line))
    sheet.append([])
    for cells in data.draw(table()).lines:
        sheet.append(cells)
    content = io.BytesIO()
    book.save(content)
    trial = tried(content.getvalue(), invented_programme())
    assert trial.period is not None
    assert trial.period.end in {dt.date(2031, 3, 29), dt.date(2031, 3, 31)}
