"""Options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Programme = Annotated[str, typer.Option("--programme", help="Folder name of a programme, or a path to one.")]
HomeOption = Annotated[
    Path | None, typer.Option("--home", help="Holds inbox, history, outbox and returned. Default ./boardpack_home.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document to standard output.")]
AsAt = Annotated[str, typer.Option("--as-at", help="Cut-off date of the figures, for example 2021-11-30.")]
AsOf = Annotated[str | None, typer.Option("--as-at", help="Date of the form. Default today.")]
AsKnown = Annotated[str | None, typer.Option("--as-known", help="What was known then: an event number, or a time.")]
Files = Annotated[list[Path] | None, typer.Argument(metavar="FILE...", help="Workbooks.", show_default=False)]
