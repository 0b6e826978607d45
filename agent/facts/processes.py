"""The programs that run now, by their short names."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

COMMAND = ("ps", "-e", "-o", "pid=,comm=")
SHORT_NAME_LENGTH = 15  # the kernel cuts names there, proc(5)


@dataclass(frozen=True, slots=True)
class ProcessFacts:
    names: frozenset[str]

    def running(self, *programs: str) -> tuple[str, ...]:
        """Which of these run."""
        return tuple(name for name in programs if name[:SHORT_NAME_LENGTH] in self.names)


def collect(host: Host) -> ProcessFacts:
    return parse(host.run(COMMAND, timeout_s=10))


def parse(output: str) -> ProcessFacts:
    """Read `pid name` lines.

    Raises:
        UnreadableFactError: process 1 is not among them, so others' processes are hidden
            (`hidepid`, proc(5)) and what is not seen may run all the same.
    """
    processes = dict(line.split(None, 1) for line in output.splitlines() if len(line.split()) > 1)
    if "1" not in processes:
        raise UnreadableFactError(" ".join(COMMAND), "denied" if processes else "empty")
    return ProcessFacts(frozenset(name.strip() for name in processes.values()))
