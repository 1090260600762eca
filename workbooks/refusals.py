"""Why a file cannot be opened, as it is raised."""

from __future__ import annotations

from schemas.findings import Finding


class Unopenable(Exception):
    """A file that cannot be opened; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding
