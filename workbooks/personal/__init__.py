"""The personal data guard: an aggregate return holds figures about many, and nothing about one person.

`find_personal_data` says whether a file holds NHS numbers, UPNs, National Insurance numbers, full postcodes, dates
of birth or names of people, and at which cells. Such a file is refused. What was found is never repeated: a finding
tells the kind and the place, no value, no text of a cell and no heading.

How sure is sure? An NHS number is ten digits, of which the last is a check digit: one of eleven figures of ten
digits passes by chance. A figure of ten digits counts as an NHS number if its check digit is right and

- it is grouped 3-3-4 by spaces, hyphens or its number format, and at least half of the column's figures of that
  shape pass (telephone numbers, which begin with 0 or 44, are left out): wrong for one in eleven lone codes of that
  very shape, for one in forty columns of three, and practically never for more; or
- the text says NHS before it, or a heading above or a label beside it does (there also mistyped ones count); or
- at least two different figures of its column pass, and they are three quarters of the column's ten-digit figures
  (or three in a sheet, and three quarters of the sheet's): by chance 1 in 121 for a column of two figures, 1 in
  1,300 for three, and less the longer the column is; or
- it is the column's only one, begins as numbers that are given out do, and stands in text (not as a number), or
  beside words that speak of a child, pupil or patient: wrong for about one in thirty lone ten-digit codes.

A number shown with thousands marks, decimals, a percent or a currency sign is a figure. A lone number cell never
counts without such words. Lists of ISBN-10 numbers have the same check digit, and would be refused.

A UPN has thirteen characters and a check letter (one of 23 passes by chance); a National Insurance number a shape
and prefixes that are given out; at least half of a column's codes of that shape must be possible ones. A postcode
needs a real area and the two letters that a postcode can end on; without its space it counts only where half of the
column's short codes are postcodes, or in a longer text with an area of two letters. Ordinals ("E2 3rd quarter") and
part postcodes are none. An office's postcode is one too: it cannot be told from a child's.

A date of birth is a date under a heading or after words that say so. Names are known by the heading: a value looks
like a name if it is one to five words of letters without a word of teams, roles or answers, and half of the column
must. A bare "Name" counts only in a row of headings with age, gender, an id or an address. A heading that a layout
declares is meant. A name in running text, without "name:" before it, is not found.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from schemas.findings import Finding, make_finding
from workbooks.grid import OpenedWorkbook, Sheet, address, column_letter
from workbooks.personal.cells import Found, search_sheet, search_texts
from workbooks.personal.headings import declared_headers
from workbooks.personal.marks import Kind, kinds_in_name, plain
from workbooks.personal.names import name_words
from workbooks.personal.parts import pivot_records, stored_texts

__all__ = ["PersonalData", "declared_headers", "find_in_name", "find_personal_data", "shown_name"]

_WORDS: dict[Kind, tuple[str, str]] = {
    "nhs": ("an NHS number", "NHS numbers"),
    "upn": ("a unique pupil number", "unique pupil numbers"),
    "ni": ("a National Insurance number", "National Insurance numbers"),
    "postcode": ("a postcode", "postcodes"),
    "birth": ("a date of birth", "dates of birth"),
    "name": ("a person's name", "names of people"),
}
_ORDER = tuple(_WORDS)
_MOST_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class PersonalData:
    """What was found in a file: findings that tell kinds and places, whether its own name must be withheld, and
    the kinds in words ("NHS numbers")."""

    findings: tuple[Finding, ...] = ()
    name_is_personal: bool = False
    kinds: tuple[str, ...] = ()


def shown_name(name: str, sha256: str) -> str:
    """The name under which a file is spoken of if its own holds personal data: "(name withheld) 1a2b3c4d.xlsx"."""
    suffix = name.rpartition(".")[2] if "." in name else ""
    ending = f".{suffix.lower()}" if suffix.isascii() and suffix.isalpha() and len(suffix) <= 4 else ""
    return f"(name withheld) {sha256[:8]}{ending}"


def find_in_name(name: str) -> PersonalData:
    """Personal data in the name of a file."""
    kinds = _in_order(kinds_in_name(name))
    findings = tuple(_at_place("The file's name", kind) for kind in kinds)
    return PersonalData(findings, bool(kinds), _say(kinds))


def find_personal_data(
    content: bytes, name: str, opened: OpenedWorkbook, declared: Collection[str] = frozenset()
) -> PersonalData:
    """Search a file: its name, every cell of every sheet, and what it stores beside the cells.

    `declared` are the headings that the programme's layouts declare (see `declared_headers`); columns under them
    are not taken for names of people. `content` is read only for what cells do not show.
    """
    in_name = find_in_name(name)
    searched = [search_sheet(sheet, declared) for sheet in opened.sheets]
    beside = _search_beside(content, opened, declared)
    names = {words for found in (*searched, *beside.values()) for words in found.names if words}
    findings = list(in_name.findings)
    kinds: set[Kind] = set(kinds_in_name(name))
    for number, (sheet, found) in enumerate(zip(opened.sheets, searched, strict=True), 1):
        title_kinds = _in_order(kinds_in_name(sheet.name))
        is_withheld = bool(title_kinds) or _tells_a_name(sheet.name, names)
        findings += [_at_place(f"The name of sheet {number}", kind) for kind in title_kinds]
        findings += _at_cells(f"(name withheld) {number}" if is_withheld else sheet.name, found)
        kinds |= {*title_kinds, *(kind for kind, _ in found.rows)}
    for place, found in beside.items():
        own = _in_order({kind for kind, _ in found.rows})
        findings += [_at_place(place, kind) for kind in own]
        kinds |= set(own)
    is_personal = in_name.name_is_personal or _tells_a_name(name, names)
    return PersonalData(tuple(findings), is_personal and bool(findings), _say(_in_order(kinds)))


def _in_order(kinds: Collection[str]) -> tuple[Kind, ...]:
    return tuple(kind for kind in _ORDER if kind in kinds)


def _say(kinds: Collection[Kind]) -> tuple[str, ...]:
    return tuple(_WORDS[kind][1] for kind in kinds)


def _tells_a_name(title: str, names: Collection[frozenset[str]]) -> bool:
    """Whether a title bears a name that was found in the file, or a part of one."""
    words = name_words(plain(title).replace("_", " "))
    return any(words & found for found in names)


def _search_beside(content: bytes, opened: OpenedWorkbook, declared: Collection[str]) -> dict[str, Found]:
    """What is stored beside the cells, by its place in words."""
    found: dict[str, Found] = {}
    if opened.kind == "csv":
        return found
    for records in pivot_records(content):
        searched = search_sheet(records, declared)
        if searched.rows:
            place = found.setdefault("The stored records of a pivot table", Found())
            place.rows |= searched.rows
            place.names |= searched.names
    seen = _cell_texts(opened.sheets)
    texts: dict[str, dict[str, None]] = {}
    for words, text in stored_texts(content):
        if text not in seen:
            texts.setdefault(words, {})[text] = None
    for words, own in texts.items():
        for kind in search_texts(list(own)):
            found.setdefault(words, Found()).rows.setdefault((kind, 0), set())
    return found


def _cell_texts(sheets: Collection[Sheet]) -> set[str]:
    """The texts of all cells, and large numbers as text: charts and OpenDocument files store them so again."""
    texts = set()
    for sheet in sheets:
        for cell in sheet.cells.values():
            if isinstance(cell.value, str):
                texts.add(cell.value)
            elif isinstance(cell.value, (int, float)) and 10**9 <= cell.value < 10**10:
                texts.add(f"{cell.value:.0f}")
    return texts


def _at_place(place: str, kind: Kind) -> Finding:
    return make_finding("personal_data", where=place, what=f"it holds what looks like {_WORDS[kind][0]}")


def _at_cells(title: str, found: Found) -> list[Finding]:
    """One finding for each kind and column, at its first cell; beyond a dozen columns of a kind one for the rest."""
    findings = []
    for kind in _ORDER:
        columns = sorted(column for own, column in found.rows if own == kind)
        for column in columns[:_MOST_COLUMNS]:
            rows = found.rows[kind, column]
            cell = address(min(rows), column)
            where, what = f"Sheet '{title}', cell {cell}", f"it looks like {_WORDS[kind][0]}"
            if len(rows) > 1:
                where = f"Sheet '{title}', column {column_letter(column)} from {cell}"
                what = f"{len(rows)} cells look like {_WORDS[kind][1]}"
            findings.append(make_finding("personal_data", sheet=title, cell=cell, where=where, what=what))
        rest = columns[_MOST_COLUMNS:]
        if rest:
            cells = sum(len(found.rows[kind, column]) for column in rest)
            cell = address(min(found.rows[kind, rest[0]]), rest[0])
            where = f"Sheet '{title}', {len(rest)} more columns from {cell}"
            what = f"{cells} cells look like {_WORDS[kind][1]}"
            findings.append(make_finding("personal_data", sheet=title, cell=cell, where=where, what=what))
    return findings
