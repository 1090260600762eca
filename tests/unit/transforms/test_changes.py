"""What changed between packs, as pure steps: they follow on each other, and say what they did."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.changes import Changes, Evidence, PriorPack
from schemas.config import Target, TargetStep
from schemas.facts import Period
from schemas.kept import KeptAction, KeptFacts, KeptLimits
from schemas.kpi import KpiRow
from tests.builders import invented_programme
from transforms.changes import Comparison, Stage, find_changes, read_row
from transforms.standards import freeze_standards, with_standards

DAY = dt.date(2031, 3, 31)
WEEK = Period(DAY, DAY)
PRIOR = PriorPack(7, "keepers", DAY, 5, DAY, DAY)
ROW = KpiRow(
    ref="K1", indicator="lamps_in_time", label="Lamps lit in time", service=None, subgroup=None, period=WEEK,
    basis="snapshot", state="published", value=Decimal("80.0"), numerator=Decimal(80), denominator=Decimal(100),
    unit="percent", decimals=1, direction="higher", target_low=Decimal(90), target_high=None, target_text=None,
    tolerance_kind="points", tolerance_value=Decimal(5), baseline=None, baseline_period=None, previous=None,
    previous_period=None, change=None, impact="red", previous_impact=None, reason="80.0 against 90",
    is_corrected=False, is_small_base=False, is_stated=False, miss=None, plan_refs=("1.1",), receipts=(1,),
)  # fmt: skip
CAUSES = ("software", "restated", "target", "rule", "performance", "target")


def compare(
    printed: KeptFacts,
    stages: Sequence[KeptFacts],
    evidence: tuple[Evidence, ...] = (),
    software: str = "Boardpack 2",
    **keys: Any,
) -> Changes:
    """What changed by stages in the usual order; a last stage beyond them is the later pack's own print."""
    programme = invented_programme()
    causes = (*CAUSES, "software")[: len(stages)]
    every = {r.key for facts in (printed, *stages) for r in facts.rows}
    actions = {a.key for facts in (printed, *stages) for a in facts.actions}
    made = tuple(
        Stage(cause, facts, programme, software, by_date=place == 5, actions_seen=actions)  # type: ignore[arg-type]
        for place, (cause, facts) in enumerate(zip(causes, stages, strict=True))
    )
    base: dict[str, Any] = {
        "since": PRIOR, "printed": printed, "stages": made, "seen_then": every, "seen_now": every,
        "actions_then": actions, "evidence": lambda _row, _is_value: evidence, "software": "Boardpack 1",
    }  # fmt: skip
    return find_changes(Comparison(**(base | keys)))


def rows(*found: KpiRow) -> KeptFacts:
    """Facts that hold only rows."""
    return KeptFacts(found)


STATES = st.sampled_from(
    [
        {},
        {"value": Decimal("81.0")},
        {"value": Decimal("85.0"), "impact": "amber"},
        {"impact": "yellow"},
        {"state": "held", "value": None, "impact": "held", "reason": "two counts disagree"},
        {"state": "missing", "value": None, "impact": "no_data", "period": None, "reason": "nothing received"},
        {"state": "no_cases", "value": None, "impact": "unrated"},
        {"target_low": Decimal(85), "impact": "amber"},
        {"target_low": None, "tolerance_value": None, "impact": "unrated"},
        {"tolerance_value": Decimal(10), "impact": "amber"},
        {"baseline": Decimal("70.0")},
        {"is_corrected": True},
        {"value": Decimal("80"), "decimals": 0},
        {"is_stated": True, "impact": "unrated"},
        {"previous": Decimal("1.0"), "receipts": (9,)},
    ]
)


@settings(max_examples=80)
@given(st.lists(st.lists(st.one_of(st.none(), STATES), min_size=3, max_size=3), min_size=7, max_size=8))
def test_steps_follow_on_each_other_and_tell_nothing_that_did_not_change(
    drawn: list[list[dict[str, Any] | None]],
) -> None:
    keys = (None, "quay_basin", "islands")
    facts = [
        rows(*(replace(ROW, service=k, **d) for k, d in zip(keys, stage, strict=True) if d is not None))
        for stage in drawn
    ]
    printed, *stages = facts
    changes = compare(printed, stages)
    then = {r.key: read_row(r) for r in printed.rows}
    now = {r.key: read_row(r) for r in stages[-1].rows}
    told = {f.key: f for f in changes.figures}
    for key in then.keys() | now.keys():
        figure = told.pop(key, None)
        path = [{r.key: read_row(r) for r in f.rows}.get(key) for f in facts]
        if figure is None:
            assert then[key] == now[key]
            assert len({p for p in path if p is not None}) == 1, "whatever moved in between is told"
            continue
        assert (figure.before, figure.after) == (then.get(key), now.get(key))
        assert (figure.steps[0].before, figure.steps[-1].after) == (figure.before, figure.after)
        assert all(one.after == two.before for one, two in pairwise(figure.steps))
        assert all(step.before != step.after and step.words for step in figure.steps)
        order = [CAUSES.index(s.cause) if not s.by_date else 5 for s in figure.steps[:-1]]
        assert order == sorted(order)
    assert not told
    assert changes.same + len(changes.figures) == len(then.keys() | now.keys())


def test_nothing_changed_is_nothing_told() -> None:
    facts = KeptFacts((ROW,), (KeptAction("A1", "Trim", "green", None, None, None, None, ""),))
    changes = compare(facts, [facts] * 6)
    assert (changes.figures, changes.actions, changes.limits, changes.same) == ((), (), (), 1)


def words(*stages: dict[str, Any], **keys: Any) -> list[str]:
    """The sentences of the steps from ROW through the stages given, each from ROW with these changes."""
    made = [rows(replace(ROW, **s)) for s in stages]
    return [s.words for f in compare(rows(ROW), made, **keys).figures for s in f.steps]


def test_other_software_is_named_only_where_it_derives_something_else() -> None:
    other = {"value": Decimal("81.0")}
    assert words(other, other) == ["Boardpack 2 derives 81.0% where Boardpack 1 derived 80.0%"]
    assert words({"impact": "amber"}) == [
        "Boardpack 2 rates the same 80.0% otherwise than Boardpack 1; Red becomes Amber"
    ]
    same = words(other, software="Boardpack 1")
    assert same == ["This Boardpack 1 derives 81.0% where an earlier one derived 80.0%"]


def test_a_restatement_of_what_it_is_compared_with() -> None:
    receipt = (Evidence("receipt", 9, "lamps.xlsx", DAY),)
    by = "by the workbook received on 31 March 2031 (receipt 9)"
    said = words({}, {"impact": "yellow"}, evidence=receipt)
    assert said == [f"Still 80.0%, but the figure it is compared with was restated {by}; Red becomes Yellow"]
    assert words({}, {"baseline": Decimal("70.0")}, evidence=receipt) == [
        f"Its baseline was not known then; it is 70.0% {by}"
    ]


def test_a_restated_baseline_says_both_values() -> None:
    made = [rows(replace(ROW, baseline=Decimal(n))) for n in ("70.0", "71.0")]
    (figure,) = compare(made[0], made).figures
    assert figure.steps[0].words == "Its baseline was restated from 70.0% to 71.0%"


LATER = Period(DAY + dt.timedelta(days=4), DAY + dt.timedelta(days=4))


def test_a_figure_of_another_period_was_not_restated() -> None:
    """A late return is told under the same cause, but the figure that stood till then was right."""
    receipt = (Evidence("receipt", 9, "lamps.xlsx", DAY),)
    by = "by the workbook received on 31 March 2031 (receipt 9)"
    other = {"value": Decimal("81.0"), "period": LATER}
    assert words({}, other, evidence=receipt) == [
        f"81.0% of 4 April 2031 has come {by}; until then 80.0% of 31 March 2031 stood"
    ]
    earlier = Period(DAY - dt.timedelta(days=7), DAY - dt.timedelta(days=7))
    assert words({}, {"value": Decimal("79.0"), "period": earlier}, evidence=receipt) == [
        f"80.0% of 31 March 2031 is no longer given {by}; 79.0% of 24 March 2031 stands"
    ]
    assert words({}, {"period": LATER, "impact": "yellow"}, evidence=receipt) == [
        f"Still 80.0%, now of 4 April 2031, before of 31 March 2031 {by}; Red becomes Yellow"
    ]


def test_a_figure_that_is_only_stated_now_or_derived_again_says_so() -> None:
    receipt = (Evidence("receipt", 9, "lamps.xlsx", DAY),)
    since = "since the workbook received on 31 March 2031 (receipt 9)"
    stated = {"is_stated": True, "impact": "unrated"}
    assert words({}, stated, evidence=receipt) == [
        f"Still 80.0%, but only as stated and not derived {since}; Red becomes Unrated"
    ]
    assert words({}, stated | {"value": Decimal("81.0")}, evidence=receipt) == [
        f"80.0% then, 81.0% now, but only as stated and not derived {since}; Red becomes Unrated"
    ]
    printed = rows(replace(ROW, is_stated=True, impact="unrated"))
    (figure,) = compare(printed, [printed, rows(ROW)], evidence=receipt).figures
    assert figure.steps[0].words == f"Still 80.0%, derived now and not only stated {since}; Unrated becomes Red"


def test_a_figure_that_is_held_or_gone_says_since_when_and_why() -> None:
    receipt = (Evidence("receipt", 9, "lamps.xlsx", DAY),)
    since = "since the workbook received on 31 March 2031 (receipt 9)"
    held = {"state": "held", "value": None, "impact": "held", "reason": "held: two counts disagree"}
    assert words({}, held, evidence=receipt) == [f"80.0% then, held {since}: two counts disagree"]
    gone = {"state": "missing", "value": None, "impact": "no_data", "reason": "nothing received"}
    assert words({}, gone, evidence=receipt) == [f"80.0% then, no data now {since}: nothing received"]
    made = [rows(ROW)] * 4
    (figure,) = compare(rows(ROW), [*made, rows(replace(ROW, **held))]).figures
    assert figure.steps[0].words == "80.0% then, held now: two counts disagree"


def test_a_year_to_date_at_two_of_its_months_is_no_change_of_performance() -> None:
    june, september = (
        Period(dt.date(2031, 4, 1), day, "range") for day in (dt.date(2031, 6, 30), dt.date(2031, 9, 30))
    )
    then = replace(ROW, basis="ytd", unit="lamps", decimals=0, value=Decimal(73), period=june)
    now = replace(then, value=Decimal(146), period=september)
    (figure,) = compare(rows(then), [rows(then)] * 4 + [rows(now)]).figures
    assert figure.is_running_on
    assert figure.steps[0].words == (
        "146 in the year to date (April to September 2031); 73 (April to June 2031) then"
    )
    next_year = replace(now, value=Decimal(80), period=Period(dt.date(2032, 4, 1), dt.date(2032, 6, 30), "range"))
    (figure,) = compare(rows(now), [rows(now)] * 4 + [rows(next_year)]).figures
    assert not figure.is_running_on


def test_several_receipts_and_a_decision_are_joined() -> None:
    evidence = (
        Evidence("receipt", 9, "a.xlsx", DAY),
        Evidence("receipt", 12, "b.xlsx", DAY + dt.timedelta(days=2)),
        Evidence("decision", None, "correction", DAY, "Harbour Analyst: A slip."),
    )
    (said,) = words({}, {"value": Decimal("81.0")}, evidence=evidence)
    assert said == (
        "Restated from 80.0% to 81.0% by 2 workbooks received on 31 Mar 2031 to 2 April 2031 (receipts 9 and 12) and "
        "the correction of 31 March 2031 (Harbour Analyst: A slip)"
    )


def test_a_target_that_is_set_or_taken_out() -> None:
    none = {"target_low": None, "tolerance_value": None, "impact": "unrated"}
    made = [rows(ROW), rows(ROW), rows(replace(ROW, **none))]
    (figure,) = compare(rows(ROW), made).figures
    assert figure.steps[0].words == "Target of 90% taken out and tolerance 5 pts becomes none: Red becomes Unrated"
    (figure,) = compare(made[2], [made[2], made[2], rows(ROW)]).figures
    assert figure.steps[0].words == "Target of 90% set and tolerance none becomes 5 pts: Unrated becomes Red"


def test_a_range_and_a_ceiling_are_compared_by_what_they_say() -> None:
    ceiling = {"target_low": None, "target_high": Decimal(20)}
    lower = rows(replace(ROW, **ceiling | {"target_high": Decimal(15)}))
    own = rows(replace(ROW, **ceiling))
    (figure,) = compare(own, [own, own, lower]).figures
    assert figure.steps[0].words == "Target lowered from max 20% to max 15%: still Red"
    within = rows(replace(ROW, target_low=Decimal(14), target_high=Decimal(16)))
    (figure,) = compare(rows(ROW), [rows(ROW), rows(ROW), within]).figures
    assert figure.steps[0].words == "Target changed from 90% to 14 to 16%: still Red"


def test_actions_that_came_and_went() -> None:
    one = KeptAction("A1", "Trim the wicks", "green", "2031-06-30", None, None, None, "due 30 Jun 2031")
    two = replace(one, key="A2")
    none = KeptFacts((), (one,))
    changes = compare(none, [none] * 4 + [KeptFacts((), (two,))])
    assert [(a.key, a.steps[0].cause, a.steps[0].words) for a in changes.actions] == [
        ("A2", "performance", "new in the plan"),
        ("A1", "performance", "no longer in the plan"),
    ]


def test_an_action_that_the_board_sees_no_longer_is_still_in_the_plan() -> None:
    """Another reference in a restated tracker moves it: no rule changed."""
    plan = KeptFacts(
        (), (KeptAction("A1", "Trim the wicks", "green", "2031-06-30", None, None, None, "due 30 Jun 2031"),)
    )
    programme = invented_programme()
    stages = tuple(
        Stage(cause, plan, programme, "Boardpack 1", actions_seen=seen)  # type: ignore[arg-type]
        for cause, seen in zip(CAUSES, ({"A1"}, set(), set(), set(), {"A1"}, {"A1"}), strict=True)
    )
    comparison = Comparison(PRIOR, plan, stages, (), (), {"A1"}, lambda _row, _is_value: (), "Boardpack 1")
    (change,) = find_changes(comparison).actions
    away, back = change.steps
    assert (away.cause, away.words) == ("restated", "no longer among this board's priorities, as is known now")
    assert (back.cause, back.words) == ("performance", "now among this board's priorities")


def test_who_moved_a_due_date_is_told() -> None:
    one = KeptAction("A1", "Trim the wicks", "green", "2031-06-30", None, None, None, "due 30 Jun 2031")
    moved = KeptFacts((), (replace(one, due="2031-08-31"),))
    told: list[tuple[Any, ...]] = []

    def say(*asked: Any) -> str:
        told.append(asked)
        return " by BK on 12 Feb 2031"

    changes = compare(KeptFacts((), (one,)), [KeptFacts((), (one,))] * 2 + [moved], moved=say)
    assert changes.actions[0].steps[0].words == "due date moved from 30 Jun 2031 to 31 Aug 2031 by BK on 12 Feb 2031"
    assert told == [("A1", dt.date(2031, 6, 30), dt.date(2031, 8, 31))]


# --- Limits ---------------------------------------------------------------------------------------------


def with_limits(count: int, lower: str, upper: str) -> KeptFacts:
    """A row, and the limits of its series."""
    limits = KeptLimits(ROW.key, "2030-01-06", count, Decimal(80), Decimal(lower), Decimal(upper))
    return KeptFacts((ROW,), (), (limits,))


def test_limits_are_told_apart_from_performance() -> None:
    before, after = with_limits(14, "71.2", "88.9"), with_limits(18, "72.0", "87.5")
    changes = compare(before, [before] * 5 + [after], restated_limits=before.limits)
    (change,) = changes.limits
    assert change.words == "Limits reckoned anew, of 14 and now 18 points: 71.2 to 88.9 becomes 72.0 to 87.5"
    assert (change.is_restated, changes.figures, changes.same) == (False, (), 1)


def test_limits_that_moved_since_data_were_restated_say_so() -> None:
    before, after = with_limits(14, "71.2", "88.9"), with_limits(14, "72.0", "87.5")
    (change,) = compare(before, [before] * 5 + [after], restated_limits=after.limits).limits
    assert change.is_restated
    assert change.words == (
        "Limits reckoned anew, of 14 points: 71.2 to 88.9 becomes 72.0 to 87.5; "
        "since earlier data came or were restated"
    )


def test_limits_that_begin_or_end_say_so() -> None:
    without, own = rows(ROW), with_limits(13, "71.2", "88.9")
    assert compare(without, [own]).limits[0].words == "First limits, of 13 points: 71.2 to 88.9"
    assert compare(own, [without]).limits[0].words == "No limits any more; they were 71.2 to 88.9, of 13 points"


def test_limits_that_are_printed_alike_did_not_change() -> None:
    assert compare(with_limits(14, "71.21", "88.9"), [with_limits(15, "71.22", "88.9")]).limits == ()


# --- What is judged by ----------------------------------------------------------------------------------


def test_standards_are_exchanged_without_the_definition() -> None:
    base = invented_programme()
    old = base.indicators[0]
    new = old.model_copy(update={"target": Target(value=Decimal(95)), "tolerance": None, "decimals": 0})
    mixed = with_standards(base, base.model_copy(update={"indicators": (new,)})).indicators[0]
    assert (mixed.target, mixed.tolerance, mixed.decimals) == (new.target, None, old.decimals)
    other = new.model_copy(update={"direction": "lower"})
    kept = with_standards(base, base.model_copy(update={"indicators": (other,)})).indicators[0]
    assert kept == old, "what is better cannot be told apart from its target"


def test_targets_are_frozen_at_an_earlier_date() -> None:
    days = [dt.date(2031, m, 1) for m in (1, 3, 5)]
    steps = Target(
        steps=tuple(TargetStep(from_=d, value=Decimal(n)) for d, n in zip(days, (70, 80, 90), strict=True))
    )
    base = invented_programme()
    own = base.indicators[0].model_copy(update={"target": steps, "expected_from": dt.date(2031, 3, 15)})
    programme = base.model_copy(update={"indicators": (own,)})
    frozen = freeze_standards(programme, dt.date(2031, 2, 28), dt.date(2031, 3, 31)).indicators[0]
    assert frozen.target is not None
    assert [s.value for s in frozen.target.steps] == [70, 90], "what is still to come stays announced"
    assert frozen.expected_from == dt.date(2031, 4, 1), "what was too early to judge stays so"
    assert freeze_standards(programme, days[1], dt.date(2031, 3, 10)) == programme


def test_targets_are_frozen_at_a_later_date_too() -> None:
    """A pack of an earlier date than the one before it is judged by what held at that one's."""
    steps = Target(
        steps=tuple(TargetStep(from_=dt.date(2031, m, 1), value=Decimal(n)) for m, n in ((1, 70), (3, 80), (5, 90)))
    )
    base = invented_programme()
    own = base.indicators[0].model_copy(update={"target": steps, "expected_from": dt.date(2031, 3, 15)})
    programme = base.model_copy(update={"indicators": (own,)})
    frozen = freeze_standards(programme, dt.date(2031, 3, 31), dt.date(2031, 2, 28)).indicators[0]
    assert frozen.target is not None
    assert [(s.from_, s.value) for s in frozen.target.steps] == [
        (dt.date(2031, 1, 1), 70), (dt.date(2031, 2, 28), 80), (dt.date(2031, 5, 1), 90),
    ]  # fmt: skip
    assert frozen.expected_from == dt.date(2031, 2, 28)
