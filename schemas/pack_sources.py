"""What lets a pack be checked: where each printed number came from, and the figures embedded for a machine."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where one printed number came from."""

    ref: str
    label: str
    value: str
    words: str
    cells: str


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A workbook that printed numbers rest on, with the short name its cells are given by."""

    id: str
    name: str
    sha256: str
    received: str


@dataclass(frozen=True, slots=True)
class QuoteSource:
    """Where an owner's words came from."""

    label: str
    by: str
    cells: str


@dataclass(frozen=True, slots=True)
class NeverGiven:
    """References without a figure, since their return was never received or never gave one."""

    title: str
    refs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sources:
    """Where each number, and each owner's words, came from; `never` are the references that lead to no cell."""

    rows: tuple[SourceRow, ...]
    files: tuple[SourceFile, ...]
    quotes: tuple[QuoteSource, ...] = ()
    never: tuple[NeverGiven, ...] = ()


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file embedded in the pack; `day` is the date it bears, the pack's as-at date, never that of the build."""

    name: str
    description: str
    day: dt.date
    content: bytes
