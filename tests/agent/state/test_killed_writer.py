"""A process killed while it writes leaves work for SQLite, and no damage."""

import signal
import subprocess
import sys
from pathlib import Path

from agent.clock import SystemClock
from agent.config.home import home_at
from agent.state import gaps
from agent.state.database import open_state

WRITER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("PRAGMA journal_mode=DELETE")
connection.execute("PRAGMA cache_size=1")
connection.execute("BEGIN IMMEDIATE")
connection.execute("CREATE TABLE filler (x)")
connection.executemany("INSERT INTO filler VALUES (zeroblob(4000))", [()] * 200)
print("half written", flush=True)
sys.stdin.read()
"""


def test_a_hot_journal_is_rolled_back_and_is_no_damage(tmp_path: Path) -> None:
    home = home_at(tmp_path)
    open_state(home, "things", ("CREATE TABLE thing (x);",), SystemClock()).close()
    child = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(home.database("things"))],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert child.stdout
    assert child.stdout.readline() == b"half written\n"
    child.send_signal(signal.SIGKILL)
    child.communicate(timeout=30)
    assert home.database("things").with_name("things.sqlite-journal").exists()
    connection = open_state(home, "things", ("CREATE TABLE thing (x);",), SystemClock())
    names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master")]
    assert names == ["thing"]
    connection.close()
    assert gaps.waiting(home) == ()
