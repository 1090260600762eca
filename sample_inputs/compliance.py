"""The weekly Compliance Report: assessments, visits, caseloads and long-running plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sample_inputs.figures import Row, long_day, read_rows
from sample_inputs.sheets import (
    BLANK,
    NOT_ISSUED,
    Entry,
    Page,
    Workbook,
    add_page,
    average,
    count,
    new_book,
    percent,
    words,
)

ISSUER = NOT_ISSUED.format(authority="Slough Children First")
TITLE = "Weekly Compliance Report"
FILES = {
    "2021-03-29": ("Weekly Compliance Report 29.03.21.xlsx", "sentence"),
    "2021-07-12": ("Weekly Compliance Report 12.07.21.xlsx", "cell"),
    "2021-08-09": ("Weekly Compliance Report 09 08 21.xlsx", "position"),
    "2021-08-16": ("Weekly Compliance Report 16.08.2021.xlsx", "position"),
    "2021-09-09": ("Weekly Compliance Report 09-09-21.xlsx", "sentence"),
    "2021-09-15": ("Weekly Compliance Report 15.09.21 v2.xlsx", "cell"),
    "2021-11-29": ("Weekly Compliance Report 29 Nov 2021 FINAL.xlsx", "sentence"),
}
# Percentages somebody typed as text or as a bare number instead of a percent cell.
TYPED = {
    "CR-ASMT-2021-03-29-RA": "text",
    "CR-ASMT-2021-08-16-SFS": "text",
    "CR-VIS-2021-08-16-CO": "bare",
    "CR-ASMT-2021-09-15-CO": "bare",
    "CR-VIS-2021-09-15-CLA": "text",
    "CR-CP12-2021-09-CO": "text",
    "CR-VIS-2021-11-29-SFS": "text",
    "CR-ASMT-2021-11-29-CLA": "bare",
}
ASSESSMENTS = "Core assessments completed in timescale"
VISITS = "Visits completed in timescale"
CASELOAD = "Average caseload"
VISIT_LABELS = {
    "Referral & Assessment": "Referral and Assessment",
    "Safeguarding & Family Support": "Safeguarding and Family Support",
    "Company": "All services",
}
CASELOAD_LABELS = {
    "Referral & Assessment": "Referral and Assessment",
    "Safeguarding & Family Support": "S&FS (all teams)",
}
DURATIONS = {
    "CP12": "CP plans open 1-2 years, % of CP plans",
    "CP2P": "Children on a CP plan for 2 years or more",
    "CIN1": "CIN plans open 1-2 and 2+ years, % of all CIN plans",
    "SCIN": "Safeguarding CIN plans open 1-2 and 2+ years, % of safeguarding CIN plans",
}
DURATION_COLUMNS = {
    "2021-03-29": {"2021-03-29": "29 Mar 21"},
    "2021-11-29": {"2021-08": "Aug 21", "2021-09": "Sept 21", "2021-11-29": "29 Nov 21"},
}


@dataclass(frozen=True)
class Report:
    """One weekly file: its date, how it writes that date, and the figures it can use."""

    as_at: str
    form: str
    rows: Sequence[Row]

    @property
    def day(self) -> date:
        """The date all sheets of the file carry."""
        return date.fromisoformat(self.as_at)

    def of(self, measure: str) -> list[Row]:
        """Return the rows of one measure on the file's own date."""
        return [row for row in self.rows if row["measure"] == measure and row["as_at"] == self.as_at]


def compliance_books(figures: Path) -> Iterator[tuple[str, date, Workbook]]:
    """Give each weekly file's name, date and workbook."""
    rows = read_rows(figures, "compliance_report")
    for as_at, (name, form) in FILES.items():
        report = Report(as_at, form, rows)
        yield name, report.day, _book(report)


def _book(report: Report) -> Workbook:
    book = new_book(TITLE)
    if report.of(ASSESSMENTS):
        _close(_assessments(book, report), book)
        _close(_visits(book, report), book)
    if report.of(CASELOAD):
        _close(_caseloads(book, report), book)
    if report.as_at in DURATION_COLUMNS:
        _close(_durations(book, report), book)
    return book


def _close(page: Page, book: Workbook) -> None:
    """Say on the first sheet, under its notes, whose workbook this is not."""
    if len(book.sheetnames) == 1:
        page.notes([ISSUER])


def _open(book: Workbook, report: Report, name: str, subtitle: str, widths: Sequence[float]) -> Page:
    page = add_page(book, name, widths)
    page.heading(TITLE, 14, bold=True)
    page.heading(subtitle, 11)
    if report.form == "cell":
        page.labelled_day("As at:", report.day)
    elif report.form == "position":
        page.heading(f"Position as at {report.day:%d/%m/%Y}")
    else:
        page.heading(f"As at {long_day(report.day)}")
    page.blank()
    return page


def _assessments(book: Workbook, report: Report) -> Page:
    page = _open(book, report, "Assessments", "Assessments by service", (34, 12, 14, 12, 18))
    page.heading(ASSESSMENTS, 11, bold=True)
    page.over_columns("Children's assessments", 2, 4)
    page.header(["Service", "Out of", "In timescale", "Overdue", "% in timescale"])
    notes = ["Out of: assessments completed or overdue at the date shown."]
    _service_lines(page, report.of(ASSESSMENTS), {}, notes)
    return page


def _visits(book: Workbook, report: Report) -> Page:
    page = _open(book, report, "Visits", "Visits to children by service", (36, 12, 20, 12, 14))
    page.heading(VISITS, 11, bold=True)
    page.header(["Service area", "Visits due", "Completed in time", "Overdue", "Percentage"])
    notes = ["Percentage: visits completed in time as a share of visits due."]
    _service_lines(page, report.of(VISITS), VISIT_LABELS, notes)
    return page


def _service_lines(page: Page, rows: Sequence[Row], labels: dict[str, str], notes: list[str]) -> None:
    """Write the services, an empty row and the company row, then notes on what is not given."""
    services = [row for row in rows if row["level"] == "service"]
    company = [row for row in rows if row["level"] == "company"]
    for row in services:
        page.line(_service_line(row, labels))
        if not row["overdue"]:
            notes.append(f"Overdue was not given for {labels.get(row['service'], row['service'])}.")
    page.blank()
    for row in company:
        page.line(_service_line(row, labels), bold=True)
    if not company:
        notes.append("No company figure was given for this date.")
    page.notes(notes)


def _service_line(row: Row, labels: dict[str, str]) -> list[Entry]:
    counts = [count(row[column]) for column in ("denominator", "numerator", "overdue")]
    return [words(labels.get(row["service"], row["service"])), *counts, _stated(row)]


def _stated(row: Row) -> Entry:
    return percent(row["stated_percent"], TYPED.get(row["row_key"], "percent"))


def _caseloads(book: Workbook, report: Report) -> Page:
    page = _open(book, report, "Caseloads", "Caseloads of social workers", (32, 26))
    page.heading("Average caseload by service", 11, bold=True)
    page.header(["Service", "Average caseload (children per worker)"])
    for row in report.of(CASELOAD):
        label = CASELOAD_LABELS.get(row["service"], row["service"])
        page.line([words(label), average(row["value"])])
    page.notes(["S&FS: Safeguarding and Family Support. CLA: children looked after."])
    return page


def _durations(book: Workbook, report: Report) -> Page:
    columns = DURATION_COLUMNS[report.as_at]
    widths = (62, *[14 for _ in columns])
    page = _open(book, report, "Plan durations", "Children's plans by length", widths)
    page.heading("Children with long-running plans", 11, bold=True)
    page.header(["Measure", *columns.values()])
    for code, label in DURATIONS.items():
        page.line([words(label), *[_duration(report.rows, code, period) for period in columns]])
    notes = ["CP: child protection. CIN: child in need."]
    if report.as_at == "2021-11-29":
        notes.append("Safeguarding CIN plans, 29 Nov 21: 5% may be a restated target rather than a figure observed.")
    page.notes(notes)
    return page


def _duration(rows: Sequence[Row], code: str, period: str) -> Entry:
    """Return the printed figure of one plan measure and period, or an empty cell."""
    for row in rows:
        if row["row_key"].startswith(f"CR-{code}-") and row["as_at"] == period:
            return _stated(row) if row["stated_percent"] else count(row["value"])
    return BLANK
