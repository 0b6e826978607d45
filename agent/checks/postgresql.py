"""Checks of PostgreSQL: who reaches it, over what line, and how he proves who he is."""

from collections.abc import Callable

from agent.checks.model import Check, Outcome, none_of
from agent.facts import postgresql
from agent.facts.postgresql import Cluster
from agent.facts.postgresql_rules import Rule, met
from wire.privacy import Privacy
from wire.text import N_

Clusters = tuple[Cluster, ...]

ON = {"on", "true", "yes", "1"}
UNPROTECTED = {"host", "hostnossl", "hostnogssenc"}
SUPERUSER = "postgres"
READING_TOO = {"all", "read"}
WRITTEN = "write"


def addresses_chosen(clusters: Clusters) -> Outcome:
    return none_of([_said(c, "listen_addresses") for c in clusters if c.listens_everywhere])


def tls_on(clusters: Clusters) -> Outcome:
    """A cluster that only this host reaches needs no protected line."""
    return none_of([_said(c, "ssl") for c in clusters if c.reachable and c.get("ssl") not in ON])


def nobody_trusted(clusters: Clusters) -> Outcome:
    return _rules(clusters, lambda rule: rule.method == "trust")


def line_protected(clusters: Clusters) -> Outcome:
    """`hostssl` and `hostgssenc` refuse an unprotected line; `host` takes any."""
    reachable = tuple(cluster for cluster in clusters if cluster.reachable)
    return _rules(reachable, lambda r: r.remote and r.lets_in and r.kind in UNPROTECTED)


def superuser_stays_home(clusters: Clusters) -> Outcome:
    return none_of(
        [
            f"{cluster.name}: {rule}"
            for cluster in clusters
            if cluster.reachable
            for rule in _open_to_superuser(cluster.rules)
        ]
    )


def passwords_scram(clusters: Clusters) -> Outcome:
    wrong = [c for c in clusters if c.get("password_encryption") != "scram-sha-256"]
    return none_of([_said(c, "password_encryption") for c in wrong])


def logins_logged(clusters: Clusters) -> Outcome:
    """From version 18 on its value may also name parts of a login."""
    silent = [c for c in clusters if c.get("log_connections") in {"off", "false", "no", "0", ""}]
    return none_of([_said(c, "log_connections") for c in silent])


def data_access_logged(clusters: Clusters) -> Outcome:
    return none_of([c.name for c in clusters if not _records_access(c)])


def _records_access(cluster: Cluster) -> bool:
    if cluster.get("log_statement") == "all":
        return True
    classes = {word.strip() for word in cluster.get("pgaudit.log").split(",")}
    loaded = "pgaudit" in cluster.get("shared_preload_libraries")
    return loaded and bool(classes & READING_TOO) and bool(classes & {"all", WRITTEN})


def _open_to_superuser(rules: tuple[Rule, ...]) -> list[Rule]:
    """Remote rules that take the superuser before one refuses him."""
    found = []
    for rule in met(rules):
        named = bool({"all", SUPERUSER, f"+{SUPERUSER}"} & set(rule.users))
        if not (named and rule.remote):
            continue
        if rule.lets_in:
            found.append(rule)
        elif rule.kind == "host" and rule.address == "all" and "all" in rule.databases:
            break
    return found


def _rules(clusters: Clusters, wrong: Callable[[Rule], bool]) -> Outcome:
    return none_of([f"{c.name}: {rule}" for c in clusters for rule in met(c.rules) if wrong(rule)])


def _said(cluster: Cluster, name: str) -> str:
    return f"{cluster.name}: {name} = {cluster.settings.get(name, '')}"


_RULES = "/etc/postgresql/*/*/pg_hba.conf && systemctl reload postgresql"


def _set(setting: str, then: str = "reload") -> str:
    statement = f'psql -c "ALTER SYSTEM SET {setting}"'
    return f"runuser -u postgres -- {statement} && systemctl {then} postgresql"


CHECKS = (
    Check(
        id="postgresql.addresses_chosen",
        title=N_("PostgreSQL listens only on chosen addresses"),
        why=N_(
            "A database that answers on every network is found by every intruder on any of them."
        ),
        expected="none on * or 0.0.0.0 or ::",
        remedy=_set("listen_addresses = 'localhost'", "restart"),
        needs=postgresql.collect,
        judge=addresses_chosen,
        source="PostgreSQL documentation, listen_addresses; CIS PostgreSQL",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.tls_on",
        title=N_("PostgreSQL speaks TLS where other machines reach it"),
        why=N_("Patient records pass over the line; without TLS everybody on it reads them."),
        expected="none with ssl = off",
        remedy=_set("ssl = on"),
        needs=postgresql.collect,
        judge=tls_on,
        source="PostgreSQL documentation, ssl; TCVN 14423:2026, 5.4.2.4 b)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.nobody_trusted",
        title=N_("PostgreSQL lets nobody in on his word alone"),
        why=N_("With `trust` whoever names an account has it, the superuser's too."),
        expected="none with trust",
        remedy="sed -i -e '/^local/s/\\btrust\\b/peer/' -e '/^host/s/\\btrust\\b/scram-sha-256/' "
        + _RULES,
        needs=postgresql.collect,
        judge=nobody_trusted,
        source="PostgreSQL documentation, pg_hba.conf, trust",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.line_protected",
        title=N_("PostgreSQL refuses other machines that do not speak TLS"),
        why=N_("A client that is set up carelessly would send the records unprotected."),
        expected="none of host, hostnossl for other machines",
        remedy="sed -i -E '/127\\.0\\.0\\.1|::1|localhost|samehost/!s/^host(nossl)?\\b/hostssl/' "
        + _RULES,
        needs=postgresql.collect,
        judge=line_protected,
        source="PostgreSQL documentation, pg_hba.conf, hostssl; TCVN 14423:2026, 5.4.2.4 b)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.superuser_stays_home",
        title=N_("PostgreSQL's superuser cannot log in from other machines"),
        why=N_("The superuser reads and erases everything; he has no business on the network."),
        expected="none for postgres from other machines",
        remedy="sed -i '1i host all postgres all reject' " + _RULES,
        needs=postgresql.collect,
        judge=superuser_stays_home,
        source="PostgreSQL documentation, pg_hba.conf; CIS PostgreSQL",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.passwords_scram",
        title=N_("PostgreSQL stores passwords with a modern hash"),
        why=N_("Its old hash by MD5 can be used as it is by whoever steals it."),
        expected="none but password_encryption = scram-sha-256",
        remedy=_set("password_encryption = 'scram-sha-256'"),
        needs=postgresql.collect,
        judge=passwords_scram,
        source="PostgreSQL documentation, password_encryption; TCVN 14423:2026, 5.4.2.4",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.logins_logged",
        title=N_("PostgreSQL records who connects"),
        why=N_("After a leak the first question is who was in the database."),
        expected="none with log_connections = off",
        remedy=_set("log_connections = on"),
        needs=postgresql.collect,
        judge=logins_logged,
        source="PostgreSQL documentation, log_connections; TCVN 14423:2026, 5.8.2.1 a)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="postgresql.data_access_logged",
        title=N_("PostgreSQL records who reads and changes data"),
        why=N_("At the higher levels every operation on important data must be on record."),
        expected="none without log_statement = all or pgaudit.log = read, write",
        remedy=_set("log_statement = 'all'"),
        needs=postgresql.collect,
        judge=data_access_logged,
        source="PostgreSQL documentation, log_statement; pgaudit; TCVN 14423:2026, 6.4.2.9 a)",
        observed_is=Privacy.LOCAL,
    ),
)
