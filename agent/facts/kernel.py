"""Protections of the running kernel: flaws of the processor, its own access control."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, read_if_present

VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities"
APPARMOR, SELINUX = "/sys/module/apparmor/parameters/enabled", "/sys/fs/selinux/enforce"
# Also in the middle: `Mitigation: Retpolines; BHI: Vulnerable`.
_UNCURED = re.compile(r"\bVulnerable\b|No mitigations")


@dataclass(frozen=True, slots=True)
class ProtectionFacts:
    vulnerable: tuple[str, ...]  # flaws of the processor without a cure
    examined: int


def collect_vulnerabilities(host: Host) -> ProtectionFacts:
    names = host.listing(VULNERABILITIES)
    states = {name: host.read(f"{VULNERABILITIES}/{name}").strip() for name in names}
    if not states:
        raise UnreadableFactError(VULNERABILITIES, "empty")
    bad = tuple(name for name, state in states.items() if _UNCURED.search(state))
    return ProtectionFacts(bad, len(states))


def collect_access_control(host: Host) -> tuple[str, ...]:
    """Which of the kernel's own access controls is in force."""
    found = []
    if (read_if_present(host, APPARMOR) or "").strip() == "Y":
        found.append("apparmor")
    if (read_if_present(host, SELINUX) or "").strip() == "1":
        found.append("selinux")
    return tuple(found)
