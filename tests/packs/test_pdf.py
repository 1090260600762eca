"""The finished PDF: pages, tags, fonts, sameness, and what a reader finds on it."""

from __future__ import annotations

import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from pypdf import PdfReader

from flows.building import BuiltPack, build_pack, find_board, model_pack
from flows.position import Position, derive_position
from flows.settings import Home, find_programme_folder
from history.store import History
from programmes.load import load_programme
from report_templates.render import RenderingError, _fetch, render_html, render_pdf

ROOT = Path(__file__).parents[2]


def test_pages_say_what_they_are_and_number_themselves(pages: list[str], built: BuiltPack) -> None:
    assert len(pages) == built.pages
    for number, text in enumerate(pages, 1):
        flat = " ".join(text.split())
        assert f"Page {number} of {len(pages)}" in flat
        assert "Not issued by Slough Children First" in flat


def test_the_parts_come_in_the_order_of_the_promise(built: BuiltPack) -> None:
    outline = [str(o.title) for o in PdfReader(built.path).outline if not isinstance(o, list)]
    assert outline == [
        "Cover",
        "What matters",
        "BRAG summary",
        "Scorecard",
        "Indicators in detail",
        "The plan",
        "Data quality",
        "Where each number came from",
        "Key and definitions",
        "Annex: every action",
    ]


def test_page_one_fits_on_one_page(pages: list[str]) -> None:
    assert "What matters" in pages[1]
    assert "What is asked of the board" in pages[1]


def test_the_pdf_is_tagged_titled_and_in_its_language(built: BuiltPack) -> None:
    with pikepdf.open(built.path) as pdf:
        assert pdf.Root.MarkInfo.Marked
        assert str(pdf.Root.Lang) == "en-GB"
        assert "Transition Steering Group" in str(pdf.docinfo["/Title"])
        scopes = _header_scopes(pdf)
    assert scopes
    assert set(scopes) <= {"/Column", "/Row"}
    assert "/Column" in scopes
    assert "/Row" in scopes


def _attributes(node: Any) -> list[pikepdf.Dictionary]:
    own = node["/A"]
    return list(own) if isinstance(own, pikepdf.Array) else [own]


def _elements(kids: Any) -> list[pikepdf.Dictionary]:
    """The structure elements among an element's children."""
    each = kids if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in each if isinstance(kid, pikepdf.Dictionary) and "/S" in kid]


def _header_scopes(pdf: pikepdf.Pdf) -> list[str]:
    found, stack = [], [pdf.Root.StructTreeRoot]
    while stack:
        node = stack.pop()
        if str(node.get("/S", "")) == "/TH":
            found += [str(a["/Scope"]) for a in _attributes(node) if "/Scope" in a]
        kids = node.get("/K")
        stack += _elements(kids)
    return found


def test_only_the_packs_own_fonts_are_used(built: BuiltPack) -> None:
    names = set()
    with pikepdf.open(built.path) as pdf:
        for page in pdf.pages:
            fonts = page.get("/Resources", {}).get("/Font", {})
            names |= {str(font.get("/BaseFont", "")) for font in fonts.values()}
    assert names
    assert all("Source" in name for name in names), names


def test_every_figure_has_an_alternative_text(built: BuiltPack) -> None:
    with pikepdf.open(built.path) as pdf:
        stack, figures = [pdf.Root.StructTreeRoot], []
        while stack:
            node = stack.pop()
            if str(node.get("/S", "")) == "/Figure":
                figures.append(str(node.get("/Alt", "")))
            kids = node.get("/K")
            stack += _elements(kids)
    assert figures
    assert all(len(alt) > 40 for alt in figures)


@pytest.mark.long
def test_the_same_position_gives_the_same_bytes_also_in_another_process(position: Position, built: BuiltPack) -> None:
    board = find_board(position, "tsg")
    first = render_pdf(model_pack(position, board, None)).content
    assert hashlib.sha256(first).hexdigest() == built.sha256
    program = (
        "import sys, hashlib, pickle; from report_templates.render import render_pdf;"
        "print(hashlib.sha256(render_pdf(pickle.load(sys.stdin.buffer)).content).hexdigest())"
    )
    import pickle

    done = subprocess.run(
        [sys.executable, "-c", program],
        input=pickle.dumps(model_pack(position, board, None)),
        capture_output=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo"},
    )
    assert done.stdout.decode().strip() == built.sha256


@pytest.mark.long
def test_building_again_gives_the_same_bytes_and_is_as_known_at_the_same_event(home: Home, built: BuiltPack) -> None:
    history = History(home.history)
    try:
        again = derive_position(history, load_programme(find_programme_folder("slough_2021", home)), built.as_at)
        pack = build_pack(history, again, find_board(again, "tsg"), home.outbox("slough_2021"), None, None)
    finally:
        history.close()
    assert (pack.as_known, pack.sha256) == (built.as_known, built.sha256)


def test_no_page_is_under_a_third_full(built: BuiltPack, tmp_path: Path) -> None:
    subprocess.run(["pdftoppm", "-r", "20", "-gray", str(built.path), str(tmp_path / "page")], check=True)
    shares = []
    for image in sorted(tmp_path.glob("*.pgm")):
        head = re.match(rb"P5\s+(\d+)\s+(\d+)\s+\d+\s", image.read_bytes())
        assert head is not None
        width, height = int(head[1]), int(head[2])
        body = image.read_bytes()[head.end() :]
        rows = [min(body[r * width : (r + 1) * width]) < 200 for r in range(height)]
        inked = [r for r in range(int(height * 0.06), int(height * 0.925)) if rows[r]]
        shares.append((max(inked) - height * 0.06) / (height * 0.865))
    assert len(shares) == built.pages
    assert min(shares) > 1 / 3, shares


@pytest.mark.long
def test_markup_in_a_cell_is_inert(position: Position) -> None:
    pack = model_pack(position, find_board(position, "tsg"), None)
    from dataclasses import replace

    nasty = '<script>alert(1)</script><img src="file:///etc/passwd">"}</style>'
    line = replace(pack.plan.annex[0].lines[0], title=nasty)
    group = replace(pack.plan.annex[0], lines=(line,))
    bad = replace(pack, plan=replace(pack.plan, annex=(group,)), cover=replace(pack.cover, notice=nasty))
    html = render_html(bad)
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(render_pdf(bad).content)).pages)
    assert "alert(1)" in text


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "https://example.org/x.png", "package:../render.py", "package:pack.html.j2"]
)
def test_the_renderer_fetches_nothing_but_its_own_files(url: str) -> None:
    with pytest.raises(ValueError, match="may not fetch"):
        _fetch(url)


def test_a_warning_of_the_renderer_stops_the_pack(position: Position, monkeypatch: pytest.MonkeyPatch) -> None:
    import report_templates.render as render

    pack = model_pack(position, find_board(position, "tsg"), None)
    real = render.render_html
    monkeypatch.setattr(render, "render_html", lambda *a: real(*a).replace("<style>", "<style>p { no-such: 1 }"))
    with pytest.raises(RenderingError, match="no-such"):
        render_pdf(pack)


@pytest.mark.long
def test_two_checkers_of_pdf_ua_find_no_error(built: BuiltPack, tmp_path: Path) -> None:
    """Neither is a full validator: together they cover part of PDF/UA-1, and no more is claimed."""
    tools = Path(sys.executable).parent
    checked = subprocess.run(
        [tools / "pdfua", "check", "--min-severity", "error", built.path], capture_output=True, text=True
    )
    assert "result: ERROR" not in checked.stdout, checked.stdout
    report = tmp_path / "report.json"
    guesses = ["--skip", "TBL-010"]  # takes a table with more headers than figures for a broken one
    read = subprocess.run(
        [tools / "outloud", "--json", report, "--fail-on", "error", *guesses, built.path],
        capture_output=True,
        text=True,
    )
    assert read.returncode == 0, read.stdout
