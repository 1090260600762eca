"""The old drawing of a sheet (VML) that shows its comments. Such drawings are often not quite XML, as programs
write them: they are read and edited by their shapes alone."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping

from workbooks.marking.splicing import Unmarkable

Place = tuple[int, int]
_NAMESPACES = {
    "v": "urn:schemas-microsoft-com:vml",
    "o": "urn:schemas-microsoft-com:office:office",
    "x": "urn:schemas-microsoft-com:office:excel",
}
_SHAPE = re.compile(rb"<(?:\w+:)?shape\b.*?</(?:\w+:)?shape\s*>", re.DOTALL)
_ROW = re.compile(rb"<(?:\w+:)?Row\s*>\s*(\d+)\s*<")
_COLUMN = re.compile(rb"<(?:\w+:)?Column\s*>\s*(\d+)\s*<")
_SHAPE_ID = re.compile(rb"_x0000_s(\d+)")
_END = re.compile(rb"</(?:\w+:)?xml\s*>\s*$")
_SHAPE_TYPE = (
    '<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">'
    '<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>'
)
EMPTY_DRAWING = (
    f'<xml xmlns:v="{_NAMESPACES["v"]}" xmlns:o="{_NAMESPACES["o"]}" xmlns:x="{_NAMESPACES["x"]}">'
    '<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout></xml>'
).encode()
_FIRST_ID = 1024
_LINE = 42  # letters in a line of a comment four columns wide
_LAST_ROW, _LAST_COLUMN = 1_048_575, 16_383


def shown_cells(content: bytes) -> frozenset[Place]:
    """The cells whose comments a drawing shows."""
    return frozenset(place for shape in _SHAPE.findall(content) if (place := _cell_of(shape)))


def _cell_of(shape: bytes) -> Place | None:
    row, column = _ROW.search(shape), _COLUMN.search(shape)
    if row is None or column is None or not re.search(rb"""ObjectType\s*=\s*["']Note["']""", shape):
        return None
    return int(row[1]) + 1, int(column[1]) + 1


def add_shapes(content: bytes, texts: Mapping[Place, str]) -> bytes:
    """Show the comments of some cells, each in a box large enough for its text, hidden until pointed at."""
    end = _END.search(content)
    if end is None:
        raise Unmarkable("the drawing of its comments is damaged")
    last = max([_FIRST_ID, *(int(found) for found in _SHAPE_ID.findall(content))])
    head = content[: content.find(b">") + 1]
    own = "".join(f' xmlns:{k}="{v}"' for k, v in _NAMESPACES.items() if f"xmlns:{k}=".encode() not in head)
    xml = "" if b"_x0000_t202" in content else _SHAPE_TYPE.replace("<v:shapetype", f"<v:shapetype{own}")
    for number, place in enumerate(sorted(texts), last + 1):
        xml += _shape_xml(number, place, texts[place], own)
    return content[: end.start()] + xml.encode() + content[end.start() :]


def _shape_xml(number: int, place: Place, text: str, own: str) -> str:
    row, column = place[0] - 1, place[1] - 1
    lines = sum(max(1, math.ceil(len(line) / _LINE)) for line in text.splitlines())
    height = min(max(lines, 4), 30) + 1
    top, left = min(max(row - 1, 0), _LAST_ROW - height), min(column + 1, _LAST_COLUMN - 4)
    return (
        f'<v:shape{own} id="_x0000_s{number}" type="#_x0000_t202" style="position:absolute;margin-left:60pt;'
        f'margin-top:1.5pt;width:190pt;height:{height * 12}pt;z-index:1;visibility:hidden" fillcolor="#ffffe1" '
        'o:insetmode="auto"><v:fill color2="#ffffe1"/><v:shadow on="t" color="black" obscured="t"/>'
        '<v:path o:connecttype="none"/><v:textbox style="mso-direction-alt:auto"><div style="text-align:left">'
        '</div></v:textbox><x:ClientData ObjectType="Note"><x:MoveWithCells/><x:SizeWithCells/>'
        f"<x:Anchor>{left}, 15, {top}, 4, {left + 4}, 15, {top + height}, 4</x:Anchor><x:AutoFill>False</x:AutoFill>"
        f"<x:Row>{row}</x:Row><x:Column>{column}</x:Column></x:ClientData></v:shape>"
    )


def remove_shapes(content: bytes, places: set[Place]) -> bytes:
    """A drawing without the comments of some cells."""
    return _SHAPE.sub(lambda match: b"" if _cell_of(match[0]) in places else match[0], content)
