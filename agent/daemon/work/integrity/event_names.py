"""How much of people, programs and explanations an event or a suspicion may disclose. Pure."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from agent.config.model import Watched
from agent.files.names import shown
from agent.integrity.events.event import Event
from agent.integrity.who.record import Who
from agent.uplink.secrets import Pseudonyms
from wire.verdicts import Names

FILE, WATCHED, USER = "file", "watched", "user"  # purposes of pseudonyms
_OF_PACKAGES = frozenset({"package", "package_script"})
_LONGEST = 1_000  # of a program, a client or an explanation
_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]{0,95}")  # wire.privacy.Code
Account = Callable[[int], str]  # the name of an account, by its number


@dataclass(frozen=True, slots=True)
class Telling:
    """Whose words: the facility's pseudonyms, and how accounts are called on this host."""

    names: Pseudonyms
    account: Account


class By(NamedTuple):
    """Who did it, as far as it may be told."""

    user: str | None = None
    name: str = ""
    program: str = ""
    client: str = ""


def by(telling: Telling, watched: Watched, who: Who | None) -> By:
    """A client of a file share is the person, not the server's process."""
    if who is None:
        return By()
    account = telling.account(who.uid if who.login_uid is None else who.login_uid)
    person = who.client_user or account
    user = telling.names.of(USER, person)
    if watched.names is not Names.FULL:
        return By(user)
    client = "@".join(part for part in (who.client_user, who.client_address) if part)
    return By(user, _fitted(person), _fitted(who.exe), _fitted(client))


def explanation(watched: Watched, event: Event) -> str:
    """A package's name says nothing about files or people; anything else may."""
    allowed = watched.names is Names.FULL or (
        watched.names is Names.FOLDER and event.explained_by in _OF_PACKAGES
    )
    return _fitted(event.explanation) if allowed else ""


def code_of(text: str) -> str:
    """A word of ours; whatever else it is must not keep the rest from being told."""
    return text if _CODE.fullmatch(text) else "other"


def _fitted(text: str) -> str:
    plain = shown(text.encode("utf-8", "surrogateescape"))
    return plain if len(plain) <= _LONGEST else plain[: _LONGEST - 1] + "…"
