"""Which active probes may be made between which places, and what they found.

The places that are written: sites whose owner consents, and this host's own state folder where
the watched site's owner consents. A pair that is decided already is left in peace.
"""

import contextlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path

from agent.config.places import Consent
from agent.config.sites import Site
from agent.sites.probe import active as probe_active
from agent.sites.probe import ssh as probe_ssh
from agent.sites.probe.active import Ground, Means, View
from agent.sites.probe.errors import NoGroundError, ProbeError
from agent.sites.probe.ground import (
    AnswerView,
    FolderGround,
    FolderView,
    SftpPlace,
    ground_beside,
    sftp_place,
)
from agent.sites.probe.kinds import LOCAL, SFTP, SiteLook, caller_of, has_probe_login
from recovery.coupling import strongest
from recovery.places import HOST, Between

ACTIVE_S = 900.0  # the end of a conversation with active probes

PairName = frozenset[str]


class Why(StrEnum):
    """Why nothing was measured between two places."""

    NO_CONSENT = "no_consent"
    LOW_SPACE = "low_space"
    NO_GROUND = "no_ground"  # nobody may write beside either repository
    NO_VIEW = "no_view"  # this kind of site shows no free space
    DECIDED = "decided"  # other signs have decided already
    BROKE_OFF = "broke_off"
    NOISY = "noisy"  # others write so much that no connection can be excluded


@dataclass(slots=True)
class Findings:
    """What was measured, and of the other pairs why not."""

    between: dict[PairName, Between] = field(default_factory=dict)
    why: dict[PairName, Why] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostGround:
    """Where this host may be written, and which of its folders are watched."""

    scratch: Path
    data: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Places:
    """All that is open for the time of the probes."""

    grounds: Mapping[str, Ground]
    views: Mapping[str, Mapping[str, View]]  # of one place perhaps several file systems
    consent: frozenset[str]


def measure(
    host: HostGround,
    sites: Sequence[tuple[Site, SiteLook]],
    decided: Collection[PairName],
    means: Means,
) -> Findings:
    """Probe actively what may be probed. Never raises for what a site does."""
    findings = Findings()
    names = [HOST, *(site.name for site, _ in sites)]
    pairs = [frozenset({a, b}) for n, a in enumerate(names) for b in names[n + 1 :]]
    open_pairs = [pair for pair in pairs if pair not in decided]
    findings.why.update({pair: Why.DECIDED for pair in pairs if pair in decided})
    if not any(site.active_probes is Consent.YES for site, _ in sites):
        findings.why.update(dict.fromkeys(open_pairs, Why.NO_CONSENT))
        return findings
    with _opened(host, sites) as places:
        for ground in places.grounds:
            _from(ground, places, open_pairs, findings, means)
    for pair in open_pairs:
        if pair not in findings.between:
            findings.why.setdefault(pair, _why_not(pair, places))
    return findings


def _from(
    ground: str, places: Places, open_pairs: Sequence[PairName], findings: Findings, means: Means
) -> None:
    """Write at one place and watch all others that it may be measured with."""
    watched = [
        pair
        for pair in open_pairs
        if ground in pair and pair not in findings.between and _may(ground, pair, places)
    ]
    views = {
        f"{name} {part}": view
        for pair in watched
        for name in pair - {ground}
        for part, view in places.views.get(name, {}).items()
    }
    if not views:
        return
    try:
        here = places.grounds[ground]
        used: tuple[Ground | View, ...] = (here, *views.values())
        if not all(probe_active.roomy(place) for place in used):
            findings.why.update(dict.fromkeys(watched, Why.LOW_SPACE))
            return
        seen = probe_active.seen_from(here, views, means)
        moved = probe_active.space_between(here, views, means)
    except (ProbeError, OSError):
        findings.why.update(dict.fromkeys(watched, Why.BROKE_OFF))
        return
    for pair in watched:
        (name,) = pair - {ground}
        keys = [key for key in views if key.partition(" ")[0] == name]
        if keys:
            found = strongest([moved[key] for key in keys])
            findings.between[pair] = replace(found, canary_seen=any(seen[key] for key in keys))
            if findings.between[pair].free_space_correlation is None:
                findings.why[pair] = Why.NOISY


def _may(ground: str, pair: PairName, places: Places) -> bool:
    """A site is written with its own owner's consent; this host with that of the other place."""
    return ground in places.consent if ground != HOST else bool(pair & places.consent)


def _why_not(pair: PairName, places: Places) -> Why:
    if not pair & places.consent:
        return Why.NO_CONSENT
    if any(name not in places.views for name in pair):
        return Why.NO_VIEW
    return Why.NO_GROUND


@contextlib.contextmanager
def _opened(host: HostGround, sites: Sequence[tuple[Site, SiteLook]]) -> Iterator[Places]:
    """Everything that can be written or watched, open at once; a site that fails is left out."""
    consent = frozenset(site.name for site, _ in sites if site.active_probes is Consent.YES)
    grounds: dict[str, Ground] = {}
    views: dict[str, Mapping[str, View]] = {}
    with contextlib.ExitStack() as stack:
        for site, look in sites:
            if look.fault is None:
                with contextlib.suppress(ProbeError, OSError):
                    views[site.name] = {"": _view(site, stack)}
                with contextlib.suppress(ProbeError, OSError):
                    if site.name in consent:
                        grounds[site.name] = _ground(site, stack)
        host.scratch.mkdir(mode=0o700, parents=True, exist_ok=True)
        grounds[HOST] = FolderGround(host.scratch)
        views[HOST] = {
            str(device): FolderView(folder)
            for device, folder in _by_device((*host.data, host.scratch)).items()
        }
        yield Places(grounds, views, consent)


def _by_device(folders: Sequence[Path]) -> dict[int, Path]:
    """One folder of each file system."""
    return {folder.stat().st_dev: folder for folder in folders if folder.is_dir()}


def _view(site: Site, stack: contextlib.ExitStack) -> View:
    if site.kind == LOCAL and site.path is not None:
        return FolderView(site.path)
    if has_probe_login(site):
        return AnswerView(_session(site, site.probe_key_file, "probe_key_file", stack))
    return _sftp(site, stack)


def _ground(site: Site, stack: contextlib.ExitStack) -> Ground:
    if site.kind == LOCAL and site.path is not None:
        return ground_beside(site.path, site.name)
    return _sftp(site, stack)


def _sftp(site: Site, stack: contextlib.ExitStack) -> SftpPlace:
    if site.kind != SFTP or site.path is None:
        raise NoGroundError(site=site.name)
    session = _session(site, site.key_file, "key_file", stack)
    return stack.enter_context(sftp_place(session, site.path))


def _session(
    site: Site, key_file: Path | None, role: str, stack: contextlib.ExitStack
) -> probe_ssh.Session:
    caller = caller_of(site, key_file, role, ends_after_s=ACTIVE_S)
    return stack.enter_context(probe_ssh.session(caller))
