"""Look at every place: this machine, its mounts, and sites over the network; judge each pair."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from agent.sites.probe import network as probe_network
from agent.sites.probe.kinds import SiteLook, place_of
from agent.sites.probe.local import look_at_folder
from recovery.places import HOST, Between, FileSystem, Place
from recovery.separation import judge_pair
from wire.messages import SitePair

Measured = Mapping[frozenset[str], Between]  # by the names of the two places


@dataclass(frozen=True, slots=True)
class Volume:
    """One of the file systems that hold protected data."""

    filesystem: FileSystem
    free_blocks: int | None


@dataclass(frozen=True, slots=True)
class HostLook:
    """The protected host; its data may lie on several file systems."""

    place: Place
    volumes: tuple[Volume, ...]


def look_at_host(data: Sequence[Path]) -> HostLook:
    """This machine and the file systems below the folders that it protects."""
    answers = [look_at_folder(folder) for folder in (*data, Path("/"))]
    place = replace(
        place_of(HOST, answers[-1]),
        network_mount=False,
        filesystem=None,
        free_blocks=None,
        own_addresses=probe_network.own_addresses(),
        own_agent=True,  # this one, which signs what it says
    )
    known = {
        answer.filesystem: Volume(answer.filesystem, answer.free_blocks)
        for answer in answers
        if answer.filesystem is not None
    }
    return HostLook(place, tuple(known.values()))


def judge_all(
    host: HostLook,
    sites: Sequence[SiteLook],
    required_km: float | None,
    measured: Measured | None = None,
) -> tuple[SitePair, ...]:
    """Every pair: the host with each site, and the sites with each other. Pure."""
    known = measured or {}
    pairs = []
    for site in sites:
        between = known.get(frozenset({HOST, site.place.name}), Between())
        beside = host_beside(host, site.place.filesystem)
        pairs.append(judge_pair(beside, site.place, _timed(between, site)))
    for a, b in combinations(sites, 2):
        between = known.get(frozenset({a.place.name, b.place.name}), Between())
        pair = judge_pair(a.place, b.place, _timed(between, a, b), required_km=required_km)
        pairs.append(pair)
    return tuple(pairs)


def host_beside(host: HostLook, filesystem: FileSystem | None = None) -> Place:
    """The host with the one of its file systems that matters for a site's."""
    same = [one for one in host.volumes if one.filesystem == filesystem]
    beside = next(iter((*same, *host.volumes)), None)
    if beside is None:
        return host.place
    return replace(host.place, filesystem=beside.filesystem, free_blocks=beside.free_blocks)


def _timed(between: Between, *sites: SiteLook) -> Between:
    """How long light takes from site to site: by this machine it is never farther than that.

    Each way is measured from here, so both together bound the way between the two.
    """
    times = [0.0 if site.here else site.least_rtt_ms for site in sites]
    known = [time for time in times if time is not None]
    if len(known) < len(times):
        return between
    return replace(between, least_rtt_ms=sum(known), rtt_samples=probe_network.ROUND_TRIPS)
