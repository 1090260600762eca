"""Data quality: what was received, what is missing, held, corrected and doubtful."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from schemas.days import day_of
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile, RefusedFile
from schemas.pack_quality import (
    CalendarLine,
    CorrectionLine,
    FindingLine,
    MissingLine,
    OverrideLine,
    Quality,
    ReceivedLine,
)
from transforms.packs.blocks import list_blocks
from transforms.packs.calendar import make_calendar_lines
from transforms.packs.commentary import is_commented
from transforms.packs.finding_lines import SEVERITY, dated_title, list_findings, title_of
from transforms.packs.inputs import PackInput, period_text
from transforms.packs.selection import select_own
from transforms.words import USED_WORDS, join_words, plural, say_accepted, say_short_date


def make_quality(pack: PackInput) -> Quality:
    """The data quality pages. Only workbooks as at the pack's date or before are listed."""
    chosen = select_own(pack)
    received = [r for r in chosen.received if r.in_view]
    used = _current(received, pack)
    missing = _missing(pack)
    corrections = [(r, a) for r in received for a in r.applied]
    overrides = [_override_line(a, pack, r) for r in received for a in r.overridden]
    overrides += [_override_line(a, pack) for a in chosen.across]
    found = list_findings(received, chosen.findings, pack)
    calendar = make_calendar_lines(replace(pack, calendars=chosen.calendars))
    return Quality(
        _sentence(pack, chosen.received, missing, calendar, corrections, overrides, found.errors),
        tuple(_received_line(r, pack) for r in used),
        tuple(missing),
        tuple(line for r in chosen.refused for line in _refused_lines(r)),
        tuple(_correction_line(r, a, pack) for r, a in corrections),
        tuple(overrides),
        found.lines,
        tuple((u.label, ", ".join(u.plan_refs), u.why) for u in chosen.unmeasured),
        _earlier(len(chosen.received) - len(received)),
        tuple(calendar),
        others=_say_others(chosen.others),
        unwritten=tuple(_unwritten(pack)),
        left_out=_say_left_out(found.left_out),
    )


def _earlier(count: int) -> str:
    """How many workbooks are not listed, since they came long ago."""
    return f"and {plural(count, 'earlier workbook')}." if count else ""


def _say_left_out(count: int) -> str:
    """How many notes are left out, since they are on workbooks of before."""
    if count == 1:
        return "1 note on an earlier workbook, on which no figure of the scorecard rests, is left out."
    if count:
        return f"{count} notes on earlier workbooks, on which no figure of the scorecard rests, are left out."
    return ""


def _say_others(count: int) -> str:
    """How many workbooks are none of this board's matters."""
    return (
        f"{plural(count, 'other workbook was', 'other workbooks were')} received, for other boards." if count else ""
    )


def _refused_lines(item: RefusedFile) -> list[FindingLine]:
    """Why a file was refused. Of one with personal data a pack tells only that, not the places."""
    if any(f.code == "personal_data" for f in item.findings):
        why = "It held personal data. It was put in quarantine, and nothing was read from it."
        return [FindingLine("Refused", item.name, why, "Send totals only.")]
    return [FindingLine("Refused", item.name, f.message, f.action) for f in item.findings]


def _current(received: Sequence[ReceivedFile], pack: PackInput) -> list[ReceivedFile]:
    order = {item.id: i for i, item in enumerate(pack.programme.returns)}
    return sorted(received, key=lambda r: (order.get(r.return_id, 99), r.period.end))


def _received_line(item: ReceivedFile, pack: PackInput) -> ReceivedLine:
    standing = [f for f in item.findings if f.is_open]
    counts = [(sum(f.severity == s for f in standing), s) for s in ("error", "doubt", "note")]
    words = join_words([plural(n, severity) for n, severity in counts if n])
    decided = [plural(len(item.applied), "correction")] if item.applied else []
    decided += [plural(len(item.overridden), "override")] if item.overridden else []
    words = "; ".join(filter(None, [words, join_words(decided)]))
    return ReceivedLine(
        title_of(item, pack),
        period_text(item.period),
        item.name,
        say_short_date(day_of(item.received_at)),
        words or ("sound" if _is_declared(item, pack) else "not used"),
    )


def _is_declared(item: ReceivedFile, pack: PackInput) -> bool:
    return any(declared.id == item.return_id for declared in pack.programme.returns)


def _missing(pack: PackInput) -> list[MissingLine]:
    """Returns that indicators wait for: never received, or without a figure recent enough."""
    lines = []
    for item in pack.programme.returns:
        own = [r for r in pack.own_rows if r.impact == "no_data" and pack.indicator(r.indicator).return_id == item.id]
        periods = [r.period.end for r in pack.received if r.return_id == item.id and r.period.end <= pack.as_at]
        if item.kind == "tracker":
            whole = [
                r for r in pack.received if r.return_id == item.id and not r.scope and r.period.end <= pack.as_at
            ]
            if not whole:
                lines.append(MissingLine(item.title, "never received", "every action"))
            continue
        if not own:
            continue
        labels = list(dict.fromkeys(r.label for r in own))
        state = "never received"
        if periods:
            state = f"last as at {say_short_date(max(periods))}; these figures are absent from it or too old"
        lines.append(MissingLine(item.title, state, "; ".join(labels)))
    return lines


def _unwritten(pack: PackInput) -> list[MissingLine]:
    """The indicators that call for detail and on which no owner wrote since the previous reporting date."""
    silent = "; ".join(label for indicator, label in list_blocks(pack) if not is_commented(indicator, pack))
    lines = []
    for item in pack.programme.returns:
        if item.kind == "commentary" and silent:
            ends = [r.period.end for r in pack.received if r.return_id == item.id and r.period.end <= pack.as_at]
            state = f"last as at {say_short_date(max(ends))}; nothing new on these" if ends else "never received"
            lines.append(MissingLine(item.title, state, silent))
    return lines


def _correction_line(item: ReceivedFile, applied: AppliedCorrection, pack: PackInput) -> CorrectionLine:
    declared = applied.correction
    who = pack.programme.service_label(declared.service)
    name = _name(declared.field, declared.subgroup, pack)
    return CorrectionLine(
        f"{dated_title(item, pack)}, {who}: {name}",
        f"{applied.reading.sheet}!{applied.reading.cell}",
        applied.reading.raw_text or "nothing",
        applied.right.raw_text,
        declared.reason,
        declared.role,
        say_short_date(declared.date),
    )


def _override_line(applied: AppliedOverride, pack: PackInput, item: ReceivedFile | None = None) -> OverrideLine:
    declared, finding = applied.override, applied.finding
    about = [f"action {declared.action}"] if declared.action else []
    if not about and declared.measure is not None:
        name = _name(declared.field or declared.measure, declared.subgroup, pack)
        about = [f"{pack.programme.service_label(declared.service)}: {name}"]
    used = [USED_WORDS[o.chosen] for o in applied.released if o.chosen]
    return OverrideLine(
        ", ".join([dated_title(item, pack) if item else "Plan", *about]),
        f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else "",
        SEVERITY[finding.severity],
        say_accepted(finding.message),
        declared.expected or "nothing",
        join_words(list(dict.fromkeys(used))) or "unchanged",
        declared.note,
        declared.role,
        say_short_date(declared.date),
    )


def _name(field: str, subgroup: str | None, pack: PackInput) -> str:
    words = field.replace("_", " ")
    return f"{words}, {pack.programme.subgroup_label(subgroup)}" if subgroup else words


def _sentence(
    pack: PackInput,
    received: Sequence[ReceivedFile],
    missing: Sequence[MissingLine],
    calendar: Sequence[CalendarLine],
    corrections: Sequence[object],
    overrides: Sequence[object],
    errors: int,
) -> str:
    held = sum(r.state == "held" for r in pack.own_rows)
    parts = [f"{plural(len(received), 'workbook')} received"]
    if missing or not calendar:
        parts.append(f"{plural(len(missing), 'return')} with figures missing" if missing else "no return missing")
    if calendar:
        parts.append(f"{plural(len(calendar), 'return')} late or still to come")
    parts.append(f"{plural(held, 'figure')} held" if held else "no figure held")
    if errors:
        parts.append(f"{plural(errors, 'error')} to be mended")
    parts.append(plural(len(corrections), "correction") + " declared" if corrections else "nothing corrected")
    if overrides:
        parts.append(plural(len(overrides), "finding") + " accepted")
    return f"{join_words(parts)}."
