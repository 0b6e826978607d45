"""Finds the policies that came with this program."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from compliance.catalogue import Catalogue, parse
from wire.verdicts import Regime

_CATALOGUE = re.compile(r"level-[1-5]\.yaml")  # other files are checks of the agent, or packs
CATALOGUE_SCHEMA, PACK_SCHEMA = "schema.json", "pack.schema.json"
CHECKS_SCHEMA = "checks.schema.json"


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
        if not folder.is_dir():
            continue
        for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
            if _CATALOGUE.fullmatch(file.name):
                raw = file.read_bytes()
                found.append(Shelf(parse(raw), raw))
    return tuple(found)


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The shape of one kind of policy file, as JSON Schema."""
    found: dict[str, Any] = json.loads(resources.files("policies").joinpath(name).read_bytes())
    return found


def catalogue_for(catalogues: list[Catalogue], regime: Regime, level: int) -> Catalogue | None:
    """The catalogue that judges systems of this level; None: nobody has written it yet."""
    fitting = [each for each in catalogues if (each.regime, each.level) == (regime, level)]
    return fitting[0] if fitting else None
