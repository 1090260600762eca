"""What a pack is made from, and the parts of it that one board sees."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from schemas.changes import Changes
from schemas.config import Board, Indicator, Programme
from schemas.erratum import ErratumNotice
from schemas.evidence import AppliedOverride, ReceivedFile, RefusedFile
from schemas.facts import Period
from schemas.figures import Figure
from schemas.findings import Finding
from schemas.kpi import KpiRow
from schemas.pack import Rating
from transforms.actions import ActionRow, RatedPlan
from transforms.calendar import ReturnCalendar
from transforms.commentary import Remark
from transforms.known import Facts
from transforms.words import say_number, say_short_period

IMPACT_ORDER = ("red", "yellow", "amber", "green", "grey", "unrated", "held", "no_data")
OUTCOME_ORDER = ("red", "amber", "yellow", "green", "blue", "grey", "undated")
MARKS = "*¶#§"
"""The marks beside a value: corrected, overridden, small base, stated and not derived."""
RATED = ("red", "yellow", "amber", "green")
_STATES = {
    "unrated": ("", "Unrated"),
    "held": ("H", "Held"),
    "no_data": ("", "No data"),
    "undated": ("U", "Undated"),
}


@dataclass(frozen=True, slots=True)
class PackInput:
    """Everything known that a board's pack is made from."""

    programme: Programme
    board: Board
    as_at: dt.date
    as_known: int
    meeting: dt.date | None
    edition: str
    facts: Facts
    rows: tuple[KpiRow, ...]
    plan: RatedPlan
    received: tuple[ReceivedFile, ...]
    refused: tuple[RefusedFile, ...]
    findings: tuple[Finding, ...]
    configuration_sha: str
    software: str
    across: tuple[AppliedOverride, ...] = ()
    remarks: tuple[Remark, ...] = ()
    changes: Changes | None = None
    erratum: ErratumNotice | None = None
    calendars: tuple[ReturnCalendar, ...] = ()

    @property
    def priorities(self) -> list[str]:
        """The ids of the priorities that the board's pack covers."""
        return priorities_of(self.board, self.programme)

    @property
    def own_rows(self) -> list[KpiRow]:
        """The figures that the board sees: those that serve one of its priorities, or serve none."""
        return rows_of(self.board, self.rows, self.programme)

    @property
    def own_actions(self) -> list[ActionRow]:
        """The actions that the board sees; one of no known priority is seen by every board."""
        return actions_of(self.board, self.plan.rows, self.programme)

    def indicator(self, indicator_id: str) -> Indicator:
        """An indicator by id."""
        return next(i for i in self.programme.indicators if i.id == indicator_id)

    def rating(self, rating_id: str) -> Rating:
        """A rating as this programme prints it."""
        return find_rating(rating_id, self.programme)


def priorities_of(board: Board, programme: Programme) -> list[str]:
    """The ids of the priorities that a board's pack covers: its own, else all."""
    return list(board.priorities) or [p.id for p in programme.priorities]


def rows_of(board: Board, rows: Iterable[KpiRow], programme: Programme) -> list[KpiRow]:
    """The figures that a board sees: those that serve one of its priorities, or serve none."""
    own = priorities_of(board, programme)
    refs = {r.ref for p in programme.priorities if p.id in own for r in p.refs}
    return [r for r in rows if not r.plan_refs or refs & set(r.plan_refs)]


def actions_of(board: Board, rows: Iterable[ActionRow], programme: Programme) -> list[ActionRow]:
    """The actions that a board sees; one of no known priority is seen by every board."""
    own = priorities_of(board, programme)
    return [a for a in rows if a.priority in own or not a.priority]


def find_rating(rating_id: str, programme: Programme) -> Rating:
    """A rating as a programme prints it: its letter and word."""
    if rating_id in _STATES:
        return Rating(rating_id, *_STATES[rating_id])
    for colour_id, colour in programme.brag.items():
        if colour_id == rating_id:
            return Rating(rating_id, colour.letter, colour.label)
    return Rating(rating_id, "", rating_id.replace("_", " ").title())


def value_text(row: KpiRow) -> str:
    """A row's value as printed, with its unit sign and marks; the state's word where there is none."""
    if row.value is None:
        return {"held": "held", "no_cases": "no cases"}.get(row.state, "no data")
    flags = (row.is_corrected, row.is_overridden, row.is_small_base, row.is_stated)
    marks = "".join(mark for mark, is_set in zip(MARKS, flags, strict=True) if is_set)
    return f"{say_number(row.value)}{'%' if row.unit == 'percent' else ''}{marks}"


def to_figure(row: KpiRow) -> Figure:
    """The figure of a KPI row: the only form in which its value reaches a page."""
    receipts = tuple(str(r) for r in row.receipts)
    text = value_text(row)
    return Figure(
        row.ref, row.key, row.state, row.value, row.decimals, text, receipts, row.is_corrected, row.is_overridden
    )


def part_figure(row: KpiRow, part: str, value: Decimal | None, *, is_signed: bool = False) -> Figure:
    """A figure beside a row's own: its baseline, previous value or change; blank where there is none."""
    key = f"{row.key}:{part}"
    if value is None:
        return Figure(row.ref, key, "missing", None, row.decimals, "")
    if is_signed:
        sign = "" if value == 0 else "+" if value > 0 else "–"
        text = "0" if value == 0 else f"{sign}{say_number(abs(value))}"
    else:
        text = f"{say_number(value)}{'%' if row.unit == 'percent' else ''}"
    return Figure(row.ref, key, "published", value, row.decimals, text)


def count_figure(key: str, count: int) -> Figure:
    """A count of ratings as a figure."""
    return Figure("", f"count:{key}", "published", Decimal(count), 0, f"{count:,}")


def label_with_unit(row: KpiRow) -> str:
    """The indicator's label, with the unit where neither the value nor the label itself says it."""
    is_said = row.unit == "percent" or f" {_words_of(row.unit)} " in f" {_words_of(row.label)} "
    return row.label if is_said else f"{row.label} ({row.unit})"


def _words_of(text: str) -> str:
    """The words of a text, in small letters and without what stands between them."""
    return " ".join("".join(c if c.isalnum() else " " for c in text.lower()).split())


def who_text(row: KpiRow, programme: Programme) -> str:
    """Whom a row is about: the service, the group, or both; the company is named where services are too."""
    group = programme.subgroup_label(row.subgroup) if row.subgroup else ""
    if row.service is None:
        return group or programme.company.label
    service = programme.service_label(row.service)
    return f"{service}, {group}" if group else service


def full_name(row: KpiRow, programme: Programme) -> str:
    """Indicator and whom it is about, for a sentence; the company goes without saying."""
    if row.service is None and not row.subgroup:
        return row.label
    return f"{row.label}, {who_text(row, programme)}"


def period_text(period: Period | None) -> str:
    """A period in a table: "29 Nov 2021", "Oct 2021", "Apr to Sep 2021"."""
    return say_short_period(period) if period is not None else ""
