"""Family: a module of the kernel that is neither loaded nor can be."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, undecided
from agent.facts import modules

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,60}\Z")]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`also`: other modules that do the same work."""

    name: Name
    also: tuple[Name, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


def build(params: Params) -> Parts[modules.ModuleFacts]:
    lines = "\\n".join(f"install {name} /bin/false\\nblacklist {name}" for name in params.names)
    file = f"/etc/modprobe.d/lachan-{params.name}.conf"
    return Parts(
        expected=", ".join(f"{name} off" for name in params.names),
        remedy=f"printf '{lines}\\n' > {file} && modprobe -r {' '.join(params.names)}",
        needs=modules.collect,
        judge=partial(judge, params),
    )


def judge(params: Params, facts: modules.ModuleFacts) -> Outcome:
    """Good only when no way in is left; a loaded one is wrong whatever the files say.

    `blacklist` alone does not do: it stops aliases, not the name itself; modprobe.d(5).
    """
    states = {name: _state(modules.same(name), facts) for name in params.names}
    shown = ", ".join(f"{name} {state}" for name, state in states.items())
    if any(state in _OPEN for state in states.values()):
        return judged(good=False, observed=shown)
    if _UNSEEN in states.values():
        return undecided("missing", f"{shown}: no {modules.DISK}/*/modules.dep")
    return judged(good=True, observed=shown)


_UNSEEN = "not seen"
_OPEN = frozenset({"loaded", "built in", "loadable", "loadable (blacklist only)"})


def _state(name: str, facts: modules.ModuleFacts) -> str:
    if name in facts.loaded:
        return "loaded"
    if name in facts.built_in:
        return "built in"
    if facts.rules.refuses(name):
        return "refused"
    if facts.on_disk is None:
        return _UNSEEN
    if name not in facts.on_disk:
        return "not on disk"
    return "loadable (blacklist only)" if name in facts.rules.blacklisted else "loadable"


def reads(_params: Params) -> tuple[str, ...]:
    return (*modules.FOLDERS, modules.LOADED, modules.RELEASE, modules.DISK)


FAMILY = Family("kernel_module", Params, build, reads, in_packs=False)
