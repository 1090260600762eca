"""Render a finished pack model: HTML by Jinja, PDF/UA by WeasyPrint, table scopes by pikepdf."""

from __future__ import annotations

import base64
import datetime as dt
import io
import logging
import threading
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pikepdf
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from weasyprint import HTML
from weasyprint import Attachment as WeasyAttachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcherResponse

from schemas.pack import Chart, Pack
from schemas.pack_sources import Attachment

_PACKAGE = "package:"
_LABEL_GAP = 0.085
_SECTION = "section-"
_SOURCE = "source-"
_SHORT = 1 / 3
_MOST_LAYOUTS = 6
_ONE_AT_A_TIME = threading.Lock()


class RenderingError(Exception):
    """A page that could not be made as it should; nothing is published."""


@dataclass(frozen=True, slots=True)
class RenderedPack:
    """A PDF and its number of pages."""

    content: bytes
    pages: int


@dataclass(frozen=True, slots=True)
class _Label:
    y: float
    text: str
    style: int


@lru_cache(maxsize=1)
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("report_templates", "pack"),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals["svg"] = _to_data_uri
    environment.globals["labels"] = _spread_labels
    return environment


def _to_data_uri(drawing: Markup) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(str(drawing).encode()).decode()


def _spread_labels(chart: Chart) -> list[_Label]:
    """Names and last values at the end of each line, moved apart so that none covers another."""
    wanted = sorted(
        (
            _Label(line.points[-1].y, f"{line.points[-1].figure.text} {line.label}", line.style)
            for line in chart.lines
        ),
        key=lambda label: label.y,
    )
    placed: list[_Label] = []
    for label in wanted:
        floor = placed[-1].y + _LABEL_GAP if placed else 0.0
        placed.append(_Label(max(label.y, floor), label.text, label.style))
    over = placed[-1].y - 1.0 if placed else 0.0
    return [_Label(p.y - max(over, 0.0), p.text, p.style) for p in placed]


def render_html(pack: Pack, flowing: frozenset[str] = frozenset()) -> str:
    """The pack as one HTML document; its style, fonts and drawings come from this package only.

    Sections named in `flowing` begin on the page where the one before ends.
    """
    environment = _environment()
    cover = pack.cover
    style = environment.get_template("style.css.j2").render(
        theme=pack.theme,
        running_title=_css_text(f"{cover.authority}: {cover.title}"),
        running_board=_css_text(", ".join(filter(None, [cover.board_short, f"as at {cover.as_at}", cover.erratum]))),
        running_notice=_css_text(cover.notice),
        classification=_css_text(f"{cover.classification} · {cover.edition}"),
        bars_height=round(len(pack.summary.rows) * 7.8 + 0.6, 1),
    )
    return environment.get_template("pack.html.j2").render(
        pack=pack, style=Markup(style), flow=lambda name: _section_attributes(name, flowing)
    )


def _section_attributes(name: str, flowing: frozenset[str]) -> Markup:
    is_flowing = ' class="flow"' if name in flowing else ""
    return Markup(f' id="{_SECTION}{name}"{is_flowing}')


def _css_text(text: str) -> Markup:
    """Text inside a CSS string: nothing in it ends the string or the style sheet."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ").replace("<", "\\3c ")
    return Markup(safe)


def render_pdf(pack: Pack) -> RenderedPack:
    """The pack as a tagged PDF; the same model gives the same bytes.

    Where a section would end on a page that is less than a third full, the next one begins there.
    RenderingError if the renderer has anything to complain about. Threads render one at a time: the renderer
    is not made for more, and its complaints would be taken for another pack's.
    """
    with _ONE_AT_A_TIME:
        return _render_pdf(pack)


def _render_pdf(pack: Pack) -> RenderedPack:
    flowing: frozenset[str] = frozenset()
    document = _lay_out(render_html(pack))
    for _ in range(_MOST_LAYOUTS):
        sections = _after_short_pages(document) - flowing
        if not sections:
            break
        flowing |= sections
        document = _lay_out(render_html(pack, flowing))
    attached = [_to_attachment(a) for a in pack.attachments]
    content = document.write_pdf(pdf_variant="pdf/ua-1", pdf_tags=True, attachments=attached)
    return RenderedPack(_finish_tags(content), len(document.pages))


def _to_attachment(item: Attachment) -> WeasyAttachment:
    """A file as the renderer embeds it. It bears the pack's as-at date: the same model gives the same bytes."""
    midnight = dt.datetime(item.day.year, item.day.month, item.day.day, tzinfo=dt.UTC)
    return WeasyAttachment(
        file_obj=io.BytesIO(item.content),
        name=item.name,
        description=item.description,
        created=midnight,
        modified=midnight,
        relationship="Data",
    )


def _lay_out(html: str) -> Any:
    """Lay a document of ours out in pages. What the renderer warns of is an error: a page is not as written."""
    complaints = _Complaints()
    logger = logging.getLogger("weasyprint")
    logger.addHandler(complaints)
    try:
        source = HTML(string=html, base_url=_PACKAGE, url_fetcher=_fetch)
        document = source.render(font_config=FontConfiguration())
    finally:
        logger.removeHandler(complaints)
    if complaints.messages:
        raise RenderingError("; ".join(complaints.messages[:3]))
    return document


def _after_short_pages(document: Any) -> frozenset[str]:
    """The sections that begin after a page that is less than a third full, and so could begin on it.

    A short last page is the last section's own: it may begin earlier.
    """
    pages = document.pages
    begins = [[n.removeprefix(_SECTION) for n in page.anchors if n.startswith(_SECTION)] for page in pages]
    found = {
        begins[number + 1][0]
        for number, page in enumerate(pages[:-1])
        if number > 0 and begins[number + 1] and _fill(page) < _SHORT
    }
    every = [name for names in begins for name in names]
    if every and _fill(pages[-1]) < _SHORT:
        found.add(every[-1])
    return frozenset(found)


def _fill(page: Any) -> float:
    """How far down its content reaches, as a share of the page's own height."""
    box = page._page_box
    body = next(child for child in box.children if child.element_tag == "html")
    ends = [b.position_y + b.height for b in body.descendants() if _is_printed(b)]
    top = box.content_box_y()
    return float((max(ends, default=top) - top) / box.height)


def _is_printed(box: Any) -> bool:
    """Whether a box is text, a drawing or a table row: something a reader sees."""
    return type(box).__name__ in {"LineBox", "InlineReplacedBox", "BlockReplacedBox", "TableRowBox"}


class _Complaints(logging.Handler):
    """Keeps what the renderer warns of: a warning means a page is not as it was written."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one warning."""
        self.messages.append(record.getMessage())


def _fetch(url: str, *_args: Any, **_kwargs: Any) -> Any:
    """Serve this package's own fonts and inline drawings, and nothing else."""
    if url.startswith("data:image/svg+xml;base64,"):
        body = base64.b64decode(url.split(",", 1)[1])
        return URLFetcherResponse(url, body=body, headers={"Content-Type": "image/svg+xml"})
    name = url.removeprefix(_PACKAGE).lstrip("/")
    if url.startswith(_PACKAGE) and "/" in name and ".." not in name:
        resource = files("report_templates").joinpath("pack", name)
        if resource.is_file():
            return URLFetcherResponse(url, body=resource.read_bytes(), headers={"Content-Type": "font/woff2"})
    raise ValueError(f"the pack may not fetch {url[:80]}")


def _finish_tags(content: bytes) -> bytes:
    """Give what the renderer leaves out: the scope of table headers, the print flag and name of links, and
    what embedded files are to the document."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        root = pdf.Root.get("/StructTreeRoot")
        if root is not None:
            _walk(pdf, root, in_head=False)
        for page in pdf.pages:
            for annotation in page.get("/Annots", []):
                annotation["/F"] = 4  # print what is seen
                if "/Dest" in annotation:
                    annotation["/Contents"] = pikepdf.String(_name_link(str(annotation["/Dest"])))
        _associate_files(pdf)
        target = io.BytesIO()
        pdf.save(target, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return target.getvalue()


def _name_link(target: str) -> str:
    """What a link says to somebody who hears it; the renderer gives it the name of its target."""
    if target.startswith(_SOURCE):
        return f"{target.removeprefix(_SOURCE)}: where it came from"
    return f"{target}: its row in the scorecard"


def _associate_files(pdf: pikepdf.Pdf) -> None:
    """Say of each embedded file that it is data of the document (ISO 32000-2, 7.11.3 and 14.13)."""
    found = [spec.obj for _, spec in sorted(pdf.attachments.items())]
    for specification in found:
        specification["/AFRelationship"] = pikepdf.Name("/Data")
    if found:
        pdf.Root["/AF"] = pikepdf.Array(found)


def _spans(element: Any) -> bool:
    """Whether a header cell spans columns: a heading over the rows below it."""
    attributes = element.get("/A")
    each = attributes if isinstance(attributes, pikepdf.Array) else [attributes]
    return any(isinstance(a, pikepdf.Dictionary) and int(a.get("/ColSpan", 1)) > 1 for a in each)


def _set_scope(pdf: pikepdf.Pdf, element: Any, scope: str) -> None:
    """Add the scope to a header's attributes; what the renderer wrote there stays."""
    own = pdf.make_indirect(pikepdf.Dictionary(O=pikepdf.Name("/Table"), Scope=pikepdf.Name(scope)))
    attributes = element.get("/A")
    if isinstance(attributes, pikepdf.Array):
        attributes.append(own)
    elif isinstance(attributes, pikepdf.Dictionary) and str(attributes.get("/O", "")) == "/Table":
        attributes["/Scope"] = pikepdf.Name(scope)
    else:
        element["/A"] = own if attributes is None else pikepdf.Array([attributes, own])


def _walk(pdf: pikepdf.Pdf, node: Any, *, in_head: bool) -> None:
    stack = [(node, in_head)]
    while stack:
        element, is_head = stack.pop()
        kind = str(element.get("/S", ""))
        is_head = is_head or kind == "/THead"
        if kind == "/TH":
            _set_scope(pdf, element, "/Column" if is_head or _spans(element) else "/Row")
        children = element.get("/K")
        if isinstance(children, pikepdf.Array):
            stack += [
                (child, is_head) for child in children if isinstance(child, pikepdf.Dictionary) and "/S" in child
            ]
        elif isinstance(children, pikepdf.Dictionary) and "/S" in children:
            stack.append((children, is_head))
