"""The pattern that lets restic look for a name; it finds too much, never too little. Pure."""

import unicodedata
from collections import defaultdict
from functools import cache

from agent.backup.folding import folded

_LATIN = range(0x00C0, 0x1F00)  # where accented Latin letters stand
_MAGIC = frozenset("*?[]\\-^")


def pattern_of(wanted: str) -> str:
    """Letters in both cases and with every accent; between them marks of their own may stand.

    Of several words the longest is looked for: the others are looked at in what was found.
    """
    words = [folded(word) for word in wanted.rpartition("/")[2].split()] or [""]
    longest = max(words, key=len)
    return "*" + "".join(f"{_class_of(letter)}*" for letter in longest)


def _class_of(letter: str) -> str:
    if letter in _MAGIC:
        return "?"
    kinds = {letter, letter.upper(), *_accented().get(letter, ())}
    single = sorted(one for one in kinds if len(one) == 1)
    return single[0] if len(single) == 1 else f"[{''.join(single)}]"


@cache
def _accented() -> dict[str, tuple[str, ...]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for number in _LATIN:
        character = chr(number)
        if unicodedata.category(character) in {"Lu", "Ll"}:
            base = folded(character)
            if base != character and len(base) == 1:
                found[base].append(character)
    return {base: tuple(each) for base, each in found.items()}
