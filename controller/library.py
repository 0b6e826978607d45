"""Finds the policies that came with this program."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import msgspec
from msgspec import Struct

from compliance.catalogue import Catalogue, parse
from compliance.yaml_tree import parse as parse_yaml
from wire.text import Bilingual, Text
from wire.verdicts import Regime

_CATALOGUE = re.compile(r"level-[1-5]\.yaml")  # other files are checks of the agent, or packs
CATALOGUE_SCHEMA, PACK_SCHEMA = "schema.json", "pack.schema.json"
CHECKS_SCHEMA = "checks.schema.json"
SINGLE_CHECKS = "single-checks.json"  # the promises of the checks that are code, made from it


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


class _Check(Struct, frozen=True):
    id: str
    title: Bilingual


class _Checks(Struct, frozen=True):
    checks: tuple[_Check, ...]


@cache
def check_titles() -> Mapping[str, Text]:
    """What every check of the installed package promises, by its id."""
    policies = resources.files("policies")
    singles = msgspec.json.decode(
        policies.joinpath(SINGLE_CHECKS).read_bytes(), type=dict[str, str]
    )
    files = [file for file in policies.joinpath("checks").iterdir() if file.name.endswith(".yaml")]
    trees = [parse_yaml(file.read_bytes()).value for file in files]
    read = [msgspec.convert(tree, _Checks) for tree in trees]
    return {**singles, **{check.id: check.title for found in read for check in found.checks}}


@cache
def schema(name: str) -> Mapping[str, Any]:
    """The shape of one kind of policy file, as JSON Schema."""
    found: dict[str, Any] = json.loads(resources.files("policies").joinpath(name).read_bytes())
    return found


def catalogue_for(catalogues: list[Catalogue], regime: Regime, level: int) -> Catalogue | None:
    """The catalogue that judges systems of this level; None: nobody has written it yet."""
    fitting = [each for each in catalogues if (each.regime, each.level) == (regime, level)]
    return fitting[0] if fitting else None
