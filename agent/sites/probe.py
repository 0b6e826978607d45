"""Look at every place without an agent there: this machine, its mounts, and sites over SSH."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from agent.config.model import Site
from agent.sites import append_only_ssh, local, probe_ssh
from agent.sites.probe_answer import Self, is_network_mount, parse
from agent.sites.probe_errors import ProbeError, ProbeKeyFileError, UnreachableError
from agent.sites.probe_local import look_at_folder
from recovery.distance import great_circle_km
from recovery.places import HOST, Between, FileSystem, Place
from recovery.separation import judge_pair
from wire.messages import SitePair
from wire.text import N_

LEVEL_WITH_DISTANCE = 5
REQUIRED_KM = 30.0  # between the sites of a level 5 system; reference "Are two sites two sites?"


@dataclass(frozen=True, slots=True)
class HostLook:
    """The protected host; its data may lie on several file systems."""

    place: Place
    filesystems: tuple[FileSystem, ...]


@dataclass(frozen=True, slots=True)
class SiteLook:
    """What was learned of one site. With a fault its signals are missing, and this says why."""

    place: Place
    here: bool  # on this very machine
    least_rtt_ms: float | None = None  # between host and site
    fault: ProbeError | None = None


def look_at_host(data: Sequence[Path]) -> HostLook:
    """This machine and the file systems below the folders that it protects."""
    answers = [look_at_folder(folder) for folder in (*data, Path("/"))]
    place = replace(
        _place(HOST, answers[-1]), network_mount=False, filesystem=None, free_blocks=None
    )
    known = (answer.filesystem for answer in answers if answer.filesystem is not None)
    return HostLook(place, tuple(dict.fromkeys(known)))


def look_at_site(site: Site) -> SiteLook:
    """Never raises for what a site does: a site that cannot be asked is a site without signals."""
    try:
        if site.kind == local.KIND:
            return _look_at_folder(site)
        if site.kind == append_only_ssh.KIND:
            return _call(site)
    except ProbeError as fault:
        return SiteLook(_declared(Place(site.name), site), here=False, fault=fault)
    return SiteLook(_declared(Place(site.name), site), here=False)


def judge_all(
    host: HostLook, sites: Sequence[SiteLook], required_km: float | None
) -> tuple[SitePair, ...]:
    """Every pair: the host with each site, and the sites with each other. Pure."""
    pairs = [judge_pair(_host_beside(host, site), site.place, _rtt(site)) for site in sites]
    for a, b in combinations(sites, 2):
        distance = _distance_km(a.place, b.place, required_km)
        pairs.append(judge_pair(a.place, b.place, _between(a, b), distance_km=distance))
    return tuple(pairs)


def required_km(levels: Sequence[int]) -> float | None:
    """The distance that the highest level asks for."""
    return REQUIRED_KM if max(levels, default=0) >= LEVEL_WITH_DISTANCE else None


def _look_at_folder(site: Site) -> SiteLook:
    folder = site.path
    if folder is None or not folder.is_dir():
        raise UnreachableError(site=site.name, reason=N_("its folder is not there"))
    place = _declared(_place(site.name, look_at_folder(folder)), site)
    return SiteLook(place, here=not place.network_mount)


def _call(site: Site) -> SiteLook:
    for role, file in (
        ("probe_key_file", site.probe_key_file),
        ("known_hosts_file", site.known_hosts_file),
    ):
        if file is None:
            raise ProbeKeyFileError(site=site.name, file=role, reason=N_("not configured"))
    heard = probe_ssh.call(
        probe_ssh.Caller(
            site.name,
            site.host,
            site.port,
            site.user,
            site.probe_key_file or Path(),
            site.known_hosts_file or Path(),
        )
    )
    place = _declared(_place(site.name, parse(heard.output)), site)
    place = replace(place, host_key=heard.host_key, address=heard.peer_address)
    return SiteLook(place, here=False, least_rtt_ms=heard.round_trip_ms)


def _place(name: str, answer: Self) -> Place:
    network = is_network_mount(answer.mount_type)
    return Place(
        name,
        boot_id=answer.boot_id,
        booted_at_s=answer.booted_at_s,
        machine_id=answer.machine_id,
        filesystem=answer.filesystem,
        free_blocks=answer.free_blocks,
        storage_source=answer.mount_source if network else None,
        network_mount=network,
    )


def _declared(place: Place, site: Site) -> Place:
    return replace(place, coordinates=site.coordinates)


def _host_beside(host: HostLook, site: SiteLook) -> Place:
    """The host with the one of its file systems that matters for this site."""
    same = [found for found in host.filesystems if found == site.place.filesystem]
    return replace(host.place, filesystem=next(iter((*same, *host.filesystems)), None))


def _rtt(site: SiteLook) -> Between:
    if site.least_rtt_ms is None:
        return Between()
    return Between(least_rtt_ms=site.least_rtt_ms, rtt_samples=probe_ssh.ROUND_TRIPS)


def _between(a: SiteLook, b: SiteLook) -> Between:
    """From this machine to the other site is from site to site only if one of them is here."""
    if a.here:
        return _rtt(b)
    return _rtt(a) if b.here else Between()


def _distance_km(a: Place, b: Place, required: float | None) -> float | None:
    """The farther of what is required and what is declared."""
    declared = (
        great_circle_km(a.coordinates, b.coordinates) if a.coordinates and b.coordinates else None
    )
    known = [distance for distance in (required, declared) if distance is not None]
    return max(known) if known else None
