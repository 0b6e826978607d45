"""One setting of a PAM module that a service insists on: its default, its files, its line."""

import msgspec

from agent.checks.families.demand import Demand
from agent.checks.families.pam_module import Kind
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.checks.pam_setup import SETUP
from agent.facts import pam_settings


class PamArgument(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Without `be` the setting is a flag that must stand there."""

    service: str
    kind: Kind
    module: str
    name: str
    be: Demand | None = None


def build(params: PamArgument) -> Parts[pam_settings.ModuleFacts]:
    return Parts(
        expected=f"{params.module} {_wanted(params)}",
        remedy=_remedy(params),
        needs=pam_settings.module_of(params.service, params.kind, params.module),
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: pam_settings.ModuleFacts, params: PamArgument) -> Outcome:
    """Every line of the module must meet it: any of them may be the one that decides."""
    if not facts.lines:
        return judged(False, f"{params.module} not demanded")  # noqa: FBT003 - what it says
    values = [settings.get(params.name) for settings in facts.lines]
    good = all(_good(value, params) for value in values)
    shown = dict.fromkeys(_shown(value, params) for value in values)
    return judged(good, f"{params.module} {'; '.join(shown)}")


def _good(value: str | None, params: PamArgument) -> bool:
    return value is not None if params.be is None else params.be.met_by(value)


def _shown(value: str | None, params: PamArgument) -> str:
    if value is None:
        return f"no {params.name}"
    return f"{params.name} {value}".strip()


def _wanted(params: PamArgument) -> str:
    return params.name if params.be is None else params.be.said(params.name)


def _remedy(params: PamArgument) -> str:
    word = params.name if params.be is None else f"{params.name} = {params.be.example}"
    setup = SETUP.get(params.module)
    if setup is None:
        return f"editor /etc/pam.d/{params.service}"
    if params.module == pam_settings.HISTORY:  # its file is not read everywhere
        return setup
    return f"{setup} && echo '{word}' >> {pam_settings.FILES[params.module]}"


def _reads(params: PamArgument) -> tuple[str, ...]:
    return (f"/etc/pam.d/{params.service}", *pam_settings.FILES.values())


FAMILY = Family(name="pam_argument", params=PamArgument, build=build, reads=_reads, in_packs=False)
