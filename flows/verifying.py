"""The steps of verifying a home: whether every byte that Boardpack keeps there is as it was recorded.

Others may write meanwhile. What is about to lie in the home is recorded before it is put there, so that files
are read first here and the records after them; only of originals, which come before their receipts, it is the
other way round.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.environment import Difference
from flows.looking import Look, describe_unread
from flows.rederiving import derive_figures, read_again
from flows.settings import Home, UsageError, database_url, open_history
from flows.verifying_files import (
    MAKE_READABLE,
    check_folders,
    check_originals,
    check_published,
    check_quarantine,
    count_let_go,
    note_configurations,
    show,
)
from flows.verifying_packs import check_issued, check_packs, note_strangers
from history.audit import RESTORE
from history.entrance import check_entrance
from history.failures import ClosedHistory, DamagedHistory, HistoryError, HistorySettingError
from history.faults import Fault, Note
from history.inspection import inspect_database
from history.originals import original_path
from history.records import PackRecord
from history.remains import DATABASE
from history.seal import renew_seal, seal_whole
from history.store import History

_MOST_TOLD = 20
OUTSIDE = "not looked at: the inbox but for what was refused, programmes/ and prefect/; people change what is there"


@dataclass(slots=True)
class Verified:
    """What was checked, by number, and every fault and note."""

    checked: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)

    def add(self, *found: Fault | Note) -> None:
        """Add faults and notes."""
        self.faults += [item for item in found if isinstance(item, Fault)]
        self.notes += [item for item in found if isinstance(item, Note)]


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be verified: of which programme (None: all), and how deep."""

    programme: str | None = None
    is_every_pack: bool = False
    is_read_again: bool = False


def verify_home(home: Home, wish: Wish) -> Verified:
    """Verify a home. Never fails for what lies in it: what cannot be read is a fault.

    UsageError where there is no history; HistorySettingError where it was looked for in the wrong place.
    """
    found = Verified()
    try:
        _verify(home, wish, found)
    except HistorySettingError:
        raise  # nothing is damaged
    except DamagedHistory as damaged:
        found.add(Fault("database", damaged.place, damaged.message, damaged.action))
    except ClosedHistory as closed:
        found.add(Fault("database", f"history/{DATABASE}", closed.message, closed.action))
    except HistoryError as error:
        found.add(Fault("database", f"history/{DATABASE}", str(error), RESTORE))
    except OSError as error:
        place = show(home, Path(os.fsdecode(error.filename))) if error.filename else "history"
        found.add(Fault("database", place, describe_unread(error), MAKE_READABLE))
    return found


def _verify(home: Home, wish: Wish, found: Verified) -> None:
    if not home.has_history:
        raise UsageError(f"there is no history in {home.folder}; name the home with --home")
    is_on_server = database_url() is not None
    changed: set[str] = set()
    is_sealed = True
    if not is_on_server:
        check_entrance(home.history)
        renew_seal(home.history)  # as a process that was stopped would have done: its pages can then be compared
        inspection = inspect_database(home.history)
        found.checked["pages"] = inspection.pages
        found.add(*inspection.faults, *inspection.notes)
        if not inspection.is_usable:
            return
        is_sealed, changed = inspection.is_sealed, inspection.changed
    history = open_history(home, is_any_state=True)
    try:
        events, faults = history.audit.check_rows(changed)
        found.checked["events"] = events
        found.add(*faults)
        _check_all(home, history, wish, found)
    finally:
        history.close()
    if not found.faults and not is_sealed and not is_on_server:
        seal_whole(home.history)


def _check_all(home: Home, history: History, wish: Wish, found: Verified) -> None:
    """Every check, each by itself: rows that were tampered with may make any of them fail."""
    look, name = Look(), wish.programme
    steps: tuple[tuple[str, Callable[[], Iterator[Fault | Note | int]]], ...] = (
        ("folders", lambda: check_folders(home, look)),
        ("originals", lambda: check_originals(home, history, look, name)),
        ("let_go", lambda: count_let_go(history, name)),
        ("packs", lambda: check_packs(home, history, look, name)),
        ("issued", lambda: check_issued(home, history, look, name)),
        ("published", lambda: check_published(home, history, look, name)),
        ("quarantined", lambda: check_quarantine(home, look, name)),
        ("rederived", lambda: _check_figures(history, wish)),
        ("read_again", lambda: _check_readings(history, wish)),
        ("configurations", lambda: note_configurations(home, history, name)),
        ("strangers", lambda: note_strangers(home, history, look)),
    )
    for what, step in steps:
        try:
            for item in step():
                if isinstance(item, int):
                    found.checked[what] = item
                else:
                    found.add(item)
        except Exception as error:  # whatever tampered rows may cause; told, and the rest is checked
            found.add(_unchecked(what.replace("_", " "), f"history/{DATABASE}", error))


def _unchecked(what: str, place: str, error: Exception) -> Fault:
    why = f"{what} cannot be checked: {type(error).__name__}: {error}"
    return Fault("database", place, " ".join(why.split()), RESTORE)


# --- Derived and read again -----------------------------------------------------------------------------


def _check_figures(history: History, wish: Wish) -> Iterator[Fault | Note | int]:
    """The figures of issued packs (or of every pack), derived again as at and as known then."""
    issued = {issue.pack_id for issue in history.packs.issues(wish.programme)}
    records = [r for r in history.packs.built(wish.programme) if wish.is_every_pack or r.pack_id in issued]
    count = 0
    for record in records:
        try:
            differences = derive_figures(history, record)
        except Exception as error:  # whatever tampered rows may cause; the other packs are derived all the same
            yield _unchecked("its figures", _pack_place(record), error)
            continue
        if differences is None:
            message = "its figures cannot be derived again: it was built before they were kept with a pack"
            yield Note("figures", _pack_place(record), message)
            continue
        count += 1
        yield from _tell(differences, "figure", _pack_place(record), _derived_otherwise(record))
    yield count


def _pack_place(record: PackRecord) -> str:
    return f"event {record.pack_id} (pack of {record.board}, {record.programme}, as at {record.as_at})"


def _derived_otherwise(record: PackRecord) -> str:
    return f"Compare the software ({record.software} made it) and look at the other faults; do not reissue before."


def _check_readings(history: History, wish: Wish) -> Iterator[Fault | Note | int]:
    """Every original that is still there, read again."""
    if not wish.is_read_again:
        return
    retired = {file.sha256 for file in history.audit.files() if file.is_retired}
    count, look = 0, Look()
    for programme, receipt in history.audit.receipts(wish.programme):
        if receipt.sha256 in retired or look.look_at(original_path(history.folder, receipt.sha256)).sha256 is None:
            continue  # let go by the rule of retention; or a fault that is told already
        count += 1
        place = f"event {receipt.receipt_id} (receipt of {receipt.name}, {programme})"
        action = (
            "See in the changelog what was changed in reading; the stored cells are those that packs were made from."
        )
        try:
            yield from _tell(read_again(history, programme, receipt), "reading", place, action)
        except Exception as error:  # as above: of one workbook
            yield _unchecked("what was read", place, error)
    yield count


def _tell(differences: list[Difference], kind: str, place: str, action: str) -> Iterator[Fault]:
    for item in differences[:_MOST_TOLD]:
        yield Fault(kind, place, f"{item.what}: kept as {item.then}; now {item.now}", action)
    if len(differences) > _MOST_TOLD:
        yield Fault(kind, place, f"{len(differences) - _MOST_TOLD} more differ", action)
