"""What is to be mounted at the next start, with which options; fstab(5)."""

import re
from dataclasses import dataclass

from agent.host import Host, read_if_present

PATH = "/etc/fstab"
_OCTAL = re.compile(r"\\([0-7]{3})")
_FIELDS = 4
# Options that stand for others; mount(8), user and owner. What follows may take them back.
_IMPLIED = {
    "user": {"noexec", "nosuid", "nodev"},
    "users": {"noexec", "nosuid", "nodev"},
    "owner": {"nosuid", "nodev"},
    "group": {"nosuid", "nodev"},
}
_TAKEN_BACK = {"exec": "noexec", "suid": "nosuid", "dev": "nodev"}


@dataclass(frozen=True, slots=True)
class FstabFacts:
    options: dict[str, frozenset[str]]  # by place; the last line for a place is mounted on top


def collect(host: Host) -> FstabFacts:
    """A machine without the file mounts by units alone: the file then says nothing."""
    return parse(read_if_present(host, PATH) or "")


def parse(text: str) -> FstabFacts:
    found = {}
    for line in text.splitlines():
        fields = line.split()
        if len(fields) >= _FIELDS and not fields[0].startswith("#"):
            place = _OCTAL.sub(lambda octal: chr(int(octal[1], 8)), fields[1])
            found[place.rstrip("/") or "/"] = _in_force(fields[3].split(","))
    return FstabFacts(found)


def _in_force(words: list[str]) -> frozenset[str]:
    options: set[str] = set()
    for word in words:
        options |= {word} | _IMPLIED.get(word, set())
        options.discard(_TAKEN_BACK.get(word, ""))
    return frozenset(options)
