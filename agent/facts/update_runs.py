"""Whether updates really happen here: the last run, the sources of security updates, restarts."""

import re
from dataclasses import dataclass
from datetime import datetime

from agent.errors import UnreadableFactError
from agent.facts import packages
from agent.facts.absent import SubjectAbsentError
from agent.host import Host, list_if_present, present, read_if_present

STAMPS = (
    "/var/lib/apt/periodic/unattended-upgrades-stamp",
    "/var/lib/apt/periodic/upgrade-stamp",
)
RESTART_MARKS = ("/run/reboot-required", "/var/run/reboot-required")
RUNNING = "/proc/sys/kernel/osrelease"
BOOT, IMAGE = "/boot", "vmlinuz-"
_LINE = re.compile(r"^\s*deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)", re.MULTILINE)
_SECURITY = re.compile(r"-security\b|/updates\b")


@dataclass(frozen=True, slots=True)
class RunFacts:
    ran_at: datetime | None
    today: datetime


@dataclass(frozen=True, slots=True)
class RestartFacts:
    running: str
    newest: str
    marked: bool


def collect_run(host: Host) -> RunFacts:
    """Apt's own job touches its stamp when it went through; apt.conf(5), apt.systemd.daily."""
    moments = [host.lstat(path).modified_at for path in STAMPS if present(host, path)]
    return RunFacts(max(moments, default=None), host.now())


def collect_security_suites(host: Host) -> tuple[str, ...]:
    """The suites of security updates that the package sources name; sources.list(5)."""
    folder = packages.SOURCES_FOLDER
    names = [n for n in list_if_present(host, folder) if n.endswith((".list", ".sources"))]
    texts = {
        path: read_if_present(host, path)
        for path in (packages.SOURCES, *(f"{folder}/{n}" for n in names))
    }
    if not any(text is not None for text in texts.values()):
        raise UnreadableFactError(packages.SOURCES, "missing")
    return tuple(
        dict.fromkeys(
            suite
            for path, text in texts.items()
            for suite in (
                deb822(text or "") if path.endswith(".sources") else _LINE.findall(text or "")
            )
            if _SECURITY.search(suite)
        )
    )


def collect_restart(host: Host) -> RestartFacts:
    """A host whose kernel comes from outside, as a container's, has none of its own."""
    running = host.read(RUNNING).strip()
    found = [
        name.removeprefix(IMAGE) for name in list_if_present(host, BOOT) if name.startswith(IMAGE)
    ]
    if not found:
        raise SubjectAbsentError("not_used", f"no {BOOT}/{IMAGE}*")
    marked = any(present(host, path) for path in RESTART_MARKS)
    return RestartFacts(running, max(found, key=release_of), marked)


def deb822(text: str) -> list[str]:
    """The suites of stanzas that are not switched off."""
    suites: list[str] = []
    for stanza in re.split(r"\n\s*\n", text):
        lines = [line for line in stanza.splitlines() if not line.startswith("#")]
        fields = {
            name.strip().lower(): value
            for name, _, value in (line.partition(":") for line in lines)
        }
        kept = fields.get("enabled", "yes").strip().lower() not in {"no", "false", "0"}
        if kept and "deb" in fields.get("types", "").split():
            suites += fields.get("suites", "").split()
    return suites


def release_of(version: str) -> tuple[int, ...]:
    """The numbers of a kernel; its flavour (`-amd64`, `-cloud-amd64`) makes it no newer."""
    found = re.match(r"[0-9][0-9.]*(?:-[0-9]+)?", version)
    return tuple(int(number) for number in re.findall(r"[0-9]{1,9}", found[0])) if found else ()
