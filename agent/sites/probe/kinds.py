"""Look at one site as its kind allows: a folder, a forced command, SFTP, a web server."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from agent.config.sites import Site
from agent.sites import site_agent
from agent.sites.declared import fingerprint_of, with_declared
from agent.sites.probe import local as probe_local
from agent.sites.probe import machine as probe_machine
from agent.sites.probe import network as probe_network
from agent.sites.probe import ssh as probe_ssh
from agent.sites.probe.answer import Self, parse
from agent.sites.probe.errors import (
    OtherFolderError,
    ProbeError,
    ProbeKeyFileError,
    SignedAnswerError,
    UnreachableError,
)
from agent.sites.probe.machine import is_network_mount, server_of
from agent.sites.probe.sftp import look_at_files
from agent.sites.ways.http import Server
from recovery.places import Place
from wire.text import N_

LOCAL, SFTP, APPEND_ONLY, REST, S3 = "local", "sftp", "append_only_ssh", "rest", "s3"
WEB = (REST, S3)
Entropy = Callable[[int], bytes]


@dataclass(frozen=True, slots=True)
class SiteLook:
    """What was learned of one site. With a fault its signals are missing, and this says why."""

    place: Place
    kind: str = ""
    here: bool = False  # on this very machine
    least_rtt_ms: float | None = None  # between host and site
    fault: ProbeError | None = None  # it could not be asked
    unsigned: SignedAnswerError | None = None  # asked, but its agent does not vouch


def look_at_site(site: Site, entropy: Entropy) -> SiteLook:
    """Never raises for what a site does: a site that cannot be asked is a site without signals."""
    try:
        look = _LOOKS.get(site.kind, _nothing)(site, entropy)
    except ProbeError as fault:
        look = SiteLook(Place(site.name), fault=fault)
    place = with_declared(look.place, site)
    station = probe_machine.station_of(probe_local.reader(), place.address)
    return replace(look, place=replace(place, station=station), kind=site.kind)


def place_of(name: str, answer: Self) -> Place:
    """The signals of an answer, as the judge wants them."""
    network = is_network_mount(answer.mount_type)
    source = answer.mount_source or ""
    return Place(
        name,
        boot_id=answer.boot_id,
        booted_at_s=answer.booted_at_s,
        machine_id=answer.machine_id,
        dmi_uuid=answer.dmi_uuid,
        filesystem=answer.filesystem,
        free_blocks=answer.free_blocks,
        available_blocks=answer.available_blocks,
        gateway_mac=None if network else answer.gateway_mac,
        device=None if network else _device(answer),
        storage_source=source or None if network else None,
        storage_server=server_of(source) if network else None,
        network_mount=network,
    )


def has_probe_login(site: Site) -> bool:
    """Whether the forced command of a probe-only key is configured."""
    return bool(site.host and site.user and site.probe_key_file)


def caller_of(
    site: Site, key_file: Path | None, role: str, *, ends_after_s: float
) -> probe_ssh.Caller:
    """Who calls.

    Raises:
        ProbeKeyFileError: a file that this needs is not configured.
    """
    for name, file in ((role, key_file), ("known_hosts_file", site.known_hosts_file)):
        if file is None:
            raise ProbeKeyFileError(site=site.name, file=name, reason=N_("not configured"))
    return probe_ssh.Caller(
        site.name,
        site.host,
        site.port,
        site.user,
        key_file or Path(),
        site.known_hosts_file or Path(),
        ends_after_s=ends_after_s,
    )


def _nothing(site: Site, _entropy: Entropy) -> SiteLook:
    return SiteLook(Place(site.name))


def _local(site: Site, entropy: Entropy) -> SiteLook:
    """A folder; of a NAS that also has a probe login both what we mount and what it says."""
    folder = site.path
    if folder is None or not folder.is_dir():
        raise UnreachableError(site=site.name, reason=N_("its folder is not there"))
    answer = probe_local.look_at_folder(folder)
    place = place_of(site.name, answer)
    if not place.network_mount:
        return SiteLook(place, here=True)
    if has_probe_login(site):
        return _beside_mount(_call(site, entropy), place, answer, folder)
    return _nas(site, place, answer.mount_type)


def _nas(site: Site, place: Place, mount_type: str | None) -> SiteLook:
    """What the network shows of the server behind a mount; a silent one is no fault."""
    port = probe_network.port_of_mount(mount_type or "")
    if place.storage_server is None or port is None:
        return SiteLook(place)
    try:
        reached = probe_network.reach(
            probe_network.Endpoint(site.name, place.storage_server, port, timeout_s=5.0)
        )
    except UnreachableError:
        return SiteLook(place)
    return SiteLook(replace(place, address=reached.address), least_rtt_ms=reached.round_trip_ms)


def _beside_mount(heard: "_Heard", mounted: Place, seen: Self, folder: Path) -> SiteLook:
    """Both must speak of one repository: its file `config` is the same, byte for byte."""
    if seen.config_digest is None or seen.config_digest != heard.answer.config_digest:
        raise OtherFolderError(site=mounted.name, path=str(folder))
    place = replace(
        heard.look.place,
        storage_source=mounted.storage_source,
        storage_server=mounted.storage_server,
    )
    return replace(heard.look, place=place)


@dataclass(frozen=True, slots=True)
class _Heard:
    look: SiteLook
    answer: Self


def _append_only(site: Site, entropy: Entropy) -> SiteLook:
    return _call(site, entropy).look


def _call(site: Site, entropy: Entropy) -> _Heard:
    """The forced command of the probe-only key; with a nonce when an agent is expected there."""
    key, ends_after_s = site.probe_key_file, probe_ssh.PASSIVE_S
    caller = caller_of(site, key, "probe_key_file", ends_after_s=ends_after_s)
    fingerprint = fingerprint_of(site)
    question = site_agent.ask(fingerprint, entropy) if fingerprint else None
    with probe_ssh.session(caller) as session:
        answer = parse(session.ask(f"sign {question.nonce}" if question else ""))
        look = _over_ssh(place_of(site.name, answer), session)
    if question is None:
        return _Heard(look, answer)
    try:
        site_agent.check(question, answer)
    except SignedAnswerError as error:
        return _Heard(replace(look, unsigned=error), answer)
    return _Heard(replace(look, place=replace(look.place, own_agent=True)), answer)


def _sftp(site: Site, entropy: Entropy) -> SiteLook:
    """The probe-only key where there is one; else what the backup's own key may read."""
    if has_probe_login(site):
        return _call(site, entropy).look
    caller = caller_of(site, site.key_file, "key_file", ends_after_s=probe_ssh.PASSIVE_S)
    with probe_ssh.session(caller) as session:
        answer = look_at_files(session, str(site.path))
        return _over_ssh(place_of(site.name, answer), session)


def _over_ssh(place: Place, session: probe_ssh.Session) -> SiteLook:
    place = replace(
        place, host_key=session.host_key, banner=session.banner, address=session.peer_address
    )
    return SiteLook(place, least_rtt_ms=session.round_trip_ms())


def _web(site: Site, _entropy: Entropy) -> SiteLook:
    """A cloud answers at its nearest door: that says nothing of where the bucket is."""
    server = Server(site.url, site.ca_file)
    endpoint = probe_network.Endpoint(site.name, server.host, server.port, server.encrypted)
    reached = probe_network.reach(endpoint)
    if site.kind == S3 and ip_address(reached.address).is_global:
        return SiteLook(Place(site.name))
    place = Place(site.name, address=reached.address, tls_key=reached.tls_key)
    return SiteLook(place, least_rtt_ms=reached.round_trip_ms)


def _device(answer: Self) -> str | None:
    known = [word for word in (answer.mount_source, answer.mount_number) if word]
    return " ".join(known) or None


_LOOKS: dict[str, Callable[[Site, Entropy], SiteLook]] = {
    LOCAL: _local,
    SFTP: _sftp,
    APPEND_ONLY: _append_only,
    REST: _web,
    S3: _web,
}
