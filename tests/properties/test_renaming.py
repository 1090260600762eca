"""The guard of generality: whatever things are called, the figures and colours are the same."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.position import Position, derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import load_programme
from schemas.config import Programme
from schemas.kpi import KpiRow
from tests.end_to_end.command import PROGRAMMES, RECEIVED, workbooks
from tests.properties.renaming import Renaming, rename_all
from transforms.actions import ActionRow

SAMPLES = {
    "slough_2021": ("2021-08-31", "2021-09-30", "2021-11-30"),
    "hillingdon_2015": ("2015-06-30", "2015-07-31", "2015-09-30", "2016-03-31"),
}
FEW = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def take(programme: Path, sent: list[Path], home: Path, dates: tuple[str, ...]) -> list[Position]:
    """Take the workbooks in, and derive the position at each date."""
    loaded = load_programme(programme)
    history = History(home)
    try:
        taken = take_files(history, sent, loaded, RECEIVED)
        refused = [(t.judged.path.name, t.judged.findings) for t in taken if t.receipt_id is None]
        assert not refused, refused
        return [derive_position(history, loaded, dt.date.fromisoformat(day)) for day in dates]
    finally:
        history.close()


@cache
def originals(name: str, folder: Path) -> list[Position]:
    """The positions of a sample programme as it is."""
    return take(PROGRAMMES / name, workbooks(name), folder / name, SAMPLES[name])


def place(items: list[str], name: str | None) -> int | None:
    return None if name is None else items.index(name)


def figure(row: KpiRow, programme: Programme) -> tuple[Any, ...]:
    """All that a KPI row says in numbers, dates and colours."""
    return (
        place([i.id for i in programme.indicators], row.indicator),
        place([s.id for s in programme.services], row.service),
        place([g.id for g in programme.subgroups], row.subgroup),
        row.ref, row.period, row.basis, row.state, row.value, row.numerator, row.denominator, row.decimals,
        row.direction, row.target_low, row.target_high, row.target_text, row.tolerance_kind, row.tolerance_value,
        row.baseline, row.baseline_period, row.previous, row.previous_period, row.change, row.impact,
        row.previous_impact, row.is_corrected, row.is_small_base, row.is_stated, row.miss,
        len(row.plan_refs), len(row.receipts),
    )  # fmt: skip


def outcome(row: ActionRow, programme: Programme) -> tuple[Any, ...]:
    """All that an action says in dates and colours."""
    priority = place([p.id for p in programme.priorities], row.priority) if row.priority else None
    return (
        priority, row.start, row.due, row.forecast, row.outcome, row.previous_outcome, row.tracker_as_at,
        row.entry.completed_on, row.entry.recovery_by, row.entry.embedded_on, row.entry.next_review,
        row.entry.owner_rating, row.is_owner_hopeful, bool(row.entry.recovery_note), row.reason,
    )  # fmt: skip


def findings(position: Position) -> list[tuple[str, ...]]:
    """What was found, by code and cell; the sentences name things."""
    received = [(r.receipt.period.end.isoformat(), f.code, f.cell or "") for r in position.received for f in r.findings]
    return sorted(received) + sorted((f.code,) for f in position.plan.findings)


def check_same(name: str, names: Renaming, folder: Path) -> None:
    """Rename a sample programme and its workbooks; every figure and colour must be as it was."""
    programme, sent = rename_all(PROGRAMMES / name, workbooks(name), folder / f"renamed {names.seed}", names)
    renamed = take(programme, sent, folder / f"home {names.seed} {len(names.marks)}", SAMPLES[name])
    for before, after in zip(originals(name, folder), renamed, strict=True):
        old, new = before.programme, after.programme
        assert {s.id for s in old.services}.isdisjoint(s.id for s in new.services)
        assert [figure(r, new) for r in after.rows] == [figure(r, old) for r in before.rows]
        assert [outcome(r, new) for r in after.plan.rows] == [outcome(r, old) for r in before.plan.rows]
        assert findings(after) == findings(before)
        assert not after.refusals


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("renaming")


@FEW
@given(seed=st.integers(0, 10**6))
def test_renaming_everything_changes_no_figure_of_the_second_programme(folder: Path, seed: int) -> None:
    check_same("hillingdon_2015", Renaming(seed), folder)


@FEW
@given(seed=st.integers(0, 10**6))
def test_renaming_everything_changes_no_figure_of_the_first_programme(folder: Path, seed: int) -> None:
    check_same("slough_2021", Renaming(seed), folder)
