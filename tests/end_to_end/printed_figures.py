"""What the first sample programme must print, worked out from the published figures and nothing else.

Each line of an indicator becomes a series of what was printed for it, with the rules of the plan; the tests'
own statement of the rating rules does the rest.
"""

from __future__ import annotations

import calendar
import csv
import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tests.end_to_end.command import SAMPLES
from tests.properties.impact_rules import Rules, Seen

FIGURES = SAMPLES / "slough_2021" / "figures"
BASELINE_WEEK = dt.date(2021, 3, 29)
MARCH = dt.date(2021, 3, 31)
RA, SFS, CLA = "referral_assessment", "safeguarding_family_support", "cla_support"
SERVICES = {
    "Referral & Assessment": RA,
    "Safeguarding & Family Support": SFS,
    "CLA & Support Services": CLA,
    "CLA": CLA,
    "Company": None,
}
# Printed in time of due, and what the analyst declared right: counts that do not agree with what is printed beside.
CORRECTED = {
    ("visits_in_timescale", dt.date(2021, 3, 29), RA): (298, 394),
    ("visits_in_timescale", dt.date(2021, 11, 29), RA): (355, 447),
    ("visits_in_timescale", dt.date(2021, 11, 29), SFS): (616, 696),
}
POINTS_5 = ("points", Decimal(5))
POINTS_2 = ("points", Decimal(2))
POINT_1 = ("points", Decimal(1))

Key = tuple[str, str | None, str | None]


@dataclass(frozen=True)
class Line:
    """A line of the KPI table: what was printed for it, its counts by date, and its rules."""

    rules: Rules
    series: dict[dt.date, Fraction]
    counts: dict[dt.date, tuple[int, int | None]]
    corrected: frozenset[dt.date] = frozenset()

    @property
    def seen(self) -> list[Seen]:
        """The series as observations."""
        return [Seen(end, value) for end, value in self.series.items()]


def rows_of(name: str) -> list[dict[str, str]]:
    """The rows of one file of published figures."""
    with (FIGURES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def end_of(text: str) -> dt.date:
    """A day as it stands, a month as its last day."""
    if len(text) == 10:
        return dt.date.fromisoformat(text)
    year, month = int(text[:4]), int(text[5:7])
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def timeliness(measure: str, indicator: str, rules: Rules, services: Rules) -> Iterator[tuple[Key, Line]]:
    """In time of due by service; the company is the sum of the services."""
    counts: dict[str | None, dict[dt.date, tuple[int, int]]] = {None: {}}
    for row in rows_of("compliance_report"):
        service = SERVICES[row["service"]]
        if row["measure"] == measure and service is not None:
            day = end_of(row["as_at"])
            own = CORRECTED.get((indicator, day, service), (row["numerator"], row["denominator"]))
            counts.setdefault(service, {})[day] = (int(own[0]), int(own[1]))
    for day in counts[RA]:
        parts = [counts[s][day] for s in (RA, SFS, CLA)]
        counts[None][day] = (sum(n for n, _ in parts), sum(d for _, d in parts))
    for service, own in counts.items():
        fixed = {day for i, day, s in CORRECTED if i == indicator and service in {None, s}}
        series = {day: Fraction(100 * n, d) for day, (n, d) in own.items()}
        yield (indicator, service, None), Line(services if service else rules, series, own, frozenset(fixed))


def weekly(code: str) -> dict[dt.date, Fraction]:
    """A value that the Compliance Report prints for the company."""
    return {
        end_of(row["as_at"]): Fraction(row["value"] or row["stated_percent"])
        for row in rows_of("compliance_report")
        if row["row_key"].split("-")[1] == code
    }


def monthly(code: str, report: str) -> dict[dt.date, Fraction]:
    """A value that a monthly report prints, earlier months quoted beside it included."""
    found: dict[dt.date, Fraction] = {}
    for row in rows_of("cpr"):
        if row["row_key"].split("-")[1] == code and row["report"].startswith(report):
            if row["prior_value"]:
                found.setdefault(end_of(row["prior_period"]), Fraction(row["prior_value"]))
            found[end_of(row["period"][:7])] = Fraction(row["value"])
    return found


def caseloads() -> Iterator[tuple[Key, Line]]:
    """Average caseloads by service, each with its own ceiling."""
    for service, target in ((RA, 25), (SFS, 22), (CLA, 18)):
        series = {
            end_of(row["as_at"]): Fraction(row["value"])
            for row in rows_of("compliance_report")
            if row["measure"] == "Average caseload" and SERVICES[row["service"]] == service
        }
        rules = Rules("lower", 1, ("value", Decimal(target)), POINT_1, stale_after=31)
        yield ("average_caseload", service, None), Line(rules, series, {})


def audits() -> Iterator[tuple[Key, Line]]:
    """The share of audits that require improvement or are better."""
    counts: dict[dt.date, tuple[int, int]] = {}
    for period in ("2020/21", "April to September 2021"):
        rows = [r for r in rows_of("audits") if r["period"] == period and r["count"]]
        grades = {r["grade"]: int(r["count"]) for r in rows}
        everything = sum(grades.values())
        counts[dt.date.fromisoformat(rows[0]["period_end"])] = (everything - grades["Inadequate"], everything)
    rules = Rules("higher", 1, ("value", Decimal(85)), POINTS_5, stale_after=138, baseline=(MARCH, None))
    series = {end: Fraction(100 * n, d) for end, (n, d) in counts.items()}
    yield ("audits_ri_or_above", None, None), Line(rules, series, counts)


def company(
    indicator: str, series: dict[dt.date, Fraction], rules: Rules, group: str | None = None
) -> tuple[Key, Line]:
    """A line of the company; a number of children is its own numerator."""
    counts = {end: (int(value), None) for end, value in series.items()} if rules.decimals == 0 else {}
    return (indicator, None, group), Line(rules, series, counts)


def all_lines() -> dict[Key, Line]:
    """Every line of the KPI table for which something was published."""
    week, month = 31, 46
    start = (BASELINE_WEEK, None)
    visits = Rules("higher", 1, ("value", Decimal(90)), POINTS_5, stale_after=week, baseline=start)
    unrated = Rules("higher", 1, stale_after=week, baseline=start)
    by_month = {"stale_after": month}
    since_march = {"stale_after": month, "baseline": (MARCH, None)}
    increase = Rules("higher", 1, ("text", "increase"), **since_march)
    plain = Rules("higher", 1, **since_march)
    pathway = ("steps", ((dt.date(2022, 1, 31), Decimal(100)),))
    turnover = Rules("lower", 1, ("value", Decimal(20)), POINTS_5, **by_month)
    absence = Rules("lower", 1, ("value", Decimal("3.8")), ("points", Decimal("0.5")), Fraction(1, 2), month)
    start_week = {"stale_after": week, "baseline": start}
    return dict(
        [
            *timeliness("Core assessments completed in timescale", "assessments_in_timescale", unrated, unrated),
            *timeliness("Visits completed in timescale", "visits_in_timescale", visits, visits),
            *caseloads(),
            *audits(),
            company("cin_plans_open_1_year_plus", weekly("CIN1"),
                    Rules("lower", 1, ("value", Decimal(15)), POINTS_2, **start_week)),
            company("cp_plans_open_1_2_years", weekly("CP12"),
                    Rules("lower", 1, ("value", Decimal(13)), POINTS_2, **start_week)),
            company("cp_plans_open_2_years_plus", weekly("CP2P"),
                    Rules("lower", 0, ("value", Decimal(0)), POINT_1, stale_after=week)),
            company("safeguarding_cin_open_1_year_plus", monthly("SCIN", "CPR"), Rules("lower", 1, **by_month)),
            company("suitable_accommodation", monthly("CLSA1821", "CPR"), increase, "aged_18_21"),
            company("suitable_accommodation", monthly("CLSA1921", "CPR"), increase, "aged_19_21"),
            company("care_leavers_eet", monthly("EET1821", "CPR"), plain, "aged_18_21"),
            company("care_leavers_eet", monthly("EET1921", "CPR"), plain, "aged_19_21"),
            company("pathway_plans_in_timescale", monthly("PWAY", "CPR"),
                    Rules("higher", 1, pathway, POINTS_5, **by_month), "aged_16_plus"),
            company("permanent_turnover", monthly("TURN", "TSG"), turnover),
            company("voluntary_turnover", monthly("VTURN", "Workforce"), Rules("lower", 1, **by_month)),
            company("frontline_agency", monthly("AGY", "Workforce"), turnover),
            company("placed_over_20_miles", monthly("FAR20", "TSG"),
                    Rules("lower", 1, stale_after=month, baseline=(dt.date(2021, 4, 30), None))),
            company("staff_absence", monthly("ABS", "CPR"), absence),
        ]
    )  # fmt: skip
