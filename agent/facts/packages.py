"""The installed software, where it may come from, and whether its maker still mends it."""

import re
from dataclasses import dataclass
from datetime import date

from agent.errors import UnreadableFactError
from agent.facts import releases
from agent.facts.releases import Ends
from agent.host import Host, list_if_present, read_if_present

LIST = ("dpkg-query", "-W", "-f", "${db:Status-Abbrev} ${Package}\\n")
PERIODIC = ("apt-config", "dump", "APT::Periodic")
RELEASE = "/etc/os-release"
ENDS_FOLDER = "/usr/share/distro-info"
SOURCES, SOURCES_FOLDER = "/etc/apt/sources.list", "/etc/apt/sources.list.d"
_PERIODIC = re.compile(r'^APT::Periodic::([\w-]+) "(\w*)";$')
APT_CONF, APT_CONF_FOLDER = "/etc/apt/apt.conf", "/etc/apt/apt.conf.d"
_YES = r"[\"']?(?:yes|true|with|on|enable|1)\b"  # as apt itself reads a yes
_UNCHECKED = re.compile(
    rf"^\s*(?:deb\b.*\b(?:trusted|allow-insecure)\s*=\s*{_YES}"
    rf"|(?:trusted|allow-insecure)\s*:\s*{_YES})",
    re.IGNORECASE,
)
_UNCHECKED_BY_ALL = re.compile(
    rf"\b(?:AllowUnauthenticated|AllowInsecureRepositories)\s+{_YES}", re.IGNORECASE
)
_APT_COMMENT = re.compile(r"(?://|#(?!clear|include)).*")


@dataclass(frozen=True, slots=True)
class PackageFacts:
    installed: int
    broken: tuple[str, ...]  # half installed or half configured


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    name: str
    ends: Ends
    today: date


def collect(host: Host) -> PackageFacts:
    return parse(host.run(LIST, timeout_s=30))


def collect_periodic(host: Host) -> dict[str, str]:
    """What apt does by itself; apt.conf(5)."""
    found = map(_PERIODIC.match, host.run(PERIODIC, timeout_s=10).splitlines())
    return {match[1]: match[2] for match in found if match}


def collect_release(host: Host) -> ReleaseFacts:
    release = parse_release(host.read(RELEASE))
    maker = release.get("ID", "")
    if not re.fullmatch(r"[a-z]{1,20}", maker):
        raise UnreadableFactError(RELEASE, "unparsable")
    version = release.get("VERSION_ID", "")
    own_table = read_if_present(host, f"{ENDS_FOLDER}/{maker}.csv")
    found = releases.ends(maker, version, own_table)
    return ReleaseFacts(f"{maker} {version}", found, host.now().date())


def collect_unchecked_sources(host: Host) -> tuple[str, ...]:
    """Package sources whose signatures nobody checks, and settings that let all of them off.

    Source: sources.list(5), trusted, allow-insecure; apt-get(8); apt-secure(8).
    """
    names = [n for n in list_if_present(host, SOURCES_FOLDER) if n.endswith((".list", ".sources"))]
    bad = []
    for path in (SOURCES, *(f"{SOURCES_FOLDER}/{name}" for name in names)):
        lines = (read_if_present(host, path) or "").splitlines()
        bad += [path for line in lines if _UNCHECKED.match(line)]
    listed = list_if_present(host, APT_CONF_FOLDER)
    settings = [f"{APT_CONF_FOLDER}/{n}" for n in listed if "." not in n.removesuffix(".conf")]
    for path in (APT_CONF, *settings):
        text = _APT_COMMENT.sub("", read_if_present(host, path) or "")
        bad += [path] if _UNCHECKED_BY_ALL.search(text) else []
    return tuple(bad)


def parse(output: str) -> PackageFacts:
    """Read `status package` lines; the second letter is the state, dpkg-query(1)."""
    installed, broken = 0, []
    for line in output.splitlines():
        state, _, name = line.strip().partition(" ")
        name = name.strip()
        if len(state) < 2 or not name:  # noqa: PLR2004 - wanted, state
            raise UnreadableFactError(" ".join(LIST), "unparsable")
        installed += state[1] == "i"
        if state[1] in "HUFWt" or len(state) > 2:  # noqa: PLR2004 - a third letter is an error
            broken.append(name)
    if not installed:
        raise UnreadableFactError(" ".join(LIST), "empty")
    return PackageFacts(installed, tuple(broken))


def parse_release(text: str) -> dict[str, str]:
    """Source: os-release(5)."""
    pairs = (line.partition("=") for line in text.splitlines() if not line.startswith("#"))
    return {name.strip(): value.strip().strip("\"'") for name, equals, value in pairs if equals}
