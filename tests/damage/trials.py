"""Trials: one sample, one damage, what the oracle expects and what the product says; and the tally of them."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from openpyxl import load_workbook

from flows.checking import JudgedFile, judge_file
from programmes.load import load_programme
from schemas.config import Programme
from schemas.facts import Observation
from schemas.findings import Finding
from tests.damage.book import Book, read_book
from tests.damage.damages import apply_damage, damage_names
from tests.damage.oracle import DATES, Break, Key, Truth, Value, judge_book
from transforms.tracker import read_tracker

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = sorted(p for p in (ROOT / "sample_inputs").glob("*/*.xlsx") if "commentary" not in p.name)
"""The workbooks to damage. The commentary holds words only, which nothing can be reckoned from."""


@lru_cache
def programme_of(folder: str) -> Programme:
    """An installed programme."""
    return load_programme(ROOT / "programmes" / folder).programme


@dataclass(frozen=True)
class Sample:
    """A sample workbook, with what the product and the oracle say of it undamaged."""

    path: Path
    programme: Programme
    judged: JudgedFile
    truth: Truth


@dataclass(frozen=True)
class Trial:
    """One damage and its verdict.

    `new` are the redundancies that the damage breaks; `changed` the figures it changes. `is_found`: findings
    beyond the undamaged file's; `is_right`: one of them stands at a right cell. `published`: broken figures that
    the product calls sound; `misread`: sound figures that are not what the cells say. `alarms`: new errors.
    """

    sample: str
    kind: str
    seed: int
    what: str
    new: tuple[Break, ...]
    changed: tuple[str, ...]
    is_found: bool
    is_right: bool
    published: tuple[str, ...]
    misread: tuple[str, ...]
    alarms: tuple[str, ...]
    standing: tuple[str, ...]
    told: tuple[str, ...]
    reason: str

    @property
    def verdict(self) -> str:
        """breaking, undetectable or harmless."""
        if self.new:
            return "breaking"
        return "undetectable" if self.changed else "harmless"


@lru_cache
def sample_of(path: Path) -> Sample:
    """A sample workbook, judged once."""
    programme = programme_of(path.parent.name)
    judged = judge_file(path, programme)
    return Sample(path, programme, judged, judge_book(_read(load_workbook(path), judged, programme), programme))


def _read(book: Any, judged: JudgedFile, programme: Programme) -> Book:
    assert judged.reading.item is not None
    return read_book(book, judged.reading.item, programme)


def run_trial(path: Path, kind: str, seed: int, folder: Path) -> Trial | None:
    """Damage a sample and judge it; None where this kind of damage does not fit the sample."""
    sample = sample_of(path)
    book = load_workbook(BytesIO(sample.judged.content))
    what = apply_damage(kind, book, _read(book, sample.judged, sample.programme), f"{path.name} {seed}")
    if what is None:
        return None
    expected = judge_book(_read(book, sample.judged, sample.programme), sample.programme)
    target = folder / path.name
    book.save(target)
    return _compare(sample, kind, seed, what, expected, judge_file(target, sample.programme))


def run_sample(path: Path, seeds: int) -> list[Trial]:
    """Every kind of damage to one sample, with as many seeds; half as many for a tracker, which is large."""
    own = max(seeds // 2, 1) if sample_of(path).truth.entries else seeds
    with tempfile.TemporaryDirectory() as folder:
        trials = [run_trial(path, kind, seed, Path(folder)) for kind in damage_names() for seed in range(own)]
    return [trial for trial in trials if trial is not None]


def run_all(seeds: int, processes: int = 2) -> list[Trial]:
    """Every kind of damage to every sample, on some processes; their number changes nothing."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [trial for own in pool.map(run_sample, SAMPLES, [seeds] * len(SAMPLES)) for trial in own]


def run_few() -> list[Trial]:
    """Every kind of damage, each to two samples."""
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for index, kind in enumerate(damage_names()):
            fitting = (run_trial(SAMPLES[(index * 5 + k * 3) % len(SAMPLES)], kind, 0, Path(folder))
                       for k in range(len(SAMPLES)))  # fmt: skip
            found += list(islice((t for t in fitting if t is not None), 2))
    return found


def why_unseen(truth: Truth, expected: Truth) -> str:
    """Why a damage that changes figures cannot be told from this file alone."""
    if truth.entries != expected.entries:
        if expected.entries.keys() <= truth.entries.keys() and len(expected.entries) < len(truth.entries):
            return "an action is gone, which only the trackers before it can tell"
        return "a tracker's dates stand once, unless the plan's printed date says them again"
    before, after = truth.figures, expected.figures
    if before and {(k[:3], v) for k, v in before.items()} == {(k[:3], v) for k, v in after.items()}:
        return "the only date of a file or column was changed to another possible one"
    if not after.keys() - before.keys() and all(after[k] == before[k] for k in after):
        return "left out or left blank, as the return does where there is no figure"
    changed = [k for k in before.keys() | after.keys() if before.get(k) != after.get(k)]
    if sorted(map(str, before.values())) == sorted(map(str, after.values())):
        return "figures changed places in a way that every sum allows"
    if all((after.get(k) or before[k])[0] == "stated" for k in changed):
        return "a figure stated once, without counts or a sum over it, was changed to another possible one"
    return "counts were changed to others that agree with all that is stated"


def _compare(sample: Sample, kind: str, seed: int, what: str, expected: Truth, judged: JudgedFile) -> Trial:
    known = {(b.kind, b.name) for b in sample.truth.breaks} | {(b.kind, b.spots) for b in sample.truth.breaks}
    new = [b for b in expected.breaks if not {(b.kind, b.name), (b.kind, b.spots)} & known]
    extra = list((Counter(map(_said, judged.findings)) - Counter(map(_said, sample.judged.findings))).elements())
    right = {s for b in new for s in b.spots}
    at = {(sheet, cell) for _, sheet, cell, _ in extra}
    is_right = any((s, c) in right or (s, "") in right for s, c in at) or (("", "") in right and bool(at))
    changed = sorted(
        str(k)
        for k in sample.truth.figures.keys() | expected.figures.keys()
        if sample.truth.figures.get(k) != expected.figures.get(k)
    )
    changed += sorted(k for k in sample.truth.entries.keys() | expected.entries.keys()
                      if sample.truth.entries.get(k) != expected.entries.get(k))  # fmt: skip
    published, misread, standing = _check_published(sample, expected, new, judged)
    return Trial(
        sample.path.name, kind, seed, what, tuple(new), tuple(changed), bool(extra), is_right,
        published, misread, _alarms(sample, judged), standing,
        tuple(f"{f.severity} {f.code} {f.sheet}!{f.cell}: {f.message}" for f in judged.findings),
        "" if new or not changed else why_unseen(sample.truth, expected),
    )  # fmt: skip


def _said(finding: Finding) -> tuple[str, str | None, str | None, str]:
    return finding.code, finding.sheet, finding.cell, finding.message


def _alarms(sample: Sample, judged: JudgedFile) -> tuple[str, ...]:
    """Errors beyond the undamaged file's: in a row that had none of that code, and at a cell that had none (a row
    may have moved, or may bear another name). In a row that was published wrong, a damage may also change which of
    its contradictions is told."""

    def errors(item: JudgedFile) -> list[Finding]:
        return [f for f in item.findings if f.severity == "error"]

    rows = Counter((f.code, f.table, f.row_key) for f in errors(sample.judged))
    cells = {(f.code, f.sheet, f.cell) for f in errors(sample.judged)}
    wrong = {(f.table, f.row_key) for f in sample.judged.findings if f.severity != "note" and f.row_key}
    found = []
    for finding in errors(judged):
        row = (finding.code, finding.table, finding.row_key)
        is_known = row[1:] in wrong
        if not is_known and not rows[row] and (finding.code, finding.sheet, finding.cell) not in cells:
            found.append(f"{finding.code} {finding.sheet}!{finding.cell}")
        rows[row] -= rows[row] > 0
    return tuple(found)


def value_of(observation: Observation) -> Value:
    """What is printed of an observation: its counts, else what it states."""
    if observation.form in {"count", "number"}:
        return "stated", observation.numerator
    if observation.numerator is not None and observation.denominator is not None:
        return "counts", observation.numerator, observation.denominator
    return "stated", observation.stated


def key_of(observation: Observation) -> Key:
    """What an observation is about."""
    end = observation.period.end.isoformat()
    return observation.measure, observation.service, observation.subgroup, end, observation.basis


def _check_published(
    sample: Sample, expected: Truth, new: Sequence[Break], judged: JudgedFile
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Figures called sound though broken; figures that are not what the cells say; wrong ones that stand
    although a whole above them no longer fits (by rule the services stand and their whole is held)."""
    if judged.status == "refused":
        return (), (), ()
    broken = {k for b in new for k in b.figures}
    summed = [b for b in new if b.kind == "parts of a whole"]
    sound = {key_of(o): value_of(o) for o in judged.observations if o.state == "sound"}
    published = tuple(str(k) for k in sound if k in broken)
    misread = [f"{k}: {v}, not {expected.figures.get(k)}"
               for k, v in sound.items() if k not in broken and expected.figures.get(k) != v]  # fmt: skip
    told = {key_of(o) for o in judged.observations}
    misread += [f"{k}: {v} is not there" for k, v in expected.figures.items() if k not in told and k not in broken]
    misread += _misread_entries(sample, expected, judged)
    wrong = [k for k, v in sound.items() if v != sample.truth.figures.get(k)]
    standing = tuple(str(k) for k in wrong if any(k[0] == f[0] for b in summed for f in b.figures))
    return published, tuple(misread), standing


def _misread_entries(sample: Sample, expected: Truth, judged: JudgedFile) -> list[str]:
    reading = judged.reading
    if reading.item is None or reading.item.kind != "tracker" or reading.period is None:
        return []
    found = {}
    for table in reading.tables:
        for entry in read_tracker(table.readings, reading.period.end, sample.programme).entries:
            days = [getattr(entry, name) for name in DATES]
            found[entry.key] = (entry.ref, *(d.isoformat() if d else "" for d in days))
    own = {key: (value[0], *value[2:]) for key, value in expected.entries.items()}
    differing = [f"{k}: {found.get(k)}, not {v}" for k, v in own.items() if found.get(k) != v]
    return differing + [f"{k} is not there" for k in found if k not in own and not k.startswith("?")]
