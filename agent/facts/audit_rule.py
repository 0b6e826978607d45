"""One rule of the kernel's audit, whichever of its spellings it has.

Source: auditctl(8); audit.rules(7).
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

EVERY_PERMISSION = frozenset("rwxa")
ARCHITECTURES = {"b64": "b64", "b32": "b32", "x86_64": "b64", "aarch64": "b64"}
ARCHITECTURES |= {"i386": "b32", "i686": "b32", "arm": "b32"}
LISTS = {"exit", "task", "exclude", "user", "filesystem", "entry", "io_uring"}
_FIELD = re.compile(r"([a-z0-9_]+)(!=|>=|<=|&=|=|>|<|&)(.+)")
_UNSET = {"-1", "4294967295", "unset"}
_ERRORS = {"-13": "-EACCES", "-1": "-EPERM"}
_ARGUMENTS = {"a0", "a1", "a2", "a3"}
_SYMMETRIC = {"=", "!="}


@dataclass(frozen=True, slots=True)
class Rule:
    """`calls` empty: all of them. `place` empty: wherever. `tree`: also all that lies below."""

    list: str  # exit | task | exclude | …
    action: str  # always | never
    calls: frozenset[str] = frozenset()
    architecture: str = ""
    fields: frozenset[str] = frozenset()  # conditions besides call, architecture and place
    place: str = ""
    tree: bool = False
    permissions: frozenset[str] = EVERY_PERMISSION

    def about(self, path: str) -> bool:
        """Whether the rule sees that path."""
        return path == self.place or (self.tree and path.startswith(f"{self.place}/"))


def parse(lines: Iterable[str]) -> tuple[Rule, ...]:
    """The rules among the lines; settings and comments are none."""
    found = (rule_of(line) for line in lines)
    return tuple(rule for rule in found if rule is not None)


def rule_of(line: str) -> Rule | None:
    words = line.split()
    if len(words) > 1 and words[0] == "-w":
        letters = _values(words, "-p")
        permissions = frozenset(letters[-1]) if letters else EVERY_PERMISSION
        place = words[1].rstrip("/") or "/"
        return Rule("exit", "always", place=place, tree=True, permissions=permissions)
    if len(words) > 1 and words[0] in {"-a", "-A"}:
        return _call_rule(words)
    return None


def _call_rule(words: list[str]) -> Rule | None:
    named = set(words[1].split(","))
    lists, actions = named & LISTS, named & {"always", "never"}
    if len(lists) != 1 or len(actions) != 1:
        return None
    calls = frozenset(call for named in _values(words, "-S") for call in named.split(","))
    pairs = [pair for text in _values(words, "-F") if (pair := _FIELD.fullmatch(text))]
    values = {pair[1]: pair[3] for pair in pairs if pair[2] == "="}
    place = values.get("dir", values.get("path", ""))
    return Rule(
        list=lists.pop(),
        action=actions.pop(),
        calls=frozenset() if "all" in calls else calls,
        architecture=ARCHITECTURES.get(values.get("arch", ""), values.get("arch", "")),
        fields=frozenset(
            field_of(*pair.groups())
            for pair in pairs
            if pair[2] != "=" or pair[1] not in {"arch", "path", "dir", "perm", "key"}
        )
        | {comparison_of(text) for text in _values(words, "-C")},
        place=place.rstrip("/") or place,
        tree="dir" in values,
        permissions=frozenset(values.get("perm", "rwxa")),
    )


def _values(words: list[str], option: str) -> list[str]:
    return [words[place + 1] for place, word in enumerate(words[:-1]) if word == option]


def field_of(name: str, sign: str, value: str) -> str:
    """`auid!=-1` and `auid!=unset` are one, as are `a0=4` and `a0=0x4`."""
    if name.endswith("uid") and value in _UNSET:
        value = "unset"
    if name == "exit":
        value = _ERRORS.get(value, value)
    if name in _ARGUMENTS and value.isascii() and value.isdecimal() and len(value) < 20:  # noqa: PLR2004
        value = hex(int(value))
    return f"{name}{sign}{value}"


def comparison_of(text: str) -> str:
    """`euid!=uid` says what `uid!=euid` says."""
    found = _FIELD.fullmatch(text)
    if found is None or found[2] not in _SYMMETRIC:
        return f"-C {text}"
    first, second = sorted((found[1], found[3]))
    return f"-C {first}{found[2]}{second}"
