"""One setting of the SSH server, as it holds for everybody.

`sshd -T` says what holds for nobody in particular; each `Match` block is judged besides.
"""

import re
from fnmatch import fnmatchcase
from functools import partial

import msgspec

from agent.checks.family import Family, Parts
from agent.checks.match_blocks import for_everyone
from agent.checks.model import Outcome, judged, undecided
from agent.facts import sshd

DROP_IN = "/etc/ssh/sshd_config.d/00-lachan.conf"
# Overruled by DisableForwarding. Forwarding of agents is not: CVE-2025-32728 left it open.
OVERRULED = {"allowtcpforwarding", "allowstreamlocalforwarding", "gatewayports"}
SHOWN = 160
EVERYBODY = {"*", "*@*"}
_PARTS = re.compile(r"[:\s]+")
_NUMBER = re.compile(r"[0-9]{1,15}")
_MEMBERS = re.compile(r"[,\s]+")


class SshdSetting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Just one of the demands; `set` is the value that the remedy writes.

    one_of: the whole value is one of these words.
    between: each number of the value lies within its bounds, `10:30:60` has three.
    without: no member of the list contains one of these.
    only: each member of the list matches one of these patterns, and there is one.
    some_of: at least one member matches one of these patterns.
    any_value: it, or one of these other keywords, is set at all; the values are nobody's business;
      a pattern that everybody matches is none.
    """

    keyword: str
    set: str
    one_of: tuple[str, ...] = ()
    between: tuple[tuple[int, int], ...] = ()
    without: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    some_of: tuple[str, ...] = ()
    any_value: tuple[str, ...] = ()
    absent_is_good: bool = False  # a server without the feature does not print it

    def __post_init__(self) -> None:
        named = (self.one_of, self.between, self.without, self.only, self.some_of, self.any_value)
        if sum(map(bool, named)) != 1:
            raise ValueError("just one of one_of, between, without, only, some_of, any_value")


def build(params: SshdSetting) -> Parts[sshd.SshdFacts]:
    keywords = {params.keyword.lower(), "disableforwarding", *map(str.lower, params.any_value)}
    judge_everyone = for_everyone(partial(judge_one, params=params))

    return Parts(
        expected=expected(params),
        remedy=f"sed -i '1i {params.keyword} {params.set}' {DROP_IN} 2>/dev/null || echo "
        f"'{params.keyword} {params.set}' > {DROP_IN}; sshd -t && systemctl reload ssh",
        needs=sshd.collect,
        judge=lambda facts: judge_everyone(facts.about(keywords)),
    )


def judge_one(facts: sshd.SshdFacts, params: SshdSetting) -> Outcome:
    keyword = params.keyword.lower()
    if params.any_value:
        named = (params.keyword, *params.any_value)
        present = [k for k in named if _limits(facts.settings.get(k.lower(), ()))]
        return judged(bool(present), ", ".join(present) or "none")
    if keyword in OVERRULED and facts.first("disableforwarding") == "yes":
        return judged(True, "DisableForwarding yes")  # noqa: FBT003 - what it says
    values = facts.settings.get(keyword)
    if values is None:
        return judged(params.absent_is_good, f"{params.keyword} (not printed)")
    value = " ".join(values)
    observed = f"{params.keyword} {value if len(value) <= SHOWN else value[:SHOWN] + '…'}"
    if value[:1] in {"-", "^"} and not (params.one_of or params.between):
        return undecided("relative", observed)  # against a list that nobody printed
    bad = _bad(value, params)
    if bad and params.without:
        observed = f"{params.keyword}: {', '.join(bad)}"
    return judged(not bad, observed)


def _limits(names: tuple[str, ...]) -> bool:
    return bool(names) and EVERYBODY.isdisjoint(" ".join(names).split())


def _bad(value: str, params: SshdSetting) -> list[str]:
    """What of the value is not as it must be."""
    members = [member for member in _MEMBERS.split(value.lstrip("+")) if member]
    if params.one_of:
        return [] if value.lower() in params.one_of else [value]
    if params.between:
        return _outside(_PARTS.split(value), params.between)
    if params.without:
        return [m for m in members if any(part in m for part in params.without)]
    if params.only:
        return [m for m in members if not _matches(m, params.only)] if members else [value]
    return [] if any(_matches(m, params.some_of) for m in members) else [value]


def _outside(numbers: list[str], bounds: tuple[tuple[int, int], ...]) -> list[str]:
    if len(numbers) < len(bounds):
        return numbers
    pairs = zip(numbers, bounds, strict=False)
    return [
        number
        for number, (low, high) in pairs
        if not (_NUMBER.fullmatch(number) and low <= int(number) <= high)
    ]


def _matches(member: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(member, pattern) for pattern in patterns)


def expected(params: SshdSetting) -> str:
    keyword = params.keyword
    if params.any_value:
        return f"{' or '.join((keyword, *params.any_value))}"
    if params.between:
        bounds = (f"{low} … {high}" for low, high in params.between)
        return f"{keyword} {' : '.join(bounds)}"
    for word, names in (
        ("", " or ".join(params.one_of)),
        (" without", ", ".join(params.without)),
        (" only", ", ".join(params.only)),
        (" with", " or ".join(params.some_of)),
    ):
        if names:
            return f"{keyword}{word} {names}"
    return keyword


def _reads(_params: SshdSetting) -> tuple[str, ...]:
    return ()


FAMILY = Family(name="sshd_setting", params=SshdSetting, build=build, reads=_reads, in_packs=False)
