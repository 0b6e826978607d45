"""One parameter of sudo, for all and for each user, host or command that has its own word."""

from typing import Literal

import msgspec

from agent.checks.central_rules import seen_whole
from agent.checks.families.demand import Demand
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import sudo
from wire.privacy import Privacy

DROP_IN = "/etc/sudoers.d/lachan"
OFF = "!"


class SudoSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`state`: a flag is on, off, or a value is set at all; `be`: the value itself.

    `by_itself`: what sudo does where no line says anything, as its manual has it.
    """

    name: str
    by_itself: str = OFF
    state: Literal["on", "off", "set", ""] = ""
    be: Demand | None = None
    without: tuple[str, ...] = ()  # none of these words in a list, as env_keep has

    def __post_init__(self) -> None:
        if sum(map(bool, (self.state, self.be, self.without))) != 1:
            raise ValueError("just one of state, be, without")


def build(params: SudoSetting) -> Parts[sudo.SudoFacts]:
    return Parts(
        expected=f"Defaults {_expected(params)}",
        remedy=f"echo 'Defaults {_example(params)}' >> {DROP_IN} && chmod 440 {DROP_IN} && "
        f"visudo -c; grep -rn {params.name} /etc/sudoers /etc/sudoers.d",
        needs=sudo.collect,
        judge=seen_whole(lambda facts: judge(facts, params)),
        observed_is=Privacy.LOCAL,  # a scope names a person
    )


def judge(facts: sudo.SudoFacts, params: SudoSetting) -> Outcome:
    """One scope with a bad word is enough: a rule of its own lets somebody off."""
    if params.without:
        return _without(facts, params)
    words = {"": params.by_itself} | facts.last_words(params.name)
    bad = [scope for scope, value in words.items() if not _good(value, params)]
    shown = [_shown(params.name, scope, words[scope]) for scope in bad or words]
    return judged(not bad, "; ".join(shown))


def _without(facts: sudo.SudoFacts, params: SudoSetting) -> Outcome:
    said = [d for d in facts.defaults if _name_of(d.parameter) == params.name]
    bad = [d for d in said if any(word in d.parameter for word in params.without)]
    shown = [f"Defaults{d.scope} {d.parameter}" for d in bad]
    return judged(not bad, "; ".join(shown) or f"{params.name} without {params.without[0]}")


def _name_of(parameter: str) -> str:
    return parameter.partition("=")[0].rstrip(" +-").lstrip("! ")


def _good(value: str, params: SudoSetting) -> bool:
    if params.state == "off":
        return value == OFF
    if params.state == "on":
        return value != OFF
    if params.state == "set":
        return value not in {OFF, "", "/dev/null"}
    return params.be is not None and params.be.met_by(value)


def _shown(name: str, scope: str, value: str) -> str:
    if value == OFF:
        return f"Defaults{scope} !{name}"
    return f"Defaults{scope} {name}{f'={value}' if value else ''}"


def _expected(params: SudoSetting) -> str:
    if params.be is not None:
        return params.be.said(params.name)
    if params.without:
        return f"{params.name} without {', '.join(params.without)}"
    return {"on": params.name, "off": f"!{params.name}", "set": f"{params.name}=…"}[params.state]


def _example(params: SudoSetting) -> str:
    return f"{params.name}={params.be.example}" if params.be is not None else _expected(params)


def _reads(_params: SudoSetting) -> tuple[str, ...]:
    return ()


FAMILY = Family(name="sudo_setting", params=SudoSetting, build=build, reads=_reads, in_packs=False)
