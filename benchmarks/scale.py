"""Ten years against one: `python -m benchmarks.scale [--home DIR]` prints the ratios and keeps them for the docs.

The commands are run as processes, in turns, so that what else the machine does falls on both alike; what is
kept are the medians of their processor times, and of their seconds. No test depends on them.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from benchmarks.decade import fill_home, last_report, next_week, save

ROOT = Path(__file__).parents[1]
TARGET = ROOT / "docs" / "scale.json"
YEARS = (1, 10)
RUNS = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process took: seconds by the clock, and seconds of processor."""

    seconds: float
    processor: float


def measure(command: list[str]) -> Cost:
    """Run a command. RuntimeError says what it said, where it went wrong."""
    before, start = os.times(), time.perf_counter()
    done = subprocess.run([sys.executable, "-m", "flows.cli.main", *command], capture_output=True, cwd=ROOT)
    after, seconds = os.times(), time.perf_counter() - start
    if done.returncode > 1:
        raise RuntimeError(done.stderr.decode())
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(seconds, spent)


def prepare(folder: Path, years: int) -> Path:
    """A home of some years; it is filled once and used again."""
    home = folder / f"years_{years}"
    if not (home / "ready").exists():
        fill_home(home, years)
        (home / "ready").touch()
    return home


def list_commands(home: Path, years: int) -> dict[str, list[str]]:
    """The commands that are measured, by what they are called."""
    end = last_report(years)
    middle = end - dt.timedelta(days=183 * years)
    where = ["--programme", str(home / "programmes" / "town"), "--home", str(home)]
    then = ["--as-known", f"{middle.isoformat()}T23:59:59Z"]
    at = ["--as-at", end.isoformat()]
    out = ["--out", str(home / "pack.pdf")]
    return {
        "kpis": ["kpis", *where, *at, "--json"],
        "kpis as known half-way": ["kpis", *where, "--as-at", middle.isoformat(), *then, "--json"],
        "explain": ["explain", "counted_01", "--service", "north", *where, *at, "--json"],
        "explain as known half-way": [
            "explain",
            "counted_01",
            *where,
            "--as-at",
            middle.isoformat(),
            *then,
            "--json",
        ],
        "build": ["build", *where, "--board", "panel", *at, *out],
    }


def compare(homes: dict[int, Path]) -> dict[str, dict[str, float]]:
    """For each command, what it takes after one year and after ten, and their ratio."""
    commands = {years: list_commands(home, years) for years, home in homes.items()}
    found: dict[str, dict[str, float]] = {}
    for name in commands[YEARS[0]]:
        runs = 2 if name == "build" else RUNS
        costs: dict[int, list[Cost]] = {years: [] for years in homes}
        for _ in range(runs):
            for years in homes:
                costs[years].append(measure(commands[years][name]))
        found[name] = _summarise(costs)
        print(name, found[name], flush=True)
    return found


def _summarise(costs: dict[int, list[Cost]]) -> dict[str, float]:
    one, ten = ({k: statistics.median(getattr(c, k) for c in costs[y]) for k in Cost.__slots__} for y in YEARS)
    return {
        "one_year": round(one["processor"], 2),
        "ten_years": round(ten["processor"], 2),
        "ratio": round(ten["processor"] / one["processor"], 2),
        "ratio_by_the_clock": round(ten["seconds"] / one["seconds"], 2),
    }


def compare_ingest(homes: dict[int, Path]) -> dict[str, float]:
    """What taking in one more workbook takes; each home is copied, and the copy is let go."""
    costs: dict[int, list[Cost]] = {years: [] for years in homes}
    for years, home in homes.items():
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run(["cp", "-r", str(home / "history"), folder], check=True)
            where = ["--programme", str(home / "programmes" / "town"), "--home", folder]
            path = str(save(next_week(years), Path(folder)))
            costs[years].append(measure(["ingest", *where, path, "--json"]))
    return _summarise(costs)


def size_of(home: Path) -> int:
    """Bytes of the database, with what its log still holds."""
    return sum(p.stat().st_size for p in (home / "history").glob("history.sqlite*"))


def main() -> None:
    """Measure, print and keep."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, help="where the homes are kept from one measurement to the next")
    given = parser.parse_args().home
    with tempfile.TemporaryDirectory() as made:
        folder = given or Path(made)
        homes = {years: prepare(folder, years) for years in YEARS}
        sizes = {str(years): size_of(home) for years, home in homes.items()}  # before a pack is kept there
        commands = {**compare(homes), "ingest of one more workbook": compare_ingest(homes)}
        found = {"commands": commands, "bytes": sizes}
    TARGET.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
