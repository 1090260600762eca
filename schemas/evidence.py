"""Evidence as the pure rooms see it: what was received, refused and corrected, free of any store."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.config import Correction
from schemas.facts import Period, Reading
from schemas.findings import Finding


@dataclass(frozen=True, slots=True)
class AppliedCorrection:
    """A correction that fits: the cell as it was read, as it is reckoned with, and the declaration."""

    correction: Correction
    reading: Reading
    right: Reading


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A receipt that speaks: the findings that stand after corrections, and what was corrected in it.

    `scope` is the role whose rows alone a tracker holds; '' for a whole workbook.
    """

    receipt_id: int
    return_id: str
    period: Period
    name: str
    sha256: str
    received_at: str
    findings: tuple[Finding, ...]
    applied: tuple[AppliedCorrection, ...] = ()
    scope: str = ""


@dataclass(frozen=True, slots=True)
class RefusedFile:
    """A file that was refused, and why."""

    name: str
    sha256: str
    received_at: str
    findings: tuple[Finding, ...]
