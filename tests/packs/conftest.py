"""A home with the sample returns taken in once, and the pack built from it once."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import pytest
from pypdf import PdfReader

from flows.building import BuiltPack, build_pack, find_board
from flows.position import Position, derive_position
from flows.settings import Home, find_programme_folder
from flows.taking import take_files
from history.store import History
from programmes.load import load_programme

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "sample_inputs" / "slough_2021"
AS_AT = dt.date(2021, 11, 30)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home that received every sample workbook on one day."""
    own = Home(tmp_path_factory.mktemp("home"))
    loaded = load_programme(find_programme_folder("slough_2021", own))
    history = History(own.history)
    take_files(history, sorted(SAMPLES.glob("*.xlsx")), loaded, "2021-12-06T09:00:00Z")
    history.close()
    return own


@pytest.fixture(scope="session")
def position(home: Home) -> Position:
    """The position as at the last reporting date."""
    history = History(home.history)
    try:
        return derive_position(history, load_programme(find_programme_folder("slough_2021", home)), AS_AT)
    finally:
        history.close()


@pytest.fixture(scope="session")
def built(home: Home, position: Position) -> BuiltPack:
    """The steering group's pack."""
    history = History(home.history)
    try:
        board = find_board(position, "tsg")
        return build_pack(history, position, board, home.outbox("slough_2021"), None, None)
    finally:
        history.close()


@pytest.fixture(scope="session")
def uncorrected(tmp_path_factory: pytest.TempPathFactory) -> Position:
    """The position of the same programme without its declared corrections."""
    folder = tmp_path_factory.mktemp("programmes") / "slough_2021"
    shutil.copytree(ROOT / "programmes" / "slough_2021", folder)
    (folder / "corrections.yaml").unlink()
    own = Home(tmp_path_factory.mktemp("uncorrected"))
    loaded = load_programme(folder)
    history = History(own.history)
    try:
        take_files(history, sorted(SAMPLES.glob("*.xlsx")), loaded, "2021-12-06T09:00:00Z")
        return derive_position(history, loaded, AS_AT)
    finally:
        history.close()


@pytest.fixture(scope="session")
def pages(built: BuiltPack) -> list[str]:
    """The text of every page."""
    return [page.extract_text() for page in PdfReader(built.path).pages]
