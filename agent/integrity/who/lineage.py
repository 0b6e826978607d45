"""Which programs led to a process, by name. Pure."""

from agent.files.names import shown
from agent.integrity.who.proc import Found, Image
from agent.integrity.who.process import Process

MOST_PARENTS = 8
LONGEST_PROGRAM = 512


def program(image: Image | None) -> str:
    """The kernel's name for it, safe to show; empty: unknown."""
    if image is None:
        return ""
    text = shown(image.exe)
    return text if len(text) <= LONGEST_PROGRAM else text[: LONGEST_PROGRAM - 1] + "…"


def ancestors(found: Found, everything: dict[int, Found]) -> tuple[str, ...]:
    parents: list[str] = []
    above = everything.get(found.parent)
    while above is not None and len(parents) < MOST_PARENTS:
        parents.append(program(above.image))
        above = everything.get(above.parent)
    return tuple(parents)


def parents_below(parent: Process | None) -> tuple[str, ...]:
    if parent is None:
        return ()
    if parent.below is None:
        parent.below = (program(parent.image), *parent.parents[: MOST_PARENTS - 1])
    return parent.below
