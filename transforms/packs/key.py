"""The key: what colours, states and marks mean, and the rules in brief."""

from __future__ import annotations

from typing import Literal

from schemas.pack import Key
from transforms.packs.inputs import PackInput
from transforms.packs.quality import freshness_rules

_COLOURS: tuple[Literal["red", "amber", "yellow", "green", "blue", "grey"], ...] = (
    "red",
    "amber",
    "yellow",
    "green",
    "blue",
    "grey",
)
_STATES = (
    ("held", "A figure that cannot be right, or one that it is summed from. Nothing older stands in for it."),
    ("no_data", "No figure was received, or none recent enough. It is not a colour."),
    ("unrated", "There is a figure, but no target in force, or nothing like it to compare with."),
    ("undated", "An action with neither a due date nor a next review date."),
)
_MARKS = (
    ("*", "rests on a declared correction"),
    ("¶", "printed by a declared override, although a finding stands against it"),
    ("#", "small base: the denominator is below {small_base}"),
    ("§", "as stated in the return, not derived"),
    ("K12", "the reference of a figure; its row in 'Where each number came from' bears the same"),
)
_RULES = (
    ("Company figure", "The sum of numerators over the sum of denominators; never a mean of percentages."),
    ("Change", "On the value as at the reporting date before, not on last week's file."),
    (
        "Green",
        "Meets the target; at the boundary it is met. A direction only wants strictly better than the baseline.",
    ),
    ("Amber", "Misses the target by no more than the tolerance."),
    ("Yellow", "Misses by more, but the miss shrank since the previous return."),
    ("Rounding", "Half away from zero; ratings are decided on the printed value."),
    (
        "Actions",
        "Rated from their dates by rule. The owner's own rating stands beside it and changes nothing.",
    ),
)


def make_key(pack: PackInput) -> Key:
    """The key of a programme: its own meanings of the colours, the rules, its assumptions."""
    brag = pack.programme.brag
    marks = [(mark, text.format(small_base=pack.programme.small_base)) for mark, text in _MARKS]
    current = "A figure counts as current for a time: " + "; ".join(freshness_rules(pack)) + "."
    return Key(
        tuple((pack.rating(c), brag[c].impact, brag[c].outcome) for c in _COLOURS),
        tuple((pack.rating(state), text) for state, text in _STATES),
        tuple(marks),
        _RULES,
        (*pack.programme.assumptions, current),
    )
