"""The steps of receiving: look into the inbox, take files in, send back what there is to say, clear up."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from delivery.outbox import publish_file
from flows.inbox import Inbox, WaitingFile, look_into, number_name, restore_inbox, take_away
from flows.leftovers import clear_leftovers
from flows.locks import taking_in
from flows.publishing import register_files
from flows.quarantine import clear_quarantined, quarantine_files
from flows.returning import return_taken
from flows.settings import Home, open_history, quarantine_days
from flows.taking import TakenFile, take_files
from history.originals import hash_original
from history.store import History
from programmes.load import LoadedProgramme, load_again


@dataclass(frozen=True, slots=True)
class Received:
    """What came of one round: files taken, what waits in the inbox, the names put into quarantine."""

    taken: tuple[TakenFile, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    quarantined: tuple[str, ...] = ()


def receive_files(
    home: Home,
    loaded: LoadedProgramme,
    paths: Sequence[Path],
    received_at: str,
    say: Callable[[str], None] | None = None,
) -> Received:
    """Take the named files in, or the inbox where none is named.

    Every sound workbook is filed, every refused one put aside with reasons, what holds personal data goes to
    quarantine; each sender gets an acknowledgement. A file that was replaced while it was taken stays.

    One run of a programme does this at a time: what it compares with history is filed before the next one
    looks. `say` is told when another one has to be waited for.
    """
    days = quarantine_days()
    with taking_in(home, loaded.programme.id, say):
        restore_inbox(home, loaded.programme.id)
        clear_leftovers(home, loaded.programme.id)
        return _receive(home, load_again(loaded), paths, received_at, days)


def _receive(home: Home, loaded: LoadedProgramme, paths: Sequence[Path], received_at: str, days: int) -> Received:
    name = loaded.programme.id
    inbox = Inbox(tuple(paths)) if paths else look_into(home, name)
    history = open_history(home)
    try:
        taken = take_files(history, inbox.ready, loaded, received_at)
        quarantined = quarantine_files(history, home, name, taken, received_at, days)
        taken = return_taken(history, home, loaded.programme, taken, received_at)
        clear_quarantined(home, name, taken)
        replaced = _clear_inbox(history, home, name, taken, received_at)
    finally:
        history.close()
    waiting = (*inbox.waiting, *(WaitingFile(p, "another file has taken its place") for p in replaced))
    return Received(tuple(taken), waiting, tuple(quarantined))


def _clear_inbox(
    history: History, home: Home, programme: str, taken: Sequence[TakenFile], received_at: str
) -> list[Path]:
    """Take filed workbooks out of the inbox (their bytes are kept), and put refused ones aside with reasons.

    Those with personal data are left to the quarantine. Returns the places where another file lies by now.
    """
    inbox = home.inbox(programme)
    own = [item for item in taken if item.judged.path.parent == inbox and not item.judged.is_personal]
    aside: dict[Path, _Refused] = {}
    for item in (i for i in own if i.receipt_id is None):
        refused = _Refused.of(item, home.refused(programme), {r.target for r in aside.values()})
        aside[item.judged.path] = refused
    files = {k: v for r in aside.values() for k, v in r.files().items()}
    register_files(history, home, programme, files, received_at)
    replaced = []
    for item in own:
        path = item.judged.path
        found = aside.get(path)
        if found is not None:
            publish_file(found.reasons, found.text)  # first: what lies there has its reasons, whatever happens
        if not take_away(path, item.judged.reading.sha256, found.target if found else None) and path.exists():
            replaced.append(path)
    return replaced


@dataclass(frozen=True, slots=True)
class _Refused:
    """A refused file that is about to be put aside, with the reasons beside it."""

    item: TakenFile
    size: int
    target: Path
    reasons: Path
    text: bytes

    @classmethod
    def of(cls, item: TakenFile, folder: Path, taken: set[Path]) -> _Refused:
        """The files that a refused one becomes in `folder`, where some places are `taken`."""
        path = item.judged.path
        target = _free_place(folder, path.name, item.judged.reading.sha256, taken)
        size = path.stat().st_size if path.exists() else len(item.judged.content)
        return cls(item, size, target, _reasons_path(target), _say_reasons(item))

    def files(self) -> dict[Path, tuple[str, int, str]]:
        """Both files, as they are registered."""
        reasons = (hash_original(self.text), len(self.text), "reasons of a refusal")
        return {
            self.target: (self.item.judged.reading.sha256, self.size, "refused workbook"),
            self.reasons: reasons,
        }


def _free_place(folder: Path, name: str, sha256: str, taken: set[Path]) -> Path:
    """Where a refused file goes: under its own name, unless another file lies there by that name."""
    path = folder / name
    number = 2
    while path in taken or path.exists():
        if path not in taken:
            with path.open("rb") as stream:
                if hashlib.file_digest(stream, "sha256").hexdigest() == sha256:
                    break
        path = folder / number_name(name, number)
        number += 1
    return path


def _say_reasons(item: TakenFile) -> bytes:
    findings = [replace(f, accept="") for f in item.judged.findings]
    lines = [f"{f.sheet or ''} {f.cell or ''}: {f.message} {f.action}".strip(" :") for f in findings]
    return ("\n".join(lines) + "\n").encode()


def _reasons_path(target: Path) -> Path:
    ending = ".why.txt"
    room = 250 - len(ending.encode())
    name = os.fsencode(target.name)[:room].decode(errors="ignore")
    return target.with_name(f"{name}{ending}")
