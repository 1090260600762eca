"""The facts that travel between rooms: readings, observations and the rows of the printed tables.

Each column of a table that leaves the product is declared once, with title and unit: JSON, CSV, the
workbook and the data dictionary are generated from these declarations.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Literal

Precision = Literal["day", "month", "quarter", "year", "range"]
ReadingKind = Literal[
    "empty",
    "count",
    "number",
    "percent",
    "text",
    "date",
    "plan_date",
    "symbol",
    "error",
    "unreadable",
    "uncached",
]
ObservationState = Literal["sound", "held", "absent", "inapplicable", "stated_only"]
"""Absent: a figure that should be there is missing. Inapplicable: the return says that there is none, in place of
whatever it said before; it is no part of any sum."""
Choice = Literal["", "counts", "stated", "services", "company_row", "own"]
"""What an override chose: a row's counts or its stated value; for the company what its services give, or
what its own row says; the workbook's own figure where another workbook contradicts it."""
FindingKey = tuple[str, str, str]
"""A finding by its code, sheet and cell."""


@dataclass(frozen=True, slots=True)
class Period:
    """The time a figure is about. A snapshot starts and ends on its day."""

    start: dt.date
    end: dt.date
    precision: Precision = "day"

    @property
    def key(self) -> str:
        """The period as text: "2021-08-01/2021-08-31/month"."""
        return f"{self.start.isoformat()}/{self.end.isoformat()}/{self.precision}"

    @classmethod
    def from_key(cls, key: str) -> Period:
        """The period that `key` wrote."""
        start, end, precision = key.split("/")
        return cls(dt.date.fromisoformat(start), dt.date.fromisoformat(end), precision)  # type: ignore[arg-type]

    @property
    def rolling_year(self) -> Period:
        """The twelve months that end with the period, which a rolling figure is of; as precise as that end."""
        after = self.end + dt.timedelta(days=1)
        try:
            start = after.replace(year=after.year - 1)
        except ValueError:  # the year before has no 29 February
            start = dt.date(after.year - 1, 3, 1)
        if self.precision in {"day", "month"}:
            return Period(start, self.end, self.precision)
        return Period(start, self.end, "month" if after.day == 1 else "day")

    @property
    def is_rolling_year(self) -> bool:
        """Whether it is the twelve months that end with a day or a month."""
        return self.precision in {"day", "month"} and self == self.rolling_year


@dataclass(frozen=True, slots=True)
class CellRef:
    """Where something stands in a workbook."""

    sheet: str
    cell: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One cell as it was read: the text as printed, and the value by the one parser.

    `value` is a Decimal as text for numbers (percent in points: "75.6"), an ISO date for dates, the text
    itself for text, the symbol's meaning for symbols; None where nothing could be read. `decimals` is the
    number of decimals the cell shows.
    """

    table: str
    row_key: str
    field: str
    sheet: str
    cell: str
    raw_text: str
    number_format: str
    kind: ReadingKind
    value: str | None
    decimals: int = 0

    @property
    def number(self) -> Decimal | None:
        """The value as a Decimal, for the kinds that are numbers."""
        if self.kind in {"count", "number", "percent"} and self.value is not None:
            return Decimal(self.value)
        return None

    @property
    def ref(self) -> CellRef:
        """Sheet and cell."""
        return CellRef(self.sheet, self.cell)


@dataclass(frozen=True, slots=True)
class PlanDates:
    """A target date as a plan prints it, read: a start, the due date or milestones, a forecast.

    `is_doubtful`: the text can be read in more than one way. An undated text has none of them.
    """

    start: dt.date | None = None
    dues: tuple[dt.date, ...] = ()
    forecast: dt.date | None = None
    is_ongoing: bool = False
    is_doubtful: bool = False

    def due_at(self, date: dt.date) -> dt.date | None:
        """The due date; of several milestones the next open one, after the last the last."""
        open_ones = [day for day in self.dues if day >= date]
        return min(open_ones) if open_ones else max(self.dues, default=None)

    @property
    def text(self) -> str:
        """The reading as text: "start 2021-08-01, due 2021-10-31, 2022-03-31"."""
        parts = []
        if self.start:
            parts.append(f"start {self.start}")
        if self.dues:
            parts.append(f"due {' and '.join(map(str, self.dues))}")
        if self.forecast:
            parts.append(f"forecast {self.forecast}")
        if self.is_ongoing:
            parts.append("ongoing")
        return ", ".join(parts) or "undated"

    def encode(self) -> str:
        """The reading as it is stored."""
        dues = "+".join(map(str, self.dues))
        flags = ("ongoing" if self.is_ongoing else "", "doubtful" if self.is_doubtful else "")
        return "|".join([str(self.start or ""), dues, str(self.forecast or ""), *flags])

    @classmethod
    def decode(cls, text: str) -> PlanDates:
        """The reading that `encode` wrote."""
        start, dues, forecast, ongoing, doubtful = text.split("|")
        return cls(
            dt.date.fromisoformat(start) if start else None,
            tuple(dt.date.fromisoformat(d) for d in dues.split("+") if d),
            dt.date.fromisoformat(forecast) if forecast else None,
            bool(ongoing),
            bool(doubtful),
        )


LABEL_FIELD = "label"

OWNER_FIELDS = (
    "forecast", "completed_on", "recovery_note", "recovery_by", "embedded_on", "next_review", "owner_rating",
    "progress",
)  # fmt: skip
"""The tracker's fields that an action's owner fills in; everything else of a row is the plan's."""


@dataclass(frozen=True, slots=True)
class CutTable:
    """A table cut from a workbook: every cell that was read, its row labels among them (field "label").

    Row keys say how a label was understood: a declared id, "company", a sub-total's id, "?Label" where
    nothing is declared, and "id#2" where it stands a second time.
    """

    table: str
    sheet: str
    header_cell: str
    readings: tuple[Reading, ...]


@dataclass(frozen=True, slots=True)
class Operand:
    """A cell that an observation rests on: what it is called, where it stands, its text and its value."""

    name: str
    ref: CellRef
    raw_text: str
    value: str | None


@dataclass(frozen=True, slots=True)
class Observation:
    """One value of one measure for a service and subgroup in a period, with the cells it came from.

    `stated` is the value as printed in the return, at `stated_decimals`; numerator and denominator are
    counts. A held observation keeps its numbers for the record; nobody prints them. `held_by` are the
    findings that hold it, or held it; `chosen` is what a declared override chose to print instead.
    """

    measure: str
    service: str | None
    subgroup: str | None
    period: Period
    basis: str
    form: str
    per: Decimal
    numerator: Decimal | None
    denominator: Decimal | None
    stated: Decimal | None
    stated_decimals: int
    state: ObservationState
    why: str = ""
    operands: tuple[Operand, ...] = ()
    is_corrected: bool = False
    held_by: tuple[FindingKey, ...] = ()
    chosen: Choice = ""

    @property
    def is_overridden(self) -> bool:
        """Whether a declared override released it."""
        return self.chosen != ""

    @property
    def derived(self) -> Fraction | None:
        """The value worked out from the counts, exact; None where there are none or the denominator is 0."""
        return derive_value(self.form, self.numerator, self.denominator, self.per)

    @property
    def is_no_cases(self) -> bool:
        """0 of 0: there were no cases to count."""
        return self.denominator is not None and self.denominator == 0 and not self.numerator

    @property
    def exact(self) -> Fraction | None:
        """The unrounded value: derived from counts where there are any, else as stated."""
        if self.derived is not None:
            return self.derived
        if self.denominator is not None or self.stated is None:
            return None
        return Fraction(self.stated)


def derive_value(
    form: str, numerator: Decimal | None, denominator: Decimal | None, per: Decimal = Decimal(1)
) -> Fraction | None:
    """The value of a measure from its counts: 100 n/d, n/d, per n/d, or n. None where it cannot be made."""
    if numerator is None:
        return None
    if form in {"count", "number"}:
        return Fraction(numerator)
    if denominator is None or denominator == 0:
        return None
    scale = {"percent": Fraction(100), "average": Fraction(1), "rate": Fraction(per)}[form]
    return scale * Fraction(numerator) / Fraction(denominator)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table that leaves the product."""

    name: str
    title: str
    unit: str = ""
    kind: Literal["text", "number", "date", "flag", "list", "object"] = "text"


KPI_COLUMNS: tuple[Column, ...] = (
    Column("ref", "Reference in the pack"),
    Column("indicator", "Indicator"),
    Column("label", "Indicator as printed"),
    Column("service", "Service; empty for the company"),
    Column("subgroup", "Group of people"),
    Column("period_start", "Start of the figure's period", kind="date"),
    Column("period_end", "End of the figure's period", kind="date"),
    Column("precision", "Precision of the period: day, month, quarter, year, range"),
    Column("basis", "Basis: snapshot, in_period, ytd, rolling_12m"),
    Column("state", "State of the figure: published, held, missing, no_cases"),
    Column("value", "Value as printed", "as `unit`", "number"),
    Column("numerator", "Numerator", "count", "number"),
    Column("denominator", "Denominator", "count", "number"),
    Column("unit", "Unit"),
    Column("decimals", "Decimals printed", kind="number"),
    Column("direction", "Which way is better: higher, lower, range, neutral"),
    Column("target_low", "Target, or lower end of the range", "as `unit`", "number"),
    Column("target_high", "Ceiling, or upper end of the range", "as `unit`", "number"),
    Column("target_text", "Target that is a direction only"),
    Column("tolerance", "Tolerance, and whether in points or percent of the target", kind="object"),
    Column("baseline", "Baseline", "as `unit`", "number"),
    Column("baseline_period_end", "Date of the baseline", kind="date"),
    Column("previous", "Value as at the previous reporting date", "as `unit`", "number"),
    Column("previous_period_end", "End of the previous value's period", kind="date"),
    Column("change", "Change on the previous value", "as `unit`", "number"),
    Column("impact", "Rating"),
    Column("previous_impact", "Rating at the previous reporting date"),
    Column("reason", "Why this rating"),
    Column("is_corrected", "A correction stands behind the figure", kind="flag"),
    Column("is_overridden", "A finding was accepted to print the figure", kind="flag"),
    Column("is_small_base", "Denominator below the small base", kind="flag"),
    Column("plan_refs", "Parts of the plan it serves", kind="list"),
)

ACTION_COLUMNS: tuple[Column, ...] = (
    Column("key", "Action key"),
    Column("priority", "Priority"),
    Column("ref", "Reference in the plan"),
    Column("letter", "Letter in the plan"),
    Column("title", "Action"),
    Column("owner", "Owner's role"),
    Column("printed", "Target date as printed"),
    Column("start", "Start", kind="date"),
    Column("due", "Due (agreed)", kind="date"),
    Column("forecast", "Forecast", kind="date"),
    Column("completed_on", "Completed on", kind="date"),
    Column("recovery_note", "Recovery note"),
    Column("recovery_by", "Recovery by", kind="date"),
    Column("embedded_on", "Embedded on", kind="date"),
    Column("next_review", "Next review", kind="date"),
    Column("outcome", "Rating by rule"),
    Column("previous_outcome", "Rating by rule at the previous tracker"),
    Column("owner_rating", "Owner's rating"),
    Column("reason", "Why this rating"),
    Column("tracker_period_end", "As-at date of the tracker", kind="date"),
)
