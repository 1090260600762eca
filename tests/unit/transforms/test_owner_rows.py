"""Owners' rows laid over the plan: which file speaks for which action, and what is said of the rest."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import LABEL_FIELD, PlanDates, Reading
from tests.properties.plans import make_entry, make_move, make_plan, make_tracker, rate_plan
from transforms.actions import RatedPlan
from transforms.owner_rows import lay_rows
from transforms.roles import find_role, list_owners, names_role, split_roles
from transforms.tracker import ActionEntry, Tracker, read_tracker

AUGUST, SEPTEMBER, NOVEMBER = dt.date(2021, 8, 31), dt.date(2021, 9, 30), dt.date(2021, 11, 30)
DECEMBER = dt.date(2021, 12, 31)
HEAD, LEAD = "Head of Service", "Permanency Lead"
PAST = {"due": dt.date(2021, 10, 31)}
DATES = ("start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review")


def cell(key: str, name: str, value: Any, row: int, column: int) -> Reading:
    """One cell of a tracker as it is read."""
    text = value.isoformat() if isinstance(value, dt.date) else str(value)
    kind = "date" if isinstance(value, dt.date) else "unreadable" if name in DATES else "text"
    place = f"{chr(65 + column)}{row}"
    return Reading(
        "actions", key, name, "Tracker", place, text, "General", kind, text if kind != "unreadable" else None
    )


def rows_of(role: str, as_at: dt.date, receipt: int, *rows: dict[str, Any]) -> Tracker:
    """An owner's file: rows by field, read from cells; the owner and the title are the plan's unless told."""
    readings = []
    for number, given_row in enumerate(rows, 7):
        row = {"ref": "1.1", "title": "Visit every child", "owner": role, **given_row}
        key = row.pop("key", "A1")
        readings.append(cell(key, LABEL_FIELD, key.split("#")[0], number, 0))
        readings += [cell(key, n, v, number, c) for c, (n, v) in enumerate(row.items(), 1) if v is not None]
    return read_tracker(readings, as_at, make_plan(), role, receipt)


def whole(as_at: dt.date, receipt: int, *entries: ActionEntry) -> Tracker:
    made = make_tracker(as_at, *entries)
    return Tracker(made.as_at, made.entries, receipt_id=receipt)


PLAN = whole(NOVEMBER, 1, make_entry(**PAST), make_entry(key="A2", owner=LEAD, **PAST))
DONE = {"completed_on": dt.date(2021, 11, 20)}


def codes(plan: RatedPlan) -> list[str]:
    return sorted(f.code for own in plan.owner_findings.values() for f in own)


class TestWhoSpeaks:
    def test_an_owners_row_speaks_for_its_action_and_no_other(self) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, DONE)], NOVEMBER)
        assert [r.outcome for r in plan.rows] == ["blue", "red"]
        assert (plan.findings, codes(plan)) == ((), [])

    def test_a_row_that_is_left_out_stays_as_it_was(self) -> None:
        before = rate_plan([PLAN], NOVEMBER)
        assert rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2)], NOVEMBER).rows == before.rows

    def test_of_two_files_of_one_date_the_one_received_last_speaks(self) -> None:
        old = rows_of(HEAD, NOVEMBER, 3, {"progress": "Slow."})
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, DONE), old], NOVEMBER)
        assert (plan.rows[0].outcome, plan.rows[0].entry.progress) == ("red", "Slow.")

    def test_of_two_dates_the_later_speaks_whenever_it_came(self) -> None:
        late = rows_of(HEAD, SEPTEMBER, 9, {"progress": "Of September."})
        first = whole(AUGUST, 1, make_entry(**PAST))
        plan = rate_plan([first, late, rows_of(HEAD, NOVEMBER, 2, DONE)], NOVEMBER)
        assert plan.rows[0].outcome == "blue"

    def test_a_file_of_after_the_date_is_not_seen(self) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, DECEMBER, 2, DONE)], NOVEMBER)
        assert plan == rate_plan([PLAN], NOVEMBER)

    def test_a_whole_tracker_of_the_same_date_received_later_is_used_and_says_so(self) -> None:
        again = Tracker(PLAN.as_at, PLAN.entries, receipt_id=5)
        plan = rate_plan([again, rows_of(HEAD, NOVEMBER, 2, DONE)], NOVEMBER)
        assert plan.rows[0].outcome == "red"
        (finding,) = plan.owner_findings[2]
        assert (finding.code, finding.sheet, finding.cell) == ("owner_rows_replaced", "Tracker", "A7")
        assert "A1" in finding.message

    def test_a_whole_tracker_that_took_the_rows_over_needs_no_word(self) -> None:
        taken_over = whole(NOVEMBER, 5, make_entry(**PAST, **DONE), PLAN.entries[1])
        assert codes(rate_plan([taken_over, rows_of(HEAD, NOVEMBER, 2, DONE)], NOVEMBER)) == []

    def test_a_joint_owner_may_speak_too(self) -> None:
        joint = whole(NOVEMBER, 1, make_entry(owner=f"{HEAD} / {LEAD}", **PAST))
        for role in (HEAD, LEAD, f"{HEAD}/ {LEAD}"):
            row = {"owner": f"{HEAD} / {LEAD}", **DONE}
            assert rate_plan([joint, rows_of(role, NOVEMBER, 2, row)], NOVEMBER).rows[0].outcome == "blue"


class TestHistory:
    def test_only_the_actions_of_the_file_gain_history(self) -> None:
        """Red in November, done in December: the other action's past is untouched."""
        before = rate_plan([whole(SEPTEMBER, 1, *PLAN.entries), PLAN], DECEMBER)
        files = [whole(SEPTEMBER, 1, *PLAN.entries), PLAN, rows_of(HEAD, DECEMBER, 3, DONE)]
        plan = rate_plan(files, DECEMBER)
        assert (plan.rows[0].previous_outcome, plan.rows[0].tracker_as_at) == ("red", DECEMBER)
        assert plan.rows[1] == before.rows[1]

    def test_what_an_owner_said_between_two_trackers_is_remembered(self) -> None:
        """Late in September by its owner's word, on date since: Yellow until embedded."""
        first, last = whole(AUGUST, 1, make_entry()), whole(NOVEMBER, 3, make_entry())
        late = rows_of(HEAD, SEPTEMBER, 2, {"forecast": dt.date(2022, 3, 31)})
        assert rate_plan([first, last], NOVEMBER).rows[0].outcome == "green"
        assert rate_plan([first, late, last], NOVEMBER).rows[0].outcome == "yellow"

    def test_of_one_date_only_what_counts_is_remembered(self) -> None:
        """The tracker of September said late, its owner's rows of the same date said not: it was never late."""
        slow = {"forecast": dt.date(2022, 3, 31)}
        files = [whole(SEPTEMBER, 1, make_entry(**slow)), rows_of(HEAD, SEPTEMBER, 2, {"progress": "On course."})]
        assert rate_plan([*files, whole(NOVEMBER, 3, make_entry())], NOVEMBER).rows[0].outcome == "green"

    def test_a_partial_file_makes_no_action_go(self) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, DECEMBER, 2, DONE)], DECEMBER)
        assert plan.findings == ()
        assert len(plan.rows) == 2

    @given(st.permutations(range(4)))
    def test_the_order_in_which_trackers_are_given_does_not_matter(self, order: list[int]) -> None:
        files = [
            whole(SEPTEMBER, 1, *PLAN.entries),
            Tracker(PLAN.as_at, PLAN.entries, receipt_id=2),
            rows_of(HEAD, NOVEMBER, 3, DONE),
            rows_of(LEAD, NOVEMBER, 4, {"key": "A2", "forecast": DECEMBER}),
        ]
        assert rate_plan([files[i] for i in order], NOVEMBER) == rate_plan(files, NOVEMBER)


class TestWhatIsLocked:
    @pytest.mark.parametrize(
        ("field", "value"), [("ref", "1.9"), ("title", "Something else"), ("start", dt.date(2021, 1, 1))]
    )
    def test_what_the_plan_says_is_not_changed(self, field: str, value: Any) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, {field: value, **DONE})], NOVEMBER)
        (finding,) = plan.owner_findings[2]
        assert finding.code == "locked_field_changed"
        assert finding.cell
        assert plan.findings == ()
        assert plan.rows[0].outcome == "blue", "the rest of the row counts"
        assert getattr(plan.rows[0].entry, field) == getattr(PLAN.entries[0], field)

    @pytest.mark.parametrize("due", [dt.date(2022, 6, 30), dt.date(2021, 10, 1)])
    def test_a_due_date_does_not_move_by_an_owners_row(self, due: dt.date) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, {"due": due})], NOVEMBER)
        assert codes(plan) == ["due_in_owner_rows"]
        assert plan.rows[0].due == PAST["due"]

    def test_a_due_date_that_a_board_agreed_needs_no_word(self) -> None:
        agreed = dt.date(2022, 3, 31)
        move = make_move(PAST["due"], agreed, dt.date(2021, 11, 10))
        for typed in (agreed, PAST["due"]):
            plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, {"due": typed})], NOVEMBER, [move])
            assert (plan.rows[0].due, codes(plan)) == (agreed, [])

    def test_a_forecast_leaves_a_date_that_only_the_plan_prints(self) -> None:
        dates = PlanDates(dues=(dt.date(2021, 12, 31),))
        printed = whole(NOVEMBER, 1, make_entry(due=None, printed="December 2021", plan_dates=dates))
        row = {"forecast": dt.date(2022, 2, 28)}
        (action,) = rate_plan([printed, rows_of(HEAD, NOVEMBER, 2, row)], NOVEMBER).rows
        assert (action.due, action.forecast, action.outcome) == (dt.date(2021, 12, 31), row["forecast"], "red")

    def test_a_cell_that_cannot_be_read_leaves_what_was_said_before(self) -> None:
        slow = whole(NOVEMBER, 1, make_entry(forecast=dt.date(2022, 3, 31)))
        plan = rate_plan([slow, rows_of(HEAD, NOVEMBER, 2, {"forecast": "by Easter"})], NOVEMBER)
        assert plan.rows[0].outcome == "red"


class TestRowsThatAreNotUsed:
    def test_the_row_of_another_owner(self) -> None:
        row = {"key": "A2", **DONE}
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, row)], NOVEMBER)
        assert codes(plan) == ["row_of_other_owner"]
        assert plan.rows == rate_plan([PLAN], NOVEMBER).rows

    def test_a_key_that_the_plan_does_not_have(self) -> None:
        plan = rate_plan([PLAN, rows_of(HEAD, NOVEMBER, 2, {"key": "A11", **DONE})], NOVEMBER)
        (finding,) = plan.owner_findings[2]
        assert (finding.code, finding.cell) == ("row_not_in_plan", "A7")
        assert "the nearest is A1" in finding.message

    def test_two_rows_of_one_action_are_both_held(self) -> None:
        rows = ({"key": "A1", **DONE}, {"key": "A1#2", "progress": "Not done."})
        tracker = rows_of(HEAD, NOVEMBER, 2, *rows)
        assert [f.code for f in tracker.findings] == ["owner_row_twice"]
        plan = rate_plan([PLAN, tracker], NOVEMBER)
        assert plan.rows == rate_plan([PLAN], NOVEMBER).rows

    def test_rows_without_a_plan(self) -> None:
        plan = rate_plan([rows_of(HEAD, AUGUST, 2, DONE)], NOVEMBER)
        assert (plan.rows, codes(plan)) == ((), ["no_plan_for_rows"])

    def test_an_empty_set_of_trackers_is_an_empty_plan(self) -> None:
        assert lay_rows([]).current == []


class TestRoles:
    @pytest.mark.parametrize(
        ("owner", "role", "is_named"),
        [
            ("Head of HR and OD", "head of hr & od", True),
            ("OD Manager/ Practice Lead", "Practice Lead", True),
            ("Practice Lead with PIMs, HoS and TMs", "PIMs", True),
            ("Head of HR and OD", "OD", False),
            ("Head of HR and OD", "Head of HR", False),
            ("", "Head of HR", False),
            ("Head of HR", "", False),
        ],
    )
    def test_an_owner_names_a_role_alone_or_among_others(self, owner: str, role: str, is_named: bool) -> None:
        assert names_role(owner, role) is is_named

    def test_the_whole_text_is_a_role_too(self) -> None:
        assert split_roles("Acting / Chief Executive") == ("Acting / Chief Executive", "Acting", "Chief Executive")

    def test_a_role_is_found_however_it_is_spelled_or_begun(self) -> None:
        owners = ["Head of HR and OD", "Permanency Lead / HoS"]
        assert find_role("HEAD OF HR & OD", owners) == ("Head of HR and OD", None)
        assert find_role("head of h", owners) == ("Head of HR and OD", None)
        assert find_role("permanency lead", owners) == ("Permanency Lead", None)
        assert find_role("Permanency Led", owners) == (None, "Permanency Lead")

    def test_owners_are_listed_once_by_spelling(self) -> None:
        assert list_owners(["Head of HR & OD", "", "head of HR and OD", "HoS"]) == ["Head of HR & OD", "HoS"]
