"""Which programs guard against malware, and how old what they know is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.host import Host

SCANNERS = ("clamd", "wdavdaemon", "ds_agent", "savd", "sophos", "esets_daemon", "kesl", "bdsecd")
ON_ACCESS = ("clamonacc", "wdavdaemon", "ds_am", "savd", "sophos", "kesl", "bdsecd", "oaeventd")
UPDATERS = ("freshclam", "wdavdaemon", "ds_agent", "savd", "sophos", "esets_daemon", "kesl")
# Programs that judge what others do, while they do it. Left out: what only records or answers
# questions (osqueryd, auditbeat, velociraptor, elastic-agent without its endpoint), what looks at
# the network alone (suricata), and products whose processes no public manual names.
# The Trend Micro and Kaspersky names are those of the engines that hold behaviour monitoring;
# whether an administrator switched that part off at the centre is not seen here.
WATCHERS = (
    "falco", "falcon-sensor", "falcon-sensor-bpf", "wdavdaemon", "elastic-endpoint",
    "sentinelone-agent", "s1-agent", "cbagentd", "ds_am", "kesl",
)  # fmt: skip
# The manager judges; the agent must send it logs, and changed files and hidden processes.
WATCHERS_IN_PARTS = (
    ("wazuh-agentd", "wazuh-logcollector", "wazuh-syscheckd"),
    ("ossec-agentd", "ossec-logcollector", "ossec-syscheckd"),
)
VERSION = ("clamscan", "--version")


@dataclass(frozen=True, slots=True)
class GuardFacts:
    scanners: tuple[str, ...]
    on_access: tuple[str, ...]
    updaters: tuple[str, ...]
    watchers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    made_at: datetime
    today: datetime


def collect(host: Host) -> GuardFacts:
    found = processes.collect(host)
    return GuardFacts(
        scanners=found.running(*SCANNERS),
        on_access=found.running(*ON_ACCESS),
        updaters=found.running(*UPDATERS),
        watchers=found.running(*WATCHERS) + _whole(found),
    )


def _whole(found: processes.ProcessFacts) -> tuple[str, ...]:
    """The first name of each watcher all of whose parts run."""
    return tuple(parts[0] for parts in WATCHERS_IN_PARTS if found.running(*parts) == parts)


def collect_signatures(host: Host) -> SignatureFacts:
    return SignatureFacts(parse(host.run(VERSION, timeout_s=20)), host.now())


def parse(output: str) -> datetime:
    """`ClamAV VERSION/NUMBER/MOMENT`; without a database the last two are missing."""
    parts = output.strip().split("/")
    if len(parts) < 3:  # noqa: PLR2004 - version, number, moment
        raise UnreadableFactError(" ".join(VERSION), "empty")
    try:
        moment = datetime.strptime(parts[2].strip(), "%a %b %d %H:%M:%S %Y")  # noqa: DTZ007 - TZ=UTC
    except ValueError as error:
        raise UnreadableFactError(" ".join(VERSION), "unparsable") from error
    return moment.replace(tzinfo=UTC)
