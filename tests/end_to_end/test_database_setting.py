"""The one setting for a shared history, and a home on a share: what people read when it cannot be used."""

from __future__ import annotations

import json
import re
import socket
from pathlib import Path

import pytest

from history import network
from history.network import Mount
from history.store import History
from tests.end_to_end.command import ROOT, Result, run
from tests.scenarios.harbour import MARCH, RECEIVED, Harbour, lamps

SETTING = "BOARDPACK_DATABASE"
PROGRAMME = ("--programme", "slough_2021")


def commands(home: Path) -> list[Result]:
    """A question, workbooks on their way in, and the scheduled run."""
    (home / "inbox" / "slough_2021").mkdir(parents=True, exist_ok=True)
    return [
        run("kpis", *PROGRAMME, "--home", home, "--as-at", "2021-11-30"),
        run("ingest", *PROGRAMME, "--home", home),
        run("run", *PROGRAMME, "--home", home, "--on", "2021-11-30"),
    ]


def test_a_setting_that_is_no_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, "postgresql://analyst:s3cret@server")
    for result in commands(tmp_path):
        assert result.code == 2
        assert f"{SETTING} does not say which database" in result.error_line
        assert "s3cret" not in result.error_line


def test_a_server_that_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as held:  # bound, and nobody listens
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        monkeypatch.setenv(SETTING, f"postgresql://analyst:s3cret@127.0.0.1:{port}/packs")
        results = commands(tmp_path)
    for result in results:
        assert result.code == 4
        assert f"the PostgreSQL database packs on 127.0.0.1:{port}" in result.error_line
        assert "refused" in result.error_line
        assert "s3cret" not in result.error_line
    assert not (tmp_path / "history").exists()


def test_a_home_on_a_share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = tmp_path / "share" / "home"
    mounts = [Mount("/", "ext4"), Mount(str(tmp_path / "share"), "cifs")]
    monkeypatch.setattr(network, "read_mounts", lambda: mounts)
    for taken in commands(home)[1:]:
        assert taken.code == 2
        assert "lies on a network share (cifs)" in taken.error_line
        assert f"{SETTING}=postgresql://user@host/database" in taken.error_line
    assert not (home / "history").exists()


def test_a_home_whose_history_is_on_a_server_is_told_from_an_empty_one(tmp_path: Path) -> None:
    """Whoever forgets the setting reads of it, and not that nothing was received."""
    (tmp_path / "history").mkdir()
    (tmp_path / "history" / "on-postgresql.txt").touch()
    for result in commands(tmp_path):
        assert result.code == 2
        assert f"is in a PostgreSQL database, and {SETTING} is not set" in result.error_line


def test_an_empty_setting_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(SETTING, " ")
    assert run("kpis", *PROGRAMME, "--home", tmp_path, "--as-at", "2021-11-30").code == 3
    (tmp_path / "inbox" / "slough_2021").mkdir(parents=True)
    assert run("ingest", *PROGRAMME, "--home", tmp_path).code == 0
    assert (tmp_path / "history" / "history.sqlite").is_file()


def test_a_configuration_of_a_newer_version(tmp_path: Path) -> None:
    harbour = Harbour(tmp_path)
    harbour.take(lamps(MARCH))
    newer = json.loads(harbour.loaded.programme.model_dump_json(by_alias=True))
    newer["returns"][0]["mood"] = "hopeful"
    history = History(harbour.home / "history")
    try:
        history.register_configuration(harbour.loaded.programme.id, json.dumps(newer), RECEIVED)
        last = history.last_event(harbour.loaded.programme.id)
    finally:
        history.close()
    asked = ("--programme", harbour.programme, "--home", harbour.home, "--as-at", MARCH, "--as-known", last)
    result = run("kpis", *asked)
    assert result.code == 4
    assert result.error_line == (
        "boardpack: the configuration kept in history cannot be read, at 'returns.0.mood': "
        "a newer Boardpack wrote it; update Boardpack"
    )


def test_every_command_opens_a_history_by_the_one_function() -> None:
    """A command that opened the home's own file would pass the setting by."""
    opened = [
        path.relative_to(ROOT).as_posix()
        for path in sorted((ROOT / "flows").rglob("*.py"))
        if re.search(r"\bHistory\(\s*[\w.]*\bhistory\b", path.read_text(encoding="utf-8"))
    ]
    assert opened == ["flows/settings.py"]
