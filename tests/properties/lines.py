"""Programmes of one line, and facts for it, made for properties and unit tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from schemas.config import Indicator, Programme
from schemas.facts import Observation, Period
from schemas.kpi import KpiRow
from transforms.indicators import derive_kpis
from transforms.known import Facts, KnownObservation

SERVICES = ("north", "south", "west")


def make_programme(
    indicator: dict[str, Any] | Iterable[dict[str, Any]],
    reporting_dates: Iterable[dt.date] = (),
    cadence: str = "weekly",
    **more: Any,
) -> Programme:
    """A programme of three services, one return, and the indicators given (defaults filled in)."""
    given = [indicator] if isinstance(indicator, dict) else list(indicator)
    return Programme.model_validate(
        {
            "id": "town",
            "title": "Plan",
            "authority": "Town",
            "services": [{"id": s, "label": s.title()} for s in SERVICES],
            "reporting_dates": list(reporting_dates),
            "brag": {},
            "returns": [{"id": "weekly_return", "title": "Weekly return", "cadence": cadence}],
            "indicators": [make_indicator(**item).model_dump(by_alias=True) for item in given],
            **more,
        }
    )


def make_indicator(**keys: Any) -> Indicator:
    """An indicator of visits in time, in percent with one decimal, higher is better."""
    base = {
        "id": "visits",
        "label": "Visits in time",
        "measure": "visits",
        "return": "weekly_return",
        "direction": "higher",
        "unit": "percent",
        "decimals": 1,
    }
    return Indicator.model_validate(base | keys)


def observe(
    end: dt.date,
    numerator: object = None,
    denominator: object = None,
    *,
    stated: object = None,
    service: str | None = None,
    state: str = "sound",
    form: str = "percent",
    start: dt.date | None = None,
    **more: Any,
) -> Observation:
    """One observation; numbers may be given as text."""

    def number(value: object) -> Decimal | None:
        return None if value is None else Decimal(str(value))

    said = number(stated)
    exponent = said.as_tuple().exponent if said is not None else 0
    values = {
        "measure": "visits",
        "service": service,
        "subgroup": None,
        "period": Period(start or end, end, "day" if start is None else "range"),
        "basis": "snapshot",
        "form": form,
        "per": Decimal(1),
        "numerator": number(numerator),
        "denominator": number(denominator),
        "stated": said,
        "stated_decimals": max(-int(exponent), 0),
        "state": state,
        "why": "" if state == "sound" else "its figures do not agree with each other",
    }
    return Observation(**{**values, **more})


def known(observations: Iterable[Observation], return_id: str = "weekly_return") -> Facts:
    """Facts in which these observations speak, a later one over an earlier one."""
    return Facts(KnownObservation(o, return_id, i) for i, o in enumerate(observations, 1))


def rate(
    programme: Programme, observations: Iterable[Observation], as_at: dt.date, service: str | None = None
) -> KpiRow:
    """The row of a service (None: the company) at a date."""
    rows = derive_kpis(known(observations), programme, as_at)
    return next(row for row in rows if row.service == service)
