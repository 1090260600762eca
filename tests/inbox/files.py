"""The files of a full inbox: samples under many dates, bombs, files cut short, and files locked with a password."""

from __future__ import annotations

import datetime as dt
import io
import random
import zipfile
from pathlib import Path

from msoffcrypto.format.ooxml import OOXMLFile

ROOT = Path(__file__).resolve().parents[2]
PROGRAMME = "hillingdon_2015"
FOLDER = ROOT / "sample_inputs" / PROGRAMME
EARLY, LATE = FOLDER / "Weekly data set 27.03.15.xlsx", FOLDER / "Weekly data set 25 Mar 2016 FINAL.xlsx"
FIRST_EARLY, FIRST_LATE = dt.date(2015, 3, 6), dt.date(2015, 9, 4)
SHEETS = ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml")
SHEET = SHEETS[0]
MEGABYTE = 1024 * 1024


def _parts(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _pack(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return target.getvalue()


def _redated(path: Path, old: dt.date, new: dt.date) -> bytes:
    """A sample whose week ends on another day."""

    def words(day: dt.date) -> str:
        return f"{day.day} {day:%B %Y}"

    week = dt.timedelta(days=6)
    parts = _parts(path.read_bytes())
    for name in SHEETS:
        text = parts[name].decode()
        for one, other in ((old, new), (old - week, new - week)):
            text = text.replace(words(one), words(other)).replace(f"{one:%d/%m/%Y}", f"{other:%d/%m/%Y}")
        parts[name] = text.encode()
    return _pack(parts)


def sound_files(count: int) -> dict[str, bytes]:
    """Workbooks of as many weeks: of the layout before September 2015, and of the one after."""
    found = {}
    for index in range(count):
        is_early = index < 25
        first, own = (FIRST_EARLY, EARLY) if is_early else (FIRST_LATE, LATE)
        old = dt.date(2015, 3, 27) if is_early else dt.date(2016, 3, 25)
        new = first + dt.timedelta(weeks=index if is_early else index - 25)
        found[f"Weekly data set {new.isoformat()}.xlsx"] = _redated(own, old, new)
    return found


def bombs() -> dict[str, bytes]:
    """Five small files that would fill the memory or never come to an end."""
    parts = _parts(EARLY.read_bytes())
    sheet = parts[SHEET]
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    entities = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY l0 "ha">{laughs}]>'.encode() + sheet.split(b"?>", 1)[1]
    row = b"<row>" + b"<c><v>1</v></c>" * 2000 + b"</row>"
    return {
        "bomb of blanks.xlsx": _pack({**parts, SHEET: sheet + b" " * (300 * MEGABYTE)}),
        "bomb of parts.xlsx": _pack({**parts, **{f"xl/media/{i}.png": b"" for i in range(6000)}}),
        "bomb of merges.xlsx": _pack(
            {**parts, SHEET: sheet.replace(b'ref="A1:M1"', b'ref="A1:XFD1048576"').replace(b"A6:M6", b"A6:XFC900000")}
        ),
        "bomb of entities.xlsx": _pack({**parts, SHEET: entities.replace(b"<sheetData>", b"<sheetData>&l9;")}),
        "bomb of cells.xlsx": _pack({**parts, SHEET: sheet.replace(b"</sheetData>", row * 3000 + b"</sheetData>")}),
    }


def cut_files() -> dict[str, bytes]:
    """Five files whose sending broke off."""
    content = LATE.read_bytes()
    shares = (0.1, 0.5, 0.9, 0.99)
    found = {f"cut at {share:.0%}.xlsx": content[: int(len(content) * share)] for share in shares}
    return {**found, "cut to nothing.xlsx": b""}


def locked_files() -> dict[str, bytes]:
    """Five files locked with a password: OLE containers with an encrypted package."""
    found = {}
    for index in range(5):
        target = io.BytesIO()
        OOXMLFile(io.BytesIO(LATE.read_bytes())).encrypt(f"password {index}", target)
        found[f"locked {index + 1}.xlsx"] = target.getvalue()
    return found


def fill_inbox(inbox: Path, count: int) -> tuple[set[str], set[str]]:
    """Put the files into an inbox, `count` in all, in no order; returns the names of the sound and of the others."""
    others = {**bombs(), **cut_files(), **locked_files()}
    sound = sound_files(count - len(others))
    files = list({**sound, **others}.items())
    random.Random(1).shuffle(files)
    inbox.mkdir(parents=True)
    for name, content in files:
        (inbox / name).write_bytes(content)
    return set(sound), set(others)
