"""Whether the kernel's audit is told to record who reads and changes the datasets' folders."""

from dataclasses import dataclass

from agent.facts import auditd, own
from agent.facts.auditd import AuditFacts
from agent.host import Host


@dataclass(frozen=True, slots=True)
class AccessFacts:
    folders: tuple[str, ...]
    audit: AuditFacts


def collect(host: Host) -> AccessFacts:
    return AccessFacts(own.dataset_folders(host), auditd.collect(host))


def collect_name_format(host: Host) -> str | None:
    """How auditd(8) names this host in each record; None where it is not installed."""
    if not auditd.collect_storage(host).installed:
        return None
    return auditd.parse_configuration(host.read(auditd.CONFIGURATION)).get("name_format", "none")
