"""What the packet filter records of its refusals, and what it limits for each machine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import firewall, iptables, nft
from agent.facts.packet_matches import Match
from agent.facts.packet_rules import Chain, Rule
from agent.host import Host

# Counted for each source, and refused beyond the number: not one number for all together.
_NFT_CAP = re.compile(
    r"\{[^{}]*\bip6? saddr\b[^{}]*\b(?:ct count|limit rate) over \d[^{}]*\}.*\b(?:drop|reject)\b"
)
_REFUSING = {"DROP", "REJECT", "TARPIT"}
_TARGET = re.compile(r"\s-[jg] (\S+)")
_ALWAYS = re.compile(r"-A (\S+)(?: -[mp] \S+| --comment \S+)* -j (\S+)")
_BEYOND = re.compile(
    r"(?<!! )--(?:connlimit-above|hashlimit-above|hitcount) \d|! --(?:connlimit|hashlimit)-upto \d"
)
_FOR_ALL = re.compile(r"--connlimit-mask 0(?!\d)|--connlimit-daddr|--rdest|--hashlimit-srcmask 0\b")
_PER_SOURCE = re.compile(r"-m (?:connlimit|recent)\b|--hashlimit-mode \S*\bsrcip\b")


@dataclass(frozen=True, slots=True)
class PacketTextFacts:
    logs: bool
    caps: bool


def collect(host: Host) -> PacketTextFacts:
    """Comments are left out: their text could say anything."""
    try:
        output = host.run(firewall.NFT, timeout_s=15)
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        output = host.run(firewall.IPTABLES, timeout_s=15)
        return PacketTextFacts(records(iptables.parse(output, "ip")), _caps(_unquoted(output)))
    caps = any(_NFT_CAP.search(line) for line in _unquoted(output))
    return PacketTextFacts(records(nft.parse(output)), caps)


def records(chains: Sequence[Chain]) -> bool:
    """Whether a rule writes down packets that the rules after it do not let in."""
    return any(
        rule.logs and not _let_in(rule, chain.rules[place:], chain.policy)
        for chain in chains
        for place, rule in enumerate(chain.rules)
    )


def _let_in(logging: Rule, rules: Sequence[Rule], policy: str) -> bool:
    """Whether all that a rule writes down is let in by the first that decides about all of it."""
    met = _whom(logging.matches)
    deciding = (rule.verdict for rule in rules if rule.verdict and _whom(rule.matches) <= met)
    return next(deciding, policy) == "accept"


def _whom(matches: Sequence[Match]) -> frozenset[Match]:
    """Without how often: a record may be thinned out, and is one of the same packets."""
    return frozenset(match for match in matches if match.key != "rate")


def _unquoted(output: str) -> list[str]:
    return re.sub(r'"[^"]*"', '""', output).splitlines()


def _caps(lines: Sequence[str]) -> bool:
    always = [found.groups() for line in lines if (found := _ALWAYS.fullmatch(line.strip()))]
    refusing = _REFUSING | {name for name, target in always if target in _REFUSING}
    return any(_capped(line, refusing) for line in lines)


def _capped(line: str, refusing: set[str]) -> bool:
    target = _TARGET.search(line)
    one_by_one = _PER_SOURCE.search(line) and not _FOR_ALL.search(line)
    return bool(target and target[1] in refusing and one_by_one and _BEYOND.search(line))
