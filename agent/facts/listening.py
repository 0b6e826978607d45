"""The ports on which something listens that others can reach."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

COMMAND = ("ss", "-H", "-tuln")
_COLUMNS = 5


@dataclass(frozen=True, slots=True, order=True)
class Port:
    number: int
    protocol: str  # tcp | udp

    def __str__(self) -> str:
        return f"{self.number}/{self.protocol}"


@dataclass(frozen=True, slots=True)
class ListeningFacts:
    reachable: frozenset[Port]  # not only from this host itself

    def among(self, ports: dict[int, str]) -> tuple[str, ...]:
        """Which of these listen, with their usual names."""
        found = sorted(port for port in self.reachable if port.number in ports)
        return tuple(f"{port} {ports[port.number]}" for port in found)


def collect(host: Host) -> ListeningFacts:
    return parse(host.run(COMMAND, timeout_s=10))


def parse(output: str) -> ListeningFacts:
    """Read ss(8) lines: `netid state recv-q send-q local:port peer:port`.

    No line at all is an answer: nothing listens.
    """
    reachable = set()
    for line in output.splitlines():
        words = line.split()
        if not words or words[0] not in {"tcp", "udp"}:
            continue
        address, _, port = words[4].rpartition(":") if len(words) >= _COLUMNS else ("", "", "")
        if not port.isdecimal():
            raise UnreadableFactError(" ".join(COMMAND), "unparsable")
        if others_reach(address):
            reachable.add(Port(int(port), words[0]))
    return ListeningFacts(frozenset(reachable))


def others_reach(address: str) -> bool:
    """Whether others get to a socket there, and not only this host itself."""
    host, _, interface = address.strip("[]").partition("%")
    host = host.removeprefix("::ffff:").strip("[]")
    return not (host.startswith("127.") or host == "::1" or interface.rstrip("]") == "lo")
