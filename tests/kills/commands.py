"""The commands that are killed, each with what is there before it; and what a home holds when they are done."""

from __future__ import annotations

import contextlib
import hashlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path

from flows.cli.main import main
from history.database import reading
from history.store import History
from tests.personal import NHS
from tests.scenarios.harbour import RECEIVED, lamps
from tests.together.work import BOARD, MARCH, NAME, WEEKS, Place, prepare

WHO = ("--role", "Keeper", "--reason", "Counted again.", "--date", "2031-04-01", "--yes")


@dataclass(frozen=True)
class Killed:
    """A command: its name, its arguments, and the commands that were run before it (each named with its own)."""

    name: str
    arguments: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    fills_inbox: bool = False


TAKE = ("ingest", "--received-at", RECEIVED, "{wrong0}", "{a1}")
CORRECT = ("correct", "{wrong0}", "--cell", "C7", *WHO)
BUILD = ("build", "--board", BOARD, "--as-at", MARCH.isoformat())
MEETING = "2031-04-14"
ISSUE = (
    "issue",
    f"{BOARD}@{MARCH.isoformat()}",
    "--role",
    "Keeper of the Board",
    "--date",
    "2031-04-10",
    "--despite",
    "Told.",
)
COMMANDS = (
    Killed("ingest", ("ingest", "--received-at", RECEIVED), fills_inbox=True),
    Killed("ingest of named files", TAKE, before=(CORRECT,)),
    Killed("correct", CORRECT, before=(TAKE,)),
    Killed("build", BUILD, before=(TAKE, CORRECT)),
    Killed("issue", ISSUE, before=(TAKE, CORRECT, (*BUILD, "--meeting", MEETING))),
)
"""To have another command killed at every step, add its line."""


def run(place: Place, arguments: tuple[str, ...]) -> int:
    """Run a command on the home of a place; its words go nowhere."""
    names = {p.stem: str(p) for p in (place.folder / "sent").iterdir()}
    given = [a.format(**names) if a.startswith("{") else a for a in arguments]
    out = io.StringIO()
    try:
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            main([*given, "--programme", str(place.programme), "--home", str(place.home.folder)])
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else 0
        assert code in (0, 1), out.getvalue()
        return code
    raise AssertionError("a command ends by its exit code")


def make_template(folder: Path, killed: Killed) -> Place:
    """The place as it is before the command that will be killed."""
    place = prepare(folder)
    for before in killed.before:
        run(place, before)
    if killed.fills_inbox:
        fill_inbox(place)
    return place


def fill_inbox(place: Place) -> None:
    """One sound workbook, the same again by another name, one that is held, one refused, one with personal data."""
    inbox = place.home.inbox(NAME)
    inbox.mkdir(parents=True)
    for name, arrives in {"a1": "Lamps", "wrong0": "Lamps of March", "none": "Broken"}.items():
        shutil.copy(place.workbook(name), inbox / f"{arrives}.xlsx")
    shutil.copy(place.workbook("a1"), inbox / "Lamps again.xlsx")
    book = lamps(WEEKS[3])
    book.add_sheet("List", ("NHS number",), *[(number,) for number in NHS])
    book.save(inbox, "List of lamps.xlsx")


def copy_place(template: Place, folder: Path) -> Place:
    """The place once more, under the same names within it."""
    shutil.copytree(template.folder, folder)
    return Place(folder)


# --- What a home holds ----------------------------------------------------------------------------------


def read_events(place: Place) -> list[tuple[str, ...]]:
    """Everything that history says has happened, in order, but for when, and for what was sent to people: a sender
    who is told again is told that the file was known."""
    if not (place.home.history / "history.sqlite").exists():
        return []
    history = History(place.home.history)
    try:
        with reading(history._engine) as connection:
            events = connection.exec_driver_sql(
                "SELECT event.kind, coalesce(receipt.return_id || receipt.period || receipt.sha256, refusal.sha256,"
                " decision.json || decision.is_withdrawn, configuration.sha, pack.sha256, '')"
                " FROM event LEFT JOIN receipt ON receipt_id = event.seq LEFT JOIN refusal ON refusal.seq = event.seq"
                " LEFT JOIN decision ON decision.seq = event.seq LEFT JOIN pack ON pack_id = event.seq"
                " LEFT JOIN configuration ON configuration.seq = event.seq WHERE event.kind <> 'published'"
                " ORDER BY event.seq"
            ).all()
    finally:
        history.close()
    return [tuple(row) for row in events]


def read_files(place: Place) -> dict[str, str]:
    """Every file that people or programs may look at, by its place, with the hash of its bytes: not the database
    and its seal, locks and parts."""
    found = {}
    for path in sorted(place.folder.rglob("*")):
        name = path.relative_to(place.folder).as_posix()
        if path.is_file() and not name.endswith((".part", ".lock")) and "history/history.s" not in name:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found
