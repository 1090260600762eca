"""The command `correct`: from a finding to a declared decision, shown before it is written."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import typer

from flows.checking import judge_file
from flows.cli.forms import finding_form
from flows.cli.intake import describe_file, print_json, say
from flows.declaring import (
    Effect,
    Evidence,
    Proposal,
    complete_correction,
    complete_override,
    effect_of,
    evidence_of_file,
    evidence_of_receipt,
    find_receipt,
    is_receipt,
    judge_with,
    propose_corrections,
    propose_overrides,
    to_decision,
    write_decision,
)
from flows.failures import HELD, OK
from flows.settings import (
    Home,
    UsageError,
    as_date,
    find_home,
    find_programme_folder,
    find_writable_folder,
    open_history,
    today,
)
from programmes.declare import DeclarationError, Draft, draft_entry, entry_lines
from programmes.load import LoadedProgramme, load_programme
from schemas.decisions import ACROSS_FILES, explain_refusal
from schemas.figures import round_half_away
from schemas.findings import Finding
from transforms.row_forms import plain
from transforms.words import join_words, say_number


@dataclass(frozen=True, slots=True)
class Wish:
    """What the user asked for on the command line."""

    programme: str
    home: Home
    cell: str | None
    sheet: str | None
    measure: str | None
    role: str | None
    reason: str | None
    date: dt.date
    accept: str | None
    use: str | None
    is_yes: bool
    is_json: bool

    @property
    def kind(self) -> str:
        """What is declared, for a sentence."""
        return "override" if self.accept else "correction"


def declare_decision(
    target: str,
    programme: str,
    home_option: Path | None,
    *,
    cell: str | None,
    sheet: str | None,
    measure: str | None,
    role: str | None,
    reason: str | None,
    date: str | None,
    accept: str | None,
    use: str | None,
    yes: bool,
    as_json: bool,
) -> int:
    """Propose a decision for a finding, show it, ask, and write it."""
    if sheet is None and cell is not None and "!" in cell:
        sheet, _, cell = cell.rpartition("!")
    day = as_date(date) if date is not None else today()
    if use is not None and (accept is None or use not in {"counts", "stated"}):
        raise UsageError("--use is counts or stated, and goes with --accept")
    wish = Wish(programme, find_home(home_option), cell, sheet, measure, role, reason, day, accept, use, yes, as_json)
    loaded = load_programme(find_programme_folder(programme, wish.home))
    with ExitStack() as opened:
        evidence = _read(target, loaded, wish, opened)
        if evidence is None:
            return HELD
        if accept is not None:
            proposals = propose_overrides(evidence, loaded, accept, use)
        else:
            proposals = propose_corrections(evidence, loaded)
        return _decide(evidence, loaded, proposals, wish)


def _read(target: str, loaded: LoadedProgramme, wish: Wish, opened: ExitStack) -> Evidence | None:
    """The workbook meant: a file, or a receipt, whose history stays `opened`. A refused file is told, and None."""
    if is_receipt(target):
        if not wish.home.has_history:
            raise UsageError(f"nothing has been received in {wish.home.folder}; name a file instead of {target}")
        history = open_history(wish.home)
        opened.callback(history.close)
        return evidence_of_receipt(history, loaded, find_receipt(history, loaded.programme, target))
    judged = judge_file(Path(target), loaded.programme)
    if judged.status != "refused":
        return evidence_of_file(judged, loaded.programme)
    if wish.is_json:
        form = {"file": target, "status": "refused", "findings": [finding_form(f) for f in judged.findings]}
        print_json({**form, "suggestions": [], "entry": None, "yaml": None, "path": None, "written": False})
    else:
        print(describe_file(judged))
    return None


def _decide(evidence: Evidence, loaded: LoadedProgramme, proposals: Sequence[Proposal], wish: Wish) -> int:
    fitting = [p for p in proposals if _fits(p, wish)]
    opened = [p for p in fitting if not p.is_declared]
    if not fitting and proposals and (wish.cell or wish.sheet or wish.measure):
        there = [f"{_place(p)} of {p.measure}" if wish.measure and p.measure else _place(p) for p in proposals]
        known = join_words(list(dict.fromkeys(there)), "or")
        raise UsageError(f"no {_what(wish)} {_asked(wish)}; there is one at {known}")
    listed = fitting if wish.cell else opened
    if not wish.is_json:
        print(_describe(evidence, listed, wish))
    if not opened:
        return _nothing_open(evidence, loaded, fitting, wish)
    chosen = opened[0] if len(opened) == 1 else _ask_which(opened, evidence, wish)
    if chosen.why_not:
        raise UsageError(f"{_place(chosen)}: {chosen.why_not}")
    return _declare(chosen, evidence, loaded, listed, wish)


def _fits(proposal: Proposal, wish: Wish) -> bool:
    is_cell = wish.cell is None or proposal.cell.casefold() == wish.cell.replace("$", "").casefold()
    is_sheet = wish.sheet is None or proposal.sheet.casefold() == wish.sheet.strip("'").casefold()
    return is_cell and is_sheet and (wish.measure is None or proposal.is_about(wish.measure))


def _place(proposal: Proposal) -> str:
    place = f"{proposal.sheet}!{proposal.cell}" if proposal.cell else proposal.finding.row_key or proposal.sheet
    return place or proposal.finding.code


def _what(wish: Wish) -> str:
    return f"finding {wish.accept}" if wish.accept else "suggestion"


def _asked(wish: Wish) -> str:
    place = "!".join(filter(None, [wish.sheet, wish.cell]))
    return " ".join([*([f"at {place}"] if place else []), *([f"of {wish.measure}"] if wish.measure else [])])


def _nothing_open(evidence: Evidence, loaded: LoadedProgramme, fitting: Sequence[Proposal], wish: Wish) -> int:
    """Nothing is left to declare: say why; 1 while an error still stands."""
    opened = [f for f in judge_with(evidence, loaded).findings if f.is_open]
    if fitting:
        places = join_words([_place(p) for p in fitting])
        say(f"boardpack: what can be declared is declared already ({places}); nothing to write")
    elif wish.accept:
        elsewhere = _where_else(evidence, wish.accept)
        say(f"boardpack: there is no finding {wish.accept} in it{elsewhere}; nothing to write")
    else:
        say(f"boardpack: no finding carries a suggestion; nothing to write{_say_by_hand(evidence, opened)}")
    if wish.is_json:
        print_json(_form(evidence, fitting, None, None, None, wish))
    stands = any(f.severity == "error" for f in opened)
    return OK if fitting or not stands else HELD


def _say_by_hand(evidence: Evidence, opened: Sequence[Finding]) -> str:
    """What can be done about findings that suggest nothing."""
    standing = [f for f in opened if f.severity != "note"]
    codes = list(dict.fromkeys(f.code for f in standing if not explain_refusal(f.code)))
    can = []
    if standing and evidence.kind == "measures":
        can.append("write the correction by hand (docs/how-to/correct-a-figure.md)")
    if codes:
        can.append(f"accept the finding with --accept {join_words(codes, 'or')}")
    return f"; {', or '.join(can)}" if can else ""


def _where_else(evidence: Evidence, code: str) -> str:
    """Where to look for a finding that a file alone never has."""
    if evidence.stand is not None or code not in ACROSS_FILES:
        return ""
    target = f"{evidence.return_id}@{evidence.period.end.isoformat()}"
    return f" alone. It comes of comparing workbooks: take the file in, then name what was received, as {target}"


def _ask_which(opened: Sequence[Proposal], evidence: Evidence, wish: Wish) -> Proposal:
    can_ask = sys.stdin.isatty() and not wish.is_yes and not wish.is_json
    if not can_ask:
        if wish.is_json:
            print_json(_form(evidence, opened, None, None, None, wish))
        raise UsageError(f"there are {len(opened)} of them; {_say_choice(opened)}")
    while True:
        number = int(typer.prompt(f"Which one? [1-{len(opened)}]", type=int, prompt_suffix=" "))
        if 1 <= number <= len(opened):
            return opened[number - 1]


def _say_choice(opened: Sequence[Proposal]) -> str:
    """By which option one of several is named, and what there is to name; what none of them can be."""
    if all(p.why_not for p in opened):
        return f"none can be declared: {join_words([f'{_place(p)}: {p.why_not}' for p in opened])}"
    places = list(dict.fromkeys(_place(p) for p in opened))
    if len(places) > 1:
        return f"name one with --cell: {join_words(places, 'or')}"
    return f"name one with --measure: {join_words([p.measure for p in opened], 'or')}"


def _declare(
    chosen: Proposal, evidence: Evidence, loaded: LoadedProgramme, listed: Sequence[Proposal], wish: Wish
) -> int:
    """Show the entry and what it would do; write it when that is wanted."""
    is_asking = sys.stdin.isatty() and not wish.is_yes
    role, reason = _who_and_why(wish, is_asking)
    complete = complete_override if wish.accept else complete_correction
    entry = complete(chosen, role or "ROLE", wish.date, reason or "REASON")
    decision = to_decision(entry)
    effect = effect_of(evidence, loaded, decision)
    if effect.problem:
        raise UsageError(effect.problem.replace("say with `use`", "say with --use"))
    draft = _draft(entry, loaded, wish)
    if not wish.is_json:
        print(f"\nThis {wish.kind} would be added to {draft.path}:\n\n{draft.lines.strip(chr(10))}\n")
        print(_say_effect(effect, evidence))
    is_complete = bool(role and reason)
    written, why = _write(draft, entry, evidence, chosen, wish, is_asking=is_asking, is_complete=is_complete)
    if wish.is_json:
        print_json(_form(evidence, listed, chosen, entry, draft, wish, written=written))
    if why:
        raise UsageError(why)
    return OK


def _who_and_why(wish: Wish, is_asking: bool) -> tuple[str | None, str | None]:
    """Role and reason: given, else asked for where somebody can answer."""
    if not is_asking:
        return _filled(wish.role), _filled(wish.reason)
    role = _filled(wish.role) or _filled(typer.prompt("Role that decides (never a name)", err=wish.is_json))
    reason = _filled(wish.reason) or _filled(typer.prompt("Why", err=wish.is_json))
    return role, reason


def _filled(text: str | None) -> str | None:
    return " ".join(text.split()) or None if text else None


def _draft(entry: dict[str, Any], loaded: LoadedProgramme, wish: Wish) -> Draft:
    try:
        return draft_entry(loaded.folder, "overrides" if wish.accept else "corrections", entry)
    except DeclarationError as error:
        raise UsageError(str(error)) from None


def _write(
    draft: Draft,
    entry: dict[str, Any],
    evidence: Evidence,
    chosen: Proposal,
    wish: Wish,
    *,
    is_asking: bool,
    is_complete: bool,
) -> tuple[bool, str]:
    """Write the draft if it is wanted: whether it was, and why it could not be."""
    try:
        folder = find_writable_folder(wish.programme, wish.home)
    except UsageError as error:
        return False, str(error)
    if not is_asking and not wish.is_yes:
        return (
            False,
            "nothing was written: there is no terminal to ask at; add --yes, --role and --reason to write it",
        )
    if not is_complete:
        return False, "nothing was written: --yes needs --role and --reason"
    if is_asking and not typer.confirm("Write it?", default=False, err=wish.is_json):
        say("boardpack: nothing was written")
        return False, ""
    try:
        if not write_decision(folder, draft, entry, evidence, chosen):
            say(f"boardpack: {_place(chosen)} was declared meanwhile; nothing to write")
            return False, ""
    except (DeclarationError, UsageError) as error:
        return False, str(error)
    say(f"written: {draft.path}")
    return True, ""


# --- What is printed ------------------------------------------------------------------------------------


def _describe(evidence: Evidence, listed: Sequence[Proposal], wish: Wish) -> str:
    title = evidence.programme.return_of(evidence.return_id).title
    lines = [f"{evidence.name}: {title}, as at {evidence.period.end.isoformat()}"]
    for number, proposal in enumerate(listed, 1):
        lines.append(f"  {number}  {_place(proposal)}: {proposal.finding.message}")
        if wish.accept is None and proposal.finding.suggestion:
            hint = proposal.finding.suggestion
            lines.append(f"     suggested: {hint.from_} to {hint.to}")
        elif proposal.measure:
            lines.append(f"     measure: {proposal.measure}")
        if proposal.why_not:
            lines.append(f"     cannot be declared: {proposal.why_not}")
    return "\n".join(lines)


def _say_effect(effect: Effect, evidence: Evidence) -> str:
    """What is released, for a person who is about to say yes."""
    if not effect.released:
        return "It releases no figure." if evidence.kind == "measures" else "No figure changes."
    lines = ["It releases:"]
    for item in effect.released:
        who = evidence.programme.service_label(item.service)
        lines.append(f"  {who}, {item.measure.replace('_', ' ')}: {_figure(item)}")
    return "\n".join(lines)


def _figure(item: Any) -> str:
    if item.is_no_cases or item.exact is None:
        return "no cases"
    sign = "%" if item.form == "percent" else ""
    shown = f"{say_number(round_half_away(item.exact, max(item.stated_decimals, 1)))}{sign}"
    if item.numerator is None or item.denominator is None:
        return f"{shown}, as stated"
    return f"{say_number(item.numerator)} of {say_number(item.denominator)}, {shown}"


def _form(
    evidence: Evidence,
    listed: Sequence[Proposal],
    chosen: Proposal | None,
    entry: dict[str, Any] | None,
    draft: Draft | None,
    wish: Wish,
    *,
    written: bool = False,
) -> dict[str, Any]:
    """What `correct --json` prints."""
    return {
        "file": evidence.name,
        "return": evidence.return_id,
        "period_end": evidence.period.end.isoformat(),
        "kind": wish.kind,
        "suggestions": [_proposal_form(n, p) for n, p in enumerate(listed, 1)],
        "chosen": next((n for n, p in enumerate(listed, 1) if p is chosen), None),
        "entry": {k: plain(v) for k, v in entry.items()} if entry else None,
        "yaml": entry_lines(entry) if entry else None,
        "path": str(draft.path) if draft else None,
        "written": written,
    }


def _proposal_form(number: int, proposal: Proposal) -> dict[str, Any]:
    return {
        "number": number,
        **finding_form(proposal.finding),
        "entry": {k: plain(v) for k, v in proposal.keys.items()} or None,
        "is_declared": proposal.is_declared,
        "why_not": proposal.why_not or None,
    }
