"""Why a file cannot be opened, as it is raised."""

from __future__ import annotations

from schemas.findings import Finding


class Unopenable(Exception):
    """A file that cannot be opened; carries the finding that says why."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


class OutOfMemory(Unopenable):
    """A file that takes more memory than there is; the process that met it is best replaced."""
