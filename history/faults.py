"""What is not as recorded: a fault, or a note on what is no fault, each with its place and what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is not as it was recorded. `place` is a path within the home, or an event ("event 12")."""

    kind: str
    place: str
    message: str
    action: str


@dataclass(frozen=True, slots=True)
class Note:
    """Something worth knowing that is no fault: what was not looked at, or what nobody recorded."""

    kind: str
    place: str
    message: str
    action: str = ""
