"""Retention: which originals are kept and since when, and which were deleted by rule. Their register entry stays.

Deletion is recorded first and done afterwards, each within a write transaction: a process that is killed between
the two leaves bytes that are known as retired, and they go the next time. A file that is received anew after it
was retired is an original again, with a life of its own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from history import tables as t
from history.chain import add_event
from history.database import reading, writing
from history.originals import original_path
from history.records import to_finding

_NEVER_KEPT = "personal_data"


@dataclass(frozen=True, slots=True)
class Use:
    """One arrival of a file: the receipt or refusal `seq` of a programme."""

    programme: str
    received_at: str
    seq: int


@dataclass(frozen=True, slots=True)
class KeptOriginal:
    """A file whose bytes are kept, with every arrival that it stands behind."""

    sha256: str
    size: int
    name: str
    uses: tuple[Use, ...]


@dataclass(frozen=True, slots=True)
class RetiredFile:
    """A file whose bytes were deleted: by which event, when (UTC), and by which rule, in words."""

    sha256: str
    seq: int
    at: str
    rule: str


class Retention:
    """The originals of one history: what is kept, what was deleted by rule."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self._engine = engine
        self._folder = folder

    def originals(self) -> list[KeptOriginal]:
        """Every original that is kept, by hash; those that were retired are not."""
        with reading(self._engine) as connection:
            return kept_originals(connection)

    def retired_files(self, shas: Collection[str] | None = None) -> dict[str, RetiredFile]:
        """The files that were deleted by rule and not received since, by hash; of `shas`, where they are given."""
        with reading(self._engine) as connection:
            found = retired_files(connection)
        return found if shas is None else {sha: item for sha, item in found.items() if sha in shas}

    def retire(
        self, programme: str, rules: Mapping[str, str], at: str, is_due: Callable[[KeptOriginal], bool]
    ) -> list[str]:
        """Record that originals are to be deleted, each by its rule; returns the hashes that were recorded.

        One that is no longer due when the transaction begins, as it was received again meanwhile, is left out.
        """
        with writing(self._engine) as connection:
            due = [item.sha256 for item in kept_originals(connection) if item.sha256 in rules and is_due(item)]
            if due:
                seq = add_event(connection, programme, "retired", at)
                rows = [{"seq": seq, "sha256": sha, "rule": rules[sha]} for sha in due]
                connection.execute(insert(t.retired), rows)
        return due

    def delete_retired(self, stuck: dict[Path, str] | None = None) -> list[str]:
        """Delete the bytes of every retired file that still has some; returns their hashes. Where one cannot be
        deleted it is noted in `stuck`, by its path and why, and the others go all the same.

        Within a write transaction: a file that is being received anew is not deleted under its receipt.
        """
        gone = []
        with writing(self._engine) as connection:
            for sha256 in sorted(retired_files(connection)):
                path = original_path(self._folder, sha256)
                try:
                    path.unlink()
                    gone.append(sha256)
                except (FileNotFoundError, NotADirectoryError):
                    continue
                except OSError as error:
                    if stuck is None:
                        raise
                    stuck[path] = error.strerror or str(error)
        return gone


def kept_originals(connection: Connection) -> list[KeptOriginal]:
    """Every file that must be there, by hash: received or refused, and not retired since.

    A file that was only ever refused for personal data was never kept.
    """
    gone = retired_files(connection)
    uses: dict[str, list[Use]] = {}
    for sha256, use in _read_uses(connection):
        uses.setdefault(sha256, []).append(use)
    rows = connection.execute(select(t.file).order_by(t.file.c.sha256)).mappings()
    return [
        KeptOriginal(row["sha256"], row["size"], row["name"], tuple(uses[row["sha256"]]))
        for row in rows
        if row["sha256"] in uses and row["sha256"] not in gone
    ]


def retired_files(connection: Connection) -> dict[str, RetiredFile]:
    """The files that were retired and not received since, by hash."""
    query = select(t.retired, t.event.c.at).join(t.event, t.event.c.seq == t.retired.c.seq).order_by(t.retired.c.seq)
    found = {
        row["sha256"]: RetiredFile(row["sha256"], row["seq"], row["at"], row["rule"])
        for row in connection.execute(query).mappings()
    }
    if not found:
        return {}
    for sha256, use in _read_uses(connection):
        if sha256 in found and use.seq > found[sha256].seq:
            del found[sha256]
    return found


def _read_uses(connection: Connection) -> list[tuple[str, Use]]:
    """Every arrival whose bytes were kept, in order."""
    receipt, refusal = t.receipt.c, t.refusal.c
    query = select(receipt.sha256, receipt.programme, receipt.received_at, receipt.receipt_id)
    found = [(sha, Use(programme, at, seq)) for sha, programme, at, seq in connection.execute(query)]
    refused = select(refusal.sha256, refusal.programme, refusal.received_at, refusal.seq, refusal.findings)
    for sha, programme, at, seq, findings in connection.execute(refused):
        if all(to_finding(text).code != _NEVER_KEPT for text in json.loads(findings)):
            found.append((sha, Use(programme, at, seq)))
    return sorted(found, key=lambda item: item[1].seq)
