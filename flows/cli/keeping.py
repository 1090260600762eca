"""The commands that keep a home: backup, restore, retire."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import AsJson, HomeOption
from flows.settings import (
    UsageError,
    as_date,
    database_url,
    find_home,
    find_programme_folder,
    open_history,
    utc_now,
)
from schemas.days import day_of

if TYPE_CHECKING:
    from flows.backing_up import BackupMade
    from flows.backup_file import Manifest
    from flows.restoring import Restored
    from flows.retiring import Retirement


def add_commands(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    app.command()(backup)
    app.command()(restore)
    app.command()(retire)


def backup(
    out: Annotated[
        Path | None, typer.Option("--out", help="The file, or a folder for it. Default beside the home.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Write one file that holds the whole home, at one moment. Others may go on working."""
    from flows.backing_up import back_up
    from flows.cli.intake import print_json
    from flows.failures import BROKEN, OK

    made = back_up(find_home(home), out, utc_now())
    if as_json:
        print_json(_backup_form(made))
    else:
        _print_backup(made)
    _warn(made.manifest)
    raise typer.Exit(OK if made.manifest.is_sound else BROKEN)


def restore(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A file that `boardpack backup` wrote.", show_default=False)
    ],
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Bring a backup back, into a home that is empty or not there yet. Nothing is ever overwritten."""
    from flows.cli.intake import print_json
    from flows.failures import BROKEN, OK
    from flows.restoring import restore_backup

    restored = restore_backup(file, find_home(home), database_url())
    if as_json:
        print_json(_restore_form(restored))
    else:
        _print_restored(restored)
    _warn(restored.manifest)
    raise typer.Exit(OK if restored.manifest.is_sound else BROKEN)


def retire(
    programme: Annotated[
        str | None, typer.Option("--programme", help="Folder name or path. Default every programme.")
    ] = None,
    on: Annotated[str | None, typer.Option("--on", help="The day to judge by. Default today.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Delete them; without it they are only listed.")] = False,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """List the originals that need not be kept any longer, and delete them with --yes. Figures stay."""
    from flows.cli.intake import print_json, say
    from flows.failures import USAGE
    from flows.retiring import find_due, retire_originals
    from programmes.load import load_programme

    now = utc_now()
    day = as_date(on) if on is not None else day_of(now)
    if yes and day > day_of(now):
        raise UsageError("--on is a day to come: what is deleted is judged by today; leave --yes out to look ahead")
    found = find_home(home)
    loaded = load_programme(find_programme_folder(programme, found)) if programme is not None else None
    if not found.has_history:
        raise UsageError(f"there is nothing to delete in {found.folder}: no workbook was ever taken in")
    history = open_history(found)
    try:
        result = retire_originals(found, history, day, now, loaded) if yes else find_due(found, history, day, loaded)
    finally:
        history.close()
    if as_json:
        print_json(_retirement_form(result))
    else:
        _print_retirement(result, is_done=yes)
    for line in result.stuck:
        say(f"boardpack: {line}")
    if result.stuck:
        raise typer.Exit(USAGE)


def _backup_form(made: BackupMade) -> dict[str, Any]:
    return {"file": str(made.path), "size": made.size, **_manifest_form(made.manifest)}


def _restore_form(restored: Restored) -> dict[str, Any]:
    return {"home": str(restored.home.folder), **_manifest_form(restored.manifest)}


def _manifest_form(manifest: Manifest) -> dict[str, Any]:
    form = asdict(manifest)
    del form["members"], form["folders"]
    return {**form, "files": len(manifest.members), "bytes": sum(m.size for m in manifest.members)}


def _print_backup(made: BackupMade) -> None:
    print(f"{made.path}: {_say_size(made.size)}, {_say_content(made.manifest)}")
    print(f"  {_say_head(made.manifest)}")


def _print_restored(restored: Restored) -> None:
    from flows.cli.intake import say

    print(f"{restored.home.folder}: restored as it was on {restored.manifest.made_at}")
    print(f"  {_say_content(restored.manifest)}")
    print(f"  {_say_head(restored.manifest)}; the chain of events was followed to its end")
    for path in restored.leftovers:
        say(f"boardpack: an earlier restore was cut short and left {path}; it can be deleted")


def _say_content(manifest: Manifest) -> str:
    from transforms.words import plural

    counts = manifest.counts
    parts = [
        plural(len(manifest.members), "file"),
        plural(counts["receipt"], "receipt"),
        f"{plural(counts['pack'], 'pack')} ({counts['issue']} issued)",
    ]
    return ", ".join(parts)


def _say_head(manifest: Manifest) -> str:
    return f"history up to event {manifest.head_event}, head {manifest.head_digest[:16] or 'none'}"


def _say_size(size: int) -> str:
    return f"{size / 1e6:,.1f} MB" if size >= 100_000 else f"{size:,} bytes"


def _warn(manifest: Manifest) -> None:
    """What a backup does not hold, what was wrong with the home when it was made, and what to do about that."""
    from flows.cli.intake import say
    from history.originals import original_path
    from transforms.words import plural

    kept = Path("history")
    if manifest.quarantined:
        files = plural(manifest.quarantined, "file")
        say(f"boardpack: not backed up: quarantine ({files}), as it holds personal data")
    for item in manifest.left_out:
        say(f"boardpack: not backed up: {item}")
    for sha256 in manifest.missing:
        say(f"boardpack: the home no longer had the original {sha256}{_put_back(original_path(kept, sha256))}")
    for sha256 in manifest.altered:
        say(
            f"boardpack: the home had other bytes for the original {sha256}; they are kept as they were found"
            f"{_put_back(original_path(kept, sha256))}"
        )
    for damage in manifest.damaged:
        say(f"boardpack: not whole: {damage.path}: {damage.why}")
    if manifest.broken_events:
        numbers = ", ".join(str(n) for n in manifest.broken_events[:5])
        say(f"boardpack: the home's chain of events was broken at event {numbers}: a row was altered")
    if not manifest.is_sound:
        say(
            "boardpack: the backup holds what was left; `boardpack verify` says what to do about each; "
            "keep every older backup"
        )


def _put_back(path: Path) -> str:
    return f"; put {path.as_posix()} back from an older backup"


def _retirement_form(result: Retirement) -> dict[str, Any]:
    return {
        "on": result.on.isoformat(),
        "years": dict(result.years),
        "due": [
            {
                "sha256": d.original.sha256,
                "file": d.original.name,
                "size": d.original.size,
                "kept_until": d.kept_until.isoformat(),
                "rule": d.rule,
                "received": [asdict(use) for use in d.original.uses],
            }
            for d in result.due
        ],
        "deleted": list(result.deleted),
        "stuck": list(result.stuck),
    }


def _print_retirement(result: Retirement, *, is_done: bool) -> None:
    from flows.retiring import describe_retired
    from transforms.words import plural

    for name, years in result.years.items():
        kept_for = plural(years, "year") if years else "good, as it has no rule"
        print(f"{name}: originals are kept for {kept_for}")
    for item in result.due:
        what = f"{item.original.name} ({item.original.sha256[:16]}, {_say_size(item.original.size)})"
        print(f"  {what}: kept until {item.kept_until}, {item.rule}")
    if is_done:
        print(describe_retired(result.deleted) or "nothing was deleted")
        return
    if result.due:
        size = _say_size(sum(d.original.size for d in result.due))
        print(
            f"{plural(len(result.due), 'original')}, {size}, can be deleted; figures stay. Add --yes to delete them"
        )
    elif any(result.years.values()) or not result.years:
        print(f"on {result.on} no original is older than its rule")
