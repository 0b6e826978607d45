"""Checks of what reaches this host and how: limits, records, radio, doors from outside."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import interfaces, packet_texts, vpn
from agent.facts.interfaces import InterfaceFacts
from agent.facts.packet_texts import PacketTextFacts
from wire.privacy import Privacy
from wire.text import N_


def refusals_logged(facts: PacketTextFacts) -> Outcome:
    return judged(facts.logs, "log rule" if facts.logs else "no log rule")


def connections_capped(facts: PacketTextFacts) -> Outcome:
    return judged(facts.caps, "limit rule" if facts.caps else "no limit per source")


def no_radio(facts: InterfaceFacts) -> Outcome:
    return none_of(facts.wireless)


def nobody_listens_in(facts: InterfaceFacts) -> Outcome:
    return none_of(facts.listening_in)


def doors_ask_twice(facts: vpn.VpnFacts) -> Outcome:
    return none_of([f"{door}: {lack}" for door, lack in facts.doors.items() if lack])


_RULE = "nft insert rule inet filter input {} && nft list ruleset > /etc/nftables.conf"

CHECKS = (
    Check(
        id="firewall.refusals_logged",
        title=N_("The packet filter writes down what it refuses"),
        why=N_("Such a record names source, target, MAC address and time of every attempt."),
        expected="log rule",
        remedy="nft add rule inet filter input limit rate 10/second log prefix '\"refused \"' && "
        "nft list ruleset > /etc/nftables.conf",
        needs=packet_texts.collect,
        judge=refusals_logged,
        source="nft(8), log; TCVN 14423:2026, 5.8.2.1 a)",
    ),
    Check(
        id="firewall.connections_capped",
        title=N_("One machine cannot hold all connections"),
        why=N_("A single sick machine would otherwise shut everybody else out."),
        expected="limit rule per source: ct count or connlimit",
        remedy="nft add set inet filter many '{ type ipv4_addr; flags dynamic; }' && "
        + _RULE.format("tcp flags syn add @many '{ ip saddr ct count over 100 }' drop"),
        needs=packet_texts.collect,
        judge=connections_capped,
        source="nft(8), ct count; TCVN 14423:2026, 5.12.2.4 e)",
    ),
    Check(
        id="network.no_radio",
        title=N_("The server is on no wireless network"),
        why=N_("Radio reaches beyond the walls of the hospital."),
        expected="none",
        remedy="ip link set INTERFACE down; systemctl disable --now wpa_supplicant",
        needs=interfaces.collect,
        judge=no_radio,
        source="CIS Debian Linux 12, wireless interfaces; TCVN 14423:2026, 6.5.2.3",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="network.nobody_listens_in",
        title=N_("No program listens to what passes on the line"),
        why=N_("An intruder's program collects passwords of the neighbours so."),
        expected="none with IFF_PROMISC",
        remedy="ip -details link show; ip link set INTERFACE promisc off",
        needs=interfaces.collect,
        judge=nobody_listens_in,
        source="netdevice(7), IFF_PROMISC; TCVN 14423:2026, 5.12.2.4",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="vpn.two_factors",
        title=N_("Who comes in from outside proves himself twice"),
        why=N_("A stolen laptop or a stolen password alone must not open the hospital."),
        expected="none with only a certificate, a key or a password",
        remedy="echo 'plugin /usr/lib/openvpn/openvpn-plugin-auth-pam.so openvpn' >> "
        "/etc/openvpn/server/server.conf && systemctl restart openvpn-server@server",
        needs=vpn.collect,
        judge=doors_ask_twice,
        source="openvpn(8), plugin, verify-client-cert; TCVN 14423:2026, 5.6.2.4, 6.12.2.5",
        observed_is=Privacy.LOCAL,
    ),
)
