"""Homes filled once with the sample workbooks."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.end_to_end.command import fill_home


@pytest.fixture(scope="session")
def slough_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken in the first sample programme's workbooks. Read only."""
    return fill_home(tmp_path_factory.mktemp("slough"), "slough_2021")


@pytest.fixture(scope="session")
def hillingdon_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken in the second sample programme's workbooks. Read only."""
    return fill_home(tmp_path_factory.mktemp("hillingdon"), "hillingdon_2015")
