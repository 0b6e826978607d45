"""The packet filter that is loaded now, as nft prints it, or iptables where nft is not there."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.host import Host, list_if_present, read_if_present

NFT = ("nft", "list", "ruleset")
IPTABLES, IP6TABLES = ("iptables-save",), ("ip6tables-save",)
ADDRESSES_V6 = "/proc/net/if_inet6"
SSH_PORT = "22"
START_FOLDERS = (
    "/etc/systemd/system/sysinit.target.wants",
    "/etc/systemd/system/multi-user.target.wants",
)
STARTERS = ("nftables.service", "netfilter-persistent.service", "firewalld.service", "ufw.service")
_CHAIN = re.compile(r"type filter hook (\w+) priority [^;]+;(?:\s*policy (\w+);)?")
_OPEN = re.compile(r"(counter packets \d+ bytes \d+ )?accept\Z")
_FINAL = re.compile(r"(counter packets \d+ bytes \d+ )?(drop|reject)\b[^:]*\Z")


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain where packets enter; families: `inet` is both `ip` and `ip6`."""

    family: str
    hook: str  # input | output | forward
    policy: str
    rules: tuple[str, ...]

    @property
    def denies_the_rest(self) -> bool:
        """A rule that accepts everything leaves nothing to deny."""
        if any(_OPEN.match(rule) for rule in self.rules):
            return False
        return self.policy == "drop" or bool(self.rules and _FINAL.match(self.rules[-1]))


@dataclass(frozen=True, slots=True)
class FirewallFacts:
    chains: tuple[Chain, ...]
    rules: tuple[str, ...]  # of all chains, also those that others jump to
    uses_v6: bool

    def denies(self, hook: str) -> tuple[str, ...]:
        """The families (ip, ip6) whose packets are refused unless a rule lets them pass."""
        denied = {c.family for c in self.chains if c.hook == hook and c.denies_the_rest}
        return tuple(f for f in ("ip", "ip6") if f in denied or "inet" in denied)


def collect(host: Host) -> FirewallFacts:
    addresses = read_if_present(host, ADDRESSES_V6)
    uses_v6 = any(line.split()[-1] != "lo" for line in (addresses or "").splitlines() if line)
    try:
        chains, rules = parse_nft(host.run(NFT, timeout_s=15))
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        chains, rules = _from_iptables(host)
    return FirewallFacts(chains, rules, uses_v6)


def collect_start(host: Host) -> tuple[str, ...]:
    """The services that load a packet filter when the host starts."""
    names = {name for folder in START_FOLDERS for name in list_if_present(host, folder)}
    return tuple(name for name in STARTERS if name in names)


def parse_nft(output: str) -> tuple[tuple[Chain, ...], tuple[str, ...]]:
    """Read `nft list ruleset`; an empty answer is an empty packet filter. Source: nft(8)."""
    chains, every_rule = [], []
    family, head, rules = "", "", list[str]()
    for raw in output.splitlines():
        line = raw.strip()
        if line.startswith("table "):
            family = line.split()[1]
        elif line.startswith("chain "):
            head, rules = "", []
        elif line.startswith("type "):
            head = line
        elif line == "}":
            found = _CHAIN.match(head)
            if found and family in {"inet", "ip", "ip6"}:
                chains.append(Chain(family, found[1], found[2] or "accept", tuple(rules)))
            head, rules = "", []
        elif line and not line.startswith("#"):
            rules.append(line)
            every_rule.append(line)
    return tuple(chains), tuple(every_rule)


def parse_iptables(output: str, family: str) -> tuple[tuple[Chain, ...], tuple[str, ...]]:
    """Read the `*filter` table of iptables-save(8)."""
    table = output.partition("*filter")[2].partition("COMMIT")[0]
    lines = [line.strip() for line in table.splitlines() if line.strip()]
    rules = tuple(line for line in lines if line.startswith("-A "))
    chains = []
    for line in lines:
        words = line.split()
        if line.startswith(":") and len(words) > 1 and words[1] in {"ACCEPT", "DROP"}:
            name = words[0][1:]
            own = [rule.partition(f"-A {name} ")[2] for rule in rules if f"-A {name} " in rule]
            verdicts = tuple(_as_nft(rule) for rule in own)
            chains.append(Chain(family, name.lower(), words[1].lower(), verdicts))
    return tuple(chains), tuple(_as_nft(rule) for rule in rules)


def _from_iptables(host: Host) -> tuple[tuple[Chain, ...], tuple[str, ...]]:
    try:
        chains, rules = parse_iptables(host.run(IPTABLES, timeout_s=15), "ip")
    except UnreadableFactError as error:
        if error.reason == "missing":
            raise UnreadableFactError("nft, iptables-save", "missing") from error
        raise
    chains6, rules6 = parse_iptables(host.run(IP6TABLES, timeout_s=15), "ip6")
    return chains + chains6, rules + rules6


def _as_nft(rule: str) -> str:
    """Only what the judges look at: a bare final verdict, a port, a source address."""
    bare = {"-j DROP": "drop", "-j REJECT": "reject", "-j ACCEPT": "accept"}
    if rule in bare or rule.startswith("-j REJECT --reject-with"):
        return bare.get(rule, "reject")
    words = rule.replace("--dport ", "dport ").replace("-s ", "saddr ")
    return words.replace("-j ACCEPT", "accept")
