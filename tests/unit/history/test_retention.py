"""What is kept and what was retired; and that nothing is deleted under a receipt that is just being filed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from history import store
from history.originals import hash_original, keep_original, original_path
from history.retention import KeptOriginal
from history.store import History
from schemas.findings import make_finding
from tests.unit.history.arrivals import NOW, PROGRAMME, arrive

A, B = b"the first workbook", b"the second workbook"
SHA = hash_original(A)
LATER = "2031-01-01T00:00:00Z"
RULE = "the rule of 1 year"


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    opened = History(tmp_path / "history")
    yield opened
    opened.close()


def is_old(item: KeptOriginal) -> bool:
    return all(use.received_at == NOW for use in item.uses)


def retire(history: History) -> list[str]:
    """Retire the first workbook, unless it was received again, and delete its bytes."""
    history.retention.retire(PROGRAMME, {SHA: RULE}, LATER, is_old)
    return history.retention.delete_retired()


def test_an_original_is_known_with_every_arrival_it_stands_behind(history: History) -> None:
    first = history.file_receipt(arrive(), A).receipt_id
    history.file_receipt(arrive(value="80.1"), B)
    third = history.file_receipt(arrive(received_at=LATER), A).receipt_id
    found = {item.sha256: item for item in history.retention.originals()}
    assert [(u.seq, u.received_at) for u in found[SHA].uses] == [(first, NOW), (third, LATER)]
    assert found[SHA].size == len(A)
    assert len(found) == 2


def test_what_was_retired_is_in_the_register_and_in_the_chain(history: History) -> None:
    history.file_receipt(arrive(), A)
    before = history.last_event(PROGRAMME)
    assert retire(history) == [SHA]
    found = history.retention.retired_files()[SHA]
    assert (found.rule, found.at, found.seq) == (RULE, LATER, before + 1)
    assert history.last_event(PROGRAMME) == before, "nothing more is known than before"
    assert history.retention.originals() == []
    assert history.retention.retired_files(["0" * 64]) == {}
    assert not original_path(history.folder, SHA).exists()
    assert retire(history) == []


def test_personal_data_was_never_kept_and_is_not_looked_for(history: History) -> None:
    finding = make_finding("personal_data", where="Sheet A", what="names of people")
    history.file_refusal(PROGRAMME, A, "(withheld)", NOW, None, [finding], keeps_original=False)
    assert history.retention.originals() == []


@pytest.mark.parametrize("is_refused", [False, True])
def test_bytes_that_are_deleted_while_they_are_received_anew_are_kept_all_the_same(
    history: History, monkeypatch: pytest.MonkeyPatch, is_refused: bool
) -> None:
    history.file_receipt(arrive(), A)
    history.file_receipt(arrive(value="80.1"), B)
    deleted: list[str] = []

    def keep(folder: Path, content: bytes) -> str:
        sha256 = keep_original(folder, content)
        if not deleted:  # just after the bytes were found to be there, before the receipt is filed
            deleted.extend(retire(history))
        return sha256

    monkeypatch.setattr(store, "keep_original", keep)
    if is_refused:
        finding = make_finding("damaged_file", file="A.xlsx", why="it is cut short")
        history.file_refusal("village", A, "A.xlsx", LATER, None, [finding])
    else:
        history.file_receipt(arrive(received_at=LATER), A)
    assert deleted == [SHA]
    assert original_path(history.folder, SHA).read_bytes() == A
    assert history.retention.retired_files() == {}
    assert SHA in {item.sha256 for item in history.retention.originals()}


def test_what_was_received_anew_meanwhile_is_not_retired(history: History) -> None:
    history.file_receipt(arrive(), A)
    history.file_receipt(arrive(value="80.1"), B)
    history.file_receipt(arrive(received_at=LATER), A)
    assert retire(history) == []
    assert original_path(history.folder, SHA).exists()
