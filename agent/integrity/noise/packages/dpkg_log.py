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
_LONGEST = 1_024


@dataclass(frozen=True, slots=True)
class Action:
    """One line. `package` is empty where dpkg was at work on no package that it changed."""

    at: datetime
    begins: bool = False  # a run of dpkg
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
    if action == "startup":
        return Action(at, begins=True)
    if action not in _ACTIONS or len(words) != len(("package", "old", "new")):
        return Action(at)
    package, old, new = words
    versions = ["" if word == _NONE else word for word in (old, new)]
    if not _PACKAGE.fullmatch(package) or not all(map(_is_version, versions)):
        return Action(at)
    if action == "configure":  # `old` is what is being configured
        return Action(at, package=package, old=versions[0], new=versions[0])
    if action in ("remove", "purge", "disappear"):
        return Action(at, package=package, old=versions[0], new="")
    return Action(at, package=package, old=versions[0], new=versions[1])


def _is_version(word: str) -> bool:
    return not word or _VERSION.fullmatch(word) is not None


def _moment(text: str, to_utc: ToUtc) -> datetime | None:
    try:
        return to_utc(datetime.fromisoformat(text))
    except (ValueError, OverflowError):  # no such day
        return None
