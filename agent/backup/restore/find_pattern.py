"""The pattern that lets restic look for a name; it finds too much, and we look again. Pure.

Each star costs restic time for every name of every point, so one stands only where an accent may
be a character of its own: behind the vowels, as Vietnamese has it. Decomposed accents on other
letters (a Spanish n) are found once a point is learned.
"""

import unicodedata
from collections import defaultdict
from functools import cache

from agent.backup.restore.folding import folded

_LATIN = range(0x00C0, 0x1F00)  # where accented Latin letters stand
_MAGIC = frozenset("*?[]\\-^")
_VOWELS = frozenset("aeiouy")


def pattern_of(wanted: str) -> str:
    """Letters in both cases and with every accent.

    Of several words the one that is cheap and rare is looked for: the one with the most letters
    that bear no accent. The others are looked at in what was found.
    """
    words = [folded(word) for word in wanted.rpartition("/")[2].split()] or [""]
    best = max(words, key=lambda word: sum(letter not in _VOWELS for letter in word))
    classes = (_class_of(letter) + "*" * (letter in _VOWELS) for letter in best)
    return f"*{''.join(classes)}*"


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
