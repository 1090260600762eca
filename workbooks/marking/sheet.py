"""The Findings sheet: what it says, written as inert strings, ready to be read on screen and on paper."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.findings import Severity
from workbooks.findings_table import (
    COLUMNS,
    FIRST_LINE,
    SECOND_LINE,
    NumberedFinding,
)
from workbooks.grid import address, column_letter
from workbooks.marking.book import LocalName
from workbooks.marking.cells import read_address
from workbooks.marking.splicing import attribute_xml, text_xml
from workbooks.marking.styles import MAIN, ON_DARK_TEXT, StyleBook

_LETTERS_A_LINE = 170
_CELL_COLUMN = 4
_LINE_HEIGHT = 15
_MOST_LINES = 27  # a row is at most 409 points high
_NOTHING = "Nothing was found."


@dataclass(frozen=True, slots=True)
class FindingsPage:
    """What a Findings sheet says: lines about the file, the findings, and lists of lines under headings.
    `linked`: the names of the sheets that a cell's address may lead to."""

    lines: tuple[str, ...]
    items: tuple[NumberedFinding, ...]
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    linked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Looks:
    title: int
    line: int
    header: int
    text: int
    number: int
    link: int
    severity: dict[Severity, int]

    @classmethod
    def add_to(cls, styles: StyleBook) -> _Looks:
        """The styles of the sheet, added to a workbook's own."""
        font = '<font>{}<sz val="{}"/><color rgb="{}"/><name val="Calibri"/><family val="2"/></font>'
        plain = styles.add("fonts", font.format("", 11, "FF1A1A1A"))
        bold = styles.add("fonts", font.format("<b/>", 11, "FF1A1A1A"))
        large = styles.add("fonts", font.format("<b/>", 15, "FF1F3A5F"))
        white = styles.add("fonts", font.format("<b/>", 11, "FFFFFFFF"))
        under = styles.add("fonts", font.format("<u/>", 11, "FF0B4A8F"))
        edge = '<{0} style="thin"><color rgb="FFB8C0CA"/></{0}>'
        box = "".join(edge.format(side) for side in ("left", "right", "top", "bottom"))
        border = styles.add("borders", f"<border>{box}<diagonal/></border>")
        wrap = ' wrapText="1"'
        return cls(
            styles.add_xf(large),
            styles.add_xf(plain, alignment=wrap),
            styles.add_xf(white, styles.add_fill("FF1F3A5F"), border, wrap),
            styles.add_xf(plain, 0, border, wrap),
            styles.add_xf(plain, 0, border, ' horizontal="center"'),
            styles.add_xf(under, 0, border, wrap),
            {s: styles.add_xf(bold, styles.add_fill(colour), border, wrap) for s, colour in _CHIPS.items()},
        )


# Near the colours of marked cells, yet not the same: these are never taken off.
_CHIPS: dict[Severity, str] = {severity: f"{colour[:-1]}0" for severity, colour in ON_DARK_TEXT.items()}


class _Writer:
    def __init__(self, looks: _Looks, width: int) -> None:
        self.looks, self.width = looks, width
        self.rows: list[str] = []
        self.merged: list[str] = []

    @property
    def next_row(self) -> int:
        """The number of the row that is written next."""
        return len(self.rows) + 1

    def row(self, cells: Sequence[tuple[str, int]], height: float | None = None) -> None:
        """A row of cells, each a text and its style."""
        number = self.next_row
        inner = "".join(_cell(number, column, text, style) for column, (text, style) in enumerate(cells, 1))
        tall = f' ht="{height}"' if height else ""
        self.rows.append(f'<row r="{number}"{tall}>{inner}</row>')

    def line(self, text: str) -> None:
        """A line over the whole width, as high as its text."""
        self.merged.append(f"A{self.next_row}:{column_letter(self.width)}{self.next_row}")
        self.row([(text, self.looks.line)], _LINE_HEIGHT * max(1, math.ceil(len(text) / _LETTERS_A_LINE)))


def _cell(row: int, column: int, text: str, style: int) -> str:
    if not text:
        return f'<c r="{address(row, column)}" s="{style}"/>'
    content = f'<is><t xml:space="preserve">{text_xml(text)}</t></is>'
    return f'<c r="{address(row, column)}" s="{style}" t="inlineStr">{content}</c>'


def _number_cell(row: int, number: int, style: int) -> str:
    return f'<c r="{address(row, 1)}" s="{style}"><v>{number}</v></c>'


def write_sheet(page: FindingsPage, styles: StyleBook, title: str) -> tuple[bytes, tuple[LocalName, ...]]:
    """The sheet's XML, and the names that it needs in the workbook."""
    out = _Writer(_Looks.add_to(styles), len(COLUMNS))
    out.row([(FIRST_LINE, out.looks.title)], 24)
    out.row([(SECOND_LINE, out.looks.line)])
    out.merged.append(f"A2:{column_letter(out.width)}2")
    for text in page.lines:
        out.line(text)
    out.row([])
    header = out.next_row
    out.row([(name, out.looks.header) for name, _ in COLUMNS])
    links = [_table_row(out, item, page.linked) for item in page.items]
    if not page.items:
        out.row([("", out.looks.text)] * 4 + [(_NOTHING, out.looks.text)] + [("", out.looks.text)] * (out.width - 5))
    last = out.next_row - 1
    for heading, texts in page.lists:
        out.row([])
        out.row([(heading, out.looks.title)], 22)
        for text in texts:
            out.line(text)
    table = f"A{header}:{column_letter(out.width)}{last}"
    xml = _sheet_xml(out, [width for _, width in COLUMNS], header, table, "".join(links))
    return xml.encode(), _names(title, out.width, header, last)


def _table_row(out: _Writer, item: NumberedFinding, linked: frozenset[str]) -> str:
    """Write a finding's row; returns the link of its cell's address."""
    finding, looks, number = item.finding, out.looks, out.next_row
    is_linked = finding.sheet in linked and read_address(finding.cell) is not None
    cells = []
    for column, text in enumerate(item.texts, 1):
        style = looks.severity[finding.severity] if column == 2 else looks.text
        cells.append((text, looks.link if column == _CELL_COLUMN and is_linked else style))
    widths = [width for _, width in COLUMNS]
    lines = max(_count_lines(text, width) for (text, _), width in zip(cells, widths, strict=True))
    out.row(cells, _LINE_HEIGHT * min(lines, _MOST_LINES))
    out.rows[-1] = out.rows[-1].replace(
        _cell(number, 1, *cells[0]), _number_cell(number, item.number, looks.number), 1
    )
    if not is_linked:
        return ""
    sheet = (finding.sheet or "").replace("'", "''")
    target = attribute_xml(f"'{sheet}'!{finding.cell}")
    return f'<hyperlink ref="{address(number, _CELL_COLUMN)}" location={target} display="{finding.cell}"/>'


def _count_lines(text: str, width: float) -> int:
    """How many lines a text fills in a column, with a little to spare: no program does it alike."""
    return sum(max(1, math.ceil(len(line) / (width * 0.95))) for line in text.split("\n"))


def _names(title: str, width: int, header: int, last: int) -> tuple[LocalName, ...]:
    sheet = f"'{title}'"
    area = f"{sheet}!$A${header}:${column_letter(width)}${last}"
    return (
        LocalName("_xlnm._FilterDatabase", area, is_hidden=True),
        LocalName("_xlnm.Print_Titles", f"{sheet}!${header}:${header}"),
    )


def _sheet_xml(out: _Writer, widths: Sequence[int], header: int, table: str, links: str) -> str:
    cols = "".join(f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in enumerate(widths, 1))
    merged = "".join(f'<mergeCell ref="{area}"/>' for area in out.merged)
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        f'<worksheet xmlns="{MAIN}">'
        '<sheetPr><tabColor rgb="FF1F3A5F"/><pageSetUpPr fitToPage="1"/></sheetPr>'
        f'<dimension ref="A1:{column_letter(out.width)}{len(out.rows)}"/>'
        '<sheetViews><sheetView showGridLines="0" tabSelected="1" workbookViewId="0">'
        f'<pane ySplit="{header}" topLeftCell="A{header + 1}" activePane="bottomLeft" state="frozen"/>'
        f'<selection pane="bottomLeft" activeCell="A{header + 1}" sqref="A{header + 1}"/></sheetView></sheetViews>'
        f'<sheetFormatPr defaultRowHeight="15"/><cols>{cols}</cols><sheetData>{"".join(out.rows)}</sheetData>'
        f'<autoFilter ref="{table}"/><mergeCells count="{len(out.merged)}">{merged}</mergeCells>'
        + (f"<hyperlinks>{links}</hyperlinks>" if links else "")
        + '<pageMargins left="0.4" right="0.4" top="0.5" bottom="0.6" header="0.3" footer="0.3"/>'
        '<pageSetup paperSize="9" orientation="landscape" fitToHeight="0"/>'
        "<headerFooter><oddFooter>&amp;L&amp;A&amp;RPage &amp;P of &amp;N</oddFooter></headerFooter></worksheet>"
    )
