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
from flows.quarantine import clear_quarantined, quarantine_files
from flows.returning import return_taken
from flows.settings import Home, quarantine_days
from flows.taking import TakenFile, take_files
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
    history = History(home.history)
    try:
        taken = take_files(history, inbox.ready, loaded, received_at)
    finally:
        history.close()
    quarantined = quarantine_files(home, name, taken, received_at, days)
    taken = return_taken(home, loaded.programme, taken, received_at)
    clear_quarantined(home, name, taken)
    replaced = _clear_inbox(home, name, taken)
    waiting = (*inbox.waiting, *(WaitingFile(p, "another file has taken its place") for p in replaced))
    return Received(tuple(taken), waiting, tuple(quarantined))


def _clear_inbox(home: Home, programme: str, taken: Sequence[TakenFile]) -> list[Path]:
    """Take filed workbooks out of the inbox (their bytes are kept), and put refused ones aside with reasons.

    Those with personal data are left to the quarantine. Returns the places where another file lies by now.
    """
    replaced = []
    for item in taken:
        path = item.judged.path
        if path.parent != home.inbox(programme) or item.judged.is_personal:
            continue
        sha256 = item.judged.reading.sha256
        target = None if item.receipt_id is not None else _free_place(home.refused(programme), path.name, sha256)
        if target is not None:
            _write_reasons(target, item)  # first: what lies there has its reasons, whatever happens
        if not take_away(path, sha256, target) and path.exists():
            replaced.append(path)
    return replaced


def _free_place(folder: Path, name: str, sha256: str) -> Path:
    """Where a refused file goes: under its own name, unless another file lies there by that name."""
    path = folder / name
    number = 2
    while path.exists():
        with path.open("rb") as stream:
            if hashlib.file_digest(stream, "sha256").hexdigest() == sha256:
                break
        path = folder / number_name(name, number)
        number += 1
    return path


def _write_reasons(target: Path, item: TakenFile) -> None:
    findings = [replace(f, accept="") for f in item.judged.findings]
    lines = [f"{f.sheet or ''} {f.cell or ''}: {f.message} {f.action}".strip(" :") for f in findings]
    ending = ".why.txt"
    room = 250 - len(ending.encode())
    name = os.fsencode(target.name)[:room].decode(errors="ignore")
    publish_file(target.with_name(f"{name}{ending}"), ("\n".join(lines) + "\n").encode())
