"""The command `run`: the scheduled job as a tracked flow, and what it says it did."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from flows.checking import shown_path
from flows.cli.intake import print_json, say
from flows.cli.packs import issue_hint
from flows.failures import HELD, OK, USAGE, describe_failure
from flows.settings import Home, as_date, find_home, find_programme_folder, open_history, today, utc_now
from programmes.load import load_programme
from transforms.words import plural

if TYPE_CHECKING:
    from flows.running import RunResult


def run_scheduled(programme: str | None, on: str | None, home_option: Path | None, *, as_json: bool) -> int:
    """Run the scheduled job as a Prefect flow and say what it did; 1 where something is held or refused."""
    home = find_home(home_option)
    day = as_date(on) if on is not None else today()
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
            print_run(result, home_option)
    codes = [describe_failure(f.error)[1] for r in results for f in r.failed]
    codes += [USAGE for r in results if r.stuck]
    if codes:
        return max(codes)
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
        # what failed is told in a line; its traceback is on record with the flow's run
        "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
        "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    }
    for name, value in defaults.items():
        os.environ.setdefault(name, value)


def print_run(result: RunResult, home_option: Path | None) -> None:
    """What a run did for one programme, in some ten lines."""
    for failure in result.failed:
        what = f"no pack for {failure.board}" if failure.board else "it was not run to its end"
        for line in describe_failure(failure.error)[0]:
            say(f"boardpack: {result.programme}: {what}: {line}")
    for line in result.stuck:
        say(f"boardpack: {result.programme}: {line}")
    for line in (
        *_say_intake(result),
        *_say_packs(result, home_option),
        *_say_message(result),
        *_say_lacking(result),
    ):
        print(line)


def _say_intake(result: RunResult) -> Iterator[str]:
    """What was taken in, refused, deleted, sent back, and what waits."""
    from flows.quarantine import describe_purged
    from flows.retiring import describe_retired

    known, refused = sum(t.already_known for t in result.taken), len(result.refused)
    if result.taken:
        came, taken = plural(len(result.taken), "file"), len(result.taken) - refused
        yield f"{result.programme}: {came} came in: {taken:,} taken in ({known:,} already known), {refused:,} refused"
    else:
        yield (
            f"{result.programme}: nothing was taken in"
            if result.failed
            else f"{result.programme}: the inbox was empty"
        )
    yield from (f"  {d}" for d in (describe_purged(result.purged), describe_retired(result.retired)) if d)
    for name in result.quarantined:
        yield f"  refused: {name}; it holds personal data and was put in quarantine"
    for name in (n for n in result.refused if n not in result.quarantined):
        yield f"  refused: {name}; the reasons lie beside it in the inbox's folder 'refused'"
    pages = [t.returned.page for t in result.taken if t.returned]
    if pages:
        yield f"  to send back: {plural(len(pages), 'acknowledgement')} in {pages[0].parent}"
    for waiting in result.waiting:
        yield f"  left in the inbox: {shown_path(waiting.path)}; {waiting.why}"


def _say_packs(result: RunResult, home_option: Path | None) -> Iterator[str]:
    for planned in result.issued:
        yield f"  issued already: the pack of {planned.board} for {planned.meeting}, figures as at {planned.as_at}"
    for pack in result.packs:
        yield f"  pack: {pack.path}"
        meets = f", for the meeting of {pack.meeting}" if pack.meeting else ""
        yield f"  {pack.pages} pages for {pack.board}, figures as at {pack.as_at}{meets}"
        if pack.meeting:
            yield f"  {issue_hint(pack.pack_id, pack.meeting, home_option)}"


def _say_message(result: RunResult) -> Iterator[str]:
    """What the first pack says on page 1."""
    if not result.packs:
        return
    model = result.packs[0].model
    yield f"  message: {model.matters.headline}"
    yield from (f"    {text}" for text in model.matters.supporting)
    for what, counts in (("figures", model.matters.indicator_counts), ("actions", model.matters.action_counts)):
        yield f"  {what}: " + ", ".join(f"{c.figure.text} {c.rating.word}" for c in counts)
    yield f"  data quality: {model.quality.sentence}"


def _say_lacking(result: RunResult) -> Iterator[str]:
    if result.position is None:
        return
    yield f"  held: {', '.join(h['ref'] for h in result.held) or 'nothing'}"
    missing = [str(m["title"]) for m in result.missing]
    some = f" ({'; '.join(missing[:3])}{' ...' if len(missing) > 3 else ''})" if missing else ""
    yield f"  missing: {plural(len(missing), 'return')}{some}"
