"""What changed since the last issued pack, as the pack prints it: the brief of page 1 and the pages of its own."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.figures import Figure
from schemas.rating import Rating


@dataclass(frozen=True, slots=True)
class Since:
    """In brief, what changed since the pack last issued to the board; `title` is "" where this is the first."""

    title: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A figure before and after one cause; `ref` is "" where the figure is not in this pack any more."""

    ref: str
    label: str
    before: Figure
    after: Figure
    change: Figure
    rating_before: Rating | None
    rating_after: Rating | None
    words: str


@dataclass(frozen=True, slots=True)
class LimitsRow:
    """The limits of a series before and after, as printed."""

    ref: str
    label: str
    before: str
    after: str
    points: str
    note: str


@dataclass(frozen=True, slots=True)
class ActionChangeRow:
    """An action before and after one cause, the cause in a word."""

    key: str
    title: str
    before: Rating | None
    after: Rating | None
    words: str
    cause: str


@dataclass(frozen=True, slots=True)
class ActionMoves:
    """The actions that went from one outcome to another by what their owners did, or did not do."""

    before: Rating | None
    after: Rating | None
    count: Figure
    keys: str


@dataclass(frozen=True, slots=True)
class ChangeGroup:
    """What one cause changed: a heading, what it means, and the figures."""

    id: str
    title: str
    lead: str
    rows: tuple[ChangeRow, ...]


@dataclass(frozen=True, slots=True)
class ChangesPage:
    """What changed since the pack last issued to the board, cause by cause."""

    title: str
    lead: str
    counts: tuple[tuple[str, Figure], ...]
    groups: tuple[ChangeGroup, ...]
    limits: tuple[LimitsRow, ...]
    actions: tuple[ActionChangeRow, ...]
    moves: tuple[ActionMoves, ...]
