"""A home that had a history and lost its database: every way in says so, and none begins another in its place."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from history.remains import find_remains
from tests.end_to_end.command import run
from tests.scenarios.harbour import lamps
from tests.verifying.homes import MARCH, NAME, Kept

AS_AT = ("--programme", NAME, "--as-at", MARCH)


def delete(kept: Kept) -> None:
    kept.database.unlink()


def empty(kept: Kept) -> None:
    kept.database.write_bytes(b"")


def delete_folder(kept: Kept) -> None:
    shutil.rmtree(kept.home.history)


def put_a_folder_there(kept: Kept) -> None:
    kept.database.unlink()
    kept.database.mkdir()


def leave_the_log_alone(kept: Kept) -> None:
    """All that is left is what was written last, and not yet put into the database."""
    for path in kept.files():
        path.unlink()
    kept.home.history.mkdir(exist_ok=True)
    kept.database.with_name("history.sqlite-wal").write_bytes(b"frames" * 100)


def put_another_there(kept: Kept) -> None:
    """A database without a table of ours."""
    for path in (kept.database, kept.seal):
        path.unlink()
    with closing(sqlite3.connect(kept.database)) as other:
        other.execute("CREATE TABLE minutes (text TEXT)")


def begin_anew(kept: Kept) -> None:
    """What an older version did: tables, and nothing in them."""
    for table in ("issue", "printed_figure", "pack", "finding", "reading", "observation", "retired", "receipt",
                  "refusal", "published", "configuration", "decision", "file", "event"):  # fmt: skip
        kept.alter(f"DELETE FROM {table}")
    kept.alter("DELETE FROM meta WHERE key = 'head'")
    kept.seal.unlink()


LOSSES = {
    delete: "the database is gone",
    empty: "the database is empty: it has no bytes",
    delete_folder: "the database is gone",
    put_a_folder_there: "the database is no file",
    leave_the_log_alone: "the database is gone",
    put_another_there: "the database holds none of Boardpack's tables",
    begin_anew: "the database holds no event",
}
COMMANDS = [
    ("kpis", *AS_AT),
    ("actions", *AS_AT),
    ("explain", "K1", *AS_AT),
    ("build", *AS_AT, "--board", "wardens"),
    ("ingest", "--programme", NAME),
    ("run", "--programme", NAME),
    ("issue", "9", "--role", "Head Keeper"),
    ("erratum", "9", "--role", "Head Keeper", "--reason", "counted again"),
    ("rebuild", "9"),
    ("diff", "9", "10"),
    ("due", "--programme", NAME),
    ("tracker", *AS_AT, "--all-owners"),
    ("commentary", *AS_AT),
    ("backup",),
    ("retire",),
]


def tree(folder: Path) -> list[tuple[str, int]]:
    """What lies in a folder, locks apart."""
    found = [p for p in folder.rglob("*") if "locks" not in p.parts]
    return sorted((str(p.relative_to(folder)), p.stat().st_size if p.is_file() else -1) for p in found)


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_no_command_begins_another_and_each_says_what_is_gone(kept: Kept, lose: Callable[[Kept], None]) -> None:
    lose(kept)
    before = tree(kept.home.folder)
    for command in COMMANDS[:5]:
        check(kept, command, LOSSES[lose])
    assert tree(kept.home.folder) == before


@pytest.mark.long
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
@pytest.mark.parametrize("lose", [delete, begin_anew], ids=lambda lose: lose.__name__)
def test_every_way_in_is_closed(kept: Kept, lose: Callable[[Kept], None], command: tuple[object, ...]) -> None:
    lose(kept)
    before = tree(kept.home.folder)
    check(kept, command, LOSSES[lose])
    assert tree(kept.home.folder) == before


def check(kept: Kept, command: tuple[object, ...], what: str) -> None:
    done = run(*command, "--home", kept.home.folder)
    assert done.code == 4, (command, done)
    assert what in done.error_line
    assert "Put back the last backup; to begin anew on purpose, move the home away first" in done.error_line


def test_it_says_how_much_lies_there(kept: Kept) -> None:
    kept.database.unlink()
    line = run("ingest", "--programme", NAME, "--home", kept.home.folder).error_line
    assert f"{kept.database}: the database is gone, though 2 originals and 1 issued pack lie in the home" in line


@pytest.mark.parametrize("lose", LOSSES, ids=lambda lose: lose.__name__)
def test_verify_tells_it_as_a_fault(kept: Kept, lose: Callable[[Kept], None]) -> None:
    lose(kept)
    before = tree(kept.home.folder)
    done = run("verify", "--home", kept.home.folder, "--json")
    assert done.code == 4
    assert LOSSES[lose] in [f["message"].partition(",")[0] for f in done.json["faults"]]
    assert tree(kept.home.folder) == before


def test_what_people_were_sent_tells_of_a_history_too(bare: Kept) -> None:
    """Nothing was issued, and the whole folder of the history is gone."""
    bare.take(lamps(MARCH))
    assert find_remains(bare.home.history).others
    shutil.rmtree(bare.home.history)
    assert str(find_remains(bare.home.history)) == "1 file that came from it"
    line = run("ingest", "--programme", NAME, "--home", bare.home.folder).error_line
    assert "the database is gone, though 1 file that came from it lies in the home" in line


def test_an_empty_file_in_a_new_home_is_in_nobodys_way(bare: Kept) -> None:
    bare.home.history.mkdir()
    bare.database.write_bytes(b"")
    assert run("kpis", *AS_AT, "--home", bare.home.folder).code == 3
    bare.take(lamps(MARCH))
    assert bare.verify().faults == []


def test_a_home_that_only_ever_looked_at_an_empty_inbox_goes_on(bare: Kept) -> None:
    assert run("ingest", "--programme", NAME, "--home", bare.home.folder).code == 0
    bare.alter("DELETE FROM configuration", "DELETE FROM event", "DELETE FROM meta WHERE key = 'head'")
    bare.seal.unlink()
    bare.take(lamps(MARCH))
    assert bare.verify().faults == []
