"""A harbour whose returns overlap: its programme, its workbooks, and a home that takes them in."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from flows.checking import JudgedFile
from flows.position import Position, derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import LoadedProgramme, load_programme
from tests.builders import LAMP_HEADER, LAMP_REPORT, Book, changed, percent, write_programme

MARCH = dt.date(2031, 3, 31)
"""A Monday, and the last day of its month."""
COUNTS = ((394, 298), (200, 150), (100, 90))
BASIN, REACH, ISLANDS = "Quay & Basin", "Upper Reach", "Islands"
WEEK = dt.timedelta(days=7)

RECEIVED = "2031-12-31T09:00:00Z"

HARBOUR_REPORT = """\
id: harbour_report
title: Monthly harbour report
cadence: monthly
recognise: [Monthly harbour report]
layouts:
  - from: 2031-01-01
    as_at: {labels: [Reporting month], precision: month}
    tables:
      lamps:
        anchor: [Lamps at the end of the month]
        rows:
          kind: services
          headers: [Quay]
          services: []
          optional_services: [quay_basin, upper_reach, islands]
        columns:
          fields:
            due: {headers: [Lamps due], kind: count, required: false}
            in_time: {headers: [Lit in time], kind: count, required: false}
            pct: {headers: ["% in time"], kind: percent}
        measures:
          - {id: lamps_in_time, form: percent, numerator: in_time, denominator: due, stated: pct}
        required: false
      once_more:
        anchor: [Lamps once more]
        rows:
          kind: services
          headers: [Quay]
          services: []
          optional_services: [quay_basin, upper_reach, islands]
        columns:
          fields:
            pct: {headers: [Share in time], kind: percent}
        measures:
          - {id: lamps_in_time, form: percent, stated: pct}
        required: false
      broken:
        anchor: [Lamps broken]
        rows:
          kind: items
          headers: [Measure]
          items:
            broken: {labels: [Lamps broken]}
        columns: {kind: periods, value: {kind: count}}
        measures:
          - {id: lamps_broken, form: count, basis: in_period, stated: {rows: [broken]}}
        required: false
"""

BROKEN_LOG = """\
id: broken_log
title: Weekly log of breakage
cadence: weekly
recognise: [Weekly log of breakage]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    covers: {labels: [Covering]}
    basis: in_period
    tables:
      broken:
        anchor: [Breakage of the week]
        rows:
          kind: items
          headers: [Measure]
          items:
            broken: {labels: [Lamps broken]}
        columns:
          fields:
            number: {headers: [Number], kind: count}
        measures:
          - {id: lamps_broken, form: count, numerator: {field: number, rows: [broken]}}
"""

STARTERS = """\
id: starters
title: Starters by month
cadence: monthly
recognise: [Starters by month]
layouts:
  - from: 2031-01-01
    as_at: {labels: [Reporting month], precision: month}
    basis: in_period
    tables:
      starters:
        anchor: [Who began]
        rows:
          kind: items
          headers: [Quay]
          items: {basin: {labels: [Quay & Basin]}, reach: {labels: [Upper Reach]}}
        columns: {kind: periods, value: {kind: count}}
        measures:
          - {id: starters, form: count, service: quay_basin, stated: {rows: [basin]}}
          - {id: starters, form: count, service: upper_reach, stated: {rows: [reach]}}
"""
STARTERS_INDICATOR = """\
indicators:
  - {id: starters, label: Starters, measure: starters, return: starters, direction: higher, unit: people, decimals: 0,
     basis: in_period, company: sum, services: [quay_basin, upper_reach], plan_refs: ["1.1"]}
"""

LAMPS_OF_MONTH = ("Quay", "Lamps due", "Lit in time", "% in time")
QUAYS = ("Quay & Basin", "Upper Reach", "Islands")
STEADY_LAMPS = changed(LAMP_REPORT, "denominator: due, stated: pct}", "denominator: due, stated: pct, steady: true}")


def say(day: dt.date) -> str:
    """A date as the workbooks print it: 3 March 2031."""
    return f"{day.day} {day:%B %Y}"


def lamps(day: dt.date, *counts: tuple[int, int]) -> Book:
    """A weekly lamp report: due and in time of each quay (by default those of the first days of March), no total."""
    given = counts or ((394, 298), (200, 150), (100, 90))
    rows = [
        (quay, due, lit, due - lit, percent(f"{100 * lit / due:.1f}"))
        for quay, (due, lit) in zip(QUAYS, given, strict=True)
    ]
    book = Book()
    head = (("Weekly lamp report",), (f"As at {say(day)}",), ())
    book.add_sheet("Lamps", *head, ("Lamps lit in time",), LAMP_HEADER, *rows)
    months = [f"{dt.date(2031, m, 1):%b-%y}" for m in (1, 2)]
    book.add_sheet(
        "Oil", *head, ("Oil by month",), ("Measure", *months),
        ("Clean oil, % of oil", percent("81.0"), percent("82.5")), ("Barrels in store", 40, 38),
    )  # fmt: skip
    return book


def monthly(month: str, *sheets: tuple[str, Sequence[Sequence[Any]]]) -> Book:
    """A monthly harbour report: each sheet a table by its anchor, with the lines of its body, header first."""
    book = Book()
    for number, (anchor, lines) in enumerate(sheets, 1):
        head = (("Monthly harbour report",), (f"Reporting month: {month}",), ())
        book.add_sheet(f"Page {number}", *head, (anchor,), *lines)
    return book


def lamps_of_month(month: str, *rows: Sequence[Any]) -> Book:
    """A monthly harbour report that gives lamps by quay: due, in time and share of each row."""
    return monthly(month, ("Lamps at the end of the month", [LAMPS_OF_MONTH, *rows]))


def broken_by(month: str, **numbers: int) -> Book:
    """A monthly harbour report of lamps broken, by the headings of its columns ("Jan-31" is given as Jan_31)."""
    heads = [name.replace("_", "-") for name in numbers]
    return monthly(month, ("Lamps broken", [("Measure", *heads), ("Lamps broken", *numbers.values())]))


def starters(month: str, *columns: tuple[str, object, object]) -> Book:
    """A report of who began, with a column for each month."""
    book = Book()
    heads, basin, reach = zip(*columns, strict=True)
    book.add_sheet(
        "Page 1", ("Starters by month",), (f"Reporting month: {month}",), ("Who began",), ("Quay", *heads),
        (BASIN, *basin), (REACH, *reach),
    )  # fmt: skip
    return book


def broken_in(first: dt.date, number: int) -> Book:
    """A log of the lamps broken in the seven days from a day on."""
    book = Book()
    last = first + dt.timedelta(days=6)
    book.add_sheet(
        "Log", ("Weekly log of breakage",), (f"As at {say(last)}",), (f"Covering {say(first)} to {say(last)}",),
        ("Breakage of the week",), ("Measure", "Number"), ("Lamps broken", number),
    )  # fmt: skip
    return book


def many_report(rows: Mapping[str, int]) -> str:
    """A return of many counts."""
    items = "\n".join(f"            m{n}: {{labels: [{name}]}}" for n, name in enumerate(rows))
    measures = "\n".join(
        f"          - {{id: many_{n}, form: count, numerator: {{field: number, rows: [m{n}]}}}}"
        for n in range(len(rows))
    )
    return f"""\
id: many
title: Weekly list of many
cadence: weekly
recognise: [Weekly list of many]
layouts:
  - from: 2031-01-01
    as_at: {{labels: [As at]}}
    tables:
      many:
        anchor: [Many counts]
        rows:
          kind: items
          headers: [Measure]
          items:
{items}
        columns:
          fields:
            number: {{headers: [Number], kind: count}}
        measures:
{measures}
"""


def many_book(day: dt.date, rows: Mapping[str, int]) -> Book:
    """The weekly list of many, as at a day."""
    book = Book()
    book.add_sheet(
        "Many", ("Weekly list of many",), (f"As at {day:%d/%m/%Y}",), ("Many counts",), ("Measure", "Number"),
        *rows.items(),
    )  # fmt: skip
    return book


class Harbour:
    """The harbour's programme, and a home of its own that takes workbooks in."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.folder = folder
        given = {"returns/harbour_report": HARBOUR_REPORT, "returns/broken_log": BROKEN_LOG, **files}
        self.programme = write_programme(folder / "lamplight", **given)
        self.home = folder / "home"
        self._number = 0

    @property
    def loaded(self) -> LoadedProgramme:
        """The programme as it is declared now."""
        return load_programme(self.programme)

    def save(self, book: Book, name: str = "") -> Path:
        """Write a workbook, under a name of its own."""
        self._number += 1
        return book.save(self.folder, name or f"arrival {self._number}.xlsx")

    def take(self, *books: Book, received: str = RECEIVED) -> list[JudgedFile]:
        """Take workbooks into history, together; as they were judged, in the order given."""
        return self.take_files([self.save(book) for book in books], received)

    def take_files(self, paths: Sequence[Path], received: str = RECEIVED) -> list[JudgedFile]:
        """Take workbooks that were saved into history, together; as they were judged, in the order given."""
        history = History(self.home / "history")
        try:
            taken = {t.judged.path: t.judged for t in take_files(history, paths, self.loaded, received)}
        finally:
            history.close()
        return [taken[path] for path in paths]

    def take_one(self, book: Book, received: str = RECEIVED) -> JudgedFile:
        """Take one workbook into history."""
        return self.take(book, received=received)[0]

    def position(self, as_at: dt.date) -> Position:
        """What is known, as at a date."""
        history = History(self.home / "history")
        try:
            return derive_position(history, self.loaded, as_at)
        finally:
            history.close()


def states(position: Position) -> dict[str | None, str]:
    """The state of every row of the one indicator, by service."""
    return {row.service: row.state for row in position.rows}


def told(position: Position) -> Counter[tuple[str, str | None, str | None]]:
    """Every finding about a received file: code, sheet and cell."""
    return Counter((f.code, f.sheet, f.cell) for r in position.received for f in r.findings)
