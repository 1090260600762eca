"""Add one declared decision to a programme's YAML: only lines are added, everything else stays as it was typed."""

from __future__ import annotations

import datetime as dt
import io
import os
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from programmes.load import LoadedProgramme, load_programme

Kind = Literal["corrections", "overrides"]

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_WHOLE = re.compile(r"0|-?[1-9][0-9]*")


class DeclarationError(Exception):
    """A decision that cannot be added, for people: one line that says why and what to do."""


@dataclass(frozen=True, slots=True)
class Draft:
    """An entry as it would be added: the file, its lines, and the file's bytes before (None: no file) and after."""

    path: Path
    lines: str
    before: bytes | None
    after: bytes
    kind: Kind


def draft_entry(folder: Path, kind: Kind, entry: Mapping[str, Any]) -> Draft:
    """The entry as it would stand in `KIND.yaml` of a programme's folder, in the style of that file.

    Nothing is written. DeclarationError where the file is written in a way that no entry can be added to.
    """
    path = (folder / f"{kind}.yaml").resolve()
    before = path.read_bytes() if path.is_file() else None
    text = (before or b"").decode("utf-8")
    after, lines = _add_entry(text, kind, entry, path.name)
    return Draft(path, lines, before, after.encode("utf-8"), kind)


def check_draft(folder: Path, draft: Draft) -> LoadedProgramme:
    """Load the programme as it would be with the draft, beside the real one.

    ConfigurationError names every file, line and key that would be wrong; the folder is not touched.
    """
    with tempfile.TemporaryDirectory() as name:
        copy = Path(name) / folder.resolve().name
        for source in [*folder.glob("*.yaml"), *folder.glob("returns/*.yaml")]:
            target = copy / source.relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(source, target)
        (copy / draft.path.name).write_bytes(draft.after)
        return load_programme(copy)


def write_draft(folder: Path, draft: Draft) -> LoadedProgramme:
    """Put the draft in place, whole or not at all, and load the programme again.

    The caller is alone with the YAML, so far as other commands go: what they left unfinished is cleared away.
    DeclarationError where somebody changed the file since it was read; ConfigurationError where the result
    would not load. In both cases nothing is written.
    """
    check_draft(folder, draft)
    now = draft.path.read_bytes() if draft.path.is_file() else None
    if now != draft.before:
        raise DeclarationError(f"{draft.path.name} was changed meanwhile; nothing was written, please try again")
    for left in draft.path.parent.glob(f".{draft.path.name}.*.part"):
        left.unlink(missing_ok=True)
    handle, name = tempfile.mkstemp(dir=draft.path.parent, prefix=f".{draft.path.name}.", suffix=".part")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(draft.after)
            stream.flush()
            os.fsync(stream.fileno())
        if draft.before is not None:
            shutil.copymode(draft.path, name)
        else:
            Path(name).chmod(0o644)
        Path(name).replace(draft.path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return load_programme(folder)


def entry_lines(entry: Mapping[str, Any], dash: int = 2, inner: int = 4, newline: str = "\n") -> str:
    """An entry as lines of YAML: the dash at one column, its keys at another."""
    lines: list[str] = []
    for key, value in entry.items():
        if value is not None:
            lines += _dump_key(key, value).splitlines()
    first = " " * dash + "-" + " " * (inner - dash - 1)
    whole = [first + lines[0], *(" " * inner + line for line in lines[1:])]
    return newline.join(whole) + newline


def _dump_key(key: str, value: Any) -> str:
    yaml = YAML(typ="rt")
    yaml.width = 100_000
    yaml.allow_unicode = True
    stream = io.StringIO()
    yaml.dump(CommentedMap({key: _as_typed(key, value)}), stream)
    return stream.getvalue().rstrip("\n")


def _as_typed(key: str, value: Any) -> Any:
    """A value as a person would type it: a cell's whole number bare, words on one line."""
    if isinstance(value, (dt.date, int)):
        return value
    text = " ".join(str(value).split())
    return int(text) if key in {"expected", "right"} and _WHOLE.fullmatch(text) else text


def _add_entry(text: str, kind: Kind, entry: Mapping[str, Any], name: str) -> tuple[str, str]:
    """The file's text with the entry after the last one, and the lines that were added."""
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    text = text.removeprefix("\ufeff")
    newline = "\r\n" if "\r\n" in text else "\n"
    value = _value_of(text, kind)
    if value is None:
        head = text + (newline if text and not text.endswith(newline) else "")
        lines = entry_lines(entry, newline=newline)
        return f"{mark}{head}{kind}:{newline}{lines}", lines
    if isinstance(value, SequenceNode) and value.value and value.flow_style:
        raise DeclarationError(
            f"{name} holds its entries in brackets; write each on a line of its own that begins with a dash, "
            "then try again"
        )
    starts = _line_starts(text)
    if not (isinstance(value, SequenceNode) and value.value):
        begin, end = _offset(value.start_mark, starts), _offset(value.end_mark, starts)
        head = text[:begin].rstrip(" ") if end > begin else text[:begin]
        text = head + text[end:]
        starts = _line_starts(text)
        lines = entry_lines(entry, newline=newline)
        at = _next_line(value.start_mark.line, starts, text)
    else:
        last = value.value[-1]
        dash, inner = value.start_mark.column, last.start_mark.column
        lines = entry_lines(entry, dash, inner, newline)
        if _is_spaced(value, text, starts):
            lines = newline + lines
        stop = _end_of(last)
        at = _offset(stop, starts) if stop.column == 0 else _next_line(stop.line, starts, text)
    gap = newline if at == len(text) and text and not text.endswith(("\n", "\r")) else ""
    return f"{mark}{text[:at]}{gap}{lines}{text[at:]}", lines


def _value_of(text: str, kind: Kind) -> Node | None:
    """The node of the list; None where the file has no such key."""
    root = YAML(typ="rt").compose(text)
    if not isinstance(root, MappingNode):
        return None
    return next((value for key, value in root.value if key.value == kind), None)


def _line_starts(text: str) -> list[int]:
    return [0, *(m.end() for m in _BREAK.finditer(text))]


def _offset(mark: Any, starts: list[int]) -> int:
    """Where a mark stands in the text."""
    line, column = int(mark.line), int(mark.column)
    return starts[line] + column


def _next_line(line: int, starts: list[int], text: str) -> int:
    return starts[line + 1] if line + 1 < len(starts) else len(text)


def _end_of(node: Any) -> Any:
    """Where a node's last word ends; comments and blank lines after it are not part of it."""
    if isinstance(node, ScalarNode) or node.flow_style or not node.value:
        return node.end_mark
    last = node.value[-1]
    if not isinstance(last, tuple):
        return _end_of(last)
    key, value = last
    is_empty = isinstance(value, ScalarNode) and value.start_mark.index == value.end_mark.index
    return key.end_mark if is_empty else _end_of(value)


def _is_spaced(value: SequenceNode, text: str, starts: list[int]) -> bool:
    """Whether the entries stand apart by blank lines."""
    if len(value.value) < 2:
        return False
    line = value.value[-1].start_mark.line
    return line > 0 and not text[starts[line - 1] : starts[line]].strip()
