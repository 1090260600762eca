"""bootstrap.py: what it redoes, what it refuses to delete, what it says; and the test run's own rules."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


def load_bootstrap() -> ModuleType:
    """Import bootstrap.py, which belongs to no package, from its path."""
    spec = importlib.util.spec_from_file_location("boardpack_bootstrap", ROOT / "bootstrap.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


bootstrap = load_bootstrap()


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout of two files, at which bootstrap looks instead of ours."""
    (tmp_path / "requirements.lock").write_text("alpha==1\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(bootstrap, "STAMP", tmp_path / ".venv" / "stamp.json")
    return tmp_path


@pytest.fixture
def steps(checkout: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The steps of an installation in the order taken; none of them is real."""
    taken: list[str] = []

    def make_environment() -> None:
        taken.append("environment")
        python: Path = bootstrap.venv_python()
        assert python.is_relative_to(checkout)
        python.parent.mkdir(parents=True, exist_ok=True)
        python.touch()

    monkeypatch.setattr(bootstrap, "make_environment", make_environment)
    monkeypatch.setattr(bootstrap, "is_sound", lambda: bootstrap.venv_python().exists())
    monkeypatch.setattr(bootstrap, "install_packages", lambda: taken.append("packages"))
    monkeypatch.setattr(bootstrap, "install_project", lambda: taken.append("project"))
    return taken


def test_a_second_run_installs_nothing(steps: list[str]) -> None:
    bootstrap.prepare_environment()
    assert steps == ["environment", "packages", "project"]
    bootstrap.prepare_environment()
    assert steps == ["environment", "packages", "project"]


def test_a_changed_lock_reinstalls_the_packages(checkout: Path, steps: list[str]) -> None:
    bootstrap.prepare_environment()
    steps.clear()
    (checkout / "requirements.lock").write_text("alpha==2\n")
    bootstrap.prepare_environment()
    assert steps == ["packages", "project"]


def test_a_changed_project_reinstalls_only_the_project(checkout: Path, steps: list[str]) -> None:
    bootstrap.prepare_environment()
    steps.clear()
    (checkout / "pyproject.toml").write_text("[project]\nname = 'other'\n")
    bootstrap.prepare_environment()
    assert steps == ["project"]


@pytest.mark.parametrize("changed", ["where", "python", "unfinished"])
def test_another_place_or_python_or_a_broken_off_install_needs_a_new_environment(
    steps: list[str], changed: str
) -> None:
    bootstrap.prepare_environment()
    steps.clear()
    stamp = bootstrap.read_stamp(bootstrap.STAMP)
    bootstrap.write_stamp(bootstrap.STAMP, {**stamp, changed: "something else"})
    bootstrap.prepare_environment()
    assert steps == ["environment", "packages", "project"]


def test_an_install_that_breaks_off_is_redone_even_under_the_old_lock(
    checkout: Path, steps: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def break_off() -> None:
        raise KeyboardInterrupt

    bootstrap.prepare_environment()
    steps.clear()
    (checkout / "requirements.lock").write_text("alpha==2\n")
    with monkeypatch.context() as patch:
        patch.setattr(bootstrap, "install_packages", break_off)
        with pytest.raises(KeyboardInterrupt):
            bootstrap.prepare_environment()
    (checkout / "requirements.lock").write_text("alpha==1\n")
    bootstrap.prepare_environment()
    assert steps == ["environment", "packages", "project"]


def test_a_stamp_that_is_not_json_counts_as_none(checkout: Path) -> None:
    stamp = checkout / "stamp.json"
    stamp.write_text("half a st")
    assert bootstrap.read_stamp(stamp) == {}


def test_a_demo_home_without_the_mark_is_not_deleted(tmp_path: Path) -> None:
    home = tmp_path / "demo_home"
    home.mkdir()
    (home / "precious.xlsx").write_text("mine")
    with pytest.raises(bootstrap.Stop, match="was not made by the demo") as stopped:
        bootstrap.clear_demo_home(home)
    assert stopped.value.code == 2
    assert (home / "precious.xlsx").read_text() == "mine"


def test_a_demo_home_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "elsewhere"
    target.mkdir()
    (target / bootstrap.DEMO_MARK).touch()
    (target / "precious.xlsx").write_text("mine")
    (tmp_path / "demo_home").symlink_to(target)
    with pytest.raises(bootstrap.Stop):
        bootstrap.clear_demo_home(tmp_path / "demo_home")
    assert (target / "precious.xlsx").exists()


def test_the_demo_and_the_tests_touch_no_shared_history(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOARDPACK_DATABASE", "postgresql://analyst@db.example/packs")
    environment = bootstrap.make_child_environment()
    assert "BOARDPACK_DATABASE" not in environment
    assert environment["PATH"] == os.environ["PATH"]


def test_the_demo_starts_from_the_samples_alone(tmp_path: Path) -> None:
    samples = tmp_path / "sample_inputs" / "slough_2021"
    samples.mkdir(parents=True)
    (samples / "return.xlsx").write_bytes(b"PK")
    home = tmp_path / "demo_home"
    bootstrap.lay_out_demo(home, samples)
    (home / "outbox" / "slough_2021").mkdir(parents=True)
    (home / "outbox" / "slough_2021" / "old.pdf").touch()
    bootstrap.lay_out_demo(home, samples)
    files = sorted(str(path.relative_to(home)) for path in home.rglob("*") if path.is_file())
    assert files == [bootstrap.DEMO_MARK, os.path.join("inbox", "slough_2021", "return.xlsx")]


@pytest.mark.parametrize(
    ("code", "has_pack", "expected"),
    [(0, True, 0), (1, True, 0), (4, True, 4), (1, False, 1), (2, False, 2), (0, False, 3)],
)
def test_held_rows_are_no_failure_of_the_demo_but_a_missing_pack_is(code: int, has_pack: bool, expected: int) -> None:
    assert bootstrap.judge_demo(code, has_pack) == expected


def test_missing_libraries_are_explained_for_every_platform() -> None:
    message = bootstrap.explain_missing(list(bootstrap.NEEDS))
    debian = "libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 poppler-utils postgresql"
    assert f"Debian, Ubuntu: apt-get install {debian}" in message
    assert "macOS:          brew install pango poppler postgresql@15" in message
    assert "Windows:        MSYS2" in message
    assert "GTK3 runtime" in message


def test_what_cannot_be_installed_stops_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "can_load", lambda _: False)
    monkeypatch.setattr(bootstrap, "find_root_prefix", lambda: None)
    with pytest.raises(bootstrap.Stop, match="apt-get install libpango") as stopped:
        bootstrap.provide_system_needs("demo")
    assert stopped.value.code == 2


def test_root_installs_only_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []
    found = {"apt-get": "/usr/bin/apt-get"}

    def run_stage(_: str, command: list[str]) -> bool:
        commands.append(command)
        found.update(pdftoppm="/usr/bin/pdftoppm", pdftotext="/usr/bin/pdftotext")
        return True

    monkeypatch.setattr(bootstrap, "can_load", lambda _: True)
    monkeypatch.setattr(bootstrap, "find_root_prefix", list)
    monkeypatch.setattr(bootstrap.shutil, "which", found.get)
    monkeypatch.setattr(bootstrap, "run_stage", run_stage)
    bootstrap.provide_system_needs("demo")
    assert commands == []
    bootstrap.provide_system_needs("test")
    assert [command[2:4] for command in commands] == [["apt-get", "update"], ["apt-get", "install"]]
    assert [word for word in commands[1] if not word.startswith("-")][-1] == "poppler-utils"
    assert "libpango-1.0-0" not in commands[1]


def test_a_server_off_the_path_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Debian keeps PostgreSQL's programs in a folder for each version; only the long tests need them."""
    (tmp_path / "17" / "bin").mkdir(parents=True)
    monkeypatch.setattr(bootstrap, "PROGRAM_FOLDERS", (f"{tmp_path}/*/bin",))
    monkeypatch.setattr(bootstrap.shutil, "which", lambda name: f"/usr/bin/{name}" if name[0] == "p" else None)
    monkeypatch.setattr(bootstrap, "can_load", lambda _: True)
    assert [need.apt for need in bootstrap.find_missing("test-long")] == [("postgresql",)]
    assert bootstrap.find_missing("test") == []
    (tmp_path / "17" / "bin" / "initdb").touch()
    assert bootstrap.find_missing("test-long") == []


def test_the_libraries_of_this_machine_are_found_by_the_names_weasyprint_uses() -> None:
    """A name that WeasyPrint no longer tries shows here."""
    found = importlib.util.find_spec("weasyprint")
    assert found is not None
    assert found.origin is not None
    source = (Path(found.origin).parent / "text" / "ffi.py").read_text(encoding="utf-8")
    for names in bootstrap.PDF_LIBRARIES:
        for name in names:
            assert f"'{name}'" in source, name
        assert bootstrap.can_load(names), names
    assert not bootstrap.can_load(("libno-such-library-0",))


def test_a_python_without_venv_is_told_the_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap.importlib.util, "find_spec", lambda _: None)
    monkeypatch.setattr(bootstrap.shutil, "which", lambda _: "/usr/bin/apt-get")
    with pytest.raises(bootstrap.Stop, match="apt-get install python3-venv") as stopped:
        bootstrap.make_environment()
    assert stopped.value.code == 2


def run_bootstrap(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run bootstrap.py under a Python that sees nothing but its own library."""
    command = [sys.executable, "-I", "-S", str(ROOT / "bootstrap.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


def test_help_works_under_a_bare_python() -> None:
    done = run_bootstrap("--help")
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("demo", "test", "test-long", "setup"):
        assert f"\n  {command} " in done.stdout


@pytest.mark.parametrize("arguments", [["deploy"], [], ["demo", "-k", "x"]])
def test_a_wrong_command_is_one_clear_line(arguments: list[str]) -> None:
    done = run_bootstrap(*arguments)
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("bootstrap: ")
    assert done.stderr.count("\n") == 1


def test_a_path_among_the_arguments_replaces_the_whole_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    commands: list[list[str]] = []

    def run(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command[1:])
        return subprocess.CompletedProcess(command, 5)

    monkeypatch.setattr(bootstrap.subprocess, "run", run)
    assert bootstrap.run_long_tests(["-k", "spc"]) == 1, "finding no tests is a failure"
    assert bootstrap.run_long_tests(["tests/conventions/test_bootstrap.py::test_x"]) == 1
    assert commands[0][0] == "tests"
    assert "tests" not in commands[1]


# --- The rules of tests/conftest.py ---------------------------------------------------------------------

SAMPLE = """
import os, socket, pytest

def test_runs():
    assert "boardpack-prefect-" in os.environ["PREFECT_HOME"]

@pytest.mark.skip(reason="no such machine")
def test_skipped():
    raise AssertionError

@pytest.mark.xfail(reason="some day", strict=True)
def test_expected_to_fail():
    raise AssertionError

@pytest.mark.parametrize("connect", ["connect", "connect_ex"])
def test_network_is_out_of_reach(connect):
    for address in ("192.0.2.1", "example.org"):
        with socket.socket() as own, pytest.raises(RuntimeError, match="tests use no network"):
            getattr(own, connect)((address, 80))

def test_this_machine_is_within_reach():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()
"""


def run_sample(folder: Path, selection: str, options: tuple[str, ...], is_ci: bool) -> tuple[int, str]:
    """Run pytest on the sample under our conftest; return its exit code and output."""
    shutil.copyfile(ROOT / "tests" / "conftest.py", folder / "conftest.py")
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n")
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
    environment |= {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "CI": "true" if is_ci else ""}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", selection, *options]
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)
    return done.returncode, done.stdout


@pytest.mark.parametrize("options", [(), ("-p", "xdist.plugin", "-n", "1")], ids=["alone", "xdist"])
def test_ci_fails_on_tests_that_did_not_run_and_names_them(tmp_path: Path, options: tuple[str, ...]) -> None:
    code, output = run_sample(tmp_path, "test", options, is_ci=True)
    assert code == 1, output
    assert "skipped: test_sample.py::test_skipped (Skipped: no such machine)" in output
    assert "xfailed: test_sample.py::test_expected_to_fail (some day)" in output
    assert output.rstrip().splitlines()[-1].startswith("4 passed, 1 skipped, 1 xfailed in ")


def test_a_developer_may_skip_and_ci_is_content_when_all_ran(tmp_path: Path) -> None:
    code, output = run_sample(tmp_path, "test", (), is_ci=False)
    assert code == 0, output
    code, output = run_sample(tmp_path, "runs or reach", (), is_ci=True)
    assert code == 0, output
