"""The local accounts: who may log in, with what kind of password, for how long."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from agent.errors import UnreadableFactError
from agent.host import Host

PASSWD, SHADOW, GROUP = "/etc/passwd", "/etc/shadow", "/etc/group"
FIRST_PERSON_UID = 1000  # login.defs(5), UID_MIN of Debian and Ubuntu
NOBODY_UID = 65534
NO_SHELLS = ("/nologin", "/false", "/sync", "/shutdown", "/halt")
ADMIN_GROUPS = ("sudo", "wheel", "admin")
NEVER_DAYS = 9999  # a maximum age from here on is "never", chage(1) writes 99999

_SCHEMES = {
    "$1$": "md5",
    "$2": "bcrypt",
    "$5$": "sha256",
    "$6$": "sha512",
    "$7$": "scrypt",
    "$y$": "yescrypt",
    "$gy$": "gost-yescrypt",
}


@dataclass(frozen=True, slots=True)
class Account:
    """A line of passwd; `password_here` tells a password that is not in shadow.

    `open`: the line itself says that no password is asked for, whatever shadow says.
    """

    name: str
    uid: int
    gid: int
    home: str
    shell: str
    password_here: bool
    open: bool = False

    @property
    def has_shell(self) -> bool:
        return not self.shell.endswith(NO_SHELLS)

    @property
    def is_person(self) -> bool:
        return self.uid >= FIRST_PERSON_UID and self.uid != NOBODY_UID


@dataclass(frozen=True, slots=True)
class Secret:
    """A line of shadow, without the hash: only by which scheme it was made."""

    scheme: str  # locked | empty | des | md5 | sha256 | sha512 | bcrypt | scrypt | yescrypt | …
    changed_on: date | None
    maximum_days: int | None
    expires_on: date | None

    @property
    def usable(self) -> bool:
        return self.scheme != "locked"

    @property
    def age_is_limited(self) -> bool:
        return self.maximum_days is not None and 0 < self.maximum_days < NEVER_DAYS


@dataclass(frozen=True, slots=True)
class NameFacts:
    """What every user may read."""

    accounts: tuple[Account, ...]
    groups: dict[str, tuple[str, ...]]  # name -> members
    group_ids: dict[str, int]

    @property
    def administrators(self) -> frozenset[str]:
        """Who is root, or becomes root by a group, as primary or as further member."""
        named = {member for group in ADMIN_GROUPS for member in self.groups.get(group, ())}
        ids = {self.group_ids[group] for group in ADMIN_GROUPS if group in self.group_ids}
        by_id = {account.name for account in self.accounts if account.uid == 0}
        return frozenset(named | by_id | {a.name for a in self.accounts if a.gid in ids})


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Names with the state of their passwords."""

    names: NameFacts
    secrets: dict[str, Secret]

    def with_password(self) -> tuple[Account, ...]:
        """The accounts that can log in with a password."""
        return tuple(
            account
            for account in self.names.accounts
            if account.name in self.secrets and self.secrets[account.name].usable
        )


def collect_names(host: Host) -> NameFacts:
    return NameFacts(parse_passwd(host.read(PASSWD)), *parse_group(host.read(GROUP)))


def collect(host: Host) -> AccountFacts:
    names = collect_names(host)
    return AccountFacts(names, parse_shadow(host.read(SHADOW)))


def parse_passwd(text: str) -> tuple[Account, ...]:
    """Source: passwd(5). Lines of NIS (`+…`) name no account of this host."""
    accounts = []
    for line in _lines(text, PASSWD):
        fields = line.split(":")
        if len(fields) != 7 or not (fields[2].isdecimal() and fields[3].isdecimal()):  # noqa: PLR2004 - passwd(5)
            raise UnreadableFactError(PASSWD, "unparsable")
        name, stored, uid, gid, _, home, shell = fields
        found = Account(name, int(uid), int(gid), home, shell, stored != "x", not stored)
        accounts.append(found)
    return tuple(accounts)


def parse_group(text: str) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """Source: group(5)."""
    members: dict[str, tuple[str, ...]] = {}
    ids: dict[str, int] = {}
    for line in _lines(text, GROUP):
        fields = line.split(":")
        if len(fields) != 4 or not fields[2].isdecimal():  # noqa: PLR2004 - group(5)
            raise UnreadableFactError(GROUP, "unparsable")
        members[fields[0]] = tuple(member for member in fields[3].split(",") if member)
        ids[fields[0]] = int(fields[2])
    return members, ids


def parse_shadow(text: str) -> dict[str, Secret]:
    """Source: shadow(5)."""
    secrets = {}
    for line in _lines(text, SHADOW):
        fields = line.split(":")
        if len(fields) != 9:  # noqa: PLR2004 - shadow(5)
            raise UnreadableFactError(SHADOW, "unparsable")
        maximum = int(fields[4]) if fields[4].isdecimal() else None
        secrets[fields[0]] = Secret(scheme(fields[1]), _day(fields[2]), maximum, _day(fields[7]))
    return secrets


def scheme(password: str) -> str:
    """By which method a password field was made; crypt(5)."""
    if not password:
        return "empty"
    if password[0] in "!*":
        return "locked"
    for prefix, name in _SCHEMES.items():
        if password.startswith(prefix):
            return name
    return "unknown" if password.startswith("$") else "des"


def _lines(text: str, source: str) -> list[str]:
    lines = [line for line in text.splitlines() if line.strip() and line[0] not in "#+-"]
    if not lines:
        raise UnreadableFactError(source, "empty")
    return lines


def _day(field: str) -> date | None:
    if not field.isdecimal() or int(field) > 10**6:
        return None
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=int(field))).date()
