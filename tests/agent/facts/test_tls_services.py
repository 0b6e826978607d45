"""The look at a TLS service against real ones: openssl's own server, of today and of long ago."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from agent.errors import UnreadableFactError
from agent.facts import tls_services
from agent.facts.sockets import Socket
from agent.host import LocalHost

OLD = ("-tls1", "-cipher", "ALL:@SECLEVEL=0")
NULL = ("-tls1_2", "-cipher", "NULL-SHA256:AES128-SHA:@SECLEVEL=0")


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    command = "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30"
    subprocess.run([*command.split(), "-subj", "/CN=his"], cwd=folder, check=True)
    return folder


@contextmanager
def served(folder: Path, *words: str) -> Iterator[Socket]:
    """A server on a port of the kernel's choice; its own words tell which."""
    command = ["openssl", "s_server", "-accept", "127.0.0.1:0", "-key", "key.pem"]
    with subprocess.Popen(
        [*command, "-cert", "cert.pem", *words], cwd=folder, stdout=subprocess.PIPE, text=True,
        stdin=subprocess.PIPE,
    ) as server:  # fmt: skip
        try:
            assert server.stdout is not None
            said = next(line for line in server.stdout if line.startswith("ACCEPT"))
            yield Socket(int(said.rpartition(":")[2]), "127.0.0.1")
        finally:
            server.kill()


def test_a_service_of_today_refuses_what_is_old_and_weak(pair: Path) -> None:
    with served(pair, "-min_protocol", "TLSv1.2") as place:
        found = tls_services.look(LocalHost(), place)
    assert found is not None
    assert (found.old_versions, found.weak_cipher) == ((), "")
    assert (found.key, found.key_bits, found.signature) == ("rsaEncryption", 2048, "RSA-SHA256")
    assert 28 <= (found.ends_at.timestamp() - time.time()) / 86400 <= 30


def test_a_service_that_speaks_only_the_oldest_version_is_not_overlooked(pair: Path) -> None:
    with served(pair, *OLD) as place:
        found = tls_services.look(LocalHost(), place)
    assert found is not None
    assert found.old_versions == ("TLSv1",)


def test_a_cipher_that_hides_nothing_is_noticed(pair: Path) -> None:
    with served(pair, *NULL) as place:
        found = tls_services.look(LocalHost(), place)
    assert found is not None
    assert found.weak_cipher == "NULL-SHA256"


def test_where_nothing_listens_nothing_is_known(pair: Path) -> None:
    with served(pair) as place:
        pass
    with pytest.raises(UnreadableFactError):
        tls_services.look(LocalHost(), place)
