"""Data quality: what was received, what is missing, held, corrected and doubtful."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from schemas.config import Programme, Return
from schemas.days import day_of
from schemas.evidence import AppliedCorrection, AppliedOverride, ReceivedFile, RefusedFile
from schemas.findings import Finding
from schemas.pack_quality import (
    CalendarLine,
    CorrectionLine,
    FindingLine,
    MissingLine,
    OverrideLine,
    Quality,
    ReceivedLine,
)
from transforms.indicators import stale_after
from transforms.packs.blocks import list_blocks
from transforms.packs.calendar import make_calendar_lines
from transforms.packs.commentary import is_commented
from transforms.packs.inputs import PackInput, period_text
from transforms.words import USED_WORDS, join_words, plural, say_accepted, say_short_date

_SEVERITY = {"error": "Held", "doubt": "Doubt", "note": "Note"}
_SINGLE_CELLS = {"undated"}


def make_quality(pack: PackInput) -> Quality:
    """The data quality pages. Only workbooks as at the pack's date or before are listed."""
    all_received = [r for r in pack.received if r.period.end <= pack.as_at]
    received = [r for r in all_received if r.in_view]
    used = _current(received, pack)
    missing = _missing(pack)
    corrections = [(r, a) for r in received for a in r.applied]
    overrides = [_override_line(a, pack, r) for r in received for a in r.overridden]
    overrides += [_override_line(a, pack) for a in pack.across]
    findings = _finding_lines(received, pack)
    calendar = make_calendar_lines(pack)
    return Quality(
        _sentence(all_received, missing, calendar, corrections, overrides, findings),
        tuple(_received_line(r, pack) for r in used),
        tuple(missing),
        tuple(line for r in pack.refused for line in _refused_lines(r)),
        tuple(_correction_line(r, a, pack) for r, a in corrections),
        tuple(overrides),
        tuple(findings),
        tuple((u.label, ", ".join(u.plan_refs), u.why) for u in pack.programme.unmeasured),
        _earlier(len(all_received) - len(received)),
        tuple(calendar),
    )


def _earlier(count: int) -> str:
    """How many workbooks are not listed, since they came long ago."""
    return f"and {plural(count, 'earlier workbook')}." if count else ""


def _refused_lines(item: RefusedFile) -> list[FindingLine]:
    """Why a file was refused. Of one with personal data a pack tells only that, not the places."""
    if any(f.code == "personal_data" for f in item.findings):
        why = "It held personal data. It was put in quarantine, and nothing was read from it."
        return [FindingLine("Refused", item.name, why, "Send totals only.")]
    return [FindingLine("Refused", item.name, f.message, f.action) for f in item.findings]


def _current(received: Sequence[ReceivedFile], pack: PackInput) -> list[ReceivedFile]:
    order = {item.id: i for i, item in enumerate(pack.programme.returns)}
    return sorted(received, key=lambda r: (order.get(r.return_id, 99), r.period.end))


def _title(item: ReceivedFile, pack: PackInput) -> str:
    title = pack.programme.return_title(item.return_id)
    return f"{title}, rows of {item.scope}" if item.scope else title


def _received_line(item: ReceivedFile, pack: PackInput) -> ReceivedLine:
    standing = [f for f in item.findings if f.is_open]
    counts = [(sum(f.severity == s for f in standing), s) for s in ("error", "doubt", "note")]
    words = join_words([plural(n, _SEVERITY[s].lower(), f"{_SEVERITY[s].lower()}s") for n, s in counts if n])
    decided = [plural(len(item.applied), "correction")] if item.applied else []
    decided += [plural(len(item.overridden), "override")] if item.overridden else []
    words = "; ".join(filter(None, [words, join_words(decided)]))
    return ReceivedLine(
        _title(item, pack),
        period_text(item.period),
        item.name,
        day_of(item.received_at).isoformat(),
        words.replace("helds", "held") or ("sound" if _is_declared(item, pack) else "not used"),
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
        if item.kind == "commentary":
            lines += _missing_commentary(item, max(periods, default=None), pack)
            continue
        if not own:
            continue
        labels = list(dict.fromkeys(r.label for r in own))
        state = "never received"
        if periods:
            state = f"last as at {say_short_date(max(periods))}; these figures are absent from it or too old"
        lines.append(MissingLine(item.title, state, "; ".join(labels)))
    return lines


def _missing_commentary(item: Return, last: dt.date | None, pack: PackInput) -> list[MissingLine]:
    """The indicators that call for detail and on which no owner wrote since the previous reporting date."""
    silent = [label for indicator, label in list_blocks(pack) if not is_commented(indicator, pack)]
    if not silent:
        return []
    state = f"last as at {say_short_date(last)}; says nothing new of these" if last else "never received"
    return [MissingLine(item.title, state, "; ".join(silent))]


def _correction_line(item: ReceivedFile, applied: AppliedCorrection, pack: PackInput) -> CorrectionLine:
    declared = applied.correction
    who = pack.programme.service_label(declared.service)
    name = _name(declared.field, declared.subgroup, pack)
    return CorrectionLine(
        f"{_dated_title(item, pack)}, {who}: {name}",
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
        ", ".join([_dated_title(item, pack) if item else "Plan", *about]),
        f"{finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else "",
        _SEVERITY[finding.severity],
        say_accepted(finding.message),
        declared.expected or "nothing",
        join_words(list(dict.fromkeys(used))) or "unchanged",
        declared.note,
        declared.role,
        say_short_date(declared.date),
    )


def _dated_title(item: ReceivedFile, pack: PackInput) -> str:
    return f"{_title(item, pack)}, {period_text(item.period)}"


def _name(field: str, subgroup: str | None, pack: PackInput) -> str:
    words = field.replace("_", " ")
    return f"{words}, {pack.programme.subgroup_label(subgroup)}" if subgroup else words


def list_judged(received: Sequence[ReceivedFile], programme: Programme) -> list[ReceivedFile]:
    """The workbooks whose findings the page lists: of trackers the latest whole one, and what came after it."""
    trackers = {item.id for item in programme.returns if item.kind == "tracker"}
    latest = max((r.period.end for r in received if r.return_id in trackers and not r.scope), default=None)
    return [r for r in received if latest is None or r.return_id not in trackers or r.period.end >= latest]


def _finding_lines(received: Sequence[ReceivedFile], pack: PackInput) -> list[FindingLine]:
    """Findings that stand, errors first; the many alike of a tracker are told in one line."""
    lines: list[tuple[int, FindingLine]] = []
    for item in list_judged(received, pack.programme):
        title = _dated_title(item, pack)
        standing = [f for f in item.findings if f.is_open]
        singles = [f for f in standing if f.code in _SINGLE_CELLS]
        lines += [_line(f, title) for f in standing if f.code not in _SINGLE_CELLS]
        if singles:
            keys = [f.row_key or "" for f in singles]
            text = (
                f"{plural(len(keys), 'action')} with neither a due date nor a next review date: {join_words(keys)}."
            )
            line = FindingLine(_SEVERITY["doubt"], title, text, singles[0].action)
            lines.append((1, line))
    loose = [*pack.findings, *(f for f in pack.plan.findings if f.is_open)]
    decisions = ("correction", "override", "decision")
    lines += [_line(f, "Declared decisions" if f.code.startswith(decisions) else "Plan") for f in loose]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


def _line(finding: Finding, title: str) -> tuple[int, FindingLine]:
    place = f", {finding.sheet}!{finding.cell}" if finding.sheet and finding.cell else ""
    order = ("error", "doubt", "note").index(finding.severity)
    return order, FindingLine(_SEVERITY[finding.severity], f"{title}{place}", finding.message, finding.action)


def _sentence(
    received: Sequence[ReceivedFile],
    missing: Sequence[MissingLine],
    calendar: Sequence[CalendarLine],
    corrections: Sequence[object],
    overrides: Sequence[object],
    findings: Sequence[FindingLine],
) -> str:
    held = sum(f.severity == "Held" for f in findings)
    parts = [f"{plural(len(received), 'workbook')} received"]
    if missing or not calendar:
        parts.append(f"{plural(len(missing), 'return')} with figures missing" if missing else "no return missing")
    if calendar:
        parts.append(f"{plural(len(calendar), 'return')} late or still to come")
    parts.append(f"{plural(held, 'error holds', 'errors hold')} a figure back" if held else "no figure held")
    parts.append(plural(len(corrections), "correction") + " declared" if corrections else "nothing corrected")
    if overrides:
        parts.append(plural(len(overrides), "finding") + " accepted")
    return f"{join_words(parts)}."


def freshness_rules(pack: PackInput) -> list[str]:
    """For how long a figure counts as current, by return: for the key."""
    found: dict[str, set[int]] = {}
    for indicator in pack.programme.indicators:
        title = pack.programme.return_of(indicator.return_id).title
        found.setdefault(title, set()).add(stale_after(indicator, pack.programme))
    return [f"{title}: {_say_days(sorted(days))}" for title, days in found.items()]


def _say_days(numbers: Sequence[int]) -> str:
    """ "10 or 46 days"; "1 day"."""
    return plural(numbers[0], "day") if len(numbers) == 1 else f"{join_words([str(n) for n in numbers], 'or')} days"
