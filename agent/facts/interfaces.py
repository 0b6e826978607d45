"""The network interfaces: those by radio, and those that take in what is meant for others."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, present

FOLDER = "/sys/class/net"
PROMISCUOUS, UP = 0x100, 0x1  # netdevice(7), IFF_PROMISC, IFF_UP


@dataclass(frozen=True, slots=True)
class InterfaceFacts:
    wireless: tuple[str, ...]  # that are up
    listening_in: tuple[str, ...]


def collect(host: Host) -> InterfaceFacts:
    """A port of a bridge listens in by its nature: that is how a bridge works."""
    names = host.listing(FOLDER)
    if not names:
        raise UnreadableFactError(FOLDER, "empty")
    flags = {name: _flags(host, name) for name in names if name != "bonding_masters"}
    radio = [name for name, value in flags.items() if value & UP and _is_radio(host, name)]
    listening = [
        name
        for name, value in flags.items()
        if value & PROMISCUOUS and not present(host, f"{FOLDER}/{name}/brport")
    ]
    return InterfaceFacts(tuple(radio), tuple(listening))


def _is_radio(host: Host, name: str) -> bool:
    return any(present(host, f"{FOLDER}/{name}/{mark}") for mark in ("wireless", "phy80211"))


def _flags(host: Host, name: str) -> int:
    try:
        return int(host.read(f"{FOLDER}/{name}/flags").strip(), 16)
    except ValueError as error:
        raise UnreadableFactError(f"{FOLDER}/{name}/flags", "unparsable") from error
