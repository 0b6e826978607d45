"""The settings of this host's PostgreSQL clusters, from the server or from its files."""

import re
from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import postgresql_rules, presence
from agent.facts.absent import SubjectAbsentError
from agent.facts.postgresql_rules import Rule
from agent.host import Host, list_if_present, present, read_if_present

FOLDER = "/etc/postgresql"
ASKED = (
    "listen_addresses", "ssl", "password_encryption", "log_connections", "log_statement",
    "shared_preload_libraries", "pgaudit.log",
)  # fmt: skip
QUERY = f"SELECT name, setting FROM pg_settings WHERE name IN ({', '.join(map(repr, ASKED))})"  # noqa: S608 - fixed words
DEPTH_LIMIT = 8
FIRST_SCRAM = 14  # the version from which on scram-sha-256 is the default
DEFAULTS = {"listen_addresses": "localhost", "ssl": "off", "log_connections": "off", "port": "5432"}
_LINE = re.compile(r"\s*([\w.]+)\s*(?:=\s*|\s)\s*('(?:[^']|'')*'|[^\s#']+)")
_HERE = {"localhost", "127.0.0.1", "::1", ""}
_EVERYWHERE = {"*", "0.0.0.0", "::"}  # noqa: S104 - to be found, not to be bound


@dataclass(frozen=True, slots=True)
class Cluster:
    name: str  # version/name
    settings: dict[str, str]
    rules: tuple[Rule, ...]

    def get(self, name: str) -> str:
        return self.settings.get(name, "").lower()

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(word.strip() for word in self.get("listen_addresses").split(","))

    @property
    def reachable(self) -> bool:
        return any(address not in _HERE for address in self.addresses)

    @property
    def listens_everywhere(self) -> bool:
        return any(address in _EVERYWHERE for address in self.addresses)


def collect(host: Host) -> tuple[Cluster, ...]:
    """Debian's clusters; one that somebody put elsewhere is not found, and then said unknown."""
    found = [
        (version, name)
        for version in list_if_present(host, FOLDER)
        for name in list_if_present(host, f"{FOLDER}/{version}")
        if present(host, f"{FOLDER}/{version}/{name}/postgresql.conf")
    ]
    if not found:
        if presence.running(host, ("postgres", "postmaster")):
            raise UnreadableFactError(FOLDER, "missing")
        raise SubjectAbsentError("not_installed", f"no {FOLDER}")
    return tuple(_cluster(host, version, name) for version, name in found)


def command(port: str) -> tuple[str, ...]:
    """Ask the server itself, as its own administrator, over its socket."""
    client = ("psql", "-X", "-A", "-t", "-F", "=", "-p", port, "-c", QUERY, "postgres")
    return ("runuser", "-u", "postgres", "--", *client)


def parse(text: str) -> list[tuple[str, str]]:
    """`name = value` lines in their order; the value's quotes are taken off.

    Source: PostgreSQL documentation, 20.1 Setting Parameters.
    """
    pairs = []
    for line in text.splitlines():
        found = _LINE.match(line)
        if found and not line.lstrip().startswith("#"):
            value = found[2]
            plain = value[1:-1].replace("''", "'") if value.startswith("'") else value
            pairs.append((found[1].lower(), plain))
    return pairs


def port_of(host: Host, version: str, name: str) -> int:
    """The port of a Debian cluster, as its files say."""
    port = (DEFAULTS | _own_settings(host, version, name))["port"]
    if not port.isdecimal():
        raise UnreadableFactError(f"{FOLDER}/{version}/{name}", "unparsable", port)
    return int(port)


def data_of(host: Host, version: str, name: str) -> str:
    """Where a Debian cluster keeps its data, as its files say."""
    usual = f"/var/lib/postgresql/{version}/{name}"
    return _own_settings(host, version, name).get("data_directory", usual)


def _own_settings(host: Host, version: str, name: str) -> dict[str, str]:
    return _files(host, f"{FOLDER}/{version}/{name}/postgresql.conf", DEPTH_LIMIT)


def _cluster(host: Host, version: str, name: str) -> Cluster:
    folder = f"{FOLDER}/{version}/{name}"
    default = "scram-sha-256" if _major(version) >= FIRST_SCRAM else "md5"
    settings = DEFAULTS | {"password_encryption": default}
    settings |= _files(host, f"{folder}/postgresql.conf", DEPTH_LIMIT)
    data = settings.get("data_directory", f"/var/lib/postgresql/{version}/{name}")
    settings |= dict(parse(read_if_present(host, f"{data}/postgresql.auto.conf") or ""))
    settings |= _asked(host, settings["port"])
    rules = postgresql_rules.collect(host, settings.get("hba_file", f"{folder}/pg_hba.conf"))
    return Cluster(f"{version}/{name}", settings, rules)


def _asked(host: Host, port: str) -> dict[str, str]:
    """What the running server holds goes before its files.

    Where it does not run, or nobody but root may ask it, its files say what it will hold.
    """
    try:
        output = host.run(command(port), timeout_s=10)
    except UnreadableFactError as error:
        if error.reason in {"timeout", "too_large"}:
            raise
        return {}
    pairs = (line.partition("=") for line in output.splitlines())
    return {name: value for name, equals, value in pairs if equals}


def _files(host: Host, path: str, depth: int) -> dict[str, str]:
    """A file with what it includes, in its order: the last word holds."""
    if depth == 0:
        raise UnreadableFactError(path, "unparsable", "includes itself")
    settings: dict[str, str] = {}
    for name, value in parse(host.read(path)):
        place = value if value.startswith("/") else f"{path.rpartition('/')[0]}/{value}"
        if name == "include" or (name == "include_if_exists" and present(host, place)):
            settings |= _files(host, place, depth - 1)
        elif name == "include_dir":
            for inner in host.listing(place):
                if inner.endswith(".conf") and not inner.startswith("."):
                    settings |= _files(host, f"{place}/{inner}", depth - 1)
        else:
            settings[name] = value
    return settings


def _major(version: str) -> int:
    first = version.partition(".")[0]
    return int(first) if first.isdecimal() and first.isascii() and len(first) < 5 else 0  # noqa: PLR2004
