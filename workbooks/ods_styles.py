"""The number formats of an OpenDocument file, written as Excel's format codes, and the sheets its styles hide."""

from __future__ import annotations

from workbooks.markup import Attributes

_OASIS = "urn:oasis:names:tc:opendocument:xmlns:"
NAMESPACES = {
    f"{_OASIS}office:1.0": "office:",
    f"{_OASIS}table:1.0": "table:",
    f"{_OASIS}text:1.0": "text:",
    f"{_OASIS}style:1.0": "style:",
    f"{_OASIS}datastyle:1.0": "number:",
    "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0": "calcext:",
}
_KINDS = {
    "number:number-style", "number:percentage-style", "number:currency-style", "number:date-style",
    "number:time-style", "number:boolean-style", "number:text-style",
}  # fmt: skip
_LONG_SHORT = {
    "number:day": ("dd", "d"),
    "number:year": ("yyyy", "yy"),
    "number:hours": ("hh", "h"),
    "number:minutes": ("mm", "m"),
    "number:day-of-week": ("dddd", "ddd"),
}
_MOST_DECIMALS = 30


class Styles:
    """Handlers for the elements of style definitions, and what they define."""

    def __init__(self) -> None:
        self.hidden_tables: set[str] = set()
        self._codes: dict[str, str] = {}
        self._positive: dict[str, str] = {}
        self._data_styles: dict[str, str] = {}
        self._parents: dict[str, str] = {}
        self._style = ""
        self._is_table = False
        self._name = ""
        self._pieces: list[str] = []
        self._takes_text = False

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""
        if name == "style:style":
            self._start_style(attributes)
        elif name == "style:table-properties" and self._is_table:
            if attributes.get("table:display") == "false":
                self.hidden_tables.add(self._style)
        elif name in _KINDS:
            self._name = attributes.get("style:name", "")
            self._pieces = []
            is_elapsed = attributes.get("number:truncate-on-overflow") == "false"
            self._pieces += ["[h]"] * (name == "number:time-style" and is_elapsed)
        elif name == "style:map" and self._name:
            if ">" in attributes.get("style:condition", ""):
                self._positive.setdefault(self._name, attributes.get("style:apply-style-name", ""))
        elif self._name:
            self._add_piece(name, attributes)

    def _start_style(self, attributes: Attributes) -> None:
        self._style = attributes.get("style:name", "")
        family = attributes.get("style:family")
        self._is_table = family == "table"
        if family == "table-cell":
            self._parents[self._style] = attributes.get("style:parent-style-name", "")
            if "style:data-style-name" in attributes:
                self._data_styles[self._style] = attributes["style:data-style-name"]

    def _add_piece(self, name: str, attributes: Attributes) -> None:
        is_long = attributes.get("number:style") == "long"
        if name in {"number:number", "number:scientific-number"}:
            self._pieces.append(_number_code(attributes, name == "number:scientific-number"))
        elif name == "number:fraction":
            self._pieces.append("# ?/?")
        elif name == "number:month":
            is_name = attributes.get("number:textual") == "true"
            self._pieces.append(("mmmm" if is_long else "mmm") if is_name else ("mm" if is_long else "m"))
        elif name == "number:seconds":
            decimals = _small(attributes.get("number:decimal-places"))
            self._pieces.append(("ss" if is_long else "s") + ("." + "0" * decimals if decimals else ""))
        elif name in _LONG_SHORT:
            if name == "number:hours" and self._pieces[:1] == ["[h]"] and len(self._pieces) == 1:
                return
            self._pieces.append(_LONG_SHORT[name][0 if is_long else 1])
        elif name == "number:text-content":
            self._pieces.append("@")
        elif name == "number:am-pm":
            self._pieces.append("AM/PM")
        elif name in {"number:text", "number:currency-symbol"}:
            self._takes_text = True

    def text(self, piece: str) -> None:
        """Text within an element: what a format prints as it stands."""
        if self._takes_text:
            plain = piece.strip() in {"%", "/", "-", ":", ".", ",", ""}
            self._pieces.append(piece if plain else '"' + piece.replace('"', "") + '"')

    def end(self, name: str) -> None:
        """An element ends."""
        self._takes_text = False
        if name in _KINDS and self._name:
            code = "".join(self._pieces)
            if name == "number:percentage-style":
                code = code.replace("General", "0")
                code += "%" * ("%" not in code)
            self._codes[self._name] = code or "General"
            self._name = ""

    def format_of(self, style: str) -> str:
        """The format code of a cell style or its nearest parent that has one; "" where none does.

        Where a format differs by sign, the one for numbers above zero, which Excel's codes put first.
        """
        for _ in range(20):
            if style in self._data_styles:
                name = self._data_styles[style]
                return self._codes.get(self._positive.get(name, name), "")
            style = self._parents.get(style, "")
            if not style:
                break
        return ""


def _number_code(attributes: Attributes, is_scientific: bool) -> str:
    places = attributes.get("number:decimal-places")
    if places is None and not is_scientific and "number:min-integer-digits" in attributes:
        return "General" if attributes.get("number:grouping") != "true" else "#,##0"
    whole = "#,##0" if attributes.get("number:grouping") == "true" else "0"
    decimals = _small(places)
    least = _small(attributes.get("number:min-decimal-places", places))
    fraction = "0" * min(least, decimals) + "#" * max(decimals - least, 0)
    return whole + ("." + fraction if fraction else "") + ("E+00" if is_scientific else "")


def _small(text: str | None) -> int:
    return min(max(int(text or 0), 0), _MOST_DECIMALS)
