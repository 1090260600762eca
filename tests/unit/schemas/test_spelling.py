"""When two spellings are the same name, and which known name is near."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.spelling import find_id, nearest, normalise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Quay & Basin", "quay and basin"),
        ("Quay&Basin", "Quay and Basin"),
        ("Upper  Reach ", "upper reach"),
        ("Upper\u00a0Reach", "Upper Reach"),
        ("Upper\nReach", "Upper Reach"),
        ("Lit in time:", "Lit in time"),
        ("Lit in time*", "Lit in time"),
        ("Lit in time **", "Lit in time"),
        ("Lit in time [2]", "Lit in time"),
        ("Lit in time (1)", "Lit in time"),
        ("open 1–2 years", "open 1-2 years"),
        ("open 1\u22122 years", "open 1-2 years"),
        ("Keeper’s lamp", "Keeper's lamp"),
        ("ﬁne lamps", "fine lamps"),
    ],
)
def test_what_does_not_tell_names_apart_is_folded(one: str, other: str) -> None:
    assert normalise(one) == normalise(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("aged 18-21", "aged 19-21"),
        ("% in time", "in time"),
        ("Lamps due", "Lamps"),
        ("1.1", "1.10"),
        ("Islands", "Island"),
        ("Year 1", "Year 2"),
    ],
)
def test_what_tells_names_apart_is_kept(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(st.text(max_size=40))
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(st.text(alphabet="abc XYZ-'", max_size=20))
def test_case_and_outer_spaces_never_matter(text: str) -> None:
    assert normalise(f"  {text.upper()} ") == normalise(text)


def test_the_nearest_is_given_as_it_is_written() -> None:
    assert nearest("upper reech", ["Quay & Basin", "Upper Reach", "Islands"]) == "Upper Reach"
    assert nearest("lighthouse", ["Quay & Basin", "Upper Reach", "Islands"]) is None
    assert nearest("anything", []) is None


def test_an_id_is_found_by_any_of_its_spellings() -> None:
    spellings = {"reach": ("Upper Reach", "The Reach"), "islands": ("Islands",)}
    assert find_id("the  REACH", spellings) == "reach"
    assert find_id("Island", spellings) is None
