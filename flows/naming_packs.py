"""How a pack is named at the prompt: by number, by its file, by the start of its hash, or BOARD@DATE."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from flows.settings import Home, UsageError, find_programme_folder
from history.records import IssueRecord, PackRecord
from history.store import History
from programmes.load import load_programme
from schemas.spelling import nearest, printable
from transforms.words import join_words

_HASH = re.compile(r"[0-9a-fA-F]{8,64}")
_AT = re.compile(r"(?P<board>[^@/\\]+)@(?P<date>\d{4}-\d{2}-\d{2})")
_MOST_NAMED = 6


def find_pack(history: History, text: str, programme: str | None = None) -> PackRecord:
    """The pack that a user means. UsageError says what there is where nothing, or more than one, is meant.

    `text` is a pack's number; a path to its PDF, which is known by its bytes; eight or more characters of its
    hash; or BOARD@DATE: what was issued last for the meeting of that date, else for the figures as at that
    date, else what was built last as at that date.
    """
    every = history.packs.listed()
    known = [p for p in every if programme in {None, p.programme}]
    try:
        if not known:
            of = f" of {programme}" if programme else ""
            raise UsageError(f"no pack{of} was built yet; build one with `boardpack build`")
        found = _find(history, text.strip(), known)
    except UsageError:
        if programme is not None:
            _refuse_of_another(history, text.strip(), programme, every, f"; {_name_all(known)}" if known else "")
        raise
    record = history.packs.find(found.pack_id)
    assert record is not None  # it was listed
    return record


def name_programme(history: History, text: str | None, home: Home) -> str | None:
    """The programme of packs that a user names: one that packs were built of, else one that can be loaded."""
    if text is None or any(p.programme == text for p in history.packs.listed()):
        return text
    return load_programme(find_programme_folder(text, home)).programme.id


def _refuse_of_another(
    history: History, text: str, programme: str, every: Sequence[PackRecord], there_is: str
) -> None:
    """UsageError where a pack is meant, but of another programme than the one that was named."""
    others = [p for p in every if p.programme != programme]
    if not others:
        return
    try:
        found = _find(history, text, others)
    except UsageError:
        return
    raise UsageError(f"{printable(text)} is a pack of {found.programme}, not of {programme}{there_is}")


def _find(history: History, text: str, known: Sequence[PackRecord]) -> PackRecord:
    at = _AT.fullmatch(text)
    if at is not None and not Path(text).is_file():
        return _find_at(history, at["board"], at["date"], known)
    if text.isascii() and text.isdigit():
        own = [p for p in known if p.pack_id == int(text)]
        if own:
            return own[0]
        if len(text) < 8:
            raise UsageError(f"there is no pack {text}; {_name_all(known)}")
    if _HASH.fullmatch(text) and not Path(text).is_file():
        return _only([p for p in known if p.sha256.startswith(text.lower())], f"the hash {text.lower()}", known)
    if Path(text).is_file():
        return _find_file(Path(text), known)
    raise UsageError(_explain(text, known))


def _find_file(path: Path, known: Sequence[PackRecord]) -> PackRecord:
    with path.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    found = [p for p in known if p.sha256 == sha256]
    if not found:
        raise UsageError(
            f"{printable(str(path))} is no pack that was built here, or it was changed since; {_name_all(known)}"
        )
    return _only(found, printable(str(path)), known)


def _find_at(history: History, board: str, text: str, known: Sequence[PackRecord]) -> PackRecord:
    """The pack of a board by a date: of a meeting, or of its figures."""
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text}' is not a date; write it as tsg@2021-11-30") from None
    own = [p for p in known if p.board == board]
    if not own:
        raise UsageError(_no_board(board, known))
    by_id = {p.pack_id: p for p in own}
    issued = [i for i in history.packs.issues(board=board) if i.pack_id in by_id]
    for of_date in (
        [i for i in issued if i.meeting == date],
        [i for i in issued if by_id[i.pack_id].as_at == date],
    ):
        if of_date:
            return _only([by_id[i.pack_id] for i in _latest(of_date)], f"{board}@{text}", known)
    built = [p for p in own if p.as_at == date or p.meeting == date]
    last = {p.programme: p for p in built}
    if not last:
        raise UsageError(f"no pack of {board} is for a meeting, or as at, {text}; {_name_all(own)}")
    return _only(list(last.values()), f"{board}@{text}", known)


def _latest(issues: Sequence[IssueRecord]) -> list[IssueRecord]:
    """The last issue of each programme, meeting and edition; of several meetings the latest."""
    last = max(i.meeting for i in issues)
    places = {(i.programme, i.edition): i for i in issues if i.meeting == last}
    return list(places.values())


def _only(found: Sequence[PackRecord], said: str, known: Sequence[PackRecord]) -> PackRecord:
    if len(found) == 1:
        return found[0]
    if not found:
        raise UsageError(f"no pack has {said}; {_name_all(known)}")
    several = len({p.programme for p in found}) > 1
    hint = "name the programme with --programme, or a pack by its number" if several else "name it by its number"
    raise UsageError(f"{said} names {len(found)} packs: {join_words([describe_pack(p) for p in found])}; {hint}")


def _no_board(board: str, known: Sequence[PackRecord]) -> str:
    boards = sorted({p.board for p in known})
    near = nearest(board, boards)
    hint = f"; did you mean {near}?" if near else ""
    return f"no pack was built for a board '{printable(board)}'; there are packs of {join_words(boards)}{hint}"


def _explain(text: str, known: Sequence[PackRecord]) -> str:
    shown = printable(text)
    if text.lower().endswith(".pdf") or "/" in text or "\\" in text:
        return f"there is no file {shown}; {_name_all(known)}"
    return (
        f"'{shown}' names no pack: write its number, a path to its PDF, eight or more characters of its hash, "
        f"or BOARD@DATE; {_name_all(known)}"
    )


def _name_all(known: Sequence[PackRecord]) -> str:
    shown = [describe_pack(p) for p in known[-_MOST_NAMED:]]
    what = "there are" if len(known) <= _MOST_NAMED else "the last ones are"
    return f"{what} {join_words(shown)}" if len(shown) > 1 else f"there is {shown[0]}"


def describe_pack(pack: PackRecord) -> str:
    """A pack in a few words: "28 (tsg as at 2021-11-30, meeting 2021-12-09)"."""
    meeting = f", meeting {pack.meeting.isoformat()}" if pack.meeting else ""
    return f"{pack.pack_id} ({pack.board} as at {pack.as_at.isoformat()}{meeting})"
