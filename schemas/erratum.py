"""An erratum: what it knows of the issued pack that it puts right, and what its pages print of that."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from schemas.figures import Figure, FigureState
from schemas.kept import KeptFacts


@dataclass(frozen=True, slots=True)
class PrintedBefore:
    """A figure as the replaced pack printed it."""

    key: str
    ref: str
    state: FigureState
    value: Decimal | None
    text: str


@dataclass(frozen=True, slots=True)
class ErratumNotice:
    """What an erratum says of itself, and what it needs of the pack that it replaces.

    `number` is 1 for the first erratum of a meeting. `issued_on` is when the pack was first issued,
    `replaces_on` when the one that is replaced was: an earlier erratum, or that same pack. `references` are
    all that any of these packs gave, by figure. `facts` is None for a pack that kept none. `causes` say in words
    why a figure is other than it was printed, by figure; none for one that only its neighbours changed.
    `seen_actions` are the keys of the actions that the replaced pack showed its board.
    """

    number: int
    issued_on: dt.date
    replaces_on: dt.date
    reason: str
    references: Mapping[str, str]
    printed: tuple[PrintedBefore, ...]
    facts: KeptFacts | None
    causes: Mapping[str, str] = field(default_factory=dict)
    seen_actions: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ErratumLine:
    """A figure that an erratum prints otherwise: as it was printed and as it is, each with its rating and what
    else differs, and why. `is_printed` is false for one that is no longer in the pack."""

    ref: str
    label: str
    was: Figure
    was_words: str
    becomes: Figure
    becomes_words: str
    is_printed: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class ErratumAction:
    """An action that an erratum rates or dates otherwise."""

    key: str
    title: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class ErratumLimits:
    """The usual variation of a figure's series that an erratum prints otherwise, as it was and as it is."""

    ref: str
    label: str
    was: str
    becomes: str


@dataclass(frozen=True, slots=True)
class Erratum:
    """The notice that this pack puts an issued one right: its number, what it replaces, why, and what changed."""

    number: int
    headline: str
    reason: str
    brief: str
    figures: tuple[ErratumLine, ...]
    actions: tuple[ErratumAction, ...]
    limits: tuple[ErratumLimits, ...] = ()
