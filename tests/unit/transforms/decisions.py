"""Overrides of the invented visits table, and workbooks judged with decisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from schemas.config import Correction
from schemas.decisions import Override
from schemas.facts import CutTable, Observation
from schemas.layout import Layout
from tests.properties.lines import make_programme
from tests.unit.transforms.tables import DAY, PERIOD
from transforms.deciding import Decided, judge_decided
from transforms.known import Facts, KnownObservation


def accept(**keys: Any) -> Override:
    """An override of the visits due of the north, which say 669, unless told."""
    base = {
        "role": "Lead Performance Analyst",
        "date": dt.date(2021, 12, 6),
        "return": "weekly_return",
        "period": DAY,
        "code": "counts_disagree",
        "service": "north",
        "measure": "visits",
        "field": "total",
        "expected": "669",
        "use": "stated",
        "note": "The percentage comes from the case system.",
    }
    return Override.model_validate({k: v for k, v in (base | keys).items() if v is not ...})


def decide(
    layout: Layout,
    tables: Iterable[CutTable],
    overrides: Iterable[Override] = (),
    corrections: Iterable[Correction] = (),
) -> Decided:
    """What a workbook of these tables gives with the decisions about it."""
    readings = [r for t in tables for r in t.readings]
    programme = make_programme({})
    return judge_decided(
        readings, (), layout, programme, PERIOD, None, list(corrections), list(overrides), cadence="weekly"
    )


def of(decided: Decided, service: str | None, measure: str = "visits") -> Observation:
    """The only observation of a measure for a service."""
    (found,) = [o for o in decided.observations if (o.measure, o.service) == (measure, service)]
    return found


def facts_of(decided: Decided) -> Facts:
    """The facts of one decided workbook."""
    return Facts(KnownObservation(o, "weekly_return", 1) for o in decided.observations)
