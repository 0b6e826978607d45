"""The agent's own rules for the checks of a province's pack, whoever signed it.

A pack chooses among our families and fills in their parameters. Its words were held against the
law when they were read (`compliance/pack_checks.py`); here stands what only the agent knows, and
the door that its checks get (`agent/files/public.py`) keeps the law again when they look.
"""

from dataclasses import dataclass, replace
from typing import Any

import msgspec

from agent.checks import instances
from agent.checks.catalogue import CHECK_BY_ID
from agent.checks.errors import InstanceError
from agent.checks.families import FAMILIES
from agent.checks.model import Check
from agent.config.home import Home
from agent.config.model import AgentConfig
from agent.config.sources import originals
from compliance.policy_pack import OwnCheck, Pack
from wire.privacy import Privacy
from wire.text import N_


@dataclass(frozen=True, slots=True)
class Objection:
    """What a check of a pack may not do here; `reason` is a message id or the loader's words."""

    check: str  # its id, or the file's name where it is about all of it
    reason: str


@dataclass(frozen=True, slots=True)
class JudgedPack:
    """The checks that a pack brings, and everything against them; with one, none of them counts."""

    checks: tuple[Check[Any], ...]
    objections: tuple[Objection, ...]


def judge_pack(pack: Pack) -> JudgedPack:
    """Make the pack's checks, and hold each against the rules.

    What this host's owner keeps private is no rule for a pack: there its checks stay unknown.
    """
    checks: list[Check[Any]] = []
    objections: list[Objection] = []
    for name, raw in pack.check_files.items():
        try:
            loaded = instances.read(raw)
        except InstanceError as error:
            objections.append(Objection(name, _told(error)))
            continue
        objections += [Objection(name, _told(each)) for each in loaded.problems]
        family = FAMILIES[loaded.family]
        for check in loaded.checks:
            if not family.in_packs or check.slow:
                objections.append(Objection(check.id, N_("this family is not for packs")))
            checks.append(replace(check, observed_is=Privacy.LOCAL))
    if any(name.startswith(f"{pack.id}.") for name in CHECK_BY_ID):
        objections.append(Objection(pack.id, N_("names of our own checks begin like this")))
    return JudgedPack(tuple(checks), tuple(objections))


def paths_looked_at(check: OwnCheck) -> tuple[str, ...]:
    """Every path that a check of a pack asks for, as its family says; none where it cannot be."""
    family = FAMILIES.get(check.family)
    if family is None:
        return ()
    try:
        return family.reads(msgspec.convert(check.written.get("with"), family.params))
    except msgspec.ValidationError:
        return ()


def private_places(config: AgentConfig, home: Home) -> tuple[str, ...]:
    """Datasets, watched paths, sites and our own folders, as written and as links really lead."""
    named = [path for dataset in config.datasets for path in originals(dataset)]
    named += [watched.path for watched in config.integrity]
    named += [site.path for site in config.sites if site.path is not None]
    named += [home.config_dir, home.state_dir]
    return tuple(dict.fromkeys(str(place) for path in named for place in (path, path.resolve())))


def _told(error: InstanceError) -> str:
    return f"{error.parameters['path']}: {error.parameters['reason']}"
