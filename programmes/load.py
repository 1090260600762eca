"""Read a programme's folder: YAML with line numbers in, one frozen Programme out.

Every problem is reported at once, each with its file, line and key, an unknown key with the nearest
known one.
"""

from __future__ import annotations

import copy
import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError

from programmes.places import ConfigProblem as ConfigProblem
from programmes.places import ConfigurationError as ConfigurationError
from programmes.places import Tree, plain, read_yaml
from schemas.config import Correction, DueDateDecision, Programme, Return
from schemas.consistency import Problem, check_corrections, check_due_dates, check_programme
from schemas.decisions import Override
from schemas.spelling import nearest

M = TypeVar("M", bound=BaseModel)

_FILES = {"indicators.yaml": ("indicators", "unmeasured"), "boards.yaml": ("boards",)}


@dataclass(frozen=True, slots=True)
class LoadedProgramme:
    """A programme with its declared decisions, the folder it came from, and the stamp of what it was read from."""

    programme: Programme
    corrections: tuple[Correction, ...]
    due_dates: tuple[DueDateDecision, ...]
    folder: Path
    overrides: tuple[Override, ...] = ()
    stamp: str = ""


def load_programme(folder: Path) -> LoadedProgramme:
    """The programme of a folder. ConfigurationError names every file, line and key that is wrong."""
    if not (folder / "programme.yaml").is_file():
        raise ConfigurationError([ConfigProblem(str(folder), None, "", "there is no programme.yaml in this folder")])
    stamp = _stamp(folder)  # taken first: what changes while it is read does not bear it
    return replace(_load_sound(folder) or _load_with_places(folder), stamp=stamp)


def load_again(loaded: LoadedProgramme) -> LoadedProgramme:
    """The programme as its folder says it now: the same one, if nothing was changed since it was read."""
    while loaded.stamp != _stamp(loaded.folder):
        loaded = load_programme(loaded.folder)
    return loaded


def _stamp(folder: Path) -> str:
    """A hash of every file that a programme is read from."""
    found = hashlib.sha256()
    for path in sorted([*folder.glob("*.yaml"), *folder.glob("returns/*.yaml")]):
        try:
            content = path.read_bytes()
        except OSError:  # reading the programme says what is wrong with it
            continue
        found.update(f"{path.name}\0{len(content)}\0".encode("utf-8", "surrogateescape"))
        found.update(content)
    return found.hexdigest()


def _load_sound(folder: Path) -> LoadedProgramme | None:
    """A programme in which nothing is wrong, read by the quick parser; None where anything may be wrong, since
    only the slow one knows the line of every key."""
    try:
        data = _read_plainly(folder / "programme.yaml")
        for name, keys in _FILES.items():
            if (folder / name).is_file():
                data.update(_only(_read_plainly(folder / name), keys))
        data["returns"] = [_read_plainly(path) for path in sorted((folder / "returns").glob("*.yaml"))]
        for item in data["returns"]:
            if isinstance(item.get("layouts"), list):
                item["layouts"] = _merge_layouts(item["layouts"])
        programme = Programme.model_validate(plain(data))
        if check_programme(programme):
            return None
        corrections = _decided_plainly(folder, "corrections", Correction)
        due_dates = _decided_plainly(folder, "due_dates", DueDateDecision)
        overrides = _decided_plainly(folder, "overrides", Override)
        if [*check_corrections(corrections), *check_due_dates(programme, due_dates)]:
            return None
    except (YAMLError, ValueError, TypeError, AttributeError, OSError):
        return None
    return LoadedProgramme(programme, corrections, due_dates, folder, overrides)


def _read_plainly(path: Path) -> dict[Any, Any]:
    content = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
    if not isinstance(content, dict):
        raise ValueError(path.name)
    return content


def _only(content: dict[Any, Any], keys: Sequence[str]) -> dict[Any, Any]:
    if not set(content) <= set(keys):
        raise ValueError("unknown keys")
    return content


def _decided_plainly(folder: Path, name: str, model: type[M]) -> tuple[M, ...]:
    path = folder / f"{name}.yaml"
    if not path.is_file():
        return ()
    entries = _only(_read_plainly(path), (name,))[name] or []
    return tuple(model.model_validate(_decision(plain(entry))) for entry in entries)


def _load_with_places(folder: Path) -> LoadedProgramme:
    problems: list[ConfigProblem] = []
    tree = _read_tree(folder, problems)
    programme = _validate(Programme, tree, tree.data, problems)
    if programme is not None:
        problems += [
            ConfigProblem(*tree.locate(p.path), ".".join(map(str, p.path)), p.message)
            for p in check_programme(programme)
        ]
    before = len(problems)
    corrections = _read_decisions(folder, "corrections", Correction, problems)
    if len(problems) == before:
        problems += _place_decisions(folder, "corrections", list(check_corrections(corrections)))
    before = len(problems)
    due_dates = _read_decisions(folder, "due_dates", DueDateDecision, problems)
    if programme is not None and len(problems) == before:
        problems += _place_decisions(folder, "due_dates", list(check_due_dates(programme, due_dates)))
    overrides = _read_decisions(folder, "overrides", Override, problems)
    if problems or programme is None:
        raise ConfigurationError(problems)
    return LoadedProgramme(programme, tuple(corrections), tuple(due_dates), folder, tuple(overrides))


def load_return(path: Path, programme: Programme) -> Return:
    """One return's file, held against a programme that need not know it. ConfigurationError says what is wrong."""
    content = read_yaml(path)
    if isinstance(content.get("layouts"), list):
        content["layouts"] = _merge_layouts(content["layouts"])
    tree = Tree()
    tree.data = content
    tree.own(content, path.name)
    problems: list[ConfigProblem] = []
    item = _validate(Return, tree, content, problems)
    if item is not None:
        alone = programme.model_copy(update={"returns": (item,), "indicators": (), "unmeasured": (), "boards": ()})
        found = [p for p in check_programme(alone) if p.path[:1] == ("returns",)]
        places = [(*tree.locate(p.path[2:]), p) for p in found]
        problems += [
            ConfigProblem(path.name, line, ".".join(map(str, p.path[2:])), p.message) for _, line, p in places
        ]
    if problems or item is None:
        raise ConfigurationError([ConfigProblem(path.name, p.line, p.key, p.message) for p in problems])
    return item


def _read_tree(folder: Path, problems: list[ConfigProblem]) -> Tree:
    tree = Tree()
    tree.data = read_yaml(folder / "programme.yaml")
    tree.own(tree.data, "programme.yaml")
    for name, keys in _FILES.items():
        if (folder / name).is_file():
            content = read_yaml(folder / name)
            problems += _unknown_keys(content, keys, name)
            tree.own(content, name)
            tree.data.update({k: v for k, v in content.items() if k in keys})
    returns = CommentedSeq()
    for path in sorted((folder / "returns").glob("*.yaml")):
        content = read_yaml(path)
        if isinstance(content.get("layouts"), list):
            content["layouts"] = _merge_layouts(content["layouts"])
        tree.own(content, f"returns/{path.name}")
        returns.append(content)
    tree.data["returns"] = returns
    return tree


def _unknown_keys(content: CommentedMap, keys: Sequence[str], name: str) -> list[ConfigProblem]:
    return [
        ConfigProblem(name, content.lc.data[key][0] + 1, str(key), _unknown_key(str(key), keys))
        for key in content
        if key not in keys
    ]


def _merge_layouts(layouts: list[Any]) -> CommentedSeq:
    """Each layout states only its differences from the one before; null takes a key out."""
    merged = CommentedSeq()
    if isinstance(layouts, CommentedSeq):
        merged.lc.data = layouts.lc.data
    base: Any = None
    for layout in layouts:
        base = layout if base is None else _overlay(copy.deepcopy(base), layout)
        merged.append(base)
    return merged


def _overlay(base: Any, change: Any) -> Any:
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    for key, value in change.items():
        if value is None:
            base.pop(key, None)
        else:
            base[key] = _overlay(base.get(key), value)
            if (
                isinstance(base, CommentedMap)
                and isinstance(change, CommentedMap)
                and base.lc.data
                and change.lc.data
            ):
                base.lc.data[key] = change.lc.data[key]
    return base


def _validate(model: type[M], tree: Tree, data: Any, problems: list[ConfigProblem]) -> M | None:
    try:
        return model.model_validate(plain(data))
    except ValidationError as error:
        problems += [_to_problem(model, tree, dict(e)) for e in error.errors()]
        return None


def _to_problem(model: type[BaseModel], tree: Tree, error: dict[str, Any]) -> ConfigProblem:
    path = [part for part in error["loc"] if part != "[key]"]
    file, line = tree.locate(path)
    key = ".".join(map(str, path))
    if error["type"] == "extra_forbidden":
        return ConfigProblem(file, line, key, _unknown_key(str(path[-1]), _known_keys(model, path[:-1])))
    message = str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        message = "this key is missing"
    elif error["type"] == "string_type" and not isinstance(error["input"], (dict, list)):
        message = f'this must be text: put it in quotes, "{tree.as_typed(path)}"'
    return ConfigProblem(file, line, key, message)


def _unknown_key(key: str, known: Sequence[str]) -> str:
    near = nearest(key, known)
    return "unknown key" + (f"; did you mean {near!r}?" if near else f"; known are {', '.join(sorted(known))}")


def _known_keys(model: type[BaseModel], path: Sequence[str | int]) -> list[str]:
    found = _model_at(model, list(path))
    if found is None:
        return []
    return [info.alias or name for name, info in found.model_fields.items()]


def _model_at(annotation: Any, path: list[str | int]) -> type[BaseModel] | None:
    """The model that the keys of `path` lead to, through lists, mappings and optional fields."""
    annotation = _unwrap(annotation)
    if not path:
        return annotation if isinstance(annotation, type) and issubclass(annotation, BaseModel) else None
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            if path[0] in (name, info.alias):
                return _model_at(info.annotation, path[1:])
        return None
    arguments = [a for a in get_args(annotation) if a is not Ellipsis]
    return _model_at(arguments[-1], path[1:]) if arguments else None


def _unwrap(annotation: Any) -> Any:
    origin = get_origin(annotation)
    if origin is Annotated:
        return _unwrap(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return _unwrap(next(a for a in get_args(annotation) if a is not type(None)))
    return annotation


def _read_decisions(folder: Path, name: str, model: type[M], problems: list[ConfigProblem]) -> list[M]:
    """The declared decisions of one file; an absent or empty file means none."""
    path = folder / f"{name}.yaml"
    if not path.is_file():
        return []
    content = read_yaml(path)
    problems += _unknown_keys(content, (name,), path.name)
    entries = content.get(name) or CommentedSeq()
    tree = Tree()
    tree.own(content, path.name)
    tree.data = content
    if not isinstance(entries, list):
        problems.append(ConfigProblem(*tree.locate((name,)), name, "this must be a list of entries"))
        return []
    found = []
    for index, entry in enumerate(entries):
        try:
            found.append(model.model_validate(_decision(plain(entry))))
        except ValidationError as error:
            for item in error.errors():
                part = _to_problem(model, tree, dict(item))
                _, line = tree.locate((name, index, *item["loc"]))
                problems.append(ConfigProblem(path.name, line, f"{name}.{index}.{part.key}", part.message))
    return found


def _place_decisions(folder: Path, name: str, wrong: Sequence[Problem]) -> list[ConfigProblem]:
    """What cannot be among declared decisions, each at its line."""
    if not wrong:
        return []
    tree = Tree()
    tree.data = read_yaml(folder / f"{name}.yaml")
    paths = [(name, *p.path) for p in wrong]
    return [
        ConfigProblem(f"{name}.yaml", tree.locate(path)[1], ".".join(map(str, path)), p.message)
        for path, p in zip(paths, wrong, strict=True)
    ]


def _decision(entry: Any) -> Any:
    """Expected and right values may be written as numbers; they are compared as they are written."""
    if not isinstance(entry, dict):
        return entry
    return {
        k: _as_said(v) if k in {"expected", "right"} and not isinstance(v, (str, dt.date)) else v
        for k, v in entry.items()
    }


def _as_said(value: Any) -> str:
    """A number as text; nothing for an empty cell."""
    return "" if value is None else str(value)
