"""What sudo allows, from its file and everything that it includes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts.absent import require_one_of
from agent.facts.include_limit import IncludeLimit
from agent.host import Host, list_if_present, read_if_present

PATH = "/etc/sudoers"
SWITCH, CENTRAL = "/etc/nsswitch.conf", ("ldap", "sss")  # sudo knows no others besides `files`
PROGRAMS = ("/usr/bin/sudo", "/usr/local/bin/sudo")
DEPTH_LIMIT = 8
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\b")
_USERS = re.compile(r"[^\s,]+(\s*,\s*[^\s,]+)*")
_DEFAULTS = re.compile(
    r"Defaults(?P<scope>[@:!>]\s*[^\s,]+(?:\s*,\s*[^\s,]+)*)?(?:\s+(?P<parameters>.*))?\Z"
)
_PARAMETER = re.compile(r'(?:"[^"]*"|[^,"]|")+')
_PIECE = re.compile(
    r'"[^"]*"|\\.|(?P<comment>#(?!-?[0-9]))|.'
)  # `#1000` is the user with that number
_CONTINUED = re.compile(r"\\[ \t]*\Z")
_INCLUDE = re.compile(r"[@#](include|includedir)\s+(.+)\Z")


@dataclass(frozen=True, slots=True)
class Default:
    """`scope`: for whom, where, as whom or for what; empty when it is for all."""

    scope: str
    parameter: str


@dataclass(frozen=True, slots=True)
class SudoFacts:
    defaults: tuple[Default, ...]
    rules: tuple[str, ...]  # one line each: who host = (as) what
    everyone: frozenset[str] = frozenset({"ALL"})  # and the aliases that hold it
    elsewhere: tuple[str, ...] = ()  # directories that may hold further rules and defaults

    def default(self, name: str) -> str | None:
        """The last word for all: its value, empty for a flag, `!` when negated."""
        return self.last_words(name).get("")

    def last_words(self, name: str) -> dict[str, str]:
        """The same for each scope that has its own; what one says leaves the others as they are."""
        found: dict[str, str] = {}
        for default in self.defaults:
            key, equals, value = (part.strip() for part in default.parameter.partition("="))
            if key.lstrip("! \t") != name:
                continue
            negated = key[: -len(name)].count("!") % 2 == 1
            found[default.scope] = "!" if negated else value.strip('"') if equals else ""
        return found


def collect(host: Host) -> SudoFacts:
    require_one_of(host, *PROGRAMS)
    defaults: list[Default] = []
    rules: list[str] = []
    aliases: list[str] = []
    for line in _read(host, PATH, DEPTH_LIMIT, IncludeLimit()):
        if _DEFAULTS.match(line):
            defaults += parse_defaults(line)
        elif _ALIAS.match(line):
            aliases.append(line)
        else:
            rules.append(line)
    elsewhere = central(read_if_present(host, SWITCH) or "")
    return SudoFacts(tuple(defaults), tuple(rules), everyone_in(aliases), elsewhere)


def _read(host: Host, path: str, depth: int, limit: IncludeLimit) -> list[str]:
    limit.take(path)
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    lines: list[str] = []
    for line in parse(host.read(path)):
        include = _INCLUDE.match(line)
        if include is None:
            lines.append(line)
            continue
        place = _place(include[2], path)
        if include[1] == "include":
            lines += _read(host, place, depth - 1, limit)
        else:
            names = list_if_present(host, place)
            for name in (n for n in names if "." not in n and not n.endswith("~")):
                lines += _read(host, f"{place}/{name}", depth - 1, limit)
    return lines


def _place(named: str, within: str) -> str:
    """Beside the file that includes it, when it is no whole path; `%h` is the host's name."""
    place = re.sub(r"\\(.)", r"\1", named.strip().strip('"')).rstrip("/")
    if "%" in place:
        raise UnreadableFactError(within, "unparsable", f"includes {place}")
    return place if place.startswith("/") else f"{within.rpartition('/')[0]}/{place}"


def parse(text: str) -> tuple[str, ...]:
    """The lines that mean something, joined where a backslash continues them; sudoers(5).

    A comment ends with its line, also when its last character is a backslash.
    """
    lines, waiting = [], ""
    for raw in text.splitlines():
        line = raw.strip() if waiting == "" and _INCLUDE.match(raw.strip()) else _said(raw)
        if _CONTINUED.search(line):
            waiting += _CONTINUED.sub(" ", line)
            continue
        whole = (waiting + line).strip()
        waiting = ""
        if whole:
            lines.append(whole)
    return (*lines, waiting.strip()) if waiting.strip() else tuple(lines)


def central(text: str) -> tuple[str, ...]:
    """The directories that sudo asks besides its files; without a word it asks none.

    Only the first such line counts, in upper or lower case.

    Source: sudoers.ldap(5), nsswitch.conf; sssd-sudo(5).
    """
    lines = (line.lower() for line in parse(text))
    words = next((line[8:].split() for line in lines if line.startswith("sudoers:")), [])
    return tuple(name for name in CENTRAL if name in words)


def _said(line: str) -> str:
    """Without its comment; a mark in quotes or after a backslash begins none."""
    said = []
    for piece in _PIECE.finditer(line):
        if piece["comment"]:
            break
        said.append(piece[0])
    return "".join(said)


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


def parse_defaults(line: str) -> tuple[Default, ...]:
    """The parameters of one `Defaults` line; commas in quotes part nothing."""
    found = _DEFAULTS.match(line)
    if found is None:
        return ()
    scope = "".join((found["scope"] or "").split())
    parts = (part.strip() for part in _PARAMETER.findall(found["parameters"] or ""))
    return tuple(Default(scope, part) for part in parts if part)
