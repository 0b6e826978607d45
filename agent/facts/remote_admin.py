"""From where this host may be administered: the SSH server's own rule, or the packet filter's."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import firewall, sshd
from agent.facts.packet_rules import Effect
from agent.host import Host

DEFAULT_PORTS = ("22",)
_ANYBODY = re.compile(r"[*?.:]*(?:/\d+)?\Z|[0:.]+/\d\Z")  # `*`, `*.*`, `0.0.0.0/0`, `::/0`


@dataclass(frozen=True, slots=True)
class RemoteAdminFacts:
    """`filtered`: packets to SSH pass only from named addresses; None: it was not needed to ask."""

    users: tuple[str, ...]  # AllowUsers, each with its @host or not
    filtered: bool | None

    @property
    def limited_by_server(self) -> bool:
        hosts = [user.rpartition("@")[2] if "@" in user else "" for user in self.users]
        named = [not (_ANYBODY.match(host) or host.startswith("!")) for host in hosts]
        return bool(named) and all(named)


def collect(host: Host) -> RemoteAdminFacts:
    server = sshd.collect(host)
    views = [RemoteAdminFacts(_users(view), None) for view in (server, *server.in_one_block())]
    unlimited = [view for view in views if not view.limited_by_server]
    if not unlimited:
        return views[0]
    named = server.settings.get("port", DEFAULT_PORTS)
    ports = [int(port) for port in named if port.isdecimal()]
    found = firewall.collect(host)
    filtered = all(filters(found, port) for port in ports)
    return RemoteAdminFacts(unlimited[0].users, filtered)


def _users(view: sshd.SshdFacts) -> tuple[str, ...]:
    return tuple(word for line in view.settings.get("allowusers", ()) for word in line.split())


def filters(facts: firewall.FirewallFacts, port: int) -> bool:
    """Whether a stranger's packets to this port are refused.

    Raises:
        UnreadableFactError: that hangs on something in the rules that we do not know.
    """
    if facts.with_effect(Effect.OPEN, "input", port):
        return False
    if facts.with_effect(Effect.UNSURE, "input", port):
        raise UnreadableFactError(" ".join(firewall.NFT), "unparsable")
    return True
