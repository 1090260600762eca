"""Recalling only what an answer needs gives every answer that all of history gives."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import flows.comparing
import flows.position
from flows.position import derive_known, derive_position
from history.records import Arrival
from history.store import History
from programmes.load import load_programme
from schemas.config import Programme
from schemas.facts import Observation, Period
from tests.end_to_end.command import PROGRAMMES, RECEIVED, fill_home
from tests.properties.lines import SERVICES, make_programme, observe
from tests.properties.whole import derive_whole, expect_recalled, expect_whole

START = dt.date(2030, 12, 6)
"""A Friday."""
DAYS = [START + dt.timedelta(days=n) for n in (55, 120, 300, 700)]
SPANS = [(d - dt.timedelta(days=n), d) for d in (START + dt.timedelta(days=w) for w in (25, 31, 60)) for n in (0, 9)]
RETURNS = [
    {"id": "weekly_return", "title": "Weekly return", "cadence": "weekly"},
    {"id": "month_return", "title": "Monthly return", "cadence": "monthly"},
]


def _programme() -> Programme:
    """Two returns that give the same measures; calls are counted in a period and add up, visits do not."""
    visits = {"services": list(SERVICES), "company": "ratio", "target": {"value": 60}}
    calls = {"measure": "calls", "basis": "in_period", "unit": "calls", "services": list(SERVICES), "company": "sum"}
    baseline = {"baseline": {"period_end": START + dt.timedelta(days=14)}}
    return make_programme(
        [
            {"id": "visits", **visits, **baseline, "tolerance": {"kind": "points", "value": 5}},
            {"id": "visits_monthly", **visits, "return": "month_return", "company": "stated"},
            {"id": "calls", **calls},
            {"id": "calls_monthly", **calls, "return": "month_return"},
        ],
        [START + dt.timedelta(days=n) for n in (25, 56, 150, 400, 690)],
        returns=RETURNS,
    )


@st.composite
def _observations(draw: st.DrawFn, return_id: str, end: dt.date) -> tuple[Observation, ...]:
    found = []
    for back in range(draw(st.integers(1, 2))):
        if return_id == "weekly_return":
            last = end - dt.timedelta(days=7 * back)
            first = last - dt.timedelta(days=6)
        else:
            last = end if back == 0 else end.replace(day=1) - dt.timedelta(days=1)
            first = last.replace(day=1)
        for service in (SERVICES[0], SERVICES[1], None):
            if draw(st.integers(0, 5)) == 0:
                continue
            state = draw(st.sampled_from(("sound",) * 6 + ("held", "absent")))
            about: dict[str, Any] = {"service": service, "state": state}
            found.append(observe(last, 20 + draw(st.integers(0, 1)), 40, **about))
            number = draw(st.integers(5, 6) if return_id == "weekly_return" else st.integers(4, 27))
            more = {"measure": "calls", "form": "count", "basis": "in_period", "start": first}
            found.append(observe(last, number, **about, **more))
    return tuple(found)


@st.composite
def _arrivals(draw: st.DrawFn) -> list[tuple[str, Period, tuple[Observation, ...]]]:
    """Workbooks in the order they are received: some restated, some late, with long silences between."""
    sent = []
    for _ in range(draw(st.integers(6, 16))):
        return_id = draw(st.sampled_from(("weekly_return", "weekly_return", "month_return")))
        week = draw(st.sampled_from([*range(12), *range(12), 20, 60, 90]))
        end = START + dt.timedelta(days=7 * week)
        if return_id == "month_return":
            end = end.replace(day=1) - dt.timedelta(days=1)
            period = Period(end.replace(day=1), end, "month")
        else:
            period = Period(end, end, "day")
        sent.append((return_id, period, draw(_observations(return_id, end))))
    return sent


def _file(history: History, programme: Programme, sent: list[tuple[str, Period, tuple[Observation, ...]]]) -> None:
    sha = history.register_configuration(programme.id, programme.model_dump_json(by_alias=True), RECEIVED)
    for number, (return_id, period, observations) in enumerate(sent):
        name = f"file {number}.xlsx"
        arrival = Arrival(
            programme.id, return_id, period, None, name, "2032-12-31T09:00:00Z", "", sha, (), observations, ()
        )
        history.file_receipt(arrival, name.encode())


def _expect_same(sent: list[Any], as_at: dt.date, share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flows.comparing, "EARLIER_RETURNS", 3)
    monkeypatch.setattr(flows.position, "LEAST_IN_VIEW", 2)
    with tempfile.TemporaryDirectory() as folder:
        history = History(Path(folder))
        try:
            _file(history, _programme(), sent)
            known = 1 + round(share * len(sent))
            position = derive_known(history, "town", as_at, known)
            whole = derive_whole(history, position, known)
            expect_whole(position, whole, DAYS)
            expect_recalled(history, position, known, whole, SPANS)
        finally:
            history.close()


_HEALTH = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
_PHASES = [Phase.explicit, Phase.generate]  # to make a history smaller takes minutes


@settings(max_examples=8, suppress_health_check=_HEALTH, phases=_PHASES)
@given(sent=_arrivals(), as_at=st.sampled_from(DAYS), share=st.sampled_from((0.5, 1.0)))
def test_what_is_recalled_is_what_the_whole_gives(
    monkeypatch: pytest.MonkeyPatch, sent: list[Any], as_at: dt.date, share: float
) -> None:
    _expect_same(sent, as_at, share, monkeypatch)


@pytest.mark.long
@settings(max_examples=150, suppress_health_check=_HEALTH, phases=_PHASES)
@given(sent=_arrivals(), as_at=st.sampled_from(DAYS), share=st.sampled_from((0.3, 0.7, 1.0)))
def test_what_is_recalled_of_many_histories_is_what_the_whole_gives(
    monkeypatch: pytest.MonkeyPatch, sent: list[Any], as_at: dt.date, share: float
) -> None:
    _expect_same(sent, as_at, share, monkeypatch)


@pytest.mark.long
@pytest.mark.parametrize(
    ("programme", "day"),
    [("slough_2021", "2021-11-30"), ("slough_2021", "2021-08-31"), ("hillingdon_2015", "2016-03-31")],
)
def test_what_is_recalled_of_the_samples_is_what_the_whole_gives(
    programme: str, day: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flows.position, "LEAST_IN_VIEW", 4)
    home = _sample_home(programme, tmp_path_factory)
    history = History(home / "history")
    try:
        loaded = load_programme(PROGRAMMES / programme)
        position = derive_position(history, loaded, dt.date.fromisoformat(day))
        assert 4 <= sum(r.in_view for r in position.received) < len(position.received) or programme != "slough_2021"
        whole = derive_whole(history, position, None)
        days = [dt.date(2015, 7, 31), dt.date(2021, 7, 12), dt.date(2021, 9, 30)]
        expect_whole(position, whole, days)
        expect_recalled(history, position, None, whole, [(d - dt.timedelta(days=40), d) for d in days])
    finally:
        history.close()


_HOMES: dict[str, Path] = {}


def _sample_home(programme: str, factory: pytest.TempPathFactory) -> Path:
    if programme not in _HOMES:
        _HOMES[programme] = fill_home(factory.mktemp(programme), programme)
    return _HOMES[programme]
