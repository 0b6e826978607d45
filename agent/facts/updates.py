"""Which updates wait, and how old the package lists are: simulated, nothing is changed."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from agent.errors import UnreadableFactError
from agent.facts.slow import SlowFact
from agent.host import Host, present

SIMULATE = ("apt-get", "-s", "-o", "Debug::NoLocking=true", "dist-upgrade")
LIMIT_S = 180.0
# apt touches these when it asks for new lists, even when nothing was new.
STAMPS = (
    "/var/lib/apt/periodic/update-success-stamp",
    "/var/lib/apt/lists/partial",
)
DPKG_LOG = "/var/log/dpkg.log"


@dataclass(frozen=True, slots=True)
class UpdateFacts:
    security: tuple[str, ...]  # packages with a security update that waits
    others: int
    looked_at: datetime
    lists_at: datetime | None
    changed_at: datetime | None  # when packages were last installed or updated


def collect(host: Host) -> UpdateFacts:
    security, others = parse(host.run(SIMULATE, LIMIT_S))
    stamps = [host.lstat(path).modified_at for path in STAMPS if present(host, path)]
    changed = host.lstat(DPKG_LOG).modified_at if present(host, DPKG_LOG) else None
    return UpdateFacts(security, others, host.now(), max(stamps, default=None), changed)


def parse(output: str) -> tuple[tuple[str, ...], int]:
    """Read `Inst name [old] (new Origin:release …)` lines of apt-get(8), -s.

    Raises:
        UnreadableFactError: the output ends before apt says how much it would do.
    """
    security, others, whole = [], 0, False
    for line in output.splitlines():
        words = line.split()
        if line.startswith("Inst ") and len(words) > 1:
            if "security" in line.partition("(")[2].lower():
                security.append(words[1])
            else:
                others += 1
        whole = whole or " newly installed" in line
    if not whole:
        raise UnreadableFactError(" ".join(SIMULATE), "unparsable")
    return tuple(security), others


FACT = SlowFact(
    name="updates",
    kind=UpdateFacts,
    collect=collect,
    pace=timedelta(hours=12),
    believed_for=timedelta(days=2),
)
