"""What is kept with a pack comes back as it was."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from schemas.facts import Period
from schemas.kept import KeptAction, KeptFacts, KeptLimits, facts_text, read_facts
from schemas.kpi import KpiRow

WEEK = Period(dt.date(2026, 1, 5), dt.date(2026, 1, 11), "day")
ROW = KpiRow(
    ref="K1",
    indicator="visits",
    label="Visits in time",
    service="north",
    subgroup=None,
    period=WEEK,
    basis="snapshot",
    state="published",
    value=Decimal("85.50"),
    numerator=Decimal(171),
    denominator=Decimal(200),
    unit="percent",
    decimals=2,
    direction="higher",
    target_low=Decimal("90"),
    target_high=None,
    target_text=None,
    tolerance_kind="points",
    tolerance_value=Decimal("5.0"),
    baseline=None,
    baseline_period=None,
    previous=Decimal("-0.10"),
    previous_period=WEEK,
    change=Decimal("85.60"),
    impact="amber",
    previous_impact="red",
    reason="85.50 against 90, within 5 points",
    is_corrected=True,
    is_small_base=False,
    is_stated=False,
    miss=Decimal("4.50"),
    plan_refs=("1.1", "2.3"),
    receipts=(4, 7),
)


def test_every_field_of_a_figure_comes_back_with_its_decimals() -> None:
    kept = KeptFacts((ROW, replace(ROW, ref="K2", state="held", value=None, period=None)))
    again = read_facts(facts_text(kept))
    assert again == kept
    assert str(again.rows[0].value) == "85.50"


def test_actions_and_limits_come_back() -> None:
    action = KeptAction("A1", "Write the plan", "amber", "2026-03-31", None, None, "green", "due has passed")
    limits = KeptLimits("visits//", "2025-01-05", 14, Decimal("1") / 3, Decimal("-1.25"), Decimal("7.0"))
    kept = KeptFacts((), (action,), (limits,))
    assert read_facts(facts_text(kept)) == kept


def test_the_same_facts_are_the_same_text() -> None:
    assert facts_text(KeptFacts((ROW,))) == facts_text(read_facts(facts_text(KeptFacts((ROW,)))))
