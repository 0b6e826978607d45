"""The daemon as a process: it works, it is alone, it ends and leaves nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from agent.config.home import Home
from agent.daemon.app import App
from agent.daemon.children import Children, agent_command
from agent.daemon.diary import open_diary
from agent.daemon.service_notice import notify_service

PATIENCE_S = 60


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture
def start(home: Home) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start_one(*words: str, **environment: str) -> subprocess.Popen[str]:
        child = subprocess.Popen(
            agent_command(home, ("run", *words)),
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **environment},
        )
        started.append(child)
        return child

    yield start_one
    for child in started:
        child.terminate()
        child.communicate()


@pytest.fixture
def slow_facts_known(home: Home, app: App) -> None:
    """They are collected already: a walk over this whole machine takes long."""
    diary = open_diary(home, app.clock)
    diary.began("slow_facts")
    diary.succeeded("slow_facts")
    diary.close()


def wait_for(child: subprocess.Popen[str], word: str) -> None:
    assert child.stderr is not None
    for line in child.stderr:
        if word in line:
            return
    pytest.fail(f"it ended without {word!r}")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.mark.usefixtures("slow_facts_known")
def test_it_runs_what_is_overdue_and_ends_on_sigterm(
    home: Home, start: Callable[..., subprocess.Popen[str]], app: App
) -> None:
    daemon = start()
    wait_for(daemon, "working")

    def checked() -> bool:
        diary = open_diary(home, app.clock)
        try:
            record = diary.record("check")
        finally:
            diary.close()
        return record is not None and record.succeeded_at is not None

    until(checked)
    assert app.outbox.latest("findings", 1)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE_S) == 0


def test_two_daemons_never_share_a_home(start: Callable[..., subprocess.Popen[str]]) -> None:
    first = start()
    wait_for(first, "working")
    second = start()
    _, talk = second.communicate(timeout=PATIENCE_S)
    assert second.returncode == 2
    assert str(first.pid) in talk


def test_it_leaves_no_process_behind(start: Callable[..., subprocess.Popen[str]]) -> None:
    daemon = start()
    wait_for(daemon, "working")
    tree = psutil.Process(daemon.pid)
    until(lambda: tree.children(recursive=True))
    children = tree.children(recursive=True)
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE_S) == 0
    assert not [child for child in children if child.is_running()]


@pytest.mark.usefixtures("slow_facts_known")
def test_it_is_small_when_idle(start: Callable[..., subprocess.Popen[str]], home: Home) -> None:
    home.agent_yaml.write_text(f"metrics: {{listen: '127.0.0.1:{free_port()}'}}\n")
    daemon = start()
    wait_for(daemon, "working")
    tree = psutil.Process(daemon.pid)
    until(tree.children)
    until(lambda: not tree.children())
    assert tree.memory_info().rss <= 60 * 2**20
    loaded = Path(f"/proc/{daemon.pid}/maps").read_text()
    assert "nacl" not in loaded  # paramiko's


def test_figures_are_offered_on_loopback(
    start: Callable[..., subprocess.Popen[str]], home: Home
) -> None:
    port = free_port()
    home.agent_yaml.write_text(f"metrics: {{listen: '127.0.0.1:{port}'}}\n")
    daemon = start()
    wait_for(daemon, "working")
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        text = answer.read()
    done = subprocess.run(["promtool", "check", "metrics"], input=text, check=False)
    assert done.returncode == 0
    assert b"lachan_agent_outbox_waiting" in text


def test_an_occupied_port_is_named(start: Callable[..., subprocess.Popen[str]], home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        home.agent_yaml.write_text(f"metrics: {{listen: '127.0.0.1:{port}'}}\n")
        daemon = start()
        _, talk = daemon.communicate(timeout=PATIENCE_S)
    assert daemon.returncode == 78
    assert str(port) in talk
    assert "Traceback" not in talk


def test_a_new_configuration_is_taken_up_by_the_same_process(
    start: Callable[..., subprocess.Popen[str]], home: Home
) -> None:
    daemon = start()
    wait_for(daemon, "working")
    port = free_port()
    home.agent_yaml.write_text("facilty: wrong\n")
    wait_for(daemon, "facilty")
    home.agent_yaml.write_text(f"metrics: {{listen: '127.0.0.1:{port}'}}\n")
    wait_for(daemon, "working")
    with urlopen(f"http://127.0.0.1:{port}/metrics") as answer:
        assert answer.status == 200
    daemon.send_signal(signal.SIGTERM)
    assert daemon.wait(PATIENCE_S) == 0


def test_systemd_is_told(start: Callable[..., subprocess.Popen[str]], tmp_path: Path) -> None:
    address = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notice:
        notice.bind(address)
        notice.settimeout(PATIENCE_S)
        daemon = start(NOTIFY_SOCKET=address)
        assert notice.recv(100) == b"READY=1"
        daemon.send_signal(signal.SIGTERM)
        assert notice.recv(100) == b"STOPPING=1"
    assert daemon.wait(PATIENCE_S) == 0


def test_without_systemd_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NOTIFY_SOCKET", raising=False)
    notify_service("READY=1")


@pytest.mark.usefixtures("slow_facts_known")
def test_one_round_ends_by_itself(start: Callable[..., subprocess.Popen[str]], app: App) -> None:
    once = start("--once")
    once.communicate(timeout=PATIENCE_S * 3)
    assert once.returncode in (0, 1, 2)  # as this host's checks are
    kinds = {row.kind for row in app.outbox.recent(20)}
    assert {"incarnation", "configuration", "inventory", "findings"} <= kinds


STUBBORN = """
import signal, subprocess, sys, time
for sign in (signal.SIGINT, signal.SIGTERM):
    signal.signal(sign, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


def test_a_stubborn_child_is_killed_with_its_children(tmp_path: Path) -> None:
    children = Children()
    note = tmp_path / "pid"
    codes: list[int] = []
    argv = [sys.executable, "-c", STUBBORN, str(note)]
    thread = threading.Thread(target=lambda: codes.append(children.run(argv)))
    thread.start()
    until(lambda: note.exists() and note.read_text())
    children.stop_all((0.2, 0.2, 20.0))
    thread.join(PATIENCE_S)
    assert codes == [-signal.SIGKILL]
    grandchild = int(note.read_text())
    until(lambda: not psutil.pid_exists(grandchild) or _is_dead(grandchild))


def _is_dead(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def test_nothing_starts_after_the_end(tmp_path: Path) -> None:
    children = Children()
    children.stop_all()
    note = tmp_path / "started"
    code = children.run([sys.executable, "-c", f"open({str(note)!r}, 'w')"])
    assert code < 0
    assert not note.exists()
