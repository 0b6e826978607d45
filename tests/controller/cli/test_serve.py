"""`serve` over real TLS: certificates, limits, locks, ports, stopping."""

import http.client
import os
import signal
import socket
import ssl
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from controller.config.home import home_at
from controller.config.keys import renew_certificate
from controller.config.load import load
from controller.library import shelves
from tests.controller.cli.conftest import Program
from tests.controller.speaking import NOW
from wire.http import CA_PATH, EVIDENCE_PATH

Serving = Callable[[], "subprocess.Popen[str]"]


def trusting(program: Program) -> ssl.SSLContext:
    """Trusts the province's own authority only, as strictly as Python 3.13 does."""
    context = ssl.create_default_context(cafile=str(program.home / "secrets" / "ca.pem"))
    context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


def connection(program: Program) -> http.client.HTTPSConnection:
    return http.client.HTTPSConnection(
        "127.0.0.1", program.port, context=trusting(program), timeout=30
    )


def get(program: Program, path: str) -> tuple[int, bytes]:
    asked = connection(program)
    asked.request("GET", path)
    answer = asked.getresponse()
    body = answer.read()
    asked.close()
    return answer.status, body


def test_a_strict_client_that_trusts_only_our_authority_is_served(
    program: Program, serving: Serving
) -> None:
    program.init()
    serving()
    assert get(program, "/health") == (200, b'{"status":"ok"}')
    assert get(program, CA_PATH)[1] == (program.home / "secrets" / "ca.pem").read_bytes()
    assert get(program, "/login")[0] == 200


def test_a_client_that_trusts_others_is_not_fooled(program: Program, serving: Serving) -> None:
    program.init()
    serving()
    with (
        socket.create_connection(("127.0.0.1", program.port)) as plain,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        ssl.create_default_context().wrap_socket(plain, server_hostname="127.0.0.1")


def test_a_hundred_megabytes_are_refused_before_they_are_read(
    program: Program, serving: Serving
) -> None:
    program.init()
    serving()
    asked = connection(program)
    asked.putrequest("POST", EVIDENCE_PATH)
    asked.putheader("Content-Length", str(100 * 1024 * 1024))
    asked.endheaders()  # the answer comes though not one byte of the body was sent
    answer = asked.getresponse()
    assert answer.status == 413
    assert b'"error":"TOO_LARGE"' in answer.read()
    asked.close()
    assert get(program, "/health")[0] == 200


def test_metrics_are_what_prometheus_wants(program: Program, serving: Serving) -> None:
    program.init()
    program.run("facility", "add", "BV", "--name", "X")
    serving()
    token = (program.home / "secrets" / "metrics.token").read_text().strip()
    asked = connection(program)
    asked.request("GET", "/metrics", headers={"Authorization": f"Bearer {token}"})
    text = asked.getresponse().read()
    asked.close()
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=text, capture_output=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, b"")
    entries = 3 + len(shelves())  # the opening, an admin, BV
    assert f"lachan_log_entries {entries}.0".encode() in text


def test_a_second_serve_of_the_same_home_is_refused(program: Program, serving: Serving) -> None:
    program.init()
    first = serving()
    second = program.run("serve")
    assert second.returncode == 78
    assert f"already running (process {first.pid})" in second.stderr
    assert len(second.stderr.splitlines()) == 2  # what happened, what to do


def test_an_occupied_port_is_one_clear_sentence(program: Program) -> None:
    program.init()
    with socket.socket() as other:
        other.bind(("127.0.0.1", program.port))
        other.listen()
        done = program.run("serve")
    assert done.returncode == 78
    sentence = f"Another program already listens on 127.0.0.1:{program.port}."
    assert done.stderr.splitlines()[0] == f"Error: {sentence}"
    assert "Traceback" not in done.stderr


def test_a_killed_serve_leaves_no_lock_behind(program: Program, serving: Serving) -> None:
    program.init()
    first = serving()
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    serving()
    assert get(program, "/health")[0] == 200


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_serve_stops_when_it_is_told(
    program: Program, serving: Serving, stop: signal.Signals
) -> None:
    program.init()
    process = serving()
    process.send_signal(stop)
    process.communicate(timeout=30)
    assert process.returncode in {0, 130, -signal.SIGTERM}


def test_the_certificate_is_renewed_when_the_names_change(program: Program) -> None:
    program.init()
    home = home_at(program.home)
    config = load(home)
    before = (program.home / "secrets" / "server.pem").read_bytes()
    assert not renew_certificate(home, config, NOW)
    file = home.controller_yaml
    file.write_text(file.read_text().replace("names: []", "names: [soc.example]"))
    assert renew_certificate(home, load(home), NOW)
    assert (program.home / "secrets" / "server.pem").read_bytes() != before
    mode = Path(program.home / "secrets" / "server.pem").stat().st_mode
    assert mode & 0o777 == 0o600
