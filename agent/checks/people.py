"""Checks of whose the accounts are: default names, shared names, administrators, SSH keys."""

import re

from agent.checks.model import Check, Outcome, none_of, undecided
from agent.facts import descriptions, people_keys
from agent.facts.people_keys import LoginKey
from wire.privacy import Privacy
from wire.text import N_

# Names that makers of systems, images and appliances set up, and that every guesser tries first.
DEFAULT_NAMES = frozenset({
    "admin", "administrator", "ansible", "centos", "cisco", "debian", "default", "demo", "dev",
    "ec2-user", "ftpuser", "guest", "info", "installer", "manager", "mysql", "nagios", "oracle",
    "osboxes", "pi", "postgres", "service", "support", "system", "test", "testuser", "tomcat",
    "toor", "ubuntu", "ubnt", "user", "user1", "vagrant", "vnc", "www", "zabbix",
})  # fmt: skip
# Names of a place or a job, behind which several people stand. Words that are also a person's
# name (Khoa, Phong, Trúc, Chung) count only with the name of a ward behind them.
SHARED_WORDS = (
    "bacsi", "benhvien", "dieuduong", "doctor", "dungchung", "duoc", "everyone", "hanhchinh",
    "his", "ketoan", "kho", "lab", "lis", "nhanvien", "nurse", "office", "pacs", "public",
    "reception", "scan", "scanner", "share", "shared", "staff", "tieptan", "vienphi",
    "xetnghiem", "xquang", "yte",
)  # fmt: skip
WARDS = (
    "capcuu",
    "cdha",
    "duoc",
    "hscc",
    "kham",
    "khambenh",
    "mo",
    "ngoai",
    "nhi",
    "noi",
    "san",
    "xn",
)
_SHARED = re.compile(
    rf"(?:{'|'.join(SHARED_WORDS)}|(?:khoa|phong|truc)[-_.]?(?:{'|'.join(WARDS)}))"
    r"[-_.]?[0-9]*\Z"
)


def no_default_names(names: tuple[str, ...]) -> Outcome:
    return none_of([name for name in names if name.lower() in DEFAULT_NAMES])


def no_shared_names(names: tuple[str, ...]) -> Outcome:
    return none_of([name for name in names if _SHARED.match(name.lower())])


def everyone_described(facts: descriptions.DescriptionFacts) -> Outcome:
    return none_of(facts.nameless)


def administrators_expected(facts: descriptions.AdministratorFacts) -> Outcome:
    """Root itself is always there; whether it can log in is another question."""
    named = set(facts.expected.administrators)
    if not named:
        return undecided("no_list", "agent.yaml: expected.administrators 0")
    return none_of(sorted(facts.found - named - {"root"}))


def keys_strong(keys: tuple[LoginKey, ...]) -> Outcome:
    return none_of([f"{key.account} {key.kind}" for key in keys if key.weak])


def root_has_no_keys(keys: tuple[LoginKey, ...]) -> Outcome:
    return none_of([f"root {key.kind}" for key in keys if key.account == "root"])


CHECKS = (
    Check(
        id="accounts.no_default_names",
        title=N_("No account has a name that makers set up"),
        why=N_("Guessing programs try these names day and night, each with its known password."),
        expected="none of admin, guest, test, user, oracle, pi and the like",
        remedy="adduser YOUR_NAME sudo; usermod -L -e 1 NAME",
        needs=people_keys.collect_open,
        judge=no_default_names,
        source="TCVN 14423:2026, 5.6.2.3",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.no_shared_names",
        title=N_("No account is named after a ward or a job"),
        why=N_("Behind a shared name nobody can tell who did what."),
        expected="none of ketoan, duoc, his, nhanvien and the like",
        remedy="adduser PERSON_NAME; usermod -L -e 1 SHARED_NAME",
        needs=people_keys.collect_open,
        judge=no_shared_names,
        source="TCVN 14423:2026, 5.6.2.3, 5.6.2.4; names: our own choice",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.everyone_described",
        title=N_("Every person's account says whose it is"),
        why=N_("A list of accounts is of use only when each can be asked after."),
        expected="none without a comment",
        remedy="chfn -f 'FULL NAME, JOB' NAME",
        needs=descriptions.collect,
        judge=everyone_described,
        source="TCVN 14423:2026, 5.6.2.1; passwd(5), comment",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="accounts.administrators_expected",
        title=N_("Only those become root who are meant to"),
        why=N_("Who changed the job keeps the keys when nobody compares."),
        expected="none besides root and agent.yaml: expected.administrators",
        remedy="gpasswd -d NAME sudo",
        needs=descriptions.collect_administrators,
        judge=administrators_expected,
        source="TCVN 14423:2026, 5.6.2.4",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="keys.strong",
        title=N_("The SSH keys that let people in are strong"),
        why=N_("Short and old keys can be computed; then nobody needs the password."),
        expected="none of DSA, RSA below 2048",
        remedy="ssh-keygen -t ed25519; sed -i '/^ssh-dss/d' ~NAME/.ssh/authorized_keys",
        needs=people_keys.collect,
        judge=keys_strong,
        source="NIST SP 800-131A Rev. 2; TCVN 14423:2026, 6.4.2.4 e)",
        observed_is=Privacy.LOCAL,
    ),
    Check(
        id="keys.root_has_none",
        title=N_("No SSH key opens the account root"),
        why=N_("Whoever comes in as root does so without a name."),
        expected="none",
        remedy="rm /root/.ssh/authorized_keys",
        needs=people_keys.collect,
        judge=root_has_no_keys,
        source="TCVN 14423:2026, 5.6.2.3; sshd(8), authorized_keys",
        observed_is=Privacy.LOCAL,
    ),
)
