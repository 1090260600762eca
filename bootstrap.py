#!/usr/bin/env python3
"""Sets Boardpack up on this machine and runs its demo or its tests.

Needs nothing but Python: it makes .venv beside itself, installs exactly the packages in requirements.lock,
sees to the system libraries, then does what it was asked. Messages go to standard error.
"""

from __future__ import annotations

import ctypes
import ctypes.util
import glob
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "boardpack-stamp.json"
DEMO_HOME = ROOT / "demo_home"
DEMO_MARK = ".boardpack-demo"
DEMO_PROGRAMME = "slough_2021"
DEMO_DATE = "2021-11-30"
OLDEST_PYTHON = (3, 11)
NEWEST_PYTHON = (3, 13)

USAGE = """\
usage: python3 bootstrap.py COMMAND [pytest arguments]

  demo        set up, then run the main job on the sample workbooks and make a board pack in demo_home/
  test        set up, then run ruff, mypy, lint-imports and the quick tests
  test-long   set up, then run the long tests
  setup       only set up: system libraries, .venv, packages
  --help      show this

Arguments after test and test-long go to pytest; a path among them replaces the folder tests/.
Needs Python 3.11, 3.12 or 3.13. The first set-up takes some minutes, later ones a moment.
"""


class Stop(Exception):
    """Ends the program with one clear message and an exit code."""

    def __init__(self, message: str, code: int) -> None:
        """Keep the message for people and the code for the shell."""
        super().__init__(message)
        self.code = code


class Need(NamedTuple):
    """Something the operating system must provide, and what each system calls it."""

    what: str
    commands: tuple[str, ...]
    libraries: tuple[tuple[str, ...], ...]  # for each library, the names to try
    programs: tuple[str, ...]  # on PATH, or in one of PROGRAM_FOLDERS
    apt: tuple[str, ...]
    brew: tuple[str, ...]
    windows: str


# The names under which WeasyPrint 70 looks for its libraries (weasyprint/text/ffi.py).
PDF_LIBRARIES = (
    ("libgobject-2.0-0", "gobject-2.0-0", "gobject-2.0", "libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
    ("libpango-1.0-0", "pango-1.0-0", "pango-1.0", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    ("libharfbuzz-0", "harfbuzz", "harfbuzz-0.0", "libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    (
        "libharfbuzz-subset-0",
        "harfbuzz-subset",
        "harfbuzz-subset-0.0",
        "libharfbuzz-subset.so.0",
        "libharfbuzz-subset.0.dylib",
    ),
    ("libfontconfig-1", "fontconfig-1", "fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib"),
    ("libpangoft2-1.0-0", "pangoft2-1.0-0", "pangoft2-1.0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
)

# Where systems keep the programs of a PostgreSQL server, of any version, off the PATH.
PROGRAM_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)

NEEDS = (
    Need(
        what="Pango and HarfBuzz, with which pages are set",
        commands=("setup", "demo", "test", "test-long"),
        libraries=PDF_LIBRARIES,
        programs=(),
        apt=("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0"),
        brew=("pango",),
        windows="MSYS2 and in it `pacman -S mingw-w64-ucrt-x86_64-pango`, or the GTK3 runtime",
    ),
    Need(
        what="poppler's pdftoppm and pdftotext, with which the tests look at pages",
        commands=("test", "test-long"),
        libraries=(),
        programs=("pdftoppm", "pdftotext"),
        apt=("poppler-utils",),
        brew=("poppler",),
        windows="MSYS2 and in it `pacman -S mingw-w64-ucrt-x86_64-poppler`, its bin folder on PATH",
    ),
    Need(
        what="a PostgreSQL server, on which the long tests share a history",
        commands=("test-long",),
        libraries=(),
        programs=("initdb", "postgres"),
        apt=("postgresql",),
        brew=("postgresql@15",),
        windows="PostgreSQL 15 or later from postgresql.org, its bin folder on PATH",
    ),
)


def main(arguments: list[str]) -> int:
    """Read the command line, do what it says, return the exit code."""
    if "--help" in arguments[:1] or "-h" in arguments[:1]:
        print(USAGE, end="")
        return 0
    try:
        command, extra = read_command(arguments)
        check_python()
        set_up(command)
        return run_command(command, extra)
    except Stop as stop:
        print(f"bootstrap: {stop}", file=sys.stderr, flush=True)
        return stop.code
    except KeyboardInterrupt:
        print("\nbootstrap: interrupted; run it again to go on", file=sys.stderr, flush=True)
        return 130


def read_command(arguments: list[str]) -> tuple[str, list[str]]:
    """Return the command and the arguments meant for pytest."""
    known = ("demo", "test", "test-long", "setup")
    if not arguments:
        raise Stop(f"say what to do: {', '.join(known)} (--help tells more)", 2)
    command, extra = arguments[0], arguments[1:]
    if command not in known:
        raise Stop(f"there is no command {command!r}; there are {', '.join(known)} (--help tells more)", 2)
    if extra and not command.startswith("test"):
        raise Stop(f"{command} takes no arguments, but got {' '.join(extra)}", 2)
    return command, extra


def check_python() -> None:
    """Stop unless this Python is one Boardpack is made for."""
    if not OLDEST_PYTHON <= sys.version_info[:2] <= NEWEST_PYTHON:
        raise Stop(
            f"Boardpack needs Python 3.11, 3.12 or 3.13 and this is {python_version()}; "
            "run it with one of them, for example: python3.11 bootstrap.py demo",
            2,
        )


def run_command(command: str, extra: list[str]) -> int:
    """Run a command on a machine that is set up."""
    if command == "demo":
        return run_demo()
    if command == "test":
        return run_tests(extra)
    if command == "test-long":
        return run_long_tests(extra)
    return 0


# --- Stages ---------------------------------------------------------------------------------------------


def run_stage(what: str, command: list[str], environment: dict[str, str] | None = None) -> bool:
    """Run one step of the set-up quietly, with one line of report; on failure show what it said."""
    print(f"bootstrap: {what} ... ", end="", file=sys.stderr, flush=True)
    start = time.monotonic()
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    outcome = "done" if done.returncode == 0 else "failed"
    print(f"{outcome} in {time.monotonic() - start:.1f} s", file=sys.stderr, flush=True)
    if done.returncode != 0:
        print(done.stdout, end="", file=sys.stderr, flush=True)
    return done.returncode == 0


def set_up(command: str) -> None:
    """Provide what the command needs: system libraries first, then the environment."""
    provide_system_needs(command)
    prepare_environment()


# --- What the operating system must provide -------------------------------------------------------------


def provide_system_needs(command: str) -> None:
    """Find what the command needs of the system, installing it where that is possible."""
    add_windows_folders()
    missing = find_missing(command)
    if missing and install_with_apt(missing):
        missing = find_missing(command)
    if missing:
        raise Stop(explain_missing(missing), 2)


def find_missing(command: str) -> list[Need]:
    """Return the needs of a command that this machine does not meet."""
    return [need for need in NEEDS if command in need.commands and is_missing(need)]


def is_missing(need: Need) -> bool:
    """Say whether any library or program of a need cannot be found."""
    has_libraries = all(can_load(names) for names in need.libraries)
    return not has_libraries or not all(has_program(program) for program in need.programs)


def has_program(name: str) -> bool:
    """Say whether a program is on PATH or where systems keep it besides."""
    return shutil.which(name) is not None or any(glob.glob(f"{folder}/{name}") for folder in PROGRAM_FOLDERS)


def can_load(names: tuple[str, ...]) -> bool:
    """Say whether a library loads under one of its names, tried in the way WeasyPrint does."""
    for name in names:
        try:
            ctypes.CDLL(name)
        except OSError:
            continue
        return True
    return any(ctypes.util.find_library(name) for name in names)


def add_windows_folders() -> None:
    """Let Windows look for libraries where MSYS2 and the GTK runtime put them, as WeasyPrint does."""
    add_folder = getattr(os, "add_dll_directory", None)
    if add_folder is None:
        return
    usual = (
        "C:\\msys64\\ucrt64\\bin",
        "C:\\msys64\\mingw64\\bin",
        "C:\\Program Files\\GTK3-Runtime Win64\\bin",
    )
    for folder in os.environ.get("WEASYPRINT_DLL_DIRECTORIES", ";".join(usual)).split(";"):
        if os.path.isdir(folder):
            add_folder(folder)


def install_with_apt(needs: list[Need]) -> bool:
    """Install needs by apt-get if this user may do so; say whether it was tried."""
    prefix = find_root_prefix()
    if shutil.which("apt-get") is None or prefix is None:
        return False
    packages = list_packages(needs, "apt")
    apt = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]
    run_stage("fetching Debian's package lists", [*apt, "update", "-qq"])
    run_stage(
        f"installing {' '.join(packages)} by apt-get",
        [*apt, "install", "-y", "-qq", "--no-install-recommends", *packages],
    )
    return True


def find_root_prefix() -> list[str] | None:
    """Return what to put before a command to run it as root, None where that is not allowed."""
    user = getattr(os, "geteuid", None)
    if user is None:
        return None
    if user() == 0:
        return []
    sudo = shutil.which("sudo")
    if sudo is None:
        return None
    allowed = subprocess.run([sudo, "-n", "true"], capture_output=True, stdin=subprocess.DEVNULL)
    return [sudo, "-n"] if allowed.returncode == 0 else None


def list_packages(needs: list[Need], manager: str) -> list[str]:
    """Return the packages of several needs in one package manager, each once."""
    packages = [package for need in needs for package in getattr(need, manager)]
    return list(dict.fromkeys(packages))


def explain_missing(needs: list[Need]) -> str:
    """Say what is missing and how to get it on each system."""
    lacking = "; and ".join(need.what for need in needs)
    lines = [f"this machine lacks {lacking}. Install, then run this again:"]
    lines.append(f"  Debian, Ubuntu: apt-get install {' '.join(list_packages(needs, 'apt'))}")
    lines.append(f"  macOS:          brew install {' '.join(list_packages(needs, 'brew'))}")
    if sys.platform == "darwin":
        lines.append("                  (not found? export DYLD_FALLBACK_LIBRARY_PATH=/opt/homebrew/lib)")
    lines.extend(f"  Windows:        {need.windows}" for need in needs)
    return "\n".join(lines)


# --- The environment ------------------------------------------------------------------------------------


class Work(NamedTuple):
    """What must be done to bring .venv up to date."""

    environment: bool
    packages: bool
    project: bool


def python_version() -> str:
    """Return the running Python's version without the patch, "3.11"."""
    return f"{sys.version_info[0]}.{sys.version_info[1]}"


def describe_wanted(root: Path) -> dict[str, str]:
    """Return the stamp of an environment that is up to date with this checkout."""
    return {
        "where": str(root),
        "python": python_version(),
        "lock": hash_file(root / "requirements.lock"),
        "project": hash_file(root / "pyproject.toml"),
    }


def hash_file(path: Path) -> str:
    """Return a file's SHA-256."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except FileNotFoundError:
        raise Stop(f"{path.name} is missing from {path.parent}; this checkout is not complete", 2) from None


def read_stamp(stamp: Path) -> dict[str, str]:
    """Return what the last finished installation wrote, nothing if there is none to be trusted."""
    try:
        found = json.loads(stamp.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def write_stamp(stamp: Path, content: dict[str, str]) -> None:
    """Write how far the installation has come."""
    stamp.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")


def plan_work(wanted: dict[str, str], found: dict[str, str]) -> Work:
    """Compare stamps. A moved checkout, another Python or a broken-off installation needs a new .venv."""
    has_moved = any(found.get(key, wanted[key]) != wanted[key] for key in ("where", "python"))
    environment = has_moved or "unfinished" in found
    packages = environment or found.get("lock") != wanted["lock"]
    project = packages or found.get("project") != wanted["project"]
    return Work(environment, packages, project)


def prepare_environment() -> None:
    """Bring .venv up to date. The whole stamp is written last: an installation that broke off is redone."""
    wanted = describe_wanted(ROOT)
    work = plan_work(wanted, read_stamp(STAMP))
    if venv_python().exists() and not work.project:
        return
    if work.environment or not is_sound():
        make_environment()
        work = Work(environment=True, packages=True, project=True)
    if work.packages:
        write_stamp(STAMP, {"unfinished": "packages"})
        install_packages()
    write_stamp(STAMP, {key: wanted[key] for key in ("where", "python", "lock")})
    install_project()
    write_stamp(STAMP, wanted)


def venv_python() -> Path:
    """Return the environment's Python."""
    return venv_program("python")


def venv_program(name: str) -> Path:
    """Return a program of the environment, where this system keeps it."""
    if os.name == "nt":
        return VENV / "Scripts" / f"{name}.exe"
    return VENV / "bin" / name


def is_sound() -> bool:
    """Say whether .venv has this Python's version and a working pip."""
    if not venv_python().exists():
        return False
    ask = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    answer = subprocess.run([str(venv_python()), "-c", ask], capture_output=True, text=True)
    return answer.returncode == 0 and answer.stdout.strip() == python_version()


def make_environment() -> None:
    """Make .venv anew."""
    if importlib.util.find_spec("venv") is None or importlib.util.find_spec("ensurepip") is None:
        raise Stop(explain_missing_venv(), 2)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if not run_stage(f"making .venv with Python {python_version()}", command):
        raise Stop("could not make .venv; the reason stands above", 1)


def explain_missing_venv() -> str:
    """Say how to get Python's own venv module."""
    if shutil.which("apt-get"):
        return "this Python cannot make environments. Run: apt-get install python3-venv"
    return "this Python lacks its venv or ensurepip module; install a complete Python 3.11, 3.12 or 3.13"


def install_packages() -> None:
    """Install exactly what requirements.lock says, each file checked against its hash."""
    what = "installing the packages of requirements.lock, some minutes the first time"
    if not run_pip(what, ["--require-hashes", "-r", "requirements.lock"]):
        raise Stop("could not install the packages; pip's reason stands above", 1)


def install_project() -> None:
    """Install Boardpack itself, so that it runs from this checkout."""
    arguments = ["--no-deps", "--no-build-isolation", "-e", "."]
    if not run_pip("installing Boardpack from this checkout", arguments):
        raise Stop("could not install Boardpack; pip's reason stands above", 1)


def run_pip(what: str, arguments: list[str]) -> bool:
    """Run pip install inside .venv."""
    environment = {**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    quiet = ["--quiet", "--progress-bar", "off", "--no-input"]
    return run_stage(what, [str(venv_python()), "-m", "pip", "install", *quiet, *arguments], environment)


def make_child_environment() -> dict[str, str]:
    """Return the environment for our own programs: no usage reports, patience with a slow start, and no history
    but that of the home they are given."""
    environment = {key: value for key, value in os.environ.items() if key != "BOARDPACK_DATABASE"}
    environment.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
    environment.setdefault("DO_NOT_TRACK", "1")
    environment.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")
    return environment


# --- The demo -------------------------------------------------------------------------------------------


def run_demo() -> int:
    """Run the main job on the sample workbooks in a fresh home."""
    lay_out_demo(DEMO_HOME, ROOT / "sample_inputs" / DEMO_PROGRAMME)
    environment = make_child_environment()
    environment.setdefault("PREFECT_HOME", str(DEMO_HOME / "prefect"))
    start = time.monotonic()
    words = ["run", "--programme", DEMO_PROGRAMME, "--on", DEMO_DATE, "--home", DEMO_HOME.name]
    say(f"running boardpack {' '.join(words)}")
    code = subprocess.run([str(venv_program("boardpack")), *words], cwd=ROOT, env=environment).returncode
    has_pack = any((DEMO_HOME / "outbox" / DEMO_PROGRAMME).rglob("*.pdf"))
    say(f"the run took {time.monotonic() - start:.1f} s and returned {code}")
    return judge_demo(code, has_pack)


def lay_out_demo(home: Path, samples: Path) -> None:
    """Empty the demo's home and put the sample workbooks into its inbox."""
    workbooks = sorted(samples.glob("*.xlsx"))
    if not workbooks:
        raise Stop(f"there are no sample workbooks in {samples}; this checkout is not complete", 2)
    clear_demo_home(home)
    inbox = home / "inbox" / samples.name
    inbox.mkdir(parents=True)
    for workbook in workbooks:
        shutil.copyfile(workbook, inbox / workbook.name)
    say(f"sample workbooks copied into {inbox.relative_to(home.parent)}: {len(workbooks)}")


def clear_demo_home(home: Path) -> None:
    """Leave an empty, marked folder. A folder without the mark is somebody's and is not touched."""
    mark = home / DEMO_MARK
    if home.is_symlink() or (home.exists() and not mark.is_file()):
        raise Stop(f"{home} was not made by the demo (no {DEMO_MARK} in it); move it away, then try again", 2)
    home.mkdir(exist_ok=True)
    mark.write_text("Made by bootstrap.py demo, which deletes everything in this folder.\n", encoding="utf-8")
    for entry in home.iterdir():
        if entry == mark:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry)
        else:
            entry.unlink()


def judge_demo(code: int, has_pack: bool) -> int:
    """Return the demo's exit code: held rows are a finding and no failure, a missing pack is one."""
    if not has_pack:
        say("no pack was made")
        return code or 3
    if code == 1:
        say("the 1 means something was held or refused: a finding, not a failure, so the demo returns 0")
        return 0
    return code


def say(words: str) -> None:
    """Print one plain line of progress."""
    print(f"bootstrap: {words}", file=sys.stderr, flush=True)


# --- The tests ------------------------------------------------------------------------------------------

CHECKS = (("ruff", "check", "."), ("mypy",), ("lint-imports", "--no-logo"))


def run_tests(extra: list[str]) -> int:
    """Run every check, then the quick tests; pytest's closing line is the last on standard output."""
    failed = [check[0] for check in CHECKS if not run_check(check)]
    if failed:
        print(f"checks: {', '.join(failed)} failed, the tests follow", flush=True)
    else:
        print(f"checks: {', '.join(check[0] for check in CHECKS)} passed, the tests follow", flush=True)
    code = run_pytest(["-n", "2", "--dist", "loadfile", "-m", "not long", "-q"], extra)
    if failed:
        say(f"test failed: {', '.join(failed)} (printed above the tests)")
    return 1 if failed or code != 0 else 0


def run_long_tests(extra: list[str]) -> int:
    """Run the long tests, in groups that share what they prepare."""
    return 1 if run_pytest(["-n", "2", "--dist", "loadgroup", "-m", "long", "-q"], extra) != 0 else 0


def run_check(check: tuple[str, ...]) -> bool:
    """Run one checker over the checkout and show what it says."""
    print(f"== {' '.join(check)}", flush=True)
    command = [str(venv_program(check[0])), *check[1:]]
    try:
        return subprocess.run(command, cwd=ROOT, env=make_child_environment()).returncode == 0
    except FileNotFoundError:
        print(f"{check[0]} is not installed: requirements.lock lacks it", flush=True)
        return False


def run_pytest(options: list[str], extra: list[str]) -> int:
    """Run pytest; finding no tests (its code 5) counts as failure like any other code but 0."""
    folder = [] if any(names_path(argument) for argument in extra) else ["tests"]
    print(f"== pytest {' '.join([*folder, *options, *extra])}", flush=True)
    command = [str(venv_program("pytest")), *folder, *options, *extra]
    return subprocess.run(command, cwd=ROOT, env=make_child_environment()).returncode


def names_path(argument: str) -> bool:
    """Say whether a pytest argument is a file, a folder or a test in a file."""
    return not argument.startswith("-") and (ROOT / argument.split("::")[0]).exists()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
