"""HTTP/2 on a loopback port that goes through ssh to the rclone at the site: curl speaks to it."""

import contextlib
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def bridge(configuration: Path, name: str) -> Iterator[str]:
    """The address under which the site's rclone answers inside the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_accept, args=(listener, configuration, name))
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, configuration: Path, name: str) -> None:
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            return
        with connection:
            _carry(connection, configuration, name)


def _carry(connection: socket.socket, configuration: Path, name: str) -> None:
    ssh = subprocess.Popen(
        ["ssh", "-F", str(configuration), "-T", name],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
    )
    assert ssh.stdin is not None
    assert ssh.stdout is not None
    back = threading.Thread(target=_back, args=(ssh, connection))
    back.start()
    with contextlib.suppress(OSError):  # either end has hung up, which ends the exchange
        while data := connection.recv(65_536):
            ssh.stdin.write(data)
    ssh.kill()
    ssh.wait()
    back.join()
    ssh.stdin.close()
    ssh.stdout.close()


def _back(ssh: "subprocess.Popen[bytes]", connection: socket.socket) -> None:
    assert ssh.stdout is not None
    while data := ssh.stdout.read(65_536):
        connection.sendall(data)


def curl(address: str, method: str, path: str, body: bytes = b"") -> int:
    """The status of one request over HTTP/2; the path goes out as it is written here."""
    done = subprocess.run(
        [
            *("curl", "--silent", "--http2-prior-knowledge", "--path-as-is", "--max-time", "30"),
            *("--output", "/dev/null", "--write-out", "%{http_code}", "--request", method),
            *(("--data-binary", "@-") if body else ()),
            address + path,
        ],
        input=body,
        capture_output=True,
        check=False,
    )
    return int(done.stdout or b"0")
