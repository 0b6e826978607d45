"""Which files the owner does not want watched: shell patterns on a name or a relative path."""

import fnmatch
import re
import unicodedata
from collections.abc import Callable, Sequence

_Matches = Callable[[str], object]


class Ignore:
    """Patterns of `fnmatch`; an ignored folder takes everything inside it along.

    `only` restricts: what neither fits one of its patterns nor lies in a folder that does is left
    out. What is ignored stays ignored, whatever `only` says. Names are compared in Unicode's
    composed form: macOS clients write Vietnamese decomposed, and a pattern typed on a keyboard
    must meet both.
    """

    def __init__(self, patterns: "Sequence[str] | Ignore", only: Sequence[str] = ()) -> None:
        if isinstance(patterns, Ignore):
            only = patterns.only
            patterns = patterns.patterns
        self.patterns: tuple[str, ...] = tuple(patterns)
        self.only: tuple[str, ...] = tuple(only)
        self._ignored = _matcher(self.patterns)
        self._wanted = _matcher(self.only)

    def covers(self, relative: bytes) -> bool:
        """Whether this path below the root, or its last name, fits an ignored pattern."""
        return self._ignored is not None and _fits(self._ignored, _composed(relative))

    def restricts(self, relative: bytes) -> bool:
        """Whether `only` leaves this path out. A folder must be entered all the same."""
        if self._wanted is None:
            return False
        return not any(_fits(self._wanted, path) for path in _with_folders(_composed(relative)))

    def hides(self, relative: bytes) -> bool:
        """Whether this path is left out, judged alone: with every folder that it lies in."""
        if self.restricts(relative):
            return True
        ignored = self._ignored
        if ignored is None:
            return False
        return any(_fits(ignored, path) for path in _with_folders(_composed(relative)))

    def __bool__(self) -> bool:
        return bool(self.patterns or self.only)


def _matcher(patterns: Sequence[str]) -> _Matches | None:
    joined = "|".join(fnmatch.translate(_nfc(pattern)) for pattern in patterns)
    return re.compile(joined).match if patterns else None


def _fits(matches: _Matches, path: str) -> bool:
    return bool(matches(path) or matches(path.rpartition("/")[2]))


def _with_folders(path: str) -> Sequence[str]:
    """The path, and each folder that it lies in."""
    ends = [place for place, character in enumerate(path) if character == "/"]
    return (path, *(path[:end] for end in ends))


def _composed(relative: bytes) -> str:
    return _nfc(relative.decode("utf-8", "surrogateescape"))


def _nfc(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Hidden:
    """Keys left out, met in the order of a walk: what lies in an ignored folder is ignored too."""

    def __init__(self, ignore: Ignore, root_key: bytes) -> None:
        self._ignore = ignore
        self._cut = len(root_key) + 1
        self._inside = b""

    def covers(self, key: bytes) -> bool:
        if not self._ignore or len(key) < self._cut:
            return False
        if self._inside and key.startswith(self._inside):
            return True
        relative = key[self._cut :].replace(b"\0", b"/")
        if self._ignore.covers(relative):
            self._inside = key + b"\0"
            return True
        return self._ignore.restricts(relative)


NOTHING = Ignore(())
