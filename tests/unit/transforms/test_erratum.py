"""References that stay with their figures, and what counts as printed otherwise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.facts import Period
from schemas.kpi import KpiRow
from tests.builders import invented_programme
from transforms.packs.differences import compare_rows, say_beside
from transforms.packs.erratum import keep_references


def row(indicator: str, ref: str = "", value: str = "75.6", impact: str = "red", target: str = "90") -> KpiRow:
    """A row of the KPI table."""
    return KpiRow(
        ref, indicator, indicator.title(), None, None, None, "snapshot", "published", Decimal(value), None, None,
        "percent", 1, "higher", Decimal(target), None, None, None, None, None, None, None, None, None, impact, None,
        "because", False, False, False, None, (), (),
    )  # fmt: skip


NAMES = st.lists(st.sampled_from("abcdefghij"), unique=True)


@given(st.lists(NAMES, min_size=2, max_size=5))
def test_a_figure_keeps_its_reference_through_any_errata_and_none_is_used_twice(packs: list[list[str]]) -> None:
    given_ever: dict[str, str] = {}
    for names in packs:
        rows = keep_references([row(name) for name in names], given_ever)
        assert [r.indicator for r in rows] == names
        for kept in rows:
            assert given_ever.setdefault(kept.key, kept.ref) == kept.ref
        assert len(set(given_ever.values())) == len(given_ever)


def test_a_new_figure_is_numbered_after_the_highest_that_was_ever_used() -> None:
    kept = keep_references([row("new"), row("old")], {"old//": "K3", "gone//": "K12"})
    assert [r.ref for r in kept] == ["K13", "K3"]


def test_another_reference_or_receipt_is_no_difference() -> None:
    was, now = row("lamps", "K1"), replace(row("lamps", "K9"), receipts=(7,), reason="in other words")
    assert compare_rows([was], [now], invented_programme()) == []


def test_what_differs_is_said_on_both_sides_and_only_that() -> None:
    programme = invented_programme()
    was = row("lamps")
    (value,) = compare_rows([was], [row("lamps", value="80")], programme)
    assert (value.was_words, value.becomes_words) == ("Red", "Red")
    (rating,) = compare_rows([was], [row("lamps", impact="green", target="70")], programme)
    assert (rating.was_words, rating.becomes_words) == ("Red, target 90%", "Green, target 70%")
    (change,) = compare_rows([was], [replace(was, previous=Decimal("70.0"), change=Decimal("5.6"))], programme)
    assert (change.was_words, change.becomes_words) == (
        "Red, previous none, change none",
        "Red, previous 70.0%, change +5.6",
    )
    (before,) = compare_rows([was], [replace(was, previous_impact="amber")], programme)
    assert (before.was_words, before.becomes_words) == ("Red, not rated before", "Red, Amber before")


def test_what_prints_no_rating_has_no_empty_part() -> None:
    week = Period(dt.date(2031, 3, 31), dt.date(2031, 3, 31))
    was = replace(row("lamps"), state="missing", value=None, impact="no_data", period=week)
    (found,) = compare_rows([was], [replace(was, target_low=Decimal(80))], invented_programme())
    assert (found.was_words, found.becomes_words) == ("target 90%", "target 80%")
    (found,) = compare_rows([was], [replace(was, period=None)], invented_programme())
    assert (found.was_words, found.becomes_words) == ("last of 31 Mar 2031", "of no date")


@pytest.mark.parametrize(
    ("before", "now", "says"),
    [
        ({}, {"is_corrected": True}, "A correction stands behind it now"),
        ({"is_corrected": True}, {}, "No correction stands behind it any more"),
        ({"is_stated": True}, {}, "It is derived now, not only stated"),
        ({}, {"previous": Decimal(70)}, "The previous figure that it is compared with is another"),
        ({}, {"previous_impact": "red"}, "Its rating at the reporting date before is another"),
        (
            {},
            {"is_overridden": True, "period": Period(dt.date(2031, 3, 31), dt.date(2031, 3, 31))},
            "It is printed by a declared override now; it is of another period",
        ),
        ({}, {}, "What is printed beside it changed"),
    ],
)
def test_why_the_same_value_is_printed_otherwise(before: dict[str, Any], now: dict[str, Any], says: str) -> None:
    assert say_beside(replace(row("lamps"), **before), replace(row("lamps"), **now)) == says


def test_figures_that_come_and_go_are_differences_in_the_order_of_now_then_the_gone() -> None:
    found = compare_rows([row("gone"), row("stays")], [row("new"), row("stays")], invented_programme())
    assert [(d.was_words, d.becomes_words) for d in found] == [
        ("not in the pack", "Red"),
        ("Red", "no longer in the pack"),
    ]
