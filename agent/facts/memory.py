"""How much memory is left."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

PATH = "/proc/meminfo"


@dataclass(frozen=True, slots=True)
class MemoryFacts:
    total_kib: int
    available_kib: int


def collect(host: Host) -> MemoryFacts:
    return parse(host.read(PATH))


def parse(text: str) -> MemoryFacts:
    """Source: proc(5), meminfo."""
    lines = (line.split() for line in text.splitlines())
    values = {words[0]: words[1] for words in lines if len(words) > 1}
    total, available = values.get("MemTotal:", ""), values.get("MemAvailable:", "")
    if not (total.isdecimal() and available.isdecimal()) or int(total) == 0:
        raise UnreadableFactError(PATH, "unparsable")
    return MemoryFacts(int(total), int(available))
