"""The workbook part: which sheets there are; put one in front, take one out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbooks.marking.package import RELATIONS, Package
from workbooks.marking.splicing import Edits, Node, Unmarkable, attribute_xml, insertion_point, parse, text_xml
from workbooks.marking.styles import EMPTY_STYLES, MAIN

SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
_STYLES_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"
_ORDER = (
    "fileVersion",
    "fileSharing",
    "workbookPr",
    "AlternateContent",
    "revisionPtr",
    "absPath",
    "workbookProtection",
    "bookViews",
    "sheets",
    "functionGroups",
    "externalReferences",
    "definedNames",
    "calcPr",
    "oleSize",
    "customWorkbookViews",
    "pivotCaches",
    "smartTagPr",
    "smartTagTypes",
    "webPublishing",
    "fileRecoveryPr",
    "webPublishObjects",
    "extLst",
)
_SUFFIXES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": ".xlsx",
    "application/vnd.ms-excel.sheet.macroenabled.main+xml": ".xlsm",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": ".xltx",
    "application/vnd.ms-excel.template.macroenabled.main+xml": ".xltm",
}


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A sheet of the workbook; `kind` is that of its relation: worksheet, chartsheet, ..."""

    name: str
    part: str
    kind: str
    relation_id: str


@dataclass(frozen=True, slots=True)
class Book:
    """Where the workbook part is, its sheets in order, its styles part, and the suffix of its kind."""

    part: str
    sheets: tuple[SheetEntry, ...]
    styles: str
    suffix: str


def read_book(package: Package) -> Book:
    """Look the workbook part up. Unmarkable for a kind that is not marked."""
    found = package.find_relation("", "officeDocument")
    if found is None or found.part is None:
        raise Unmarkable("it holds no workbook")
    root = parse(package.read_xml(found.part))
    if root.uri != MAIN:
        raise Unmarkable("it is saved as Strict Open XML")
    if any(r.kind == "revisionHeaders" for r in package.relations(found.part)):
        raise Unmarkable("it is a shared workbook with a record of changes")
    suffix = _SUFFIXES.get(package.content_type(found.part).lower())
    if suffix is None:
        raise Unmarkable("it is of an unknown kind")
    relations = {r.id: r for r in package.relations(found.part)}
    sheets = []
    for node in _sheet_nodes(root):
        relation = relations.get(_relation_of(node))
        if relation is not None and relation.part and package.has(relation.part):
            sheets.append(SheetEntry(node.attributes.get("name", ""), relation.part, relation.kind, relation.id))
    return Book(found.part, tuple(sheets), _find_styles(package, found.part, sheets), suffix)


def _find_styles(package: Package, part: str, sheets: Sequence[SheetEntry]) -> str:
    """The styles part, made where there is none."""
    found = package.find_relation(part, "styles")
    if found is not None and found.part:
        return found.part
    if any(b' s="' in package.read(entry.part) for entry in sheets):
        raise Unmarkable("its cells name styles that it does not hold")
    # some programs look for styles by this name alone
    name = "xl/styles.xml" if not package.has("xl/styles.xml") else package.free_name("xl/styles{}.xml")
    package.write(name, EMPTY_STYLES)
    package.add_override(name, _STYLES_TYPE)
    package.add_relation(part, "styles", name)
    return name


def _sheet_nodes(root: Node) -> list[Node]:
    sheets = root.find("sheets")
    return sheets.named("sheet") if sheets else []


def _relation_of(node: Node) -> str:
    names = (value for key, value in node.attributes.items() if key.startswith(f"{RELATIONS} id"))
    return next(names, "")


def relation_attribute(content: bytes, root: Node, relation_id: str) -> str:
    """The attribute that names a relation, with its namespace where the part does not declare it."""
    declared = f'xmlns:r="{RELATIONS}"'
    own = "" if declared.encode() in content[root.start : root.open_end] else f"{declared} "
    return f'{own}r:id="{relation_id}"'


@dataclass(frozen=True, slots=True)
class LocalName:
    """A defined name of the new sheet."""

    name: str
    text: str
    is_hidden: bool = False


def put_in_front(package: Package, book: Book, title: str, sheet: bytes, names: tuple[LocalName, ...]) -> str:
    """Make a sheet the first one, on which the workbook opens; returns the name of its part."""
    part = package.free_name("xl/worksheets/sheet{}.xml")
    package.write(part, sheet)
    package.add_override(part, SHEET_TYPE)
    relation_id = package.add_relation(book.part, "worksheet", part)
    content = package.read_xml(book.part)
    root = parse(content)
    sheets = root.find("sheets")
    if sheets is None:
        raise Unmarkable("it names no sheets")
    edits = Edits(content)
    taken = [int(n.attributes.get("sheetId", "0")) for n in sheets.children]
    xml = (
        f'<{root.tag("sheet")} name={attribute_xml(title)} sheetId="{max(taken, default=0) + 1}" '
        f"{relation_attribute(content, root, relation_id)}/>"
    )
    if sheets.is_empty:
        edits.append(sheets, xml)
    else:
        edits.insert(sheets.open_end, xml)
    _open_on_first(root, edits)
    _shift_names(root, edits, 0, 1)
    _add_names(root, edits, names)
    package.write(book.part, edits.apply())
    return part


def _open_on_first(root: Node, edits: Edits) -> None:
    views = root.find("bookViews")
    for view in views.named("workbookView") if views else ():
        edits.set_attributes(view, {"activeTab": None, "firstSheet": None})


def _shift_names(root: Node, edits: Edits, first: int, by: int) -> None:
    """Names of a sheet are tied to it by its place, counted from 0."""
    names = root.find("definedNames")
    for node in names.children if names else ():
        place = node.attributes.get("localSheetId", "")
        if place.isdigit() and int(place) >= first:
            edits.set_attributes(node, {"localSheetId": str(int(place) + by)})


def _add_names(root: Node, edits: Edits, names: tuple[LocalName, ...]) -> None:
    tag = root.tag("definedName")
    xml = "".join(
        f'<{tag} name="{n.name}" localSheetId="0"{" hidden=" + chr(34) + "1" + chr(34) if n.is_hidden else ""}>'
        f"{text_xml(n.text)}</{tag}>"
        for n in names
    )
    holder = root.find("definedNames")
    if holder is not None:
        edits.append(holder, xml)
    else:
        outer = root.tag("definedNames")
        edits.insert(insertion_point(root, "definedNames", _ORDER), f"<{outer}>{xml}</{outer}>")


def take_out(package: Package, book: Book, entry: SheetEntry) -> None:
    """Take a sheet out, with its names and the parts that only it points at."""
    content = package.read_xml(book.part)
    root = parse(content)
    edits = Edits(content)
    nodes = _sheet_nodes(root)
    place = next(i for i, node in enumerate(nodes) if _relation_of(node) == entry.relation_id)
    edits.remove(nodes[place])
    names = root.find("definedNames")
    own = [n for n in names.children if n.attributes.get("localSheetId") == str(place)] if names else []
    if names is not None and own and len(own) == len(names.children):
        edits.remove(names)
    else:
        for node in own:
            edits.remove(node)
    _shift_names(root, edits, place + 1, -1)
    package.write(book.part, edits.apply())
    package.remove_relation(book.part, entry.relation_id)
    targets = {r.part for r in package.relations(entry.part) if r.part}
    package.remove(entry.part)
    for name in sorted(targets - _pointed_at(package)):
        package.remove(name)


def _pointed_at(package: Package) -> set[str]:
    sources = [n for n in package.names if n.endswith(".rels") and "_rels/" in n]
    owners = [n.replace("_rels/", "", 1).removesuffix(".rels") for n in sources]
    return {r.part for owner in owners for r in package.relations(owner) if r.part}
