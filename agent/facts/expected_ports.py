"""What listens for others, beside what the owner says may listen."""

from dataclasses import dataclass

from agent.facts import listening, own
from agent.facts.listening import Port
from agent.host import Host


@dataclass(frozen=True, slots=True)
class PortFacts:
    reachable: frozenset[Port]
    expected: frozenset[str]

    @property
    def strange(self) -> tuple[str, ...]:
        return tuple(str(p) for p in sorted(self.reachable) if str(p) not in self.expected)


def collect(host: Host) -> PortFacts:
    return PortFacts(listening.collect(host).reachable, frozenset(own.expected(host).ports))
