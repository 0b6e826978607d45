"""Family: software that has no place on a server is not installed."""

from functools import partial
from typing import Annotated

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, none_of
from agent.facts import installed

Name = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9+.-]{1,60}\Z")]


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """None of these packages; they bring the same program or the same danger."""

    packages: Annotated[tuple[Name, ...], Meta(min_length=1, max_length=40)]


def build(params: Params) -> Parts[installed.InstalledFacts]:
    return Parts(
        expected="none of " + ", ".join(params.packages),
        remedy=f"apt purge {' '.join(params.packages)}",
        needs=installed.collect,
        judge=partial(judge, params),
    )


def judge(params: Params, facts: installed.InstalledFacts) -> Outcome:
    return none_of([name for name in params.packages if name in facts.names])


def reads(_params: Params) -> tuple[str, ...]:
    return (installed.PATH,)


FAMILY = Family("package_absent", Params, build, reads, in_packs=True)
