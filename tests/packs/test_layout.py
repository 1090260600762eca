"""How pages are laid out: headings stay with what they head, and hatching leaves words to be read."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from flows.building import find_board, model_pack
from flows.position import Position
from report_templates.render import _lay_out, render_html


@pytest.fixture(scope="module")
def style(position: Position) -> str:
    """The style sheet of a pack."""
    html = render_html(model_pack(position, find_board(position, "tsg"), None))
    found = re.search(r"<style>.*?</style>", html, re.DOTALL)
    assert found is not None
    return found[0]


def pages_of(html: str) -> list[str]:
    """The text of every page of a document, laid out by the real renderer."""
    return [_text(page._page_box) for page in _lay_out(html).pages]


def _text(box: object) -> str:
    own = getattr(box, "text", "") if type(box).__name__ == "TextBox" else ""
    return own + " " + " ".join(_text(child) for child in getattr(box, "children", ()))


ROWS = "".join(f"<tr><th scope='row'>Row {n} of it</th><td>x</td></tr>" for n in range(1, 13))
TABLE = f"<table><thead><tr><th scope='col'>Head</th><th scope='col'>y</th></tr></thead><tbody>{ROWS}</tbody></table>"


@pytest.mark.parametrize("room", range(8, 44, 4))
@pytest.mark.parametrize(
    "head",
    [
        pytest.param("<h2>Heading here</h2>", id="heading", marks=pytest.mark.long),
        pytest.param("<h2>Heading here</h2><p>What it means.</p>", id="heading and words"),
        pytest.param('<h1>Heading here</h1><p class="lead">What it means.</p>', id="title", marks=pytest.mark.long),
        pytest.param("<div><h2>Heading here</h2><p>What it means.</p>", id="group", marks=pytest.mark.long),
    ],
)
def test_a_heading_and_its_words_stay_with_the_first_rows_of_their_table(style: str, head: str, room: int) -> None:
    """At any height at which the page may end."""
    end = "</div>" if head.startswith("<div>") else ""
    body = f'<section><div style="height: {252 - room}mm">Filler</div>{head}{TABLE}{end}</section>'
    pages = pages_of(f"<html lang='en'><head>{style}</head><body>{body}</body></html>")
    page = next(text for text in pages if "Heading here" in text)
    assert "Row 1 of it" in page
    assert "Row 2 of it" in page
    assert "What it means." not in head or "What it means." in page


def test_what_stays_together_is_a_heading_with_its_table_and_no_more(style: str) -> None:
    """Short tables under headings, one after the other: none is taken to the next page with what follows it."""
    rows = "<tr><th scope='row'>Row</th><td>x</td></tr>" * 2
    short = f"<table><tbody>{rows}</tbody></table>"
    parts = "".join(f"<h2>Part {n}</h2>{short if n % 2 else '<p>None.</p>'}" for n in range(12))
    body = f'<section><div style="height: 180mm">Filler</div>{parts}{TABLE}</section>'
    pages = pages_of(f"<html lang='en'><head>{style}</head><body>{body}</body></html>")
    assert all(f"Part {n} " in pages[0] for n in range(3))


@pytest.mark.parametrize("room", range(0, 30, 3))
def test_the_name_of_a_group_stays_with_the_first_row_of_it(style: str, room: int) -> None:
    group = '<tr class="group"><th scope="colgroup" colspan="2">A group</th></tr>'
    before = "<tbody><tr><th scope='row'>Before</th><td>x</td></tr></tbody>"
    table = f"<table>{before}<tbody>{group}{ROWS}</tbody></table>"
    body = f'<section><div style="height: {252 - room}mm">Filler</div>{table}</section>'
    pages = pages_of(f"<html lang='en'><head>{style}</head><body>{body}</body></html>")
    assert "Row 1 of it" in next(text for text in pages if "A group" in text)


@pytest.mark.parametrize("rating", ["undated", "no_data", "held"])
@pytest.mark.parametrize("kind", ["", "dense"])
def test_hatching_stands_beside_the_words_and_not_behind_them(
    style: str, rating: str, kind: str, tmp_path: Path
) -> None:
    """Without its words, the cell is white but for a strip at its left."""
    body = (
        f'<table class="{kind}" style="width: 40mm"><tbody><tr><td class="{rating}">&nbsp;</td></tr></tbody></table>'
    )
    document = _lay_out(f"<html lang='en'><head>{style}</head><body>{body}</body></html>")
    document.write_pdf(tmp_path / "cell.pdf")
    subprocess.run(
        ["pdftoppm", "-r", "254", "-gray", "-singlefile", tmp_path / "cell.pdf", tmp_path / "cell"], check=True
    )
    head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", (tmp_path / "cell.pgm").read_bytes())
    assert head is not None
    width, data = int(head[1]), (tmp_path / "cell.pgm").read_bytes()[head.end() :]
    row = 10 * 23  # 23 mm down, in the middle of the first row
    inked = {x // 10 for y in range(row - 10, row + 10) for x in range(130, 560) if data[y * width + x] < 235}
    assert inked, "there is no hatching"
    assert inked <= {13, 14, 15}, "hatching runs under the words"
