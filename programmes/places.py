"""YAML with its places: which file and line every key stands in, and what is wrong there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.scalarfloat import ScalarFloat


@dataclass(frozen=True, slots=True)
class ConfigProblem:
    """One thing wrong in a programme's YAML."""

    file: str
    line: int | None
    key: str
    message: str

    def __str__(self) -> str:
        place = f"{self.file}, line {self.line}" if self.line else self.file
        return f"{place}: {self.key}: {self.message}" if self.key else f"{place}: {self.message}"


class ConfigurationError(Exception):
    """A programme that cannot be loaded; `problems` holds everything that is wrong with it."""

    def __init__(self, problems: Sequence[ConfigProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(map(str, problems)))


class Tree:
    """The merged YAML of a folder; knows the file and line of every key."""

    def __init__(self) -> None:
        self.data: Any = CommentedMap()
        self._file_of: dict[int, str] = {}

    def own(self, node: Any, file: str) -> None:
        """Remember that `node` and everything in it stands in `file`."""
        if isinstance(node, (CommentedMap, CommentedSeq)):
            self._file_of[id(node)] = file
            for child in node.values() if isinstance(node, CommentedMap) else node:
                self.own(child, file)

    def as_typed(self, path: Sequence[str | int]) -> str:
        """The scalar at a path, as it was written."""
        node: Any = self.data
        for key in path:
            node, _ = step(node, key)
        return typed(node)

    def locate(self, path: Sequence[str | int]) -> tuple[str, int | None]:
        """File and line of the deepest key on `path` that exists."""
        node: Any = self.data
        file, line = "programme.yaml", None
        for key in path:
            file = self._file_of.get(id(node), file)
            node, found = step(node, key)
            line = found or line
            if node is None:
                break
            file = self._file_of.get(id(node), file)
        return file, line


def typed(node: Any) -> str:
    """A number as it was written: 1.10 and not 1.1."""
    if isinstance(node, ScalarFloat) and getattr(node, "_exp", None) is None:
        width, places = getattr(node, "_width", 0), getattr(node, "_prec", -1)
        return f"{float(node):.{max(width - places - 1, 0)}f}" if places >= 0 else str(float(node))
    return str(node)


def step(node: Any, key: str | int) -> tuple[Any, int | None]:
    """What stands under a key, and on which line."""
    if isinstance(node, Mapping):
        real = next((k for k in node if str(k) == str(key)), None)
        if real is None:
            return None, None
        line = None
        if isinstance(node, CommentedMap) and real in (node.lc.data or {}):
            line = node.lc.data[real][0] + 1
        return node[real], line
    if isinstance(node, (list, tuple)) and isinstance(key, int) and key < len(node):
        line = None
        if isinstance(node, CommentedSeq) and key in (node.lc.data or {}):
            line = node.lc.data[key][0] + 1
        return node[key], line
    return None, None


def read_yaml(path: Path) -> CommentedMap:
    """A file with the line of every key. ConfigurationError where it is no YAML of keys and values."""
    yaml = YAML(typ="rt")
    try:
        content = yaml.load(path.read_text(encoding="utf-8"))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark is not None else None
        raise ConfigurationError(
            [ConfigProblem(path.name, line, "", f"this is not valid YAML: {error.problem or error.context}")]
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError([ConfigProblem(path.name, None, "", f"cannot be read: {error}")]) from None
    if content is None:
        return CommentedMap()
    if not isinstance(content, CommentedMap):
        raise ConfigurationError([ConfigProblem(path.name, 1, "", "the file must hold keys and values")])
    return content


def plain(node: Any) -> Any:
    """YAML nodes as plain Python; numbers with a point become Decimal, so no binary float is kept."""
    if isinstance(node, Mapping):
        return {(plain(k) if not isinstance(k, str) else str(k)): plain(v) for k, v in node.items()}
    if isinstance(node, (list, tuple)):
        return [plain(item) for item in node]
    if isinstance(node, bool) or node is None:
        return node
    if isinstance(node, float):
        return Decimal(str(float(node)))
    if isinstance(node, int):
        return int(node)
    if isinstance(node, dt.datetime):
        return node.date()
    return str(node) if isinstance(node, str) else node
