"""What the running MariaDB or MySQL server says of itself, asked over its socket as root."""

from dataclasses import dataclass

from agent.errors import UnreadableFactError
from agent.facts import presence
from agent.host import Host

SERVERS = ("mariadbd", "mysqld")
PLACES = ("/usr/sbin/mariadbd", "/usr/sbin/mysqld")
CLIENTS = ("mariadb", "mysql")  # the second name is older, and MySQL's own
VARIABLES = "SHOW GLOBAL VARIABLES"
DATABASES = "SHOW DATABASES"
# Whether there is a stored password leaves the server, the password's hash never does.
ACCOUNTS_MARIADB = (
    "SELECT User, Host, IFNULL(JSON_VALUE(Priv, '$.plugin'), ''), "
    "IF(IFNULL(JSON_VALUE(Priv, '$.authentication_string'), '') = '', 'empty', 'set'), "
    "IFNULL(JSON_VALUE(Priv, '$.account_locked'), 0) FROM mysql.global_priv "
    "WHERE IFNULL(JSON_VALUE(Priv, '$.is_role'), 0) = 0"
)
ACCOUNTS_MYSQL = (
    "SELECT User, Host, plugin, IF(authentication_string = '', 'empty', 'set'), "
    "account_locked = 'Y' FROM mysql.user"
)
BY_PASSWORD = ("", "mysql_native_password", "mysql_old_password", "ed25519", "parsec")
BY_PASSWORD_MYSQL = ("caching_sha2_password", "sha256_password")
_REFUSALS = ("access denied", "error 1045", "error 1698")
_COLUMNS = 5


@dataclass(frozen=True, slots=True)
class Account:
    name: str
    host: str
    plugin: str
    has_password: bool

    @property
    def open(self) -> bool:
        """Whether its password is asked for and is nothing."""
        by_password = self.plugin in {*BY_PASSWORD, *BY_PASSWORD_MYSQL}
        return by_password and not self.has_password

    @property
    def remote(self) -> bool:
        return self.host not in {"localhost", "127.0.0.1", "::1"}

    def __str__(self) -> str:
        return f"'{self.name}'@'{self.host}'"


@dataclass(frozen=True, slots=True)
class MariaFacts:
    variables: dict[str, str]
    accounts: tuple[Account, ...]  # those that are not locked
    databases: frozenset[str]

    def get(self, name: str) -> str:
        return self.variables.get(name, "(none)")

    def is_on(self, name: str) -> bool:
        return self.get(name).upper() in {"ON", "1", "YES"}

    @property
    def reachable(self) -> bool:
        """Whether other machines may speak to it."""
        here = {"127.0.0.1", "::1", "localhost"}
        addresses = {word.strip() for word in self.get("bind_address").split(",")}
        return not self.is_on("skip_networking") and not addresses <= here


def collect(host: Host) -> MariaFacts:
    """Root's login by socket is Debian's and Ubuntu's way; without it nothing is known."""
    presence.require(host, PLACES, SERVERS)
    presence.require_running(host, *SERVERS)
    variables = parse_variables(ask(host, VARIABLES))
    mariadb = "mariadb" in variables.get("version", "").lower()
    accounts = parse_accounts(ask(host, ACCOUNTS_MARIADB if mariadb else ACCOUNTS_MYSQL))
    return MariaFacts(variables, accounts, frozenset(ask(host, DATABASES).split()))


def command(client: str, query: str) -> tuple[str, ...]:
    return (client, "--no-defaults", "-N", "-B", "--connect-timeout=5", "-e", query)


def parse_variables(output: str) -> dict[str, str]:
    pairs = (line.partition("\t") for line in output.splitlines())
    variables = {name.lower(): value.strip() for name, tab, value in pairs if tab}
    if "version" not in variables:
        raise UnreadableFactError(VARIABLES, "unparsable")
    return variables


def parse_accounts(output: str) -> tuple[Account, ...]:
    accounts = []
    for line in output.splitlines():
        words = line.split("\t")
        if len(words) != _COLUMNS:
            raise UnreadableFactError("mysql.user", "unparsable")
        name, host, plugin, password, locked = words
        if locked.strip().lower() not in {"1", "true"}:
            accounts.append(Account(name, host, plugin.lower(), password == "set"))  # noqa: S105
    if not accounts:
        raise UnreadableFactError("mysql.user", "empty")
    return tuple(accounts)


def ask(host: Host, query: str) -> str:
    for client in CLIENTS:
        try:
            return host.run(command(client, query), timeout_s=10)
        except UnreadableFactError as error:
            if error.reason == "missing":
                continue
            if any(word in error.detail.lower() for word in _REFUSALS):
                raise UnreadableFactError(client, "login_refused", error.detail) from error
            raise
    raise UnreadableFactError(CLIENTS[0], "missing")
