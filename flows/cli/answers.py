"""The commands that answer from history with tables: kpis, actions."""

from __future__ import annotations

from pathlib import Path

from flows.cli.intake import print_json, say
from flows.failures import NOTHING, OK, NothingMade
from flows.position import Depth, Position, check_known, derive_position, resolve_known
from flows.settings import (
    Home,
    UsageError,
    as_date,
    find_home,
    find_programme_folder,
    open_history,
    refuse_kept_place,
    say_where,
)
from history.store import History
from programmes.load import LoadedProgramme, load_programme
from schemas.days import day_of
from schemas.facts import ACTION_COLUMNS, KPI_COLUMNS
from schemas.frames import ACTION_SCHEMA, KPI_SCHEMA, make_frame
from schemas.kpi import KpiRow
from transforms.row_forms import action_form, kpi_forms
from transforms.words import say_number


def open_position(
    programme: str, as_at: str, as_known: str | None, home_option: Path | None, depth: Depth = "pack"
) -> Position:
    """The position of a programme for one answer; its loose findings go to standard error."""
    home = find_home(home_option)
    loaded = load_programme(find_programme_folder(programme, home))
    date = as_date(as_at)
    check_known(as_known)
    if not home.has_history:
        raise nothing_received(loaded, home)
    history = open_history(home)
    try:
        known = resolve_known(history, loaded.programme.id, as_known, say_known)
        position = derive_position(history, loaded, date, known, depth)
        if not position.received:
            raise nothing_known(history, loaded, home, known)
    finally:
        history.close()
    warn(position)
    return position


def nothing_received(loaded: LoadedProgramme, home: Home) -> NothingMade:
    """What is said where no workbook of a programme has come."""
    name = loaded.programme.id
    return NothingMade(
        f"nothing has been received for {name} in {home.folder}; "
        f"put workbooks into {home.inbox(name)} and run `boardpack ingest {say_where(home, loaded.folder)}`"
    )


def nothing_known(history: History, loaded: LoadedProgramme, home: Home, known: int | None) -> NothingMade:
    """What is said where nothing had come by an event: something may have come since."""
    name = loaded.programme.id
    arrivals = history.arrivals(name, None)
    if known is None or not arrivals:
        return nothing_received(loaded, home)
    first = arrivals[0]
    return NothingMade(
        f"nothing had been received for {name} as known at event {known}; the first workbook is event "
        f"{first.receipt_id}, received {day_of(first.received_at)}"
    )


def say_known(text: str) -> None:
    """Say what a point of knowledge leaves out."""
    say(f"boardpack: {text}")


def warn(position: Position) -> None:
    """Say what stands against the declared corrections and overrides."""
    kinds = ("correction_", "override_")
    stale = [f for r in position.received for f in r.findings if f.code.startswith(kinds)]
    for finding in (*position.findings, *stale):
        say(f"boardpack: {finding.message} {finding.action}")


def print_kpis(
    programme: str,
    as_at: str,
    as_known: str | None,
    home: Path | None,
    csv: Path | None,
    xlsx: Path | None,
    *,
    as_json: bool,
) -> int:
    """Print the KPI table, and write it where asked."""
    for out, option in ((csv, "--csv"), (xlsx, "--xlsx")):
        refuse_kept_place(out, find_home(home), option)
    if csv is not None and xlsx is not None and csv.absolute().resolve() == xlsx.absolute().resolve():
        raise UsageError(f"--csv and --xlsx both name {csv}; name two files")
    position = open_position(programme, as_at, as_known, home, "figures")
    forms = kpi_forms(position.rows)
    make_frame(forms, KPI_COLUMNS, KPI_SCHEMA)
    if csv is not None:
        from delivery.exports import to_csv
        from delivery.outbox import publish_file

        publish_file(csv.absolute(), to_csv(forms, [c.name for c in KPI_COLUMNS]))
        say(f"written: {csv}")
    if xlsx is not None:
        from delivery.outbox import publish_file
        from workbooks.export import write_table

        title = f"{position.programme.authority}: {position.programme.title}"
        publish_file(xlsx.absolute(), write_table(title, KPI_COLUMNS, forms, position.as_at))
        say(f"written: {xlsx}")
    if as_json:
        print_json({"as_at": position.as_at.isoformat(), "as_known": position.as_known, "rows": forms})
    else:
        for row in position.rows:
            print(describe_row(row, position))
    if all(row.state == "missing" for row in position.rows):
        say(f"boardpack: no figure could be made as at {as_at}")
        return NOTHING
    return OK


def describe_row(row: KpiRow, position: Position) -> str:
    """One line of the KPI table for the prompt."""
    who = [position.programme.service_label(row.service)]
    if row.subgroup:
        who = [position.programme.subgroup_label(row.subgroup), *([who[0]] if row.service else [])]
    value = say_number(row.value) if row.value is not None else "-"
    return f"{row.ref:4} {row.impact:8} {value:>8}  {row.label}, {', '.join(who)}: {row.reason}"


def print_actions(programme: str, as_at: str, as_known: str | None, home: Path | None, *, as_json: bool) -> int:
    """Print the plan, rated."""
    position = open_position(programme, as_at, as_known, home)
    if not position.plan.rows:
        raise NothingMade(f"no plan tracker as at {as_at} or before has been received")
    forms = [action_form(row) for row in position.plan.rows]
    make_frame(forms, ACTION_COLUMNS, ACTION_SCHEMA)
    for finding in position.plan.findings:
        say(f"boardpack: {finding.message} {finding.action}")
    warn_of_owner_rows(position)
    if as_json:
        print_json({"as_at": position.as_at.isoformat(), "as_known": position.as_known, "rows": forms})
        return OK
    for row in position.plan.rows:
        hopeful = f" (owner says {row.entry.owner_rating})" if row.is_owner_hopeful else ""
        print(f"{row.entry.key:8} {row.outcome:8}{hopeful} {row.entry.title}: {row.reason}")
    return OK


def warn_of_owner_rows(position: Position) -> None:
    """Say what is wrong between owners' rows and the plan, each with its file and cell."""
    for received in position.received:
        for finding in position.plan.owner_findings.get(received.receipt_id, ()):
            say(f"boardpack: {received.name}, {finding.sheet}!{finding.cell}: {finding.message} {finding.action}")
