"""Comments of ours on cells: beside those of the sender, or below them where a cell has one already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbooks.findings_table import NumberedFinding
from workbooks.grid import address
from workbooks.marking.cells import Place, SheetMap, add_legacy_drawing, legacy_drawing_id, read_address
from workbooks.marking.drawing import EMPTY_DRAWING, add_shapes, remove_shapes, shown_cells
from workbooks.marking.package import Package
from workbooks.marking.splicing import Edits, Node, Unmarkable, parse, text_xml
from workbooks.marking.styles import MAIN

AUTHOR = "Boardpack"
HEADING = "Boardpack found here:"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
_DRAWING_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
_EMPTY = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
    f'<comments xmlns="{MAIN}"><authors></authors><commentList></commentList></comments>'
).encode()
_BLANK_LINE = b"\n\n"
_MOST_SHOWN = 12
_MOST_TEXT = 1_200


def comment_text(place: Place, items: Sequence[NumberedFinding]) -> str:
    """What a cell's comment says: every finding on it, with its number on the Findings sheet."""
    lines = [HEADING]
    for item in items[:_MOST_SHOWN]:
        finding = item.finding
        where = "" if finding.cell == address(*place) else f", {finding.cell}"
        lines.append(f"{item.number}. {finding.severity.upper()} ({finding.code}{where})")
        lines += [_shorten(finding.message), _shorten(finding.action)]
        if item.suggestion:
            lines.append(f"Suggestion: {item.suggestion}")
    if len(items) > _MOST_SHOWN:
        lines.append(f"... and {len(items) - _MOST_SHOWN} more, on the Findings sheet")
    return "\n".join(lines)


def _shorten(text: str) -> str:
    return text if len(text) <= _MOST_TEXT else f"{text[:_MOST_TEXT]}..."


def write_comments(package: Package, part: str, sheet: SheetMap, edits: Edits, texts: Mapping[Place, str]) -> None:
    """Put comments on cells of a sheet; `edits` are those of the sheet's own part."""
    found = package.find_relation(part, "comments")
    name = found.part if found and found.part else None
    if name is None:
        name = package.free_name("xl/comments{}.xml")
        package.write(name, _EMPTY)
        package.add_override(name, _TYPE)
        package.add_relation(part, "comments", name)
    content = package.read_xml(name)
    package.write(name, _merge(content, texts))
    cells = [place for node in _comment_nodes(parse(content)) if (place := _place(node))]
    _show(package, part, sheet, edits, {place: texts.get(place, "") for place in sorted({*cells, *texts})})


def _merge(content: bytes, texts: Mapping[Place, str]) -> bytes:
    root = parse(content)
    edits = Edits(content)
    author = _author(root, edits, content)
    there = {place: node for node in _comment_nodes(root) if (place := _place(node))}
    new = ""
    for place in sorted(texts):
        if place in there:
            _append(there[place], edits, texts[place])
        else:
            new += _comment_xml(root, place, author, texts[place])
    holder = root.find("commentList")
    if holder is None:
        raise Unmarkable("its comments are damaged")
    if new:
        edits.append(holder, new)
    return edits.apply()


def _comment_nodes(root: Node) -> list[Node]:
    holder = root.find("commentList")
    return holder.named("comment") if holder else []


def _place(node: Node) -> Place | None:
    return read_address(node.attributes.get("ref"))


def _authors(root: Node, content: bytes) -> list[str]:
    holder = root.find("authors")
    return [content[n.open_end : n.close].decode() for n in holder.children] if holder else []


def _author(root: Node, edits: Edits, content: bytes) -> int:
    """Our number among the authors; we are added where we are not there."""
    authors = _authors(root, content)
    if AUTHOR in authors:
        return authors.index(AUTHOR)
    holder = root.find("authors")
    if holder is None:
        raise Unmarkable("its comments are damaged")
    tag = root.tag("author")
    edits.append(holder, f"<{tag}>{AUTHOR}</{tag}>")
    return len(authors)


def _run(parent: Node, text: str, is_bold: bool = False) -> str:
    tag = parent.tag
    bold = f"<{tag('b')}/>" if is_bold else ""
    look = f'<{tag("rPr")}>{bold}<{tag("sz")} val="9"/><{tag("color")} indexed="81"/><{tag("rFont")} val="Tahoma"/>'
    content = f'<{tag("t")} xml:space="preserve">{text_xml(text)}</{tag("t")}>'
    return f'<{tag("r")}>{look}<{tag("family")} val="2"/></{tag("rPr")}>{content}</{tag("r")}>'


def _runs(parent: Node, text: str) -> str:
    heading, rest = text[: len(HEADING)], text[len(HEADING) :]
    return _run(parent, heading, is_bold=True) + _run(parent, rest)


def _comment_xml(root: Node, place: Place, author: int, text: str) -> str:
    tag, inner = root.tag("comment"), root.tag("text")
    runs = _runs(root, text)
    return f'<{tag} ref="{address(*place)}" authorId="{author}"><{inner}>{runs}</{inner}></{tag}>'


def _append(node: Node, edits: Edits, text: str) -> None:
    """Below the sender's comment, in runs of our own."""
    holder = node.find("text")
    if holder is None:
        raise Unmarkable("its comments are damaged")
    xml = _run(holder, _BLANK_LINE.decode()) + _runs(holder, text)
    after = next((child for child in holder.children if child.name in {"rPh", "phoneticPr"}), None)
    if after is not None:
        edits.insert(after.start, xml)
    else:
        edits.append(holder, xml)


def _show(package: Package, part: str, sheet: SheetMap, edits: Edits, texts: Mapping[Place, str]) -> None:
    """A comment is seen by its shape in the sheet's drawing."""
    relation_id = legacy_drawing_id(sheet)
    targets = {r.id: r.part for r in package.relations(part)}
    name = targets.get(relation_id or "")
    if relation_id is not None and (name is None or not package.has(name)):
        raise Unmarkable("the drawing of its comments is missing")
    if name is None:
        name = package.free_name("xl/drawings/vmlDrawing{}.vml")
        package.write(name, EMPTY_DRAWING)
        package.add_default("vml", _DRAWING_TYPE)
        add_legacy_drawing(sheet, edits, package.add_relation(part, "vmlDrawing", name))
    content = package.read_xml(name)
    shown = shown_cells(content)
    new = {place: text for place, text in texts.items() if place not in shown}
    if new:
        package.write(name, add_shapes(content, new))


def threaded_cells(package: Package, part: str) -> frozenset[Place]:
    """The cells of a sheet that hold a thread of comments."""
    found = [r.part for r in package.relations(part) if r.kind == "threadedComment" and r.part]
    nodes = [node for name in found if package.has(name) for node in parse(package.read_xml(name)).children]
    return frozenset(place for node in nodes if (place := _place(node)))


def remove_comments(package: Package, part: str) -> None:
    """Take our comments off a sheet, and what we added to the sender's."""
    found = package.find_relation(part, "comments")
    if found is None or found.part is None:
        return
    content = package.read_xml(found.part)
    root = parse(content)
    if HEADING.encode() not in content:
        return
    edits, gone = Edits(content), set()
    for node in _comment_nodes(root):
        text = node.find("text")
        if text is None or HEADING.encode() not in content[text.start : text.end]:
            continue
        if _words(content, text).strip().startswith(HEADING):
            edits.remove(node)
            gone.add(_place(node))
        else:
            _cut(content, text, edits)
    package.write(found.part, edits.apply())
    _hide(package, part, {place for place in gone if place})


def _words(content: bytes, text: Node) -> str:
    runs = [child if child.name == "t" else child.find("t") for child in text.children]
    return "".join(content[run.open_end : run.close].decode() for run in runs if run)


def _cut(content: bytes, text: Node, edits: Edits) -> None:
    """Everything from our heading on, and the blank line that we put before it."""
    runs = [(child, child if child.name == "t" else child.find("t")) for child in text.children]
    said = [(child, run, content[run.open_end : run.close]) for child, run in runs if run]
    first = next((n for n, (_, _, words) in enumerate(said) if HEADING.encode() in words), len(said))
    for child, run, words in said[first:]:
        keep = words.partition(HEADING.encode())[0].removesuffix(_BLANK_LINE) if child is said[first][0] else b""
        if keep:
            edits.replace(run.open_end, run.close, keep)
        else:
            edits.remove(child)
    if 0 < first < len(said) and said[first][2].startswith(HEADING.encode()) and said[first - 1][2] == _BLANK_LINE:
        edits.remove(said[first - 1][0])


def _hide(package: Package, part: str, places: set[Place]) -> None:
    for relation in package.relations(part):
        if relation.kind == "vmlDrawing" and relation.part and package.has(relation.part):
            content = package.read_xml(relation.part)
            package.write(relation.part, remove_shapes(content, places))
