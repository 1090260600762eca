"""Every finding says what is wrong and what to do."""

from __future__ import annotations

import re
from string import Formatter

import pytest

from schemas.findings import RULES, Suggestion, make_finding

CODES = sorted(RULES)


def parts_of(template: str) -> set[str]:
    """The named parts of a template."""
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


def example(code: str) -> dict[str, str]:
    """A word for every part of a code but the sheet and cell, which are always there."""
    rule = RULES[code]
    return {name: f"<{name}>" for name in (parts_of(rule.message) | parts_of(rule.action)) - {"sheet", "cell"}}


@pytest.mark.parametrize("code", CODES)
def test_a_code_formats_with_its_parts_and_leaves_none_open(code: str) -> None:
    words = example(code)
    finding = make_finding(code, sheet="Lamps", cell="B7", **words)
    text = f"{finding.message} {finding.action}"
    assert "{" not in text
    assert "}" not in text
    for word in words.values():
        assert word in text
    assert (finding.code, finding.severity, finding.refuses) == (
        code,
        RULES[code].severity,
        RULES[code].refuses,
    )


@pytest.mark.parametrize("code", CODES)
def test_the_message_and_the_action_are_sentences(code: str) -> None:
    finding = make_finding(code, sheet="Lamps", cell="B7", **example(code))
    for sentence in (finding.message, finding.action):
        assert len(sentence) > 1
        assert sentence == sentence.strip()
        assert sentence.endswith((".", "?", ">"))
        assert sentence[0].isupper() or sentence[0] in "<'" or re.match(r"[A-Z]+\d", sentence)
    assert finding.action != finding.message


@pytest.mark.parametrize("code", CODES)
def test_only_an_error_refuses_and_it_tells_its_sender_to_act(code: str) -> None:
    rule = RULES[code]
    assert not rule.refuses or rule.severity == "error"
    if rule.severity != "note":
        assert not rule.action.startswith("Nothing")


# Errors that hold no figure: a row that is not there, a date of an action, an action listed apart.
HOLD_NOTHING = {"missing_row", "not_a_date", "unknown_ref", "duplicate_key"}
HOLDING = [c for c in CODES if RULES[c].severity == "error" and not RULES[c].refuses and c not in HOLD_NOTHING]


@pytest.mark.parametrize("code", HOLDING)
def test_an_error_that_holds_a_figure_says_so(code: str) -> None:
    """Who reads the sentence must know whether the figure is printed."""
    words = ("held", "not derived", "not printed", "not read", "not applied")
    assert any(word in RULES[code].message for word in words)


@pytest.mark.parametrize("code", [c for c in CODES if parts_of(RULES[c].message) - {"sheet", "cell"}])
def test_a_part_that_is_missing_is_a_defect_and_raises(code: str) -> None:
    words = example(code)
    words.pop(next(iter(parts_of(RULES[code].message) - {"sheet", "cell"})))
    with pytest.raises(KeyError):
        make_finding(code, sheet="Lamps", cell="B7", **words)


def test_a_code_that_is_not_declared_raises() -> None:
    with pytest.raises(KeyError):
        make_finding("no_such_code")


def test_a_finding_carries_its_place_and_its_suggestion() -> None:
    hint = Suggestion("B7", "294", "394")
    finding = make_finding(
        "negative_count",
        sheet="Lamps",
        cell="B7",
        value=-1,
        suggestion=hint,
        table_id="lamps",
        row_key="reach",
    )
    assert finding.message == "B7 says -1: a count cannot be below zero. Its figure is held."
    assert (finding.suggestion, finding.table, finding.row_key) == (hint, "lamps", "reach")
