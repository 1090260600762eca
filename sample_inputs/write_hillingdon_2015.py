"""Write Hillingdon's sample weekly data sets of 2015-16: `python -m sample_inputs.write_hillingdon_2015`."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

if not __package__:  # run by path: the folder above is not on the search path
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from sample_inputs.figures import Row, decimals_of, long_day, read_rows
from sample_inputs.sheets import (
    DASH,
    Entry,
    Page,
    Workbook,
    add_page,
    average,
    count,
    made_up,
    new_book,
    percent,
    save,
    words,
)

HOME = Path(__file__).resolve().parent / "hillingdon_2015"
ISSUER = (
    "Sample workbook; not issued by the London Borough of Hillingdon. "
    "Only cells without the pattern hold published figures."
)
LEGEND = "Cells with this pattern are synthetic: made up to try the software, not taken from any published plan."
TITLE = "Children's social care weekly data set"
# Each file's name, how it writes its date, and the names it gives the services, in the order of SERVICES.
FULL = (
    "Referral & Assessment",
    "Children's Social Work Teams",
    "Children in Care Teams",
    "Asylum Intake Team",
)
SHORT = ("Referral and Assessment", "CSWT", "CIC Teams", "Asylum Intake")
FILES = {
    "2015-03-27": ("Weekly data set 27.03.15.xlsx", "sentence", FULL),
    "2015-06-26": ("Weekly data set 26-06-15.xlsx", "colon", SHORT),
    "2015-07-03": ("Weekly data set 3 July 2015.xlsx", "cell", FULL),
    "2015-07-31": ("Weekly data set 31 July 2015 v2.xlsx", "sentence", FULL),
    "2015-09-25": ("Weekly data set wk 25 09 15.xlsx", "short", SHORT),
    "2016-03-25": ("Weekly data set 25 Mar 2016 FINAL.xlsx", "colon", FULL),
}
NEW_LAYOUT_FROM = "2015-09-01"  # another word for "In time", and no overdue column
SERVICES = ("referral_assessment", "social_work_teams", "children_in_care", "asylum_intake")
TEAMS = ("social_work_teams", "children_in_care")
SUBTOTAL, COMPANY = "all_social_work_teams", "company"
OTHER_LABELS = {SUBTOTAL: "All social work teams", COMPANY: "Whole service"}
MEASURES = {
    "pathway_plans": "Care leavers with a pathway plan",
    "midpoint_reviews": "LAC with a mid-point review",
}
# Figures of the plan, by week, row and column: the file and row that print them.
PRINTED = {
    ("2015-03-27", "children_in_care", "caseload"): ("workforce", "WF-003-LOAD-LAC"),
    ("2015-07-31", COMPANY, "caseload"): ("workforce", "WF-003-LOAD-ALL"),
    ("2015-03-27", "pathway_plans", "percent"): ("activity", "ACT-HPW"),
}
# Errors made on purpose: a count typed wrongly, and a percentage cut off instead of rounded.
PLANTED = {
    ("2015-07-31", "social_work_teams", "visits_due"): "182",
    ("2015-09-25", "asylum_intake", "visits_percent"): "92.8",
}
Counts = dict[str, Decimal]
LineOf = Callable[["Week", str], list[Entry]]


@dataclass(frozen=True)
class Week:
    """One weekly file: its date, the counts of every row, and the few figures that are printed."""

    as_at: str
    counts: dict[str, Counts]
    plans: Sequence[Row]
    printed: dict[tuple[str, str], str]

    @property
    def day(self) -> date:
        """The day on which the week ends."""
        return date.fromisoformat(self.as_at)

    @property
    def has_overdue(self) -> bool:
        """Whether the file still has the column of overdue visits."""
        return self.as_at < NEW_LAYOUT_FROM

    def label(self, row: str) -> str:
        """What the file calls a row."""
        return OTHER_LABELS.get(row) or FILES[self.as_at][2][SERVICES.index(row)]

    def count(self, row: str, column: str) -> Entry:
        """A synthetic count, or the planted wrong one."""
        planted = PLANTED.get((self.as_at, row, column))
        return made_up(count(planted or str(self.counts[row][column])))

    def share(self, row: str, part: str, whole: str, column: str, typed: str) -> Entry:
        """The percentage that the counts of a row give, a dash for 0 of 0, or the planted wrong one."""
        counts = self.counts[row]
        if not counts[whole]:
            return made_up(DASH)
        text = PLANTED.get((self.as_at, row, column)) or rounded(100 * counts[part] / counts[whole], 1)
        if typed == "fraction":
            return made_up(replace(percent(text), number_format="General"))
        return made_up(percent(text, typed))


def rounded(value: Decimal, places: int) -> str:
    """Return a value as it is printed, half rounded up."""
    return str(value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP))


def read_weeks(figures: Path) -> Iterator[Week]:
    """Give every week with its counts, the services summed to the sub-total and the whole service."""
    services, plans = read_rows(figures, "weekly_synthetic"), read_rows(figures, "plans_synthetic")
    for as_at in FILES:
        counts = {row["service"]: _counts(row) for row in services if row["as_at"] == as_at}
        if tuple(counts) != SERVICES:
            raise ValueError(f"{as_at} has not every service once, in order")
        totals = {SUBTOTAL: _summed(counts, TEAMS), COMPANY: _summed(counts, SERVICES)}
        own_plans = [row for row in plans if row["as_at"] == as_at]
        yield Week(as_at, counts | totals, own_plans, _printed(figures, as_at))


def _counts(row: Row) -> Counts:
    counts = {name: Decimal(text) for name, text in row.items() if name not in ("as_at", "service")}
    return counts | {"visits_overdue": counts["visits_due"] - counts["visits_in_time"]}


def _summed(counts: dict[str, Counts], rows: Sequence[str]) -> Counts:
    return {name: sum((counts[row][name] for row in rows), Decimal(0)) for name in counts[rows[0]]}


def _printed(figures: Path, as_at: str) -> dict[tuple[str, str], str]:
    found = {}
    for (week, row, column), (name, key) in PRINTED.items():
        if week == as_at:
            found[row, column] = next(r["value"] for r in read_rows(figures, name) if r["row_key"] == key)
    return found


def _stated(week: Week, row: str, column: str, value: Decimal) -> tuple[str, bool]:
    """The figure as the plan prints it, else as the counts give it, and whether it is synthetic."""
    printed = week.printed.get((row, column))
    if printed is None:
        return rounded(value, 1), True
    if rounded(value, decimals_of(printed)) != printed:
        raise ValueError(f"{week.as_at}, {row}: the synthetic counts give {value}, but {printed} is printed")
    return printed, False


def weekly_books(figures: Path) -> Iterator[tuple[str, date, Workbook]]:
    """Give each weekly file's name, date and workbook."""
    for week in read_weeks(figures):
        book = new_book(TITLE)
        _weekly_data(book, week)
        _plans(book, week)
        yield FILES[week.as_at][0], week.day, book


def _open(book: Workbook, week: Week, name: str, widths: Sequence[float]) -> Page:
    page = add_page(book, name, widths)
    page.heading(TITLE, 14, bold=True)
    form = FILES[week.as_at][1]
    if form == "cell":
        page.labelled_day("Week ending", week.day)
    elif form == "colon":
        page.heading(f"Week ending: {week.day:%d/%m/%Y}")
    elif form == "short":
        page.heading(f"W/E {week.day:%d.%m.%Y}")
    else:
        page.heading(f"Week ending {long_day(week.day)}")
    page.heading(f"Covering {long_day(week.day - timedelta(days=6))} to {long_day(week.day)}")
    page.legend(LEGEND)
    page.blank()
    return page


def _weekly_data(book: Workbook, week: Week) -> None:
    page = _open(book, week, "Weekly data", (34, *[13 for _ in range(11 + week.has_overdue)]))
    page.heading("Performance by service", 11, bold=True)
    visits = ["Due", "In time", "Overdue", "%"] if week.has_overdue else ["Due", "Within timescale", "%"]
    groups = {
        "Statutory cases": ["Open", "Allocated", "%"],
        "LAC visits": visits,
        "Audits": ["Audited", "Good or better", "%"],
        "Counts": ["Missing from care", "Stepped down in week"],
    }
    _two_level_header(page, groups)
    _service_lines(page, week, _performance)
    page.blank()
    page.heading("Caseloads of qualified social workers", 11, bold=True)
    page.header(["Team", "Cases", "Social workers (FTE)", "Average caseload"], freeze=False)
    _service_lines(page, week, _caseload)
    page.notes(
        [
            "LAC: looked after children. FTE: full-time equivalent.",
            "All social work teams: the children's social work teams and the children in care teams.",
            "Audits: open cases that have been audited, by the grade of their latest audit.",
            ISSUER,
        ]
    )


def _two_level_header(page: Page, groups: dict[str, list[str]]) -> None:
    first = 2
    for heading, titles in groups.items():
        page.over_columns(heading, first, first + len(titles) - 1)
        page.row -= 1  # the next heading stands beside this one
        first += len(titles)
    page.row += 1
    page.header(["Service", *[title for titles in groups.values() for title in titles]])


def _service_lines(page: Page, week: Week, line: LineOf) -> None:
    """Write the services, the sub-total below the teams it sums, and the whole service last."""
    for row in SERVICES:
        page.line([words(week.label(row)), *line(week, row)])
        if row == TEAMS[-1]:
            page.line([words(week.label(SUBTOTAL)), *line(week, SUBTOTAL)], bold=True)
    page.line([words(week.label(COMPANY)), *line(week, COMPANY)], bold=True)


def _performance(week: Week, row: str) -> list[Entry]:
    overdue = [week.count(row, "visits_overdue")] if week.has_overdue else []
    return [
        week.count(row, "open"),
        week.count(row, "allocated"),
        week.share(row, "allocated", "open", "cases_percent", "bare"),
        week.count(row, "visits_due"),
        week.count(row, "visits_in_time"),
        *overdue,
        week.share(row, "visits_in_time", "visits_due", "visits_percent", "percent"),
        week.count(row, "audited"),
        week.count(row, "good_or_better"),
        week.share(row, "good_or_better", "audited", "audits_percent", "fraction"),
        week.count(row, "missing"),
        week.count(row, "stepped_down"),
    ]


def _caseload(week: Week, row: str) -> list[Entry]:
    """Cases are those allocated; the average is the plan's own where it prints one."""
    counts = week.counts[row]
    stated, is_synthetic = _stated(week, row, "caseload", counts["allocated"] / counts["workers"])
    mean = average(stated)
    return [
        week.count(row, "allocated"),
        made_up(average(str(counts["workers"]))),
        made_up(mean) if is_synthetic else mean,
    ]


def _plans(book: Workbook, week: Week) -> None:
    page = _open(book, week, "Plans and reviews", (44, 14, 14, 14))
    page.heading("Plans and reviews of young people", 11, bold=True)
    page.header(["Measure", "Number", "Out of", "%"])
    for row in week.plans:
        number, out_of = Decimal(row["number"]), Decimal(row["out_of"])
        stated, is_synthetic = _stated(week, row["measure"], "percent", 100 * number / out_of)
        share = percent(stated)
        counts = [made_up(count(row["number"])), made_up(count(row["out_of"]))]
        page.line([words(MEASURES[row["measure"]]), *counts, made_up(share) if is_synthetic else share])
    page.notes(["LAC: looked after children.", ISSUER])


def write_all(target: Path = HOME, figures: Path = HOME / "figures") -> list[Path]:
    """Write every sample workbook into `target` and return the paths."""
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, made, book in weekly_books(figures):
        save(book, target / name, made)
        paths.append(target / name)
    return paths


if __name__ == "__main__":
    for written in write_all():
        print(written.name)
