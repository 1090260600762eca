"""Work for many at once: threads that take in, correct, ask and build in one home, and what they leave behind.

As a program it is one process of several: `python -m tests.together.work FOLDER SEED WORKER THREADS STEPS`.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import random
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.checking import judge_file
from flows.declaring import complete_correction, evidence_of_file, propose_corrections, write_decision
from flows.position import derive_position
from flows.receiving import receive_files
from flows.running import build_board
from flows.settings import Home
from history.chain import follow_chain, read_head
from history.database import reading
from history.store import History
from programmes.declare import draft_entry
from programmes.load import load_programme
from tests.scenarios.harbour import RECEIVED, Harbour, lamps
from transforms.row_forms import kpi_forms

MARCH = dt.date(2031, 3, 31)
WEEKS = tuple(MARCH - dt.timedelta(weeks=n) for n in range(4))
NAME = "lamplight"
BOARD = "keepers"
KINDS = ("correction", "override", "due_date")
BOARDS = "boards:\n  - {id: keepers, title: Board of keepers, short: BK}\n"


@dataclass(frozen=True)
class Place:
    """Where everything lies: the programme, the home, and the workbooks that senders have."""

    folder: Path

    @property
    def programme(self) -> Path:
        return self.folder / NAME

    @property
    def home(self) -> Home:
        return Home(self.folder / "home")

    def workbook(self, name: str) -> Path:
        return self.folder / "sent" / f"{name}.xlsx"


def prepare(folder: Path) -> Place:
    """A programme with a board, an empty home, and workbooks: three of each week, and one that is none."""
    place = Place(folder)
    Harbour(folder, boards=BOARDS)
    (folder / "sent").mkdir()
    for week, day in enumerate(WEEKS):
        for letter, lit in (("a", 298), ("b", 301), ("wrong", 298)):
            book = lamps(day, (394, lit), (200, 150 + week), (100 + week, 90))
            if letter == "wrong":
                book.put("Quay & Basin", "Lit in time", 296)
                book.put("Upper Reach", "Lit in time", 140)
            book.save(folder / "sent", f"{letter}{week}.xlsx")
    place.workbook("none").write_bytes(b"%PDF-1.7")
    return place


def work(place: Place, seed: int, worker: int, threads: int, steps: int) -> list[str]:
    """Let threads do a seeded mix of steps at once; returns what failed."""
    failures: list[str] = []
    gate = threading.Barrier(threads)

    def do(number: int) -> None:
        chance = random.Random(f"{seed} {worker} {number}")
        gate.wait()
        try:
            for step in range(steps):
                _step(place, chance, f"{worker}-{number}-{step}")
        except BaseException:
            failures.append(traceback.format_exc())

    crew = [threading.Thread(target=do, args=(n,)) for n in range(threads)]
    for thread in crew:
        thread.start()
    for thread in crew:
        thread.join()
    return failures


def _step(place: Place, chance: random.Random, label: str) -> None:
    what = chance.choices(("ingest", "inbox", "correct", "kpis", "build"), (6, 4, 4, 2, 1))[0]
    if what == "ingest":
        ingest(place, chance.choice(_NAMES))
    elif what == "inbox":
        content = place.workbook(chance.choice(_NAMES)).read_bytes()
        draft = place.home.folder / f"{label}.xlsx"
        draft.write_bytes(content)
        draft.replace(place.home.inbox(NAME) / draft.name)  # whole, as a careful sender does
        receive_files(place.home, load_programme(place.programme), (), RECEIVED)
    elif what == "correct":
        correct(place, chance.randrange(len(WEEKS)), chance.randrange(2))
    elif what == "kpis":
        history = History(place.home.history)
        try:
            derive_position(history, load_programme(place.programme), MARCH)
        finally:
            history.close()
    else:
        build_board(place.home, place.programme, BOARD, MARCH)


_NAMES = (*(f"{letter}{week}" for letter in ("a", "b", "wrong") for week in range(len(WEEKS))), "none")


def ingest(place: Place, name: str) -> None:
    """Take one workbook in, from where its sender has it."""
    receive_files(place.home, load_programme(place.programme), [place.workbook(name)], RECEIVED)


def correct(place: Place, week: int, number: int) -> None:
    """Declare the correction of one wrong cell, as drafted from what is declared before."""
    loaded = load_programme(place.programme)
    judged = judge_file(place.workbook(f"wrong{week}"), loaded.programme)
    evidence = evidence_of_file(judged, loaded.programme)
    chosen = sorted(propose_corrections(evidence, loaded), key=lambda p: p.cell)[number]
    if chosen.is_declared:
        return
    entry = complete_correction(chosen, "Keeper", MARCH, "Counted again.")
    draft = draft_entry(place.programme, "corrections", entry)
    write_decision(place.programme, draft, entry, evidence, chosen)


# --- What is left behind --------------------------------------------------------------------------------


@dataclass(frozen=True)
class State:
    """What a home holds, without the numbers of events: what must be the same, whoever came first."""

    current: dict[tuple[str, str, str], str]
    decisions: dict[str, list[str]]
    refused: set[str]
    rows: dict[str, Any]
    arrivals: tuple[str, ...]
    """The hashes of all receipts in their order; it may differ, and is what the serial run follows."""


def read_state(place: Place) -> State:
    """What a home holds; what is declared is registered first."""
    history = History(place.home.history)
    try:
        positions = {d: derive_position(history, load_programme(place.programme), d) for d in (MARCH, WEEKS[2])}
        receipts = history.receipts(NAME, None)
        with reading(history._engine) as connection:
            query = "SELECT sha256 FROM receipt ORDER BY receipt_id"
            arrivals = tuple(row[0] for row in connection.exec_driver_sql(query))
        return State(
            {r.place: r.sha256 for r in receipts},
            {
                k: sorted(map(str, history.decisions_at(NAME, k, None)))
                for k in ("correction", "override", "due_date")
            },
            {r.sha256 for r in history.refusals(NAME, None)},
            {day.isoformat(): kpi_forms(p.rows) for day, p in positions.items()},
            arrivals,
        )
    finally:
        history.close()


def find_faults(place: Place) -> list[str]:
    """What is wrong in a home, whatever was done in it: broken chain, doubled or lost things, leftovers."""
    history = History(place.home.history)
    try:
        with reading(history._engine) as connection:
            links = list(follow_chain(connection))
            head = read_head(connection)
            rows = connection.exec_driver_sql(
                "SELECT return_id, period, scope, sha256 FROM receipt ORDER BY receipt_id"
            ).all()
            withdrawn = connection.exec_driver_sql("SELECT count(*) FROM decision WHERE is_withdrawn = 1").scalar()
        packs = history.packs.built(NAME)
        refusals = [r.sha256 for r in history.refusals(NAME, None)]
        decisions = Counter(str(d) for k in KINDS for d in history.decisions_at(NAME, k, None))
    finally:
        history.close()
    faults = [f"event {link.seq} is broken" for link in links if not link.is_sound]
    faults += [] if not links or head == (links[-1].seq, links[-1].stored) else ["the head is another"]
    faults += ["a decision was withdrawn, and nobody took one out"] if withdrawn else []
    last: dict[tuple[str, ...], str] = {}
    for *where, sha256 in rows:
        faults += [f"{where} was filed twice"] if last.get(tuple(where)) == sha256 else []
        last[tuple(where)] = sha256
    faults += _find_doubles("refusal", refusals) + [f"decided twice: {d}" for d, n in decisions.items() if n > 1]
    faults += _find_doubles("correction", [c.model_dump_json() for c in load_programme(place.programme).corrections])
    faults += _find_lost_originals(place, {*refusals, *(row[3] for row in rows)})
    faults += _find_leftovers(place)
    for path in place.home.outbox(NAME).glob("*.pdf"):
        sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
        newest = max(
            (p for p in packs if p.path == path.relative_to(place.home.folder).as_posix()),
            key=lambda p: p.as_known,
            default=None,
        )
        faults += [] if newest and newest.sha256 == sha256 else [f"{path.name} is not the newest pack"]
    return faults


def _find_doubles(what: str, items: Iterable[str]) -> list[str]:
    return [f"the {what} {item} stands {n} times" for item, n in Counter(items).items() if n > 1]


def _find_lost_originals(place: Place, wanted: set[str]) -> list[str]:
    """Originals that are not kept, or not whole; one with personal data is kept in quarantine."""
    kept = {p.name: p for p in (place.home.history / "originals").glob("*/*") if not p.name.endswith(".part")}
    kept |= {p.stem: p for p in place.home.quarantine(NAME).glob("*.quarantined")}
    faults = [f"original {sha256[:8]} is lost" for sha256 in wanted - kept.keys()]
    return faults + [
        f"original {name[:8]} is damaged"
        for name, path in kept.items()
        if hashlib.sha256(path.read_bytes()).hexdigest() != name
    ]


def _find_leftovers(place: Place) -> list[str]:
    inbox = place.home.inbox(NAME)
    left = [p for p in inbox.rglob("*") if p.is_file() and p.parent.name != "refused"] if inbox.is_dir() else []
    parts = list(place.folder.rglob("*.part"))
    return [f"left: {p.name}" for p in (*left, *parts)]


if __name__ == "__main__":
    folder, *numbers = sys.argv[1:]
    failed = work(Place(Path(folder)), *map(int, numbers))
    sys.stderr.write("\n".join(failed))
    sys.exit(bool(failed))
