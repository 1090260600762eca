"""Leftovers: the unfinished files of runs that were broken off. Nobody reads them, and they go in time."""

from __future__ import annotations

import time
from pathlib import Path

from flows.settings import Home

_OLD_SECONDS = 3600.0
"""No file of ours takes so long to write: what is older is nobody's. Ids of processes are used again, and mean
nothing on another machine, so that age is the surer sign."""


def clear_leftovers(home: Home, programme: str) -> None:
    """Delete the parts of files of ours that were left in a home more than an hour ago."""
    own = [home.history, home.outbox(programme), home.issued(programme), home.returned(programme)]
    kept = [p for name in ("originals", "packs") for p in (home.history / name).glob("*") if p.is_dir()]
    for folder in (*own, home.refused(programme), *kept):
        for path in folder.glob("*.part"):
            if _is_old(path):
                path.unlink(missing_ok=True)


def _is_old(path: Path) -> bool:
    try:
        return time.time() - path.stat().st_mtime > _OLD_SECONDS
    except OSError:
        return False
