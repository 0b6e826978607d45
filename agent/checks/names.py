"""Checks of the name servers that this host asks."""

from ipaddress import ip_address

from agent.checks.model import Check, Outcome, none_of, undecided
from agent.facts import dns
from agent.facts.dns import DnsFacts
from wire.privacy import Privacy
from wire.text import N_


def servers_trusted(facts: DnsFacts) -> Outcome:
    trusted = facts.expected.dns_servers if facts.expected else ()
    if not trusted:
        return undecided("no_list", "agent.yaml: expected.dns_servers 0")
    known = _plain(trusted)
    return none_of([address for address in facts.asked if address not in known])


def harmful_refused(facts: DnsFacts) -> Outcome:
    """Every server must refuse: a program takes the answer of whichever comes first."""
    named = _plain(facts.expected.filtering_dns_servers) if facts.expected else frozenset()
    others = [one for one in facts.asked if one not in dns.FILTERING and one not in named]
    inside = [address for address in others if ip_address(address).is_private]
    if inside and len(inside) == len(others):
        said = f"{len(inside)}: {', '.join(inside)}; expected.filtering_dns_servers {len(named)}"
        return undecided("no_list", said)
    return none_of(others)


def _plain(addresses: tuple[str, ...]) -> frozenset[str]:
    return frozenset(str(ip_address(address)) for address in addresses)


CHECKS = (
    Check(
        id="dns.servers_trusted",
        title=N_("The server asks only trusted name servers"),
        why=N_("Whoever answers for names decides to which machine the data goes."),
        expected="none besides agent.yaml: expected.dns_servers",
        remedy="resolvectl dns INTERFACE ADDRESS; nano /etc/resolv.conf",
        needs=dns.collect,
        judge=servers_trusted,
        source="TCVN 14423:2026, 6.5.2.4; resolv.conf(5)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="dns.harmful_names_refused",
        title=N_("The name servers refuse harmful names"),
        why=N_("Malware that does not find its master does nothing."),
        expected="none but quad9, opendns and the like, or expected.filtering_dns_servers",
        remedy="resolvectl dns INTERFACE 9.9.9.9 149.112.112.112; nano /etc/resolv.conf",
        needs=dns.collect,
        judge=harmful_refused,
        source="TCVN 14423:2026, 5.9.2.2; operators' documentation",
        observed_is=Privacy.LOCAL,
    ),
)
