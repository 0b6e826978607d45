"""Finds the policies that came with this program."""

from dataclasses import dataclass
from functools import cache
from importlib import resources

from compliance.catalogue import Catalogue, parse
from wire.verdicts import Regime

_INSTANCES = "checks"  # the folder of the families' instances: the agent's, no catalogues

CHECKS = "checks"  # instances of the agent's checks: no catalogues


@dataclass(frozen=True, slots=True)
class Shelf:
    """A catalogue with the bytes that its digest names."""

    catalogue: Catalogue
    raw: bytes


@cache
def shelves() -> tuple[Shelf, ...]:
    """Every catalogue of the installed package, in the order of their file names."""
    found = []
    for folder in sorted(resources.files("policies").iterdir(), key=lambda entry: entry.name):
        if not folder.is_dir() or folder.name == _INSTANCES:
            continue
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if file.name.endswith(".yaml"):
                raw = file.read_bytes()
                found.append(Shelf(parse(raw), raw))
    return tuple(found)


def catalogue_for(catalogues: list[Catalogue], regime: Regime, level: int) -> Catalogue | None:
    """The catalogue that judges systems of this level; None: nobody has written it yet."""
    fitting = [each for each in catalogues if (each.regime, each.level) == (regime, level)]
    return fitting[0] if fitting else None
