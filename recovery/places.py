"""What can be learned about the places that hold data: the input of `recovery.separation`."""

import re
from dataclasses import dataclass, replace

from wire import recovery_messages

HOST = recovery_messages.HOST  # the protected server's name in every pair

# What boards without a number of their own carry, and numbers that many routers share (VRRP).
_NO_BOARD = re.compile(r"0{8}.*|f{8}.*|03000200-0400-0500-0006-000700080009|0?1020304.*|1234.*")
_NO_STATION = re.compile(r"(00:){5}00|(ff:){5}ff|00:00:5e:00:0[12]:.*")


@dataclass(frozen=True, slots=True)
class FileSystem:
    """What statvfs says of the filesystem below a repository; equal means the same one."""

    fsid: int  # f_fsid; 0 is no answer
    blocks: int  # f_blocks
    fragment_size: int  # f_frsize

    @property
    def size_bytes(self) -> int:
        return self.blocks * self.fragment_size


@dataclass(frozen=True, slots=True)
class Place:
    """The signals of one place. None: could not be learned, never "differs".

    `network_mount`: the place was read through a mount of another machine's storage, so the
    kernel's own signals there are the reader's and say nothing about the place.
    `own_agent`: an agent at the place signed its boot_id with a key of its own.
    `documented`: a person holds a document that says where the place is.
    Never sent: only the codes of the signals leave the facility.
    """

    name: str
    boot_id: str | None = None
    booted_at_s: int | None = None  # btime of /proc/stat
    machine_id: str | None = None
    dmi_uuid: str | None = None
    host_key: str | None = None  # fingerprint of the SSH server's key
    banner: str | None = None  # how the SSH server introduces itself
    tls_key: str | None = None  # fingerprint of the key of the web server that serves it
    filesystem: FileSystem | None = None
    free_blocks: int | None = None  # f_bfree, in fragments of `filesystem`
    available_blocks: int | None = None  # f_bavail: without what is reserved for root
    device: str | None = None  # source and number of a mount that is no network's
    storage_source: str | None = None  # of a network mount: server and export
    storage_server: str | None = None  # of a network mount: the server alone
    network_mount: bool = False
    repository_id: str | None = None
    master_key_mark: str | None = None  # any value that is equal exactly when the key is
    address: str | None = None  # resolved IPv4 or IPv6
    own_addresses: frozenset[str] = frozenset()  # of the protected host: all it answers at
    station: str | None = None  # link-layer address that answers for `address` on our network
    gateway_mac: str | None = None
    provider: str | None = None
    written_address: str | None = None  # as people write it: house, building, town
    coordinates: tuple[float, float] | None = None  # latitude, longitude in degrees
    own_agent: bool = False
    documented: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """What was measured between two places. None: not measured."""

    canary_seen: bool | None = None  # a nonce written at one was found at the other
    free_space_correlation: float | None = None  # of bytes written at A and space lost at B
    free_space_share: float = 1.0  # how much of what was written at A was lost at B
    free_space_rounds: int = 0
    least_rtt_ms: float | None = None  # the least of at least `rtt_samples` round trips
    rtt_samples: int = 0


def believable(place: Place) -> Place:
    """The place without the signals that are not its own, or are no answer."""
    station, gateway = _station(place.station), _station(place.gateway_mac)
    if place.network_mount:
        return replace(
            place,
            boot_id=None,
            booted_at_s=None,
            machine_id=None,
            dmi_uuid=None,
            station=station,
            gateway_mac=gateway,
        )
    return replace(
        place,
        boot_id=place.boot_id or None,
        machine_id=place.machine_id or None,
        dmi_uuid=_board(place.dmi_uuid),
        station=station,
        gateway_mac=gateway,
    )


def plain(text: str) -> str | None:
    """A text that people write, without what says nothing: capitals, blanks, dots, commas."""
    return " ".join(re.findall(r"\w+", text.casefold())) or None


def _board(text: str | None) -> str | None:
    return None if not text or _NO_BOARD.fullmatch(text.lower()) else text


def _station(text: str | None) -> str | None:
    return None if not text or _NO_STATION.fullmatch(text.lower()) else text
