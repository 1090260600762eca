"""The pack as a model: what every page prints, finished. Templates only draw it.

Every number on a page comes from a Figure; sentences are made of figures before they arrive here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from schemas.erratum import Erratum
from schemas.figures import Figure
from schemas.pack_changes import ChangesPage, Since
from schemas.pack_quality import Quality
from schemas.pack_sources import Attachment, Sources
from schemas.rating import Rating as Rating


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are of a rating."""

    rating: Rating
    figure: Figure


@dataclass(frozen=True, slots=True)
class Cover:
    """The cover: who, what, when, and the notice that stands on every page."""

    authority: str
    title: str
    board: str
    board_short: str
    chair_role: str
    purpose: str
    as_at: str
    meeting: str
    edition: str
    classification: str
    notice: str
    facts: tuple[tuple[str, str], ...]
    erratum: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One message of page 1: a sentence, the rating it is about, and the reference it can be found by."""

    text: str
    rating: Rating | None = None
    ref: str = ""


@dataclass(frozen=True, slots=True)
class PointList:
    """A short list on page 1; `more` says where the rest stands, `since` what the list is compared with."""

    title: str
    points: tuple[Point, ...]
    empty: str
    more: str = ""
    since: str = ""


@dataclass(frozen=True, slots=True)
class Matters:
    """Page 1: the message, the counts, what turned, what recovered, what is held or missing, what is asked.

    `reason` is an erratum's reason, as far as there is room for it.
    """

    headline: str
    supporting: tuple[str, ...]
    indicator_counts: tuple[Count, ...]
    indicator_note: str
    action_counts: tuple[Count, ...]
    action_note: str
    lists: tuple[PointList, ...]
    since: Since
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A stacked bar of counts: each part as a share of the longest bar, from 0 to 1."""

    parts: tuple[tuple[Rating, int, float, float], ...]


@dataclass(frozen=True, slots=True)
class SummaryRow:
    """A priority in the BRAG summary."""

    number: str
    title: str
    indicators: tuple[Figure, ...]
    actions: tuple[Figure, ...]
    bar: Bar
    moved: str


@dataclass(frozen=True, slots=True)
class Summary:
    """The BRAG summary by priority."""

    indicator_ratings: tuple[Rating, ...]
    action_ratings: tuple[Rating, ...]
    rows: tuple[SummaryRow, ...]
    total: SummaryRow
    priority_word: str
    chart_alt: str


@dataclass(frozen=True, slots=True)
class ScoreRow:
    """A figure in the scorecard or a block, as text. `is_whole`: of the company, and of no group in it."""

    ref: str
    label: str
    who: str
    figure: Figure
    when: str
    target: str
    tolerance: str
    baseline: Figure
    previous: Figure
    change: Figure
    rating: Rating
    previous_rating: Rating | None
    plan_refs: str
    reason: str
    is_whole: bool
    starts_indicator: bool


@dataclass(frozen=True, slots=True)
class ScoreGroup:
    """The scorecard of one priority."""

    title: str
    rows: tuple[ScoreRow, ...]


@dataclass(frozen=True, slots=True)
class ChartPoint:
    """A drawn figure: its place from 0 to 1 across and up, and when it is of.

    `is_gap` starts a new stroke; `is_bridged`: periods are missing before it, and the stretch to it is dashed.
    """

    x: float
    y: float
    figure: Figure
    when: str
    is_gap: bool = False
    is_bridged: bool = False


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A series: the points in order, its name, its style number, and what it is called beside its end."""

    name: str
    points: tuple[ChartPoint, ...]
    style: int
    label: str


@dataclass(frozen=True, slots=True)
class ChartStretch:
    """A target for as long as it held, from 0 to 1 across and up; `top` differs from `bottom` for a range."""

    start: float
    end: float
    bottom: float
    top: float


@dataclass(frozen=True, slots=True)
class ChartLabel:
    """A text in the plot: the place of its left end, from 0 to 1 across and up."""

    x: float
    y: float
    text: str


@dataclass(frozen=True, slots=True)
class ChartTarget:
    """A target drawn across the chart, in steps where it stepped, with its numbers."""

    stretches: tuple[ChartStretch, ...]
    labels: tuple[ChartLabel, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A series drawn: geometry in shares of the plot, texts finished, and an alternative that says the message."""

    lines: tuple[ChartLine, ...]
    targets: tuple[ChartTarget, ...]
    y_ticks: tuple[tuple[float, str], ...]
    x_ticks: tuple[tuple[float, str], ...]
    alt: str


@dataclass(frozen=True, slots=True)
class Quote:
    """What an owner wrote under one heading, paragraph by paragraph, word for word."""

    title: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Commentary:
    """An owner's words in an indicator's block: whose they are, of when, and what they say. Never our own.

    `note` says what a reader must know of them (that they were written for the report before).
    """

    by: str
    note: str
    quotes: tuple[Quote, ...]

    @property
    def length(self) -> int:
        """Characters, by which the page decides whether the words may break over pages."""
        return sum(len(p) for q in self.quotes for p in q.paragraphs)


@dataclass(frozen=True, slots=True)
class Block:
    """An indicator that earns a block, with why it does, and its owner's words."""

    id: str
    label: str
    rating: Rating
    why: str
    sentence: str
    rows: tuple[ScoreRow, ...]
    chart: Chart | None
    notes: tuple[str, ...]
    commentary: tuple[Commentary, ...] = ()

    @property
    def may_break(self) -> bool:
        """Whether the owner's words are too long to be kept on one page with the block."""
        return sum(c.length for c in self.commentary) > 1500


@dataclass(frozen=True, slots=True)
class RefRow:
    """A numbered part of the plan: its indicators' ratings and its actions by colour."""

    ref: str
    title: str
    indicators: str
    actions: tuple[Figure, ...]
    behind: str


@dataclass(frozen=True, slots=True)
class PriorityPlan:
    """One priority of the plan by ref."""

    number: str
    title: str
    rows: tuple[RefRow, ...]


@dataclass(frozen=True, slots=True)
class ActionLine:
    """An action as the plan pages and the annex print it."""

    key: str
    letter: str
    title: str
    owner: str
    due: str
    rating: Rating
    previous: Rating | None
    owner_rating: Rating | None
    reason: str


@dataclass(frozen=True, slots=True)
class ActionGroup:
    """Actions under one heading."""

    title: str
    lines: tuple[ActionLine, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan: by ref, what is behind, where the owner is more hopeful than the rule, and the annex."""

    is_received: bool
    tracker: str
    action_ratings: tuple[Rating, ...]
    priorities: tuple[PriorityPlan, ...]
    behind: tuple[ActionLine, ...]
    hopeful: tuple[ActionLine, ...]
    undated: tuple[ActionLine, ...]
    annex: tuple[ActionGroup, ...]


@dataclass(frozen=True, slots=True)
class Key:
    """The key: what colours mean, what marks mean, the rules in brief, and what was assumed."""

    meanings: tuple[tuple[Rating, str, str], ...]
    states: tuple[tuple[Rating, str], ...]
    marks: tuple[tuple[str, str], ...]
    rules: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Theme:
    """The two colours a council may choose."""

    accent: str
    accent_light: str


@dataclass(frozen=True, slots=True)
class Pack:
    """One board's pack, finished. `figures` are all that it prints; `attachments` give them to a machine.

    `scorecard_lead` says of which indicators the scorecard is, `scorecard_notes` how its columns are read.
    """

    language: str
    software: str
    theme: Theme
    cover: Cover
    matters: Matters
    summary: Summary
    scorecard: tuple[ScoreGroup, ...]
    blocks: tuple[Block, ...]
    plan: Plan
    changes: ChangesPage | None
    quality: Quality
    sources: Sources
    key: Key
    figures: tuple[Figure, ...] = field(default=())
    attachments: tuple[Attachment, ...] = ()
    erratum: Erratum | None = None
    scorecard_lead: str = ""
    scorecard_notes: str = ""
