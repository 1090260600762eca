"""Where things are: the home of inbox, history and outbox, and the programmes."""

from __future__ import annotations

import datetime as dt
import os
import re
import shlex
from contextlib import suppress
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from history.failures import DATABASE_SETTING
from history.remains import is_begun
from schemas.days import day_of, end_of_day, to_stored
from schemas.spelling import printable

if TYPE_CHECKING:
    from history.store import History

DEFAULT_HOME = "boardpack_home"
QUARANTINE_SETTING = "BOARDPACK_QUARANTINE_DAYS"
_QUARANTINE_DAYS = 14
_MOST_QUARANTINE_DAYS = 365
_YEARS = range(1900, 2200)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(_DAY.pattern + r"(?:[T ][0-9:.+Z-]+)?")
_KEPT = {
    "history": "in the home's history, which nothing else is written to",
    "issued": "among the issued packs, where only `boardpack issue` and `erratum` put one",
    "quarantine": "in quarantine, which nothing else is written to",
    "inbox": "in the inbox, where only workbooks arrive",
    "locks": "among the home's locks, which nothing else is written to",
}
"""The folders of a home into which no command writes what it is asked for, and why not."""


class UsageError(Exception):
    """Wrong usage, for people: one line that says what to do. Exit code 2."""


@dataclass(frozen=True, slots=True)
class Home:
    """The folder that holds inbox, outbox, issued and returned, each with a folder a programme, and history."""

    folder: Path

    def inbox(self, programme: str) -> Path:
        """Where a programme's workbooks arrive."""
        return self.folder / "inbox" / programme

    def refused(self, programme: str) -> Path:
        """Where refused workbooks lie, each with the reasons beside it."""
        return self.inbox(programme) / "refused"

    def quarantine(self, programme: str) -> Path:
        """Where files with personal data wait to be deleted, apart from everything else that is kept."""
        return self.folder / "quarantine" / programme

    def outbox(self, programme: str) -> Path:
        """Where a programme's packs appear."""
        return self.folder / "outbox" / programme

    def issued(self, programme: str) -> Path:
        """Where a programme's issued packs lie, for good."""
        return self.folder / "issued" / programme

    def returned(self, programme: str) -> Path:
        """Where what goes back to the senders of workbooks appears: acknowledgements and marked copies."""
        return self.folder / "returned" / programme

    @property
    def history(self) -> Path:
        """Where the originals are kept, and the database unless a server holds it."""
        return self.folder / "history"

    @property
    def has_history(self) -> bool:
        """Whether there is a history: a question alone makes none, in the home or on a server.

        DamagedHistory where there was one, and its database is lost.
        """
        url = database_url()
        if url is None:
            return is_begun(self.history)
        from history.database import holds_history  # the database's library takes a while

        return holds_history(self.history, url)


def find_home(option: Path | None) -> Home:
    """The home by option, else BOARDPACK_HOME where it says something, else ./boardpack_home.

    UsageError where a file lies there.
    """
    named = os.environ.get("BOARDPACK_HOME", "")
    folder = (option or Path(named if named.strip() else DEFAULT_HOME)).absolute()
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is no folder; name the home with --home")
    return Home(folder)


def refuse_kept_place(out: Path | None, home: Home, option: str = "--out") -> None:
    """Nothing that a user asks for is written to where the home keeps what must not be lost, or takes files in.

    UsageError where `out` is such a place. Symbolic links are followed.
    """
    if out is None:
        return
    places = (out.absolute().resolve(), _parent_of(out.absolute()))
    for name, why in _KEPT.items():
        if any(place.is_relative_to((home.folder / name).resolve()) for place in places):
            raise UsageError(f"{out} is {why}; choose another {option}")


def _parent_of(place: Path) -> Path:
    """Where a link itself lies, wherever it leads: writing replaces the link."""
    return place.parent.resolve() / place.name


def database_url() -> str | None:
    """The PostgreSQL database that BOARDPACK_DATABASE names; None where SQLite in the home holds the history."""
    return os.environ.get(DATABASE_SETTING, "").strip() or None


def open_history(home: Home, *, is_any_state: bool = False) -> History:
    """The history of a home, on the server where BOARDPACK_DATABASE names one. The one way in for every command.

    HistorySettingError where it is set to lie where it cannot; HistoryError where it cannot be opened, was lost, or
    is another one than was sealed, unless `is_any_state`: for a command that says so itself.
    """
    from history.store import History  # the database's library takes a while

    return History(home.history, database_url(), is_any_state=is_any_state)


def quarantine_days() -> int:
    """Days that a file with personal data stays in quarantine: BOARDPACK_QUARANTINE_DAYS, else 14."""
    text = os.environ.get(QUARANTINE_SETTING, "").strip() or str(_QUARANTINE_DAYS)
    if not (text.isascii() and text.isdigit()) or int(text) > _MOST_QUARANTINE_DAYS:
        raise UsageError(f"{QUARANTINE_SETTING} is a whole number of days from 0 to {_MOST_QUARANTINE_DAYS}")
    return int(text)


def programme_folders(home: Home) -> list[Path]:
    """Every programme that can be named: the installed ones and those in the home."""
    found: dict[str, Path] = {}
    for base in (Path(str(files("programmes"))), home.folder / "programmes"):
        if base.is_dir():
            found |= {p.parent.name: p.parent for p in sorted(base.glob("*/programme.yaml"))}
    return [found[name] for name in sorted(found)]


def programmes_with_inbox(home: Home) -> list[Path]:
    """The programmes that can be named and have an inbox in the home."""
    return [folder for folder in programme_folders(home) if home.inbox(folder.name).is_dir()]


def explain_no_inbox(home: Home) -> str:
    """Why no programme has an inbox in a home, and what to do."""
    base = home.folder / "inbox"
    found = sorted(p.name for p in base.iterdir() if p.is_dir()) if base.is_dir() else []
    if not found:
        return f"no programme has an inbox in {home.folder}; name one with --programme"
    what, name = ("an inbox", "that name") if len(found) == 1 else ("inboxes", "these names")
    return (
        f"{home.folder} has {what} for {', '.join(found)}, but no programme of {name} is installed or lies in "
        f"{home.folder / 'programmes'}; name its folder with --programme, or copy it there"
    )


def find_programme_folder(name: str, home: Home) -> Path:
    """The folder of a programme named by its folder, or by a path to a folder anywhere."""
    for folder in programme_folders(home):
        if folder.name == name:
            return folder
    path = Path(name)
    if (path / "programme.yaml").is_file():
        return path
    known = ", ".join(folder.name for folder in programme_folders(home)) or "none"
    if path.is_dir():
        raise UsageError(f"the folder {name} holds no programme.yaml; known programmes are {known}")
    raise UsageError(f"there is no programme '{name}'; known programmes are {known}")


def say_where(home: Home, programme: Path) -> str:
    """A programme and a home as options of a command that somebody is told to run."""
    is_by_name = any(known == programme for known in programme_folders(home))
    name = programme.name if is_by_name else str(programme)
    return f"--programme {shlex.quote(name)}{say_home(home)}"


def say_home(home: Home) -> str:
    """A home as an option of such a command; nothing where it is the one that is meant without."""
    return "" if home == find_home(None) else f" --home {shlex.quote(str(home.folder))}"


def find_writable_folder(name: str, home: Home) -> Path:
    """A programme's folder, where its YAML may be written. UsageError for an installed one named by its name.

    Installed programmes are read-only by rule: they are replaced when the software is. A path says what is meant.
    """
    folder = find_programme_folder(name, home)
    installed = Path(str(files("programmes"))).resolve()
    is_by_name = any(known.name == name for known in programme_folders(home))
    if is_by_name and folder.resolve().parent == installed:
        target = home.folder / "programmes"
        command = (
            f"mkdir -p {shlex.quote(str(target))} && cp -r {shlex.quote(str(folder))} {shlex.quote(str(target))}"
        )
        raise UsageError(
            f"{name} is an installed programme, which is not written to; "
            f"copy it into your home and try again: {command}"
        )
    return folder


def utc_now() -> str:
    """The time of now in UTC, to the second, as it is stored."""
    return to_stored(dt.datetime.now(dt.UTC))


def today() -> dt.date:
    """The day of now, in the United Kingdom."""
    return day_of(utc_now())


def as_date(text: str, what: str = "date") -> dt.date:
    """An ISO date given by a user. UsageError for what is none, and for a year in which nothing can have been."""
    try:
        day = dt.date.fromisoformat(text if _DAY.fullmatch(text) else "")
    except ValueError:
        raise UsageError(f"'{printable(text)}' is not a {what}; write it as 2021-11-30") from None
    _refuse_far(day.year, text)
    return day


def read_time(text: str) -> str:
    """A point in time given by a user, as it is stored. UsageError as for `as_date`.

    Without a zone it is of the United Kingdom; a bare date means its last second there.
    """
    with suppress(ValueError):
        moment = dt.datetime.fromisoformat(text if _TIME.fullmatch(text) else "")
        _refuse_far(moment.year, text)
        return to_stored(moment) if "T" in text or " " in text else end_of_day(moment.date())
    raise UsageError(f"'{printable(text)}' is not a date or time; write 2021-12-06 or 2021-12-06T09:00:00+00:00")


def _refuse_far(year: int, text: str) -> None:
    if year not in _YEARS:
        raise UsageError(f"'{text}' lies outside the years {_YEARS[0]} to {_YEARS[-1]}")
