"""`integrity events --follow` as a program: each event as it is stored, until Ctrl-C."""

import json
import select
import signal
import subprocess
import sys
import time

from agent.config.home import Home
from tests.agent.integrity.views.conftest import Append, event

WAIT_S = 60.0


def next_line(program: "subprocess.Popen[bytes]") -> dict[str, object]:
    assert program.stdout is not None
    readable, _, _ = select.select([program.stdout], [], [], WAIT_S)
    assert readable
    found: dict[str, object] = json.loads(program.stdout.readline())
    return found


def test_each_event_is_a_line_as_soon_as_it_is_stored(watching_home: Home, append: Append) -> None:
    append([event("/srv/share/before")])
    words = ("--home", str(watching_home.config_dir), "integrity", "events", "--follow", "--json")
    argv = (sys.executable, "-I", "-m", "agent.cli", *words)
    with subprocess.Popen(argv, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as program:
        try:
            assert next_line(program)["path"] == "/srv/share/before"
            stored_at = time.monotonic()
            append([event("/srv/share/mới")])
            assert next_line(program) | {"who": None} == {
                "number": 2,
                "path": "/srv/share/mới",
                "kind": "modified",
                "at": "2026-11-22T01:00:00Z",
                "watched": "/srv/share",
                "who": None,
            }
            assert time.monotonic() - stored_at < WAIT_S
            program.send_signal(signal.SIGINT)
            assert program.wait(WAIT_S) == 130
        finally:
            program.kill()
