"""A home on a network share is recognised by the table of mounts, and refused for SQLite."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from history import network
from history.failures import HistorySettingError
from history.network import (
    Mount,
    find_share,
    is_network_type,
    is_unc,
    parse_bsd,
    parse_mountinfo,
    parse_mounts,
    type_of,
)
from history.store import History

MOUNTINFO = r"""
22 27 0:21 / /proc rw,relatime - proc proc rw
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard
40 27 0:45 / /srv/shared rw,relatime shared:12 - nfs4 files.example:/export rw,vers=4.2,addr=10.0.0.5
41 40 254:0 /local /srv/shared/local rw,relatime shared:1 master:2 - ext4 /dev/vda rw
42 27 0:50 / /mnt/Board\040packs\011and\134more rw,relatime - cifs //files/board\040packs rw,vers=3.1.1
43 27 0:51 / /mnt/box rw,relatime - ext4 /dev/vdb rw
44 43 0:52 / /mnt/box rw,relatime - fuse.sshfs analyst@host:/ rw,user_id=1000
45 27 0:45 /export/home /home/analyst rw,relatime - nfs4 files.example:/export rw
46 27 0:53 / /workspace rw,relatime - 9p host rw,trans=virtio
47 27 0:54 / /merged rw,relatime - overlay overlay rw,lowerdir=/l,upperdir=/u,workdir=/w
""".strip()


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/shared/home/history", "nfs4"),
        ("/srv/shared", "nfs4"),
        ("/srv/shared/local/home", "ext4"),  # the longest mount point above it counts
        ("/srv/sharedness/home", "ext4"),  # a name that only begins alike is another folder
        ("/mnt/Board packs\tand\\more/home", "cifs"),  # \040 is a space
        ("/mnt/box/home", "fuse.sshfs"),  # what is mounted last hides what was there
        ("/home/analyst/boardpack_home", "nfs4"),  # a folder of a share that is bound elsewhere
        ("/workspace/home", "9p"),
        ("/merged/home", "overlay"),
        ("/var/lib/boardpack", "ext4"),
        ("/", "ext4"),
    ],
)
def test_the_type_of_a_folder(path: str, kind: str) -> None:
    assert type_of(path, parse_mountinfo(MOUNTINFO)) == kind


def test_the_older_table_says_the_same() -> None:
    text = "/dev/vda / ext4 rw 0 0\n//files/b /mnt/Board\\040packs smb3 rw 0 0\nsys /sys sysfs rw 0 0\n"
    assert parse_mounts(text) == [Mount("/", "ext4"), Mount("/mnt/Board packs", "smb3"), Mount("/sys", "sysfs")]
    assert type_of("/mnt/Board packs/home", parse_mounts(text)) == "smb3"


def test_the_table_of_macos() -> None:
    text = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//analyst@files/packs on /Volumes/Board packs (smbfs, nodev, nosuid, mounted by analyst)\n"
        "map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)\n"
    )
    mounts = parse_bsd(text)
    assert type_of("/Volumes/Board packs/home", mounts) == "smbfs"
    assert type_of("/Users/analyst/home", mounts) == "apfs"


@pytest.mark.parametrize("text", ["", "\n\n", "nonsense", "1 2 3 - nfs", "36 35 98:0 /m /m rw", " - - - "])
def test_a_table_that_makes_no_sense_says_nothing(text: str) -> None:
    assert parse_mountinfo(text) == []
    assert type_of("/home", parse_mounts(text)) is None


NETWORK = """
    nfs nfs4 cifs smb3 smbfs SMB3 ncpfs afs ceph glusterfs lustre beegfs davfs fuse.sshfs fuse.glusterfs
    fuse.s3fs fuse.rclone fuse.mount.s3
"""


@pytest.mark.parametrize("kind", NETWORK.split())
def test_network_types(kind: str) -> None:
    assert is_network_type(kind)


LOCAL = """
    ext4 xfs btrfs zfs apfs hfs tmpfs overlay 9p virtiofs drvfs fuseblk fuse fuse.ntfs-3g fuse.mergerfs
    fuse.portal autofs nfsd squashfs f2fs
"""


@pytest.mark.parametrize("kind", LOCAL.split())
def test_types_of_this_machine(kind: str) -> None:
    """Those of containers and of WSL among them; the server's own side of NFS (nfsd) is no share either."""
    assert not is_network_type(kind)


NAMES = st.text(st.sampled_from("ab \\\t"), min_size=1, max_size=3)
POINTS = st.lists(NAMES, max_size=4).map(lambda parts: "/" + "/".join(parts))


@settings(max_examples=40)
@given(st.lists(st.tuples(POINTS, st.sampled_from(["ext4", "nfs", "cifs", "tmpfs"])), max_size=6), POINTS)
def test_both_tables_say_what_was_mounted(mounts: list[tuple[str, str]], path: str) -> None:
    """Whatever the names are, they come back as they were, and the nearest mount above a folder is found."""

    def write(point: str) -> str:
        return "".join(f"\\{ord(c):03o}" if c in " \t\n\\" else c for c in point)

    expected = [Mount(point, kind) for point, kind in mounts]
    info = "\n".join(f"1 2 0:1 / {write(p)} rw shared:1 - {kind} source rw" for p, kind in mounts)
    assert parse_mountinfo(info) == expected
    assert parse_mounts("\n".join(f"source {write(p)} {kind} rw 0 0" for p, kind in mounts)) == expected
    above = [m for m in expected if m.point == "/" or path == m.point or path.startswith(m.point + "/")]
    found = type_of(path, expected)
    assert (found is None) == (not above)
    if above:
        longest = max(len(m.point) for m in above)
        assert found == [m.kind for m in above if len(m.point) == longest][-1]


@pytest.mark.parametrize(
    ("path", "is_share"),
    [
        (r"\\files\packs\home", True),
        ("//files/packs/home", True),
        (r"\\?\UNC\files\packs\home", True),
        (r"\\?\C:\packs\home", False),
        (r"\\.\pipe\x", False),
        (r"C:\packs\home", False),
        ("/packs", False),
    ],
)
def test_windows_shares(path: str, is_share: bool) -> None:
    assert is_unc(path) is is_share


@pytest.fixture
def share(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that the table of mounts says is a share."""
    folder = tmp_path / "share"
    folder.mkdir()
    mounts = [Mount("/", "ext4"), Mount(str(folder), "nfs4")]
    monkeypatch.setattr(network, "read_mounts", lambda: mounts)
    return folder


def test_a_history_on_a_share_is_refused_and_nothing_is_made(share: Path) -> None:
    with pytest.raises(HistorySettingError, match=r"on a network share \(nfs4\).*BOARDPACK_DATABASE"):
        History(share / "home" / "history")
    assert list(share.iterdir()) == []


def test_a_link_that_leads_to_a_share_too(share: Path, tmp_path: Path) -> None:
    link = tmp_path / "here"
    link.symlink_to(share)
    assert find_share(link / "not yet there") == "nfs4"
    assert find_share(tmp_path / "elsewhere") is None


def test_this_machine_tells_where_a_folder_lies(tmp_path: Path) -> None:
    """The real table: it is read, and tests run on no share."""
    assert network.read_mounts()
    assert find_share(tmp_path) is None
