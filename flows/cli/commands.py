"""Commands as they are typed: what holds for the options and arguments of every one of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import typer
from typer.core import TyperCommand

from flows.settings import UsageError
from schemas.spelling import printable

_GIVE: Mapping[str, str] = {
    "programme": "the folder name of a programme, or a path to one",
    "home": "a folder",
    "board": "a board's id",
    "pack": "a pack's number, a path to its PDF, eight or more characters of its hash, or BOARD@DATE",
    "first": "a pack's number, a path to its PDF, eight or more characters of its hash, or BOARD@DATE",
    "second": "a pack's number, a path to its PDF, eight or more characters of its hash, or BOARD@DATE",
    "as_at": "a date, such as 2021-11-30",
    "on": "a date, such as 2021-11-30",
    "date": "a date, such as 2021-11-30",
    "meeting": "a date, such as 2021-11-30",
    "as_known": "an event number, or a time",
    "received_at": "a date or time",
    "role": "a role, such as Board Secretary",
    "owner": "a role, as the plan names it",
    "reason": "the reason, in words",
    "despite": "the reason, in words",
    "service": "a service's id or name",
    "subgroup": "a subgroup's id or name",
    "name": "a reference, an indicator, an action's key, or a colour",
    "out": "a path",
    "csv": "a path",
    "xlsx": "a path",
    "annotate": "a folder",
    "layout": "a path",
    "file": "a path",
    "files": "a path",
    "target": "a path to a workbook, a receipt's number, or RETURN@DATE",
    "edition": "restricted",
    "format": "pdf",
    "cell": "a cell, such as C7",
    "sheet": "the name of a sheet",
    "accept": "the code of a finding",
    "use": "counts or stated",
    "measure": "a measure, as the finding names it",
}
"""What to give for an option or argument, by its name in the code, where nothing was given for it."""


class Command(TyperCommand):
    """A command that drops nothing: no value may be empty, and no option but a flag be given twice."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Look at what was typed before it is read: an empty path is the folder where one is otherwise."""
        given, more, order = self.make_parser(ctx).parse_args(list(args))
        if not given.get("help"):
            for param in order:
                _check_given(param, given.get(param.name), order.count(param))
            _refuse_more(more)
        return super().parse_args(ctx, args)


def _refuse_more(more: Sequence[str]) -> None:
    shown = " and ".join(f"'{printable(word)}'" for word in more)
    if more:
        raise UsageError(f"{shown} {'is one argument' if len(more) == 1 else f'are {len(more)} arguments'} too many")


def _check_given(param: Any, value: Any, times: int) -> None:
    values = value if isinstance(value, list | tuple) else [value]
    is_option = param.param_type_name == "option"
    shown = param.opts[0] if is_option else param.metavar.rstrip(".")
    if any(isinstance(item, str) and not item.strip() for item in values):
        raise UsageError(f"{shown} is empty; give {_GIVE[param.name]}")
    if is_option and times > 1 and not param.is_flag:
        raise UsageError(f"{shown} is given {times} times; give it once")


def check_what_is_given(app: typer.Typer) -> None:
    """Make every command of a command line, and of the groups within it, a Command."""
    for info in app.registered_commands:
        info.cls = Command
    for group in app.registered_groups:
        if group.typer_instance is not None:
            check_what_is_given(group.typer_instance)
