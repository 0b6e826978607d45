"""Data stores that ask nobody for a password until they are told to: Redis, MongoDB."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import presence
from agent.host import Host, present, read_if_present

REDIS_FILES = ("/etc/redis/redis.conf", "/etc/valkey/valkey.conf")
REDIS_PROGRAMS = ("redis-server", "valkey-server")
MONGODB_FILE = "/etc/mongod.conf"
MONGODB_PROGRAMS = ("mongod",)
DEPTH_LIMIT = 8
_STRANGERS_TOO = re.compile(
    r"^\s+transitionToAuth\s*:\s*[\"']?(?:true|yes|on)\b", re.MULTILINE | re.IGNORECASE
)
_LOGIN_DEMANDED = re.compile(r"^\s+authorization\s*:\s*[\"']?(\w+)", re.MULTILINE)
_OPEN_USER = re.compile(r"\bnopass\b")


@dataclass(frozen=True, slots=True)
class RedisFacts:
    password: bool  # one is set for everybody
    users: bool  # the default user is off, or has a password of its own; its rules overrule the one


def collect_redis(host: Host) -> RedisFacts:
    """Rules for the default user, or a file of rules, take the common password's place.

    Source: redis.conf, requirepass, aclfile; Redis documentation, ACL.
    """
    presence.require(host, REDIS_FILES, REDIS_PROGRAMS)
    path = next((one for one in REDIS_FILES if present(host, one)), REDIS_FILES[0])
    settings = _redis(host, path, DEPTH_LIMIT)
    users = [line for name, line in settings if name == "user" and line.split()[:1] == ["default"]]
    for name, value in settings:
        if name == "aclfile":
            rules = (line.split() for line in host.read(value.strip("\"'")).splitlines())
            listed = [" ".join(words[1:]) for words in rules if words[:2] == ["user", "default"]]
            users += listed or ["default on nopass"]
    passwords = [value for name, value in settings if name == "requirepass"]
    closed = bool(users) and not _OPEN_USER.search(users[-1]) and _is_closed(users[-1])
    given = bool(passwords) and not users and passwords[-1].strip("\"'") != ""
    return RedisFacts(given, closed)


def collect_mongodb(host: Host) -> str:
    """`security.authorization`; empty when nothing says it."""
    presence.require(host, (MONGODB_FILE, "/usr/bin/mongod"), MONGODB_PROGRAMS)
    text = read_if_present(host, MONGODB_FILE)
    if text is None:
        raise UnreadableFactError(MONGODB_FILE, "missing")
    return authorization(text)


def authorization(text: str) -> str:
    """The word inside the section `security:`; comments and other sections do not count."""
    inside, lines = False, list[str]()
    for line in text.splitlines():
        plain = line.partition("#")[0].rstrip()
        if plain and not plain[0].isspace():
            inside = plain.partition(":")[0].strip() == "security"
        elif inside:
            lines.append(plain)
    section = "\n".join(lines)
    if _STRANGERS_TOO.search(section):
        return "transitionToAuth"
    found = _LOGIN_DEMANDED.findall(section)
    return found[-1].lower() if found else ""


def _redis(host: Host, path: str, depth: int) -> list[tuple[str, str]]:
    """Words and values in their order, includes where they stand; the last word holds."""
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    settings: list[tuple[str, str]] = []
    for line in host.read(path).splitlines():
        name, value = (*line.split(None, 1), "", "")[:2]
        if name.lower() == "include":
            settings += _redis(host, value.strip().strip('"'), depth - 1)
        elif name and not name.startswith("#"):
            settings.append((name.lower(), value.strip()))
    return settings


def _is_closed(words: str) -> bool:
    """Off, or with a password: `>plain` or `#hash`."""
    rules = words.split()[1:]
    return "off" in rules or any(rule.startswith((">", "#")) for rule in rules)
