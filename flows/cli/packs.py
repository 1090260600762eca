"""The command `build`: one pack, not issued."""

from __future__ import annotations

import datetime as dt
import shlex
from contextlib import nullcontext
from pathlib import Path

from flows.checking import as_date
from flows.cli.answers import open_position
from flows.cli.intake import print_json, say
from flows.failures import HELD, OK
from flows.locks import building
from flows.settings import find_home, find_programme_folder, open_history, refuse_kept_place
from programmes.load import load_programme


def build_one(
    programme: str,
    board: str,
    as_at: str,
    meeting: str | None,
    as_known: str | None,
    out: Path | None,
    home_option: Path | None,
    *,
    as_json: bool,
) -> int:
    """Build one pack and say where it lies; 1 where it holds held figures."""
    from flows.building import build_pack, check_meeting, find_board
    from flows.position import resolve_known
    from flows.running import pack_form

    meets = as_date(meeting, "meeting date") if meeting else None
    check_meeting(meets, as_date(as_at))
    home = find_home(home_option)
    refuse_kept_place(home, out)
    name = load_programme(find_programme_folder(programme, home)).programme.id
    with building(home, name, board) if home.has_history else nullcontext():
        position = open_position(programme, as_at, as_known, home_option)
        found = find_board(position, board)
        history = open_history(home)
        try:
            upto = resolve_known(history, name, as_known)
            pack = build_pack(history, position, found, home.outbox(name), meets, out, upto)
        finally:
            history.close()
    if as_json:
        print_json(pack_form(pack))
    else:
        print(f"{pack.path}: {pack.pages} pages, as at {pack.as_at}, as known at event {pack.as_known}")
        print(f"  {issue_hint(pack.pack_id, meets, home_option)}")
        for warning in pack.warnings:
            say(f"boardpack: {warning}")
    return HELD if pack.held else OK


def issue_hint(pack_id: int, meeting: dt.date | None, home_option: Path | None) -> str:
    """How to go on from a built pack."""
    if meeting is None:
        return f"pack {pack_id}, for no meeting: it cannot be issued; build with --meeting DATE for that"
    where = f" --home {shlex.quote(str(home_option))}" if home_option else ""
    return f"pack {pack_id}, not issued; once it is approved: boardpack issue {pack_id} --role ROLE{where}"
