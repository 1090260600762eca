"""Plan trackers made for properties and unit tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any

from schemas.config import DueDateDecision, Programme
from schemas.facts import PlanDates
from tests.properties.lines import make_programme
from transforms.actions import ActionRow, RatedPlan, rate_actions
from transforms.tracker import ActionEntry, Tracker

PRIORITIES = [{"id": "practice", "number": "1", "title": "Practice", "refs": [{"ref": "1.1", "title": "Visits"}]}]
COLOURS = ("blue", "green", "yellow", "amber", "red", "grey")


@cache
def make_plan() -> Programme:
    """A programme with one priority and the six colours."""
    brag = {c: {"label": c.title(), "letter": c[:2], "impact": "", "outcome": ""} for c in COLOURS}
    return make_programme({}, priorities=PRIORITIES, brag=brag)


def make_entry(**keys: Any) -> ActionEntry:
    """An action as a tracker says it: due on 31 December 2021, nothing else, unless told."""
    base: dict[str, Any] = {
        "key": "A1",
        "ref": "1.1",
        "letter": "a",
        "title": "Visit every child",
        "owner": "Head of Service",
        "printed": "",
        "plan_dates": PlanDates(),
        "start": None,
        "due": dt.date(2021, 12, 31),
        "forecast": None,
        "completed_on": None,
        "recovery_note": "",
        "recovery_by": None,
        "embedded_on": None,
        "next_review": None,
        "owner_rating": None,
        "progress": "",
    }
    return ActionEntry(**(base | keys))


def make_tracker(as_at: dt.date, *entries: ActionEntry) -> Tracker:
    """A tracker as at a date."""
    return Tracker(as_at, entries)


def make_move(expected: dt.date, due: dt.date, meeting: dt.date, action: str = "A1") -> DueDateDecision:
    """A board's recorded decision on a due date."""
    return DueDateDecision(
        action=action,
        expected=expected,
        due=due,
        board="tsg",
        meeting=meeting,
        role="Chair",
        reason="Agreed.",
    )


def rate_plan(trackers: Iterable[Tracker], as_at: dt.date, decisions: Iterable[DueDateDecision] = ()) -> RatedPlan:
    """The plan at a date."""
    return rate_actions(list(trackers), make_plan(), list(decisions), as_at)


def rate_one(trackers: Iterable[Tracker], as_at: dt.date, decisions: Iterable[DueDateDecision] = ()) -> ActionRow:
    """The only action of a plan at a date."""
    (row,) = rate_plan(trackers, as_at, decisions).rows
    return row
