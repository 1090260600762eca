"""Steps that hold what was received and issued against the calendar: what is due, late, early or missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from flows.settings import Home, open_history
from history.records import IssueRecord, PackRecord, Receipt
from history.store import History
from programmes.load import LoadedProgramme
from schemas.config import Programme
from schemas.days import day_of
from transforms.calendar import (
    Arrived,
    ExpectedReturn,
    MeetingPack,
    PackDue,
    ReturnCalendar,
    choose_built,
    figures_as_at,
    follow_calendar,
    judge_pack,
)


def follow_returns(
    programme: Programme, receipts: Iterable[Receipt], on: dt.date, *, declared_only: bool = False
) -> list[ReturnCalendar]:
    """The calendar of every return on a day, by all receipts in their order; where `declared_only`, of those whose
    calendar has a declared beginning. An owner's rows are no tracker."""
    whole = [r for r in receipts if not r.scope]
    found = []
    for item in programme.returns:
        if declared_only and item.first is None:
            continue
        own = [r for r in whole if r.return_id == item.id]
        found.append(follow_calendar(item, _to_arrived(own), programme.reporting_dates, on))
    return found


def _to_arrived(receipts: Sequence[Receipt]) -> list[Arrived]:
    days: dict[dt.date, list[dt.date]] = {}
    for receipt in receipts:
        days.setdefault(receipt.period.end, []).append(day_of(receipt.received_at))
    return [Arrived(end, own[0], tuple(own[1:])) for end, own in sorted(days.items())]


def read_calendars(home: Home, loaded: LoadedProgramme, on: dt.date) -> tuple[list[ReturnCalendar], list[PackDue]]:
    """What is due of a programme on a day: returns by what had been received by then, packs by what was issued.

    Nothing is stored, and no history is made where there is none.
    """
    programme = loaded.programme
    if not home.has_history:
        return follow_returns(programme, (), on), _judge_packs(None, programme, on)
    history = open_history(home)
    try:
        receipts = [r for r in history.arrivals(programme.id, None) if day_of(r.received_at) <= on]
        return follow_returns(programme, receipts, on), _judge_packs(history, programme, on)
    finally:
        history.close()


def _judge_packs(history: History | None, programme: Programme, on: dt.date) -> list[PackDue]:
    packs = history.packs.listed(programme.id) if history else []
    issues = history.packs.issues(programme.id) if history else []
    dates = programme.reporting_dates
    found = []
    for board in programme.boards:
        for meeting in sorted(board.meetings, key=lambda m: m.date):
            own = [p for p in packs if (p.board, p.meeting) == (board.id, meeting.date)]
            pack = _find_issued(own, issues, on) or choose_built(
                [p.as_at for p in own], figures_as_at(meeting, dates), on
            )
            found.append(judge_pack(board, meeting, dates, pack, on))
    return found


def _find_issued(packs: Sequence[PackRecord], issues: Sequence[IssueRecord], on: dt.date) -> MeetingPack | None:
    """The one of a meeting's packs that was issued by a day; it is issued on the day of the first decision."""
    dates = {p.pack_id: p.as_at for p in packs}
    own = [i for i in issues if i.pack_id in dates and i.decided_on <= on]
    return MeetingPack(dates[own[-1].pack_id], min(i.decided_on for i in own)) if own else None


# --- As JSON --------------------------------------------------------------------------------------------


def return_forms(programme: str, calendar: ReturnCalendar) -> list[dict[str, Any]]:
    """Every expected return of a calendar, as `due --json` prints it."""
    return [
        {
            "programme": programme,
            "return": calendar.return_id,
            "title": calendar.title,
            "period_end": item.period_end.isoformat(),
            "due": item.due.isoformat(),
            "state": item.state,
            "days": item.days,
            "as_at": _iso(item.as_at),
            "received_on": _iso(item.received_on),
            "restated": len(item.restated_on),
            "restated_on": _iso(max(item.restated_on, default=None)),
            "is_declared": calendar.is_declared,
        }
        for item in calendar.expected
    ]


def pack_due_form(programme: str, pack: PackDue) -> dict[str, Any]:
    """The pack of a meeting, as `due --json` prints it."""
    return {
        "programme": programme,
        "board": pack.board,
        "title": pack.title,
        "meeting": pack.meeting.isoformat(),
        "as_at": _iso(pack.as_at),
        "declared_as_at": _iso(pack.declared_as_at),
        "due": pack.due.isoformat(),
        "state": pack.state,
        "days": pack.days,
        "is_built": pack.is_built,
        "issued_on": _iso(pack.issued_on),
    }


def overdue_form(item: ExpectedReturn) -> dict[str, Any]:
    """An overdue return, as `run --json` lists it among what is missing."""
    return {"period_end": item.period_end.isoformat(), "due": item.due.isoformat(), "days": item.days}


def _iso(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
