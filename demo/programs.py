"""Runs our own three programs as a user would, and reads their JSON."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.errors import StepError

ENTRIES = {
    "lachan-agent": "agent.cli.main",
    "lachan-controller": "controller.cli.main",
    "lachan-verify": "verify.cli",
}
_LAST_LETTERS = 800


def invocation(program: str) -> list[str]:
    """The interpreter and the program's entry: what the console script does, wherever it lies."""
    return [sys.executable, "-I", "-c", f"from {ENTRIES[program]} import main; main()"]


@dataclass(frozen=True, slots=True)
class Program:
    """One of our programs with the home it works in."""

    name: str
    home: Path | None

    def start(self, *words: str, log: Path) -> subprocess.Popen[bytes]:
        """Start it in the background, in a session of its own."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [*invocation(self.name), *self._home(), *words],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    def run(self, *words: str, expect: tuple[int, ...] = (0,), text: str = "") -> bytes:
        """Run it to its end and return what it printed.

        Raises:
            StepError: it ended with a code that is not expected.
        """
        done = subprocess.run(
            [*invocation(self.name), *self._home(), *words],
            input=text.encode(),
            capture_output=True,
            check=False,
        )
        wants_json = "--json" in words
        if done.returncode not in expect or (wants_json and not done.stdout.strip()):
            said = (done.stderr + done.stdout).decode(errors="replace")[-_LAST_LETTERS:]
            raise StepError(
                command=" ".join((self.name, *words)),
                code=done.returncode,
                expected=" / ".join(map(str, expect)),
                output=said.strip(),
            )
        return done.stdout

    def json(self, *words: str, expect: tuple[int, ...] = (0,), text: str = "") -> Any:  # noqa: ANN401
        """Run it with --json and return the document."""
        return json.loads(self.run("--json", *words, expect=expect, text=text))

    def _home(self) -> list[str]:
        return [] if self.home is None else ["--home", os.fspath(self.home)]
