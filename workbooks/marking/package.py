"""A workbook as a package of parts: zip in, zip out. A part that nobody writes keeps its bytes."""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbooks.marking.splicing import Edits, Node, Unmarkable, attribute_xml, parse, to_utf8

TYPES = "[Content_Types].xml"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_RELATION_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_NO_RELATIONS = f'{_HEAD}<Relationships xmlns="{_PACKAGE_RELATIONS}"></Relationships>'.encode()
_EPOCH = (1980, 1, 1, 0, 0, 0)
_MOST_BYTES = 256 * 1024 * 1024
_MOST_PARTS = 5000
_ENCRYPTED = 1


@dataclass(frozen=True, slots=True)
class Relation:
    """What a part points at: `part` is the name of another part, None for what lies outside the file."""

    id: str
    kind: str
    part: str | None


class Package:
    """The parts of a workbook by name, in their order."""

    def __init__(self, parts: Mapping[str, bytes], infos: Iterable[zipfile.ZipInfo] = ()) -> None:
        self._parts = dict(parts)
        self._infos = {info.filename: info for info in infos}
        self._names = {name.lower(): name for name in self._parts}

    @classmethod
    def of_file(cls, content: bytes) -> Package:
        """A file's parts. Unmarkable for what is no such file."""
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                infos = archive.infolist()
                _refuse_odd(infos)
                package = cls({info.filename: archive.read(info) for info in infos}, infos)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError):
            raise Unmarkable("it is not an .xlsx or .xlsm file, or it is damaged") from None
        if not package.has(TYPES):
            raise Unmarkable("it is not an .xlsx or .xlsm file")
        return package

    @property
    def names(self) -> list[str]:
        """The names of all parts."""
        return list(self._parts)

    def has(self, name: str) -> bool:
        """Whether there is such a part; capitals make no difference."""
        return name.lower() in self._names

    def read(self, name: str) -> bytes:
        """The bytes of a part. Unmarkable where it is missing."""
        try:
            return self._parts[self._names[name.lower()]]
        except KeyError:
            raise Unmarkable("a part of it is missing") from None

    def read_xml(self, name: str) -> bytes:
        """A part of XML, in UTF-8."""
        return to_utf8(self.read(name))

    def write(self, name: str, content: bytes) -> None:
        """Put a part in place, new or changed."""
        self._parts[self._names.setdefault(name.lower(), name)] = content

    def remove(self, name: str) -> None:
        """Take a part out, with its content type and its own relations."""
        real = self._names.pop(name.lower(), None)
        if real is None:
            return
        del self._parts[real]
        content = self.read_xml(TYPES)
        edits = Edits(content)
        for node in parse(content).named("Override"):
            if node.attributes.get("PartName", "").lstrip("/").lower() == name.lower():
                edits.remove(node)
        self.write(TYPES, edits.apply())
        self.remove(relations_name(real))

    def free_name(self, pattern: str) -> str:
        """The first name of a pattern such as "xl/comments{}.xml" that no part has."""
        return next(name for n in range(1, 100_000) if not self.has(name := pattern.format(n)))

    def relations(self, part: str) -> list[Relation]:
        """What a part points at; "" is the package itself."""
        name = relations_name(part)
        return [_to_relation(part, node) for node in parse(self.read_xml(name)).children] if self.has(name) else []

    def find_relation(self, part: str, kind: str) -> Relation | None:
        """The first relation of a kind to a part that exists."""
        return next((r for r in self.relations(part) if r.kind == kind and r.part and self.has(r.part)), None)

    def add_relation(self, part: str, kind: str, target: str) -> str:
        """Let a part point at another; returns the new relation's id."""
        name = relations_name(part)
        content = self.read_xml(name) if self.has(name) else _NO_RELATIONS
        root = parse(content)
        taken = {node.attributes.get("Id", "").lower() for node in root.children}
        new_id = next(i for n in range(1, 100_000) if (i := f"rId{n}").lower() not in taken)
        path = posixpath.relpath(target, posixpath.dirname(part) or ".")
        edits = Edits(content)
        edits.append(
            root,
            f'<{root.tag("Relationship")} Id="{new_id}" Type="{RELATIONS}/{kind}" Target={attribute_xml(path)}/>',
        )
        self.write(name, edits.apply())
        self.add_default("rels", _RELATION_TYPE)
        return new_id

    def remove_relation(self, part: str, relation_id: str) -> None:
        """Let a part no longer point there."""
        name = relations_name(part)
        content = self.read_xml(name)
        edits = Edits(content)
        for node in parse(content).children:
            if node.attributes.get("Id") == relation_id:
                edits.remove(node)
        self.write(name, edits.apply())

    def add_override(self, part: str, content_type: str) -> None:
        """Declare the content type of a new part."""
        self._declare("Override", f'PartName={attribute_xml("/" + part)} ContentType="{content_type}"')

    def add_default(self, extension: str, content_type: str) -> None:
        """Declare the content type of an extension, unless it has one."""
        nodes = parse(self.read_xml(TYPES)).named("Default")
        if not any(node.attributes.get("Extension", "").lower() == extension for node in nodes):
            self._declare("Default", f'Extension="{extension}" ContentType="{content_type}"')

    def content_type(self, part: str) -> str:
        """The declared content type of a part; "" where there is none."""
        root = parse(self.read_xml(TYPES))
        for node in root.named("Override"):
            if node.attributes.get("PartName", "").lstrip("/").lower() == part.lower():
                return node.attributes.get("ContentType", "")
        extension = part.rpartition(".")[2].lower()
        defaults = (n for n in root.named("Default") if n.attributes.get("Extension", "").lower() == extension)
        return next((node.attributes.get("ContentType", "") for node in defaults), "")

    def _declare(self, name: str, attributes: str) -> None:
        content = self.read_xml(TYPES)
        root = parse(content)
        edits = Edits(content)
        edits.append(root, f"<{root.tag(name)} {attributes}/>")
        self.write(TYPES, edits.apply())

    def to_bytes(self) -> bytes:
        """The package as a file: parts in their order, new ones last, times of old ones kept."""
        target = io.BytesIO()
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in self._parts.items():
                old = self._infos.get(name)
                info = zipfile.ZipInfo(name, old.date_time if old else _EPOCH)
                info.compress_type = zipfile.ZIP_STORED if old and old.compress_type == 0 else zipfile.ZIP_DEFLATED
                archive.writestr(info, content)
        return target.getvalue()


def _refuse_odd(infos: list[zipfile.ZipInfo]) -> None:
    if len({info.filename.lower() for info in infos}) != len(infos):
        raise Unmarkable("it holds a part twice")
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        raise Unmarkable("it is encrypted")
    if len(infos) > _MOST_PARTS or sum(info.file_size for info in infos) > _MOST_BYTES:
        raise Unmarkable("it is too large")


def relations_name(part: str) -> str:
    """The name of the part that holds a part's relations."""
    folder, _, name = part.rpartition("/")
    return f"{folder}/_rels/{name}.rels" if folder else f"_rels/{name}.rels"


def _to_relation(source: str, node: Node) -> Relation:
    kind = node.attributes.get("Type", "").rpartition("/")[2]
    target = node.attributes.get("Target", "")
    is_outside = node.attributes.get("TargetMode") == "External" or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", target)
    if is_outside or target.startswith("#") or not target:
        return Relation(node.attributes.get("Id", ""), kind, None)
    path = target.partition("#")[0]
    joined = path if path.startswith("/") else posixpath.join("/", posixpath.dirname(source), path)
    return Relation(node.attributes.get("Id", ""), kind, posixpath.normpath(joined).lstrip("/"))
