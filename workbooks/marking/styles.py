"""The cell styles of a workbook: styles are added, none is changed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from schemas.findings import Severity
from workbooks.marking.splicing import (
    Edits,
    Node,
    first_tag,
    insertion_point,
    parse,
    tag_attributes,
    to_utf8,
    with_attributes,
)

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_ORDER = (
    "numFmts",
    "fonts",
    "fills",
    "borders",
    "cellStyleXfs",
    "cellXfs",
    "cellStyles",
    "dxfs",
    "tableStyles",
    "colors",
    "extLst",
)
_LISTS = ("fonts", "fills", "borders", "cellXfs")
_FIRST = {
    "fonts": '<font><sz val="11"/><name val="Calibri"/></font>',
    "fills": '<fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill>',
    "borders": "<border><left/><right/><top/><bottom/><diagonal/></border>",
    "cellXfs": '<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>',
}
EMPTY_STYLES = (
    f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<styleSheet xmlns="{MAIN}">'
    f"<fonts>{_FIRST['fonts']}</fonts><fills>{_FIRST['fills']}</fills><borders>{_FIRST['borders']}</borders>"
    '<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>'
    f"<cellXfs>{_FIRST['cellXfs']}</cellXfs>"
    '<cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>'
).encode()

# The colours of marked cells, for dark and for light lettering. They are odd on purpose: a colour that is met
# in a copy of ours is known to be ours.
ON_DARK_TEXT: Mapping[Severity, str] = {"error": "FFF6B7AD", "doubt": "FFFCE3A1", "note": "FFCFE2F5"}
ON_LIGHT_TEXT: Mapping[Severity, str] = {"error": "FF9B1D13", "doubt": "FF7B5401", "note": "FF1E4E7B"}
_OURS = {*ON_DARK_TEXT.values(), *ON_LIGHT_TEXT.values()}
_WHITE_INDEXES = {"1", "9"}
_LIGHT = 0.6


class StyleBook:
    """The styles part, and what is added to it. Adding what is there already adds nothing."""

    def __init__(self, content: bytes) -> None:
        self._content = to_utf8(content)
        self._root = parse(self._content)
        self._prefix = f"{self._root.prefix}:" if self._root.prefix else ""
        self._nodes = {name: self._root.find(name) for name in _LISTS}
        self._items = {name: self._read(node) for name, node in self._nodes.items()}
        self._stood = {name: len(items) for name, items in self._items.items()}
        self._dressed: dict[tuple[int, Severity], int] = {}

    def _read(self, node: Node | None) -> list[bytes]:
        if node is not None and node.children:
            return [self._content[child.start : child.end] for child in node.children]
        return []

    def add(self, name: str, xml: str) -> int:
        """The index of a font, fill, border or xf ("fonts", "fills", "borders", "cellXfs"), added if need be.
        `xml` is written without prefixes."""
        return self._add(name, self._prefixed(xml))

    def _add(self, name: str, item: bytes) -> int:
        items = self._items[name]
        if not items:
            items += [self._prefixed(part) for part in re.findall(r"<fill>.*?</fill>|.+", _FIRST[name])]
        if item not in items:
            items.append(item)
        return items.index(item)

    def _prefixed(self, xml: str) -> bytes:
        return re.sub(r"<(/?)(?=\w)", rf"<\1{self._prefix}", xml).encode()

    def add_xf(self, font: int = 0, fill: int = 0, border: int = 0, alignment: str = "") -> int:
        """A cell style of ours."""
        return self.add(
            "cellXfs",
            f'<xf numFmtId="0" fontId="{font}" fillId="{fill}" borderId="{border}" xfId="0" applyFont="1" '
            f'applyFill="1" applyBorder="1" applyAlignment="1"><alignment vertical="top"{alignment}/></xf>',
        )

    def add_fill(self, colour: str) -> int:
        """A plain fill in a colour (ARGB)."""
        return self.add("fills", _solid(colour))

    def painted(self, style: int, severity: Severity) -> int:
        """A style as it is, but for the fill: the colour of a severity. The fill that is covered is kept in the
        new one's background colour, which nobody sees."""
        if (style, severity) not in self._dressed:
            xf = self._xf(style)
            attributes = tag_attributes(first_tag(xf))
            colours = ON_LIGHT_TEXT if self._is_light(attributes.get("fontId", "0")) else ON_DARK_TEXT
            covered = self._plain_colour(attributes.get("fillId", "0"))
            fill = self._add("fills", self._prefixed(_solid(colours[severity], covered)))
            self._dressed[style, severity] = self._add(
                "cellXfs", with_attributes(xf, {"fillId": str(fill), "applyFill": "1"})
            )
        return self._dressed[style, severity]

    def unpainted(self, style: int) -> int | None:
        """The style that `painted` covered; None where the fill is not ours."""
        xf = self._xf(style)
        fill = self._item("fills", tag_attributes(first_tag(xf)).get("fillId", "0"))
        if _colour_of(fill, "fgColor").get("rgb") not in _OURS:
            return None
        covered = _colour_of(fill, "bgColor")
        index = 0
        if covered and covered != {"indexed": "64"}:
            index = self._add("fills", self._prefixed(_solid_of(covered)))
        return self._add("cellXfs", with_attributes(xf, {"fillId": str(index)}))

    def covers_pattern(self, style: int) -> bool:
        """Whether a style's fill is a pattern or gradient, which `painted` cannot keep."""
        fill = self._item("fills", tag_attributes(first_tag(self._xf(style))).get("fillId", "0"))
        kind = re.search(rb'patternType\s*=\s*["\'](\w+)', fill)
        return b"gradientFill" in fill or (kind is not None and kind[1] not in {b"none", b"solid"})

    def _xf(self, style: int) -> bytes:
        return self._item("cellXfs", str(style)) or self._prefixed(_FIRST["cellXfs"])

    def _item(self, name: str, index: str) -> bytes:
        items = self._items[name]
        number = int(index) if index.isdigit() else 0
        if number < len(items):
            return items[number]
        return items[0] if items else b""

    def _plain_colour(self, fill: str) -> dict[str, str]:
        item = self._item("fills", fill)
        return _colour_of(item, "fgColor") if re.search(rb'patternType\s*=\s*["\']solid', item) else {}

    def _is_light(self, font: str) -> bool:
        """Whether lettering is so light that a pale fill would hide it."""
        colour = _colour_of(self._item("fonts", font), "color")
        if colour.get("theme") == "0":
            return not colour.get("tint", "").startswith("-")
        if colour.get("indexed") in _WHITE_INDEXES:
            return True
        rgb = colour.get("rgb", "")[-6:]
        if not re.fullmatch(r"[0-9A-Fa-f]{6}", rgb):
            return False
        red, green, blue = (int(rgb[i : i + 2], 16) / 255 for i in (0, 2, 4))
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue > _LIGHT

    def to_bytes(self) -> bytes:
        """The styles part with what was added."""
        edits = Edits(self._content)
        missing = ""
        for name in _LISTS:
            node, items = self._nodes[name], self._items[name]
            new = b"".join(items[self._stood[name] :]).decode()
            if not new:
                continue
            if node is None:
                tag = self._root.tag(name)
                xml = f'<{tag} count="{len(items)}">{new}</{tag}>'
                if self._root.is_empty:
                    missing += xml
                else:
                    edits.insert(insertion_point(self._root, name, _ORDER), xml)
                continue
            edits.append(node, new)
            if "count" in node.attributes:
                edits.set_attributes(node, {"count": str(len(items))})
        if missing:
            edits.append(self._root, missing)
        return edits.apply()


def _solid(colour: str, covered: Mapping[str, str] | None = None) -> str:
    behind = _attributes_xml(covered) if covered else 'indexed="64"'
    return f'<fill><patternFill patternType="solid"><fgColor rgb="{colour}"/><bgColor {behind}/></patternFill></fill>'


def _solid_of(colour: Mapping[str, str]) -> str:
    front = _attributes_xml(colour)
    return f'<fill><patternFill patternType="solid"><fgColor {front}/><bgColor indexed="64"/></patternFill></fill>'


def _attributes_xml(values: Mapping[str, str]) -> str:
    return " ".join(f'{name}="{value}"' for name, value in values.items())


def _colour_of(item: bytes, name: str) -> dict[str, str]:
    """The colour that a fill or font gives by that name, by its attributes."""
    match = re.search(rb"<(?:[\w.-]+:)?" + name.encode() + rb"\b[^>]*>", item)
    return tag_attributes(match[0]) if match else {}
