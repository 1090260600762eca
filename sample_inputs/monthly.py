"""The monthly and half-yearly returns: company report, TSG dashboard, HR dashboard, case file audits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from sample_inputs.figures import MONTHS, Row, long_day, read_rows
from sample_inputs.printed_dates import last_day
from sample_inputs.sheets import (
    BLANK,
    DASH,
    NOT_ISSUED,
    Entry,
    Page,
    Workbook,
    add_page,
    count,
    literal,
    made_up,
    new_book,
    percent,
    words,
)

ISSUER = NOT_ISSUED.format(authority="Slough Children First")
LEGEND = "Cells with this pattern are synthetic: our own arithmetic, not printed in the plan."
Printed = Mapping[tuple[str, str], str]
Book = tuple[str, date, Workbook]

CPR_FILES = {
    "2021-03": "CPR March 2021.xlsx",
    "2021-08": "CPR August 2021.xlsx",
    "2021-09": "CPR Sept 2021.xlsx",
    "2021-10": "CPR October 2021 final.xlsx",
}
CPR_COLUMNS = {
    "2021-03": ["2021-03"],
    "2021-08": ["2021-08"],
    "2021-09": ["2021-08", "2021-09"],
    "2021-10": ["2021-08", "2021-09", "2021-10"],
}
# Section, then measure label, then the code of each group and its label.
CPR_SECTIONS: dict[str, dict[str, dict[str, str]]] = {
    "Care leavers": {
        "Care leavers in suitable accommodation": {"CLSA1821": "aged 18-21", "CLSA1921": "aged 19-21"},
        "Care leavers in EET": {"EET1821": "aged 18-21", "EET1921": "aged 19-21"},
        "Care leavers with a pathway plan within timescale": {"PWAY": "aged 16+"},
    },
    "Plans": {
        "Safeguarding CIN plans open 1-2 and 2+ years, % of safeguarding CIN plans": {"SCIN": ""},
    },
    "Staffing": {"Overall staff absenteeism": {"ABS": "All staff"}},
}
# Percentages somebody typed as text or as a bare number: by file month, then by code and column month.
CPR_TYPED = {
    "2021-03": "bare",
    "2021-09 CLSA1821 2021-09": "text",
    "2021-10 PWAY 2021-10": "text",
    "2021-10 EET1821 2021-10": "bare",
}
TSG_FILES = {
    "2021-04": ("TSG dashboard April 2021.xlsx", ["2021-04"]),
    "2021-07": ("TSG dashboard July 2021.xlsx", ["2021-07"]),
    "2021-08": ("TSG dashboard Aug 2021.xlsx", ["2021-07", "2021-08"]),
    "2021-10": ("TSG dashboard Oct 2021.xlsx", ["2021-07", "2021-08", "2021-10"]),
}
TSG_ROWS = {
    "TURN": "Turnover of permanent staff (all)",
    "FAR20": "Children looked after placed over 20 miles away (month end)",
}
HR_FILE = "Workforce Strategy Group - HR dashboard November 2021.xlsx"
AUDIT_FILES = {
    "2020/21": "Case file audits 2020-21.xlsx",
    "April to September 2021": "Case file audits April to September 2021.xlsx",
}
AUDIT_PERIODS = {
    "2020/21": "Audits completed 1 April 2020 to 31 March 2021",
    "April to September 2021": "Audits completed April to September 2021",
}
AUDIT_TYPED = {"AUD-2122H1-RIPLUS": "text"}
GRADES = ("Outstanding", "Good", "Requires Improvement", "Inadequate")


def monthly_books(figures: Path) -> Iterator[Book]:
    """Give each monthly or half-yearly file's name, date and workbook."""
    rows = read_rows(figures, "cpr")
    yield from _cpr_books(rows)
    yield from _tsg_books(rows)
    yield _hr_book(rows)
    yield from _audit_books(read_rows(figures, "audits"))


def printed_values(rows: Sequence[Row]) -> dict[tuple[str, str], str]:
    """Return each printed value by code and month, earlier months quoted in a later row included."""
    values: dict[tuple[str, str], str] = {}
    for row in rows:
        code = row["row_key"].split("-")[1]
        if row["prior_value"]:
            values.setdefault((code, row["prior_period"]), row["prior_value"])
        values[code, row["period"][:7]] = row["value"]
        if row["ytd_value"]:
            values[f"{code} ytd", row["period"][:7]] = row["ytd_value"]
    return values


def month_label(month: str, joint: str = " ") -> str:
    """Return a month as a column says it: Oct 21, or Oct-21."""
    return f"{MONTHS[int(month[5:]) - 1]}{joint}{month[2:4]}"


def month_end(month: str) -> date:
    """Return the last day of a month given as 2021-10."""
    return last_day(date.fromisoformat(f"{month}-01"))


def long_month(month: str) -> str:
    """Return a month as a sentence says it: October 2021."""
    return f"{month_end(month):%B %Y}"


def _cpr_books(rows: Sequence[Row]) -> Iterator[Book]:
    values = printed_values([row for row in rows if row["report"].startswith("CPR")])
    for month, name in CPR_FILES.items():
        book = new_book("Company Performance Report")
        columns = CPR_COLUMNS[month]
        page = add_page(book, "CPR", (48, 14, *[11 for _ in columns], 14))
        page.heading("Company Performance Report", 14, bold=True)
        page.heading(f"Reporting month: {long_month(month)}", 11)
        page.blank()
        page.heading("Care leavers, plans and staffing", 11, bold=True)
        page.header(["Measure", "Group", *[_cpr_column(month, column) for column in columns], "Year to date"])
        for section, measures in CPR_SECTIONS.items():
            page.band(section)
            for label, groups in measures.items():
                _cpr_measure(page, month, label, groups, values)
        page.notes(
            [
                "EET: education, employment or training. CIN: child in need.",
                "A blank or a dash means that no figure was given.",
            ]
        )
        page.notes([ISSUER])
        yield name, month_end(month), book


def _cpr_column(month: str, column: str) -> Entry:
    """Return a column heading: a real date in the October file, text in the others."""
    if month == "2021-10":
        return Entry(date.fromisoformat(f"{column}-01"), "mmm-yy")
    return literal(month_label(column, "-"))


def _cpr_measure(page: Page, month: str, label: str, groups: dict[str, str], values: Printed) -> None:
    """Write a measure's rows, its label merged down over its groups."""
    first = page.row
    for code, group in groups.items():
        cells = [_cpr_value(values, month, code, column) for column in CPR_COLUMNS[month]]
        to_date = percent(values.get((f"{code} ytd", month), ""))
        page.line([words(label if page.row == first else ""), words(group), *cells, to_date])
    page.merge_down(1, first, page.row - 1)


def _cpr_value(values: Printed, month: str, code: str, column: str) -> Entry:
    """Return one month's figure; an older month without one shows a dash, the file's own month a blank."""
    printed = values.get((code, column), "")
    if not printed:
        return BLANK if column == month else DASH
    typed = CPR_TYPED.get(f"{month} {code} {column}", CPR_TYPED.get(month, "percent"))
    return percent(printed, typed)


def _tsg_books(rows: Sequence[Row]) -> Iterator[Book]:
    values = printed_values([row for row in rows if row["report"] == "TSG dashboard"])
    for month, (name, columns) in TSG_FILES.items():
        book = new_book("TSG dashboard")
        page = add_page(book, "Dashboard", (58, *[12 for _ in columns]))
        page.heading("TSG dashboard", 14, bold=True)
        page.heading(f"Month: {long_month(month)}", 11)
        page.blank()
        page.header(["Indicator", *[literal(month_label(column)) for column in columns]])
        for code, label in TSG_ROWS.items():
            cells = [_tsg_value(values, month, code, column) for column in columns]
            if any(cell.value is not None for cell in cells):
                page.line([words(label), *cells])
        page.notes(["Placements: position at the end of the month."])
        page.notes([ISSUER])
        yield name, month_end(month), book


def _tsg_value(values: Printed, month: str, code: str, column: str) -> Entry:
    typed = "text" if (month, code, column) == ("2021-08", "TURN", "2021-08") else "percent"
    return percent(values.get((code, column), ""), typed)


def _hr_book(rows: Sequence[Row]) -> Book:
    values = printed_values([row for row in rows if row["report"].startswith("Workforce Strategy Group")])
    book = new_book("HR dashboard")
    page = add_page(book, "HR dashboard", (42, 14, 14))
    page.heading("Workforce Strategy Group: HR dashboard", 14, bold=True)
    page.heading("Month: November 2021", 11)
    page.blank()
    _turnover_table(page, values)
    page.blank()
    _qualified_table(page, values)
    page.notes(["Total: the three shares added up.", ISSUER])
    page.legend(LEGEND)
    return HR_FILE, date(2021, 11, 30), book


def _turnover_table(page: Page, values: Printed) -> None:
    page.heading("Turnover of permanent staff", 11, bold=True)
    page.header(["Measure", literal("Sep 21"), literal("Nov 21")], freeze=False)
    for code, label in {"TURN": "All turnover", "VTURN": "Voluntary turnover"}.items():
        page.line([words(label), *[percent(values.get((code, m), "")) for m in ("2021-09", "2021-11")]])


def _qualified_table(page: Page, values: Printed) -> None:
    page.heading("Frontline qualified workforce", 11, bold=True)
    page.header(["Category", "Share"], freeze=False)
    for code, label in {"PERM": "Permanent", "AGY": "Agency", "VAC": "Vacancy factor"}.items():
        page.line([words(label), percent(values[code, "2021-11"])])
    page.line([words("Total"), made_up(percent("100.00"))], bold=True)


def _audit_books(rows: Sequence[Row]) -> Iterator[Book]:
    for period, name in AUDIT_FILES.items():
        graded = {row["grade"]: row for row in rows if row["period"] == period}
        before = {row["grade"]: row for row in rows if row["period"] == "2019/20"}
        day = date.fromisoformat(graded["Good"]["period_end"])
        book = new_book("Case file audit report")
        page = _audit_page(book, period, day)
        _audit_table(page, graded, before if period == "2020/21" else {})
        yield name, day, book


def _audit_page(book: Workbook, period: str, day: date) -> Page:
    page = add_page(book, "Audit grades", (34, 12, 14, 14) if period == "2020/21" else (34, 12, 14))
    page.heading("Case file audit report", 14, bold=True)
    page.heading(AUDIT_PERIODS[period], 11)
    page.heading(f"As at {long_day(day)}")
    page.blank()
    page.heading("Core audit activity", 11, bold=True)
    return page


def _audit_table(page: Page, graded: Mapping[str, Row], before: Mapping[str, Row]) -> None:
    """Write the grades and the total; a total that is not printed is summed and marked."""
    page.header(["Grade", "Number", "% of audits", *(["2019/20 %"] if before else [])])
    for grade in GRADES:
        row = graded[grade]
        earlier = [percent(before[grade]["percent"])] if before else []
        page.line([words(grade), count(row["count"]), percent(row["percent"]), *earlier])
    page.line([words("Total audits"), _audit_total(graded), *[BLANK] * (page.columns - 2)], bold=True)
    headline = graded.get("Requires Improvement or above")
    if headline:
        stated = percent(headline["percent"], AUDIT_TYPED.get(headline["row_key"], "percent"))
        page.line([words(headline["grade"]), BLANK, stated])
    page.notes(["No audit was graded Outstanding; no share is given for that grade."])
    page.notes([ISSUER])
    if not graded["Good"]["total_audits"]:
        page.legend(LEGEND)


def _audit_total(graded: Mapping[str, Row]) -> Entry:
    stated = graded["Good"]["total_audits"]
    summed = sum(int(graded[grade]["count"]) for grade in GRADES)
    return count(stated) if stated else made_up(count(str(summed)))
