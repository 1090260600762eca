"""Evidence as the pure rooms see it: what was received, refused and corrected, free of any store."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from schemas.config import Correction
from schemas.decisions import Override
from schemas.facts import Observation, Period, Reading
from schemas.findings import Finding


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """A correction that fits: the cell as it was read, as it is reckoned with, and the declaration."""

    correction: Correction
    reading: Reading
    right: Reading


@dataclass(frozen=True, slots=True)
class AppliedOverride:
    """An override that fits: the finding that it accepts, and the figures that it releases.

    `is_whole` is false while the finding still holds other figures, so that it stays open.
    """

    override: Override
    finding: Finding
    released: tuple[Observation, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A receipt that speaks: the findings that stand after corrections, and what was decided about it.

    `scope` is the role whose rows alone a tracker holds; '' for a whole workbook. One that is not `in_view` is of
    long ago: no figure of today rests on it, and what was found in it was told then and is left out.
    """

    receipt_id: int
    return_id: str
    period: Period
    name: str
    sha256: str
    received_at: str
    findings: tuple[Finding, ...]
    applied: tuple[AppliedCorrection, ...] = ()
    overridden: tuple[AppliedOverride, ...] = ()
    scope: str = ""
    in_view: bool = True


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was refused, and why; `return_id` is None where nobody could tell which return it is."""

    name: str
    sha256: str
    received_at: str
    findings: tuple[Finding, ...]
    return_id: str | None = None


@dataclass(frozen=True, slots=True)
class ComparedReturn:
    """A return as it is held against the ones before it: of which period, received on which day, what it gives."""

    receipt_id: int
    return_id: str
    period: Period
    name: str
    received_on: dt.date
    observations: tuple[Observation, ...]
