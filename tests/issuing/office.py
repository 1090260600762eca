"""A board secretary's office: the harbour with a board, whose packs are built, issued and put right by command."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.builders import INDICATORS, Book, changed
from tests.end_to_end.command import Result, run
from tests.scenarios.harbour import COUNTS, MARCH, Harbour, lamps

BOARDS = """\
boards:
  - {id: wharf, title: Wharf board, short: Wharf}
  - {id: pier, title: Pier panel, short: Pier}
"""
AS_AT = MARCH.isoformat()
MEETING = "2031-04-10"
ROLE = "Board Secretary"
ON = "2031-04-03"
LATER = "2031-12-31T10:00:00Z"


class Office:
    """The harbour's programme with two boards, and commands over its home."""

    def __init__(self, folder: Path, **files: str) -> None:
        self.harbour = Harbour(folder, **{"boards": BOARDS, **files})
        self.home = self.harbour.home

    def take(self, *counts: tuple[int, int], received: str = LATER) -> None:
        """Take in the weekly lamp report of the last day of March; by default its usual counts."""
        self.harbour.take_one(lamps(MARCH, *(counts or COUNTS)), received=received)

    def take_book(self, book: Book) -> None:
        """Take another workbook in."""
        self.harbour.take_one(book, received=LATER)

    def declare(self, old: str, new: str) -> None:
        """Change a line of the indicators."""
        path = self.harbour.programme / "indicators.yaml"
        path.write_text(changed(path.read_text(encoding="utf-8"), old, new), encoding="utf-8")

    def build(self, *more: object, meeting: str | None = MEETING, board: str = "wharf") -> dict[str, Any]:
        """Build a pack; what `build --json` prints."""
        meets = ("--meeting", meeting) if meeting else ()
        named = ("--programme", self.harbour.programme, "--home", self.home)
        done = run("build", *named, "--board", board, "--as-at", AS_AT, *meets, "--json", *more)
        assert done.code in {0, 1}, done.err
        form: dict[str, Any] = done.json
        return form

    def run(self, name: str, pack: object, *more: object, declared: bool = True) -> Result:
        """Run a command on a pack; with the programme as declared now, unless told otherwise."""
        named = ("--programme", self.harbour.programme) if declared else ()
        return run(name, str(pack), "--home", self.home, *named, *more)

    def issue(self, pack: object, *more: object, declared: bool = True) -> Result:
        """Issue a pack."""
        return self.run("issue", pack, "--role", ROLE, "--date", ON, *more, declared=declared)

    def erratum(self, pack: object, *more: object, reason: str = "the counts were restated") -> Result:
        """Put an issued pack right."""
        return self.run("erratum", pack, "--role", ROLE, "--reason", reason, "--date", ON, *more)

    @property
    def issued(self) -> list[Path]:
        """Every file in the folder of issued packs, hidden ones too."""
        folder = self.home / "issued"
        return sorted(p for p in folder.rglob("*") if p.is_file()) if folder.is_dir() else []


INDICATOR_IN_FRONT = "indicators:\n" + INDICATORS.removeprefix("indicators:\n").replace(
    "id: lamps_in_time", "id: lamps_again"
).replace("label: Lamps lit in time", "label: Lamps once more")
