"""References that stay with their figures, and what counts as printed otherwise."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from schemas.kpi import KpiRow
from tests.builders import invented_programme
from transforms.packs.differences import compare_rows
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
        "Red, previous 70.0, change +5.6",
    )


def test_figures_that_come_and_go_are_differences_in_the_order_of_now_then_the_gone() -> None:
    found = compare_rows([row("gone"), row("stays")], [row("new"), row("stays")], invented_programme())
    assert [(d.was_words, d.becomes_words) for d in found] == [
        ("not in the pack", "Red"),
        ("Red", "no longer in the pack"),
    ]
