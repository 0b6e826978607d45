"""What rsyslog is told, with everything that its file includes, in order.

Source: rsyslog.conf(5) and rsyslog's own manual; both its old directives and its objects.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase

from agent.errors import UnreadableFactError
from agent.facts.include_limit import IncludeLimit
from agent.host import Host, list_if_present, present

PROGRAM = "/usr/sbin/rsyslogd"
FILE = "/etc/rsyslog.conf"
DEPTH_LIMIT = 8
LIMIT_BYTES = 128 * 2**10
_COMMENT = re.compile(r'"(?:\\.|[^"\\\n])*"|(?<!\S)/\*.*?(?:\*/|\Z)|#[^\n]*', re.DOTALL)
# Possessive, and bounded: a hostile file must not take long.
_STATEMENT = re.compile(
    r"(?:^[ \t]*+(?P<selector>[\w*,;.=!]++)[ \t]++)?"
    r"\b(?P<object>module|input|action|global|include)[ \t]*+"
    r'\((?P<given>(?:"(?:\\.|[^"\\]){0,1000}+"|[^")]){0,1000}+)\)'
    r"|^[ \t]*+\$(?P<directive>\w++)[ \t]++(?P<value>[^\n]*+)"
    r"|^[ \t]*+(?P<filter>[\w*,;.=!]++)[ \t]++(?P<target>[-/@:~|>?][^\n]*+)",
    re.MULTILINE | re.IGNORECASE,
)
_PAIR = re.compile(r'(?<![\w.])([\w.]++)\s*=\s*"((?:\\.|[^"\\])*)"')
_FORWARD = re.compile(r"-?@@?(?:\([^)]*\))?\[?([\w.:-]+)")


@dataclass(frozen=True, slots=True)
class Statement:
    """`kind`: an object's name, `$` for an old directive, `>` for an old action.

    `given` has small-letter names; a directive is one of them, an old action has its `target`.
    """

    kind: str
    given: dict[str, str]
    selector: str = ""


@dataclass(frozen=True, slots=True)
class RsyslogFacts:
    installed: bool
    statements: tuple[Statement, ...] = ()


def collect(host: Host) -> RsyslogFacts:
    if not present(host, PROGRAM):
        return RsyslogFacts(installed=False)
    return RsyslogFacts(installed=True, statements=statements(host))


def statements(host: Host) -> tuple[Statement, ...]:
    """All of them; none where there is no file.

    Raises:
        UnreadableFactError: one of the files is there and cannot be read.
    """
    try:
        return tuple(_read(host, FILE, DEPTH_LIMIT, IncludeLimit()))
    except UnreadableFactError as error:
        if error.reason == "missing" and FILE in error.source:
            return ()
        raise


def _read(host: Host, path: str, depth: int, limit: IncludeLimit) -> Iterator[Statement]:
    limit.take(path)
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    for statement in parse(host.read(path, limit_bytes=LIMIT_BYTES)):
        pattern = included_by(statement)
        if pattern is None:
            yield statement
            continue
        for included in _named_by(host, pattern):
            yield from _read(host, included, depth - 1, limit)


def included_by(statement: Statement) -> str | None:
    if statement.kind == "include":
        return statement.given.get("file", "")
    return statement.given.get("includeconfig") if statement.kind == "$" else None


def _named_by(host: Host, pattern: str) -> list[str]:
    folder, _, name = pattern.strip().rpartition("/")
    if not folder or re.search(r"[*?\[]", folder):
        raise UnreadableFactError(
            pattern or FILE, "unparsable", "an include that cannot be followed"
        )
    if not re.search(r"[*?\[]", name):
        return [pattern.strip()] if present(host, pattern.strip()) else []
    return [f"{folder}/{n}" for n in list_if_present(host, folder) if fnmatchcase(n, name)]


def parse(text: str) -> tuple[Statement, ...]:
    return tuple(_statement(found) for found in _STATEMENT.finditer(said(text)))


def said(text: str) -> str:
    """Without comments; a mark inside quotes begins none."""
    return _COMMENT.sub(lambda m: m[0] if m[0].startswith('"') else " ", text)


def _statement(found: re.Match[str]) -> Statement:
    if found["object"]:
        pairs = _PAIR.findall(found["given"])
        given = {name.lower(): value for name, value in pairs}
        return Statement(found["object"].lower(), given, found["selector"] or "")
    if found["directive"]:
        return Statement("$", {found["directive"].lower(): found["value"].strip()})
    return Statement(">", {"target": found["target"].strip()}, found["filter"])


def forward_target(statement: Statement) -> str | None:
    """The machine that an action sends to; None when it sends nothing away."""
    if statement.kind == ">":
        found = _FORWARD.match(statement.given["target"])
        return found[1] if found else None
    if statement.kind == "action" and statement.given.get("type", "").lower() in {
        "omfwd",
        "omrelp",
    }:
        return statement.given.get("target", "localhost")
    return None
