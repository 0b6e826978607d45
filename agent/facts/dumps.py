"""Whether the memory of a program that crashed is written to the disk, and where."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import systemd_conf
from agent.host import Host, list_if_present, read_if_present

PATTERN = "/proc/sys/kernel/core_pattern"
LIMITS, LIMITS_FOLDER = "/etc/security/limits.conf", "/etc/security/limits.d"
SYSTEMD_FILE, SYSTEMD_SECTION = "coredump.conf", "Coredump"
NOWHERE = ("|/bin/false", "|/usr/bin/false", "|/bin/true", "|/usr/bin/true", "/dev/null")
_WORDS = 4


@dataclass(frozen=True, slots=True)
class DumpFacts:
    pattern: str
    storage: str  # of systemd-coredump; empty where it takes no dumps

    @property
    def stored(self) -> bool:
        """systemd-coredump stores them unless it is told not to; a program of its own always."""
        if self.pattern.startswith(NOWHERE):
            return False
        return self.storage != "none"


def collect(host: Host) -> DumpFacts:
    pattern = host.read(PATTERN).strip()
    if not pattern:
        raise UnreadableFactError(PATTERN, "empty")
    if "systemd-coredump" not in pattern:
        return DumpFacts(pattern, "")
    settings = systemd_conf.collect(host, SYSTEMD_FILE, SYSTEMD_SECTION)
    return DumpFacts(pattern, settings.get("Storage", "external").lower())


def collect_hard_limit(host: Host) -> str | None:
    """What limits.conf(5) allows everybody: the last line for `*` holds; None when none does."""
    names = [n for n in list_if_present(host, LIMITS_FOLDER) if n.endswith(".conf")]
    paths = (LIMITS, *(f"{LIMITS_FOLDER}/{name}" for name in names))
    limit = None
    host.read(LIMITS)
    for path in paths:
        for line in (read_if_present(host, path) or "").splitlines():
            words = re.split(r"\s+", line.partition("#")[0].strip())
            if len(words) == _WORDS and words[0] == "*" and words[2] == "core":
                limit = words[3] if words[1] in {"hard", "-"} else limit
    return limit
