"""Steps that derive again what history keeps: the figures of a pack, and what was read from an original."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from flows.position import derive_known
from flows.readers import shared_opener
from flows.speaking import read_with
from flows.stored import read_configuration
from history.originals import original_path
from history.records import PackRecord, Receipt, observation_row
from history.store import History
from schemas.config import Programme
from schemas.facts import Observation, Reading
from schemas.figures import decimal_text
from schemas.kept import read_facts
from schemas.kpi import KpiRow
from transforms.judging import judge_tables
from workbooks.reading import WorkbookReading, read_workbook

COMPARED = ("value", "state", "impact", "numerator", "denominator")
"""What is compared of a figure."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not derived as it was kept: what it is about, and both texts ("nothing": not there)."""

    about: str
    kept: str
    derived: str


def derive_figures(history: History, record: PackRecord) -> list[Difference] | None:
    """Where a pack's figures, derived again as at and as known then, differ from those kept with it.

    None where nothing was kept with it: an older version built it.
    """
    if record.facts is None:
        return None
    kept = {row.key: row for row in read_facts(record.facts).rows}
    position = derive_known(history, record.programme, record.as_at, record.as_known)
    derived = {row.key: row for row in position.rows}
    found = []
    for key in dict.fromkeys([*kept, *derived]):
        old, new = kept.get(key), derived.get(key)
        ref = (old or new or position.rows[0]).ref
        if _say(old) != _say(new):
            found.append(Difference(f"{ref} ({key})", _say(old), _say(new)))
    return [*found, *_compare_printed(history, record, kept)]


def _compare_printed(history: History, record: PackRecord, kept: Mapping[str, KpiRow]) -> Iterator[Difference]:
    """Where a figure that the pack prints of an indicator is not the one that is kept with it."""
    for figure in history.packs.figures(record.pack_id):
        row = kept.get(figure.figure_key)
        if row is None:
            continue
        value = decimal_text(row.value)
        if (figure.state, figure.value) != (row.state, value):
            was, now = (f"{state} {text or 'without a value'}" for state, text in
                        ((figure.state, figure.value), (row.state, value)))  # fmt: skip
            yield Difference(f"{figure.ref} ({figure.figure_key}), as printed", was, now)


def _say(row: KpiRow | None) -> str:
    if row is None:
        return "nothing"
    return ", ".join(f"{name} {_text(getattr(row, name))}" for name in COMPARED)


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
    judged = judge_tables(reading.tables, reading.layout, then, reading.period, reading.covered)
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
