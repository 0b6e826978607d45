"""From where this host may be administered: the SSH server's own rule, or the packet filter's."""

import re
from dataclasses import dataclass

from agent.facts import firewall, sshd
from agent.host import Host

_SSH_ACCEPT = re.compile(r"dport (?:ssh|22|\{[^}]*\b(?:ssh|22)\b[^}]*\})(?= |$).*\baccept\b")


@dataclass(frozen=True, slots=True)
class RemoteAdminFacts:
    """`filtered`: packets to SSH pass only from named addresses; None: it was not needed to ask."""

    users: tuple[str, ...]  # AllowUsers, each with its @host or not
    filtered: bool | None

    @property
    def limited_by_server(self) -> bool:
        hosts = [user.partition("@")[2] for user in self.users]
        return bool(hosts) and all(host not in {"", "*"} for host in hosts)


def collect(host: Host) -> RemoteAdminFacts:
    users = sshd.collect(host).settings.get("allowusers", ())
    facts = RemoteAdminFacts(tuple(word for line in users for word in line.split()), None)
    if facts.limited_by_server:
        return facts
    return RemoteAdminFacts(facts.users, filtered=filters_ssh(firewall.collect(host)))


def filters_ssh(facts: firewall.FirewallFacts) -> bool:
    """Everything is refused, and each rule that lets SSH pass names its source."""
    needed = ("ip", "ip6") if facts.uses_v6 else ("ip",)
    if not set(needed) <= set(facts.denies("input")):
        return False
    accepting = [rule for rule in facts.rules if _SSH_ACCEPT.search(rule)]
    return bool(accepting) and all("saddr" in rule for rule in accepting)
