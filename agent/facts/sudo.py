"""What sudo allows, from its file and everything that it includes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import require_one_of
from agent.host import Host, list_if_present

PATH = "/etc/sudoers"
PROGRAMS = ("/usr/bin/sudo", "/usr/local/bin/sudo")
DEPTH_LIMIT = 8
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\b")
_USERS = re.compile(r"[^\s,]+(\s*,\s*[^\s,]+)*")
_COMMENT = re.compile(r"#(?!\d)")  # `#1000` is the user with that number
_INCLUDE = re.compile(r"[@#](include|includedir)\s+(\S+)\Z")


@dataclass(frozen=True, slots=True)
class SudoFacts:
    defaults: tuple[str, ...]  # each parameter alone, without `Defaults`
    rules: tuple[str, ...]  # one line each: who host = (as) what
    everyone: frozenset[str] = frozenset({"ALL"})  # and the aliases that hold it

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
    aliases: list[str] = []
    for line in _read(host, PATH, DEPTH_LIMIT):
        if line.startswith("Defaults"):
            defaults += parse_defaults(line)
        elif _ALIAS.match(line):
            aliases.append(line)
        else:
            rules.append(line)
    return SudoFacts(tuple(defaults), tuple(rules), everyone_in(aliases))


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
        if not _INCLUDE.match(line):
            line = _COMMENT.split(line, maxsplit=1)[0].strip()
        if line:
            lines.append(line)
    return tuple(lines)


def everyone_in(aliases: Sequence[str]) -> frozenset[str]:
    """`ALL`, and every user alias that holds it, also by way of another alias."""
    members: dict[str, set[str]] = {}
    for line in aliases:
        kind, _, definitions = " ".join(line.split()).partition(" ")
        for definition in definitions.split(":") if kind == "User_Alias" else ():
            name, _, listed = definition.partition("=")
            members.setdefault(name.strip(), set()).update(_words(listed))
    everyone = {"ALL"}
    while found := {n for n, held in members.items() if held & everyone} - everyone:
        everyone |= found
    return frozenset(everyone)


def who(rule: str) -> tuple[str, ...]:
    """The users of a rule: a list with commas, before its hosts."""
    listed = _USERS.match(rule)
    return _words(listed[0]) if listed else ()


def _words(listed: str) -> tuple[str, ...]:
    return tuple(word.strip().strip('"') for word in listed.split(",") if word.strip())


def parse_defaults(line: str) -> tuple[str, ...]:
    """The parameters of one `Defaults` line, whatever it is limited to."""
    _, _, parameters = line.replace("\t", " ").partition(" ")
    return tuple(part.strip() for part in parameters.split(",") if part.strip())
