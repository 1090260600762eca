"""The trail behind what speaks: the arrivals of one place, who else gave a figure, and the configurations in turn."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Engine, select

from history import tables as t
from history.database import reading
from history.records import Receipt, to_observation, to_receipt
from schemas.facts import Observation


@dataclass(frozen=True, slots=True)
class ConfigurationRecord:
    """A configuration as it was recorded: by which event, when, and its text."""

    seq: int
    at: str
    sha: str
    text: str


class Trail:
    """What one history knows of how things came to be as they are."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def arrivals(self, programme: str, place: tuple[str, str, str], as_known: int) -> list[Receipt]:
        """Every receipt of a place (see Receipt.place) up to an event, in order; the last one speaks."""
        own = t.receipt.c
        query = (
            select(t.receipt)
            .where(own.programme == programme, own.return_id == place[0], own.period == place[1])
            .where(own.receipt_id <= as_known)
            .order_by(own.receipt_id)
        )
        with reading(self._engine) as connection:
            found = [to_receipt(dict(row)) for row in connection.execute(query).mappings()]
        return [r for r in found if r.place == place]

    def statements(
        self, programme: str, return_id: str, item: Observation, as_known: int
    ) -> list[tuple[Receipt, Observation]]:
        """Every time that a return gave the figure of an observation up to an event, as it was read then."""
        own, came = t.observation.c, t.receipt.c
        query = (
            select(own.receipt_id)
            .join(t.receipt, came.receipt_id == own.receipt_id)
            .where(came.programme == programme, came.return_id == return_id, came.receipt_id <= as_known)
            .where(own.measure == item.measure, own.period_end == item.period.end.isoformat())
            .distinct()
        )
        with reading(self._engine) as connection:
            ids = connection.scalars(query).all()
            receipts = connection.execute(select(t.receipt).where(came.receipt_id.in_(ids))).mappings().all()
            rows = connection.execute(
                select(t.observation)
                .where(own.receipt_id.in_(ids), own.measure == item.measure)
                .order_by(own.receipt_id, own.position)
            )
            found = [(int(row["receipt_id"]), to_observation(dict(row))) for row in rows.mappings()]
        by_id = {row["receipt_id"]: to_receipt(dict(row)) for row in receipts}
        return [(by_id[i], o) for i, o in found if _is_same(o, item)]

    def configurations(self, programme: str, as_known: int) -> list[ConfigurationRecord]:
        """The configurations recorded up to an event, in order; the first one, if it was recorded later."""
        query = (
            select(t.configuration, t.event.c.at)
            .join(t.event, t.event.c.seq == t.configuration.c.seq)
            .where(t.configuration.c.programme == programme)
            .order_by(t.configuration.c.seq)
        )
        with reading(self._engine) as connection:
            found = [
                ConfigurationRecord(row["seq"], row["at"], row["sha"], row["json"])
                for row in connection.execute(query).mappings()
            ]
        return [c for c in found if c.seq <= as_known] or found[:1]


def _is_same(one: Observation, other: Observation) -> bool:
    """Whether two observations are of one figure: measure, service, subgroup, basis and period."""

    def what(item: Observation) -> tuple[object, ...]:
        return item.measure, item.service, item.subgroup, item.basis, item.period

    return what(one) == what(other)
