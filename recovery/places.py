"""What can be learned about the places that hold data: the input of `recovery.separation`."""

from dataclasses import dataclass, replace

from wire import recovery_messages

HOST = recovery_messages.HOST  # the protected server's name in every pair


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
    filesystem: FileSystem | None = None
    free_blocks: int | None = None  # f_bfree, in fragments of `filesystem`
    storage_source: str | None = None  # of a network mount: server and export
    network_mount: bool = False
    repository_id: str | None = None
    master_key_mark: str | None = None  # any value that is equal exactly when the key is
    address: str | None = None  # resolved IPv4 or IPv6
    gateway_mac: str | None = None
    provider: str | None = None
    coordinates: tuple[float, float] | None = None  # latitude, longitude in degrees
    own_agent: bool = False
    documented: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """What was measured between two places. None: not measured."""

    canary_seen: bool | None = None  # a nonce written at one was found at the other
    free_space_correlation: float | None = None  # of bytes written at A and space lost at B
    free_space_rounds: int = 0
    io_coupled: bool | None = None  # load at one slows the other
    least_rtt_ms: float | None = None  # the least of at least `rtt_samples` round trips
    rtt_samples: int = 0


def believable(place: Place) -> Place:
    """The place without the signals that are not its own, or are no answer."""
    if place.network_mount:
        return replace(place, boot_id=None, booted_at_s=None, machine_id=None, dmi_uuid=None)
    return replace(
        place,
        boot_id=place.boot_id or None,
        machine_id=place.machine_id or None,
        dmi_uuid=place.dmi_uuid or None,
    )
