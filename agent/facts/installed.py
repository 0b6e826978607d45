"""Which packages are on this system, as dpkg's own list says; also that of another root."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host

PATH = "/var/lib/dpkg/status"
LIMIT_BYTES = 32 * 2**20  # some 15,000 packages
# `Status: WANTED ERROR STATE`; in these states nothing of the package can run. dpkg(1)
_GONE = frozenset({"not-installed", "config-files"})
_STANZA = re.compile(r"^Package: (\S+)$.*?^Status: \S+ \S+ (\S+)$", re.MULTILINE | re.DOTALL)


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
    states = (match.groups() for match in _STANZA.finditer(text))
    names = frozenset(name for name, state in states if state not in _GONE)
    if not names:
        raise UnreadableFactError(PATH, "empty")
    return InstalledFacts(names)
