"""A PAM module that a service must go through, or a word that none of its lines may have."""

from typing import Literal

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged, none_of
from agent.facts import pam, pam_paths, pam_settings

Kind = Literal["auth", "account", "password", "session"]


class PamModule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`need`: what must be so.

    demanded: nobody gets through without the module's yes, whichever way the stack takes.
    asked: nobody gets through without the module having been asked.
    harmless: no line of the module has one of the words of `without`; there may be none.
    """

    service: str
    kind: Kind
    modules: tuple[str, ...]
    need: Literal["demanded", "asked", "harmless"] = "demanded"
    options: tuple[str, ...] = ()  # a line without all of them does not count
    without: tuple[str, ...] = ()  # nor one with any of these

    def __post_init__(self) -> None:
        if self.need == "harmless" and not self.without:
            raise ValueError("harmless needs the words of without")


def build(params: PamModule) -> Parts[pam.Stack]:
    return Parts(
        expected=_expected(params),
        remedy=f"man {params.modules[0].removesuffix('.so')}; editor /etc/pam.d/{params.service}",
        needs=pam_settings.stack_of(params.service),
        judge=lambda stack: judge(stack, params),
    )


def judge(stack: pam.Stack, params: PamModule) -> Outcome:
    lines = stack.of(params.kind)
    of_module = [line for line in lines if line.module in params.modules]
    if params.need == "harmless":
        return none_of([_shown(line) for line in of_module if _words(line) & set(params.without)])
    ask = pam_paths.demanded if params.need == "demanded" else pam_paths.reached
    good = ask(lines, lambda line: _counts(line, params))
    observed = "; ".join(_shown(line) for line in of_module) or f"no {params.modules[0]}"
    return judged(good, observed)


def _counts(line: pam.Line, params: PamModule) -> bool:
    words = _words(line)
    return (
        line.module in params.modules
        and words >= set(params.options)
        and not words & set(params.without)
    )


def _words(line: pam.Line) -> set[str]:
    """Each option, and the name of one with a value."""
    return {*line.options, *(option.partition("=")[0] for option in line.options)}


def _shown(line: pam.Line) -> str:
    """Without the values of its options: some modules have a secret there."""
    names = (option.partition("=")[0] for option in line.options)
    return " ".join((line.control, line.module, *names))


def _expected(params: PamModule) -> str:
    modules = " or ".join(params.modules)
    if params.need == "harmless":
        return f"{params.service}, {params.kind}: {modules} without {', '.join(params.without)}"
    words = " ".join((modules, *params.options))
    free = f" without {', '.join(params.without)}" if params.without else ""
    return f"{params.service}, {params.kind}: {words}{free}, {params.need}"


def _reads(params: PamModule) -> tuple[str, ...]:
    return tuple(f"{folder}/{params.service}" for folder in pam.FOLDERS)


FAMILY = Family(name="pam_module", params=PamModule, build=build, reads=_reads, in_packs=False)
