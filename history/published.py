"""The files that Boardpack put into the home for people: what each was when it was written."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, insert, select

from history import tables as t
from history.chain import add_event
from history.database import reading, writing


@dataclass(frozen=True, slots=True)
class PublishedFile:
    """A file as it was written: `path` relative to the home, with forward slashes; `what` it is in a word."""

    path: str
    sha256: str
    size: int
    what: str
    seq: int = 0
    programme: str = ""


class Published:
    """The register of published files of one history."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def register(self, programme: str, files: Iterable[PublishedFile], at: str) -> None:
        """Register files that are about to be written, as one event; what was registered last is not again.

        Registering comes before writing: a process that is killed between them leaves a file as it was
        registered before, or none.
        """
        given = list({f.path: f for f in files}.values())
        with writing(self._engine) as connection:
            known = _last(connection, [f.path for f in given])
            fresh = [f for f in given if known.get(f.path) != f.sha256]
            if not fresh:
                return
            seq = add_event(connection, programme, "published", at)
            rows = [{"path": f.path, "sha256": f.sha256, "size": f.size, "what": f.what} for f in fresh]
            connection.execute(insert(t.published), [{"seq": seq, **row} for row in rows])

    def listed(self, programme: str | None = None) -> dict[str, list[PublishedFile]]:
        """Every registration of each path, the last one last."""
        own = t.published.c
        query = select(t.published, t.event.c.programme).join(t.event, t.event.c.seq == own.seq)
        query = query if programme is None else query.where(t.event.c.programme == programme)
        found: dict[str, list[PublishedFile]] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query.order_by(own.seq, own.path)).mappings():
                found.setdefault(row["path"], []).append(PublishedFile(**row))
        return found


def _last(connection: Connection, paths: Sequence[str]) -> dict[str, str]:
    """The SHA-256 of the last registration of each path."""
    found: dict[str, str] = {}
    own = t.published.c
    for start in range(0, len(paths), 500):
        query = select(own.path, own.sha256).where(own.path.in_(paths[start : start + 500])).order_by(own.seq)
        found |= {row.path: row.sha256 for row in connection.execute(query)}
    return found
