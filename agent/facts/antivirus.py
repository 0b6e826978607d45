"""Which programs guard against malware, and how old what they know is."""

from dataclasses import dataclass
from datetime import UTC, datetime

from agent.errors import UnreadableFactError
from agent.facts import processes
from agent.host import Host

SCANNERS = ("clamd", "wdavdaemon", "ds_agent", "savd", "sophos", "esets_daemon", "kesl", "bdsecd")
ON_ACCESS = ("clamonacc", "wdavdaemon", "ds_am", "savd", "sophos", "kesl", "bdsecd", "oaeventd")
UPDATERS = ("freshclam", "wdavdaemon", "ds_agent", "savd", "sophos", "esets_daemon", "kesl")
WATCHERS = (
    "wazuh-agentd", "ossec-agentd", "falcon-sensor", "osqueryd", "wdavdaemon", "auditbeat",
    "elastic-endpoin", "elastic-agent", "sentinelone-age", "s1-agent", "falco", "ds_agent",
    "velociraptor", "cbagentd", "suricata",
)  # fmt: skip
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
        watchers=found.running(*WATCHERS),
    )


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
