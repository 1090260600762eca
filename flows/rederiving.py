"""Steps that derive again what history keeps: the figures of a pack, and what was read from an original."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

from flows.environment import Difference
from flows.readers import shared_opener
from flows.rebuilding import compare_record, derive_record, model_record
from flows.speaking import read_with
from flows.stored import read_configuration
from history.originals import original_path
from history.records import PackRecord, Receipt, observation_row
from history.store import History
from schemas.config import Programme
from schemas.facts import Observation, Reading
from transforms.judging import judge_tables
from workbooks.reading import WorkbookReading, read_workbook


def derive_figures(history: History, record: PackRecord) -> list[Difference] | None:
    """Where a pack, derived again as at and as known then, says something else than was recorded of it.

    None where nothing was kept with it: an older version built it.
    """
    if record.facts is None:
        return None
    position = derive_record(history, record)
    return compare_record(history, record, position, model_record(history, record, position))


def _text(value: Any) -> str:
    return "none" if value is None else str(value)


def read_again(history: History, programme_id: str, receipt: Receipt) -> list[Difference]:
    """Where today's reader reads something else from an original than was stored, cell by cell.

    The configuration and the layout are those that it was read with.
    """
    stored = history.readings([receipt])[receipt.receipt_id]
    text = history.configuration_of(programme_id, receipt.configuration_sha)
    if text is None:
        return [Difference("its configuration", receipt.configuration_sha[:16], "nothing")]
    then, _ = read_with(history, read_configuration(text), receipt, stored)
    content = original_path(history.folder, receipt.sha256).read_bytes()
    reading = read_workbook(content, receipt.name, then, shared_opener().open)
    if reading.item is None or reading.is_refused:
        why = next((f.message for f in reading.findings if f.refuses), "it is no known return")
        return [Difference("the whole workbook", f"{len(stored)} cells", f"refused: {why}")]
    now = [r for table in reading.tables for r in table.readings]
    found = [*_compare_heads(receipt, reading), *_compare_readings(stored, now)]
    return found or _compare_observations(history, receipt, reading, then)


def _compare_heads(receipt: Receipt, reading: WorkbookReading) -> Iterator[Difference]:
    now = (
        reading.item.id if reading.item else "none",
        reading.period.key if reading.period else "none",
        reading.covered.key if reading.covered else "none",
        reading.scope,
    )
    covered = receipt.covered.key if receipt.covered else "none"
    for about, old, new in zip(
        ("its return", "its period", "what it covers", "whose rows it holds"),
        (receipt.return_id, receipt.period.key, covered, receipt.scope),
        now,
        strict=True,
    ):
        if old != new:
            yield Difference(about, old or "all", new or "all")


def _compare_readings(stored: Sequence[Reading], now: Sequence[Reading]) -> Iterator[Difference]:
    """Cells that are read otherwise, by sheet and address."""
    old, new = ({(r.table, r.row_key, r.field): r for r in rows} for rows in (stored, now))
    for key in dict.fromkeys([*old, *new]):
        before, after = old.get(key), new.get(key)
        if before != after:
            place = before or after
            assert place is not None
            yield Difference(f"{place.sheet}!{place.cell} ({'/'.join(key)})", *_say_readings(before, after))


def _say_readings(before: Reading | None, after: Reading | None) -> tuple[str, str]:
    """Two readings by what differs between them."""
    if before is None or after is None:
        one, two = (f"'{r.raw_text}'" if r else "nothing" for r in (before, after))
        return one, two
    names = [f.name for f in fields(Reading) if getattr(before, f.name) != getattr(after, f.name)]
    one, two = (", ".join(f"{n} '{getattr(r, n)}'" for n in names) for r in (before, after))
    return one, two


def _compare_observations(
    history: History, receipt: Receipt, reading: WorkbookReading, then: Programme
) -> list[Difference]:
    """Observations that are judged otherwise from the same cells."""
    if reading.item is None or reading.layout is None or reading.period is None or reading.item.kind != "measures":
        return []
    judged = judge_tables(
        reading.tables, reading.layout, then, reading.period, reading.covered, cadence=reading.item.cadence
    )
    now = list(judged.observations)
    stored = history.observations([receipt], max([receipt.period.end, *(o.period.end for o in now)]))
    old, new = ({_about(o): o for o in rows} for rows in (stored[receipt.receipt_id], now))
    keys = [key for key in dict.fromkeys([*old, *new]) if _row(old.get(key)) != _row(new.get(key))]
    return [Difference("/".join(key), _judged(old.get(key)), _judged(new.get(key))) for key in keys]


def _about(item: Observation) -> tuple[str, ...]:
    return item.measure, item.service or "", item.subgroup or "", item.period.key, item.basis


def _row(item: Observation | None) -> dict[str, Any] | None:
    """An observation as far as it is stored."""
    return observation_row(0, 0, item) if item else None


def _judged(item: Observation | None) -> str:
    if item is None:
        return "nothing"
    parts = (item.state, item.numerator, item.denominator, item.stated, item.why)
    return ", ".join(_text(p) for p in parts if p not in (None, ""))
