"""A proposed return: what was made out in a workbook nobody has described yet, with a remark on every guess."""

from __future__ import annotations

from dataclasses import dataclass

from schemas.config import Return, Service

KeyPath = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence beside one key of the proposal. `is_unsure`: a guess that a person has to confirm."""

    path: KeyPath
    text: str
    is_unsure: bool = True


@dataclass(frozen=True, slots=True)
class Proposal:
    """A complete return with one layout, the remarks on it, and the services it names that nobody declares yet."""

    item: Return
    remarks: tuple[Remark, ...] = ()
    services: tuple[Service, ...] = ()
