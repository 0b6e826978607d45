"""What the check instances of a pack may ask, as far as their own words show it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from compliance.pack_problems import Place, Problems
from compliance.pack_rules import (
    MODES_ONLY,
    MOST_QUESTIONS_OF_A_FILE,
    OWNERS,
    SYSTEM_NAMES,
    path_problem,
)
from wire.text import N_


def judge_given(place: Place, family: str, given: object, problems: Problems) -> None:
    """Hold one instance's parameters against the law: paths, and names of owners."""
    if not isinstance(given, Mapping):
        return  # its family says so
    for path in _paths(given):
        reason = path_problem(path, content=family != MODES_ONLY)
        if reason:
            problems.add(place.below(".with"), reason, N_("a path that packs may look at"))
    for key in OWNERS:
        names = given.get(key, ())
        if not isinstance(names, list | tuple) or not SYSTEM_NAMES.issuperset(map(str, names)):
            reason = N_("it names an account that no system brings by itself")
            problems.add(place.below(f".with.{key}"), reason, "root")


def judge_questions(asked: Sequence[tuple[Place, object]], problems: Problems) -> None:
    """Nobody guesses at one file by many questions."""
    counted: Counter[str] = Counter()
    for place, given in asked:
        for path in set(_paths(given) if isinstance(given, Mapping) else ()):
            counted[path] += 1
            if counted[path] == MOST_QUESTIONS_OF_A_FILE + 1:
                reason = N_("too many checks ask about this one file")
                problems.add(place.below(".with"), reason, str(MOST_QUESTIONS_OF_A_FILE))


def demand_printable(place: Place, problems: Problems) -> None:
    """What is shown to people is one line of characters that show."""
    for path, text in _texts(place.tree.value, "$"):
        if not text.isprintable():
            reason = N_("it holds characters that do not show")
            problems.add(Place(place.file, place.tree, path), reason, N_("one line of plain text"))


def _paths(given: Mapping[str, Any]) -> Iterator[str]:
    for value in given.values():
        for part in value if isinstance(value, list | tuple) else (value,):
            if isinstance(part, str) and part.startswith("/"):
                yield part


def _texts(value: object, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield path, key
            yield from _texts(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _texts(inner, f"{path}[{number}]")
