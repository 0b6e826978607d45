"""Family: a service that a server does not need neither runs nor starts by itself."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, undecided
from agent.facts import units

Unit = Annotated[str, Meta(pattern=r"^[a-zA-Z0-9][\w@.-]{0,60}\.(service|socket|path|timer)\Z")]
STARTING = frozenset({"enabled", "enabled-runtime", "linked", "linked-runtime"})
UNDECIDED = frozenset({"generated", "bad", "transient"})  # neither on nor off by what systemd says


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None of these units; a socket wakes its service, so both are named."""

    units: Annotated[tuple[Unit, ...], Meta(min_length=1, max_length=20)]


def build(params: Params) -> Parts[units.UnitStates | None]:
    names = " ".join(params.units)
    return Parts(
        expected="off: " + ", ".join(params.units),
        remedy=f"systemctl disable --now {names}; systemctl mask {names}",
        needs=units.UnitsOf(params.units),
        judge=partial(judge, params),
    )


def judge(params: Params, facts: units.UnitStates | None) -> Outcome:
    """What runs now is wrong, and so is what will run after the next start."""
    if facts is None:
        return judged(good=True, observed="not installed")
    states = {name: _states(name, facts) for name in params.units}
    shown = [f"{name} {' '.join(found)}" for name, found in states.items() if found]
    said = ", ".join(shown) or "no such unit"
    if any(_is_on(found) for found in states.values()):
        return judged(good=False, observed=said)
    if any(set(found) & UNDECIDED for found in states.values()):
        return undecided("no_rule", said)
    return judged(good=True, observed=said)


def _states(name: str, facts: units.UnitStates) -> tuple[str, ...]:
    found = (facts.enabled.get(name), facts.active.get(name))
    return tuple(state for state in found if state is not None)


def _is_on(found: tuple[str, ...]) -> bool:
    return any(state in STARTING or state in units.RUNNING_STATES for state in found)


def reads(params: Params) -> tuple[str, ...]:
    """Besides, it asks systemctl: no pack may."""
    return tuple(path for name in params.units for path in units.files_of(name))


FAMILY = Family("service_off", Params, build, reads, in_packs=False)
