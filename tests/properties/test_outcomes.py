"""Outcomes over sequences of trackers: an independent statement of the rules, held against the product."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.config import DueDateDecision
from schemas.facts import PlanDates
from tests.properties.plans import make_entry, make_move, make_tracker, rate_one, rate_plan

MANY = settings(max_examples=300, deadline=None, derandomize=True, database=None)

DATES = tuple(dt.date(2021, month, 28) for month in (3, 5, 7, 9))
REPORT = dt.date(2021, 10, 10)
SPAN = [dt.date(2021, 1, 28) + dt.timedelta(days=15 * n) for n in range(24)]
DAYS = sorted({*SPAN, *DATES, REPORT, *(d + dt.timedelta(days=1) for d in DATES)})
MAYBE = st.one_of(st.none(), st.sampled_from(DAYS))


@dataclass(frozen=True)
class Said:
    """What one tracker says of the action."""

    due: dt.date | None
    start: dt.date | None
    forecast: dt.date | None
    completed_on: dt.date | None
    recovery_note: str
    recovery_by: dt.date | None
    embedded_on: dt.date | None
    next_review: dt.date | None


SAID = st.builds(
    Said,
    due=MAYBE,
    start=st.one_of(st.none(), st.none(), MAYBE),
    forecast=st.one_of(st.none(), MAYBE),
    completed_on=st.one_of(st.none(), st.none(), st.none(), MAYBE),
    recovery_note=st.sampled_from(["", "More staff."]),
    recovery_by=MAYBE,
    embedded_on=st.one_of(st.none(), st.none(), MAYBE),
    next_review=st.one_of(st.none(), MAYBE),
)


def judge(said: Said, agreed: dt.date | None, behind: bool, date: dt.date) -> str:
    """The first rule that holds; `behind`: rated Red or Amber since it was last Green."""
    if said.completed_on and said.completed_on <= date:
        return "blue"
    if said.start and said.start > date:
        return "grey"
    by = agreed or said.next_review
    if by is None:
        return "undated"
    if by < date or (said.forecast and said.forecast > by):
        stands = said.recovery_note and said.recovery_by and said.recovery_by >= date
        return "amber" if stands else "red"
    if behind and not (said.embedded_on and said.embedded_on <= date):
        return "yellow"
    return "green"


def agree(said: Said, agreed: dt.date | None, move: DueDateDecision | None) -> dt.date | None:
    """The agreed date after a tracker: moved by a decision, else never later than before."""
    if agreed is None:
        return said.due
    if move is not None and move.expected == agreed:
        agreed = move.due
    return agreed if said.due is None else min(agreed, said.due)


def follow(story: list[Said], moves: dict[int, DueDateDecision], report: dt.date) -> tuple[str, dt.date | None]:
    """The colour and the agreed date at the report's date, after one tracker for each date."""
    agreed, behind = None, False
    for index, said in enumerate(story):
        agreed = agree(said, agreed, moves.get(index))
        if DATES[index] == report:
            break
        was = judge(said, agreed, behind, DATES[index])
        behind = True if was in {"red", "amber"} else False if was == "green" else behind
    return judge(story[-1], agreed, behind, report), agreed


@st.composite
def draw_story(draw: st.DrawFn) -> tuple[list[Said], dict[int, DueDateDecision]]:
    """What one to four trackers say, and decisions that the tracker after each meeting already shows."""
    story = draw(st.lists(SAID, min_size=1, max_size=len(DATES)))
    moves: dict[int, DueDateDecision] = {}
    agreed: dt.date | None = None
    for index, said in enumerate(story):
        if index and agreed and said.due and said.due != agreed and draw(st.booleans()):
            meeting = draw(st.sampled_from([DATES[index], DATES[index - 1] + dt.timedelta(days=1)]))
            moves[index] = make_move(agreed, said.due, meeting)
        agreed = agree(said, agreed, moves.get(index))
    return story, moves


def trackers_of(story: list[Said]) -> list:
    return [make_tracker(date, make_entry(**vars(said))) for date, said in zip(DATES, story, strict=False)]


@MANY
@given(draw_story(), st.booleans())
def test_every_action_is_rated_by_the_first_rule_that_holds(
    drawn: tuple[list[Said], dict[int, DueDateDecision]], is_later: bool
) -> None:
    story, moves = drawn
    report = REPORT if is_later else DATES[len(story) - 1]
    row = rate_one(trackers_of(story), report, moves.values())
    outcome, agreed = follow(story, moves, report)
    assert (row.outcome, row.due) == (outcome, agreed)
    assert row.reason


@MANY
@given(st.lists(SAID, min_size=2, max_size=len(DATES)))
def test_without_a_decision_a_due_date_is_never_later_than_first_agreed(story: list[Said]) -> None:
    plan = rate_plan(trackers_of(story), DATES[len(story) - 1])
    typed = [said.due for said in story if said.due is not None]
    (row,) = plan.rows
    assert row.due == (min(typed) if typed else None)
    before = [said.due for said in story[:-1] if said.due is not None]
    is_told = any(f.code == "due_moved" for f in plan.findings)
    last = story[-1].due
    assert is_told == (last is not None and bool(before) and last != min(before))


@MANY
@given(st.lists(SAID, min_size=1, max_size=len(DATES)), st.integers(0, 3))
def test_what_later_trackers_say_changes_no_earlier_report(story: list[Said], index: int) -> None:
    date = DATES[min(index, len(story) - 1)]
    earlier = [t for t in trackers_of(story) if t.as_at <= date]
    assert rate_one(trackers_of(story), date) == rate_one(earlier, date)


@MANY
@given(st.lists(st.sampled_from(DAYS), min_size=1, max_size=2, unique=True), st.sampled_from(DATES))
def test_of_several_milestones_the_next_open_one_is_due(days: list[dt.date], as_at: dt.date) -> None:
    entry = make_entry(due=None, plan_dates=PlanDates(dues=tuple(sorted(days))))
    row = rate_one([make_tracker(as_at, entry)], as_at)
    still_open = [day for day in days if day >= as_at]
    assert row.due == (min(still_open) if still_open else max(days))
    assert row.outcome == ("green" if still_open else "red")
