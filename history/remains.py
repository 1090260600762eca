"""What tells that a home had a history, though its database is not there any more: nobody begins anew by mistake."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from history.failures import SERVER_MARK, DamagedHistory

DATABASE = "history.sqlite"
NO_TABLES, NO_EVENT = "the database holds none of Boardpack's tables", "the database holds no event"
_HASH = re.compile(r"[0-9a-f]{64}")
_ACTION = "Put back the last backup; to begin anew on purpose, move the home away first."


@dataclass(frozen=True, slots=True)
class Remains:
    """What lies in a home that only a history can have brought: how many originals, issued packs and other files."""

    originals: int = 0
    issued: int = 0
    others: int = 0

    def __bool__(self) -> bool:
        return bool(self.originals or self.issued or self.others)

    def __str__(self) -> str:
        return " and ".join(f"{number} {one if number == 1 else many}" for number, one, many in self._told)

    @property
    def verb(self) -> str:
        """Whether they lie there, or it lies there."""
        return "lies" if sum(number for number, *_ in self._told) == 1 else "lie"

    @property
    def _told(self) -> list[tuple[int, str, str]]:
        counts = [(self.originals, "original", "originals"), (self.issued, "issued pack", "issued packs")]
        others = (self.others, "file that came from it", "files that came from it")
        return [count for count in counts if count[0]] or [others]


def find_remains(folder: Path, *, is_database_there: bool = False) -> Remains:
    """What remains of the history in `folder`, the folder of that name in a home. Slow where there is much.

    Beside a database that is there and holds nothing, what belongs to the database tells nothing.
    """
    home = folder.parent
    originals = sum(_HASH.fullmatch(path.name) is not None for path in _files(folder / "originals"))
    frozen, issued = (sum(1 for _ in _files(place)) for place in (folder / "packs", home / "issued"))
    others = [*_written(home), *(() if is_database_there else _beside(folder))]
    return Remains(originals, max(frozen, issued), len(others))


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".part")


def _written(home: Path) -> Iterator[Path]:
    """Files that only a command with a history writes."""
    yield from home.glob("outbox/*/*_restricted*.pdf")
    yield from home.glob("returned/*/*.acknowledgement.txt")


def _beside(folder: Path) -> Iterator[Path]:
    """What belongs to a database that held something."""
    log = folder / f"{DATABASE}-wal"
    if log.is_file() and log.stat().st_size:
        yield log
    yield from (p for name in ("history.seal", f"{DATABASE}.v*.backup") for p in folder.glob(name) if p.is_file())


def holds_database(folder: Path) -> bool:
    """Whether a file with anything in it lies where a home keeps its database. Nothing is opened."""
    path = folder / DATABASE
    return path.is_file() and path.stat().st_size > 0


def is_begun(folder: Path) -> bool:
    """Whether a home has a history, there or, as its mark says, on a server; asking makes none.

    DamagedHistory where it had one that is lost.
    """
    if holds_database(folder) or (folder / SERVER_MARK).is_file():
        return True
    refuse_lost(folder)
    return False


def refuse_lost(folder: Path) -> None:
    """DamagedHistory where a home had a history, and its database is gone or empty."""
    if holds_database(folder):
        return
    remains = find_remains(folder)
    # looked at once more: another process may have begun it meanwhile
    if remains and not holds_database(folder):
        raise lost_history(folder, f"the database {_state(folder / DATABASE)}", remains)


def _state(path: Path) -> str:
    if path.is_file():
        return "is empty: it has no bytes"
    return "is no file" if path.exists() else "is gone"


def lost_history(
    folder: Path, what: str, remains: Remains, place: str = DATABASE, action: str = _ACTION
) -> DamagedHistory:
    """What is raised where a history is lost: `what` there is of its database, though that much remains."""
    message = f"{what}, though {remains} {remains.verb} in the home" if remains else what
    return DamagedHistory(folder.parent, f"{folder.name}/{place}", message, action)
