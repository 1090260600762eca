"""Write a proposed return as the YAML of a return file, with a comment beside every guess."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from schemas.proposal import KeyPath, Proposal, Remark

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _/().&'+-]*[A-Za-z0-9).]|[A-Za-z]")
_SPECIAL = {"null", "true", "false", "yes", "no", "on", "off", "y", "n", "nan", "inf"}
_WIDTH = 118
_ALONE = {"tables", "fields", "items", "rows", "columns", "layouts"}


def write_proposal(proposal: Proposal) -> str:
    """The proposal as the text of a file for `returns/`; it always loads, guesses stand as `# unsure: ...`."""
    item = proposal.item.model_dump(by_alias=True, exclude_defaults=True, mode="python")
    for layout in item.get("layouts", ()):
        layout["tables"] = {name: _table(table) for name, table in layout["tables"].items()}
    lines = list(_service_lines(proposal))
    lines += [_comment(r, 0) for r in proposal.remarks if not r.path]
    writer = _Writer(proposal.remarks)
    lines += writer.mapping(_ordered(item), (), 0)
    return "\n".join(lines) + "\n"


def _ordered(item: Mapping[str, Any]) -> dict[str, Any]:
    first = ("id", "title", "kind", "cadence", "sender", "recognise")
    return {**{k: item[k] for k in first if k in item}, **{k: v for k, v in item.items() if k not in first}}


def _table(table: Mapping[str, Any]) -> dict[str, Any]:
    """A table without its id, which is its key; a kind that is the usual one is written all the same."""
    order = ("sheets", "anchor", "service", "repeat")
    found = {k: table[k] for k in order if k in table} | {k: v for k, v in table.items() if k != "id"}
    for name in ("measures", "checks"):
        if name in found:
            found[name] = [{k: _term(v) for k, v in entry.items()} for entry in found[name]]
    return found


def _term(value: Any) -> Any:
    """A term in its short form: the field alone, where it names nothing else."""
    if isinstance(value, Mapping):
        kept = {k: v for k, v in value.items() if v not in (None, ())}
        return kept["field"] if set(kept) == {"field"} else kept
    if isinstance(value, (list, tuple)):
        return [_term(v) for v in value]
    return value


def _service_lines(proposal: Proposal) -> Iterator[str]:
    """The services that programme.yaml has to declare first, ready to be copied there."""
    if proposal.services:
        yield "# unsure: these services are not declared yet; add them to programme.yaml if they are right:"
        yield "# services:"
        for service in proposal.services:
            yield f"#   - {{id: {service.id}, label: {_scalar(service.label)}}}"


def _comment(remark: Remark, indent: int) -> str:
    text = " ".join(remark.text.split())
    return f"{' ' * indent}# {'unsure: ' if remark.is_unsure else ''}{_printable(text)}"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


class _Writer:
    """Writes keys in block form where they are long or have remarks below them, else on one line."""

    def __init__(self, remarks: Sequence[Remark]) -> None:
        self._remarks = remarks

    def mapping(self, value: Mapping[str, Any], path: KeyPath, indent: int) -> list[str]:
        """A mapping, a key a line, each with its remarks above it."""
        lines: list[str] = []
        for key, child in value.items():
            lines += self._entry(f"{' ' * indent}{_scalar(str(key))}:", child, (*path, str(key)), indent)
        return lines

    def _entry(self, head: str, child: Any, path: KeyPath, indent: int) -> list[str]:
        lines = [_comment(r, indent) for r in self._remarks if r.path == path]
        flow = _flow(child)
        must_open = self._is_remarked(path) or (path[-1] in _ALONE and isinstance(child, Mapping))
        fits = len(head) + 1 + len(flow) <= _WIDTH
        is_list_of_maps = isinstance(child, (list, tuple)) and any(isinstance(c, Mapping) for c in child)
        if is_list_of_maps and (path[-1] in {"measures", "checks", "layouts"} or not fits):
            return [*lines, head, *self._sequence(child, path, indent + 2)]
        if not isinstance(child, (Mapping, list, tuple)) or not child or (fits and not must_open):
            return [*lines, f"{head} {flow}"]
        if isinstance(child, Mapping):
            return [*lines, head, *self.mapping(child, path, indent + 2)]
        if all(isinstance(entry, str) for entry in child):
            return [*lines, head, *(f"{' ' * (indent + 2)}- {_scalar(entry)}" for entry in child)]
        return [*lines, head, *self._sequence(child, path, indent + 2)]

    def _sequence(self, value: Sequence[Any], path: KeyPath, indent: int) -> list[str]:
        lines: list[str] = []
        for index, child in enumerate(value):
            own = (*path, index)
            lines += [_comment(r, indent) for r in self._remarks if r.path == own]
            flow = _flow(child)
            if not isinstance(child, Mapping) or (indent + 2 + len(flow) <= _WIDTH and not self._is_remarked(own)
                                                  and not _is_deep(child)):  # fmt: skip
                lines.append(f"{' ' * indent}- {flow}")
                continue
            inner = self.mapping(child, own, indent + 2)
            first = next(i for i, line in enumerate(inner) if not line.lstrip().startswith("#"))
            comments = [line[2:] for line in inner[:first]]
            lines += [*comments, f"{' ' * indent}- {inner[first].lstrip()}", *inner[first + 1 :]]
        return lines

    def _is_remarked(self, path: KeyPath) -> bool:
        """Whether something within a key has a remark, so that it needs a line of its own."""
        return any(len(r.path) > len(path) and r.path[: len(path)] == path for r in self._remarks)


def _is_deep(value: Mapping[str, Any]) -> bool:
    return any(key in _ALONE and isinstance(child, Mapping) for key, child in value.items())


def _flow(value: Any) -> str:
    """A value on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{_scalar(str(k))}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_flow(v) for v in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, Decimal, dt.date)):
        return str(value)
    return _scalar(str(value))


def _scalar(text: str) -> str:
    """Text as YAML reads it back: plain where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.casefold() not in _SPECIAL and "  " not in text:
        return text
    quoted = json.dumps(text, ensure_ascii=False)
    return "".join(c if c.isprintable() else f"\\U{ord(c):08x}" for c in quoted)
