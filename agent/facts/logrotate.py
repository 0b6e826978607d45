"""How text logs are rotated: each block of logrotate's files with what holds for it.

Source: logrotate(8), logrotate.conf(5). A word outside of blocks holds for the blocks behind it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts.include_limit import IncludeLimit
from agent.host import Host, present, read_if_present

FILE, PROGRAM = "/etc/logrotate.conf", "/usr/sbin/logrotate"
SCHEDULES = (
    "/etc/cron.daily/logrotate",
    "/etc/systemd/system/timers.target.wants/logrotate.timer",
    "/usr/lib/systemd/system/timers.target.wants/logrotate.timer",
)
DEPTH_LIMIT = 4
DAYS = {"hourly": 1 / 24, "daily": 1.0, "weekly": 7.0, "monthly": 30.0, "yearly": 365.0}
SCRIPTS = {"prerotate", "postrotate", "firstaction", "lastaction", "preremove"}
TABOO = (
    ",v", ".bak", ".cfsaved", ".disabled", ".dpkg-bak", ".dpkg-del", ".dpkg-dist", ".dpkg-new",
    ".dpkg-old", ".dpkg-tmp", ".rhn-cfg-tmp-*", ".rpmnew", ".rpmorig", ".rpmsave", ".swp",
    ".ucf-dist", ".ucf-new", ".ucf-old", "~",
)  # fmt: skip

_WORD = re.compile(r"\"[^\"]*\"|'[^']*'|\S+")

Words = dict[str, str]  # a word of the block -> what stands behind it


@dataclass(frozen=True, slots=True)
class Block:
    paths: tuple[str, ...]
    words: Words

    def names(self, log: str) -> bool:
        """As glob(7): `*` does not reach into a folder."""
        depth = log.count("/")
        return any(p.count("/") == depth and fnmatchcase(log, p) for p in self.paths)

    @property
    def days(self) -> float | None:
        """How long a record is kept at least, rotated by time alone; None: nothing says it."""
        limits = [float(age)] if (age := number_of(self.words.get("maxage"))) else []
        every, rotations = DAYS.get(self.words.get("every", "")), self.words.get("rotate")
        count = number_of(rotations) if rotations is not None else 0
        if every is not None and count is not None:
            limits.append(every * count)
        return min(limits, default=None)

    @property
    def by_size(self) -> bool:
        """A full file goes before its time."""
        return "size" in self.words or "maxsize" in self.words


@dataclass(frozen=True, slots=True)
class LogrotateFacts:
    installed: bool
    blocks: tuple[Block, ...] = ()
    scheduled_by: tuple[str, ...] = ()

    def block_of(self, log: str) -> Block | None:
        """The first one that names it: logrotate refuses a second."""
        return next((block for block in self.blocks if block.names(log)), None)


@dataclass(slots=True)
class _Reading:
    """Words that hold from here on, and the blocks found so far."""

    words: Words = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)
    limit: IncludeLimit = field(default_factory=IncludeLimit)


def collect(host: Host) -> LogrotateFacts:
    if not present(host, PROGRAM):
        return LogrotateFacts(installed=False)
    schedules = tuple(path for path in SCHEDULES if present(host, path))
    return LogrotateFacts(True, blocks(host), schedules)  # noqa: FBT003 - installed


def blocks(host: Host) -> tuple[Block, ...]:
    """All blocks; none where there is no file."""
    reading = _Reading()
    text = read_if_present(host, FILE)
    if text is not None:
        _read(host, FILE, text, reading, DEPTH_LIMIT)
    return tuple(reading.blocks)


def _read(host: Host, path: str, text: str, reading: _Reading, depth: int) -> None:
    reading.limit.take(path)
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    for paths, lines in parse(text):
        if paths:
            own = dict(reading.words)
            for line in lines:
                apply(own, line)
            reading.blocks.append(Block(paths, own))
        elif lines[0][0] == "include":
            for included in _included(host, lines[0][1:]):
                _read(host, included, host.read(included), reading, depth - 1)
        else:
            apply(reading.words, lines[0])


def _included(host: Host, named: tuple[str, ...]) -> list[str]:
    """A folder's files, or the file itself."""
    place = named[0].rstrip("/") if named else ""
    try:
        names = host.listing(place)
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        return [place] if place and present(host, place) else []
    return [f"{place}/{n}" for n in names if not n.startswith(".") and not n.endswith(TABOO)]


def parse(text: str) -> Iterator[tuple[tuple[str, ...], list[tuple[str, ...]]]]:
    """Each block as its paths and lines; a line outside of any as a block without paths."""
    waiting: list[str] = []
    inside: list[tuple[str, ...]] | None = None
    script = False
    for raw in text.splitlines():
        words = words_of(raw)
        if not words or script:
            script = script and words[:1] != ("endscript",)
            continue
        script = words[0] in SCRIPTS
        if inside is not None and "}" in words:
            yield tuple(waiting), inside
            waiting, inside = [], None
        elif inside is not None:
            inside.append(words)
        elif words[0][0] in "/~" or waiting or "{" in words:
            waiting += [word for word in words if word != "{"]
            inside = [] if "{" in words else None
        else:
            yield (), [words]


def words_of(raw: str) -> tuple[str, ...]:
    """The words of a line; braces stand alone; `size=1M` is two words."""
    line = raw.strip()
    if line.startswith("#"):
        return ()
    if line.endswith(("{", "}")):
        line = f"{line[:-1]} {line[-1]}"
    words = [word.strip("\"'") for word in _WORD.findall(line.partition(" #")[0])]
    if words and words[0] and not words[0].startswith(("/", "~", "{", "}")) and "=" in words[0]:
        words[:1] = words[0].split("=", 1)
    return tuple(word for word in words if word)


def apply(words: Words, line: tuple[str, ...]) -> None:
    """One line's word goes before what was said earlier; `no…` takes it back."""
    name, given = line[0], " ".join(line[1:])
    if name in DAYS:
        words["every"] = name
        words.pop("size", None)
    elif name == "size":
        words[name] = given
        words.pop("every", None)
    elif name.startswith("no") and name != "notifempty":
        words.pop(name.removeprefix("no"), None)
        words[name] = ""
    else:
        words[name] = given
        words.pop(f"no{name}", None)


def number_of(text: str | None) -> int | None:
    plain = text is not None and text.isascii() and text.isdecimal() and len(text) < 8  # noqa: PLR2004
    return int(text or "0") if plain else None
