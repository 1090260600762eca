"""What holds for every test: its own Prefect home, no network, and no silent skips where CI is set."""

from __future__ import annotations

import ipaddress
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from tests.postgres.cluster import Cluster

# The same examples on every machine, and no test fails because a machine is slow.
settings.register_profile("boardpack", derandomize=True, deadline=None)
settings.load_profile("boardpack")

# Before any test module imports prefect, which reads these on import. Each xdist worker has its own home.
PREFECT_HOME = tempfile.mkdtemp(prefix="boardpack-prefect-")
os.environ["PREFECT_HOME"] = PREFECT_HOME
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "90")
# A developer's own server or home must not be used by a test.
os.environ.pop("PREFECT_API_URL", None)
os.environ.pop("BOARDPACK_HOME", None)
os.environ.pop("BOARDPACK_DATABASE", None)


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker of the long tier."""
    config.addinivalue_line("markers", "long: takes long; run by `bootstrap.py test-long`, not by `test`")
    config.addinivalue_line("markers", "xdist_group(name): long tests of one group are run by one process")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where groups are distributed (the long tests), those of one file are a group, unless they say otherwise."""
    for item in items:
        if item.get_closest_marker("xdist_group") is None:
            item.add_marker(pytest.mark.xdist_group(item.nodeid.split("::")[0]))


def pytest_unconfigure() -> None:
    """Remove this process's Prefect home."""
    shutil.rmtree(PREFECT_HOME, ignore_errors=True)


# --- No network -----------------------------------------------------------------------------------------


def is_local(family: int, address: Any) -> bool:
    """Say whether an address lies on this machine; only internet addresses can lie elsewhere."""
    if family not in (socket.AF_INET, socket.AF_INET6):
        return True
    host = str(address[0])
    if host in ("", "localhost"):
        return True
    try:
        number = ipaddress.ip_address(host.split("%")[0])
    except ValueError:
        return False
    mapped = getattr(number, "ipv4_mapped", None)
    return (mapped or number).is_loopback


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Let no test in this process connect beyond this machine."""
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex

    def refuse(own: socket.socket, address: Any) -> None:
        if not is_local(own.family, address):
            raise RuntimeError(f"a test tried to connect to {address!r}; tests use no network")

    def guarded_connect(own: socket.socket, address: Any) -> None:
        refuse(own, address)
        connect(own, address)

    def guarded_connect_ex(own: socket.socket, address: Any) -> int:
        refuse(own, address)
        return connect_ex(own, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guarded_connect)
        patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
        yield


# --- A PostgreSQL server, for the long tests ------------------------------------------------------------


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A server of our own; every test makes its own database on it."""
    from tests.postgres.cluster import run_cluster

    with run_cluster() as cluster:
        yield cluster


# --- Where CI is set, a test that did not run is a failure ----------------------------------------------


def is_ci() -> bool:
    """Say whether this is a CI run."""
    return os.environ.get("CI", "").strip().lower() not in ("", "0", "false")


def list_not_run(config: pytest.Config) -> list[str]:
    """Return a line for each skipped or expectedly failed test; of xdist's processes the first knows all."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None or hasattr(config, "workerinput"):
        return []
    return [
        f"{outcome}: {report.nodeid} {find_reason(report)}".rstrip()
        for outcome in ("skipped", "xfailed")
        for report in reporter.stats.get(outcome, [])
    ]


def find_reason(report: Any) -> str:
    """Return why a test did not run, as far as its report says."""
    if getattr(report, "wasxfail", ""):
        return f"({report.wasxfail})"
    return f"({report.longrepr[2]})" if isinstance(report.longrepr, tuple) else ""


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run where CI is set and a test was skipped or expected to fail."""
    if is_ci() and session.exitstatus == pytest.ExitCode.OK and list_not_run(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Name the tests that made the run fail; pytest's closing line follows."""
    not_run = list_not_run(config) if is_ci() else []
    if not_run:
        terminalreporter.section("not run, which CI does not allow")
        for line in not_run:
            terminalreporter.write_line(line)
