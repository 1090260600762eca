"""The steps of receiving: look into the inbox, take files in, send back what there is to say, clear up."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flows.inbox import Inbox, WaitingFile, look_into, take_away
from flows.quarantine import quarantine_files
from flows.returning import return_taken
from flows.settings import Home, open_history, quarantine_days
from flows.taking import TakenFile, take_files
from programmes.load import LoadedProgramme


@dataclass(frozen=True, slots=True)
class Received:
    """What came of one round: files taken, what waits in the inbox, the names put into quarantine."""

    taken: tuple[TakenFile, ...] = ()
    waiting: tuple[WaitingFile, ...] = ()
    quarantined: tuple[str, ...] = ()


def receive_files(home: Home, loaded: LoadedProgramme, paths: Sequence[Path], received_at: str) -> Received:
    """Take the named files in, or the inbox where none is named.

    Every sound workbook is filed, every refused one put aside with reasons, what holds personal data goes to
    quarantine; each sender gets an acknowledgement. A file that was replaced while it was taken stays.
    """
    name = loaded.programme.id
    inbox = Inbox(tuple(paths)) if paths else look_into(home, name)
    days = quarantine_days()
    history = open_history(home)
    try:
        taken = take_files(history, inbox.ready, loaded, received_at)
    finally:
        history.close()
    quarantined = quarantine_files(home, name, taken, received_at, days)
    taken = return_taken(home, loaded.programme, taken, received_at)
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
        target = None if item.receipt_id is not None else home.refused(programme) / path.name
        if not take_away(path, item.judged.reading.sha256, target):
            if path.exists():
                replaced.append(path)
        elif target is not None:
            _write_reasons(target, item)
    return replaced


def _write_reasons(target: Path, item: TakenFile) -> None:
    findings = [replace(f, accept="") for f in item.judged.findings]
    lines = [f"{f.sheet or ''} {f.cell or ''}: {f.message} {f.action}".strip(" :") for f in findings]
    ending = ".why.txt"
    room = 250 - len(ending.encode())
    name = os.fsencode(target.name)[:room].decode(errors="ignore")
    target.with_name(f"{name}{ending}").write_text("\n".join(lines) + "\n", encoding="utf-8")
