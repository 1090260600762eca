"""Homes for the tests of verifying: one of everything that Boardpack keeps, and ways to change it afterwards."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import insert

from flows.publishing import Draft, publish_drafts
from flows.receiving import receive_files
from flows.running import build_board
from flows.settings import Home
from flows.verifying import Verified, Wish, verify_home
from history import tables as t
from history.chain import add_event, chain_history
from history.database import open_engine, writing
from history.records import IssueRecord
from history.seal import seal_whole
from history.store import History
from programmes.load import load_programme
from tests.builders import Book, lamp_report, write_programme
from tests.personal import NHS, grouped
from tests.scenarios.harbour import lamps

NAME = "lamplight"
RECEIVED = "2031-04-02T09:00:00Z"
MARCH = dt.date(2031, 3, 31)
BOARDS = "boards:\n  - {id: wardens, title: Board of wardens, short: Wardens}\n"


@dataclass(frozen=True)
class Kept:
    """A home under test."""

    home: Home

    @property
    def database(self) -> Path:
        """Its database."""
        return self.home.history / "history.sqlite"

    @property
    def seal(self) -> Path:
        """The seal of its database."""
        return self.home.history / "history.seal"

    def verify(self, *, all_packs: bool = False, read_again: bool = False) -> Verified:
        """Verify it."""
        return verify_home(self.home, Wish(None, all_packs, read_again))

    def take(self, *books: Book, received: str = RECEIVED) -> None:
        """Take workbooks from its inbox."""
        inbox = self.home.inbox(NAME)
        inbox.mkdir(parents=True, exist_ok=True)
        for number, book in enumerate(books):
            book.save(inbox, f"Arrival {number}.xlsx")
        receive_files(self.home, load_programme(self.home.folder / "programmes" / NAME), (), received)

    def build(self) -> Path:
        """Build its board's pack."""
        return build_board(self.home, self.home.folder / "programmes" / NAME, "wardens", MARCH)[0].path

    def files(self) -> list[Path]:
        """Every file of it that Boardpack keeps: not the inbox but for refused ones, and no programme."""
        found = [p for p in sorted(self.home.folder.rglob("*")) if p.is_file()]
        return [p for p in found if p.relative_to(self.home.folder).parts[0] != "programmes"]

    def place(self, path: Path) -> str:
        """A path as `verify` tells it."""
        return path.relative_to(self.home.folder).as_posix()

    def alter(self, *statements: str) -> None:
        """Change its rows behind Boardpack's back."""
        with closing(sqlite3.connect(self.database, isolation_level=None)) as opened:
            opened.execute("PRAGMA foreign_keys=OFF")
            for statement in statements:
                assert opened.execute(statement).rowcount != 0, statement

    def value(self, query: str) -> object:
        """One value out of its database."""
        with closing(sqlite3.connect(self.database)) as opened:
            return opened.execute(query).fetchone()[0]

    def rechain(self) -> None:
        """What one who knows how could do: chain the events again and seal the database."""
        engine = open_engine(self.home.history)
        with writing(engine) as connection:
            chain_history(connection)
        engine.dispose()
        seal_whole(self.home.history)

    @contextmanager
    def put_back(self) -> Iterator[None]:
        """Everything is afterwards as it was before."""
        before = {path: path.read_bytes() for path in self.files()}
        try:
            yield
        finally:
            for path in self.files():
                if path not in before:
                    path.unlink()
            for path, content in before.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                if not path.exists() or path.read_bytes() != content:
                    path.write_bytes(content)


def begin(folder: Path) -> Kept:
    """A home with a programme in it, and nothing else."""
    write_programme(folder / "programmes" / NAME, boards=BOARDS)
    return Kept(Home(folder))


def fill(folder: Path) -> Kept:
    """A home with one of everything: receipts, a held one, refusals, quarantine, packs, an issue, a form."""
    kept = begin(folder)
    doubtful = lamps(dt.date(2031, 3, 10))
    doubtful.put("Quay & Basin", "Lit in time", 999)
    personal = lamp_report()
    personal.add_sheet("Back", ("NHS number",), *((grouped(n),) for n in NHS[:3]))
    stranger = Book()
    stranger.add_sheet("Minutes", ("Minutes of the keepers",))
    kept.take(lamps(dt.date(2031, 3, 24)), doubtful, stranger, personal)
    pack = kept.build()
    _decide(kept, pack)
    return kept


def _decide(kept: Kept, pack: Path) -> None:
    """A decision withdrawn, a pack issued, an original let go and a form written, as the commands do it."""
    history = History(kept.home.history)
    entry = {"json": json.dumps({"kind": "x"}), "role": "Head Keeper", "decided_on": "2031-04-02", "reason": "seen"}
    history.register_decisions(NAME, "note", [entry], RECEIVED)
    history.register_decisions(NAME, "note", [], RECEIVED)
    form = Draft(kept.home.outbox(NAME) / "forms" / "a.xlsx", b"a form", "form")
    publish_drafts(history, kept.home, NAME, [form], RECEIVED)
    record = history.packs.built()[-1]
    for target in (kept.home.folder / "issued" / NAME / pack.name, _kept_pack(kept, record.sha256)):
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(pack, target)
    issue = IssueRecord(NAME, record.pack_id, "wardens", MARCH, "restricted", 0, "Head Keeper", MARCH, "", "", "[]",
                        record.sha256, f"issued/{NAME}/{pack.name}")  # fmt: skip
    history.packs.issue(issue, RECEIVED)
    history.close()
    _retire(kept)


def _kept_pack(kept: Kept, sha256: str) -> Path:
    return kept.home.history / "packs" / sha256[:2] / sha256


def _retire(kept: Kept) -> None:
    """Let one original go, with its entry."""
    engine = open_engine(kept.home.history)
    sha256 = str(kept.value("SELECT sha256 FROM receipt ORDER BY receipt_id LIMIT 1"))
    with writing(engine) as connection:
        seq = add_event(connection, NAME, "retired", RECEIVED)
        connection.execute(insert(t.retired).values(seq=seq, sha256=sha256, rule="older than 7 years"))
    engine.dispose()
    (kept.home.history / "originals" / sha256[:2] / sha256).unlink()
    seal_whole(kept.home.history)
