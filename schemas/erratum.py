"""An erratum: the notice that a pack puts an issued one right, and the issued pack as it was printed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from schemas.figures import FigureState
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
    all that any of these packs gave, by figure. `facts` is None for a pack that kept none.
    """

    number: int
    issued_on: dt.date
    replaces_on: dt.date
    reason: str
    references: Mapping[str, str]
    printed: tuple[PrintedBefore, ...]
    facts: KeptFacts | None
