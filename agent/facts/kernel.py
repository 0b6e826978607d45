"""Settings of the running kernel, as /proc/sys shows them, and its protections."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, list_if_present, read_if_present

VULNERABILITIES = "/sys/devices/system/cpu/vulnerabilities"
APPARMOR, SELINUX = "/sys/module/apparmor/parameters/enabled", "/sys/fs/selinux/enforce"
SYSCTL_FOLDERS = (
    "/usr/lib/sysctl.d", "/usr/local/lib/sysctl.d", "/run/sysctl.d", "/etc/sysctl.d",
)  # fmt: skip
SYSCTL_CONF = "/etc/sysctl.conf"
# Also in the middle: `Mitigation: Retpolines; BHI: Vulnerable`.
_UNCURED = re.compile(r"\bVulnerable\b|No mitigations")


@dataclass(frozen=True, slots=True)
class Settings:
    """Asks for some settings; a setting that this kernel does not have is None."""

    names: tuple[str, ...]

    def __call__(self, host: Host) -> dict[str, str | None]:
        values = {name: read_if_present(host, path_of(name)) for name in self.names}
        if all(value is None for value in values.values()):
            raise UnreadableFactError(path_of(self.names[0]), "missing")
        return {name: value and value.strip() for name, value in values.items()}


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """What the files say that the next start will set, beside what is so now."""

    names: tuple[str, ...]

    def __call__(self, host: Host) -> dict[str, tuple[str | None, str | None]]:
        running = Settings(self.names)(host)
        saved = _saved(host)
        return {name: (running[name], saved.get(name)) for name in self.names}


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


def path_of(name: str) -> str:
    return "/proc/sys/" + name.replace(".", "/")


def parse(text: str) -> dict[str, str]:
    """`name = value` lines of sysctl.d(5); a leading `-` only forgives errors."""
    values = {}
    for raw in text.splitlines():
        line = raw.strip().lstrip("-")
        name, equals, value = line.partition("=")
        if equals and line[0] not in "#;":
            values[name.strip().replace("/", ".")] = value.strip()
    return values


def _saved(host: Host) -> dict[str, str]:
    """Files are read in the order of their names; a later folder's file hides a namesake."""
    places: dict[str, str] = {}
    for folder in SYSCTL_FOLDERS:
        for name in list_if_present(host, folder):
            if name.endswith(".conf"):
                places[name] = f"{folder}/{name}"
    values: dict[str, str] = {}
    for name in sorted(places):
        values |= parse(read_if_present(host, places[name]) or "")
    return values | parse(read_if_present(host, SYSCTL_CONF) or "")
