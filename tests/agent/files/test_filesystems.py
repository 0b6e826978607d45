"""Which filesystem a path lies on, and where the numbers of inodes say nothing."""

import os
from pathlib import Path

import pytest

from agent.files import refresh as refreshing
from agent.files.filesystems import Mount, mount_over, mounts, parse
from agent.files.ledger import Ledger

MOUNTINFO = b"""\
22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:36 / /srv/h\\303\\244nge\\040mappe rw shared:20 - nfs4 10.0.0.9:/x rw
41 22 0:37 / /srv/share rw - cifs //server/share rw
42 41 8:2 / /srv/share/disk rw master:1 - xfs /dev/sdb rw
43 22 0:38 / /srv/over rw - tmpfs tmpfs rw
44 22 0:39 / /srv/over rw - fuse.sshfs host: rw
"""


@pytest.mark.parametrize(
    ("path", "filesystem", "network", "has_inodes"),
    [
        ("/srv", "ext4", False, True),
        ("/srv/share", "cifs", True, False),
        ("/srv/share/x", "cifs", True, False),
        ("/srv/sharex", "ext4", False, True),
        ("/srv/share/disk/x", "xfs", False, True),
        ("/srv/hänge mappe/x", "nfs4", True, True),
        ("/srv/over/x", "fuse.sshfs", True, False),
    ],
)
def test_the_longest_and_last_mount_counts(
    path: str, filesystem: str, network: bool, has_inodes: bool, tmp_path: Path
) -> None:
    mount = mount_over(parse(MOUNTINFO), os.fsencode(path))
    assert (mount.filesystem, mount.is_network) == (filesystem, network)
    assert bool(mount.status_of(tmp_path.stat()).inode) == has_inodes


def test_this_machines_own_mounts_are_understood() -> None:
    assert mount_over(mounts(), b"/proc/self").filesystem == "proc"


def test_where_inodes_are_made_up_another_number_is_no_change(
    ledger: Ledger, tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(refreshing, "mounts", lambda: (Mount(b"/", "cifs"),))
    (tree / "a").write_bytes(b"one")
    refresh = ledger.refresh(tree)
    record = ledger.record(tree / "a")
    assert record
    assert (record.inode, refresh.hashed, refresh.filesystem) == (0, 1, "cifs")
    assert ledger.refresh(tree).hashed == 0
