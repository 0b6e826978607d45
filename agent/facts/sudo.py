"""What sudo allows, from its file and everything that it includes."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import require_one_of
from agent.host import Host, list_if_present

PATH = "/etc/sudoers"
PROGRAMS = ("/usr/bin/sudo", "/usr/local/bin/sudo")
DEPTH_LIMIT = 8
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\b")
_INCLUDE = re.compile(r"[@#](include|includedir)\s+(\S+)\Z")


@dataclass(frozen=True, slots=True)
class SudoFacts:
    defaults: tuple[str, ...]  # each parameter alone, without `Defaults`
    rules: tuple[str, ...]  # one line each: who host = (as) what

    def default(self, name: str) -> str | None:
        """The last word on a parameter: its value, empty for a flag, `!` when negated."""
        found = None
        for parameter in self.defaults:
            key, equals, value = parameter.partition("=")
            if key.strip() == name:
                found = value.strip().strip('"') if equals else ""
            elif key.strip() == f"!{name}":
                found = "!"
        return found


def collect(host: Host) -> SudoFacts:
    require_one_of(host, *PROGRAMS)
    defaults: list[str] = []
    rules: list[str] = []
    for line in _read(host, PATH, DEPTH_LIMIT):
        if line.startswith("Defaults"):
            defaults += parse_defaults(line)
        elif not _ALIAS.match(line):
            rules.append(line)
    return SudoFacts(tuple(defaults), tuple(rules))


def _read(host: Host, path: str, depth: int) -> list[str]:
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    lines: list[str] = []
    for line in parse(host.read(path)):
        include = _INCLUDE.match(line)
        if include is None:
            lines.append(line)
        elif include[1] == "include":
            lines += _read(host, include[2], depth - 1)
        else:
            names = list_if_present(host, include[2])
            for name in (n for n in names if "." not in n and not n.endswith("~")):
                lines += _read(host, f"{include[2]}/{name}", depth - 1)
    return lines


def parse(text: str) -> tuple[str, ...]:
    """The lines that mean something, joined where a backslash continues them; sudoers(5)."""
    lines = []
    for raw in text.replace("\\\n", " ").splitlines():
        line = raw.strip()
        if not _INCLUDE.match(line) and not line.startswith("#"):
            line = line.partition(" #")[0].strip()
        if line and (not line.startswith("#") or _INCLUDE.match(line)):
            lines.append(line)
    return tuple(lines)


def parse_defaults(line: str) -> tuple[str, ...]:
    """The parameters of one `Defaults` line, whatever it is limited to."""
    _, _, parameters = line.replace("\t", " ").partition(" ")
    return tuple(part.strip() for part in parameters.split(",") if part.strip())
