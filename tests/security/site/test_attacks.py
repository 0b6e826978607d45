"""Attacks on site B with everything that a thief finds on the protected server, really tried."""

import contextlib
import secrets
import subprocess
from hashlib import sha256
from pathlib import Path

import paramiko
import pytest

from agent.sites.probe.answer import parse
from demo.ssh_site import SshSite, free_port
from tests.security.site.bridge import bridge, curl
from tests.security.site.conftest import NAME, Thief, stored

REFUSED = {400, 403, 404, 405}


@pytest.fixture(params=["thief", "spy"])
def intruder(request: pytest.FixtureRequest) -> Thief:
    """Once with each of the two keys."""
    found: Thief = request.getfixturevalue(request.param)
    return found


@pytest.mark.parametrize("words", [("id",), ("sh", "-c", "id"), ("-tt",), ("-tt", "bash -i")])
def test_neither_key_gets_a_shell(intruder: Thief, words: tuple[str, ...]) -> None:
    options = [word for word in words if word.startswith("-t")]
    command = [word for word in words if word not in options]
    done = intruder.ssh(*options, NAME, *command, said=b"id\nexit\n")
    assert b"uid=" not in done.stdout + done.stderr


def test_a_command_cannot_be_hidden_in_the_forced_one(intruder: Thief, tmp_path: Path) -> None:
    mark = tmp_path / "mark"
    for word in (f"; touch {mark}", f"$(touch {mark})", f"`touch {mark}`", f"\n touch {mark}"):
        intruder.ssh(NAME, word)
    assert not mark.exists()


@pytest.mark.parametrize("tool", [["sftp", "-b", "-"], ["scp"]], ids=" ".join)
def test_neither_key_copies_files(intruder: Thief, tool: list[str], tmp_path: Path) -> None:
    prize = tmp_path / "prize"
    config = ["-F", str(intruder.configuration)]
    if tool[0] == "sftp":
        argv, said = [*tool, *config, NAME], f"get /etc/passwd {prize}\nls /\n"
    else:
        argv, said = [*tool, *config, f"{NAME}:/etc/passwd", str(prize)], ""
    done = subprocess.run(argv, input=said.encode(), capture_output=True, check=False, timeout=60)
    assert done.returncode != 0
    assert not prize.exists()


def test_neither_key_opens_a_way_to_other_machines(intruder: Thief) -> None:
    transport = intruder.transport()
    here = (intruder.site.host, intruder.site.port)
    try:
        with pytest.raises(paramiko.ChannelException):
            transport.open_channel("direct-tcpip", here, ("127.0.0.1", 1), timeout=30)
        with pytest.raises(paramiko.SSHException):
            transport.request_port_forward("127.0.0.1", free_port())
        with pytest.raises(paramiko.SSHException):
            transport.open_session().request_x11()
    finally:
        transport.close()
    assert intruder.ssh("-W", f"{here[0]}:{here[1]}", NAME).returncode != 0


def test_neither_key_gets_a_terminal(intruder: Thief) -> None:
    transport = intruder.transport()
    try:
        with pytest.raises(paramiko.SSHException):
            transport.open_session().get_pty()
    finally:
        transport.close()


def test_neither_key_sets_the_environment_of_the_forced_command(intruder: Thief) -> None:
    """A library that is not there would be complained about by every program that is started."""
    transport = intruder.transport()
    try:
        channel = transport.open_session()
        channel.set_environment_variable("LD_PRELOAD", "/evil.so")
        channel.exec_command("x")
        channel.shutdown_write()
        complaint = channel.makefile_stderr("rb").read()
    finally:
        transport.close()
    assert b"evil" not in complaint


def test_the_probe_key_hears_the_probe_whatever_it_asks(spy: Thief) -> None:
    answers = [spy.ssh(NAME, *words, said=b"cat /etc/passwd\n") for words in ((), ("cat", "x"))]
    for done in answers:
        assert parse(done.stdout).boot_id
        assert b"root:" not in done.stdout


def test_the_probe_key_reaches_no_backup(spy: Thief) -> None:
    for words in (("snapshots",), ("backup", "/etc/hostname"), ("init",)):
        assert spy.restic(*words).returncode != 0


@pytest.mark.parametrize(
    "words",
    [
        ("forget", "latest", "--prune"),
        ("key", "remove", "KEY"),
        ("rebuild-index",),
        ("init",),
    ],
    ids=" ".join,
)
def test_restic_with_the_agents_own_credential_takes_nothing_away(
    thief: Thief, words: tuple[str, ...]
) -> None:
    """The fixture compares every stored object afterwards; more may be added, as by design."""
    key = next((thief.site.repository / "keys").iterdir()).name
    with contextlib.suppress(subprocess.TimeoutExpired):  # it tries again for minutes
        thief.restic(*(key if word == "KEY" else word for word in words))
    assert thief.restic("cat", "config", "--no-lock").returncode == 0


def test_no_request_of_the_protocol_deletes_or_replaces(thief: Thief) -> None:
    one_of_each = {Path(name).parts[0]: Path(name).name for name in stored(thief.site)}
    assert set(one_of_each) == {"config", "data", "index", "keys", "snapshots"}
    with bridge(thief.configuration, NAME) as address:
        for kind, name in one_of_each.items():
            path = "/config" if kind == "config" else f"/{kind}/{name}"
            assert curl(address, "DELETE", path) in REFUSED, path
            curl(address, "POST", path, b"something else")
        assert curl(address, "DELETE", "/") in REFUSED


def test_no_request_of_the_protocol_leaves_the_repository(thief: Thief) -> None:
    repository = thief.site.repository
    secret = repository.parent / "secret"
    name = sha256(secrets.token_bytes(8)).hexdigest()
    secret.write_text("not a backup")
    try:
        with bridge(thief.configuration, NAME) as address:
            for way in ("/../", "/data/../../", "/data/..%2f..%2f", "//../"):
                assert curl(address, "GET", f"{way}secret") in REFUSED
                curl(address, "POST", f"{way}{name}", b"planted")
            curl(address, "DELETE", "/../secret")
        assert secret.read_text() == "not a backup"
        planted = repository.parents[1].rglob(name)
        assert all(repository in place.parents for place in planted)
    finally:
        secret.unlink()


def test_a_new_object_is_added_and_then_stays(thief: Thief, site: SshSite) -> None:
    """The agent's own work goes on: what is refused is only taking away."""
    body = secrets.token_bytes(64)
    name = sha256(body).hexdigest()
    with bridge(thief.configuration, NAME) as address:
        assert curl(address, "POST", f"/data/{name}", body) == 200
        assert curl(address, "DELETE", f"/data/{name}") in REFUSED
        curl(address, "POST", f"/data/{name}", b"changed")
    added = next(path for path in (site.repository / "data").rglob(name))
    assert added.read_bytes() == body
