"""The habits of the house: what the code may not hold, read from the code itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
ROOMS = ("schemas", "programmes", "workbooks", "transforms", "history", "report_templates", "delivery", "flows")
PURE = ("schemas", "transforms")


def modules(rooms: tuple[str, ...] = ROOMS) -> list[Path]:
    """Every Python file of the rooms."""
    return [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]


def _programme_words() -> set[str]:
    """Ids and labels of every shipped programme: none of them may stand in Python."""
    words: set[str] = set()
    for path in (ROOT / "programmes").glob("*/programme.yaml"):
        content = YAML(typ="safe").load(path.read_text())
        words |= {path.parent.name, content["authority"].split()[0]}
        words |= {s["id"] for s in content["services"]} | {s["label"] for s in content["services"]}
    return {w.casefold() for w in words if len(w) > 3}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_no_council_and_no_service_is_named_in_python(path: Path) -> None:
    text = path.read_text().casefold()
    assert not [word for word in _programme_words() if re.search(rf"\b{re.escape(word)}\b", text)]


@pytest.mark.parametrize("path", modules(PURE), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_pure_rooms_never_ask_for_the_time(path: Path) -> None:
    calls = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not calls & {"now", "today", "utcnow", "getenv", "environ", "urandom"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_a_day_is_never_cut_off_a_stored_time(path: Path) -> None:
    """Times are stored in UTC, and a day is one of the United Kingdom: schemas.days makes one of the other."""
    cut = [n for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.Slice) and ast.unparse(n) == ":10"]
    assert not [node.lineno for node in cut]
    assert path.name == "days.py" or "zoneinfo" not in path.read_text()


def _functions(path: Path) -> Iterator[ast.FunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef):
            yield node


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_functions_are_short_enough_to_read_at_once(path: Path) -> None:
    long = {f.name: (f.end_lineno or 0) - f.lineno for f in _functions(path)}
    assert not {name: lines for name, lines in long.items() if lines > 60}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_have_one_subject_and_say_it(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 450
    assert ast.get_docstring(ast.parse(text))
    assert path.stem not in {"utils", "util", "helpers", "helper", "common", "misc", "data", "manager"}


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(ROOT)))
def test_public_functions_and_classes_say_what_they_are(path: Path) -> None:
    tree = ast.parse(path.read_text())
    kinds = (ast.FunctionDef, ast.ClassDef)
    public = [n for n in ast.walk(tree) if isinstance(n, kinds) and not n.name.startswith("_")]
    functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)]
    inner = {id(n) for f in functions for n in ast.walk(f) if n is not f}
    assert not [n.name for n in public if id(n) not in inner and not ast.get_docstring(n)]


def test_the_lock_holds_hashes_and_no_address() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "--hash=sha256:" in text
    assert "://" not in text
