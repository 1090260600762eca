"""What goes back to the person who made a workbook: written by `check --annotate`, `ingest` and `run`."""

from __future__ import annotations

import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from tests.end_to_end.command import RECEIVED, SAMPLES, run

PROGRAMME = "slough_2021"
HELD = SAMPLES / PROGRAMME / "Weekly Compliance Report 29 Nov 2021 FINAL.xlsx"
SOUND = SAMPLES / PROGRAMME / "Case file audits 2020-21.xlsx"
STEM = HELD.stem


def check(*arguments: object) -> dict:
    """`check --json` of files of the programme."""
    return run("check", *arguments, "--programme", PROGRAMME, "--json").json


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


class TestCheck:
    def test_a_marked_copy_and_an_acknowledgement_are_written_and_named(self, tmp_path: Path) -> None:
        (item,) = check(HELD, "--annotate", tmp_path)["files"]
        assert item["annotated"] == str(tmp_path / f"{STEM}.marked.xlsx")
        assert item["acknowledgement"] == str(tmp_path / f"{STEM}.acknowledgement.html")
        assert names(tmp_path) == [
            f"{STEM}.acknowledgement.html",
            f"{STEM}.acknowledgement.txt",
            f"{STEM}.marked.xlsx",
        ]

    def test_without_the_option_nothing_is_written_and_that_is_null(self) -> None:
        (item,) = check(HELD)["files"]
        assert (item["annotated"], item["acknowledgement"]) == (None, None)

    def test_the_words_say_where_they_lie(self, tmp_path: Path) -> None:
        result = run("check", HELD, "--programme", PROGRAMME, "--annotate", tmp_path)
        assert result.code == 1
        assert f"  marked copy: {tmp_path / STEM}.marked.xlsx\n" in result.out
        assert f"  acknowledgement: {tmp_path / STEM}.acknowledgement.html\n" in result.out

    @pytest.mark.parametrize("path", [HELD, SOUND], ids=["held", "sound"])
    def test_the_marked_copy_passes_the_check_with_the_same_findings(self, tmp_path: Path, path: Path) -> None:
        (first,) = check(path, "--annotate", tmp_path)["files"]
        (again,) = check(first["annotated"])["files"]
        for field in ("status", "return", "period_end", "rows", "findings"):
            assert again[field] == first[field], field

    def test_the_original_is_not_touched(self, tmp_path: Path) -> None:
        path = shutil.copy(HELD, tmp_path / "own.xlsx")
        check(path, "--annotate", tmp_path)
        assert Path(path).read_bytes() == HELD.read_bytes()

    def test_a_second_time_gives_the_same_bytes_under_the_same_names(self, tmp_path: Path) -> None:
        check(HELD, "--annotate", tmp_path)
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
        check(HELD, "--annotate", tmp_path)
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before

    def test_files_of_one_name_do_not_overwrite_each_other(self, tmp_path: Path) -> None:
        twins = [tmp_path / "a" / "return.xlsx", tmp_path / "b" / "return.xlsx"]
        for twin, source in zip(twins, (HELD, SOUND), strict=True):
            twin.parent.mkdir()
            shutil.copy(source, twin)
        out = tmp_path / "out"
        files = check(*twins, "--annotate", out)["files"]
        assert len({item["annotated"] for item in files}) == 2
        assert files[1]["annotated"] == str(out / f"return ({files[1]['sha256'][:8]}).marked.xlsx")
        assert len(names(out)) == 6
        assert [item["annotated"] for item in check(*twins, "--annotate", out)["files"]] == [
            item["annotated"] for item in files
        ]

    def test_a_marked_copy_that_someone_is_mending_is_not_overwritten(self, tmp_path: Path) -> None:
        (item,) = check(HELD, "--annotate", tmp_path)["files"]
        own = Path(item["annotated"])
        own.write_bytes(SOUND.read_bytes())
        (item,) = check(HELD, "--annotate", tmp_path)["files"]
        assert own.read_bytes() == SOUND.read_bytes()
        assert item["annotated"] != str(own)

    def test_a_marked_copy_checked_into_its_own_folder_stays(self, tmp_path: Path) -> None:
        (item,) = check(HELD, "--annotate", tmp_path)["files"]
        before = Path(item["annotated"]).read_bytes()
        (again,) = check(item["annotated"], "--annotate", tmp_path)["files"]
        assert Path(item["annotated"]).read_bytes() == before
        assert again["annotated"] == str(tmp_path / f"{STEM} ({again['sha256'][:8]}).marked.xlsx")

    def test_what_cannot_be_opened_gets_a_table_of_findings(self, tmp_path: Path) -> None:
        path = tmp_path / "notes <b>.xlsx"
        path.write_bytes(b"%PDF-1.7 no workbook")
        out = tmp_path / "out"
        (item,) = check(path, "--annotate", out)["files"]
        assert item["status"] == "refused"
        assert item["annotated"] == str(out / "notes <b>.findings.xlsx")
        page = Path(item["acknowledgement"]).read_text()
        assert "<b>" not in page
        assert "notes &lt;b&gt;.xlsx" in page
        assert "not an .xlsx or .xlsm file" in page

    def test_a_folder_that_is_a_file_is_one_clear_line(self, tmp_path: Path) -> None:
        own = tmp_path / "taken"
        own.write_text("mine")
        result = run("check", HELD, "--programme", PROGRAMME, "--annotate", own)
        assert result.code == 2
        assert str(own) in result.error_line
        assert own.read_text() == "mine"

    def test_a_very_long_name_is_shortened(self, tmp_path: Path) -> None:
        path = tmp_path / f"{'é' * 120}.xlsx"
        shutil.copy(HELD, path)
        (item,) = check(path, "--annotate", tmp_path / "out")["files"]
        assert Path(item["annotated"]).is_file()


class _Page(HTMLParser):
    """What a page fetches or runs, and its headings."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs


def test_the_acknowledgement_needs_nothing_beside_it(tmp_path: Path) -> None:
    (item,) = check(HELD, "--annotate", tmp_path)["files"]
    page = _Page()
    page.feed(Path(item["acknowledgement"]).read_text())
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert not [name for name, _ in page.attributes if name in {"src", "href", "srcset"} or name.startswith("on")]
    assert ("lang", "en-GB") in page.attributes
    assert page.tags.count("h1") == 1
    assert page.tags.count("table") == page.tags.count("caption")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has taken in a sound file, one with held figures, and one that is no workbook."""
    home = tmp_path_factory.mktemp("home")
    inbox = home / "inbox" / PROGRAMME
    inbox.mkdir(parents=True)
    for path in (HELD, SOUND):
        shutil.copy(path, inbox / path.name)
    (inbox / "letter.xlsx").write_bytes(b"no workbook")
    result = run("ingest", "--programme", PROGRAMME, "--home", home, "--received-at", RECEIVED, "--json")
    assert result.code == 1
    (home / "ingest.json").write_text(result.out)
    return home


class TestIngest:
    def test_held_and_refused_files_get_a_copy_and_all_an_acknowledgement(self, home: Path) -> None:
        found = names(home / "returned" / PROGRAMME)
        assert [n for n in found if n.endswith(".xlsx")] == [f"{STEM}.marked.xlsx", "letter.findings.xlsx"]
        assert [n for n in found if n.endswith(".html")] == [
            f"{SOUND.stem}.acknowledgement.html",
            f"{STEM}.acknowledgement.html",
            "letter.acknowledgement.html",
        ]

    def test_each_says_what_becomes_of_the_file(self, home: Path) -> None:
        folder = home / "returned" / PROGRAMME
        said = {s: (folder / f"{s}.acknowledgement.txt").read_text() for s in (STEM, SOUND.stem, "letter")}
        assert "the figures named under Errors are held" in said[STEM]
        assert "Received: 6 December 2021 at 09:00, United Kingdom time" in said[STEM]
        assert "was refused: none of its figures is used" in said["letter"]
        assert "The file is kept and its figures are used." in said[SOUND.stem]

    def test_sending_it_again_changes_no_file_but_says_it_is_known(self, home: Path) -> None:
        folder = home / "returned" / PROGRAMME
        before = names(folder)
        result = run("ingest", HELD, "--programme", PROGRAMME, "--home", home, "--received-at", RECEIVED, "--json")
        assert result.json["files"][0]["already_known"]
        assert names(folder) == before
        assert "was taken in before" in (folder / f"{STEM}.acknowledgement.txt").read_text()

    def test_no_part_of_a_file_is_left(self, home: Path) -> None:
        assert not [n for n in names(home / "returned" / PROGRAMME) if re.search(r"\.part$", n)]
