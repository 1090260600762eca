"""The one door to history: take a file in, answer "as at D, as known N", record decisions; packs beside it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, select

from history import tables as t
from history.audit import Audit
from history.chain import add_event
from history.current import current_receipts
from history.database import open_engine, reading, writing
from history.declared import set_configuration, set_decisions, standing_decisions
from history.originals import hash_original, keep_original
from history.packs import Packs
from history.published import Published
from history.records import (
    Arrival,
    Declared,
    FiledReceipt,
    Receipt,
    Refusal,
    finding_json,
    observation_row,
    reading_row,
    receipt_row,
    to_finding,
    to_observation,
    to_reading,
    to_receipt,
)
from history.retention import Retention
from history.seal import renew_seal
from history.snapshots import take_snapshot
from history.trail import Trail
from schemas.facts import Observation, Reading
from schemas.findings import Finding
from schemas.spelling import normalise

_COMES_IN = ("receipt", "refusal")
"""The kinds of events whose time is that of somebody who sent a file."""


class History:
    """The history of one home. `folder` holds the originals, and the database unless `url` names one on a server.

    With `is_any_state` it is opened though its seal says that it is another one, or older: to look at it.
    """

    def __init__(self, folder: Path, url: str | None = None, *, is_any_state: bool = False) -> None:
        self.folder = folder
        self._url = url
        self._engine = open_engine(folder, url, is_any_state=is_any_state)
        self.packs = Packs(self._engine)
        self.trail = Trail(self._engine)
        self.retention = Retention(self._engine, folder)
        self.published = Published(self._engine)
        self.audit = Audit(self._engine)

    def close(self) -> None:
        """Seal what was written (see history.seal), and let go of the database's files."""
        if self._url is None:
            renew_seal(self.folder)
        self._engine.dispose()

    def snapshot(self, target: Path) -> None:
        """Write the whole database, as it is at one moment, into a new SQLite file; others may go on writing."""
        take_snapshot(self._engine, target)

    # what is taken in

    def file_receipt(self, arrival: Arrival, content: bytes) -> FiledReceipt:
        """File one arrival, whole or not at all. Bytes equal to the current receipt's change nothing."""
        sha256 = keep_original(self.folder, content)
        with writing(self._engine) as connection:
            earlier = _earlier_receipts(connection, arrival)
            scope = normalise(arrival.scope)
            last = next((row for row in earlier if normalise(row["scope"]) == scope), None)
            if last is not None and last["sha256"] == sha256:
                return FiledReceipt(last["receipt_id"], True)
            keep_original(self.folder, content)  # retention may have deleted it just before
            _add_file(connection, sha256, len(content), arrival.name)
            seq = add_event(connection, arrival.programme, "receipt", arrival.received_at)
            ordinal = max((row["ordinal"] for row in earlier), default=0) + 1
            connection.execute(insert(t.receipt).values(receipt_row(arrival, seq, ordinal, sha256)))
            _add_all(connection, t.reading, [reading_row(seq, i, r) for i, r in enumerate(arrival.readings)])
            _add_all(
                connection,
                t.observation,
                [observation_row(seq, i, o) for i, o in enumerate(arrival.observations)],
            )
            _add_all(
                connection,
                t.finding,
                [
                    {"receipt_id": seq, "position": i, "finding": finding_json(f)}
                    for i, f in enumerate(arrival.findings)
                ],
            )
        return FiledReceipt(seq, False, ordinal)

    def file_refusal(
        self,
        programme: str,
        content: bytes,
        name: str,
        received_at: str,
        return_id: str | None,
        findings: Sequence[Finding],
        *,
        keeps_original: bool = True,
    ) -> int:
        """Keep a refused file and why it was refused; the same bytes again are the same refusal.

        Without `keeps_original` only its hash, size and name are known: its bytes are not kept here.
        """
        sha256 = keep_original(self.folder, content) if keeps_original else hash_original(content)
        with writing(self._engine) as connection:
            known = connection.scalar(
                select(t.refusal.c.seq).where(and_(t.refusal.c.programme == programme, t.refusal.c.sha256 == sha256))
            )
            if known is not None:
                return int(known)
            if keeps_original:
                keep_original(self.folder, content)
            _add_file(connection, sha256, len(content), name)
            seq = add_event(connection, programme, "refusal", received_at)
            connection.execute(
                insert(t.refusal).values(
                    seq=seq,
                    programme=programme,
                    sha256=sha256,
                    name=name,
                    received_at=received_at,
                    return_id=return_id,
                    findings=json.dumps([finding_json(f) for f in findings]),
                )
            )
        return seq

    # configuration and decisions

    def register_declared(self, read: Callable[[], Declared], at: str) -> str:
        """Record what is declared, by what `read` says while the write lock is held; returns the configuration's
        SHA-256.

        So registrations follow each other as the states of the YAML did: nobody who read it earlier can
        withdraw what was declared since.
        """
        with writing(self._engine) as connection:
            declared = read()
            sha = set_configuration(connection, declared.programme, declared.configuration, at)
            for kind, entries in declared.decisions.items():
                set_decisions(connection, declared.programme, kind, entries, at)
        return sha

    def register_configuration(self, programme: str, text: str, at: str) -> str:
        """Record the configuration if it is not the one last recorded; returns its SHA-256."""
        with writing(self._engine) as connection:
            return set_configuration(connection, programme, text, at)

    def register_decisions(self, programme: str, kind: str, declared: Sequence[Mapping[str, str]], at: str) -> None:
        """Make the recorded decisions of one kind those declared: new ones are added, others withdrawn.

        Each holds json, role, decided_on and reason. Nothing is deleted: a withdrawal is an event too.
        """
        with writing(self._engine) as connection:
            set_decisions(connection, programme, kind, declared, at)

    def configuration_at(self, programme: str, as_known: int | None) -> tuple[str, str] | None:
        """SHA-256 and text of the configuration in force at an event (the first one, if before it)."""
        with reading(self._engine) as connection:
            query = select(t.configuration).where(t.configuration.c.programme == programme)
            upto = query if as_known is None else query.where(t.configuration.c.seq <= as_known)
            row = connection.execute(upto.order_by(t.configuration.c.seq.desc()).limit(1)).mappings().first()
            if row is None:
                row = connection.execute(query.order_by(t.configuration.c.seq).limit(1)).mappings().first()
        return (row["sha"], row["json"]) if row else None

    def configuration_of(self, programme: str, sha: str) -> str | None:
        """The text of the configuration with this SHA-256."""
        query = select(t.configuration.c.json).where(
            t.configuration.c.programme == programme, t.configuration.c.sha == sha
        )
        with reading(self._engine) as connection:
            return connection.scalar(query.limit(1))

    def decisions_at(self, programme: str, kind: str, as_known: int | None) -> list[dict[str, Any]]:
        """The decisions of one kind that stand at an event, in the order they were made."""
        with reading(self._engine) as connection:
            held = standing_decisions(connection, programme, kind, as_known)
        return [json.loads(row["json"]) for row in sorted(held.values(), key=lambda r: r["seq"])]

    # what is known

    def last_event(self, programme: str, upto: int | None = None) -> int:
        """The number of the last thing learnt or decided of a programme (up to an event); 0 where nothing was.

        Building or issuing a pack adds nothing to what is known: the next one is as known at the same event.
        """
        query = select(func.max(t.event.c.seq)).where(
            t.event.c.programme == programme, t.event.c.kind.not_in(t.BESIDE_KNOWLEDGE)
        )
        query = query if upto is None else query.where(t.event.c.seq <= upto)
        with reading(self._engine) as connection:
            return int(connection.scalar(query) or 0)

    def last_number(self) -> int:
        """The number of the last event of any kind and programme."""
        with reading(self._engine) as connection:
            return int(connection.scalar(select(func.max(t.event.c.seq))) or 0)

    def event_at(self, programme: str, at: str) -> int:
        """The last event at or before a UTC time, and before anything that was received after it.

        Workbooks may be filed in another order than they came in. What came later is never known earlier; so
        what was filed after it is not known either (see `filed_after`).
        """
        own = t.event.c
        later = select(func.min(own.seq)).where(own.programme == programme, own.kind.in_(_COMES_IN), own.at > at)
        with reading(self._engine) as connection:
            first = connection.scalar(later)
            query = select(func.max(own.seq)).where(own.programme == programme, own.at <= at)
            query = query if first is None else query.where(own.seq < first)
            return int(connection.scalar(query) or 0)

    def filed_after(self, programme: str, event: int, at: str) -> list[Receipt]:
        """The receipts after an event that nevertheless came at or before a UTC time."""
        own = t.receipt.c
        query = select(t.receipt).where(own.programme == programme, own.receipt_id > event, own.received_at <= at)
        with reading(self._engine) as connection:
            rows = connection.execute(query.order_by(own.receipt_id)).mappings().all()
        return [to_receipt(dict(row)) for row in rows]

    def receipts(
        self,
        programme: str,
        as_known: int | None,
        until: dt.date | None = None,
        joining: Sequence[Receipt] = (),
    ) -> list[Receipt]:
        """The receipts that speak, as known at an event, of workbooks as at or before `until`, in order.

        `joining` are receipts that files on their way would become: they speak as if they were filed.
        """
        query = select(t.receipt).where(t.receipt.c.programme == programme)
        if as_known is not None:
            query = query.where(t.receipt.c.receipt_id <= as_known)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        found = current_receipts([*(to_receipt(dict(row)) for row in rows), *joining])
        return [r for r in found if until is None or r.period.end <= until]

    def arrivals(self, programme: str, as_known: int | None) -> list[Receipt]:
        """Every receipt as known at an event, those that were restated since too, in the order of arrival."""
        query = select(t.receipt).where(t.receipt.c.programme == programme).order_by(t.receipt.c.receipt_id)
        if as_known is not None:
            query = query.where(t.receipt.c.receipt_id <= as_known)
        with reading(self._engine) as connection:
            return [to_receipt(dict(row)) for row in connection.execute(query).mappings()]

    def refusals(self, programme: str, as_known: int | None) -> list[Refusal]:
        """The files refused up to an event."""
        query = select(t.refusal).where(t.refusal.c.programme == programme).order_by(t.refusal.c.seq)
        if as_known is not None:
            query = query.where(t.refusal.c.seq <= as_known)
        with reading(self._engine) as connection:
            rows = connection.execute(query).mappings().all()
        return [
            Refusal(
                row["seq"],
                row["sha256"],
                row["name"],
                row["received_at"],
                row["return_id"],
                tuple(to_finding(text) for text in json.loads(row["findings"])),
            )
            for row in rows
        ]

    def observations(self, receipts: Sequence[Receipt], until: dt.date) -> dict[int, list[Observation]]:
        """The observations of receipts whose period ends on or before `until`, by receipt."""
        found: dict[int, list[Observation]] = {r.receipt_id: [] for r in receipts}
        for row in self._of(t.observation, receipts, t.observation.c.period_end <= until.isoformat()):
            found[row["receipt_id"]].append(to_observation(dict(row)))
        return found

    def observations_between(
        self,
        programme: str,
        measures: Collection[str],
        span: tuple[dt.date, dt.date],
        among: Collection[int],
        *,
        started_by: dt.date | None = None,
    ) -> list[tuple[int, int, Observation]]:
        """The observations of measures whose periods end within a span of days, with their receipts and places.

        Of the receipts `among` which they are looked for. `started_by` leaves out what only snapshots give, and
        periods that begin later.
        """
        own = t.observation.c
        query = (
            select(t.observation)
            .join(t.receipt, t.receipt.c.receipt_id == own.receipt_id)
            .where(
                t.receipt.c.programme == programme,
                own.receipt_id <= max(among, default=0),
                own.measure.in_(sorted(measures)),
                own.period_end >= span[0].isoformat(),  # BETWEEN is no SQL with a collation on PostgreSQL
                own.period_end <= span[1].isoformat(),
            )
            .order_by(own.receipt_id, own.position)
        )
        if started_by is not None:
            query = query.where(own.basis == "in_period", own.period_start <= started_by.isoformat())
        with reading(self._engine) as connection:
            rows = [r for r in connection.execute(query).mappings() if r["receipt_id"] in among]
        return [(row["receipt_id"], row["position"], to_observation(dict(row))) for row in rows]

    def last_period_end(self, programme: str, measure: str, before: dt.date, as_known: int) -> dt.date | None:
        """The last day before a date on which a period of a measure ends, by any receipt up to an event."""
        own = t.observation.c
        query = (
            select(own.period_end)
            .join(t.receipt, t.receipt.c.receipt_id == own.receipt_id)
            .where(t.receipt.c.programme == programme, own.receipt_id <= as_known)
            .where(own.measure == measure, own.period_end < before.isoformat())
            .order_by(own.period_end.desc())
            .limit(1)
        )
        with reading(self._engine) as connection:
            found = connection.scalar(query)
        return dt.date.fromisoformat(found) if found else None

    def receipts_with(self, spans: Mapping[str, tuple[dt.date, dt.date]]) -> set[int]:
        """The receipts, of any programme, that give one of the measures for a time that overlaps its span."""
        own = t.observation.c
        found: set[int] = set()
        with reading(self._engine) as connection:
            for measure, (start, end) in sorted(spans.items()):
                query = select(own.receipt_id).where(own.measure == measure, own.period_end >= start.isoformat())
                found.update(connection.scalars(query.where(own.period_start <= end.isoformat()).distinct()))
        return found

    def readings(self, receipts: Sequence[Receipt], field: str | None = None) -> dict[int, list[Reading]]:
        """Every reading of receipts (of one field, if it is named), in the order read."""
        found: dict[int, list[Reading]] = {r.receipt_id: [] for r in receipts}
        named = () if field is None else (t.reading.c.field == field,)
        for row in self._of(t.reading, receipts, *named):
            found[row["receipt_id"]].append(to_reading(dict(row)))
        return found

    def findings(self, receipts: Sequence[Receipt]) -> dict[int, list[Finding]]:
        """The findings about receipts, as they were judged on arrival."""
        found: dict[int, list[Finding]] = {r.receipt_id: [] for r in receipts}
        for row in self._of(t.finding, receipts):
            found[row["receipt_id"]].append(to_finding(row["finding"]))
        return found

    def _of(self, table: Any, receipts: Sequence[Receipt], *conditions: Any) -> list[RowMapping]:
        ids = [r.receipt_id for r in receipts]
        order = table.c.position if "position" in table.c else None
        rows: list[RowMapping] = []
        with reading(self._engine) as connection:
            for start in range(0, len(ids), 500):
                query = select(table).where(table.c.receipt_id.in_(ids[start : start + 500]), *conditions)
                if order is not None:
                    query = query.order_by(table.c.receipt_id, order)
                rows += connection.execute(query).mappings().all()
        return rows


def _earlier_receipts(connection: Connection, arrival: Arrival) -> Sequence[RowMapping]:
    """The receipts of the same return and period, of any scope, the last one first."""
    same = and_(
        t.receipt.c.programme == arrival.programme,
        t.receipt.c.return_id == arrival.return_id,
        t.receipt.c.period == arrival.period.key,
    )
    query = select(t.receipt).where(same).order_by(t.receipt.c.receipt_id.desc())
    return connection.execute(query).mappings().all()


def _add_file(connection: Connection, sha256: str, size: int, name: str) -> None:
    known = connection.scalar(select(t.file.c.sha256).where(t.file.c.sha256 == sha256))
    if known is None:
        connection.execute(insert(t.file).values(sha256=sha256, size=size, name=name))


def _add_all(connection: Connection, table: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        connection.execute(insert(table), rows)
