"""The real program; `serve` in a process of its own, on a free port of this machine."""

import io
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from controller.cli.main import main

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Done:
    """How a command ended and what it said."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Program:
    """`lachan-controller` with its home: `main` itself, in this process for speed."""

    home: Path
    port: int

    def run(self, *words: str) -> Done:
        out, err, argv = io.StringIO(), io.StringIO(), sys.argv
        sys.argv = ["lachan-controller", "--lang", "en", "--home", str(self.home), *words]
        try:
            with redirect_stdout(out), redirect_stderr(err), pytest.raises(SystemExit) as ended:
                main()
        finally:
            sys.argv = argv
        assert isinstance(ended.value.code, int)
        return Done(ended.value.code, out.getvalue(), err.getvalue())

    def json(self, *words: str) -> Any:  # noqa: ANN401 - a JSON document
        done = self.run("--json", *words)
        assert not done.stderr, done.stderr
        return json.loads(done.stdout)

    def argv(self) -> list[str]:
        """For a process of its own."""
        program = "from controller.cli.main import main; main()"
        return [sys.executable, "-c", program, "--lang", "en", "--home", str(self.home)]

    def init(self) -> Any:  # noqa: ANN401
        return self.json(
            "init", "--url", f"https://127.0.0.1:{self.port}", "--province", "GL", "--name", "Sở"
        )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
def program(tmp_path: Path) -> Program:
    """A controller that was not initialised yet."""
    return Program(tmp_path / "home", free_port())


@pytest.fixture
def serving(program: Program) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts `serve` and waits until it listens."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*program.argv(), "serve"], cwd=ROOT, stderr=subprocess.PIPE, text=True
        )
        started.append(process)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert process.poll() is None, process.communicate()[1]
            try:
                socket.create_connection(("127.0.0.1", program.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return process
        pytest.fail("the controller does not listen")

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=30)
