"""Which packages are on this system, as dpkg's own list says; also that of another root."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

PATH = "/var/lib/dpkg/status"
LIMIT_BYTES = 32 * 2**20  # some 15,000 packages
# `Status: WANTED ERROR STATE`; in these states nothing of the package can run. dpkg(1)
_GONE = frozenset({"not-installed", "config-files"})


@dataclass(frozen=True, slots=True)
class InstalledFacts:
    names: frozenset[str]


def collect(host: Host) -> InstalledFacts:
    return parse(host.read(PATH, limit_bytes=LIMIT_BYTES))


def parse(text: str) -> InstalledFacts:
    """Half installed counts as installed: its files are there.

    Raises:
        UnreadableFactError: no package at all is on the list, so it is none.
    """
    names: set[str] = set()
    name = ""
    for line in text.split("\n"):
        if line.startswith("Package: "):
            name = line.removeprefix("Package: ").strip()
        elif line.startswith("Status: ") and line.split()[-1] not in _GONE:
            names.add(name)
        elif not line:
            name = ""
    names.discard("")
    if not names:
        raise UnreadableFactError(PATH, "empty")
    return InstalledFacts(frozenset(names))
