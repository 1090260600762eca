"""What a programme declares, as history records it: its configuration, and decisions that stand or were withdrawn.

Every function works within the caller's transaction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from history import tables as t
from history.chain import add_event


def sha_of(text: str) -> str:
    """SHA-256 of text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def set_configuration(connection: Connection, programme: str, text: str, at: str) -> str:
    """Record a configuration if it is not the one last recorded; returns its SHA-256."""
    sha = sha_of(text)
    own = select(t.configuration.c.sha).where(t.configuration.c.programme == programme)
    if connection.scalar(own.order_by(t.configuration.c.seq.desc()).limit(1)) != sha:
        seq = add_event(connection, programme, "configuration", at)
        connection.execute(insert(t.configuration).values(seq=seq, programme=programme, sha=sha, json=text))
    return sha


def set_decisions(
    connection: Connection, programme: str, kind: str, declared: Sequence[Mapping[str, str]], at: str
) -> None:
    """Make the recorded decisions of one kind those declared: new ones are added, others withdrawn."""
    wanted = {sha_of(d["json"]): d for d in declared}
    held = standing_decisions(connection, programme, kind, None)
    for sha in sorted(held.keys() - wanted.keys(), key=lambda s: int(held[s]["seq"])):
        _add_decision(connection, programme, kind, at, dict(held[sha]), sha, is_withdrawn=1)
    for sha in [s for s in wanted if s not in held]:
        _add_decision(connection, programme, kind, at, wanted[sha], sha, is_withdrawn=0)


def _add_decision(
    connection: Connection,
    programme: str,
    kind: str,
    at: str,
    entry: Mapping[str, Any],
    sha: str,
    *,
    is_withdrawn: int,
) -> None:
    seq = add_event(connection, programme, "withdrawal" if is_withdrawn else "decision", at)
    connection.execute(
        insert(t.decision).values(
            seq=seq,
            programme=programme,
            kind=kind,
            sha=sha,
            is_withdrawn=is_withdrawn,
            role=entry["role"],
            decided_on=entry["decided_on"],
            reason=entry["reason"],
            json=entry["json"],
        )
    )


def standing_decisions(
    connection: Connection, programme: str, kind: str, as_known: int | None
) -> dict[str, RowMapping]:
    """The decisions that stand, by hash: declared, and not withdrawn since."""
    query = select(t.decision).where(t.decision.c.programme == programme, t.decision.c.kind == kind)
    if as_known is not None:
        query = query.where(t.decision.c.seq <= as_known)
    held: dict[str, RowMapping] = {}
    for row in connection.execute(query.order_by(t.decision.c.seq)).mappings():
        if row["is_withdrawn"]:
            held.pop(row["sha"], None)
        else:
            held[row["sha"]] = row
    return held
