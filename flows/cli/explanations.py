"""The command that answers "where does this come from?": a number, an action's colour, a count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from flows.answering import say_action, say_explanation, say_rating
from flows.cli.answers import nothing_known, nothing_received, say_known, warn
from flows.cli.intake import print_json
from flows.explaining import explain_figure, find_row, names_figure, names_reference
from flows.explaining_plan import explain_action, explain_rating, find_action, find_rating_id
from flows.failures import OK
from flows.naming_packs import find_pack, name_programme
from flows.position import Depth, Position, check_known, derive_position, resolve_known
from flows.retiring import note_retired
from flows.settings import Home, UsageError, as_date, find_home, find_programme_folder, open_history
from history.records import PackRecord
from history.store import History
from programmes.load import load_programme
from schemas.spelling import printable
from transforms.actions import ActionRow
from transforms.words import join_words


@dataclass(frozen=True, slots=True)
class Question:
    """What the user asked: of which programme or pack, which number, and what was known when."""

    name: str
    programme: str | None
    service: str | None = None
    subgroup: str | None = None
    as_at: str | None = None
    as_known: str | None = None
    pack: str | None = None
    board: str | None = None


def print_explanation(asked: Question, home_option: Path | None, *, as_json: bool) -> int:
    """Print where a number comes from, why an action has its colour, or what a count counts."""
    home = find_home(home_option)
    asked = replace(asked, name=asked.name.strip())
    _check(asked)
    if asked.pack is not None and not home.has_history:
        raise UsageError(f"there is no pack {asked.pack}: nothing was built in {home.folder}")
    if asked.pack is None:
        load_programme(find_programme_folder(asked.programme or "", home))
        if not home.has_history:
            raise nothing_received(load_programme(find_programme_folder(asked.programme or "", home)), home)
    history = open_history(home)
    try:
        pack = _find_pack(history, asked, home)
        position = _position(history, asked, pack, home, "figures")
        answer = None if _is_of_plan(position, asked, pack) else _answer(history, position, asked, pack)
        if answer is None or _is_held(answer[0]):  # what holds it, and the plan, take more than the figures
            answer = _answer(history, _position(history, asked, pack, home, "pack"), asked, pack)
    finally:
        history.close()
    if as_json:
        print_json(answer[0])
    else:
        print(answer[1])
    return OK


def _is_of_plan(position: Position, asked: Question, pack: PackRecord | None) -> bool:
    """Whether something else than a figure is asked about."""
    return pack is None and not names_figure(position, asked.name)


def _is_held(told: dict[str, Any]) -> bool:
    """Whether a figure, or one beside it, is held: what holds it stands in the findings."""
    return any(trail.get("held_by") for trail in (told, told.get("previous"), told.get("baseline")) if trail)


# --- What cannot be asked together ------------------------------------------------------------------------


def _check(asked: Question) -> None:
    """UsageError for options that contradict each other or the name, whatever is known."""
    if asked.pack is None and asked.programme is None:
        raise UsageError("name a --programme, or a --pack")
    if asked.pack is None and asked.as_at is None:
        raise UsageError("name the date with --as-at, or a --pack, which has its own")
    if asked.pack is None:
        as_date(asked.as_at or "")
        check_known(asked.as_known)
    else:
        own = _given(as_at=asked.as_at, as_known=asked.as_known, board=asked.board)
        if own:
            raise UsageError(f"a --pack has its own {join_words(own)}: take {_them(own)} out")
    lines = _of_lines(asked)
    if lines and names_reference(asked.name):
        raise UsageError(
            f"{asked.name} names one line: {join_words(lines)} cannot choose another; leave {_them(lines)} out"
        )


def _check_kind(asked: Question, kind: str) -> None:
    """UsageError for an option that does not go with what is asked about: an action, a rating or a figure."""
    lines, shown = _of_lines(asked), printable(asked.name)
    if lines and kind != "a figure":
        goes = "goes" if len(lines) == 1 else "go"
        raise UsageError(
            f"{shown} is {kind}, and {join_words(lines)} {goes} with an indicator; leave {_them(lines)} out"
        )
    if asked.board is not None and kind != "a rating":
        raise UsageError(f"--board goes with a colour or another rating, and {shown} is {kind}; leave it out")


def _of_lines(asked: Question) -> list[str]:
    """The options given that choose a line of an indicator."""
    return _given(service=asked.service, subgroup=asked.subgroup)


def _given(**options: str | None) -> list[str]:
    return [f"--{name.replace('_', '-')}" for name, value in options.items() if value is not None]


def _them(options: Sequence[str]) -> str:
    return "it" if len(options) == 1 else "them"


# --- The answer -------------------------------------------------------------------------------------------


def _find_pack(history: History, asked: Question, home: Home) -> PackRecord | None:
    if asked.pack is None:
        return None
    return find_pack(history, asked.pack, name_programme(history, asked.programme, home))


def _position(history: History, asked: Question, pack: PackRecord | None, home: Home, depth: Depth) -> Position:
    if pack is not None:
        from flows.rebuilding import derive_record  # what makes packs takes a while to import

        return derive_record(history, pack)
    loaded = load_programme(find_programme_folder(asked.programme or "", home))
    known = resolve_known(history, loaded.programme.id, asked.as_known, say_known)
    position = derive_position(history, loaded, as_date(asked.as_at or ""), known, depth)
    if not position.received:
        raise nothing_known(history, loaded, home, known)
    if depth == "figures":
        warn(position)
    return position


def _answer(
    history: History, position: Position, asked: Question, pack: PackRecord | None
) -> tuple[dict[str, Any], str]:
    """The answer as a form and in words."""
    if not names_figure(position, asked.name):
        action = find_action(position, asked.name)
        if action is not None:
            _check_kind(asked, "an action")
            told = _explain_action(history, position, pack, action)
            note_retired(told, history.retention.retired_files())
            return told, say_action(told)
        colour = find_rating_id(position, asked.name)
        if colour is not None:
            _check_kind(asked, "a rating")
            told = _explain_rating(history, position, asked, pack, colour)
            return told, say_rating(told)
    told = _explain_figure(history, position, asked, pack)
    note_retired(told, history.retention.retired_files())
    return told, say_explanation(told)


def _explain_figure(history: History, position: Position, asked: Question, pack: PackRecord | None) -> dict[str, Any]:
    if pack is not None:
        from flows.explaining_packs import explain_printed

        return explain_printed(history, position, pack, asked.name, asked.service, asked.subgroup)
    row = find_row(position, asked.name, asked.service, asked.subgroup)
    _check_kind(asked, "a figure")
    return explain_figure(history, position, row)


def _explain_action(
    history: History, position: Position, pack: PackRecord | None, action: ActionRow
) -> dict[str, Any]:
    if pack is not None:
        from flows.explaining_packs import explain_printed_action

        return explain_printed_action(history, position, pack, action)
    return explain_action(history, position, action)


def _explain_rating(
    history: History, position: Position, asked: Question, pack: PackRecord | None, colour: str
) -> dict[str, Any]:
    from flows.building import find_board, give_pack
    from flows.explaining_packs import explain_printed_rating

    if pack is not None:
        return explain_printed_rating(history, position, pack, colour)
    board = find_board(position, asked.board) if asked.board is not None else None
    return explain_rating(position, give_pack(position, board, None), colour, board)
