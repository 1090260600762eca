"""Rename everything a programme names: ids, labels, headers, sheets, anchors, titles and spellings, in its
YAML and in the cells of the workbooks it receives. Dates, numbers, symbols and what the product itself names
(the fields of trackers and commentaries, colours, directions) stay.
"""

from __future__ import annotations

import random
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet
from ruamel.yaml import YAML

from schemas.spelling import normalise

# Under these keys of the YAML stand ids, or lists of ids.
IDS = {
    "id", "measure", "return", "services", "optional_services", "subgroups", "subgroup", "service", "within", "of",
    "priorities", "field", "rows", "row", "table", "numerator", "denominator", "stated", "total", "parts",
}  # fmt: skip
# Under these stand words that people read, or that stand in cells.
TEXTS = {
    "label", "labels", "title", "authority", "notice", "short", "spellings", "headers", "group_headers", "under",
    "anchor", "recognise", "group", "sender", "note", "why", "purpose", "chair_role", "asks",
    "assumptions", "reason", "role", "impact", "outcome", "number", "plan_refs", "ref", "plan_words",
}  # fmt: skip
# The keys of these mappings are ids.
KEYED = {"tables", "items", "fields", "service_targets"}
# The tracker's columns whose cells are dates, as printed or typed.
DATED = {"printed", "start", "due", "forecast", "completed_on", "recovery_by", "embedded_on", "next_review"}
MARKS = (" ", " & ", "’s ", " – ", "/", ", ", " of ")
_ALPHABET = "bcdfghjklmnprtvwzäéßøž"
_VOWELS = "aeiouyáô"


@dataclass
class Renaming:
    """New names for old ones, made up as they are asked for; equal spellings stay equal."""

    seed: int
    line_mark: str = " "
    ids: dict[str, str] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    lines: dict[str, str] = field(default_factory=dict)
    letters: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def _word(self) -> str:
        pick = self._random.choice
        return "".join(pick(_ALPHABET) + pick(_VOWELS) for _ in range(self._random.randint(2, 4)))

    def id(self, old: str) -> str:
        """A new slug."""
        if old not in self.ids:
            word = re.sub("[^a-z]", "q", self._word())
            self.ids[old] = f"{word}_{len(self.ids)}"
        return self.ids[old]

    def text(self, old: str) -> str:
        """New words, in any letters, with the marks that people use."""
        form = normalise(old)
        if form not in self.texts:
            mark = self._random.choice(MARKS)
            words = f"{self._word()}{mark}{self._word()} {_letters(len(self.texts))}"
            self.texts[form] = self._random.choice([words, words.upper(), words.capitalize()])
        return self.texts[form]

    def line(self, old: str) -> str:
        """A new label of a line that dates a workbook; its date follows it in the same cell or beside it."""
        form = normalise(old)
        if form not in self.lines:
            one, two = (self._word().replace("ß", "b") for _ in range(2))
            self.lines[form] = f"{one}{self.line_mark}{two} {_letters(len(self.lines))}"
        return self.lines[form]

    def letter(self, old: str) -> str:
        """A new letter of a colour."""
        return self.letters.setdefault(old, "Æ" + "ÐÞŁØĐ§¶"[len(self.letters)])

    def sheet(self, old: str) -> str:
        """A sheet's name, as far as Excel allows it."""
        return re.sub(r"[\[\]:*?/\\]", "-", self.text(old))[:31]


def _letters(number: int) -> str:
    """A, B, ... BA, BB: no two alike, and no number."""
    return (_letters(number // 20 - 1) if number >= 20 else "") + "BCDFGHJKLMNPQRSTVWXZ"[number % 20]


# --- The programme --------------------------------------------------------------------------------------


def rename_programme(source: Path, target: Path, names: Renaming) -> dict[str, dict[str, str]]:
    """Write the renamed programme; returns, for the title of each tracker and commentary, the
    field of each of its old headers."""
    yaml = YAML(typ="safe")
    trackers = {}
    for path in sorted(source.rglob("*.yaml")):
        data = yaml.load(path.read_text(encoding="utf-8"))
        is_tracker = data.get("kind") in {"tracker", "commentary"}
        if is_tracker:
            trackers |= dict.fromkeys(data["recognise"], _fields(data))
        out = target / (Path("returns") / f"{names.id(path.stem)}.yaml" if path.parent != source else path.name)
        out.parent.mkdir(parents=True, exist_ok=True)
        with out.open("w", encoding="utf-8") as stream:
            YAML(typ="safe").dump(_rename(data, "", names, is_tracker), stream)
    return trackers


def _fields(data: dict[str, Any]) -> dict[str, str]:
    (table,) = data["layouts"][0]["tables"].values()
    return {normalise(h): name for name, f in table["columns"]["fields"].items() for h in f["headers"]}


def _rename(node: Any, key: str, names: Renaming, is_tracker: bool, owner: str = "") -> Any:
    if isinstance(node, dict):
        is_line = key in {"as_at", "covers"}
        return {
            (names.id(k) if key in KEYED and not (is_tracker and key == "fields") else k): (
                [names.line(x) for x in v]
                if is_line and k == "labels"
                else _rename(v, k if key != "plan_words" else key, names, is_tracker, key)
            )
            for k, v in node.items()
        }
    if isinstance(node, list):
        if key == "partial" or owner == "partial":
            return [names.id(x) for x in node]
        return [_rename(x, key, names, is_tracker, owner) for x in node]
    return _rename_leaf(node, key, names)


def _rename_leaf(node: Any, key: str, names: Renaming) -> Any:
    if not isinstance(node, str) or key in {"expected", "right"}:
        return node
    if key == "letter":
        return names.letter(node)
    if key in IDS:
        return names.id(node)
    if key == "sheets":
        return names.sheet(node)
    if key == "unit":
        return node if node == "percent" else names.text(node)
    return names.text(node) if key in TEXTS else node


# --- Its workbooks --------------------------------------------------------------------------------------


def rename_workbook(source: Path, target: Path, names: Renaming, trackers: dict[str, dict[str, str]]) -> None:
    """Write the same workbook in the new words."""
    book = openpyxl.load_workbook(source)
    for sheet in book.worksheets:
        title = str(sheet["A1"].value)
        fields = trackers.get(title)
        _rename_cells(sheet, names, fields)
        sheet.title = names.sheet(sheet.title)
    target.parent.mkdir(parents=True, exist_ok=True)
    book.save(target)


def _rename_cells(sheet: Worksheet, names: Renaming, fields: dict[str, str] | None) -> None:
    columns: dict[int, str] = {}
    for row in sheet.iter_rows():
        said = {c.column: normalise(c.value) for c in row if isinstance(c.value, str)}
        if fields and len(fields.keys() & set(said.values())) > 5:
            columns = {column: fields[form] for column, form in said.items() if form in fields}
            is_header = True
        else:
            is_header = False
        for cell in row:
            if isinstance(cell.value, str):
                own = None if is_header else columns.get(cell.column)
                cell.value = _rename_cell(cell.value, names, own)


def _rename_cell(text: str, names: Renaming, column: str | None) -> str:
    if column in DATED:
        return text
    form = normalise(text)
    if column is not None or form in names.texts:
        return names.text(text)
    for label in sorted(names.lines, key=len, reverse=True):
        folded = " ".join(text.split())
        if folded.casefold().startswith(label) and not folded[len(label) : len(label) + 1].isalnum():
            return names.lines[label] + folded[len(label) :]
    return text


def rename_all(programme: Path, workbooks: list[Path], folder: Path, names: Renaming) -> tuple[Path, list[Path]]:
    """The renamed programme folder, and its renamed workbooks, under `folder`."""
    home = folder / names.id(programme.name)
    shutil.rmtree(folder, ignore_errors=True)
    trackers = rename_programme(programme, home, names)
    made = []
    for number, path in enumerate(workbooks):
        target = folder / "sent" / f"{names.text(path.stem).replace('/', '-')} {number}.xlsx"
        rename_workbook(path, target, names, trackers)
        made.append(target)
    return home, made
