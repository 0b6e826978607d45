"""Logging in and setting a first password: what happens, without any HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.store import logins
from controller.store.engine import Database
from controller.web.auth import passwords
from controller.web.auth.sessions import Sessions, id_hash
from controller.web.auth.throttle import (
    ADDRESS_FREE_TRIES,
    FORGOTTEN_AFTER,
    FREE_TRIES,
    waits_until,
)


class Refusal(StrEnum):
    """Why somebody does not get in."""

    WRONG = "WRONG"
    WAIT = "WAIT"
    LINK = "LINK"
    WEAK = "WEAK"


@dataclass(frozen=True, slots=True)
class Entered:
    """The secret for the cookie."""

    secret: str


@dataclass(frozen=True, slots=True)
class Doorkeeper:
    """Lets people in, slowly after failures."""

    database: Database
    sessions: Sessions
    now: Callable[[], datetime]

    def log_in(self, user: str, password: str, address: str) -> Entered | Refusal:
        """Begin a session for who knows the password."""
        refused = self.refuses(user, password, address)
        return Entered(self.sessions.begin(user)) if refused is None else refused

    def refuses(self, user: str, password: str, address: str) -> Refusal | None:
        """Check a password; failures are counted per account and per address."""
        if not self._admitted(user, address):
            return Refusal.WAIT
        with self.database.reading() as connection:
            stored = logins.password_hash(connection, user)
        if not passwords.matches(stored, password):
            return Refusal.WRONG
        self._forgive(user, address)
        return None

    def link_user(self, secret: str) -> str | None:
        with self.database.reading() as connection:
            return logins.link_user(connection, id_hash(secret), self.now())

    def set_first_password(self, secret: str, password: str) -> Entered | Refusal:
        """Use a one-time link up; a weak password leaves the link as it was."""
        if not passwords.acceptable(password):
            return Refusal.WEAK
        user = self.link_user(secret)
        if user is None:
            return Refusal.LINK
        argon2 = passwords.hashed(password)
        with self.database.writing() as connection:
            if not logins.use_link(connection, id_hash(secret), self.now()):
                return Refusal.LINK
            logins.set_password(connection, user, argon2, self.now())
            logins.forget_failures(connection, _account(user))
        return Entered(self.sessions.begin(user))

    def _admitted(self, user: str, address: str) -> bool:
        """Whether this try is heard. It counts as failed until it has succeeded.

        So tries that come at one moment do not all find the same free one.
        """
        now = self.now()
        free = {_account(user): FREE_TRIES, _origin(address): ADDRESS_FREE_TRIES}
        with self.database.writing() as connection:
            logins.forget_old_failures(connection, now - FORGOTTEN_AFTER)
            seen = {subject: logins.failures(connection, subject) for subject in free}
            for subject, found in seen.items():
                if found and now < waits_until(found.count, found.last_at, free[subject]):
                    return False
            for subject, found in seen.items():
                count = found.count + 1 if found else 1
                logins.count_failure(connection, subject, count, now)
        return True

    def _forgive(self, user: str, address: str) -> None:
        """A person's own slips, here too: what others failed at from this address still counts."""
        with self.database.writing() as connection:
            own = logins.failures(connection, _account(user))
            logins.forget_failures(connection, _account(user))
            here = logins.failures(connection, _origin(address))
            if own and here:
                left = max(0, here.count - own.count)
                logins.count_failure(connection, _origin(address), left, here.last_at)


def _account(user: str) -> str:
    return f"user:{user}"[:200]


def _origin(address: str) -> str:
    return f"address:{address}"[:200]
