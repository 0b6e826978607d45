"""Family: software that a server needs is installed."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.checks.families.package_absent import Name
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import installed


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One of them is enough."""

    any_of: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=40)]


def build(params: Params) -> Parts[installed.InstalledFacts]:
    return Parts(
        expected=" or ".join(params.any_of),
        remedy=f"apt install {params.any_of[0]}",
        needs=installed.collect,
        judge=partial(judge, params),
    )


def judge(params: Params, facts: installed.InstalledFacts) -> Outcome:
    found = [name for name in params.any_of if name in facts.names]
    return judged(bool(found), ", ".join(found) or "none")


def reads(_params: Params) -> tuple[str, ...]:
    return (installed.PATH,)


FAMILY = Family("package_present", Params, build, reads, in_packs=True)
