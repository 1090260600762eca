"""The command `boardpack`. Heavy libraries are imported inside the commands, so that --help is quick."""

from __future__ import annotations

import gc
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from flows.cli.commands import check_what_is_given
from flows.cli.comparing_packs import add_commands as add_diff
from flows.cli.due import add_commands as add_due
from flows.cli.issuing import add_commands as add_issuing
from flows.cli.keeping import add_commands as add_keeping
from flows.cli.layouts import app as layouts
from flows.cli.options import AsAt, AsJson, AsKnown, AsOf, Files, HomeOption, Programme
from flows.cli.verifying import add_commands as add_verifying
from flows.settings import UsageError, today

app = typer.Typer(
    name="boardpack",
    help="Turn an improvement programme's returns into checked, traceable board packs.",
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    add_completion=False,
    no_args_is_help=False,
)
app.add_typer(layouts, name="layout")
add_keeping(app)
add_due(app)

_MOST_BYTES_AHEAD = 20_000_000


@app.command()
def programmes(home: HomeOption = None, as_json: AsJson = False) -> None:
    """List programmes, their boards and returns."""
    from flows.cli.intake import list_programmes

    raise typer.Exit(list_programmes(home, as_json=as_json))


@app.command()
def check(
    files: Files,
    programme: Programme,
    home: HomeOption = None,
    annotate: Annotated[
        Path | None,
        typer.Option("--annotate", help="A folder for the marked copies and acknowledgements.", metavar="DIR"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Read and judge workbooks; store nothing."""
    _read_ahead(files or [])
    from flows.cli.intake import check_files

    raise typer.Exit(check_files(files or [], programme, home, annotate, as_json=as_json))


def _read_ahead(files: Sequence[Path]) -> None:
    """Let the reading process open the first workbook while this one imports what judges it."""
    from flows.readers import shared_opener

    if files and files[0].is_file() and files[0].stat().st_size < _MOST_BYTES_AHEAD:
        shared_opener().read_ahead(files[0].read_bytes(), files[0].name)


@app.command()
def ingest(
    programme: Programme,
    files: Files = None,
    received_at: Annotated[
        str | None, typer.Option("--received-at", help="When they were received. Default now.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Take the inbox, or the named workbooks, into history."""
    from flows.cli.intake import ingest_files

    raise typer.Exit(ingest_files(files or [], programme, home, received_at, as_json=as_json))


@app.command()
def correct(
    target: Annotated[
        str, typer.Argument(metavar="FILE|RECEIPT", help="A workbook; or a receipt's number, or RETURN@DATE.")
    ],
    programme: Programme,
    cell: Annotated[str | None, typer.Option("--cell", help="The cell of the suggestion, for example C7.")] = None,
    sheet: Annotated[str | None, typer.Option("--sheet", help="Its sheet, where the cell is not enough.")] = None,
    role: Annotated[str | None, typer.Option("--role", help="The role that decides; never a name.")] = None,
    reason: Annotated[str | None, typer.Option("--reason", help="Why.")] = None,
    date: Annotated[str | None, typer.Option("--date", help="The day of the decision. Default today.")] = None,
    accept: Annotated[
        str | None, typer.Option("--accept", help="Accept the finding of this code instead of correcting a cell.")
    ] = None,
    use: Annotated[
        str | None, typer.Option("--use", help="With --accept: print the counts, or the stated figure.")
    ] = None,
    measure: Annotated[
        str | None, typer.Option("--measure", help="With --accept: the measure, where a finding holds several.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Write without asking. Needs --role and --reason.")] = False,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Turn a finding into a declared decision: show the entry, ask, write it."""
    from flows.cli.decisions import declare_decision

    code = declare_decision(
        target, programme, home, cell=cell, sheet=sheet, measure=measure, role=role, reason=reason, date=date,
        accept=accept, use=use, yes=yes, as_json=as_json,
    )  # fmt: skip
    raise typer.Exit(code)


@app.command()
def kpis(
    programme: Programme,
    as_at: AsAt,
    as_known: AsKnown = None,
    csv: Annotated[Path | None, typer.Option("--csv", help="Also write the table as CSV.")] = None,
    xlsx: Annotated[Path | None, typer.Option("--xlsx", help="Also write the table as a workbook.")] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the KPI table: every figure, rated, with the reason."""
    from flows.cli.answers import print_kpis

    raise typer.Exit(print_kpis(programme, as_at, as_known, home, csv, xlsx, as_json=as_json))


@app.command()
def actions(
    programme: Programme,
    as_at: AsAt,
    as_known: AsKnown = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Print the plan: every action, rated by rule, beside its owner's rating."""
    from flows.cli.answers import print_actions

    raise typer.Exit(print_actions(programme, as_at, as_known, home, as_json=as_json))


@app.command()
def tracker(
    programme: Programme,
    as_at: AsOf = None,
    owner: Annotated[str | None, typer.Option("--owner", help="Whose rows: a role, as the plan names it.")] = None,
    all_owners: Annotated[bool, typer.Option("--all-owners", help="One workbook for every owner.")] = False,
    as_known: AsKnown = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="The workbook; with --all-owners the folder. Default the outbox.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Write an owner's rows of the plan as a workbook to fill in and send back."""
    from flows.cli.forms_out import write_tracker

    _refuse((owner is None) == (not all_owners), "name one --owner, or --all-owners")
    day = as_at or today().isoformat()
    raise typer.Exit(write_tracker(programme, owner, day, as_known, out, home, as_json=as_json))


@app.command()
def commentary(
    programme: Programme,
    as_at: AsOf = None,
    owner: Annotated[str | None, typer.Option("--owner", help="The role whose words it will hold.")] = None,
    as_known: AsKnown = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it. Default the outbox.")] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Write the form for commentary on the indicators, to fill in and send back."""
    from flows.cli.forms_out import write_commentary

    raise typer.Exit(
        write_commentary(programme, owner, as_at or today().isoformat(), as_known, out, home, as_json=as_json)
    )


@app.command()
def explain(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NUMBER", help="A reference printed in a pack (K12), an indicator, an action's key, or a colour."
        ),
    ],
    programme: Annotated[
        str | None, typer.Option("--programme", help="Folder name of a programme, or a path.")
    ] = None,
    as_at: Annotated[str | None, typer.Option("--as-at", help="Cut-off date of the figures.")] = None,
    pack: Annotated[str | None, typer.Option("--pack", help="As this pack printed it: the pack's number.")] = None,
    service: Annotated[str | None, typer.Option("--service", help="A service's id or name.")] = None,
    subgroup: Annotated[str | None, typer.Option("--subgroup", help="A subgroup's id or name.")] = None,
    board: Annotated[
        str | None, typer.Option("--board", help="With a colour: what this board's pack counts.")
    ] = None,
    as_known: AsKnown = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Say where a printed number or colour comes from, down to the cells."""
    from flows.cli.explanations import Question, print_explanation

    asked = Question(name, programme, service, subgroup, as_at, as_known, pack, board)
    raise typer.Exit(print_explanation(asked, home, as_json=as_json))


@app.command()
def build(
    programme: Programme,
    board: Annotated[str, typer.Option("--board", help="The board's id.")],
    as_at: AsAt,
    meeting: Annotated[str | None, typer.Option("--meeting", help="Date of the meeting.")] = None,
    as_known: AsKnown = None,
    edition: Annotated[str, typer.Option("--edition", help="restricted")] = "restricted",
    format: Annotated[str, typer.Option("--format", help="pdf")] = "pdf",
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it. Default the outbox.")] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Build one board's pack. Building is not issuing."""
    from flows.cli.packs import build_one

    _refuse(edition not in {"restricted", "public"}, f"there is no edition '{edition}'; use restricted")
    _refuse(edition == "public", "the public edition is not built yet: it needs disclosure control first")
    _refuse(format != "pdf", f"the format '{format}' is not built yet; use pdf")
    raise typer.Exit(build_one(programme, board, as_at, meeting, as_known, out, home, as_json=as_json))


@app.command()
def run(
    programme: Annotated[str | None, typer.Option("--programme", help="Folder name or path.")] = None,
    all_programmes: Annotated[bool, typer.Option("--all", help="Every programme with an inbox.")] = False,
    on: Annotated[str | None, typer.Option("--on", help="The day of the run. Default today.")] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """The scheduled job, as a tracked flow: take the inbox in, then build every board's pack."""
    from flows.cli.scheduled import run_scheduled

    _refuse((programme is None) == (not all_programmes), "name one --programme, or --all")
    raise typer.Exit(run_scheduled(programme, on, home, as_json=as_json))


add_diff(app)
add_issuing(app)
add_verifying(app)
check_what_is_given(app)


def _refuse(condition: bool, message: str) -> None:
    if condition:
        raise UsageError(message)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; every failure a user can meet is one clear line and a documented exit code."""
    if arguments is None:
        _start_quickly()
    command = typer.main.get_command(app)
    try:
        code = command.main(args=list(arguments) if arguments is not None else None, standalone_mode=False)
    except Exception as error:
        code = _explain_failure(error)
    sys.exit(code if isinstance(code, int) else 0)


def _start_quickly() -> None:
    """What a process of its own may do to start sooner: imports leave little to collect, and where it is
    installed, pandera would import a library of tests to make test data."""
    gc.set_threshold(100_000, 20, 20)
    sys.modules.setdefault("hypothesis", None)  # type: ignore[arg-type]


def _explain_failure(error: Exception) -> int:
    from flows.cli.failures import explain_failure

    return explain_failure(error)


if __name__ == "__main__":
    main()
