"""What history gives to a comparison: overlapping receipts, single fields, and files on their way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from history.records import Receipt
from history.store import History
from schemas.facts import Period
from tests.unit.history.arrivals import NOW, PROGRAMME, WEEK, arrive, observation, reading, week

DAYS = [WEEK - dt.timedelta(days=7 * n) for n in (2, 1, 0)]


@pytest.fixture
def history(tmp_path: Path, url: str | None) -> Iterator[History]:
    """Three weeks of one return, each with its figures."""
    store = History(tmp_path, url)
    for day in DAYS:
        item = replace(
            arrive(day), observations=(observation(week(day)), observation(week(day), measure=f"only_{day:%d}"))
        )
        store.file_receipt(item, f"workbook of {day}".encode())
    yield store
    store.close()


def test_receipts_are_found_by_measure_and_time(history: History) -> None:
    first, second, third = (r.receipt_id for r in history.receipts(PROGRAMME, None))
    assert history.receipts_with({"visits": (DAYS[0], DAYS[2])}) == {first, second, third}
    assert history.receipts_with({"visits": (DAYS[1], DAYS[1])}) == {second}
    assert (
        history.receipts_with({"visits": (DAYS[0] + dt.timedelta(days=1), DAYS[1] - dt.timedelta(days=1))}) == set()
    )
    assert history.receipts_with({f"only_{DAYS[2]:%d}": (dt.date.min, dt.date.max)}) == {third}
    assert history.receipts_with({}) == set()


def joining(day: dt.date, receipt_id: int, ordinal: int) -> Receipt:
    """The receipt that a file would become."""
    return Receipt(
        receipt_id=receipt_id, return_id="weekly", period=week(day), covered=None, ordinal=ordinal, sha256="",
        name="new.xlsx", received_at=NOW, configuration_sha="",
    )  # fmt: skip


def test_files_on_their_way_speak_in_their_place(history: History) -> None:
    known = history.receipts(PROGRAMME, None)
    return_id = known[0].return_id
    late = replace(joining(DAYS[1] - dt.timedelta(days=3), 90, 1), return_id=return_id)
    again = replace(joining(DAYS[1], 91, 2), return_id=return_id)
    order = history.receipts(PROGRAMME, None, joining=[late, again])
    assert [r.receipt_id for r in order] == [known[0].receipt_id, 90, known[2].receipt_id, 91]
    assert history.receipts(PROGRAMME, None) == known, "nothing was stored"


def test_readings_of_one_field(tmp_path: Path, url: str | None) -> None:
    store = History(tmp_path, url)
    item = replace(arrive(), readings=(reading("C7", field="title"), reading("D7", field="due")))
    store.file_receipt(item, b"workbook")
    (receipt,) = store.receipts(PROGRAMME, None)
    assert [r.field for r in store.readings([receipt], field="title")[receipt.receipt_id]] == ["title"]
    assert len(store.readings([receipt])[receipt.receipt_id]) == 2
    store.close()


def test_a_period_that_only_touches_the_span_is_found(tmp_path: Path, url: str | None) -> None:
    store = History(tmp_path, url)
    month = Period(dt.date(2021, 11, 1), dt.date(2021, 11, 30), "month")
    store.file_receipt(replace(arrive(), observations=(observation(month),)), b"workbook")
    assert store.receipts_with({"visits": (dt.date(2021, 11, 30), dt.date(2021, 12, 5))})
    assert not store.receipts_with({"visits": (dt.date(2021, 12, 1), dt.date(2021, 12, 5))})
    store.close()
