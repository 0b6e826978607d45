"""Checks of services one by one: stores, pages for administrators, mail, SNMP, expected ports."""

from agent.checks.model import Check, Outcome, judged, none_of, undecided
from agent.facts import admin_pages, expected_ports, listening, mail, snmp, stores
from wire.privacy import Privacy
from wire.text import N_

ADMIN_PORTS = {
    5050: "pgadmin", 5984: "couchdb", 8006: "proxmox", 8161: "activemq", 9000: "portainer",
    9001: "supervisor", 9090: "cockpit", 9443: "portainer", 10000: "webmin", 15672: "rabbitmq",
    20000: "usermin",
}  # fmt: skip
NO_LIST = "agent.yaml: expected.ports 0"


def only_expected(facts: expected_ports.PortFacts) -> Outcome:
    """Without a list of its owner nobody can say what does not belong."""
    return none_of(facts.strange) if facts.expected else undecided("no_list", NO_LIST)


def admin_ports_closed(facts: listening.ListeningFacts) -> Outcome:
    return none_of(facts.among(ADMIN_PORTS))


def admin_pages_apart(facts: admin_pages.PageFacts) -> Outcome:
    return none_of(facts.mixed)


def redis_asks(facts: stores.RedisFacts) -> Outcome:
    observed = f"requirepass {_yes(facts.password)}, user default {_closed(facts.users)}"
    return judged(facts.password or facts.users, observed)


def mongodb_asks(authorization: str) -> Outcome:
    return judged(authorization == "enabled", f"security.authorization {authorization or 'none'}")


def mail_scanned(facts: mail.MailFacts) -> Outcome:
    observed = f"{', '.join(facts.scanners) or 'no scanner'}; filter {_yes(facts.hands_over)}"
    return judged(bool(facts.scanners) and facts.hands_over, observed)


def snmp_by_account(words: tuple[str, ...]) -> Outcome:
    return none_of(words)


def _yes(there: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "yes" if there else "no"


def _closed(there: bool) -> str:  # noqa: FBT001 - the one thing it says
    return "closed" if there else "open"


CHECKS = (
    Check(
        id="services.only_expected",
        title=N_("Only those services listen that belong on this server"),
        why=N_("What nobody ordered nobody looks after: a forgotten trial, or an intruder's door."),
        expected="none besides agent.yaml: expected.ports",
        remedy="ss -tulnp; systemctl disable --now SERVICE",
        needs=expected_ports.collect,
        judge=only_expected,
        source="TCVN 14423:2026, 5.5.2.1 c), 6.5.2.3",
    ),
    Check(
        id="services.admin_ports_closed",
        title=N_("No administrator's page is open to the network"),
        why=N_("Such pages give the whole server to whoever guesses one password."),
        expected="none of " + ", ".join(dict.fromkeys(ADMIN_PORTS.values())),
        remedy="systemctl disable --now cockpit.socket webmin; "
        "nft insert rule inet filter input tcp dport PORT ip saddr != ADMIN_NETWORK drop",
        needs=listening.collect,
        judge=admin_ports_closed,
        source="TCVN 14423:2026, 5.12.2.4 a), 5.13.2.3 b)",
    ),
    Check(
        id="services.admin_pages_apart",
        title=N_("Pages for administrators are apart from the service itself"),
        why=N_("On the service's own port every patient's browser reaches the login of the admin."),
        expected="none on the ports of a service",
        remedy="a2disconf phpmyadmin && systemctl reload apache2; rm /var/www/html/adminer.php",
        needs=admin_pages.collect,
        judge=admin_pages_apart,
        source="TCVN 14423:2026, 5.13.2.3 b)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="redis.asks_for_password",
        title=N_("Redis asks everybody for a password"),
        why=N_("Without one it hands its data to every program that can reach it."),
        expected="requirepass yes, or user default closed",
        remedy='echo "requirepass $(openssl rand -hex 32)" >> /etc/redis/redis.conf && '
        "systemctl restart redis-server",
        needs=stores.collect_redis,
        judge=redis_asks,
        source="Redis documentation, security, ACL",
    ),
    Check(
        id="mongodb.asks_for_password",
        title=N_("MongoDB asks everybody for a password"),
        why=N_("Without one it hands its data to every program that can reach it."),
        expected="security.authorization enabled",
        remedy="printf 'security:\\n  authorization: enabled\\n' >> /etc/mongod.conf && "
        "systemctl restart mongod",
        needs=stores.collect_mongodb,
        judge=mongodb_asks,
        source="MongoDB documentation, security.authorization",
    ),
    Check(
        id="mail.scanned",
        title=N_("The mail server looks for malware in every mail"),
        why=N_("Most attacks on hospitals begin with an attachment."),
        expected="a scanner that runs, filter yes",
        remedy="apt install clamav-milter && postconf -e "
        "smtpd_milters=unix:/run/clamav/clamav-milter.ctl && systemctl restart postfix",
        needs=mail.collect,
        judge=mail_scanned,
        source="TCVN 14423:2026, 7.9.2.7; postconf(5), smtpd_milters",
    ),
    Check(
        id="snmp.by_account_only",
        title=N_("SNMP answers only to accounts, not to a shared word"),
        why=N_("The word of the old versions passes unprotected and opens every device at once."),
        expected="none of rocommunity, rwcommunity, authcommunity, com2sec",
        remedy="sed -i -E '/^\\s*((r[ow]|auth)community6?|com2sec6?)\\b/d' /etc/snmp/snmpd.conf && "
        "systemctl restart snmpd",
        needs=snmp.collect,
        judge=snmp_by_account,
        source="snmpd.conf(5); TCVN 14423:2026, 6.12.2.3",
    ),
)
