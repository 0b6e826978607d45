"""Which updates wait, and how old the package lists are: simulated, nothing is changed."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from agent.errors import UnreadableFactError
from agent.facts.slow import SlowFact
from agent.host import Host, list_if_present, present

# A package on hold waits too: nobody mends it.
SIMULATE = ("apt-get", "-s", "-o", "Debug::NoLocking=true", "--ignore-hold", "dist-upgrade")
LIMIT_S = 180.0
# When the lists were made, as their maker signed it. What apt touches on this host says only that
# it asked: it touches the same when nobody answers.
LISTS = "/var/lib/apt/lists"
_SECURITY_LIST = re.compile(r"-security_(?:In)?Release\Z")
_MADE_AT = re.compile(
    r"^Date: *\w{3}, +(\d+ \w{3} \d{4} +[\d:]{7,8}) +(?:UTC|GMT|\+0000) *$", re.MULTILINE
)  # Ubuntu's hours have no leading zero
LIST_LIMIT_BYTES = 4 * 2**20
DPKG_LOGS = ("/var/log/dpkg.log.1", "/var/log/dpkg.log")
LOG_LIMIT_BYTES = 64 * 2**20


@dataclass(frozen=True, slots=True)
class UpdateFacts:
    security: tuple[str, ...]  # packages with a security update that waits
    others: int
    looked_at: datetime
    lists_at: datetime | None  # when the newest list of security updates was made
    updated_on: date | None  # when a package was last brought up to date; two months are kept


def collect(host: Host) -> UpdateFacts:
    security, others = parse(host.run(SIMULATE, LIMIT_S))
    lists = [name for name in list_if_present(host, LISTS) if _SECURITY_LIST.search(name)]
    made = [list_made_at(host.read(f"{LISTS}/{n}", limit_bytes=LIST_LIMIT_BYTES)) for n in lists]
    logs = [host.read(path, limit_bytes=LOG_LIMIT_BYTES) for path in _kept_logs(host)]
    updated = [parse_log(log) for log in logs]
    return UpdateFacts(
        security,
        others,
        host.now(),
        max(made, default=None),
        max((day for day in updated if day), default=None),
    )


def list_made_at(text: str) -> datetime:
    """The moment in the head of an `InRelease` file; Debian's repository format, Date."""
    found = _MADE_AT.search(text)
    try:
        moment = datetime.strptime(found[1] if found else "", "%d %b %Y %H:%M:%S")  # noqa: DTZ007 - UTC
    except ValueError as error:
        raise UnreadableFactError(LISTS, "unparsable") from error
    return moment.replace(tzinfo=UTC)


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
