"""An invented programme and its workbooks, from which the tests build their cases.

Nothing here is any council's: quays and lamps stand for services and what they count. Workbooks are real
.xlsx bytes; cells are named by their row and column labels, so that no test depends on where a table stands.
"""

from __future__ import annotations

import io
import re
import tempfile
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell

from flows.checking import JudgedFile, judge_file
from programmes.load import load_programme
from schemas.config import Programme

PROGRAMME = """\
id: lamplight
title: Lamplight plan
authority: Harbour Lights Trust
company: {label: Whole harbour, spellings: [All quays]}
services:
  - {id: quay_basin, label: Quay & Basin, spellings: [Q&B]}
  - {id: upper_reach, label: Upper Reach, spellings: [The Reach]}
  - {id: islands, label: Islands}
subgroups:
  - {id: tall, label: tall lamps}
  - {id: short, label: short lamps}
reporting_dates: [2031-01-31, 2031-02-28, 2031-03-31]
priorities:
  - id: light
    number: "1"
    title: Light where it is needed
    refs:
      - {ref: "1.1", title: Lighting in time}
      - {ref: "1.10", title: Clean oil}
brag:
  blue: {label: Blue, letter: B, impact: Not used, outcome: Done}
  green: {label: Green, letter: G, impact: Met, outcome: On course}
  yellow: {label: Yellow, letter: Y, impact: Better, outcome: Back on course}
  amber: {label: Amber, letter: A, impact: Near, outcome: Late with a plan}
  red: {label: Red, letter: R, impact: Missed, outcome: Late}
  grey: {label: Grey, letter: N, impact: Too early, outcome: Not begun}
"""

LAMP_REPORT = """\
id: lamp_report
title: Weekly lamp report
cadence: weekly
recognise: [Weekly lamp report]
partial:
  2031-02-03: [lamps]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at, Position as at]}
    basis: snapshot
    tables:
      lamps:
        sheets: [Lamps]
        anchor: [Lamps lit in time]
        rows:
          kind: services
          headers: [Quay]
          services: [quay_basin, upper_reach, islands]
          company: optional
        columns:
          fields:
            due: {headers: [Lamps due], kind: count}
            in_time: {headers: [Lit in time], kind: count}
            late: {headers: [Lit late], kind: count, required: false}
            pct: {headers: ["% in time"], kind: percent}
        checks:
          - {total: due, parts: [in_time, late]}
        measures:
          - {id: lamps_in_time, form: percent, numerator: in_time, denominator: due, stated: pct}
      oil:
        sheets: [Oil]
        anchor: [Oil by month]
        rows:
          kind: items
          headers: [Measure]
          items:
            clean: {labels: ["Clean oil, % of oil"]}
            barrels: {labels: [Barrels in store], kind: count}
        columns:
          kind: periods
          value: {kind: percent}
        measures:
          - {id: clean_oil, form: percent, stated: {rows: [clean]}}
          - {id: barrels, form: count, stated: {rows: [barrels]}}
"""

CREW_REPORT = """\
id: crew_report
title: Monthly crew report
cadence: monthly
recognise: [Monthly crew report]
layouts:
  - from: 2031-01-01
    as_at: {labels: [Reporting month], precision: month}
    basis: snapshot
    tables:
      crews:
        sheets: [Crews]
        anchor: [Work by crew]
        rows:
          kind: services
          headers: [Crew]
          services: [quay_basin, upper_reach, islands]
          company: required
          subtotals:
            - {id: both_shores, labels: [Both shores], of: [quay_basin, upper_reach]}
        columns:
          fields:
            rounds_due: {headers: [Due], under: [Rounds], kind: count}
            rounds_done: {headers: [Done], under: [Rounds], kind: count}
            repairs_due: {headers: [Due], under: [Repairs], kind: count}
            repairs_done: {headers: [Done], under: [Repairs], kind: count}
            hands: {headers: [Hands], kind: count}
        measures:
          - {id: rounds_done, form: percent, numerator: rounds_done, denominator: rounds_due}
          - {id: repairs_done, form: percent, numerator: repairs_done, denominator: repairs_due}
          - {id: hands, form: count, numerator: hands}
"""

GRADE_REPORT = """\
id: grade_report
title: Lamp grades
cadence: quarterly
recognise: [Lamp grades]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    covers: {labels: [Lamps graded]}
    basis: in_period
    tables:
      grades:
        sheets: [Grades]
        anchor: [Grades given]
        rows:
          kind: items
          headers: [Grade]
          items:
            bright: {labels: [Bright]}
            fair: {labels: [Fair]}
            dim: {labels: [Dim]}
        columns:
          fields:
            number: {headers: [Number], kind: count}
            share: {headers: ["% of lamps"], kind: percent}
            before: {headers: ["% last year"], kind: percent, required: false}
        checks:
          - equals: 100
            parts:
              - {field: before, rows: [bright]}
              - {field: before, rows: [fair]}
              - {field: before, rows: [dim]}
        measures:
          - id: lamps_bright
            form: percent
            numerator: {field: number, rows: [bright]}
            denominator: {field: number, rows: [bright, fair, dim]}
            stated: {field: share, rows: [bright]}
"""

KEEPER_SURVEY = """\
id: keeper_survey
title: Keeper survey
cadence: monthly
recognise: [Keeper survey]
layouts:
  - from: 2031-01-01
    as_at: {labels: [Reporting month], precision: month}
    tables:
      answers:
        anchor: [Answers of keepers]
        rows:
          kind: items
          headers: [Question]
          group_headers: [Lamps]
          items:
            content_tall: {labels: [Content with their lamps], group: [tall]}
            content_short: {labels: [Content with their lamps], group: [short]}
        columns:
          kind: periods
          value: {kind: percent}
          fields:
            ytd: {headers: [Year to date], kind: percent, required: false}
        measures:
          - {id: content, form: percent, subgroup: tall, stated: {rows: [content_tall]}}
          - {id: content, form: percent, subgroup: short, stated: {rows: [content_short]}}
"""

TRACKER = """\
id: plan_tracker
title: Lamplight tracker
kind: tracker
cadence: monthly
recognise: [Lamplight tracker]
layouts:
  - from: 2031-01-01
    as_at: {labels: [As at]}
    tables:
      actions:
        rows: {kind: records, key: key}
        columns:
          fields:
            key: {headers: [Key], kind: text}
            ref: {headers: [Ref], kind: text}
            title: {headers: [Action], kind: text}
            printed: {headers: [Date as printed], kind: plan_date, required: false}
            start: {headers: [Start], kind: date, required: false}
            due: {headers: [Due], kind: date}
            completed_on: {headers: [Completed on], kind: date}
            next_review: {headers: [Next review], kind: date, required: false}
            owner_rating: {headers: ["Owner's rating"], kind: text, required: false}
"""

INDICATORS = """\
indicators:
  - id: lamps_in_time
    label: Lamps lit in time
    measure: lamps_in_time
    return: lamp_report
    direction: higher
    unit: percent
    decimals: 1
    company: ratio
    services: [quay_basin, upper_reach, islands]
    target: {value: 90}
    tolerance: {kind: points, value: 5}
    plan_refs: ["1.1"]
"""

FILES: dict[str, str] = {
    "programme.yaml": PROGRAMME,
    "indicators.yaml": INDICATORS,
    "returns/lamp_report.yaml": LAMP_REPORT,
    "returns/crew_report.yaml": CREW_REPORT,
    "returns/grade_report.yaml": GRADE_REPORT,
    "returns/keeper_survey.yaml": KEEPER_SURVEY,
    "returns/plan_tracker.yaml": TRACKER,
}


def write_programme(folder: Path, **files: str) -> Path:
    """Write the invented programme; `files` adds or replaces files, their names' "/" and ".yaml" left out:
    programme, indicators, corrections, lamp_report."""
    texts = dict(FILES)
    for name, text in files.items():
        path = f"returns/{name}.yaml" if f"returns/{name}.yaml" in FILES else f"{name}.yaml"
        texts[path] = text
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def changed(text: str, old: str, new: str) -> str:
    """`text` with its only `old` replaced, so that a test cannot silently change nothing."""
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
    return text.replace(old, new)


@lru_cache
def invented_programme() -> Programme:
    """The invented programme as it stands."""
    with tempfile.TemporaryDirectory() as folder:
        return load_programme(write_programme(Path(folder))).programme


# --- Workbooks ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Shown:
    """A value and the number format of its cell."""

    value: Any
    number_format: str


def percent(points: str) -> Shown:
    """A percentage as Excel keeps one: a fraction that is shown with the decimals given."""
    places = len(points.partition(".")[2])
    return Shown(round(float(points) / 100, places + 2), f"0.{'0' * places}%" if places else "0%")


class Book:
    """A workbook under construction, whose cells are found by what stands beside and above them."""

    def __init__(self) -> None:
        self.workbook = Workbook()
        self.workbook.remove(self.workbook.active)

    def add_sheet(self, name: str, *lines: Sequence[Any]) -> Any:
        """Add a sheet with these lines; a line is the cells of one row."""
        sheet = self.workbook.create_sheet(name)
        self.write(sheet, 1, 1, lines)
        return sheet

    def write(self, sheet: Any, row: int, column: int, lines: Iterable[Sequence[Any]]) -> None:
        """Write lines of cells from a place on."""
        for down, line in enumerate(lines):
            for right, value in enumerate(line):
                self._put(sheet.cell(row + down, column + right), value)

    @staticmethod
    def _put(cell: Cell, value: Any) -> None:
        cell.value = value.value if isinstance(value, Shown) else value
        if isinstance(value, Shown):
            cell.number_format = value.number_format

    def find(self, text: Any, nth: int = 0) -> Cell:
        """The nth cell, in reading order, that says `text`."""
        cells = [c for s in self.workbook for line in s.iter_rows() for c in line if c.value == text]
        assert len(cells) > nth, f"no cell says {text!r}"
        return cells[nth]

    def at(self, row: str, column: str, nth: int = 0) -> Cell:
        """The cell in the row and below the nth column of that name."""
        label = self.find(row)
        heads = [c for line in label.parent.iter_rows(max_row=label.row) for c in line if c.value == column]
        assert len(heads) > nth, f"no column says {column!r}"
        return label.parent.cell(label.row, heads[nth].column)

    def put(self, row: str, column: str, value: Any, nth: int = 0) -> str:
        """Write one cell; returns its address."""
        cell = self.at(row, column, nth)
        self._put(cell, value)
        return cell.coordinate

    def rename(self, old: str, new: str | None) -> str:
        """Let the one cell that says `old` say `new`; returns its address."""
        cell = self.find(old)
        cell.value = new
        return cell.coordinate

    def content(self) -> bytes:
        """The bytes of the .xlsx file."""
        target = io.BytesIO()
        self.workbook.save(target)
        return target.getvalue()

    def save(self, folder: Path, name: str = "return.xlsx") -> Path:
        """Write the file."""
        path = folder / name
        path.write_bytes(self.content())
        return path


LAMP_HEADER = ("Quay", "Lamps due", "Lit in time", "Lit late", "% in time")
LAMP_ROWS = (
    ("Quay & Basin", 394, 298, 96, percent("75.6")),
    ("Upper Reach", 200, 150, 50, percent("75.0")),
    ("Islands", 100, 90, 10, percent("90.0")),
)
LAMP_COMPANY = ("Whole harbour", 694, 538, 156, percent("77.5"))
LAMP_TITLE, LAMP_DATE = ("Weekly lamp report",), ("As at 3 March 2031",)


def lamp_report(rows: Sequence[Sequence[Any]] = LAMP_ROWS, company: Sequence[Any] | None = LAMP_COMPANY) -> Book:
    """A sound weekly lamp report as at 3 March 2031, or one with other rows."""
    book = Book()
    last = [(), company] if company else []
    book.add_sheet(
        "Lamps", LAMP_TITLE, LAMP_DATE, (), ("Lamps lit in time",), LAMP_HEADER, *rows, *last,
        (), ("Lamps due are those of the week.",),
    )  # fmt: skip
    book.add_sheet(
        "Oil", LAMP_TITLE, LAMP_DATE, (), ("Oil by month",),
        ("Measure", "Jan-31", "Feb-31"),
        ("Clean oil, % of oil", percent("81.0"), percent("82.5")),
        ("Barrels in store", 40, 38),
    )  # fmt: skip
    return book


CREW_ROWS = (
    ("Quay & Basin", 40, 30, 12, 6, 5),
    ("Upper Reach", 60, 45, 20, 11, 7),
    ("Both shores", 100, 75, 32, 17, 12),
    ("Islands", 50, 50, 8, 8, 3),
    ("Whole harbour", 150, 125, 40, 25, 15),
)


def crew_report(rows: Sequence[Sequence[Any]] = CREW_ROWS) -> Book:
    """A sound monthly crew report of February 2031: a two-level header, a sub-total and a company row."""
    book = Book()
    sheet = book.add_sheet(
        "Crews", ("Monthly crew report",), ("Reporting month", "February 2031"), (), ("Work by crew",),
        (None, "Rounds", None, "Repairs"), ("Crew", "Due", "Done", "Due", "Done", "Hands"), *rows,
    )  # fmt: skip
    sheet.merge_cells("B5:C5")
    sheet.merge_cells("D5:E5")
    return book


def grade_report() -> Book:
    """A sound quarterly report of grades, whose shares of last year make 100."""
    book = Book()
    book.add_sheet(
        "Grades", ("Lamp grades",), ("As at", Shown("31/03/2031", "@")),
        ("Lamps graded", "1 January 2031 to 31 March 2031"), ("Grades given",),
        ("Grade", "Number", "% of lamps", "% last year"),
        ("Bright", 30, percent("60.0"), percent("55.5")),
        ("Fair", 15, percent("30.0"), percent("33.3")),
        ("Dim", 5, percent("10.0"), percent("11.2")),
    )  # fmt: skip
    return book


def keeper_survey() -> Book:
    """A monthly survey: one label merged over two groups, a column for each month and the year to date."""
    book = Book()
    sheet = book.add_sheet(
        "Survey", ("Keeper survey",), ("Reporting month: February 2031",), ("Answers of keepers",),
        ("Question", "Lamps", "Jan-31", "Feb-31", "Year to date"),
        ("Content with their lamps", "tall", percent("61"), percent("62"), percent("61.5")),
        (None, "short", percent("71"), percent("72"), percent("71.5")),
    )  # fmt: skip
    sheet.merge_cells("A5:A6")
    return book


TRACKER_HEADER = (
    "Key", "Ref", "Action", "Date as printed", "Start", "Due", "Completed on", "Next review", "Owner's rating",
)  # fmt: skip


def tracker(*rows: Mapping[str, Any]) -> Book:
    """A plan tracker as at 28 February 2031; each row gives some columns by name, the rest is sound."""
    sound = {
        "Ref": "1.1",
        "Action": "Trim the wicks",
        "Due": Shown("30/06/2031", "@"),
        "Owner's rating": "Green",
    }
    book = Book()
    lines = [[({**sound, **row}).get(name) for name in TRACKER_HEADER] for row in rows]
    book.add_sheet("Tracker", ("Lamplight tracker",), ("As at 28 February 2031",), (), TRACKER_HEADER, *lines)
    return book


def judge(book: Book, folder: Path, programme: Programme | None = None) -> JudgedFile:
    """Save a workbook and judge it, as `check` does."""
    return judge_file(book.save(folder), programme or invented_programme())


# --- What openpyxl does not write -----------------------------------------------------------------------


def patched(content: bytes, part: str, pattern: str, replacement: str) -> bytes:
    """The workbook with one place in the XML of a part rewritten."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name == part:
                text, count = re.subn(pattern, replacement, data.decode("utf-8"), count=1)
                assert count == 1, f"{pattern} is not in {part}"
                data = text.encode("utf-8")
            new.writestr(name, data)
    return target.getvalue()


def with_result(content: bytes, cell: str, result: str, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The workbook with a stored result in a formula's cell, as Excel saves it."""
    return patched(content, part, rf'(<c r="{cell}"[^>]*><f>[^<]*</f>)<v\s*/?>(?:</v>)?', rf"\g<1><v>{result}</v>")
