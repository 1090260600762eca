"""The commands `layout suggest` and `layout try`: from a workbook nobody has described to a return file."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from flows.layouts import Suggestion, TriedFile
    from schemas.config import Programme
    from workbooks.suggesting.trial import Trial, TriedTable

app = typer.Typer(
    help="Propose a layout for a new workbook, and try a layout on it.", rich_markup_mode=None, no_args_is_help=False
)

_FIRST_ROWS = 5

File = Annotated[Path, typer.Argument(metavar="FILE", help="A workbook.", show_default=False)]
HomeOption = Annotated[Path | None, typer.Option("--home", help="Holds programmes of your own.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]


@app.command("suggest")
def suggest(
    file: File,
    programme: Annotated[
        str | None, typer.Option("--programme", help="The programme whose services may stand in it.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A new file for the proposal. Default standard output.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Propose a return file for a workbook; guesses are marked `# unsure:`."""
    raise typer.Exit(print_suggestion(file, programme, out, home, as_json=as_json))


@app.command("try")
def try_(
    file: File,
    programme: Annotated[str, typer.Option("--programme", help="Folder name of a programme, or a path to one.")],
    layout: Annotated[
        Path | None, typer.Option("--layout", help="A return file to try. Default the programme's own.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Show what a layout reads from a workbook, cell by cell, and what it leaves."""
    raise typer.Exit(print_trial(file, programme, layout, home, as_json=as_json))


def print_suggestion(
    file: Path, programme: str | None, out: Path | None, home_option: Path | None, *, as_json: bool
) -> int:
    """Print or write the proposed return of a workbook."""
    from flows.cli.intake import print_json, say
    from flows.failures import OK, NothingMade
    from flows.layouts import Unreadable, suggest_layout
    from flows.settings import find_home, refuse_kept_place

    refuse_kept_place(out, find_home(home_option))
    _refuse_to_overwrite(out)
    try:
        found = suggest_layout(file, _load(programme, home_option) if programme is not None else None)
    except Unreadable as error:
        raise NothingMade(str(error)) from None
    if out is not None:
        _write_new(out, found.text)
    unsure = sum(r.is_unsure for r in found.proposal.remarks)
    say(_told(found, unsure, out))
    if as_json:
        print_json(_suggestion_form(found, out))
    elif out is None:
        print(found.text, end="")
    return OK


def _load(name: str, home_option: Path | None) -> Programme:
    from flows.settings import find_home, find_programme_folder
    from programmes.load import load_programme

    return load_programme(find_programme_folder(name, find_home(home_option))).programme


def _refuse_to_overwrite(out: Path | None) -> None:
    from flows.settings import UsageError

    if out is not None and out.exists():
        raise UsageError(f"{out} exists already and is not overwritten; name another file, or move it away")


def _write_new(out: Path, text: str) -> None:
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)


def _told(found: Suggestion, unsure: int, out: Path | None) -> str:
    tables = len(found.proposal.item.layouts[0].tables)
    where = f", written to {out}" if out is not None else ""
    return (
        f"{found.path.name}: {tables} table{'' if tables == 1 else 's'} proposed{where}; "
        f"{unsure} guess{'' if unsure == 1 else 'es'} to confirm (# unsure). See what it reads with `layout try`."
    )


def _suggestion_form(found: Suggestion, out: Path | None) -> dict[str, Any]:
    proposal = found.proposal
    return {
        "file": str(found.path),
        "return": proposal.item.id,
        "tables": list(proposal.item.layouts[0].tables),
        "services_to_declare": [{"id": s.id, "label": s.label} for s in proposal.services],
        "unsure": [{"key": ".".join(map(str, r.path)), "text": r.text} for r in proposal.remarks if r.is_unsure],
        "out": str(out) if out is not None else None,
        "yaml": found.text,
    }


def print_trial(file: Path, programme: str, layout: Path | None, home_option: Path | None, *, as_json: bool) -> int:
    """Print what a layout reads from a workbook; 1 if something would be refused or held."""
    from flows.cli.intake import print_json
    from flows.failures import HELD, OK, NothingMade
    from flows.layouts import Unreadable, try_layout
    from programmes.load import load_return

    loaded = _load(programme, home_option)
    item = load_return(layout, loaded) if layout is not None else None
    try:
        tried = try_layout(file, loaded, item)
    except Unreadable as error:
        raise NothingMade(str(error)) from None
    if as_json:
        print_json(_trial_form(tried))
    else:
        print("\n".join(_trial_lines(tried)))
    return HELD if tried.has_errors else OK


def _trial_form(tried: TriedFile) -> dict[str, Any]:
    from flows.cli.forms import finding_form

    trial = tried.trial
    form: dict[str, Any] = {"file": str(tried.path), "return": None, "period_end": None, "layout_from": None}
    if trial is not None:
        form |= {
            "return": trial.item.id,
            "period_end": trial.period.end.isoformat() if trial.period else None,
            "layout_from": trial.layout.from_.isoformat(),
        }
    form |= {
        "tables": [_table_form(t) for t in trial.tables] if trial else [],
        "missing_tables": list(trial.missing) if trial else [],
        "unread": [{"sheet": s.sheet, "figures": s.figures, "cells": list(s.cells)} for s in trial.left]
        if trial
        else [],
        "findings": [finding_form(f) for f in tried.findings],
    }
    return form


def _table_form(table: TriedTable) -> dict[str, Any]:
    return {
        "table": table.id,
        "sheet": table.sheet,
        "header_row": table.header_row,
        "columns": [{"cell": c.cell, "header": c.header, "field": c.field, "kind": c.kind} for c in table.columns],
        "rows": [{"cell": r.cell, "label": r.label, "key": r.key} for r in table.rows],
        "values": [
            {"row": v.row_key, "field": v.field, "cell": v.cell, "text": v.raw_text, "kind": v.kind, "value": v.value}
            for v in table.values
        ],
        "unread_columns": [{"cell": c.address, "header": c.text} for c in table.unread_columns],
        "unread_rows": [{"cell": r.cell, "label": r.label} for r in table.unread_rows],
    }


def _trial_lines(tried: TriedFile) -> Iterator[str]:
    trial = tried.trial
    if trial is None:
        yield f"{tried.path.name}: none of the programme's returns"
    else:
        when = f"as at {trial.period.end.isoformat()}" if trial.period else "no as-at date"
        yield f"{tried.path.name}: {trial.item.title}, {when}, layout from {trial.layout.from_.isoformat()}"
        for table in trial.tables:
            yield from _table_lines(table)
        yield from _left_lines(trial)
    yield from _finding_lines(tried)


def _table_lines(table: TriedTable) -> Iterator[str]:
    yield ""
    headings = f"headings in row {table.header_row}" if table.header_row is not None else "a form, without headings"
    yield f"Table {table.id}: sheet '{table.sheet}', {headings}"
    from transforms.words import plural
    from workbooks.suggesting.trial import period_words

    for column in table.columns:
        yield f"  {column.cell:6} '{_short(column.header)}' -> {period_words(column.field)} ({column.kind})"
    yield f"  {plural(len(table.rows), 'row')}, {plural(len(table.values), 'cell')} read"
    for row in table.rows[:_FIRST_ROWS]:
        yield f"  {row.cell:6} '{_short(row.label)}' -> {row.key}"
        for value in (v for v in table.values if v.row_key == row.key and v.kind != "empty"):
            shown = value.value if value.value is not None else value.kind
            yield f"    {value.cell:6} '{_short(value.raw_text)}' -> {value.kind} {_short(shown)}"
    if len(table.rows) > _FIRST_ROWS:
        yield f"  and {len(table.rows) - _FIRST_ROWS} more rows: {', '.join(r.key for r in table.rows[_FIRST_ROWS:])}"
    for cell in table.unread_columns:
        yield f"  not read: column {cell.address} '{_short(cell.text)}'"
    for row in table.unread_rows:
        yield f"  not read: row {row.cell} '{_short(row.label)}'"


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:57]}..."


def _left_lines(trial: Trial) -> Iterator[str]:
    if trial.missing or trial.left:
        yield ""
    for name in trial.missing:
        yield f"Not found: table {name}"
    for sheet in trial.left:
        cells = ", ".join(sheet.cells)
        more = " and others" if sheet.figures > len(sheet.cells) else ""
        yield f"Not read on sheet '{sheet.sheet}': {sheet.figures} figures ({cells}{more})"


def _finding_lines(tried: TriedFile) -> Iterator[str]:
    from flows.cli.intake import say_together

    yield ""
    yield "Findings:" if tried.findings else "No findings."
    for finding in tried.findings:
        place = f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else finding.sheet or ""
        yield (
            f"  {finding.severity:5} {place}: {finding.message}"
            if place
            else f"  {finding.severity:5} {finding.message}"
        )
        if finding.severity != "note":
            yield f"        {finding.action}"
        if finding.accept:
            yield "        If that is meant, these lines accept it:"
            yield from (f"          {line}" for line in finding.accept.splitlines())
    yield from say_together(tried.findings)
