"""What changed since the last issued pack, as its readers meet it: on page 1, on its own pages, and by `diff`."""

from __future__ import annotations

import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from flows.building import BuiltPack, build_pack, find_board, model_pack
from flows.cli.main import main
from flows.position import derive_position
from flows.settings import Home, find_programme_folder
from flows.taking import take_files
from history.records import IssueRecord, PackRecord
from history.store import History
from programmes.load import load_programme
from report_templates.render import render_html
from schemas.pack_changes import ChangesPage
from tests.scenarios.harbour import lamps
from tests.scenarios.issued import MONTH_ENDS, USUAL, Keepers
from transforms.packs.changes import FIRST

FEBRUARY_MEETING = dt.date(2031, 3, 12)


@pytest.fixture(scope="module")
def keepers(tmp_path_factory: pytest.TempPathFactory) -> Keepers:
    """A home with January's pack issued; since then its data were restated, a target raised, February received."""
    own = Keepers(tmp_path_factory.mktemp("keepers"))
    own.send(1)
    own.issue(1)
    own.send(1, (400, 280), *USUAL[1:], on="2031-02-18T09:00:00Z")
    own.edit("indicators", "target: {value: 75}", "target: {value: 80}")
    own.send(2, (400, 280), (200, 160), (100, 90))
    return own


def build(keepers: Keepers, month: int, meeting: dt.date, upto: int | None = None) -> BuiltPack:
    """Build the keepers' pack."""
    history = keepers.open()
    try:
        position = derive_position(history, keepers.harbour.loaded, MONTH_ENDS[month - 1])
        outbox = keepers.harbour.folder / "outbox"
        return build_pack(history, position, keepers.board(position), outbox, meeting, None, upto)
    finally:
        history.close()


@pytest.fixture(scope="module")
def built(keepers: Keepers) -> BuiltPack:
    """February's pack."""
    return build(keepers, 2, FEBRUARY_MEETING)


@pytest.fixture(scope="module")
def page(built: BuiltPack) -> ChangesPage:
    """What it says changed."""
    assert built.model.changes is not None
    return built.model.changes


def recorded(keepers: Keepers, built: BuiltPack) -> PackRecord:
    """The record of a pack."""
    history = keepers.open()
    try:
        found = history.packs.find(built.pack_id)
        assert found is not None
        return found
    finally:
        history.close()


def test_page_one_says_it_in_brief(built: BuiltPack) -> None:
    assert " · What changed · " in render_html(built.model)
    since = built.model.matters.since
    assert since.title == "Since the pack for 12 February 2031"
    assert since.lines == (
        "2 figures were restated: K1 was 77.1%, is 74.3%; K2 was 75.0%, is 70.0%.",
        "1 figure is judged by another target, tolerance or baseline: K1 from 75% to 80%.",
        "2 figures moved by performance, 1 of them to another colour; 1 figure is as before.",
    )


def test_the_page_keeps_the_causes_apart(page: ChangesPage) -> None:
    assert page.title == "What changed since the pack of 12 February 2031"
    assert [(g.title, [r.ref for r in g.rows]) for g in page.groups] == [
        ("Restated", ["K1", "K2"]),
        ("Target changed", ["K1"]),
        ("Performance", ["K1", "K3"]),
    ]
    restated = page.groups[0].rows[0]
    assert (restated.before.text, restated.after.text, restated.change.text) == ("77.1%", "74.3%", "–2.8")
    assert [(name, f.text) for name, f in page.counts] == [
        ("Restated", "2"), ("Target changed", "1"), ("Rule or definition changed", "0"), ("Performance", "2"),
        ("Limits reckoned anew", "0"), ("Actions", "0"), ("Figures as before", "1"),
    ]  # fmt: skip


def test_every_number_of_the_page_is_a_figure_of_the_pack(built: BuiltPack, keepers: Keepers) -> None:
    found = {f.key: f.text for f in built.model.figures}
    assert found["change:lamps_in_time//:restated:old"] == "77.1%"
    assert found["change:lamps_in_time//:restated:new"] == "74.3%"
    assert found["change:lamps_in_time//:performance:change"] == "+1.4"
    assert found["count:changed/restated"] == "2"
    history = keepers.open()
    kept = {f.figure_key: f.text for f in history.packs.figures(built.pack_id)}
    history.close()
    assert kept == found


def test_the_pdf_has_the_section_before_data_quality(built: BuiltPack, page: ChangesPage) -> None:
    reader = PdfReader(io.BytesIO(built.path.read_bytes()))
    outline = [str(o.title) for o in reader.outline if not isinstance(o, list)]
    assert outline[outline.index("The plan") + 1 : outline.index("Data quality")] == [page.title]
    text = " ".join(" ".join(p.extract_text().split()) for p in reader.pages)
    assert "Restated from 77.1% to 74.3% by the workbook received on 18 February 2031" in text
    assert "Target raised from 75% to 80%: Amber becomes Red" in text


def test_the_record_says_which_pack_it_was_compared_with(built: BuiltPack, keepers: Keepers) -> None:
    history = keepers.open()
    issued = history.packs.issues("lamplight")[0].pack_id
    history.close()
    assert recorded(keepers, built).compared_with == issued


def test_the_first_pack_says_that_it_is_the_first_and_has_no_section(keepers: Keepers) -> None:
    position = keepers.position(1)
    first = model_pack(position, keepers.board(position), dt.date(2031, 2, 12))
    assert first.changes is None
    assert first.matters.since.lines == (FIRST,)
    html = render_html(first)
    assert FIRST in html
    assert "What changed since" not in html


@pytest.mark.long
def test_as_known_before_the_issue_a_pack_has_nothing_to_compare_with(keepers: Keepers, built: BuiltPack) -> None:
    history = keepers.open()
    issue = history.packs.issues("lamplight")[0]
    history.close()
    before = build(keepers, 2, FEBRUARY_MEETING, upto=issue.seq - 1)
    assert before.model.changes is None
    assert recorded(keepers, before).compared_with is None
    assert build(keepers, 2, FEBRUARY_MEETING, upto=issue.seq).sha256 == built.sha256
    assert built.model.matters != replace(built.model.matters, since=before.model.matters.since)


def say(keepers: Keepers, month: int) -> tuple[tuple[str, ...], ChangesPage]:
    """What a pack of a month says on page 1, and on its pages of what changed."""
    position = keepers.position(month)
    model = model_pack(position, keepers.board(position), None, changes=keepers.changes(month))
    assert model.changes is not None
    return model.matters.since.lines, model.changes


@pytest.mark.long
def test_figures_that_are_missing_or_held_are_told_apart_from_those_that_moved(tmp_path: Path) -> None:
    own = Keepers(tmp_path)
    own.send(1)
    own.issue(1)
    lines, page = say(own, 2)  # nothing came
    assert lines == ("4 figures have no data now.",)
    (group,) = page.groups
    assert (group.title, {r.after.text for r in group.rows}) == ("Missing or held, then or now", {"no data"})
    assert "Performance" in [name for name, _ in page.counts]
    own.issue(2)
    book = lamps(MONTH_ENDS[2], *USUAL)
    book.put("Quay & Basin", "Lit late", 150)
    own.send(3, book=book)
    lines, page = say(own, 3)
    assert lines == ("2 figures are held now; 2 are there that were not.",)


@pytest.mark.long
def test_a_target_that_steps_by_date_is_told_after_performance_where_it_comes(tmp_path: Path) -> None:
    own = Keepers(tmp_path)
    steps = "target: {steps: [{from: 2031-01-01, value: 75}, {from: 2031-02-15, value: 79}]}"
    own.edit("indicators", "target: {value: 75}", steps)
    own.send(1)
    own.issue(1)
    own.send(2, (400, 304), *USUAL[1:])
    _, page = say(own, 2)
    assert [g.title for g in page.groups] == ["Performance", "Target stepped as planned"]
    up, step = (next(r for r in g.rows if r.ref == "K1") for g in page.groups)
    assert up.rating_before is not None
    assert (up.rating_before.word, step.rating_before, step.rating_after.word) == ("Green", up.rating_after, "Amber")  # type: ignore[union-attr]


@pytest.mark.long
def test_several_figures_are_told_in_the_plural(tmp_path: Path) -> None:
    own = Keepers(tmp_path)
    own.send(1)
    own.issue(1)
    own.send(1, (400, 280), (200, 140), (100, 90), on="2031-02-18T09:00:00Z")
    own.send(2, (400, 280), (200, 140), (100, 90))
    lines, _ = say(own, 2)
    assert lines[0] == "3 figures were restated: K1 was 77.1%, is 72.9%; K2 and K3 were 75.0%, are 70.0%."


SAMPLES = Path(__file__).parents[2] / "sample_inputs" / "slough_2021"


@pytest.mark.long
def test_two_reporting_dates_of_the_sample_fit_page_one_and_the_budget(tmp_path: Path) -> None:
    home = Home(tmp_path)
    loaded = load_programme(find_programme_folder(SAMPLES.name, home))
    name, board_id = loaded.programme.id, loaded.programme.boards[0].id
    history = History(home.history)
    late = ("Nov 2021", "November 2021", "Oct", "April to September")
    files = sorted(SAMPLES.glob("*.xlsx"))
    packs = []
    for day, meeting, received, chosen in (
        (
            dt.date(2021, 9, 30),
            dt.date(2021, 10, 11),
            "2021-10-04",
            [f for f in files if not any(w in f.name for w in late)],
        ),
        (dt.date(2021, 11, 30), dt.date(2021, 12, 13), "2021-12-06", files),
    ):
        take_files(history, chosen, loaded, f"{received}T09:00:00Z")
        position = derive_position(history, loaded, day)
        board = find_board(position, board_id)
        pack = build_pack(history, position, board, home.outbox(name), meeting, None)
        history.packs.issue(
            IssueRecord(
                name,
                pack.pack_id,
                board.id,
                meeting,
                "restricted",
                0,
                "Analyst",
                meeting,
                "",
                "",
                "[]",
                pack.sha256,
                "p.pdf",
            ),
            f"{received}T10:00:00Z",
        )
        packs.append(pack)
    history.close()
    texts = [" ".join(p.extract_text().split()) for p in PdfReader(packs[1].path).pages]
    assert "Since the pack for 11 October 2021" in texts[1]
    assert "What is asked of the board" in texts[1]
    assert sum("What changed since the pack of 11 October 2021" in t for t in texts) == 1
    assert packs[1].pages <= board.page_budget
    changes = packs[1].model.changes
    assert changes is not None
    assert [g.id for g in changes.groups] == ["restated", "performance", "absent"]
    restated = {r.ref: r.words for r in changes.groups[0].rows}
    assert all(w.startswith("No data then; ") or " has come by the workbook " in w for w in restated.values())


# --- diff -----------------------------------------------------------------------------------------------


def diff(capsys: pytest.CaptureFixture[str], keepers: Keepers, *arguments: str) -> tuple[int, str, str]:
    """Run the command; its exit code and what it printed."""
    with pytest.raises(SystemExit) as ended:
        main(["diff", *arguments, "--home", str(keepers.harbour.home)])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


def test_diff_prints_the_causes_apart_in_any_order_of_the_packs(
    capsys: pytest.CaptureFixture[str], keepers: Keepers, built: BuiltPack
) -> None:
    earlier = recorded(keepers, built).compared_with
    code, out, err = diff(capsys, keepers, str(built.pack_id), str(earlier))
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith(f"Pack {earlier}: keepers, as at 2031-01-31, meeting of 2031-02-12")
    assert [line for line in lines if line.endswith(":")] == ["Restated:", "Target changed:", "Performance:"]
    assert (
        "  K3   Lamps lit in time, Upper Reach: Up 5.0, from 75.0% (31 January 2031) to 80.0% (28 February 2031)"
        in out
    )
    assert lines[-1] == "1 figure is printed alike in both."
    assert diff(capsys, keepers, str(earlier), str(built.pack_id))[1] == out


def test_diff_as_json(capsys: pytest.CaptureFixture[str], keepers: Keepers, built: BuiltPack) -> None:
    earlier = recorded(keepers, built).compared_with
    _, out, _ = diff(capsys, keepers, str(earlier), str(built.pack_id), "--json")
    form = json.loads(out)
    assert (form["earlier"]["pack"], form["later"]["pack"], form["same"]) == (earlier, built.pack_id, 1)
    whole = next(f for f in form["figures"] if f["key"] == "lamps_in_time//")
    assert whole["causes"] == ["restated", "target", "performance"]
    assert [s["cause"] for s in whole["steps"]] == whole["causes"]
    assert (whole["before"]["value"], whole["after"]["value"]) == ("77.1", "75.7")
    assert whole["steps"][0]["evidence"][0]["on"] == "2031-02-18"


def test_diff_of_a_pack_with_itself_says_that_nothing_changed(
    capsys: pytest.CaptureFixture[str], keepers: Keepers, built: BuiltPack
) -> None:
    code, out, _ = diff(capsys, keepers, str(built.pack_id), str(built.pack_id))
    assert code == 0
    assert out.splitlines()[2:] == ["", "4 figures are printed alike in both."]


def test_diff_of_two_boards_says_what_the_other_does_not_see(
    capsys: pytest.CaptureFixture[str], keepers: Keepers, built: BuiltPack
) -> None:
    other = keepers.issue(2, board="oilers")
    code, out, _ = diff(capsys, keepers, str(other.pack_id), str(built.pack_id))
    assert code == 0
    assert out.count("Outside the priorities of the later pack's board") == 4


@pytest.mark.parametrize("text", ["4711", "nonsense", "9" * 40])
def test_diff_of_a_pack_that_is_not_there_is_wrong_usage(
    text: str, capsys: pytest.CaptureFixture[str], keepers: Keepers, built: BuiltPack
) -> None:
    code, out, err = diff(capsys, keepers, str(built.pack_id), text)
    assert (code, out) == (2, "")
    assert err.startswith("boardpack: ")
    assert len(err.splitlines()) == 1
    assert text in err
    assert "keepers as at 2031-01-31" in err, "the packs that there are"


def test_diff_without_any_pack_is_wrong_usage(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["diff", "1", "2", "--home", str(tmp_path)])
    assert ended.value.code == 2
    assert "there is no pack in" in capsys.readouterr().err
