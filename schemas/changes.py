"""What changed between two packs, with its causes kept apart."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Cause = Literal["performance", "restated", "target", "rule", "limits", "software"]
"""Why a figure, its rating or its limits are not what the earlier pack printed:

- restated: the data of the earlier date are other than they were known (a new receipt, a correction, an override);
- target: the target, baseline or tolerance it is judged by was changed in the configuration, or stepped by date;
- rule: its definition or another rule was changed in the configuration;
- software: another version of Boardpack derives something else of the same data by the same configuration;
- performance: a later date has another figure;
- limits: the limits of its series were reckoned anew.
"""
CAUSES: tuple[Cause, ...] = ("restated", "target", "rule", "software", "limits", "performance")
"""The causes in the order in which they are told: what a reader would mistake for performance comes first."""


@dataclass(frozen=True, slots=True)
class PriorPack:
    """The earlier of two packs. `meeting` and `issued_on` are None for a pack that was only built."""

    pack_id: int
    board: str
    as_at: dt.date
    as_known: int
    meeting: dt.date | None
    issued_on: dt.date | None


@dataclass(frozen=True, slots=True)
class Reading:
    """A figure at one step between the packs: state and value as printed, rating, and what it is judged by.

    `target`, `tolerance` and `baseline` are texts as the scorecard prints them, "" where there is none.
    """

    state: str
    value: Decimal | None
    text: str
    impact: str
    target: str
    tolerance: str
    baseline: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a restatement rests on: a receipt (its number and file) or a decision (its kind, role and reason)."""

    kind: Literal["receipt", "decision"]
    number: int | None
    name: str
    on: dt.date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One cause and what it did: the figure before it and after it, in a sentence.

    `before` or `after` is None where the figure is not in that pack at all. `by_date`: a target that was
    declared long ago stepped on its date. `is_late`: of what is restated, a figure that came late; what stood till
    then was none, or that of another period.
    """

    cause: Cause
    before: Reading | None
    after: Reading | None
    words: str
    evidence: tuple[Evidence, ...] = ()
    by_date: bool = False
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is not what the earlier pack printed: what changed it, step by step.

    The first step begins with what was printed then, each begins where the one before ended, and the last ends
    with what is printed now. `ref` is its reference in the later pack, `earlier_ref` in the earlier one; one of
    them is "" where the figure stands in one pack only. `is_running_on`: both are of one year to date, at two of
    its months, so that the difference says nothing.
    """

    key: str
    ref: str
    earlier_ref: str
    label: str
    before: Reading | None
    after: Reading | None
    steps: tuple[Step, ...]
    is_running_on: bool = False

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes, each once, in the order of CAUSES."""
        own = {step.cause for step in self.steps}
        return tuple(c for c in CAUSES if c in own)


@dataclass(frozen=True, slots=True)
class ActionReading:
    """An action at one step between the packs: its outcome by rule and its agreed due date."""

    outcome: str
    due: dt.date | None


@dataclass(frozen=True, slots=True)
class ActionStep:
    """One cause and what it did to an action; None where the action is not in that plan."""

    cause: Cause
    before: ActionReading | None
    after: ActionReading | None
    words: str


@dataclass(frozen=True, slots=True)
class ActionChange:
    """An action whose outcome or due date is not what the earlier pack printed, step by step as for figures."""

    key: str
    title: str
    before: ActionReading | None
    after: ActionReading | None
    steps: tuple[ActionStep, ...]


@dataclass(frozen=True, slots=True)
class LimitsChange:
    """Limits of a series that are not those of the earlier pack, as printed ("" where there were none).

    `is_restated`: they would have moved without a later figure, since earlier data are other than they were known.
    """

    key: str
    ref: str
    label: str
    before: str
    after: str
    points_before: int
    points_after: int
    is_restated: bool
    words: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a pack. `same` counts the figures printed alike in both; `note` is what a reader must know
    of the two packs, "" where nothing is out of the ordinary."""

    since: PriorPack
    figures: tuple[FigureChange, ...]
    actions: tuple[ActionChange, ...]
    limits: tuple[LimitsChange, ...]
    same: int
    note: str = ""

    def steps(self, cause: Cause) -> list[tuple[FigureChange, Step]]:
        """Every step of one cause, with its figure, in the order of the figures."""
        return [(f, s) for f in self.figures for s in f.steps if s.cause == cause]
