"""What is said of one kind of finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "doubt", "note"]


@dataclass(frozen=True, slots=True)
class Rule:
    """A finding's severity, its sentence and what to do, as templates; whether it refuses the whole file."""

    severity: Severity
    message: str
    action: str
    refuses: bool = False
