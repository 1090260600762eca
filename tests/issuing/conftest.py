"""Offices whose home already holds a built pack: built once, then copied for each test."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.issuing.office import Office

HELD = ((394, 298), (100, 150), (100, 90))
"""Counts of which one row cannot be: more lamps lit in time than due."""


@pytest.fixture(scope="session")
def _sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sound")
    office = Office(folder)
    office.take()
    office.build()
    return folder


@pytest.fixture(scope="session")
def _held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("held")
    office = Office(folder)
    office.take(*HELD)
    office.build()
    return folder


@pytest.fixture
def office(_sound: Path, tmp_path: Path) -> Office:
    """A home that received one sound workbook, and holds one pack for a meeting: number 3."""
    shutil.copytree(_sound, tmp_path / "office")
    return Office(tmp_path / "office")


@pytest.fixture
def held(_held: Path, tmp_path: Path) -> Office:
    """The same, but a row of the workbook cannot be: its figure is held in the pack, number 3."""
    shutil.copytree(_held, tmp_path / "held")
    return Office(tmp_path / "held")
