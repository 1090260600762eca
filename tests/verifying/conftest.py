"""One full home, made once; each test finds it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.verifying.homes import Kept, begin, fill


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    """A home with one of everything."""
    return fill(tmp_path_factory.mktemp("filled"))


@pytest.fixture
def kept(filled: Kept) -> Iterator[Kept]:
    """That home; what a test changes in it is put back."""
    with filled.put_back():
        yield filled


@pytest.fixture
def bare(tmp_path: Path) -> Kept:
    """A home with a programme and no history."""
    return begin(tmp_path)
