"""Dumps a PostgreSQL database: its rows and objects, its settings, the roles that it names.

In plain text and without compression: any later version loads it, its end proves that it is
whole, and what did not change is found again by the repository. Roles come without passwords:
a hash at the second site would outlive every change of it.

Source: pg_dump(1), pg_dumpall(1); PostgreSQL documentation, 34.1.1 Connection Strings.
"""

import os
from pathlib import Path

from agent.backup.databases.dumping import dump_to, secret_file, text_to
from agent.backup.databases.judging import POSTGRESQL_SAYS
from agent.backup.databases.kit import Kit, Taken, password_of
from agent.backup.databases.sql_text import POSTGRESQL
from agent.config.datasets import Database
from agent.host import Program
from wire.verdicts import Consistency

DATA, SETTINGS, ROLES = "database.sql", "create.sql", "roles.sql"
PACKAGE = "postgresql-client"
ADMINISTRATOR = "postgres"
_CONNECT_S = 30
_LOCK_WAIT_MS = 600_000  # somebody holds a table all to himself: the dump fails, and says so
_END, _ALL_END = (
    b"-- PostgreSQL database dump complete",
    b"-- PostgreSQL database cluster dump complete",
)
_LOGIN_FILE = "login"
_NOWHERE = "/nonexistent/pgpass"  # else a file of whoever runs it would be read


def dump(database: Database, kit: Kit) -> Taken:
    """Dump one database, as one transaction sees it.

    Raises:
        ProductionError: it could not be made; whether it proves something is for the judge.
    """
    taken_at = kit.clock.now()
    client = kit.program(("pg_dump",), PACKAGE)
    everything = kit.program(("pg_dumpall",), PACKAGE)
    password = password_of(database, kit)
    file = None if password is None else secret_file(kit, _LOGIN_FILE, pass_line(password))
    try:
        where = connection(database, file)
        near = server_words(database)
        words = (f"--lock-wait-timeout={_LOCK_WAIT_MS}", "--no-password", *near, "-d", where)
        roles = ("--roles-only", "--no-role-passwords", "--no-password", *near, "-d")
        server = connection(database, file, name="")
        text_to(
            kit, ROLES, _as(database, kit, everything, *roles, server), _ALL_END, POSTGRESQL_SAYS
        )
        settings = _as(database, kit, client, "--create", "--schema-only", "-N", "*", *words)
        text_to(kit, SETTINGS, settings, _END, POSTGRESQL_SAYS)
        program = _as(database, kit, client, *words)
        look = dump_to(kit, DATA, program, POSTGRESQL, POSTGRESQL_SAYS)
    finally:
        if file is not None:
            file.unlink()
    return Taken(taken_at, Consistency.TRANSACTION, look)


def connection(database: Database, password_file: Path | None, name: str | None = None) -> str:
    """The connection string; each value is quoted, so that no name can add a word of its own."""
    words = {
        "dbname": database.database if name is None else name,
        "host": database.host,
        "port": str(database.port) if database.port else "",
        "user": database.user,
        "passfile": str(password_file or _NOWHERE),
        "connect_timeout": str(_CONNECT_S),
        "application_name": "lachan",
    }
    return " ".join(f"{key}={_quoted(value)}" for key, value in words.items() if value)


def server_words(database: Database) -> tuple[str, ...]:
    """The same beside the string: by these Debian chooses the client of the server's version."""
    host = ("-h", database.host) if database.host else ()
    return (*host, "-p", str(database.port)) if database.port else host


def pass_line(password: str) -> str:
    """A line of libpq's password file that fits every server; pgpass, 34.16."""
    return "*:*:*:*:" + password.replace("\\", "\\\\").replace(":", "\\:") + "\n"


def account(database: Database, *, root: bool) -> str:
    """Who runs the client: over the local socket PostgreSQL knows people by their account."""
    if database.run_as or not root or database.password_file is not None:
        return database.run_as
    local = not database.host or database.host.startswith("/")
    return ADMINISTRATOR if local else ""


def _as(database: Database, kit: Kit, *argv: str) -> Program:
    who = account(database, root=os.geteuid() == 0)
    return Program(argv, kit.limit.total_seconds(), who, kit.folders)


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"
