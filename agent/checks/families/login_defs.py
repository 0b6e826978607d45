"""One setting of login.defs(5) or of useradd's own defaults."""

import msgspec

from agent.checks.families.demand import Demand
from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import login_defs


class LoginSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`masks`: the value is a mask that takes away at least these bits, as `027`.

    `grants_at_most`: the value is a mode that gives nothing beyond these.
    `useradd`: the setting stands in /etc/default/useradd.
    """

    name: str
    be: Demand | None = None
    masks: str = ""
    grants_at_most: str = ""
    useradd: bool = False

    def __post_init__(self) -> None:
        if sum(map(bool, (self.be, self.masks, self.grants_at_most))) != 1:
            raise ValueError("just one of be, masks, grants_at_most")
        bits = self.masks or self.grants_at_most
        if bits and login_defs.octal(bits) is None:
            raise ValueError("an octal number is wanted, as 027")


def build(params: LoginSetting) -> Parts[login_defs.LoginDefinitions]:
    return Parts(
        expected=_expected(params),
        remedy=_remedy(params),
        needs=login_defs.collect,
        judge=lambda facts: judge(facts, params),
    )


def judge(facts: login_defs.LoginDefinitions, params: LoginSetting) -> Outcome:
    value = (facts.useradd if params.useradd else facts.values).get(params.name)
    return judged(value is not None and _good(value, params), f"{params.name} {value or 'none'}")


def _good(value: str, params: LoginSetting) -> bool:
    if params.be is not None:
        return params.be.met_by(value)
    bits = login_defs.octal(value)
    if bits is None:
        return False
    if params.masks:
        wanted = login_defs.octal(params.masks) or 0
        return bits & wanted == wanted
    return bits & ~(login_defs.octal(params.grants_at_most) or 0) == 0


def _expected(params: LoginSetting) -> str:
    if params.be is not None:
        return params.be.said(params.name)
    return f"{params.name} {params.masks or params.grants_at_most} or stricter"


def _remedy(params: LoginSetting) -> str:
    example = params.be.example if params.be else params.masks or params.grants_at_most
    file = login_defs.USERADD if params.useradd else login_defs.FILE
    line = f"{params.name}{'=' if params.useradd else ' '}{example}"
    return f"sed -i '/^ *{params.name}[ =\\t]/d' {file} && echo '{line}' >> {file}"


def _reads(_params: LoginSetting) -> tuple[str, ...]:
    return (login_defs.FILE, login_defs.USERADD)


FAMILY = Family(name="login_defs", params=LoginSetting, build=build, reads=_reads, in_packs=True)
