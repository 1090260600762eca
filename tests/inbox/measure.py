"""Take a full inbox in by the public command and measure it.

`python -m tests.inbox.measure` writes docs/inbox.json."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.inbox.files import PROGRAMME, ROOT, fill_inbox

COUNT = 200
TARGET = ROOT / "docs" / "inbox.json"
RECEIVED = "2021-12-06T09:00:00Z"


LAUNCH = """
import os, subprocess, sys
with open(sys.argv[1], "w") as out, open(sys.argv[2], "w") as err:
    process = subprocess.Popen(sys.argv[3:], stdout=out, stderr=err)
# the usage that wait4 tells is that of the process and of the readers it has waited for
_, status, usage = os.wait4(process.pid, 0)
print(os.waitstatus_to_exitcode(status), usage.ru_maxrss // 1024)
"""
"""A small process that starts the command: on Linux a child is charged with the memory of who starts it, and a
process of tests has grown large."""


@dataclass(frozen=True)
class Intake:
    """What became of a full inbox: the command's answer, the names that went in, and what it took."""

    code: int
    files: dict[str, dict[str, Any]]
    sound: set[str]
    others: set[str]
    seconds: float
    peak_mb: int
    errors: str

    def figures(self) -> dict[str, Any]:
        """The figures that the page of measurements prints."""
        statuses = [item["status"] for item in self.files.values()]
        return {
            "files": len(self.files),
            "filed": sum(status != "refused" for status in statuses),
            "refused": statuses.count("refused"),
            "seconds": round(self.seconds, 1),
            "peak_mb": self.peak_mb,
        }


def take_in(home: Path, count: int = COUNT) -> Intake:
    """Fill the inbox of a home and run `boardpack ingest` on it, in a process of its own."""
    sound, others = fill_inbox(home / "inbox" / PROGRAMME, count)
    command = [sys.executable, "-m", "flows.cli.main", "ingest", "--programme", PROGRAMME, "--home", str(home)]
    command += ["--received-at", RECEIVED, "--json"]
    begun = time.perf_counter()
    launcher = [sys.executable, "-c", LAUNCH, str(home / "out"), str(home / "err"), *command]
    told = subprocess.run(launcher, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    code, peak = (int(number) for number in told)
    seconds = time.perf_counter() - begun
    answer = json.loads((home / "out").read_text() or '{"files": []}')
    files = {Path(item["file"]).name: item for item in answer["files"]}
    return Intake(code, files, sound, others, seconds, peak, (home / "err").read_text())


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        TARGET.write_text(json.dumps(take_in(Path(folder)).figures(), indent=2) + "\n", encoding="utf-8")
