"""The databases that servers of this host serve now, by name."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import mariadb, postgresql, processes
from agent.host import Host, list_if_present, present

POSTGRESQL_QUERY = (
    "SELECT encode(convert_to(datname, 'UTF8'), 'hex') FROM pg_database WHERE NOT datistemplate"
)
MARIADB_FOLDER = "SELECT HEX(@@datadir)"
MARIADB_QUERY = "SELECT HEX(SCHEMA_NAME) FROM information_schema.SCHEMATA"
SYSTEM = {
    "postgresql": ("postgres",),
    "mariadb": ("information_schema", "performance_schema", "mysql", "sys"),
}
RUNNING = "/run/postgresql"  # Debian's servers leave VERSION-NAME.pid there


@dataclass(frozen=True, slots=True)
class Served:
    """One database; `port` is that of a PostgreSQL server, 0 elsewhere."""

    kind: str  # postgresql | mariadb
    name: str
    port: int


@dataclass(frozen=True, slots=True)
class ServedFacts:
    """What is served, and the folders whose content is thereby known."""

    databases: tuple[Served, ...]
    folders: tuple[str, ...]


def collect(host: Host) -> ServedFacts:
    """Ask every server that runs.

    Raises:
        UnreadableFactError: one runs and does not tell what it serves.
    """
    running = processes.collect(host)
    databases: list[Served] = []
    folders: list[str] = []
    if running.running("postgres", "postmaster"):
        for version, name in _clusters(host):
            port = postgresql.port_of(host, version, name)
            databases += [Served("postgresql", one, port) for one in _postgresql(host, port)]
            folders.append(postgresql.data_of(host, version, name))
    if running.running(*mariadb.SERVERS):
        names = _plain(mariadb.ask(host, MARIADB_QUERY), "mariadb")
        databases += [Served("mariadb", one, 0) for one in names]
        folders += _decoded(mariadb.ask(host, MARIADB_FOLDER), "mariadb")
    return ServedFacts(tuple(databases), tuple(folders))


def _clusters(host: Host) -> list[tuple[str, str]]:
    """Those of Debian's that run; another server runs where nobody finds its settings."""
    found = [
        (version, name)
        for version in list_if_present(host, postgresql.FOLDER)
        for name in list_if_present(host, f"{postgresql.FOLDER}/{version}")
        if present(host, f"{RUNNING}/{version}-{name}.pid")
    ]
    if not found:
        raise UnreadableFactError(postgresql.FOLDER, "missing")
    return found


def _postgresql(host: Host, port: int) -> list[str]:
    client = ("psql", "-X", "-A", "-t", "-p", str(port), "-c", POSTGRESQL_QUERY, "postgres")
    output = host.run(("runuser", "-u", "postgres", "--", *client), timeout_s=10)
    return _plain(output, "postgresql")


def _plain(output: str, kind: str) -> list[str]:
    return [name for name in _decoded(output, kind) if name not in SYSTEM[kind]]


def _decoded(output: str, kind: str) -> list[str]:
    """Names come in hexadecimal, so that none of them can look like two."""
    try:
        names = [bytes.fromhex(word).decode() for word in output.split()]
    except ValueError as error:
        raise UnreadableFactError(kind, "unparsable") from error
    if not names:
        raise UnreadableFactError(kind, "empty")
    return names
