"""Drift: the lines of YAML that would accept what a workbook has become.

A finding is given its lines where it is made, relative to its table; once the return and the date are known
they are put under the file and the key they belong to. Nobody's configuration is changed by this.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from schemas.config import Return, Service
from schemas.facts import Period
from schemas.findings import Finding
from schemas.repeats import base_table

_PROGRAMME = "programme.yaml"
_RETURN = "partial:"


def in_table(path: Sequence[str], value: str) -> str:
    """Lines under a table's own key: the keys of the path, then the value."""
    lines = [f"{'  ' * depth}{key}:" for depth, key in enumerate(path)]
    return "\n".join([*lines[:-1], f"{lines[-1]} {value}"])


_Tree = dict[str, Any]


def merge_lines(snippets: Iterable[str]) -> str:
    """Lines of several findings put under each other's keys; "" where two of them say otherwise of one key."""
    whole: _Tree = {}
    if all(_merge(whole, _parse(lines)) for lines in snippets):
        return "\n".join(_write(whole, 0))
    return ""


def _parse(lines: str) -> _Tree:
    """Keys by how far they are indented; a key has a value or keys of its own."""
    root: _Tree = {}
    above: list[tuple[int, _Tree]] = [(-1, root)]
    for line in lines.splitlines():
        depth = len(line) - len(line.lstrip())
        key, _, value = line.strip().partition(":")
        while above[-1][0] >= depth:
            above.pop()
        own: _Tree = {}
        above[-1][1][key] = value.strip() or own
        above.append((depth, own))
    return root


def _merge(into: _Tree, more: _Tree) -> bool:
    for key, value in more.items():
        there = into.setdefault(key, value)
        if there is value or there == value:
            continue
        if not (isinstance(there, dict) and isinstance(value, dict) and _merge(there, value)):
            return False
    return True


def _write(tree: _Tree, depth: int) -> Iterator[str]:
    for key, value in tree.items():
        yield f"{'  ' * depth}{key}:" if isinstance(value, dict) else f"{'  ' * depth}{key}: {value}"
        if isinstance(value, dict):
            yield from _write(value, depth + 1)


def accept_together(findings: Iterable[Finding]) -> tuple[int, str]:
    """How many findings have lines for one date's layout, which has its date once; and all these lines as one
    entry, "" where they cannot be put together or there is but one.

    The findings' lines are placed already.
    """
    entries = [f.accept for f in findings if f.accept.startswith("# returns/") and "\n    tables:" in f.accept]
    if len(entries) < 2:
        return len(entries), ""
    head = entries[0].partition("\n    tables:")[0]
    merged = merge_lines(entry.removeprefix(f"{head}\n") for entry in entries)
    body = "\n".join(f"{' ' * 4}{line}" for line in merged.splitlines())
    return len(entries), f"{head}\n{body}" if merged else ""


def flow_list(items: Iterable[str]) -> str:
    """A YAML list on one line, every item in quotes."""
    return f"[{', '.join(quoted(item) for item in dict.fromkeys(items))}]"


def quoted(text: str) -> str:
    """Text in double quotes, as YAML and JSON both read it."""
    return json.dumps(text, ensure_ascii=False)


def slug(text: str, taken: Iterable[str] = ()) -> str:
    """An id made from a heading, different from those taken."""
    plain = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    name = plain if plain[:1].isalpha() else f"item_{plain}".rstrip("_")
    used, number = set(taken), 2
    found = name[:60]
    while found in used:
        found, number = f"{name[:56]}_{number}", number + 1
    return found


def spelling_of(service: Service, text: str) -> str:
    """The service's entry in programme.yaml, with one more spelling."""
    parts = [f"id: {service.id}", f"label: {quoted(service.label)}"]
    if service.short is not None:
        parts.append(f"short: {quoted(service.short)}")
    parts.append(f"spellings: {flow_list([*service.spellings, text])}")
    return f"# {_PROGRAMME}, in `services`, in place of the entry of {service.id}:\n  - {{{', '.join(parts)}}}"


def partial_date(tables: Sequence[str]) -> str:
    """The date of this workbook among those that come with these tables only."""
    return f"{_RETURN} [{', '.join(tables)}]"


def place_acceptance(finding: Finding, item: Return | None, period: Period | None) -> Finding:
    """The finding with its lines under the file, the list and the keys they belong to; without a return or a
    date there is no place for them."""
    lines = finding.accept
    if not lines or lines.startswith("#"):
        return finding
    if item is None or period is None:
        return replace(finding, accept="")
    date = period.end
    if lines.startswith(_RETURN):
        tables = lines.removeprefix(_RETURN).strip()
        head = f"# returns/{item.id}.yaml, in `partial`:"
        return replace(finding, accept=f"{head}\n  {date.isoformat()}: {tables}")
    if finding.table is None:
        return finding
    if any(layout.from_ == date for layout in item.layouts):
        head, first = f"# returns/{item.id}.yaml, into the layout from {date.isoformat()}:", "    tables:"
    else:
        head = f"# returns/{item.id}.yaml, at the end of `layouts`:"
        first = f"  - from: {date.isoformat()}\n    tables:"
    body = "\n".join(f"{' ' * 8}{line}" for line in lines.splitlines())
    return replace(finding, accept=f"{head}\n{first}\n      {base_table(finding.table)}:\n{body}")
