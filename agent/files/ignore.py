"""Which files the owner does not want watched: shell patterns on a name or a relative path."""

import fnmatch
import re
import unicodedata
from collections.abc import Sequence


class Ignore:
    """Patterns of `fnmatch`; an ignored folder takes everything inside it along.

    Names are compared in Unicode's composed form: macOS clients write Vietnamese decomposed, and
    a pattern typed on a keyboard must meet both.
    """

    def __init__(self, patterns: Sequence[str]) -> None:
        self.patterns = tuple(patterns)
        joined = "|".join(fnmatch.translate(_composed(pattern)) for pattern in patterns)
        self._matches = re.compile(joined).match if patterns else None

    def covers(self, relative: bytes) -> bool:
        """Whether this path below the root, or its last name, fits a pattern."""
        if self._matches is None:
            return False
        text = _composed(relative.decode("utf-8", "surrogateescape"))
        return bool(self._matches(text) or self._matches(text.rpartition("/")[2]))

    def __bool__(self) -> bool:
        return bool(self.patterns)


def _composed(text: str) -> str:
    return text if text.isascii() else unicodedata.normalize("NFC", text)


class Hidden:
    """Ignored keys, met in the order of a walk: what lies in an ignored folder is ignored too."""

    def __init__(self, ignore: Ignore, root_key: bytes) -> None:
        self._ignore = ignore
        self._cut = len(root_key) + 1
        self._inside = b""

    def covers(self, key: bytes) -> bool:
        if not self._ignore or len(key) < self._cut:
            return False
        if self._inside and key.startswith(self._inside):
            return True
        if not self._ignore.covers(key[self._cut :].replace(b"\0", b"/")):
            return False
        self._inside = key + b"\0"
        return True


NOTHING = Ignore(())
