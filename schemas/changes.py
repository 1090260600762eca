"""What changed between two packs of a board, with its causes kept apart."""

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
CAUSES: tuple[Cause, ...] = ("performance", "restated", "target", "rule", "limits", "software")


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
    """A figure at one step between the packs: state and value as printed, rating, and the target it is judged by."""

    state: str
    value: Decimal | None
    text: str
    impact: str
    target: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a restatement rests on: a receipt (with its file) or a decision (with its role and reason)."""

    kind: Literal["receipt", "decision"]
    number: int
    name: str
    on: dt.date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One cause and what it did: the figure before it and after it, in a sentence."""

    cause: Cause
    before: Reading
    after: Reading
    words: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class FigureChange:
    """A figure that is not what the earlier pack printed: what changed it, cause by cause, in order.

    `ref` is its reference in the later pack; `earlier_ref` in the earlier one. One of them is "" where the
    figure stands in one pack only.
    """

    key: str
    ref: str
    earlier_ref: str
    label: str
    before: Reading | None
    after: Reading | None
    steps: tuple[Step, ...]

    @property
    def causes(self) -> tuple[Cause, ...]:
        """The causes, each once, in the order of CAUSES."""
        own = {step.cause for step in self.steps}
        return tuple(c for c in CAUSES if c in own)


@dataclass(frozen=True, slots=True)
class ActionChange:
    """An action whose outcome or due date is not what the earlier pack printed; outcome None: not in that pack."""

    key: str
    title: str
    before: str | None
    after: str | None
    cause: Cause
    words: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since a pack. `same` counts the figures printed alike in both."""

    since: PriorPack
    figures: tuple[FigureChange, ...]
    actions: tuple[ActionChange, ...]
    same: int
