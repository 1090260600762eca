"""The command that verifies a home."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import AsJson, HomeOption

_WORDS = {
    "pages": "page of the database",
    "events": "event",
    "originals": "original",
    "let_go": "original let go by rule",
    "packs": "pack",
    "issued": "issued pack",
    "published": "published file",
    "quarantined": "file in quarantine",
    "rederived": "pack derived again",
    "read_again": "original read again",
}
_PLURALS = {
    "pages": "pages of the database",
    "let_go": "originals let go by rule",
    "quarantined": "files in quarantine",
    "rederived": "packs derived again",
    "read_again": "originals read again",
}


def add_commands(app: typer.Typer) -> None:
    """Add `verify` to the command line."""

    @app.command()
    def verify(
        programme: Annotated[
            str | None, typer.Option("--programme", help="Only this programme's files. Default all.")
        ] = None,
        all_packs: Annotated[
            bool, typer.Option("--all-packs", help="Derive the figures of every pack again, not only of issued ones.")
        ] = False,
        read_again: Annotated[
            bool, typer.Option("--read-again", help="Also read every original again and compare each cell.")
        ] = False,
        home: HomeOption = None,
        as_json: AsJson = False,
    ) -> None:
        """Check that every byte of the home is as recorded, and say where not."""
        code = verify_one(programme, home, all_packs=all_packs, read_again=read_again, as_json=as_json)
        raise typer.Exit(code)


def verify_one(
    programme: str | None, home_option: Path | None, *, all_packs: bool, read_again: bool, as_json: bool
) -> int:
    """Verify a home and print what was found; 4 where anything is not as recorded."""
    from flows.cli.intake import print_json
    from flows.failures import BROKEN, OK
    from flows.settings import find_home, find_programme_folder
    from flows.verifying import OUTSIDE, Wish, verify_home
    from programmes.load import load_programme
    from transforms.words import plural

    home = find_home(home_option)
    name = load_programme(find_programme_folder(programme, home)).programme.id if programme else None
    found = verify_home(home, Wish(name, all_packs, read_again))
    if as_json:
        print_json(asdict(found))
        return BROKEN if found.faults else OK
    checked = [
        f"{number} {_PLURALS[name]}" if number != 1 and name in _PLURALS else plural(number, _WORDS[name])
        for name, number in found.checked.items()
        if name in _WORDS and number
    ]
    print(f"checked: {', '.join(checked) or 'nothing'}")
    for note in found.notes:
        print(f"  note   {note.place}: {note.message}{'. ' + note.action if note.action else ''}")
    for fault in found.faults:
        print(f"  fault  {fault.place}: {fault.message}")
        print(f"         {fault.action}")
    print(f"  {OUTSIDE}")
    print(f"{plural(len(found.faults), 'fault')}: not everything is as recorded" if found.faults else "sound")
    return BROKEN if found.faults else OK
