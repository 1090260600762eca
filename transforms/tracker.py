"""The plan tracker: one entry an action, read from the tracker's cells, with what is wrong in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from schemas.config import Programme
from schemas.facts import LABEL_FIELD, PlanDates, Reading
from schemas.findings import Finding, make_finding
from schemas.spelling import find_id
from transforms.roles import names_role
from transforms.words import join_words, say_date

DATE_FIELDS = ("start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review")


@dataclass(frozen=True, slots=True)
class ActionEntry:
    """One action as one tracker says it. Dates are as typed in their columns; `printed` is the plan's own."""

    key: str
    ref: str
    letter: str
    title: str
    owner: str
    printed: str
    plan_dates: PlanDates
    start: dt.date | None
    due: dt.date | None
    forecast: dt.date | None
    completed_on: dt.date | None
    recovery_note: str
    recovery_by: dt.date | None
    embedded_on: dt.date | None
    next_review: dt.date | None
    owner_rating: str | None
    progress: str

    def due_at(self, date: dt.date) -> dt.date | None:
        """The due date: the tracker's own where start or due is filled, else the printed date as read."""
        return self.due if self._is_typed else self.plan_dates.due_at(date)

    @property
    def starts(self) -> dt.date | None:
        """The start, in the same way."""
        return self.start if self._is_typed else self.plan_dates.start

    @property
    def forecast_for(self) -> dt.date | None:
        """The forecast as typed, else in the same way."""
        return self.forecast if self._is_typed or self.forecast is not None else self.plan_dates.forecast

    @property
    def _is_typed(self) -> bool:
        return self.start is not None or self.due is not None


@dataclass(frozen=True, slots=True)
class Tracker:
    """A plan tracker as at a date: its entries in order, and the findings in its cells.

    `scope` is the role whose rows alone it holds; '' for a whole tracker. `receipt_id` says which arrival it
    is, later ones being higher; `cells` are its readings by action key and field.
    """

    as_at: dt.date
    entries: tuple[ActionEntry, ...]
    findings: tuple[Finding, ...] = field(default=())
    scope: str = ""
    receipt_id: int = 0
    cells: Mapping[str, Mapping[str, Reading]] = field(default_factory=dict)


def read_tracker(
    readings: Iterable[Reading], as_at: dt.date, programme: Programme, scope: str = "", receipt_id: int = 0
) -> Tracker:
    """The tracker's entries. Fields are those of ActionEntry, as named in the return's layout."""
    rows: dict[str, dict[str, Reading]] = {}
    for reading in readings:
        rows.setdefault(reading.row_key, {})[reading.field] = reading
    entries, findings = [], []
    refs = {r.ref for p in programme.priorities for r in p.refs}
    for key, cells in rows.items():
        entry = _to_entry(key, cells, programme)
        entries.append(entry)
        findings += _check_entry(entry, cells, as_at, programme, is_whole=not scope)
        written = cells[LABEL_FIELD].raw_text
        if written and written != key:  # a key that stands again is numbered when the tracker is cut
            findings.append(_duplicate(written, cells, rows, scope))
        if scope:
            if entry.owner and not names_role(entry.owner, scope):
                findings.append(_at(cells["owner"], "row_of_other_owner", key=key, owner=entry.owner, role=scope))
            continue  # what is locked in an owner's rows is compared with the plan, see transforms.owner_rows
        findings += _check_reading(entry, cells)
        if refs and entry.ref not in refs:
            at = cells.get("ref") or cells[LABEL_FIELD]
            findings.append(_at(at, "unknown_ref", key=entry.key, ref=entry.ref))
    return Tracker(as_at, tuple(entries), tuple(findings), scope, receipt_id, rows)


def _to_entry(key: str, cells: dict[str, Reading], programme: Programme) -> ActionEntry:
    def text(name: str) -> str:
        return cells[name].raw_text if name in cells else ""

    def day(name: str) -> dt.date | None:
        reading = cells.get(name)
        if reading is None or reading.kind != "date" or reading.value is None:
            return None
        return dt.date.fromisoformat(reading.value)

    printed = cells.get("printed")
    dates = PlanDates()
    if printed is not None and printed.kind == "plan_date" and printed.value is not None:
        dates = PlanDates.decode(printed.value)
    rating = text("owner_rating")
    return ActionEntry(
        key, text("ref"), text("letter"), text("title"), text("owner"), text("printed"), dates,
        day("start"), day("due"), day("forecast"), day("completed_on"), text("recovery_note"),
        day("recovery_by"), day("embedded_on"), day("next_review"),
        find_colour(rating, programme) if rating else None, text("progress"),
    )  # fmt: skip


def find_colour(text: str, programme: Programme) -> str | None:
    """The id of a colour by its id, label or letter."""
    return find_id(text, {key: (key, c.label, c.letter) for key, c in programme.brag.items()})


def _at(cell: Reading, code: str, **parts: Any) -> Finding:
    return make_finding(code, sheet=cell.sheet, cell=cell.cell, table_id=cell.table, row_key=cell.row_key, **parts)


def _duplicate(key: str, cells: dict[str, Reading], rows: dict[str, dict[str, Reading]], scope: str) -> Finding:
    code = "owner_row_twice" if scope else "duplicate_key"
    return _at(cells[LABEL_FIELD], code, key=key, other=rows[key][LABEL_FIELD].cell, role=scope)


def _check_entry(
    entry: ActionEntry, cells: dict[str, Reading], as_at: dt.date, programme: Programme, *, is_whole: bool
) -> list[Finding]:
    findings = [
        _at(cells[name], "not_a_date", text=cells[name].raw_text)
        for name in DATE_FIELDS
        if name in cells and cells[name].kind in {"unreadable", "error", "uncached"}
    ]
    is_later = entry.starts is not None and entry.starts > as_at
    is_done = entry.completed_on is not None and entry.completed_on <= as_at
    is_dated = entry.due_at(as_at) is not None or entry.next_review is not None
    if is_whole and not (is_dated or is_done or is_later):
        findings.append(_at(cells[LABEL_FIELD], "undated", key=entry.key))
    if entry.completed_on is not None and entry.completed_on > as_at:
        said = {"date": say_date(entry.completed_on), "as_at": say_date(as_at)}
        findings.append(_at(cells["completed_on"], "completed_in_future", **said))
    if "owner_rating" in cells and entry.owner_rating is None:
        colours = ", ".join(c.label for c in programme.brag.values())
        rating = cells["owner_rating"]
        findings.append(_at(rating, "unknown_rating", text=rating.raw_text, colours=colours))
    return findings


def _check_reading(entry: ActionEntry, cells: dict[str, Reading]) -> list[Finding]:
    """Where the typed dates and the printed one do not agree, or nothing settles a doubtful reading."""
    dates, printed = entry.plan_dates, cells.get("printed")
    if printed is None:
        return []
    if entry.due is None and entry.start is None:
        if dates.is_doubtful:
            return [_at(printed, "date_reading_doubtful", text=entry.printed, reading=_say_reading(dates))]
        return []
    findings = []
    pairs: Sequence[tuple[str, dt.date | None, tuple[dt.date, ...]]] = (
        ("due", entry.due, dates.dues),
        ("start", entry.start, (dates.start,) if dates.start else ()),
    )
    for name, typed, read in pairs:
        if typed is not None and read and typed not in read:
            said = {"typed": say_date(typed), "read": join_words([say_date(day) for day in read], "or")}
            findings.append(_at(cells[name], "date_reading_differs", what=name, text=entry.printed, **said))
    return findings


def _say_reading(dates: PlanDates) -> str:
    """A reading of a printed date in words: "start 1 August 2021, due 31 October 2021"."""
    parts = [f"start {say_date(dates.start)}"] if dates.start else []
    if dates.dues:
        parts.append(f"due {join_words([say_date(day) for day in dates.dues])}")
    if dates.forecast:
        parts.append(f"forecast {say_date(dates.forecast)}")
    if dates.is_ongoing:
        parts.append("ongoing")
    return ", ".join(parts) or "undated"
