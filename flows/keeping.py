"""Steps that say what is kept with a pack: the facts it was made from, and the software that made it."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import PackageNotFoundError, version

from flows.position import Position
from schemas.kept import KeptAction, KeptFacts
from transforms.actions import ActionRow
from transforms.limits import limits_of


def software_version() -> str:
    """Name and version of this software, as a pack prints it."""
    try:
        return f"Boardpack {version('boardpack')}"
    except PackageNotFoundError:
        return "Boardpack"


def keep_facts(position: Position) -> KeptFacts:
    """What is kept with a pack of a position: every figure and action as rated, and the limits of every series."""
    limits = limits_of(position.facts, position.programme, position.as_at)
    return KeptFacts(position.rows, keep_actions(position.plan.rows), limits)


def keep_actions(rows: Iterable[ActionRow]) -> tuple[KeptAction, ...]:
    """What is kept of actions."""
    return tuple(_keep_action(row) for row in rows)


def _keep_action(row: ActionRow) -> KeptAction:
    due, forecast, done = (d.isoformat() if d else None for d in (row.due, row.forecast, row.entry.completed_on))
    entry = row.entry
    return KeptAction(entry.key, entry.title, row.outcome, due, forecast, done, entry.owner_rating, row.reason)
