"""The key: what colours, states and marks mean, and the rules in brief."""

from __future__ import annotations

from typing import Literal

from schemas.config import Indicator
from schemas.pack import Key
from transforms.indicators import stale_after
from transforms.packs.inputs import PackInput
from transforms.packs.scorecard import say_change_rule
from transforms.words import join_words, plural

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
    ("#", "small base: the denominator is below {small_bases}"),
    ("§", "as stated in the return, not derived"),
    ("K12", "the reference of a figure; its row in 'Where each number came from' bears the same"),
)
_RULES = (
    ("Company figure", "The sum of numerators over the sum of denominators; never a mean of percentages."),
    ("Change", "{change}, not on last week's file."),
    (
        "Green",
        "Meets the target; at the boundary it is met. A direction only wants strictly better than the baseline.",
    ),
    ("Amber", "Misses the target by no more than the tolerance."),
    ("Yellow", "Misses by more, but the miss shrank since the previous return."),
    ("Rounding", "Half away from zero; ratings are decided on the printed value."),
    (
        "Charts",
        "A dotted stretch spans periods without a figure. A line breaks at a held figure, and where a new year to "
        "date begins.",
    ),
    (
        "Actions",
        "Rated from their dates by rule. The owner's own rating stands beside it and changes nothing.",
    ),
)


def make_key(pack: PackInput) -> Key:
    """The key of a programme: its own meanings of the colours, the rules, its assumptions."""
    brag = pack.programme.brag
    marks = [(mark, text.format(small_bases=_say_small_bases(pack))) for mark, text in _MARKS]
    change = say_change_rule(pack)
    rules = [(name, text.format(change=f"{change[:1].upper()}{change[1:]}")) for name, text in _RULES]
    current = f"A figure counts as current for {join_words(_freshness_rules(pack))}."
    return Key(
        tuple((pack.rating(c), brag[c].impact, brag[c].outcome) for c in _COLOURS),
        tuple((pack.rating(state), text) for state, text in _STATES),
        tuple(marks),
        tuple(rules),
        (*pack.programme.assumptions, current),
    )


def _own_indicators(pack: PackInput) -> list[Indicator]:
    own = {r.indicator for r in pack.own_rows}
    return [i for i in pack.programme.indicators if i.id in own]


def _say_small_bases(pack: PackInput) -> str:
    """ "10"; "10; of Repeat assessments, below 50", where an indicator declares its own."""
    usual = pack.programme.small_base
    own = [(i.label, i.small_base) for i in _own_indicators(pack) if i.small_base not in {None, usual}]
    return "; ".join([str(usual), *(f"of {label}, below {base}" for label, base in own)])


def _freshness_rules(pack: PackInput) -> list[str]:
    """For how long a figure counts as current: each time with the returns that it is of."""
    found: dict[int, dict[str, None]] = {}
    for indicator in _own_indicators(pack):
        title = pack.programme.return_of(indicator.return_id).title
        found.setdefault(stale_after(indicator, pack.programme), {})[title] = None
    return [f"{plural(days, 'day')} ({', '.join(titles)})" for days, titles in sorted(found.items())]
