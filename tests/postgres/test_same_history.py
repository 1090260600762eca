"""The same workbooks give the same history on SQLite and on PostgreSQL: rows, digests, and the bytes of a pack."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Any

import pytest

from history.chain import follow_chain, read_head
from history.database import open_engine, reading
from tests.end_to_end.command import fill_home, kpi_rows, run
from tests.postgres.cluster import Cluster

pytestmark = pytest.mark.long
PROGRAMME, BOARD, DATE = "slough_2021", "tsg", "2021-11-30"


def answers(home: Path) -> dict[str, Any]:
    """What people ask of a history, and the pack that it gives."""
    asked = ("--programme", PROGRAMME, "--home", home, "--as-at", DATE, "--json")
    pack = run("build", *asked, "--board", BOARD).json
    return {
        "kpis": {day: kpi_rows(home, PROGRAMME, day) for day in ("2021-03-31", "2021-09-30", DATE)},
        "as known": kpi_rows(home, PROGRAMME, DATE, "--as-known", "24"),
        "actions": run("actions", *asked).json,
        "explanation": run("explain", *asked, "K1").json,
        "pack": (pack["sha256"], pack["pages"], pack["as_known"], pack["pack"], Path(pack["file"]).read_bytes()),
    }


def chain(folder: Path, url: str | None) -> list[str]:
    """The digests of what was learnt, in order; every event must be sound, and the head that of the last one.

    What was put into the home for people comes after, and bears the time of the machine.
    """
    engine = open_engine(folder, url)
    try:
        with reading(engine) as connection:
            links = list(follow_chain(connection))
            head = read_head(connection)
    finally:
        engine.dispose()
    assert all(link.is_sound for link in links)
    assert head == (links[-1].seq, links[-1].stored)
    return [link.stored for link in takewhile(lambda link: link.kind != "published", links)]


def test_a_whole_programme(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = fill_home(tmp_path / "alone", PROGRAMME)
    digests = chain(alone / "history", None)
    assert len(digests) > 20
    expected = answers(alone)
    monkeypatch.setenv("BOARDPACK_DATABASE", url := postgres.make_database())
    shared = fill_home(tmp_path / "shared", PROGRAMME)
    assert digests == chain(shared / "history", url)
    found = answers(shared)
    assert expected["kpis"][DATE]
    for name, answer in expected.items():
        assert found[name] == answer, name
    assert not (shared / "history" / "history.sqlite").exists()
    assert originals(alone) == originals(shared) != set()


def originals(home: Path) -> set[str]:
    """The files kept byte for byte in the home's folder, whatever the database."""
    return {p.name for p in (home / "history" / "originals").rglob("*") if p.is_file()}


def test_a_question_makes_no_tables(tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch) -> None:
    url = postgres.make_database()
    monkeypatch.setenv("BOARDPACK_DATABASE", url)
    result = run("kpis", "--programme", PROGRAMME, "--home", tmp_path / "home", "--as-at", DATE)
    assert result.code == 3
    assert "nothing has been received" in result.error_line
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    assert not (tmp_path / "home").exists()
