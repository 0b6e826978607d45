"""Whatever a site prints, it is understood or refused; what is absent stays missing."""

import contextlib
import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.sites.probe_answer import MAX_BYTES, filesystem_id, is_network_mount, parse
from agent.sites.probe_errors import ProbeAnswerError
from agent.sites.probe_local import look_at_folder
from recovery.places import FileSystem

SCRIPT = Path(__file__).parents[3] / "deploy" / "site" / "probe.sh"
WHOLE = b"""version 1
boot_id 52a995ba-c2e3-4776-a2bb-80a615233be0
btime 1795303708
machine_id 3d1219c7c4c5404aaa1f6d2a48adfda4
filesystem 1534ee8541eb3afa 4096 66053021 59973592
mount_type ext4
end 1
"""


def test_a_whole_answer_is_read() -> None:
    answer = parse(WHOLE)
    assert answer.boot_id == "52a995ba-c2e3-4776-a2bb-80a615233be0"
    assert answer.booted_at_s == 1795303708
    assert answer.machine_id == "3d1219c7c4c5404aaa1f6d2a48adfda4"
    assert answer.filesystem == FileSystem(0x41EB3AFA1534EE85, 66053021, 4096)
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
        (b"end 1\n", b"end 1\n" + b" " * MAX_BYTES),
    ],
    ids=range(10),
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
    assert there.mount_type == here.mount_type


def test_the_script_leaves_out_what_it_cannot_read(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    output = subprocess.run(["/bin/sh", str(SCRIPT), gone], check=True, capture_output=True)
    assert parse(output.stdout).filesystem is None


def test_a_folder_behind_a_mount_point_with_a_blank_is_found(tmp_path: Path) -> None:
    proc = tmp_path / "proc"
    (proc / "self").mkdir(parents=True)
    (tmp_path / "my disk" / "x").mkdir(parents=True)
    point = str(tmp_path / "my disk").replace(" ", "\\040")
    (proc / "self" / "mountinfo").write_text(
        "1 0 8:1 / / rw - ext4 /dev/sda rw\n"
        f"2 1 0:44 / {point} rw shared:1 - nfs4 nas:/export rw\n"
        "3 1 0:45 / /elsewhere rw - tmpfs tmpfs rw\n"
    )
    look = look_at_folder(tmp_path / "my disk" / "x", proc=proc, etc=tmp_path)
    assert (look.mount_type, look.mount_source) == ("nfs4", "nas:/export")
    assert look.boot_id is None
    assert look.machine_id is None
