"""Who may log in to a PostgreSQL cluster, from where and how: pg_hba.conf with its includes."""

import ipaddress
import shlex
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, present

DEPTH_LIMIT = 8
NETWORK_KINDS = ("host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc")
ANYWHERE = {"all", "0.0.0.0/0", "::/0"}
_INCLUDES = ("include", "include_if_exists", "include_dir")


@dataclass(frozen=True, slots=True)
class Rule:
    kind: str  # local, or one of NETWORK_KINDS
    databases: tuple[str, ...]
    users: tuple[str, ...]
    address: str  # empty for local
    method: str

    @property
    def remote(self) -> bool:
        """Whether it speaks of other machines."""
        if self.kind == "local" or self.address in {"localhost", "samehost"}:
            return False
        try:
            return not ipaddress.ip_network(self.address, strict=False).is_loopback
        except ValueError:
            return True  # a name, `all`, `samenet`

    @property
    def lets_in(self) -> bool:
        return self.method != "reject"

    def hides(self, later: "Rule") -> bool:
        """Whether everybody whom the later rule speaks of is met by this one first.

        `all` databases are not those who copy the server: `replication` must be named.
        """
        if "replication" in later.databases and "replication" not in self.databases:
            return False
        kind = self.kind == later.kind or (self.kind == "host" and later.kind in NETWORK_KINDS)
        place = self.address in {later.address, "all"}
        return kind and place and "all" in self.databases and "all" in self.users

    def __str__(self) -> str:
        words = (self.kind, ",".join(self.databases), ",".join(self.users), self.address)
        return " ".join(word for word in (*words, self.method) if word)


def met(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that somebody can meet: the first that fits decides, what it hides is dead."""
    return tuple(
        rule
        for position, rule in enumerate(rules)
        if not any(earlier.hides(rule) for earlier in rules[:position])
    )


def collect(host: Host, path: str) -> tuple[Rule, ...]:
    return tuple(_read(host, path, DEPTH_LIMIT))


def _read(host: Host, path: str, depth: int) -> list[Rule]:
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    rules: list[Rule] = []
    for words in _records(host.read(path), path):
        if words[0] in _INCLUDES and len(words) > 1:
            for inner in _included(host, path, words[0], words[1]):
                rules += _read(host, inner, depth - 1)
        else:
            rules.append(_rule(words, path))
    return rules


def _included(host: Host, path: str, how: str, target: str) -> list[str]:
    place = target if target.startswith("/") else f"{path.rpartition('/')[0]}/{target}"
    if how == "include_dir":
        return [f"{place}/{name}" for name in host.listing(place) if name.endswith(".conf")]
    return [place] if how == "include" or present(host, place) else []


def _records(text: str, path: str) -> list[list[str]]:
    """Words of each record; quotes keep a word together, a backslash at the end goes on."""
    try:
        lines = text.replace("\\\n", " ").splitlines()
        return [words for words in (shlex.split(line, comments=True) for line in lines) if words]
    except ValueError as error:
        raise UnreadableFactError(path, "unparsable") from error


def _rule(words: list[str], path: str) -> Rule:
    """Source: PostgreSQL documentation, 21.1 The pg_hba.conf File."""
    kind, *rest = words
    least = 3 if kind == "local" else 4
    if kind not in {"local", *NETWORK_KINDS} or len(rest) < least:
        raise UnreadableFactError(path, "unparsable")
    databases, users = tuple(rest[0].split(",")), tuple(rest[1].split(","))
    if kind == "local":
        return Rule(kind, databases, users, "", rest[2].lower())
    address, method = rest[2], rest[3]
    if _is_mask(method) and len(rest) > least:
        address, method = f"{rest[2]}/{rest[3]}", rest[4]
    return Rule(kind, databases, users, address, method.lower())


def _is_mask(word: str) -> bool:
    return word[:1].isdigit() or ":" in word
