"""Checks of the local accounts."""

from collections import Counter

from agent.checks.limits import ADMIN_PASSWORD_DAYS, IDLE_ACCOUNT_DAYS
from agent.checks.model import Check, Outcome, judged, none_of
from agent.facts import accounts, directory, last_logins
from wire.privacy import Privacy
from wire.text import N_

MODERN_SCHEMES = {"yescrypt", "gost-yescrypt", "scrypt", "bcrypt", "sha512", "sha256"}


def only_root_has_uid_0(facts: accounts.NameFacts) -> Outcome:
    return none_of([a.name for a in facts.accounts if a.uid == 0 and a.name != "root"])


def list_is_sound(facts: accounts.NameFacts) -> Outcome:
    """Two accounts with one name or one number cannot be told apart in any record."""
    names = Counter(a.name for a in facts.accounts)
    uids = Counter(a.uid for a in facts.accounts)
    doubled = [name for name, times in names.items() if times > 1]
    shared = [f"uid {uid}" for uid, times in uids.items() if times > 1]
    return none_of([*doubled, *shared])


def service_accounts_have_no_shell(facts: accounts.NameFacts) -> Outcome:
    return none_of([a.name for a in facts.accounts if not a.is_person and a.uid and a.has_shell])


def passwords_shadowed(facts: accounts.NameFacts) -> Outcome:
    return none_of([a.name for a in facts.accounts if a.password_here])


def no_empty_passwords(facts: accounts.AccountFacts) -> Outcome:
    empty = [name for name, secret in facts.secrets.items() if secret.scheme == "empty"]
    return none_of(list(dict.fromkeys(empty + [a.name for a in facts.names.accounts if a.open])))


def hashes_modern(facts: accounts.AccountFacts) -> Outcome:
    weak = [
        f"{account.name} ({facts.secrets[account.name].scheme})"
        for account in facts.with_password()
        if facts.secrets[account.name].scheme not in MODERN_SCHEMES | {"empty"}
    ]
    return none_of(weak)


def root_password_locked(facts: accounts.AccountFacts) -> Outcome:
    """Administrators become root through sudo, under their own name."""
    secret = facts.secrets.get("root")
    return judged(secret is not None and not secret.usable, _root_state(secret))


def passwords_expire(facts: accounts.AccountFacts) -> Outcome:
    return none_of(
        [a.name for a in facts.with_password() if not facts.secrets[a.name].age_is_limited]
    )


def admin_passwords_change(facts: accounts.AccountFacts) -> Outcome:
    def too_long(name: str) -> bool:
        secret = facts.secrets[name]
        return not secret.age_is_limited or (secret.maximum_days or 0) > ADMIN_PASSWORD_DAYS

    administrators = facts.names.administrators
    candidates = [a.name for a in facts.with_password() if a.name in administrators]
    return none_of([name for name in candidates if too_long(name)])


def idle_accounts_locked(facts: last_logins.LoginFacts) -> Outcome:
    def idle(name: str) -> bool:
        used = facts.last_used[name]
        return used is None or (facts.today - used).days > IDLE_ACCOUNT_DAYS

    return none_of([name for name in facts.last_used if idle(name)])


def managed_centrally(facts: directory.DirectoryFacts) -> Outcome:
    """The directory must be asked for names and must be there to answer."""
    observed = f"passwd: {' '.join(facts.sources)}; {facts.service or 'no sssd, winbindd, nslcd'}"
    return judged(facts.asks_directory and bool(facts.service), observed)


def _root_state(secret: accounts.Secret | None) -> str:
    return (
        "root: no such account"
        if secret is None
        else f"root: {'locked' if not secret.usable else 'usable'}"
    )


CHECKS = (
    Check(
        id="accounts.only_root_has_uid_0",
        title=N_("Only root has the powers of root"),
        why=N_("A second account with number 0 is root under another name; intruders leave one."),
        expected="none",
        remedy="awk -F: '$3==0 {print $1}' /etc/passwd; usermod -L NAME",
        needs=accounts.collect_names,
        judge=only_root_has_uid_0,
        source="CIS Debian Linux 12, UID 0 accounts",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.list_is_sound",
        title=N_("Every account has its own name and number"),
        why=N_("Two accounts with one number cannot be told apart in any record."),
        expected="none",
        remedy="pwck -r; usermod -u NEW_NUMBER NAME",
        needs=accounts.collect_names,
        judge=list_is_sound,
        source="passwd(5), pwck(8)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.service_accounts_have_no_shell",
        title=N_("Accounts of programs cannot log in"),
        why=N_("Nobody works under the name of a program; with a shell, an intruder can."),
        expected="none",
        remedy="usermod -s /usr/sbin/nologin NAME",
        needs=accounts.collect_names,
        judge=service_accounts_have_no_shell,
        source="CIS Debian Linux 12, system account shells",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.passwords_shadowed",
        title=N_("No password hash stands where everybody can read it"),
        why=N_("A hash that everybody can read can be guessed at leisure."),
        expected="none",
        remedy="pwconv",
        needs=accounts.collect_names,
        judge=passwords_shadowed,
        source="passwd(5), pwconv(8)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.no_empty_passwords",
        title=N_("No account is without a password"),
        why=N_("An account without a password is open to anybody who knows its name."),
        expected="none",
        remedy="passwd -l NAME",
        needs=accounts.collect,
        judge=no_empty_passwords,
        source="shadow(5)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.hashes_modern",
        title=N_("Passwords are stored with a modern hash"),
        why=N_("Old hashes are broken in hours once the file is stolen."),
        expected="none by DES or MD5",
        remedy="chage -d 0 NAME",
        needs=accounts.collect,
        judge=hashes_modern,
        source="crypt(5)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.root_password_locked",
        title=N_("The account root has no usable password"),
        why=N_("With a shared root password nobody can tell who did what."),
        expected="root: locked",
        remedy="adduser YOUR_NAME sudo && passwd -l root",
        needs=accounts.collect,
        judge=root_password_locked,
        source="passwd(1), -l",
    ),
    Check(
        id="accounts.passwords_expire",
        title=N_("Every password has a last day"),
        why=N_("A password that leaked years ago must not open the door today."),
        expected="none",
        remedy="chage -M 90 NAME",
        needs=accounts.collect,
        judge=passwords_expire,
        source="shadow(5), maximum password age",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.admin_passwords_change",
        title=N_("Administrators change their passwords every two months"),
        why=N_("An administrator's password is worth the most to a thief."),
        expected=f"none older than {ADMIN_PASSWORD_DAYS} d",
        remedy=f"chage -M {ADMIN_PASSWORD_DAYS} NAME",
        needs=accounts.collect,
        judge=admin_passwords_change,
        source="TCVN 14423:2026, 5.6.2.2 b)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.idle_accounts_locked",
        title=N_("Accounts that nobody uses are locked"),
        why=N_("Nobody notices when a forgotten account is misused."),
        expected=f"none idle for more than {IDLE_ACCOUNT_DAYS} d",
        remedy="lastlog -b 45; usermod -L -e 1 NAME",
        needs=last_logins.collect,
        judge=idle_accounts_locked,
        source="TCVN 14423:2026, 5.6.2.3; lastlog(8)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.managed_centrally",
        title=N_("Accounts come from the central directory"),
        why=N_("Who leaves the hospital is locked out everywhere at once, not server by server."),
        expected="passwd: sss or winbind or ldap",
        remedy="apt install sssd realmd && realm join DOMAIN",
        needs=directory.collect,
        judge=managed_centrally,
        source="nsswitch.conf(5); TCVN 14423:2026, 5.6.2.3",
    ),
)
