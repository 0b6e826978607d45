"""The packet filter that is loaded now, as nft prints it, or iptables where nft is not there."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import iptables, nft
from agent.facts.packet_matches import Question
from agent.facts.packet_rules import Chain, Effect, Walk
from agent.host import Host, list_if_present, read_if_present

NFT = ("nft", "list", "ruleset")
IPTABLES, IP6TABLES = ("iptables-save",), ("ip6tables-save",)
ADDRESSES_V6 = "/proc/net/if_inet6"
START_FOLDERS = (
    "/etc/systemd/system/sysinit.target.wants",
    "/etc/systemd/system/multi-user.target.wants",
)
STARTERS = ("nftables.service", "netfilter-persistent.service", "firewalld.service", "ufw.service")


@dataclass(frozen=True, slots=True)
class FirewallFacts:
    chains: tuple[Chain, ...]
    uses_v6: bool

    @property
    def families(self) -> tuple[str, ...]:
        return ("ip", "ip6") if self.uses_v6 else ("ip",)

    def with_effect(self, effect: Effect, hook: str, port: int | None = None) -> tuple[str, ...]:
        """The families in which a stranger's packets end so."""
        asked = (Question(family, hook, port) for family in self.families)
        return tuple(question.family for question in asked if self._ends(question) is effect)

    def _ends(self, question: Question) -> Effect:
        """One chain that refuses is enough: packets pass through all that start at a hook."""
        found = set()
        for chain in self.chains:
            if chain.hook == question.hook and chain.family in {question.family, "inet"}:
                place = (chain.family, chain.table)
                table = {c.name: c for c in self.chains if (c.family, c.table) == place}
                found.add(Walk(table, question).decision(chain))
        order = (Effect.CLOSED, Effect.UNSURE)
        return next((effect for effect in order if effect in found), Effect.OPEN)


def collect(host: Host) -> FirewallFacts:
    addresses = read_if_present(host, ADDRESSES_V6)
    uses_v6 = any(
        line.split()[-1] != "lo" for line in (addresses or "").splitlines() if line.strip()
    )
    try:
        chains = nft.parse(host.run(NFT, timeout_s=15))
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        chains = _from_iptables(host)
    return FirewallFacts(chains, uses_v6)


def collect_start(host: Host) -> tuple[str, ...]:
    """The services that load a packet filter when the host starts."""
    names = {name for folder in START_FOLDERS for name in list_if_present(host, folder)}
    return tuple(name for name in STARTERS if name in names)


def _from_iptables(host: Host) -> tuple[Chain, ...]:
    try:
        chains = iptables.parse(host.run(IPTABLES, timeout_s=15), "ip")
    except UnreadableFactError as error:
        if error.reason == "missing":
            raise UnreadableFactError("nft, iptables-save", "missing") from error
        raise
    chains6 = iptables.parse(host.run(IP6TABLES, timeout_s=15), "ip6")
    return chains + chains6
