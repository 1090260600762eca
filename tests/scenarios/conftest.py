"""An invented home to take workbooks into."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenarios.harbour import Harbour


@pytest.fixture
def harbour(tmp_path: Path) -> Harbour:
    """An empty home."""
    return Harbour(tmp_path)
