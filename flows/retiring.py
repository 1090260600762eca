"""Retention by rule: which originals a programme need not keep any longer, and their deletion.

Only bytes go. What was read from them, the figures, and the entry with hash, size and name stay.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flows.settings import Home, programme_folders
from history.retention import KeptOriginal, RetiredFile
from history.store import History
from programmes.load import ConfigurationError, LoadedProgramme, load_programme
from schemas.days import day_of
from transforms.retention import last_day_of_all
from transforms.words import join_words, plural


@dataclass(frozen=True, slots=True)
class DueOriginal:
    """An original whose time is up, the last day on which it had to be kept, and the rule in words."""

    original: KeptOriginal
    kept_until: dt.date
    rule: str


@dataclass(frozen=True, slots=True)
class Retirement:
    """What retention finds on a day: the years of each programme, what is due, the hashes that were deleted, and a
    line for each file that could not be."""

    on: dt.date
    years: Mapping[str, int | None]
    due: tuple[DueOriginal, ...]
    deleted: tuple[str, ...] = ()
    stuck: tuple[str, ...] = ()


def find_due(home: Home, history: History, on: dt.date, given: LoadedProgramme | None = None) -> Retirement:
    """The originals whose time is up on a day, of one programme or of all, in the order in which they came first.
    Nothing is changed.

    A file that several programmes received goes when every one of them lets it go.
    """
    originals = history.retention.originals()
    names = {use.programme for item in originals for use in item.uses}
    years = _read_years(home, history, names, given)
    own = [item for item in originals if given is None or any(u.programme == given.programme.id for u in item.uses)]
    due = []
    for item in own:
        last = _last_day(item, years)
        if last is not None and last < on:
            due.append(DueOriginal(item, last, _say_rule(item, years)))
    due.sort(key=lambda d: min((use.received_at, use.seq) for use in d.original.uses))
    shown = years if given is None else {given.programme.id: years.get(given.programme.id)}
    return Retirement(on, shown, tuple(due))


def retire_originals(
    home: Home, history: History, on: dt.date, at: str, given: LoadedProgramme | None = None
) -> Retirement:
    """Record the originals whose time is up, then delete their bytes, and those that an earlier run left."""
    found = find_due(home, history, on, given)
    years = _read_years(home, history, {u.programme for d in found.due for u in d.original.uses}, given)

    def is_due(item: KeptOriginal) -> bool:
        last = _last_day(item, years)
        return last is not None and last < on

    for programme, rules in _by_programme(found.due, given).items():
        history.retention.retire(programme, rules, at, is_due)
    stuck: dict[Path, str] = {}
    deleted = tuple(history.retention.delete_retired(stuck))
    lines = tuple(
        f"{path} was let go by rule and could not be deleted ({why}); delete it" for path, why in stuck.items()
    )
    return Retirement(on, found.years, found.due, deleted, lines)


def describe_retired(deleted: Collection[str]) -> str:
    """What was deleted by the rule of retention, in words; empty where nothing was."""
    return f"deleted by the rule of retention: {plural(len(deleted), 'original')}" if deleted else ""


def note_retired(explanation: dict[str, Any], retired: Mapping[str, RetiredFile]) -> None:
    """Say of each file and cell of an explanation, of a figure or an action, whether the file was deleted by rule:
    `retired`, else null."""
    for trail in (explanation, explanation.get("previous"), explanation.get("baseline")):
        kinds = ("operands", "cells", "files")
        for item in [item for kind in kinds for item in trail.get(kind, [])] if trail else []:
            found = retired.get(item["sha256"])
            item["retired"] = (
                {"on": day_of(found.at).isoformat(), "rule": found.rule, "event": found.seq} if found else None
            )


def _last_day(item: KeptOriginal, years: Mapping[str, int | None]) -> dt.date | None:
    return last_day_of_all(((u.programme, day_of(u.received_at)) for u in item.uses), years)


def _read_years(
    home: Home, history: History, names: Iterable[str], given: LoadedProgramme | None
) -> dict[str, int | None]:
    """How long each programme keeps its originals: as its YAML says now, else as it was last recorded."""
    years = {name: _declared_years(home, history, name) for name in sorted(names)}
    if given is not None:
        rule = given.programme.retention
        years[given.programme.id] = rule.originals_years if rule else None
    return years


def _declared_years(home: Home, history: History, name: str) -> int | None:
    folder = next((f for f in programme_folders(home) if f.name == name), None)
    if folder is None:
        return _recorded_years(history, name)
    try:
        rule = load_programme(folder).programme.retention
    except ConfigurationError:
        return None  # until its rule can be read, nothing of it is deleted
    return rule.originals_years if rule else None


def _recorded_years(history: History, programme: str) -> int | None:
    recorded = history.configuration_at(programme, None)
    rule = json.loads(recorded[1]).get("retention") if recorded else None
    return int(rule["originals_years"]) if rule else None


def _say_rule(item: KeptOriginal, years: Mapping[str, int | None]) -> str:
    """The rule by which an original goes, in words; each programme's where there are several."""
    names = sorted({use.programme for use in item.uses})
    spans = {name: plural(years[name] or 0, "year") for name in names}
    if len(names) == 1:
        return f"the rule of {spans[names[0]]}"
    return "the rules of " + join_words([f"{spans[name]} ({name})" for name in names], "and")


def _by_programme(due: Iterable[DueOriginal], given: LoadedProgramme | None) -> dict[str, dict[str, str]]:
    """Hash and rule of what is due, by the programme whose event records it: the given one, else its first."""
    found: dict[str, dict[str, str]] = {}
    for item in due:
        name = given.programme.id if given else item.original.uses[0].programme
        found.setdefault(name, {})[item.original.sha256] = item.rule
    return found
