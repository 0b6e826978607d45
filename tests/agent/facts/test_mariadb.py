"""The questions to MariaDB against a real server, as it is on its first day."""

import subprocess
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import pytest

from agent.checks import mariadb as checks
from agent.facts import mariadb
from agent.host import LocalHost
from tests.agent.checks.fake_host import FakeHost
from wire.verdicts import CheckVerdict

PROCESSES = (
    "$ stat /usr/sbin/mariadbd\n755 0 0 1 1 regular file\n"
    "\n$ ps -e -o pid=,comm=\n  1 systemd\n  2 mariadbd\n"
)


class HostWithSocket(FakeHost):
    """Asks the real client, by the socket of the server that this test started."""

    def __init__(self, socket: Path) -> None:
        super().__init__(PROCESSES)
        self._socket = socket

    def run(self, argv: Sequence[str], timeout_s: float, *, accept: Collection[int] = (0,)) -> str:
        if argv[0] != "mariadb":
            return super().run(argv, timeout_s, accept=accept)
        words = (*argv[:2], f"--socket={self._socket}", *argv[2:])
        return LocalHost().run(words, timeout_s, accept=accept)


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[mariadb.MariaFacts]:
    folder = tmp_path_factory.mktemp("m")  # a socket's whole path has at most 107 letters
    owner = subprocess.check_output(["id", "-un"], text=True).strip()
    common = ["--no-defaults", f"--datadir={folder}/d", f"--user={owner}"]
    login = ["--auth-root-authentication-method=socket", f"--auth-root-socket-user={owner}"]
    subprocess.run(["mariadb-install-db", *common, *login], check=True, capture_output=True)
    command = ["mariadbd", *common, f"--socket={folder}/s", "--bind-address=127.0.0.1", "--port=0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            next(line for line in server.stderr if "ready for connections" in line)
            yield mariadb.collect(HostWithSocket(folder / "s"))
        finally:
            server.kill()


def test_its_first_day_leaves_doors_open(facts: mariadb.MariaFacts) -> None:
    verdicts = {check.id: check.judge(facts).verdict for check in checks.CHECKS}
    assert verdicts == {
        "mariadb.addresses_chosen": CheckVerdict.PASS,
        "mariadb.tls_required": CheckVerdict.PASS,
        "mariadb.everybody_named": CheckVerdict.FAIL,
        "mariadb.everybody_proves_himself": CheckVerdict.FAIL,
        "mariadb.root_stays_home": CheckVerdict.PASS,
        "mariadb.login_modern": CheckVerdict.PASS,
        "mariadb.local_files_refused": CheckVerdict.FAIL,
        "mariadb.test_database_gone": CheckVerdict.FAIL,
        "mariadb.access_logged": CheckVerdict.FAIL,
    }


def test_a_locked_account_and_a_stored_password_are_seen(facts: mariadb.MariaFacts) -> None:
    names = [account.name for account in facts.accounts]
    assert "mariadb.sys" not in names
    assert all(account.has_password or not account.name for account in facts.accounts)
