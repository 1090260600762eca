"""Edit XML at exact byte offsets: what is not named in an edit keeps its bytes, prefixes and all."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

_TAG = re.compile(rb"""<(?:[^"'>]++|"[^"]*+"|'[^']*+')*+>""")
_ATTRIBUTE = re.compile(rb"""\s+([^\s=/>"']+)\s*=\s*("[^"]*"|'[^']*')""")
_DECLARED = re.compile(r"""^(\ufeff?\s*<\?xml[^>]*?encoding\s*=\s*["'])([A-Za-z0-9._-]+)""")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LOOKS_ESCAPED = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")
_UTF8 = {"utf-8", "utf8", "us-ascii", "ascii"}


class Unmarkable(Exception):
    """A workbook that cannot be marked; the message says why, to end "it was not marked, since ..."."""


@dataclass(slots=True)
class Node:
    """An element and where it stands: its start tag from `start` to `open_end`, its end tag from `close` to
    `end`. In an empty element (`<a/>`) all three ends are one."""

    uri: str
    name: str
    prefix: str
    attributes: dict[str, str]
    start: int
    open_end: int
    close: int
    end: int
    is_empty: bool
    children: list[Node] = field(default_factory=list)

    def find(self, name: str) -> Node | None:
        """The first child of that name."""
        return next((child for child in self.children if child.name == name), None)

    def named(self, name: str) -> list[Node]:
        """The children of that name."""
        return [child for child in self.children if child.name == name]

    def tag(self, name: str) -> str:
        """A name as it is written beside this element: with its prefix."""
        return f"{self.prefix}:{name}" if self.prefix else name


Wants = Callable[[Sequence[Node], str, dict[str, str], int], bool]


def parse(content: bytes, wants: Wants | None = None) -> Node:
    """The elements of a part with their offsets. `wants` (ancestors, name, attributes, offset) says which are
    kept; below one that is not, nothing is. Unmarkable for what is not well-formed or declares a DOCTYPE."""
    builder = _Builder(content, wants)
    try:
        builder.parser.Parse(content, True)
    except expat.ExpatError:
        raise Unmarkable("a part of it is damaged") from None
    if builder.root is None:
        raise Unmarkable("a part of it is empty")
    return builder.root


class _Builder:
    def __init__(self, content: bytes, wants: Wants | None) -> None:
        self.content, self.wants = content, wants
        self.root: Node | None = None
        self.stack: list[Node] = []
        self.skipped = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.namespace_prefixes = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.StartDoctypeDeclHandler = self._refuse

    def _refuse(self, *_: object) -> None:
        raise Unmarkable("its XML declares entities")

    def _start(self, qualified: str, attributes: dict[str, str]) -> None:
        if self.skipped:
            self.skipped += 1
            return
        uri, name, prefix = _split(qualified)
        offset = self.parser.CurrentByteIndex
        if self.root is not None and self.wants and not self.wants(self.stack, name, attributes, offset):
            self.skipped = 1
            return
        tag = _TAG.match(self.content, offset)
        if tag is None:
            raise Unmarkable("a part of it is damaged")
        is_empty = tag[0].endswith(b"/>")
        node = Node(uri, name, prefix, attributes, offset, tag.end(), tag.end(), tag.end(), is_empty)
        if self.root is None:
            self.root = node
        else:
            self.stack[-1].children.append(node)
        self.stack.append(node)

    def _end(self, _qualified: str) -> None:
        if self.skipped:
            self.skipped -= 1
            return
        node = self.stack.pop()
        if not node.is_empty:
            node.close = self.parser.CurrentByteIndex
            node.end = self.content.index(b">", node.close) + 1


def _split(qualified: str) -> tuple[str, str, str]:
    parts = qualified.split(" ")
    if len(parts) == 1:
        return "", parts[0], ""
    return parts[0], parts[1], parts[2] if len(parts) > 2 else ""


def to_utf8(content: bytes) -> bytes:
    """The same XML in UTF-8, declared as such. Unmarkable for an encoding nobody knows."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        codec = "utf-16"
    elif content.startswith((b"<\x00", b"\x00<")):
        codec = "utf-16-le" if content.startswith(b"<\x00") else "utf-16-be"
    else:
        match = _DECLARED.match(content[:200].decode("latin-1").removeprefix("\xef\xbb\xbf"))
        codec = match[2] if match else "utf-8"
        if codec.lower() in _UTF8:
            return content
    try:
        text = content.decode(codec)
    except (LookupError, UnicodeDecodeError):
        raise Unmarkable("a part of it is written in an unknown encoding") from None
    return _DECLARED.sub(r"\1UTF-8", text, count=1).removeprefix("\ufeff").encode("utf-8")


class Edits:
    """Changes to one part, named by the offsets of its bytes as they were."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._changes: list[tuple[int, int, bytes]] = []

    def replace(self, start: int, end: int, new: bytes) -> None:
        """Write `new` in place of the bytes from `start` to `end`."""
        self._changes.append((start, end, new))

    def remove(self, node: Node) -> None:
        """Take an element out."""
        self.replace(node.start, node.end, b"")

    def insert(self, offset: int, new: str) -> None:
        """Put text in at an offset; several at one offset keep their order."""
        self.replace(offset, offset, new.encode())

    def append(self, node: Node, inner: str) -> None:
        """Put text in as the last content of an element. An empty element may be given once only."""
        if node.is_empty:
            self.replace(node.open_end - 2, node.open_end, f">{inner}</{node.tag(node.name)}>".encode())
        else:
            self.insert(node.close, inner)

    def set_attributes(self, node: Node, values: Mapping[str, str | None]) -> None:
        """Set attributes without a prefix, or take them out (None)."""
        tag = self._content[node.start : node.open_end]
        for start, end, new in _attribute_changes(tag, values):
            self.replace(node.start + start, node.start + end, new)

    def apply(self) -> bytes:
        """The part with every change made."""
        pieces, place = [], 0
        for start, end, new in sorted(self._changes, key=lambda change: (change[0], change[1])):
            if start < place:
                raise Unmarkable("two changes would meet in one place")
            pieces += [self._content[place:start], new]
            place = end
        return b"".join([*pieces, self._content[place:]])


def _attribute_changes(tag: bytes, values: Mapping[str, str | None]) -> list[tuple[int, int, bytes]]:
    spans = {match[1].decode(): match.span() for match in _ATTRIBUTE.finditer(tag)}
    after_name = re.match(rb"<[^\s/>]+", tag)
    changes = []
    for name, value in values.items():
        new = b"" if value is None else f" {name}={quoteattr(clean(value))}".encode()
        if name in spans:
            changes.append((*spans[name], new))
        elif value is not None and after_name:
            changes.append((after_name.end(), after_name.end(), new))
    return changes


def first_tag(xml: bytes) -> bytes:
    """The start tag that an element's bytes begin with."""
    match = _TAG.match(xml)
    return match[0] if match else b""


def tag_attributes(tag: bytes) -> dict[str, str]:
    """The attributes of a start tag, as they are written."""
    return {match[1].decode(): match[2][1:-1].decode() for match in _ATTRIBUTE.finditer(tag)}


def with_attributes(xml: bytes, values: Mapping[str, str | None]) -> bytes:
    """An element's bytes with some attributes of its start tag changed."""
    edited = xml
    for start, end, new in sorted(_attribute_changes(first_tag(xml), values), reverse=True):
        edited = edited[:start] + new + edited[end:]
    return edited


def insertion_point(parent: Node, name: str, order: Sequence[str]) -> int:
    """Where a new child belongs, by the schema's order of children."""
    later = set(order[order.index(name) + 1 :])
    for child in parent.children:
        if child.name in later or any(leaf in later for leaf in _wrapped(child)):
            return child.start
    return parent.close


def _wrapped(node: Node) -> set[str]:
    """The names inside a choice between versions of one element."""
    if node.name != "AlternateContent":
        return set()
    return {leaf.name for branch in node.children for leaf in branch.children}


def clean(text: str) -> str:
    """Text without what XML cannot hold."""
    return _NOT_XML.sub("\ufffd", text)


def text_xml(text: str) -> str:
    """Text as content of an element that a spreadsheet shows as it is: no markup, no escape of its own."""
    return escape(_LOOKS_ESCAPED.sub("_x005F_", clean(text)))


def attribute_xml(text: str) -> str:
    """Text as an attribute's value, with its quotes."""
    return quoteattr(clean(text), {"\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})
