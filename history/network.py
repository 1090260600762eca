"""Recognise a folder on a network share, where SQLite's write-ahead log cannot work: its readers and writers
share memory, which two machines do not."""

from __future__ import annotations

import ctypes
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from history.failures import DATABASE_SETTING, HistorySettingError

_TYPES = """
    nfs nfs3 nfs4 cifs smb smb2 smb3 smbfs ncp ncpfs afs auristorfs afpfs ceph glusterfs lustre beegfs davfs webdav
    coda gpfs panfs orangefs pvfs2 gfs gfs2 ocfs2 moosefs lizardfs
"""
_FUSE = """
    sshfs glusterfs ceph ceph-fuse s3fs s3ql goofys gcsfuse blobfuse blobfuse2 rclone davfs davfs2 curlftpfs smbnetfs
    juicefs mfs moosefs lizardfs seaweedfs weed mount.s3 mountpoint-s3 gvfsd-fuse kio-fuse onedriver
    google-drive-ocamlfuse dbxfs afpfs httpfs hdfs fuse_dfs beegfs cvmfs2 cvmfs nfs cifs
"""
NETWORK_TYPES = frozenset(_TYPES.split())
"""File systems that more than one machine may have open. Those of containers and of WSL (9p, overlay, virtiofs)
are of this machine."""
NETWORK_FUSE = frozenset(_FUSE.split())
"""What comes after `fuse.` where the other end is another machine."""

_OCTAL = re.compile(r"\\([0-7]{3})")
_BSD_LINE = re.compile(r"^.* on (?P<point>.*) \((?P<kind>[^,()]+)[^()]*\)$")
_REMOTE_DRIVE = 4


class Mount(NamedTuple):
    """One line of a table of mounts: where it is seen, and the type of file system there."""

    point: str
    kind: str


def refuse_share(folder: Path) -> None:
    """HistorySettingError where the folder, which need not exist yet, lies on a network share."""
    kind = find_share(folder)
    if kind is not None:
        raise HistorySettingError(
            f"{folder} lies on a network share ({kind}), where SQLite cannot keep a history safely; keep the home on "
            "a disk of this machine, or keep the history on a PostgreSQL server: "
            f"set {DATABASE_SETTING}=postgresql://user@host/database"
        )


def find_share(folder: Path) -> str | None:
    """The type of the network share that a folder lies on; None where it is on this machine, or nobody can tell."""
    real = folder.resolve()  # a link may lead to a share
    if sys.platform == "win32":
        return _find_windows_share(str(real))
    kind = type_of(str(real), read_mounts())
    return kind if kind is not None and is_network_type(kind) else None


def is_network_type(kind: str) -> bool:
    """Whether a type of file system, as a table of mounts names it, is that of a network share."""
    own, _, behind = kind.lower().partition(".")
    return behind in NETWORK_FUSE if own in {"fuse", "fuseblk"} else own in NETWORK_TYPES


def type_of(path: str, mounts: Iterable[Mount]) -> str | None:
    """The type of file system that an absolute path lies on: of the longest mount point above it, and of those
    the last one, which hides the others."""
    found: Mount | None = None
    for mount in mounts:
        is_above = path == mount.point or path.startswith(mount.point.rstrip("/") + "/")
        if is_above and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found.kind if found else None


def read_mounts() -> list[Mount]:
    """What is mounted on this machine; nothing where the system does not tell."""
    if sys.platform == "darwin":
        return parse_bsd(_run_mount())
    for table, parse in (("/proc/self/mountinfo", parse_mountinfo), ("/proc/mounts", parse_mounts)):
        try:
            text = Path(table).read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            continue
        return parse(text)
    return []


def parse_mountinfo(text: str) -> list[Mount]:
    """The mounts of /proc/self/mountinfo. The type stands after a dash, as some fields may be absent before it."""
    found = []
    for line in text.split("\n"):
        own, dash, rest = line.partition(" - ")
        fields = own.split(" ")
        if dash and len(fields) > 4:
            found.append(Mount(_plain(fields[4]), rest.split(" ")[0]))
    return found


def parse_mounts(text: str) -> list[Mount]:
    """The mounts of /proc/mounts."""
    fields = (line.split(" ") for line in text.split("\n"))
    return [Mount(_plain(f[1]), f[2]) for f in fields if len(f) > 2]


def parse_bsd(text: str) -> list[Mount]:
    """The mounts that macOS's `mount` prints."""
    found = (_BSD_LINE.match(line) for line in text.splitlines())
    return [Mount(f["point"], f["kind"].strip()) for f in found if f]


def is_unc(path: str) -> bool:
    r"""Whether a Windows path names a server: \\server\share or \\?\UNC\server\share, not \\?\C:\ or \\.\pipe."""
    text = path.replace("/", "\\")
    if text.upper().startswith("\\\\?\\UNC\\"):
        return True
    return text.startswith("\\\\") and not text.startswith(("\\\\?\\", "\\\\.\\"))


def _plain(field: str) -> str:
    """A field of a table of mounts, where a space is written as \\040."""
    return _OCTAL.sub(lambda match: chr(int(match[1], 8)), field)


def _run_mount() -> str:
    try:
        return subprocess.run(["/sbin/mount"], capture_output=True, text=True, errors="surrogateescape").stdout
    except OSError:
        return ""


def _find_windows_share(path: str) -> str | None:
    if is_unc(path):
        return "a Windows share"
    drive_type = ctypes.windll.kernel32.GetDriveTypeW  # type: ignore[attr-defined,unused-ignore]
    return "a mapped network drive" if drive_type(path[:3]) == _REMOTE_DRIVE else None
