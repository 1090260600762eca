"""A harbour that issues a pack every month: workbooks at month ends, declared decisions, and what changed since."""

from __future__ import annotations

import datetime as dt
import shutil
from itertools import pairwise
from pathlib import Path

from flows.environment import software_version
from flows.keeping import keep_facts
from flows.position import Position, derive_known, derive_position
from flows.since import changes_since, find_last_issued
from history.records import IssueRecord, PackRecord
from history.store import History
from schemas.changes import Changes, FigureChange
from schemas.config import Board
from schemas.kept import KeptFacts, facts_text, read_facts
from tests.builders import FILES, LAMP_REPORT, Book, changed
from tests.scenarios.harbour import Harbour, lamps

MONTH_ENDS = [dt.date(2031, m, d) for m, d in ((1, 31), (2, 28), (3, 31), (4, 30), (5, 31), (6, 30))]
BOARDS = """\
boards:
  - {id: keepers, title: Board of keepers, short: Keepers}
  - {id: oilers, title: Board of oilers, short: Oilers, priorities: [oil]}
"""
PROGRAMME = changed(
    changed(
        FILES["programme.yaml"],
        "reporting_dates: [2031-01-31, 2031-02-28, 2031-03-31]",
        f"reporting_dates: [{', '.join(map(str, MONTH_ENDS))}]",
    ),
    "brag:\n",
    """\
  - id: oil
    number: "2"
    title: Oil
    refs:
      - {ref: "2.1", title: Oil in store}
brag:
""",
)
REPORT = changed(
    LAMP_REPORT,
    "denominator: due, stated: pct}",
    "denominator: due, stated: pct}\n          - {id: lamps_late, form: percent, numerator: late, denominator: due}",
)
INDICATORS = changed(FILES["indicators.yaml"], "target: {value: 90}", "target: {value: 75}")
BASIN, REACH, ISLANDS = ("lamps_in_time/quay_basin/", "lamps_in_time/upper_reach/", "lamps_in_time/islands/")
WHOLE = "lamps_in_time//"
USUAL = ((400, 300), (200, 150), (100, 90))


class Keepers:
    """The harbour's programme with a board, and a home whose packs are issued each month (recorded, not rendered)."""

    def __init__(self, folder: Path) -> None:
        self.harbour = Harbour(folder, programme=PROGRAMME, lamp_report=REPORT, indicators=INDICATORS, boards=BOARDS)

    @classmethod
    def copied(cls, source: Path, folder: Path) -> Keepers:
        """The same home and programme in another folder."""
        shutil.copytree(source, folder, dirs_exist_ok=True)
        own = cls.__new__(cls)
        own.harbour = Harbour.__new__(Harbour)
        own.harbour.folder, own.harbour.home = folder, folder / "home"
        own.harbour.programme, own.harbour._number = folder / "lamplight", 1000
        return own

    def send(self, month: int, *counts: tuple[int, int], on: str = "", book: Book | None = None) -> int:
        """Take in the report as at the end of a month; returns its receipt. Received two days after, unless said."""
        day = MONTH_ENDS[month - 1]
        received = on or f"{day + dt.timedelta(days=2)}T09:00:00Z"
        self.harbour.take_one(book or lamps(day, *(counts or USUAL)), received)
        history = self.open()
        try:
            return max(r.receipt_id for r in history.receipts("lamplight", None))
        finally:
            history.close()

    def edit(self, name: str, old: str, new: str) -> None:
        """Change one place in one of the programme's files."""
        path = self.harbour.programme / f"{name}.yaml"
        path.write_text(changed(path.read_text(encoding="utf-8"), old, new), encoding="utf-8")

    def declare(self, name: str, text: str) -> None:
        """Write one of the programme's files of decisions."""
        (self.harbour.programme / f"{name}.yaml").write_text(text, encoding="utf-8")

    def open(self) -> History:
        """The home's history; close it."""
        return History(self.harbour.home / "history")

    def position(self, month: int) -> Position:
        """What is known now, as at the end of a month."""
        return self.harbour.position(MONTH_ENDS[month - 1])

    def known(self, month: int, event: int) -> Position:
        """What was known at an event, as at the end of a month."""
        history = self.open()
        try:
            return derive_known(history, "lamplight", MONTH_ENDS[month - 1], event)
        finally:
            history.close()

    def board(self, position: Position, name: str = "keepers") -> Board:
        """A board of the programme."""
        return next(b for b in position.programme.boards if b.id == name)

    def issue(self, month: int, board: str = "keepers", ordinal: int = 0) -> PackRecord:
        """Issue a pack as at the end of a month, for a meeting twelve days after."""
        history = self.open()
        try:
            position = derive_position(history, self.harbour.loaded, MONTH_ENDS[month - 1])
            meeting = position.as_at + dt.timedelta(days=12)
            kept = keep_facts(position)
            record = PackRecord(
                board, meeting, "restricted", "pdf", position.as_at, position.as_known, position.configuration_sha,
                software_version(), f"{month}{ordinal}" * 16, 9, facts=facts_text(kept),
            )  # fmt: skip
            at = f"{meeting}T09:00:0{ordinal}Z"
            number = history.packs.record("lamplight", record, (), at)
            history.packs.issue(
                IssueRecord(
                    "lamplight", number, board, meeting, "restricted", ordinal, "Harbour Master", meeting, "", "",
                    "[]", record.sha256, f"issued/{number}.pdf",
                ),
                at,
            )  # fmt: skip
            found = history.packs.find(number)
            assert found is not None
            return found
        finally:
            history.close()

    def changes(self, month: int, board: str = "keepers") -> Changes:
        """What a pack as at the end of a month would say changed since the one last issued."""
        history = self.open()
        try:
            position = derive_position(history, self.harbour.loaded, MONTH_ENDS[month - 1])
            meeting = position.as_at + dt.timedelta(days=12)
            last = find_last_issued(history, "lamplight", board, "restricted", meeting, position.as_at)
            assert last is not None, "no pack was issued before"
            return changes_since(history, position, self.board(position, board), last)
        finally:
            history.close()

    def changes_from(self, pack: PackRecord, month: int) -> Changes:
        """What changed since a pack, up to what is known now as at the end of a month."""
        history = self.open()
        try:
            position = derive_position(history, self.harbour.loaded, MONTH_ENDS[month - 1])
            return changes_since(history, position, self.board(position, pack.board), pack)
        finally:
            history.close()


def kept(pack: PackRecord) -> KeptFacts:
    """The facts that a pack kept."""
    return read_facts(pack.facts or "")


def causes(changes: Changes) -> dict[str, list[str]]:
    """The causes of every figure that changed, step by step."""
    return {f.key: [s.cause for s in f.steps] for f in changes.figures}


def of(changes: Changes, key: str) -> FigureChange:
    """The change of one figure."""
    return next(f for f in changes.figures if f.key == key)


def values(position: Position) -> dict[str, str]:
    """Every figure as printed: its value, else its state, with its rating."""
    return {r.key: f"{r.value if r.value is not None else r.state} {r.impact}" for r in position.rows}


def differing(one: dict[str, str], other: dict[str, str]) -> set[str]:
    """The keys whose values differ."""
    return {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}


def expect_chain(changes: Changes, printed: KeptFacts, position: Position) -> None:
    """Each step begins where the one before ended; the first with what was printed, the last with what is now."""
    then = {r.key: str(r.value) for r in printed.rows}
    now = {r.key: str(r.value) for r in position.rows}
    for figure in changes.figures:
        steps = figure.steps
        assert steps[0].before == figure.before
        assert steps[-1].after == figure.after
        assert all(a.after == b.before for a, b in pairwise(steps))
        assert all(s.before != s.after for s in steps)
        if figure.before is not None:
            assert str(figure.before.value) == then[figure.key]
        if figure.after is not None:
            assert str(figure.after.value) == now[figure.key]
