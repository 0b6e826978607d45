"""The SSH server's `Match` blocks, from its file and everything that it includes.

`sshd -T` leaves them out: it prints what holds for nobody in particular.
Source: sshd_config(5), Match, Include.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts.include_limit import IncludeLimit
from agent.host import Host, list_if_present, read_if_present

PATHS = ("/etc/ssh/sshd_config", "/usr/local/etc/sshd_config")
DEPTH_LIMIT = 16  # as sshd's own
BLOCK_LIMIT = 64
LIMIT_BYTES = 128 * 2**10
_SEPARATOR = re.compile(r"[ \t]*=[ \t]*|[ \t]+")
_WILDCARD = re.compile(r"[*?\[]")
_OLD_NAMES = {"challengeresponseauthentication": "kbdinteractiveauthentication"}
_OLD_NAMES |= {"skeyauthentication": "kbdinteractiveauthentication"}
_TIME = re.compile(r"([0-9]{1,9})([smhdw]?)", re.IGNORECASE)
_SECONDS = {"": 1, "s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800}
_SIZE = re.compile(r"([0-9]{1,15})([kmg]?)", re.IGNORECASE)
_BYTES = {"": 1, "k": 2**10, "m": 2**20, "g": 2**30}
_GROWING = {"allowusers", "allowgroups", "denyusers", "denygroups", "acceptenv"}
_AS_WRITTEN = {"banner", "authenticationmethods", "authorizedkeysfile", "authorizedkeyscommand"}

Settings = dict[str, tuple[str, ...]]


@dataclass(slots=True)
class _Reading:
    """Blocks found so far; `inside` is the one that lines belong to, None outside of any."""

    blocks: list[Settings] = field(default_factory=list)
    inside: Settings | None = None
    limit: IncludeLimit = field(default_factory=IncludeLimit)


def collect(host: Host) -> tuple[Settings, ...]:
    """What each block sets, in the order in which sshd meets them.

    Raises:
        UnreadableFactError: one of the files cannot be read or understood.
    """
    path = next((path for path in PATHS if read_if_present(host, path) is not None), PATHS[0])
    reading = _Reading()
    _read(host, path, path.rpartition("/")[0], reading, DEPTH_LIMIT)
    if len(reading.blocks) > BLOCK_LIMIT:
        raise UnreadableFactError(path, "too_large", f"more than {BLOCK_LIMIT} Match blocks")
    return tuple(reading.blocks)


def _read(host: Host, path: str, home: str, reading: _Reading, depth: int) -> None:
    """A block that began in an included file ends with it."""
    reading.limit.take(path)
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    for keyword, values in parse(host.read(path, limit_bytes=LIMIT_BYTES), path):
        if keyword == "match":
            reading.inside = {}
            reading.blocks.append(reading.inside)
        elif keyword == "include":
            outside = reading.inside
            for included in _included(host, values, home):
                _read(host, included, home, reading, depth - 1)
                reading.inside = outside
        elif reading.inside is not None:
            _set(reading.inside, keyword, values)


def _set(block: Settings, keyword: str, values: tuple[str, ...]) -> None:
    """The first word on a keyword holds; lists of users and variables grow."""
    if keyword in _GROWING:
        block[keyword] = (*block.get(keyword, ()), *values)
    elif keyword in {"clientaliveinterval", "logingracetime"}:
        block.setdefault(keyword, (seconds_of(values[0]),))
    elif keyword == "rekeylimit":
        block.setdefault(keyword, (rekeying_of(values),))
    elif keyword in _AS_WRITTEN:
        block.setdefault(keyword, (" ".join(values),))
    else:
        block.setdefault(keyword, (values[0].lower(),))


def _included(host: Host, patterns: tuple[str, ...], home: str) -> list[str]:
    found = []
    for pattern in patterns:
        whole = pattern if pattern.startswith("/") else f"{home}/{pattern}"
        folder, _, name = whole.rpartition("/")
        if _WILDCARD.search(folder):
            raise UnreadableFactError(whole, "unparsable", "a wildcard among the folders")
        names = list_if_present(host, folder)
        found += [f"{folder}/{n}" for n in names if _named_by(n, name)]
    return found


def _named_by(name: str, pattern: str) -> bool:
    """As glob(7): a leading dot must be written out."""
    return fnmatchcase(name, pattern) and (pattern.startswith(".") or not name.startswith("."))


def parse(text: str, source: str = PATHS[0]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Each line's keyword in small letters and today's name, and its values.

    Raises:
        UnreadableFactError: a quote without its end, or a keyword without a value.
    """
    for raw in text.splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        keyword, rest = (*_SEPARATOR.split(line, maxsplit=1), "")[:2]
        try:
            values = tuple(shlex.split(rest, comments=True))
        except ValueError as error:
            raise UnreadableFactError(source, "unparsable", "a quote without its end") from error
        if not values:
            raise UnreadableFactError(source, "unparsable", f"{keyword} without a value")
        name = keyword.strip('"').lower()
        yield _OLD_NAMES.get(name, name), values


def seconds_of(text: str) -> str:
    """`5m` or `1h30m` as `sshd -T` prints it; anything else as it is."""
    parts = _TIME.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return text
    return str(sum(int(number) * _SECONDS[unit.lower()] for number, unit in parts))


def rekeying_of(values: tuple[str, ...]) -> str:
    """`1G 1h` as `sshd -T` prints it, in bytes and seconds; 0 is no limit of its own."""
    size, after = (*values, "none")[:2]
    found = _SIZE.fullmatch(size)
    in_bytes = str(int(found[1]) * _BYTES[found[2].lower()]) if found else "0"
    return f"{in_bytes} {'0' if after.lower() == 'none' else seconds_of(after)}"
