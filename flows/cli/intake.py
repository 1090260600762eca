"""The commands that read workbooks: programmes, check, ingest."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flows.checking import JudgedFile, judge_file, shown_path
from flows.cli.forms import file_form
from flows.comparing import compare_files
from flows.failures import HELD, OK, USAGE
from flows.settings import (
    Home,
    UsageError,
    find_home,
    find_programme_folder,
    open_history,
    programme_folders,
    read_time,
    refuse_kept_place,
    utc_now,
)
from programmes.load import LoadedProgramme, load_programme
from schemas.config import Programme
from schemas.drift import accept_together
from schemas.findings import Finding
from transforms.words import plural

if TYPE_CHECKING:
    from flows.returning import Returned
    from flows.taking import TakenFile


def print_json(document: dict[str, Any]) -> None:
    """One JSON document on standard output, and nothing else there."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def say(text: str) -> None:
    """A message to the person at the prompt."""
    print(text, file=sys.stderr)


def list_programmes(home_option: Path | None, *, as_json: bool) -> int:
    """Print every programme with its boards and returns."""
    home = find_home(home_option)
    found = [load_programme(folder).programme for folder in programme_folders(home)]
    forms = [
        {
            "id": p.id,
            "title": p.title,
            "authority": p.authority,
            "boards": [b.id for b in p.boards],
            "returns": [r.id for r in p.returns],
        }
        for p in found
    ]
    if as_json:
        print_json({"programmes": forms})
        return OK
    for form in forms:
        print(f"{form['id']}: {form['authority']}, {form['title']}")
        print(f"  boards: {', '.join(form['boards']) or 'none'}")
        print(f"  returns: {', '.join(form['returns'])}")
    return OK


def check_files(
    paths: Sequence[Path], programme: str, home_option: Path | None, annotate: Path | None, *, as_json: bool
) -> int:
    """Judge workbooks and print what was found; 1 if one is refused or holds a row back. What goes back to their
    senders is written into `annotate`, if a folder is named."""
    if not paths:
        raise UsageError("name at least one workbook to check")
    home = find_home(home_option)
    refuse_kept_place(annotate, home, "--annotate")
    loaded = load_programme(find_programme_folder(programme, home))
    judged = [judge_file(path, loaded.programme) for path in paths]
    judged = _compare(judged, loaded, home)
    returned = _annotate(judged, loaded.programme, annotate) if annotate is not None else [None] * len(judged)
    pairs = list(zip(judged, returned, strict=True))
    if as_json:
        print_json({"files": [file_form(item, back) for item, back in pairs]})
    else:
        for item, back in pairs:
            print(describe_file(item))
            _print_returned(back)
    return exit_code(judged)


def _compare(judged: Sequence[JudgedFile], loaded: LoadedProgramme, home: Home) -> list[JudgedFile]:
    """The files, held against each other and against the home's history, where it has one; owners' rows of a
    tracker against the plan."""
    if not home.has_history:
        return compare_files(judged, loaded, utc_now())
    from flows.owner_rows import compare_with_plan

    history = open_history(home)
    try:
        compared = compare_files(judged, loaded, utc_now(), history)
        return [compare_with_plan(history, item, loaded) for item in compared]
    finally:
        history.close()


def _annotate(judged: Sequence[JudgedFile], programme: Programme, folder: Path) -> Sequence[Returned | None]:
    from flows.returning import return_checked

    return [return_checked(item, programme, folder) for item in judged]


def _print_returned(returned: Returned | None) -> None:
    if returned is not None:
        from flows.returning import describe_returned

        print("\n".join(describe_returned([returned])))


def exit_code(judged: Sequence[JudgedFile]) -> int:
    """0 when only doubts and notes were found, else 1."""
    return OK if all(item.status == "accepted" for item in judged) else HELD


def describe_file(item: JudgedFile, filed: str = "") -> str:
    """A judged workbook in words: a headline, then a line and what to do for every finding."""
    reading = item.reading
    title = reading.item.title if reading.item else "not recognised"
    when = f", as at {reading.period.end.isoformat()}" if reading.period else ""
    when += f", rows of {reading.scope}" if reading.scope else ""
    lines = [f"{item.name}: {item.status} ({title}{when}; {plural(item.row_count, 'row')} read){filed}"]
    for finding in item.findings:
        place = f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else finding.sheet or ""
        lines.append(
            f"  {finding.severity:5} {place}: {finding.message}"
            if place
            else f"  {finding.severity:5} {finding.message}"
        )
        if finding.severity != "note":
            lines.append(f"        {finding.action}")
        hint = finding.suggestion
        if hint is not None and not re.search(rf"(?<![\d.-]){re.escape(hint.to)}(?![\d.])", finding.message):
            lines.append(f"        Only one change of one cell would make the row hold: {hint.cell} to {hint.to}.")
        if finding.accept:
            lines.append("        If the change is meant, these lines accept it:")
            lines += [f"          {line}" for line in finding.accept.splitlines()]
    lines += say_together(item.findings)
    return "\n".join(lines)


def say_together(findings: Iterable[Finding]) -> list[str]:
    """What to say of the lines of several findings: they go into one entry, since a date has one."""
    count, lines = accept_together(findings)
    if count < 2:
        return []
    what = "  A date has one entry: of the lines above, those that are meant go into one"
    if not lines:
        return [f"{what}, put together by hand."]
    return [f"{what}. All of them together:", *(f"          {line}" for line in lines.splitlines())]


def ingest_files(
    paths: Sequence[Path], programme: str, home_option: Path | None, received_at: str | None, *, as_json: bool
) -> int:
    """Take the inbox, or the named workbooks, into history and print what became of each."""
    from flows.quarantine import describe_purged, purge_quarantine
    from flows.receiving import receive_files
    from flows.running import waiting_form

    home = find_home(home_option)
    loaded = load_programme(find_programme_folder(programme, home))
    name, at = loaded.programme.id, read_time(received_at) if received_at is not None else utc_now()
    home.inbox(name).mkdir(parents=True, exist_ok=True)
    purged = purge_quarantine(home, name, at)
    received = receive_files(home, loaded, paths, at, lambda text: say(f"boardpack: {text}"))
    if not received.taken and not received.waiting:
        say(f"The inbox of {name} is empty: {home.inbox(name)}")
    if purged.deleted:
        say(f"boardpack: {describe_purged(purged.deleted)}")
    for line in purged.stuck:
        say(f"boardpack: {line}")
    for file in received.quarantined:
        say(f"boardpack: {file} holds personal data and is in quarantine: {home.quarantine(name)}")
    for waiting in received.waiting:
        say(f"boardpack: {shown_path(waiting.path)} was left in the inbox: {waiting.why}")
    if as_json:
        forms = [taken_form(item) for item in received.taken]
        print_json({"files": forms, "waiting": [waiting_form(w) for w in received.waiting]})
    else:
        for item in received.taken:
            print(describe_taken(item))
            _print_returned(item.returned)
    code = exit_code([item.judged for item in received.taken])
    return max(code, USAGE) if purged.stuck else code


def taken_form(item: TakenFile) -> dict[str, Any]:
    """A workbook that was taken in, as `ingest --json` prints it."""
    form = file_form(item.judged, item.returned)
    return {**form, "receipt": item.receipt_id, "already_known": item.already_known, "late_days": item.late_days}


def describe_taken(item: TakenFile) -> str:
    """A taken workbook in words."""
    if item.receipt_id is None:
        return describe_file(item.judged)
    known = ", already known" if item.already_known else ""
    late = f", {plural(item.late_days, 'day')} late" if item.late_days else ""
    return describe_file(item.judged, f", receipt {item.receipt_id}{known}{late}")
