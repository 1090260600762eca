"""What a programme's YAML may not hold, and how it is told: file, line, key, and the nearest known key."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from programmes import load
from programmes.load import ConfigProblem, ConfigurationError, load_programme
from schemas.layout import Layout
from tests.builders import FILES, INDICATORS, LAMP_REPORT, PROGRAMME, changed, write_programme

CORRECTION = """\
corrections:
  - role: Lamp clerk
    date: 2031-03-05
    return: lamp_report
    period: 2031-03-03
    service: quay_basin
    measure: lamps_in_time
    field: due
    expected: 294
    right: 394
    reason: 298 and 96 make 394.
"""


def problems_of(folder: Path) -> tuple[ConfigProblem, ...]:
    """Everything that is wrong with the programme of a folder."""
    with pytest.raises(ConfigurationError) as caught:
        load_programme(folder)
    return caught.value.problems


def only_problem(folder: Path) -> ConfigProblem:
    """The one thing that is wrong with the programme of a folder."""
    problems = problems_of(folder)
    assert len(problems) == 1, [str(p) for p in problems]
    return problems[0]


def line_of(folder: Path, file: str, text: str) -> int:
    """The number of the one line of a file that holds `text`."""
    lines = (folder / file).read_text(encoding="utf-8").splitlines()
    found = [number for number, line in enumerate(lines, 1) if text in line]
    assert len(found) == 1, f"{text!r} stands in lines {found} of {file}"
    return found[0]


def test_a_programme_without_errors_is_loaded_whole(tmp_path: Path) -> None:
    loaded = load_programme(write_programme(tmp_path, corrections=CORRECTION))
    programme = loaded.programme
    assert [s.id for s in programme.services] == ["quay_basin", "upper_reach", "islands"]
    assert sorted(r.id for r in programme.returns) == sorted(
        Path(name).stem for name in FILES if name.startswith("returns/")
    )
    assert programme.indicators[0].target is not None
    assert programme.indicators[0].target.value == Decimal(90)
    assert programme.return_of("lamp_report").partial == {dt.date(2031, 2, 3): ("lamps",)}
    assert (loaded.corrections[0].expected, loaded.corrections[0].right) == ("294", "394")


@pytest.mark.parametrize("name", ["slough_2021", "hillingdon_2015"])
def test_the_installed_programmes_load(name: str) -> None:
    folder = Path(__file__).resolve().parents[3] / "programmes" / name
    assert load_programme(folder).programme.id == name


# --- Unknown keys ---------------------------------------------------------------------------------------

UNKNOWN_KEYS = {
    "top of programme.yaml": (
        "programme", PROGRAMME, "reporting_dates:", "reporting_date:", "programme.yaml", "reporting_dates"
    ),
    "a service in programme.yaml": (
        "programme", PROGRAMME, "spellings: [Q&B]", "speling: [Q&B]", "programme.yaml", "spellings"
    ),
    "a plan reference in programme.yaml": (
        "programme", PROGRAMME, 'ref: "1.10", title:', 'ref: "1.10", titel:', "programme.yaml", "title"
    ),
    "top of a return": (
        "lamp_report", LAMP_REPORT, "cadence:", "cadense:", "returns/lamp_report.yaml", "cadence"
    ),
    "a layout of a return": (
        "lamp_report", LAMP_REPORT, "    basis:", "    base:", "returns/lamp_report.yaml", "basis"
    ),
    "a table of a return": (
        "lamp_report", LAMP_REPORT, "anchor: [Lamps lit in time]", "ancor: [Lamps lit in time]",
        "returns/lamp_report.yaml", "anchor",
    ),
    "a field of a table of a return": (
        "lamp_report", LAMP_REPORT, "{headers: [Lit late], kind: count, required: false}",
        "{headers: [Lit late], kind: count, requird: false}", "returns/lamp_report.yaml", "required",
    ),
    "a measure of a table of a return": (
        "lamp_report", LAMP_REPORT, "stated: pct", "state: pct", "returns/lamp_report.yaml", "stated"
    ),
    "an indicator": (
        "indicators", INDICATORS, "decimals: 1", "decimal: 1", "indicators.yaml", "decimals"
    ),
    "a tolerance of an indicator": (
        "indicators", INDICATORS, "{kind: points, value: 5}", "{kind: points, valu: 5}", "indicators.yaml",
        "value",
    ),
    "top of indicators.yaml": (
        "indicators", INDICATORS, "indicators:", "indicator:", "indicators.yaml", "indicators"
    ),
    "a correction": (
        "corrections", CORRECTION, "expected:", "expect:", "corrections.yaml", "expected"
    ),
    "top of corrections.yaml": (
        "corrections", CORRECTION, "corrections:", "correction:", "corrections.yaml", "corrections"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", UNKNOWN_KEYS.values(), ids=UNKNOWN_KEYS)
def test_an_unknown_key_names_file_line_key_and_the_nearest_known_key(
    case: tuple[str, str, str, str, str, str], tmp_path: Path
) -> None:
    name, text, old, new, file, nearest = case
    folder = write_programme(tmp_path, **{name: changed(text, old, new)})
    unknown = [p for p in problems_of(folder) if "unknown key" in p.message]
    assert len(unknown) == 1
    keys = set(re.findall(r"(\w+):", new)) - set(re.findall(r"(\w+):", old))
    assert unknown[0].file == file
    assert {unknown[0].key.split(".")[-1]} == keys
    assert f"did you mean '{nearest}'?" in unknown[0].message
    assert unknown[0].line == line_of(folder, file, new)
    assert f"{file}, line {unknown[0].line}: " in str(unknown[0])


def test_an_unknown_key_with_no_near_one_lists_the_known_keys(tmp_path: Path) -> None:
    text = changed(INDICATORS, "    decimals: 1\n", "    decimals: 1\n    zzz: 1\n")
    problem = only_problem(write_programme(tmp_path, indicators=text))
    assert problem.message.startswith("unknown key; known are ")
    assert "tolerance" in problem.message
    assert "return," in problem.message, "a key is listed as it is written in the file"


# --- Missing keys, syntax, types ------------------------------------------------------------------------


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    folder = write_programme(tmp_path, indicators=changed(INDICATORS, "    unit: percent\n", ""))
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("indicators.yaml", "indicators.0.unit")
    assert problem.message == "this key is missing"
    assert problem.line == line_of(folder, "indicators.yaml", "id: lamps_in_time")


def test_a_missing_key_of_a_correction_is_named(tmp_path: Path) -> None:
    text = changed(CORRECTION, "  - role: Lamp clerk\n    date", "  - date")
    problem = only_problem(write_programme(tmp_path, corrections=text))
    assert (problem.file, problem.key, problem.line) == ("corrections.yaml", "corrections.0.role", 2)
    assert problem.message == "this key is missing"


@pytest.mark.parametrize(
    ("name", "file", "text", "line"),
    [
        ("programme", "programme.yaml", PROGRAMME + "notice: [unclosed\n", len(PROGRAMME.splitlines()) + 1),
        ("lamp_report", "returns/lamp_report.yaml", changed(LAMP_REPORT, "title:", "\ttitle:"), 2),
        ("indicators", "indicators.yaml", "indicators:\n  - id: a\n  - id: b\n    id: c\n", 4),
    ],
    ids=["an unclosed list", "a tab", "a key twice"],
)
def test_a_syntax_error_names_file_and_line(name: str, file: str, text: str, line: int, tmp_path: Path) -> None:
    problem = only_problem(write_programme(tmp_path, **{name: text}))
    assert problem.file in {file, Path(file).name}
    assert "not valid YAML" in problem.message
    assert problem.line is not None
    assert abs(problem.line - line) <= 1, "where the parser stops: the line itself or the next"
    assert "\n" not in problem.message


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"- a\n- b\n", b"just words"])
def test_a_file_of_another_kind_is_told_not_raised(content: bytes, tmp_path: Path) -> None:
    folder = write_programme(tmp_path)
    (folder / "indicators.yaml").write_bytes(content)
    assert only_problem(folder).file == "indicators.yaml"


def test_a_folder_without_programme_is_told(tmp_path: Path) -> None:
    assert "no programme.yaml" in only_problem(tmp_path).message


def test_a_number_where_text_is_wanted_is_asked_for_in_quotes_as_it_is_written(tmp_path: Path) -> None:
    """YAML reads 1.10 as 1.1: another reference. So the text is asked for, with the zero."""
    folder = write_programme(tmp_path, programme=changed(PROGRAMME, '"1.10"', "1.10"))
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("programme.yaml", "priorities.0.refs.1.ref")
    assert problem.line == line_of(folder, "programme.yaml", "ref: 1.10")
    assert "must be text" in problem.message
    assert '"1.10"' in problem.message


def test_a_number_among_plan_refs_is_refused_too(tmp_path: Path) -> None:
    folder = write_programme(tmp_path, indicators=changed(INDICATORS, '["1.1"]', "[1.1]"))
    problem = only_problem(folder)
    assert problem.key == "indicators.0.plan_refs.0"
    assert problem.line == line_of(folder, "indicators.yaml", "[1.1]")
    assert 'put it in quotes, "1.1"' in problem.message


@pytest.mark.parametrize("number", ["0.1", "33.3", "2.675"])
def test_a_number_with_a_point_keeps_its_decimal_digits(number: str, tmp_path: Path) -> None:
    text = changed(INDICATORS, "{kind: points, value: 5}", f"{{kind: points, value: {number}}}")
    tolerance = load_programme(write_programme(tmp_path, indicators=text)).programme.indicators[0].tolerance
    assert tolerance is not None
    assert tolerance.value == Decimal(number)


# --- Later layouts --------------------------------------------------------------------------------------

LATER = """
  - from: 2031-06-01
    tables:
      lamps:
        columns:
          fields:
            in_time: {headers: [Lit by dusk]}
            late: null
        checks: null
"""


def layouts_of(folder: Path) -> tuple[Layout, ...]:
    """The layouts of the lamp report, with what they inherit."""
    return load_programme(folder).programme.return_of("lamp_report").layouts


def test_a_later_layout_states_only_its_differences(tmp_path: Path) -> None:
    first, later = layouts_of(write_programme(tmp_path, lamp_report=LAMP_REPORT + LATER))
    assert later.from_ == dt.date(2031, 6, 1)
    assert later.tables["lamps"].columns.fields["in_time"].headers == ("Lit by dusk",)
    assert later.tables["lamps"].columns.fields["in_time"].kind == "count", "kept from the first"
    assert (later.as_at, later.tables["oil"]) == (first.as_at, first.tables["oil"])
    assert later.tables["lamps"].measures == first.tables["lamps"].measures


def test_null_takes_a_key_out_of_a_later_layout_only(tmp_path: Path) -> None:
    first, later = layouts_of(write_programme(tmp_path, lamp_report=LAMP_REPORT + LATER))
    assert "late" in first.tables["lamps"].columns.fields
    assert "late" not in later.tables["lamps"].columns.fields
    assert len(first.tables["lamps"].checks) == 1
    assert later.tables["lamps"].checks == ()


def test_a_third_layout_differs_from_the_second(tmp_path: Path) -> None:
    third = "\n  - from: 2031-09-01\n    tables: {oil: null}\n"
    _, second, last = layouts_of(write_programme(tmp_path, lamp_report=LAMP_REPORT + LATER + third))
    assert set(last.tables) == {"lamps"}
    assert last.tables["lamps"] == second.tables["lamps"]


def test_an_unknown_key_in_a_later_layout_names_its_own_line(tmp_path: Path) -> None:
    later = changed(LATER, "{headers: [Lit by dusk]}", "{header: [Lit by dusk]}")
    folder = write_programme(tmp_path, lamp_report=LAMP_REPORT + later)
    problem = only_problem(folder)
    assert problem.file == "returns/lamp_report.yaml"
    assert problem.line == line_of(folder, problem.file, "{header: [Lit by dusk]}")
    assert "did you mean 'headers'?" in problem.message


@pytest.mark.parametrize("place", ["layouts", "fields"])
def test_a_later_layout_of_an_empty_one_is_told_not_raised(place: str, tmp_path: Path) -> None:
    """The first layout (or its table) is still empty while the second is already written."""
    start = LAMP_REPORT.index("  - from:") if place == "layouts" else LAMP_REPORT.index("    tables:")
    rest = "  - {}\n" if place == "layouts" else "    tables: {}\n"
    folder = write_programme(tmp_path, lamp_report=LAMP_REPORT[:start] + rest + LATER.lstrip("\n"))
    assert {p.file for p in problems_of(folder)} <= {"returns/lamp_report.yaml", "indicators.yaml"}


def test_layouts_out_of_order_are_told(tmp_path: Path) -> None:
    later = changed(LATER, "2031-06-01", "2030-06-01")
    problem = only_problem(write_programme(tmp_path, lamp_report=LAMP_REPORT + later))
    assert problem.key.endswith("layouts")
    assert "in order" in problem.message


# --- Names that are used but not declared ---------------------------------------------------------------

REFERENCES = {
    "a service of a table": (
        "lamp_report", LAMP_REPORT, "services: [quay_basin, upper_reach, islands]",
        "services: [quay_basin, uper_reach, islands]", "returns/lamp_report.yaml", "'uper_reach'",
        "'upper_reach'",
    ),
    "a service of an indicator": (
        "indicators", INDICATORS, "services: [quay_basin, upper_reach, islands]",
        "services: [quay_basin, upper_reach, island]", "indicators.yaml", "'island'", "'islands'",
    ),
    "a measure of an indicator": (
        "indicators", INDICATORS, "measure: lamps_in_time", "measure: lamp_in_time", "indicators.yaml",
        "'lamp_in_time'", "'lamps_in_time'",
    ),
    "a return of an indicator": (
        "indicators", INDICATORS, "return: lamp_report", "return: lamps_report", "indicators.yaml",
        "'lamps_report'", "'lamp_report'",
    ),
    "a plan reference of an indicator": (
        "indicators", INDICATORS, 'plan_refs: ["1.1"]', 'plan_refs: ["1.11"]', "indicators.yaml", "'1.11'",
        "'1.1",
    ),
    "a table in `partial`": (
        "lamp_report", LAMP_REPORT, "2031-02-03: [lamps]", "2031-02-03: [lamp]", "returns/lamp_report.yaml",
        "'lamp'", "'lamps'",
    ),
    "a field of a measure": (
        "lamp_report", LAMP_REPORT, "stated: pct", "stated: pcts", "returns/lamp_report.yaml", "'pcts'",
        "'pct'",
    ),
    "a row of a measure": (
        "lamp_report", LAMP_REPORT, "rows: [barrels]", "rows: [barrel]", "returns/lamp_report.yaml",
        "'barrel'", "'barrels'",
    ),
    "a field of a check": (
        "lamp_report", LAMP_REPORT, "parts: [in_time, late]", "parts: [in_time, lates]",
        "returns/lamp_report.yaml", "'lates'", "'late'",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFERENCES.values(), ids=REFERENCES)
def test_a_name_that_is_not_declared_is_told_with_the_nearest_one(
    case: tuple[str, str, str, str, str, str, str], tmp_path: Path
) -> None:
    name, text, old, new, file, wrong, right = case
    folder = write_programme(tmp_path, **{name: changed(text, old, new)})
    problem = only_problem(folder)
    assert problem.file == file
    assert wrong in problem.message
    assert "is not declared" in problem.message
    assert right in problem.message
    assert problem.line is not None
    block = (folder / file).read_text(encoding="utf-8").splitlines()
    near = "\n".join(block[problem.line - 1 : line_of(folder, file, new)])
    assert new in near, "the line is that of the name, or of the block that holds it"


def test_a_basis_that_the_return_does_not_give_is_told(tmp_path: Path) -> None:
    text = changed(INDICATORS, "    unit: percent\n", "    unit: percent\n    basis: ytd\n")
    folder = write_programme(tmp_path, indicators=text)
    problem = only_problem(folder)
    assert (problem.file, problem.line) == (
        "indicators.yaml",
        line_of(folder, "indicators.yaml", "basis: ytd"),
    )
    assert "snapshot, not ytd" in problem.message


def test_an_id_used_twice_is_told(tmp_path: Path) -> None:
    text = changed(PROGRAMME, "{id: islands, label: Islands}", "{id: upper_reach, label: Islands}")
    messages = [p.message for p in problems_of(write_programme(tmp_path, programme=text))]
    assert "the id 'upper_reach' is used twice" in messages


def test_a_spelling_of_two_services_is_told(tmp_path: Path) -> None:
    text = changed(PROGRAMME, "[The Reach]", "[islands]")
    problem = only_problem(write_programme(tmp_path, programme=text))
    assert "'islands'" in problem.message
    assert problem.line is not None


# --- Decisions, and all at once -------------------------------------------------------------------------


@pytest.mark.parametrize("text", [None, "", "# none yet\n", "corrections:\n", "corrections: []\n"])
def test_an_absent_or_empty_corrections_file_means_none(text: str | None, tmp_path: Path) -> None:
    files = {} if text is None else {"corrections": text}
    assert load_programme(write_programme(tmp_path, **files)).corrections == ()


@pytest.mark.parametrize("text", ["corrections: none\n", "corrections: {a: 1}\n", "corrections: 3\n"])
def test_corrections_that_are_no_list_are_told_not_raised(text: str, tmp_path: Path) -> None:
    assert problems_of(write_programme(tmp_path, corrections=text))[0].file == "corrections.yaml"


def test_all_problems_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    folder = write_programme(
        tmp_path,
        programme=changed(PROGRAMME, "label: Islands", "lable: Islands"),
        lamp_report=changed(LAMP_REPORT, "cadence: weekly", "cadence: sometimes"),
        indicators=changed(INDICATORS, "decimals: 1", "decimals: one"),
    )
    found = {(p.file, p.key.split(".")[-1]) for p in problems_of(folder)}
    assert found >= {
        ("programme.yaml", "lable"),
        ("programme.yaml", "label"),
        ("returns/lamp_report.yaml", "cadence"),
        ("indicators.yaml", "decimals"),
    }


def test_all_undeclared_names_are_told_at_once(tmp_path: Path) -> None:
    folder = write_programme(
        tmp_path,
        lamp_report=changed(LAMP_REPORT, "2031-02-03: [lamps]", "2031-02-03: [lamp]"),
        indicators=changed(INDICATORS, "measure: lamps_in_time", "measure: lamp_in_time"),
    )
    assert {p.file for p in problems_of(folder)} == {"returns/lamp_report.yaml", "indicators.yaml"}


@pytest.mark.parametrize(
    "indicators",
    [changed(INDICATORS, "decimals: 1", "decimal: 1"), changed(INDICATORS, "indicators:", "indicator:")],
    ids=["within an indicator", "at the top"],
)
def test_unknown_keys_of_corrections_are_told_together_with_those_of_other_files(
    indicators: str, tmp_path: Path
) -> None:
    folder = write_programme(
        tmp_path,
        indicators=indicators,
        lamp_report=changed(LAMP_REPORT, "anchor: [Lamps lit in time]", "ancor: [Lamps lit in time]"),
        corrections=changed(CORRECTION, "expected:", "expect:"),
    )
    unknown = {p.file for p in problems_of(folder) if "unknown key" in p.message}
    assert unknown == {"indicators.yaml", "returns/lamp_report.yaml", "corrections.yaml"}


def test_each_problem_stands_on_its_own_line_of_the_error(tmp_path: Path) -> None:
    folder = write_programme(
        tmp_path,
        programme=changed(PROGRAMME, "title: Lamplight plan\n", ""),
        indicators=changed(INDICATORS, "    unit: percent\n", ""),
    )
    with pytest.raises(ConfigurationError) as caught:
        load_programme(folder)
    assert len(str(caught.value).splitlines()) == 2 == len(caught.value.problems)


@pytest.mark.parametrize("name", ["slough_2021", "hillingdon_2015"])
def test_the_quick_reading_of_a_sound_programme_is_the_slow_one(name: str) -> None:
    folder = Path(__file__).parents[3] / "programmes" / name
    quick = load._load_sound(folder)
    assert quick is not None
    assert quick == load._load_with_places(folder)
    assert quick.programme.model_dump_json() == load._load_with_places(folder).programme.model_dump_json()


def test_numbers_dates_and_words_are_read_alike_by_either_parser(tmp_path: Path) -> None:
    odd = changed(INDICATORS, "target: {value: 90}", "target: {value: 90.10, note: 'yes, no, on, 010, 1_000, 12:30'}")
    write_programme(tmp_path, indicators=odd)
    quick = load._load_sound(tmp_path)
    assert quick == load._load_with_places(tmp_path)
    assert quick is not None
    assert str(quick.programme.indicators[0].target.value) == "90.1"  # type: ignore[union-attr]


# --- What would fail later --------------------------------------------------------------------------------

BOARDS = """\
boards:
  - id: keepers
    title: Board of keepers
    short: Keepers
    meetings:
      - {date: 2031-03-14, as_at: 2031-02-28}
      - {date: 2031-04-14}
"""
DUE_DATES = """\
due_dates:
  - action: A1
    expected: 2031-06-30
    due: 2031-09-30
    board: keepers
    meeting: 2031-03-14
    role: Harbour Master
    reason: The wicks come in August.
"""


def test_boards_meetings_and_due_dates_that_fit_are_loaded(tmp_path: Path) -> None:
    loaded = load_programme(write_programme(tmp_path, boards=BOARDS, due_dates=DUE_DATES))
    assert loaded.due_dates[0].board == loaded.programme.boards[0].id


def test_a_colour_that_is_left_out_is_told_where_the_colours_are(tmp_path: Path) -> None:
    grey = PROGRAMME.splitlines(keepends=True)[-1]
    folder = write_programme(tmp_path, programme=changed(PROGRAMME, grey, ""))
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("programme.yaml", "brag.grey")
    assert problem.line == line_of(folder, "programme.yaml", "brag:")
    assert problem.message == "this colour is missing; a programme says what each of six means"


def test_an_unknown_board_of_a_new_due_date_is_told_with_the_nearest(tmp_path: Path) -> None:
    folder = write_programme(tmp_path, boards=BOARDS, due_dates=changed(DUE_DATES, "board: keepers", "board: keeper"))
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("due_dates.yaml", "due_dates.0.board")
    assert problem.line == line_of(folder, "due_dates.yaml", "board: keeper")
    assert problem.message == "board 'keeper' is not declared; did you mean 'keepers'?"


def test_a_group_within_one_that_is_not_declared_is_told_with_the_nearest(tmp_path: Path) -> None:
    text = changed(PROGRAMME, "{id: short, label: short lamps}", "{id: short, label: short lamps, within: tal}")
    folder = write_programme(tmp_path, programme=text)
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("programme.yaml", "subgroups.1.within")
    assert problem.line == line_of(folder, "programme.yaml", "within: tal")
    assert problem.message == "subgroup 'tal' is not declared; did you mean 'tall'?"


def test_groups_within_each_other_are_refused(tmp_path: Path) -> None:
    text = changed(PROGRAMME, "{id: short, label: short lamps}", "{id: short, label: short lamps, within: tall}")
    text = changed(text, "{id: tall, label: tall lamps}", "{id: tall, label: tall lamps, within: short}")
    problems = problems_of(write_programme(tmp_path, programme=text))
    assert [p.key for p in problems] == ["subgroups.0.within", "subgroups.1.within"]
    assert problems[0].message == "'tall' would lie within itself"


def test_a_meeting_before_the_date_of_its_figures_is_told(tmp_path: Path) -> None:
    text = changed(BOARDS, "{date: 2031-03-14, as_at: 2031-02-28}", "{date: 2031-02-14, as_at: 2031-02-28}")
    folder = write_programme(tmp_path, boards=text)
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("boards.yaml", "boards.0.meetings.0.as_at")
    assert problem.line == line_of(folder, "boards.yaml", "date: 2031-02-14")
    assert problem.message == "the meeting on 2031-02-14 is before the date its figures are as at, 2031-02-28"


def test_a_meeting_on_the_day_of_its_figures_is_as_good_as_any(tmp_path: Path) -> None:
    text = changed(BOARDS, "{date: 2031-03-14, as_at: 2031-02-28}", "{date: 2031-02-28, as_at: 2031-02-28}")
    load_programme(write_programme(tmp_path, boards=text))


def test_two_corrections_of_one_wrong_value_are_refused(tmp_path: Path) -> None:
    entry = CORRECTION.partition("corrections:\n")[2]
    folder = write_programme(tmp_path, corrections=CORRECTION + changed(entry, "right: 394", "right: 395"))
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("corrections.yaml", "corrections.1")
    assert problem.line == 1 + len(CORRECTION.splitlines())
    assert problem.message == "it corrects the same wrong value as the correction in place 1; keep one"


def test_two_decisions_of_one_meeting_that_move_one_date_are_refused(tmp_path: Path) -> None:
    entry = DUE_DATES.partition("due_dates:\n")[2]
    folder = write_programme(
        tmp_path, boards=BOARDS, due_dates=DUE_DATES + changed(entry, "2031-09-30", "2031-10-31")
    )
    problem = only_problem(folder)
    assert (problem.file, problem.key) == ("due_dates.yaml", "due_dates.1")
    assert "at the same meeting as the decision in place 1" in problem.message
