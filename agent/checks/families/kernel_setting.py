"""Family: a setting of the kernel, as it is now and as the files will set it at the next start."""

import re
from functools import partial
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from agent.checks.family import Family, Parts
from agent.checks.model import Outcome, judged
from agent.facts import sysctl
from agent.facts.sysctl import Setting
from wire.verdicts import CheckVerdict

Name = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]*([./][A-Za-z0-9_-]+){1,6}\Z", max_length=120)]
Word = Annotated[str, Meta(pattern=r"^[A-Za-z0-9_|/. -]{1,100}\Z")]
SHOWN = 12
_NUMBER = re.compile(r"-?(0[0-7]*|[1-9][0-9]{0,18}|0[xX][0-9a-fA-F]{1,16})")
DROP_IN = "/etc/sysctl.d/zz-lachan.conf"  # after all others, 99-sysctl.conf too


class Params(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One promise about one setting, or several that are promised the same.

    `interfaces`: the name's `all` stands for every network interface too. The kernel combines
    `all` with an interface's own value (`highest`, `lowest`) or does not (`own`); ip-sysctl.
    `absent`: what it means when this kernel does not have the setting.
    `default`: what the kernel starts with when no file says anything.
    """

    name: Name
    also: tuple[Name, ...] = ()
    equals: int | Word | None = None
    one_of: tuple[int | Word, ...] = ()
    at_least: int | None = None
    at_most: int | None = None
    interfaces: Literal["highest", "lowest", "own", ""] = ""
    absent: Literal["unknown", "not_used", "bad"] = "unknown"
    default: int | None = None

    def __post_init__(self) -> None:
        given = [self.equals is not None, bool(self.one_of)]
        given.append(self.at_least is not None or self.at_most is not None)
        if sum(given) != 1:
            problem = "write exactly one of equals, one_of, at_least and at_most"
            raise ValueError(problem)
        if self.interfaces and (self.also or ".all." not in self.name):
            problem = "interfaces goes with one name, that of all"
            raise ValueError(problem)

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name, *self.also)


def build(params: Params) -> Parts[dict[str, Setting]]:
    value = _best(params)
    names = list(params.names)
    if params.interfaces:
        names += [_sibling(params.name, place) for place in ("default", "*")]
    lines = "\\n".join(f"{name} = {value}" for name in names)
    shown = [_sibling(name, "*") if params.interfaces else name for name in params.names]
    return Parts(
        expected=", ".join(f"{name} {_wanted(params)}" for name in shown),
        remedy=f"printf '{lines}\\n' >> {DROP_IN} && sysctl --system",
        needs=sysctl.Settings(params.names, bool(params.interfaces)),
        judge=partial(judge, params),
    )


def judge(params: Params, facts: dict[str, Setting]) -> Outcome:
    """Good now and not undone at the next start; stricter passes."""
    had = {name: setting for name, setting in facts.items() if setting.running is not None}
    if not had:
        return _absent(params)
    now = _effective(params, {name: setting.running or "" for name, setting in had.items()})
    later = _effective(params, _at_next_start(params, had))
    bad = [f"{name} = {value}" for name, value in now.items() if not holds(params, value)]
    bad += [
        f"{name} = {value} at the next start"
        for name, value in later.items()
        if holds(params, now.get(name, value)) and not holds(params, value)
    ]
    shown = bad or [f"{name} = {value}" for name, value in now.items()]
    return judged(not bad, ", ".join(shown[:SHOWN]) + (", …" if len(shown) > SHOWN else ""))


def holds(params: Params, value: str) -> bool:
    if params.equals is not None:
        return _same(value, params.equals)
    if params.one_of:
        return any(_same(value, wanted) for wanted in params.one_of)
    number = _number(value)
    if number is None:
        return False
    low, high = params.at_least, params.at_most
    return (low is None or number >= low) and (high is None or number <= high)


def _absent(params: Params) -> Outcome:
    shown = ", ".join(f"no {name}" for name in params.names)
    verdicts = {
        "bad": Outcome(CheckVerdict.FAIL, shown),
        "not_used": Outcome(CheckVerdict.NOT_APPLICABLE, shown, reason="not_used"),
        "unknown": Outcome(CheckVerdict.UNKNOWN, shown, reason="missing"),
    }
    return verdicts[params.absent]


def _at_next_start(params: Params, facts: dict[str, Setting]) -> dict[str, str]:
    """What the files say, else what the kernel starts with, as far as it is known.

    An interface of which no file speaks begins with the values of `default`.
    """
    default = facts.get(_sibling(params.name, "default")) if params.interfaces else None
    inherited = (default and default.saved) or _shown(params.default)
    values = {
        name: setting.saved or (_shown(params.default) if name in params.names else inherited)
        for name, setting in facts.items()
    }
    return {name: value for name, value in values.items() if value is not None}


def _effective(params: Params, values: dict[str, str]) -> dict[str, str]:
    """Per interface what the kernel makes of its value and that of `all`; Source: ip-sysctl."""
    own = {name: value for name, value in values.items() if name not in params.names}
    if not params.interfaces or not own:
        return values
    every = _number(values.get(params.name, ""))
    if params.interfaces == "own" or every is None:
        return own
    choose = max if params.interfaces == "highest" else min
    numbers = {name: _number(value) for name, value in own.items()}
    return {
        name: own[name] if number is None else str(choose(every, number))
        for name, number in numbers.items()
    }


def _sibling(name: str, interface: str) -> str:
    """The same setting of another interface."""
    return name.replace(".all.", f".{interface}.")


def _wanted(params: Params) -> str:
    if params.equals is not None:
        return f"= {params.equals}"
    if params.one_of:
        return "= " + " or ".join(map(str, params.one_of))
    limits = ((params.at_least, "≥"), (params.at_most, "≤"))
    return ", ".join(f"{sign} {limit}" for limit, sign in limits if limit is not None)


def _shown(number: int | None) -> str | None:
    return None if number is None else str(number)


def _best(params: Params) -> int | str:
    for value in (params.equals, *params.one_of, params.at_least, params.at_most):
        if value is not None:
            return value
    return ""


def _same(value: str, wanted: int | str) -> bool:
    if isinstance(wanted, int):
        return _number(value) == wanted
    return value.split() == wanted.split()


def _number(value: str) -> int | None:
    """Decimal, or with 0x or 0 as strtoul(3) reads it."""
    if not _NUMBER.fullmatch(value):
        return None
    octal = value.lstrip("-").startswith("0") and value.isdigit()
    return int(value, 8 if octal else 0)


def reads(params: Params) -> tuple[str, ...]:
    """Those of other interfaces lie below the folder that is two above an `all` setting."""
    paths = [f"{sysctl.ROOT}/{sysctl.path_of(name)}" for name in params.names]
    if params.interfaces:
        paths += [path.rsplit("/", 2)[0] for path in paths]
    return (*paths, sysctl.CERTAIN, *sysctl.FOLDERS, sysctl.CONF, sysctl.SYSTEMD_SYSCTL)


FAMILY = Family("kernel_setting", Params, build, reads, in_packs=True)
