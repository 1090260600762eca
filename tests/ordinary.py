"""Commands as an ordinary account runs them: whoever tests as root may read and write everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

from tests.end_to_end.command import ROOT, Result

_POWERS = "-dac_override,-dac_read_search,-fowner,-chown"


def run_as_ordinary(*arguments: object) -> Result:
    """Run a command in a process of its own, for which the rights of files hold."""
    command = [sys.executable, "-m", "flows.cli.main", *map(str, arguments)]
    if os.geteuid() == 0:
        program = shutil.which("setpriv")
        assert program is not None, "root's powers cannot be given up without setpriv, of util-linux"
        command = [program, f"--bounding-set={_POWERS}", "--inh-caps=-all", *command]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return Result(done.returncode, done.stdout, done.stderr)
