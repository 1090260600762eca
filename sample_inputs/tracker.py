"""The plan tracker: every action of the plan, with dates read from print and synthetic progress."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path

from sample_inputs.figures import Row, long_day, optional_day, read_rows
from sample_inputs.printed_dates import read_printed
from sample_inputs.sheets import (
    NOT_ISSUED,
    Entry,
    Page,
    Workbook,
    add_page,
    day_cell,
    literal,
    made_up,
    new_book,
    words,
)

ISSUER = NOT_ISSUED.format(authority="Slough Children First")
LEGEND = "Cells with this pattern are synthetic: made up to try the software, not taken from any published plan."
FILES = {
    "2021-03-31": "Improvement plan tracker March 2021.xlsx",
    "2021-08-31": "Improvement plan tracker Aug 2021.xlsx",
    "2021-09-30": "Improvement plan tracker Sept 2021.xlsx",
    "2021-11-30": "Improvement plan tracker Nov 2021.xlsx",
}
PROGRESS_FROM = "2021-11-30"
KEY_PREFIX = "ACT-000-"
COLUMNS: dict[str, float] = {
    "Key": 8,
    "Ref": 7,
    "Letter": 7,
    "Action": 44,
    "Owner": 30,
    "Target date as printed": 20,
    "Start": 12,
    "Due (agreed)": 12,
    "Forecast": 12,
    "Completed on": 12,
    "Recovery note": 36,
    "Recovery by": 12,
    "Embedded on": 12,
    "Next review": 12,
    "Owner's rating": 11,
    "Progress": 44,
}
RATINGS = "Blue,Red,Amber,Yellow,Green,Grey"
NO_FORECAST = "none"
A3 = 8  # the paper size as a workbook numbers it
Facts = Mapping[tuple[str, str], Row]


def tracker_books(figures: Path) -> Iterator[tuple[str, date, Workbook]]:
    """Give each tracker's name, date and workbook."""
    actions = read_rows(figures, "actions")
    facts = _synthetic_facts(figures, {_key(action) for action in actions})
    for as_at, name in FILES.items():
        yield name, date.fromisoformat(as_at), _book(as_at, actions, facts)


def _synthetic_facts(figures: Path, keys: set[str]) -> Facts:
    """Return the synthetic facts by action key and tracker date; each must meet an action."""
    facts = {(row["key"], row["as_at"]): row for row in read_rows(figures, "tracker_synthetic")}
    strays = [pair for pair in facts if pair[0] not in keys or pair[1] not in FILES]
    if strays:
        raise ValueError(f"no such action and tracker date: {strays[0]}")
    return facts


def _key(action: Row) -> str:
    return action["action_key"].removeprefix(KEY_PREFIX)


def _book(as_at: str, actions: list[Row], facts: Facts) -> Workbook:
    book = new_book("Improvement plan tracker")
    page = add_page(book, "Tracker", list(COLUMNS.values()))
    page.heading("Improvement plan tracker", 14, bold=True)
    page.heading(f"As at {long_day(date.fromisoformat(as_at))}", 11)
    page.legend(LEGEND)
    page.blank()
    page.header(list(COLUMNS))
    page.sheet.freeze_panes = page.sheet.cell(page.row, 5)
    page.sheet.page_setup.paperSize = A3
    first = page.row
    _action_lines(page, as_at, actions, facts)
    page.offer(list(COLUMNS).index("Owner's rating") + 1, first, RATINGS)
    page.notes(["Dates in Start, Due and Forecast are read from the target date as printed.", ISSUER])
    return book


def _action_lines(page: Page, as_at: str, actions: list[Row], facts: Facts) -> None:
    """Write every action in printed order, under a band for each priority."""
    priority = ""
    for action in actions:
        if action["priority_no"] != priority:
            priority = action["priority_no"]
            page.band(f"Priority {priority}: {action['priority_title']}")
        page.line(_action_line(as_at, action, facts.get((_key(action), as_at), {})))


def _action_line(as_at: str, action: Row, fact: Row) -> list[Entry]:
    reading = read_printed(action["target_date_printed"], date.fromisoformat(as_at))
    return [
        literal(_key(action)),
        literal(action["ref"]),
        words(action["action_index"]),
        words(action["title"]),
        words(action["owner_roles"]),
        literal(action["target_date_printed"]),
        day_cell(reading.start),
        day_cell(reading.due),
        _forecast(reading.forecast, fact.get("forecast", "")),
        _synthetic_day(fact, "completed_on"),
        _synthetic_words(fact, "recovery_note"),
        _synthetic_day(fact, "recovery_by"),
        _synthetic_day(fact, "embedded_on"),
        _synthetic_day(fact, "next_review"),
        _synthetic_words(fact, "owner_rating"),
        words(action["progress"] if as_at == PROGRESS_FROM else ""),
    ]


def _forecast(printed: date | None, stated: str) -> Entry:
    """Return the forecast printed, or the synthetic one; `none` says that none was given by then."""
    if stated == NO_FORECAST:
        return made_up(day_cell(None))
    return made_up(day_cell(optional_day(stated))) if stated else day_cell(printed)


def _synthetic_day(fact: Row, column: str) -> Entry:
    day = optional_day(fact.get(column, ""))
    return made_up(day_cell(day)) if day else day_cell(None)


def _synthetic_words(fact: Row, column: str) -> Entry:
    text = fact.get(column, "")
    return made_up(words(text)) if text else words("")
