"""Six months of packs, with data restated, late, corrected and overridden, targets and rules changed: each cause
is named rightly, alone and mixed, and what was known before is still known."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from flows.building import model_pack
from flows.environment import software_version
from history.records import PackRecord
from schemas.kept import facts_text
from tests.builders import Shown, percent, tracker
from tests.scenarios.harbour import HARBOUR_REPORT, broken_by, lamps, lamps_of_month
from tests.scenarios.issued import (
    BASIN,
    ISLANDS,
    MONTH_ENDS,
    REACH,
    USUAL,
    WHOLE,
    Keepers,
    causes,
    differing,
    expect_chain,
    kept,
    of,
    values,
)

JANUARY, FEBRUARY, MARCH, APRIL, MAY, JUNE = range(1, 7)
QUAY = "Quay & Basin"

CORRECTION = """\
corrections:
  - role: Harbour Analyst
    date: 2031-02-20
    return: lamp_report
    period: 2031-01-31
    service: quay_basin
    measure: lamps_in_time
    field: due
    expected: 300
    right: 400
    reason: The parts make 400.
"""
OVERRIDE = """\
overrides:
  - role: Harbour Master
    date: 2031-02-21
    return: lamp_report
    period: 2031-01-31
    code: counts_disagree
    service: quay_basin
    measure: lamps_in_time
    field: due
    expected: 300
    use: stated
    note: The share is right.
"""


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which January was received and its pack issued."""
    folder = tmp_path_factory.mktemp("keepers")
    keepers = Keepers(folder)
    keepers.send(JANUARY)
    keepers.issue(JANUARY)
    return folder


@pytest.fixture
def keepers(base: Path, tmp_path: Path) -> Keepers:
    """A copy of that home, to go on from."""
    return Keepers.copied(base, tmp_path / "own")


def first_pack(keepers: Keepers) -> PackRecord:
    """The pack of January that was issued first."""
    history = keepers.open()
    try:
        return history.packs.built("lamplight")[0]
    finally:
        history.close()


# --- Each cause alone -----------------------------------------------------------------------------------


def test_nothing_changed_is_no_change(keepers: Keepers) -> None:
    keepers.send(FEBRUARY)
    changes = keepers.changes(FEBRUARY)
    assert (changes.figures, changes.actions, changes.limits, changes.same) == ((), (), (), 4)


@pytest.mark.long
def test_a_later_figure_is_performance(keepers: Keepers) -> None:
    keepers.send(FEBRUARY, (400, 320), *USUAL[1:])
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {BASIN: ["performance"], WHOLE: ["performance"]}
    assert of(changes, BASIN).steps[0].words == "Up 5.0, from 75.0% (31 January 2031) to 80.0% (28 February 2031)"


def test_a_restated_workbook_is_named_with_its_receipt(keepers: Keepers) -> None:
    receipt = keepers.send(JANUARY, (400, 280), *USUAL[1:], on="2031-02-18T09:00:00Z")
    keepers.send(FEBRUARY, (400, 280), *USUAL[1:])
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {BASIN: ["restated"], WHOLE: ["restated"]}
    (step,) = of(changes, WHOLE).steps
    by = f"by the workbook received on 18 February 2031 (receipt {receipt})"
    assert step.words == f"Restated from 77.1% to 74.3% {by}; Green becomes Amber"
    assert [(e.kind, e.number, e.on) for e in step.evidence] == [("receipt", receipt, dt.date(2031, 2, 18))]


@pytest.mark.long
def test_a_restatement_taken_back_is_no_change(keepers: Keepers) -> None:
    keepers.send(JANUARY, (400, 280), *USUAL[1:], on="2031-02-18T09:00:00Z")
    between = keepers.changes_from(keepers.issue(JANUARY, ordinal=1), JANUARY)
    assert causes(between) == {}
    keepers.send(JANUARY, *USUAL, on="2031-02-19T09:00:00Z")
    keepers.send(FEBRUARY)
    changes = keepers.changes(FEBRUARY)
    assert changes.since.as_known == keepers.known(JANUARY, changes.since.as_known).as_known
    assert causes(changes) == {BASIN: ["restated"], WHOLE: ["restated"]}, "the erratum printed the other figures"
    assert causes(keepers.changes_from(first_pack(keepers), FEBRUARY)) == {}, "A, B, back to A"


def test_a_late_return_is_restated_not_performance(keepers: Keepers) -> None:
    keepers.issue(FEBRUARY)
    receipt = keepers.send(FEBRUARY, on="2031-03-20T09:00:00Z")
    keepers.send(MARCH)
    changes = keepers.changes(MARCH)
    assert causes(changes) == {key: ["restated"] for key in (WHOLE, BASIN, REACH, ISLANDS)}
    arrived = f"No data then; 75.0% arrived on 20 March 2031 (receipt {receipt})"
    assert of(changes, REACH).steps[0].words == arrived


@pytest.mark.long
def test_a_return_that_did_not_come_is_performance_of_its_date(keepers: Keepers) -> None:
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {key: ["performance"] for key in (WHOLE, BASIN, REACH, ISLANDS)}
    assert of(changes, REACH).steps[0].words.startswith("75.0% then, no data now: the latest figure is of 31 January")


@pytest.mark.long
def test_a_target_that_was_raised_is_told_even_where_the_colour_stays(keepers: Keepers) -> None:
    keepers.send(FEBRUARY)
    keepers.edit("indicators", "target: {value: 75}", "target: {value: 77}")
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {WHOLE: ["target"]}, "services have no target"
    assert of(changes, WHOLE).steps[0].words == "Target raised from 75% to 77%: still Green"


@pytest.mark.long
def test_a_target_that_turns_a_colour(keepers: Keepers) -> None:
    keepers.send(FEBRUARY)
    keepers.edit("indicators", "target: {value: 75}", "target: {value: 80}")
    (step,) = of(keepers.changes(FEBRUARY), WHOLE).steps
    assert (step.cause, step.by_date, step.words) == (
        "target", False, "Target raised from 75% to 80%: Green becomes Amber",
    )  # fmt: skip


@pytest.mark.long
def test_a_tolerance_that_was_changed_is_a_target(keepers: Keepers) -> None:
    keepers.edit("indicators", "target: {value: 75}", "target: {value: 80}")
    keepers.issue(JANUARY, ordinal=1)
    keepers.send(FEBRUARY)
    keepers.edit("indicators", "value: 5}", "value: 2}")
    (step,) = of(keepers.changes(FEBRUARY), WHOLE).steps
    assert (step.cause, step.words) == ("target", "Tolerance 5 pts becomes 2 pts: Amber becomes Red")


def test_a_target_that_steps_by_date_is_no_performance(keepers: Keepers) -> None:
    steps = "target: {steps: [{from: 2031-01-01, value: 75}, {from: 2031-02-15, value: 79}]}"
    keepers.edit("indicators", "target: {value: 75}", steps)
    keepers.issue(JANUARY, ordinal=1)
    keepers.send(FEBRUARY, (400, 304), *USUAL[1:])
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {WHOLE: ["performance", "target"], BASIN: ["performance"]}
    up, step = of(changes, WHOLE).steps
    assert up.words == "Up 0.6, from 77.1% (31 January 2031) to 77.7% (28 February 2031)"
    assert (step.by_date, step.words) == (
        True, "As planned, the target moved from 75% to 79%: Green becomes Amber",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("decimals: 1", "decimals: 0", "Definition changed (its decimals): 77.1% becomes 77%"),
        pytest.param("measure: lamps_in_time", "measure: lamps_late",
         "Definition changed (what is counted): 77.1% becomes 22.9%; Green becomes Red", marks=pytest.mark.long),
        pytest.param("company: ratio", "company: sum",
         "Definition changed (how the company figure is made): 77.1% becomes 540.0%", marks=pytest.mark.long),
    ],
)  # fmt: skip
def test_a_changed_definition_is_a_rule(old: str, new: str, says: str, keepers: Keepers) -> None:
    keepers.send(FEBRUARY)
    keepers.edit("indicators", old, new)
    changes = keepers.changes(FEBRUARY)
    assert {cause for own in causes(changes).values() for cause in own} == {"rule"}
    assert of(changes, WHOLE).steps[0].words == says


@pytest.mark.long
def test_an_indicator_that_was_added_or_taken_out_is_a_rule(keepers: Keepers) -> None:
    keepers.send(FEBRUARY)
    keepers.edit("indicators", "services: [quay_basin, upper_reach, islands]", "services: [quay_basin, upper_reach]")
    (gone,) = keepers.changes(FEBRUARY).figures
    assert (gone.key, gone.ref, gone.earlier_ref, gone.after) == (ISLANDS, "", "K4", None)
    assert [(s.cause, s.words) for s in gone.steps] == [("rule", "Taken out of the programme")]
    keepers.issue(FEBRUARY)
    keepers.send(MARCH)
    keepers.edit("indicators", "services: [quay_basin, upper_reach]", "services: [quay_basin, upper_reach, islands]")
    (back,) = keepers.changes(MARCH).figures
    assert (back.key, back.before, back.steps[0].words) == (ISLANDS, None, "Added to the programme")


@pytest.mark.long
def test_a_board_that_covers_other_priorities_is_a_rule(keepers: Keepers) -> None:
    keepers.issue(JANUARY, board="oilers")
    keepers.send(FEBRUARY)
    keepers.edit("boards", "priorities: [oil]", "priorities: [oil, light]")
    changes = keepers.changes(FEBRUARY, board="oilers")
    assert {f.steps[0].words for f in changes.figures} == {"Now among this board's priorities"}
    assert set(causes(changes)) == {WHOLE, BASIN, REACH, ISLANDS}


@pytest.mark.long
def test_what_other_software_derived_is_told_as_such(keepers: Keepers) -> None:
    pack = first_pack(keepers)
    rows = tuple(replace(r, value=Decimal("90.1")) if r.key == ISLANDS else r for r in kept(pack).rows)
    other = replace(pack, facts=facts_text(replace(kept(pack), rows=rows)), software="Boardpack 0.0")
    changes = keepers.changes_from(other, JANUARY)
    assert causes(changes) == {ISLANDS: ["software"]}
    assert of(changes, ISLANDS).steps[0].words == (
        f"{software_version()} derives 90.0% where Boardpack 0.0 derived 90.1%"
    )


def held_january(keepers: Keepers) -> None:
    """January's report with a total that its parts contradict: Quay & Basin is held; a pack of it is issued."""
    book = lamps(MONTH_ENDS[0], *USUAL)
    book.put(QUAY, "Lamps due", 300)
    keepers.send(JANUARY, book=book, on="2031-02-17T09:00:00Z")
    keepers.issue(JANUARY, ordinal=1)


def test_a_correction_is_named_with_its_role_and_reason(keepers: Keepers) -> None:
    held_january(keepers)
    keepers.declare("corrections", CORRECTION)
    keepers.send(FEBRUARY)
    changes = keepers.changes(FEBRUARY)
    (restated,) = of(changes, BASIN).steps
    by = "by the correction of 20 February 2031 (Harbour Analyst: The parts make 400)"
    assert (restated.cause, restated.words) == ("restated", f"Held then, 75.0% now {by}")
    assert of(changes, WHOLE).steps[0].evidence == restated.evidence
    keepers.issue(FEBRUARY)
    keepers.declare("corrections", "corrections: []\n")
    keepers.send(MARCH)
    assert causes(keepers.changes(MARCH)) == {}, "February's figures never rested on it"


@pytest.mark.long
def test_a_withdrawn_correction_is_named(keepers: Keepers) -> None:
    held_january(keepers)
    keepers.declare("corrections", CORRECTION)
    pack = keepers.issue(JANUARY, ordinal=2)
    keepers.declare("corrections", "corrections: []\n")
    (step,) = of(keepers.changes_from(pack, JANUARY), BASIN).steps
    assert step.cause == "restated"
    assert "75.0% then, held since the withdrawal of the correction of 20 February 2031" in step.words


@pytest.mark.long
def test_an_override_is_named_with_its_role_and_note(keepers: Keepers) -> None:
    held_january(keepers)
    keepers.declare("overrides", OVERRIDE)
    (step,) = of(keepers.changes(JANUARY + 1), BASIN).steps[:1]
    by = "by the override of 21 February 2031 (Harbour Master: The share is right)"
    assert (step.cause, step.words) == ("restated", f"Held then, 75.0% now {by}")


@pytest.mark.long
def test_a_figure_that_another_return_contradicts_is_restated_by_that_return(keepers: Keepers) -> None:
    rows = ((QUAY, 400, 280, percent("70.0")), ("Upper Reach", 200, 150, percent("75.0")))
    receipt = keepers.send(JANUARY, book=lamps_of_month("January 2031", *rows), on="2031-02-18T09:00:00Z")
    pack = first_pack(keepers)
    (step,) = of(keepers.changes_from(pack, JANUARY), BASIN).steps
    since = f"since the workbook received on 18 February 2031 (receipt {receipt})"
    assert (step.cause, step.words.split(":")[0]) == ("restated", f"75.0% then, held {since}")


@pytest.mark.long
def test_a_return_that_was_declared_since_is_a_rule_and_restates_nothing(keepers: Keepers) -> None:
    report = HARBOUR_REPORT.replace("harbour_report", "shore_report").replace("harbour report", "shore report")
    keepers.declare("returns/shore_report", report.replace("id: lamps_broken", "id: shore_broken"))
    path = keepers.harbour.programme / "indicators.yaml"
    before = path.read_text(encoding="utf-8")
    shore = BROKEN.replace("lamps_broken", "shore_broken").replace("harbour_report", "shore_report")
    path.write_text(before + shore, encoding="utf-8")
    book = broken_by("January 2031", Jan_31=5)
    book.rename("Monthly harbour report", "Monthly shore report")
    keepers.send(JANUARY, book=book, on="2031-02-18T09:00:00Z")
    keepers.send(FEBRUARY)
    (added,) = keepers.changes(FEBRUARY).figures
    assert (added.key, [s.words for s in added.steps]) == ("shore_broken//", ["Added to the programme"])
    keepers.issue(FEBRUARY)
    (keepers.harbour.programme / "returns/shore_report.yaml").unlink()
    path.write_text(before, encoding="utf-8")
    keepers.send(MARCH)
    (gone,) = keepers.changes(MARCH).figures
    assert (gone.key, [s.words for s in gone.steps]) == ("shore_broken//", ["Taken out of the programme"])


# --- Limits ---------------------------------------------------------------------------------------------

BROKEN = """\
  - id: lamps_broken
    label: Lamps broken
    measure: lamps_broken
    return: harbour_report
    direction: lower
    unit: lamps
    decimals: 0
    basis: in_period
    company: stated
    target: {value: 10}
"""
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
YEAR = {f"{month}_30": 20 + 4 * (place % 2) for place, month in enumerate(MONTHS)} | {"Jan_31": 20}


@pytest.mark.long
@pytest.mark.parametrize(("december", "is_restated"), [(24, False), (30, True)])
def test_limits_are_reckoned_anew(december: int, is_restated: bool, keepers: Keepers) -> None:
    path = keepers.harbour.programme / "indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8") + BROKEN, encoding="utf-8")
    keepers.send(JANUARY, book=broken_by("January 2031", **YEAR))
    pack = keepers.issue(JANUARY, ordinal=1)
    assert [(x.key, x.count) for x in kept(pack).limits] == [("lamps_broken//", 13)]
    keepers.send(FEBRUARY)
    keepers.send(FEBRUARY, book=broken_by("February 2031", **YEAR | {"Dec_30": december, "Feb_31": 26}))
    changes = keepers.changes(FEBRUARY)
    assert causes(changes) == {"lamps_broken//": ["performance"]}, "January's own figure is as it was"
    (limits,) = changes.limits
    assert (limits.points_before, limits.points_after, limits.before) == (13, 14, "11 to 32")
    assert limits.is_restated == is_restated
    assert limits.words.startswith("Limits reckoned anew, of 13 and now 14 points: 11 to 32 becomes ")
    assert limits.words.endswith("earlier data came or were restated") == is_restated
    position = keepers.position(FEBRUARY)
    model = model_pack(position, keepers.board(position), None, changes=changes)
    (block,) = [b for b in model.blocks if b.id == "lamps_broken"]
    assert any(note.startswith(f"Whole harbour, usual variation {limits.after}, mean 2") for note in block.notes)
    assert model.changes is not None
    (row,) = model.changes.limits
    assert (row.before, row.after, row.points) == ("11 to 32", limits.after, "13, now 14")
    assert row.note == ("Earlier data came or were restated" if is_restated else "")


# --- Actions --------------------------------------------------------------------------------------------


def january_tracker(**columns: object) -> object:
    """A tracker as at 31 January with one action, due at the end of June."""
    book = tracker({"Key": "A1", **columns})
    book.rename("As at 28 February 2031", "As at 31 January 2031")
    return book


DECISION = """\
due_dates:
  - action: A1
    expected: 2031-02-10
    due: 2031-08-31
    board: keepers
    meeting: 2031-02-12
    role: Harbour Master
    reason: The oil comes late.
"""


@pytest.fixture
def planned(keepers: Keepers) -> Keepers:
    """With an action that is due on 10 February, in a pack."""
    keepers.send(JANUARY, book=january_tracker(Due=Shown("10/02/2031", "@")))  # type: ignore[arg-type]
    keepers.issue(JANUARY, ordinal=1)
    keepers.send(FEBRUARY)
    return keepers


@pytest.mark.long
def test_an_action_whose_date_passed_is_performance(planned: Keepers) -> None:
    (action,) = planned.changes(FEBRUARY).actions
    assert [(s.cause, s.words) for s in action.steps] == [
        ("performance", "due 10 Feb 2031, passed; no recovery note")
    ]
    assert (action.before.outcome, action.after.outcome) == ("green", "red")  # type: ignore[union-attr]


def test_a_due_date_that_a_board_moved_is_a_target(planned: Keepers) -> None:
    planned.declare("due_dates", DECISION)
    (action,) = planned.changes(FEBRUARY).actions
    last = action.steps[-1]
    moved = "due date moved from 10 Feb 2031 to 31 Aug 2031 by Keepers on 12 Feb 2031"
    assert (last.cause, last.words.split(";")[0]) == ("target", moved)
    assert action.after is not None
    assert action.after.due == dt.date(2031, 8, 31)
    for before, after in pairwise(action.steps):
        assert before.after == after.before


@pytest.mark.long
def test_a_tracker_of_the_earlier_date_that_was_sent_again_is_restated(planned: Keepers) -> None:
    done = {"Due": Shown("10/02/2031", "@"), "Completed on": Shown("20/01/2031", "@")}
    planned.send(JANUARY, book=january_tracker(**done), on="2031-02-20T09:00:00Z")  # type: ignore[arg-type]
    (action,) = planned.changes(FEBRUARY).actions
    says = "completed on 20 Jan 2031, as is known now"
    assert [(s.cause, s.words) for s in action.steps] == [("restated", says)]


# --- Mixed, over six months -----------------------------------------------------------------------------


def test_all_causes_at_once_are_told_in_order(keepers: Keepers) -> None:
    pack = keepers.issue(JANUARY, ordinal=1)
    keepers.send(JANUARY, (400, 280), *USUAL[1:], on="2031-02-18T09:00:00Z")
    keepers.send(FEBRUARY, (400, 340), *USUAL[1:])
    steps = "target: {steps: [{from: 2031-01-01, value: 78}, {from: 2031-02-15, value: 90}]}"
    keepers.edit("indicators", "target: {value: 75}", steps)
    keepers.edit("indicators", "decimals: 1", "decimals: 2")
    changes = keepers.changes(FEBRUARY)
    assert causes(changes)[WHOLE] == ["restated", "target", "rule", "performance", "target"]
    texts = [(s.before.text, s.after.text) for s in of(changes, WHOLE).steps]  # type: ignore[union-attr]
    assert texts == [
        ("77.1%", "74.3%"), ("74.3%", "74.3%"), ("74.3%", "74.29%"), ("74.29%", "82.86%"), ("82.86%", "82.86%"),
    ]  # fmt: skip
    assert causes(changes)[REACH] == ["rule"]
    expect_chain(changes, kept(pack), keepers.position(FEBRUARY))


@pytest.mark.long
def test_six_months(tmp_path: Path) -> None:
    keepers = Keepers(tmp_path)
    keepers.edit(
        "indicators",
        "target: {value: 75}",
        "target: {steps: [{from: 2031-01-01, value: 75}, {from: 2031-05-01, value: 80}]}",
    )
    every = {WHOLE, BASIN, REACH, ISLANDS}
    packs = []
    told = {}

    def close(month: int) -> None:
        if packs:
            changes = keepers.changes(month)
            expect_chain(changes, kept(packs[-1]), keepers.position(month))
            told[month] = causes(changes)
        packs.append(keepers.issue(month))

    keepers.send(JANUARY)
    close(JANUARY)
    keepers.send(FEBRUARY, (400, 310), *USUAL[1:])
    close(FEBRUARY)
    keepers.send(FEBRUARY, (400, 310), (200, 140), (100, 90), on="2031-03-20T09:00:00Z")  # restated
    keepers.send(MARCH, (400, 320), (200, 144), (100, 90))
    close(MARCH)
    close(APRIL)  # nothing came
    keepers.send(APRIL, (400, 320), (200, 150), (100, 90), on="2031-05-20T09:00:00Z")  # late
    wrong = lamps(MONTH_ENDS[4], (400, 330), (200, 150), (100, 90))
    wrong.put(QUAY, "Lamps due", 300)
    keepers.send(MAY, book=wrong)  # holds Quay & Basin, as the target steps
    close(MAY)
    keepers.declare("corrections", CORRECTION.replace("2031-01-31", "2031-05-31").replace("2031-02-20", "2031-06-15"))
    keepers.edit("indicators", "value: 5}", "value: 1}")
    keepers.edit("indicators", "decimals: 1", "decimals: 0")
    keepers.send(JUNE, (400, 340), (200, 150), (100, 80))
    close(JUNE)

    assert told == {
        FEBRUARY: {WHOLE: ["performance"], BASIN: ["performance"]},
        MARCH: {WHOLE: ["restated", "performance"], BASIN: ["performance"], REACH: ["restated", "performance"]},
        APRIL: {key: ["performance"] for key in every},
        MAY: {
            WHOLE: ["restated", "performance", "target"],
            BASIN: ["restated", "performance"],
            REACH: ["restated"],
            ISLANDS: ["restated"],
        },
        JUNE: {
            WHOLE: ["restated", "target", "rule"],
            BASIN: ["restated", "rule", "performance"],
            REACH: ["rule"],
            ISLANDS: ["rule", "performance"],
        },
    }
    # What each pack printed is what is derived of its event today; since then only what was restated differs.
    for month, pack in enumerate(packs, 1):
        assert keepers.known(month, pack.as_known).rows == kept(pack).rows
    later = {FEBRUARY: {WHOLE, REACH}, APRIL: every, MAY: {WHOLE, BASIN}}
    last = packs[-2].as_known  # before the definition changed
    for month, pack in enumerate(packs[:-1], 1):
        then, now = values(keepers.known(month, pack.as_known)), values(keepers.known(month, last))
        assert differing(then, now) == (later.get(month, set()) if month < MAY else set()), month
    corrected = values(keepers.known(MAY, packs[-1].as_known))
    assert differing(values(keepers.known(MAY, packs[MAY - 1].as_known)), corrected) >= later[MAY]


@pytest.mark.long
def test_a_percentage_that_two_packs_print_alike_is_the_same(keepers: Keepers) -> None:
    keepers.send(JANUARY, (800, 600), *USUAL[1:], on="2031-02-18T09:00:00Z")
    keepers.send(FEBRUARY, (800, 600), *USUAL[1:])
    changes = keepers.changes(FEBRUARY)
    assert BASIN not in causes(changes), "75.0% of twice as many lamps is printed as it was"
    assert causes(changes) == {WHOLE: ["restated"]}


@pytest.mark.long
def test_a_resent_workbook_whose_row_contradicts_itself_is_restated_as_held(keepers: Keepers) -> None:
    book = lamps(MONTH_ENDS[0], *USUAL)
    book.put(QUAY, "% in time", percent("70.0"))
    receipt = keepers.send(JANUARY, book=book, on="2031-02-17T09:00:00Z")
    pack = first_pack(keepers)
    (held,) = of(keepers.changes_from(pack, JANUARY), BASIN).steps
    assert held.words.startswith(
        f"75.0% then, held since the workbook received on 17 February 2031 (receipt {receipt}): "
    )
