"""The TCP sockets on which others can reach this host, with the address to speak to each."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import listening
from agent.host import Host

_WILDCARDS = {"0.0.0.0": "127.0.0.1", "*": "127.0.0.1", "[::]": "[::1]", "::": "[::1]"}  # noqa: S104 - to be found, not to be bound


@dataclass(frozen=True, slots=True, order=True)
class Socket:
    port: int
    address: str  # of this host: its loopback where every address takes connections

    @property
    def place(self) -> str:
        return f"{self.address}:{self.port}"


def collect(host: Host) -> tuple[Socket, ...]:
    """One socket for each port; asked of the same program as `listening`."""
    output = host.run(listening.COMMAND, timeout_s=10)
    listening.parse(output)
    found: dict[int, Socket] = {}
    for line in output.splitlines():
        words = line.split()
        if words and words[0] == "tcp":
            address, _, port = words[4].rpartition(":")
            if not port.isdecimal():
                raise UnreadableFactError(" ".join(listening.COMMAND), "unparsable")
            if listening.others_reach(address) and "%" not in address:
                here = Socket(int(port), _WILDCARDS.get(address, address))
                found[here.port] = min(here, found.get(here.port, here), key=_preferred)
    return tuple(sorted(found.values()))


def _preferred(socket: Socket) -> tuple[bool, str]:
    """The older protocol goes first: it is always on where it is listened to."""
    return socket.address.startswith("["), socket.address
