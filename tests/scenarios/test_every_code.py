"""Every finding code has a scenario: a real workbook that bears its case."""

from __future__ import annotations

import importlib
from pathlib import Path

from schemas.findings import RULES
from tests.scenarios.cases import COVERED

ELSEWHERE = {
    "correction_stale": "gate 3: corrections against readings, in the tests of corrections",
    "correction_unmatched": "gate 3: corrections against readings, in the tests of corrections",
    "due_moved": "gate 3: a tracker against earlier ones, in the tests of actions",
    "title_changed": "gate 3: a tracker against earlier ones, in the tests of actions",
    "action_gone": "gate 3: a tracker against earlier ones, in the tests of actions",
    "decision_unmatched": "gate 3: recorded due dates against trackers, in the tests of actions",
}
"""The codes that `check` cannot tell, since it knows one file only, and where they are told."""


def test_every_code_has_a_scenario_or_is_told_elsewhere() -> None:
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        importlib.import_module(f"tests.scenarios.{path.stem}")
    assert set(RULES) - COVERED == set(ELSEWHERE)
