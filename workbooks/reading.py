"""Read one workbook: recognise the return by content, choose the layout by date, cut its tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from schemas.config import Programme, Return
from schemas.facts import CutTable, Period
from schemas.findings import Finding, make_finding
from schemas.layout import Layout
from schemas.repeats import expand_repeats, find_strangers
from schemas.spelling import normalise
from workbooks.as_at import find_as_at, find_covered
from workbooks.cutting import cut_table
from workbooks.findings_table import is_findings_sheet
from workbooks.grid import OpenedWorkbook, Sheet
from workbooks.locate import has_title, latest_layout, locate_tables, share_located
from workbooks.personal import declared_headers, find_in_name, find_personal_data, shown_name
from workbooks.refusals import Unopenable
from workbooks.scope import find_lost_columns, find_scope
from workbooks.unread import find_unread_sheets


@dataclass(frozen=True, slots=True)
class WorkbookReading:
    """What a workbook says, as far as it could be read. `findings` of gate 1 and of its rows.

    `covered` is the period its in-period figures are about, where the workbook says so. `name` is the one to
    show: it stands for the file's own, where that holds personal data. `personal_kinds`: the kinds of personal
    data found, in words. `scope` is the role whose rows a partial tracker or commentary holds; '' for a whole
    workbook.
    """

    name: str
    sha256: str
    item: Return | None = None
    layout: Layout | None = None
    period: Period | None = None
    covered: Period | None = None
    tables: tuple[CutTable, ...] = ()
    findings: tuple[Finding, ...] = field(default=())
    personal_kinds: tuple[str, ...] = ()
    scope: str = ""

    @property
    def is_refused(self) -> bool:
        """Whether a finding refuses the whole file."""
        return any(f.refuses for f in self.findings)

    @property
    def is_personal(self) -> bool:
        """Whether it holds personal data: nothing was read, and nothing of it may be kept or shown."""
        return any(f.code == "personal_data" for f in self.findings)


def hash_content(content: bytes) -> str:
    """SHA-256 of the bytes, in hexadecimal."""
    return hashlib.sha256(content).hexdigest()


Opener = Callable[[bytes, str], OpenedWorkbook]


def read_workbook(content: bytes, name: str, programme: Programme, opener: Opener | None = None) -> WorkbookReading:
    """Read a workbook as one of the programme's returns. Never raises for what the file holds.

    `opener` opens it: in a process of its own (workbooks.isolation), or here, unless one is given.
    """
    sha256 = hash_content(content)
    in_name = find_in_name(name)
    try:
        opened = (opener or _open_here)(content, name)
    except Unopenable as error:
        shown = shown_name(name, sha256) if in_name.findings else name
        why = in_name.findings or (error.finding,)
        return WorkbookReading(shown, sha256, findings=why, personal_kinds=in_name.kinds)
    personal = find_personal_data(name, opened, declared_headers(programme))
    if personal.findings:
        shown = shown_name(name, sha256) if personal.name_is_personal else name
        return WorkbookReading(shown, sha256, findings=personal.findings, personal_kinds=personal.kinds)
    if not opened.sheets:
        empty = make_finding("not_a_workbook", file=name, why="no sheet in it can be read")
        return WorkbookReading(name, sha256, findings=(empty,))
    sheets = [sheet for sheet in opened.sheets if not is_findings_sheet(sheet)]
    found = _read_sheets(sheets, name, sha256, programme)
    return replace(found, findings=(*opened.notes, *found.findings))


def _open_here(content: bytes, name: str) -> OpenedWorkbook:
    """Open a workbook in this process. The Excel libraries are slow to import, and mostly not needed here."""
    from workbooks.reader import open_whole

    return open_whole(content, name)


def _read_sheets(sheets: Sequence[Sheet], name: str, sha256: str, programme: Programme) -> WorkbookReading:
    item, problem = _recognise(sheets, programme)
    if item is None:
        return WorkbookReading(name, sha256, findings=(problem,) if problem else ())
    return _read_as(sheets, name, sha256, item, programme)


def _recognise(sheets: Sequence[Sheet], programme: Programme) -> tuple[Return | None, Finding | None]:
    """The return whose title heads the workbook; without a title, the one whose tables are all there."""
    known = [item for item in programme.returns if item.layouts]
    first = sheets[0].name if sheets else None
    if not known:
        return None, make_finding(
            "unknown_return", sheet=first, cell="A1", nearest="none", differs="no return has a layout"
        )
    titled = [item for item in known if has_title(sheets, item.recognise)]
    if len(titled) == 1:
        return titled[0], None
    shares = {item.id: max(_share(sheets, layout, programme) for layout in item.layouts) for item in known}
    candidates = titled or [item for item in known if shares[item.id] == 1]
    candidates = sorted(candidates, key=lambda item: shares[item.id], reverse=True)
    if not candidates:
        return None, _unknown(sheets, known, shares)
    if len(candidates) > 1 and shares[candidates[0].id] == shares[candidates[1].id]:
        one, two = candidates[0].title, candidates[1].title
        return None, make_finding("ambiguous_return", sheet=first, cell="A1", first=one, second=two)
    return candidates[0], None


def _share(sheets: Sequence[Sheet], layout: Layout, programme: Programme) -> float:
    return share_located(sheets, expand_repeats(layout, programme), programme)


def _unknown(sheets: Sequence[Sheet], known: Sequence[Return], shares: dict[str, float]) -> Finding:
    near = max(known, key=lambda item: shares[item.id])
    headings = {normalise(str(c.value)) for sheet in sheets for c in sheet.texts()}
    missing = [
        t.anchor[0]
        for t in near.layouts[-1].tables.values()
        if t.anchor and not any(normalise(a) in headings for a in t.anchor)
    ]
    differs = f"its title '{near.recognise[0]}' heads no sheet"
    if missing:
        differs += (
            ", and "
            + " and ".join(f"'{m}'" for m in missing[:3])
            + (" is" if len(missing) == 1 else " are")
            + " not there"
        )
    first = sheets[0].name if sheets else None
    return make_finding("unknown_return", sheet=first, cell="A1", nearest=near.title, differs=differs)


def _read_as(sheets: Sequence[Sheet], name: str, sha256: str, item: Return, programme: Programme) -> WorkbookReading:
    declared, period, problems = _date_layout(sheets, item)
    if declared is None or period is None:
        more = _also_wrong(sheets, item, programme)
        return WorkbookReading(name, sha256, item, None, period, findings=(*problems, *more))
    headings = [str(c.value) for sheet in sheets for c in sheet.texts() if len(str(c.value)) < 200]
    strangers = find_strangers(declared, programme, headings, [sheet.name for sheet in sheets])
    layout = expand_repeats(declared, programme, strangers)
    located, findings = locate_tables(sheets, layout, programme, item.partial.get(period.end))
    if any(f.refuses for f in findings):
        return WorkbookReading(name, sha256, item, layout, period, findings=tuple(findings))
    scope = ""
    if item.kind in {"tracker", "commentary"}:
        scope, unclear = find_scope(located, layout.rows_of)
        unclear += find_lost_columns(located) if scope else []
        if unclear:
            return WorkbookReading(name, sha256, item, layout, period, findings=(*findings, *unclear))
    tables = []
    for place in located:
        table, more_findings = cut_table(place, layout.hidden)
        tables.append(table)
        findings += more_findings
    findings += find_unread_sheets(sheets, {place.sheet.name for place in located})
    covered = None
    if layout.covers:
        covered, problems = find_covered(sheets, layout.covers, period)
        findings += problems
    return WorkbookReading(name, sha256, item, layout, period, covered, tuple(tables), tuple(findings), scope=scope)


def _date_layout(sheets: Sequence[Sheet], item: Return) -> tuple[Layout | None, Period | None, list[Finding]]:
    """The layout whose own as-at line gives a date on which it is in force."""
    findings: list[Finding] = []
    period: Period | None = None
    for layout in reversed(item.layouts):
        period, findings = find_as_at(sheets, layout.as_at)
        if period is not None and latest_layout(item.layouts, period.end) == layout:
            return layout, period, []
    if period is not None and not findings:
        first = item.layouts[0].from_.isoformat()
        findings = [
            make_finding("no_layout", sheet=sheets[0].name, cell="A1", date=period.end, title=item.title, first=first)
        ]
    return None, period, findings


def _also_wrong(sheets: Sequence[Sheet], item: Return, programme: Programme) -> list[Finding]:
    """All errors of the gate at once: without a date, the tables of the newest layout are still looked for."""
    if item.partial:
        return []
    layout = expand_repeats(item.layouts[-1], programme)
    return [f for f in locate_tables(sheets, layout, programme, None)[1] if f.refuses]
