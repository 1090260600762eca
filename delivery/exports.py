"""Tables as CSV: no cell of ours is executed by a spreadsheet that opens it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(rows: Iterable[Mapping[str, Any]], names: Sequence[str]) -> bytes:
    """The rows as UTF-8 CSV with a header; lists joined by "; ", empty where there is nothing."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream, lineterminator="\r\n")
    writer.writerow(names)
    for row in rows:
        writer.writerow([_cell(row[name]) for name in names])
    return b"\xef\xbb\xbf" + stream.getvalue().encode("utf-8")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return make_inert("; ".join(map(str, value)))
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    return make_inert(str(value))


def make_inert(text: str) -> str:
    """Text that a spreadsheet shows and never runs: a leading formula sign is quoted, a number is left."""
    if text.startswith(_DANGEROUS) and not _is_number(text):
        return f"'{text}"
    return text


def _is_number(text: str) -> bool:
    return text.lstrip("+-").replace(".", "", 1).isdigit()
