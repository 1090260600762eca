"""Outcome: the colour of an action at a date, rule by rule, and over the trackers of a year."""

from __future__ import annotations

import datetime as dt

import pytest

from schemas.config import DueDateDecision
from schemas.facts import PlanDates, Reading
from schemas.findings import Finding
from tests.properties.plans import (
    make_entry,
    make_move,
    make_plan,
    make_tracker,
    rate_one,
    rate_plan,
)
from transforms.actions import ActionRow
from transforms.tracker import read_tracker
from transforms.words import say_date

MARCH, AUGUST, SEPTEMBER, NOVEMBER = (
    dt.date(2021, 3, 31),
    dt.date(2021, 8, 31),
    dt.date(2021, 9, 30),
    dt.date(2021, 11, 30),
)
DAY = dt.timedelta(days=1)
LATER = dt.date(2022, 6, 30)
LATE = {"due": NOVEMBER - DAY}
RECOVERY = {"recovery_note": "Two more workers from January.", "recovery_by": NOVEMBER + DAY}


def at(as_at: dt.date = NOVEMBER, **keys: object) -> ActionRow:
    """The action of one tracker, rated on the tracker's own date."""
    return rate_one([make_tracker(as_at, make_entry(**keys))], as_at)


def over(*months: tuple[dt.date, dict], as_at: dt.date | None = None, moves: tuple = ()) -> ActionRow:
    """The action after several trackers, rated at the last tracker's date unless told."""
    trackers = [make_tracker(day, make_entry(**keys)) for day, keys in months]
    return rate_one(trackers, as_at or months[-1][0], moves)


def codes(findings: tuple[Finding, ...]) -> list[str]:
    return [f.code for f in findings]


class TestBlue:
    def test_completed_before_the_date(self) -> None:
        assert at(completed_on=AUGUST).outcome == "blue"

    def test_completed_on_the_date(self) -> None:
        assert at(completed_on=NOVEMBER).outcome == "blue"

    def test_completed_after_the_date_is_not_completed_yet(self) -> None:
        assert at(completed_on=NOVEMBER + DAY).outcome == "green"

    @pytest.mark.parametrize("keys", [LATE, {"start": LATER}, {"due": None}, LATE | {"forecast": LATER}])
    def test_before_every_other_rule(self, keys: dict) -> None:
        assert at(completed_on=AUGUST, **keys).outcome == "blue"


class TestGrey:
    def test_starts_after_the_reporting_period(self) -> None:
        assert at(start=NOVEMBER + DAY).outcome == "grey"

    def test_starts_on_its_last_day(self) -> None:
        assert at(start=NOVEMBER).outcome == "green"

    def test_before_undated_and_red(self) -> None:
        assert at(start=NOVEMBER + DAY, due=None).outcome == "grey"
        assert at(start=NOVEMBER + DAY, **LATE).outcome == "grey"


class TestUndated:
    def test_neither_due_nor_next_review(self) -> None:
        row = at(due=None)
        assert row.outcome == "undated"
        assert row.due is None

    def test_a_start_that_has_come_is_no_due_date(self) -> None:
        assert at(due=None, start=AUGUST).outcome == "undated"

    def test_a_forecast_is_no_due_date(self) -> None:
        assert at(due=None, forecast=LATER).outcome == "undated"


class TestOngoing:
    """ "Ongoing" is rated from its next review date."""

    def test_review_to_come(self) -> None:
        assert at(due=None, next_review=NOVEMBER + DAY).outcome == "green"

    def test_review_on_the_date_has_not_passed(self) -> None:
        assert at(due=None, next_review=NOVEMBER).outcome == "green"

    def test_review_passed(self) -> None:
        row = at(due=None, next_review=NOVEMBER - DAY)
        assert row.outcome == "red"
        assert "review" in row.reason

    def test_review_passed_with_recovery(self) -> None:
        assert at(due=None, next_review=NOVEMBER - DAY, **RECOVERY).outcome == "amber"


class TestRedAndAmber:
    def test_due_on_the_date_has_not_passed(self) -> None:
        assert at(due=NOVEMBER).outcome == "green"

    def test_due_before_the_date_has_passed(self) -> None:
        assert at(due=NOVEMBER - DAY).outcome == "red"

    def test_forecast_later_than_due(self) -> None:
        assert at(due=LATER, forecast=LATER + DAY).outcome == "red"

    def test_forecast_on_due(self) -> None:
        assert at(due=LATER, forecast=LATER).outcome == "green"

    def test_a_recovery_still_to_come_stands(self) -> None:
        assert at(**LATE, **RECOVERY).outcome == "amber"

    def test_a_recovery_by_the_date_itself_stands_as_a_due_date_has_not_passed_on_its_day(self) -> None:
        assert at(**LATE, **RECOVERY | {"recovery_by": NOVEMBER}).outcome == "amber"

    def test_a_recovery_by_the_day_before_stands_no_longer(self) -> None:
        row = at(**LATE, **RECOVERY | {"recovery_by": NOVEMBER - DAY})
        assert (row.outcome, row.reason) == ("red", "due 29 Nov 2021, passed; recovery was due by 29 Nov 2021")

    def test_a_note_without_a_date_does_not_stand(self) -> None:
        assert at(**LATE, **RECOVERY | {"recovery_by": None}).outcome == "red"

    def test_a_date_without_a_note_does_not_stand(self) -> None:
        assert at(**LATE, **RECOVERY | {"recovery_note": ""}).outcome == "red"

    def test_recovery_for_a_late_forecast(self) -> None:
        assert at(due=LATER, forecast=LATER + DAY, **RECOVERY).outcome == "amber"

    def test_the_reason_is_made_from_the_dates(self) -> None:
        assert at(**LATE, **RECOVERY).reason == "due 29 Nov 2021, passed; recovery by 1 Dec 2021"


class TestYellow:
    """Rated Red or Amber since it was last Green, on its agreed date now; until embedded."""

    @pytest.mark.parametrize("recovery", [{}, {"recovery_note": "More staff.", "recovery_by": LATER}])
    def test_back_on_its_date(self, recovery: dict) -> None:
        late = {"due": LATER, "forecast": LATER + DAY, **recovery}
        row = over((AUGUST, late), (SEPTEMBER, {"due": LATER}))
        assert row.previous_outcome == ("amber" if recovery else "red")
        assert row.outcome == "yellow"

    def test_it_stays_so_until_embedded(self) -> None:
        late = {"due": LATER, "forecast": LATER + DAY}
        months = [(MARCH, late), (AUGUST, {"due": LATER}), (SEPTEMBER, {"due": LATER})]
        assert over(*months, (NOVEMBER, {"due": LATER})).outcome == "yellow"
        assert over(*months, (NOVEMBER, {"due": LATER, "embedded_on": NOVEMBER})).outcome == "green"
        assert over(*months, (NOVEMBER, {"due": LATER, "embedded_on": NOVEMBER + DAY})).outcome == "yellow"

    def test_once_green_again_the_past_is_past(self) -> None:
        late = {"due": LATER, "forecast": LATER + DAY}
        months = [(MARCH, late), (AUGUST, {"due": LATER, "embedded_on": AUGUST})]
        assert over(*months, (SEPTEMBER, {"due": LATER})).outcome == "green"

    def test_never_behind_is_green(self) -> None:
        assert over((AUGUST, {"due": LATER}), (SEPTEMBER, {"due": LATER})).outcome == "green"

    def test_the_last_trackers_own_date_counts_when_the_report_is_later(self) -> None:
        row = over((SEPTEMBER, {"due": AUGUST}), as_at=NOVEMBER)
        assert (row.outcome, row.tracker_as_at) == ("red", SEPTEMBER)

    def test_moved_by_a_board_after_it_was_red_it_is_yellow(self) -> None:
        """Red at the tracker's date by the date agreed then; on its new agreed date at the report's."""
        move = make_move(AUGUST, LATER, SEPTEMBER + DAY)
        row = over((MARCH, {"due": AUGUST}), (SEPTEMBER, {"due": AUGUST}), as_at=NOVEMBER, moves=(move,))
        assert (row.due, row.outcome) == (LATER, "yellow")

    def test_a_tracker_is_rated_anew_at_the_reports_date(self) -> None:
        row = over((SEPTEMBER, {"due": NOVEMBER - DAY}), as_at=NOVEMBER)
        assert row.outcome == "red"

    def test_trackers_after_the_date_are_not_known_yet(self) -> None:
        row = over((SEPTEMBER, {"due": LATER}), (NOVEMBER, {"due": LATER, "completed_on": AUGUST}), as_at=SEPTEMBER)
        assert row.outcome == "green"


class TestDueDates:
    """A board may agree a new due date; only then has it moved."""

    def test_later_without_a_decision_stays_where_it_was(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry(due=SEPTEMBER)),
            make_tracker(NOVEMBER, make_entry(due=LATER)),
        ]
        plan = rate_plan(trackers, NOVEMBER)
        assert plan.rows[0].due == SEPTEMBER
        assert plan.rows[0].outcome == "red"
        assert codes(plan.findings) == ["due_moved"]

    def test_earlier_without_a_decision_is_used_and_told(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry(due=LATER)),
            make_tracker(NOVEMBER, make_entry(due=SEPTEMBER)),
        ]
        plan = rate_plan(trackers, NOVEMBER)
        assert plan.rows[0].due == SEPTEMBER
        assert codes(plan.findings) == ["due_moved"]

    def test_two_small_steps_do_not_make_a_large_one(self) -> None:
        row = over((MARCH, {"due": AUGUST}), (AUGUST, {"due": SEPTEMBER}), (SEPTEMBER, {"due": NOVEMBER}),
                   (NOVEMBER, {"due": LATER}))  # fmt: skip
        assert row.due == AUGUST

    def test_taken_out_of_the_tracker_it_still_holds(self) -> None:
        row = over((AUGUST, {"due": SEPTEMBER}), (NOVEMBER, {"due": None, "next_review": LATER}))
        assert (row.due, row.outcome) == (SEPTEMBER, "red")

    def test_a_recorded_decision_moves_it(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry(due=SEPTEMBER)),
            make_tracker(NOVEMBER, make_entry(due=LATER)),
        ]
        plan = rate_plan(trackers, NOVEMBER, [make_move(SEPTEMBER, LATER, SEPTEMBER)])
        assert plan.rows[0].due == LATER
        assert plan.findings == ()

    def test_a_decision_of_the_day_of_the_tracker_counts(self) -> None:
        move = make_move(SEPTEMBER, LATER, NOVEMBER)
        assert over((AUGUST, {"due": SEPTEMBER}), (NOVEMBER, {"due": LATER}), moves=(move,)).due == LATER

    def test_a_decision_to_come_does_not_count(self) -> None:
        move = make_move(SEPTEMBER, LATER, NOVEMBER + DAY)
        assert over((AUGUST, {"due": SEPTEMBER}), (NOVEMBER, {"due": LATER}), moves=(move,)).due == SEPTEMBER

    def test_a_decision_about_another_action_or_date_does_not_count(self) -> None:
        other = make_move(SEPTEMBER, LATER, SEPTEMBER, action="A2")
        wrong = make_move(SEPTEMBER + DAY, LATER, SEPTEMBER)
        for move in (other, wrong):
            assert over((AUGUST, {"due": SEPTEMBER}), (NOVEMBER, {"due": LATER}), moves=(move,)).due == SEPTEMBER

    def test_no_further_than_decided(self) -> None:
        move = make_move(SEPTEMBER, NOVEMBER, SEPTEMBER)
        assert over((AUGUST, {"due": SEPTEMBER}), (NOVEMBER, {"due": LATER}), moves=(move,)).due == NOVEMBER

    def test_decisions_follow_one_another(self) -> None:
        moves = (make_move(AUGUST, SEPTEMBER, AUGUST), make_move(SEPTEMBER, NOVEMBER, SEPTEMBER))
        row = over((MARCH, {"due": AUGUST}), (AUGUST, {"due": SEPTEMBER}), (SEPTEMBER, {"due": NOVEMBER}),
                   moves=moves)  # fmt: skip
        assert (row.due, row.outcome) == (NOVEMBER, "green")

    def test_decisions_of_one_meeting_follow_one_another_however_they_are_listed(self) -> None:
        moves = [make_move(AUGUST, SEPTEMBER, AUGUST), make_move(SEPTEMBER, NOVEMBER, AUGUST)]
        trackers = [make_tracker(AUGUST, make_entry(due=AUGUST))]
        for order in (moves, moves[::-1]):
            plan = rate_plan(trackers, AUGUST, order)
            assert (plan.rows[0].due, plan.findings) == (NOVEMBER, ())

    def test_decided_though_the_tracker_was_not_brought_up_to_date(self) -> None:
        """The board moved it; that the next tracker still prints the old date takes nothing back."""
        trackers = [
            make_tracker(AUGUST, make_entry(due=SEPTEMBER)),
            make_tracker(NOVEMBER, make_entry(due=SEPTEMBER)),
        ]
        plan = rate_plan(trackers, NOVEMBER, [make_move(SEPTEMBER, LATER, SEPTEMBER)])
        assert plan.rows[0].due == LATER
        assert plan.rows[0].outcome == "green"

    def test_decided_though_two_trackers_were_not_brought_up_to_date(self) -> None:
        move = make_move(AUGUST, LATER, AUGUST - DAY)
        trackers = [make_tracker(day, make_entry(due=AUGUST)) for day in (MARCH, AUGUST, SEPTEMBER)]
        plan = rate_plan(trackers, SEPTEMBER, [move])
        assert (plan.rows[0].due, plan.rows[0].outcome) == (LATER, "green")
        assert codes(plan.findings) == []

    @pytest.mark.parametrize(
        ("move", "due", "why"),
        [
            (make_move(SEPTEMBER, LATER, SEPTEMBER, action="A11"), SEPTEMBER,
             "there is no action A11 in the plan; the nearest is A1."),
            (make_move(SEPTEMBER, LATER, SEPTEMBER, action="Lamps"), SEPTEMBER,
             "there is no action Lamps in the plan."),
            (make_move(AUGUST, LATER, SEPTEMBER), SEPTEMBER,
             f"it expects {say_date(AUGUST)}, but the agreed date was {say_date(SEPTEMBER)}."),
            (make_move(AUGUST, LATER, SEPTEMBER), None,
             f"it expects {say_date(AUGUST)}, but the action has no due date."),
        ],
    )  # fmt: skip
    def test_a_decision_that_moves_nothing_is_told_with_the_reason(
        self, move: DueDateDecision, due: dt.date | None, why: str
    ) -> None:
        trackers = [make_tracker(day, make_entry(due=due)) for day in (AUGUST, NOVEMBER)]
        (finding,) = rate_plan(trackers, NOVEMBER, [move]).findings
        assert finding.code == "decision_unmatched"
        assert finding.message.endswith(f"is not applied: {why}")

    def test_a_decision_that_was_followed_is_not_told_when_the_tracker_is_earlier_still(self) -> None:
        """The board agreed June; the owner types November: the earlier is used, and the decision did apply."""
        move = make_move(SEPTEMBER, LATER, SEPTEMBER)
        trackers = [make_tracker(AUGUST, make_entry(due=SEPTEMBER)), make_tracker(NOVEMBER, make_entry(due=NOVEMBER))]
        plan = rate_plan(trackers, NOVEMBER, [move])
        assert plan.rows[0].due == NOVEMBER
        assert codes(plan.findings) == ["due_moved"]

    def test_decided_between_the_tracker_and_the_report(self) -> None:
        """The last tracker is of August, the board met in September: at the end of September it has moved."""
        move = make_move(SEPTEMBER - DAY, LATER, SEPTEMBER - DAY)
        row = over((AUGUST, {"due": SEPTEMBER - DAY}), as_at=SEPTEMBER, moves=(move,))
        assert (row.due, row.outcome) == (LATER, "green")


class TestMilestones:
    """ "A and B" are two milestones: the next open one is due, and no decision is needed to go on to it."""

    TWO = {"due": None, "plan_dates": PlanDates(dues=(AUGUST, NOVEMBER)), "printed": "Aug 2021 and Nov 2021"}

    @pytest.mark.parametrize(
        ("as_at", "due"),
        [(MARCH, AUGUST), (AUGUST, AUGUST), (AUGUST + DAY, NOVEMBER), (NOVEMBER, NOVEMBER),
         (NOVEMBER + DAY, NOVEMBER)],
    )  # fmt: skip
    def test_the_next_open_one_is_due(self, as_at: dt.date, due: dt.date) -> None:
        assert at(as_at, **self.TWO).due == due

    def test_passed_after_the_last(self) -> None:
        assert at(NOVEMBER, **self.TWO).outcome == "green"
        assert at(NOVEMBER + DAY, **self.TWO).outcome == "red"

    def test_they_move_without_a_decision(self) -> None:
        trackers = [make_tracker(d, make_entry(**self.TWO)) for d in (MARCH, SEPTEMBER)]
        plan = rate_plan(trackers, SEPTEMBER)
        assert (plan.rows[0].due, plan.rows[0].outcome, plan.findings) == (NOVEMBER, "green", ())

    def test_typed_dates_may_follow_the_printed_milestones(self) -> None:
        first, second = self.TWO | {"due": AUGUST}, self.TWO | {"due": NOVEMBER}
        trackers = [make_tracker(MARCH, make_entry(**first)), make_tracker(SEPTEMBER, make_entry(**second))]
        plan = rate_plan(trackers, SEPTEMBER)
        assert (plan.rows[0].due, plan.findings) == (NOVEMBER, ())

    def test_a_date_that_is_no_milestone_needs_a_decision(self) -> None:
        first, second = self.TWO | {"due": AUGUST}, self.TWO | {"due": LATER}
        trackers = [make_tracker(MARCH, make_entry(**first)), make_tracker(SEPTEMBER, make_entry(**second))]
        plan = rate_plan(trackers, SEPTEMBER)
        assert (plan.rows[0].due, codes(plan.findings)) == (AUGUST, ["due_moved"])

    def test_the_next_open_one_is_reckoned_at_the_reports_date(self) -> None:
        """The tracker is of August, the report of September: the August milestone is no longer the next."""
        row = over((AUGUST, self.TWO), as_at=SEPTEMBER)
        assert (row.due, row.outcome) == (NOVEMBER, "green")

    def test_typed_dates_come_before_the_printed_ones(self) -> None:
        printed = {"plan_dates": PlanDates(start=LATER, dues=(LATER,), forecast=LATER + DAY)}
        row = at(due=NOVEMBER, **printed)
        assert (row.start, row.due, row.forecast, row.outcome) == (None, NOVEMBER, None, "green")

    def test_printed_dates_count_where_nothing_is_typed(self) -> None:
        row = at(due=None, plan_dates=PlanDates(dues=(LATER,), forecast=LATER + DAY))
        assert (row.due, row.forecast, row.outcome) == (LATER, LATER + DAY, "red")


class TestAcrossTrackers:
    def test_a_title_that_changed(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry()),
            make_tracker(NOVEMBER, make_entry(title="Write to them")),
        ]
        found = rate_plan(trackers, NOVEMBER).findings
        assert codes(found) == ["title_changed"]
        assert "Visit every child" in found[0].message
        assert "Write to them" in found[0].message

    def test_an_action_that_is_gone(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry(), make_entry(key="A2")),
            make_tracker(NOVEMBER, make_entry()),
        ]
        found = rate_plan(trackers, NOVEMBER).findings
        assert codes(found) == ["action_gone"]
        assert "A2" in found[0].message

    def test_an_action_that_is_new(self) -> None:
        trackers = [
            make_tracker(AUGUST, make_entry()),
            make_tracker(NOVEMBER, make_entry(), make_entry(key="A2")),
        ]
        plan = rate_plan(trackers, NOVEMBER)
        assert plan.findings == ()
        assert [row.previous_outcome for row in plan.rows] == ["green", None]

    def test_no_tracker_no_plan(self) -> None:
        assert rate_plan([make_tracker(NOVEMBER, make_entry())], AUGUST).rows == ()

    def test_files_may_come_in_any_order(self) -> None:
        late = make_tracker(AUGUST, make_entry(due=LATER, forecast=LATER + DAY))
        now = make_tracker(NOVEMBER, make_entry(due=LATER))
        assert rate_one([now, late], NOVEMBER).outcome == rate_one([late, now], NOVEMBER).outcome == "yellow"

    def test_the_priority_is_that_of_the_ref(self) -> None:
        assert at().priority == "practice"
        assert at(ref="9.9").priority == ""


@pytest.mark.parametrize(
    ("owner", "keys", "hopeful"),
    [
        ("green", LATE, True),
        ("amber", LATE, True),
        ("red", LATE, False),
        ("green", LATE | RECOVERY, True),
        ("red", LATE | RECOVERY, False),
        ("blue", {}, True),
        ("green", {}, False),
        ("yellow", {}, False),
        (None, LATE, False),
        ("green", {"due": None}, False),
        ("green", {"start": LATER}, False),
    ],
)
def test_where_the_owner_is_more_hopeful_than_the_rule(owner: str | None, keys: dict, hopeful: bool) -> None:
    row = at(owner_rating=owner, **keys)
    assert row.entry.owner_rating == owner
    assert row.is_owner_hopeful is hopeful


def test_owner_ratings_change_no_colour() -> None:
    assert len(make_plan().brag) == 6
    for owner in make_plan().brag:
        assert at(owner_rating=owner, **LATE).outcome == "red"


class TestReading:
    """What a tracker's cells say, and what is doubtful in them."""

    @staticmethod
    def read(as_at: dt.date = NOVEMBER, **cells: str) -> list[str]:
        given = {"ref": "1.1", "title": "Visit every child", "due": "2021-12-31"} | cells
        readings = [make_cell("label", "A1")]
        readings += [make_cell(name, text) for name, text in given.items() if text]
        return codes(read_tracker(readings, as_at, make_plan()).findings)

    def test_nothing_wrong(self) -> None:
        assert self.read() == []

    def test_undated_is_a_finding(self) -> None:
        assert self.read(due="") == ["undated"]
        assert self.read(due="", next_review="2021-12-31") == []
        assert self.read(due="", completed_on="2021-10-01") == []
        assert self.read(due="", start="2021-12-01") == []

    def test_undated_is_a_finding_also_where_a_completion_to_come_is_written(self) -> None:
        """Completed next month does not count as completed, so the action is undated today."""
        entry = {"due": None, "completed_on": NOVEMBER + DAY}
        assert at(**entry).outcome == "undated"
        assert sorted(self.read(due="", completed_on="2021-12-01")) == ["completed_in_future", "undated"]

    def test_completed_in_the_future(self) -> None:
        assert self.read(completed_on="2021-12-01") == ["completed_in_future"]
        assert self.read(completed_on="2021-11-30") == []

    def test_owner_ratings_by_label_or_letter(self) -> None:
        assert self.read(owner_rating="Amber") == []
        assert self.read(owner_rating="am") == []
        assert self.read(owner_rating="Purple") == ["unknown_rating"]

    def test_a_ref_that_the_plan_does_not_have(self) -> None:
        assert self.read(ref="9.9") == ["unknown_ref"]


def make_cell(field: str, text: str) -> Reading:
    is_date = text[:4] in {"2021", "2022"}
    kind = "date" if is_date else "text"
    return Reading("actions", "A1", field, "Tracker", "A5", text, "General", kind, text)
