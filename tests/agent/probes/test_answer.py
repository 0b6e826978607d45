"""Whatever a site prints, it is understood or refused; what is absent stays missing."""

import contextlib
import os
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sites.probe.answer import MAX_BYTES, filesystem_id, parse
from agent.sites.probe.errors import ProbeAnswerError
from agent.sites.probe.local import look_at_folder
from agent.sites.probe.machine import is_network_mount, server_of
from recovery.places import FileSystem

SCRIPT = Path(__file__).parents[3] / "deploy" / "site" / "probe.sh"
WHOLE = b"""version 1
boot_id 52a995ba-c2e3-4776-a2bb-80a615233be0
btime 1795303708
machine_id 3d1219c7c4c5404aaa1f6d2a48adfda4
filesystem 1534ee8541eb3afa 4096 66053021 59973592
available 56602061
mount_type ext4
mount_source /dev/sda1
board 4c4c4544-0042-3510-8054-b4c04f534d32
gateway 52:54:00:00:00:02
config 8c7f5cbeb5f1ea9d6dc2eae4ba4ddbd9dd8f8bbd6fb5bd3d0a6bd28ca1a3f7d1
canary unseen
signed YWJj
end 1
"""


def test_a_whole_answer_is_read() -> None:
    answer = parse(WHOLE)
    assert answer.boot_id == "52a995ba-c2e3-4776-a2bb-80a615233be0"
    assert answer.booted_at_s == 1795303708
    assert answer.machine_id == "3d1219c7c4c5404aaa1f6d2a48adfda4"
    assert answer.filesystem == FileSystem(0x41EB3AFA1534EE85, 66053021, 4096)
    assert (answer.free_blocks, answer.available_blocks) == (59973592, 56602061)
    assert answer.mount_type == "ext4"


def test_what_could_not_be_read_at_the_site_is_missing() -> None:
    answer = parse(b"version 1\nend 1\n")
    assert answer.boot_id is None
    assert answer.filesystem is None


def test_both_word_orders_of_an_id_are_one_id() -> None:
    assert filesystem_id(0x1534EE8541EB3AFA) == filesystem_id(0x41EB3AFA1534EE85)
    assert filesystem_id(0) == 0


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (b"end 1\n", b""),
        (b"version 1\n", b""),
        (b"btime 1795303708", b"btime -1"),
        (b"btime 1795303708", b"btime " + b"9" * 30),
        (b"52a995ba-c2e3", b"../../../etc"),
        (b"3d1219c7c4c5404aaa1f6d2a48adfda4", b"x"),
        (b" 4096 66053021 59973592", b" 4096"),
        (b"ext4", b"ext4; rm -rf /"),
        (b"ext4", "ổ đĩa".encode()),
        (b"/dev/sda1", b"/dev/\x1b[31msda1"),
        (b"52:54:00:00:00:02", b"52:54"),
        (b"8c7f5cbe", b"xxxxxxxx"),
        (b"canary unseen", b"canary perhaps"),
        (b"signed YWJj", b"signed \x07"),
        (b"4c4c4544-0042", b"4c4c4544"),
        (b"end 1\n", b"end 1\n" + b" " * MAX_BYTES),
    ],
    ids=range(16),
)
def test_a_strange_answer_is_refused(before: bytes, after: bytes) -> None:
    assert before in WHOLE
    with pytest.raises(ProbeAnswerError):
        parse(WHOLE.replace(before, after))


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer_or_the_error(output: bytes) -> None:
    with contextlib.suppress(ProbeAnswerError):
        parse(output)


@given(st.lists(st.sampled_from([*WHOLE.splitlines(), b"", b"btime x", b"filesystem 0 0 0 0"])))
def test_any_mixture_of_lines_gives_an_answer_or_the_error(lines: list[bytes]) -> None:
    with contextlib.suppress(ProbeAnswerError):
        parse(b"\n".join(lines))


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph", "9p", None])
def test_mounts_of_other_machines_are_known(kind: str | None) -> None:
    assert is_network_mount(kind)


@pytest.mark.parametrize("kind", ["ext4", "xfs", "btrfs", "fuseblk", "tmpfs", "zfs", "overlay"])
def test_disks_of_this_machine_are_known(kind: str) -> None:
    assert not is_network_mount(kind)


def test_the_script_and_our_own_look_agree_about_this_machine(tmp_path: Path) -> None:
    output = subprocess.run(
        ["/bin/sh", str(SCRIPT), str(tmp_path)], check=True, capture_output=True
    )
    there, here = parse(output.stdout), look_at_folder(tmp_path)
    assert there.boot_id == here.boot_id
    assert there.boot_id
    assert there.booted_at_s == here.booted_at_s
    assert there.machine_id == here.machine_id
    assert there.filesystem == here.filesystem
    status = os.statvfs(tmp_path)
    assert there.available_blocks is not None
    assert abs(there.available_blocks - status.f_bavail) < status.f_blocks // 100
    assert there.mount_type == here.mount_type


def test_the_script_leaves_out_what_it_cannot_read(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    output = subprocess.run(["/bin/sh", str(SCRIPT), gone], check=True, capture_output=True)
    assert parse(output.stdout).filesystem is None


def machine(root: Path, mounts: str) -> Path:
    """A system's own files below a folder."""
    files = {
        "proc/self/mountinfo": mounts,
        "proc/net/route": "Iface\tDestination\tGateway\neth0\t00000000\t0100000A\t0003\n",
        "proc/net/arp": "IP address HW type Flags HW address Mask Device\n"
        "10.0.0.9 0x1 0x2 52:54:00:00:00:09 * eth0\n"
        "10.0.0.1 0x1 0x2 52:54:00:00:00:01 * eth0\n",
        "sys/class/dmi/id/product_uuid": "4C4C4544-0042-3510-8054-B4C04F534D32\n",
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    return root


def test_a_folder_behind_a_mount_point_with_a_blank_is_found(tmp_path: Path) -> None:
    (tmp_path / "my disk" / "x").mkdir(parents=True)
    point = str(tmp_path / "my disk").replace(" ", "\\040")
    mounts = (
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        f"2 1 0:44 / {point} rw shared:1 - nfs4 nas:/export rw\n"
        "3 1 0:45 / /elsewhere rw - tmpfs tmpfs rw\n"
    )
    look = look_at_folder(tmp_path / "my disk" / "x", machine(tmp_path / "root", mounts))
    assert (look.mount_type, look.mount_source) == ("nfs4", "nas:/export")
    assert look.boot_id is None
    assert look.machine_id is None
    assert look.gateway_mac == "52:54:00:00:00:01"
    assert look.dmi_uuid == "4c4c4544-0042-3510-8054-b4c04f534d32"


@pytest.mark.parametrize(
    ("device", "kind"),
    [
        ("devices/platform/host3/session1/target3:0:0/3:0:0:1/block/sdb", "iscsi"),
        ("devices/virtual/block/nbd0", "nbd"),
        ("devices/virtual/block/rbd0", "rbd"),
        ("devices/pci0000:00/0000:00:1f.2/ata1/host0/block/sda", "ext4"),
    ],
)
@pytest.mark.parametrize("volume", [False, True])  # LVM or encryption on top
def test_a_disk_that_a_network_brings_is_no_disk_of_this_machine(
    tmp_path: Path, device: str, kind: str, volume: bool
) -> None:
    root = machine(tmp_path, f"1 0 8:16 / {tmp_path} rw - ext4 /dev/mapper/nas rw\n")
    disk = root / "sys" / device
    disk.mkdir(parents=True)
    (root / "sys/dev/block").mkdir(parents=True)
    if volume:
        slaves = root / "sys/devices/virtual/block/dm-0/slaves"
        slaves.mkdir(parents=True)
        (slaves / disk.name).symlink_to(disk)
        disk = slaves.parent
    (root / "sys/dev/block/8:16").symlink_to(disk)
    assert look_at_folder(tmp_path, root).mount_type == kind


@pytest.mark.parametrize(
    ("source", "server"),
    [
        ("nas:/export", "nas"),
        ("10.0.0.7:/export/x", "10.0.0.7"),
        ("[fd00::7]:/export", "fd00::7"),
        ("//NAS/share/folder", "nas"),
        ("lachan@nas:/srv", "nas"),
        ("10.0.0.1:6789,10.0.0.2:6789:/", "10.0.0.1"),
        ("remote:", None),
        ("/dev/sda1", None),
        ("", None),
    ],
)
def test_the_server_of_a_mount_is_found(source: str, server: str | None) -> None:
    assert server_of(source) == server
