"""Which files are logs: only they may grow and rotate without a word. Pure."""

import fnmatch
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

_LOGS = b"/var/log/"
_NEVER = tuple(
    b"/" + name
    for name in (b"etc/", b"usr/", b"bin/", b"sbin/", b"lib", b"boot/", b"dev/", b"var/spool/")
)
# What logrotate's configuration names elsewhere is a log only where it is called one, too: who may
# add a pattern there may not thereby let a program or a schedule grow without a word.
_CALLED = re.compile(rb"(?:^|[^a-z])logs?(?:[^a-z]|$)", re.IGNORECASE)
_OUTPUT, _TEXTS = (b".out", b".err"), (b"", b".txt", b".csv")
_HIDDEN = re.compile(rb"/\.[^/]")  # in a hidden folder, or hidden: keys, settings of a shell
_ROTATED = re.compile(
    rb"(?P<stem>.+?)"
    rb"(?P<turn>[.-]\d{1,4}|[.-]\d{8}(?:[-_.T]?\d{1,10})?|[.-]\d{4}-\d\d-\d\d(?:[-_T]\d{1,10})?)"
    rb"(?P<kind>\.log)?(?P<packed>\.(?:gz|xz|bz2|zst))?",
    re.DOTALL,
)


class LogName(NamedTuple):
    """`turn` is empty for the log that is written to; `stem` is its path."""

    stem: bytes
    turn: bytes = b""
    packed: bytes = b""


def parted(path: bytes) -> LogName:
    """`/var/log/x.log.2.gz` is a turn of `/var/log/x.log`, and so is `/var/log/x-20260131.log`."""
    match = _ROTATED.fullmatch(path)
    if match is None or match["stem"].endswith(b"/"):
        return LogName(path)
    return LogName(match["stem"] + (match["kind"] or b""), match["turn"], match["packed"] or b"")


def is_log(stem: bytes, patterns: Sequence[str]) -> bool:
    """Below /var/log, or a `.log`, or what logrotate's configuration names.

    Never what a system or a person is configured with, whatever its name.

    Args:
        stem: the path of the log that is written to.
        patterns: of logrotate's configuration.
    """
    if stem.startswith(_NEVER) or _HIDDEN.search(stem):
        return False
    if stem.startswith(_LOGS) or stem.endswith(b".log"):
        return True
    name = stem.rpartition(b"/")[2]
    ending = name[name.rindex(b".") :] if b"." in name else b""
    if ending not in _OUTPUT and (ending not in _TEXTS or not _CALLED.search(stem)):
        return False
    text = stem.decode("utf-8", "surrogateescape")
    return any(fnmatch.fnmatchcase(text, pattern) for pattern in patterns)


def rotated_patterns(configuration: str) -> Iterator[str]:
    """The files that a part of logrotate's configuration names.

    Source: logrotate(8): names and patterns, quoted or not, stand before a `{` and may go over
    several lines; what follows it up to `}` are directives.
    """
    outside = True
    for line in configuration.splitlines():
        text = line.split("#", 1)[0].strip()
        if outside:
            names, brace, _ = text.partition("{")
            yield from (word.strip("\"'") for word in names.split() if word[:1] in "/\"'")
            outside = not brace
        if not outside and text.endswith("}"):
            outside = True
