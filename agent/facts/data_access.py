"""Whether the kernel's audit is told to record who reads and changes the datasets' folders."""

from dataclasses import dataclass

from agent.facts import auditd, own
from agent.facts.auditd import AuditFacts
from agent.host import Host


@dataclass(frozen=True, slots=True)
class AccessFacts:
    folders: tuple[str, ...]
    audit: AuditFacts

    @property
    def unrecorded(self) -> tuple[str, ...]:
        rules = self.audit.rules
        return tuple(f for f in self.folders if not any(records(rule, f) for rule in rules))


def collect(host: Host) -> AccessFacts:
    return AccessFacts(own.dataset_folders(host), auditd.collect(host))


def collect_name_format(host: Host) -> str | None:
    """How auditd(8) names this host in each record; None where it is not installed."""
    if not auditd.collect_storage(host).installed:
        return None
    return auditd.parse_configuration(host.read(auditd.CONFIGURATION)).get("name_format", "none")


def records(rule: str, folder: str) -> bool:
    """`-w FOLDER -p rw`, or `-F dir=FOLDER -F perm=rw`, of the folder or of one above it.

    A rule with further conditions records only some of it.
    """
    words = rule.split()
    pairs = {words[i]: words[i + 1] for i in range(len(words) - 1) if words[i] in {"-w", "-p"}}
    fields = [words[i + 1] for i in range(len(words) - 1) if words[i] == "-F"]
    if "-w" in pairs:
        place, permissions = pairs["-w"], pairs.get("-p", "rwxa")
    elif words[:2] in (["-a", "always,exit"], ["-a", "exit,always"]):
        said = dict(field.split("=", 1) for field in fields if "=" in field)
        if set(said) - {"dir", "perm", "key", "arch"}:
            return False
        place, permissions = said.get("dir", ""), said.get("perm", "rwxa")
    else:
        return False
    inside = bool(place) and f"{folder}/".startswith(f"{place.rstrip('/')}/")
    return inside and {"r", "w"} <= set(permissions)
