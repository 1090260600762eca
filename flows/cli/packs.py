"""The commands that make packs: build and run."""

from __future__ import annotations

import datetime as dt
import os
import shlex
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from flows.checking import as_date, shown_path
from flows.cli.answers import open_position
from flows.cli.failures import HELD, OK
from flows.cli.intake import print_json, say
from flows.locks import building
from flows.settings import Home, UsageError, find_home, find_programme_folder, open_history, utc_now
from programmes.load import load_programme
from transforms.words import plural

if TYPE_CHECKING:
    from flows.running import RunResult


def build_one(
    programme: str,
    board: str,
    as_at: str,
    meeting: str | None,
    as_known: str | None,
    out: Path | None,
    home_option: Path | None,
    *,
    as_json: bool,
) -> int:
    """Build one pack and say where it lies; 1 where it holds held figures."""
    from flows.building import build_pack, find_board
    from flows.position import resolve_known
    from flows.running import pack_form

    meets = as_date(meeting, "meeting date") if meeting else None
    home = find_home(home_option)
    refuse_issued_place(out, home)
    name = load_programme(find_programme_folder(programme, home)).programme.id
    with building(home, name, board) if home.has_history else nullcontext():
        position = open_position(programme, as_at, as_known, home_option)
        found = find_board(position, board)
        history = open_history(home)
        try:
            upto = resolve_known(history, name, as_known)
            pack = build_pack(history, position, found, home.outbox(name), meets, out, upto)
        finally:
            history.close()
    if as_json:
        print_json(pack_form(pack))
    else:
        print(f"{pack.path}: {pack.pages} pages, as at {pack.as_at}, as known at event {pack.as_known}")
        print(f"  {issue_hint(pack.pack_id, meets, home_option)}")
        for warning in pack.warnings:
            say(f"boardpack: {warning}")
    return HELD if pack.held else OK


def refuse_issued_place(out: Path | None, home: Home) -> None:
    """Issued packs have a folder of their own, where nothing else is written. UsageError where `out` is in it."""
    if out is not None and out.absolute().resolve().is_relative_to((home.folder / "issued").resolve()):
        raise UsageError(
            f"{out} is among the issued packs, where only `boardpack issue` puts one; choose another --out"
        )


def issue_hint(pack_id: int, meeting: dt.date | None, home_option: Path | None) -> str:
    """How to go on from a built pack."""
    if meeting is None:
        return f"pack {pack_id}, for no meeting: it cannot be issued; build with --meeting DATE for that"
    where = f" --home {shlex.quote(str(home_option))}" if home_option else ""
    return f"pack {pack_id}, not issued; once it is approved: boardpack issue {pack_id} --role ROLE{where}"


def run_scheduled(programme: str | None, on: str | None, home_option: Path | None, *, as_json: bool) -> int:
    """Run the scheduled job as a Prefect flow and say what it did; 1 where something is held or refused."""
    home = find_home(home_option)
    day = as_date(on) if on else dt.datetime.now(dt.UTC).date()
    if programme is not None:
        load_programme(find_programme_folder(programme, home))
    from flows.running import programmes_to_run, run_form

    programmes_to_run(programme, home)
    open_history(home).close()  # what is wrong with it is told before a server of Prefect starts
    _settle(home)
    set_prefect_defaults(home)
    from flows.pipeline import run_monthly

    results = run_monthly(home, programme, day, utc_now())
    if as_json:
        print_json(run_form(results))
    else:
        for result in results:
            print_run(result)
    is_held = any(r.held or any(t.judged.status != "accepted" for t in r.taken) for r in results)
    return HELD if is_held else OK


def _settle(home: Home) -> None:
    """Finish issues that were cut short; a run goes on where one cannot be."""
    if not home.has_history:
        return
    from flows.issuing import settle_issued
    from history.database import HistoryError

    history = open_history(home)
    try:
        settle_issued(home, history)
    except HistoryError as error:
        say(f"boardpack: {error}")
    finally:
        history.close()


def set_prefect_defaults(home: Home) -> None:
    """Local defaults, before Prefect is imported; what the user has set stands."""
    defaults = {
        "PREFECT_HOME": str(home.folder / "prefect"),
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "DO_NOT_TRACK": "1",
        "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "90",
        "PREFECT_LOGGING_LEVEL": "WARNING",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def print_run(result: RunResult) -> None:
    """What a run did, in ten lines."""
    from flows.quarantine import describe_purged
    from flows.retiring import describe_retired

    model = result.packs[0].model if result.packs else None
    known = sum(t.already_known for t in result.taken)
    taken = f"{plural(len(result.taken), 'workbook')} taken in"
    if result.taken:
        print(f"{result.programme}: {taken} ({known} already known, {len(result.refused)} refused)")
    else:
        print(f"{result.programme}: the inbox was empty")
    for deleted in filter(None, (describe_purged(result.purged), describe_retired(result.retired))):
        print(f"  {deleted}")
    for name in result.quarantined:
        print(f"  refused: {name}; it holds personal data and was put in quarantine")
    for name in (n for n in result.refused if n not in result.quarantined):
        print(f"  refused: {name}; the reasons lie beside it in the inbox's folder 'refused'")
    pages = [t.returned.page for t in result.taken if t.returned]
    if pages:
        print(f"  to send back: {plural(len(pages), 'acknowledgement')} in {pages[0].parent}")
    for waiting in result.waiting:
        print(f"  left in the inbox: {shown_path(waiting.path)}; {waiting.why}")
    for pack in result.packs:
        print(f"  pack: {pack.path}")
        print(f"  {pack.pages} pages for {pack.board}, figures as at {pack.as_at}")
    if model is not None:
        matters = model.matters
        print(f"  message: {matters.headline}")
        for text in matters.supporting:
            print(f"    {text}")
        print("  figures: " + ", ".join(f"{c.figure.text} {c.rating.word}" for c in matters.indicator_counts))
        print("  actions: " + ", ".join(f"{c.figure.text} {c.rating.word}" for c in matters.action_counts))
        print(f"  data quality: {model.quality.sentence}")
    print(f"  held: {', '.join(h['ref'] for h in result.held) or 'nothing'}")
    missing = [str(m["title"]) for m in result.missing]
    some = f" ({'; '.join(missing[:3])}{' ...' if len(missing) > 3 else ''})" if missing else ""
    print(f"  missing: {plural(len(missing), 'return')}{some}")
