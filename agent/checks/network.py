"""Checks of the packet filter and of what others can reach."""

from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import firewall, listening, remote_admin
from agent.facts.packet_rules import Effect
from wire.text import N_

CLEARTEXT_ADMIN = {
    21: "ftp", 23: "telnet", 69: "tftp", 512: "rexec", 513: "rlogin", 514: "rsh",
    5900: "vnc", 6000: "x11", 10000: "webmin",
}  # fmt: skip
CLEARTEXT_DATA = {
    80: "http", 110: "pop3", 143: "imap", 389: "ldap", 8080: "http", 873: "rsync", 104: "dicom",
    2575: "hl7", 4242: "dicom", 8042: "orthanc", 11112: "dicom",
}  # fmt: skip
UNNEEDED = {
    7: "echo", 9: "discard", 13: "daytime", 17: "qotd", 19: "chargen", 37: "time",
    79: "finger", 177: "xdmcp", 517: "talk", 518: "ntalk", 631: "cups", 1900: "ssdp",
    5353: "mdns", 5355: "llmnr",
}  # fmt: skip
OPEN_STORES = {
    2375: "docker", 6379: "redis", 9200: "elasticsearch", 11211: "memcached", 27017: "mongodb",
}  # fmt: skip


def inbound_denied(facts: firewall.FirewallFacts) -> Outcome:
    return _denied(facts, "input")


def outbound_denied(facts: firewall.FirewallFacts) -> Outcome:
    return _denied(facts, "output")


def loaded_at_start(services: tuple[str, ...]) -> Outcome:
    return judged(bool(services), ", ".join(services) or "none")


def admin_sources_limited(facts: remote_admin.RemoteAdminFacts) -> Outcome:
    good = facts.limited_by_server or facts.filtered is True
    server = "yes" if facts.limited_by_server else "no"
    packets = {True: "yes", False: "no", None: "-"}[facts.filtered]
    return judged(good, f"AllowUsers USER@HOST {server}, saddr {packets}")


def no_cleartext_admin(facts: listening.ListeningFacts) -> Outcome:
    return none_of(facts.among(CLEARTEXT_ADMIN))


def no_cleartext_data(facts: listening.ListeningFacts) -> Outcome:
    return none_of(facts.among(CLEARTEXT_DATA))


def no_unneeded(facts: listening.ListeningFacts) -> Outcome:
    return none_of(facts.among(UNNEEDED))


def no_open_stores(facts: listening.ListeningFacts) -> Outcome:
    return none_of(facts.among(OPEN_STORES))


def _denied(facts: firewall.FirewallFacts, hook: str) -> Outcome:
    closed, unsure = (facts.with_effect(effect, hook) for effect in (Effect.CLOSED, Effect.UNSURE))
    observed = f"{hook} drop: {', '.join(closed) or 'none'}"
    if unsure and len(closed) + len(unsure) == len(facts.families):
        return undecided("unparsable", f"{observed}; not known: {', '.join(unsure)}")
    return judged(len(closed) == len(facts.families), observed)


_NFT = "nano /etc/nftables.conf && nft -c -f /etc/nftables.conf && systemctl enable --now nftables"

CHECKS = (
    Check(
        id="firewall.inbound_denied",
        title=N_("The packet filter refuses what nobody allowed to come in"),
        why=N_("A service that somebody starts by accident stays closed to the network."),
        expected="input drop: ip, ip6",
        remedy=_NFT,
        needs=firewall.collect,
        judge=inbound_denied,
        source="TCVN 14423:2026, 5.12.2.4 d); nft(8)",
    ),
    Check(
        id="firewall.outbound_denied",
        title=N_("The packet filter refuses what nobody allowed to go out"),
        why=N_("Stolen data and orders to malware leave by connections nobody asked for."),
        expected="output drop: ip, ip6",
        remedy=_NFT,
        needs=firewall.collect,
        judge=outbound_denied,
        source="TCVN 14423:2026, 5.12.2.4 d); nft(8)",
    ),
    Check(
        id="firewall.loaded_at_start",
        title=N_("The packet filter is loaded when the server starts"),
        why=N_("After the next restart an unsaved filter is gone, and nobody notices."),
        expected="nftables or netfilter-persistent or firewalld or ufw",
        remedy="systemctl enable nftables",
        needs=firewall.collect_start,
        judge=loaded_at_start,
        source="systemctl(1), enable",
    ),
    Check(
        id="firewall.admin_sources_limited",
        title=N_("Only named machines may administer this server"),
        why=N_("A stolen key is useless to somebody who cannot even connect."),
        expected="AllowUsers USER@HOST yes, or saddr yes",
        remedy="nft insert rule inet filter input tcp dport 22 ip saddr != ADMIN_NETWORK drop",
        needs=remote_admin.collect,
        judge=admin_sources_limited,
        source="TCVN 14423:2026, 5.12.2.5; sshd_config(5), AllowUsers",
    ),
    Check(
        id="services.no_cleartext_admin",
        title=N_("Nobody administers this server over an unprotected line"),
        why=N_("Telnet, FTP and their like show the password to everybody on the line."),
        expected="none of " + ", ".join(CLEARTEXT_ADMIN.values()),
        remedy="ss -tulnp; systemctl disable --now SERVICE",
        needs=listening.collect,
        judge=no_cleartext_admin,
        source="TCVN 14423:2026, 5.12.2.4 a)",
    ),
    Check(
        id="services.no_cleartext_data",
        title=N_("No service hands out data over an unprotected line"),
        why=N_("Patient data that passes unprotected can be read by everybody on the line."),
        expected="none of " + ", ".join(dict.fromkeys(CLEARTEXT_DATA.values())),
        remedy="ss -tulnp; nano /etc/SERVICE.conf",
        needs=listening.collect,
        judge=no_cleartext_data,
        source="TCVN 14423:2026, 5.4.2.4 b)",
    ),
    Check(
        id="services.no_unneeded",
        title=N_("No service listens that a server does not need"),
        why=N_("Each open port is one more door to watch; these are of no use here."),
        expected="none of " + ", ".join(UNNEEDED.values()),
        remedy="ss -tulnp; systemctl disable --now avahi-daemon cups",
        needs=listening.collect,
        judge=no_unneeded,
        source="TCVN 14423:2026, 5.5.2.1 c)",
    ),
    Check(
        id="services.no_open_stores",
        title=N_("No data store is open that asks nobody for a password"),
        why=N_("These stores take everybody in as they come; found ones are wiped within hours."),
        expected="none of " + ", ".join(OPEN_STORES.values()),
        remedy="ss -tulnp; grep -rn bind /etc/redis /etc/memcached.conf /etc/mongod.conf",
        needs=listening.collect,
        judge=no_open_stores,
        source="TCVN 14423:2026, 5.12.2.4 d)",
    ),
)
