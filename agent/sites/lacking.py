"""Why a sign of a pair could not be learned, and at which place: what a person can add. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from agent.sites.probe.between import Why
from agent.sites.probe.kinds import WEB, SiteLook
from recovery.places import HOST, Place
from recovery.separation import NEEDED
from wire.messages import SitePair

_MEASURED = ("free_space", "canary")


class Lacks(StrEnum):
    """Why it is missing; `Why` has the reasons of the active probes."""

    NOT_ASKED = "not_asked"  # the site did not answer at all
    KIND = "kind"  # a site of this kind shows no such thing
    MOUNT = "mount"  # behind a mount only the server itself could say it
    NOT_SHOWN = "not_shown"  # the site was asked, and does not show it
    NOT_HERE = "not_here"  # this host's own part may not be read
    NOT_DECLARED = "not_declared"
    NO_DOCUMENT = "no_document"
    NO_AGENT = "no_agent"
    NOT_VOUCHED = "not_vouched"  # an agent is expected there, and did not sign
    NOT_OPENED = "not_opened"  # the repository


@dataclass(frozen=True, slots=True)
class Lack:
    """One missing sign. `needed`: without it the pair can never be SEPARATE."""

    sign: str
    place: str
    why: Lacks | Why
    needed: bool


_SIGNAL: dict[str, Callable[[Place], object]] = {
    "boot_id": lambda place: place.boot_id,
    "filesystem": lambda place: place.filesystem and place.filesystem.fsid,
    "boot_time": lambda place: place.booted_at_s,
    "machine_id": lambda place: place.machine_id,
    "dmi_uuid": lambda place: place.dmi_uuid,
    "host_key": lambda place: place.host_key,
    "banner": lambda place: place.banner,
    "repository": lambda place: place.repository_id,
    "master_key": lambda place: place.master_key_mark,
    "coordinates": lambda place: place.coordinates,
    "near": lambda place: place.coordinates,
    "building": lambda place: place.written_address or place.coordinates,
    "provider": lambda place: place.provider,
    "own_agent": lambda place: place.own_agent,
    "document": lambda place: place.documented or place.name == HOST,
}
_DECLARED = ("coordinates", "near", "building", "provider")
_OF_REPOSITORY = ("repository", "master_key")


def lacks_of(
    pair: SitePair, host: Place, looks: Mapping[str, SiteLook], why: Mapping[frozenset[str], Why]
) -> tuple[Lack, ...]:
    """A reason for every missing sign; what is needed stands first."""
    found = [
        Lack(sign, place, reason, sign in NEEDED)
        for sign in pair.missing
        for place, reason in _reasons(sign, pair, host, looks, why)
    ]
    return tuple(sorted(found, key=lambda lack: not lack.needed))


def _reasons(
    sign: str,
    pair: SitePair,
    host: Place,
    looks: Mapping[str, SiteLook],
    why: Mapping[frozenset[str], Why],
) -> list[tuple[str, Lacks | Why]]:
    names = (pair.a, pair.b)
    if sign in _MEASURED:
        faulty = [name for name in names if name in looks and looks[name].fault is not None]
        if faulty:
            return [(name, Lacks.NOT_ASKED) for name in faulty]
        return [(pair.b, why.get(frozenset(names), Why.BROKE_OFF))]
    if sign == "rtt":
        return [(name, _why(sign, name, looks)) for name in names if not _timed(looks.get(name))]
    signal = _SIGNAL.get(sign)
    places = [(name, host if name == HOST else looks[name].place) for name in names]
    without = [name for name, place in places if signal is None or not signal(place)]
    # both have it, and it says nothing between these two
    return [(name, _why(sign, name, looks)) for name in without or names[1:]]


def _timed(look: SiteLook | None) -> bool:
    """This host and what lies on it need no round trip."""
    return look is None or look.here or look.least_rtt_ms is not None


def _why(sign: str, name: str, looks: Mapping[str, SiteLook]) -> Lacks:
    if sign in _DECLARED:
        return Lacks.NOT_DECLARED
    if sign == "document":
        return Lacks.NO_DOCUMENT
    if name == HOST:
        return Lacks.NOT_HERE
    return Lacks.NOT_OPENED if sign in _OF_REPOSITORY else _why_of(sign, looks[name])


def _why_of(sign: str, look: SiteLook) -> Lacks:
    if look.fault is not None:
        return Lacks.NOT_ASKED
    if look.kind in WEB:
        return Lacks.KIND
    if look.place.network_mount:
        return Lacks.MOUNT
    if sign == "own_agent":
        return Lacks.NO_AGENT if look.unsigned is None else Lacks.NOT_VOUCHED
    return Lacks.NOT_SHOWN
