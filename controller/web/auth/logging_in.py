"""Logging in and setting a first password: what happens, without any HTTP."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from controller.store import logins
from controller.store.engine import Database
from controller.web.auth import passwords
from controller.web.auth.sessions import Sessions, id_hash
from controller.web.auth.throttle import waits_until


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
        """Check a password; failures are counted per account and per address."""
        subjects = (f"user:{user}"[:200], f"address:{address}"[:200])
        if any(self._must_wait(subject) for subject in subjects):
            return Refusal.WAIT
        with self.database.reading() as connection:
            stored = logins.password_hash(connection, user)
        if not passwords.matches(stored, password):
            self._count(subjects)
            return Refusal.WRONG
        with self.database.writing() as connection:
            for subject in subjects:
                logins.forget_failures(connection, subject)
        return Entered(self.sessions.begin(user))

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
        return Entered(self.sessions.begin(user))

    def _must_wait(self, subject: str) -> bool:
        with self.database.reading() as connection:
            seen = logins.failures(connection, subject)
        return seen is not None and self.now() < waits_until(seen.count, seen.last_at)

    def _count(self, subjects: tuple[str, ...]) -> None:
        with self.database.writing() as connection:
            for subject in subjects:
                seen = logins.failures(connection, subject)
                count = 1 if seen is None else seen.count + 1
                logins.count_failure(connection, subject, count, self.now())
