"""The intake finds damage: what breaks a redundancy is told at a right cell, and is never published as sound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from openpyxl import load_workbook

from docs.make_damage import SEEDS, TARGET, render_page
from tests.damage.book import read_book
from tests.damage.oracle import judge_book
from tests.damage.trials import SAMPLES, Trial, key_of, run_all, run_few, sample_of, value_of

LEAST_RATE = 0.99


@pytest.fixture(scope="module")
def few() -> list[Trial]:
    """Every kind of damage to a few samples."""
    return run_few()


@pytest.fixture(scope="module")
def many() -> list[Trial]:
    """Every kind of damage to every sample."""
    return run_all(SEEDS)


def _told(trials: Sequence[Trial]) -> list[str]:
    return [f"{t.kind}, {t.sample}: {t.what}; broken: {[b.name for b in t.new]}; told: {t.told}" for t in trials]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda p: p.name)
def test_the_oracle_reads_every_figure_of_the_undamaged_workbooks_as_the_product_does(path: Path) -> None:
    sample = sample_of(path)
    assert {key_of(o): value_of(o) for o in sample.judged.observations if o.state != "absent"} == sample.truth.figures
    held = {key_of(o) for o in sample.judged.observations if o.state == "held"}
    assert held == {k for b in sample.truth.breaks for k in b.figures}


def test_the_oracle_sees_what_is_changed_under_its_eyes() -> None:
    path = next(p for p in SAMPLES if p.name.startswith("Weekly Compliance Report 16.08"))
    sample = sample_of(path)
    book = load_workbook(path)
    book["Visits"]["C8"].value += 1
    item = sample.judged.reading.item
    assert item is not None
    truth = judge_book(read_book(book, item, sample.programme), sample.programme)
    broken = {b.kind: b for b in truth.breaks}
    assert "sum" in broken
    assert ("Visits", "C8") in broken["sum"].spots
    assert {k[1] for k in broken["sum"].figures} == {"safeguarding_family_support"}


def check_found(trials: Sequence[Trial]) -> None:
    """Of the damages that break a redundancy, at least 99 in 100 are told at a right cell."""
    breaking = [t for t in trials if t.new]
    missed = [t for t in breaking if not t.is_right]
    assert len(missed) <= (1 - LEAST_RATE) * len(breaking), _told(missed)


def check_safe(trials: Sequence[Trial]) -> None:
    """No broken figure is published as sound, and no sound figure says other than its cells."""
    assert not _told([t for t in trials if t.published or t.misread])


def check_calm(trials: Sequence[Trial]) -> None:
    """What breaks nothing raises no error."""
    assert not [(t.kind, t.sample, t.what, t.alarms) for t in trials if not t.new and t.alarms]


@pytest.mark.long
def test_a_few_damages_of_every_kind_are_found(few: list[Trial]) -> None:
    assert len(few) > 90
    check_found(few)


@pytest.mark.long
def test_a_few_damages_of_every_kind_publish_nothing_wrong(few: list[Trial]) -> None:
    check_safe(few)
    check_calm(few)


@pytest.mark.long
def test_damages_of_every_kind_to_every_sample_are_found(many: list[Trial]) -> None:
    check_found(many)


@pytest.mark.long
def test_damages_of_every_kind_to_every_sample_publish_nothing_wrong(many: list[Trial]) -> None:
    check_safe(many)
    check_calm(many)


@pytest.mark.long
def test_the_page_about_damage_says_what_the_trials_found(many: list[Trial]) -> None:
    assert TARGET.read_text(encoding="utf-8") == render_page(many), "run python docs/make_damage.py"
