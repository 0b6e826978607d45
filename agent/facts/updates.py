"""Which updates wait, and how old the package lists are: simulated, nothing is changed."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
DPKG_LOGS = ("/var/log/dpkg.log.1", "/var/log/dpkg.log")
LOG_LIMIT_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class UpdateFacts:
    security: tuple[str, ...]  # packages with a security update that waits
    others: int
    looked_at: datetime
    lists_at: datetime | None
    updated_on: date | None  # when a package was last brought up to date; two months are kept


def collect(host: Host) -> UpdateFacts:
    security, others = parse(host.run(SIMULATE, LIMIT_S))
    stamps = [host.lstat(path).modified_at for path in STAMPS if present(host, path)]
    logs = [host.read(path, limit_bytes=LOG_LIMIT_BYTES) for path in _kept_logs(host)]
    updated = [parse_log(log) for log in logs]
    return UpdateFacts(
        security,
        others,
        host.now(),
        max(stamps, default=None),
        max((day for day in updated if day), default=None),
    )


def parse_log(text: str) -> date | None:
    """The day of the last `upgrade` in dpkg's own log; dpkg(1), FILES."""
    for line in reversed(text.splitlines()):
        words = line.split()
        if len(words) > 2 and words[2] == "upgrade":  # noqa: PLR2004 - day, time, action
            try:
                return date.fromisoformat(words[0])
            except ValueError as error:
                raise UnreadableFactError(DPKG_LOGS[1], "unparsable") from error
    return None


def _kept_logs(host: Host) -> tuple[str, ...]:
    return tuple(path for path in DPKG_LOGS if present(host, path))


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
