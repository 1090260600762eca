"""The look of the sample workbooks, and how they are saved so that every run gives the same bytes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from decimal import Decimal
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any, TypeAlias
from xml.etree.ElementTree import canonicalize
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sample_inputs.figures import decimals_of

# openpyxl has no type hints: it is used in this module only, and everything from it is Any.
excel: Any = import_module("openpyxl")
styles: Any = import_module("openpyxl.styles")
validation: Any = import_module("openpyxl.worksheet.datavalidation")
letter_of: Any = import_module("openpyxl.utils").get_column_letter
Workbook: TypeAlias = Any
Worksheet: TypeAlias = Any

NOT_ISSUED = "Sample workbook made from published figures; not issued by {authority}."
FONT = "Arial"
THIN = styles.Side(style="thin", color="A6A6A6")
BOX = styles.Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEADER_FILL = styles.PatternFill("solid", fgColor="1F3864")
BAND_FILL = styles.PatternFill("solid", fgColor="D9E2F3")
SYNTHETIC_FILL = styles.PatternFill("lightUp", fgColor="BF9000", bgColor="FFFFFF")
DAY_FORMAT = "dd/mm/yyyy"
ZIP_TIME = (1980, 1, 1, 0, 0, 0)
XML_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


@dataclass(frozen=True)
class Entry:
    """What one cell holds, how it is shown, and whether it was made up for the sample."""

    value: str | int | float | date | None = None
    number_format: str = "General"
    synthetic: bool = False
    align: str | None = None


BLANK = Entry()
DASH = Entry("-", align="center")


def words(text: str) -> Entry:
    """Return a text cell; an empty text is an empty cell."""
    return Entry(text or None)


def literal(text: str) -> Entry:
    """Return a text cell that Excel must not turn into a number, such as the reference 1.10."""
    return Entry(text or None, "@")


def day_cell(day: date | None) -> Entry:
    """Return a real date cell, or an empty one."""
    return BLANK if day is None else Entry(day, DAY_FORMAT, align="center")


def count(printed: str) -> Entry:
    """Return a whole number, or an empty cell where none is printed."""
    return Entry(int(printed), "0") if printed else BLANK


def average(printed: str) -> Entry:
    """Return a number with the decimals it is printed with."""
    places = decimals_of(printed)
    return Entry(float(Decimal(printed)), "0." + "0" * places) if places else count(printed)


def percent(printed: str, typed: str = "percent") -> Entry:
    """Return a percentage as a formatted fraction, as `text` (75.6%) or as a `bare` number (75.6)."""
    if not printed:
        return BLANK
    if typed == "text":
        return Entry(f"{printed}%", align="right")
    if typed == "bare":
        return replace(average(printed), number_format="General")
    places = decimals_of(printed)
    fraction = float(Decimal(printed) / 100)
    return Entry(fraction, "0." + "0" * places + "%" if places else "0%")


def made_up(entry: Entry) -> Entry:
    """Return the same cell, marked as synthetic."""
    return replace(entry, synthetic=True)


@dataclass
class Page:
    """One sheet, written from the top down; `row` is the next free row."""

    sheet: Worksheet
    columns: int
    row: int = 1

    def blank(self) -> None:
        """Leave a row empty."""
        self.row += 1

    def heading(self, text: str, size: int = 10, *, bold: bool = False) -> None:
        """Write a line merged across the table's width."""
        self._span(text, 1, self.columns)
        self.sheet.cell(self.row, 1).font = styles.Font(name=FONT, size=size, bold=bold)
        self.sheet.row_dimensions[self.row].height = round(size * 1.5)
        self.row += 1

    def labelled_day(self, label: str, day: date) -> None:
        """Write a label in the first column and a real date cell beside it."""
        self._put(1, Entry(label))
        self._put(2, Entry(day, DAY_FORMAT, align="left"))
        self.row += 1

    def legend(self, text: str) -> None:
        """Write the line that explains the synthetic pattern, in that pattern."""
        self.heading(text)
        self.sheet.cell(self.row - 1, 1).fill = SYNTHETIC_FILL

    def over_columns(self, text: str, first: int, last: int) -> None:
        """Write a heading merged over some columns, above the header row."""
        self._span(text, first, last)
        for column in range(first, last + 1):
            self._dress_header(column)
        self.row += 1

    def header(self, titles: Sequence[str | Entry], *, freeze: bool = True) -> None:
        """Write the header row; panes freeze below it and it repeats on each printed page."""
        for column, title in enumerate(titles, start=1):
            self._put(column, title if isinstance(title, Entry) else Entry(title))
            self._dress_header(column)
        if freeze:
            self.sheet.freeze_panes = self.sheet.cell(self.row + 1, 2)
            self.sheet.print_title_rows = f"{self.row}:{self.row}"
        self.row += 1

    def band(self, text: str) -> None:
        """Write a section heading merged across the table."""
        self._span(text, 1, self.columns)
        for column in range(1, self.columns + 1):
            cell = self.sheet.cell(self.row, column)
            cell.fill, cell.font, cell.border = BAND_FILL, styles.Font(name=FONT, size=10, bold=True), BOX
        self.row += 1

    def line(self, entries: Sequence[Entry], *, bold: bool = False) -> None:
        """Write one row of the table, boxed."""
        for column, entry in enumerate(entries, start=1):
            self._put(column, entry, bold=bold)
            self.sheet.cell(self.row, column).border = BOX
        self.row += 1

    def merge_down(self, column: int, first: int, last: int) -> None:
        """Merge a label over the rows it speaks for."""
        if last > first:
            self.sheet.merge_cells(start_row=first, end_row=last, start_column=column, end_column=column)

    def offer(self, column: int, first: int, choices: str) -> None:
        """Let the cells of a column, from row `first` to the last one written, be picked from a list."""
        choice = validation.DataValidation(type="list", formula1=f'"{choices}"', allow_blank=True)
        self.sheet.add_data_validation(choice)
        choice.add(f"{letter_of(column)}{first}:{letter_of(column)}{self.row - 1}")

    def notes(self, lines: Sequence[str]) -> None:
        """Write notes under the table, after an empty row."""
        self.blank()
        for text in lines:
            self._span(text, 1, self.columns)
            cell = self.sheet.cell(self.row, 1)
            cell.font = styles.Font(name=FONT, size=9, italic=True)
            cell.alignment = styles.Alignment(wrap_text=True, vertical="top")
            self.sheet.row_dimensions[self.row].height = 13 * self._lines_needed(text)
            self.row += 1

    def _lines_needed(self, text: str) -> int:
        letters = [letter_of(column) for column in range(1, self.columns + 1)]
        width = sum(self.sheet.column_dimensions[letter].width for letter in letters)
        return 1 + int(len(text) / (width * 1.05))

    def _span(self, text: str, first: int, last: int) -> None:
        self._put(first, Entry(text))
        if last > first:
            self.sheet.merge_cells(start_row=self.row, end_row=self.row, start_column=first, end_column=last)

    def _put(self, column: int, entry: Entry, *, bold: bool = False) -> None:
        if isinstance(entry.value, str) and entry.value.startswith("="):
            raise ValueError(f"a formula is never written: {entry.value}")
        cell = self.sheet.cell(self.row, column, entry.value)
        cell.number_format = entry.number_format
        cell.font = styles.Font(name=FONT, size=10, bold=bold)
        wrap = isinstance(entry.value, str)
        cell.alignment = styles.Alignment(horizontal=entry.align, vertical="center", wrap_text=wrap)
        if entry.synthetic:
            cell.fill = SYNTHETIC_FILL

    def _dress_header(self, column: int) -> None:
        cell = self.sheet.cell(self.row, column)
        cell.fill, cell.border = HEADER_FILL, BOX
        cell.font = styles.Font(name=FONT, size=10, bold=True, color="FFFFFF")
        cell.alignment = styles.Alignment(horizontal="center", vertical="center", wrap_text=True)


def new_book(title: str) -> Workbook:
    """Return a workbook without sheets, with a role as its author."""
    book = excel.Workbook()
    book.remove(book.active)
    book.properties.title = title
    book.properties.creator = "Performance team"
    return book


def add_page(book: Workbook, name: str, widths: Sequence[float]) -> Page:
    """Add a sheet with its column widths and print setup."""
    sheet = book.create_sheet(name)
    for column, width in enumerate(widths, start=1):
        sheet.column_dimensions[letter_of(column)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", 9
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.left.text, sheet.oddFooter.right.text = "&F", "Page &P of &N"
    sheet.sheet_view.showGridLines = False
    return Page(sheet, len(widths))


def save(book: Workbook, path: Path, made: date) -> None:
    """Save a workbook dated `made`: no clock and no zip time stamp gets into the file."""
    moment = datetime.combine(made, time(9, 0))
    book.properties.created = moment
    raw = BytesIO()
    book.save(raw)
    path.write_bytes(_repacked(raw.getvalue(), moment))


def _repacked(raw: bytes, moment: datetime) -> bytes:
    stamp = rf"\g<1>{moment:%Y-%m-%dT%H:%M:%SZ}"
    packed = BytesIO()
    with ZipFile(BytesIO(raw)) as old, ZipFile(packed, "w") as new:
        for name in old.namelist():
            # Canonical, since openpyxl writes other bytes where lxml is installed than where it is not.
            content = canonicalize(old.read(name).decode("utf-8"))
            if name == "docProps/core.xml":
                content = re.sub(r"(<dcterms:modified[^>]*>)[^<]*", stamp, content)
            info = ZipInfo(name, ZIP_TIME)
            info.compress_type, info.create_system, info.external_attr = ZIP_DEFLATED, 3, 0o600 << 16
            new.writestr(info, XML_DECLARATION + content)
    return packed.getvalue()
