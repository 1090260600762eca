"""docs/: generated pages are up to date, commands and links exist, and every example in YAML works."""

from __future__ import annotations

import importlib.util
import re
import shutil
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import typer
from ruamel.yaml import YAML

from flows.cli.main import app
from flows.position import derive_position
from flows.taking import take_files
from history.store import History
from programmes.load import LoadedProgramme, load_programme
from schemas.config import Board, Correction, DueDateDecision, Indicator, Programme, Return
from schemas.decisions import OVERRIDABLE_ERRORS, Override
from schemas.findings import RULES
from schemas.layout import FieldLayout, Layout, MeasureLayout
from transforms.brag import Impact

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
ROOMS = (
    "schemas",
    "programmes",
    "workbooks",
    "transforms",
    "history",
    "report_templates",
    "delivery",
    "flows",
)
PAGES = sorted(DOCS.rglob("*.md"))


def load_script(name: str) -> ModuleType:
    """Import a script of docs/, which is no package, from its path."""
    spec = importlib.util.spec_from_file_location(f"docs_{name}", DOCS / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def read(path: str) -> str:
    return (DOCS / path).read_text(encoding="utf-8")


# --- Generated pages --------------------------------------------------------------------------------------


def test_every_finding_has_an_example() -> None:
    examples = load_script("make_findings").EXAMPLES
    assert sorted(examples) == sorted(RULES), "give each code an example in docs/make_findings.py"


def test_findings_page_is_up_to_date() -> None:
    made = load_script("make_findings").render_findings()
    assert read("findings.md") == made, "run `python docs/make_findings.py`"


def test_data_dictionary_is_up_to_date() -> None:
    made = load_script("make_data_dictionary").render_dictionary()
    assert read("data-dictionary.md") == made, "run `python docs/make_data_dictionary.py`"


@pytest.mark.long
def test_measurements_are_up_to_date() -> None:
    page = read("measurements.md")
    made = load_script("make_measurements").replace_samples(page)
    assert page == made, "run `python docs/make_measurements.py`"


# --- Links and names --------------------------------------------------------------------------------------


def anchors_of(page: Path) -> set[str]:
    """The anchors of a page's headings, as they are made from their text."""
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    headings = re.findall(r"^#+ (.+)$", text, flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", h.lower()).strip().replace(" ", "-") for h in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(DOCS)))
def test_links_resolve(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith(("http://", "https://")):
            continue
        path, _, anchor = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.is_file(), f"{page.name} links to {target}"
        if anchor:
            assert anchor in anchors_of(found), f"{page.name} links to {target}"


def test_every_page_can_be_reached() -> None:
    linked = {DOCS / "README.md"}
    waiting = [DOCS / "README.md"]
    while waiting:
        page = waiting.pop()
        for target in re.findall(r"\]\(([^)#\s]+\.md)", page.read_text(encoding="utf-8")):
            found = (page.parent / target).resolve()
            if found not in linked and found.is_file():
                linked.add(found)
                waiting.append(found)
    assert not set(PAGES) - linked


def python_files() -> list[Path]:
    return [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]


def test_pages_named_in_the_code_exist() -> None:
    names = [str(path.relative_to(ROOT)) for path in sorted(DOCS.rglob("*"))]
    for path in python_files():
        for name in re.findall(r"docs/[\w/\-]+(?:\.md)?", path.read_text(encoding="utf-8")):
            assert any(n.startswith(name) for n in names), f"{path.relative_to(ROOT)} names {name}"


def test_sections_of_the_methodology_named_in_the_code_exist() -> None:
    headings = set(re.findall(r"^#+ (.+)$", read("methodology.md"), flags=re.MULTILINE))
    for path in python_files():
        for name in re.findall(r'docs/methodology\.md,\s+"([^"]+)"', path.read_text(encoding="utf-8")):
            assert name in headings, f'{path.relative_to(ROOT)} names the section "{name}"'
    assert {"BRAG: impact", "BRAG: outcome", "Reconciliation", "Reading printed dates"} <= headings


@pytest.mark.parametrize("page", ["methodology.md", "glossary.md", "assumptions.md", "decisions/README.md"])
def test_functions_named_in_the_docs_exist(page: str) -> None:
    rooms = "|".join(ROOMS)
    for name in re.findall(rf"`((?:{rooms})/[\w/.]+)`", read(page)):
        file, _, attribute = name.removesuffix(".py").partition(".")
        source = ROOT / f"{file}.py"
        assert source.is_file(), f"{page} names {name}"
        last = attribute.split(".")[-1]
        assert re.search(rf"\b{last}\b", source.read_text(encoding="utf-8")), f"{page} names {name}"


# --- The command line -------------------------------------------------------------------------------------


def commands() -> dict[str, set[str]]:
    """Every command with its visible options; a command of commands has those of all of them."""
    group = typer.main.get_command(app)
    found = getattr(group, "commands", {})
    return {
        name: {o for one in (c, *getattr(c, "commands", {}).values()) for o in visible_options(one)}
        for name, c in found.items()
        if not c.hidden
    }


def visible_options(command: Any) -> set[str]:
    """The options of one command that its help shows."""
    return {o for p in command.params if not getattr(p, "hidden", False) for o in p.opts if o.startswith("--")}


def test_the_commands_described_are_those_that_exist() -> None:
    described = set(re.findall(r"^## ([a-z]+)$", read("cli.md"), flags=re.MULTILINE))
    assert described == set(commands())


def test_every_option_is_described_with_its_command() -> None:
    sections = re.split(r"^## ", read("cli.md"), flags=re.MULTILINE)
    for name, options in commands().items():
        own = next(s for s in sections if s.startswith(f"{name}\n"))
        missing = sorted(o for o in options if f"`{o}`" not in own)
        assert not missing, f"cli.md does not name {missing} of {name}"


def test_commands_shown_in_examples_exist() -> None:
    known = commands()
    for page in PAGES:
        for line in re.findall(r"^\$ boardpack (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE):
            name = line.split()[0]
            assert name in known, f"{page.name} shows `boardpack {name}`"
            assert set(re.findall(r"--[a-z-]+", line)) <= known[name], f"{page.name}: {line}"


# --- Examples in YAML -------------------------------------------------------------------------------------


def yaml_blocks(page: str) -> list[tuple[str, str, bool]]:
    """The examples of a page: file name, text, and whether it is an excerpt; the first line says both."""
    blocks = re.findall(r"^```yaml\n(.*?)^```", read(page), flags=re.DOTALL | re.MULTILINE)
    found = []
    for block in blocks:
        first, _, rest = block.partition("\n")
        match = re.fullmatch(r"# (excerpt of )?([\w/]+\.yaml)", first)
        assert match, f"an example of {page} does not begin with its file's name: {first}"
        found.append((match[2], rest if match[1] else block, bool(match[1])))
    return found


def write_programme(folder: Path, *pages: str) -> Path:
    """The example programme as the pages build it up: files are written, excerpts added to their lists."""
    for page in pages:
        for name, text, is_excerpt in yaml_blocks(page):
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            if is_excerpt:
                _, _, entries = text.partition("\n")
                text = path.read_text(encoding="utf-8") + entries
            path.write_text(text, encoding="utf-8")
    return folder


def test_the_example_council_loads(tmp_path: Path) -> None:
    loaded = load_programme(write_programme(tmp_path, "how-to/add-a-council.md"))
    assert [i.id for i in loaded.programme.indicators] == ["visits_in_time"]
    assert [b.id for b in loaded.programme.boards] == ["improvement_board"]


def test_every_how_to_adds_to_the_example_council(tmp_path: Path) -> None:
    pages = ("add-a-council", "add-a-return", "add-a-kpi", "add-a-board")
    programme = load_programme(write_programme(tmp_path, *(f"how-to/{p}.md" for p in pages))).programme
    expected = {"weekly_activity", "monthly_form", "monthly_plans", "plan_tracker", "commentary"}
    assert {r.id for r in programme.returns} == expected
    assert {i.id for i in programme.indicators} == {
        "visits_in_time",
        "plans_reviewed",
        "average_caseload",
        "plans_open",
    }
    assert {b.id for b in programme.boards} == {"improvement_board", "parenting_panel"}
    later = programme.return_of("monthly_plans").layouts[1].tables["caseloads"]
    assert set(later.columns.fields) == {"cases", "workers"}
    assert later.columns.fields["cases"].headers == ("Open cases",)


def test_the_example_of_a_mistake_is_what_is_said(tmp_path: Path) -> None:
    folder = write_programme(tmp_path, "how-to/add-a-council.md")
    path = folder / "indicators.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace("tolerance:", "tolerence:"), encoding="utf-8")
    with pytest.raises(Exception, match="tolerence") as caught:
        load_programme(folder)
    assert f"boardpack: {str(caught.value).splitlines()[0]}" in read("how-to/add-a-council.md")


def correct_sample(folder: Path) -> LoadedProgramme:
    """The Hillingdon sample with the correction of the how-to page."""
    shutil.copytree(ROOT / "programmes" / "hillingdon_2015", folder)
    for name, text, is_excerpt in yaml_blocks("how-to/correct-a-figure.md"):
        if not is_excerpt:
            (folder / name).write_text(text, encoding="utf-8")
    return load_programme(folder)


def test_the_correction_shown_releases_its_figure(tmp_path: Path) -> None:
    import datetime as dt

    loaded = correct_sample(tmp_path / "hillingdon_2015")
    inputs = ROOT / "sample_inputs" / "hillingdon_2015"
    history = History(tmp_path / "history")
    try:
        take_files(history, sorted(inputs.glob("*July 2015*.xlsx")), loaded, "2015-08-04T09:00:00Z")
        position = derive_position(history, loaded, dt.date(2015, 7, 31))
    finally:
        history.close()
    row = next(r for r in position.rows if r.key == "lac_visits/social_work_teams/" and r.service is not None)
    assert (row.state, str(row.value), row.is_corrected) == ("published", "93.0", True)


def test_the_new_due_date_shown_is_valid() -> None:
    blocks = yaml_blocks("how-to/correct-a-figure.md")
    text = next(text for name, text, _ in blocks if name == "due_dates.yaml")
    entries = YAML(typ="safe").load(text)["due_dates"]
    assert [DueDateDecision.model_validate(entry).action for entry in entries] == ["1.1-3"]


def test_the_override_shown_releases_its_figure(tmp_path: Path) -> None:
    import datetime as dt

    folder = tmp_path / "hillingdon_2015"
    shutil.copytree(ROOT / "programmes" / "hillingdon_2015", folder)
    text = next(text for name, text, _ in yaml_blocks("how-to/correct-a-figure.md") if name == "overrides.yaml")
    (folder / "overrides.yaml").write_text(text, encoding="utf-8")
    loaded = load_programme(folder)
    history = History(tmp_path / "history")
    try:
        inputs = ROOT / "sample_inputs" / "hillingdon_2015"
        take_files(history, sorted(inputs.glob("*31 July 2015*.xlsx")), loaded, "2015-08-04T09:00:00Z")
        position = derive_position(history, loaded, dt.date(2015, 7, 31))
    finally:
        history.close()
    row = next(r for r in position.rows if r.key == "lac_visits/social_work_teams/")
    assert (row.state, str(row.value), row.is_overridden) == ("published", "93.0", True)


def test_every_error_that_can_be_overridden_is_named() -> None:
    page = read("how-to/correct-a-figure.md")
    assert not [code for code in OVERRIDABLE_ERRORS if f"`{code}`" not in page]


@pytest.mark.parametrize(
    ("page", "models"),
    [
        ("how-to/correct-a-figure.md", (Correction, Override)),
        ("how-to/add-a-kpi.md", (Indicator,)),
        ("how-to/add-a-board.md", (Board,)),
        ("how-to/add-a-return.md", (Return, Layout, FieldLayout, MeasureLayout)),
        ("how-to/add-a-council.md", (Programme,)),
    ],
)
def test_every_key_is_explained(page: str, models: tuple[type, ...]) -> None:
    text = read(page)
    for model in models:
        keys = [info.alias or name for name, info in model.model_fields.items()]  # type: ignore[attr-defined]
        missing = [key for key in keys if key not in text]
        assert not missing, f"{page} does not explain {missing}"


def test_every_colour_has_its_rule() -> None:
    section = read("methodology.md").split("## BRAG: impact")[1].split("\n## ")[0]
    for impact in Impact.__args__:  # type: ignore[attr-defined]
        assert f"**{impact.replace('_', ' ').capitalize()}.**" in section
