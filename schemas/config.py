"""The configuration of a programme: what differs between councils, as frozen models.

Everything here is data. No rule is worked out in this file beyond what makes a configuration
impossible (a target of no kind, a tolerance in percent of a target of 0).
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from schemas.layout import Layout

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Cadence = Literal["weekly", "monthly", "quarterly", "yearly"]
Basis = Literal["snapshot", "in_period", "ytd", "rolling_12m"]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Direction = Literal["higher", "lower", "range", "neutral"]
CompanyRule = Literal["ratio", "sum", "stated", "none"]

CADENCE_DAYS: dict[str, int] = {"weekly": 7, "monthly": 31, "quarterly": 92, "yearly": 366}


class Frozen(BaseModel):
    """Base of every configuration model: immutable, and an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(Frozen):
    """A service whose figures are printed apart, with the spellings its name occurs in."""

    id: Slug
    label: str
    short: str | None = None
    spellings: tuple[str, ...] = ()


class Subgroup(Frozen):
    """A group of people within a measure; `within` names the group that contains it."""

    id: Slug
    label: str
    spellings: tuple[str, ...] = ()
    within: Slug | None = None


class Company(Frozen):
    """The whole: how the row that sums the services is called."""

    label: str = "Company"
    spellings: tuple[str, ...] = ()


class PlanRef(Frozen):
    """A numbered part of a priority, by which indicators and actions are tied together."""

    ref: str
    title: str


class Priority(Frozen):
    """A top level of the plan: priority, work stream, theme or enabler."""

    id: Slug
    number: str
    title: str
    refs: tuple[PlanRef, ...]


Colour = Literal["blue", "green", "yellow", "amber", "red", "grey"]


class BragColour(Frozen):
    """What one colour means in this programme, for indicators and for actions."""

    label: str
    letter: Annotated[str, StringConstraints(min_length=1, max_length=2)]
    impact: str
    outcome: str


class Branding(Frozen):
    """The little a council may change of the look: two colours and the classification line."""

    accent: str = "#1d3557"
    accent_light: str = "#e8edf3"
    classification: str = "OFFICIAL"


class Meeting(Frozen):
    """A meeting of a board, and the date its figures are as at (else the last reporting date before it)."""

    date: dt.date
    as_at: dt.date | None = None


class Board(Frozen):
    """A board: who meets and when, and which priorities its pack covers (all, if none is named).

    A pack is due `papers_days` before its meeting.
    """

    id: Slug
    title: str
    short: str
    chair_role: str | None = None
    priorities: tuple[Slug, ...] = ()
    purpose: str = ""
    asks: tuple[str, ...] = ()
    page_budget: int = 30
    meetings: tuple[Meeting, ...] = ()
    papers_days: Annotated[int, Field(ge=0, le=60)] = 5


class TargetStep(Frozen):
    """One target value and the date from which it holds."""

    from_: dt.date = Field(alias="from")
    value: Decimal

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Target(Frozen):
    """A target: one value, a range, steps by date, or a direction only. Exactly one kind.

    `note` says where the target is printed or why it is read so; the pack prints it.
    """

    value: Decimal | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    steps: tuple[TargetStep, ...] = ()
    text: Literal["increase", "reduce"] | None = None
    note: str = ""

    @model_validator(mode="after")
    def _one_kind(self) -> Self:
        has_range = self.low is not None or self.high is not None
        kinds = [self.value is not None, has_range, bool(self.steps), self.text is not None]
        if sum(kinds) != 1:
            raise ValueError("a target has exactly one of: value, low and high, steps, text")
        if has_range and (self.low is None or self.high is None or self.low > self.high):
            raise ValueError("a range needs low and high, low not above high")
        dates = [step.from_ for step in self.steps]
        if dates != sorted(set(dates)):
            raise ValueError("target steps must be in order of date, each date once")
        return self


class Tolerance(Frozen):
    """How far a figure may miss its target and still be Amber (inclusive)."""

    kind: Literal["points", "percent_of_target"]
    value: Annotated[Decimal, Field(ge=0)]


class Baseline(Frozen):
    """Where the plan started: the observation of `period_end`, or a printed `value` where no return gives it."""

    period_end: dt.date
    value: Decimal | None = None


class Indicator(Frozen):
    """A measure judged. See docs/how-to/add-a-kpi.md for each key.

    `company` says how the company figure is made; `services_rated` lets services inherit the company
    target; `service_targets` gives them their own.
    """

    id: Slug
    label: str
    measure: Slug
    return_id: Slug = Field(alias="return")
    direction: Direction
    unit: str
    decimals: Annotated[int, Field(ge=0, le=6)]
    basis: Basis = "snapshot"
    company: CompanyRule = "stated"
    services: tuple[Slug, ...] = ()
    subgroups: tuple[Slug, ...] = ()
    target: Target | None = None
    service_targets: dict[Slug, Target] = {}
    services_rated: bool = False
    tolerance: Tolerance | None = None
    improvement: Annotated[Decimal, Field(gt=0)] = Decimal(1)
    stale_after: Annotated[int, Field(gt=0)] | None = None
    expected_from: dt.date | None = None
    baseline: Baseline | None = None
    small_base: Annotated[int, Field(ge=0)] | None = None
    plan_refs: tuple[str, ...] = ()
    note: str = ""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        targets = [t for t in (self.target, *self.service_targets.values()) if t is not None]
        self._check_direction(targets)
        if self.tolerance is not None and self.tolerance.kind == "percent_of_target":
            self._check_percent_tolerance(targets)
        if self.company == "none" and not self.services:
            raise ValueError("an indicator without a company figure needs services")
        return self

    def _check_direction(self, targets: list[Target]) -> None:
        for target in targets:
            is_range = target.low is not None
            if is_range != (self.direction == "range"):
                raise ValueError("a range target goes with direction: range, and with no other")
            if self.direction == "neutral":
                raise ValueError("a neutral indicator has no target")
            expected = {"increase": "higher", "reduce": "lower"}.get(target.text or "")
            if expected is not None and expected != self.direction:
                raise ValueError(f"target text {target.text!r} goes with direction: {expected}")

    @staticmethod
    def _check_percent_tolerance(targets: list[Target]) -> None:
        for target in targets:
            values = [target.value, *(step.value for step in target.steps)]
            if target.low is not None or any(v == 0 for v in values if v is not None):
                raise ValueError("with a range or a target of 0 only a tolerance in points is possible")


class Unmeasured(Frozen):
    """Something the plan names as a measure without saying what is counted; listed, never rated."""

    label: str
    plan_refs: tuple[str, ...]
    why: str


class Return(Frozen):
    """A recurring workbook: how it is recognised and how its tables are laid out.

    A return without layouts is one that the plan names and nobody has sent yet.
    `partial` declares the dates whose workbook holds only some tables; `weekday` the day that a weekly
    return is as at; `first` and `last` the first and last period ends that are expected; `due_days` how many
    days after its as-at date it is expected.
    """

    id: Slug
    title: str
    kind: Literal["measures", "tracker", "commentary"] = "measures"
    cadence: Cadence
    weekday: Weekday | None = None
    first: dt.date | None = None
    last: dt.date | None = None
    due_days: Annotated[int, Field(ge=0, le=366)] | None = None
    sender: str = ""
    recognise: tuple[str, ...] = ()
    partial: dict[dt.date, tuple[Slug, ...]] = {}
    layouts: tuple[Layout, ...] = ()

    @model_validator(mode="after")
    def _has_weekday(self) -> Self:
        if self.weekday is not None and self.cadence != "weekly":
            raise ValueError("only a weekly return has a weekday")
        return self

    @property
    def cadence_days(self) -> int:
        """Days between two returns: 7, 31, 92 or 366."""
        return CADENCE_DAYS[self.cadence]


class Correction(Frozen):
    """A declared correction: it expects the wrong value and stops applying once the source is mended.

    `period` is the as-at date of the workbook. `row` and `table` are needed only where measure and field
    do not name one cell; `observed` is the end of the period of the figure, where the table has a column
    for each period.
    """

    role: str
    date: dt.date
    return_id: Slug = Field(alias="return")
    period: dt.date
    service: Slug | None = None
    subgroup: Slug | None = None
    measure: Slug
    field: Slug
    table: Slug | None = None
    row: Slug | None = None
    observed: dt.date | None = None
    expected: str
    right: str
    reason: str

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class DueDateDecision(Frozen):
    """A new due date agreed by a board for one action; only so does a due date move."""

    action: str
    expected: dt.date
    due: dt.date
    board: Slug
    meeting: dt.date
    role: str
    reason: str


class Retention(Frozen):
    """For how many years the bytes of what was received are kept; figures, and what was read, stay."""

    originals_years: Annotated[int, Field(ge=1, le=100)]


class Programme(Frozen):
    """One improvement plan of one authority: everything the pipeline needs to know of it."""

    id: Slug
    title: str
    authority: str
    notice: str = ""
    language: str = "en-GB"
    plan_words: dict[Literal["priority", "action"], str] = {"priority": "Priority", "action": "Action"}
    company: Company = Company()
    services: tuple[Service, ...]
    subgroups: tuple[Subgroup, ...] = ()
    reporting_dates: tuple[dt.date, ...]
    small_base: int = 10
    priorities: tuple[Priority, ...] = ()
    brag: dict[Colour, BragColour]
    branding: Branding = Branding()
    returns: tuple[Return, ...]
    indicators: tuple[Indicator, ...] = ()
    unmeasured: tuple[Unmeasured, ...] = ()
    boards: tuple[Board, ...] = ()
    assumptions: tuple[str, ...] = ()
    retention: Retention | None = None

    def return_of(self, return_id: str) -> Return:
        """The return of that id. KeyError names an id that is not declared."""
        for item in self.returns:
            if item.id == return_id:
                return item
        raise KeyError(return_id)

    def return_title(self, return_id: str) -> str:
        """What a return is called; one that was taken out of the programme by its id."""
        title = next((item.title for item in self.returns if item.id == return_id), None)
        return title if title is not None else f"{return_id}, no longer declared"

    def service_label(self, service_id: str | None) -> str:
        """The printed name of a service; None is the company."""
        if service_id is None:
            return self.company.label
        return next((s.label for s in self.services if s.id == service_id), service_id)

    def subgroup_label(self, subgroup_id: str | None) -> str:
        """The printed name of a subgroup; None is everybody, printed as nothing."""
        return next((g.label for g in self.subgroups if g.id == subgroup_id), subgroup_id or "")

    def previous_reporting_date(self, as_at: dt.date) -> dt.date | None:
        """The last declared reporting date strictly before `as_at` (domain: Previous return)."""
        return max((d for d in self.reporting_dates if d < as_at), default=None)
