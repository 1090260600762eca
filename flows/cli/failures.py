"""Failures as people meet them at the prompt: one clear line on standard error, and the exit code."""

from __future__ import annotations

import sys

import typer

from flows.failures import USAGE, describe_failure

_CLICK_USAGE = typer.BadParameter.__bases__[0]


def explain_failure(error: Exception) -> int:
    """Print a failure for people and return its exit code."""
    if isinstance(error, _CLICK_USAGE):
        message = str(getattr(error, "format_message", error.__str__)())
        return _say([message.rstrip(".").replace("\n", " ")], USAGE)
    if isinstance(error, typer.Abort):
        return _say(["stopped"], USAGE)
    return _say(*describe_failure(error))


def _say(lines: list[str], code: int) -> int:
    for line in lines:
        print(f"boardpack: {line}", file=sys.stderr)
    return code
