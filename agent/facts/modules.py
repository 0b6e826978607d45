"""Modules of the kernel: which are loaded, which lie on the disk, which modprobe would not load."""

import re
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts.drop_ins import texts_in
from agent.facts.understood import understood
from agent.host import Host, read_if_present

FOLDERS = (
    "/etc/modprobe.d", "/run/modprobe.d", "/usr/local/lib/modprobe.d", "/usr/lib/modprobe.d",
)  # fmt: skip
LOADED, RELEASE, DISK = "/proc/modules", "/proc/sys/kernel/osrelease", "/lib/modules"
_RELEASE = re.compile(r"[\w.+~-]{1,100}")
_NOTHING = re.compile(r"((/usr)?/bin/)?(false|true)(\s+#.*)?")


@dataclass(frozen=True, slots=True)
class Rules:
    """What modprobe was told, in the order in which it reads."""

    installs: tuple[tuple[str, str], ...]  # pattern of names, command instead of loading
    blacklisted: frozenset[str]

    def refuses(self, name: str) -> bool:
        """The first command whose pattern fits is the one that is run; kmod."""
        fitting = [command for pattern, command in self.installs if fnmatchcase(name, pattern)]
        return bool(fitting) and _NOTHING.fullmatch(fitting[0]) is not None


@dataclass(frozen=True, slots=True)
class ModuleFacts:
    rules: Rules
    loaded: frozenset[str]
    on_disk: frozenset[str] | None  # None: there is no list for the kernel that runs
    built_in: frozenset[str]


def collect(host: Host) -> ModuleFacts:
    release = host.read(RELEASE).strip()
    if not _RELEASE.fullmatch(release):
        raise UnreadableFactError(RELEASE, "unparsable")
    dependencies = read_if_present(host, f"{DISK}/{release}/modules.dep")
    built_in = read_if_present(host, f"{DISK}/{release}/modules.builtin") or ""
    return ModuleFacts(
        rules=understood(host, collect_rules),
        loaded=frozenset(line.partition(" ")[0] for line in host.read(LOADED).splitlines()),
        on_disk=None if dependencies is None else names_in(dependencies),
        built_in=names_in(built_in),
    )


def collect_rules(host: Host) -> Rules:
    return parse("\n".join(texts_in(host, FOLDERS)))


def parse(text: str) -> Rules:
    """Hyphens and underlines are the same; a backslash goes on with the next line."""
    installs, blacklisted = [], set()
    for line in text.replace("\\\n", " ").splitlines():
        words = line.split(None, 2)
        if len(words) > 1 and words[0] == "blacklist":
            blacklisted.add(same(words[1]))
        if len(words) > 2 and words[0] == "install":  # noqa: PLR2004 - install NAME COMMAND
            installs.append((same(words[1]), words[2].strip()))
    return Rules(tuple(installs), frozenset(blacklisted))


def names_in(paths: str) -> frozenset[str]:
    """Names of modules.dep and modules.builtin: `kernel/fs/cramfs/cramfs.ko.xz: …`."""
    found = (line.partition(":")[0].rpartition("/")[2] for line in paths.splitlines())
    return frozenset(same(name.partition(".ko")[0]) for name in found if ".ko" in name)


def same(name: str) -> str:
    return name.replace("-", "_")
