"""The numbers behind the names of local accounts and groups."""

import re
from dataclasses import dataclass

from agent.facts.understood import understood
from agent.host import Host

PASSWD, GROUP = "/etc/passwd", "/etc/group"
_FIELDS = 3
_NUMBER = re.compile(r"[0-9]{1,10}")
ROOT = 0


@dataclass(frozen=True, slots=True)
class Identities:
    """Asks for the numbers of some names; root is 0 everywhere and needs no look."""

    path: str
    names: tuple[str, ...]

    def __call__(self, host: Host) -> frozenset[int]:
        known = {"root": ROOT}
        if set(self.names) - set(known):
            collect = collect_users if self.path == PASSWD else collect_groups
            known = understood(host, collect) | known
        return frozenset(known[name] for name in self.names if name in known)


def collect_users(host: Host) -> dict[str, int]:
    return parse(host.read(PASSWD))


def collect_groups(host: Host) -> dict[str, int]:
    return parse(host.read(GROUP))


def parse(text: str) -> dict[str, int]:
    """`name:x:number:…`; the first line of a name holds. passwd(5), group(5)."""
    found: dict[str, int] = {}
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) >= _FIELDS and _NUMBER.fullmatch(fields[2]):
            found.setdefault(fields[0], int(fields[2]))
    return found
