"""When each account with a password last logged in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from agent.errors import UnreadableFactError
from agent.facts import accounts, people_keys
from agent.host import Host

COMMAND, SUCCESSOR = ("lastlog",), ("lastlog2",)  # the successor from Debian 13 on
_MOMENT_WORDS = 6  # "Sat Nov 21 08:00:00 +0000 2026"


@dataclass(frozen=True, slots=True)
class LoginFacts:
    """Per account that can log in: its last sign of use, or None when there is none at all."""

    last_used: dict[str, date | None]
    today: date


def collect(host: Host) -> LoginFacts:
    """A new password counts as a sign of use: a new account was not forgotten yet."""
    facts = accounts.collect(host)
    logins = parse(_table(host))
    last_used: dict[str, date | None] = {}
    for account in (*facts.with_password(), *_by_key(host, facts)):
        expires = facts.secrets[account.name].expires_on
        if account.has_shell and not (expires and expires <= host.now().date()):
            signs = (logins.get(account.name), facts.secrets[account.name].changed_on)
            last_used[account.name] = max((sign for sign in signs if sign), default=None)
    return LoginFacts(last_used, host.now().date())


def _by_key(host: Host, facts: accounts.AccountFacts) -> list[accounts.Account]:
    """People whose password is locked and whose SSH key still opens the door."""
    locked = [
        account
        for account in facts.names.accounts
        if account.is_person and account.has_shell and account.name in facts.secrets
        if not facts.secrets[account.name].usable
    ]
    return [account for account in locked if people_keys.of(host, account)]


def _table(host: Host) -> str:
    try:
        return host.run(COMMAND, timeout_s=10)
    except UnreadableFactError as error:
        if error.reason != "missing":
            raise
        return host.run(SUCCESSOR, timeout_s=10)


def parse(output: str) -> dict[str, date | None]:
    """Read the table of lastlog(8), printed with LC_ALL=C."""
    lines = output.splitlines()
    if not lines or not lines[0].startswith("Username"):
        raise UnreadableFactError(" ".join(COMMAND), "unparsable")
    logins: dict[str, date | None] = {}
    for line in lines[1:]:
        words = line.split()
        if not words:
            continue
        if "**Never logged in**" in line:
            logins[words[0]] = None
            continue
        try:
            moment = datetime.strptime(" ".join(words[-_MOMENT_WORDS:]), "%a %b %d %H:%M:%S %z %Y")
        except ValueError as error:
            raise UnreadableFactError(" ".join(COMMAND), "unparsable") from error
        logins[words[0]] = moment.astimezone(UTC).date()
    return logins
