"""Years of weekly returns: what a command fetches from history, and what history takes on disk.

Counted are the rows that the database hands out: the same on every machine, where seconds are not.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import CursorResult, Engine

from benchmarks.decade import fill_home, last_report, list_sent, make_readings, next_week, read_real, save
from benchmarks.scale import size_of
from flows.explaining import explain_figure, find_row
from flows.position import Position, derive_known
from flows.taking import take_files
from history.store import History
from programmes.load import load_programme
from schemas.findings import Finding
from tests.properties.whole import derive_whole, expect_recalled, expect_whole

SHORT, LONG = 1, 3
"""Three years stand for ten here: beyond the first year nothing may grow but the list of receipts."""


@pytest.fixture(scope="module")
def homes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """Homes of one year and of several."""
    found = {}
    for years in (SHORT, LONG):
        found[years] = tmp_path_factory.mktemp(f"years_{years}")
        fill_home(found[years], years)
    return found


@contextmanager
def counted_rows() -> Iterator[Counter[str]]:
    """Counts the rows that any query hands out, by the table that it asks first."""
    counts: Counter[str] = Counter()
    real: Callable[..., Any] = CursorResult.mappings

    def count(result: CursorResult[Any]) -> Any:
        rows = real(result).all()
        statement = str(result.context.compiled) if result.context else ""
        counts[statement.partition("FROM ")[2].split()[0]] += len(rows)
        return _Counted(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CursorResult, "mappings", count)
        yield counts


class _Counted(list[Any]):
    """Rows that were counted, as a result hands them out."""

    def all(self) -> list[Any]:
        return self

    def first(self) -> Any:
        return self[0] if self else None

    def one(self) -> Any:
        (row,) = self
        return row


def _derive(home: Path, as_at: dt.date, known: int | None) -> tuple[Position, Counter[str]]:
    history = History(home / "history")
    try:
        with counted_rows() as counts:
            position = derive_known(history, "town", as_at, known, depth="figures")
            explain_figure(history, position, find_row(position, "counted_01", "north", None))
        return position, counts
    finally:
        history.close()


def _evidence(counts: Counter[str]) -> int:
    """The rows of what workbooks give: all but the receipts themselves, and what was decided."""
    return sum(n for table, n in counts.items() if table in {"observation", "reading", "finding"})


@pytest.mark.long
@pytest.mark.parametrize("when", ["now", "half-way", "half-way, as known at the end", "long after"])
def test_a_figure_takes_no_more_rows_after_years(homes: dict[int, Path], when: str) -> None:
    found = {}
    for years, home in homes.items():
        end = last_report(years)
        middle = end - dt.timedelta(days=183 * years)
        history = History(home / "history")
        half = history.event_at("town", f"{middle.isoformat()}T23:59:59Z")
        history.close()
        as_at, known = {
            "now": (end, None),
            "half-way": (middle, half),
            "half-way, as known at the end": (middle, None),
            "long after": (end, half),
        }[when]
        position, counts = _derive(home, as_at, known)
        assert all((row.value is None) == (when == "long after") or row.state == "held" for row in position.rows)
        assert all(row.period is not None for row in position.rows)
        found[years] = _evidence(counts)
    assert 0 < found[LONG] < 2 * found[SHORT]


@pytest.mark.long
def test_history_grows_by_no_more_than_what_it_takes_in(homes: dict[int, Path]) -> None:
    sizes = {years: size_of(home) for years, home in homes.items()}
    sent = {years: len(list_sent(years)) for years in homes}
    assert sizes[LONG] / sizes[SHORT] <= 1.1 * sent[LONG] / sent[SHORT]


@pytest.mark.long
def test_the_workbooks_that_are_made_are_read_alike(homes: dict[int, Path], tmp_path: Path) -> None:
    loaded = load_programme(homes[SHORT] / "programmes" / "town")
    for sent in list_sent(SHORT)[3:8]:
        real = read_real(sent, loaded, tmp_path)
        assert [r for t in real.reading.tables for r in t.readings] == make_readings(loaded, sent)


@pytest.mark.long
def test_years_of_returns_give_what_the_whole_gives(homes: dict[int, Path]) -> None:
    history = History(homes[LONG] / "history")
    try:
        end = last_report(LONG)
        position = derive_known(history, "town", end, None)
        assert 30 <= sum(r.in_view for r in position.received) < len(position.received) / 3
        assert any(r.applied for r in position.received)
        whole = derive_whole(history, position, None)
        days = [end - dt.timedelta(days=n) for n in (0, 33, 400, 1100)]
        expect_whole(position, whole, days)
        expect_recalled(history, position, None, whole, [(d - dt.timedelta(days=20), d) for d in days])
    finally:
        history.close()


@pytest.mark.long
def test_a_workbook_is_taken_in_with_no_more_rows_after_years(homes: dict[int, Path], tmp_path: Path) -> None:
    found: dict[int, int] = {}
    told: dict[int, tuple[Finding, ...]] = {}
    for years, home in homes.items():
        path = save(next_week(years), tmp_path)
        history = History(home / "history")
        try:
            loaded = load_programme(home / "programmes" / "town")
            with counted_rows() as counts:
                (taken,) = take_files(history, [path], loaded, "2040-01-01T09:00:00Z")
        finally:
            history.close()
        assert taken.receipt_id is not None
        found[years], told[years] = _evidence(counts), taken.judged.findings
    assert 0 < found[LONG] < 2 * found[SHORT]


@pytest.mark.long
def test_the_counter_counts(homes: dict[int, Path]) -> None:
    def rows(engine: Engine) -> int:
        from sqlalchemy import func, select

        from history import tables

        with engine.connect() as connection:
            return int(connection.scalar(select(func.count()).select_from(tables.observation)) or 0)

    history = History(homes[SHORT] / "history")
    try:
        receipts = history.receipts("town", None)
        with counted_rows() as counts:
            found = history.observations(receipts, dt.date.max)
        assert counts["observation"] == sum(len(own) for own in found.values()) <= rows(history._engine)
    finally:
        history.close()
