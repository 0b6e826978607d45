"""What the list of accounts says about each: its type by its number, the person by its comment."""

from dataclasses import dataclass

from agent.config.model import Expected
from agent.errors import UnreadableFactError
from agent.facts import accounts, own
from agent.host import Host

COMMENT_FIELD = 4


@dataclass(frozen=True, slots=True)
class DescriptionFacts:
    nameless: tuple[str, ...]  # people's accounts that do not say whose they are


@dataclass(frozen=True, slots=True)
class AdministratorFacts:
    found: frozenset[str]
    expected: Expected


def collect(host: Host) -> DescriptionFacts:
    comments = parse(host.read(accounts.PASSWD))
    people = [one for one in accounts.collect_names(host).accounts if one.is_person]
    open_ones = [one.name for one in people if one.has_shell]
    return DescriptionFacts(tuple(name for name in open_ones if not comments.get(name)))


def collect_administrators(host: Host) -> AdministratorFacts:
    return AdministratorFacts(accounts.collect_names(host).administrators, own.expected(host))


def parse(text: str) -> dict[str, str]:
    """The comment of each account: adduser(8) fills it with commas when nobody answers."""
    fields = (line.split(":") for line in text.splitlines())
    found = {words[0]: words[COMMENT_FIELD].strip(", ") for words in fields if len(words) == 7}  # noqa: PLR2004 - passwd(5)
    if not found:
        raise UnreadableFactError(accounts.PASSWD, "empty")
    return found
