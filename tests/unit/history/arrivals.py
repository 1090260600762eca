"""Arrivals made for the tests of history."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from history.records import Arrival
from schemas.facts import CellRef, Observation, Operand, Period, Reading
from schemas.findings import make_finding

PROGRAMME = "town"
WEEK = dt.date(2021, 11, 29)
NOW = "2021-12-06T09:00:00Z"


def week(day: dt.date = WEEK) -> Period:
    """The period of a weekly workbook."""
    return Period(day, day)


def reading(cell: str = "C7", text: str = "335", **keys: Any) -> Reading:
    """One cell as it was read."""
    base = {
        "table": "visits",
        "row_key": "north",
        "field": f"field_{cell.lower()}",
        "sheet": "Visits",
        "cell": cell,
        "raw_text": text,
        "number_format": "0",
        "kind": "count",
        "value": text,
        "decimals": 0,
    }
    return Reading(**(base | keys))


def observation(period: Period, value: str = "79.4", **keys: Any) -> Observation:
    """One observation with an operand."""
    base = {
        "measure": "visits",
        "service": "north",
        "subgroup": None,
        "period": period,
        "basis": "snapshot",
        "form": "percent",
        "per": Decimal(1),
        "numerator": Decimal(355),
        "denominator": Decimal(447),
        "stated": Decimal(value),
        "stated_decimals": 1,
        "state": "sound",
        "why": "",
        "operands": (Operand("in_time", CellRef("Visits", "C7"), "355", "355"),),
    }
    return Observation(**(base | keys))


def arrive(day: dt.date = WEEK, value: str = "79.4", **keys: Any) -> Arrival:
    """A weekly workbook with one reading, one observation and one finding."""
    period = week(day)
    base = {
        "programme": PROGRAMME,
        "return_id": "weekly_return",
        "period": period,
        "covered": None,
        "name": f"week {day}.xlsx",
        "received_at": NOW,
        "layout_sha": "0" * 64,
        "configuration_sha": "1" * 64,
        "readings": (reading(),),
        "observations": (observation(period, value),),
        "findings": (make_finding("hidden_read", sheet="Visits", cell="A1", what="The sheet 'Visits'"),),
    }
    return Arrival(**(base | keys))
