"""Sessions: an opaque 256-bit secret in a cookie, its SHA-256 in the database."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from controller.store import logins
from controller.store.engine import Database
from controller.store.logins import Person, Session

COOKIE = "__Host-lachan"  # the prefix binds it to this host, to TLS and to the path /
IDLE = timedelta(minutes=15)
ABSOLUTE = timedelta(hours=12)
_TOUCH_EVERY = timedelta(minutes=1)  # a write per page would fight with the evidence for the lock


@dataclass(frozen=True, slots=True)
class Sessions:
    """Begins, finds and ends sessions."""

    database: Database
    now: Callable[[], datetime]
    entropy: Callable[[int], bytes]

    def begin(self, user: str) -> str:
        """Start a session and return the secret for the cookie."""
        secret, now = self.entropy(32).hex(), self.now()
        with self.database.writing() as connection:
            logins.add_session(connection, Session(id_hash(secret), user, now, now + ABSOLUTE))
        return secret

    def person(self, secret: str) -> Person | None:
        """Who holds this secret, if the session is alive."""
        now, hashed = self.now(), id_hash(secret)
        with self.database.reading() as connection:
            session = logins.session(connection, hashed)
            if session is None or not alive(session, now):
                return None
            person = logins.person(connection, session.user)
        if now - session.seen_at > _TOUCH_EVERY:
            with self.database.writing() as connection:
                logins.touch_session(connection, hashed, now)
        return person

    def end(self, secret: str) -> None:
        with self.database.writing() as connection:
            logins.end_session(connection, id_hash(secret))


def alive(session: Session, now: datetime) -> bool:
    return now < session.expires_at and now - session.seen_at < IDLE


def id_hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
