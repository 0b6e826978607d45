"""A real agent and a real controller: nothing is lost, nothing counts twice, history is watched."""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.daemon.app import open_app
from agent.daemon.reporting import send_evidence, send_heartbeat
from agent.daemon.tell import tell
from agent.uplink.errors import LogDiffersError, UnreachableError
from demo.programs import Program
from demo.ssh_site import free_port
from wire.messages import Gap

PATIENCE_S = 30


class Controller:
    """`lachan-controller serve` on a home of its own, which can be stopped and restored."""

    def __init__(self, home: Path) -> None:
        self.home, self.port = home, free_port()
        self.program = Program("lachan-controller", home)
        self.process: subprocess.Popen[bytes] | None = None
        address = f"127.0.0.1:{self.port}"
        self.program.json(
            *("init", "--url", f"https://{address}", "--listen", address),
            *("--province", "TEST", "--name", "Sở Y tế"),
        )
        self.program.json("facility", "add", "GL-BVDK", "--name", "Bệnh viện")
        self.program.json(
            *("system", "add", "FS-01", "--facility", "GL-BVDK", "--name", "Tệp"),
            *("--regime", "ND331", "--level", "3"),
        )

    def token(self) -> str:
        words = ("token", "create", "--facility", "GL-BVDK", "--system", "FS-01")
        return str(self.program.json(*words)["token"])

    def start(self) -> None:
        self.process = self.program.start("serve", log=self.home.parent / "serve.log")
        deadline = time.monotonic() + PATIENCE_S
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                assert time.monotonic() < deadline, (self.home.parent / "serve.log").read_text()
                time.sleep(0.05)
            else:
                return

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(PATIENCE_S)
            self.process = None


@pytest.fixture
def controller(tmp_path: Path) -> Iterator[Controller]:
    controller = Controller(tmp_path / "controller")
    controller.start()
    yield controller
    controller.stop()


@pytest.fixture
def agent(controller: Controller, tmp_path: Path) -> Program:
    (tmp_path / "agent").mkdir()
    agent = Program("lachan-agent", tmp_path / "agent")
    agent.run("join", text=controller.token())
    return agent


def say(agent: Program, *reasons: str) -> None:
    """Seal one statement for each reason, as any command does."""
    assert agent.home is not None
    app = open_app(home_at(agent.home), clock=SystemClock())
    for reason in reasons:
        tell(app, Gap("journal", reason))
    app.close()


def outbox(agent: Program) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = agent.json("outbox", "list", "--number", "200")["envelopes"]
    return listed


def send(agent: Program) -> dict[str, Any]:
    sent: dict[str, Any] = agent.json("outbox", "send", expect=(0, 1))
    return sent


def test_evidence_has_its_place_in_the_log(agent: Program) -> None:
    say(agent, "one", "two")
    assert send(agent) | {"at": "", "host": ""} == {
        "schema": "lachan.outbox/1", "at": "", "host": "",
        "acknowledged": 3, "waiting": 0, "refused": [], "mended": 0,
    }  # fmt: skip
    indexes = [row["log_index"] for row in outbox(agent)]
    assert indexes == sorted(indexes, reverse=True)
    assert len(set(indexes)) == 3


def test_joining_twice_says_so(agent: Program, controller: Controller) -> None:
    assert agent.json("join", text=controller.token())["already"] is True


def test_a_used_token_enrols_no_second_host(controller: Controller, tmp_path: Path) -> None:
    token = controller.token()
    for name, code in (("first", 0), ("second", 1)):
        (tmp_path / name).mkdir()
        Program("lachan-agent", tmp_path / name).run("join", text=token, expect=(code,))


def test_a_round_of_the_daemon_reaches_the_controller(agent: Program) -> None:
    agent.run("run", "--once", expect=(0, 1, 2))
    document = json.loads(agent.run("--json", "status", expect=(0, 1, 2)))
    items = {item["id"]: item["verdict"] for item in document["items"]}
    assert items["controller"] == items["heartbeat"] == items["outbox"] == "PASS"
    kinds = {row["kind"] for row in outbox(agent)}
    assert {"configuration", "inventory", "findings"} <= kinds
    assert all(row["log_index"] is not None for row in outbox(agent))


def test_what_is_said_while_the_controller_is_down_arrives_once(
    agent: Program, controller: Controller
) -> None:
    say(agent, "before")
    send(agent)
    controller.stop()
    say(agent, "during")
    agent.run("outbox", "send", expect=(2,))
    controller.start()
    assert send(agent)["acknowledged"] == 1
    assert send(agent)["acknowledged"] == 0


def test_a_restored_host_goes_on_in_a_new_incarnation(agent: Program, tmp_path: Path) -> None:
    say(agent, "old")
    send(agent)
    assert agent.home is not None
    shutil.copytree(agent.home, tmp_path / "copy")
    say(agent, "lost-with-the-disk")
    send(agent)
    restored = Program("lachan-agent", tmp_path / "copy")
    say(restored, "after-restoring")
    assert send(restored)["waiting"] == 0
    assert len({row["incarnation"] for row in outbox(restored)}) == 2
    assert send(agent)["refused"] == []  # it has nothing new to say
    say(agent, "two-of-us")
    agent.run("outbox", "send", expect=(1,))  # CLONED: now both live


def test_a_restored_controller_is_noticed_and_gets_evidence_again(
    agent: Program, controller: Controller, tmp_path: Path
) -> None:
    assert agent.home is not None
    say(agent, "one")
    send(agent)
    controller.stop()
    shutil.copytree(controller.home, tmp_path / "backup")
    controller.start()
    say(agent, "two")
    send(agent)
    app = open_app(home_at(agent.home))
    send_heartbeat(app)  # it holds a checkpoint of the longer log now
    controller.stop()
    with pytest.raises(UnreachableError):
        send_heartbeat(app)
    shutil.rmtree(controller.home)
    shutil.copytree(tmp_path / "backup", controller.home)
    controller.start()
    with pytest.raises(LogDiffersError):
        send_heartbeat(app)
    assert [alarm.kind for alarm in app.memory.alarms()] == ["LOG_REWRITTEN"]
    tell(app, Gap("journal", "three"))
    sent = send_evidence(app)
    assert (sent.waiting, sent.refused) == (0, ())
    assert sent.acknowledged == 2  # "two" again, and "three"
    app.close()
