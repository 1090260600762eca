"""Mark a workbook: its own file with a Findings sheet in front, and each cell found wrong coloured and noted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from schemas.findings import Finding, Severity
from workbooks.findings_table import SHEET_TITLE, NumberedFinding, number_findings
from workbooks.marking.book import Book, SheetEntry, put_in_front, read_book
from workbooks.marking.cells import Place, cell_style, map_sheet, paint_cells, read_address, unselect
from workbooks.marking.comments import comment_text, threaded_cells, write_comments
from workbooks.marking.keeping import Losses, list_kept, list_lost, place_name
from workbooks.marking.package import Package
from workbooks.marking.sheet import FindingsPage, write_sheet
from workbooks.marking.splicing import Edits, Unmarkable
from workbooks.marking.styles import EMPTY_STYLES, MAIN, StyleBook
from workbooks.marking.unmarking import unmark

KEEPS = "What this copy keeps"
LOSES = "What this copy changes or loses"
WHY_NOT = "Why this is not a marked copy of your workbook"
_SIGNATURES = "_xmlsignatures/"
_ODS = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_EMPTY_BOOK = {
    "[Content_Types].xml": (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_ODS}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{_ODS}.styles+xml"/></Types>'
    ),
    "xl/workbook.xml": f'<workbook xmlns="{MAIN}"><sheets/></workbook>',
}


@dataclass(frozen=True, slots=True)
class MarkedCopy:
    """A workbook to send back, and the suffix of its kind (".xlsx", ".xlsm", ...)."""

    content: bytes
    suffix: str


def mark_workbook(content: bytes, findings: Sequence[Finding], lines: Sequence[str]) -> MarkedCopy:
    """The sender's workbook with what was found in it. The same input gives the same bytes.

    `lines` head the Findings sheet: file, return, status. Marks of an earlier copy are replaced. Unmarkable says
    why a file cannot be marked.
    """
    try:
        return _mark(Package.of_file(content), number_findings(findings), tuple(lines))
    except Unmarkable:
        raise
    except Exception:
        # a damaged part shows in many ways, to the sender all one thing; and no copy is worth stopping a run
        raise Unmarkable("a part of it is damaged") from None


def write_findings_workbook(findings: Sequence[Finding], lines: Sequence[str], why: str) -> bytes:
    """A workbook with the table of findings only, for a file that cannot be marked; `why` ends "since ..."."""
    package = _empty_package()
    book = read_book(package)
    styles = StyleBook(package.read(book.styles))
    reason = f"Your file was not marked, since {why}. Find the cells named above in your own workbook."
    page = FindingsPage(tuple(lines), tuple(number_findings(findings)), ((WHY_NOT, (reason,)),))
    _finish(package, book, page, styles)
    return package.to_bytes()


def _empty_package() -> Package:
    package = Package({name: text.encode() for name, text in _EMPTY_BOOK.items()})
    package.write("xl/styles.xml", EMPTY_STYLES)
    package.add_relation("", "officeDocument", "xl/workbook.xml")
    package.add_relation("xl/workbook.xml", "styles", "xl/styles.xml")
    return package


def _mark(package: Package, items: Sequence[NumberedFinding], lines: tuple[str, ...]) -> MarkedCopy:
    unmark(package)
    losses = Losses(has_signature=_remove_signatures(package))
    book = read_book(package)
    losses.has_macros = book.suffix in {".xlsm", ".xltm"}
    kept = list_kept(package, book)
    styles = StyleBook(package.read(book.styles))
    by_sheet = _by_sheet(items)
    linked = set()
    for entry in book.sheets:
        if entry.kind == "worksheet":
            linked.add(entry.name)
            _mark_sheet(package, entry, by_sheet.pop(entry.name, {}), styles, losses)
        else:
            _mark_sheet(package, entry, {}, styles, losses)
    page = FindingsPage(lines, tuple(items), ((KEEPS, kept), (LOSES, list_lost(losses))), frozenset(linked))
    _finish(package, book, page, styles)
    return MarkedCopy(package.to_bytes(), book.suffix)


def _finish(package: Package, book: Book, page: FindingsPage, styles: StyleBook) -> None:
    title = _free_title(entry.name for entry in book.sheets)
    sheet, names = write_sheet(page, styles, title)
    package.write(book.styles, styles.to_bytes())
    put_in_front(package, book, title, sheet, names)


def _free_title(taken: Iterable[str]) -> str:
    """Findings, or Findings (2) where a sheet of the sender's has that name."""
    folded = {name.casefold() for name in taken}
    names = (SHEET_TITLE if n == 1 else f"{SHEET_TITLE} ({n})" for n in range(1, len(folded) + 2))
    return next(name for name in names if name.casefold() not in folded)


_Marks = dict[Place, list[NumberedFinding]]


def _by_sheet(items: Iterable[NumberedFinding]) -> dict[str, _Marks]:
    found: dict[str, _Marks] = defaultdict(lambda: defaultdict(list))
    for item in items:
        place = read_address(item.finding.cell)
        if item.finding.sheet is not None and place is not None:
            found[item.finding.sheet][place].append(item)
    return found


def _mark_sheet(package: Package, entry: SheetEntry, marks: _Marks, styles: StyleBook, losses: Losses) -> None:
    content = package.read_xml(entry.part)
    if not marks and b"tabSelected" not in content:
        return
    if not marks:
        sheet = map_sheet(content)
        edits = Edits(content)
        unselect(sheet, edits)
        package.write(entry.part, edits.apply())
        return
    first = map_sheet(content).anchors(sorted(marks))
    seen: _Marks = defaultdict(list)
    for place in sorted(marks):
        seen[first[place]] += marks[place]
    sheet = map_sheet(content, sorted(seen))
    edits = Edits(content)
    severities = {place: _worst(found) for place, found in seen.items()}
    losses.painted += len(seen)
    losses.patterned += [place_name(entry.name, p) for p in seen if styles.covers_pattern(cell_style(sheet, p))]
    losses.threaded += [place_name(entry.name, p) for p in sorted(threaded_cells(package, entry.part) & seen.keys())]
    if b"conditionalFormatting" in content:
        losses.under_rules.append(entry.name)
    paint_cells(sheet, edits, severities, styles)
    unselect(sheet, edits)
    write_comments(package, entry.part, sheet, edits, {p: comment_text(p, found) for p, found in seen.items()})
    package.write(entry.part, edits.apply())


def _worst(items: Sequence[NumberedFinding]) -> Severity:
    ranks: Mapping[Severity, int] = {"error": 0, "doubt": 1, "note": 2}
    return min((item.finding.severity for item in items), key=lambda severity: ranks[severity])


def _remove_signatures(package: Package) -> bool:
    """A signature does not hold for a changed file; whether there was one."""
    found = [r for r in package.relations("") if r.kind == "origin"]
    for relation in found:
        package.remove_relation("", relation.id)
    for name in [n for n in package.names if n.lower().startswith(_SIGNATURES)]:
        package.remove(name)
    return bool(found)
