"""What a second dump of a slightly changed database adds to a repository: plain text, or packed.

Prints, for 1 % of rows changed in one place and 1 % of rows added, the bytes that restic stores
again as a share of the whole dump, for plain text (what the agent makes) and for pg_dump's own
compressed format; and how fast the agent reads along.

Usage: .venv/bin/python bench/dumps.py [rows]
"""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from agent.backup.databases.sql_text import POSTGRESQL, Scan
from tests.real import database_servers
from tests.real.database_servers import Server

ROWS = 400_000
_BLOCK_BYTES = 65536
FILL = (
    "CREATE TABLE visit (id int PRIMARY KEY, patient text, note text);"
    "INSERT INTO visit SELECT n, md5(n::text), md5((n * 7)::text) || md5((n * 13)::text)"
    " FROM generate_series(1, {rows}) n;"
)
CHANGE = (
    "UPDATE visit SET note = md5(note) WHERE id BETWEEN {rows} / 2 AND {rows} / 2 + {rows} / 100;"
    "INSERT INTO visit SELECT n, md5(n::text), md5((n * 7)::text)"
    " FROM generate_series({rows} + 1, {rows} + {rows} / 100) n;"
)
FORMATS = {"plain text": ("-Fp",), "custom, compressed": ("-Fc",), "plain, gzip": ("-Fp", "-Z6")}


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with database_servers.postgresql() as server, tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        server.sql("CREATE DATABASE his;", "postgres")
        server.sql(FILL.format(rows=rows), "his")
        repositories = {name: Repository(folder / str(n)) for n, name in enumerate(FORMATS)}
        first = {name: repositories[name].save(dump(server, FORMATS[name])) for name in FORMATS}
        server.sql(CHANGE.format(rows=rows), "his")
        for name, words in FORMATS.items():
            content = dump(server, words)
            added = repositories[name].save(content)
            share = added / len(content)
            print(
                f"{name}: {len(content) >> 20} MiB; stored at first {first[name] >> 20} MiB; "
                f"again after 1 % changed and 1 % added: {added >> 10} KiB, {share:.1%} of the dump"
            )
        tell_speed(dump(server, FORMATS["plain text"]))


def tell_speed(content: bytes) -> None:
    scan, begun = Scan(POSTGRESQL), time.perf_counter()
    for place in range(0, len(content), _BLOCK_BYTES):
        scan.take(content[place : place + _BLOCK_BYTES])
    took = time.perf_counter() - begun
    print(f"looking at it as it passes: {len(content) / took / 1e6:.0f} MB/s, {scan.look()}")


def dump(server: Server, words: tuple[str, ...]) -> bytes:
    program = str(database_servers.POSTGRESQL / "pg_dump")
    where = f"dbname=his host={server.folder} port={server.port} user={server.owner}"
    command = (program, *words, "-d", where)
    return subprocess.run(command, check=True, capture_output=True, user=server.account).stdout


class Repository:
    """A restic repository of its own, at a folder."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        (folder / "password").write_text("bench")
        self._restic("init")

    def save(self, content: bytes) -> int:
        """Bytes that this added, as restic counts them before its own compression."""
        place = self._folder / "dump"
        place.write_bytes(content)
        said = self._restic("backup", "--json", "dump")
        summary = json.loads(said.splitlines()[-1])
        return int(summary["data_added"])

    def _restic(self, *words: str) -> str:
        options = ("-r", str(self._folder / "r"), "-p", str(self._folder / "password"))
        cache = ("--cache-dir", str(self._folder / "cache"))
        command = ("restic", *options, *cache, *words)
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=self._folder)
        return done.stdout


if __name__ == "__main__":
    main()
