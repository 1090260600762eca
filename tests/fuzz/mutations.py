"""Mutations of a workbook's bytes: its zip, its XML and its cells."""

from __future__ import annotations

import datetime as dt
import io
import random
import re
import zipfile
from collections.abc import Callable
from typing import Any

from openpyxl import load_workbook

Mutation = Callable[[bytes, random.Random], bytes]


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(parts: list[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        seen: set[str] = set()
        for name, data in parts:
            if name in seen:
                archive.filelist.append(archive.filelist[[i.filename for i in archive.filelist].index(name)])
            else:
                archive.writestr(name, data)
            seen.add(name)
    return target.getvalue()


# --- the file and its zip -----------------------------------------------------------------------------------------


def cut_short(content: bytes, rng: random.Random) -> bytes:
    """The first part of the file only."""
    return content[: rng.randrange(len(content))]


def flip_bytes(content: bytes, rng: random.Random) -> bytes:
    """Some bytes are others."""
    changed = bytearray(content)
    for _ in range(rng.choice([1, 3, 20, 200])):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def drop_part(content: bytes, rng: random.Random) -> bytes:
    """One part is gone."""
    parts = _parts(content)
    del parts[rng.choice(sorted(parts))]
    return _pack(list(parts.items()))


def empty_part(content: bytes, rng: random.Random) -> bytes:
    """One part is empty, or holds noise."""
    parts = _parts(content)
    parts[rng.choice(sorted(parts))] = rng.choice([b"", b"\x00" * 50, b"<", rng.randbytes(300)])
    return _pack(list(parts.items()))


def double_part(content: bytes, rng: random.Random) -> bytes:
    """One part is listed twice, or stands in for another."""
    parts = _parts(content)
    one, other = rng.sample(sorted(parts), 2)
    if rng.random() < 0.5:
        return _pack([*parts.items(), (one, b"")])
    parts[one] = parts[other]
    return _pack(list(parts.items()))


# --- the XML of a part --------------------------------------------------------------------------------------------

_ELEMENT = re.compile(rb"<([A-Za-z0-9:]+)(?:\s[^<>]*)?(?:/>|>[^<>]*</\1>)")
_ATTRIBUTE = re.compile(rb'([A-Za-z:]+)="([^"]*)"')
_NOISE = (b"-1", b"0", b"1e999", b"99999999999999999999", b"NaN", b"A0", b"XFE1", b"ZZZ9999999", b"", b"\xc3\xa9",
          b"A1:XFD1048576", b"true", b"2147483648", b"#REF!", b"&#0;", b"]]>")  # fmt: skip


def _edit_part(content: bytes, rng: random.Random, edit: Callable[[bytes], bytes]) -> bytes:
    parts = _parts(content)
    names = [n for n in sorted(parts) if n.endswith((".xml", ".rels"))]
    sheets = [n for n in names if "worksheets/" in n and n.endswith(".xml")]
    name = rng.choice(sheets if sheets and rng.random() < 0.6 else names)
    parts[name] = edit(parts[name])
    return _pack(list(parts.items()))


def _pick(pattern: re.Pattern[bytes], data: bytes, rng: random.Random) -> re.Match[bytes] | None:
    found = list(pattern.finditer(data))
    return rng.choice(found) if found else None


def change_elements(content: bytes, rng: random.Random) -> bytes:
    """Elements are taken out, doubled, or put elsewhere."""

    def edit(data: bytes) -> bytes:
        for _ in range(rng.choice([1, 2, 8])):
            match = _pick(_ELEMENT, data, rng)
            if match is None:
                return data
            without = data[: match.start()] + data[match.end() :]
            other = _pick(_ELEMENT, without, rng)
            at = other.start() if other else 0
            ways = [without, data[: match.end()] + match[0] * 3 + data[match.end() :],
                    without[:at] + match[0] + without[at:]]  # fmt: skip
            data = rng.choice(ways)
        return data

    return _edit_part(content, rng, edit)


def change_attributes(content: bytes, rng: random.Random) -> bytes:
    """Attributes hold noise: huge numbers, other types, places that do not exist."""

    def edit(data: bytes) -> bytes:
        for _ in range(rng.choice([1, 2, 8])):
            match = _pick(_ATTRIBUTE, data, rng)
            if match is None:
                return data
            new = rng.choice(
                [b'%s="%s"' % (match[1], rng.choice(_NOISE)), b'%s="%s" zz="1"' % (match[1], match[2]), b""]
            )
            data = data[: match.start()] + new + data[match.end() :]
        return data

    return _edit_part(content, rng, edit)


def change_values(content: bytes, rng: random.Random) -> bytes:
    """Stored values and types of cells hold noise."""

    def edit(data: bytes) -> bytes:
        for _ in range(rng.choice([1, 4, 12])):
            match = _pick(re.compile(rb"<v>[^<]*</v>|t=\"[a-z]+\"|<t[^>]*>[^<]*</t>"), data, rng)
            if match is None:
                return data
            kinds = [b't="%s"' % k for k in (b"s", b"b", b"e", b"d", b"n", b"str", b"inlineStr", b"zz")]
            new = rng.choice(kinds) if match[0].startswith(b"t=") else b"<v>%s</v>" % rng.choice(_NOISE)
            data = data[: match.start()] + new + data[match.end() :]
        return data

    return _edit_part(content, rng, edit)


def nest_deeply(content: bytes, rng: random.Random) -> bytes:
    """One element holds itself, thousands deep."""
    depth = rng.choice([200, 5_000, 60_000])

    def edit(data: bytes) -> bytes:
        match = _pick(_ELEMENT, data, rng)
        at = match.start() if match else 0
        return data[:at] + b"<x>" * depth + b"</x>" * depth + data[at:]

    return _edit_part(content, rng, edit)


# --- cells --------------------------------------------------------------------------------------------------------

_VALUES: tuple[Any, ...] = (
    None, "", " ", "\u00a0", "-", "n/a", "#REF!", "=1/0", "=A1", True, False, 0, -1, 10**30, -(10**15), 1e-300,
    1.7e308, 0.1 + 0.2, "1e5", "١٢٣", "12 %", "1,2,3", "½", "∞",
    "\U0001f600", "x" * 32_000, "'5", "Total", "As at 1 May 2021",
    dt.datetime(1900, 1, 1), dt.datetime(9999, 12, 31), dt.time(3, 4), dt.timedelta(days=400), "31/02/2021", "0/0",
)  # fmt: skip
_FORMATS = (
    "General",
    "0%",
    "0.00%",
    "@",
    "dd/mm/yyyy",
    "[h]:mm",
    '"kg"0',
    ";;;",
    "0.000E+00",
    "# ?/?",
    "%%",
    "General;[Red]-0",
)


def change_cells(content: bytes, rng: random.Random) -> bytes:
    """Any value of any type in any cells, in any format, merged or hidden."""
    book = load_workbook(io.BytesIO(content))
    for _ in range(rng.choice([1, 3, 15, 60])):
        sheet = rng.choice(book.worksheets)
        cell = sheet.cell(rng.randint(1, sheet.max_row + 1), rng.randint(1, min(sheet.max_column + 1, 60)))
        if type(cell).__name__ == "MergedCell":
            continue
        cell.value = rng.choice(_VALUES)
        cell.number_format = rng.choice((*_FORMATS, cell.number_format))
        sheet.row_dimensions[cell.row].hidden = rng.random() < 0.1
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


MUTATIONS: tuple[Mutation, ...] = (
    cut_short, flip_bytes, drop_part, empty_part, double_part, change_elements, change_attributes, change_values,
    nest_deeply, change_cells,
)  # fmt: skip


def mutate(content: bytes, mutation: Mutation, seed: int) -> bytes:
    """The mutated bytes; the same for the same seed."""
    return mutation(content, random.Random(f"{mutation.__name__} {seed}"))
