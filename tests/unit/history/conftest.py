"""The tests of history run on both databases: on SQLite always, on a real PostgreSQL among the long tests."""

from __future__ import annotations

import pytest


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.long)])
def url(request: pytest.FixtureRequest) -> str | None:
    """Where History keeps its tables: None for SQLite in its folder, else a new database on a server."""
    if request.param == "sqlite":
        return None
    made: str = request.getfixturevalue("postgres").make_database()
    return made
