"""The commands of an issued pack's life: issue, erratum, rebuild."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flows.cli.options import AsJson, AsKnown, HomeOption
from flows.failures import BROKEN, HELD, OK, NothingMade
from flows.locks import building
from flows.settings import (
    Home,
    UsageError,
    as_date,
    find_home,
    find_programme_folder,
    open_history,
    refuse_kept_place,
    today,
)

if TYPE_CHECKING:
    from flows.building import BuiltPack
    from flows.issuing import Approval, Issued, IssueRefused
    from flows.objections import Objection
    from flows.rebuilding import Rebuilt
    from history.records import PackRecord
    from history.store import History
    from programmes.load import LoadedProgramme

PackName = Annotated[
    str,
    typer.Argument(metavar="PACK", help="A pack's number, its file, the start of its hash, or BOARD@DATE."),
]
OfProgramme = Annotated[
    str | None, typer.Option("--programme", help="Folder name of the programme, or a path to one.")
]
Despite = Annotated[
    str | None, typer.Option("--despite", help="Issue it although something stands against it, and why.")
]
Decided = Annotated[str | None, typer.Option("--date", help="The day of the decision. Default today.")]


def add_commands(app: typer.Typer) -> None:
    """Add issue, erratum and rebuild to the command line."""
    app.command()(issue)
    app.command()(erratum)
    app.command()(rebuild)


def issue(
    pack: PackName,
    role: Annotated[str, typer.Option("--role", help="The role that issues it; never a name.")],
    programme: OfProgramme = None,
    meeting: Annotated[str | None, typer.Option("--meeting", help="The meeting, to be sure it is that one.")] = None,
    date: Decided = None,
    despite: Despite = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Issue a built pack for its meeting: approve and freeze exactly what was looked at."""
    from flows.issuing import IssueRefused, issue_pack

    meets = as_date(meeting, "meeting date") if meeting is not None else None
    given = _approve(role, date, despite)
    with open_packs(home) as (place, history):
        record, loaded = _find(history, place, pack, programme)
        approval = replace(given, loaded=loaded)
        try:
            with building(place, record.programme, record.board):
                issued = issue_pack(history, place, record, replace(approval, meeting=meets))
        except IssueRefused as refused:
            raise typer.Exit(_say_refused(refused, record, as_json=as_json)) from None
    raise typer.Exit(_say_issued(issued, record, as_json=as_json))


def erratum(
    pack: PackName,
    reason: Annotated[str, typer.Option("--reason", help="Why it is put right; printed on page 1.")],
    role: Annotated[str | None, typer.Option("--role", help="The role that issues it; never a name.")] = None,
    build_only: Annotated[
        bool, typer.Option("--build-only", help="Only build it, to look at first; then issue it with `issue`.")
    ] = False,
    programme: OfProgramme = None,
    as_known: AsKnown = None,
    date: Decided = None,
    despite: Despite = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Put an issued pack right: build it anew for the same meeting, say what changed, and issue it."""
    from flows.issuing import IssueRefused, issue_pack, read_words, settle_issued
    from flows.position import check_known

    why = read_words(reason, "reason")
    if role is None and not build_only:
        raise UsageError("say which --role issues the erratum, or --build-only to look at it first")
    if build_only:
        _refuse_decision(role=role, date=date, despite=despite)
    given = None if build_only else _approve(role or "", date, despite)
    check_known(as_known)
    with open_packs(home) as (place, history):
        settle_issued(place, history)
        replaced, loaded = _find(history, place, pack, programme)
        with building(place, replaced.programme, replaced.board):
            built = _build(history, place, replaced, loaded, as_known, why)
        record = history.packs.find(built.pack_id)
        assert record is not None  # it was recorded just now
        if given is None:
            raise typer.Exit(_say_built(built, record, home, as_json=as_json))
        try:
            with building(place, record.programme, record.board):
                issued = issue_pack(history, place, record, replace(given, loaded=loaded))
        except IssueRefused as refused:
            code = _say_refused(refused, record, as_json=as_json, more=_changed_form(built))
            raise typer.Exit(code) from None
    raise typer.Exit(_say_issued(issued, record, as_json=as_json, built=built))


def rebuild(
    pack: PackName,
    programme: OfProgramme = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where to write it. Default the outbox's folder `rebuilt`.")
    ] = None,
    home: HomeOption = None,
    as_json: AsJson = False,
) -> None:
    """Make a recorded pack again, from what was known then, and say whether it is the same."""
    from flows.rebuilding import publish_rebuilt, rebuild_pack

    refuse_kept_place(out, find_home(home))
    with open_packs(home) as (place, history):
        record, _ = _find(history, place, pack, programme)
        rebuilt = rebuild_pack(history, record)
        path = publish_rebuilt(rebuilt, out or _rebuilt_path(place, record))
    raise typer.Exit(_say_rebuilt(rebuilt, record, path, as_json=as_json))


# --- What the commands share ------------------------------------------------------------------------------


@contextmanager
def open_packs(home_option: Path | None) -> Iterator[tuple[Home, History]]:
    """The home and its history. NothingMade where nothing was ever taken in."""
    home = find_home(home_option)
    if not home.has_history:
        raise NothingMade(f"there is no history in {home.folder}, so no pack; take workbooks in and build one")
    history = open_history(home)
    try:
        yield home, history
    finally:
        history.close()


def _find(
    history: History, home: Home, text: str, programme: str | None
) -> tuple[PackRecord, LoadedProgramme | None]:
    """The pack that is meant, and its programme as declared now, where it is certain which folder is meant:
    the one that is named, else the home's own."""
    from flows.naming_packs import find_pack
    from programmes.load import load_programme

    named = load_programme(find_programme_folder(programme, home)) if programme is not None else None
    record = find_pack(history, text, named.programme.id if named else None)
    own = home.folder / "programmes" / record.programme
    if named is None and (own / "programme.yaml").is_file():
        named = load_programme(own)
    return record, named


def _approve(role: str, date: str | None, despite: str | None) -> Approval:
    """Who decides, when, and despite what; the pack's programme is not known yet."""
    from flows.issuing import Approval, read_role, read_words

    return Approval(
        read_role(role),
        as_date(date) if date is not None else today(),
        read_words(despite, "despite") if despite is not None else "",
        None,
        None,
    )


def _refuse_decision(**decision: str | None) -> None:
    """Nothing is decided by --build-only. UsageError for what belongs to the decision."""
    given = [f"--{name}" for name, value in decision.items() if value is not None]
    if given:
        goes = "goes" if len(given) == 1 else "go"
        raise UsageError(f"{' and '.join(given)} {goes} with issuing, and --build-only only builds")


def _build(
    history: History,
    home: Home,
    replaced: PackRecord,
    loaded: LoadedProgramme | None,
    as_known: str | None,
    reason: str,
) -> BuiltPack:
    """Build an erratum. NothingMade where it would print nothing else."""
    from flows.cli.answers import say_known
    from flows.errata import build_erratum, find_latest_issue
    from flows.position import derive_known, derive_position, resolve_known
    from flows.rebuilding import derive_record, model_record

    find_latest_issue(history, replaced)
    known = resolve_known(history, replaced.programme, as_known, say_known)
    if loaded is not None:
        position = derive_position(history, loaded, replaced.as_at, known)
    else:
        position = derive_known(history, replaced.programme, replaced.as_at, known)
    before = model_record(history, replaced, derive_record(history, replaced), says_erratum=False)
    built = build_erratum(history, replaced, position, before, reason, home.outbox(replaced.programme))
    if built is None:
        hint = "" if loaded else "; if the programme's folder was changed since, name it with --programme"
        raise NothingMade(
            f"an erratum to pack {replaced.pack_id} would print nothing else: no figure, rating, action or word "
            f"has changed{hint}"
        )
    return built


def _rebuilt_path(home: Home, record: PackRecord) -> Path:
    name = f"{record.programme}_{record.board}_{record.as_at.isoformat()}_{record.edition}_pack-{record.pack_id}.pdf"
    return home.outbox(record.programme) / "rebuilt" / name


# --- What the commands say --------------------------------------------------------------------------------


def _say_issued(issued: Issued, record: PackRecord, *, as_json: bool, built: BuiltPack | None = None) -> int:
    from flows.cli.intake import print_json, say
    from transforms.words import plural

    own = issued.issue
    if as_json:
        print_json(_issue_form(issued, record) | (_changed_form(built) if built else {}))
        return OK
    what = f"erratum {own.ordinal}" if own.ordinal else "the pack"
    who = f"by {own.role} on {own.decided_on.isoformat()}"
    if not issued.is_new:
        print(f"{issued.path}: issued already, {who}; nothing was changed")
        return OK
    print(f"{issued.path}: {what} for the meeting of {own.meeting.isoformat()}, issued {who}")
    _say_changed(built)
    if issued.why_rebuilt:
        say(
            f"boardpack: pack {own.pack_id} was made again, with the bytes that were built, and these are issued: "
            f"{issued.why_rebuilt}"
        )
    if own.despite:
        say(f"boardpack: issued despite {plural(len(issued.objections), 'objection')}, because: {own.despite}")
        _say_objections(issued.objections)
    return OK


def _say_refused(
    refused: IssueRefused, record: PackRecord, *, as_json: bool, more: dict[str, Any] | None = None
) -> int:
    from flows.cli.intake import print_json, say

    if as_json:
        form = _pack_form(record) | {"issued": False, "why": refused.why}
        print_json(form | {"errors": [_objection_form(o) for o in refused.objections]} | (more or {}))
    say(f"boardpack: {refused.why}")
    _say_objections(refused.objections)
    if refused.objections:
        say('boardpack: to issue it all the same, say why: --despite "REASON"; it is kept with the issue')
    return HELD


def _say_objections(objections: Sequence[Objection]) -> None:
    from flows.cli.intake import say

    for item in objections:
        say(f"  {item.text}")
        if item.action and not item.is_newer:
            say(f"      {item.action}")


def _say_built(built: BuiltPack, record: PackRecord, home: Path | None, *, as_json: bool) -> int:
    from flows.cli.intake import print_json, say
    from flows.cli.packs import issue_hint

    if as_json:
        print_json(_pack_form(record) | {"issued": False, "file": str(built.path)} | _changed_form(built))
        return OK
    print(f"{built.path}: {built.pages} pages, an erratum to pack {record.replaces}; it is not issued")
    _say_changed(built)
    say(f"boardpack: {issue_hint(built.pack_id, record.meeting, home)}")
    return OK


def _say_changed(built: BuiltPack | None) -> None:
    """What an erratum changes, line by line."""
    model = built.model.erratum if built else None
    if model is None:
        return
    print(f"  {model.headline}. {model.reason}")
    if not model.figures and not model.actions:
        print(f"  {model.brief}")
    for line in model.figures:
        was, now = _sides(line)
        print(f"  {line.ref:4} {line.label}: was {was}; is {now}")
    for action in model.actions:
        print(f"  {action.key} {action.title}: was {action.was}; is {action.becomes}")


def _sides(line: Any) -> tuple[str, str]:
    pairs = ((line.was.text, line.was_words), (line.becomes.text, line.becomes_words))
    was, now = (", ".join(filter(None, pair)) for pair in pairs)
    return was, now


def _changed_form(built: BuiltPack) -> dict[str, Any]:
    model = built.model.erratum
    if model is None:
        return {}
    return {
        "changed": [{"ref": f.ref, "label": f.label, "was": _sides(f)[0], "is": _sides(f)[1]} for f in model.figures],
        "actions": [{"key": a.key, "title": a.title, "was": a.was, "is": a.becomes} for a in model.actions],
    }


def _pack_form(record: PackRecord) -> dict[str, Any]:
    return {
        "pack": record.pack_id,
        "programme": record.programme,
        "board": record.board,
        "meeting": record.meeting.isoformat() if record.meeting else None,
        "edition": record.edition,
        "as_at": record.as_at.isoformat(),
        "as_known": record.as_known,
        "sha256": record.sha256,
        "replaces": record.replaces,
        "reason": record.reason,
    }


def _issue_form(issued: Issued, record: PackRecord) -> dict[str, Any]:
    import json

    own = issued.issue
    return _pack_form(record) | {
        "issued": True,
        "already": not issued.is_new,
        "made_again": issued.why_rebuilt or None,
        "erratum": own.ordinal,
        "role": own.role,
        "decided_on": own.decided_on.isoformat(),
        "file": str(issued.path),
        "despite": own.despite or None,
        "errors": json.loads(own.errors),
    }


def _objection_form(item: Objection) -> dict[str, str]:
    from dataclasses import asdict

    return asdict(item)


def _say_rebuilt(rebuilt: Rebuilt, record: PackRecord, path: Path | None, *, as_json: bool) -> int:
    from flows.cli.intake import print_json, say

    code = OK if rebuilt.is_sound else BROKEN
    if as_json:
        print_json(
            {
                "pack": record.pack_id,
                "same_bytes": rebuilt.has_same_bytes,
                "same_figures": rebuilt.has_same_figures,
                "differs": [{"what": d.what, "then": d.then, "now": d.now} for d in rebuilt.differs],
                "file": str(path) if path else None,
                "sha256": rebuilt.sha256,
            }
        )
        return code
    if rebuilt.has_same_bytes:
        print(f"{path}: pack {record.pack_id}, the same bytes")
    elif rebuilt.has_same_figures:
        print(f"{path}: pack {record.pack_id}, the same figures, other bytes")
    else:
        say(f"boardpack: pack {record.pack_id} cannot be made again: its figures come out otherwise")
    for difference in rebuilt.differs:
        say(f"  {difference.what}: then {difference.then}, now {difference.now}")
    if not rebuilt.has_same_bytes and not rebuilt.differs:
        say("boardpack: nothing that was recorded with it differs, and yet its bytes do; please report this")
    return code
