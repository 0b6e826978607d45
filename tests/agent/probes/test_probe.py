"""Probes of real places on this machine: all of them are one place, and that is what they say."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from agent.config.model import Site
from agent.sites.probe import kinds as probe_kinds
from agent.sites.probe import looking as probe
from agent.sites.probe.errors import HostKeyError, ProbeKeyFileError, UnreachableError
from agent.sites.probe.kinds import SiteLook
from demo.ssh_site import SshSite, free_port
from recovery.places import FileSystem, Place
from recovery.separation import overall
from wire.verdicts import Cause, HeldBy, Separation


def _remote(place: SshSite) -> Site:
    return Site(
        name="b",
        kind="append_only_ssh",
        held_by=HeldBy.HOSTED,
        user=place.user,
        host=place.host,
        port=place.port,
        key_file=place.key_file,
        probe_key_file=place.probe_key_file,
        known_hosts_file=place.known_hosts_file,
    )


def _local(folder: Path) -> Site:
    return Site(name="a", kind="local", held_by=HeldBy.OWNED, path=folder)


def look_at(site: Site) -> SiteLook:
    return probe_kinds.look_at_site(site, os.urandom)


def _changed(site: Site, **changes: object) -> Site:
    fields = {name: getattr(site, name) for name in site.__struct_fields__}
    return Site(**(fields | changes))


def test_two_sites_on_one_machine_are_not_separate(ssh_place: SshSite, tmp_path: Path) -> None:
    host = probe.look_at_host([tmp_path])
    looks = [look_at(site) for site in (_local(tmp_path), _remote(ssh_place))]
    assert [look.fault for look in looks] == [None, None]
    pairs = probe.judge_all(host, looks, None)
    assert [(pair.a, pair.b) for pair in pairs] == [("host", "a"), ("host", "b"), ("a", "b")]
    assert all(pair.verdict is Separation.NOT_SEPARATE for pair in pairs)
    assert all("boot_id" in pair.hard for pair in pairs)
    assert overall(pairs) is Separation.NOT_SEPARATE


def test_a_call_hears_what_the_connection_shows(ssh_place: SshSite) -> None:
    look = look_at(_remote(ssh_place))
    assert look.place.address == "127.0.0.1"
    assert len(look.place.host_key or "") == 64
    assert look.least_rtt_ms is not None
    assert 0 < look.least_rtt_ms < 1000


def test_a_short_round_trip_refutes_a_declared_distance(ssh_place: SshSite, tmp_path: Path) -> None:
    near = _changed(_local(tmp_path), coordinates=(13.98, 108.0))
    far = _changed(_remote(ssh_place), coordinates=(21.03, 105.85))  # about 815 km away
    looks = [look_at(site) for site in (near, far)]
    if looks[1].least_rtt_ms is not None:  # a busy machine may be slow, but not that slow
        looks[1] = replace(looks[1], least_rtt_ms=min(looks[1].least_rtt_ms, 5.0))
    pair = probe.judge_all(probe.look_at_host([]), looks, None)[-1]
    assert "rtt" in pair.hard


def test_an_unknown_host_key_stops_before_anything_is_sent(
    ssh_place: SshSite, tmp_path: Path
) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(ssh_place.known_hosts_file.read_text().replace("AAAA", "AAAB", 1))
    for content in (known.read_text(), ""):
        known.write_text(content)
        look = look_at(_changed(_remote(ssh_place), known_hosts_file=known))
        assert isinstance(look.fault, HostKeyError | ProbeKeyFileError)
        assert look.place.boot_id is None


def test_another_servers_key_is_a_changed_host_key(ssh_place: SshSite, tmp_path: Path) -> None:
    name, kind, _ = ssh_place.known_hosts_file.read_text().split()
    other = (ssh_place.folder / "agent_key.pub").read_text().split()[1]
    known = tmp_path / "known_hosts"
    known.write_text(f"{name} {kind} {other}\n")
    look = look_at(_changed(_remote(ssh_place), known_hosts_file=known))
    assert isinstance(look.fault, HostKeyError)
    assert look.fault.cause is Cause.HOST_KEY_CHANGED


def test_the_repository_key_gets_no_answer_to_a_probe(ssh_place: SshSite) -> None:
    look = look_at(_changed(_remote(ssh_place), probe_key_file=ssh_place.key_file))
    assert look.fault is not None
    assert look.place.boot_id is None


def test_a_site_that_does_not_answer_leaves_the_pair_inconclusive(
    ssh_place: SshSite, tmp_path: Path
) -> None:
    look = look_at(_changed(_remote(ssh_place), port=free_port()))
    assert isinstance(look.fault, UnreachableError)
    (pair,) = probe.judge_all(probe.look_at_host([tmp_path]), [look], None)
    assert pair.verdict is Separation.INCONCLUSIVE
    assert "boot_id" in pair.missing


@pytest.mark.parametrize("field", ["probe_key_file", "known_hosts_file"])
def test_a_file_that_is_not_there_is_named(ssh_place: SshSite, tmp_path: Path, field: str) -> None:
    for value in (tmp_path / "gone", None):
        look = look_at(_changed(_remote(ssh_place), **{field: value}))
        assert isinstance(look.fault, ProbeKeyFileError)
        assert look.fault.exit_code == 78


def test_a_missing_folder_is_a_site_that_cannot_be_reached(tmp_path: Path) -> None:
    look = look_at(_local(tmp_path / "not-mounted"))
    assert isinstance(look.fault, UnreachableError)


def test_a_nas_beside_the_server_shows_none_of_the_servers_own_signs() -> None:
    data = FileSystem(7, 100, 4096)
    host = probe.HostLook(
        Place("host", boot_id="here", machine_id="m"), (probe.Volume(data, None),)
    )
    nas = SiteLook(
        Place(
            "a", boot_id="here", machine_id="m", filesystem=FileSystem(8, 9, 1), network_mount=True
        ),
        here=False,
    )
    (pair,) = probe.judge_all(host, [nas], None)
    assert pair.verdict is Separation.INCONCLUSIVE
    assert not pair.hard


def test_a_site_on_any_file_system_of_the_data_is_not_separate() -> None:
    first, second = FileSystem(7, 100, 4096), FileSystem(9, 50, 4096)
    host = probe.HostLook(
        Place("host", boot_id="one"), (probe.Volume(first, 1), probe.Volume(second, None))
    )
    site = SiteLook(Place("a", boot_id="two", filesystem=second), here=False)
    (pair,) = probe.judge_all(host, [site], None)
    assert pair.verdict is Separation.NOT_SEPARATE
    assert pair.hard == ("filesystem",)
