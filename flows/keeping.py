"""Steps that say what is kept with a pack: the facts it was made from."""

from __future__ import annotations

from collections.abc import Iterable

from flows.position import Position
from schemas.kept import KeptAction, KeptFacts
from transforms.actions import ActionRow
from transforms.limits import limits_of
from transforms.packs.differences import to_kept


def keep_facts(position: Position) -> KeptFacts:
    """What is kept with a pack of a position: every figure and action as rated, and the limits of every series."""
    limits = limits_of(position.facts, position.programme, position.as_at)
    return KeptFacts(position.rows, keep_actions(position.plan.rows), limits)


def keep_actions(rows: Iterable[ActionRow]) -> tuple[KeptAction, ...]:
    """What is kept of actions."""
    return tuple(to_kept(row) for row in rows)
