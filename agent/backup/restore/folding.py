"""Names as people type them: without accents, in any case, however Unicode composes them. Pure.

`benh an` finds `Bệnh Án`, composed (NFC) or not (NFD). A word that is typed with accents finds
only names with those accents: `án` does not find `an`. `đ` counts as `d` with an accent.
"""

import unicodedata
from collections.abc import Callable

_CROSSED = str.maketrans({"đ": "d", "ð": "d"})


def composed(text: str) -> str:
    """In lower case and composed, accents kept."""
    return unicodedata.normalize("NFC", text.casefold())


def folded(text: str) -> str:
    """In lower case and without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.casefold())
    return "".join(each for each in apart if not unicodedata.combining(each)).translate(_CROSSED)


def words_of(wanted: str) -> tuple[str, ...]:
    """What a name must hold, each word somewhere in it, without accents."""
    return tuple(folded(word) for word in wanted.split())


def matcher(wanted: str) -> Callable[[str], bool]:
    """Whether a name has every word, with the accents that were typed."""
    words = [composed(word) for word in wanted.split()]
    accented = [word for word in words if folded(word) != word]
    plain = [word for word in words if folded(word) == word]

    def matches(name: str) -> bool:
        bare = folded(name)
        if not all(word in bare for word in plain):
            return False
        return not accented or all(word in composed(name) for word in accented)

    return matches


def shown_name(path: bytes) -> str:
    """Bytes as text, with what is no UTF-8 as restic prints it: a U+FFFD for each byte."""
    text = path.decode("utf-8", "surrogateescape")
    return "".join("\ufffd" if "\udc80" <= each <= "\udcff" else each for each in text)
