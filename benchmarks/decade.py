"""An invented programme with years of weekly and monthly returns, to measure what ten years of them cost.

A weekly workbook gives 20 measures of five services as due, in time and share: 300 figures, and 60 of the whole
town. A monthly one gives eleven measures, five of them the weekly ones, which it must agree with. Every thirteenth
week holds a mistyped figure, of which half are put right by a correction and some accepted by an override; every
seventeenth arrives after the next one; every twenty-sixth is restated a month later. All of it follows from names
and dates: the same years give the same figures. The last workbooks are real ones, read from their cells; of the
others the readings are made as the first was read, judged by the same rules and filed through the same door.
"""

from __future__ import annotations

import calendar
import datetime as dt
import io
import json
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from random import Random
from typing import Any

from openpyxl import Workbook

from flows.checking import JudgedFile, judge_file
from flows.taking import register, take_files
from history.declared import sha_of
from history.records import Arrival
from history.store import History
from programmes.load import LoadedProgramme, load_programme
from schemas.facts import Period, Reading
from transforms.deciding import cut_again
from transforms.judging import judge_tables

SERVICES = ("north", "south", "east", "west", "centre")
TOWN = "Whole town"
SNAPSHOTS = tuple(f"standing_{n:02}" for n in range(1, 19))
COUNTED = ("counted_01", "counted_02")
WEEKLY = (*SNAPSHOTS, *COUNTED)
OWN = tuple(f"monthly_{n}" for n in range(1, 7))
MONTHLY = (*SNAPSHOTS[:3], *COUNTED, *OWN)
HEADER = ("Service", "Due", "In time", "% in time")
FIRST = dt.date(2021, 1, 1)
"""The first weekly return is as at the Friday on or after it."""
REAL = 3
"""How many of the last workbooks are real ones."""
_DAY = dt.timedelta(days=1)
_WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Sent:
    """One workbook on its way: the return, its as-at date, the days it covers, and when it is received."""

    return_id: str
    start: dt.date
    end: dt.date
    received: dt.date
    version: int = 1

    @property
    def measures(self) -> tuple[str, ...]:
        """The measures of its tables."""
        return WEEKLY if self.return_id == "weekly" else MONTHLY

    @property
    def name(self) -> str:
        """A file name."""
        again = f" v{self.version}" if self.version > 1 else ""
        return f"{self.return_id.title()} return {self.end.isoformat()}{again}.xlsx"


# --- Figures --------------------------------------------------------------------------------------------


def _count_standing(measure: str, service: str, day: dt.date) -> tuple[int, int]:
    chance = Random(f"{measure}/{service}")
    due, share = chance.randint(60, 220), chance.uniform(0.6, 0.92)
    today = Random(f"{measure}/{service}/{day}")
    due += today.randint(-9, 9)
    return due, min(due, round(due * share) + today.randint(-6, 6))


@cache
def _count_daily(measure: str, service: str, day: dt.date) -> tuple[int, int]:
    today = Random(f"{measure}/{service}/{day}")
    due = today.randint(2, 14)
    return due, today.randint(due // 2, due)


def count(sent: Sent, measure: str, service: str) -> tuple[int, int]:
    """What was due and done in time, as a workbook says it; a restated one has put one figure right."""
    if measure in COUNTED:
        days = [sent.start + n * _DAY for n in range((sent.end - sent.start).days + 1)]
        pairs = [_count_daily(measure, service, day) for day in days]
        return sum(d for d, _ in pairs), sum(t for _, t in pairs)
    due, in_time = _count_standing(measure, service, sent.end)
    if sent.version > 1 and (measure, service) == (SNAPSHOTS[4], "east"):
        in_time = max(in_time - 3, 0)
    return due, in_time


def week_number(sent: Sent) -> int:
    """The number of a weekly return; 0 for a monthly one."""
    return (sent.end - _first_friday()).days // 7 + 1 if sent.return_id == "weekly" else 0


def is_mistyped(sent: Sent, measure: str, service: str) -> bool:
    """Whether the share of a row is mistyped, so that the row is held."""
    week = week_number(sent)
    return week % 13 == 5 and (measure, service) == (SNAPSHOTS[week % 18], SERVICES[week % 5])


def share_of(sent: Sent, measure: str, service: str) -> str:
    """The share as it is printed."""
    due, in_time = count(sent, measure, service)
    shown = f"{100 * in_time / due:.1f}"
    return f"{100 * in_time / due + 5:.1f}" if is_mistyped(sent, measure, service) else shown


def row_of(sent: Sent, measure: str, service: str | None) -> tuple[int, int, str]:
    """Due, in time and share of a service, or of the whole town."""
    if service is not None:
        return *count(sent, measure, service), share_of(sent, measure, service)
    pairs = [count(sent, measure, s) for s in SERVICES]
    due, in_time = sum(d for d, _ in pairs), sum(t for _, t in pairs)
    return due, in_time, f"{100 * in_time / due:.1f}"


# --- What is sent ---------------------------------------------------------------------------------------


def _first_friday() -> dt.date:
    return FIRST + dt.timedelta(days=(4 - FIRST.weekday()) % 7)


def month_end(day: dt.date) -> dt.date:
    """The last day of a day's month."""
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def list_sent(years: int) -> list[Sent]:
    """Everything that is sent in some years, in the order in which it is received."""
    sent = []
    for number in range(1, 52 * years + 1):
        end = _first_friday() + (number - 1) * _WEEK
        late = 9 if number % 17 == 0 else 0
        sent.append(Sent("weekly", end - 6 * _DAY, end, end + (3 + late) * _DAY))
        if number % 26 == 0:
            sent.append(Sent("weekly", end - 6 * _DAY, end, end + 33 * _DAY, 2))
    last = sent[-1].end
    start = FIRST
    while month_end(start) <= last:
        end = month_end(start)
        sent.append(Sent("monthly", start, end, end + 10 * _DAY))
        start = end + _DAY
    return sorted(sent, key=lambda s: (s.received, s.return_id, s.end, s.version))


def last_report(years: int) -> dt.date:
    """The reporting date on which those years end."""
    return max(s.end for s in list_sent(years) if s.return_id == "monthly")


def make_workbook(sent: Sent) -> bytes:
    """The workbook itself: a table for each measure, four to a sheet."""
    book = Workbook()
    book.remove(book.active)
    for first in range(0, len(sent.measures), 4):
        sheet = book.create_sheet(f"Page {first // 4 + 1}")
        sheet.append((f"{sent.return_id.title()} return of the town",))
        if sent.return_id == "weekly":
            sheet.append((f"As at {_say(sent.end)}",))
            sheet.append((f"Covering {_say(sent.start)} to {_say(sent.end)}",))
        else:
            sheet.append((f"Reporting month: {sent.end:%B %Y}",))
        for measure in sent.measures[first : first + 4]:
            sheet.append(())
            sheet.append((f"Table of {measure}",))
            sheet.append(HEADER)
            for service in (*SERVICES, None):
                due, in_time, share = row_of(sent, measure, service)
                sheet.append((service.title() if service else TOWN, due, in_time, round(float(share) / 100, 4)))
                sheet.cell(sheet.max_row, 4).number_format = "0.0%"
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _say(day: dt.date) -> str:
    return f"{day.day} {day:%B %Y}"


# --- The programme --------------------------------------------------------------------------------------


def write_programme(folder: Path, years: int) -> Path:
    """The programme's folder, with what was decided in those years."""
    sent = list_sent(years)
    ends = sorted({s.end for s in sent if s.return_id == "monthly"})
    rating = {"impact": "As declared", "outcome": "As declared"}
    colours = {"blue": "B", "green": "G", "yellow": "Y", "amber": "A", "red": "R", "grey": "N"}
    programme = {
        "id": "town",
        "title": "Town plan",
        "authority": "Town",
        "company": {"label": TOWN},
        "services": [{"id": s, "label": s.title()} for s in SERVICES],
        "reporting_dates": [e.isoformat() for e in ends],
        "priorities": [{"id": "time", "number": "1", "title": "In time", "refs": [{"ref": "1.1", "title": "Time"}]}],
        "brag": {c: {"label": c.title(), "letter": letter, **rating} for c, letter in colours.items()},
    }
    files: dict[str, Any] = {
        "programme.yaml": programme,
        "indicators.yaml": {"indicators": [_indicator(m, ends[0]) for m in (*WEEKLY, *OWN)]},
        "boards.yaml": {"boards": [{"id": "panel", "title": "Town panel", "short": "Panel", "page_budget": 60}]},
        "returns/weekly.yaml": _return("weekly", WEEKLY, {"labels": ["As at"]}),
        "returns/monthly.yaml": _return("monthly", MONTHLY, {"labels": ["Reporting month"], "precision": "month"}),
        "corrections.yaml": {"corrections": [_correction(s) for s in sent if week_number(s) % 26 == 5]},
        "overrides.yaml": {"overrides": [_override(s) for s in sent if week_number(s) % 52 == 18]},
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(content, indent=1), encoding="utf-8")
    return folder


def _indicator(measure: str, baseline: dt.date) -> dict[str, Any]:
    """Every second one has its baseline in the first month; all have a target and services."""
    monthly = measure in OWN
    declared: dict[str, Any] = {
        "id": measure,
        "label": f"Share of {measure.replace('_', ' ')} in time",
        "measure": measure,
        "return": "monthly" if monthly else "weekly",
        "direction": "higher",
        "unit": "percent",
        "decimals": 1,
        "company": "ratio",
        "services": list(SERVICES),
        "target": {"value": 80},
        "tolerance": {"kind": "points", "value": 5},
        "plan_refs": ["1.1"],
    }
    if measure in COUNTED:
        declared["basis"] = "in_period"
    if int(measure[-1]) % 2:
        end = baseline if monthly else _first_friday()
        declared["baseline"] = {"period_end": end.isoformat()}
    return declared


def _return(cadence: str, measures: tuple[str, ...], as_at: dict[str, Any]) -> dict[str, Any]:
    fields = {
        "due": {"headers": [HEADER[1]], "kind": "count"},
        "in_time": {"headers": [HEADER[2]], "kind": "count"},
        "pct": {"headers": [HEADER[3]], "kind": "percent"},
    }
    given = {"form": "percent", "numerator": "in_time", "denominator": "due", "stated": "pct"}
    tables = {}
    for measure in measures:
        basis = {"basis": "in_period"} if measure in COUNTED else {}
        tables[measure] = {
            "anchor": [f"Table of {measure}"],
            "rows": {"kind": "services", "headers": [HEADER[0]], "services": SERVICES, "company": "required"},
            "columns": {"fields": fields},
            "measures": [{"id": measure, **given, **basis}],
        }
    layout = {"from": FIRST.isoformat(), "as_at": as_at, "basis": "snapshot", "tables": tables}
    if cadence == "weekly":
        layout["covers"] = {"labels": ["Covering"]}
    title = f"{cadence.title()} return of the town"
    return {"id": cadence, "title": title, "cadence": cadence, "recognise": [title], "layouts": [layout]}


def _decision(sent: Sent) -> dict[str, Any]:
    week = week_number(sent)
    return {
        "role": "Town Analyst",
        "date": sent.received.isoformat(),
        "return": "weekly",
        "period": sent.end.isoformat(),
        "service": SERVICES[week % 5],
        "measure": SNAPSHOTS[week % 18],
        "field": "pct",
    }


def _correction(sent: Sent) -> dict[str, Any]:
    own = _decision(sent)
    due, in_time = count(sent, own["measure"], own["service"])
    wrong, right = f"{100 * in_time / due + 5:.1f}%", f"{100 * in_time / due:.1f}%"
    return {**own, "expected": wrong, "right": right, "reason": "The share was mistyped."}


def _override(sent: Sent) -> dict[str, Any]:
    own = _decision(sent)
    wrong = f"{share_of(sent, own['measure'], own['service'])}%"
    return {**own, "code": "percent_disagrees", "expected": wrong, "use": "counts", "note": "The counts are right."}


# --- Filing ---------------------------------------------------------------------------------------------


def fill_home(home: Path, years: int) -> LoadedProgramme:
    """Take the workbooks of some years into the history of a home, in the order in which they were sent."""
    loaded = load_programme(write_programme(home / "programmes" / "town", years))
    history = History(home / "history")
    try:
        sent = list_sent(years)
        loaded, sha = register(history, loaded, _at(FIRST))
        for one in sent[:-REAL]:
            file_made(history, loaded, one, sha)
        for one in sent[-REAL:]:
            take_files(history, [save(one, home)], loaded, _at(one.received))
    finally:
        history.close()
    return loaded


def save(sent: Sent, folder: Path) -> Path:
    """Write the workbook into a folder."""
    path = folder / sent.name
    path.write_bytes(make_workbook(sent))
    return path


def file_made(history: History, loaded: LoadedProgramme, sent: Sent, configuration_sha: str) -> None:
    """File a workbook as if it had been read: its readings are made, and judged by the same rules."""
    item = loaded.programme.return_of(sent.return_id)
    layout = item.layouts[0]
    readings = make_readings(loaded, sent)
    period = (
        Period(sent.end, sent.end, "day") if sent.return_id == "weekly" else Period(sent.start, sent.end, "month")
    )
    covered = Period(sent.start, sent.end, "range") if sent.return_id == "weekly" else None
    judged = judge_tables(cut_again(readings, ()), layout, loaded.programme, period, covered, cadence=item.cadence)
    arrival = Arrival(
        loaded.programme.id,
        sent.return_id,
        period,
        covered,
        sent.name,
        _at(sent.received),
        sha_of(layout.model_dump_json(by_alias=True)),
        configuration_sha,
        tuple(readings),
        judged.observations,
        judged.findings,
    )
    history.file_receipt(arrival, sent.name.encode())


def make_readings(loaded: LoadedProgramme, sent: Sent) -> list[Reading]:
    """The readings of a workbook: those of the first of its kind, with its own figures."""
    made = []
    for reading in _first_read(loaded.folder, sent.return_id).readings:
        if reading.field not in {"due", "in_time", "pct"}:
            made.append(reading)
            continue
        service = reading.row_key if reading.row_key in SERVICES else None
        due, in_time, share = row_of(sent, reading.table, service)
        if reading.field == "pct":
            made.append(replace(reading, raw_text=f"{share}%", value=share.removesuffix(".0")))
        else:
            text = str(due if reading.field == "due" else in_time)
            made.append(replace(reading, raw_text=text, value=text))
    return made


@dataclass(frozen=True, slots=True)
class _Read:
    readings: tuple[Reading, ...]


@lru_cache
def _first_read(programme: Path, return_id: str) -> _Read:
    first = next(s for s in list_sent(1) if s.return_id == return_id)
    judged = read_real(first, load_programme(programme), programme.parent)
    return _Read(tuple(r for table in judged.reading.tables for r in table.readings))


def read_real(sent: Sent, loaded: LoadedProgramme, folder: Path) -> JudgedFile:
    """Write a workbook, and judge it as `check` does."""
    return judge_file(save(sent, folder), loaded.programme)


def _at(day: dt.date) -> str:
    return f"{day.isoformat()}T09:00:00Z"


def next_week(years: int) -> Sent:
    """The weekly workbook that comes after those years."""
    end = max(s.end for s in list_sent(years) if s.return_id == "weekly") + _WEEK
    return Sent("weekly", end - 6 * _DAY, end, end + 3 * _DAY)
