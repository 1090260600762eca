"""The guard of generality: whatever things are called, the figures and colours are the same."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, given, settings
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
from transforms.commentary import Remark

SAMPLES = {
    "slough_2021": ("2021-11-30",),
    "hillingdon_2015": ("2015-09-30",),
}
# a smaller seed is no simpler renaming, so nothing is gained by shrinking
FEW = settings(max_examples=2, deadline=None, derandomize=True, database=None, phases=[Phase.generate])


def sent_in(name: str) -> list[Path]:
    """The sample workbooks; of the four trackers, which are long, the first and the last."""
    left_out = ("tracker Aug", "tracker Sept")
    return [path for path in workbooks(name) if not any(words in path.name for words in left_out)]


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
    return take(PROGRAMMES / name, sent_in(name), folder / name, SAMPLES[name])


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


def remark(item: Remark, programme: Programme) -> tuple[Any, ...]:
    """All that an owner's remark says beside its words."""
    indicator = place([i.id for i in programme.indicators], item.indicator)
    service = place([s.id for s in programme.services], item.service)
    return (indicator, service, item.as_at, [name for name, _ in item.texts], item.cells[0].cell)


def findings(position: Position) -> list[tuple[str, ...]]:
    """What was found, by code and cell; the sentences name things."""
    received = [(r.period.end.isoformat(), f.code, f.cell or "") for r in position.received for f in r.findings]
    return sorted(received) + sorted((f.code,) for f in position.plan.findings)


def check_same(name: str, names: Renaming, folder: Path) -> None:
    """Rename a sample programme and its workbooks; every figure and colour must be as it was."""
    new = folder / f"{name} {names.seed} {names.line_mark.strip().encode().hex()}"
    programme, sent = rename_all(PROGRAMMES / name, sent_in(name), new, names)
    renamed = take(programme, sent, programme.parent / "home", SAMPLES[name])
    for before, after in zip(originals(name, folder), renamed, strict=True):
        assert {s.id for s in before.programme.services}.isdisjoint(s.id for s in after.programme.services)
        for rows, same in (
            (lambda p: p.rows, figure),
            (lambda p: p.plan.rows, outcome),
            (lambda p: p.remarks, remark),
        ):
            wanted = [same(row, before.programme) for row in rows(before)]
            assert [same(row, after.programme) for row in rows(after)] == wanted
        assert findings(after) == findings(before)
        assert not after.refused


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("renaming")


@FEW
@given(seed=st.integers(0, 10**6))
def test_renaming_everything_changes_no_figure_of_the_second_programme(folder: Path, seed: int) -> None:
    check_same("hillingdon_2015", Renaming(seed), folder)


@pytest.mark.long
@FEW
@given(seed=st.integers(0, 10**6))
def test_renaming_everything_changes_no_figure_of_the_first_programme(folder: Path, seed: int) -> None:
    check_same("slough_2021", Renaming(seed), folder)


def test_the_labels_of_dated_lines_may_bear_the_marks_that_people_use(folder: Path) -> None:
    """ "Week & period ending", "Children’s week – ending": compared like every other spelling."""
    check_same("hillingdon_2015", Renaming(1, "ß & s’ – "), folder)
