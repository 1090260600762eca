"""The command `due`: which returns and packs are due, late or missing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.cli.options import AsJson, HomeOption

if TYPE_CHECKING:
    from flows.settings import Home
    from transforms.calendar import ExpectedReturn, PackDue, ReturnCalendar

_MOST_NAMED = 3


def add_commands(app: typer.Typer) -> None:
    """Add `due` to the command line."""
    app.command("due")(due)


def due(
    programme: Annotated[str | None, typer.Option("--programme", help="Folder name or path. Default all.")] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day to look from. Default today.")] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """List returns and packs that are due, late or missing."""
    from flows.settings import as_date, find_home, today

    day = as_date(on) if on is not None else today()
    raise typer.Exit(print_due(find_home(home), programme, day, as_json=as_json))


def print_due(home: Home, programme: str | None, on: dt.date, *, as_json: bool) -> int:
    """Print what is due on a day; always 0: nothing was asked to be done."""
    from flows.calendars import pack_due_form, read_calendars, return_forms
    from flows.cli.intake import print_json, say
    from flows.failures import OK
    from flows.settings import explain_no_inbox
    from programmes.load import load_programme

    found = []
    for folder in _folders(home, programme):
        loaded = load_programme(folder)
        found.append((loaded.programme.id, *read_calendars(home, loaded, on)))
    if not found:
        say(f"boardpack: {explain_no_inbox(home)}")
    if as_json:
        print_json(
            {
                "returns": [
                    form for name, returns, _ in found for item in returns for form in return_forms(name, item)
                ],
                "packs": [pack_due_form(name, pack) for name, _, packs in found for pack in packs],
            }
        )
        return OK
    for name, returns, packs in found:
        print(f"{name}, on {on.isoformat()}")
        print("\n".join(["  returns", *map(describe_return, returns), "  packs", *describe_packs(packs)]))
    return OK


def _folders(home: Home, programme: str | None) -> list[Path]:
    from flows.settings import find_programme_folder, programmes_with_inbox

    return [find_programme_folder(programme, home)] if programme is not None else programmes_with_inbox(home)


def describe_return(calendar: ReturnCalendar) -> str:
    """A return in a few lines: what came and what comes next; what is overdue, late, early or off the calendar."""
    if not calendar.expected:
        return f"    {calendar.title}: nothing received so far; no calendar is declared for it"
    came = [e for e in calendar.expected if e.received_on is not None]
    first = [f"{len(came)} received, last as at {came[-1].as_at}" if came else "nothing received so far"]
    first += [f"next as at {e.period_end}, due {e.due}" for e in calendar.in_state("awaited")[-1:]]
    lines = [f"    {calendar.title}: {'; '.join(first)}"]
    waiting = [e for e in calendar.in_state("awaited") if e is not calendar.expected[-1]]
    late, early, overdue = calendar.in_state("late"), calendar.in_state("early"), calendar.in_state("overdue")
    off = [e for e in came if e.as_at != e.period_end]
    lines += [f"awaited: {_dates(waiting, 'in')}"] if waiting else []
    lines += [f"{'overdue' if calendar.is_declared else 'nothing for'}: {_dates(overdue, 'by')}"] if overdue else []
    lines += [f"late: {_dates(late, 'by')}"] if late else []
    lines += [f"early: {_dates(early, 'by')}"] if early else []
    lines += _describe_restated(came)
    lines += [f"off the calendar: {len(off)}, last as at {off[-1].as_at} for {off[-1].period_end}"] if off else []
    lines += [f"not expected: as at {', '.join(map(str, calendar.beside[-_MOST_NAMED:]))}"] if calendar.beside else []
    lines += [] if calendar.is_declared else ["its calendar is not declared: it is taken from the first one received"]
    return "\n      ".join(lines)


def _dates(items: list[ExpectedReturn], word: str) -> str:
    """The last few period ends with their days, and how many more there are."""
    from transforms.words import plural

    named = [
        f"{e.period_end} {word} {plural(e.days, 'day')}" if e.days else f"{e.period_end} due today"
        for e in items[-_MOST_NAMED:]
    ]
    more = len(items) - len(named)
    return ", ".join(named) + (f" and {more} before" if more else "")


def _describe_restated(came: list[ExpectedReturn]) -> list[str]:
    from transforms.words import plural

    restated = [e for e in came if e.restated_on]
    if not restated:
        return []
    times = sum(len(e.restated_on) for e in restated)
    last = max(day for e in restated for day in e.restated_on)
    return [f"restated: {plural(times, 'time')}, last on {last}"]


def describe_packs(packs: list[PackDue]) -> list[str]:
    """A line for each meeting: all that passed or are open, and of those to come the next one of each board."""
    if not packs:
        return ["    no meeting is declared"]
    lines, told = [], set()
    for pack in packs:
        is_ahead = pack.state in {"due", "built"}
        if is_ahead and pack.board in told:
            continue
        if is_ahead:
            told.add(pack.board)
        figures = f", figures as at {pack.as_at}" if pack.as_at else ""
        if pack.as_at != pack.declared_as_at:
            figures += f" (declared: {pack.declared_as_at or 'none'})"
        lines.append(f"    {pack.title}, meeting {pack.meeting}{figures}: {_describe_state(pack)}")
    return lines


def _describe_state(pack: PackDue) -> str:
    from transforms.words import plural

    days = plural(pack.days, "day")
    if pack.state == "issued":
        return f"issued {pack.issued_on}" + (f", {days} late" if pack.days else "")
    if pack.state == "missed":
        return f"MISSED: the meeting passed {days} ago without an issued pack"
    built = "built, not issued" if pack.is_built else "not built yet"
    if pack.state == "late":
        return f"LATE by {days}: papers were due {pack.due}; {built}"
    return f"due {pack.due}, in {days}; {built}" if pack.days else f"due today; {built}"
