"""Settings of the kernel: what holds now, and what the files say that the next start will set."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts.drop_ins import texts_in
from agent.facts.understood import understood
from agent.host import Host, list_if_present, present, read_if_present

ROOT = "/proc/sys"
CERTAIN = f"{ROOT}/kernel"  # where it is missing, no setting can be seen at all
FOLDERS = ("/etc/sysctl.d", "/run/sysctl.d", "/usr/local/lib/sysctl.d", "/usr/lib/sysctl.d")
CONF = "/etc/sysctl.conf"
SYSTEMD_SYSCTL = "/usr/lib/systemd/systemd-sysctl"
_INTERFACES = re.compile(r"^(net/ipv[46]/conf)/all/(\w+)$")
_WILD = re.compile(r"[*?\[]")


@dataclass(frozen=True, slots=True)
class SavedSettings:
    """What the files say, by path below /proc/sys."""

    exact: dict[str, str]
    patterns: tuple[tuple[str, str], ...]  # the last one that fits holds
    spared: frozenset[str]  # named as `-name`: no pattern sets them

    def of(self, path: str) -> str | None:
        """A name beats a pattern, wherever it stands; sysctl.d(5)."""
        if path in self.exact or path in self.spared:
            return self.exact.get(path)
        fitting = [value for pattern, value in self.patterns if fnmatchcase(path, pattern)]
        return fitting[-1] if fitting else None


@dataclass(frozen=True, slots=True)
class Setting:
    running: str | None  # None: this kernel does not have it
    saved: str | None  # None: no file says anything


@dataclass(frozen=True, slots=True)
class Settings:
    """Asks for some settings, and for those of each network interface where `interfaces`."""

    names: tuple[str, ...]
    interfaces: bool = False

    def __call__(self, host: Host) -> dict[str, Setting]:
        saved = understood(host, collect_saved)
        paths = [path_of(name) for name in self.names]
        if self.interfaces:
            paths += [path for name in paths for path in _of_interfaces(host, name)]
        found = {path: _running(host, path) for path in paths}
        if None in found.values() and not present(host, CERTAIN):
            raise UnreadableFactError(ROOT, "missing")
        return {name_of(path): Setting(value, saved.of(path)) for path, value in found.items()}


def collect_saved(host: Host) -> SavedSettings:
    """Read what systemd-sysctl reads; without systemd `sysctl --system` adds sysctl.conf.

    Source: sysctl.d(5); sysctl(8). With systemd /etc/sysctl.conf counts only through a link in
    sysctl.d (99-sysctl.conf of Debian 12 and Ubuntu 24.04; Debian 13 has none).
    """
    texts = texts_in(host, FOLDERS)
    if not present(host, SYSTEMD_SYSCTL):
        texts.append(read_if_present(host, CONF) or "")
    return parse("\n".join(texts))


def parse(text: str) -> SavedSettings:
    """`name = value` lines in the order in which they are read; `-name` alone spares it."""
    exact: dict[str, str] = {}
    patterns: dict[str, str] = {}
    spared: set[str] = set()
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line[0] in "#;":
            continue
        name, equals, value = line.lstrip("-").partition("=")
        path = path_of(name.strip())
        if not equals:
            spared |= {path} if line.startswith("-") else set()
        elif _WILD.search(path):
            patterns.pop(path, None)
            patterns[path] = value.strip()
        else:
            exact[path] = value.strip()
    return SavedSettings(exact, tuple(patterns.items()), frozenset(spared))


def path_of(name: str) -> str:
    """`net.ipv4.conf.eth0/100.forwarding` or `net/ipv4/conf/eth0.100/forwarding`; sysctl.d(5)."""
    first = re.search(r"[./]", name)
    if first is None or first[0] == "/":
        return name.lstrip("/")
    return name.translate(_SWAPPED)


def name_of(path: str) -> str:
    return path.translate(_SWAPPED)


def _running(host: Host, path: str) -> str | None:
    value = read_if_present(host, f"{ROOT}/{path}")
    return None if value is None else " ".join(value.split())


def _of_interfaces(host: Host, path: str) -> list[str]:
    """The same setting of each interface; `lo` reaches nobody else."""
    match = _INTERFACES.match(path)
    if match is None:
        return []
    names = list_if_present(host, f"{ROOT}/{match[1]}")
    return [f"{match[1]}/{name}/{match[2]}" for name in names if name not in {"all", "lo"}]


_SWAPPED = str.maketrans("./", "/.")
