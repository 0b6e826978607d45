"""One machine cannot play two places: twelve ways to try, each real on this machine."""

import os
import shutil
import socket
from pathlib import Path

import pytest

from agent.sites.probe.kinds import look_at_site
from demo.ssh_site import SshSite
from tests.agent.probes.fakes import (
    FORGED,
    FORGED_DISK,
    consenting,
    contained,
    folder_site,
    forced,
    forwarded,
    judged,
    probe_command,
    ssh_place,
    worst,
)
from wire.verdicts import Separation

NOT_SEPARATE, SUSPECT = Separation.NOT_SEPARATE, Separation.SUSPECT
PLEIKU, HANOI = (13.98, 108.0), (21.03, 105.85)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


def test_two_folders_of_one_disk(data: Path, tmp_path: Path) -> None:
    sites = [folder_site(tmp_path / "a" / "r"), folder_site(tmp_path / "b" / "r", "b")]
    assert worst(judged(data, sites)) is NOT_SEPARATE


def test_a_link_to_the_other_site(data: Path, tmp_path: Path) -> None:
    a = folder_site(tmp_path / "a" / "r")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    pairs = judged(data, [a, folder_site(tmp_path / "b" / "r", "b")])
    assert {"boot_id", "filesystem"} <= set(pairs[-1].hard)


def test_another_file_system_of_the_machine(data: Path, tmp_path: Path) -> None:
    other = Path("/dev/shm") / f"lachan-test-{os.getpid()}"  # noqa: S108 - a file system of its own
    try:
        pairs = judged(data, [folder_site(tmp_path / "a" / "r"), folder_site(other / "r", "b")])
    finally:
        shutil.rmtree(other)
    assert pairs[-1].hard[:1] == ("boot_id",)


def test_an_ssh_server_of_its_own_on_another_port(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    pairs = judged(data, [folder_site(tmp_path / "a" / "r"), ssh_place(ssh_site_b)])
    assert [pair.verdict for pair in pairs] == [NOT_SEPARATE] * 3


def test_a_container_with_a_name_and_a_machine_id_of_its_own(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    own = tmp_path / "machine-id"
    own.write_text("0123456789abcdef0123456789abcdef\n")
    inside = f"hostname far-away; mount --bind {own} /etc/machine-id; {probe_command(ssh_site_b)}"
    words = contained()
    assert words, "no namespaces: this test needs them"
    with forced(ssh_site_b, "probe_key", f"{' '.join(words)} sh -c '{inside}'"):
        site = ssh_place(ssh_site_b)
        assert look_at_site(site, os.urandom).place.machine_id == own.read_text().strip()
        assert worst(judged(data, [folder_site(tmp_path / "a" / "r"), site])) is NOT_SEPARATE


def test_two_addresses_of_one_machine(ssh_site_b: SshSite, data: Path, tmp_path: Path) -> None:
    with forwarded(ssh_site_b, tmp_path, family=socket.AF_INET6) as b:
        pairs = judged(data, [ssh_place(ssh_site_b, "a"), b])
    assert pairs[-1].hard[:1] == ("boot_id",)
    assert "host_key" in pairs[-1].soft
    assert "address" not in pairs[-1].soft


def test_a_forwarded_port_with_a_hidden_probe(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    """The site shows nothing to its probe key, but it answers at the server's own address."""
    with (
        forwarded(ssh_site_b, tmp_path) as b,
        forced(ssh_site_b, "probe_key", "echo version 1; echo end 1"),
    ):
        pairs = judged(data, [folder_site(tmp_path / "a" / "r"), b])
    assert pairs[1].verdict is SUSPECT
    assert pairs[1].soft == ("own_address",)


def test_far_coordinates_that_light_refutes(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    a = folder_site(tmp_path / "a" / "r", coordinates=PLEIKU)
    lies = probe_command(ssh_site_b, FORGED, FORGED_DISK)
    with forced(ssh_site_b, "probe_key", lies):
        pair = judged(data, [a, ssh_place(ssh_site_b, coordinates=HANOI)])[-1]
    assert (pair.hard, pair.distance_km) == (("rtt",), 816.4)


def test_far_coordinates_behind_a_proxy_that_delays(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    a = folder_site(tmp_path / "a" / "r", coordinates=PLEIKU)
    with forwarded(ssh_site_b, tmp_path, delay_s=0.006) as b:
        far = ssh_place(
            ssh_site_b, port=b.port, known_hosts_file=b.known_hosts_file, coordinates=HANOI
        )
        pair = judged(data, [a, far])[-1]
    assert "rtt" not in (*pair.hard, *pair.missing)
    assert "boot_id" in pair.hard


def test_a_forged_kernel_over_the_true_disk(
    ssh_site_b: SshSite, data: Path, tmp_path: Path
) -> None:
    with forced(ssh_site_b, "probe_key", probe_command(ssh_site_b, FORGED)):
        pairs = judged(data, [folder_site(tmp_path / "a" / "r"), ssh_place(ssh_site_b)])
    assert pairs[1].hard == pairs[2].hard == ("filesystem",)


def test_a_forged_kernel_and_a_forged_disk_that_still_fills(
    ssh_site_b: SshSite, quiet: Path
) -> None:
    """Only free space tells now: with the owner's consent it is asked."""
    for name in ("data", "store"):
        (quiet / name).mkdir()
    a, b = folder_site(quiet / "a" / "r"), ssh_place(ssh_site_b)
    with forced(ssh_site_b, "probe_key", probe_command(quiet / "store", FORGED, FORGED_DISK)):
        silent = judged(quiet / "data", [a, b])
        measured = judged(quiet / "data", [consenting(a), consenting(b)])
    assert {pair.verdict for pair in silent[1:]} <= {SUSPECT, Separation.INCONCLUSIVE}
    assert "free_space" in silent[-1].missing
    assert [pair.hard for pair in measured[1:]] == [("free_space",), ("free_space",)]


def test_sftp_that_hides_the_kernel(ssh_site_b: SshSite, data: Path, tmp_path: Path) -> None:
    """As a chroot without /proc: what is left is the file system."""
    store = tmp_path / "store" / "r"
    store.mkdir(parents=True)
    words = contained()
    assert words, "no namespaces: this test needs them"
    inside = "mount -t tmpfs tmpfs /proc; exec /usr/lib/openssh/sftp-server"
    b = ssh_place(ssh_site_b, kind="sftp", path=store, probe_key_file=None)
    with forced(ssh_site_b, "agent_key", f"{' '.join(words)} sh -c '{inside}'"):
        look = look_at_site(b, os.urandom)
        assert (look.fault, look.place.boot_id) == (None, None)
        pairs = judged(data, [folder_site(tmp_path / "a" / "r"), b])
    assert [pair.hard for pair in pairs[1:]] == [("filesystem",), ("filesystem",)]
