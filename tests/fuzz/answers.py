"""What every answer about a file must be, whatever the file holds."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from flows.checking import JudgedFile, judge_file
from flows.cli.forms import file_form
from schemas.config import Programme
from schemas.findings import RULES

MOST_SECONDS = 60
_ADDRESS = re.compile(r"^[A-Z]{1,3}[1-9]\d{0,6}$")


@contextmanager
def _limit(seconds: int) -> Iterator[None]:
    def ring(_: int, __: FrameType | None) -> None:
        raise TimeoutError(f"no answer within {seconds} seconds")

    before = signal.signal(signal.SIGALRM, ring)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def judge_bytes(content: bytes, folder: Path, programme: Programme, name: str = "return.xlsx") -> JudgedFile:
    """Judge bytes as a file; any exception but our own is a fault, and so is no answer in time."""
    path = folder / name
    path.write_bytes(content)
    with _limit(MOST_SECONDS):
        return judge_file(path, programme)


def check_answer(judged: JudgedFile) -> None:
    """The answer is well-formed: known codes, whole sentences, real places, a status that fits, and JSON."""
    form = json.loads(json.dumps(file_form(judged), allow_nan=False))
    assert form["status"] in {"accepted", "held", "refused"}
    for finding in judged.findings:
        assert finding.code in RULES
        assert finding.message.strip()
        assert finding.action.strip()
        assert not re.search(r"[{}]\w+[{}]|Traceback|Error\(", finding.message), finding.message
        if finding.cell is not None:
            assert _ADDRESS.match(finding.cell), finding
            assert finding.sheet is not None
        elif finding.severity == "error":
            assert finding.refuses, f"{finding.code} names no cell and does not refuse the file"
    errors = [f for f in judged.findings if f.severity == "error"]
    if judged.status == "refused":
        assert errors
        assert not judged.observations
    else:
        assert judged.status == ("held" if errors else "accepted")
        assert judged.reading.period is not None
    for observation in judged.observations:
        if observation.state == "sound":
            assert any(v is not None and v.is_finite() for v in (observation.numerator, observation.stated))
