"""What is typed is never dropped: an empty value, or an option given twice, is refused by every command."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from flows.cli.main import app
from tests.end_to_end.command import run

EMPTY = ("", "  ", "\t")


def commands(found: Any, *before: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that can be typed, with its words."""
    for name, command in found.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)
        else:
            yield (*before, name), command


def given() -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every option and argument that takes a value, with the words of its command."""
    for words, command in commands(typer.main.get_command(app)):
        yield from ((words, param) for param in command.params if not getattr(param, "is_flag", False))


GIVEN = [pytest.param(words, param, id=" ".join([*words, param.opts[0]])) for words, param in given()]


@pytest.mark.parametrize(("words", "param"), GIVEN)
def test_an_empty_value_is_refused_with_what_to_give(
    words: tuple[str, ...], param: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    is_option = param.param_type_name == "option"
    for value in EMPTY:
        typed = (param.opts[0], value) if is_option else (value,)
        result = run(*words, *typed)
        assert (result.code, result.out) == (2, "")
        assert " is empty; give " in result.error_line
        assert not is_option or result.error_line.startswith(f"boardpack: {param.opts[0]} is empty; give ")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(("words", "param"), [p for p in GIVEN if p.values[1].param_type_name == "option"])
def test_an_option_given_twice_is_refused(words: tuple[str, ...], param: Any) -> None:
    result = run(*words, param.opts[0], "one", param.opts[0], "two")
    assert (result.code, result.out) == (2, "")
    assert result.error_line == f"boardpack: {param.opts[0]} is given 2 times; give it once"


def test_an_empty_value_after_an_equals_sign_is_refused() -> None:
    assert run("due", "--on=").error_line == "boardpack: --on is empty; give a date, such as 2021-11-30"


def test_an_empty_workbook_among_several_is_refused() -> None:
    assert run("check", "a.xlsx", "", "--programme", "slough_2021").error_line == (
        "boardpack: FILE is empty; give a path"
    )


@pytest.mark.parametrize("command", ["check", "restore", "correct", "explain", "diff", "issue", "erratum", "rebuild"])
def test_what_is_missing_is_named_as_the_help_names_it(command: str) -> None:
    missing = run(command, "--home", "nowhere").error_line.rpartition("'")[0].rpartition("'")[2]
    assert missing in run(command, "--help").out.splitlines()[0]
    assert missing.isupper()


def test_help_is_given_all_the_same() -> None:
    assert run("due", "--on", "", "--help").code == 0


def test_an_empty_home_in_the_environment_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BOARDPACK_HOME", " ")
    result = run("ingest", "--programme", "slough_2021")
    assert result.code == 0
    assert [p.name for p in tmp_path.iterdir()] == ["boardpack_home"]


@pytest.mark.parametrize(
    "arguments",
    [
        ("kpis", "--programme", "slough_2021", "--as-at", "2021-11-30"),
        ("due",),
        ("verify",),
        ("backup",),
        ("run", "--all"),
        ("programmes",),
    ],
)
def test_a_home_that_is_a_file_is_told(arguments: tuple[str, ...], tmp_path: Path) -> None:
    home = tmp_path / "table.csv"
    home.write_text("a,b\n", encoding="utf-8")
    result = run(*arguments, "--home", home)
    assert (result.code, result.out) == (2, "")
    assert result.error_line == f"boardpack: {home} is no folder; name the home with --home"
