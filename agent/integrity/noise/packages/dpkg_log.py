"""What /var/log/dpkg.log says happened: pure, and deaf to lines that dpkg would not write.

Source: dpkg(1), option --log; its lines are `DATE TIME ACTION PACKAGE INSTALLED AVAILABLE`,
`DATE TIME startup WHAT COMMAND` and `DATE TIME status STATE PACKAGE VERSION`, in local time.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

ToUtc = Callable[[datetime], datetime]  # of a local time that names no zone
_LINE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d) ([a-z]+) (\S.*)", re.ASCII)
_PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.-]*(?::[a-z0-9-]+)?", re.ASCII)
_VERSION = re.compile(r"[A-Za-z0-9.+~:-]+", re.ASCII)
_NONE = "<none>"
_ACTIONS = frozenset({"install", "upgrade", "remove", "purge", "configure", "disappear"})
STARTUP, HALF, UNPACKED = "startup", "half-installed", "unpacked"
CONFIGURED = frozenset({"installed", "triggers-awaited", "triggers-pending"})
STATES = CONFIGURED | {HALF, UNPACKED}
_STATUS = ("state", "package", "version")
_LONGEST = 1_024


@dataclass(frozen=True, slots=True)
class Action:
    """One line. `package` is empty where dpkg was at work on no package that it changed."""

    at: datetime
    # install | upgrade | configure | remove | … | a state that a package came to: half-installed |
    # unpacked | installed | … | startup: a new run
    word: str = ""
    package: str = ""
    old: str = ""
    new: str = ""


def parse(text: str, to_utc: ToUtc) -> Iterator[Action]:
    """Every moment at which dpkg was at work, and what it did to which package."""
    for line in text.splitlines():
        match = _LINE.fullmatch(line) if len(line) <= _LONGEST else None
        moment = match and _moment(match[1], to_utc)
        if match and moment:
            yield _action(moment, match[2], match[3].split(" "))


def _action(at: datetime, action: str, words: list[str]) -> Action:
    if action == STARTUP:
        return Action(at, action)
    if action == "status" and words[0] in STATES and len(words) == len(_STATUS):
        return _changed(Action(at, words[0], words[1], "", words[2]))
    if action not in _ACTIONS or len(words) != len(("package", "old", "new")):
        return Action(at)
    package, *versions = words
    old, new = ("" if word == _NONE else word for word in versions)
    if action == "configure":  # `old` is what is being configured
        new = old
    if action in ("remove", "purge", "disappear"):
        new = ""
    return _changed(Action(at, action, package, old, new))


def _changed(action: Action) -> Action:
    """Of a package, unless dpkg would not have written such a name or version."""
    versions = (action.old, action.new)
    fine = _PACKAGE.fullmatch(action.package) and all(map(_is_version, versions))
    return action if fine else Action(action.at)


def _is_version(word: str) -> bool:
    return not word or _VERSION.fullmatch(word) is not None


def _moment(text: str, to_utc: ToUtc) -> datetime | None:
    try:
        return to_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # no such day
        return None
