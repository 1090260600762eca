"""Apply declared overrides: accept findings as they stand, and release the figures that they held.

Source of the rules: docs/methodology.md, "Overrides".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from schemas.decisions import ACROSS_FILES, AGREEMENT, UNUSABLE_CELLS, Override, Use
from schemas.evidence import AppliedOverride
from schemas.facts import FindingKey, Observation, Reading
from schemas.figures import decimal_text, round_half_away
from schemas.findings import Accepted, Finding, about_decision, make_finding
from schemas.layout import Layout
from transforms.cell_names import CellName, explain_misfit, find_cells
from transforms.contexts import finding_key
from transforms.corrections import says

_COUNTED = {"count", "number"}
_GONE = "there is no such finding any more"


@dataclass(frozen=True, slots=True)
class PlacedOverride:
    """An override and the cell that it names, which says what the override expects."""

    override: Override
    reading: Reading

    @property
    def key(self) -> FindingKey:
        """The finding that it accepts."""
        return self.override.code, self.reading.sheet, self.reading.cell


@dataclass(frozen=True, slots=True)
class OverridePlaces:
    """The overrides of one workbook: those at a cell, those that name no cell, and those that fit nothing."""

    placed: tuple[PlacedOverride, ...] = ()
    loose: tuple[Override, ...] = ()
    problems: tuple[Finding, ...] = ()


Refusals = tuple[tuple[PlacedOverride, str], ...]
"""Overrides that could not release their figure, and why."""


@dataclass(frozen=True, slots=True)
class WaitingOverride:
    """An override whose finding comes of comparing workbooks, and its cell where it names one."""

    override: Override
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class Contradicted:
    """A figure that a finding between workbooks contradicts, by the finding's code, sheet and cell."""

    key: FindingKey
    observation: Observation


@dataclass(frozen=True, slots=True)
class Settled:
    """Findings with what was accepted among them. `waiting` are overrides of findings that are told across
    workbooks; `problems` say which of the others are not applied."""

    findings: tuple[Finding, ...]
    applied: tuple[AppliedOverride, ...] = ()
    waiting: tuple[WaitingOverride, ...] = ()
    problems: tuple[Finding, ...] = ()


def place_overrides(overrides: Iterable[Override], readings: Sequence[Reading], layout: Layout) -> OverridePlaces:
    """Find the cell of each override of one return and period, as the workbook was read."""
    placed: list[PlacedOverride] = []
    loose: list[Override] = []
    problems: list[Finding] = []
    for override in overrides:
        if override.action is not None or override.field is None:
            loose.append(override)
            continue
        found = find_cells(readings, CellName.of(override), layout, override.period)
        if len(found) != 1:
            problems.append(_unmatched(override, explain_misfit(found, CellName.of(override))))
        elif not says(found[0], override.expected):
            problems.append(_stale(override, found[0]))
        elif any(_is_same(override, p.override) for p in placed):
            problems.append(_unmatched(override, "another override accepts the same finding already"))
        else:
            placed.append(PlacedOverride(override, found[0]))
    return OverridePlaces(tuple(placed), tuple(loose), tuple(problems))


def describe_override(override: Override) -> str:
    """What an override is about, in words."""
    about: list[str] = []
    if override.action is not None:
        about.append(f"action {override.action}")
    about += [name for name in (override.measure, override.table, override.row, override.field) if name]
    who = f" of {override.service}" if override.service else ""
    return f"{', '.join([override.code, *about])}{who}, {override.return_id} as at {override.period}"


def _is_same(one: Override, other: Override) -> bool:
    return _target(one) == _target(other)


def _target(override: Override) -> tuple[object, ...]:
    return override.code, CellName.of(override), override.action


def _unmatched(override: Override, why: str) -> Finding:
    finding = make_finding("override_unmatched", where=describe_override(override), why=why)
    return about_decision(finding, override.return_id, override.action)


def _stale(override: Override, reading: Reading | None, found: str = "") -> Finding:
    finding = make_finding(
        "override_stale",
        sheet=reading.sheet if reading else None,
        cell=reading.cell if reading else None,
        where=describe_override(override),
        expected=override.expected,
        found=found or f"the workbook now says '{reading.raw_text if reading else ''}'",
    )
    return about_decision(finding, override.return_id, override.action)


# --- Held figures ---------------------------------------------------------------------------------------


def release_held(
    item: Observation, placed: Sequence[PlacedOverride], counts: set[str], stated: set[str]
) -> tuple[Observation, Refusals]:
    """Release a held observation where every finding that holds it is accepted for its measure.

    `counts` and `stated` are the addresses of the cells that each of its figures is made of.
    """
    if item.state != "held" or not item.held_by:
        return item, ()
    found = {key: _override_of(item, key, placed) for key in dict.fromkeys(item.held_by)}
    own = [p for p in found.values() if p is not None]
    if not own:
        return item, ()
    others = [key for key, p in found.items() if p is None]
    if others:
        code, _, cell = others[0]
        return item, _refuse(own, f"{code} at {cell} holds the figure too")
    chosen = _choose(item, {p.override.use for p in own if p.override.use}, counts, stated)
    if chosen not in {"counts", "stated"}:
        return item, _refuse(own, chosen)
    return _print(item, "counts" if chosen == "counts" else "stated"), ()


def accept_company(item: Observation, placed: Sequence[PlacedOverride]) -> Observation:
    """Release a company row that its services contradict: to what they give, or to what it says itself."""
    if item.state != "held" or not item.held_by or item.held_by[-1][0] != "company_disagrees":
        return item
    own = _override_of(item, item.held_by[-1], placed)
    if own is None:
        return item
    chosen = replace(item, state="sound", why="")
    return replace(chosen, chosen="services" if own.override.use == "counts" else "company_row")


def _override_of(item: Observation, key: FindingKey, placed: Sequence[PlacedOverride]) -> PlacedOverride | None:
    about = (item.measure, item.subgroup)
    return next((p for p in placed if p.key == key and (p.override.measure, p.override.subgroup) == about), None)


def _refuse(own: Iterable[PlacedOverride], why: str) -> Refusals:
    return tuple((p, why) for p in own)


def _choose(item: Observation, uses: set[Use], counts: set[str], stated: set[str]) -> str:
    """ "counts" or "stated": the figure to print; else why there is none."""
    if len(uses) > 1:
        return "two overrides of its figure choose differently"
    bad = {cell for code, _, cell in item.held_by if code in UNUSABLE_CELLS}
    values: dict[str, Fraction | None] = {}
    if counts and not bad & counts and (item.derived is not None or _is_nothing_of_nothing(item)):
        values["counts"] = item.derived
    if item.stated is not None and not bad & stated:
        values["stated"] = Fraction(item.stated)
    if not uses and len(values) == 2 and _differ(item, values["counts"]):
        return "its counts and its stated figure differ; say with `use` which is printed"
    use = next(iter(uses)) if uses else next(iter(values), None)
    if use is None:
        return "no figure of its row can be used"
    if use not in values:
        return "its counts cannot be used" if use == "counts" else "no stated figure can be used"
    value = values[use]
    if value is not None and _is_impossible(item, value):
        shown = decimal_text(round_half_away(value, 1))
        return f"its figure would be {shown}{'%' if item.form == 'percent' else ''}, which cannot be"
    return use


def _is_nothing_of_nothing(item: Observation) -> bool:
    return item.form not in _COUNTED and item.is_no_cases


def _differ(item: Observation, derived: Fraction | None) -> bool:
    if derived is None or item.stated is None:
        return True
    places = item.stated_decimals
    return round_half_away(derived, places) != round_half_away(item.stated, places)


def _is_impossible(item: Observation, value: Fraction) -> bool:
    return (item.form == "percent" and value > 100) or (item.form != "number" and value < 0)


def _print(item: Observation, chosen: Use) -> Observation:
    """The observation with the chosen figure only."""
    released = replace(item, state="sound", why="", chosen=chosen)
    if chosen == "counts":
        return released
    if item.form in _COUNTED:
        return replace(released, numerator=item.stated, denominator=None)
    return replace(released, numerator=None, denominator=None)


# --- Findings -------------------------------------------------------------------------------------------


def settle_findings(
    findings: Sequence[Finding],
    observations: Sequence[Observation],
    places: OverridePlaces,
    refusals: Refusals,
    readings: Sequence[Reading],
    *,
    is_alone: bool = True,
) -> Settled:
    """Mark the findings of one workbook that are accepted, and say which overrides are not applied.

    An error counts as accepted once every figure that it holds is released. Unless the workbook `is_alone` of its
    date (owners send rows of a tracker beside the whole one), what fits nothing in it waits.
    """
    cells = {(r.sheet, r.cell): r for r in readings}
    told = {finding_key(f): f for f in reversed(findings)}
    refused = {id(p): why for p, why in refusals}
    done: list[AppliedOverride] = []
    waiting: list[WaitingOverride] = []
    problems = list(places.problems)
    for place in places.placed:
        held = [o for o in observations if place.key in o.held_by]
        why = refused.get(id(place)) or _why_not(place, held)
        finding = told.get(place.key)
        if finding is None:
            item = WaitingOverride(place.override, place.reading)
            _set_aside(item, waiting, problems, waits=not is_alone)
        elif why:
            problems.append(_unmatched(place.override, why))
        else:
            own = tuple(o for o in held if _override_of(o, place.key, [place]))
            done.append(AppliedOverride(place.override, finding, own, all(o.is_overridden for o in held)))
    for override in places.loose:
        _settle_loose(WaitingOverride(override), findings, cells, done, waiting, problems, waits=not is_alone)
    return Settled(_mark(findings, done), tuple(done), tuple(waiting), tuple(problems))


def accepts(item: WaitingOverride, key: FindingKey, own: Observation) -> bool:
    """Whether an override lets a figure stand that a finding between workbooks contradicts."""
    override, reading = item.override, item.reading
    if reading is None or key != (override.code, reading.sheet, reading.cell):
        return False
    return (override.measure, override.subgroup) == (own.measure, own.subgroup)


def settle_across(
    findings: Sequence[Finding],
    waiting: Sequence[WaitingOverride],
    contradicted: Sequence[Contradicted] = (),
    readings: Sequence[Reading] = (),
) -> Settled:
    """Mark the findings that are accepted among those that come of comparing workbooks.

    Overrides name them by action or row, or by the cell that the finding stands at. `contradicted` are the
    figures of the workbook that other workbooks contradict, as the overrides leave them; `readings` the cells
    whose text an override may expect.
    """
    read = {(r.sheet, r.cell): r for r in readings}
    done: list[AppliedOverride] = []
    left: list[WaitingOverride] = []
    problems: list[Finding] = []
    for item in waiting:
        if item.override.code in AGREEMENT:
            _settle_contradicted(item, findings, waiting, contradicted, done, left, problems)
        else:
            own = {(item.reading.sheet, item.reading.cell): item.reading} if item.reading else {}
            _settle_loose(item, findings, read | own, done, left, problems, waits=True)
    return Settled(_mark(findings, done), tuple(done), tuple(left), tuple(problems))


def _settle_contradicted(
    item: WaitingOverride,
    findings: Sequence[Finding],
    waiting: Sequence[WaitingOverride],
    contradicted: Sequence[Contradicted],
    done: list[AppliedOverride],
    left: list[WaitingOverride],
    problems: list[Finding],
) -> None:
    """Settle one override of a contradiction between workbooks: it stands at a cell, and may hold several figures."""
    reading = item.reading
    key = (item.override.code, reading.sheet, reading.cell) if reading else None
    finding = next((f for f in findings if finding_key(f) == key), None)
    if key is None or finding is None:
        left.append(item)
        return
    held = [c.observation for c in contradicted if c.key == key]
    own = [o for o in held if accepts(item, key, o)]
    if not own:
        problems.append(_unmatched(item.override, f"the finding holds no figure of {item.override.measure}"))
        return
    released = tuple(o for o in own if o.is_overridden)
    is_whole = all(any(accepts(w, key, o) for w in waiting) for o in held)
    done.append(AppliedOverride(item.override, finding, released, is_whole))


def explain_left(waiting: Iterable[WaitingOverride]) -> list[Finding]:
    """What to say of overrides whose finding was not told across workbooks either."""
    return [_stale(item.override, item.reading, _GONE) for item in waiting]


def to_accepted(override: Override) -> Accepted:
    """What an accepted finding says of its acceptance."""
    return Accepted(override.role, override.date.isoformat(), override.note, override.use or "")


def _why_not(place: PlacedOverride, held: Sequence[Observation]) -> str:
    """Why an override whose finding is there is not applied; "" where it is."""
    if held and not any(_override_of(o, place.key, [place]) for o in held):
        return f"the finding holds no figure of {place.override.measure}"
    if not held and place.override.use is not None:
        return "the finding holds no figure, so there is nothing to use"
    return ""


def _mark(findings: Sequence[Finding], done: Sequence[AppliedOverride]) -> tuple[Finding, ...]:
    """The findings, those accepted in full marked: by their cell, or by what they say where they have none."""
    accepted = {_identity(a.finding): to_accepted(a.override) for a in reversed(done) if a.is_whole}
    return tuple(replace(f, accepted=accepted.get(_identity(f), f.accepted)) for f in findings)


def _identity(finding: Finding) -> tuple[str, ...]:
    return finding_key(finding) if finding.cell else (finding.code, finding.message)


def _set_aside(
    item: WaitingOverride, waiting: list[WaitingOverride], problems: list[Finding], *, waits: bool
) -> None:
    """An override whose finding this workbook alone does not have; others may have it."""
    if waits or item.override.code in ACROSS_FILES:
        waiting.append(item)
    else:
        problems.append(_stale(item.override, item.reading, _GONE))


def _settle_loose(
    item: WaitingOverride,
    findings: Sequence[Finding],
    cells: Mapping[tuple[str, str], Reading],
    done: list[AppliedOverride],
    waiting: list[WaitingOverride],
    problems: list[Finding],
    *,
    waits: bool,
) -> None:
    """Settle one override that is matched by what the findings are about."""
    override = item.override
    meant = [f for f in findings if _is_meant(f, item, cells)]
    found = [f for f in meant if _is_expected(f, override, cells)]
    if not meant:
        _set_aside(item, waiting, problems, waits=waits)
    elif len(found) > 1:
        problems.append(_unmatched(override, f"it fits {len(found)} findings"))
    elif found:
        done.append(AppliedOverride(override, found[0]))
    else:
        place = cells.get((meant[0].sheet or "", meant[0].cell or ""))
        said = "" if place else f"the finding now says: {meant[0].message.rstrip('.')}"
        problems.append(_stale(override, place, said))


def _is_meant(finding: Finding, item: WaitingOverride, cells: Mapping[tuple[str, str], Reading]) -> bool:
    override = item.override
    if finding.code != override.code or override.table not in {None, finding.table}:
        return False
    if item.reading is not None:
        return (finding.sheet, finding.cell) == (item.reading.sheet, item.reading.cell)
    row = (finding.row_key or "").split("#")[0]
    if override.action is not None:
        reading = cells.get((finding.sheet or "", finding.cell or ""))
        return row == override.action and (
            override.field is None or reading is None or reading.field == override.field
        )
    named = override.row or override.service
    return named is None or row == named


def _is_expected(finding: Finding, override: Override, cells: Mapping[tuple[str, str], Reading]) -> bool:
    """Whether the cell says what is expected; where none was read, whether the finding's sentence does."""
    reading = cells.get((finding.sheet or "", finding.cell or ""))
    if reading is not None:
        return says(reading, override.expected)
    return bool(override.expected) and override.expected in finding.message
