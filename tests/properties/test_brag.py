"""Impact ratings: an independent statement of the rules, held against the product over generated cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.config import Target, Tolerance
from schemas.facts import Observation
from tests.properties import impact_rules as oracle
from tests.properties.impact_rules import Rules, Seen
from tests.properties.lines import make_programme, observe, rate
from transforms.brag import rate_value, target_in_force

MANY = settings(max_examples=200, deadline=None, derandomize=True, database=None)
SOME = settings(max_examples=120, deadline=None, derandomize=True, database=None)

AS_AT = dt.date(2021, 11, 30)
BEFORE = dt.date(2021, 9, 30)
FIRST = dt.date(2021, 3, 31)
NAMED = {"increase": "higher", "reduce": "lower"}


def days(number: int) -> dt.timedelta:
    return dt.timedelta(days=number)


# --- Cases ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A line with everything that decides its colour."""

    rules: Rules
    seen: tuple[Seen, ...]
    observations: tuple[Observation, ...]
    unit: str


def as_decimal(value: Fraction) -> Decimal:
    """A fraction of tenths, hundredths, ... as a Decimal."""
    return Decimal(value.numerator) / Decimal(value.denominator)


@st.composite
def draw_rules(draw: st.DrawFn) -> Rules:
    decimals = draw(st.integers(0, 2))
    unit = Fraction(1, 10**decimals)
    direction = draw(st.sampled_from(["higher", "higher", "lower", "lower", "range", "neutral"]))
    aim = draw(st.sampled_from([Fraction(0), Fraction(20), Fraction(90), 37 * unit, 4 * unit]))
    kinds = {"range": ["range"], "neutral": [None]}.get(direction, ["value", "value", "steps", "text", None])
    kind = draw(st.sampled_from(kinds))
    target = None
    if kind == "value":
        target = ("value", as_decimal(aim))
    elif kind == "steps":
        first = draw(st.sampled_from([FIRST, BEFORE, AS_AT - days(1), AS_AT, AS_AT + days(1)]))
        size = draw(st.integers(0, 3))
        later = first + days(draw(st.integers(1, 90)))
        target = ("steps", ((first, as_decimal(aim)), (later, as_decimal(aim + size * unit))))
    elif kind == "range":
        target = ("range", as_decimal(aim), as_decimal(aim + draw(st.integers(0, 4)) * unit))
    elif kind == "text":
        target = ("text", "increase" if direction == "higher" else "reduce")
    may_be_percent = kind in {"value", "steps"} and aim != 0
    name = draw(st.sampled_from(["points", "percent_of_target", None] if may_be_percent else ["points", None]))
    size = draw(st.integers(0, 5)) * unit if name == "points" else Fraction(draw(st.sampled_from([0, 5, 10])))
    return Rules(
        direction,
        decimals,
        target,
        (name, as_decimal(size)) if name and kind else None,
        draw(st.integers(1, 3)) * unit,
        draw(st.sampled_from([10, 31, 61, 92])),
        draw(st.sampled_from([*[None] * 7, AS_AT - days(1), AS_AT, AS_AT + days(1)])),
        draw(
            st.sampled_from([None, (FIRST, None), (FIRST, as_decimal(aim)), (AS_AT, None), (AS_AT + days(1), None)])
        ),
    )


@st.composite
def draw_seen(draw: st.DrawFn, rules: Rules, end: dt.date) -> tuple[Seen, Observation]:
    """An observation: near the target in fine steps, of counts, held, or of no cases."""
    kind = draw(st.sampled_from([*["stated"] * 7, "counts", "held", "no_cases"]))
    if kind == "held":
        number = draw(st.integers(0, 100))
        return Seen(end, None, "held"), observe(end, number, 100, state="held")
    if kind == "no_cases":
        return Seen(end, None, "no_cases"), observe(end, 0, 0)
    if kind == "counts":
        of = draw(st.integers(1, 30))
        number = draw(st.integers(0, of))
        return Seen(end, Fraction(100 * number, of)), observe(end, number, of)
    middle = Fraction(rules.target[1]) if rules.target and rules.target[0] in {"value", "range"} else 20
    if rules.target and rules.target[0] == "steps":
        middle = Fraction(rules.target[1][0][1])
    exact = middle + Fraction(draw(st.integers(-60, 60)), 10 ** (rules.decimals + 1))
    return Seen(end, exact), observe(end, stated=format(as_decimal(exact), "f"))


@st.composite
def draw_near(draw: st.DrawFn, rules: Rules, exact: Fraction) -> tuple[Seen, Observation]:
    """A previous value a few improvements away from the value now."""
    size = rules.improvement * draw(st.sampled_from([-3, -2, -1, 1, 2, 3]))
    fine = Fraction(draw(st.sampled_from([-1, 0, 0, 1])), 10 ** (rules.decimals + 1))
    value = printed_as(exact + size + fine, rules.decimals + 1)
    return Seen(BEFORE, value), observe(BEFORE, stated=format(as_decimal(value), "f"))


def printed_as(value: Fraction, decimals: int) -> Fraction:
    """A value that can be written down with so many decimals."""
    return Fraction(round(value * 10**decimals), 10**decimals)


@st.composite
def draw_case(draw: st.DrawFn) -> Case:
    rules = draw(draw_rules())
    limit = rules.stale_after
    ends = draw(
        st.sets(
            st.sampled_from(
                [
                    FIRST, BEFORE - days(limit + 1), BEFORE - days(limit), BEFORE - days(1), BEFORE,
                    BEFORE + days(1), AS_AT - days(limit + 1), AS_AT - days(limit), AS_AT - days(1), AS_AT,
                    AS_AT + days(1),
                ]
            ),
            max_size=6,
        )
    )  # fmt: skip
    if draw(st.booleans()):
        ends = {*ends, BEFORE, AS_AT} - {AS_AT + days(1)}
    drawn = [draw(draw_seen(rules, end)) for end in sorted(ends)]
    if drawn and drawn[-1][0].end == AS_AT and drawn[-1][0].state == "sound" and draw(st.booleans()):
        drawn = [d for d in drawn if d[0].end != BEFORE] + [draw(draw_near(rules, drawn[-1][0].exact))]
    unit = draw(st.sampled_from(["percent", "children"]))
    return Case(rules, tuple(s for s, _ in drawn), tuple(o for _, o in drawn), unit)


def declare(case: Case, reporting_dates: tuple[dt.date, ...] = (FIRST, BEFORE, AS_AT)):
    """The programme whose only indicator is declared as the case says."""
    rules = case.rules
    keys: dict = {
        "direction": rules.direction,
        "decimals": rules.decimals,
        "unit": case.unit,
        "improvement": as_decimal(rules.improvement),
        "stale_after": rules.stale_after,
        "expected_from": rules.expected_from,
        "target": declare_target(rules),
    }
    if rules.tolerance is not None:
        keys["tolerance"] = {"kind": rules.tolerance[0], "value": rules.tolerance[1]}
    if rules.baseline is not None:
        keys["baseline"] = {"period_end": rules.baseline[0], "value": rules.baseline[1]}
    return make_programme({k: v for k, v in keys.items() if v is not None}, reporting_dates)


def declare_target(rules: Rules) -> dict | None:
    if rules.target is None:
        return None
    kind, *rest = rules.target
    if kind == "range":
        return {"low": rest[0], "high": rest[1]}
    if kind == "steps":
        return {"steps": [{"from": day, "value": value} for day, value in rest[0]]}
    return {kind: rest[0]}


def same(got: Decimal | None, wanted: object, decimals: int) -> bool:
    """Whether a printed number is the wanted one, with exactly the decimals printed."""
    if got is None or wanted is None:
        return got is wanted
    return Fraction(got) == wanted and -got.as_tuple().exponent == decimals


# --- The rules, over generated cases --------------------------------------------------------------------


@MANY
@given(draw_case())
def test_every_line_is_rated_by_the_first_rule_that_holds(case: Case) -> None:
    row = rate(declare(case), case.observations, AS_AT)
    wanted = oracle.judge(case.seen, case.rules, AS_AT, BEFORE)
    assert row.impact == wanted.impact
    for name in ("value", "previous", "change", "baseline"):
        assert same(getattr(row, name), getattr(wanted, name), case.rules.decimals), name


@SOME
@given(draw_case(), st.sampled_from([AS_AT, AS_AT + days(5), BEFORE, BEFORE + days(1), FIRST]))
def test_any_date_is_compared_with_the_last_reporting_date_strictly_before(case: Case, as_at: dt.date) -> None:
    row = rate(declare(case), case.observations, as_at)
    before = max((d for d in (FIRST, BEFORE, AS_AT) if d < as_at), default=None)
    wanted = oracle.judge(case.seen, case.rules, as_at, before)
    assert row.impact == wanted.impact
    assert same(row.previous, wanted.previous, case.rules.decimals)
    assert same(row.change, wanted.change, case.rules.decimals)


@SOME
@given(draw_case())
def test_reasons_mention_value_and_target_and_what_the_unrounded_value_would_be(case: Case) -> None:
    row = rate(declare(case), case.observations, AS_AT)
    assert row.reason
    assert "\n" not in row.reason
    if row.impact not in {"green", "amber", "yellow", "red"}:
        return
    assert f"{row.value:,f}" in row.reason
    if row.target_text is None:
        for end in {row.target_low, row.target_high} - {None}:
            assert format(end.normalize(), "f") in row.reason
    elif row.baseline != 0:
        assert f"{row.baseline:,f}" in row.reason
    otherwise = oracle.colour_unrounded(case.seen, case.rules, AS_AT, BEFORE) - {row.impact}
    all_otherwise = row.impact not in oracle.colour_unrounded(case.seen, case.rules, AS_AT, BEFORE)
    if all_otherwise:
        assert "unrounded" in row.reason
        assert any(name.title() in row.reason for name in otherwise)
    elif not otherwise:
        assert "unrounded" not in row.reason


@MANY
@given(draw_rules(), st.integers(-60, 60), st.one_of(st.none(), st.integers(-60, 60)))
def test_colours_on_and_beside_every_boundary(rules: Rules, steps: int, earlier: int | None) -> None:
    """`rate_value` alone, with values on the grid of printed numbers: on target, tolerance and improvement."""
    target = target_in_force(
        Target.model_validate(declare_target(rules)) if rules.target else None, rules.direction, AS_AT
    )
    if rules.target is None or rules.target[0] == "text" or oracle.bounds(rules, AS_AT) is None:
        return
    low, high = oracle.bounds(rules, AS_AT)
    unit = Fraction(1, 10**rules.decimals)
    value = (low if low is not None else high) + steps * unit
    previous = None if earlier is None else (low if low is not None else high) + earlier * unit
    tolerance = Tolerance(kind=rules.tolerance[0], value=rules.tolerance[1]) if rules.tolerance else None
    rating = rate_value(value, target, tolerance, previous, None, rules.direction, as_decimal(rules.improvement))
    assert rating.impact == oracle.colour(value, previous, None, rules, AS_AT)
    assert rating.miss == oracle.miss(value, low, high)


# --- The same rules, said one by one --------------------------------------------------------------------


def percent(value: str, end: dt.date = AS_AT, **more: object) -> Observation:
    return observe(end, stated=value, **more)


TARGET_90 = {"target": {"value": 90}, "tolerance": {"kind": "points", "value": 5}, "stale_after": 31}
CASELOAD = {
    "direction": "range",
    "target": {"low": 14, "high": 16},
    "tolerance": {"kind": "points", "value": 1},
    "unit": "children per worker",
}


@pytest.mark.parametrize(
    ("keys", "value", "previous", "impact"),
    [
        (TARGET_90, "90.0", None, "green"),  # at the boundary: met
        (TARGET_90, "89.9", None, "amber"),
        (TARGET_90, "85.0", None, "amber"),  # tolerance is inclusive
        (TARGET_90, "84.9", None, "red"),
        (TARGET_90, "84.9", "83.9", "yellow"),  # the miss shrank by exactly the improvement
        (TARGET_90, "84.9", "84.0", "red"),
        (TARGET_90, "84.9", "95.0", "red"),
        (TARGET_90 | {"improvement": "0.5"}, "84.9", "84.4", "yellow"),
        (TARGET_90 | {"direction": "lower"}, "90.0", None, "green"),
        (TARGET_90 | {"direction": "lower"}, "95.0", None, "amber"),
        (TARGET_90 | {"direction": "lower"}, "95.1", "96.1", "yellow"),
        (CASELOAD, "14.0", None, "green"),
        (CASELOAD, "16.0", None, "green"),
        (CASELOAD, "13.0", None, "amber"),
        (CASELOAD, "17.1", None, "red"),
        (CASELOAD, "12.9", "18.2", "yellow"),  # the miss counts from the nearer end
        ({"target": {"value": 90}}, "89.9", None, "red"),  # without a tolerance there is no Amber
        ({"target": {"value": 0}, "direction": "lower", "tolerance": {"kind": "points", "value": 1}}, "1.0",
         None, "amber"),
        ({"target": {"value": 18}, "direction": "lower", "tolerance": {"kind": "percent_of_target", "value": 10}},
         "19.8", None, "amber"),
        ({"target": {"value": 18}, "direction": "lower", "tolerance": {"kind": "percent_of_target", "value": 10}},
         "19.9", None, "red"),
    ],
)  # fmt: skip
def test_boundaries(keys: dict, value: str, previous: str | None, impact: str) -> None:
    programme = make_programme({"stale_after": 31, **keys}, (BEFORE, AS_AT))
    observations = [percent(previous, BEFORE)] if previous else []
    assert rate(programme, [*observations, percent(value)], AS_AT).impact == impact


def test_colour_and_figure_never_disagree_on_a_page() -> None:
    """89.95 is printed as 90.0 and rated as 90.0; the reason says what the unrounded value would be."""
    row = rate(make_programme(TARGET_90), [percent("89.95")], AS_AT)
    assert (row.value, row.impact) == (Decimal("90.0"), "green")
    assert "89.9500 unrounded would be Amber" in row.reason


def test_the_reason_is_made_from_the_figures() -> None:
    programme = make_programme(TARGET_90 | {"stale_after": 46}, (dt.date(2021, 8, 31), BEFORE))
    seen = [percent("49.6", dt.date(2021, 8, 16)), percent("57.6", dt.date(2021, 9, 15))]
    row = rate(programme, seen, BEFORE)
    assert row.reason == "57.6 against 90, outside 5 points, up 8.0 on 16 August"
    assert row.impact == "yellow"


class TestOrder:
    """First that holds: held, grey, no data, unrated, green, amber, yellow, red."""

    EARLY = {"expected_from": AS_AT + days(1)}

    def test_held_before_grey(self) -> None:
        row = rate(make_programme(TARGET_90 | self.EARLY), [percent("95.0", state="held")], AS_AT)
        assert (row.impact, row.value, row.state) == ("held", None, "held")

    def test_nothing_older_is_carried_over_a_held_figure(self) -> None:
        seen = [percent("95.0", AS_AT - days(7)), percent("96.0", state="held")]
        assert rate(make_programme(TARGET_90), seen, AS_AT).value is None

    def test_grey_before_no_data(self) -> None:
        assert rate(make_programme(TARGET_90 | self.EARLY), [], AS_AT).impact == "grey"

    def test_grey_ends_on_the_day_expected(self) -> None:
        programme = make_programme(TARGET_90 | {"expected_from": AS_AT})
        assert rate(programme, [percent("95.0")], AS_AT).impact == "green"

    def test_a_figure_that_is_too_early_to_judge_is_still_printed(self) -> None:
        """Only held figures and missing ones have no value; a colour is another thing than a state."""
        row = rate(make_programme(TARGET_90 | self.EARLY), [percent("32.8")], AS_AT)
        assert row.impact == "grey"
        assert (row.state, row.value) == ("published", Decimal("32.8"))

    def test_no_data_before_unrated(self) -> None:
        row = rate(make_programme({"stale_after": 31}), [percent("95.0", AS_AT - days(32))], AS_AT)
        assert (row.impact, row.value) == ("no_data", None)
        assert "32 days" in row.reason

    def test_a_figure_as_old_as_the_limit_is_current(self) -> None:
        row = rate(make_programme(TARGET_90), [percent("95.0", AS_AT - days(31))], AS_AT)
        assert row.impact == "green"

    def test_no_target_is_invented(self) -> None:
        row = rate(make_programme({"stale_after": 31}), [percent("95.0")], AS_AT)
        assert (row.impact, row.value) == ("unrated", Decimal("95.0"))
        assert row.target_low is None
        assert row.target_high is None


@pytest.mark.parametrize(("cadence", "limit"), [("weekly", 10), ("monthly", 46), ("quarterly", 138), ("yearly", 549)])
def test_a_figure_is_current_for_one_and_a_half_cadences(cadence: str, limit: int) -> None:
    programme = make_programme({"target": {"value": 90}}, cadence=cadence)
    assert rate(programme, [percent("95.0", AS_AT - days(limit))], AS_AT).impact == "green"
    assert rate(programme, [percent("95.0", AS_AT - days(limit + 1))], AS_AT).impact == "no_data"


def test_no_cases_is_no_hundred_percent_and_no_nought() -> None:
    row = rate(make_programme(TARGET_90), [observe(AS_AT, 0, 0)], AS_AT)
    assert (row.state, row.impact, row.value) == ("no_cases", "unrated", None)


def test_a_count_of_nought_is_a_count() -> None:
    keys = {
        "direction": "lower",
        "decimals": 0,
        "unit": "children",
        "target": {"value": 4},
        "stale_after": 31,
    }
    row = rate(make_programme(keys), [observe(AS_AT, 0, form="count")], AS_AT)
    assert (row.state, row.impact, row.value) == ("published", "green", Decimal("0"))


def test_before_the_first_step_the_first_step_is_shown() -> None:
    keys = {"target": {"steps": [{"from": AS_AT + days(1), "value": 95}]}, "stale_after": 31}
    row = rate(make_programme(keys), [percent("99.0")], AS_AT)
    assert row.impact == "unrated"
    assert "95" in row.reason
    assert "1 December 2021" in row.reason


@pytest.mark.parametrize(
    ("day", "target"),
    [("2015-03-31", "35"), ("2015-09-29", "35"), ("2015-09-30", "50"), ("2016-03-30", "50"),
     ("2016-03-31", "80"), ("2019-01-01", "80")],
)  # fmt: skip
def test_after_the_last_step_the_last_holds(day: str, target: str) -> None:
    steps = [("2015-03-31", 35), ("2015-09-30", 50), ("2016-03-31", 80)]
    declared = Target.model_validate({"steps": [{"from": d, "value": v} for d, v in steps]})
    assert target_in_force(declared, "higher", dt.date.fromisoformat(day)).low == Decimal(target)


def test_both_misses_are_measured_against_todays_target() -> None:
    """The previous value missed its own target of 35 by 1; against today's 50 it misses by 16."""
    steps = [{"from": FIRST, "value": 35}, {"from": AS_AT, "value": 50}]
    programme = make_programme({"target": {"steps": steps}, "stale_after": 31}, (BEFORE, AS_AT))
    assert rate(programme, [percent("34.0", BEFORE), percent("40.0")], AS_AT).impact == "yellow"


class TestPrevious:
    """The value as at the programme's last reporting date, never last week's file."""

    def test_it_is_the_value_known_at_the_last_reporting_date(self) -> None:
        programme = make_programme(TARGET_90, (BEFORE, AS_AT))
        seen = [percent("70.0", BEFORE), percent("78.0", AS_AT - days(7)), percent("80.0")]
        row = rate(programme, seen, AS_AT)
        assert (row.previous, row.change, row.impact) == (Decimal("70.0"), Decimal("10.0"), "yellow")

    def test_the_same_observation_is_no_comparison(self) -> None:
        programme = make_programme(TARGET_90 | {"stale_after": 92}, (BEFORE, AS_AT))
        row = rate(programme, [percent("70.0", BEFORE)], AS_AT)
        assert (row.previous, row.change, row.impact) == (None, None, "red")

    def test_it_must_be_current_at_its_own_date(self) -> None:
        programme = make_programme(TARGET_90, (BEFORE, AS_AT))
        row = rate(programme, [percent("70.0", BEFORE - days(32)), percent("80.0")], AS_AT)
        assert (row.previous, row.impact) == (None, "red")

    @pytest.mark.parametrize("broken", [{"state": "held", "stated": "70.0"}, {"numerator": 0, "denominator": 0}])
    def test_nothing_sound_at_that_date_is_no_yellow(self, broken: dict) -> None:
        programme = make_programme(TARGET_90, (BEFORE, AS_AT))
        row = rate(programme, [percent("70.0", BEFORE - days(7)), observe(BEFORE, **broken), percent("80.0")],
                   AS_AT)  # fmt: skip
        assert (row.previous, row.change, row.impact) == (None, None, "red")


class TestDirectionOnly:
    """Met when strictly better than the baseline, rated only after the baseline's date, never Amber."""

    INCREASE = {
        "target": {"text": "increase"},
        "tolerance": {"kind": "points", "value": 5},
        "baseline": {"period_end": FIRST},
        "stale_after": 31,
    }

    @pytest.mark.parametrize(
        ("value", "previous", "impact"),
        [("40.1", None, "green"), ("40.0", None, "red"), ("39.9", None, "red"), ("39.9", "38.9", "yellow"),
         ("40.0", "39.5", "red")],
    )  # fmt: skip
    def test_increase(self, value: str, previous: str | None, impact: str) -> None:
        programme = make_programme(self.INCREASE, (FIRST, BEFORE, AS_AT))
        seen = [percent("40.0", FIRST), *([percent(previous, BEFORE)] if previous else []), percent(value)]
        row = rate(programme, seen, AS_AT)
        assert (row.impact, row.target_text, row.tolerance_kind) == (impact, "increase", None)

    def test_reduce(self) -> None:
        keys = self.INCREASE | {"target": {"text": "reduce"}, "direction": "lower"}
        programme = make_programme(keys, (FIRST, BEFORE, AS_AT))
        assert rate(programme, [percent("40.0", FIRST), percent("39.9")], AS_AT).impact == "green"
        assert rate(programme, [percent("40.0", FIRST), percent("40.0")], AS_AT).impact == "red"

    def test_a_baseline_of_nought_is_said_with_its_decimals(self) -> None:
        row = rate(make_programme(self.INCREASE), [percent("0.0", FIRST), percent("12.5")], AS_AT)
        assert row.reason.startswith("12.5 is above the baseline of 0.0")

    def test_not_rated_on_the_baselines_own_date(self) -> None:
        row = rate(make_programme(self.INCREASE), [percent("40.0", FIRST)], FIRST)
        assert row.impact == "unrated"

    def test_a_held_baseline_is_null(self) -> None:
        seen = [percent("40.0", FIRST, state="held"), percent("45.0")]
        row = rate(make_programme(self.INCREASE), seen, AS_AT)
        assert (row.baseline, row.impact) == (None, "unrated")


class TestYearToDate:
    """Compared with the same point last year, rated against a profiled target only."""

    PROFILED = {
        "basis": "ytd",
        "decimals": 0,
        "unit": "children",
        "stale_after": 46,
        "target": {"steps": [{"from": dt.date(2021, 4, 30), "value": 10}]},
    }

    @staticmethod
    def to_date(end: dt.date, number: int) -> Observation:
        start = dt.date(end.year if end.month >= 4 else end.year - 1, 4, 1)
        return observe(end, number, form="count", start=start, basis="ytd")

    def test_compared_with_the_same_point_last_year_not_with_the_last_reporting_date(self) -> None:
        programme = make_programme(self.PROFILED, (BEFORE, AS_AT))
        seen = [self.to_date(dt.date(2020, 11, 30), 9), self.to_date(BEFORE, 10), self.to_date(AS_AT, 12)]
        row = rate(programme, seen, AS_AT)
        assert (row.previous, row.change, row.impact) == (Decimal(9), Decimal(3), "green")

    def test_the_same_point_is_that_of_the_figure_not_of_the_report(self) -> None:
        """April to October is compared with April to October, though November of last year is known too."""
        seen = [
            self.to_date(dt.date(2020, 10, 31), 10),
            self.to_date(dt.date(2020, 11, 30), 20),
            self.to_date(dt.date(2021, 10, 31), 15),
        ]
        row = rate(make_programme(self.PROFILED, (BEFORE, AS_AT)), seen, AS_AT)
        assert (row.value, row.previous, row.change) == (Decimal(15), Decimal(10), Decimal(5))

    def test_without_a_profile_it_is_unrated(self) -> None:
        programme = make_programme(self.PROFILED | {"target": {"value": 10}})
        assert rate(programme, [self.to_date(AS_AT, 12)], AS_AT).impact == "unrated"


class TestServices:
    """Services are rated against their own target, and inherit the company's only where that is declared."""

    def test_not_rated_by_default(self) -> None:
        programme = make_programme(TARGET_90 | {"services": ["north"]})
        row = rate(programme, [percent("95.0", service="north")], AS_AT, "north")
        assert (row.impact, row.target_low) == ("unrated", None)

    def test_inherited(self) -> None:
        programme = make_programme(TARGET_90 | {"services": ["north"], "services_rated": True})
        assert rate(programme, [percent("95.0", service="north")], AS_AT, "north").impact == "green"

    def test_own(self) -> None:
        keys = TARGET_90 | {"services": ["north"], "service_targets": {"north": {"value": 99}}}
        row = rate(make_programme(keys), [percent("95.0", service="north")], AS_AT, "north")
        assert (row.impact, row.target_low) == ("amber", Decimal(99))


def test_every_indicator_is_printed_also_those_without_data() -> None:
    programme = make_programme([{"id": "first"}, {"id": "second"}])
    assert rate(programme, [], AS_AT).impact == "no_data"
    assert len(programme.indicators) == 2
