"""What the database knows of people logging in; none of it is evidence, none of it is logged."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, insert, select, update

from controller.store.tables.fleet import USER
from controller.store.tables.private import LOGIN_FAILURE, ONE_TIME_LINK, PASSWORD, SESSION
from controller.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who may log in. `facility` is empty for the whole province."""

    code: str
    role: str  # admin | analyst | facility | inspector
    facility: str


@dataclass(frozen=True, slots=True)
class Session:
    """A login that has not ended; only the hash of its secret is stored."""

    id_hash: str
    user: str
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Failures:
    """How often a login failed in a row, and when last."""

    count: int
    last_at: datetime


def person(connection: Connection, user: str) -> Person | None:
    row = connection.execute(select(USER).where(USER.c.code == user)).one_or_none()
    return None if row is None else Person(row.code, row.role, row.facility)


def password_hash(connection: Connection, user: str) -> str | None:
    return connection.execute(
        select(PASSWORD.c.argon2).where(PASSWORD.c.user == user)
    ).scalar_one_or_none()


def set_password(connection: Connection, user: str, argon2: str, now: datetime) -> None:
    """Store a new password; every session of this person ends."""
    upsert(connection, PASSWORD, [{"user": user, "argon2": argon2, "set_at": now}])
    connection.execute(delete(SESSION).where(SESSION.c.user == user))


def add_session(connection: Connection, session: Session) -> None:
    """Store a new session; those that have ended by themselves go."""
    connection.execute(delete(SESSION).where(SESSION.c.expires_at <= session.seen_at))
    connection.execute(
        insert(SESSION).values(
            id_hash=session.id_hash,
            user=session.user,
            created_at=session.seen_at,
            seen_at=session.seen_at,
            expires_at=session.expires_at,
        )
    )


def session(connection: Connection, id_hash: str) -> Session | None:
    row = connection.execute(select(SESSION).where(SESSION.c.id_hash == id_hash)).one_or_none()
    return None if row is None else Session(row.id_hash, row.user, row.seen_at, row.expires_at)


def touch_session(connection: Connection, id_hash: str, now: datetime) -> None:
    connection.execute(update(SESSION).where(SESSION.c.id_hash == id_hash).values(seen_at=now))


def end_session(connection: Connection, id_hash: str) -> None:
    connection.execute(delete(SESSION).where(SESSION.c.id_hash == id_hash))


def link_user(connection: Connection, secret_hash: str, now: datetime) -> str | None:
    """Whose one-time link this is, if it is unused and not expired."""
    return connection.execute(
        select(ONE_TIME_LINK.c.user).where(
            ONE_TIME_LINK.c.secret_hash == secret_hash,
            ONE_TIME_LINK.c.used_at.is_(None),
            ONE_TIME_LINK.c.expires_at > now,
        )
    ).scalar_one_or_none()


def use_link(connection: Connection, secret_hash: str, now: datetime) -> bool:
    """Use the link up; of two who try, one gets True."""
    used = connection.execute(
        update(ONE_TIME_LINK)
        .where(
            ONE_TIME_LINK.c.secret_hash == secret_hash,
            ONE_TIME_LINK.c.used_at.is_(None),
            ONE_TIME_LINK.c.expires_at > now,
        )
        .values(used_at=now)
    )
    return used.rowcount == 1


def failures(connection: Connection, subject: str) -> Failures | None:
    row = connection.execute(
        select(LOGIN_FAILURE).where(LOGIN_FAILURE.c.subject == subject)
    ).one_or_none()
    return None if row is None else Failures(row.failures, row.last_at)


def count_failure(connection: Connection, subject: str, count: int, now: datetime) -> None:
    upsert(connection, LOGIN_FAILURE, [{"subject": subject, "failures": count, "last_at": now}])


def forget_failures(connection: Connection, subject: str) -> None:
    connection.execute(delete(LOGIN_FAILURE).where(LOGIN_FAILURE.c.subject == subject))


def forget_old_failures(connection: Connection, before: datetime) -> None:
    """What failed long ago; else whoever invents names fills the table."""
    connection.execute(delete(LOGIN_FAILURE).where(LOGIN_FAILURE.c.last_at < before))


def add_link(connection: Connection, secret_hash: str, user: str, expires_at: datetime) -> None:
    """A new one-time link; the unused ones of the same person are worth nothing any more."""
    connection.execute(
        delete(ONE_TIME_LINK).where(ONE_TIME_LINK.c.user == user, ONE_TIME_LINK.c.used_at.is_(None))
    )
    connection.execute(
        insert(ONE_TIME_LINK).values(secret_hash=secret_hash, user=user, expires_at=expires_at)
    )
