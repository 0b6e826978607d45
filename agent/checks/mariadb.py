"""Checks of MariaDB and MySQL: who reaches it, who gets in, and what is left of its first day."""

from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import mariadb
from agent.facts.mariadb import MariaFacts
from wire.privacy import Privacy
from wire.text import N_

EVERYWHERE = {"*", "0.0.0.0", "::", "(none)", ""}  # noqa: S104 - to be found, not to be bound
OLD_LOGIN = "mysql_old_password"
RECORDS = ("server_audit_logging", "audit_log_connection_policy", "general_log")


def addresses_chosen(facts: MariaFacts) -> Outcome:
    address = facts.get("bind_address")
    off = facts.is_on("skip_networking")
    chosen = off or not {word.strip() for word in address.split(",")} & EVERYWHERE
    return judged(chosen, "skip_networking = ON" if off else f"bind_address = {address}")


def tls_required(facts: MariaFacts) -> Outcome:
    """A server that only this host reaches needs no protected line."""
    demanded = facts.is_on("require_secure_transport")
    observed = f"require_secure_transport = {facts.get('require_secure_transport')}"
    where = "" if facts.reachable else ", only from this host"
    return judged(demanded or not facts.reachable, observed + where)


def everybody_named(facts: MariaFacts) -> Outcome:
    return none_of([str(one) for one in facts.accounts if not one.name])


def everybody_proves_himself(facts: MariaFacts) -> Outcome:
    return none_of([f"{one} {one.plugin}" for one in facts.accounts if one.open])


def root_stays_home(facts: MariaFacts) -> Outcome:
    return none_of([str(one) for one in facts.accounts if one.name == "root" and one.remote])


def login_modern(facts: MariaFacts) -> Outcome:
    """The method from before 2002 shows the password to whoever listens and guesses."""
    old = [str(one) for one in facts.accounts if one.plugin == OLD_LOGIN]
    settings = ["old_passwords = 1"] if facts.is_on("old_passwords") else []
    settings += ["secure_auth = OFF"] if facts.get("secure_auth").upper() == "OFF" else []
    return none_of([*old, *settings])


def local_files_refused(facts: MariaFacts) -> Outcome:
    return judged(not facts.is_on("local_infile"), f"local_infile = {facts.get('local_infile')}")


def no_test_database(facts: MariaFacts) -> Outcome:
    there = "test" in facts.databases
    return judged(not there, "test" if there else "none")


def access_logged(facts: MariaFacts) -> Outcome:
    """The plugin's value may be a policy, so everything but off and none counts."""
    on = [n for n in RECORDS if facts.get(n).upper() not in {"(NONE)", "OFF", "0", "NONE", ""}]
    return judged(bool(on), ", ".join(f"{name} = {facts.get(name)}" for name in on) or "none")


_FILE = "/etc/mysql/conf.d/90-lachan.cnf"  # both MariaDB and MySQL read it


def _set(line: str) -> str:
    return f"printf '[mysqld]\\n{line}\\n' >> {_FILE} && systemctl restart mariadb"


def _say(statement: str) -> str:
    return f'mariadb -e "{statement}"'


CHECKS = (
    Check(
        id="mariadb.addresses_chosen",
        title=N_("MariaDB listens only on chosen addresses"),
        why=N_(
            "A database that answers on every network is found by every intruder on any of them."
        ),
        expected="bind_address of one network, or skip_networking = ON",
        remedy=_set("bind-address = 127.0.0.1"),
        needs=mariadb.collect,
        judge=addresses_chosen,
        source="MariaDB documentation, bind_address; CIS MariaDB",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="mariadb.tls_required",
        title=N_("MariaDB refuses other machines that do not speak TLS"),
        why=N_("A client that is set up carelessly would send the records unprotected."),
        expected="require_secure_transport = ON, or only from this host",
        remedy=_set("require_secure_transport = ON"),
        needs=mariadb.collect,
        judge=tls_required,
        source="MariaDB documentation, require_secure_transport; TCVN 14423:2026, 5.4.2.4 b)",
    ),
    Check(
        id="mariadb.everybody_named",
        title=N_("MariaDB has no account without a name"),
        why=N_("A nameless account takes everybody in, whatever name he gives."),
        expected="none",
        remedy=_say("DELETE FROM mysql.global_priv WHERE User = ''; FLUSH PRIVILEGES"),
        needs=mariadb.collect,
        judge=everybody_named,
        source="MariaDB documentation, mariadb-secure-installation",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="mariadb.everybody_proves_himself",
        title=N_("MariaDB has no account with an empty password"),
        why=N_("Whoever knows or guesses the name has the data."),
        expected="none",
        remedy=_say("ALTER USER 'NAME'@'HOST' ACCOUNT LOCK"),
        needs=mariadb.collect,
        judge=everybody_proves_himself,
        source="MariaDB documentation, mariadb-secure-installation; CIS MariaDB",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="mariadb.root_stays_home",
        title=N_("MariaDB's root cannot log in from other machines"),
        why=N_("It reads and erases everything; it has no business on the network."),
        expected="none",
        remedy=_say("DROP USER 'root'@'HOST'"),
        needs=mariadb.collect,
        judge=root_stays_home,
        source="MariaDB documentation, mariadb-secure-installation",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="mariadb.login_modern",
        title=N_("MariaDB takes no passwords by its broken old method"),
        why=N_("Passwords of the old method are found out within minutes."),
        expected="none by mysql_old_password",
        remedy=_say("ALTER USER 'NAME'@'HOST' IDENTIFIED VIA ed25519 USING PASSWORD('NEW')"),
        needs=mariadb.collect,
        judge=login_modern,
        source="MariaDB documentation, secure_auth, old_passwords",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="mariadb.local_files_refused",
        title=N_("MariaDB does not ask its clients for files"),
        why=N_("With it a false server or a hole in a web page reads files of the client."),
        expected="local_infile = OFF",
        remedy=_set("local_infile = OFF"),
        needs=mariadb.collect,
        judge=local_files_refused,
        source="MariaDB documentation, local_infile; CIS MariaDB",
    ),
    Check(
        id="mariadb.test_database_gone",
        title=N_("MariaDB has no database for everybody to try things"),
        why=N_("The database `test` is open to every account; it fills disks and hides data."),
        expected="none",
        remedy=_say("DROP DATABASE test"),
        needs=mariadb.collect,
        judge=no_test_database,
        source="MariaDB documentation, mariadb-secure-installation",
    ),
    Check(
        id="mariadb.access_logged",
        title=N_("MariaDB records who reads and changes data"),
        why=N_("At the higher levels every operation on important data must be on record."),
        expected="server_audit_logging = ON, or general_log = ON",
        remedy=_say("INSTALL SONAME 'server_audit'") + " && " + _set("server_audit_logging = ON"),
        needs=mariadb.collect,
        judge=access_logged,
        source="MariaDB documentation, server_audit; TCVN 14423:2026, 6.4.2.9 a)",
    ),
)
