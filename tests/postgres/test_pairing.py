"""One database on a server belongs to one home: another folder is refused before it keeps anything."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import pytest

from history.failures import SERVER_MARK, HistorySettingError
from history.store import History
from tests.end_to_end.command import run
from tests.postgres.cluster import Cluster
from tests.unit.history.arrivals import arrive

pytestmark = pytest.mark.long

A, B = b"the first workbook", b"the second workbook"


def files(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.rglob("*") if p.is_file())


def test_another_home_is_refused_and_keeps_nothing(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.make_database()
    first = History(tmp_path / "one" / "history", url)
    first.file_receipt(arrive(), A)
    first.close()
    with pytest.raises(HistorySettingError, match="holds the history of another home than") as refused:
        History(tmp_path / "two" / "history", url)
    assert postgres.password not in str(refused.value)
    assert files(tmp_path / "two") == []
    History(tmp_path / "one" / "history", url).close()


def test_at_the_prompt_it_is_one_line_and_a_wrong_setting(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = postgres.make_database()
    History(tmp_path / "one" / "history", url).close()
    monkeypatch.setenv("BOARDPACK_DATABASE", url)
    done = run("verify", "--home", tmp_path / "two")
    assert done.code == 2
    assert "Share that folder, or set BOARDPACK_DATABASE to a database of its own" in done.error_line


def test_a_home_that_moved_is_the_same_home(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.make_database()
    History(tmp_path / "one" / "history", url).close()
    shutil.move(tmp_path / "one", tmp_path / "elsewhere")
    History(tmp_path / "elsewhere" / "history", url).close()


@pytest.mark.parametrize("mark", [None, "The history of this home is in a PostgreSQL database.\n"])
def test_a_home_without_its_identity_is_known_by_its_originals(
    tmp_path: Path, postgres: Cluster, mark: str | None
) -> None:
    """The mark was lost, or is that of an older version."""
    url, folder = postgres.make_database(), tmp_path / "history"
    opened = History(folder, url)
    opened.file_receipt(arrive(), A)
    opened.close()
    before = (folder / SERVER_MARK).read_text(encoding="utf-8")
    if mark is None:
        (folder / SERVER_MARK).unlink()
    else:
        (folder / SERVER_MARK).write_text(mark, encoding="utf-8")
    History(folder, url).close()
    assert (folder / SERVER_MARK).read_text(encoding="utf-8") == before


def test_a_history_of_an_older_version_takes_the_home_that_opens_it_first(tmp_path: Path, postgres: Cluster) -> None:
    url = postgres.make_database()
    History(tmp_path / "one" / "history", url).close()
    with postgres.connect(url.rsplit("/", 1)[1]) as connection:
        connection.execute("DELETE FROM meta WHERE key = 'home'")
    (tmp_path / "one" / "history" / SERVER_MARK).write_text("It is on a server.\n", encoding="utf-8")
    History(tmp_path / "one" / "history", url).close()
    with pytest.raises(HistorySettingError, match="another home"):
        History(tmp_path / "two" / "history", url)


def test_many_that_open_a_new_home_at_once_are_of_one_home(tmp_path: Path, postgres: Cluster) -> None:
    url, problems = postgres.make_database(), []
    start = threading.Barrier(6)

    def open_it() -> None:
        start.wait()
        try:
            History(tmp_path / "history", url).close()
        except Exception as error:  # whatever it is, the test tells
            problems.append(error)

    threads = [threading.Thread(target=open_it) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert problems == []
    assert files(tmp_path) == [SERVER_MARK]
