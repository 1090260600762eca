"""Steps from a finding to a declared decision: what can be declared, as what, and what it would change."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.checking import JudgedFile
from flows.locks import editing
from flows.settings import UsageError
from flows.speaking import Decision, read_with
from flows.standing import judge_standing
from history.records import Receipt
from history.store import History
from programmes.declare import Draft, draft_entry, write_draft
from programmes.load import LoadedProgramme, load_programme
from schemas.config import Correction, Programme
from schemas.decisions import COMPARED, OVERRIDABLE_ERRORS, Override, explain_refusal
from schemas.facts import LABEL_FIELD, Observation, Period, Reading
from schemas.findings import Finding
from schemas.layout import Layout
from transforms.cell_names import CellName, find_cells, name_cell, name_plainly, why_nameless
from transforms.corrections import says
from transforms.deciding import Decided, decide_rows, judge_decided
from transforms.owner_rows import PLAN_CODES
from transforms.words import join_words


@dataclass(frozen=True, slots=True)
class Evidence:
    """A workbook of one return and date, from a file or from history: what was read and what was found in it alone.

    `stand` judges a received one beside all that is known, with decisions; the history it came from stays open.
    """

    name: str
    return_id: str
    kind: str
    period: Period
    covered: Period | None
    programme: Programme
    layout: Layout
    readings: tuple[Reading, ...]
    findings: tuple[Finding, ...]
    stand: Callable[[LoadedProgramme, Sequence[Decision]], Decided] | None = field(default=None, compare=False)

    def cell(self, sheet: str | None, cell: str | None) -> Reading | None:
        """The reading at an address."""
        return next((r for r in self.readings if (r.sheet, r.cell) == (sheet, cell)), None)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A decision that a finding calls for: its keys but for role, date and reason.

    `why_not` says why it cannot be declared; `is_declared` that it is already. `held` is the measure, and its
    subgroup, of the figures that an override would release, where the finding holds some.
    """

    finding: Finding
    sheet: str
    cell: str
    keys: dict[str, Any]
    why_not: str = ""
    is_declared: bool = False
    held: tuple[str, str | None] | None = None

    @property
    def measure(self) -> str:
        """The measure that it is about, as --measure names it: "visits", or with its subgroup "homes.aged_18"."""
        measure, group = self.held or (self.keys.get("measure"), self.keys.get("subgroup"))
        return ".".join(filter(None, (measure, group)))

    def is_about(self, measure: str) -> bool:
        """Whether --measure means it: by its measure, with or without the subgroup."""
        return measure in {self.measure, self.measure.partition(".")[0]}


@dataclass(frozen=True, slots=True)
class Effect:
    """What a decision would do: the figures that it releases, or why it would not be applied."""

    released: tuple[Observation, ...]
    problem: str = ""


def evidence_of_file(judged: JudgedFile, programme: Programme) -> Evidence:
    """A judged file that was not refused."""
    reading = judged.reading
    if judged.status == "refused" or not (reading.item and reading.layout and reading.period):
        raise UsageError(f"{judged.name} is refused: nothing in it can be corrected")
    return Evidence(
        judged.name,
        reading.item.id,
        reading.item.kind,
        reading.period,
        reading.covered,
        programme,
        reading.layout,
        tuple(r for table in reading.tables for r in table.readings),
        judged.findings,
    )


def evidence_of_receipt(history: History, loaded: LoadedProgramme, receipt: Receipt) -> Evidence:
    """A filed workbook, as it was read then and as it stands now."""
    programme = loaded.programme
    receipts = history.receipts(programme.id, None)
    readings = history.readings([receipt])[receipt.receipt_id]
    then, layout = read_with(history, programme, receipt, readings)
    if layout is None:
        raise UsageError(f"receipt {receipt.receipt_id} was read with a layout that is not known any more")
    return Evidence(
        f"{receipt.name} (receipt {receipt.receipt_id})",
        receipt.return_id,
        then.return_of(receipt.return_id).kind,
        receipt.period,
        receipt.covered,
        then,
        layout,
        tuple(readings),
        tuple(f for f in history.findings([receipt])[receipt.receipt_id] if f.code not in COMPARED | PLAN_CODES),
        lambda now, decisions: judge_standing(history, now, receipts, receipt, decisions),
    )


def find_receipt(history: History, programme: Programme, text: str) -> Receipt:
    """A receipt by its number ("12"), or by return and date ("weekly_report@2021-11-29")."""
    receipts = history.receipts(programme.id, None)
    if text.isdigit():
        found = [r for r in receipts if r.receipt_id == int(text)]
        what = f"receipt {text}"
    else:
        return_id, _, day = text.partition("@")
        found = [r for r in receipts if (r.return_id, r.period.end.isoformat()) == (return_id, day)]
        what = f"{return_id} as at {day}"
    if not found:
        own = [f"{r.receipt_id} ({r.return_id}@{r.period.end})" for r in receipts[-5:]] or ["none"]
        are = "are" if len(receipts) > 1 else "is"
        raise UsageError(f"no workbook in force is {what}; the last received {are} {join_words(own)}")
    return found[-1]


def is_receipt(text: str) -> bool:
    """Whether a text names a receipt rather than a file: a number, or a return and date."""
    return bool(re.fullmatch(r"\d+|[a-z][a-z0-9_]*@\d{4}-\d\d-\d\d", text)) and not Path(text).exists()


def judge_with(evidence: Evidence, loaded: LoadedProgramme, more: Correction | Override | None = None) -> Decided:
    """What the workbook gives with the decisions that are declared about it, and one more."""
    declared = [*loaded.corrections, *loaded.overrides, *([more] if more else [])]
    if evidence.stand is not None:
        return evidence.stand(loaded, declared)
    own = [d for d in declared if (d.return_id, d.period) == (evidence.return_id, evidence.period.end)]
    corrections = [d for d in own if isinstance(d, Correction)]
    overrides = [d for d in own if isinstance(d, Override)]
    if evidence.kind != "measures":
        return decide_rows(evidence.readings, evidence.findings, corrections, overrides, evidence.layout)
    return judge_decided(
        evidence.readings,
        evidence.findings,
        evidence.layout,
        evidence.programme,
        evidence.period,
        evidence.covered,
        corrections,
        overrides,
        cadence=evidence.programme.return_of(evidence.return_id).cadence,
    )


# --- Corrections ----------------------------------------------------------------------------------------


def propose_corrections(evidence: Evidence, loaded: LoadedProgramme) -> list[Proposal]:
    """A correction for every suggestion: those that are open first, then those that are declared already."""
    opened = [f for f in judge_with(evidence, loaded).findings if f.suggestion is not None and f.is_open]
    known = {(f.sheet, f.suggestion.cell, f.suggestion.to) for f in opened if f.suggestion}
    earlier = [
        f for f in evidence.findings if f.suggestion and (f.sheet, f.suggestion.cell, f.suggestion.to) not in known
    ]
    found: dict[tuple[object, ...], Proposal] = {}
    for finding in (*opened, *earlier):
        proposal = _correct(finding, evidence, loaded)
        found.setdefault((proposal.sheet, proposal.cell, str(proposal.keys)), proposal)
    return list(found.values())


def _correct(finding: Finding, evidence: Evidence, loaded: LoadedProgramme) -> Proposal:
    hint = finding.suggestion
    cell = hint.cell if hint else ""
    reading = evidence.cell(finding.sheet, cell)
    name = None
    if reading is not None:
        name = name_cell(reading, evidence.readings, evidence.layout, evidence.period.end)
    if hint is None or reading is None or name is None or name.measure is None:
        return Proposal(finding, finding.sheet or "", cell, {}, _why_nameless(reading, evidence))
    keys = {**_whose(evidence), **name.keys(), "expected": reading.raw_text, "right": hint.to}
    why, is_declared = "", False
    for declared in loaded.corrections:
        if (declared.return_id, declared.period) != (evidence.return_id, evidence.period.end):
            continue
        if reading not in find_cells(evidence.readings, CellName.of(declared), evidence.layout, declared.period):
            continue
        stand_in = Reading("", "", "", "", "", hint.to, "", reading.kind, hint.to.removesuffix("%"))
        is_declared = says(reading, declared.expected) and says(stand_in, declared.right)
        if not is_declared:
            why = (
                f"corrections.yaml corrects this cell already, from {declared.expected} to {declared.right}; "
                "change or take out that entry first"
            )
    return Proposal(finding, reading.sheet, reading.cell, keys, why, is_declared)


def _why_nameless(reading: Reading | None, evidence: Evidence) -> str:
    """Why no declaration can name a cell, and what to do instead."""
    table = evidence.layout.tables.get(reading.table) if reading is not None else None
    if reading is None or table is None:
        return "it is no cell of a table that was read; mend the workbook instead"
    columns = [r.field for r in evidence.readings if r.table == reading.table]
    return why_nameless(reading, columns, table) or (
        "no service, measure and field name this cell alone; mend the workbook instead"
    )


def _whose(evidence: Evidence) -> dict[str, Any]:
    return {"return": evidence.return_id, "period": evidence.period.end}


# --- Overrides ------------------------------------------------------------------------------------------


def propose_overrides(evidence: Evidence, loaded: LoadedProgramme, code: str, use: str | None) -> list[Proposal]:
    """An override for every finding of a code: one for each measure that an error holds."""
    why = explain_refusal(code)
    if why:
        raise UsageError(why)
    decided = judge_with(evidence, loaded)
    found: list[Proposal] = []
    for finding in decided.findings:
        if finding.code != code:
            continue
        held = [o for o in decided.observations if (code, finding.sheet, finding.cell) in o.held_by]
        held = [o for o in held if o.state == "held"]
        about: list[tuple[str, str | None] | None] = list(dict.fromkeys((o.measure, o.subgroup) for o in held))
        about = about or [None]
        for measure in about:
            keys = _accept(finding, evidence, measure)
            keys |= {"use": use} if use else {}
            reason = (
                ""
                if keys.get("expected") is not None
                else _why_nameless(evidence.cell(finding.sheet, finding.cell), evidence)
            )
            place = finding.sheet or "", finding.cell or ""
            proposal = Proposal(finding, *place, keys, reason, not finding.is_open, measure)
            if not any(_is_same(proposal, p) for p in found):
                found.append(proposal)
    return found


def _is_same(one: Proposal, other: Proposal) -> bool:
    return (one.sheet, one.cell, one.keys, one.held) == (other.sheet, other.cell, other.keys, other.held)


def _accept(finding: Finding, evidence: Evidence, measure: tuple[str, str | None] | None) -> dict[str, Any]:
    """The keys by which an override names a finding; without `expected` where nothing does."""
    keys = {**_whose(evidence), "code": finding.code}
    reading = evidence.cell(finding.sheet, finding.cell)
    if evidence.kind == "tracker" and finding.row_key:
        field = reading.field if reading is not None and reading.field != LABEL_FIELD else None
        keys |= {"action": finding.row_key.split("#")[0], **({"field": field} if field else {})}
        return keys | {"expected": reading.raw_text if reading is not None else _quoted(finding)}
    if reading is not None and reading.field != LABEL_FIELD:
        place = (reading, evidence.readings, evidence.layout, evidence.period.end)
        name = (None if measure else name_plainly(*place)) or name_cell(*place, measure)
        if name is not None and (name.measure or finding.code not in OVERRIDABLE_ERRORS):
            return keys | name.keys() | {"expected": reading.raw_text}
        return keys
    if finding.code in OVERRIDABLE_ERRORS:
        return keys
    keys |= {"table": finding.table} if finding.table else {}
    return keys | {"expected": reading.raw_text if reading is not None else _quoted(finding)}


def _quoted(finding: Finding) -> str:
    """The words that a finding's sentence quotes first; the sentence, where it quotes none."""
    found = re.search(r"'([^']+)'", finding.message)
    return found[1] if found else finding.message.rstrip(".")


# --- One decision ---------------------------------------------------------------------------------------


def complete_correction(proposal: Proposal, role: str, date: dt.date, reason: str) -> dict[str, Any]:
    """The entry of corrections.yaml."""
    return {"role": role, "date": date, **proposal.keys, "reason": reason}


def complete_override(proposal: Proposal, role: str, date: dt.date, note: str) -> dict[str, Any]:
    """The entry of overrides.yaml."""
    return {"role": role, "date": date, **proposal.keys, "note": note}


def to_decision(entry: dict[str, Any]) -> Correction | Override:
    """The declaration of an entry. UsageError says what is missing in it."""
    model = Override if "code" in entry else Correction
    try:
        return model.model_validate(entry)
    except ValidationError as error:
        first = error.errors()[0]
        message = str(first["msg"]).removeprefix("Value error, ")
        raise UsageError(message.replace("say with `use`", "say with --use")) from None


def effect_of(evidence: Evidence, loaded: LoadedProgramme, decision: Correction | Override) -> Effect:
    """What a decision would change, as the workbook stands."""
    before = judge_with(evidence, loaded)
    after = judge_with(evidence, loaded, decision)
    told = [f.message for f in before.findings]
    is_applied = any(a.correction == decision for a in after.corrected) or any(
        a.override == decision for a in after.overridden
    )
    if not is_applied:
        fresh = [
            f for f in after.findings if f.message not in told and f.code.startswith(("correction_", "override_"))
        ]
        return Effect((), fresh[0].message if fresh else "the decision would not be applied")
    held = {_about(o) for o in before.observations if o.state in {"held", "stated_only"}}
    fresh_figures = [o for o in after.observations if o.state == "sound" and _about(o) in held]
    return Effect(tuple(o for o in fresh_figures if _is_derived(o, after.observations)))


def write_decision(folder: Path, draft: Draft, entry: dict[str, Any], evidence: Evidence, chosen: Proposal) -> bool:
    """Put a drafted decision into the YAML, alone with it. False where the same was declared meanwhile.

    What others declared since the programme was looked at stays, and the entry is added to it. UsageError where
    it no longer fits, DeclarationError or ConfigurationError where the YAML cannot take it.
    """
    with editing(folder):
        # looked at again in any case: the draft may have been made over what another declared just before
        again = _propose_again(evidence, load_programme(folder), entry, chosen)
        if again is None or again.is_declared:
            return False
        if again.why_not:
            raise UsageError(f"{chosen.sheet}!{chosen.cell}: {again.why_not}")
        write_draft(folder, draft_entry(folder, draft.kind, entry))
    return True


def _propose_again(
    evidence: Evidence, loaded: LoadedProgramme, entry: dict[str, Any], chosen: Proposal
) -> Proposal | None:
    """The same proposal by what is declared now; None where nothing calls for it any more."""
    if "code" in entry:
        found = propose_overrides(evidence, loaded, entry["code"], entry.get("use"))
    else:
        found = propose_corrections(evidence, loaded)
    return next((p for p in found if _is_same(p, chosen)), None)


def _is_derived(item: Observation, observations: Sequence[Observation]) -> bool:
    """Whether a released figure is printed as such: a company figure only if its services give their counts."""
    if item.service is not None or (item.is_overridden and item.chosen != "own"):
        return True
    given = [o for o in observations if o.service is not None and o.state != "inapplicable"]
    parts = [o for o in given if _about(replace(o, service=None)) == _about(item)]
    return all(p.state == "sound" and p.numerator is not None for p in parts)


def _about(item: Observation) -> tuple[object, ...]:
    return item.measure, item.service, item.subgroup, item.period, item.basis
