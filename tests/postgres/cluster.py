"""A PostgreSQL server of our own, for one session of tests: on a loopback port, in a folder that goes with it."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

USER = "boardpack"
_FOLDERS = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)
_SETTINGS = ("listen_addresses=127.0.0.1", "unix_socket_directories=", "fsync=off", "max_connections=60")
_PATIENCE = 120


@dataclass(frozen=True)
class Cluster:
    """A running server. Its own language orders text as English does, which history must not go by."""

    port: int
    password: str
    log: Path

    def url(self, database: str, user: str = USER, password: str | None = None) -> str:
        """The URL of a database, as a user would set it."""
        return f"postgresql://{user}:{password or self.password}@127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connect(self, database: str = "postgres") -> Iterator[psycopg.Connection[Any]]:
        """A connection beside Boardpack's own, that commits each statement."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            yield connection

    def make_database(self, *options: str) -> str:
        """A new, empty database; returns its URL."""
        name = f"town_{secrets.token_hex(6)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name} {' '.join(options)}".encode())
        return self.url(name)


def find_program(name: str) -> str:
    """Where a program of the server is; Debian keeps them off the path."""
    found = [p for pattern in _FOLDERS for p in Path("/").glob(f"{pattern[1:]}/{name}")]
    newest = max(found, key=lambda p: [int(n) for n in "".join(c if c.isdigit() else " " for c in str(p)).split()])
    return shutil.which(name) or str(newest)


@contextmanager
def run_cluster() -> Iterator[Cluster]:
    """Make a server, run it, stop it by its own process and remove its folder."""
    folder = Path(tempfile.mkdtemp(prefix="boardpack-postgres-"))
    process: subprocess.Popen[bytes] | None = None
    try:
        password = secrets.token_hex(12)
        (folder / "password").write_text(password)
        who = _unprivileged(folder)
        _make(folder, who)
        for _ in range(3):  # another program may take the port first
            cluster = Cluster(_free_port(), password, folder / "log")
            process = _start(folder, cluster, who)
            if _is_up(process, cluster):
                break
        else:
            raise RuntimeError(f"the server did not start:\n{(folder / 'log').read_text()}")
        yield cluster
    finally:
        if process is not None and process.poll() is None:
            process.send_signal(signal.SIGQUIT)  # at once: what it holds goes with it
            process.wait(_PATIENCE)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> dict[str, Any]:
    """PostgreSQL refuses to run as root: who else it may run as, as subprocess takes it; it must own the folder."""
    if os.name == "nt" or os.geteuid() != 0:
        return {}
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    entry = pwd.getpwnam("postgres" if "postgres" in names else "nobody")
    for path in (folder, folder / "password"):
        os.chown(path, entry.pw_uid, entry.pw_gid)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _environment() -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C"}


def _make(folder: Path, who: dict[str, Any]) -> None:
    command = [
        find_program("initdb"), "--pgdata", str(folder / "data"), "--username", USER, "--encoding", "UTF8",
        "--auth", "scram-sha-256", "--pwfile", str(folder / "password"), "--locale", "C",
        "--locale-provider", "icu", "--icu-locale", "en-GB", "--no-sync",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=folder, env=_environment(), capture_output=True, text=True, **who)
    assert done.returncode == 0, done.stdout + done.stderr


def _start(folder: Path, cluster: Cluster, who: dict[str, Any]) -> subprocess.Popen[bytes]:
    settings = [part for setting in (*_SETTINGS, f"port={cluster.port}") for part in ("-c", setting)]
    with cluster.log.open("wb") as log:
        return subprocess.Popen(
            [find_program("postgres"), "-D", str(folder / "data"), *settings],
            cwd=folder,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **who,
        )


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _is_up(process: subprocess.Popen[bytes], cluster: Cluster) -> bool:
    end = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < end:
        try:
            with cluster.connect():
                return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    return False
